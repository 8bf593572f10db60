/*
 * What the teams have on their hands: hours a week by care weight, screenings by what came of them, requests by who
 * referred them, calls by the hour.
 */
#include "tests/unit/tallied.h"

/* Of who is in support on the last day: 1, 2 or 3 each, and none where the weight is not known. */
static void hours_are_those_of_the_care_weights_in_support(void **state)
{
	struct tallied *t = *state;
	for (uint32_t i = 1; i <= 4; i++)
		FACTS(t, i, FACT(reported_on, day("2025-01-02")),
			FACT(support_started_on, day("2025-01-10")),
			FACT(care_weight, (Wot__V1__CareWeight__Value)i), .team = as_text("oost"),
			.ward = as_text(i == 3 ? "ZUID" : "OOST"));
	FACTS(t, 5, FACT(reported_on, day("2025-01-02")),
		FACT(support_started_on, day("2025-01-10")), FACT(closed_on, day("2025-02-01")));
	FACTS(t, 6, FACT(reported_on, day("2025-01-02")),
		FACT(care_weight, WOT__V1__CARE_WEIGHT__VALUE__HEAVY)); /* waits */
	assert_figure(t, "care_hours", "2025-01-09", 0, 0, 0, -1, 0);
	assert_figure(t, "care_hours", "2025-01", 0, 6, 6, -1, 2);
	assert_figure(t, "care_hours", "2025-02", 0, 6, 6, -1, 1);
	assert_int_equal(count_by(t, "care_hours", "2025-02", "team", "oost"), 6);
	assert_int_equal(count_by(t, "care_hours", "2025-02", "ward", "OOST"), 3);
	assert_int_equal(count_by(t, "care_hours", "2025-02", "care_weight", "UNKNOWN"), 0);
	FACTS(t, 4, FACT(care_weight, WOT__V1__CARE_WEIGHT__VALUE__LIGHT));
	FACTS(t, 3, FACT(closed_on, day("2025-02-10")));
	assert_figure(t, "care_hours", "2025-02-09", 0, 7, 7, -1, 0);
	assert_figure(t, "care_hours", "2025-02-10", 0, 4, 4, -1, 0);
	assert_replay_is_equal(t);
}

static void requests_that_somebody_referred_are_by_who_did(void **state)
{
	struct tallied *t = *state;
	FACTS(t, 1, FACT(reported_on, day("2025-01-02")), .referred_by = as_text("gp"));
	FACTS(t, 2, FACT(reported_on, day("2025-01-02")), .referred_by = as_text("police"));
	FACTS(t, 3, FACT(reported_on, day("2025-01-02")), .referred_by = as_text("gp"));
	FACTS(t, 4, FACT(reported_on, day("2025-01-02")));
	assert_figure(t, "requests_by_referrer", "2025", 0, 3, 3, -1, 0);
	assert_int_equal(count_by(t, "requests_by_referrer", "2025", NULL, "gp"), 2);
	assert_int_equal(count_by(t, "requests_by_referrer", "2025", NULL, "UNKNOWN"), -1);
	assert_int_equal(count_by(t, "help_requests", "2025", "referrer", "UNKNOWN"), 1);
}

/* Of whomever, and each attempt. */
static void every_screening_counts_by_what_came_of_it(void **state)
{
	struct tallied *t = *state;
	Wot__V1__Screening screening = WOT__V1__SCREENING__INIT;
	for (int i = 0; i < 3; i++) {
		screening.outcome = i < 2 ? WOT__V1__SCREENING__OUTCOME__NOT_REACHED
					  : WOT__V1__SCREENING__OUTCOME__WITHDRAWN;
		log_body(t, STREAM_CASE, "2025-000001", noon(day("2025-04-15") + i),
			WOT__V1__BODY__KIND_SCREENING, &screening.base);
	}
	assert_figure(t, "screenings", "2025", 0, 3, 3, -1, 0);
	assert_int_equal(count_by(t, "screenings", "2025", NULL, "NOT_REACHED"), 2);
	assert_int_equal(count_by(t, "screenings", "2025-04-17", NULL, "WITHDRAWN"), 1);
	json_t *figure = ask(t, "screenings", "2025-04-17", NULL, 0);
	const json_t *row = json_array_get(json_object_get(figure, "by"), 0);
	assert_string_equal(json_string_value(json_object_get(row, "label")), "Ingetrokken");
	json_decref(figure);
}

static void a_call_is_of_the_hour_of_its_earliest_event(void **state)
{
	enum { HOUR_MS = 3600 * 1000 };
	struct tallied *t = *state;
	int64_t at = noon(day("2025-04-17"));
	log_call(t, "a", WOT__V1__CALL__EVENT__ANSWERED, at, 20);
	assert_int_equal(count_by(t, "calls_by_hour", "2025-04-17", NULL, "12"), 1);
	log_call(t, "a", WOT__V1__CALL__EVENT__ENTERED, at - 1, -1);
	log_call(t, "a", WOT__V1__CALL__EVENT__ABANDONED, at + HOUR_MS, -1);
	assert_int_equal(count_by(t, "calls_by_hour", "2025-04-17", NULL, "11"), 1);
	assert_int_equal(count_by(t, "calls_by_hour", "2025-04-17", NULL, "12"), -1);
	log_call(t, "a", WOT__V1__CALL__EVENT__ENTERED, at - 13 * HOUR_MS,
		-1); /* the evening before */
	assert_int_equal(count_by(t, "calls_by_hour", "2025-04-16", NULL, "23"), 1);
	assert_figure(t, "calls_by_hour", "2025-04-17", 0, 0, 0, -1, 0);
	assert_replay_is_equal(t);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, tallied_setup, tallied_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(hours_are_those_of_the_care_weights_in_support),
		TEST(requests_that_somebody_referred_are_by_who_did),
		TEST(every_screening_counts_by_what_came_of_it),
		TEST(a_call_is_of_the_hour_of_its_earliest_event),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
