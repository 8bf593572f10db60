/*
 * Charts: seven kinds in one grammar, a file a kind. Pure: rows in, SVG out. A page holds each chart twice, at 300
 * (class smal) and at 624 (breed), and its style sheet shows one; so text keeps its size without a script. What is
 * drawn is said in words as well: `desc` has every value.
 *
 * Values come with the text that people read ("76%"), since a table beside the chart has the same. Numbers that may be
 * unknown are NAN. Texts are borrowed, and NULL where there is none.
 */
#ifndef WOT_CHART_H
#define WOT_CHART_H

#include "lib/buf.h"
#include <stdbool.h>
#include <stddef.h>

enum { CHART_NARROW = 300, CHART_WIDE = 624, PANEEL_NARROW = 140, PANEEL_WIDE = 200 };

/* Blue: this period; orange: asks attention; grey: comparison; and three shades for parts of a whole. */
enum chart_tone { TONE_NOW, TONE_ALERT, TONE_BEFORE, TONE_LIGHT, TONE_MIDDLE, TONE_INK };

struct chart {
	const char *title;
	const char *opening, *closing; /* sentences of `desc` before and after the values */
	const char *reason, *when;     /* said where there are no values: "De meting is in 2026." */
	unsigned number;               /* of its ids: t7 and d7, unique in the page */
	unsigned width;
	bool alone; /* a file by itself, outside our pages: light colours, on white */
};

struct chart_part {
	double value;
	enum chart_tone tone;
};
struct chart_row {
	const char *label;
	double value;
	const char *text, *note; /* the value as people read it; more of it, muted */
	enum chart_tone tone;
	bool unknown; /* the class of what is not known: hatched, and set apart */
	bool hidden;  /* too small a number to be shown: nothing of it is, but that it is there */
	bool note_alerts;
	double before; /* last year's */
	const char *before_text;
	double max;                     /* balk: the capacity; kolom: an ordinary day; 0: none */
	const struct chart_part *parts; /* balk, kolom: in place of one bar; they add up to value */
	size_t part_count;
	bool apart;       /* kolom: the open last class */
	double low, high; /* stip: what it can be, with what is not known; high 0: as it is */
	double norm;      /* stip */
	const char *norm_text;
};

struct chart_balk {
	const struct chart_row *rows;
	size_t count;
	double norm;
	const char *norm_text; /* "norm: meer dan 300" */
};
struct chart_stapel {
	const struct chart_row *rows;
	size_t count;
};
struct chart_kolom {
	const struct chart_row *rows;
	size_t count;
	const char *unit; /* of a class, in `desc`: "week" */
	const char *axis; /* what the classes are, under them */
	size_t cut;       /* the first class after the norm; 0: none */
	const char *within_text, *within, *beyond_text, *beyond; /* "76%", "binnen 4 weken" */
};
struct chart_stip {
	const struct chart_row *rows;
	size_t count;
	double from, to, step; /* of the axis; to 0: chosen */
	double whole;          /* a line through all rows */
	const char *whole_text;
	bool whole_is_norm; /* dashed */
};

struct chart_line {
	const char *label; /* with its last value: "wachten 65" */
	enum chart_tone tone;
	bool open;            /* its last period is not over */
	const double *values; /* one for each place */
};
struct chart_group {
	const char *label;
	size_t first, last; /* places */
};
struct chart_lijn {
	const struct chart_line *lines;
	size_t line_count;
	size_t count;             /* places */
	const char *const *names; /* of each, in `desc`: "jan. 2025" */
	const char *const *ticks; /* under each: "j" */
	const struct chart_group *groups;
	size_t group_count;
	double norm;
	const char *norm_text;
	double band_low, band_high; /* of ordinary variation; high 0: none */
	bool share;
};

enum { PANEEL_MONTHS = 12 };
struct chart_paneel {
	const double *now, *before; /* a value a month; before NULL */
	const char *now_name, *before_name;
	bool open;
	double norm, top; /* top 0: chosen; panels that are compared have the same */
	bool has_norm, share;
};
struct chart_vonk {
	const double *values;
	size_t count;
	double norm;
	bool has_norm, alone;
};

void chart_balk(const struct chart *chart, const struct chart_balk *balk, struct buf *out);
void chart_stapel(const struct chart *chart, const struct chart_stapel *stapel, struct buf *out);
void chart_kolom(const struct chart *chart, const struct chart_kolom *kolom, struct buf *out);
void chart_stip(const struct chart *chart, const struct chart_stip *stip, struct buf *out);
void chart_lijn(const struct chart *chart, const struct chart_lijn *lijn, struct buf *out);
void chart_paneel(const struct chart *chart, const struct chart_paneel *paneel, struct buf *out);
/* For a cell of a table, whose neighbour has the value: without words. */
void chart_vonk(const struct chart_vonk *vonk, struct buf *out);

#endif
