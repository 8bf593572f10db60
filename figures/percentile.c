#include "figures/percentile.h"

#include "lib/clean.h"
#include "lib/grow.h"
#include <stdbool.h>
#include <string.h>

enum { RANGE = 1 << 12, FEW = 1000, RANKS_MAX = 8 };

void percentile_add(struct percentile *values, int32_t item)
{
	values->own = grown(values->own, &values->own_room, values->own_count, sizeof *values->own);
	values->own[values->own_count++] = item;
	values->count++;
}

void percentile_borrow(struct percentile *values, const int32_t *items, size_t count)
{
	values->slices = grown(
		values->slices, &values->slice_room, values->slice_count, sizeof *values->slices);
	values->slices[values->slice_count++] = (struct percentile_slice){items, count};
	values->count += count;
}

void percentile_done(struct percentile *values)
{
	free(values->own);
	free(values->slices);
	*values = (struct percentile){0};
}

/* The slices, and what was added one by one as the last of them. */
static struct percentile_slice slice_at(const struct percentile *values, size_t index)
{
	return index < values->slice_count
		       ? values->slices[index]
		       : (struct percentile_slice){values->own, values->own_count};
}

/* Days and seconds lie close together, above 0: counting beats comparing. Two histograms, so that a
 * value need not wait for the one before it, which is often the same. False: there are others. */
static bool histogram_fill(const struct percentile *values, uint32_t histogram[2][RANGE])
{
	uint32_t beyond = 0;
	for (size_t s = 0; s <= values->slice_count; s++) {
		struct percentile_slice slice = slice_at(values, s);
		for (size_t i = 0; i < slice.count; i++) {
			uint32_t value = (uint32_t)slice.items[i];
			beyond |= value;
			histogram[i & 1][value % RANGE]++;
		}
	}
	return beyond < RANGE;
}

/* False: sorting is quicker, or some lie far off. */
static bool ranks_count(const struct percentile *values, const size_t *ranks, int32_t *out,
	size_t count, int64_t *sum)
{
	auto_free uint32_t(*histogram)[RANGE] = calloc(2, sizeof *histogram);
	must(histogram);
	if (values->count < FEW || !histogram_fill(values, histogram))
		return false;
	*sum = 0;
	for (size_t value = 0; value < RANGE; value++) {
		histogram[0][value] += histogram[1][value];
		*sum += (int64_t)value * histogram[0][value];
	}
	for (size_t r = 0; r < count; r++) {
		size_t at = 0, value = 0;
		while ((at += histogram[0][value]) < ranks[r])
			value++;
		out[r] = (int32_t)value;
	}
	return true;
}

static int number_compare(const void *a, const void *b)
{
	int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
	return (x > y) - (x < y);
}

static void ranks_sort(const struct percentile *values, const size_t *ranks, int32_t *out,
	size_t count, int64_t *sum)
{
	auto_free int32_t *all = malloc(values->count * sizeof *all);
	must(all);
	size_t at = 0;
	for (size_t s = 0; s <= values->slice_count; s++) {
		struct percentile_slice slice = slice_at(values, s);
		if (slice.count)
			memcpy(all + at, slice.items, slice.count * sizeof *all);
		at += slice.count;
	}
	qsort(all, values->count, sizeof *all, number_compare);
	for (size_t r = 0; r < count; r++)
		out[r] = all[ranks[r] - 1];
	*sum = 0;
	for (size_t i = 0; i < values->count; i++)
		*sum += all[i];
}

double percentile_read(
	const struct percentile *values, const size_t *percents, int32_t *out, size_t count)
{
	size_t ranks[RANKS_MAX];
	must(values->count && count <= RANKS_MAX);
	for (size_t r = 0; r < count; r++) {
		ranks[r] = (values->count * percents[r] + 99) / 100;
		ranks[r] += !ranks[r];
	}
	int64_t sum;
	if (!ranks_count(values, ranks, out, count, &sum))
		ranks_sort(values, ranks, out, count, &sum);
	return (double)sum / (double)values->count;
}
