#include "figures/render.h"

#include "figures/published.h"
#include "lib/calendar.h"
#include "lib/clean.h"
#include "proto/event.h"
#include "proto/field.h"
#include "proto/read.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Two keys of a cross are one: "ZUID,LIGHT". */
static void row_text(
	char *out, size_t room, const char *const *texts, size_t count, const char *gap)
{
	snprintf(out, room, "%s%s%s", texts[0], count > 1 ? gap : "", count > 1 ? texts[1] : "");
}

/* ---- JSON: the message of read.proto ---- */

static bool has_spread(const struct figure *figure)
{
	return figure->kpi->unit != UNIT_COUNT && figure->kpi->unit != UNIT_SHARE;
}

/* NULL: not judged. */
static char *difference_text(enum difference difference)
{
	return difference ? (char *)difference_names[difference] : NULL;
}

static double number_or_nan(bool known, double number)
{
	return known ? number : NAN;
}

static Wot__V1__FigureRow *row_message(
	const struct figure *figure, const struct figure_row *row, struct arena *arena)
{
	const struct value *value = &row->value;
	Wot__V1__FigureRow *out = (void *)message_new(&wot__v1__figure_row__descriptor, arena);
	char text[512];
	row_text(text, sizeof text, row->keys, figure->by_count, ",");
	out->key = arena_strdup(arena, text);
	row_text(text, sizeof text, row->labels, figure->by_count, ", ");
	out->label = arena_strdup(arena, text);
	out->has_over = row->is_running; /* and is false */
	out->has_suppressed = out->suppressed = row->suppressed;
	if (row->suppressed)
		return out;
	out->has_value = value->known;
	out->value = value->value;
	out->has_count = true;
	out->has_unknown = !value->no_unknown;
	out->count = (uint64_t)value->counts.count;
	out->unknown = (uint64_t)value->counts.unknown;
	out->has_of = value->has_of;
	out->of = (uint64_t)value->counts.of;
	out->has_p50 = out->has_p90 = out->has_mean = has_spread(figure);
	out->p50 = number_or_nan(value->has_spread, value->p50);
	out->p90 = number_or_nan(value->has_spread, value->p90);
	out->mean = number_or_nan(value->has_spread, value->mean);
	out->group = difference_text(row->group);
	return out;
}

Wot__V1__FigurePeriod *render_period(const struct period *period, struct arena *arena)
{
	Wot__V1__FigurePeriod *out =
		(void *)message_new(&wot__v1__figure_period__descriptor, arena);
	out->from = period->from;
	out->to = period->to;
	return out;
}

Wot__V1__FigureNorm *render_norm(const struct norm *norm, struct arena *arena)
{
	if (norm->kind == NORM_NONE)
		return NULL;
	Wot__V1__FigureNorm *out = (void *)message_new(&wot__v1__figure_norm__descriptor, arena);
	out->has_at_least = norm->kind == NORM_AT_LEAST;
	out->has_more_than = norm->kind == NORM_MORE_THAN;
	out->has_at_most = norm->kind == NORM_AT_MOST;
	out->at_least = out->more_than = out->at_most = norm->value;
	out->per = norm->months ? (char *)norm_per(norm) : NULL;
	return out;
}

static Wot__V1__FigureNorm *norm_message(const struct figure *figure, struct arena *arena)
{
	const struct norm *norm = figure_norm(figure);
	Wot__V1__FigureNorm *out = render_norm(norm, arena);
	if (!out)
		return NULL;
	out->held_to = norm->held_to == figure->kpi ? NULL : (char *)norm->held_to->id;
	if (figure->spans_over) {
		const uint32_t met_in[] = {figure->spans_met, figure->spans_over};
		out->n_met_in = sizeof met_in / sizeof *met_in;
		out->met_in = arena_dup(arena, met_in, sizeof met_in);
	}
	out->has_needed = figure->has_needed;
	out->needed = (uint32_t)figure->needed;
	return out;
}

static Wot__V1__FigureBeside *beside_message(const struct figure *figure, struct arena *arena)
{
	if (!figure->beside.asked)
		return NULL;
	Wot__V1__FigureBeside *out =
		(void *)message_new(&wot__v1__figure_beside__descriptor, arena);
	out->period = render_period(&figure->beside.period, arena);
	out->has_value = figure->beside.value.known;
	out->value = figure->beside.value.value;
	out->difference = difference_text(figure->beside.difference);
	return out;
}

static Wot__V1__FigureMonths *months_message(const struct months *months, struct arena *arena)
{
	if (!months->count)
		return NULL;
	Wot__V1__FigureMonths *out =
		(void *)message_new(&wot__v1__figure_months__descriptor, arena);
	out->count = (uint32_t)months->count;
	out->mean = months->mean;
	out->low = months->low;
	out->high = months->high;
	out->last = months->last;
	out->run = (uint32_t)months->run;
	out->difference = difference_text(months->difference);
	return out;
}

static void published_fill(const struct figure *figure, Wot__V1__Figure *out, struct arena *arena)
{
	out->published = arena_alloc(arena, figure->published_count * sizeof *out->published + 1);
	for (; out->n_published < figure->published_count; out->n_published++) {
		const struct published_figure *published = &figure->published[out->n_published];
		Wot__V1__FigurePublished *said =
			(void *)message_new(&wot__v1__figure_published__descriptor, arena);
		said->year = published->year;
		said->by = (char *)published->by;
		said->key = (char *)published->key;
		said->value = published->value;
		said->source = (char *)published->source;
		out->published[out->n_published] = said;
	}
}

/* Of each log, under its name. */
Wot__V1__FigureMarks *render_marks(const uint64_t marks[STREAM_COUNT], struct arena *arena)
{
	ProtobufCMessage *out = message_new(&wot__v1__figure_marks__descriptor, arena);
	for (enum stream stream = 0; stream < STREAM_COUNT; stream++) {
		const field_t *field = protobuf_c_message_descriptor_get_field_by_name(
			out->descriptor, stream_names[stream]);
		must(field);
		memcpy(field_member(out, field), &marks[stream], sizeof marks[stream]);
	}
	return (Wot__V1__FigureMarks *)out;
}

static void total_fill(const struct figure *figure, Wot__V1__Figure *out)
{
	const struct value *total = &figure->total;
	out->has_suppressed = out->suppressed = figure->suppressed;
	out->verdict = (char *)verdict_names[figure->verdict];
	if (figure->suppressed)
		return;
	out->has_value = total->known;
	out->value = total->value;
	out->has_count = true;
	out->has_unknown = !total->no_unknown;
	out->count = (uint64_t)total->counts.count;
	out->unknown = (uint64_t)total->counts.unknown;
	out->has_of = total->has_of;
	out->of = (uint64_t)total->counts.of;
	out->has_low = out->has_high = total->has_range;
	out->low = total->low;
	out->high = total->high;
	out->has_p50 = out->has_p90 = out->has_mean = has_spread(figure);
	out->p50 = number_or_nan(total->has_spread, total->p50);
	out->p90 = number_or_nan(total->has_spread, total->p90);
	out->mean = number_or_nan(total->has_spread, total->mean);
	out->met = verdict_is_met(figure->verdict);
	out->has_met = out->met || verdict_is_missed(figure->verdict);
}

Wot__V1__Figure *render_message(const struct kpis *kpis, const struct figure *figure,
	const uint64_t marks[STREAM_COUNT], struct arena *arena)
{
	Wot__V1__Figure *out = (void *)message_new(&wot__v1__figure__descriptor, arena);
	out->id = (char *)figure->kpi->id;
	out->label = (char *)figure->kpi->label;
	out->period = render_period(&figure->period, arena);
	out->definition = kpis->definitions[figure->definition].name;
	out->unit = (char *)kpi_units[figure->kpi->unit];
	total_fill(figure, out);
	out->norm = norm_message(figure, arena);
	out->has_complete_from = figure->complete_from;
	out->complete_from = figure->complete_from;
	out->beside = beside_message(figure, arena);
	out->months = months_message(&figure->months, arena);
	published_fill(figure, out, arena);
	out->marks = render_marks(marks, arena);
	out->n_by = figure->row_count;
	out->by = arena_alloc(arena, figure->row_count * sizeof *out->by + 1);
	for (size_t i = 0; i < figure->row_count; i++)
		out->by[i] = row_message(figure, &figure->rows[i], arena);
	return out;
}

Wot__V1__Figure **render_messages(const struct kpis *kpis, const struct figure *figures,
	size_t count, const uint64_t marks[STREAM_COUNT], struct arena *arena)
{
	Wot__V1__Figure **out = arena_alloc(arena, count * sizeof *out + 1);
	for (size_t i = 0; i < count; i++)
		out[i] = render_message(kpis, &figures[i], marks, arena);
	return out;
}

void render_json(const struct kpis *kpis, const struct figure *figures, size_t count,
	const uint64_t marks[STREAM_COUNT], struct buf *out)
{
	auto_arena struct arena arena = {0};
	Wot__V1__Figures list = WOT__V1__FIGURES__INIT;
	list.items = render_messages(kpis, figures, count, marks, &arena);
	list.n_items = count;
	read_print(&list.base, out);
	buf_char(out, '\n');
}

/* ---- CSV: a line a figure, and one for each row of its split ---- */

/* Names are what others typed: a spreadsheet would work out one that begins as a formula does, and shows one behind an
 * apostrophe as it stands. */
static bool is_formula(const char *text)
{
	return *text && strchr("=+-@\t\r", *text);
}

void render_csv_field(struct buf *out, const char *text)
{
	const char *mark = is_formula(text) ? "'" : "";
	if (!strpbrk(text, "\",\r\n")) {
		buf_printf(out, "%s%s", mark, text);
		return;
	}
	buf_printf(out, "\"%s", mark);
	for (; *text; text++) {
		if (*text == '"')
			buf_char(out, '"');
		buf_char(out, *text);
	}
	buf_char(out, '"');
}

static void csv_number(struct buf *out, bool known, double number)
{
	buf_char(out, ',');
	if (known && !isnan(number))
		buf_number(out, number);
}

static void csv_day(struct buf *out, bool known, int32_t day)
{
	char text[16] = "";
	if (known)
		calendar_print(day, text);
	buf_printf(out, ",%s", text);
}

static void csv_value(const struct value *value, bool hidden, struct buf *out)
{
	csv_number(out, value->known, value->value);
	csv_number(out, !hidden, (double)value->counts.count);
	csv_number(out, value->has_of, (double)value->counts.of);
	csv_number(out, !hidden && !value->no_unknown, (double)value->counts.unknown);
	csv_number(out, value->has_range, value->low);
	csv_number(out, value->has_range, value->high);
	csv_number(out, value->has_spread, value->p50);
	csv_number(out, value->has_spread, value->p90);
	csv_number(out, value->has_spread, value->mean);
}

/* What a row has none of. */
static const char csv_no_standing[] = ",,,,,,,,,,,,,,";

static void csv_standing(const struct figure *figure, struct buf *out)
{
	const struct norm *norm = figure_norm(figure);
	bool has_norm = norm->kind != NORM_NONE, has_spans = figure->spans_over;
	bool is_met = verdict_is_met(figure->verdict);
	bool is_judged = is_met || verdict_is_missed(figure->verdict);
	buf_printf(out, ",%s", norm_kinds[norm->kind]);
	csv_number(out, has_norm, norm->value);
	buf_printf(out, ",%s", !is_judged ? "" : is_met ? "true" : "false");
	buf_printf(out, ",%s", norm_per(norm));
	buf_printf(out, ",%s", has_norm && norm->held_to != figure->kpi ? norm->held_to->id : "");
	csv_number(out, has_spans, figure->spans_met);
	csv_number(out, has_spans, figure->spans_over);
	csv_number(out, figure->has_needed, figure->needed);
	buf_printf(out, ",%s", verdict_names[figure->verdict]);
	csv_day(out, figure->complete_from, figure->complete_from);
	csv_day(out, figure->beside.asked, figure->beside.period.from);
	csv_day(out, figure->beside.asked, figure->beside.period.to);
	csv_number(out, figure->beside.value.known, figure->beside.value.value);
	buf_printf(out, ",%s", difference_names[figure->beside.difference]);
}

/* row: NULL: the figure itself. */
static void csv_line(const struct kpis *kpis, const struct figure *figure,
	const struct figure_row *row, struct buf *out)
{
	char from[16], to[16], key[512] = "", label[512] = "";
	calendar_print(figure->period.from, from);
	calendar_print(figure->period.to, to);
	if (row) {
		row_text(key, sizeof key, row->keys, figure->by_count, ",");
		row_text(label, sizeof label, row->labels, figure->by_count, ", ");
	}
	buf_printf(out, "%s,", figure->kpi->id);
	render_csv_field(out, figure->kpi->label);
	buf_printf(out, ",%s,%s,%u,", from, to, kpis->definitions[figure->definition].name);
	render_csv_field(out, key);
	buf_char(out, ',');
	render_csv_field(out, label);
	buf_printf(
		out, ",%s,%s", row && row->is_running ? "false" : "", kpi_units[figure->kpi->unit]);
	csv_value(row ? &row->value : &figure->total, row ? row->suppressed : figure->suppressed,
		out);
	if (row)
		buf_text(out, csv_no_standing);
	else
		csv_standing(figure, out);
	buf_printf(out, ",%s\n", row ? difference_names[row->group] : "");
}

void render_csv(
	const struct kpis *kpis, const struct figure *figures, size_t count, struct buf *out)
{
	buf_text(out,
		"id,label,from,to,definition,key,keyLabel,over,unit,value,count,of,unknown,low,"
		"high,"
		"p50,p90,mean,norm,normValue,met,per,heldTo,spansMet,spansOver,needed,verdict,"
		"completeFrom,besideFrom,besideTo,besideValue,difference,group\n");
	for (size_t i = 0; i < count; i++) {
		const struct figure *figure = &figures[i];
		csv_line(kpis, figure, NULL, out);
		for (size_t r = 0; r < figure->row_count; r++)
			csv_line(kpis, figure, &figure->rows[r], out);
	}
}

/* ---- a table for people ---- */

enum { CELLS_OF_VALUE = 5 };

void grid_cell(struct grid *grid, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	buf_vprintf(&grid->cells, format, args);
	va_end(args);
	buf_char(&grid->cells, 0);
	grid->cell_count++;
}

void grid_done(struct grid *grid)
{
	buf_done(&grid->cells);
}

/* Characters, not bytes: labels are Dutch. */
static size_t text_width(const char *text)
{
	size_t width = 0;
	for (; *text; text++)
		width += ((unsigned char)*text & 0xc0) != 0x80;
	return width;
}

void grid_print(const struct grid *grid, struct buf *out)
{
	size_t widths[64] = {0};
	must(grid->columns && grid->columns <= 64);
	const char *cell = grid->cells.data;
	for (uint64_t i = 0; i < grid->cell_count; i++, cell += strlen(cell) + 1) {
		size_t width = text_width(cell);
		if (width > widths[i % grid->columns])
			widths[i % grid->columns] = width;
	}
	cell = grid->cells.data;
	for (uint64_t i = 0; i < grid->cell_count; i++, cell += strlen(cell) + 1) {
		size_t column = i % grid->columns, last = grid->columns - 1;
		int pad = (int)(widths[column] - text_width(cell));
		bool right = grid->right >> column & 1;
		buf_printf(out, "%*s%s%*s%s", right ? pad : 0, "", cell,
			right || column == last ? 0 : pad, "", column == last ? "\n" : "  ");
	}
}

void render_cell(struct grid *grid, enum kpi_unit unit, bool known, double number)
{
	if (!known)
		grid_cell(grid, "-");
	else if (unit == UNIT_SHARE)
		grid_cell(grid, "%.1f%%", 100 * number);
	else
		grid_cell(grid, "%.0f", number);
}

static void cells_value(
	struct grid *grid, enum kpi_unit unit, const struct value *value, bool hidden)
{
	if (hidden) {
		for (size_t i = 0; i < CELLS_OF_VALUE; i++)
			grid_cell(grid, "x");
		return;
	}
	render_cell(grid, unit, value->known, value->value);
	grid_cell(grid, "%" PRId64, value->counts.count);
	render_cell(grid, UNIT_COUNT, value->has_of, (double)value->counts.of);
	if (value->no_unknown)
		grid_cell(grid, "x");
	else
		grid_cell(grid, "%" PRId64, value->counts.unknown);
	if (value->has_range && value->high > value->low)
		grid_cell(grid, "%.1f%% to %.1f%%", 100 * value->low, 100 * value->high);
	else if (value->has_spread)
		grid_cell(grid, "p90 %d, mean %.1f", value->p90, value->mean);
	else
		grid_cell(grid, " ");
}

static void cells_norm(struct grid *grid, const struct figure *figure)
{
	static const char *const signs[] = {"", "at least ", "more than ", "at most "};
	const struct norm *norm = figure_norm(figure);
	bool is_share = figure->kpi->unit == UNIT_SHARE;
	if (norm->kind == NORM_NONE)
		grid_cell(grid, " ");
	else
		grid_cell(grid, "%s%g%s%s%s", signs[norm->kind],
			is_share ? 100 * norm->value : norm->value, is_share ? "%" : "",
			norm->months ? " a " : "", norm_per(norm));
}

/* "missed by contacts_total, 3 of 4" */
static void cell_verdict(struct grid *grid, const struct figure *figure)
{
	static const char *const words[] = {
		"", "running", "met", "met, not sure", "missed", "missed, not sure"};
	const struct norm *norm = figure_norm(figure);
	char held[96] = "", spans[32] = "", needed[32] = "";
	if (figure->verdict && norm->held_to != figure->kpi)
		snprintf(held, sizeof held, " by %s", norm->held_to->id);
	if (figure->spans_over > 1)
		snprintf(spans, sizeof spans, ", %u of %u", figure->spans_met, figure->spans_over);
	if (figure->needed > 0)
		snprintf(needed, sizeof needed, ", %.0f needed", figure->needed);
	grid_cell(grid, "%s%s%s%s", words[figure->verdict], held, spans, needed);
}

static void cells_beside(struct grid *grid, const struct figure *figure)
{
	render_cell(
		grid, figure->kpi->unit, figure->beside.value.known, figure->beside.value.value);
	grid_cell(grid, "%s", difference_names[figure->beside.difference]);
}

static void cells_row(struct grid *grid, const struct figure *figure, const struct figure_row *row)
{
	char key[512], label[512];
	row_text(key, sizeof key, row->keys, figure->by_count, ",");
	row_text(label, sizeof label, row->labels, figure->by_count, ", ");
	grid_cell(grid, "  %s", key);
	grid_cell(grid, "  %s%s", label, row->is_running ? " (not over)" : "");
	cells_value(grid, figure->kpi->unit, &row->value, row->suppressed);
	grid_cell(grid, " ");
	grid_cell(grid, "%s", row->group > DIFFERENCE_SAME ? difference_names[row->group] : "");
	if (figure->beside.asked) {
		grid_cell(grid, "%s", "");
		grid_cell(grid, "%s", "");
	}
}

static void text_head(const struct kpis *kpis, const struct figure *figure, struct buf *out)
{
	char from[16], to[16];
	calendar_print(figure->period.from, from);
	calendar_print(figure->period.to, to);
	buf_printf(out, "%s to %s, definition of %u", from, to,
		kpis->definitions[figure->definition].name);
	if (figure->beside.asked) {
		calendar_print(figure->beside.period.from, from);
		calendar_print(figure->beside.period.to, to);
		buf_printf(out, "; beside %s to %s", from, to);
	}
	if (figure->complete_from) {
		calendar_print(figure->complete_from, from);
		buf_printf(out, "; complete from %s", from);
	}
	buf_char(out, '\n');
}

void render_text(
	const struct kpis *kpis, const struct figure *figures, size_t count, struct buf *out)
{
	static const char *const heads[] = {"kpi", "", "value", "count", "of", "unknown", "range",
		"norm", "verdict", "beside", "difference"};
	enum { BESIDE = 2 };
	bool beside = count && figures->beside.asked;
	struct grid grid = {
		.columns = sizeof heads / sizeof *heads - (beside ? 0 : BESIDE), .right = 0x23c};
	if (count)
		text_head(kpis, figures, out);
	for (size_t i = 0; i < grid.columns; i++)
		grid_cell(&grid, "%s", heads[i]);
	for (size_t i = 0; i < count; i++) {
		const struct figure *figure = &figures[i];
		grid_cell(&grid, "%s", figure->kpi->id);
		grid_cell(&grid, "%s", figure->kpi->title);
		cells_value(&grid, figure->kpi->unit, &figure->total, figure->suppressed);
		cells_norm(&grid, figure);
		cell_verdict(&grid, figure);
		if (beside)
			cells_beside(&grid, figure);
		for (size_t r = 0; r < figure->row_count; r++)
			cells_row(&grid, figure, &figure->rows[r]);
	}
	grid_print(&grid, out);
	grid_done(&grid);
}
