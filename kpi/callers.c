#include "kpi/callers.h"

#include "lib/clean.h"
#include <string.h>

void callers_done(struct callers *callers)
{
	free(callers->calls);
	free(callers->groups);
	keymap_done(&callers->by_hash);
	*callers = (struct callers){0};
}

/* Room for item `index` of an array; what is new is zeroed. */
static void *grown(void *items, size_t *room, size_t index, size_t size)
{
	size_t wanted = *room ? *room : 64;
	if (index < *room)
		return items;
	while (wanted <= index)
		wanted *= 2;
	uint8_t *bytes = realloc(items, wanted * size);
	must(bytes);
	memset(bytes + *room * size, 0, (wanted - *room) * size);
	*room = wanted;
	return bytes;
}

static uint32_t group_of(struct callers *callers, const struct caller_event *event)
{
	static const uint8_t secret[16]; /* what is hashed is a keyed hash already */
	struct keymap_key key = keymap_hash(secret, event->hash, event->hash_len);
	key.high ^= (uint32_t)event->day;
	bool is_new;
	uint32_t group =
		keymap_put(&callers->by_hash, key, (uint32_t)callers->by_hash.count, &is_new);
	callers->groups =
		grown(callers->groups, &callers->group_room, group, sizeof *callers->groups);
	return group + 1;
}

/* Those of the group that were given up before its last answer. */
static void group_settle(
	struct callers *callers, struct callers_group *group, callers_fn *on_answered, void *arg)
{
	uint32_t *link = &group->waiting;
	while (*link) {
		uint32_t row = *link - 1;
		struct callers_call *call = &callers->calls[row];
		if (call->abandoned_ms > group->answered_ms) {
			link = &call->next;
			continue;
		}
		*link = call->next;
		on_answered(arg, row);
	}
}

/* A call without an answer has answered_ms 0, one that was not given up abandoned_ms 0. */
void callers_note(struct callers *callers, const struct caller_event *event,
	callers_fn *on_answered, void *arg)
{
	callers->calls =
		grown(callers->calls, &callers->call_room, event->row, sizeof *callers->calls);
	struct callers_call *call = &callers->calls[event->row];
	if (event->hash_len && !call->group)
		call->group = group_of(callers, event);
	if (event->answered && event->at_ms > call->answered_ms)
		call->answered_ms = event->at_ms;
	if (event->abandoned && (!call->abandoned_ms || event->at_ms < call->abandoned_ms))
		call->abandoned_ms = event->at_ms;
	if (!call->group)
		return;
	struct callers_group *group = &callers->groups[call->group - 1];
	if (call->answered_ms > group->answered_ms)
		group->answered_ms = call->answered_ms;
	if (call->abandoned_ms && !call->waits) {
		call->waits = true;
		call->next = group->waiting;
		group->waiting = event->row + 1;
	}
	group_settle(callers, group, on_answered, arg);
}
