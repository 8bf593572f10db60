/*
 * Four weeks and six months are what the teams are held to. The clocks of a case go by the same facts
 * as the figures, whatever order they come in; a pause is shown and excuses nothing.
 */
#include "daemons/case/clocks.h"
#include "daemons/case/core.h"

#include "proto/role.h"
#include "tests/unit/clock_fixture.h"
#include <jansson.h>

#define OUTCOME(name) WOT__V1__SCREENING__OUTCOME__##name

static const char case_1[] = "2025-000001";

/* ---- days of 2025: the instant at which one begins, and ten in the morning ---- */

static int64_t begin(int month, int day)
{
	return calendar_day_start(on_day(2025, month, day));
}

static int64_t at(int month, int day)
{
	return begin(month, day) + 10 * HOUR_MS;
}

/* ---- what is put in ---- */

static int open_with_clocks(void **state)
{
	*state = harness_open(&case_core);
	return clocks_configure(*state, at(1, 2));
}

/* Reported and taken in at that instant. */
static void report(struct harness *h, uint32_t number, int64_t at_ms)
{
	h->now_ms = at_ms;
	assert_int_equal(harness_feed(h, "intake", request_make(h, number, at_ms)), 0);
}

static void screened(struct harness *h, uint32_t number, int64_t at_ms, int outcome)
{
	Wot__V1__Event *event = harness_other(h, KIND(SCREENING), at_ms, id_of(h, number));
	event->body->screening->outcome = (Wot__V1__Screening__Outcome)outcome;
	assert_int_equal(harness_feed(h, "triage", event), 0);
}

/* Of the case of that number; message NULL: an empty one. The last one's answer is not looked at. */
static int step(struct harness *h, uint32_t number, int64_t at_ms, Wot__V1__Body__KindCase kind,
	void *message)
{
	if (!message)
		message = message_new(event_kind_type(kind), &h->arena);
	char ref[32];
	snprintf(ref, sizeof ref, "desk/r%u", number);
	return harness_submit(h, "cases", harness_submission(h, "e", at_ms, ref, kind, message));
}

static int closed(struct harness *h, uint32_t number, int64_t at_ms)
{
	Wot__V1__Closed *message = (void *)message_new(&wot__v1__closed__descriptor, &h->arena);
	message->reason = WOT__V1__CLOSED__REASON__GOALS_MET;
	return step(h, number, at_ms, KIND(CLOSED), message);
}

static Wot__V1__Corrected *correction(struct harness *h)
{
	return (void *)message_new(&wot__v1__corrected__descriptor, &h->arena);
}

static int start_removed(struct harness *h, uint32_t number, int64_t at_ms)
{
	Wot__V1__Corrected *corrected = correction(h);
	corrected->n_remove = 1;
	corrected->remove = arena_alloc(&h->arena, sizeof *corrected->remove);
	corrected->remove[0] = arena_strdup(&h->arena, "supportStartedOn");
	return step(h, number, at_ms, KIND(CORRECTED), corrected);
}

/* ---- one clock ---- */

/* Four weeks after Saturday 1 March are over on the evening before summer time. */
static void support_has_28_days_and_is_warned_of_a_week_before(void **state)
{
	struct harness *h = *state;
	report(h, 1, at(3, 1));
	quiet_at(h, begin(3, 23) - 2000);
	assert_int_equal(harness_tick(h, begin(3, 23) + 300), 1);
	clock_is(h, 0, WARNED, CLOCK_SUPPORT_START, on_day(2025, 3, 29), begin(3, 23));
	assert_string_equal(harness_event(h, 0)->case_id, case_1);
	assert_int_equal(harness_event(h, 0)->legal_basis, WOT__V1__LEGAL_BASIS__VALUE__DEBT);
	assert_int_equal(promise_clock(harness_event(h, 0))->days, 22);
	assert_null(harness_event(h, 0)->facts);
	quiet_at(h, begin(3, 30) - 2000);
	assert_int_equal(harness_tick(h, begin(3, 30)), 1);
	clock_is(h, 0, BROKE, CLOCK_SUPPORT_START, on_day(2025, 3, 29), begin(3, 30));
	assert_int_equal(promise_clock(harness_event(h, 0))->days, 28);
	quiet_at(h, begin(7, 1));
}

/* The deadline that is shown of a case's first contact. */
static int32_t contact_shown(struct harness *h, uint32_t number)
{
	struct case_clock clocks[CASE_CLOCKS];
	const struct cases *cases = h->state;
	size_t count =
		cases_clocks(cases, cases_at(cases, number), calendar_day_of(h->now_ms), clocks);
	for (size_t i = 0; i < count; i++)
		if (clocks[i].terms.kind == CLOCK_FIRST_CONTACT)
			return clocks[i].promise.deadline_on;
	return 0;
}

/* As in a_closing_day_moves_deadlines_to_come_and_none_that_passed of triage, which tells of them. */
static void a_deadline_of_triage_s_is_shown_as_its_clock_holds_it(void **state)
{
	struct harness *h = *state;
	report(h, 1, at(3, 3));
	report(h, 2, at(3, 7));
	assert_int_equal(contact_shown(h, 1), on_day(2025, 3, 10));
	h->now_ms = at(3, 11);
	assert_int_equal(
		harness_configure(h, "calendar.yaml", "closed: [2025-03-05, 2025-03-13]"), 0);
	assert_int_equal(contact_shown(h, 1), on_day(2025, 3, 10)); /* it had passed */
	assert_int_equal(contact_shown(h, 2), on_day(2025, 3, 17));
	h->now_ms = at(3, 17);
	assert_int_equal(harness_configure(h, "calendar.yaml", "closed: []"), 0);
	assert_int_equal(contact_shown(h, 2), on_day(2025, 3, 17)); /* the 14th is past */
	Wot__V1__Corrected *corrected = correction(h);
	corrected->has_reported_on = true;
	corrected->reported_on = on_day(2025, 3, 12);
	assert_int_equal(step(h, 2, at(3, 17), KIND(CORRECTED), corrected), 0);
	assert_int_equal(contact_shown(h, 2), on_day(2025, 3, 19));
}

static void closing_has_six_months_by_the_calendar(void **state)
{
	struct harness *h = *state;
	report(h, 1, at(8, 31));
	assert_int_equal(step(h, 1, at(9, 1), KIND(SUPPORT_STARTED), NULL), 0);
	int32_t deadline = on_day(2026, 2, 28);
	quiet_at(h, calendar_day_start(deadline - 29) - 2000);
	assert_int_equal(harness_tick(h, calendar_day_start(deadline - 29)), 1);
	clock_is(h, 0, WARNED, CLOCK_CLOSING, deadline, calendar_day_start(deadline - 29));
	assert_int_equal(harness_tick(h, calendar_day_start(deadline + 1)), 1);
	clock_is(h, 0, BROKE, CLOCK_CLOSING, deadline, calendar_day_start(deadline + 1));
	h->now_ms += HOUR_MS;
	assert_int_equal(closed(h, 1, h->now_ms), 0); /* too late is too late */
	quiet_at(h, h->now_ms + HOUR_MS);
}

static void what_starts_or_ends_in_time_is_silent(void **state)
{
	struct harness *h = *state;
	static const int ends[] = {OUTCOME(REDIRECTED), OUTCOME(WELFARE_ACTIVITY),
		OUTCOME(WITHDRAWN), OUTCOME(ADVICE)};
	for (uint32_t i = 0; i < 4; i++) {
		report(h, i + 1, at(3, 1));
		screened(h, i + 1, at(3, 5), ends[i]);
	}
	report(h, 5, at(3, 1));
	assert_int_equal(closed(h, 5, at(3, 20)), 0); /* without a start */
	report(h, 6, at(3, 1));
	assert_int_equal(step(h, 6, at(3, 29), KIND(SUPPORT_STARTED), NULL), 0); /* on day 28 */
	assert_int_equal(closed(h, 6, at(9, 1)), 0);
	for (int month = 3; month <= 12; month++)
		quiet_at(h, begin(month, 30));
}

static void youth_has_no_clock_here(void **state)
{
	struct harness *h = *state;
	h->now_ms = at(3, 1);
	Wot__V1__Event *event = request_make(h, 1, at(3, 1));
	event->body->help_request->has_youth = event->body->help_request->youth = true;
	assert_int_equal(harness_feed(h, "intake", event), 0);
	quiet_at(h, begin(12, 1));
}

/* ---- pauses ---- */

static void a_pause_is_shown_and_excuses_nothing(void **state)
{
	struct harness *h = *state;
	report(h, 1, at(3, 1));
	assert_int_equal(step(h, 1, at(3, 3), KIND(PAUSED), NULL), 0);
	assert_int_equal(step(h, 1, at(3, 13), KIND(RESUMED), NULL), 0);
	assert_int_equal(step(h, 1, at(3, 20), KIND(PAUSED), NULL), 0);
	assert_int_equal(harness_tick(h, begin(3, 23)), 1);
	assert_int_equal(promise_clock(harness_event(h, 0))->days, 22);
	assert_int_equal(promise_clock(harness_event(h, 0))->paused_days, 13);
	assert_int_equal(step(h, 1, at(3, 31), KIND(RESUMED), NULL), 0); /* of after the deadline */
	assert_int_equal(harness_tick(h, begin(4, 1)), 1);
	clock_is(h, 0, BROKE, CLOCK_SUPPORT_START, on_day(2025, 3, 29), begin(3, 30));
	assert_int_equal(promise_clock(harness_event(h, 0))->days, 28);
	assert_int_equal(promise_clock(harness_event(h, 0))->paused_days, 19);
}

/* There is no correcting a pause: a case system sends it again. */
static void a_day_is_paused_once_however_often_it_was_told(void **state)
{
	struct harness *h = *state;
	report(h, 1, at(3, 1));
	assert_int_equal(step(h, 1, at(3, 5), KIND(PAUSED), NULL), 0);
	assert_int_equal(step(h, 1, at(3, 10), KIND(RESUMED), NULL), 0);
	assert_int_equal(step(h, 1, at(3, 3), KIND(PAUSED), NULL), 0);
	assert_int_equal(step(h, 1, at(3, 8), KIND(RESUMED), NULL), 0);
	assert_int_equal(step(h, 1, at(3, 7), KIND(PAUSED), NULL), 0);
	assert_int_equal(step(h, 1, at(3, 6), KIND(RESUMED), NULL), 0); /* that one was none */
	assert_int_equal(harness_tick(h, begin(3, 23)), 1);
	assert_int_equal(promise_clock(harness_event(h, 0))->paused_days, 7);
}

/* ---- time ---- */

static void what_broke_while_we_were_down_is_recorded_at_its_deadline(void **state)
{
	struct harness *h = *state;
	report(h, 1, at(3, 1));
	harness_restart(h);
	assert_int_equal(harness_tick(h, at(11, 1)), 2);
	clock_is(h, 0, BROKE, CLOCK_SUPPORT_START, on_day(2025, 3, 29), begin(3, 30));
	clock_is(h, 1, BROKE, CLOCK_CLOSING, on_day(2025, 9, 1), begin(9, 2));
	harness_restart(h);
	quiet_at(h, at(11, 2));
}

static void the_past_that_is_imported_stays_silent(void **state)
{
	struct harness *h = *state;
	h->now_ms = at(10, 1);
	assert_int_equal(harness_feed(h, "intake", request_make(h, 1, at(3, 1))), 0);
	h->now_ms = at(8, 20); /* in time for its closing, though behind that warning */
	assert_int_equal(harness_feed(h, "intake", request_make(h, 2, at(3, 1))), 0);
	quiet_at(h, begin(8, 21) - 2000);
	assert_int_equal(harness_tick(h, begin(8, 21)), 1);
	clock_is(h, 0, WARNED, CLOCK_CLOSING, on_day(2025, 9, 1), begin(8, 21));
	assert_int_equal(harness_tick(h, begin(9, 2)), 1);
	assert_string_equal(harness_event(h, 0)->case_id, "2025-000002");
	quiet_at(h, at(12, 1));
}

static void intake_may_have_taken_it_in_long_before_we_hear_of_it(void **state)
{
	struct harness *h = *state;
	h->now_ms = at(3, 1);
	Wot__V1__Event *event = request_make(h, 1, at(3, 1));
	h->now_ms = at(5, 1);
	assert_int_equal(harness_feed(h, "intake", event), 0);
	assert_int_equal(harness_tick(h, at(5, 1) + 1000), 1);
	clock_is(h, 0, BROKE, CLOCK_SUPPORT_START, on_day(2025, 3, 29), begin(3, 30));
}

/* ---- late data ---- */

static void a_start_that_comes_in_late_withdraws_the_break(void **state)
{
	struct harness *h = *state;
	report(h, 1, at(3, 1));
	harness_tick(h, begin(3, 30));
	h->now_ms = at(4, 2);
	assert_int_equal(step(h, 1, at(3, 28), KIND(SUPPORT_STARTED), NULL), 0);
	assert_int_equal(harness_tick(h, at(4, 2) + 1000), 1);
	clock_is(h, 0, WITHDRAWN, CLOCK_SUPPORT_START, on_day(2025, 3, 29), at(4, 2) + 1000);
	quiet_at(h, at(4, 3));
	assert_int_equal(start_removed(h, 1, at(4, 4)), 0);
	assert_int_equal(harness_tick(h, at(4, 4)), 1);
	clock_is(h, 0, BROKE, CLOCK_SUPPORT_START, on_day(2025, 3, 29), begin(3, 30));
}

static void a_start_after_the_deadline_leaves_it_broken(void **state)
{
	struct harness *h = *state;
	report(h, 1, at(3, 1));
	h->now_ms = at(3, 30);
	assert_int_equal(step(h, 1, at(3, 30), KIND(SUPPORT_STARTED), NULL), 0);
	assert_int_equal(harness_tick(h, at(3, 30)), 1);
	clock_is(h, 0, BROKE, CLOCK_SUPPORT_START, on_day(2025, 3, 29), begin(3, 30));
	quiet_at(h, at(4, 20));
}

static void advice_that_is_voided_lets_the_clock_run_on(void **state)
{
	struct harness *h = *state;
	report(h, 1, at(3, 1));
	screened(h, 1, at(3, 5), OUTCOME(ADVICE));
	quiet_at(h, at(4, 10));
	assert_int_equal(step(h, 1, at(4, 10), KIND(SUPPORT_STARTED), NULL), 0);
	assert_int_equal(harness_tick(h, at(4, 10)), 1);
	clock_is(h, 0, BROKE, CLOCK_SUPPORT_START, on_day(2025, 3, 29), begin(3, 30));
}

/* It was late all the same to whom it then turned out to need no more than advice. */
static void advice_after_the_deadline_excuses_nothing(void **state)
{
	struct harness *h = *state;
	report(h, 1, at(3, 1));
	screened(h, 1, at(4, 5), OUTCOME(ADVICE));
	assert_int_equal(harness_tick(h, at(4, 6)), 1);
	clock_is(h, 0, BROKE, CLOCK_SUPPORT_START, on_day(2025, 3, 29), begin(3, 30));
	quiet_at(h, at(12, 1));
}

/* As the figure has it: who is reopened after six months was not closed within them. */
static void a_reopening_breaks_the_closing_after_all(void **state)
{
	struct harness *h = *state;
	report(h, 1, at(3, 1));
	assert_int_equal(step(h, 1, at(3, 2), KIND(SUPPORT_STARTED), NULL), 0);
	assert_int_equal(closed(h, 1, at(6, 1)), 0);
	quiet_at(h, at(10, 1));
	assert_int_equal(step(h, 1, at(10, 1), KIND(REOPENED), NULL), 0);
	assert_int_equal(harness_tick(h, at(10, 1)), 1);
	clock_is(h, 0, BROKE, CLOCK_CLOSING, on_day(2025, 9, 1), begin(9, 2));
	assert_int_equal(closed(h, 1, at(10, 2)), 0);
	quiet_at(h, at(10, 2));
}

static void a_corrected_report_day_moves_both_deadlines(void **state)
{
	struct harness *h = *state;
	report(h, 1, at(3, 20));
	quiet_at(h, at(4, 1));
	Wot__V1__Corrected *corrected = correction(h);
	corrected->has_reported_on = true;
	corrected->reported_on = on_day(2025, 3, 1);
	assert_int_equal(step(h, 1, at(4, 2), KIND(CORRECTED), corrected), 0);
	assert_int_equal(harness_tick(h, at(4, 2)), 1);
	clock_is(h, 0, BROKE, CLOCK_SUPPORT_START, on_day(2025, 3, 29), begin(3, 30));
	corrected->reported_on = on_day(2025, 3, 10);
	assert_int_equal(step(h, 1, at(4, 3), KIND(CORRECTED), corrected), 0);
	assert_int_equal(harness_tick(h, at(4, 3)), 1);
	clock_is(h, 0, WITHDRAWN, CLOCK_SUPPORT_START, on_day(2025, 3, 29), at(4, 3));
	assert_int_equal(harness_tick(h, at(4, 3) + 1000), 1);
	clock_is(h, 0, WARNED, CLOCK_SUPPORT_START, on_day(2025, 4, 7), begin(4, 1));
}

/* ---- what is shown ---- */

static const char *text(const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));
	return value ? value : "";
}

/* "FIRST_CONTACT 2025-03-07 WARNED", by now. */
static void clock_shows(struct harness *h, size_t index, const char *expected)
{
	auto_buf struct buf json = {0}, got = {0};
	assert_int_equal(harness_query(h, h->state, "lead", ROLE_CASE_SYSTEM,
				 "/v1/cases/2025-000001", &json),
		0);
	json_t *answer = json_loads(json.data, JSON_REJECT_DUPLICATES, NULL);
	const json_t *clock = json_array_get(json_object_get(answer, "clocks"), index);
	buf_printf(&got, "%s %s %s %s days=%d paused=%d", text(clock, "kind"),
		text(clock, "deadlineOn"), text(clock, "status"), text(clock, "stoppedOn"),
		(int)json_integer_value(json_object_get(clock, "days")),
		(int)json_integer_value(json_object_get(clock, "pausedDays")));
	assert_string_equal(got.data, expected);
	json_decref(answer);
}

static void a_case_shows_all_its_clocks(void **state)
{
	struct harness *h = *state;
	h->now_ms = at(3, 3); /* a Monday */
	Wot__V1__Event *event = request_make(h, 1, at(3, 3));
	event->body->help_request->channel = WOT__V1__CHANNEL__VALUE__WEB;
	assert_int_equal(harness_feed(h, "intake", event), 0);
	clock_shows(h, 0, "REACTION 2025-03-04 RUNNING  days=0 paused=0");
	h->now_ms = at(3, 5);
	clock_shows(h, 0, "REACTION 2025-03-04 BROKE  days=1 paused=0");
	clock_shows(h, 1, "FIRST_CONTACT 2025-03-10 RUNNING  days=2 paused=0");
	h->now_ms = at(3, 10);
	clock_shows(h, 1, "FIRST_CONTACT 2025-03-10 WARNED  days=7 paused=0");
	screened(h, 1, at(3, 10), OUTCOME(TO_SUPPORT));
	assert_int_equal(step(h, 1, at(3, 10), KIND(PAUSED), NULL), 0);
	clock_shows(h, 1, "FIRST_CONTACT 2025-03-10 STOPPED 2025-03-10 days=7 paused=0");
	h->now_ms = at(3, 27);
	clock_shows(h, 2, "SUPPORT_START 2025-03-31 WARNED  days=24 paused=17");
	clock_shows(h, 3, "CLOSING 2025-09-03 RUNNING  days=24 paused=17");
}

static void what_was_imported_late_shows_that_its_deadline_had_passed(void **state)
{
	struct harness *h = *state;
	h->now_ms = at(4, 15);
	assert_int_equal(harness_feed(h, "intake", request_make(h, 1, at(3, 1))), 0);
	clock_shows(h, 0, "FIRST_CONTACT 2025-03-07 PASSED  days=6 paused=0");
	clock_shows(h, 1, "SUPPORT_START 2025-03-29 PASSED  days=28 paused=0");
	clock_shows(h, 2, "CLOSING 2025-09-01 RUNNING  days=45 paused=0");
}

/* ---- many ---- */

static void a_burst_is_spread_over_decisions_in_order(void **state)
{
	enum { MANY = 2 * DECISION_MAX + 7 };
	struct harness *h = *state;
	for (uint32_t number = 1; number <= MANY; number++)
		report(h, number, at(3, 1));
	uint32_t next = 1;
	for (size_t count = DECISION_MAX; count == DECISION_MAX;) {
		count = harness_tick(h, begin(3, 30));
		for (size_t i = 0; i < count; i++)
			assert_string_equal(harness_event(h, i)->case_id, id_of(h, next++));
	}
	assert_int_equal(next, MANY + 1);
	quiet_at(h, at(3, 30));
}

static int correct_something(
	struct harness *h, uint32_t number, int64_t now_ms, int32_t day, uint32_t what)
{
	Wot__V1__Corrected *corrected = correction(h);
	if (what == 0) {
		corrected->has_reported_on = true;
		corrected->reported_on = day;
	} else if (what == 1) {
		corrected->has_support_started_on = true;
		corrected->support_started_on = day;
	} else {
		corrected->has_closed_on = true;
		corrected->closed_on = day;
	}
	return step(h, number, now_ms, KIND(CORRECTED), corrected);
}

/* One step of a city, the same for the same seed; what the case's life forbids is refused. */
static void city_step(struct harness *h, uint32_t *seed, uint32_t *requests, bool restarts)
{
	bool restart = clock_draw(seed, 5) == 0;
	if (restarts && restart)
		harness_restart(h);
	int64_t now_ms = h->now_ms + (1 + clock_draw(seed, 60)) * HOUR_MS;
	harness_tick(h, now_ms);
	int64_t past_ms = now_ms - clock_draw(seed, 60) * 24 * HOUR_MS;
	uint32_t number = *requests ? 1 + clock_draw(seed, *requests) : 0;
	switch (clock_draw(seed, *requests ? 9 : 1)) {
	case 0:
		harness_feed(h, "intake", request_make(h, ++*requests, past_ms));
		break;
	case 1:
		screened(h, number, past_ms, 1 + (int)clock_draw(seed, 6));
		break;
	case 2:
	case 3:
		step(h, number, past_ms, KIND(SUPPORT_STARTED), NULL);
		break;
	case 4:
		closed(h, number, past_ms);
		break;
	case 5:
		step(h, number, past_ms, KIND(REOPENED), NULL);
		break;
	case 6:
		start_removed(h, number, now_ms);
		break;
	case 7:
		correct_something(h, number, now_ms, calendar_day_of(past_ms), clock_draw(seed, 3));
		break;
	default:
		step(h, number, past_ms, clock_draw(seed, 2) ? KIND(PAUSED) : KIND(RESUMED), NULL);
		break;
	}
}

static struct harness *city_run(uint32_t seed, uint32_t *requests, bool restarts)
{
	void *state;
	open_with_clocks(&state);
	struct harness *h = state;
	*requests = 0;
	for (int stepped = 0; stepped < 500; stepped++)
		city_step(h, &seed, requests, restarts);
	while (harness_tick(h, h->now_ms + 365 * 24 * HOUR_MS))
		continue;
	return h;
}

/* The facts of a case and the day of its advice, as the log's columns leave them. */
struct told {
	int32_t reported_on, known_on, started_on, closed_on, ended_on, decided_on;
	bool advice;
};

static bool is_cleared(const Wot__V1__CaseFacts *facts, uint32_t column)
{
	for (size_t i = 0; i < facts->n_cleared; i++)
		if (facts->cleared[i] == column)
			return true;
	return false;
}

static void told_take(struct told *told, const Wot__V1__CaseFacts *facts)
{
	if (facts->has_reported_on)
		told->reported_on = facts->reported_on;
	if (facts->has_support_started_on || is_cleared(facts, 6))
		told->started_on = facts->support_started_on;
	if (facts->has_closed_on || is_cleared(facts, 7))
		told->closed_on = facts->closed_on;
	if (facts->has_ended_on || is_cleared(facts, 5))
		told->ended_on = facts->ended_on;
	if (facts->has_advice)
		told->advice = facts->advice;
}

static struct told told_of(const struct harness *h, const char *case_id)
{
	struct told told = {0};
	for (size_t i = 0; i < h->len; i++) {
		const Wot__V1__Event *event = h->log[i];
		if (!event->case_id || strcmp(event->case_id, case_id) != 0)
			continue;
		if (event->body->kind_case == KIND(CASE_REGISTERED))
			told.known_on = calendar_day_of(event->recorded_at);
		if (event->body->kind_case == KIND(SCREENING) &&
			event->body->screening->outcome != OUTCOME(NOT_REACHED))
			told.decided_on = calendar_day_of(event->occurred_at);
		if (event->facts)
			told_take(&told, event->facts);
	}
	return told;
}

static bool in_time(int32_t day, int32_t deadline)
{
	return day && day <= deadline;
}

static bool is_broken(const struct told *told, int32_t deadline, bool start_counts)
{
	bool kept = in_time(told->closed_on, deadline) || in_time(told->ended_on, deadline) ||
		    (told->advice && told->decided_on <= deadline) ||
		    (start_counts && in_time(told->started_on, deadline));
	return told->known_on <= deadline && !kept;
}

static void random_cities_end_with_the_breaks_that_their_facts_have(void **state)
{
	(void)state;
	int broken = 0, whole = 0;
	for (uint32_t seed = 1; seed <= 12; seed++) {
		uint32_t requests;
		struct harness *h = city_run(seed, &requests, false);
		for (uint32_t number = 1; number <= requests; number++) {
			const char *id = id_of(h, number);
			struct told told = told_of(h, id);
			bool start = is_broken(&told, told.reported_on + 28, true);
			bool closing =
				is_broken(&told, calendar_add_months(told.reported_on, 6), false);
			assert_int_equal(breaks_of(h, CLOCK_SUPPORT_START, id), start);
			assert_int_equal(breaks_of(h, CLOCK_CLOSING, id), closing);
			broken += start + closing;
			whole += !start + !closing;
		}
		harness_close(&h);
	}
	assert_true(broken > 100 && whole > 100);
}

static void restarts_at_any_point_change_no_event(void **state)
{
	(void)state;
	restarts_change_nothing(city_run);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_with_clocks, clocks_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(support_has_28_days_and_is_warned_of_a_week_before),
		TEST(a_deadline_of_triage_s_is_shown_as_its_clock_holds_it),
		TEST(closing_has_six_months_by_the_calendar),
		TEST(what_starts_or_ends_in_time_is_silent),
		TEST(youth_has_no_clock_here),
		TEST(a_pause_is_shown_and_excuses_nothing),
		TEST(a_day_is_paused_once_however_often_it_was_told),
		TEST(what_broke_while_we_were_down_is_recorded_at_its_deadline),
		TEST(the_past_that_is_imported_stays_silent),
		TEST(intake_may_have_taken_it_in_long_before_we_hear_of_it),
		TEST(a_start_that_comes_in_late_withdraws_the_break),
		TEST(a_start_after_the_deadline_leaves_it_broken),
		TEST(advice_that_is_voided_lets_the_clock_run_on),
		TEST(advice_after_the_deadline_excuses_nothing),
		TEST(a_reopening_breaks_the_closing_after_all),
		TEST(a_corrected_report_day_moves_both_deadlines),
		TEST(a_case_shows_all_its_clocks),
		TEST(what_was_imported_late_shows_that_its_deadline_had_passed),
		TEST(a_burst_is_spread_over_decisions_in_order),
		cmocka_unit_test(random_cities_end_with_the_breaks_that_their_facts_have),
		cmocka_unit_test(restarts_at_any_point_change_no_event),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
