#include "lib/series.h"

#include "lib/calendar.h"
#include "lib/clean.h"
#include <string.h>

enum { MONTHS = 366, TOTAL = MONTHS + 12, BLOCK };

static int32_t year_start(int year)
{
	return calendar_day((struct calendar_date){year, 1, 1});
}

struct series_place series_place(int32_t day)
{
	if (!series_holds(day))
		return (struct series_place){.outside = true};
	struct calendar_date date = calendar_date(day);
	return (struct series_place){
		.year = (uint16_t)(date.year - SERIES_YEAR_FIRST),
		.month = (uint16_t)(date.month - 1),
		.day = (uint16_t)(day - year_start(date.year)),
	};
}

/* Makes room for the year, before or after those there are. */
static void years_grow(struct series *series, uint16_t year)
{
	uint16_t first = series->count && series->first < year ? series->first : year;
	uint16_t end = (uint16_t)(series->first + series->count);
	if (!series->count || end <= year)
		end = (uint16_t)(year + 1);
	uint32_t **years = calloc((size_t)(end - first), sizeof *years);
	must(years);
	if (series->count)
		memcpy(years + (series->first - first), series->years,
			series->count * sizeof *years);
	free(series->years);
	*series = (struct series){years, first, (uint16_t)(end - first), series->outside};
}

void series_add(struct series *series, struct series_place place, int64_t amount)
{
	uint32_t add = (uint32_t)amount;
	if (place.outside) {
		series->outside += add;
		return;
	}
	if (place.year < series->first || place.year >= series->first + series->count)
		years_grow(series, place.year);
	uint32_t **year = &series->years[place.year - series->first];
	if (!*year) {
		*year = calloc(BLOCK, sizeof **year);
		must(*year);
	}
	(*year)[place.day] += add;
	(*year)[MONTHS + place.month] += add;
	(*year)[TOTAL] += add;
}

static uint64_t numbers_sum(const uint32_t *numbers, int from, int to)
{
	uint64_t sum = 0;
	for (int i = from; i <= to; i++)
		sum += numbers[i];
	return sum;
}

/* Days first to last of one year; whole months are taken whole. */
static uint64_t year_sum(const uint32_t *block, int year, int32_t first, int32_t last)
{
	int32_t start = year_start(year), end = year_start(year + 1) - 1;
	if (first <= start && last >= end)
		return block[TOTAL];
	struct calendar_date from = calendar_date(first < start ? start : first);
	struct calendar_date to = calendar_date(last > end ? end : last);
	uint64_t sum = 0;
	for (int month = from.month; month <= to.month; month++) {
		int32_t month_first = calendar_day((struct calendar_date){year, month, 1});
		int32_t month_last = calendar_add_months(month_first, 1) - 1;
		if (first <= month_first && last >= month_last)
			sum += block[MONTHS + month - 1];
		else
			sum += numbers_sum(block,
				(first > month_first ? first : month_first) - start,
				(last < month_last ? last : month_last) - start);
	}
	return sum;
}

uint64_t series_sum(const struct series *series, int32_t from, int32_t to)
{
	uint64_t sum = 0;
	for (int i = 0; i < series->count; i++) {
		int year = SERIES_YEAR_FIRST + series->first + i;
		if (series->years[i] && from < year_start(year + 1) && to >= year_start(year))
			sum += year_sum(series->years[i], year, from, to);
	}
	return sum;
}

void series_done(struct series *series)
{
	for (size_t i = 0; i < series->count; i++)
		free(series->years[i]);
	free(series->years);
	*series = (struct series){0};
}

static const uint32_t *series_year(const struct series *series, int year)
{
	static const uint32_t none[BLOCK];
	bool has = year >= series->first && year < series->first + series->count;
	return has && series->years[year - series->first] ? series->years[year - series->first]
							  : none;
}

int32_t series_differ(const struct series *a, const struct series *b)
{
	for (int year = 0; year <= SERIES_YEAR_LAST - SERIES_YEAR_FIRST; year++) {
		const uint32_t *here = series_year(a, year), *there = series_year(b, year);
		if (here == there || !memcmp(here, there, BLOCK * sizeof *here))
			continue;
		int i = 0;
		while (here[i] == there[i])
			i++;
		return year_start(SERIES_YEAR_FIRST + year) + (i < MONTHS ? i : 0);
	}
	return a->outside == b->outside ? 0 : -1;
}
