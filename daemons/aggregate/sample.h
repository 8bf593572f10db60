/*
 * Measured values, and what is said of them: the mean, and percentiles by nearest rank.
 */
#ifndef WOT_SAMPLE_H
#define WOT_SAMPLE_H

#include <stddef.h>
#include <stdint.h>

struct sample {
	int32_t *items;
	size_t count, room;
};

void sample_add(struct sample *sample, int32_t item);
void sample_add_all(struct sample *sample, const int32_t *items, size_t count);
/* Of one that holds something: returns the mean; the smallest value that at least so many percent of
 * all do not exceed. Changes the order of the items. */
double sample_read(struct sample *sample, const size_t *percents, int32_t *ranks, size_t count);
void sample_done(struct sample *sample);

#endif
