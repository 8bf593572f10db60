/*
 * What tests/suppress once found that a viewer could work out, a test for each kind: by what one answer said that another
 * hid, by what was named, and by what was not there.
 */
#include "tests/unit/suppress_fixture.h"

static void log_closed(struct tallied *t, uint32_t number, uint32_t count, bool has_reason)
{
	for (uint32_t i = 0; i < count; i++)
		FACTS(t, number + i, FACT(reported_on, day("2025-01-05")),
			FACT(first_contact_on, day("2025-01-06")),
			FACT(support_started_on, day("2025-01-07")),
			FACT(closed_on, day("2025-02-07")), .has_closing_reason = has_reason,
			.closing_reason = WOT__V1__CLOSED__REASON__STOPPED_BY_CLIENT);
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
	assert_seen(
		t, "help_requests", "2025-Q1", "problem", "11: HOUSING 5, FINANCE x, UNKNOWN x");
}

/* That UNKNOWN is named says that FINANCE is 4 at most. */
static void a_list_of_as_few_as_that_names_no_rows(void **state)
{
	struct tallied *t = *state;
	log_requests(t, 1, 1, "2025-02-01", "OOST");
	for (uint32_t i = 0; i < 4; i++)
		FACTS(t, 20 + i, FACT(reported_on, day("2025-02-01")),
			PROBLEMS(WOT__V1__PROBLEM__VALUE__FINANCE));
	assert_seen(t, "help_requests", "2025-Q1", "problem", "5");
}

/* goals_met is hidden, for of 2 it is not known. Were the reasons named, all the others would not have met them. */
static void a_hidden_total_is_not_told_by_a_row_that_is_not_there(void **state)
{
	struct tallied *t = *state;
	log_closed(t, 1, 8, true);
	assert_seen(t, "closures", "2025-Q1", "reason", "8: STOPPED_BY_CLIENT 8");
	log_closed(t, 20, 2, false);
	assert_seen(t, "goals_met", "2025-Q1", NULL, "x?");
	assert_seen(t, "closures", "2025-Q1", "reason", "10?");
}

/* Its rows are those of closures, which may not be named. */
static void no_figure_names_the_rows_that_another_one_of_the_same_may_not(void **state)
{
	struct tallied *t = *state;
	log_closed(t, 1, 8, true);
	assert_seen(t, "unknown_first_contact", "2025-Q1", "reason", "0: STOPPED_BY_CLIENT 0");
	log_closed(t, 20, 2, false);
	assert_seen(t, "unknown_first_contact", "2025-Q1", "reason", "0");
}

/* Of how many the reason is not known is a row of closures: that number goes, with what follows from it, of the months as
 * well; the count stays. */
static void how_many_are_unknown_is_hidden_alone_where_only_that_tells(void **state)
{
	struct tallied *t = *state;
	auto_figures struct figures figures = {0};
	struct why why = {""};
	log_closed(t, 1, 8, true);
	log_closed(t, 20, 2, false);
	assert_seen(t, "unknown_closing_reason", "2025-Q1", NULL, "x");
	assert_seen(t, "closures", "2025-Q1", NULL, "10?");
	assert_seen(t, "closures", "2025-02", NULL, "10?");
	assert_int_equal(figures_of(t, "closures", "2025-Q1", NULL, &figures, &why), 0);
	assert_true(!figures.items->total.has_range && !figures.items->verdict);
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
		TALLIED(that_there_are_none_is_told_by_nobody),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
