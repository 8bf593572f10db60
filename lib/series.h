/*
 * Numbers a day, with totals of their months and years: an addition touches three of them, a sum
 * over any period a few dozen at most, whatever the length of the log. Years are allocated when
 * first needed.
 */
#ifndef WOT_SERIES_H
#define WOT_SERIES_H

#include <stdbool.h>
#include <stdint.h>

enum {
	SERIES_YEAR_FIRST = 2015, /* a day outside these years is counted apart, and in no sum */
	SERIES_YEAR_LAST = 2100,
	SERIES_DAY_FIRST = 16436, /* 2015-01-01 */
	SERIES_DAY_LAST = 47846,  /* 2100-12-31 */
};

struct series {
	uint32_t **years;      /* each: 366 days, 12 months, the total; NULL: all zero */
	uint16_t first, count; /* which, from SERIES_YEAR_FIRST on */
	uint32_t outside;
};

/* Where a day stands. Made once for all series that it goes into. */
struct series_place {
	bool outside;
	uint16_t year, month, day; /* from 0 */
};
struct series_place series_place(int32_t day);
static inline bool series_holds(int32_t day)
{
	return day >= SERIES_DAY_FIRST && day <= SERIES_DAY_LAST;
}

/* amount may be negative: what is taken back was added before. */
void series_add(struct series *series, struct series_place place, int64_t amount);
uint64_t series_sum(const struct series *series, int32_t from, int32_t to); /* both included */
void series_done(struct series *series);
/* The first day on which they differ, or 0 when they are equal; -1: only in what is outside. */
int32_t series_differ(const struct series *a, const struct series *b);

#endif
