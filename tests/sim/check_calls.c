#include "core/promise.h"
#include "lib/calendar.h"
#include "lib/clock.h"
#include "stage/stage_own.h"
#include "tests/sim/check.h"
#include "tests/sim/fail.h"
#include "tests/sim/reckon.h"

#include <stdio.h>
#include <string.h>
#include <uthash.h>

/* Calls as intake's log tells them: which have no end, and who is owed a callback. */
#define KIND(name) WOT__V1__BODY__KIND_##name
#define CALL(name) WOT__V1__CALL__EVENT__##name

#define HOUR_MS INT64_C(3600000)
#define KEPT_MS (31 * 24 * HOUR_MS)
enum { NAME_ROOM = 160, BACKS_MAX = 64, PHONE_ANSWER_SECONDS = 30 };

struct told_call {
	UT_hash_handle hh;
	char name[NAME_ROOM]; /* client and call id */
	int64_t first_ms, recorded_ms, heard_ms;
	int64_t answered_ms, abandoned_ms, timed_out_ms,
		asked_ms;            /* the first of its kind by when it was; 0: never */
	int64_t backs_ms[BACKS_MAX]; /* callbacks that reached somebody */
	size_t back_count;
	int32_t known_on;      /* when intake came to know that a callback is owed */
	int32_t warned, broke; /* deadlines, 0: none */
	uint32_t waited;       /* until that answer */
	bool began, ended, capped, past_cap;
	int64_t named_ms; /* of the first event that says who calls; 0: none does */
	int32_t caller_day;
	uint8_t caller[16];
	bool forgotten; /* it may have been: what came after so long is of a call that nobody knew */
};

struct calls_told {
	struct arena arena;
	struct told_call *calls;
	struct reckoning reckoning;
};

/* ---- the log ---- */

static struct told_call *call_of(
	struct calls_told *told, const Wot__V1__Event *event, const char *call_id)
{
	char name[NAME_ROOM];
	struct told_call *call;
	snprintf(name, sizeof name, "%s/%s", event->client, call_id);
	HASH_FIND_STR(told->calls, name, call);
	if (!call) {
		call = calloc(1, sizeof *call);
		must(call);
		strcpy(call->name, name);
		call->first_ms = event->occurred_at;
		call->recorded_ms = event->recorded_at;
		HASH_ADD_STR(told->calls, name, call);
	}
	call->forgotten |= call->heard_ms && event->recorded_at - call->heard_ms > KEPT_MS;
	call->heard_ms = event->recorded_at;
	return call;
}

static int64_t first_of(int64_t a, int64_t b)
{
	return !a || (b && b < a) ? b : a;
}

/* Who is answered in the end was not lost. */
static int64_t lost_ms(const struct told_call *call)
{
	return call->answered_ms ? 0 : first_of(call->abandoned_ms, call->timed_out_ms);
}

/* Since when somebody who was lost, or asked for it, is owed a callback; 0: nobody is. */
static int64_t owed_ms(const struct told_call *call)
{
	return first_of(lost_ms(call), call->asked_ms);
}

static void call_told(struct told_call *call, const Wot__V1__Event *event)
{
	const Wot__V1__Call *told = event->body->call;
	int64_t at_ms = event->occurred_at;
	bool was_owed = owed_ms(call) != 0;
	call->began = true;
	call->first_ms = at_ms < call->first_ms ? at_ms : call->first_ms;
	if (told->event == CALL(ANSWERED) && (!call->answered_ms || at_ms < call->answered_ms)) {
		call->answered_ms = at_ms;
		call->waited = told->wait_seconds;
	}
	if (told->event == CALL(ABANDONED))
		call->abandoned_ms = first_of(call->abandoned_ms, at_ms);
	if (told->event == CALL(TIMED_OUT))
		call->timed_out_ms = first_of(call->timed_out_ms, at_ms);
	call->ended |= told->event != CALL(ENTERED) && told->event != CALL(ANSWERED);
	call->past_cap |= told->has_capped_at;
	if (told->has_outcome && told->outcome == WOT__V1__CALL__OUTCOME__CALLBACK)
		call->asked_ms = first_of(call->asked_ms, at_ms);
	if (told->has_caller_hash && (!call->named_ms || at_ms < call->named_ms)) {
		call->named_ms = at_ms;
		call->caller_day = calendar_day_of(at_ms);
		memcpy(call->caller, told->caller_hash.data, sizeof call->caller);
	}
	if (!was_owed && owed_ms(call))
		call->known_on = calendar_day_of(event->recorded_at);
}

static void capped_told(
	const struct calls_told *told, struct told_call *call, const Wot__V1__Event *event)
{
	uint32_t hours = told->reckoning.clocks.call_cap_hours;
	sim_check(call->forgotten || (call->began && !call->ended), "%s is capped and has an end",
		call->name);
	sim_check(call->forgotten || !call->capped, "%s is capped twice", call->name);
	sim_check(
		event->body->call_capped->cap_hours == hours &&
			(call->forgotten || event->occurred_at == call->first_ms + hours * HOUR_MS),
		"%s is capped at another instant than its cap", call->name);
	call->capped = true;
}

static void clock_told(
	const struct calls_told *told, struct told_call *call, const Wot__V1__Event *event)
{
	const Wot__V1__Clock *clock = promise_clock(event);
	switch (event->body->kind_case) {
	case KIND(CLOCK_WARNED):
		sim_check(event->recorded_at < clock->deadline_at && !call->broke,
			"%s: a callback is warned of too late", call->name);
		sim_check(call->warned != clock->deadline_on, "%s: its callback warns twice",
			call->name);
		sim_check(call->forgotten || event->occurred_at ==
						     calendar_day_start(reckon_warning(
							     &told->reckoning, CLOCK_CALLBACK,
							     clock->deadline_on, call->known_on)),
			"%s: its callback warns at another instant than it should", call->name);
		call->warned = clock->deadline_on;
		break;
	case KIND(CLOCK_BROKE):
		sim_check(!call->broke, "%s: its callback breaks twice", call->name);
		sim_check(event->occurred_at == calendar_day_start(clock->deadline_on + 1),
			"%s: its callback breaks at another instant than its deadline", call->name);
		call->broke = clock->deadline_on;
		break;
	default:
		sim_check(call->broke == clock->deadline_on,
			"%s: a break is withdrawn that is none", call->name);
		call->broke = 0;
		break;
	}
}

static void on_event(void *arg, const uint8_t *bytes, size_t len, uint64_t seq)
{
	(void)seq;
	struct calls_told *told = arg;
	Wot__V1__Event *event = event_unpack(bytes, len, &told->arena);
	must(event);
	const Wot__V1__Body *body = event->body;
	reckon_take(&told->reckoning, event);
	if (body->kind_case == KIND(CALL)) {
		call_told(call_of(told, event, body->call->call_id), event);
	} else if (body->kind_case == KIND(CALL_CAPPED)) {
		capped_told(told, call_of(told, event, body->call_capped->call_id), event);
	} else if (body->kind_case == KIND(CALLBACK) && body->callback->reached) {
		struct told_call *call = call_of(told, event, body->callback->call_id);
		must(call->back_count < BACKS_MAX);
		call->backs_ms[call->back_count++] = event->occurred_at;
	} else if (promise_clock(event)) {
		clock_told(told, call_of(told, event, promise_clock(event)->call_id), event);
	}
	arena_reset(&told->arena);
}

/* ---- what must be ---- */

static bool is_same_caller(const struct told_call *a, const struct told_call *b)
{
	return a->named_ms && b->named_ms && a->caller_day == b->caller_day &&
	       memcmp(a->caller, b->caller, sizeof a->caller) == 0;
}

/* Who hung up called again on that day, and was answered. */
static bool is_answered_later(const struct calls_told *told, const struct told_call *call)
{
	int64_t since_ms = lost_ms(call);
	if (!since_ms || call->caller_day != calendar_day_of(since_ms))
		return false;
	for (const struct told_call *other = told->calls; other; other = other->hh.next)
		if (is_same_caller(call, other) && other->answered_ms >= since_ms &&
			calendar_day_of(other->answered_ms) == call->caller_day)
			return true;
	return false;
}

/* By a callback for this call, or for another one of the caller's when this one was missed already. */
static int64_t called_back_ms(const struct calls_told *told, const struct told_call *call)
{
	int64_t back_ms = 0;
	for (const struct told_call *other = told->calls; other; other = other->hh.next)
		for (size_t i = 0; i < other->back_count; i++)
			if (other == call || (is_same_caller(call, other) &&
						     other->backs_ms[i] >= owed_ms(call)))
				back_ms = first_of(back_ms, other->backs_ms[i]);
	return back_ms;
}

/* Of one of them nothing was known any more when the other was told. */
static bool is_forgotten(const struct calls_told *told, const struct told_call *call)
{
	bool forgotten = call->forgotten;
	for (const struct told_call *other = told->calls; other; other = other->hh.next)
		forgotten |= is_same_caller(call, other) &&
			     (other->forgotten || other->recorded_ms - call->heard_ms > KEPT_MS ||
				     call->recorded_ms - other->heard_ms > KEPT_MS);
	return forgotten;
}

static bool breaks_by(const struct calls_told *told, const struct told_call *call, int32_t deadline)
{
	int64_t back_ms = called_back_ms(told, call);
	bool kept =
		is_answered_later(told, call) || (back_ms && calendar_day_of(back_ms) <= deadline);
	return !kept && call->known_on <= deadline &&
	       calendar_day_start(deadline + 1) <= clock_now_ms();
}

static void callback_check(const struct calls_told *told, const struct told_call *call)
{
	int32_t owed = owed_ms(call) ? calendar_day_of(owed_ms(call)) : 0;
	sim_check(!call->broke || owed, "%s: a callback broke that nobody owes", call->name);
	if (!owed || is_forgotten(told, call))
		return;
	for (size_t i = 0; i < told->reckoning.count; i++) {
		int32_t deadline = reckon_deadline(&told->reckoning, i, CLOCK_CALLBACK, owed);
		if (call->broke == (breaks_by(told, call, deadline) ? deadline : 0))
			return;
	}
	sim_fail("%s: a callback is owed since %d and %d as the deadline that stands as broken is "
		 "right by no calendar",
		call->name, owed, call->broke);
}

static void end_check(const struct told_call *call, uint32_t cap_hours)
{
	bool open = !call->forgotten && call->began && !call->ended && !call->capped;
	int64_t since_ms = call->recorded_ms > call->first_ms ? call->recorded_ms : call->first_ms;
	sim_check(!open || since_ms + cap_hours * HOUR_MS > clock_now_ms(), "%s never ends",
		call->name);
}

/* ---- the figures of the phone ---- */

struct phone {
	int count, of, unknown;
};

/* What a call gives to each figure, if it is over; of one that ended without a word of it, or has no end, it is not
 * known whether it was answered. */
static void phone_add(
	const struct told_call *call, struct phone *level, struct phone *lost, int *waiting)
{
	bool known = call->answered_ms || lost_ms(call);
	bool is_over = known || call->ended || call->capped || call->past_cap;
	if (!call->began)
		return;
	*waiting += !is_over;
	level->count += call->answered_ms && call->waited <= PHONE_ANSWER_SECONDS;
	lost->count += !call->answered_ms && call->abandoned_ms;
	level->of += known;
	level->unknown += is_over && !known;
}

static void phone_figure_check(const char *id, struct phone told)
{
	char line[100];
	snprintf(line, sizeof line, "show kpi %s period 2015-01-01..2030-12-31 json", id);
	json_t *json = check_kpi_ask(line);
	const json_t *figure = json_array_get(json, 0);
	int count = (int)json_integer_value(json_object_get(figure, "count"));
	int of = (int)json_integer_value(json_object_get(figure, "of"));
	int unknown = (int)json_integer_value(json_object_get(figure, "unknown"));
	sim_check(count == told.count && of == told.of && unknown == told.unknown,
		"%s is %d of %d, unknown %d; what was told of calls makes %d of %d, unknown %d", id,
		count, of, unknown, told.count, told.of, told.unknown);
	json_decref(json);
}

static void phone_check(const struct calls_told *told)
{
	struct phone level = {0}, lost = {0}, waiting = {0};
	for (const struct told_call *call = told->calls; call; call = call->hh.next)
		phone_add(call, &level, &lost, &waiting.count);
	lost.of = level.of;
	lost.unknown = level.unknown;
	phone_figure_check("phone_service_level", level);
	phone_figure_check("phone_abandoned", lost);
	phone_figure_check("calls_waiting", waiting);
}

void check_calls(void)
{
	struct calls_told *told = calloc(1, sizeof *told);
	must(told);
	fake_disk_events(member_names[INTAKE], member_names[INTAKE], false, on_event, told);
	struct told_call *call, *next;
	for (call = told->calls; call; call = call->hh.next) {
		end_check(call, told->reckoning.clocks.call_cap_hours);
		callback_check(told, call);
	}
	phone_check(told);
	HASH_ITER (hh, told->calls, call, next) {
		HASH_DEL(told->calls, call);
		free(call);
	}
	reckon_done(&told->reckoning);
	arena_done(&told->arena);
	free(told);
}
