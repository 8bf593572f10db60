#include "lib/spread.h"

#include "lib/calendar.h"
#include "lib/grow.h"
#include <string.h>

enum { DAYS = 366, YEARS = SERIES_YEAR_LAST - SERIES_YEAR_FIRST + 1 };

void spread_add(struct spread *spread, struct series_place place, int32_t value)
{
	if (place.outside)
		return;
	struct spread_day **year = &spread->years[place.year];
	if (!*year) {
		*year = calloc(DAYS, sizeof **year);
		must(*year);
	}
	struct spread_day *day = *year + place.day;
	day->items = grow_push(day->items, day->count, sizeof *day->items);
	day->items[day->count++] = value;
}

void spread_remove(struct spread *spread, struct series_place place, int32_t value)
{
	if (place.outside)
		return;
	struct spread_day *day = spread->years[place.year] + place.day;
	uint32_t at = 0;
	while (at < day->count && day->items[at] != value)
		at++;
	must(at < day->count);
	day->items[at] = day->items[--day->count];
}

void spread_done(struct spread *spread)
{
	for (size_t y = 0; y < YEARS; y++) {
		for (size_t d = 0; spread->years[y] && d < DAYS; d++)
			free(spread->years[y][d].items);
		free(spread->years[y]);
	}
	*spread = (struct spread){0};
}

void spread_each(
	const struct spread *spread, int32_t from, int32_t to, spread_fn *on_day, void *arg)
{
	struct calendar_date date = {SERIES_YEAR_FIRST, 1, 1};
	for (size_t y = 0; y < YEARS; y++) {
		date.year = SERIES_YEAR_FIRST + (int)y;
		int32_t first = calendar_day(date);
		for (int32_t d = 0; spread->years[y] && d < DAYS; d++) {
			const struct spread_day *day = &spread->years[y][d];
			if (day->count && first + d >= from && first + d <= to)
				on_day(arg, day->items, day->count);
		}
	}
}

static int number_compare(const void *a, const void *b)
{
	int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
	return (x > y) - (x < y);
}

static int32_t *sorted(const struct spread_day *day)
{
	int32_t *items = malloc((day->count + 1) * sizeof *items);
	must(items);
	if (day->count)
		memcpy(items, day->items, day->count * sizeof *items);
	qsort(items, day->count, sizeof *items, number_compare);
	return items;
}

static bool day_differs(const struct spread_day *a, const struct spread_day *b)
{
	if (a->count != b->count)
		return true;
	auto_free int32_t *here = sorted(a), *there = sorted(b);
	return memcmp(here, there, a->count * sizeof *here) != 0;
}

int32_t spread_differ(const struct spread *a, const struct spread *b)
{
	static const struct spread_day none[DAYS];
	for (int y = 0; y < YEARS; y++) {
		const struct spread_day *here = a->years[y] ? a->years[y] : none;
		const struct spread_day *there = b->years[y] ? b->years[y] : none;
		for (int32_t d = 0; here != there && d < DAYS; d++) {
			if (day_differs(&here[d], &there[d]))
				return calendar_day((struct calendar_date){
					       SERIES_YEAR_FIRST + y, 1, 1}) +
				       d;
		}
	}
	return 0;
}
