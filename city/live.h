/*
 * Live traffic: submissions of this moment, at a pace, in the same forms as the sample's. The year
 * that runs is thereby no longer the sample's alone; years before it stay as they are.
 */
#ifndef WOT_CITY_LIVE_H
#define WOT_CITY_LIVE_H

#include <stdint.h>
#include <stdio.h>

/* Goes on until `out` is closed by its reader or the process is told to stop. 0 or ERR_IO. */
int live_run(uint64_t seed, double rate_per_s, FILE *out);

#endif
