#include "web/figures/definitions_page.h"

#include "figures/told.h"
#include "lib/calendar.h"
#include "web/page_figure.h"

static const char *year_text(int32_t year, struct buf *text, struct arena *arena)
{
	buf_printf(text, "%d", year);
	return page_text(text, arena);
}

static struct html_definitions_rows row_of(
	const struct kpis *kpis, const struct kpi *kpi, uint32_t now, struct arena *arena)
{
	const struct told *told = &kpi->told[now];
	return (struct html_definitions_rows){
		.id = kpi->id,
		.label = kpi->label,
		.who = told->who,
		.when = told->when,
		.unknown = told->unknown,
		.unit = page_unit(kpi->unit),
		.norm = page_norm(kpi, &kpi->norms[now], arena),
		.since = told_since(kpis, kpi, now, arena),
	};
}

void definitions_page(const struct kpis *kpis, const struct page_house *house, int64_t now_ms,
	struct arena *arena, struct buf *out)
{
	auto_buf struct buf text = {0};
	int32_t year = calendar_date(calendar_day_of(now_ms)).year;
	uint32_t now = kpi_definition_of_year(kpis, year);
	struct html_definitions view = {.head = page_head(house, "Hoe wij tellen"),
		.top = page_top(house),
		.foot = page_foot(house),
		.definition = year_text((int32_t)kpis->definitions[now].name, &text, arena)};
	struct html_definitions_rows *rows = arena_alloc(arena, kpis->count * sizeof *rows + 1);
	for (size_t i = 0; i < kpis->count; i++)
		if (!kpis->items[i].hidden)
			rows[view.rows.count++] = row_of(kpis, &kpis->items[i], now, arena);
	view.rows.items = rows;
	html_definitions(&view, out);
}
