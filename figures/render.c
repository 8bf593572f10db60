#include "figures/render.h"

#include "lib/clean.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void render_number(struct buf *out, double number)
{
	char text[32];
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof text, "%.*g", digits, number);
		if (strtod(text, NULL) == number)
			break;
	}
	buf_text(out, text);
}

static void json_member(struct buf *out, const char *name, bool known, double number)
{
	buf_printf(out, ",\"%s\":", name);
	if (known)
		render_number(out, number);
	else
		buf_text(out, "null");
}

static void json_counts(struct buf *out, const struct value *value)
{
	buf_printf(out, ",\"count\":%" PRId64, value->counts.count);
	json_member(out, "of", value->has_of, (double)value->counts.of);
	buf_printf(out, ",\"unknown\":%" PRId64, value->counts.unknown);
}

static void json_spread(struct buf *out, enum kpi_unit unit, const struct value *value)
{
	if (unit == UNIT_COUNT || unit == UNIT_SHARE)
		return;
	json_member(out, "p50", value->has_spread, value->p50);
	json_member(out, "p90", value->has_spread, value->p90);
	json_member(out, "mean", value->has_spread, value->mean);
}

/* Two keys of a cross are one: "ZUID,LIGHT". */
static void row_text(
	char *out, size_t room, const char *const *texts, size_t count, const char *gap)
{
	snprintf(out, room, "%s%s%s", texts[0], count > 1 ? gap : "", count > 1 ? texts[1] : "");
}

static void json_rows(struct buf *out, const struct figure *figure)
{
	buf_text(out, ",\"by\":[");
	for (size_t i = 0; i < figure->row_count; i++) {
		const struct figure_row *row = &figure->rows[i];
		char text[512];
		buf_text(out, i ? ",{\"key\":" : "{\"key\":");
		row_text(text, sizeof text, row->keys, figure->by_count, ",");
		buf_json(out, text);
		buf_text(out, ",\"label\":");
		row_text(text, sizeof text, row->labels, figure->by_count, ", ");
		buf_json(out, text);
		json_member(out, "value", row->value.known, row->value.value);
		json_counts(out, &row->value);
		json_spread(out, figure->kpi->unit, &row->value);
		buf_char(out, '}');
	}
	buf_char(out, ']');
}

static void json_norm(struct buf *out, const struct figure *figure)
{
	static const char *const mets[] = {"null", "false", "true"};
	const struct norm *norm = figure_norm(figure);
	if (norm->kind == NORM_NONE) {
		buf_text(out, ",\"norm\":null");
	} else {
		buf_printf(out, ",\"norm\":{\"%s\":", norm_kinds[norm->kind]);
		render_number(out, norm->value);
		buf_char(out, '}');
	}
	buf_printf(out, ",\"met\":%s", mets[figure->met]);
}

static void json_figure(const struct kpis *kpis, const struct figure *figure,
	const uint64_t marks[STREAM_COUNT], struct buf *out)
{
	const struct value *total = &figure->total;
	char from[16], to[16];
	period_print_day(figure->period.from, from);
	period_print_day(figure->period.to, to);
	buf_printf(out, "{\"id\":\"%s\",\"label\":", figure->kpi->id);
	buf_json(out, figure->kpi->label);
	buf_printf(out,
		",\"period\":{\"from\":\"%s\",\"to\":\"%s\"},\"definition\":%u,\"unit\":\"%s\"",
		from, to, kpis->definitions[figure->definition].name, kpi_units[figure->kpi->unit]);
	json_member(out, "value", total->known, total->value);
	json_counts(out, total);
	json_member(out, "low", total->has_range, total->low);
	json_member(out, "high", total->has_range, total->high);
	json_spread(out, figure->kpi->unit, total);
	json_norm(out, figure);
	buf_text(out, ",\"marks\":{");
	for (enum stream stream = 0; stream < STREAM_COUNT; stream++)
		buf_printf(out, "%s\"%s\":%" PRIu64, stream ? "," : "", stream_names[stream],
			marks[stream]);
	buf_char(out, '}');
	json_rows(out, figure);
	buf_char(out, '}');
}

void render_json(const struct kpis *kpis, const struct figure *figures, size_t count,
	const uint64_t marks[STREAM_COUNT], struct buf *out)
{
	buf_char(out, '[');
	for (size_t i = 0; i < count; i++) {
		buf_text(out, i ? ",\n" : "");
		json_figure(kpis, &figures[i], marks, out);
	}
	buf_text(out, "]\n");
}

/* ---- CSV: a line a figure, and one for each row of its split ---- */

void render_csv_field(struct buf *out, const char *text)
{
	if (!strpbrk(text, ",\"\r\n")) {
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
		render_number(out, number);
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
