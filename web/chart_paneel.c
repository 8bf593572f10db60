/*
 * paneel: one of several small charts that are compared: the twelve months of a year on those of the year before. The
 * title is the page's heading above it.
 */
#include "web/chart_own.h"
#include "web/nl.h"

#include <stdio.h>

enum { SIDE = 44, EDGE = 3, TOP = 14, FOOT = 18 };

static void year_say(struct buf *out, const char *name, const double *values, bool share)
{
	const char *gap = "";
	buf_printf(out, "%s%s: ", out->len ? ". " : "", name);
	for (size_t i = 0; i < PANEEL_MONTHS; i++) {
		if (isnan(values[i]))
			continue;
		buf_printf(out, "%s%s ", gap, nl_months_short[i]);
		chart_number(out, values[i], share);
		gap = ", ";
	}
	if (!gap[0])
		buf_text(out, CHART_UNKNOWN);
}

static double top_of(const struct chart_paneel *paneel)
{
	double max = paneel->has_norm ? paneel->norm : 0;
	for (size_t i = 0; i < PANEEL_MONTHS; i++) {
		max = higher(max, paneel->now[i]);
		max = higher(max, paneel->before ? paneel->before[i] : 0);
	}
	return paneel->top > 0 ? fmax(paneel->top, max)
	       : paneel->share ? scale_top_share(max)
			       : scale_top(max);
}

static bool year_is_known(const double *values)
{
	bool known = false;
	for (size_t i = 0; values && i < PANEEL_MONTHS; i++)
		known = known || !isnan(values[i]);
	return known;
}

/* What the last value takes at the right; more than the others have only where it is over 9.999. */
static double side_of(const struct chart_paneel *paneel)
{
	double widest = 0;
	for (size_t i = 0; i < PANEEL_MONTHS; i++) {
		auto_buf struct buf text = {0};
		chart_number(&text, paneel->now[i], paneel->share);
		if (!isnan(paneel->now[i]))
			widest = text_width(text.data, SVG_TEXT, true);
	}
	return fmax(SIDE, widest + 6);
}

static void ground_draw(
	struct svg *svg, const struct chart_paneel *paneel, double width, double height, double top)
{
	auto_buf struct buf text = {0};
	double base = height - FOOT;
	chart_number(&text, top, paneel->share);
	svg_line(svg, "r0", 0, base + .5, width, base + .5);
	svg_line(svg, "r", 0, TOP - .5, width, TOP - .5);
	if (text_width(text.data, SVG_NOTE, false) <= width)
		svg_text(svg, "x", 0, TOP - 4, ANCHOR_START, text.data);
}

static void values_draw(
	struct svg *svg, const struct chart_paneel *paneel, double width, double height, double top)
{
	double base = height - FOOT, unit = (base - TOP) / top;
	double step = (width - 2 * EDGE) / (PANEEL_MONTHS - 1);
	if (paneel->has_norm)
		svg_line(
			svg, "n", 0, base - unit * paneel->norm, width, base - unit * paneel->norm);
	if (paneel->before)
		chart_trace(svg, "lb", paneel->before, PANEEL_MONTHS, EDGE, step, base, unit);
	size_t last = chart_trace(svg, "la", paneel->now, PANEEL_MONTHS, EDGE, step, base, unit);
	if (last == PANEEL_MONTHS)
		return;
	auto_buf struct buf text = {0};
	double y = base - unit * paneel->now[last];
	chart_number(&text, paneel->now[last], paneel->share);
	svg_circle(svg, paneel->open ? "oa" : "a", EDGE + step * (double)last, y, 4);
	svg_text(svg, "k", width + 6, y + 4.5, ANCHOR_START, text.data);
}

void chart_paneel(const struct chart *chart, const struct chart_paneel *paneel, struct buf *out)
{
	if (!year_is_known(paneel->now) && !year_is_known(paneel->before)) {
		chart_empty(chart, out);
		return;
	}
	auto_buf struct buf words = {0};
	struct svg svg = {out, chart->alone};
	double height = chart_is_wide(chart) ? 118 : 106;
	double width = chart->width - side_of(paneel);
	double top = top_of(paneel);
	year_say(&words, paneel->now_name, paneel->now, paneel->share);
	if (paneel->before)
		year_say(&words, paneel->before_name, paneel->before, paneel->share);
	chart_open(&svg, chart, height, &words);
	ground_draw(&svg, paneel, width, height, top);
	values_draw(&svg, paneel, width, height, top);
	svg_text(&svg, "x", 0, height - 4, ANCHOR_START, nl_months_short[0]);
	if (width > 2 * SIDE)
		svg_text(&svg, "x", width, height - 4, ANCHOR_END,
			nl_months_short[PANEEL_MONTHS - 1]);
	svg_close(&svg);
}
