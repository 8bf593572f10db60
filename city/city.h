/*
 * A synthetic city: submissions as JSON Lines `{"to": "/v1/…", "body": {…}}`, in order of
 * occurredAt, all of them valid under the rules of the doors and of the life of a case. Every
 * externalRef begins with "syn-", and no person in it exists.
 *
 * Exact, under any seed, when from <= 2025-01-01 and to >= 2025-12-31 (plan.c holds the
 * table): the year 2025 folds to the published figures of the annual report. No event of another
 * year changes them. Drawn at random, within reason: wards, ages, persons, channels, problems,
 * calls, hours, youth and signals of every year, the days inside their classes, and the whole of
 * every other year.
 *
 * The same from, to and seed give the same bytes. A later `to` only adds lines at the end. Cases
 * that are open at `from` come with their earlier events; what ended before does not come, so the
 * year before is incomplete.
 *
 * To add a kind of line: case.c when it belongs to a case, else day.c. Every
 * case, call and contact draws from a stream of its own (rand.h), so one draw more shifts
 * nothing else.
 */
#ifndef WOT_CITY_H
#define WOT_CITY_H

#include "lib/err.h"
#include <stdint.h>
#include <stdio.h>

struct city_options {
	int32_t from_day, to_day; /* both included */
	int64_t to_ms;            /* nothing later than this instant; 0: the end of to_day */
	uint64_t seed;
	double rate_per_s; /* 0: all at once. Else live traffic of now, days ignored, until `out` is
	                      closed */
};

/* ERR_USAGE: days that are not possible. ERR_IO: `out` could not be written. */
int city_run(const struct city_options *options, FILE *out, struct why *why);

#endif
