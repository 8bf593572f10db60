/*
 * Measured values a day, all of them, so that a percentile of any period is exact and looks at the
 * values of that period alone. Years are allocated when first needed, as those of a series are.
 */
#ifndef WOT_SPREAD_H
#define WOT_SPREAD_H

#include "lib/series.h"
#include <stddef.h>

struct spread_day {
	int32_t *items; /* in no order */
	uint32_t count;
};
struct spread {
	struct spread_day
		*years[SERIES_YEAR_LAST - SERIES_YEAR_FIRST + 1]; /* each 366 days; NULL: none */
};

/* A day outside the years of a series is left out: it is in no period. */
void spread_add(struct spread *spread, struct series_place place, int32_t value);
void spread_remove(
	struct spread *spread, struct series_place place, int32_t value); /* must be there */
void spread_done(struct spread *spread);

/* Called for each day that has values. */
typedef void spread_fn(void *arg, const int32_t *values, size_t count);
void spread_each(
	const struct spread *spread, int32_t from, int32_t to, spread_fn *on_day, void *arg);

/* The first day on which they hold other values, or 0. */
int32_t spread_differ(const struct spread *a, const struct spread *b);

#endif
