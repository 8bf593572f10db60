#include "daemons/aggregate/sample.h"

#include "lib/clean.h"
#include <string.h>

enum { RANGE_MAX = 1 << 16, FEW = 1000, RANKS_MAX = 8 };

/* Room for one more. */
static void *grown(void *items, size_t count, size_t *room, size_t size)
{
	if (count < *room)
		return items;
	*room = *room ? 2 * *room : 64;
	items = realloc(items, *room * size);
	must(items);
	return items;
}

void sample_add(struct sample *sample, int32_t item)
{
	sample->own = grown(sample->own, sample->own_count, &sample->own_room, sizeof *sample->own);
	sample->own[sample->own_count++] = item;
	sample->count++;
}

void sample_borrow(struct sample *sample, const int32_t *items, size_t count)
{
	sample->slices = grown(
		sample->slices, sample->slice_count, &sample->slice_room, sizeof *sample->slices);
	sample->slices[sample->slice_count++] = (struct sample_slice){items, count};
	sample->count += count;
}

void sample_done(struct sample *sample)
{
	free(sample->own);
	free(sample->slices);
	*sample = (struct sample){0};
}

/* The slices, and what was added one by one as the last of them. */
static struct sample_slice slice_at(const struct sample *sample, size_t index)
{
	return index < sample->slice_count ? sample->slices[index]
					   : (struct sample_slice){sample->own, sample->own_count};
}

struct extent {
	int32_t low, high;
	int64_t sum;
};

static struct extent extent_of(const struct sample *sample)
{
	struct extent extent = {INT32_MAX, INT32_MIN, 0};
	for (size_t s = 0; s <= sample->slice_count; s++) {
		struct sample_slice slice = slice_at(sample, s);
		for (size_t i = 0; i < slice.count; i++) {
			int32_t item = slice.items[i];
			extent.low = item < extent.low ? item : extent.low;
			extent.high = item > extent.high ? item : extent.high;
			extent.sum += item;
		}
	}
	return extent;
}

/* Days and seconds lie close together: counting beats comparing. */
static void ranks_count(const struct sample *sample, const struct extent *extent,
	const size_t *ranks, int32_t *out, size_t count)
{
	size_t range = (size_t)((int64_t)extent->high - extent->low + 1);
	auto_free uint32_t *tally = calloc(range, sizeof *tally);
	must(tally);
	for (size_t s = 0; s <= sample->slice_count; s++) {
		struct sample_slice slice = slice_at(sample, s);
		for (size_t i = 0; i < slice.count; i++)
			tally[slice.items[i] - extent->low]++;
	}
	for (size_t r = 0; r < count; r++) {
		size_t at = 0, value = 0;
		while ((at += tally[value]) < ranks[r])
			value++;
		out[r] = extent->low + (int32_t)value;
	}
}

static int number_compare(const void *a, const void *b)
{
	int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
	return (x > y) - (x < y);
}

static void ranks_sort(const struct sample *sample, const size_t *ranks, int32_t *out, size_t count)
{
	auto_free int32_t *all = malloc(sample->count * sizeof *all);
	must(all);
	size_t at = 0;
	for (size_t s = 0; s <= sample->slice_count; s++) {
		struct sample_slice slice = slice_at(sample, s);
		if (slice.count)
			memcpy(all + at, slice.items, slice.count * sizeof *all);
		at += slice.count;
	}
	qsort(all, sample->count, sizeof *all, number_compare);
	for (size_t r = 0; r < count; r++)
		out[r] = all[ranks[r] - 1];
}

double sample_read(const struct sample *sample, const size_t *percents, int32_t *out, size_t count)
{
	size_t ranks[RANKS_MAX];
	must(sample->count && count <= RANKS_MAX);
	for (size_t r = 0; r < count; r++) {
		ranks[r] = (sample->count * percents[r] + 99) / 100;
		ranks[r] += !ranks[r];
	}
	struct extent extent = extent_of(sample);
	if (sample->count >= FEW && (int64_t)extent.high - extent.low < RANGE_MAX)
		ranks_count(sample, &extent, ranks, out, count);
	else
		ranks_sort(sample, ranks, out, count);
	return (double)extent.sum / (double)sample->count;
}
