/*
 * A figure: a KPI in a period, under a definition, of the rows that filters leave (filter.h), split by up to two
 * dimensions; what a question to a KPI answers, before it is written as JSON, CSV or a table. What comes from
 * counters and what is scanned: gather.h.
 *
 * One of the two may be a series: a row for each month or day of the period, also where nothing counts; of a stock,
 * as of its last day. At the ends of the period a month is as much of it as the period has.
 */
#ifndef WOT_FIGURE_H
#define WOT_FIGURE_H

#include "figures/judge.h"
#include "kpi/period.h"

enum {
	FIGURE_SPLITS = 2,
	FIGURE_POINTS_MAX = 1100 /* all months that there are, or three years of days */
};

/* What the tables of wards and teams know of a key. */
struct figure_names {
	/* NULL: no other name than the key */
	const char *(*on_label)(void *arg, const char *dimension, const char *key);
	/* Households of a ward, of all where ward is NULL; 0: not known. */
	uint32_t (*on_households)(void *arg, const char *ward);
	void *arg;
	const struct wards
		*wards; /* that there are, whether or not any row has them; may be NULL */
};

struct value {
	bool known, has_of, has_range, has_spread;
	bool no_unknown;               /* how many are not known may not be told (suppress.h) */
	bool no_spread;                /* nor what is measured (suppress/within.h) */
	double value, low, high, mean; /* mean NAN: it alone may not be told */
	int32_t p50, p90;
	struct counts counts;
};
struct figure_row {
	const char *keys[FIGURE_SPLITS], *labels[FIGURE_SPLITS];
	uint32_t values[FIGURE_SPLITS]; /* of the splits, that the keys stand for */
	struct value value;
	enum difference group; /* beside the rest of the total */
	bool suppressed;       /* only that it is there may be told (suppress.h) */
	bool is_running;       /* of a series: its month or day is not over */
	int64_t weight;        /* smaller comes first; then the order of the values */
	uint32_t order[FIGURE_SPLITS];
};
/* A month or a day of a series. */
struct figure_point {
	char key[16], label[32]; /* 2025-03, maart 2025 */
	bool is_running;
};
struct filters;
struct figure {
	const struct kpi *kpi;
	const struct formula *formula;
	struct period period;
	uint32_t definition; /* an index */
	const struct dimension *by[FIGURE_SPLITS];
	size_t by_count;
	const struct filters *filters; /* borrowed, until it is judged; NULL: all rows */
	bool counts_only;
	struct value total;
	bool suppressed; /* the total */
	/* Of figure_judge: */
	enum verdict verdict;
	uint32_t spans_over, spans_met; /* whole quarters or years of the norm, of this period */
	bool has_needed;
	double needed;         /* in the quarter or year that is running, for its norm to be met */
	int32_t complete_from; /* where the period, or what stands beside it, begins before; else 0 */
	struct {
		bool asked;
		struct period period;
		struct value value;
		enum difference difference;
		double apart; /* judge.h; where there is a difference */
	} beside;
	struct months months; /* that are over, of both periods; count 0: too few to say */
	const struct published_figure *published; /* published.h; earlier years' */
	size_t published_count;
	struct figure_row *rows;
	size_t row_count;
	struct figure_point *points; /* of a series; rows' keys and labels lie here */
};

static inline const struct norm *figure_norm(const struct figure *figure)
{
	return &figure->kpi->norms[figure->definition];
}

static inline bool figure_hides_value(const struct figure *figure)
{
	return figure->suppressed || figure->total.no_spread;
}

/* Which of `by` is the series; FIGURE_SPLITS: none. */
static inline size_t figure_series(const struct figure *figure)
{
	size_t i = 0;
	while (i < figure->by_count && figure->by[i]->span == SPAN_NONE)
		i++;
	return i < figure->by_count ? i : FIGURE_SPLITS;
}

/* Of which rows a figure is, and how it is split: by dimensions that the formula has, one series at most. */
struct figure_cut {
	const struct dimension *by[FIGURE_SPLITS];
	size_t by_count;
	const struct filters *filters; /* NULL: all rows */
	bool counts_only;              /* what is measured is not looked at */
};

/* cut NULL: all of it, not split. ERR_TOO_LARGE: a cross of too many values, or too long a series. */
int figure_make(struct figure *out, const struct kpi *kpi, const struct period *period,
	uint32_t definition, const struct figure_cut *cut, const struct figure_names *names,
	struct why *why);
/* The same without a look at any row: no number, and a row for all that there could be (blank.c). */
int figure_make_blank(struct figure *out, const struct kpi *kpi, const struct period *period,
	uint32_t definition, const struct figure_cut *cut, const struct figure_names *names,
	struct why *why);
/* The same of a year and of each of its quarters, by one dimension that is no series, and counted only: one look at the
 * rows does for all five. Not of a stock, whose year is no sum. */
enum { FIGURE_QUARTERS = 4 };
int figure_make_year(struct figure *out, struct figure quarters[FIGURE_QUARTERS],
	const struct kpi *kpi, const struct period *year, uint32_t definition,
	const struct figure_cut *cut, const struct figure_names *names, struct why *why);
/* Of another KPI or period, asked as this figure otherwise was. */
struct value figure_total(const struct figure *like, const struct kpi *kpi,
	const struct period *period, const struct figure_names *names);

enum beside { BESIDE_NONE, BESIDE_LAST_YEAR, BESIDE_PREVIOUS };
extern const char *const beside_names[]; /* "none", "last-year", "previous" */
/* Holds it to its norm, and beside another period and the rest of the total. Figures are complete from a day on:
 * what is of before is not judged. What is filtered is held to no norm: that is of the whole. */
void figure_judge(struct figure *figure, enum beside beside, int32_t complete_from,
	const struct figure_names *names);
/* Of a period; a stock is of its last day alone. */
bool figure_is_complete(
	const struct figure *figure, const struct period *period, int32_t complete_from);
void figure_done(struct figure *figure);
/* Of a series of so many. */
void figure_points_make(struct figure *figure, enum span span, size_t count);
/* ERR_TOO_LARGE */
int figure_points_check(
	const struct figure *figure, const struct dimension *by, size_t count, struct why *why);

/* The rows that a formula reads: itself, or the parts of a sum. */
size_t formula_parts(const struct formula *formula, const struct formula *parts[SUM_MAX]);
/* Of others nothing is hidden (suppress/suppress.h). */
bool figure_counts_people(const struct kpi *kpi);
const char *figure_label(
	const struct figure_names *names, const struct dimension *dimension, const char *key);

#endif
