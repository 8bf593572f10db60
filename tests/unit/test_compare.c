/*
 * One figure by the definitions of two years: the two are those that `kpi` gives, and the cases named are those
 * that the definitions count otherwise, no more and no fewer.
 */
#include "tests/unit/tallied.h"

static json_t *compared(const struct tallied *t, const char *id, const char *period, const char *by)
{
	auto_buf struct buf text = {0};
	struct why why = {""};
	struct query query = {.id = id,
		.period = period,
		.by = by,
		.definition = 2023,
		.other = 2025,
		.today = t->today};
	if (tally_compare(t->tally, &query, &text, &why))
		fail_msg("%s", why.text);
	return json_of(&text);
}

static void assert_compared(
	const struct tallied *t, const char *id, const char *by, int cases, double difference)
{
	json_t *comparison = compared(t, id, "2025", by);
	static const uint32_t years[] = {2023, 2025};
	assert_number(comparison, "cases", cases);
	assert_number(comparison, "difference", difference);
	for (size_t side = 0; side < 2; side++) {
		json_t *figure = ask(t, id, "2025", by, years[side]);
		assert_true(json_equal(
			figure, json_array_get(json_object_get(comparison, "figures"), side)));
		json_decref(figure);
	}
	json_decref(comparison);
}

static void a_share_differs_by_the_cases_with_another_day_or_answer(void **state)
{
	struct tallied *t = *state;
	/* started in time by both; contact in time, start not; neither; youth: in neither */
	FACTS(t, 1, FACT(reported_on, day("2025-01-01")), FACT(first_contact_on, day("2025-01-05")),
		FACT(support_started_on, day("2025-01-06")));
	FACTS(t, 2, FACT(reported_on, day("2025-01-01")), FACT(first_contact_on, day("2025-01-05")),
		FACT(support_started_on, day("2025-03-06")));
	FACTS(t, 3, FACT(reported_on, day("2025-01-01")),
		FACT(support_started_on, day("2025-03-06")));
	FACTS(t, 4, FACT(reported_on, day("2025-01-01")), FACT(youth, true),
		FACT(first_contact_on, day("2025-01-05")));
	assert_compared(t, "started_within_4_weeks", NULL, 2, 1 / 3.0 - 1);
	FACTS(t, 5, FACT(reported_on, day("2025-01-01")), FACT(closed_on, day("2025-02-01")));
	assert_compared(t, "started_within_4_weeks", NULL, 2, 1 / 3.0 - 1); /* unknown by both */
}

static void days_differ_where_they_are_counted_from_another_day(void **state)
{
	struct tallied *t = *state;
	FACTS(t, 1, FACT(reported_on, day("2025-01-01")), FACT(first_contact_on, day("2025-01-01")),
		FACT(closed_on, day("2025-02-01")));
	FACTS(t, 2, FACT(reported_on, day("2025-01-01")), FACT(first_contact_on, day("2025-01-11")),
		FACT(closed_on, day("2025-02-01")));
	assert_compared(t, "lead_days", NULL, 1, 10); /* nearest rank of 21 and 31, of 31 and 31 */
}

static void reasons_that_are_merged_otherwise_differ_though_the_total_does_not(void **state)
{
	struct tallied *t = *state;
	for (uint32_t reason = 1; reason <= 8; reason++)
		FACTS(t, reason, FACT(reported_on, day("2025-01-01")),
			FACT(closed_on, day("2025-02-01")),
			FACT(closing_reason, (Wot__V1__Closed__Reason)reason));
	/* moved away, redirected to specialist care, unknown */
	assert_compared(t, "closures", NULL, 3, 0);
	assert_compared(t, "goals_met", NULL, 0, 0);
}

static void a_sum_differs_by_the_cases_of_its_parts(void **state)
{
	struct tallied *t = *state;
	FACTS(t, 1, FACT(reported_on, day("2025-01-01")), FACT(youth, true));
	FACTS(t, 2, FACT(reported_on, day("2025-01-01")));
	log_contact(t, day("2025-02-01"), WOT__V1__CHANNEL__VALUE__PHONE,
		WOT__V1__AGE_GROUP__VALUE__ADULT);
	assert_compared(t, "contacts_total", NULL, 1, -1);
	assert_compared(t, "brief_contacts", NULL, 0, 0);
}

static void without_a_period_it_is_last_year(void **state)
{
	struct tallied *t = *state;
	json_t *comparison = compared(t, "closures", NULL, NULL);
	json_t *figure = json_array_get(json_object_get(comparison, "figures"), 1);
	json_t *period = json_object_get(figure, "period");
	assert_string_equal(json_string_value(json_object_get(period, "from")), "2025-01-01");
	assert_string_equal(json_string_value(json_object_get(period, "to")), "2025-12-31");
	json_decref(comparison);
}

static void people_read_both_the_difference_and_the_rows(void **state)
{
	struct tallied *t = *state;
	auto_buf struct buf text = {0};
	struct why why = {""};
	struct query query = {.id = "closures",
		.definition = 2023,
		.other = 2025,
		.today = t->today,
		.format = QUERY_TEXT};
	FACTS(t, 1, FACT(reported_on, day("2025-01-01")), FACT(closed_on, day("2025-02-01")),
		FACT(closing_reason, WOT__V1__CLOSED__REASON__MOVED_AWAY));
	assert_int_equal(tally_compare(t->tally, &query, &text, &why), 0);
	assert_string_equal(text.data, "closures: Closures, 2025-01-01 to 2025-12-31\n"
				       "definition of        2023  2025  difference\n"
				       "value                   1     1           0\n"
				       "count                   1     1           0\n"
				       "of                      -     -           -\n"
				       "unknown                 0     0           0\n"
				       "  MOVED_AWAY            1     0          -1\n"
				       "  STOPPED_BY_CLIENT     0     1           1\n"
				       "1 case is counted otherwise\n");
}

static void what_cannot_be_compared_is_refused(void **state)
{
	struct tallied *t = *state;
	static const struct {
		const char *id;
		uint32_t years[2];
		const char *says;
	} wrong[] = {{"closures", {2023, 0}, "two years"}, {NULL, {2023, 2025}, "one KPI"},
		{"nothing", {2023, 2025}, "there is no KPI nothing"},
		{"closures", {2023, 1825}, "there is no definition of 1825"}};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		auto_buf struct buf text = {0};
		struct why why = {""};
		struct query query = {.id = wrong[i].id,
			.definition = wrong[i].years[0],
			.other = wrong[i].years[1],
			.today = t->today};
		assert_int_not_equal(tally_compare(t->tally, &query, &text, &why), 0);
		if (!strstr(why.text, wrong[i].says))
			fail_msg("expected \"%s\" in: %s", wrong[i].says, why.text);
		assert_int_equal(text.len, 0);
	}
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, tallied_setup, tallied_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_share_differs_by_the_cases_with_another_day_or_answer),
		TEST(days_differ_where_they_are_counted_from_another_day),
		TEST(reasons_that_are_merged_otherwise_differ_though_the_total_does_not),
		TEST(a_sum_differs_by_the_cases_of_its_parts),
		TEST(without_a_period_it_is_last_year),
		TEST(people_read_both_the_difference_and_the_rows),
		TEST(what_cannot_be_compared_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
