/*
 * What it takes for a share of starts to reach its norm in this quarter: how many of those who wait must
 * start by which day. kpi.yaml says of which KPI, and by which day each who waits must start (`forecast`).
 *
 * Only those who wait now are counted on; who comes in later can add to it. Who is late already makes the
 * share worse when support starts, and has waited longest: so all is said twice, for when none of them
 * starts in this quarter, and for when all do.
 */
#ifndef WOT_FORECAST_H
#define WOT_FORECAST_H

#include "figures/figure.h"
#include "lib/arena.h"
#include "proto/read.pb-c.h"

enum {
	FORECAST_WEEKS = 15, /* that a quarter can touch */
};
enum forecast_late { LATE_WAIT, LATE_START, FORECAST_CASES };

struct forecast {
	const struct kpi *kpi;
	const struct norm *norm; /* of this year */
	struct period period;    /* the quarter of period.today */
	struct counts started;   /* until today */
	int64_t late;            /* wait, and can no longer start in time */
	int64_t open;            /* wait, and still can */
	struct forecast_case {
		bool attainable; /* false: no number of starts would do */
		int64_t needed;  /* starts in time, from today on */
		bool feasible;   /* so many wait */
		bool has_best;
		double best; /* the share when all of them start in time */
	} cases[FORECAST_CASES];
	struct forecast_week {
		int32_t to;        /* the week's Sunday, or the quarter's last day */
		int64_t due;       /* must start in this week to be in time */
		int64_t due_until; /* the same, up to and with this week */
		int64_t needed
			[FORECAST_CASES]; /* must have started by then for the norm to stay in reach */
	} weeks[FORECAST_WEEKS];
	size_t week_count;
};

/* ERR_NOT_FOUND: kpi.yaml has no forecast. */
int forecast_make(const struct kpis *kpis, int32_t today, struct forecast *out, struct why *why);
/* The same as the answer that read.proto has. */
void forecast_message(const struct forecast *forecast, Wot__V1__Forecast *out, struct arena *arena);

#endif
