#include "figures/render.h"

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
	out->has_suppressed = out->suppressed = row->suppressed;
	if (row->suppressed)
		return out;
	out->has_value = value->known;
	out->value = value->value;
	out->has_count = out->has_unknown = true;
	out->count = (uint64_t)value->counts.count;
	out->unknown = (uint64_t)value->counts.unknown;
	out->has_of = value->has_of;
	out->of = (uint64_t)value->counts.of;
	out->has_p50 = out->has_p90 = out->has_mean = has_spread(figure);
	out->p50 = number_or_nan(value->has_spread, value->p50);
	out->p90 = number_or_nan(value->has_spread, value->p90);
	out->mean = number_or_nan(value->has_spread, value->mean);
	return out;
}

static Wot__V1__FigureNorm *norm_message(const struct norm *norm, struct arena *arena)
{
	if (norm->kind == NORM_NONE)
		return NULL;
	Wot__V1__FigureNorm *out = (void *)message_new(&wot__v1__figure_norm__descriptor, arena);
	out->has_at_least = norm->kind == NORM_AT_LEAST;
	out->has_more_than = norm->kind == NORM_MORE_THAN;
	out->has_at_most = norm->kind == NORM_AT_MOST;
	out->at_least = out->more_than = out->at_most = norm->value;
	return out;
}

/* Of each log, under its name. */
static Wot__V1__FigureMarks *marks_message(const uint64_t marks[STREAM_COUNT], struct arena *arena)
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
	out->has_value = total->known;
	out->value = total->value;
	out->has_count = out->has_unknown = true;
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
	out->has_met = figure->met != MET_UNKNOWN;
	out->met = figure->met == MET_YES;
}

Wot__V1__Figure *render_message(const struct kpis *kpis, const struct figure *figure,
	const uint64_t marks[STREAM_COUNT], struct arena *arena)
{
	Wot__V1__Figure *out = (void *)message_new(&wot__v1__figure__descriptor, arena);
	out->id = (char *)figure->kpi->id;
	out->label = (char *)figure->kpi->label;
	out->period = (void *)message_new(&wot__v1__figure_period__descriptor, arena);
	out->period->from = figure->period.from;
	out->period->to = figure->period.to;
	out->definition = kpis->definitions[figure->definition].name;
	out->unit = (char *)kpi_units[figure->kpi->unit];
	total_fill(figure, out);
	out->norm = norm_message(figure_norm(figure), arena);
	out->marks = marks_message(marks, arena);
	out->n_by = figure->row_count;
	out->by = arena_alloc(arena, figure->row_count * sizeof *out->by + 1);
	for (size_t i = 0; i < figure->row_count; i++)
		out->by[i] = row_message(figure, &figure->rows[i], arena);
	return out;
}

void render_json(const struct kpis *kpis, const struct figure *figures, size_t count,
	const uint64_t marks[STREAM_COUNT], struct buf *out)
{
	auto_arena struct arena arena = {0};
	Wot__V1__Figures list = WOT__V1__FIGURES__INIT;
	list.items = arena_alloc(&arena, count * sizeof *list.items + 1);
	for (; list.n_items < count; list.n_items++)
		list.items[list.n_items] =
			render_message(kpis, &figures[list.n_items], marks, &arena);
	read_print(&list.base, out);
	buf_char(out, '\n');
}

/* ---- CSV: a line a figure, and one for each row of its split ---- */

void render_csv_field(struct buf *out, const char *text)
{
	if (!strpbrk(text, "\",\r\n")) {
		buf_text(out, text);
		return;
	}
	buf_char(out, '"');
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
	if (known)
		buf_number(out, number);
}

static void csv_line(const struct kpis *kpis, const struct figure *figure, const char *key,
	const char *label, const struct value *value, bool is_total, struct buf *out)
{
	static const char *const mets[] = {"", "false", "true"};
	char from[16], to[16];
	period_print_day(figure->period.from, from);
	period_print_day(figure->period.to, to);
	buf_printf(out, "%s,", figure->kpi->id);
	render_csv_field(out, figure->kpi->label);
	buf_printf(out, ",%s,%s,%u,", from, to, kpis->definitions[figure->definition].name);
	render_csv_field(out, key);
	buf_char(out, ',');
	render_csv_field(out, label);
	buf_printf(out, ",%s", kpi_units[figure->kpi->unit]);
	csv_number(out, value->known, value->value);
	csv_number(out, true, (double)value->counts.count);
	csv_number(out, value->has_of, (double)value->counts.of);
	csv_number(out, true, (double)value->counts.unknown);
	csv_number(out, value->has_range, value->low);
	csv_number(out, value->has_range, value->high);
	csv_number(out, value->has_spread, value->p50);
	csv_number(out, value->has_spread, value->p90);
	csv_number(out, value->has_spread, value->mean);
	const struct norm *norm = figure_norm(figure);
	bool has_norm = is_total && norm->kind != NORM_NONE;
	buf_printf(out, ",%s", has_norm ? norm_kinds[norm->kind] : "");
	csv_number(out, has_norm, norm->value);
	buf_printf(out, ",%s\n", is_total ? mets[figure->met] : "");
}

void render_csv(
	const struct kpis *kpis, const struct figure *figures, size_t count, struct buf *out)
{
	buf_text(out, "id,label,from,to,definition,key,keyLabel,unit,value,count,of,unknown,low,"
		      "high,p50,p90,"
		      "mean,norm,normValue,met\n");
	for (size_t i = 0; i < count; i++) {
		const struct figure *figure = &figures[i];
		csv_line(kpis, figure, "", "", &figure->total, true, out);
		for (size_t r = 0; r < figure->row_count; r++) {
			const struct figure_row *row = &figure->rows[r];
			char key[512], label[512];
			row_text(key, sizeof key, row->keys, figure->by_count, ",");
			row_text(label, sizeof label, row->labels, figure->by_count, ", ");
			csv_line(kpis, figure, key, label, &row->value, false, out);
		}
	}
}

/* ---- a table for people ---- */

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

static void cells_value(struct grid *grid, enum kpi_unit unit, const struct value *value)
{
	render_cell(grid, unit, value->known, value->value);
	grid_cell(grid, "%" PRId64, value->counts.count);
	render_cell(grid, UNIT_COUNT, value->has_of, (double)value->counts.of);
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
	static const char *const mets[] = {"", "missed", "met"};
	const struct norm *norm = figure_norm(figure);
	bool is_share = figure->kpi->unit == UNIT_SHARE;
	if (norm->kind == NORM_NONE)
		grid_cell(grid, " ");
	else
		grid_cell(grid, "%s%g%s%s", signs[norm->kind],
			is_share ? 100 * norm->value : norm->value, is_share ? "%" : "",
			norm->months == 3    ? " a quarter"
			: norm->months == 12 ? " a year"
					     : "");
	if (norm->held_to != figure->kpi && figure->met != MET_UNKNOWN)
		grid_cell(grid, "%s by %s", mets[figure->met], norm->held_to->id);
	else
		grid_cell(grid, "%s", mets[figure->met]);
}

void render_text(
	const struct kpis *kpis, const struct figure *figures, size_t count, struct buf *out)
{
	static const char *const heads[] = {
		"kpi", "", "value", "count", "of", "unknown", "range", "norm", "met"};
	struct grid grid = {.columns = sizeof heads / sizeof *heads, .right = 0x3c};
	if (count) {
		char from[16], to[16];
		period_print_day(figures->period.from, from);
		period_print_day(figures->period.to, to);
		buf_printf(out, "%s to %s, definition of %u\n", from, to,
			kpis->definitions[figures->definition].name);
	}
	for (size_t i = 0; i < grid.columns; i++)
		grid_cell(&grid, "%s", heads[i]);
	for (size_t i = 0; i < count; i++) {
		const struct figure *figure = &figures[i];
		grid_cell(&grid, "%s", figure->kpi->id);
		grid_cell(&grid, "%s", figure->kpi->title);
		cells_value(&grid, figure->kpi->unit, &figure->total);
		cells_norm(&grid, figure);
		for (size_t r = 0; r < figure->row_count; r++) {
			const struct figure_row *row = &figure->rows[r];
			char key[512], label[512];
			row_text(key, sizeof key, row->keys, figure->by_count, ",");
			row_text(label, sizeof label, row->labels, figure->by_count, ", ");
			grid_cell(&grid, "  %s", key);
			grid_cell(&grid, "  %s", label);
			cells_value(&grid, figure->kpi->unit, &row->value);
			grid_cell(&grid, " ");
			grid_cell(&grid, "%s", "");
		}
	}
	grid_print(&grid, out);
	grid_done(&grid);
}
