#include "report/report_chart.h"

#include "figures/published.h"
#include "report/say.h"
#include "web/chart.h"
#include "web/figure_rows.h"
#include "web/nl.h"
#include "web/page_figure.h"
#include "web/text_nl.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_MAX = 64, CELLS_MAX = 5 };

/* The rows of a chart, and of the table beside it. */
struct drawing {
	struct chart_row rows[ROWS_MAX];
	size_t count;
	struct html_report_table_rows table[ROWS_MAX + 1];
	size_t table_count;
};

static const char *count_text(struct chart_pen *pen, int64_t number)
{
	auto_buf struct buf text = {0};
	nl_count(number, &text);
	return page_text(&text, pen->arena);
}

static const char *share_text(struct chart_pen *pen, double share)
{
	auto_buf struct buf text = {0};
	nl_share(share, NULL, &text);
	return page_text(&text, pen->arena);
}

/* ---- tables ---- */

static void table_row(struct chart_pen *pen, struct drawing *drawing, const char *label,
	const char *const *cells, size_t count)
{
	struct html_report_table_rows_cells *out = arena_alloc(pen->arena, count * sizeof *out + 1);
	for (size_t i = 0; i < count; i++)
		out[i].text = cells[i];
	drawing->table[drawing->table_count++] =
		(struct html_report_table_rows){.label = label, .cells = {out, count}};
}

static void table_end(struct chart_pen *pen, const struct drawing *drawing, const char *title,
	const char *const *heads, size_t count, struct html_report_table *out)
{
	struct html_report_table_heads *named = arena_alloc(pen->arena, count * sizeof *named + 1);
	for (size_t i = 1; i < count; i++)
		named[i - 1].text = heads[i];
	*out = (struct html_report_table){.title = title,
		.first = heads[0],
		.heads = {named, count - 1},
		.rows = {arena_dup(pen->arena, drawing->table,
				 (drawing->table_count + 1) * sizeof *drawing->table),
			drawing->table_count}};
}

/* ---- rows of a split ---- */

static struct chart_row split_row(
	struct chart_pen *pen, const struct figure_row *row, int64_t whole)
{
	struct chart_row out = {.label = row->labels[0],
		.hidden = row->suppressed,
		.unknown = !strcmp(row->keys[0], "UNKNOWN")};
	if (row->suppressed || !whole)
		return out;
	out.value = (double)row->value.counts.count / (double)whole;
	out.text = share_text(pen, out.value);
	out.note = count_text(pen, row->value.counts.count);
	return out;
}

static void split_add(
	struct chart_pen *pen, struct drawing *drawing, const struct figure_row *row, int64_t whole)
{
	if (drawing->count == ROWS_MAX)
		return;
	struct chart_row *out = &drawing->rows[drawing->count++];
	*out = split_row(pen, row, whole);
	const char *cells[] = {out->hidden ? "x" : out->note, out->hidden ? "x" : out->text};
	if (out->hidden || out->note)
		table_row(pen, drawing, out->label, cells, 2);
}

/* Largest first, but for classes, which have an order of their own; what is not known and what is hidden after them, as
 * they stand. most: so many alone; 0: all. */
static size_t rows_order(
	const struct figure *split, size_t most, const struct figure_row *out[ROWS_MAX])
{
	bool ordered = split->by[0]->class_count || !strcmp(split->by[0]->id, "care_weight");
	size_t count = ordered ? 0 : say_rows(split, out, most ? most : ROWS_MAX);
	for (size_t i = 0; !most && i < split->row_count && count < ROWS_MAX; i++) {
		const struct figure_row *row = &split->rows[i];
		if (ordered || row->suppressed || !strcmp(row->keys[0], "UNKNOWN"))
			out[count++] = row;
	}
	return count;
}

/* The first so many, or all of them. */
static bool split_draw(struct chart_pen *pen, const struct outline_chart *chart,
	struct drawing *drawing, struct html_report_table *table)
{
	const struct figure *split = report_figure(pen->report, chart->split.id, chart->split.by);
	const struct figure *of = chart->of ? report_figure(pen->report, chart->of, NULL) : split;
	int64_t whole = of ? of->total.counts.count : 0;
	if (!split || split->suppressed || of->suppressed || !split->row_count || !whole)
		return false;
	const struct figure_row *largest[ROWS_MAX];
	size_t first = rows_order(split, chart->first, largest);
	for (size_t i = 0; i < first; i++)
		split_add(pen, drawing, largest[i], whole);
	if (!chart->first) {
		const char *cells[] = {count_text(pen, whole), "100%"};
		table_row(pen, drawing, "Totaal", cells, 2);
	}
	const char *heads[] = {split->by[0]->label, "Aantal", "Deel"};
	table_end(pen, drawing, chart->title, heads, 3, table);
	return drawing->count;
}

/* ---- classes of days ---- */

static bool columns_draw(struct chart_pen *pen, const struct outline_chart *chart,
	struct drawing *drawing, struct html_report_table *table)
{
	const struct figure *split = report_figure(pen->report, chart->split.id, chart->split.by);
	if (!split || split->suppressed || !split->row_count || split->row_count > ROWS_MAX)
		return false;
	for (size_t i = 0; i < split->row_count; i++) {
		const struct figure_row *from = &split->rows[i];
		if (!strcmp(from->keys[0], "UNKNOWN"))
			continue;
		struct chart_row *row = &drawing->rows[drawing->count++];
		const char *key = from->keys[0];
		bool is_open = key[strlen(key) - 1] == '+'; /* 14+ is more than 13 weeks */
		*row = (struct chart_row){.label = is_open ? arena_printf(pen->arena, ">%lu",
								     strtoul(key, NULL, 10) - 1)
							   : key,
			.value = (double)from->value.counts.count,
			.text = count_text(pen, from->value.counts.count),
			.apart = is_open,
			.tone = chart->cut && i >= chart->cut ? TONE_ALERT : TONE_NOW};
		table_row(pen, drawing, from->labels[0], &row->text, 1);
	}
	const char *heads[] = {split->by[0]->label, "Aantal"};
	table_end(pen, drawing, chart->title, heads, 2, table);
	return drawing->count;
}

static struct chart_kolom kolom_of(
	struct chart_pen *pen, const struct outline_chart *chart, const struct drawing *drawing)
{
	const struct figure *split =
		chart->kind == OUTLINE_COLUMNS && chart->split.id
			? report_figure(pen->report, chart->split.id, chart->split.by)
			: NULL;
	struct chart_kolom out = {drawing->rows, drawing->count,
		.unit = split ? split->by[0]->unit : "", .axis = split ? split->by[0]->axis : NULL};
	const struct figure *norm =
		chart->norm ? report_figure(pen->report, chart->norm, NULL) : NULL;
	auto_buf struct buf text = {0};
	if (!norm || norm->suppressed || !norm->total.known || !chart->cut)
		return out;
	out.cut = chart->cut;
	say_value(norm, &text);
	out.within_text = page_text(&text, pen->arena);
	out.within = page_low(norm->kpi->counted, pen->arena);
	out.beyond_text = share_text(pen, 1 - norm->total.value);
	out.beyond = page_low(norm->kpi->others, pen->arena);
	return out;
}

/* ---- shares beside their norms ---- */

static struct chart_row share_row(struct chart_pen *pen, const struct figure *figure)
{
	size_t count;
	struct chart_row row = *figure_rows(figure, 0, pen->arena, &count);
	const struct published_figure *earlier =
		published_total(figure, pen->report->asked.year - 1);
	figure_row_judge(figure, &row, pen->arena);
	if (earlier) {
		row.before = earlier->value;
		row.before_text = share_text(pen, earlier->value);
	}
	return row;
}

static void share_table_row(struct chart_pen *pen, const struct figure *figure,
	const struct chart_row *row, struct drawing *drawing)
{
	const char *cells[] = {row->hidden ? "x" : row->text,
		page_norm(figure->kpi, figure_norm(figure), pen->arena),
		page_bounds(figure, pen->arena), figure_note_text(&figure->total, pen->arena)};
	for (size_t i = 0; i < 4; i++)
		cells[i] = cells[i] ? cells[i] : page_not_measured;
	table_row(pen, drawing, figure->kpi->label, cells, 4);
}

static bool shares_draw(struct chart_pen *pen, const struct outline_ids *figures, const char *title,
	struct drawing *drawing, struct html_report_table *table)
{
	for (size_t i = 0; i < figures->count; i++) {
		const struct figure *figure = report_figure(pen->report, figures->items[i], NULL);
		if (!figure || (!figure->suppressed && !figure->total.known))
			continue;
		struct chart_row *row = &drawing->rows[drawing->count++];
		*row = share_row(pen, figure);
		share_table_row(pen, figure, row, drawing);
	}
	const char *heads[] = {"Wat", count_text(pen, 0), "Norm", "Kan liggen tussen", "Aantal"};
	heads[1] = arena_printf(pen->arena, "%u", pen->report->asked.year);
	table_end(pen, drawing, title, heads, 5, table);
	return drawing->count;
}

/* ---- what is not known ---- */

static struct chart_row unknown_row(struct chart_pen *pen, const struct figure *figure)
{
	size_t count;
	struct chart_row row = *figure_rows(figure, 0, pen->arena, &count);
	row.label = figure->kpi->brief;
	row.unknown = true;
	return row;
}

static bool unknowns_draw(struct chart_pen *pen, const struct outline_chart *chart,
	struct drawing *drawing, struct html_report_table *table)
{
	for (size_t i = 0; i < chart->figures.count; i++) {
		const struct figure *figure =
			report_figure(pen->report, chart->figures.items[i], NULL);
		if (figure && (figure->suppressed || figure->total.known))
			drawing->rows[drawing->count++] = unknown_row(pen, figure);
	}
	figure_rows_sort(drawing->rows, drawing->count, ROWS_LARGEST_FIRST);
	for (size_t i = 0; i < drawing->count; i++) {
		const struct chart_row *row = &drawing->rows[i];
		const char *cells[] = {
			row->hidden ? "x" : row->note, row->hidden ? "x" : row->text};
		table_row(pen, drawing, row->label, cells, 2);
	}
	const char *heads[] = {"Gegeven", "Onbekend", "Deel"};
	table_end(pen, drawing, chart->title, heads, 3, table);
	return drawing->count;
}

/* ---- parts of a whole, over time ---- */

/* One bar: what figures count in a quarter or a month, darkest first. */
static bool stack_row(struct chart_pen *pen, const struct outline_ids *figures,
	enum outline_span span, size_t index, struct chart_row *out)
{
	static const enum chart_tone tones[] = {TONE_NOW, TONE_LIGHT, TONE_MIDDLE};
	struct chart_part *parts = arena_alloc(pen->arena, figures->count * sizeof *parts + 1);
	auto_buf struct buf note = {0};
	double sum = 0;
	for (size_t i = 0; i < figures->count; i++) {
		const struct figure *figure =
			report_part(pen->report, figures->items[i], span, index);
		if (!figure)
			return false;
		out->hidden = out->hidden || figure->suppressed || !figure->total.known;
		parts[i] = (struct chart_part){figure->total.value, tones[i % 3]};
		sum += figure->total.value;
		buf_text(&note, i ? " + " : "");
		nl_count(llround(figure->total.value), &note);
	}
	if (out->hidden)
		return true;
	*out = (struct chart_row){.label = out->label,
		.value = sum,
		.text = count_text(pen, llround(sum)),
		.note = span == OUTLINE_QUARTER ? page_text(&note, pen->arena) : NULL,
		.parts = parts,
		.part_count = figures->count};
	return true;
}

static void stack_table_row(struct chart_pen *pen, const struct outline_ids *figures,
	const struct chart_row *row, struct drawing *drawing)
{
	const char *cells[CELLS_MAX];
	size_t count = 0;
	for (; count < figures->count && count + 1 < CELLS_MAX; count++)
		cells[count] =
			row->hidden ? "x" : count_text(pen, llround(row->parts[count].value));
	cells[count++] = row->hidden ? "x" : row->text;
	table_row(pen, drawing, row->label, cells, count);
}

static bool quarters_draw(struct chart_pen *pen, const struct outline_chart *chart,
	struct drawing *drawing, struct html_report_table *table)
{
	const char *heads[CELLS_MAX + 1] = {"Kwartaal"};
	size_t count = 1;
	for (size_t i = 0; i < REPORT_QUARTERS; i++) {
		struct chart_row *row = &drawing->rows[drawing->count];
		*row = (struct chart_row){
			.label = arena_printf(pen->arena, "%zue kwartaal", i + 1)};
		if (!stack_row(pen, &chart->figures, OUTLINE_QUARTER, i, row))
			continue;
		stack_table_row(pen, &chart->figures, row, drawing);
		drawing->count++;
	}
	for (; count - 1 < chart->figures.count && count < CELLS_MAX; count++)
		heads[count] = kpi_find(pen->report->kpis, chart->figures.items[count - 1])->label;
	heads[count++] = "Samen";
	table_end(pen, drawing, chart->title, heads, count, table);
	return drawing->count;
}

/* ---- drawing ---- */

static void balk_draw(struct chart_pen *pen, const struct chart *chart,
	const struct outline_chart *outline, const struct drawing *drawing, struct buf *out)
{
	struct chart_balk balk = {.rows = drawing->rows, .count = drawing->count};
	const struct figure *norm = outline->kind == OUTLINE_QUARTERS && outline->norm
					    ? report_figure(pen->report, outline->norm, NULL)
					    : NULL;
	auto_buf struct buf text = {0};
	if (norm && figure_norm(norm)->kind != NORM_NONE) {
		balk.norm = figure_norm(norm)->value;
		buf_text(&text, "norm: ");
		text_norm_value(figure_norm(norm), true, &text);
		balk.norm_text = page_text(&text, pen->arena);
	}
	chart_balk(chart, &balk, out);
}

static void kind_draw(struct chart_pen *pen, const struct chart *chart,
	const struct outline_chart *outline, const struct drawing *drawing, struct buf *out)
{
	const struct chart_stapel stapel = {drawing->rows, drawing->count};
	const struct chart_stip stip = {.rows = drawing->rows, .count = drawing->count};
	const struct chart_kolom kolom = kolom_of(pen, outline, drawing);
	switch (outline->kind) {
	case OUTLINE_PARTS:
		chart_stapel(chart, &stapel, out);
		break;
	case OUTLINE_COLUMNS:
		chart_kolom(chart, &kolom, out);
		break;
	case OUTLINE_SHARES:
		chart_stip(chart, &stip, out);
		break;
	default:
		balk_draw(pen, chart, outline, drawing, out);
	}
}

static struct html both_draw(
	struct chart_pen *pen, const struct outline_chart *outline, const struct drawing *drawing)
{
	auto_buf struct buf out = {0};
	static const unsigned widths[] = {CHART_NARROW, CHART_WIDE};
	for (size_t i = 0; i < 2; i++) {
		const struct chart chart = {
			.title = outline->title, .number = ++pen->number, .width = widths[i]};
		kind_draw(pen, &chart, outline, drawing, &out);
	}
	size_t len = out.len;
	return (struct html){page_text(&out, pen->arena), len};
}

bool report_chart(struct chart_pen *pen, const struct outline_chart *chart,
	struct html_report_table *table, struct html *drawn)
{
	static const enum chart_tone tones[] = {
		TONE_LIGHT, TONE_MIDDLE, TONE_NOW, TONE_BEFORE, TONE_INK};
	struct drawing drawing = {.count = 0};
	bool any = false;
	if (chart->kind == OUTLINE_QUARTERS)
		any = quarters_draw(pen, chart, &drawing, table);
	else if (chart->kind == OUTLINE_BARS || chart->kind == OUTLINE_PARTS)
		any = split_draw(pen, chart, &drawing, table);
	else if (chart->kind == OUTLINE_COLUMNS)
		any = columns_draw(pen, chart, &drawing, table);
	else if (chart->kind == OUTLINE_SHARES)
		any = shares_draw(pen, &chart->figures, chart->title, &drawing, table);
	else if (chart->kind == OUTLINE_UNKNOWNS)
		any = unknowns_draw(pen, chart, &drawing, table);
	for (size_t i = 0; chart->kind == OUTLINE_PARTS && i < drawing.count; i++)
		drawing.rows[i].tone = tones[i % 5];
	if (any)
		*drawn = both_draw(pen, chart, &drawing);
	return any;
}

struct html report_norms_chart(struct chart_pen *pen)
{
	struct html_report_table table;
	struct html drawn = {"", 0};
	struct outline_chart chart = {
		.kind = OUTLINE_SHARES, .title = "Normen", .figures = pen->report->outline->norms};
	report_chart(pen, &chart, &table, &drawn);
	return drawn;
}

struct html report_cover_chart(struct chart_pen *pen)
{
	struct drawing drawing = {.count = 0};
	const struct outline_ids *figures = &pen->report->outline->cover;
	for (size_t i = 0; i < REPORT_MONTHS; i++) {
		struct chart_row *row = &drawing.rows[drawing.count];
		*row = (struct chart_row){.label = nl_months_short[i]};
		drawing.count += stack_row(pen, figures, OUTLINE_MONTH, i, row);
	}
	if (!drawing.count)
		return (struct html){"", 0};
	const struct outline_chart chart = {
		.kind = OUTLINE_COLUMNS, .title = "Contacten per maand"};
	return both_draw(pen, &chart, &drawing);
}
