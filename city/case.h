/*
 * A case as lines: the request, its screenings, and what its case lead registers until the closing.
 */
#ifndef WOT_CITY_CASE_H
#define WOT_CITY_CASE_H

#include "city/line.h"
#include "city/plan.h"

void case_lines(struct lines *lines, uint64_t seed, const struct life *life);

#endif
