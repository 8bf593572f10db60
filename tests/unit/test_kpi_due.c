/*
 * What was promised by a day: first contact, reaction, callback. A row is late only once its day is past,
 * which depends on the day on which one asks and on nothing else: the counters do not roll over at midnight.
 * 2025-04-15 is a Tuesday; Good Friday is the 18th, Easter Monday the 21st.
 */
#include "config/clocks.h"
#include "kpi/row.h"
#include "lib/calendar.h"
#include "lib/series.h"
#include "tests/unit/tallied.h"

#define WEB WOT__V1__CHANNEL__VALUE__WEB
#define PHONE WOT__V1__CHANNEL__VALUE__PHONE
#define GIVEN_UP WOT__V1__CALL__EVENT__ABANDONED
#define ANSWERED WOT__V1__CALL__EVENT__ANSWERED
#define ENTERED WOT__V1__CALL__EVENT__ENTERED

static const char first_contact[] = "first_contact_within_5_working_days";
static const char reaction[] = "reaction_within_1_working_day";
static const char callback[] = "callback_within_1_working_day";

static void the_deadline_of_first_contact_lies_five_working_days_on(void **state)
{
	struct tallied *t = *state;
	FACTS(t, 1, FACT(reported_on, day("2025-04-15")),
		FACT(channel, PHONE)); /* 16 17 22 23 24 */
	assert_figure(t, first_contact, "2025-04-24", 0, 0, 0, 1, 0);
	assert_figure(t, first_contact, "2025-04-15..2025-04-23", 0, -1, 0, 0, 0);
	FACTS(t, 1, FACT(screened_on, day("2025-04-24")), FACT(screening, 2));
	assert_figure(t, first_contact, "2025-04-24", 0, 1, 1, 1, 0);
	FACTS(t, 2, FACT(reported_on, day("2025-04-15")), FACT(channel, PHONE),
		FACT(screened_on, day("2025-04-25")));
	assert_figure(t, first_contact, "2025-04-24", 0, 0.5, 1, 2, 0);
	assert_replay_is_equal(t);
}

static int32_t day_after(const struct measure *measure, int32_t day, const struct closing *closing)
{
	return measure->working_days ? calendar_add_working_days(day, measure->working_days,
					       closing->days, closing->count)
				     : calendar_add_months(day, measure->months) + measure->days;
}

/* They are made in one walk over all days that are counted, and not asked of the calendar one by one. */
static void the_deadlines_of_all_days_are_those_of_the_calendar(void **state)
{
	(void)state;
	int32_t closed[] = {day("2025-12-24"), day("2027-12-24"), day("2100-12-30")};
	const struct closing closing = {closed, sizeof closed / sizeof *closed};
	struct measure measures[] = {{.working_days = 1}, {.working_days = 5},
		{.working_days = WORKING_DAYS_MAX}, {.months = 6}, {.days = 28},
		{.months = 1, .days = 3}, {.days = 0}};
	auto_arena struct arena arena = {0};
	const int32_t *worked = worked_days(&closing, &arena);
	for (size_t i = 0; i < sizeof measures / sizeof *measures; i++) {
		measure_prepare(&measures[i], worked, &arena);
		for (int32_t day = SERIES_DAY_FIRST; day <= SERIES_DAY_LAST; day++)
			if (measures[i].after[day - SERIES_DAY_FIRST] !=
				day_after(&measures[i], day, &closing))
				fail_msg("measure %zu is wrong for day %d", i, day);
	}
}

static void first_contact_is_the_earlier_of_screening_and_case_lead(void **state)
{
	struct tallied *t = *state;
	FACTS(t, 1, FACT(reported_on, day("2025-04-15")), FACT(screened_on, day("2025-05-20")),
		FACT(first_contact_on, day("2025-04-16")));
	assert_figure(t, first_contact, "2025", 0, 1, 1, 1, 0);
	FACTS(t, 1, CLEARED(2)); /* the contact was registered wrongly */
	assert_figure(t, first_contact, "2025", 0, 0, 0, 1, 0);
}

static void what_is_met_counts_at_once_and_the_rest_once_its_day_is_past(void **state)
{
	struct tallied *t = *state;
	FACTS(t, 1, FACT(reported_on, day("2025-04-15")));
	FACTS(t, 2, FACT(reported_on, day("2025-04-15")), FACT(screened_on, day("2025-04-16")));
	t->today = day("2025-04-16");
	assert_figure(t, first_contact, "2025", 0, 1, 1, 1, 0);
	t->today = day("2025-04-24"); /* the day itself is not past */
	assert_figure(t, first_contact, "2025", 0, 1, 1, 1, 0);
	t->today = day("2025-04-25");
	assert_figure(t, first_contact, "2025", 0, 0.5, 1, 2, 0);
	assert_figure(t, first_contact, "2025-04-25..2025-12-31", 0, -1, 0, 0, 0);
	assert_int_equal(count_by(t, first_contact, "2025", "channel", "UNKNOWN"), 1);
	assert_replay_is_equal(t);
}

static void support_or_closing_without_a_contact_is_missed_and_unknown(void **state)
{
	struct tallied *t = *state;
	FACTS(t, 1, FACT(reported_on, day("2025-04-15")),
		FACT(support_started_on, day("2025-04-17")));
	FACTS(t, 2, FACT(reported_on, day("2025-04-15")), FACT(closed_on, day("2025-04-17")));
	FACTS(t, 3, FACT(reported_on, day("2025-04-15")));
	t->today = day("2025-04-24");
	assert_figure(t, first_contact, "2025", 0, -1, 0, 0, 0);
	t->today = day("2025-04-25");
	assert_figure(t, first_contact, "2025", 0, 0, 0, 3, 2);
	json_t *figure = ask(t, first_contact, "2025", NULL, 0);
	assert_number(figure, "high", 2 / 3.0);
	json_decref(figure);
}

static void advice_and_youth_are_no_request_that_was_promised_anything(void **state)
{
	struct tallied *t = *state;
	FACTS(t, 1, FACT(reported_on, day("2025-04-15")), FACT(advice, true));
	FACTS(t, 2, FACT(reported_on, day("2025-04-15")), FACT(youth, true));
	assert_figure(t, first_contact, "2025", 0, -1, 0, 0, 0);
}

static void a_reaction_is_due_on_the_next_working_day_by_web_chat_and_email_alone(void **state)
{
	struct tallied *t = *state;
	for (uint32_t channel = 1; channel <= 9; channel++)
		FACTS(t, channel,
			FACT(reported_on, day("2025-04-17")), /* a Thursday: due on Tuesday */
			FACT(channel, (Wot__V1__Channel__Value)channel),
			FACT(screened_on, day("2025-04-22")));
	assert_figure(t, reaction, "2025-04-22", 0, 1, 3, 3, 0);
	FACTS(t, WEB, FACT(screened_on, day("2025-04-23")));
	assert_figure(t, reaction, "2025-04-22", 0, 2 / 3.0, 2, 3, 0);
	assert_int_equal(count_by(t, reaction, "2025", "channel", "CHAT"), 1);
	assert_int_equal(count_by(t, reaction, "2025", "channel", "PHONE"), -1);
}

static void who_hung_up_or_asked_is_called_back_by_the_next_working_day(void **state)
{
	struct tallied *t = *state;
	int64_t at = noon(day("2025-04-17"));
	log_call(t, "a", GIVEN_UP, at, 20);
	log_call_of(t, "b", ANSWERED, at, 20, NULL, WOT__V1__CALL__OUTCOME__CALLBACK);
	log_call(t, "c", ANSWERED, at, 20);
	log_call(t, "d", GIVEN_UP, at, 20);
	log_callback(t, "b", noon(day("2025-04-22")), true);
	log_callback(t, "d", noon(day("2025-04-23")), true);
	assert_figure(t, callback, "2025-04-22", 0, 1 / 3.0, 1, 3, 0);
	log_callback(t, "a", noon(day("2025-04-18")), false); /* nobody answered: not called back */
	assert_figure(t, callback, "2025-04-22", 0, 1 / 3.0, 1, 3, 0);
	log_callback(t, "a", noon(day("2025-04-17")), true);
	assert_figure(t, callback, "2025-04-22", 0, 2 / 3.0, 2, 3, 0);
	assert_replay_is_equal(t);
}

static void a_callback_that_comes_in_before_its_call_counts_all_the_same(void **state)
{
	struct tallied *t = *state;
	log_callback(t, "a", noon(day("2025-04-17")), true);
	assert_figure(t, callback, "2025", 0, -1, 0, 0, 0);
	log_call(t, "a", GIVEN_UP, noon(day("2025-04-16")), 20);
	assert_figure(t, callback, "2025-04-17", 0, 1, 1, 1, 0);
	assert_replay_is_equal(t);
}

/* In whatever order the two calls come in; a call that was answered before says nothing. */
static void who_calls_again_that_day_and_is_answered_needs_no_callback(void **state)
{
	static const int orders[][5] = {
		{0, 1, 2, 3, 4}, {2, 3, 4, 0, 1}, {1, 4, 3, 0, 2}, {4, 2, 1, 0, 3}};
	struct tallied *t = *state;
	for (size_t order = 0; order < 4; order++) {
		int64_t at = noon(day("2025-04-15") + (int32_t)(7 * order));
		char caller[8], first[8], second[8], before[8];
		snprintf(caller, sizeof caller, "who%zu", order);
		snprintf(first, sizeof first, "a%zu", order);
		snprintf(second, sizeof second, "b%zu", order);
		snprintf(before, sizeof before, "c%zu", order);
		for (size_t i = 0; i < 5; i++) {
			switch (orders[order][i]) {
			case 0:
				log_call_of(t, first, ENTERED, at, -1, caller, 0);
				break;
			case 1:
				log_call(t, first, GIVEN_UP, at + 60000, 60);
				break;
			case 2:
				log_call_of(t, before, ANSWERED, at - 60000, 5, caller, 0);
				break;
			case 3:
				log_call_of(t, second, ENTERED, at + 90000, -1, caller, 0);
				break;
			default:
				if (order != 1)
					log_call(t, second, ANSWERED, at + 95000, 5);
			}
		}
	}
	/* Of the second order's caller only the answer before it hung up came in. */
	assert_figure(t, callback, "2025", 0, 0, 0, 1, 0);
	assert_figure(t, "phone_abandoned", "2025", 0, 4 / 11.0, 4, 11, 0);
	assert_replay_is_equal(t);
}

/* What comes in late of an earlier day is hashed with the key of the later one. */
static void the_same_hash_on_another_day_is_another_caller(void **state)
{
	struct tallied *t = *state;
	int64_t at = noon(day("2025-04-15"));
	log_call_of(t, "a", ANSWERED, at + 86400000, 5, "who", 0);
	log_call_of(t, "b", GIVEN_UP, at, 60, "who", 0);
	assert_figure(t, callback, "2025", 0, 0, 0, 1, 0);
	log_call_of(t, "c", ANSWERED, at + 60000, 5, "who", 0);
	assert_figure(t, callback, "2025", 0, -1, 0, 0, 0);
}

/* All that a team still has to do stands on the day by which it must: what is late too, and in every period. */
static void assert_due(const struct tallied *t, const char *id, const char *on, int count)
{
	assert_figure(t, id, on, 0, count, count, -1, 0);
	assert_figure(t, id, "2025", 0, count, count, -1, 0);
}

static void a_promise_is_due_until_it_is_kept_and_late_ones_stay(void **state)
{
	struct tallied *t = *state;
	FACTS(t, 1, FACT(reported_on, day("2025-04-15")), FACT(channel, WEB),
		.team = as_text("oost"));
	t->today = day("2025-04-15");
	for (int late = 0; late < 2; late++, t->today = day("2025-12-31")) {
		assert_due(t, "reactions_due", "2025-04-16", 1);
		assert_due(t, "contacts_due", "2025-04-24", 1);
		assert_due(t, "starts_due", "2025-05-13", 1);
		assert_due(t, "closes_due", "2025-10-15", 1);
	}
	assert_int_equal(count_by(t, "contacts_due", "2025", "team", "oost"), 1);
	FACTS(t, 1, FACT(screened_on, day("2025-04-28")));
	assert_due(t, "reactions_due", "2025-04-16", 0);
	assert_due(t, "contacts_due", "2025-04-24", 0);
	FACTS(t, 1, FACT(support_started_on, day("2025-05-01")));
	assert_due(t, "starts_due", "2025-05-13", 0);
	assert_due(t, "closes_due", "2025-10-15", 1);
	FACTS(t, 1, FACT(closed_on, day("2025-11-01")));
	assert_due(t, "closes_due", "2025-10-15", 0);
	FACTS(t, 1, CLEARED(7)); /* reopened */
	assert_due(t, "closes_due", "2025-10-15", 1);
	assert_replay_is_equal(t);
}

/* There is nobody to phone any more, though nobody wrote down that somebody did. */
static void no_contact_is_due_of_who_is_in_support_closed_or_redirected(void **state)
{
	struct tallied *t = *state;
	FACTS(t, 1, FACT(reported_on, day("2025-04-15")),
		FACT(support_started_on, day("2025-04-16")));
	FACTS(t, 2, FACT(reported_on, day("2025-04-15")), FACT(closed_on, day("2025-04-16")));
	FACTS(t, 3, FACT(reported_on, day("2025-04-15")), FACT(ended_on, day("2025-04-16")));
	FACTS(t, 4, FACT(reported_on, day("2025-04-15")), FACT(youth, true));
	FACTS(t, 5, FACT(reported_on, day("2025-04-15")), FACT(channel, PHONE));
	assert_due(t, "contacts_due", "2025-04-24", 1);
	assert_due(t, "reactions_due", "2025-04-16", 0);
}

/* A call has no team: asked for by team beside the other promises, all are under UNKNOWN. */
static void callbacks_are_due_and_no_team_has_them(void **state)
{
	struct tallied *t = *state;
	int64_t at = noon(day("2025-04-17"));
	log_call(t, "a", GIVEN_UP, at, 20);
	log_call(t, "b", GIVEN_UP, at, 20);
	log_call(t, "c", ANSWERED, at, 20);
	assert_due(t, "callbacks_due", "2025-04-22", 2);
	assert_int_equal(count_by(t, "callbacks_due", "2025", "team", "UNKNOWN"), 2);
	assert_int_equal(count_by(t, "callbacks_due", "2025", "hour,team", "12,UNKNOWN"), 2);
	log_callback(t, "a", noon(day("2025-04-24")), true);
	assert_due(t, "callbacks_due", "2025-04-22", 1);
	assert_replay_is_equal(t);
}

static void log_signals(struct tallied *t, const char *household, int32_t since)
{
	Wot__V1__SignalsWait wait = WOT__V1__SIGNALS_WAIT__INIT;
	wait.household_id = (ProtobufCBinaryData){16, (uint8_t *)(uintptr_t)household};
	wait.has_reported_on = since != 0;
	wait.reported_on = since;
	log_body(t, STREAM_TRIAGE, NULL, noon(day("2025-04-30")), WOT__V1__BODY__KIND_SIGNALS_WAIT,
		&wait.base);
}

/* By what was told of it last; ids are random bytes, so a 0 ends none. */
static void a_household_with_signals_is_due_once_until_it_waits_no_more(void **state)
{
	struct tallied *t = *state;
	static const char one[16] = "\0one", other[16] = "\0other";
	log_signals(t, one, day("2025-04-16"));
	log_signals(t, other, day("2025-04-15"));
	log_signals(t, one, day("2025-04-15"));
	assert_due(t, "signals_due", "2025-04-24", 2);
	assert_int_equal(count_by(t, "signals_due", "2025", "team", "UNKNOWN"), 2);
	log_signals(t, one, 0);
	assert_due(t, "signals_due", "2025-04-24", 1);
	log_signals(t, one, day("2025-04-16"));
	assert_figure(t, "signals_due", "2025-04-25", 0, 1, 1, -1, 0);
	assert_figure(t, "signals_due", "2025", 0, 2, 2, -1, 0);
	assert_replay_is_equal(t);
}

static void closing_days_move_a_deadline(void **state)
{
	struct tallied *t = *state;
	FACTS(t, 1, FACT(reported_on, day("2025-04-15"))); /* 17 22 24 25 28 */
	log_config(t, STREAM_TRIAGE, "calendar.yaml", "closed: [2025-04-16, 2025-04-23]\n");
	assert_figure(t, first_contact, "2025-04-28", 0, 0, 0, 1, 0);
	log_config(t, STREAM_TRIAGE, "calendar.yaml", "closed: [2025-04-23]\n");
	assert_figure(t, first_contact, "2025-04-28", 0, -1, 0, 0, 0);
	assert_figure(t, first_contact, "2025-04-25", 0, 0, 0, 1, 0);
	auto_free char *yaml = shipped_yaml();
	log_config(t, STREAM_CASE, "kpi.yaml", yaml); /* the closing days stay */
	assert_figure(t, first_contact, "2025-04-25", 0, 0, 0, 1, 0);
	assert_replay_is_equal(t);
}

static void what_is_not_registered_has_a_figure_of_its_own(void **state)
{
	struct tallied *t = *state;
	FACTS(t, 1, FACT(reported_on, day("2025-01-02")), FACT(age_years, 40),
		.ward = (char *)"ZUID", FACT(care_weight, WOT__V1__CARE_WEIGHT__VALUE__HEAVY),
		FACT(first_contact_on, day("2025-01-03")),
		FACT(support_started_on, day("2025-01-04")), FACT(closed_on, day("2025-02-01")),
		FACT(closing_reason, WOT__V1__CLOSED__REASON__OTHER));
	FACTS(t, 2, FACT(reported_on, day("2025-01-02")), .ward = (char *)"UNKNOWN",
		FACT(care_weight, WOT__V1__CARE_WEIGHT__VALUE__UNKNOWN),
		FACT(closed_on, day("2025-02-01")),
		FACT(closing_reason, WOT__V1__CLOSED__REASON__UNKNOWN));
	FACTS(t, 3, FACT(reported_on, day("2025-01-02")));
	static const struct {
		const char *id;
		int count, of;
	} expected[] = {{"unknown_first_contact", 1, 2}, {"unknown_support_start", 1, 2},
		{"unknown_closing_reason", 1, 2}, {"unknown_age", 2, 3}, {"unknown_ward", 2, 3},
		{"unknown_care_weight", 2, 3}};
	for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
		assert_figure(t, expected[i].id, "2025", 0,
			(double)expected[i].count / expected[i].of, expected[i].count,
			expected[i].of, 0);
}

/* All figures, but for how far the logs have been read. */
static json_t *all_figures(const struct tallied *t)
{
	const struct query query = {.period = "2025-01-01..2025-12-31", .today = t->today};
	json_t *figures = ask_query(t, &query);
	size_t i;
	json_t *figure;
	json_array_foreach(figures, i, figure) json_object_del(figure, "marks");
	return figures;
}

static void no_figure_is_made_of_clock_events(void **state)
{
	struct tallied *t = *state;
	static const Wot__V1__Body__KindCase kinds[] = {WOT__V1__BODY__KIND_CLOCK_WARNED,
		WOT__V1__BODY__KIND_CLOCK_BROKE, WOT__V1__BODY__KIND_CLOCK_WITHDRAWN};
	FACTS(t, 1, FACT(reported_on, day("2025-01-02")));
	log_call(t, "c", WOT__V1__CALL__EVENT__ABANDONED, noon(day("2025-01-02")), 9);
	json_t *before = all_figures(t);
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		for (int kind = 1; kind < CLOCK_KINDS; kind++) {
			Wot__V1__Clock clock = WOT__V1__CLOCK__INIT;
			clock.kind = (Wot__V1__Clock__Kind)kind;
			clock.deadline_on = day("2025-02-01");
			clock.call_id = as_text("c");
			for (enum stream stream = 0; stream < STREAM_COUNT; stream++)
				log_body(t, stream, "2025-000001", noon(day("2025-02-02")),
					kinds[i], &clock.base);
		}
	}
	json_t *after = all_figures(t);
	assert_true(json_array_size(after) > 30 && json_equal(before, after));
	json_decref(before);
	json_decref(after);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, tallied_setup, tallied_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_deadline_of_first_contact_lies_five_working_days_on),
		cmocka_unit_test(the_deadlines_of_all_days_are_those_of_the_calendar),
		TEST(first_contact_is_the_earlier_of_screening_and_case_lead),
		TEST(what_is_met_counts_at_once_and_the_rest_once_its_day_is_past),
		TEST(support_or_closing_without_a_contact_is_missed_and_unknown),
		TEST(advice_and_youth_are_no_request_that_was_promised_anything),
		TEST(a_reaction_is_due_on_the_next_working_day_by_web_chat_and_email_alone),
		TEST(who_hung_up_or_asked_is_called_back_by_the_next_working_day),
		TEST(a_callback_that_comes_in_before_its_call_counts_all_the_same),
		TEST(who_calls_again_that_day_and_is_answered_needs_no_callback),
		TEST(the_same_hash_on_another_day_is_another_caller),
		TEST(a_promise_is_due_until_it_is_kept_and_late_ones_stay),
		TEST(no_contact_is_due_of_who_is_in_support_closed_or_redirected),
		TEST(callbacks_are_due_and_no_team_has_them),
		TEST(a_household_with_signals_is_due_once_until_it_waits_no_more),
		TEST(closing_days_move_a_deadline),
		TEST(what_is_not_registered_has_a_figure_of_its_own),
		TEST(no_figure_is_made_of_clock_events),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
