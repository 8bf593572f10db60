#include "lib/calendar.h"
#include "proto/case_id.h"
#include "stage/promise.h"
#include "stage/shell.h"
#include "tests/sim/check.h"
#include "tests/sim/fail.h"
#include "tests/sim/model.h"

#include <string.h>

/*
 * Deadlines and days are reckoned here again, from the words of the contract and the facts of the model.
 * The calendar changes while the city lives, and a deadline that passed stays: a first contact may have
 * been due by any of the calendars that were ever in force.
 */
#define KIND(name) WOT__V1__BODY__KIND_##name

enum { CALENDARS_MAX = 200 };

/* What a log says of one clock of a case. */
struct said {
	int32_t warned, broke; /* deadlines; 0: none, and a break that was withdrawn is none */
};

struct clocks_told {
	enum member member;
	struct arena arena;
	struct said (*said)[CLOCK_KINDS]; /* by case number */
	int32_t *known;                   /* the day on which intake recorded it */
	struct closing calendars[CALENDARS_MAX];
	size_t calendar_count;
};

static const char *name_of(enum clock_kind kind)
{
	static const char *const names[] = {
		"none", "callback", "reaction", "first contact", "support start", "closing"};
	return names[kind];
}

/* ---- the logs ---- */

static void clock_said(struct said *said, const Wot__V1__Event *event)
{
	const Wot__V1__Clock *clock = promise_clock(event);
	const char *what = name_of((enum clock_kind)clock->kind), *id = event->case_id;
	int64_t deadline_ms = calendar_day_start(clock->deadline_on + 1);
	sim_check(clock->deadline_at == deadline_ms, "%s: the deadline of its %s is no day's end",
		id, what);
	sim_check(
		event->occurred_at <= event->recorded_at, "%s: its %s is ahead of time", id, what);
	switch (event->body->kind_case) {
	case KIND(CLOCK_WARNED):
		sim_check(said->warned != clock->deadline_on, "%s: its %s warns twice", id, what);
		sim_check(!said->broke, "%s: its %s warns after it broke", id, what);
		sim_check(event->recorded_at < deadline_ms, "%s: its %s warns too late", id, what);
		said->warned = clock->deadline_on;
		break;
	case KIND(CLOCK_BROKE):
		sim_check(!said->broke, "%s: its %s breaks twice", id, what);
		sim_check(event->occurred_at == deadline_ms,
			"%s: its %s breaks at another instant than its deadline", id, what);
		said->broke = clock->deadline_on;
		break;
	default:
		sim_check(said->broke == clock->deadline_on,
			"%s: a break of its %s is withdrawn that is none", id, what);
		said->broke = 0;
		break;
	}
}

static void calendar_said(struct clocks_told *told, const Wot__V1__ConfigLoaded *loaded)
{
	auto_buf struct buf errors = {0};
	if (told->member != TRIAGE || strcmp(loaded->name, PROMISE_CALENDAR) != 0)
		return;
	must(told->calendar_count < CALENDARS_MAX);
	must(closing_parse(&told->calendars[told->calendar_count++], loaded->content,
		     strlen(loaded->content), loaded->name, &errors) == 0);
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
	if (told->member == INTAKE && (kind == KIND(HELP_REQUEST) || kind == KIND(REFERRAL)))
		told->known[number] = calendar_day_of(event->recorded_at);
	else if (kind == KIND(CONFIG_LOADED))
		calendar_said(told, event->body->config_loaded);
	else if (promise_clock(event) && number)
		clock_said(&told->said[number][promise_clock(event)->kind], event);
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

/* Would it stand as broken now, if that was its deadline? */
static bool breaks_by(
	const struct clocks_told *told, uint32_t number, enum clock_kind kind, int32_t deadline)
{
	const struct told_case *life = model_case(number);
	int32_t stopped = stopped_on(life, kind);
	bool kept = stopped != NEVER && stopped <= deadline;
	return is_promised(life, kind) && !kept && told->known[number] <= deadline &&
	       calendar_day_start(deadline + 1) <= loop_now_ms();
}

static void plain_check(const struct clocks_told *told, uint32_t number, enum clock_kind kind)
{
	int32_t reported = model_case(number)->reported;
	int32_t deadline = kind == CLOCK_CLOSING ? calendar_add_months(reported, 6) : reported + 28;
	int32_t expected = breaks_by(told, number, kind, deadline) ? deadline : 0;
	sim_check(told->said[number][kind].broke == expected,
		"case %u: the deadline that stands as broken of its %s is %d and must be %d",
		number, name_of(kind), told->said[number][kind].broke, expected);
}

static void working_days_check(
	const struct clocks_told *told, uint32_t number, enum clock_kind kind)
{
	int32_t reported = model_case(number)->reported;
	int32_t broke = told->said[number][kind].broke;
	for (size_t i = 0; i < told->calendar_count; i++) {
		const struct closing *closing = &told->calendars[i];
		int32_t deadline = calendar_add_working_days(
			reported, kind == CLOCK_REACTION ? 1 : 5, closing->days, closing->count);
		bool breaks = breaks_by(told, number, kind, deadline);
		if (broke ? breaks && deadline == broke : !breaks)
			return;
	}
	sim_fail("case %u: %d as the deadline that stands as broken of its %s is right by no "
		 "calendar",
		number, broke, name_of(kind));
}

void check_clocks(void)
{
	struct clocks_told told = {0};
	told.said = calloc(model_room(), sizeof *told.said);
	told.known = calloc(model_room(), sizeof *told.known);
	must(told.said && told.known);
	for (told.member = 0; told.member < AGGREGATE; told.member++)
		fake_disk_events(member_names[told.member], member_names[told.member], false,
			on_event, &told);
	for (uint32_t number = 0; number < model_room(); number++) {
		if (!model_case(number)->known)
			continue;
		plain_check(&told, number, CLOCK_SUPPORT_START);
		plain_check(&told, number, CLOCK_CLOSING);
		working_days_check(&told, number, CLOCK_FIRST_CONTACT);
		working_days_check(&told, number, CLOCK_REACTION);
	}
	for (size_t i = 0; i < told.calendar_count; i++)
		closing_done(&told.calendars[i]);
	arena_done(&told.arena);
	free(told.said);
	free(told.known);
}
