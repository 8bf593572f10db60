/*
 * A case as lines: the request, its screenings, and what its case lead registers until the closing.
 */
#ifndef WOT_SIMULATE_CASE_H
#define WOT_SIMULATE_CASE_H

#include "cli/simulate_line.h"
#include "cli/simulate_plan.h"

void case_lines(struct lines *lines, uint64_t seed, const struct life *life);

#endif
