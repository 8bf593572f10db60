#include "daemons/intake/calls.h"

#include "lib/calendar.h"
#include "lib/grow.h"
#include <string.h>
#include <utlist.h>

#define HOUR_MS INT64_C(3600000)
#define KEPT_MS (31 * 24 * HOUR_MS)

struct call {
	struct call *prev, *next; /* in calls->heard */
	int64_t first_ms, first_recorded_ms;
	int64_t heard_ms; /* when the last event of it was recorded */
	int32_t promised_on, known_on;
	struct promise callback;
	uint32_t slot;
	uint16_t name_len;
	bool began, ended; /* neither: a callback of it came in first */
	uint64_t hash;     /* of the name */
	char name[];       /* client and call id, each with its NUL */
};

static const char *id_of(const struct call *call)
{
	return call->name + strlen(call->name) + 1;
}

static struct promise_terms terms_of(const struct calls *calls, const struct call *call)
{
	return (struct promise_terms){
		.kind = CLOCK_CALLBACK, .rules = &calls->rules, .known_on = call->known_on};
}

/* When it is over if no end of it came in; DUE_NEVER. What came in late has as long after that: its end
 * may be on its way. */
static int64_t cap_at_ms(const struct calls *calls, const struct call *call)
{
	uint32_t hours = calls->rules.clocks.call_cap_hours;
	bool late = call->first_recorded_ms > call->first_ms;
	if (!hours || !call->began || call->ended)
		return DUE_NEVER;
	return (late ? call->first_recorded_ms : call->first_ms) + hours * HOUR_MS;
}

/* ---- decide ---- */

static const struct subject wmo = {.legal_basis = WOT__V1__LEGAL_BASIS__VALUE__WMO};

static void cap_tell(const struct calls *calls, const struct call *call, struct decision *out)
{
	uint32_t hours = calls->rules.clocks.call_cap_hours;
	Wot__V1__Event *event = decision_case_event(
		out, WOT__V1__BODY__KIND_CALL_CAPPED, call->first_ms + hours * HOUR_MS, wmo);
	event->body->call_capped->call_id = arena_strdup(out->arena, id_of(call));
	event->body->call_capped->cap_hours = hours;
}

static void callback_tell(
	const struct calls *calls, const struct call *call, int64_t now_ms, struct decision *out)
{
	struct promise_terms terms = terms_of(calls, call);
	Wot__V1__Event *event = promise_tell(&call->callback, &terms, now_ms, wmo, out);
	event->body->clock_warned->call_id = arena_strdup(out->arena, id_of(call));
}

void calls_decide(const struct calls *calls, int64_t now_ms, struct decision *out)
{
	uint32_t found[DECISION_MAX];
	size_t count = due_until(&calls->due, now_ms, found, DECISION_MAX - out->count);
	for (size_t i = 0; i < count; i++) {
		const struct call *call = calls->slots[found[i]];
		if (cap_at_ms(calls, call) <= now_ms)
			cap_tell(calls, call, out);
		else
			callback_tell(calls, call, now_ms, out);
		out->events[out->count - 1]->client = arena_strdup(out->arena, call->name);
	}
}

/* ---- what is owed ---- */

static int32_t day_at(int64_t at_ms)
{
	return at_ms ? calendar_day_of(at_ms) : 0;
}

/* Who hung up, and was answered later that day, needs no callback. */
static int32_t kept_on(const struct callers_call *sum)
{
	return day_at(sum->answered_later ? call_lost_ms(sum) : sum->called_back_ms);
}

static void schedule(struct calls *calls, struct call *call)
{
	struct promise_terms terms = terms_of(calls, call);
	int64_t cap_ms = cap_at_ms(calls, call);
	int64_t next_ms = promise_next(&call->callback, &terms);
	due_set(&calls->due, call->slot, cap_ms < next_ms ? cap_ms : next_ms);
}

/* Of what is promised on that day; 0: nothing is. */
static int32_t deadline_of(const struct calls *calls, int32_t promised_on)
{
	return promised_on ? clocks_deadline(CLOCK_CALLBACK, promised_on, &calls->rules.closing)
			   : 0;
}

static void promise_follow(struct calls *calls, struct call *call)
{
	const struct callers_call *sum = callers_call(&calls->callers, call->slot);
	int32_t on = day_at(call_missed_ms(sum));
	if (on != call->promised_on)
		call->callback.deadline_on = deadline_of(calls, on);
	if (on && !call->promised_on)
		call->known_on = calendar_day_of(call->heard_ms);
	call->promised_on = on;
	call->callback.kept_on = on ? kept_on(sum) : 0;
	schedule(calls, call);
}

/* ---- names ---- */

/* FNV-1a */
static uint64_t hash_of(const char *name, size_t len)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (uint8_t)name[i]) * UINT64_C(0x100000001b3);
	return hash;
}

static struct call *name_find(
	const struct calls *calls, const char *name, size_t len, uint64_t hash)
{
	struct index_look look = index_look(&calls->names, hash);
	for (uint32_t slot; index_next(&look, &slot);) {
		struct call *call = calls->slots[slot];
		if (call->name_len == len && memcmp(call->name, name, len) == 0)
			return call;
	}
	return NULL;
}

/* ---- keeping and forgetting ---- */

static uint32_t slot_take(struct calls *calls, struct call *call)
{
	bool again = calls->free_count;
	uint32_t slot = again ? calls->free_slots[--calls->free_count] : calls->slot_count++;
	if (!again)
		calls->slots = grow_push(calls->slots, slot, sizeof *calls->slots);
	calls->slots[slot] = call;
	return slot;
}

static struct call *call_add(struct calls *calls, const char *name, size_t len, uint64_t hash,
	const Wot__V1__Event *event)
{
	struct call *call = calloc(1, sizeof *call + len);
	must(call);
	memcpy(call->name, name, len);
	call->name_len = (uint16_t)len;
	call->hash = hash;
	call->first_ms = event->occurred_at;
	call->first_recorded_ms = event->recorded_at;
	call->slot = slot_take(calls, call);
	index_add(&calls->names, hash, call->slot);
	DL_APPEND(calls->heard, call);
	return call;
}

enum { NAME_ROOM = 512 };

static size_t name_make(const char *client, const char *id, char name[NAME_ROOM])
{
	size_t client_len = strlen(client) + 1, len = client_len + strlen(id) + 1;
	must(len <= NAME_ROOM); /* both are shorter by their rules */
	memcpy(name, client, client_len);
	memcpy(name + client_len, id, len - client_len);
	return len;
}

static struct call *call_find(struct calls *calls, const Wot__V1__Event *event, const char *id)
{
	char name[NAME_ROOM];
	size_t len = name_make(event->client, id, name);
	uint64_t hash = hash_of(name, len);
	struct call *call = name_find(calls, name, len, hash);
	return call ? call : call_add(calls, name, len, hash, event);
}

int64_t calls_capped_ms(const struct calls *calls, const char *client, const char *call_id,
	int64_t occurred_ms, int64_t now_ms)
{
	char name[NAME_ROOM];
	size_t len = name_make(client, call_id, name);
	const struct call *call = name_find(calls, name, len, hash_of(name, len));
	uint32_t hours = calls->rules.clocks.call_cap_hours;
	int64_t first_ms = call && call->first_ms < occurred_ms ? call->first_ms : occurred_ms;
	int64_t capped_ms = first_ms + hours * HOUR_MS;
	return hours && capped_ms <= now_ms ? capped_ms : 0;
}

static void call_forget(struct calls *calls, struct call *call)
{
	callers_forget(&calls->callers, call->slot);
	due_set(&calls->due, call->slot, DUE_NEVER);
	index_remove(&calls->names, call->hash, call->slot);
	calls->slots[call->slot] = NULL;
	calls->free_slots =
		grow_push(calls->free_slots, calls->free_count, sizeof *calls->free_slots);
	calls->free_slots[calls->free_count++] = call->slot;
	DL_DELETE(calls->heard, call);
	free(call);
}

static void call_heard(struct calls *calls, struct call *call, int64_t now_ms)
{
	call->heard_ms = now_ms;
	if (!call->next)
		return;
	DL_DELETE(calls->heard, call);
	DL_APPEND(calls->heard, call);
}

/* Late data may still change what is on record of it. */
static bool is_needed(const struct call *call)
{
	const struct promise *callback = &call->callback;
	bool owed = callback->deadline_on && call->known_on <= callback->deadline_on &&
		    !promise_is_kept(callback);
	return (call->began && !call->ended) || owed || callback->broke_on;
}

static void old_ones_forget(struct calls *calls, int64_t now_ms)
{
	struct call *call;
	while ((call = calls->heard) && call->heard_ms + KEPT_MS < now_ms) {
		if (is_needed(call))
			call_heard(calls, call, now_ms);
		else
			call_forget(calls, call);
	}
}

void calls_done(struct calls *calls)
{
	while (calls->heard)
		call_forget(calls, calls->heard);
	callers_done(&calls->callers);
	free(calls->slots);
	index_done(&calls->names);
	free(calls->free_slots);
	promise_rules_done(&calls->rules);
	due_done(&calls->due);
}

uint32_t calls_count(const struct calls *calls)
{
	return calls->slot_count - calls->free_count;
}

/* ---- what the own log says ---- */

static bool ends(Wot__V1__Call__Event event)
{
	return event == WOT__V1__CALL__EVENT__ABANDONED ||
	       event == WOT__V1__CALL__EVENT__TIMED_OUT || event == WOT__V1__CALL__EVENT__ENDED;
}

static void on_settled(void *arg, uint32_t slot)
{
	struct calls *calls = arg;
	promise_follow(calls, calls->slots[slot]);
}

static void call_told(struct calls *calls, const Wot__V1__Event *event)
{
	const Wot__V1__Call *told = event->body->call;
	struct call *call = call_find(calls, event, told->call_id);
	const struct call_told sum = {
		.event = told->event,
		.at_ms = event->occurred_at,
		.asks = told->has_outcome && told->outcome == WOT__V1__CALL__OUTCOME__CALLBACK,
		.caller = told->caller_hash.data,
		.caller_len = told->has_caller_hash ? told->caller_hash.len : 0,
	};
	call_heard(calls, call, event->recorded_at);
	call->began = true;
	if (event->occurred_at < call->first_ms)
		call->first_ms = event->occurred_at;
	call->ended |= ends(told->event);
	callers_told(&calls->callers, call->slot, &sum, on_settled, calls);
	promise_follow(calls, call);
}

static void callback_told(struct calls *calls, const Wot__V1__Event *event)
{
	const Wot__V1__Callback *told = event->body->callback;
	if (!told->reached)
		return;
	struct call *call = call_find(calls, event, told->call_id);
	call_heard(calls, call, event->recorded_at);
	callers_reached(&calls->callers, call->slot, event->occurred_at, on_settled, calls);
	promise_follow(calls, call);
}

static void capped_told(struct calls *calls, const Wot__V1__Event *event)
{
	struct call *call = call_find(calls, event, event->body->call_capped->call_id);
	call->ended = true;
	call_heard(calls, call, event->recorded_at);
	schedule(calls, call);
}

static void clock_told(
	struct calls *calls, const Wot__V1__Event *event, const Wot__V1__Clock *clock)
{
	struct call *call = call_find(calls, event, clock->call_id);
	promise_evolve(&call->callback, event->body->kind_case, clock);
	schedule(calls, call);
}

static void rules_told(struct calls *calls, const Wot__V1__Event *event)
{
	int32_t today = calendar_day_of(event->recorded_at);
	if (!promise_rules_take(&calls->rules, event->body->config_loaded))
		return;
	struct call *call;
	DL_FOREACH (calls->heard, call) {
		promise_move(&call->callback, deadline_of(calls, call->promised_on), today);
		schedule(calls, call);
	}
}

void calls_evolve(struct calls *calls, const Wot__V1__Event *event)
{
	const Wot__V1__Clock *clock = promise_clock(event);
	old_ones_forget(calls, event->recorded_at);
	if (clock)
		clock_told(calls, event, clock);
	switch (event->body->kind_case) {
	case WOT__V1__BODY__KIND_CALL:
		call_told(calls, event);
		break;
	case WOT__V1__BODY__KIND_CALLBACK:
		callback_told(calls, event);
		break;
	case WOT__V1__BODY__KIND_CALL_CAPPED:
		capped_told(calls, event);
		break;
	case WOT__V1__BODY__KIND_CONFIG_LOADED:
		rules_told(calls, event);
		break;
	default:
		break;
	}
}
