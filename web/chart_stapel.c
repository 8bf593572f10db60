/*
 * stapel: the parts of one whole, side by side in one bar, each with its name and value above it. From right to left, a
 * label that does not fit before its right neighbour goes a level up, with a line to its part.
 */
#include "web/chart_own.h"

enum { PARTS_MAX = 16, BAR = 26, AIR = 10, LEAD_GAP = 5 };

struct label {
	struct text_lines name;
	double x, width; /* of the text's left edge */
	double part;     /* of its part's */
	size_t level;
};
struct layout {
	double width, level; /* the height of one */
	size_t levels;
	struct label labels[PARTS_MAX];
	double free_until[PARTS_MAX + 1]; /* of each level, from the left */
};

static double row_total(const struct chart_stapel *stapel)
{
	double total = 0;
	for (size_t i = 0; i < stapel->count; i++)
		if (chart_row_is_drawn(&stapel->rows[i]))
			total += stapel->rows[i].value;
	return total;
}

static double lines_width(const struct text_lines *lines, double size)
{
	double widest = 0;
	for (size_t i = 0; i < lines->count; i++) {
		auto_buf struct buf line = {0};
		buf_add(&line, lines->items[i].at, lines->items[i].len);
		widest = fmax(widest, text_width(line.data, size, false));
	}
	return widest;
}

static void label_measure(struct label *label, const struct chart_row *row, double width)
{
	text_wrap(row->label, SVG_NOTE, width / 2, &label->name);
	label->width = fmax(lines_width(&label->name, SVG_NOTE),
		text_width(chart_row_text(row), row->hidden ? SVG_NOTE : SVG_TEXT, !row->hidden));
}

/* The lowest level where it fits; on the levels below, its line is in the way of others. */
static void label_place(struct layout *at, struct label *label)
{
	for (size_t level = 0;; level++) {
		double x = label->part + (level ? LEAD_GAP : 0);
		x = fmax(fmin(x, at->width - label->width), 0);
		if (level < PARTS_MAX && x + label->width > at->free_until[level])
			continue;
		label->x = x;
		label->level = level;
		at->free_until[level] = x - AIR;
		for (size_t below = 0; below < level; below++)
			at->free_until[below] = fmin(at->free_until[below], label->part - AIR);
		at->levels = level >= at->levels ? level + 1 : at->levels;
		return;
	}
}

static void layout_make(struct layout *at, const struct chart_stapel *stapel, double unit)
{
	double right = at->width;
	size_t lines = 1;
	for (size_t level = 0; level <= PARTS_MAX; level++)
		at->free_until[level] = at->width;
	for (size_t i = stapel->count; i-- > 0;) {
		struct label *label = &at->labels[i];
		const struct chart_row *row = &stapel->rows[i];
		right -= chart_row_is_drawn(row) ? unit * row->value : 0;
		label->part = right;
		label_measure(label, row, at->width);
		label_place(at, label);
		lines = label->name.count > lines ? label->name.count : lines;
	}
	at->level = 34 + 16 * ((double)lines - 1);
}

static void part_draw(
	struct svg *svg, const struct chart_row *row, double x, double y, double width)
{
	if (!chart_row_is_drawn(row))
		return;
	if (row->unknown)
		svg_hatch(svg, x, y, fmax(width - 2, 1), BAR);
	else
		svg_rect(svg, tone_fill(row->tone), x, y, fmax(width - 2, 1), BAR);
}

/* Where a label's line ends: at the bar, or above a label that had to move left into its way. */
static double lead_end(const struct layout *at, const struct label *label, size_t count)
{
	double x = label->part + .5, end = at->level * (double)at->levels - 1;
	for (const struct label *right = label + 1; right < at->labels + count; right++)
		if (right->level < label->level && right->x <= x)
			end = fmin(end, at->level * (double)(at->levels - 1 - right->level));
	return end;
}

static void label_draw(struct svg *svg, const struct layout *at, const struct label *label,
	const struct chart_row *row, size_t count)
{
	double top = at->level * (double)(at->levels - 1 - label->level);
	bool ends = label->x < label->part && !label->level;
	enum svg_anchor anchor = ends ? ANCHOR_END : ANCHOR_START;
	double x = ends ? at->width : label->x;
	double name = top + at->level - 22 - 16 * ((double)label->name.count - 1);
	if (label->level)
		svg_line(svg, "lead", label->part + .5, top + at->level - 2, label->part + .5,
			lead_end(at, label, count));
	svg_lines(svg, "m", x, name, anchor, &label->name);
	svg_text(svg, row->hidden ? "m" : "k", x, top + at->level - 6, anchor, chart_row_text(row));
}

void chart_stapel(const struct chart *chart, const struct chart_stapel *stapel, struct buf *out)
{
	auto_free struct chart_row *rows = chart_rows_shown(stapel->rows, stapel->count);
	const struct chart_stapel shown = {rows, stapel->count};
	double total = row_total(&shown);
	if (total <= 0) {
		chart_empty(chart, out);
		return;
	}
	must(shown.count <= PARTS_MAX); /* it is for five */
	auto_buf struct buf words = {0};
	struct svg svg = {out, chart->alone};
	struct layout at = {.width = chart->width};
	double unit = at.width / total;
	layout_make(&at, &shown, unit);
	double bar = at.level * (double)at.levels;
	chart_say_rows(&words, rows, shown.count, NULL);
	chart_open(&svg, chart, bar + BAR + 2, &words);
	for (size_t i = 0; i < shown.count; i++) {
		const struct chart_row *row = &rows[i];
		part_draw(&svg, row, at.labels[i].part, bar, unit * row->value);
		label_draw(&svg, &at, &at.labels[i], row, shown.count);
	}
	svg_close(&svg);
}
