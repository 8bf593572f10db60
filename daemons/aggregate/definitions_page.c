/*
 * /hoe-wij-tellen: of every KPI what it is, its norm, and since when it is counted so; all of it from kpi.yaml.
 */
#include "core/get.h"
#include "daemons/aggregate/aggregate_own.h"
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

int get_definitions_page(const void *knowledge, const struct get_query *query,
	struct get_answer *answer, struct why *why)
{
	(void)why;
	const struct aggregate *aggregate = knowledge;
	const struct kpis *kpis = tally_kpis(aggregate->tally);
	auto_buf struct buf text = {0};
	int32_t year = calendar_date(calendar_day_of(query->now_ms)).year;
	uint32_t now = kpi_definition_of_year(kpis, year);
	struct html_definitions view = {.head = page_head(query->house, "Hoe wij tellen"),
		.top = page_top(query->house),
		.foot = page_foot(query->house),
		.definition = year_text((int32_t)kpis->definitions[now].name, &text, query->arena)};
	struct html_definitions_rows *rows =
		arena_alloc(query->arena, kpis->count * sizeof *rows + 1);
	for (size_t i = 0; i < kpis->count; i++)
		if (!kpis->items[i].hidden)
			row_fill(
				kpis, &kpis->items[i], now, &rows[view.rows.count++], query->arena);
	view.rows.items = rows;
	answer->headers = page_headers;
	html_definitions(&view, answer->text);
	return 0;
}
