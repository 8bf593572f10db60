/*
 * balk: a bar a row. Compares classes, parts of a class, or load with capacity. At 300 the label stands above its bar.
 */
#include "web/chart_own.h"

#include <stdio.h>

enum { BAR = 16, BEFORE_GAP = 3, BEFORE = 6, GAP = 11, TEXT_GAP = 7, NOTE_GAP = 5, APART = 8 };

struct layout {
	const struct chart_balk *balk;
	bool wide, notes, before;
	double width, x0, label, unit; /* unit: pixels a value */
};

static double row_end(const struct chart_row *row)
{
	return higher(chart_row_is_drawn(row) ? row->value : 0, row->max);
}

/* What the texts right of a bar take, with some air. */
static double row_reserve(const struct chart_row *row, bool notes)
{
	double reserve = 12 + text_width(chart_row_text(row), SVG_TEXT, !row->hidden);
	if (notes && row->note)
		reserve += 4 + text_width(" ", SVG_TEXT, false) +
			   text_width(row->note, SVG_TEXT, false);
	return reserve;
}

static void before_say(const struct chart_row *row, struct buf *out)
{
	buf_printf(out, "vorig jaar %s", row->before_text);
}

static double before_reserve(const struct chart_row *row)
{
	auto_buf struct buf text = {0};
	before_say(row, &text);
	return 12 + text_width(text.data, SVG_NOTE, false);
}

/* One scale, such that the worst row fits with its text. */
static double unit_of(const struct layout *at)
{
	const struct chart_balk *balk = at->balk;
	double room = at->width - at->x0, unit = INFINITY;
	for (size_t i = 0; i < balk->count; i++) {
		const struct chart_row *row = &balk->rows[i];
		if (row_end(row) > 0)
			unit = fmin(unit, (room - row_reserve(row, at->notes)) / row_end(row));
		if (row->before_text && row->before > 0)
			unit = fmin(unit, (room - before_reserve(row)) / row->before);
	}
	if (balk->norm_text && balk->norm > 0)
		unit = fmin(unit, (room - 2) / balk->norm);
	return isinf(unit) ? 0 : unit;
}

static void label_measure(struct layout *at)
{
	if (!at->wide)
		return;
	double widest = 0;
	for (size_t i = 0; i < at->balk->count; i++)
		widest = fmax(widest, text_width(at->balk->rows[i].label, SVG_TEXT, false));
	at->label = fmin(widest + 2, .4 * at->width);
	at->x0 = at->label + 14;
}

static struct layout layout_of(const struct chart *chart, const struct chart_balk *balk)
{
	struct layout at = {.balk = balk,
		.wide = chart_is_wide(chart),
		.width = chart->width,
		.label = chart->width,
		.notes = true};
	label_measure(&at);
	double longest = 0;
	for (size_t i = 0; i < balk->count; i++) {
		longest = fmax(longest, row_reserve(&balk->rows[i], true));
		at.before = at.before || balk->rows[i].before_text;
	}
	/* Notes that would leave no room for bars are in `desc` alone. */
	at.notes = longest < .75 * (at.width - at.x0);
	at.unit = unit_of(&at);
	return at;
}

/* ---- a row ---- */

/* Where the bar stands below the row's top, and the row's height without the gap. */
static double bar_offset(const struct layout *at, size_t lines)
{
	double high = 16 * (double)lines;
	return at->wide ? (high - BAR) / 2 : high + 3;
}

static double row_height(const struct layout *at, size_t lines)
{
	double bars = BAR + (at->before ? BEFORE_GAP + BEFORE : 0);
	return at->wide ? fmax(16 * (double)lines, bar_offset(at, lines) + bars)
			: 16 * (double)lines + 4 + bars;
}

static void bar_draw(
	struct svg *svg, const struct layout *at, const struct chart_row *row, double y)
{
	double x = at->x0, length = at->unit * row->value;
	if (row->max > 0)
		svg_rect(svg, "cap", x + .5, y + .5, fmax(at->unit * row->max - 1, 1), BAR - 1);
	if (!chart_row_is_drawn(row))
		return;
	if (row->unknown)
		svg_hatch(svg, x, y, length, BAR);
	else if (!row->part_count)
		svg_rect(svg, tone_fill(row->tone), x, y, length, BAR);
	for (size_t i = 0; i < row->part_count; i++) {
		double part = at->unit * row->parts[i].value;
		double shown = i + 1 < row->part_count ? fmax(part - 2, 1) : part;
		if (part > 0)
			svg_rect(svg, tone_fill(row->parts[i].tone), x, y, shown, BAR);
		x += part;
	}
}

static void before_draw(
	struct svg *svg, const struct layout *at, const struct chart_row *row, double y)
{
	auto_buf struct buf text = {0};
	double drawn = row->before > 0 ? at->unit * row->before : 0;
	if (drawn > 0)
		svg_rect(svg, "b", at->x0, y, drawn, BEFORE);
	before_say(row, &text);
	svg_text(svg, "m", at->x0 + drawn + TEXT_GAP, y + 7, ANCHOR_START, text.data);
}

static void values_draw(
	struct svg *svg, const struct layout *at, const struct chart_row *row, double y)
{
	double x = at->x0 + at->unit * row_end(row) + TEXT_GAP;
	const char *text = chart_row_text(row);
	svg_text(svg, row->hidden ? "m" : "k", x, y, ANCHOR_START, text);
	if (row->note && at->notes)
		svg_text(svg, row->note_alerts ? tone_text(TONE_ALERT) : "m",
			x + text_width(text, SVG_TEXT, true) + NOTE_GAP, y, ANCHOR_START,
			row->note);
}

static void row_draw(struct svg *svg, const struct layout *at, const struct chart_row *row,
	const struct text_lines *label, double top)
{
	double y = top + bar_offset(at, label->count);
	bool centred = at->wide && label->count == 1;
	svg_lines(svg, "t", at->wide ? at->label : 0, top + (centred ? 12.5 : 12),
		at->wide ? ANCHOR_END : ANCHOR_START, label);
	bar_draw(svg, at, row, y);
	values_draw(svg, at, row, y + 12.5);
	if (row->before_text)
		before_draw(svg, at, row, y + BAR + BEFORE_GAP);
}

/* ---- the whole ---- */

static void norm_draw(struct svg *svg, const struct layout *at, double height)
{
	double x = at->x0 + at->unit * at->balk->norm;
	double half = text_width(at->balk->norm_text, SVG_NOTE, false) / 2;
	svg_line(svg, "n", x, 17, x, height);
	svg_text(svg, "m", fmax(half, fmin(x, at->width - half)), 12, ANCHOR_MIDDLE,
		at->balk->norm_text);
}

/* Draws the rows from a top on; without svg only measures. Returns where they end. */
static double rows_draw(struct svg *svg, const struct layout *at, double top)
{
	struct text_lines label;
	for (size_t i = 0; i < at->balk->count; i++) {
		const struct chart_row *row = &at->balk->rows[i];
		text_wrap(row->label, SVG_TEXT, at->label, &label);
		top += row->unknown && i && !row[-1].unknown ? APART : 0;
		if (svg)
			row_draw(svg, at, row, &label, top);
		top += row_height(at, label.count) + GAP;
	}
	return top;
}

void chart_balk(const struct chart *chart, const struct chart_balk *balk, struct buf *out)
{
	if (!balk->count) {
		chart_empty(chart, out);
		return;
	}
	auto_buf struct buf words = {0};
	auto_free struct chart_row *rows = chart_rows_shown(balk->rows, balk->count);
	struct chart_balk shown = *balk;
	shown.rows = rows;
	struct svg svg = {out, chart->alone};
	struct layout at = layout_of(chart, &shown);
	double top = balk->norm_text ? 20 : 4, height = rows_draw(NULL, &at, top) - 6;
	chart_say_rows(&words, rows, balk->count, NULL);
	chart_open(&svg, chart, height, &words);
	if (at.wide)
		svg_line(&svg, "ax", at.x0, top - 2, at.x0, height - 1);
	rows_draw(&svg, &at, top);
	if (balk->norm_text)
		norm_draw(&svg, &at, height);
	svg_close(&svg);
}
