/*
 * Which calls that were given up were followed by one of the same caller, the same day, that was answered:
 * those need no callback. A caller is known by a hash whose key lives one day (Call.caller_hash); what comes
 * in late of an earlier day has the later key, so the day counts too. What is noted may come in any order.
 */
#ifndef WOT_CALLERS_H
#define WOT_CALLERS_H

#include "kpi/keymap.h"

struct callers_call {
	int64_t answered_ms, abandoned_ms;
	uint32_t group, next; /* + 1; 0: none */
	bool waits;           /* in its group's list */
};
struct callers_group {
	int64_t answered_ms; /* the last answer that this caller got */
	uint32_t waiting;    /* calls given up after it, + 1 */
};
struct callers {
	struct callers_call *calls; /* by row */
	size_t call_room;
	struct callers_group *groups;
	size_t group_room;
	struct keymap by_hash;
};

void callers_done(struct callers *callers);

struct caller_event {
	uint32_t row; /* of the call */
	const uint8_t *hash;
	size_t hash_len; /* 0: this event does not say who called */
	bool answered, abandoned;
	int32_t day;
	int64_t at_ms;
};
/* on_answered: that call, given up, is answered by a later one; told once for each. */
typedef void callers_fn(void *arg, uint32_t row);
void callers_note(struct callers *callers, const struct caller_event *event,
	callers_fn *on_answered, void *arg);

#endif
