/*
 * What tests/suppress once found that a viewer could work out, a test for each kind: by what one answer said that another
 * hid, by what was named, and by what was not there.
 */
#include "tests/unit/suppress_fixture.h"

#include <math.h>

/* 0: it is not known why. */
static void log_closed(
	struct tallied *t, uint32_t number, uint32_t count, Wot__V1__Closed__Reason reason)
{
	for (uint32_t i = 0; i < count; i++)
		FACTS(t, number + i, FACT(reported_on, day("2025-01-05")),
			FACT(first_contact_on, day("2025-01-06")),
			FACT(support_started_on, day("2025-01-07")),
			FACT(closed_on, day("2025-02-07")), .has_closing_reason = reason != 0,
			.closing_reason = reason);
}

/* A year that chose by itself what hides with OOST chose WEST, of which all quarters were shown. */
static void a_year_hides_with_its_quarters_before_it_chooses_by_itself(void **state)
{
	struct tallied *t = *state;
	uint32_t next = log_requests(t, 1, 3, "2025-02-01", "OOST");
	next = log_requests(t, next, 6, "2025-02-01", "ZUID");
	next = log_requests(t, next, 30, "2025-02-01", "WEST");
	log_requests(t, next, 40, "2025-05-01", "ZUID");
	assert_seen(t, "help_requests", "2025-Q1", "ward", "39: WEST 30, OOST x, ZUID x");
	assert_seen(t, "help_requests", "2025", "ward", "79: WEST 30, OOST x, ZUID x");
}

/* The year named OOST and ZUID, the other quarters show neither: so these are what the first one has. */
static void a_year_names_no_rows_that_one_of_its_quarters_may_not_name(void **state)
{
	struct tallied *t = *state;
	uint32_t next = log_requests(t, 1, 4, "2025-02-01", "OOST");
	next = log_requests(t, next, 1, "2025-02-01", "ZUID");
	log_requests(t, next, 30, "2025-05-01", "WEST");
	assert_seen(t, "help_requests", "2025-Q1", "ward", "5");
	assert_seen(t, "help_requests", "2025-Q2", "ward", "30: WEST 30");
	assert_seen(t, "help_requests", "2025", "ward", "35");
}

/* Whoever has no problem is not in FINANCE: 11 less 8 are 3 at most. */
static void a_row_of_a_list_does_not_say_how_few_are_unknown(void **state)
{
	struct tallied *t = *state;
	log_requests(t, 1, 3, "2025-02-01", "OOST");
	for (uint32_t i = 0; i < 8; i++)
		FACTS(t, 20 + i, FACT(reported_on, day("2025-02-01")),
			.problems = (Wot__V1__Problem__Value[]){WOT__V1__PROBLEM__VALUE__FINANCE,
				WOT__V1__PROBLEM__VALUE__HOUSING},
			.n_problems = i < 5 ? 2 : 1);
	assert_seen(t, "open_cases", "2025-Q1", "problem", "11: HOUSING 5, FINANCE x, UNKNOWN x");
	/* Nor is more hidden of requests for that none were redirected, so few as that is: it is a share of 11. */
	assert_seen(t, "redirected_to_welfare", "2025-Q1", NULL, "0");
	assert_seen(
		t, "help_requests", "2025-Q1", "problem", "11: HOUSING 5, FINANCE x, UNKNOWN x");
}

/* That UNKNOWN is named says that FINANCE is 4 at most, and so is HOUSING, though they add up to more. */
static void a_list_of_as_few_as_that_names_no_rows(void **state)
{
	struct tallied *t = *state;
	log_requests(t, 1, 1, "2025-02-01", "OOST");
	for (uint32_t i = 0; i < 4; i++)
		FACTS(t, 20 + i, FACT(reported_on, day("2025-02-01")),
			PROBLEMS(WOT__V1__PROBLEM__VALUE__FINANCE,
				WOT__V1__PROBLEM__VALUE__HOUSING));
	assert_seen(t, "help_requests", "2025-Q1", "problem", "5");
}

/* goals_met is hidden, for of 2 it is not known. Were the reasons named, all the others would not have met them. */
static void a_hidden_total_is_not_told_by_a_row_that_is_not_there(void **state)
{
	struct tallied *t = *state;
	log_closed(t, 1, 8, WOT__V1__CLOSED__REASON__STOPPED_BY_CLIENT);
	assert_seen(t, "closures", "2025-Q1", "reason", "8: STOPPED_BY_CLIENT 8");
	log_closed(t, 20, 2, 0);
	assert_seen(t, "goals_met", "2025-Q1", NULL, "x?");
	assert_seen(t, "closures", "2025-Q1", "reason", "10?");
}

/* Its rows are those of closures, which may not be named; and people are involved in requests. */
static void no_figure_names_the_rows_that_another_one_of_the_same_may_not(void **state)
{
	struct tallied *t = *state;
	log_closed(t, 1, 8, WOT__V1__CLOSED__REASON__STOPPED_BY_CLIENT);
	assert_seen(t, "unknown_first_contact", "2025-Q1", "reason", "0: STOPPED_BY_CLIENT 0");
	log_closed(t, 20, 2, 0);
	assert_seen(t, "unknown_first_contact", "2025-Q1", "reason", "0");
	for (uint32_t i = 0; i < 5; i++)
		FACTS(t, 40 + i, FACT(reported_on, day("2025-05-01")), FACT(people_involved, 3),
			.ward = as_text(i < 4 ? "OOST" : "ZUID"));
	assert_seen(t, "help_requests", "2025-Q2", "ward", "5");
	assert_seen(t, "people_involved", "2025-Q2", "ward", "15");
}

/* Of how many the reason is not known is a row of closures: that number goes, and the count stays. */
static void how_many_are_unknown_is_hidden_alone_where_only_that_tells(void **state)
{
	struct tallied *t = *state;
	log_closed(t, 1, 8, WOT__V1__CLOSED__REASON__STOPPED_BY_CLIENT);
	log_closed(t, 20, 2, 0);
	assert_seen(t, "unknown_closing_reason", "2025-Q1", NULL, "x");
	assert_seen(t, "closures", "2025-Q1", NULL, "10?");
	/* And is not hidden for the shares of it that seem to be shown until they are not. */
	assert_seen(t, "closures", "2025-02", NULL, "10?");
}

/* Those without a problem are a row of requests, and of a month there are no rows that could be hidden. */
static void how_many_are_unknown_is_hidden_of_the_months_as_well(void **state)
{
	struct tallied *t = *state;
	log_requests(t, 1, 8, "2025-02-01", "OOST");
	for (uint32_t i = 0; i < 3; i++)
		FACTS(t, 20 + i, FACT(reported_on, day("2025-02-01")),
			PROBLEMS(WOT__V1__PROBLEM__VALUE__FINANCE));
	assert_seen(t, "problem_areas", "2025-Q1", NULL, "11?: FINANCE x, UNKNOWN x");
	assert_seen(t, "problem_areas", "2025-02", NULL, "11?");
}

/* Requests of a month are hidden, and people in them were 0: so of the contacts, hidden as well, all were brief. */
static void that_there_are_none_is_told_by_nobody(void **state)
{
	struct tallied *t = *state;
	for (uint32_t i = 0; i < 3; i++)
		FACTS(t, i + 1, FACT(reported_on, day("2025-01-05")), FACT(people_involved, 3));
	assert_seen(t, "help_requests", "2025-02", NULL, "x");
	assert_seen(t, "people_involved", "2025-Q1", NULL, "9?");
	assert_seen(t, "people_involved", "2025-02", NULL, "x?");
	assert_seen(t, "people_involved", "2025-05", NULL, "0");
}

/* Of `late` support starts after 40 days; `never` are closed without a start, so that it is not known. */
static void log_late(struct tallied *t, uint32_t number, uint32_t late, uint32_t never,
	const char *month, Wot__V1__CareWeight__Value weight)
{
	char first[16];
	snprintf(first, sizeof first, "%s-01", month);
	for (uint32_t i = 0; i < late + never; i++)
		FACTS(t, number + i, FACT(reported_on, day(first) - 40),
			.has_support_started_on = i < late, .support_started_on = day(first),
			.has_closed_on = i >= late, .closed_on = day(first),
			FACT(care_weight, weight));
}

/* Who was closed without a start is not known to have waited, and of the closures all but 3. */
static void what_follows_from_how_many_are_unknown_is_hidden_with_it(void **state)
{
	struct tallied *t = *state;
	auto_figures struct figures figures = {0};
	struct why why = {""};
	log_late(t, 1, 8, 7, "2025-02", WOT__V1__CARE_WEIGHT__VALUE__HEAVY);
	log_closed(t, 20, 3, WOT__V1__CLOSED__REASON__OTHER);
	for (uint32_t i = 0; i < 20; i++)
		FACTS(t, 40 + i, FACT(reported_on, day("2025-02-01")),
			FACT(support_started_on, day("2025-02-03")));
	assert_seen(t, "unknown_support_start", "2025-Q1", NULL, "x");
	assert_seen(t, "started_within_4_weeks", "2025-Q1", NULL, "23?");
	assert_int_equal(
		figures_of(t, "started_within_4_weeks", "2025-Q1", NULL, &figures, &why), 0);
	assert_true(figure_norm(figures.items)->kind != NORM_NONE);
	assert_true(!figures.items->total.has_range && !figures.items->verdict);
}

/* Of 2 it is not known when they started, so their row is hidden. That none at all started in time says that none in it
 * did: so that it would be known by those who waited. */
static void a_hidden_share_of_none_is_not_told_by_what_it_is_a_share_of(void **state)
{
	struct tallied *t = *state;
	log_late(t, 1, 6, 2, "2025-01", WOT__V1__CARE_WEIGHT__VALUE__HEAVY);
	log_late(t, 20, 7, 5, "2025-02", WOT__V1__CARE_WEIGHT__VALUE__LIGHT);
	log_late(t, 40, 20, 0, "2025-03", WOT__V1__CARE_WEIGHT__VALUE__MEDIUM);
	assert_seen(t, "started_within_1_week", "2025-Q1", "care_weight",
		"0: MEDIUM 0, LIGHT x, HEAVY x");
	assert_seen(t, "waiting_days", "2025-Q1", "care_weight", "33: MEDIUM 20, LIGHT x, HEAVY x");
	assert_seen(t, "started_within_1_week", "2025-Q1", "month",
		"0: 2025-01 x, 2025-02 x, 2025-03 0");
	assert_seen(t, "waiting_days", "2025-Q1", "month", "33: 2025-01 x, 2025-02 x, 2025-03 20");
}

/* Nor is the year said to have none, where quarters are hidden that would be known by it. */
static void a_year_of_none_is_hidden_with_its_quarters(void **state)
{
	struct tallied *t = *state;
	log_late(t, 1, 6, 3, "2025-01", WOT__V1__CARE_WEIGHT__VALUE__HEAVY);
	log_late(t, 20, 6, 3, "2025-04", WOT__V1__CARE_WEIGHT__VALUE__HEAVY);
	log_late(t, 40, 20, 0, "2025-07", WOT__V1__CARE_WEIGHT__VALUE__HEAVY);
	assert_seen(t, "started_within_1_week", "2025-Q1", NULL, "x?");
	assert_seen(t, "started_within_1_week", "2025-Q2", NULL, "x?");
	assert_seen(t, "started_within_1_week", "2025-Q3", NULL, "0");
	assert_seen(t, "waiting_days", "2025-Q1", NULL, "6?");
	assert_seen(t, "started_within_1_week", "2025", NULL, "x?");
	assert_seen(t, "waiting_days", "2025", NULL, "32?");
}

static void log_contacts(struct tallied *t, uint32_t count, const char *on)
{
	for (uint32_t i = 0; i < count; i++)
		log_contact(t, day(on), WOT__V1__CHANNEL__VALUE__PHONE,
			WOT__V1__AGE_GROUP__VALUE__ADULT);
}

/* A sum that chose by itself what hides with January chose March, of which both parts are shown. */
static void a_sum_hides_with_its_parts_before_it_chooses_by_itself(void **state)
{
	struct tallied *t = *state;
	uint32_t next = log_requests(t, 1, 4, "2025-01-10", "OOST");
	log_requests(t, next, 5, "2025-02-10", "OOST");
	log_contacts(t, 2, "2025-01-10");
	log_contacts(t, 4, "2025-02-10");
	log_contacts(t, 6, "2025-03-10");
	assert_seen(t, "contacts_total", "2025-Q1", "month", "21: 2025-01 x, 2025-02 x, 2025-03 6");
	assert_seen(t, "help_requests", "2025-Q1", "month", "9: 2025-01 x, 2025-02 x, 2025-03 0");
	assert_seen(t, "brief_contacts", "2025-Q1", "month", "12: 2025-01 x, 2025-02 x, 2025-03 6");
}

/* That PHYSICAL_HEALTH is not there says that all who were closed with it, and that is one at least, had started: so 4
 * of 5 at most had not. */
static void how_few_are_unknown_is_not_told_by_a_row_that_is_not_there(void **state)
{
	struct tallied *t = *state;
	for (uint32_t i = 0; i < 20; i++)
		FACTS(t, i + 1, FACT(reported_on, day("2025-02-01")),
			FACT(support_started_on, day("2025-02-03")),
			PROBLEMS(WOT__V1__PROBLEM__VALUE__HOUSING));
	FACTS(t, 30, FACT(reported_on, day("2025-01-05")), FACT(closed_on, day("2025-02-07")),
		PROBLEMS(WOT__V1__PROBLEM__VALUE__HOUSING));
	assert_seen(t, "waiting_days", "2025-Q1", "problem", "20?: HOUSING 20");
	for (uint32_t i = 0; i < 4; i++)
		FACTS(t, 40 + i, FACT(reported_on, day("2024-12-01")),
			FACT(support_started_on, day("2024-12-07")),
			FACT(closed_on, day("2025-02-07")),
			PROBLEMS(WOT__V1__PROBLEM__VALUE__FINANCE,
				WOT__V1__PROBLEM__VALUE__PHYSICAL_HEALTH));
	assert_seen(
		t, "closures", "2025-Q1", "problem", "5: FINANCE x, HOUSING x, PHYSICAL_HEALTH x");
	assert_seen(t, "waiting_days", "2025-Q1", "problem", "20?");
}

static void log_started(struct tallied *t, uint32_t number, uint32_t count, const char *on)
{
	for (uint32_t i = 0; i < count; i++)
		FACTS(t, number + i, FACT(reported_on, day("2025-02-01")),
			FACT(support_started_on, day(on)), .ward = as_text("OOST"));
}

/* Of 9 that were not reached in time of 6 it is not known: 3 were reached late, which a page draws as a part. */
static void how_few_are_left_by_what_is_unknown_among_them_is_hidden(void **state)
{
	static const char first_contact[] = "first_contact_within_5_working_days";
	struct tallied *t = *state;
	for (uint32_t i = 0; i < 16; i++)
		FACTS(t, 1 + i, FACT(reported_on, day("2025-02-03")),
			FACT(first_contact_on, day(i < 10 ? "2025-02-04" : "2025-03-03")));
	for (uint32_t i = 0; i < 6; i++)
		FACTS(t, 40 + i, FACT(reported_on, day("2025-02-03")),
			FACT(support_started_on, day("2025-02-10")));
	assert_seen(t, first_contact, "2025-Q1", NULL, "10");
	for (uint32_t i = 10; i < 13; i++)
		FACTS(t, 1 + i, FACT(reported_on, day("2025-02-03")),
			FACT(first_contact_on, day("2025-02-04")));
	assert_seen(t, first_contact, "2025-Q1", NULL, "x");
}

/* Of waiting_days, and of a row of it in which there are any. */
static void assert_spread(struct tallied *t, const char *period, const char *by, bool expected)
{
	auto_figures struct figures figures = {0};
	struct why why;
	assert_int_equal(figures_of(t, "waiting_days", period, by, &figures, &why), 0);
	const struct figure *figure = figures.items;
	const struct value *values[] = {&figure->total, &figure->total};
	for (size_t r = 0; r < figure->row_count; r++) {
		if (figure->rows[r].value.counts.count)
			values[1] = &figure->rows[r].value;
	}
	for (size_t i = 0; i < 2; i++) {
		assert_true(values[i]->counts.count >= 13);
		assert_int_equal(values[i]->known, expected);
		assert_int_equal(values[i]->has_spread, expected);
		assert_int_equal(values[i]->no_spread, !expected);
		assert_int_equal(values[i]->p90, expected ? 9 : 0);
	}
}

/* 9 of 10 waited 2 days at most: of 13 no more than 1 waited over a week, and that is what the share hides. */
static void a_median_does_not_say_how_few_waited_longer(void **state)
{
	struct tallied *t = *state;
	log_started(t, 1, 12, "2025-02-03");
	log_started(t, 20, 1, "2025-02-10");
	assert_seen(t, "started_within_1_week", "2025-Q1", NULL, "x?");
	assert_spread(t, "2025-Q1", NULL, false);
	assert_spread(t, "2025-02", NULL, false);
	assert_spread(t, "2025-Q1", "ward", false);
	assert_spread(t, "2025-Q1", "month", false);
	/* Of how many it is others show too. */
	assert_seen(t, "waiting_days", "2025-Q1", NULL, "13?");
	log_started(t, 40, 5, "2025-02-10");
	assert_spread(t, "2025-Q1", "ward", true);
	assert_spread(t, "2025-02", NULL, true);
}

/* Of four quarters the means of three, and of the year, would be that of the other. */
static void no_mean_is_told_of_days_that_a_share_has_a_limit_of(void **state)
{
	struct tallied *t = *state;
	auto_figures struct figures figures = {0};
	struct why why;
	log_started(t, 1, 12, "2025-02-03");
	assert_int_equal(figures_of(t, "waiting_days", "2025-Q1", "ward", &figures, &why), 0);
	assert_true(figures.items->total.has_spread && isnan(figures.items->total.mean));
	assert_int_equal(figures.items->rows[0].value.p90, 2);
	assert_true(isnan(figures.items->rows[0].value.mean));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TALLIED(a_year_hides_with_its_quarters_before_it_chooses_by_itself),
		TALLIED(a_year_names_no_rows_that_one_of_its_quarters_may_not_name),
		TALLIED(a_row_of_a_list_does_not_say_how_few_are_unknown),
		TALLIED(a_list_of_as_few_as_that_names_no_rows),
		TALLIED(a_hidden_total_is_not_told_by_a_row_that_is_not_there),
		TALLIED(no_figure_names_the_rows_that_another_one_of_the_same_may_not),
		TALLIED(how_many_are_unknown_is_hidden_alone_where_only_that_tells),
		TALLIED(how_many_are_unknown_is_hidden_of_the_months_as_well),
		TALLIED(that_there_are_none_is_told_by_nobody),
		TALLIED(what_follows_from_how_many_are_unknown_is_hidden_with_it),
		TALLIED(a_hidden_share_of_none_is_not_told_by_what_it_is_a_share_of),
		TALLIED(a_year_of_none_is_hidden_with_its_quarters),
		TALLIED(a_sum_hides_with_its_parts_before_it_chooses_by_itself),
		TALLIED(how_few_are_unknown_is_not_told_by_a_row_that_is_not_there),
		TALLIED(how_few_are_left_by_what_is_unknown_among_them_is_hidden),
		TALLIED(a_median_does_not_say_how_few_waited_longer),
		TALLIED(no_mean_is_told_of_days_that_a_share_has_a_limit_of),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
