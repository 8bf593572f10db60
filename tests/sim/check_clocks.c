#include "core/promise.h"
#include "lib/calendar.h"
#include "lib/clock.h"
#include "proto/case_id.h"
#include "stage/stage_own.h"
#include "tests/sim/check.h"
#include "tests/sim/fail.h"
#include "tests/sim/model.h"
#include "tests/sim/reckon.h"

#include <string.h>

/* Every clock of a case: when it speaks what it must say then, and in the end what must stand. */
#define KIND(name) WOT__V1__BODY__KIND_##name

enum { STOPS_MAX = 4096 };

/* What a log says of one clock of a case. */
struct said {
	int32_t warned, broke; /* deadlines; 0: none, and a break that was withdrawn is none */
	int32_t passed; /* the deadline that broke last, withdrawn or not; 0: the report moved since */
};

/* A case was paused, or goes on. */
struct stop {
	uint32_t number;
	bool paused;
	int32_t day;
};

struct clocks_told {
	enum member member;
	struct arena arena;
	struct reckoning reckonings[AGGREGATE];
	struct said (*said)[CLOCK_KINDS]; /* by case number */
	int32_t *known;                   /* the day on which intake recorded it */
	int32_t *reported;                /* as far as the log was read */
	struct told_case *cases;          /* as far as case's log was read */
	struct stop stops[STOPS_MAX];
	size_t stop_count;
};

/* ---- the logs ---- */

/* Of the days from the report to that one, those on which it stood still, as far as is known by now. A day
 * counts once, however many pauses lie on it. */
static int32_t paused_days(const struct clocks_told *told, uint32_t number, int32_t until)
{
	/* A corrected report may lie years before a break that is withdrawn. */
	enum { DAYS_MAX = 8000 };
	bool still[DAYS_MAX] = {false};
	int32_t days = 0, since = NEVER, reported = told->cases[number].reported;
	must(until - reported <= DAYS_MAX);
	for (size_t i = 0; i <= told->stop_count; i++) {
		const struct stop *stop = i < told->stop_count ? &told->stops[i] : NULL;
		if (stop && stop->number != number)
			continue;
		int32_t end = stop && stop->day < until ? stop->day : until;
		for (int32_t day = since; day != NEVER && day < end && !(stop && stop->paused);
			day++)
			if (day >= reported)
				still[day - reported] = true;
		since = stop && stop->paused ? stop->day : NEVER;
	}
	for (int32_t day = 0; day < until - reported; day++)
		days += still[day];
	return days;
}

/* The clock shows both: how long, and how much of it does not count for who asks why. */
static void days_check(const struct clocks_told *told, uint32_t number, const Wot__V1__Event *event)
{
	const Wot__V1__Clock *clock = promise_clock(event);
	bool warned = event->body->kind_case == KIND(CLOCK_WARNED);
	int32_t until = warned ? calendar_day_of(event->occurred_at) : clock->deadline_on;
	int32_t days = until - told->cases[number].reported;
	sim_check((int32_t)clock->days == (days > 0 ? days : 0) &&
			  (int32_t)clock->paused_days == paused_days(told, number, until),
		"%s: a clock shows %u days, %u paused; they are %d and %d", event->case_id,
		clock->days, clock->paused_days, days, paused_days(told, number, until));
}

static void warning_check(
	const struct clocks_told *told, uint32_t number, const Wot__V1__Event *event)
{
	const Wot__V1__Clock *clock = promise_clock(event);
	int32_t day = reckon_warning(&told->reckonings[told->member], (enum clock_kind)clock->kind,
		clock->deadline_on, told->known[number]);
	sim_check(day && event->occurred_at == calendar_day_start(day),
		"%s: its %s warns at another instant than it should, before %d", event->case_id,
		reckon_name((enum clock_kind)clock->kind), clock->deadline_on);
}

static void clock_said(struct clocks_told *told, uint32_t number, const Wot__V1__Event *event)
{
	const Wot__V1__Clock *clock = promise_clock(event);
	struct said *said = &told->said[number][clock->kind];
	const char *what = reckon_name((enum clock_kind)clock->kind), *id = event->case_id;
	int64_t deadline_ms = calendar_day_start(clock->deadline_on + 1);
	sim_check(clock->deadline_at == deadline_ms, "%s: the deadline of its %s is no day's end",
		id, what);
	sim_check(
		event->occurred_at <= event->recorded_at, "%s: its %s is ahead of time", id, what);
	if (told->member == CASE)
		days_check(told, number, event);
	switch (event->body->kind_case) {
	case KIND(CLOCK_WARNED):
		sim_check(said->warned != clock->deadline_on, "%s: its %s warns twice", id, what);
		sim_check(!said->broke, "%s: its %s warns after it broke", id, what);
		sim_check(event->recorded_at < deadline_ms, "%s: its %s warns too late", id, what);
		warning_check(told, number, event);
		said->warned = clock->deadline_on;
		break;
	case KIND(CLOCK_BROKE):
		sim_check(!said->broke, "%s: its %s breaks twice", id, what);
		sim_check(event->occurred_at == deadline_ms,
			"%s: its %s breaks at another instant than its deadline", id, what);
		sim_check(!said->passed || said->passed == clock->deadline_on,
			"%s: the deadline of its %s moves after it passed", id, what);
		said->broke = said->passed = clock->deadline_on;
		break;
	default:
		sim_check(said->broke == clock->deadline_on,
			"%s: a break of its %s is withdrawn that is none", id, what);
		said->broke = 0;
		break;
	}
}

/* Another report has other deadlines, by the calendar of then. */
static void report_said(struct clocks_told *told, uint32_t number, int32_t reported)
{
	if (told->reported[number] == reported)
		return;
	told->reported[number] = reported;
	for (enum clock_kind kind = 0; kind < CLOCK_KINDS; kind++)
		told->said[number][kind].passed = 0;
}

static void case_said(struct clocks_told *told, uint32_t number, const Wot__V1__Event *event)
{
	const Wot__V1__Body *body = event->body;
	int32_t day = calendar_day_of(event->occurred_at);
	if (body->kind_case == KIND(CASE_REGISTERED))
		told_case_begin(&told->cases[number], body->case_registered->request, day);
	else
		told_case_take(&told->cases[number], body, day);
	report_said(told, number, told->cases[number].reported);
	if (body->kind_case != KIND(PAUSED) && body->kind_case != KIND(RESUMED))
		return;
	must(told->stop_count < STOPS_MAX);
	told->stops[told->stop_count++] =
		(struct stop){number, body->kind_case == KIND(PAUSED), day};
}

static void triage_said(struct clocks_told *told, uint32_t number, const Wot__V1__Event *event)
{
	if (event->body->kind_case == KIND(CASE_ROUTED))
		report_said(told, number, event->body->case_routed->reported_on);
	else if (event->facts && event->facts->has_reported_on)
		report_said(told, number, event->facts->reported_on);
}

static void on_event(void *arg, const uint8_t *bytes, size_t len, uint64_t seq)
{
	(void)seq;
	struct clocks_told *told = arg;
	Wot__V1__Event *event = event_unpack(bytes, len, &told->arena);
	must(event);
	int year;
	uint32_t number = 0;
	if (event->case_id)
		must(case_id_parse(event->case_id, &year, &number) == 0);
	Wot__V1__Body__KindCase kind = event->body->kind_case;
	reckon_take(&told->reckonings[told->member], event);
	if (told->member == INTAKE && (kind == KIND(HELP_REQUEST) || kind == KIND(REFERRAL)))
		told->known[number] = calendar_day_of(event->recorded_at);
	else if (promise_clock(event) && number)
		clock_said(told, number, event);
	else if (told->member == CASE && number)
		case_said(told, number, event);
	else if (told->member == TRIAGE && number)
		triage_said(told, number, event);
	arena_reset(&told->arena);
}

/* ---- what must be ---- */

static int32_t earliest(int32_t a, int32_t b)
{
	return a == NEVER || (b != NEVER && b < a) ? b : a;
}

/* The day on which it stopped; NEVER. */
static int32_t stopped_on(const struct told_case *told, enum clock_kind kind)
{
	int32_t ended = told->advice ? told->decided : told->ended;
	if (kind == CLOCK_CLOSING)
		return earliest(told->closed, ended);
	int32_t taken_up = earliest(told->closed, told->started);
	if (kind == CLOCK_SUPPORT_START)
		return earliest(taken_up, ended);
	return earliest(taken_up, earliest(told->screened, told->contact));
}

static bool is_promised(const struct told_case *told, enum clock_kind kind)
{
	bool written = told->channel == WOT__V1__CHANNEL__VALUE__WEB ||
		       told->channel == WOT__V1__CHANNEL__VALUE__CHAT ||
		       told->channel == WOT__V1__CHANNEL__VALUE__EMAIL;
	return !told->youth && (kind != CLOCK_REACTION || written);
}

/* Is what was said right now, if that is the deadline? Whoever was asked while it ran has warned. */
static bool is_right(const struct clocks_told *told, enum member member, uint32_t number,
	enum clock_kind kind, int32_t deadline)
{
	const struct told_case *life = model_case(number);
	const struct said *said = &told->said[number][kind];
	int32_t stopped = stopped_on(life, kind);
	bool kept = stopped != NEVER && stopped <= deadline;
	bool runs = is_promised(life, kind) && !kept && told->known[number] <= deadline;
	if (runs && calendar_day_start(deadline + 1) <= clock_now_ms())
		return said->broke == deadline;
	if (said->broke)
		return false;
	int32_t warning =
		reckon_warning(&told->reckonings[member], kind, deadline, told->known[number]);
	bool warns = runs && warning && calendar_day_start(warning) <= clock_now_ms();
	return !warns || said->warned == deadline;
}

static void case_check(
	const struct clocks_told *told, enum member member, uint32_t number, enum clock_kind kind)
{
	const struct reckoning *reckoning = &told->reckonings[member];
	int32_t reported = model_case(number)->reported, deadline = 0;
	for (size_t i = 0; i < reckoning->count; i++) {
		deadline = reckon_deadline(reckoning, i, kind, reported);
		if (is_right(told, member, number, kind, deadline))
			return;
	}
	sim_fail("case %u, reported on %d: %s has warned of %d and stands as broken of %d, by no "
		 "calendar right; the last one says %d",
		number, reported, reckon_name(kind), told->said[number][kind].warned,
		told->said[number][kind].broke, deadline);
}

void check_clocks(void)
{
	struct clocks_told *told = calloc(1, sizeof *told);
	must(told);
	told->said = calloc(model_room(), sizeof *told->said);
	told->known = calloc(model_room(), sizeof *told->known);
	told->reported = calloc(model_room(), sizeof *told->reported);
	told->cases = calloc(model_room(), sizeof *told->cases);
	must(told->said && told->known && told->reported && told->cases);
	for (told->member = 0; told->member < AGGREGATE; told->member++)
		fake_disk_events(member_names[told->member], member_names[told->member], false,
			on_event, told);
	for (uint32_t number = 0; number < model_room(); number++) {
		if (!model_case(number)->known)
			continue;
		if (!model_case(number)->ever_left_out) {
			case_check(told, TRIAGE, number, CLOCK_REACTION);
			case_check(told, TRIAGE, number, CLOCK_FIRST_CONTACT);
		}
		case_check(told, CASE, number, CLOCK_SUPPORT_START);
		case_check(told, CASE, number, CLOCK_CLOSING);
	}
	for (enum member member = 0; member < AGGREGATE; member++)
		reckon_done(&told->reckonings[member]);
	arena_done(&told->arena);
	free(told->said);
	free(told->known);
	free(told->reported);
	free(told->cases);
	free(told);
}
