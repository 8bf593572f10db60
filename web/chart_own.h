/*
 * What the kinds of charts share: the frame with its words, the box where nothing is to be drawn, scales and tones.
 */
#ifndef WOT_CHART_OWN_H
#define WOT_CHART_OWN_H

#include "web/chart.h"
#include "web/svg.h"
#include <math.h>

#define CHART_HIDDEN "niet getoond: klein aantal"
#define CHART_UNKNOWN "onbekend"

bool chart_is_wide(const struct chart *chart);
/* `values` are those of desc, between the chart's own sentences. */
void chart_open(
	struct svg *svg, const struct chart *chart, double height, const struct buf *values);
/* 1.054, and a share as 76%; what is not known in a word. */
void chart_number(struct buf *out, double number, bool share);
/* In place of a chart without values. */
void chart_empty(const struct chart *chart, struct buf *out);

/* Rows as they may be drawn, to be freed: of a hidden one nothing but that it is there, whatever it holds. So no scale,
 * length or place comes from what is hidden. */
struct chart_row *chart_rows_shown(const struct chart_row *rows, size_t count);
/* "week 1: 385; week 2: 138"; unit NULL */
void chart_say_rows(struct buf *out, const struct chart_row *rows, size_t count, const char *unit);
const char *chart_row_text(const struct chart_row *row);
/* Beside a bar or a column: none is drawn of what is not known or 0. */
bool chart_row_is_drawn(const struct chart_row *row);

/* The classes of a tone: of areas, of lines, of text, of an open ring. */
const char *tone_fill(enum chart_tone tone);
const char *tone_line(enum chart_tone tone);
const char *tone_text(enum chart_tone tone);
const char *tone_ring(enum chart_tone tone);

/* Where axes from 0 end: round numbers, at or above. */
double scale_top(double max);
double scale_step(double max); /* of four */
/* Shares end at 100%, or at 20% where none is higher. */
double scale_top_share(double max);

/* A line from value to value; where one is not known it is broken. Returns the last place that is known; `count` where
 * none is. */
size_t chart_trace(struct svg *svg, const char *class, const double *values, size_t count,
	double x0, double step, double base, double unit);
/* As high as a value, of one that is known. */
static inline double higher(double max, double value)
{
	return isnan(value) || value < max ? max : value;
}

#endif
