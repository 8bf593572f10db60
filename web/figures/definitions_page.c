#include "web/figures/definitions_page.h"

#include "lib/calendar.h"
#include "web/page_figure.h"

/* The last definition before this one that counts the KPI otherwise, or holds it to another norm; NULL. */
static const struct definition *definition_before(
	const struct kpis *kpis, const struct kpi *kpi, uint32_t now)
{
	for (uint32_t i = now; i-- > 0;) {
		const struct norm *was = &kpi->norms[i], *is = &kpi->norms[now];
		if (kpi->formulas[i] != kpi->formulas[now] || was->kind != is->kind ||
			was->value != is->value || was->months != is->months)
			return &kpis->definitions[i];
	}
	return NULL;
}

static const char *year_text(int32_t year, struct buf *text, struct arena *arena)
{
	buf_printf(text, "%d", year);
	return page_text(text, arena);
}

static void row_fill(const struct kpis *kpis, const struct kpi *kpi, uint32_t now,
	struct html_definitions_rows *row, struct arena *arena)
{
	auto_buf struct buf text = {0};
	const struct definition *before = definition_before(kpis, kpi, now);
	*row = (struct html_definitions_rows){
		.id = kpi->id,
		.label = kpi->label,
		.unit = page_unit(kpi->unit),
		.norm = page_norm(kpi, &kpi->norms[now], arena),
		.changed = before ? year_text(before->until, &text, arena) : NULL,
		.since = before ? year_text(before->until + 1, &text, arena) : NULL,
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
			row_fill(kpis, &kpis->items[i], now, &rows[view.rows.count++], arena);
	view.rows.items = rows;
	html_definitions(&view, out);
}
