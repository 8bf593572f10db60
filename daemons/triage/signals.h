/*
 * Signals about households (rent arrears, loneliness): they wait on the work list, once per household,
 * until somebody of the household was reached, through a request of theirs. A sender repeats what lasts, so
 * after SIGNAL_DAYS without another one it is off the list; so is the past that is imported.
 */
#ifndef WOT_TRIAGE_SIGNALS_H
#define WOT_TRIAGE_SIGNALS_H

#include "lib/buf.h"
#include "proto/event.h"
#include <stdbool.h>
#include <uthash.h>

enum { SIGNAL_DAYS = 28, HOUSEHOLD_ID_LEN = 16 };

/* One that signals are waiting about. */
struct household {
	UT_hash_handle hh;
	uint8_t id[HOUSEHOLD_ID_LEN];
	uint32_t number;     /* in the order in which they came on the list, from 1 */
	int32_t reported_on; /* the first signal, from which its deadline counts */
	int32_t last_on;
	uint32_t kinds; /* 1 << kind */
};

struct signals {
	struct household *households; /* the one that was heard of last is last */
	uint32_t listed;              /* so far */
};

void signals_done(struct signals *signals);
/* Is a signal of that day still one to act on? */
bool signal_is_current(int32_t day, int32_t today);

/* A signal_listed of the own log. */
void signals_take(struct signals *signals, const Wot__V1__Event *event);
/* Somebody of the household was spoken to on that day: no signal of before waits any more. */
void signals_reached(
	struct signals *signals, const uint8_t household_id[HOUSEHOLD_ID_LEN], int32_t day);

/* NULL when none waits. */
const struct household *signals_of(
	const struct signals *signals, const uint8_t household_id[HOUSEHOLD_ID_LEN], int32_t today);
/* Adds `"signals":["RENT_ARREARS",…]`. */
void household_kinds_print(const struct household *household, struct buf *json);

#endif
