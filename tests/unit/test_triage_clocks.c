/*
 * First contact and reaction are promises to people in need: each warns before it breaks and breaks
 * once, at its deadline, whether or not anybody was there to see it. A wrong alarm is as bad as none,
 * so what late data disproves is taken back and the past that is imported stays silent.
 */
#include "tests/unit/clock_fixture.h"
#include "tests/unit/triage_fixture.h"

static const char case_1[] = "2025-000001";

static int open_with_clocks(void **state)
{
	open_configured(state);
	return clocks_configure(*state, at(1, 2));
}

/* The instant at which a day of 2025 begins. */
static int64_t begin(int month, int day)
{
	return calendar_day_start(on_day(2025, month, day));
}

/* Reported and taken in at that instant, over a channel. */
static void report(struct harness *h, uint32_t number, int64_t at_ms, int channel)
{
	h->now_ms = at_ms;
	Wot__V1__Event *event = request_make(h, number, at_ms);
	event->body->help_request->channel = (Wot__V1__Channel__Value)channel;
	feed_request(h, event);
}

static void contacted(struct harness *h, uint32_t number, int64_t at_ms)
{
	Wot__V1__Event *event = case_make(h, number, KIND(FIRST_CONTACT), at_ms);
	event->facts->has_first_contact_on = true;
	event->facts->first_contact_on = calendar_day_of(at_ms);
	assert_int_equal(harness_feed(h, "case", event), 0);
}

/* ---- one clock ---- */

/* Reported on Tuesday 15 April; Good Friday and Easter Monday are no working days. */
static void it_warns_as_the_last_day_begins_and_breaks_as_it_ends(void **state)
{
	struct harness *h = *state;
	int32_t deadline = on_day(2025, 4, 24);
	report(h, 1, at(4, 15), WOT__V1__CHANNEL__VALUE__PHONE);
	quiet_at(h, begin(4, 24) - 2000);
	assert_int_equal(harness_tick(h, begin(4, 24) + 700), 1);
	clock_is(h, 0, WARNED, CLOCK_FIRST_CONTACT, deadline, begin(4, 24));
	assert_string_equal(harness_event(h, 0)->case_id, case_1);
	assert_int_equal(harness_event(h, 0)->legal_basis, WOT__V1__LEGAL_BASIS__VALUE__DEBT);
	quiet_at(h, begin(4, 25) - 2000);
	assert_int_equal(harness_tick(h, begin(4, 25)), 1);
	clock_is(h, 0, BROKE, CLOCK_FIRST_CONTACT, deadline, begin(4, 25));
	quiet_at(h, at(12, 31));
}

static void what_came_by_web_chat_or_email_is_reacted_to_within_a_day(void **state)
{
	struct harness *h = *state;
	static const int channels[] = {WOT__V1__CHANNEL__VALUE__WEB, WOT__V1__CHANNEL__VALUE__CHAT,
		WOT__V1__CHANNEL__VALUE__EMAIL, WOT__V1__CHANNEL__VALUE__WHATSAPP};
	for (uint32_t i = 0; i < 4; i++)
		report(h, i + 1, at(3, 7), channels[i]); /* a Friday */
	quiet_at(h, begin(3, 10) - 2000);
	assert_int_equal(harness_tick(h, begin(3, 10)), 3);
	clock_is(h, 2, WARNED, CLOCK_REACTION, on_day(2025, 3, 10), begin(3, 10));
	h->now_ms = at(3, 10);
	assert_int_equal(screened(h, 1, at(3, 10), OUTCOME(TO_SUPPORT)), 0);
	contacted(h, 2, at(3, 10));
	assert_int_equal(harness_tick(h, begin(3, 11)), 1);
	clock_is(h, 0, BROKE, CLOCK_REACTION, on_day(2025, 3, 10), begin(3, 11));
	assert_string_equal(harness_event(h, 0)->case_id, "2025-000003");
	assert_non_null(strstr(answer(h, h->state, "/v1/worklist"),
		"\"reactBy\":\"2025-03-10\",\"queued\":false"));
}

static void an_attempt_is_no_contact_and_any_other_screening_is(void **state)
{
	struct harness *h = *state;
	report(h, 1, at(3, 3), WOT__V1__CHANNEL__VALUE__PHONE);
	report(h, 2, at(3, 3), WOT__V1__CHANNEL__VALUE__PHONE);
	assert_int_equal(screened(h, 1, at(3, 4), OUTCOME(NOT_REACHED)), 0);
	assert_int_equal(screened(h, 2, at(3, 4), OUTCOME(WITHDRAWN)), 0);
	assert_int_equal(harness_tick(h, begin(3, 11)), 1);
	clock_is(h, 0, BROKE, CLOCK_FIRST_CONTACT, on_day(2025, 3, 10), begin(3, 11));
	assert_string_equal(harness_event(h, 0)->case_id, case_1);
}

static void whom_nobody_needs_to_phone_has_no_clock(void **state)
{
	struct harness *h = *state;
	h->now_ms = at(3, 3);
	Wot__V1__Event *youth = request_make(h, 1, at(3, 3));
	youth->body->help_request->has_youth = youth->body->help_request->youth = true;
	feed_request(h, youth);
	report(h, 2, at(3, 3), WOT__V1__CHANNEL__VALUE__PHONE);
	started(h, 2, at(3, 5));
	report(h, 3, at(3, 3), WOT__V1__CHANNEL__VALUE__PHONE);
	closed(h, 3, at(3, 5));
	for (int day = 4; day <= 31; day++)
		quiet_at(h, begin(3, day));
}

/* ---- time ---- */

/* The end of a deadline's day, where the day after it has 23 or 25 hours, or it has itself. */
static void both_turns_of_summer_time_leave_deadlines_at_midnight(void **state)
{
	struct harness *h = *state;
	report(h, 1, at(3, 24), WOT__V1__CHANNEL__VALUE__PHONE);
	report(h, 2, at(10, 20), WOT__V1__CHANNEL__VALUE__PHONE);
	assert_int_equal(harness_tick(h, begin(3, 31)), 1); /* summer time began on the 30th */
	clock_is(h, 0, WARNED, CLOCK_FIRST_CONTACT, on_day(2025, 3, 31), begin(3, 31));
	assert_true(begin(4, 1) - begin(3, 24) == 8 * 24 * HOUR_MS - HOUR_MS);
	quiet_at(h, begin(4, 1) - 2000);
	assert_int_equal(harness_tick(h, begin(4, 1)), 1);
	clock_is(h, 0, BROKE, CLOCK_FIRST_CONTACT, on_day(2025, 3, 31), begin(4, 1));
	assert_true(begin(10, 28) - begin(10, 20) == 8 * 24 * HOUR_MS + HOUR_MS);
	assert_int_equal(harness_tick(h, begin(10, 27)), 1); /* it ended on the 26th */
	quiet_at(h, begin(10, 28) - 2000);
	assert_int_equal(harness_tick(h, begin(10, 28)), 1);
	clock_is(h, 0, BROKE, CLOCK_FIRST_CONTACT, on_day(2025, 10, 27), begin(10, 28));
}

/* A warning that nobody could give before the deadline would be no warning. */
static void what_broke_while_we_were_down_is_recorded_at_its_deadline(void **state)
{
	struct harness *h = *state;
	report(h, 1, at(3, 3), WOT__V1__CHANNEL__VALUE__WEB);
	harness_restart(h);
	assert_int_equal(harness_tick(h, at(6, 1)), 2);
	clock_is(h, 0, BROKE, CLOCK_REACTION, on_day(2025, 3, 4), begin(3, 5));
	clock_is(h, 1, BROKE, CLOCK_FIRST_CONTACT, on_day(2025, 3, 10), begin(3, 11));
	assert_true(harness_event(h, 0)->recorded_at == at(6, 1));
	harness_restart(h);
	quiet_at(h, at(6, 2));
}

/* intake took it in before its deadline; that triage was down does not excuse anybody. */
static void what_intake_took_in_while_we_were_down_breaks_too(void **state)
{
	struct harness *h = *state;
	h->now_ms = at(3, 4);
	Wot__V1__Event *event = request_make(h, 1, at(3, 3));
	h->now_ms = at(4, 1);
	feed_request(h, event);
	assert_int_equal(harness_tick(h, at(4, 1) + 1000), 1);
	clock_is(h, 0, BROKE, CLOCK_FIRST_CONTACT, on_day(2025, 3, 10), begin(3, 11));
}

static void the_past_that_is_imported_stays_silent(void **state)
{
	struct harness *h = *state;
	h->now_ms = begin(3, 11); /* the deadline passed at this very instant */
	feed_request(h, request_make(h, 1, at(3, 3)));
	quiet_at(h, at(3, 11));
	h->now_ms = begin(3, 11) - 1;
	feed_request(h, request_make(h, 2, at(3, 3)));
	assert_int_equal(harness_tick(h, begin(3, 11)), 1);
	clock_is(h, 0, BROKE, CLOCK_FIRST_CONTACT, on_day(2025, 3, 10), begin(3, 11));
}

/* So an import is silent while its contacts are still on their way, and a paper form is not lost. */
static void what_came_in_after_its_warning_was_due_is_warned_of_next_morning(void **state)
{
	struct harness *h = *state;
	assert_int_equal(harness_configure(h, "clocks.yaml", "warn_before: {first_contact: 4}"), 0);
	h->now_ms = at(3, 6); /* the warning was due on the 5th */
	feed_request(h, request_make(h, 1, at(3, 3)));
	quiet_at(h, begin(3, 7) - 2000);
	assert_int_equal(harness_tick(h, begin(3, 7)), 1);
	clock_is(h, 0, WARNED, CLOCK_FIRST_CONTACT, on_day(2025, 3, 10), begin(3, 7));
}

/* ---- late data ---- */

static void a_contact_that_comes_in_late_withdraws_the_break(void **state)
{
	struct harness *h = *state;
	report(h, 1, at(3, 3), WOT__V1__CHANNEL__VALUE__PHONE);
	harness_tick(h, begin(3, 11));
	h->now_ms = at(3, 12);
	contacted(h, 1, at(3, 11)); /* in truth a day late: it stays broken */
	quiet_at(h, at(3, 12));
	assert_int_equal(screened(h, 1, at(3, 10), OUTCOME(TO_SUPPORT)), 0);
	assert_int_equal(harness_tick(h, at(3, 13)), 1);
	clock_is(h, 0, WITHDRAWN, CLOCK_FIRST_CONTACT, on_day(2025, 3, 10), at(3, 13));
	quiet_at(h, at(3, 14));
}

static void a_contact_that_is_corrected_away_breaks_the_clock_after_all(void **state)
{
	struct harness *h = *state;
	report(h, 1, at(3, 3), WOT__V1__CHANNEL__VALUE__PHONE);
	contacted(h, 1, at(3, 5));
	quiet_at(h, at(3, 20));
	Wot__V1__Event *event = case_make(h, 1, KIND(CORRECTED), at(3, 21));
	event->facts->has_first_contact_on = true;
	event->facts->first_contact_on = on_day(2025, 3, 12);
	assert_int_equal(harness_feed(h, "case", event), 0);
	assert_int_equal(harness_tick(h, at(3, 21)), 1);
	clock_is(h, 0, BROKE, CLOCK_FIRST_CONTACT, on_day(2025, 3, 10), begin(3, 11));
	event = case_make(h, 1, KIND(CORRECTED), at(3, 22));
	event->facts->has_first_contact_on = true;
	event->facts->first_contact_on = on_day(2025, 3, 4);
	assert_int_equal(harness_feed(h, "case", event), 0);
	assert_int_equal(harness_tick(h, at(3, 22)), 1);
	clock_is(h, 0, WITHDRAWN, CLOCK_FIRST_CONTACT, on_day(2025, 3, 10), at(3, 22));
}

static void a_corrected_report_day_moves_the_deadline_of_a_break(void **state)
{
	struct harness *h = *state;
	report(h, 1, at(3, 3), WOT__V1__CHANNEL__VALUE__PHONE);
	harness_tick(h, begin(3, 11));
	Wot__V1__Event *event = case_make(h, 1, KIND(CORRECTED), at(3, 12));
	event->facts->has_reported_on = true;
	event->facts->reported_on = on_day(2025, 3, 10);
	assert_int_equal(harness_feed(h, "case", event), 0);
	assert_int_equal(harness_tick(h, at(3, 12)), 1);
	clock_is(h, 0, WITHDRAWN, CLOCK_FIRST_CONTACT, on_day(2025, 3, 10), at(3, 12));
	assert_int_equal(harness_tick(h, begin(3, 17)), 1);
	clock_is(h, 0, WARNED, CLOCK_FIRST_CONTACT, on_day(2025, 3, 17), begin(3, 17));
	assert_int_equal(harness_tick(h, begin(3, 18)), 1);
	clock_is(h, 0, BROKE, CLOCK_FIRST_CONTACT, on_day(2025, 3, 17), begin(3, 18));
}

/* ---- what clocks go by ---- */

static void a_closing_day_moves_deadlines_to_come_and_none_that_passed(void **state)
{
	struct harness *h = *state;
	report(h, 1, at(3, 3), WOT__V1__CHANNEL__VALUE__PHONE);
	report(h, 2, at(3, 7), WOT__V1__CHANNEL__VALUE__PHONE);
	harness_tick(h, begin(3, 11));
	h->now_ms = at(3, 11);
	assert_int_equal(
		harness_configure(h, "calendar.yaml", "closed: [2025-03-05, 2025-03-13]"), 0);
	quiet_at(h, begin(3, 17) - 2000);
	assert_int_equal(harness_tick(h, begin(3, 17)), 1);
	clock_is(h, 0, WARNED, CLOCK_FIRST_CONTACT, on_day(2025, 3, 17), begin(3, 17));
	h->now_ms = at(3, 17); /* opening again on the 13th would put the deadline into the past */
	assert_int_equal(harness_configure(h, "calendar.yaml", "closed: []"), 0);
	quiet_at(h, at(3, 17));
	assert_int_equal(harness_tick(h, begin(3, 18)), 1);
	clock_is(h, 0, BROKE, CLOCK_FIRST_CONTACT, on_day(2025, 3, 17), begin(3, 18));
}

static void no_clock_runs_before_clocks_yaml_came_in(void **state)
{
	struct harness *h = *state;
	open_configured(state);
	harness_close(&h);
	h = *state;
	report(h, 1, at(3, 3), WOT__V1__CHANNEL__VALUE__PHONE);
	quiet_at(h, at(3, 20));
	assert_int_equal(harness_configure(h, "clocks.yaml", ""), 0);
	assert_int_equal(harness_tick(h, at(3, 21)), 1);
	clock_is(h, 0, BROKE, CLOCK_FIRST_CONTACT, on_day(2025, 3, 10), begin(3, 11));
}

static void a_mistake_in_clocks_yaml_is_refused_with_its_place(void **state)
{
	(void)state;
	struct why why = {""};
	assert_int_equal(triage_core.config_check("clocks.yaml", "etc/clocks.yaml",
				 "warn_before: {closing: 400}", &why),
		ERR_CONFIG);
	assert_non_null(strstr(why.text, "etc/clocks.yaml:1:24"));
	assert_int_equal(triage_core.config_check(
				 "calendar.yaml", "etc/calendar.yaml", "closed: [soon]", &why),
		ERR_CONFIG);
	assert_non_null(strstr(why.text, "etc/calendar.yaml:1:10"));
	assert_int_equal(triage_core.config_check("clocks.yaml", "clocks.yaml", "", &why), 0);
}

/* ---- many ---- */

/* A decision holds so many events: what does not fit follows at once, in order, and none is lost. */
static void a_burst_is_spread_over_decisions_in_order(void **state)
{
	enum { MANY = 3 * DECISION_MAX + 5 };
	struct harness *h = *state;
	for (uint32_t number = 1; number <= MANY; number++)
		report(h, number, at(3, 3), WOT__V1__CHANNEL__VALUE__PHONE);
	uint32_t next = 1;
	for (size_t count = DECISION_MAX; count == DECISION_MAX;) {
		count = harness_tick(h, begin(3, 11));
		for (size_t i = 0; i < count; i++)
			assert_string_equal(harness_event(h, i)->case_id, id_of(h, next++));
	}
	assert_int_equal(next, MANY + 1);
	quiet_at(h, at(3, 11));
}

/* One step of a city, the same for the same seed; restarts: between any two steps. */
static void city_step(struct harness *h, uint32_t *seed, uint32_t *requests, bool restarts)
{
	bool restart = clock_draw(seed, 5) == 0;
	if (restarts && restart)
		harness_restart(h);
	int64_t now_ms = h->now_ms + (1 + clock_draw(seed, 20)) * HOUR_MS;
	harness_tick(h, now_ms);
	int64_t past_ms = now_ms - clock_draw(seed, 15) * 24 * HOUR_MS;
	uint32_t number = *requests ? 1 + clock_draw(seed, *requests) : 0;
	switch (clock_draw(seed, *requests ? 6 : 1)) {
	case 0: {
		Wot__V1__Event *event = request_make(h, ++*requests, past_ms);
		event->body->help_request->channel =
			(Wot__V1__Channel__Value)(1 + clock_draw(seed, 9));
		feed_request(h, event);
		break;
	}
	case 1:
		screened(
			h, number, past_ms, (Wot__V1__Screening__Outcome)(1 + clock_draw(seed, 6)));
		break;
	case 2:
		contacted(h, number, past_ms);
		break;
	case 3: {
		Wot__V1__Event *event = case_make(h, number, KIND(CORRECTED), now_ms);
		clear_fact(h, event, 2);
		assert_int_equal(harness_feed(h, "case", event), 0);
		break;
	}
	case 4: {
		Wot__V1__Event *event = case_make(h, number, KIND(CORRECTED), now_ms);
		event->facts->has_reported_on = true;
		event->facts->reported_on = calendar_day_of(past_ms);
		assert_int_equal(harness_feed(h, "case", event), 0);
		break;
	}
	default:
		break;
	}
}

static struct harness *city_run(uint32_t seed, uint32_t *requests, bool restarts)
{
	void *state;
	open_with_clocks(&state);
	struct harness *h = state;
	*requests = 0;
	for (int step = 0; step < 400; step++)
		city_step(h, &seed, requests, restarts);
	while (harness_tick(h, h->now_ms + 60 * 24 * HOUR_MS))
		continue;
	return h;
}

/* What the log says of a request, read again without triage's own words for it. */
struct told {
	int32_t reported_on, known_on, screened_on, contacted_on;
	bool reaction;
};

static struct told told_of(const struct harness *h, const char *case_id)
{
	struct told told = {0};
	for (size_t i = 0; i < h->len; i++) {
		const Wot__V1__Event *event = h->log[i];
		const Wot__V1__CaseFacts *facts = event->facts;
		if (!event->case_id || strcmp(event->case_id, case_id) != 0)
			continue;
		if (event->body->kind_case == KIND(CASE_ROUTED) && event->client) {
			int channel = (int)event->body->case_routed->channel;
			told.reported_on = event->body->case_routed->reported_on;
			told.known_on = calendar_day_of(event->recorded_at);
			told.reaction = channel == 4 || channel == 6 || channel == 7;
		}
		if (event->body->kind_case == KIND(SCREENING) && !told.screened_on &&
			event->body->screening->outcome != OUTCOME(NOT_REACHED))
			told.screened_on = calendar_day_of(event->occurred_at);
		if (facts && facts->has_first_contact_on)
			told.contacted_on = facts->first_contact_on;
		if (facts && facts->n_cleared)
			told.contacted_on = 0;
		if (facts && facts->has_reported_on)
			told.reported_on = facts->reported_on;
	}
	return told;
}

static bool is_broken(const struct told *told, int working_days)
{
	int32_t deadline = calendar_add_working_days(told->reported_on, working_days, NULL, 0);
	bool kept = (told->screened_on && told->screened_on <= deadline) ||
		    (told->contacted_on && told->contacted_on <= deadline);
	return told->known_on <= deadline && !kept;
}

/* Each event of a clock lies where it must, and nothing is warned of after it broke. */
static void clock_events_are_in_order(const struct harness *h)
{
	for (size_t i = 0; i < h->len; i++) {
		const Wot__V1__Event *event = h->log[i];
		const Wot__V1__Clock *clock = promise_clock(event);
		if (!clock)
			continue;
		assert_true(event->occurred_at <= event->recorded_at);
		if (event->body->kind_case == BROKE)
			assert_true(event->occurred_at == clock->deadline_at);
		if (event->body->kind_case == WARNED)
			assert_true(event->recorded_at < clock->deadline_at);
	}
}

static void random_cities_end_with_the_breaks_that_their_facts_have(void **state)
{
	(void)state;
	int broken = 0, whole = 0;
	for (uint32_t seed = 1; seed <= 12; seed++) {
		uint32_t requests;
		struct harness *h = city_run(seed, &requests, false);
		clock_events_are_in_order(h);
		for (uint32_t number = 1; number <= requests; number++) {
			const char *id = id_of(h, number);
			struct told told = told_of(h, id);
			bool contact = is_broken(&told, 5);
			bool reaction = told.reaction && is_broken(&told, 1);
			assert_int_equal(breaks_of(h, CLOCK_FIRST_CONTACT, id), contact);
			assert_int_equal(breaks_of(h, CLOCK_REACTION, id), reaction);
			broken += contact + reaction;
			whole += !contact + (told.reaction && !reaction);
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_with_clocks, close_all)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_warns_as_the_last_day_begins_and_breaks_as_it_ends),
		TEST(what_came_by_web_chat_or_email_is_reacted_to_within_a_day),
		TEST(an_attempt_is_no_contact_and_any_other_screening_is),
		TEST(whom_nobody_needs_to_phone_has_no_clock),
		TEST(both_turns_of_summer_time_leave_deadlines_at_midnight),
		TEST(what_broke_while_we_were_down_is_recorded_at_its_deadline),
		TEST(what_intake_took_in_while_we_were_down_breaks_too),
		TEST(the_past_that_is_imported_stays_silent),
		TEST(what_came_in_after_its_warning_was_due_is_warned_of_next_morning),
		TEST(a_contact_that_comes_in_late_withdraws_the_break),
		TEST(a_contact_that_is_corrected_away_breaks_the_clock_after_all),
		TEST(a_corrected_report_day_moves_the_deadline_of_a_break),
		TEST(a_closing_day_moves_deadlines_to_come_and_none_that_passed),
		TEST(no_clock_runs_before_clocks_yaml_came_in),
		TEST(a_mistake_in_clocks_yaml_is_refused_with_its_place),
		TEST(a_burst_is_spread_over_decisions_in_order),
		cmocka_unit_test(random_cities_end_with_the_breaks_that_their_facts_have),
		cmocka_unit_test(restarts_at_any_point_change_no_event),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
