#include "daemons/aggregate/page_text.h"

#include "web/figure_number.h"

struct page_house page_house_of(const struct aggregate *aggregate)
{
	const struct config *config = stage_config(aggregate->stage);
	return (struct page_house){config->municipality_name, config->synthetic};
}

const char *page_text(struct buf *text, struct arena *arena)
{
	buf_char(text, 0);
	const char *kept = arena_dup(arena, text->data, text->len);
	buf_clear(text);
	return kept;
}

const char *page_norm(
	const struct kpi *kpi, const struct norm *norm, struct buf *text, struct arena *arena)
{
	static const char *const words[] = {[NORM_AT_LEAST] = "minstens ",
		[NORM_MORE_THAN] = "meer dan ",
		[NORM_AT_MOST] = "hoogstens "};
	if (norm->kind == NORM_NONE)
		return NULL;
	buf_text(text, words[norm->kind]);
	figure_number(norm->value, kpi->unit, NULL, text);
	buf_text(text, norm->months == 3 ? " per kwartaal" : norm->months == 12 ? " per jaar" : "");
	return page_text(text, arena);
}
