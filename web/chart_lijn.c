/*
 * lijn: months or days, one line or several. Lines are labelled at their ends, with their last value.
 */
#include "web/chart_own.h"

#include <stdio.h>

#define BOLD (1.08 * SVG_TEXT) /* as wide as bold text is */
enum { TOP = 12, GRID = 4, LABELS_MAX = 8, APART = 16 };

struct layout {
	const struct chart_lijn *lijn;
	double width, x0, x1, base, slot, unit, step; /* step: of the grid, as a value */
	bool wide;
};

static double place_x(const struct layout *at, size_t place)
{
	return at->x0 + at->slot * ((double)place + .5);
}

static double value_y(const struct layout *at, double value)
{
	return at->base - at->unit * value;
}

static double max_of(const struct chart_lijn *lijn)
{
	double max = fmax(lijn->norm_text ? lijn->norm : 0, lijn->band_high);
	for (size_t l = 0; l < lijn->line_count; l++)
		for (size_t i = 0; i < lijn->count; i++)
			max = higher(max, lijn->lines[l].values[i]);
	return max;
}

/* Its last place of a known value; `count` where there is none. */
static size_t line_end(const struct chart_lijn *lijn, const struct chart_line *line)
{
	for (size_t i = lijn->count; i-- > 0;)
		if (!isnan(line->values[i]))
			return i;
	return lijn->count;
}

static size_t last_end(const struct chart_lijn *lijn)
{
	size_t last = 0;
	for (size_t l = 0; l < lijn->line_count; l++) {
		size_t end = line_end(lijn, &lijn->lines[l]);
		last = end < lijn->count && end > last ? end : last;
	}
	return last;
}

static bool ends_last(const struct chart_lijn *lijn, const struct chart_line *line)
{
	return line_end(lijn, line) == last_end(lijn);
}

static double tick_widest(const struct layout *at)
{
	double widest = 0;
	for (size_t i = 0; i <= GRID; i++) {
		auto_buf struct buf text = {0};
		chart_number(&text, at->step * (double)i, at->lijn->share);
		widest = fmax(widest, text_width(text.data, SVG_NOTE, false));
	}
	return widest;
}

/* A label at the right goes on on a next line where it would take half the room. */
static double label_widest(const struct chart_lijn *lijn, double width)
{
	double widest = lijn->norm_text ? text_width(lijn->norm_text, SVG_NOTE, false) : 0;
	for (size_t l = 0; l < lijn->line_count; l++)
		if (ends_last(lijn, &lijn->lines[l]))
			widest = fmax(widest, text_width(lijn->lines[l].label, SVG_TEXT, true));
	return fmin(widest, width / 2);
}

static struct layout layout_of(const struct chart *chart, const struct chart_lijn *lijn)
{
	struct layout at = {.lijn = lijn, .wide = chart_is_wide(chart), .width = chart->width};
	double max = max_of(lijn);
	at.step = lijn->share ? scale_top_share(max) / GRID : scale_step(max);
	at.base = (at.wide ? 220 : 190) - (lijn->group_count ? 40 : 24);
	at.unit = (at.base - TOP) / (GRID * at.step);
	at.x0 = tick_widest(&at) + 8;
	at.x1 = at.width - label_widest(lijn, at.width) - 12;
	at.slot = (at.x1 - at.x0) / (double)lijn->count;
	return at;
}

/* ---- the ground ---- */

static void grid_draw(struct svg *svg, const struct layout *at)
{
	for (size_t i = 0; i <= GRID; i++) {
		auto_buf struct buf text = {0};
		double value = at->step * (double)i, y = value_y(at, value);
		chart_number(&text, value, at->lijn->share);
		svg_line(svg, i ? "r" : "r0", at->x0, y, at->x1, y);
		svg_text(svg, "m", at->x0 - 7, y + 4, ANCHOR_END, text.data);
	}
}

/* Do the ticks stand free of each other when only every so many is shown? */
static bool ticks_fit(const struct layout *at, size_t every)
{
	double end = 0;
	for (size_t i = 0; i < at->lijn->count; i += every) {
		const char *tick = at->lijn->ticks[i];
		double half = tick ? text_width(tick, SVG_NOTE, false) / 2 : 0;
		if (tick && (place_x(at, i) - half < end || place_x(at, i) + half > at->width))
			return false;
		end = tick ? place_x(at, i) + half + 1 : end;
	}
	return true;
}

static void ticks_draw(struct svg *svg, const struct layout *at)
{
	static const size_t steps[] = {1, 3, 6, 12};
	size_t s = 0;
	while (s < sizeof steps / sizeof *steps && !ticks_fit(at, steps[s]))
		s++;
	if (s == sizeof steps / sizeof *steps)
		return; /* `desc` has the names */
	for (size_t i = 0; i < at->lijn->count; i += steps[s])
		if (at->lijn->ticks[i])
			svg_text(svg, "m", place_x(at, i), at->base + 16, ANCHOR_MIDDLE,
				at->lijn->ticks[i]);
	for (size_t g = 0; g < at->lijn->group_count; g++) {
		const struct chart_group *group = &at->lijn->groups[g];
		double from = place_x(at, group->first), to = place_x(at, group->last);
		double half = text_width(group->label, SVG_NOTE, false) / 2;
		svg_line(svg, "r0", from - 6, at->base + 22.5, to + 6, at->base + 22.5);
		if (2 * half <= to - from + at->slot)
			svg_text(svg, "m", (from + to) / 2, at->base + 36, ANCHOR_MIDDLE,
				group->label);
	}
}

static bool has_band(const struct chart_lijn *lijn)
{
	return lijn->band_high > 0;
}

static double band_high(const struct layout *at)
{
	return at->unit * (at->lijn->band_high - at->lijn->band_low);
}

static void band_draw(struct svg *svg, const struct layout *at)
{
	svg_rect(svg, "band", at->x0, value_y(at, at->lijn->band_high), at->x1 - at->x0,
		band_high(at));
}

/* At the top of the band; at its foot where the norm would go through the words. */
static void band_name(struct svg *svg, const struct layout *at)
{
	const struct chart_lijn *lijn = at->lijn;
	double top = value_y(at, lijn->band_high) + 14, foot = value_y(at, lijn->band_low) - 5;
	bool crossed = lijn->norm_text && fabs(value_y(at, lijn->norm) - (top - 3)) < 7;
	if (at->wide && band_high(at) >= 2 * SVG_NOTE)
		svg_text(svg, "m", at->x0 + 6, crossed ? foot : top, ANCHOR_START,
			"gewone schommeling");
}

/* ---- lines and their labels ---- */

struct label {
	struct text_lines text;
	const char *class;
	double y;
};

static void line_draw(struct svg *svg, const struct layout *at, const struct chart_line *line)
{
	size_t last = chart_trace(svg, tone_line(line->tone), line->values, at->lijn->count,
		place_x(at, 0), at->slot, at->base, at->unit);
	if (last < at->lijn->count)
		svg_circle(svg, line->open ? tone_ring(line->tone) : tone_fill(line->tone),
			place_x(at, last), value_y(at, line->values[last]), 4.5);
}

/* At the end of a line that ends before the others, under it. */
static void label_at_end(struct svg *svg, const struct layout *at, const struct chart_line *line)
{
	size_t end = line_end(at->lijn, line);
	if (end == at->lijn->count)
		return;
	double x = place_x(at, end), wide = text_width(line->label, SVG_TEXT, true);
	struct text_lines lines;
	text_wrap(line->label, BOLD, at->x1 - at->x0 - 12, &lines);
	double lowest = at->base - 6 - (x - wide >= at->x0 ? 0 : 16 * ((double)lines.count - 1));
	double y = fmin(value_y(at, line->values[end]) + 22, lowest);
	if (x - wide >= at->x0)
		svg_text(svg, tone_text(line->tone), x, y, ANCHOR_END, line->label);
	else
		svg_lines(svg, tone_text(line->tone), at->x0 + 6, y, ANCHOR_START, &lines);
}

/* 16 apart; what is pushed down takes the others a little up with it. */
static void labels_spread(struct label *const *sorted, size_t count, double bottom)
{
	double pushed = 0, up;
	for (size_t i = 1; i < count; i++) {
		double least = sorted[i - 1]->y + APART * (double)sorted[i - 1]->text.count;
		pushed = fmax(pushed, least - sorted[i]->y);
		sorted[i]->y = fmax(sorted[i]->y, least);
	}
	if (!count)
		return;
	const struct label *last = sorted[count - 1];
	up = fmax(pushed / 4, last->y + APART * ((double)last->text.count - 1) - bottom);
	up = fmin(up, sorted[0]->y - TOP);
	for (size_t i = 0; i < count; i++)
		sorted[i]->y -= fmax(up, 0);
}

struct labels {
	struct label items[LABELS_MAX], *sorted[LABELS_MAX];
	size_t count;
};

static void label_add(struct labels *labels, const char *text, const char *class, double size,
	double y, double room)
{
	size_t i = labels->count;
	must(i < LABELS_MAX);
	labels->items[i] = (struct label){.class = class, .y = y + 4.5};
	text_wrap(text, size, room, &labels->items[i].text);
	for (; i > 0 && labels->sorted[i - 1]->y > y + 4.5; i--)
		labels->sorted[i] = labels->sorted[i - 1];
	labels->sorted[i] = &labels->items[labels->count++];
}

static void labels_draw(struct svg *svg, const struct layout *at)
{
	const struct chart_lijn *lijn = at->lijn;
	struct labels labels = {0};
	double room = at->width - at->x1 - 10;
	for (size_t l = 0; l < lijn->line_count; l++) {
		const struct chart_line *line = &lijn->lines[l];
		size_t end = line_end(lijn, line);
		if (!ends_last(lijn, line))
			label_at_end(svg, at, line);
		else if (end < lijn->count)
			label_add(&labels, line->label, tone_text(line->tone), BOLD,
				value_y(at, line->values[end]), room);
	}
	if (lijn->norm_text)
		label_add(&labels, lijn->norm_text, "m", SVG_NOTE, value_y(at, lijn->norm), room);
	labels_spread(labels.sorted, labels.count, at->base + 4.5);
	for (size_t i = 0; i < labels.count; i++)
		svg_lines(svg, labels.items[i].class, at->x1 + 10, labels.items[i].y, ANCHOR_START,
			&labels.items[i].text);
}

/* ---- the whole ---- */

static void values_say(const struct chart_lijn *lijn, struct buf *out)
{
	for (size_t l = 0; l < lijn->line_count; l++) {
		const struct chart_line *line = &lijn->lines[l];
		if (lijn->line_count > 1)
			buf_printf(out, "%s%s: ", l ? ". " : "", line->label);
		const char *gap = "";
		for (size_t i = 0; i < lijn->count; i++) {
			if (isnan(line->values[i]))
				continue;
			buf_printf(out, "%s%s ", gap, lijn->names[i]);
			chart_number(out, line->values[i], lijn->share);
			gap = "; ";
		}
	}
}

void chart_lijn(const struct chart *chart, const struct chart_lijn *lijn, struct buf *out)
{
	bool known = false;
	for (size_t l = 0; l < lijn->line_count; l++)
		known = known || line_end(lijn, &lijn->lines[l]) < lijn->count;
	if (!known) {
		chart_empty(chart, out);
		return;
	}
	auto_buf struct buf words = {0};
	struct svg svg = {out, chart->alone};
	struct layout at = layout_of(chart, lijn);
	values_say(lijn, &words);
	chart_open(&svg, chart, at.wide ? 220 : 190, &words);
	if (has_band(lijn))
		band_draw(&svg, &at);
	grid_draw(&svg, &at);
	ticks_draw(&svg, &at);
	if (lijn->norm_text)
		svg_line(&svg, "n", at.x0, value_y(&at, lijn->norm), at.x1 + 4,
			value_y(&at, lijn->norm));
	for (size_t l = 0; l < lijn->line_count; l++)
		line_draw(&svg, &at, &lijn->lines[l]);
	labels_draw(&svg, &at);
	if (has_band(lijn))
		band_name(&svg, &at);
	svg_close(&svg);
}
