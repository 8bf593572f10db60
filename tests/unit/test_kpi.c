/*
 * The figures that the municipality publishes. Each case here is small enough to be counted by
 * hand; the rules are those of INTERFACES ("Rules that decide a figure").
 */
#include "tests/unit/tallied.h"

#define HOUSING WOT__V1__PROBLEM__VALUE__HOUSING
#define FINANCE WOT__V1__PROBLEM__VALUE__FINANCE

static void a_request_counts_on_the_day_of_its_report(void **state)
{
	struct tallied *t = *state;
	FACTS(t, 1, FACT(reported_on, day("2025-01-01")));
	FACTS(t, 2, FACT(reported_on, day("2025-12-31")));
	FACTS(t, 3, FACT(reported_on, day("2024-12-31")));
	assert_figure(t, "help_requests", "2025", 0, 2, 2, -1, 0);
	assert_figure(t, "help_requests", "2025-12-31", 0, 1, 1, -1, 0);
	assert_figure(t, "help_requests", "2024-12-31..2025-01-01", 0, 2, 2, -1, 0);
	assert_figure(t, "help_requests", "2025-Q2", 0, 0, 0, -1, 0);
}

static void youth_counts_apart_and_under_2023_with_the_rest(void **state)
{
	struct tallied *t = *state;
	FACTS(t, 1, FACT(reported_on, day("2023-05-01")), FACT(youth, true),
		FACT(turns_18_soon, true), FACT(people_involved, 4), .ward = as_text("ZUID"));
	FACTS(t, 2, FACT(reported_on, day("2023-05-01")), FACT(youth, false),
		FACT(people_involved, 2));
	FACTS(t, 3, FACT(reported_on, day("2023-05-02")));
	FACTS(t, 1, FACT(closed_on, day("2023-06-01")),
		FACT(closing_reason, WOT__V1__CLOSED__REASON__GOALS_MET));
	assert_figure(t, "help_requests", "2023", 2025, 2, 2, -1, 0);
	assert_figure(t, "help_requests", "2023", 0, 3, 3, -1, 0);
	assert_figure(t, "people_involved", "2023", 2025, 3, 3, -1, 1);
	assert_figure(t, "people_involved", "2023", 0, 7, 7, -1, 1);
	assert_figure(t, "closures", "2023", 0, 0, 0, -1, 0);
	assert_figure(t, "referred_to_youth", "2023", 0, 1, 1, -1, 0);
	assert_figure(t, "transitions_18", "2023", 0, 1, 1, -1, 0);
}

static void advice_makes_a_request_a_contact_until_it_is_voided(void **state)
{
	struct tallied *t = *state;
	Wot__V1__RequestBecameContact moved = WOT__V1__REQUEST_BECAME_CONTACT__INIT;
	Wot__V1__ContactBecameRequest back = WOT__V1__CONTACT_BECAME_REQUEST__INIT;
	moved.reported_on = day("2025-03-31");
	moved.channel = WOT__V1__CHANNEL__VALUE__EMAIL;
	moved.age_group = WOT__V1__AGE_GROUP__VALUE__ADULT;
	FACTS(t, 7, FACT(reported_on, day("2025-03-31")));
	assert_figure(t, "contacts_total", "2025-Q1", 0, 1, 1, -1, 0);

	FACTS(t, 7, FACT(advice, true));
	log_body(t, STREAM_INTAKE, "2025-000007", noon(day("2025-04-03")),
		WOT__V1__BODY__KIND_REQUEST_BECAME_CONTACT, &moved.base);
	assert_figure(t, "help_requests", "2025-Q1", 0, 0, 0, -1, 0);
	assert_figure(t, "brief_contacts", "2025-Q1", 0, 1, 1, -1, 0);
	assert_figure(t, "brief_contacts", "2025-Q2", 0, 0, 0, -1, 0);
	assert_figure(t, "contacts_total", "2025-Q1", 0, 1, 1, -1, 0);
	assert_figure(t, "open_cases", "2025-Q1", 0, 0, 0, -1, 0);
	assert_int_equal(count_by(t, "brief_contacts", "2025", "channel", "EMAIL"), 1);

	FACTS(t, 7, CLEARED(9), FACT(support_started_on, day("2025-04-20")));
	log_body(t, STREAM_INTAKE, "2025-000007", noon(day("2025-04-20")),
		WOT__V1__BODY__KIND_CONTACT_BECAME_REQUEST, &back.base);
	assert_figure(t, "help_requests", "2025-Q1", 0, 1, 1, -1, 0);
	assert_figure(t, "brief_contacts", "2025-Q1", 0, 0, 0, -1, 0);
	assert_figure(t, "started_within_4_weeks", "2025-Q2", 0, 1, 1, 1, 0);
	assert_replay_is_equal(t);
}

static void contacts_of_youth_are_in_no_adult_figure(void **state)
{
	struct tallied *t = *state;
	log_contact(t, day("2025-02-01"), WOT__V1__CHANNEL__VALUE__PHONE,
		WOT__V1__AGE_GROUP__VALUE__ADULT);
	log_contact(t, day("2025-02-01"), WOT__V1__CHANNEL__VALUE__PHONE,
		WOT__V1__AGE_GROUP__VALUE__YOUTH);
	log_contact(t, day("2025-02-01"), WOT__V1__CHANNEL__VALUE__CHAT,
		WOT__V1__AGE_GROUP__VALUE__UNKNOWN);
	assert_figure(t, "brief_contacts", "2025-02", 0, 2, 2, -1, 0);
	assert_int_equal(count_by(t, "contacts_total", "2025-02", "channel", "CHAT"), 1);
	assert_figure(t, "brief_contacts_of_youth", "2025-02", 0, 1, 1, -1, 0);
}

static void the_norm_of_requests_is_held_to_all_contacts_of_whole_quarters(void **state)
{
	struct tallied *t = *state;
	for (int i = 0; i < 300; i++)
		log_contact(t, day("2025-02-01"), WOT__V1__CHANNEL__VALUE__PHONE,
			WOT__V1__AGE_GROUP__VALUE__ADULT);
	json_t *figure = ask(t, "help_requests", "2025-Q1", NULL, 0);
	assert_true(json_is_false(json_object_get(figure, "met"))); /* 300 is not more than 300 */
	assert_number(json_object_get(figure, "norm"), "moreThan", 300);
	json_decref(figure);

	FACTS(t, 1, FACT(reported_on, day("2025-03-31")));
	const char *const ids[] = {"help_requests", "brief_contacts", "contacts_total"};
	for (size_t i = 0; i < 3; i++) {
		figure = ask(t, ids[i], "2025-Q1", NULL, 0);
		assert_true(json_is_true(json_object_get(figure, "met")));
		json_decref(figure);
		figure =
			ask(t, ids[i], "2025-01-01..2025-06-30", NULL, 0); /* 301 in two quarters */
		assert_true(json_is_false(json_object_get(figure, "met")));
		json_decref(figure);
		figure = ask(t, ids[i], "2025-02", NULL, 0);
		assert_true(json_is_null(json_object_get(figure, "met")));
		json_decref(figure);
	}
}

static void people_not_given_count_as_one_and_as_unknown(void **state)
{
	struct tallied *t = *state;
	FACTS(t, 1, FACT(reported_on, day("2025-01-10")), FACT(people_involved, 5));
	FACTS(t, 2, FACT(reported_on, day("2025-01-11")));
	assert_figure(t, "people_involved", "2025", 0, 6, 6, -1, 1);
	FACTS(t, 2, FACT(people_involved, 2));
	assert_figure(t, "people_involved", "2025", 0, 7, 7, -1, 0);
}

/* Started after 7, 8, 28 and 29 days, and one closed with no start. */
static void starts(struct tallied *t)
{
	static const int waits[] = {7, 8, 28, 29};
	for (uint32_t i = 0; i < 4; i++)
		FACTS(t, i + 1, FACT(reported_on, day("2025-01-01")),
			FACT(support_started_on, day("2025-01-01") + waits[i]),
			FACT(age_years, 26 + i));
	FACTS(t, 5, FACT(reported_on, day("2025-01-01")), FACT(closed_on, day("2025-01-20")),
		FACT(closing_reason, WOT__V1__CLOSED__REASON__STOPPED_BY_CLIENT));
}

static void support_in_time_is_of_what_started_with_unknown_beside_it(void **state)
{
	struct tallied *t = *state;
	starts(t);
	assert_figure(t, "started_within_4_weeks", "2025", 0, 0.75, 3, 4, 1);
	assert_figure(t, "started_within_1_week", "2025", 0, 0.25, 1, 4, 1);
	json_t *figure = ask(t, "started_within_4_weeks", "2025", NULL, 0);
	assert_number(figure, "low", 3 / 5.0);
	assert_number(figure, "high", 4 / 5.0);
	assert_true(json_is_false(json_object_get(figure, "met")));
	json_decref(figure);
	/* A period with nothing but unknown: the share itself cannot be known. */
	assert_figure(t, "started_within_4_weeks", "2025-01-20", 0, -1, 0, 0, 1);
	figure = ask(t, "started_within_4_weeks", "2025-01-20", NULL, 0);
	assert_number(figure, "low", 0);
	assert_number(figure, "high", 1);
	json_decref(figure);
}

static void percentiles_are_of_the_nearest_rank(void **state)
{
	struct tallied *t = *state;
	starts(t);
	json_t *figure = ask(t, "waiting_days", "2025", NULL, 0);
	assert_number(figure, "value", 8);
	assert_number(figure, "p50", 8);
	assert_number(figure, "p90", 29);
	assert_number(figure, "mean", 18);
	assert_number(figure, "count", 4);
	assert_number(figure, "unknown", 1);
	assert_true(json_is_null(json_object_get(figure, "low")));
	json_decref(figure);
	figure = ask(t, "waiting_days", "2025", "age", 0);
	const json_t *youngest = json_array_get(json_object_get(figure, "by"), 0);
	assert_string_equal(json_string_value(json_object_get(youngest, "key")), "18-26");
	assert_number(youngest, "value", 7);
	json_decref(figure);
	figure = ask(t, "waiting_days", "2024", NULL, 0);
	assert_number(figure, "value", -1);
	assert_number(figure, "mean", -1);
	json_decref(figure);
}

static void six_months_end_on_the_same_day_of_the_month_or_its_last(void **state)
{
	struct tallied *t = *state;
	static const char *const lives[][2] = {{"2025-01-15", "2025-07-15"},
		{"2025-01-15", "2025-07-16"}, {"2024-08-31", "2025-02-28"},
		{"2024-08-31", "2025-03-01"}};
	for (uint32_t i = 0; i < 4; i++)
		FACTS(t, i + 1, FACT(reported_on, day(lives[i][0])),
			FACT(closed_on, day(lives[i][1])),
			FACT(closing_reason, WOT__V1__CLOSED__REASON__GOALS_MET));
	assert_figure(t, "closed_within_6_months", "2025", 0, 0.5, 2, 4, 0);
	json_t *figure = ask(t, "lead_days", "2025", NULL, 0);
	assert_number(figure, "value", 181); /* 181, 182, 181, 182 */
	json_decref(figure);
}

/* Four goals met, one other, one unknown, one moved away, one to a specialist. */
static void closings(struct tallied *t)
{
	static const Wot__V1__Closed__Reason reasons[] = {WOT__V1__CLOSED__REASON__GOALS_MET,
		WOT__V1__CLOSED__REASON__GOALS_MET, WOT__V1__CLOSED__REASON__GOALS_MET,
		WOT__V1__CLOSED__REASON__GOALS_MET, WOT__V1__CLOSED__REASON__OTHER,
		WOT__V1__CLOSED__REASON__UNKNOWN, WOT__V1__CLOSED__REASON__MOVED_AWAY,
		WOT__V1__CLOSED__REASON__REDIRECTED_SPECIALIST};
	for (uint32_t i = 0; i < 8; i++)
		FACTS(t, i + 1, FACT(reported_on, day("2025-01-15")),
			FACT(closed_on, day("2025-05-01")), FACT(closing_reason, reasons[i]));
}

static void an_unknown_reason_counts_as_missed_and_bounds_the_share(void **state)
{
	struct tallied *t = *state;
	closings(t);
	assert_figure(t, "goals_met", "2025", 0, 0.5, 4, 8, 1);
	json_t *figure = ask(t, "goals_met", "2025", NULL, 0);
	assert_number(figure, "low", 0.5);
	assert_number(figure, "high", 5 / 8.0);
	json_decref(figure);
}

static void closing_reasons_are_merged_as_the_definition_says(void **state)
{
	struct tallied *t = *state;
	closings(t);
	assert_figure(t, "closures", "2025", 0, 8, 8, -1, 1);
	assert_int_equal(count_by(t, "closures", "2025", NULL, "STOPPED_BY_CLIENT"), 1);
	assert_int_equal(count_by(t, "closures", "2025", NULL, "MOVED_AWAY"), -1);
	assert_int_equal(count_by(t, "closures", "2025", NULL, "UNKNOWN"), 1);
	assert_int_equal(count_by(t, "closures", "2025", NULL, "OTHER"), 1);
	json_t *figure = ask(t, "closures", "2025", NULL, 2023);
	static const struct {
		const char *key;
		int count;
	} rows[] = {{"GOALS_MET", 4}, {"MOVED_AWAY", 1}, {"REDIRECTED_OTHER", 1}, {"OTHER", 2}};
	assert_int_equal(json_array_size(json_object_get(figure, "by")), 4);
	for (size_t i = 0; i < 4; i++) {
		const json_t *row = json_array_get(json_object_get(figure, "by"), i);
		assert_string_equal(json_string_value(json_object_get(row, "key")), rows[i].key);
		assert_number(row, "count", rows[i].count);
	}
	json_decref(figure);
}

static void the_2023_definition_counts_from_and_to_the_first_contact(void **state)
{
	struct tallied *t = *state;
	/* waited 10 days for the contact, 40 for support; lead 30 days from contact */
	FACTS(t, 1, FACT(reported_on, day("2023-01-01")), FACT(first_contact_on, day("2023-01-11")),
		FACT(support_started_on, day("2023-02-10")), FACT(closed_on, day("2023-02-10")));
	/* closed in time from contact, not from report */
	FACTS(t, 2, FACT(reported_on, day("2023-01-01")), FACT(first_contact_on, day("2023-02-01")),
		FACT(closed_on, day("2023-07-20")));
	/* no contact known */
	FACTS(t, 3, FACT(reported_on, day("2023-01-01")), FACT(closed_on, day("2023-02-01")));
	assert_figure(t, "started_within_4_weeks", "2023", 0, 0.5, 1, 2, 1);
	assert_figure(t, "started_within_4_weeks", "2023", 2025, 0, 0, 1, 2);
	assert_figure(t, "closed_within_6_months", "2023", 0, 1, 2, 2, 1);
	assert_figure(t, "closed_within_6_months", "2023", 2025, 2 / 3.0, 2, 3, 0);
	json_t *figure = ask(t, "waiting_days", "2023", NULL, 0);
	assert_number(figure, "p50", 10);
	assert_number(figure, "p90", 31);
	assert_number(figure, "unknown", 1);
	assert_number(figure, "definition", 2023);
	json_decref(figure);
	figure = ask(t, "lead_days", "2023", NULL, 0);
	assert_number(figure, "p50", 30);
	assert_number(figure, "count", 2);
	assert_number(figure, "unknown", 1);
	json_decref(figure);
	figure = ask(t, "lead_days", "2023", NULL, 2025);
	assert_number(figure, "count", 3);
	assert_number(figure, "p50", 40);
	json_decref(figure);
}

static void wards_share_all_requests_and_unknown_is_a_row(void **state)
{
	struct tallied *t = *state;
	FACTS(t, 1, FACT(reported_on, day("2025-01-15")), .ward = as_text("ZUID"));
	FACTS(t, 2, FACT(reported_on, day("2025-01-15")), .ward = as_text("OOST"));
	FACTS(t, 3, FACT(reported_on, day("2025-01-15")), .ward = as_text("ZUID"));
	FACTS(t, 4, FACT(reported_on, day("2025-01-15")), .ward = as_text("UNKNOWN"));
	json_t *figure = ask(t, "requests_by_ward", "2025", NULL, 0);
	const json_t *by = json_object_get(figure, "by");
	static const char *const keys[] = {"OOST", "ZUID", "UNKNOWN"};
	static const double values[] = {0.25, 0.5, 0.25};
	assert_int_equal(json_array_size(by), 3);
	for (size_t i = 0; i < 3; i++) {
		const json_t *row = json_array_get(by, i);
		assert_string_equal(json_string_value(json_object_get(row, "key")), keys[i]);
		assert_number(row, "value", values[i]);
		assert_number(row, "of", 4);
	}
	assert_number(figure, "value", 1);
	json_decref(figure);
}

static uint32_t households(void *arg, const char *ward)
{
	(void)arg;
	return !ward ? 1000 : !strcmp(ward, "ZUID") ? 400 : 0;
}

static void shares_per_household_need_households(void **state)
{
	struct tallied *t = *state;
	FACTS(t, 1, FACT(reported_on, day("2025-01-15")), .ward = as_text("ZUID"));
	FACTS(t, 2, FACT(reported_on, day("2025-01-15")), .ward = as_text("OOST"));
	assert_figure(t, "requests_per_household", "2025", 0, -1, 2, -1, 0);
	struct figure_names names = {.on_households = households};
	struct query query = {
		.id = "requests_by_ward", .period = "2025", .definition = 2023, .names = &names};
	json_t *all = ask_query(t, &query);
	const json_t *figure = json_array_get(all, 0), *by = json_object_get(figure, "by");
	assert_number(figure, "value", 2 / 1000.0);
	assert_number(json_array_get(by, 0), "value", -1); /* OOST */
	assert_number(json_array_get(by, 1), "value", 1 / 400.0);
	json_decref(all);
}

static void problem_areas_are_largest_first_and_a_case_has_several(void **state)
{
	struct tallied *t = *state;
	FACTS(t, 1, FACT(reported_on, day("2025-01-15")), PROBLEMS(FINANCE, HOUSING));
	FACTS(t, 2, FACT(reported_on, day("2025-01-15")), PROBLEMS(HOUSING));
	FACTS(t, 3, FACT(reported_on, day("2025-01-15")));
	FACTS(t, 4, FACT(reported_on, day("2025-01-15")));
	FACTS(t, 5, FACT(reported_on, day("2025-01-15")));
	assert_figure(t, "problem_areas", "2025", 0, 5, 5, -1, 3);
	json_t *figure = ask(t, "problem_areas", "2025", NULL, 0);
	static const char *const keys[] = {"HOUSING", "FINANCE", "UNKNOWN"};
	static const double counts[] = {2, 1, 3};
	for (size_t i = 0; i < 3; i++) {
		const json_t *row = json_array_get(json_object_get(figure, "by"), i);
		assert_string_equal(json_string_value(json_object_get(row, "key")), keys[i]);
		assert_number(row, "count", counts[i]);
	}
	json_decref(figure);
	FACTS(t, 3, PROBLEMS(FINANCE));
	FACTS(t, 1, PROBLEMS(FINANCE));
	assert_int_equal(count_by(t, "problem_areas", "2025", NULL, "FINANCE"), 2);
	assert_int_equal(count_by(t, "problem_areas", "2025", NULL, "HOUSING"), 1);
	assert_int_equal(count_by(t, "problem_areas", "2025", NULL, "UNKNOWN"), 2);
}

static void stocks_are_as_of_the_last_day_of_the_period(void **state)
{
	struct tallied *t = *state;
	FACTS(t, 1, FACT(reported_on, day("2025-01-01")));
	FACTS(t, 2, FACT(reported_on, day("2025-01-01")),
		FACT(support_started_on, day("2025-02-05")));
	FACTS(t, 3, FACT(reported_on, day("2025-01-10")), FACT(ended_on, day("2025-01-12")));
	FACTS(t, 4, FACT(reported_on, day("2025-01-10")), FACT(closed_on, day("2025-01-10")));
	FACTS(t, 2, FACT(closed_on, day("2025-03-01")));
	assert_figure(t, "open_cases", "2024", 0, 0, 0, -1, 0);
	assert_figure(t, "open_cases", "2025-01-10", 0, 3, 3, -1, 0);
	assert_figure(t, "open_cases", "2025-01-11", 0, 3, 3, -1, 0);
	assert_figure(t, "open_cases", "2025-01-12", 0, 2, 2, -1, 0);
	assert_figure(t, "open_cases", "2025-02", 0, 2, 2, -1, 0);
	assert_figure(t, "open_cases", "2025-03-01", 0, 1, 1, -1, 0);
	assert_figure(t, "waiting_now", "2025-01", 0, 2, 2, -1, 0);
	assert_figure(t, "waiting_now", "2025-02", 0, 1, 1, -1, 0);
	/* 29 January is day 28; on the 30th they wait for longer. */
	assert_figure(t, "overdue_now", "2025-01-29", 0, 0, 0, -1, 0);
	assert_figure(t, "overdue_now", "2025-01-30", 0, 2, 2, -1, 0);
	assert_figure(t, "overdue_now", "2025-02-05", 0, 1, 1, -1, 0);
	/* Reopened: as if never closed. */
	FACTS(t, 2, CLEARED(7));
	assert_figure(t, "open_cases", "2025-03-01", 0, 2, 2, -1, 0);
	assert_replay_is_equal(t);
}

static void calls_are_answered_in_time_or_not_and_abandoned_or_not(void **state)
{
	struct tallied *t = *state;
	int64_t at = noon(day("2025-05-05"));
	log_call(t, "a", WOT__V1__CALL__EVENT__ENTERED, at, -1);
	log_call(t, "a", WOT__V1__CALL__EVENT__ANSWERED, at + 30000, 30);
	log_call(t, "b", WOT__V1__CALL__EVENT__ANSWERED, at, 31);
	log_call(t, "c", WOT__V1__CALL__EVENT__ABANDONED, at, 5);
	log_call(t, "d", WOT__V1__CALL__EVENT__ENTERED, at, -1); /* still waiting: not yet a call */
	assert_figure(t, "phone_service_level", "2025-05-05", 0, 1 / 3.0, 1, 3, 0);
	assert_figure(t, "phone_abandoned", "2025-05-05", 0, 1 / 3.0, 1, 3, 0);
	json_t *figure = ask(t, "phone_wait_seconds", "2025", NULL, 0);
	assert_number(figure, "value", 30);
	assert_number(figure, "p90", 31);
	json_decref(figure);
}

static void log_capped(struct tallied *t, const char *id, int64_t at)
{
	Wot__V1__CallCapped capped = WOT__V1__CALL_CAPPED__INIT;
	capped.call_id = as_text(id);
	capped.cap_hours = 4;
	log_body(t, STREAM_INTAKE, NULL, at, WOT__V1__BODY__KIND_CALL_CAPPED, &capped.base);
}

/* While it goes on it is in no figure but that of the calls that wait. */
static void a_call_without_a_known_end_is_unknown_once_it_is_over(void **state)
{
	struct tallied *t = *state;
	int64_t at = noon(day("2025-05-05"));
	log_call(t, "a", WOT__V1__CALL__EVENT__ANSWERED, at, 5);
	log_call(t, "b", WOT__V1__CALL__EVENT__ENTERED, at, -1);
	log_call(t, "c", WOT__V1__CALL__EVENT__ENTERED, at, -1);
	assert_figure(t, "phone_service_level", "2025", 0, 1, 1, 1, 0);
	assert_figure(t, "calls_waiting", "2025", 0, 2, 2, -1, 0);
	assert_figure(t, "calls_waiting", "2025-05-04", 0, 0, 0, -1, 0);
	log_call(t, "b", WOT__V1__CALL__EVENT__ENDED, at + 60000, -1);
	log_capped(t, "c", at + 4 * 3600000);
	assert_figure(t, "calls_waiting", "2025", 0, 0, 0, -1, 0);
	static const char *const shares[] = {"phone_service_level", "phone_abandoned"};
	for (size_t i = 0; i < 2; i++) {
		int count = i ? 0 : 1;
		assert_figure(t, shares[i], "2025", 0, count, count, 1, 2);
		json_t *figure = ask(t, shares[i], "2025", NULL, 0);
		assert_true(number_of(figure, "low") == count / 3.0);
		assert_true(number_of(figure, "high") == (count + 2) / 3.0);
		json_decref(figure);
	}
	assert_figure(t, "phone_wait_seconds", "2025", 0, 5, 1, 1, 2);
	log_call(t, "c", WOT__V1__CALL__EVENT__ANSWERED, at + 1000, 1); /* late, and known then */
	assert_figure(t, "phone_service_level", "2025", 0, 1, 2, 2, 1);
	assert_replay_is_equal(t);
}

static void who_timed_out_was_offered_and_neither_answered_nor_abandoned(void **state)
{
	struct tallied *t = *state;
	int64_t at = noon(day("2025-05-05"));
	log_call(t, "a", WOT__V1__CALL__EVENT__ANSWERED, at, 5);
	log_call(t, "b", WOT__V1__CALL__EVENT__TIMED_OUT, at, -1);
	log_call(t, "c", WOT__V1__CALL__EVENT__TIMED_OUT, at, 90);
	log_call(t, "d", WOT__V1__CALL__EVENT__TIMED_OUT, at, 90);
	log_call(t, "d", WOT__V1__CALL__EVENT__ABANDONED, at + 20000, 20);
	assert_figure(t, "phone_service_level", "2025", 0, 1 / 4.0, 1, 4, 0);
	assert_figure(t, "phone_abandoned", "2025", 0, 1 / 4.0, 1, 4, 0);
	assert_figure(t, "callback_within_1_working_day", "2025-05-06", 0, 0, 0, 3, 0);
	log_call(t, "b", WOT__V1__CALL__EVENT__ANSWERED, at + 70000, 70);
	assert_figure(t, "phone_service_level", "2025", 0, 1 / 4.0, 1, 4, 0);
	assert_figure(t, "phone_wait_seconds", "2025", 0, 5, 2, 2, 0);
	assert_replay_is_equal(t);
}

/* A slip is no call that we were offered; but a person may be behind it, who is called back. */
static void short_hang_ups_are_left_out_where_that_is_set(void **state)
{
	(void)state;
	for (uint32_t seconds = 0; seconds <= 10; seconds += 5) {
		struct tallied t = {.today = day("2025-12-31")};
		auto_free char *yaml = shipped_yaml();
		struct tally_options options = {.kpi_yaml = yaml,
			.phone_answer_seconds = PHONE_ANSWER_SECONDS,
			.phone_short_abandon_seconds = seconds};
		struct why why = {""};
		assert_int_equal(tally_new(&t.tally, &options, &why), 0);
		int64_t at = noon(day("2025-05-05"));
		for (int waited = 0; waited <= 10; waited += 5) {
			char id[8];
			snprintf(id, sizeof id, "%d", waited);
			log_call(&t, id, WOT__V1__CALL__EVENT__ABANDONED, at, waited);
		}
		log_call(&t, "answered", WOT__V1__CALL__EVENT__ANSWERED, at, 0);
		int left = 3 - (int)seconds / 5;
		assert_figure(
			&t, "phone_abandoned", "2025", 0, left / (left + 1.0), left, left + 1, 0);
		assert_figure(&t, "callback_within_1_working_day", "2025", 0, 0, 0, 3, 0);
		tally_free(t.tally);
		buf_done(&t.log);
	}
}

static void granted_solutions_count_with_their_mean_saving(void **state)
{
	struct tallied *t = *state;
	static const struct {
		Wot__V1__TailoredSolution__Decision decision;
		uint32_t saving;
		const char *id;
	} solutions[] = {
		{WOT__V1__TAILORED_SOLUTION__DECISION__GRANTED, 30000, "2025-000001"},
		{WOT__V1__TAILORED_SOLUTION__DECISION__GRANTED, 45000, "2025-000001"},
		{WOT__V1__TAILORED_SOLUTION__DECISION__GRANTED, 0, "2025-000001"},
		{WOT__V1__TAILORED_SOLUTION__DECISION__REFUSED, 9000, "2025-000001"},
		{WOT__V1__TAILORED_SOLUTION__DECISION__GRANTED, 9000, "2025-000002"},
	};
	FACTS(t, 1, FACT(reported_on, day("2025-01-15")));
	FACTS(t, 2, FACT(reported_on, day("2025-01-15")), FACT(youth, true));
	for (size_t i = 0; i < 5; i++) {
		Wot__V1__TailoredSolution solution = WOT__V1__TAILORED_SOLUTION__INIT;
		solution.decision = solutions[i].decision;
		solution.has_saving_euro = solutions[i].saving > 0;
		solution.saving_euro = solutions[i].saving;
		log_body(t, STREAM_CASE, solutions[i].id, noon(day("2025-06-01")),
			WOT__V1__BODY__KIND_TAILORED_SOLUTION, &solution.base);
	}
	assert_figure(t, "tailored_solutions", "2025", 0, 3, 3, -1, 0);
	assert_figure(t, "tailored_saving", "2025", 0, 37500, 2, 2, 1);
}

static void cards_complaints_surveys_and_trainings_are_as_submitted(void **state)
{
	struct tallied *t = *state;
	int64_t at = noon(day("2025-06-01"));
	Wot__V1__FeedbackCard card = WOT__V1__FEEDBACK_CARD__INIT;
	card.rating = WOT__V1__FEEDBACK_CARD__RATING__POSITIVE;
	log_body(t, STREAM_INTAKE, NULL, at, WOT__V1__BODY__KIND_FEEDBACK_CARD, &card.base);
	card.rating = WOT__V1__FEEDBACK_CARD__RATING__NEUTRAL;
	log_body(t, STREAM_INTAKE, NULL, at, WOT__V1__BODY__KIND_FEEDBACK_CARD, &card.base);
	Wot__V1__Complaint complaint = WOT__V1__COMPLAINT__INIT;
	log_body(t, STREAM_INTAKE, NULL, at, WOT__V1__BODY__KIND_COMPLAINT, &complaint.base);
	Wot__V1__Survey survey = WOT__V1__SURVEY__INIT;
	survey.subject = WOT__V1__SURVEY__SUBJECT__CLIENT_ACCESS;
	survey.satisfied = 85;
	survey.answered = 100;
	log_body(t, STREAM_INTAKE, NULL, at, WOT__V1__BODY__KIND_SURVEY, &survey.base);
	survey.satisfied = 10;
	log_body(t, STREAM_INTAKE, NULL, at, WOT__V1__BODY__KIND_SURVEY, &survey.base);
	Wot__V1__Training training = WOT__V1__TRAINING__INIT;
	training.code = as_text("GELD");
	log_body(t, STREAM_INTAKE, NULL, at, WOT__V1__BODY__KIND_TRAINING, &training.base);
	assert_figure(t, "feedback_cards", "2025", 0, 2, 2, -1, 0);
	assert_figure(t, "feedback_positive", "2025", 0, 0.5, 1, 2, 0);
	assert_figure(t, "complaints", "2025", 0, 1, 1, -1, 0);
	assert_figure(t, "satisfied_client_access", "2025", 0, 95 / 200.0, 95, 200, 0);
	assert_figure(t, "satisfied_client_support", "2025", 0, -1, 0, 0, 0);
	json_t *figure = ask(t, "trainings", "2025", NULL, 0);
	assert_number(figure, "value", 1);
	assert_true(json_is_false(json_object_get(figure, "met")));
	json_decref(figure);
}

static void outcome_of(struct tallied *t, const char *complaint, const char *part,
	Wot__V1__ComplaintOutcome__Value value, const char *on)
{
	Wot__V1__ComplaintOutcome outcome = WOT__V1__COMPLAINT_OUTCOME__INIT;
	outcome.complaint_ref = as_text(complaint);
	outcome.part = as_text(part);
	outcome.outcome = value;
	log_body(t, STREAM_INTAKE, NULL, noon(day(on)), WOT__V1__BODY__KIND_COMPLAINT_OUTCOME,
		&outcome.base);
}

static void outcome_told(
	struct tallied *t, const char *part, Wot__V1__ComplaintOutcome__Value value, const char *on)
{
	outcome_of(t, "k-1", part, value, on);
}

/* Whoever tells it: CLIENT/REF is the same complaint as that client's REF. */
static void a_complaint_of_another_client_is_the_same_complaint(void **state)
{
	struct tallied *t = *state;
	outcome_told(t, "a", WOT__V1__COMPLAINT_OUTCOME__VALUE__UPHELD, "2025-06-01");
	outcome_of(t, "phone-centre/k-1", "a", WOT__V1__COMPLAINT_OUTCOME__VALUE__UNFOUNDED,
		"2025-06-02");
	assert_figure(t, "complaint_outcomes", "2025", 0, 1, 1, -1, 0);
	outcome_of(t, "desk/k-1", "a", WOT__V1__COMPLAINT_OUTCOME__VALUE__UPHELD, "2025-06-03");
	assert_figure(t, "complaint_outcomes", "2025", 0, 2, 2, -1, 0);
}

static void each_part_of_a_complaint_has_one_outcome_the_last(void **state)
{
	struct tallied *t = *state;
	outcome_told(t, "a", WOT__V1__COMPLAINT_OUTCOME__VALUE__UPHELD, "2025-06-01");
	outcome_told(t, "b", WOT__V1__COMPLAINT_OUTCOME__VALUE__UPHELD, "2025-06-01");
	outcome_told(t, "b", WOT__V1__COMPLAINT_OUTCOME__VALUE__UNFOUNDED, "2026-01-10");
	outcome_told(t, "b", WOT__V1__COMPLAINT_OUTCOME__VALUE__WITHDRAWN, "2025-07-01"); /* late */
	assert_figure(t, "complaint_outcomes", "2025", 0, 1, 1, -1, 0);
	json_t *figure = ask(t, "complaint_outcomes", "2025-01-01..2026-12-31", NULL, 0);
	const json_t *by = json_object_get(figure, "by");
	static const char *const keys[] = {"UPHELD", "UNFOUNDED"};
	assert_int_equal(json_array_size(by), 2);
	for (size_t i = 0; i < 2; i++) {
		const json_t *row = json_array_get(by, i);
		assert_string_equal(json_string_value(json_object_get(row, "key")), keys[i]);
		assert_number(row, "count", 1);
	}
	json_decref(figure);
}

static void transitions_show_how_they_were_handed_over(void **state)
{
	struct tallied *t = *state;
	static const Wot__V1__Transition__Outcome outcomes[] = {
		WOT__V1__TRANSITION__OUTCOME__WARM_IN_TIME,
		WOT__V1__TRANSITION__OUTCOME__WARM_IN_TIME, WOT__V1__TRANSITION__OUTCOME__COLD_LATE,
		0};
	for (uint32_t i = 0; i < 4; i++)
		FACTS(t, i + 1, FACT(reported_on, day("2025-05-01")), FACT(youth, true),
			FACT(turns_18_soon, true), .has_handover = outcomes[i] > 0,
			.handover = outcomes[i]);
	FACTS(t, 5, FACT(reported_on, day("2025-05-01")), FACT(youth, true));
	json_t *figure = ask(t, "transitions_18", "2025", NULL, 0);
	const json_t *by = json_object_get(figure, "by");
	static const char *const keys[] = {"WARM_IN_TIME", "COLD_LATE", "UNKNOWN"};
	static const double counts[] = {2, 1, 1};
	assert_number(figure, "value", 4);
	assert_int_equal(json_array_size(by), 3);
	for (size_t i = 0; i < 3; i++) {
		const json_t *row = json_array_get(by, i);
		assert_string_equal(json_string_value(json_object_get(row, "key")), keys[i]);
		assert_number(row, "count", counts[i]);
	}
	json_decref(figure);
}

static void handled_adds_requests_and_contacts(void **state)
{
	struct tallied *t = *state;
	log_contact(t, day("2025-02-01"), WOT__V1__CHANNEL__VALUE__PHONE,
		WOT__V1__AGE_GROUP__VALUE__ADULT);
	FACTS(t, 1, FACT(reported_on, day("2025-02-01")));
	FACTS(t, 2, FACT(reported_on, day("2025-02-01")),
		FACT(screening, WOT__V1__SCREENING__OUTCOME__REDIRECTED));
	FACTS(t, 3, FACT(reported_on, day("2025-02-01")),
		FACT(closing_reason, WOT__V1__CLOSED__REASON__REDIRECTED_OTHER));
	FACTS(t, 4, FACT(reported_on, day("2025-02-01")), FACT(domestic_violence, 1),
		FACT(screening, WOT__V1__SCREENING__OUTCOME__WELFARE_ACTIVITY));
	assert_figure(t, "handled_by_wot", "2025", 0, 3 / 5.0, 3, 5, 0);
	assert_figure(t, "redirected_to_welfare", "2025", 0, 1 / 4.0, 1, 4, 0);
	assert_figure(t, "domestic_violence", "2025", 0, 1, 1, -1, 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, tallied_setup, tallied_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_request_counts_on_the_day_of_its_report),
		TEST(youth_counts_apart_and_under_2023_with_the_rest),
		TEST(advice_makes_a_request_a_contact_until_it_is_voided),
		TEST(contacts_of_youth_are_in_no_adult_figure),
		TEST(the_norm_of_requests_is_held_to_all_contacts_of_whole_quarters),
		TEST(people_not_given_count_as_one_and_as_unknown),
		TEST(support_in_time_is_of_what_started_with_unknown_beside_it),
		TEST(percentiles_are_of_the_nearest_rank),
		TEST(six_months_end_on_the_same_day_of_the_month_or_its_last),
		TEST(an_unknown_reason_counts_as_missed_and_bounds_the_share),
		TEST(closing_reasons_are_merged_as_the_definition_says),
		TEST(the_2023_definition_counts_from_and_to_the_first_contact),
		TEST(wards_share_all_requests_and_unknown_is_a_row),
		TEST(shares_per_household_need_households),
		TEST(problem_areas_are_largest_first_and_a_case_has_several),
		TEST(stocks_are_as_of_the_last_day_of_the_period),
		TEST(calls_are_answered_in_time_or_not_and_abandoned_or_not),
		TEST(a_call_without_a_known_end_is_unknown_once_it_is_over),
		TEST(who_timed_out_was_offered_and_neither_answered_nor_abandoned),
		TEST(short_hang_ups_are_left_out_where_that_is_set),
		TEST(granted_solutions_count_with_their_mean_saving),
		TEST(cards_complaints_surveys_and_trainings_are_as_submitted),
		TEST(each_part_of_a_complaint_has_one_outcome_the_last),
		TEST(a_complaint_of_another_client_is_the_same_complaint),
		TEST(transitions_show_how_they_were_handed_over),
		TEST(handled_adds_requests_and_contacts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
