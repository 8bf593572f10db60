/*
 * Calls as sums of what was told of them, the same in whatever order it comes: each fact goes by the earliest
 * event that says it, and of two at one instant by the one that stands first in the log. And who was missed: a
 * caller who was lost, or asked to be called back, until somebody calls back or answers them later that day.
 *
 * Figures (facts_call.c) and clocks (wot-intake) go by this alone. A caller is known by a hash whose key lives one
 * day (Call.caller_hash), so the day of the call is part of who it is.
 */
#ifndef WOT_CALLERS_H
#define WOT_CALLERS_H

#include "lib/keymap.h"
#include "proto/event.pb-c.h"

/* Instants; 0: never. */
struct callers_call {
	int64_t answered_ms, abandoned_ms, timed_out_ms;
	int64_t over_ms;  /* answered, lost, ended or capped */
	int64_t asked_ms; /* to be called back */
	int64_t named_ms; /* of the event by which the caller is known */
	int64_t called_back_ms; /* what settles it: by a callback for this call, or for another of the caller */
	int64_t *backs; /* callbacks for this call that reached somebody */
	uint32_t back_count;
	uint32_t group, next; /* + 1; 0: the caller is not known; the last */
	bool answered_later;
	bool outlived; /* a call of the group is forgotten: what it settled stays settled */
};

/* One that called on that day. */
struct callers_group {
	struct keymap_key key;
	int32_t day;
	uint32_t first;      /* of its calls, + 1 */
	uint32_t back_count; /* of all of them */
	int64_t answered_ms; /* the last of their answers on that day */
};

struct callers {
	/* By row, the number that a call has where it is kept; as many together as a chunk holds, so that growing
	 * moves nothing and touches none before it is there. */
	struct callers_call **chunks;
	size_t chunk_room;
	struct callers_group *groups;
	size_t group_room;
	uint32_t group_count, free_groups; /* a list through `first` */
	struct keymap by_hash;
};

void callers_done(struct callers *callers);

/* One event of a call. */
struct call_told {
	Wot__V1__Call__Event event;
	int64_t at_ms;
	bool asks;         /* to be called back */
	int64_t capped_ms; /* it was over by then at the latest; 0: that is not said */
	const uint8_t *caller;
	size_t caller_len; /* 0: it does not say who calls */
};
/* What follows has changed for another call of the same caller. */
typedef void callers_fn(void *arg, uint32_t row);

/* True when the call had no such event yet, or only later ones. */
bool callers_told(struct callers *callers, uint32_t row, const struct call_told *told,
	callers_fn *on_change, void *arg);
/* No end of it came in by then. */
void callers_capped(struct callers *callers, uint32_t row, int64_t at_ms);
/* A callback for this call reached somebody. */
void callers_reached(
	struct callers *callers, uint32_t row, int64_t at_ms, callers_fn *on_change, void *arg);
/* The row is free for another call. What it settled stays settled. */
void callers_forget(struct callers *callers, uint32_t row);

const struct callers_call *callers_call(struct callers *callers, uint32_t row);

static inline int64_t earliest_ms(int64_t a, int64_t b)
{
	return !a || (b && b < a) ? b : a;
}

/* When the caller was lost before anybody answered, 0: was not. Who hung up in the end was not lost by the
 * queue. */
static inline int64_t call_lost_ms(const struct callers_call *call)
{
	return call->answered_ms ? 0 : earliest_ms(call->abandoned_ms, call->timed_out_ms);
}
static inline bool call_is_abandoned(const struct callers_call *call)
{
	return call->abandoned_ms && !call->answered_ms;
}
static inline bool call_is_timed_out(const struct callers_call *call)
{
	return call->timed_out_ms && !call->abandoned_ms && !call->answered_ms;
}

/* Since when a callback is owed, 0: none is. */
static inline int64_t call_missed_ms(const struct callers_call *call)
{
	return earliest_ms(call_lost_ms(call), call->asked_ms);
}

#endif
