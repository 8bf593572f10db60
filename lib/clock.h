/*
 * What time it is. Cores and tables never ask: they are told.
 */
#ifndef WOT_CLOCK_H
#define WOT_CLOCK_H

#include <stdint.h>

int64_t clock_now_ms(void);   /* wall clock, UTC, since 1970 */
uint64_t clock_mono_us(void); /* monotonic, for durations */

#endif
