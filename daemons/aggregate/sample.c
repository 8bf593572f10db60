#include "daemons/aggregate/sample.h"

#include "lib/clean.h"
#include <string.h>

enum { RANGE_MAX = 1 << 16, FEW = 1000 };

static void sample_reserve(struct sample *sample, size_t count)
{
	size_t room = sample->room ? sample->room : 64;
	if (count <= sample->room)
		return;
	while (room < count)
		room *= 2;
	sample->items = realloc(sample->items, room * sizeof *sample->items);
	must(sample->items);
	sample->room = room;
}

void sample_add(struct sample *sample, int32_t item)
{
	sample_reserve(sample, sample->count + 1);
	sample->items[sample->count++] = item;
}

void sample_add_all(struct sample *sample, const int32_t *items, size_t count)
{
	sample_reserve(sample, sample->count + count);
	memcpy(sample->items + sample->count, items, count * sizeof *items);
	sample->count += count;
}

void sample_done(struct sample *sample)
{
	free(sample->items);
	*sample = (struct sample){0};
}

static int number_compare(const void *a, const void *b)
{
	int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
	return (x > y) - (x < y);
}

/* Days and seconds lie close together: counting beats comparing. */
static void ranks_count(const struct sample *sample, int32_t low, int32_t high, const size_t *ranks,
	int32_t *out, size_t count)
{
	auto_free uint32_t *tally = calloc((size_t)((int64_t)high - low + 1), sizeof *tally);
	must(tally);
	for (size_t i = 0; i < sample->count; i++)
		tally[sample->items[i] - low]++;
	for (size_t r = 0; r < count; r++) {
		size_t at = 0;
		int32_t value = low;
		while ((at += tally[value - low]) < ranks[r])
			value++;
		out[r] = value;
	}
}

double sample_read(struct sample *sample, const size_t *percents, int32_t *out, size_t count)
{
	int32_t low = INT32_MAX, high = INT32_MIN;
	int64_t sum = 0;
	size_t ranks[8];
	must(sample->count && count <= sizeof ranks / sizeof *ranks);
	for (size_t i = 0; i < sample->count; i++) {
		int32_t item = sample->items[i];
		low = item < low ? item : low;
		high = item > high ? item : high;
		sum += item;
	}
	for (size_t r = 0; r < count; r++) {
		ranks[r] = (sample->count * percents[r] + 99) / 100;
		ranks[r] += !ranks[r];
	}
	if (sample->count >= FEW && (int64_t)high - low < RANGE_MAX) {
		ranks_count(sample, low, high, ranks, out, count);
	} else {
		qsort(sample->items, sample->count, sizeof *sample->items, number_compare);
		for (size_t r = 0; r < count; r++)
			out[r] = sample->items[ranks[r] - 1];
	}
	return (double)sum / (double)sample->count;
}
