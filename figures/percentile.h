/*
 * Measured values, and what is said of them: the mean, and percentiles by nearest rank. Values lie where they
 * are: whole days of a spread are only pointed at.
 */
#ifndef WOT_PERCENTILE_H
#define WOT_PERCENTILE_H

#include <stddef.h>
#include <stdint.h>

struct percentile_slice {
	const int32_t *items;
	size_t count;
};
struct percentile {
	size_t count;
	int32_t *own; /* added one by one */
	size_t own_count, own_room;
	struct percentile_slice *slices; /* borrowed */
	size_t slice_count, slice_room;
};

void percentile_add(struct percentile *values, int32_t item);
void percentile_borrow(struct percentile *values, const int32_t *items, size_t count);
/* Of one that holds something: returns the mean, and the smallest values that at least so many percent of all
 * do not exceed. */
double percentile_read(
	const struct percentile *values, const size_t *percents, int32_t *ranks, size_t count);
void percentile_done(struct percentile *values);

#endif
