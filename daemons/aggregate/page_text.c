#include "daemons/aggregate/page_text.h"

#include "web/nl.h"
#include <math.h>

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

void page_number(double number, enum kpi_unit unit, const double *norm, struct buf *out)
{
	switch (unit) {
	case UNIT_SHARE:
		nl_share(number, norm, out);
		break;
	case UNIT_DAYS:
		nl_days(llround(number), out);
		break;
	case UNIT_SECONDS:
		nl_seconds(llround(number), out);
		break;
	case UNIT_EURO:
		nl_euro(number, out);
		break;
	case UNIT_COUNT:
		nl_count(llround(number), out);
	}
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
	page_number(norm->value, kpi->unit, NULL, text);
	buf_text(text, norm->months == 3 ? " per kwartaal" : norm->months == 12 ? " per jaar" : "");
	return page_text(text, arena);
}
