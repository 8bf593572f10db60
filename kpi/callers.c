#include "kpi/callers.h"

#include "lib/calendar.h"
#include "lib/clean.h"
#include "lib/grow.h"
#include <string.h>

enum { CHUNK = 1024 };

void callers_done(struct callers *callers)
{
	for (size_t i = 0; i < callers->chunk_room; i++) {
		struct callers_call *chunk = callers->chunks[i];
		for (size_t row = 0; chunk && row < CHUNK; row++)
			free(chunk[row].backs);
		free(chunk);
	}
	free(callers->chunks);
	free(callers->groups);
	keymap_done(&callers->by_hash);
	*callers = (struct callers){0};
}

static struct callers_call *call_at(struct callers *callers, uint32_t row)
{
	size_t chunk = row / CHUNK;
	callers->chunks =
		grown(callers->chunks, &callers->chunk_room, chunk, sizeof *callers->chunks);
	if (!callers->chunks[chunk]) {
		callers->chunks[chunk] = calloc(CHUNK, sizeof *callers->chunks[chunk]);
		must(callers->chunks[chunk]);
	}
	return &callers->chunks[chunk][row % CHUNK];
}

const struct callers_call *callers_call(struct callers *callers, uint32_t row)
{
	return call_at(callers, row);
}

/* ---- who calls ---- */

static struct callers_group *group_of(struct callers *callers, const struct callers_call *call)
{
	return call->group ? &callers->groups[call->group - 1] : NULL;
}

/* The first call of the group and, behind each, the next. */
static struct callers_call *call_next(struct callers *callers, uint32_t link)
{
	return link ? call_at(callers, link - 1) : NULL;
}

static uint32_t group_take(struct callers *callers)
{
	uint32_t group = callers->free_groups;
	if (group) {
		callers->free_groups = callers->groups[group - 1].first;
		return group - 1;
	}
	callers->groups = grown(callers->groups, &callers->group_room, callers->group_count,
		sizeof *callers->groups);
	return callers->group_count++;
}

static uint32_t group_find(struct callers *callers, const struct call_told *told)
{
	static const uint8_t secret[16]; /* what is hashed is a keyed hash already */
	struct keymap_key key = keymap_hash(secret, told->caller, told->caller_len);
	int32_t day = calendar_day_of(told->at_ms);
	uint32_t number;
	bool is_new;
	key.high ^= (uint32_t)day;
	if (keymap_get(&callers->by_hash, key, &number))
		return number;
	number = group_take(callers);
	callers->groups[number] = (struct callers_group){.key = key, .day = day};
	keymap_put(&callers->by_hash, key, number, &is_new);
	return number;
}

static int64_t answered_that_day_ms(
	const struct callers_group *group, const struct callers_call *call)
{
	bool counts = call->answered_ms && calendar_day_of(call->answered_ms) == group->day;
	return counts ? call->answered_ms : 0;
}

static void group_leave(struct callers *callers, uint32_t row)
{
	struct callers_call *call = call_at(callers, row);
	struct callers_group *group = group_of(callers, call);
	uint32_t *link = &group->first;
	group->back_count -= call->back_count;
	while (*link != row + 1)
		link = &call_at(callers, *link - 1)->next;
	*link = call->next;
	if (!group->first) {
		keymap_remove(&callers->by_hash, group->key);
		group->first = callers->free_groups;
		callers->free_groups = call->group;
	}
	call->group = call->next = 0;
}

static void group_join(struct callers *callers, uint32_t row, uint32_t number)
{
	struct callers_call *call = call_at(callers, row);
	call->group = number + 1;
	call->next = callers->groups[number].first;
	callers->groups[number].first = row + 1;
	callers->groups[number].back_count += call->back_count;
}

/* ---- what settles a call ---- */

/* The first callback to one of the caller's calls that came when this one was missed already. */
static int64_t called_back_ms(struct callers *callers, const struct callers_call *call)
{
	int64_t missed_ms = call_missed_ms(call), back_ms = 0;
	for (uint32_t i = 0; i < call->back_count; i++)
		back_ms = earliest_ms(back_ms, call->backs[i]);
	const struct callers_group *group = group_of(callers, call);
	if (!missed_ms || !group || group->back_count == call->back_count)
		return back_ms;
	const struct callers_call *other = call_next(callers, group->first);
	for (; other; other = call_next(callers, other->next))
		for (uint32_t i = 0; i < other->back_count; i++)
			if (other->backs[i] >= missed_ms)
				back_ms = earliest_ms(back_ms, other->backs[i]);
	return back_ms;
}

/* Who was lost called again that day, and was answered. */
static bool is_answered_later(const struct callers_group *group, const struct callers_call *call)
{
	int64_t lost_ms = call_lost_ms(call);
	return group && lost_ms && group->answered_ms >= lost_ms &&
	       calendar_day_of(lost_ms) == group->day;
}

/* Looks again at what settles a call; true when that has changed. */
static bool call_settle(struct callers *callers, struct callers_call *call)
{
	int64_t back_ms = called_back_ms(callers, call);
	bool later = is_answered_later(group_of(callers, call), call);
	if (call->outlived) {
		back_ms = earliest_ms(back_ms, call->called_back_ms);
		later = later || call->answered_later;
	}
	bool changed = back_ms != call->called_back_ms || later != call->answered_later;
	call->called_back_ms = back_ms;
	call->answered_later = later;
	return changed;
}

static void group_settle(struct callers *callers, struct callers_group *group,
	const struct callers_call *but, callers_fn *on_change, void *arg)
{
	struct callers_call *call = call_next(callers, group->first);
	group->answered_ms = 0;
	for (; call; call = call_next(callers, call->next)) {
		int64_t answered_ms = answered_that_day_ms(group, call);
		if (answered_ms > group->answered_ms)
			group->answered_ms = answered_ms;
	}
	for (uint32_t link = group->first; (call = call_next(callers, link)); link = call->next)
		if (call != but && call_missed_ms(call) && call_settle(callers, call))
			on_change(arg, link - 1);
}

/* ---- what is told ---- */

static bool is_earlier(int64_t *known_ms, int64_t at_ms)
{
	if (*known_ms && (MUTANT(facts_by_arrival) || *known_ms <= at_ms))
		return false;
	*known_ms = at_ms;
	return true;
}

static bool event_take(struct callers_call *call, const struct call_told *told)
{
	if (told->event != WOT__V1__CALL__EVENT__ENTERED)
		is_earlier(&call->over_ms, told->at_ms);
	if (told->capped_ms)
		is_earlier(&call->over_ms, told->capped_ms);
	switch (told->event) {
	case WOT__V1__CALL__EVENT__ANSWERED:
		return is_earlier(&call->answered_ms, told->at_ms);
	case WOT__V1__CALL__EVENT__ABANDONED:
		return is_earlier(&call->abandoned_ms, told->at_ms);
	case WOT__V1__CALL__EVENT__TIMED_OUT:
		return is_earlier(&call->timed_out_ms, told->at_ms);
	default:
		return false;
	}
}

/* The group that the call is of from now on; the one that it was of until now is settled without it. */
static void caller_take(struct callers *callers, uint32_t row, const struct call_told *told,
	callers_fn *on_change, void *arg)
{
	uint32_t number = group_find(callers, told), was = call_at(callers, row)->group;
	if (was == number + 1)
		return;
	if (was) {
		bool last = call_at(callers, row)->next == 0 &&
			    callers->groups[was - 1].first == row + 1;
		group_leave(callers, row);
		if (!last)
			group_settle(callers, &callers->groups[was - 1], NULL, on_change, arg);
	}
	group_join(callers, row, number);
}

bool callers_told(struct callers *callers, uint32_t row, const struct call_told *told,
	callers_fn *on_change, void *arg)
{
	struct callers_call *call = call_at(callers, row);
	uint32_t group_was = call->group;
	int64_t answered_ms = call->answered_ms;
	bool first = event_take(call, told);
	if (told->asks)
		is_earlier(&call->asked_ms, told->at_ms);
	if (told->caller_len && is_earlier(&call->named_ms, told->at_ms))
		caller_take(callers, row, told, on_change, arg);
	struct callers_group *group = group_of(callers, call);
	bool settles = call->group != group_was || call->answered_ms != answered_ms;
	if (group && settles && (call->answered_ms || call->back_count))
		group_settle(callers, group, call, on_change, arg);
	call_settle(callers, call);
	return first;
}

void callers_capped(struct callers *callers, uint32_t row, int64_t at_ms)
{
	is_earlier(&call_at(callers, row)->over_ms, at_ms);
}

void callers_reached(
	struct callers *callers, uint32_t row, int64_t at_ms, callers_fn *on_change, void *arg)
{
	struct callers_call *call = call_at(callers, row);
	uint32_t count = call->back_count;
	call->backs = grow_push(call->backs, count, sizeof *call->backs);
	call->backs[call->back_count++] = at_ms;
	struct callers_group *group = group_of(callers, call);
	if (group) {
		group->back_count++;
		group_settle(callers, group, call, on_change, arg);
	}
	call_settle(callers, call);
}

void callers_forget(struct callers *callers, uint32_t row)
{
	struct callers_call *call = call_at(callers, row);
	if (call->group) {
		struct callers_call *other = call_next(callers, group_of(callers, call)->first);
		for (; other; other = call_next(callers, other->next))
			other->outlived = true;
		group_leave(callers, row);
	}
	free(call->backs);
	*call = (struct callers_call){0};
}
