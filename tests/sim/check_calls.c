#include "lib/calendar.h"
#include "stage/promise.h"
#include "stage/shell.h"
#include "tests/sim/check.h"
#include "tests/sim/fail.h"

#include <stdio.h>
#include <string.h>
#include <uthash.h>

/* Calls as intake's log tells them: which have no end, and who is owed a callback. */
#define KIND(name) WOT__V1__BODY__KIND_##name
#define CALL(name) WOT__V1__CALL__EVENT__##name

#define KEPT_MS (31 * INT64_C(86400000))
enum { CAP_MS = 4 * 3600000, NAME_ROOM = 160 };

struct told_call {
	UT_hash_handle hh;
	char name[NAME_ROOM]; /* client and call id */
	int64_t first_ms, recorded_ms, heard_ms;
	int32_t asked_on, called_back_on, broke; /* days, 0: none */
	bool began, ended, capped, answered, abandoned;
	bool forgotten; /* it may have been: what came after so long is of a call that nobody knew */
};

struct calls_told {
	struct arena arena;
	struct told_call *calls;
};

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

static void call_told(struct told_call *call, const Wot__V1__Event *event)
{
	const Wot__V1__Call *told = event->body->call;
	call->began = true;
	call->first_ms = event->occurred_at < call->first_ms ? event->occurred_at : call->first_ms;
	call->answered |= told->event == CALL(ANSWERED);
	call->abandoned |= told->event == CALL(ABANDONED);
	call->ended |= told->event == CALL(ENDED) || told->event == CALL(ABANDONED);
	if (told->has_outcome && told->outcome == WOT__V1__CALL__OUTCOME__CALLBACK &&
		!call->asked_on)
		call->asked_on = calendar_day_of(event->occurred_at);
}

static void capped_told(struct told_call *call, const Wot__V1__Event *event)
{
	sim_check(call->forgotten || (call->began && !call->ended), "%s is capped and has an end",
		call->name);
	sim_check(call->forgotten || !call->capped, "%s is capped twice", call->name);
	sim_check(call->forgotten || event->occurred_at == call->first_ms + CAP_MS,
		"%s is capped at another instant than its cap", call->name);
	call->capped = true;
}

static void clock_told(struct told_call *call, const Wot__V1__Event *event)
{
	const Wot__V1__Clock *clock = promise_clock(event);
	switch (event->body->kind_case) {
	case KIND(CLOCK_WARNED):
		sim_check(event->recorded_at < clock->deadline_at && !call->broke,
			"%s: a callback is warned of too late", call->name);
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
	if (body->kind_case == KIND(CALL)) {
		call_told(call_of(told, event, body->call->call_id), event);
	} else if (body->kind_case == KIND(CALL_CAPPED)) {
		capped_told(call_of(told, event, body->call_capped->call_id), event);
	} else if (body->kind_case == KIND(CALLBACK) && body->callback->reached) {
		struct told_call *call = call_of(told, event, body->callback->call_id);
		call->called_back_on =
			day_earliest(call->called_back_on, calendar_day_of(event->occurred_at));
	} else if (promise_clock(event)) {
		clock_told(call_of(told, event, promise_clock(event)->call_id), event);
	}
	arena_reset(&told->arena);
}

void check_calls(void)
{
	struct calls_told told = {0};
	fake_disk_events(member_names[INTAKE], member_names[INTAKE], false, on_event, &told);
	struct told_call *call, *next;
	HASH_ITER (hh, told.calls, call, next) {
		bool owed = call->asked_on || (call->abandoned && !call->answered);
		bool open = !call->forgotten && call->began && !call->ended && !call->capped;
		int64_t since_ms =
			call->recorded_ms > call->first_ms ? call->recorded_ms : call->first_ms;
		sim_check(!open || since_ms + CAP_MS > loop_now_ms(), "%s never ends", call->name);
		sim_check(
			!call->broke || owed, "%s: a callback broke that nobody owes", call->name);
		sim_check(
			!call->broke || !call->called_back_on || call->called_back_on > call->broke,
			"%s: a callback stands as broken that was made in time", call->name);
		HASH_DEL(told.calls, call);
		free(call);
	}
	arena_done(&told.arena);
}
