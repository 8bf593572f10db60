/*
 * Signals about households (rent arrears, loneliness): they wait on the work list, once per household,
 * until somebody of the household was reached: by a screening that names one of the signals, or through a
 * request of theirs. A sender repeats what lasts, so after SIGNAL_DAYS without another one it is off the
 * list; so is the past that is imported.
 */
#ifndef WOT_TRIAGE_SIGNALS_H
#define WOT_TRIAGE_SIGNALS_H

#include "core/core.h"
#include "core/due.h"
#include "core/refs.h"
#include "lib/arena.h"
#include "proto/event.h"
#include <stdbool.h>
#include <uthash.h>

enum { SIGNAL_DAYS = 28, HOUSEHOLD_ID_LEN = 16 };

/* A signal of a household, of after somebody of it was last spoken to. */
struct signal_since {
	int64_t at_ms;
	uint32_t number;
	unsigned kind;
};
/* One that signals are waiting about, or of which somebody was reached not long ago. */
struct household {
	UT_hash_handle hh;
	uint8_t id[HOUSEHOLD_ID_LEN];
	int64_t reached_ms; /* the last time; what occurred until then waits no more; 0: never */
	struct signal_since *since; /* by when they occurred, then in the order of the log */
	int64_t *tried_ms;          /* when nobody was reached, since then */
	size_t count, room, tried_room;
	uint32_t attempts;
	/* What follows of these. */
	uint32_t number;              /* of the first signal, which names it on the list */
	int32_t reported_on, last_on; /* the first, from which its deadline counts, and the last */
	uint32_t kinds;               /* that wait: 1 << kind; 0: none does */
	/* What the log says of it. */
	uint32_t
		told_number; /* of the first signal of it that was heard of, under which it is due to be told; 0: none */
	int32_t told_on; /* waits since, as told; 0: it does not */
};

/* One that was ever listed. */
struct signal {
	uint8_t household_id[HOUSEHOLD_ID_LEN];
	int32_t day;
	unsigned legal_basis; /* 0: none was said */
};

struct signals {
	struct household *households; /* the one that was heard of last is last */
	struct signal *items;         /* by number, from 1 */
	uint32_t count;
	struct refs refs; /* the names of the signals */
	struct due due;   /* households of which to tell whether they wait */
};

void signals_done(struct signals *signals);
/* Is a signal of that day still one to act on? */
bool signal_is_current(int32_t day, int32_t today);

/* A signal_listed of the own log. */
void signals_take(struct signals *signals, const Wot__V1__Event *event);
/* A signal_screened of the own log. */
void signals_screened(struct signals *signals, const Wot__V1__Event *event);
/* A signals_wait of the own log. */
void signals_told(struct signals *signals, const Wot__V1__Event *event);
/* Adds which households wait by now, or no more, and were not told to; the rest follows with the next tick. */
void signals_decide(const struct signals *signals, int64_t now_ms, struct decision *out);
/* Somebody of the household was spoken to then, as is known since today: no signal of before waits any more.
 * It may be told before the signals are. */
void signals_reached(struct signals *signals, const uint8_t household_id[HOUSEHOLD_ID_LEN],
	int64_t at_ms, int32_t today);

/* The number of a signal by the name that it was sent under (core/refs.h); 0: unknown. */
uint32_t signals_find(const struct signals *signals, const char *client, const char *ref);
const struct signal *signals_at(const struct signals *signals, uint32_t number);
/* Do signals wait about it? */
bool household_waits(const struct household *household, int32_t today);
/* NULL when none waits. */
const struct household *signals_of(
	const struct signals *signals, const uint8_t household_id[HOUSEHOLD_ID_LEN], int32_t today);
/* What they were of, in the arena; how many. */
size_t household_kinds(
	const struct household *household, Wot__V1__Signal__Kind **out, struct arena *arena);

#endif
