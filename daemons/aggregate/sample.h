/*
 * Measured values, and what is said of them: the mean, and percentiles by nearest rank. Values lie where they
 * are: whole days of a spread are only pointed at.
 */
#ifndef WOT_SAMPLE_H
#define WOT_SAMPLE_H

#include <stddef.h>
#include <stdint.h>

struct sample_slice {
	const int32_t *items;
	size_t count;
};
struct sample {
	size_t count;
	int32_t *own; /* added one by one */
	size_t own_count, own_room;
	struct sample_slice *slices; /* borrowed */
	size_t slice_count, slice_room;
};

void sample_add(struct sample *sample, int32_t item);
void sample_borrow(struct sample *sample, const int32_t *items, size_t count);
/* Of one that holds something: returns the mean, and the smallest values that at least so many percent of all
 * do not exceed. */
double sample_read(
	const struct sample *sample, const size_t *percents, int32_t *ranks, size_t count);
void sample_done(struct sample *sample);

#endif
