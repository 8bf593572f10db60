/*
 * stip: a share a row on one axis: shares against their norms, or groups beside the whole. What is not known is drawn as
 * the range that it leaves. At 300 the label stands above its row, and the grid is at the track only.
 */
#include "web/chart_own.h"

enum { APART = 8, TICKS_MAX = 16 };

struct layout {
	const struct chart_stip *stip;
	bool wide;
	double width, label, x0, x1; /* of the axis */
	double from, to, step;
	double top;
	bool notes;
};

static double x_of(const struct layout *at, double value)
{
	double inside = fmin(fmax(value, at->from), at->to);
	return at->x0 + (inside - at->from) / (at->to - at->from) * (at->x1 - at->x0);
}

static void axis_choose(struct layout *at)
{
	const struct chart_stip *stip = at->stip;
	double max = stip->whole_text ? stip->whole : 0;
	at->from = stip->from;
	at->to = stip->to;
	at->step = stip->step;
	if (at->to > at->from && at->step > 0)
		return;
	for (size_t i = 0; i < stip->count; i++) {
		const struct chart_row *row = &stip->rows[i];
		max = higher(higher(max, row->value),
			fmax(row->high, row->before_text ? row->before : 0));
		max = higher(max, row->norm_text ? row->norm : 0);
	}
	at->from = 0;
	at->to = scale_top_share(max);
	at->step = at->to / 4;
}

/* Of the column at the right. */
static double side_width(const struct chart_stip *stip, bool notes)
{
	double widest = 0;
	for (size_t i = 0; i < stip->count; i++) {
		const struct chart_row *row = &stip->rows[i];
		if (row->hidden)
			continue;
		widest = fmax(widest, text_width(chart_row_text(row), SVG_TEXT, true));
		if (notes && row->note)
			widest = fmax(widest, text_width(row->note, SVG_NOTE, false));
	}
	return widest;
}

static struct layout layout_of(const struct chart *chart, const struct chart_stip *stip)
{
	struct layout at = {.stip = stip,
		.wide = chart_is_wide(chart),
		.width = chart->width,
		.label = chart->width,
		.x0 = 6,
		.top = stip->whole_text ? 16 : 4};
	double widest = 0;
	for (size_t i = 0; i < stip->count; i++)
		widest = fmax(widest, text_width(stip->rows[i].label, SVG_TEXT, false));
	if (at.wide) {
		at.label = fmin(widest + 2, .36 * at.width);
		at.x0 = at.label + 20;
	}
	/* Notes that would leave no room for the axis are in `desc` alone. */
	at.notes = side_width(stip, true) < .4 * at.width;
	at.x1 = at.width - 14 - side_width(stip, at.notes) - (at.wide ? 10 : 6);
	axis_choose(&at);
	return at;
}

/* ---- the axis ---- */

static size_t ticks_of(const struct layout *at)
{
	size_t ticks = (size_t)llround((at->to - at->from) / at->step) + 1;
	return ticks < TICKS_MAX ? ticks : TICKS_MAX;
}

static double tick_x(const struct layout *at, size_t tick)
{
	return x_of(at, at->from + at->step * (double)tick);
}

static void axis_draw(struct svg *svg, const struct layout *at, double bottom, double height)
{
	for (size_t i = 0; i < ticks_of(at); i++) {
		auto_buf struct buf text = {0};
		double x = tick_x(at, i);
		chart_number(&text, at->from + at->step * (double)i, true);
		if (at->wide)
			svg_line(svg, "r", x, at->top, x, bottom);
		svg_text(svg, "m", x, height - 5, i || at->wide ? ANCHOR_MIDDLE : ANCHOR_START,
			text.data);
	}
}

static void whole_draw(struct svg *svg, const struct layout *at, double y0, double y1)
{
	double x = x_of(at, at->stip->whole);
	svg_line(svg, at->stip->whole_is_norm ? "n" : "r0", x, y0, x, y1);
}

static void whole_say(struct svg *svg, const struct layout *at)
{
	double half = text_width(at->stip->whole_text, SVG_NOTE, false) / 2;
	double x = x_of(at, at->stip->whole);
	svg_text(svg, "m", fmax(half, fmin(x, at->width - half)), 10, ANCHOR_MIDDLE,
		at->stip->whole_text);
}

/* ---- a row ---- */

static double row_height(const struct layout *at, const struct chart_row *row, size_t lines)
{
	if (!at->wide)
		return 16 * (double)lines + 36;
	size_t most = at->notes && row->note && lines < 2 ? 2 : lines;
	return most == 1 ? 28 : 16 * (double)most + 8;
}

static void track_draw(struct svg *svg, const struct layout *at, double y)
{
	svg_line(svg, "r", at->x0, y, at->x1, y);
	if (at->wide)
		return;
	for (size_t i = 0; i < ticks_of(at); i++)
		svg_line(svg, "r", tick_x(at, i), y - 9, tick_x(at, i), y + 9);
	if (at->stip->whole_text)
		whole_draw(svg, at, y - 12, y + 12);
}

static void marks_draw(
	struct svg *svg, const struct layout *at, const struct chart_row *row, double y)
{
	if (row->high > row->low)
		svg_hatch(svg, x_of(at, row->low), y - 5, x_of(at, row->high) - x_of(at, row->low),
			10);
	if (row->norm_text)
		svg_line(svg, "nt", x_of(at, row->norm), y - 11, x_of(at, row->norm), y + 11);
	if (row->before_text && !isnan(row->before))
		svg_circle(svg, tone_ring(TONE_BEFORE), x_of(at, row->before), y, 4.5);
	if (isnan(row->value))
		return;
	if (row->tone == TONE_ALERT)
		svg_diamond(svg, tone_fill(TONE_ALERT), x_of(at, row->value), y, 7);
	else
		svg_circle(svg, tone_fill(row->unknown ? TONE_INK : row->tone),
			x_of(at, row->value), y, 5.5);
}

static void row_draw(struct svg *svg, const struct layout *at, const struct chart_row *row,
	const struct text_lines *label, double top)
{
	double more = 16 * (double)(label->count ? label->count - 1 : 0);
	double y = at->wide ? top + row_height(at, row, label->count) / 2 : top + more + 32;
	if (at->wide)
		svg_lines(svg, "t", at->label, y + 4.5 - more / 2, ANCHOR_END, label);
	else
		svg_lines(svg, "t", 0, top + 14, ANCHOR_START, label);
	if (row->hidden) {
		svg_text(svg, "m", at->x0 + 7, y + 4.5, ANCHOR_START, CHART_HIDDEN);
		return;
	}
	track_draw(svg, at, y);
	marks_draw(svg, at, row, y);
	double side = at->x1 + 14;
	bool noted = at->notes && row->note;
	svg_text(svg, "k", side, noted ? y - 3 : y + 4.5, ANCHOR_START, chart_row_text(row));
	if (noted)
		svg_text(svg, "m", side, y + 12.5, ANCHOR_START, row->note);
}

/* Draws the rows; without svg only measures. Returns where they end. */
static double rows_draw(struct svg *svg, const struct layout *at)
{
	double top = at->top;
	struct text_lines label;
	for (size_t i = 0; i < at->stip->count; i++) {
		const struct chart_row *row = &at->stip->rows[i];
		text_wrap(row->label, SVG_TEXT, at->label, &label);
		top += row->unknown ? APART : 0;
		if (svg)
			row_draw(svg, at, row, &label, top);
		top += row_height(at, row, label.count);
	}
	return top;
}

void chart_stip(const struct chart *chart, const struct chart_stip *stip, struct buf *out)
{
	if (!stip->count) {
		chart_empty(chart, out);
		return;
	}
	auto_buf struct buf words = {0};
	auto_free struct chart_row *rows = chart_rows_shown(stip->rows, stip->count);
	struct chart_stip shown = *stip;
	shown.rows = rows;
	struct svg svg = {out, chart->alone};
	struct layout at = layout_of(chart, &shown);
	double bottom = rows_draw(NULL, &at) + 4, height = bottom + 20;
	chart_say_rows(&words, rows, stip->count, NULL);
	chart_open(&svg, chart, height, &words);
	axis_draw(&svg, &at, bottom, height);
	if (stip->whole_text && at.wide)
		whole_draw(&svg, &at, at.top - 2, bottom);
	if (stip->whole_text)
		whole_say(&svg, &at);
	rows_draw(&svg, &at);
	svg_close(&svg);
}
