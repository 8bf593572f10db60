/*
 * kolom: a column a class of equal width. A distribution, with a cut after the norm; or the hours of a day, before an
 * ordinary day's outline. The open last class stands apart.
 */
#include "web/chart_own.h"

enum { FOOT = 38, LIFT = 13, CLASSES_MAX = 64 };
static const double set_apart = .6; /* of a column */

struct layout {
	const struct chart_kolom *kolom;
	double width, column, top, base, unit, max;
	bool outlined;
	double value_y[CLASSES_MAX]; /* where the value above each stands */
	struct text_lines axis;
};

static double column_x(const struct layout *at, size_t index)
{
	double before = 0;
	for (size_t i = 0; i <= index && i < at->kolom->count; i++)
		before += at->kolom->rows[i].apart || at->kolom->rows[i].unknown ? set_apart : 0;
	return at->column * ((double)index + before);
}

static double column_high(const struct layout *at, const struct chart_row *row)
{
	return chart_row_is_drawn(row) ? at->unit * row->value : 0;
}

/* What stands above a column; NULL: nothing. */
static const char *value_of(const struct chart_row *row)
{
	return row->hidden ? "x" : row->text;
}

/* Above the middle of its column, as far as the edges let it. */
static double value_x(const struct layout *at, size_t index)
{
	double half = text_width(value_of(&at->kolom->rows[index]), SVG_NOTE, false) / 2 / 1.04;
	double middle = column_x(at, index) + at->column / 2;
	return fmax(half, fmin(middle, at->width - half));
}

static bool values_touch(const struct layout *at, size_t a, size_t b)
{
	const char *text_a = value_of(&at->kolom->rows[a]), *text_b = value_of(&at->kolom->rows[b]);
	if (!text_a || !text_b || fabs(at->value_y[a] - at->value_y[b]) >= LIFT)
		return false;
	return value_x(at, b) - value_x(at, a) <
	       (text_width(text_a, SVG_NOTE, false) + text_width(text_b, SVG_NOTE, false)) / 2;
}

/* Values stand on their columns; one that would touch another goes up. Returns where the highest stands. */
static double values_place(struct layout *at)
{
	double highest = at->base;
	at->unit = at->max > 0 ? (at->base - at->top) / at->max : 0;
	for (size_t i = 0; i < at->kolom->count; i++) {
		at->value_y[i] = at->base - column_high(at, &at->kolom->rows[i]) - 5;
		for (size_t before = 0; before < i; before++) {
			if (!values_touch(at, before, i))
				continue;
			at->value_y[i] = at->value_y[before] - LIFT;
			before = (size_t)-1; /* it may touch another there */
		}
		highest = fmin(highest, at->value_y[i]);
	}
	return highest;
}

static struct layout layout_of(const struct chart *chart, const struct chart_kolom *kolom)
{
	struct layout at = {.kolom = kolom, .width = chart->width};
	double columns = (double)kolom->count, height = chart_is_wide(chart) ? 220 : 196;
	must(kolom->count <= CLASSES_MAX); /* it is for classes that one sees at a glance */
	for (size_t i = 0; i < kolom->count; i++) {
		const struct chart_row *row = &kolom->rows[i];
		columns += row->apart || row->unknown ? set_apart : 0;
		at.max = higher(higher(at.max, row->value), row->max);
		at.outlined = at.outlined || row->max > 0;
	}
	at.column = at.width / columns;
	text_wrap(kolom->axis ? kolom->axis : "", SVG_NOTE, at.width, &at.axis);
	/* Without a cut nothing is said above the columns; parts of a column want room where there is some. */
	bool is_tall = kolom->cut || (chart_is_wide(chart) && kolom->count && kolom->rows->parts);
	at.base = (is_tall ? height : 170) - FOOT;
	at.top = kolom->cut ? 54 : 20;
	for (double least = at.top - 5; values_place(&at) < least && at.top < at.base - LIFT;)
		at.top += LIFT;
	return at;
}

static const char *class_of(const struct layout *at, size_t index)
{
	bool late = at->kolom->cut && index >= at->kolom->cut;
	return late ? tone_fill(TONE_ALERT) : tone_fill(at->kolom->rows[index].tone);
}

/* From the bottom up, with a gap between two. */
static void parts_draw(struct svg *svg, const struct layout *at, const struct chart_row *row,
	double x, double wide)
{
	const double gap = 2;
	double y = at->base;
	for (size_t i = 0; i < row->part_count; i++) {
		double high = at->unit * row->parts[i].value;
		double drawn = fmax(high - (i ? gap : 0), 0);
		if (drawn > 0)
			svg_rect(svg, tone_fill(row->parts[i].tone), x, y - high, wide, drawn);
		y -= high;
	}
}

static void column_draw(struct svg *svg, const struct layout *at, size_t index)
{
	const struct chart_row *row = &at->kolom->rows[index];
	double x = column_x(at, index), high = column_high(at, row);
	double inset = (at->outlined ? .24 : .12) * at->column, wide = at->column - 2 * inset;
	if (row->max > 0)
		svg_rect(svg, "cap", x + 2.5, at->base - at->unit * row->max, at->column - 5,
			at->unit * row->max);
	if (high > 0 && row->unknown)
		svg_hatch(svg, x + inset, at->base - high, wide, high);
	else if (high > 0 && row->part_count)
		parts_draw(svg, at, row, x + inset, wide);
	else if (high > 0)
		svg_rect(svg, class_of(at, index), x + inset, at->base - high, wide, high);
	if (value_of(row))
		svg_text(svg, row->hidden ? "m" : "s", value_x(at, index), at->value_y[index],
			ANCHOR_MIDDLE, value_of(row));
}

static void columns_draw(struct svg *svg, const struct layout *at)
{
	double tick_end = 0;
	for (size_t i = 0; i < at->kolom->count; i++) {
		const struct chart_row *row = &at->kolom->rows[i];
		double middle = column_x(at, i) + at->column / 2;
		double half = text_width(row->label, SVG_NOTE, false) / 2;
		column_draw(svg, at, i);
		if (middle - half < tick_end || middle + half > at->width + 1)
			continue; /* as ticks do; `desc` has them all */
		svg_text(svg, "m", middle, at->base + 16, ANCHOR_MIDDLE, row->label);
		tick_end = middle + half;
	}
}

static void side_draw(
	struct svg *svg, double x, enum svg_anchor anchor, const char *share, const char *what)
{
	svg_text(svg, "k", x, 14, anchor, share);
	svg_text(svg, "m", x, 30, anchor, what);
}

static double side_width(const char *share, const char *what)
{
	return fmax(text_width(what, SVG_NOTE, false), text_width(share, SVG_TEXT, true));
}

/* What lies within and beyond the norm, at either side of the cut; at an edge where there is no room beside it. */
static void cut_draw(struct svg *svg, const struct layout *at)
{
	const struct chart_kolom *kolom = at->kolom;
	/* Where all classes that there are lie within the norm it is their end. */
	double x = column_x(at, kolom->cut < kolom->count ? kolom->cut : kolom->count);
	double within = side_width(kolom->within_text, kolom->within);
	double beyond = side_width(kolom->beyond_text, kolom->beyond);
	double left = fmin(x - 9, at->width - beyond - 9), right = fmax(x + 9, within + 2);
	svg_line(svg, "n", x, 6, x, at->base);
	if (within <= left)
		side_draw(svg, left, ANCHOR_END, kolom->within_text, kolom->within);
	else
		side_draw(svg, 0, ANCHOR_START, kolom->within_text, kolom->within);
	if (right + beyond <= at->width)
		side_draw(svg, right, ANCHOR_START, kolom->beyond_text, kolom->beyond);
	else
		side_draw(svg, at->width, ANCHOR_END, kolom->beyond_text, kolom->beyond);
}

void chart_kolom(const struct chart *chart, const struct chart_kolom *kolom, struct buf *out)
{
	if (!kolom->count) {
		chart_empty(chart, out);
		return;
	}
	auto_buf struct buf words = {0};
	auto_free struct chart_row *rows = chart_rows_shown(kolom->rows, kolom->count);
	struct chart_kolom shown = *kolom;
	shown.rows = rows;
	struct svg svg = {out, chart->alone};
	struct layout at = layout_of(chart, &shown);
	chart_say_rows(&words, rows, kolom->count, kolom->unit);
	double more = at.axis.count > 1 ? 16 * (double)(at.axis.count - 1) : 0;
	chart_open(&svg, chart, at.base + FOOT + more, &words);
	svg_line(&svg, "r0", 0, at.base + .5, at.width, at.base + .5);
	columns_draw(&svg, &at);
	svg_lines(&svg, "m", 0, at.base + 32, ANCHOR_START, &at.axis);
	if (kolom->cut)
		cut_draw(&svg, &at);
	svg_close(&svg);
}
