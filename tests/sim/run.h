/*
 * One seed: a city of three years in a house where daemons die and links break, from the first day until all
 * has been said. Fails in sim_fail, or comes back.
 */
#ifndef WOT_SIM_RUN_H
#define WOT_SIM_RUN_H

#include "proto/event.h"

struct run_stats {
	uint64_t kills, stops, breaks, holds, fills, reloads, checks, day_ends, events, left_out;
	uint64_t hash; /* of all that stands in the logs */
	uint64_t said[KIND_MAX],
		lost[KIND_MAX]; /* events in the logs, and those that a kill undid */
};

void run_seed(uint64_t seed, double scale, struct run_stats *stats);

#endif
