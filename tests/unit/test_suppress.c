/*
 * A viewer must not find a person in the figures, not even by arithmetic: what is hidden by itself, what hides with
 * it, and over quarters, months and KPIs; and what he may ask at all. tests/suppress attacks the same over HTTP.
 */
#include "config/wards.h"
#include "lib/calendar.h"
#include "tests/unit/suppress_fixture.h"

static void a_small_row_hides_with_the_next_smallest(void **state)
{
	struct tallied *t = *state;
	uint32_t next = log_requests(t, 1, 3, "2025-02-01", "OOST");
	next = log_requests(t, next, 20, "2025-02-01", "NOORDRAND");
	next = log_requests(t, next, 6, "2025-02-01", "ZUID");
	assert_seen(t, "help_requests", "2025-Q1", "ward", "29: NOORDRAND 20, OOST x, ZUID x");
	log_requests(t, next, 2, "2025-02-01", "GROENOORD");
	assert_seen(t, "help_requests", "2025-Q1", "ward",
		"31: NOORDRAND 20, GROENOORD x, OOST x, ZUID x");
}

static void rows_of_which_all_would_be_known_are_not_even_named(void **state)
{
	struct tallied *t = *state;
	uint32_t next = log_requests(t, 1, 4, "2025-02-01", "OOST");
	log_requests(t, next, 1, "2025-02-01", "ZUID");
	assert_seen(t, "help_requests", "2025-Q1", "ward", "5");
}

static void a_total_of_few_is_hidden_with_all_of_its_rows(void **state)
{
	struct tallied *t = *state;
	log_requests(t, 1, 4, "2025-02-01", "OOST");
	assert_seen(t, "help_requests", "2025-Q1", "ward", "x");
	assert_seen(t, "help_requests", "2025-Q2", "ward", "0");
}

static void a_share_is_hidden_where_few_do_not_count(void **state)
{
	struct tallied *t = *state;
	for (uint32_t i = 0; i < 40; i++)
		FACTS(t, i + 1, FACT(reported_on, day("2025-01-05")),
			FACT(support_started_on,
				day("2025-01-05") + (i == 0 || (i >= 10 && i < 16) ? 40 : 3)),
			.ward = as_text(i < 10   ? "OOST"
					: i < 20 ? "WEST"
						 : "ZUID"));
	assert_seen(t, "started_within_4_weeks", "2025-Q1", "ward", "33: ZUID 20, OOST x, WEST x");
}

static void a_year_hides_what_one_of_its_quarters_hides(void **state)
{
	struct tallied *t = *state;
	uint32_t next = log_requests(t, 1, 3, "2025-02-01", "OOST");
	next = log_requests(t, next, 6, "2025-02-01", "ZUID");
	next = log_requests(t, next, 9, "2025-02-01", "WEST");
	next = log_requests(t, next, 10, "2025-05-01", "OOST");
	next = log_requests(t, next, 10, "2025-05-01", "ZUID");
	log_requests(t, next, 10, "2025-05-01", "WEST");
	assert_seen(t, "help_requests", "2025-Q1", "ward", "18: WEST 9, OOST x, ZUID x");
	assert_seen(t, "help_requests", "2025-Q2", "ward", "30: OOST 10, WEST 10, ZUID 10");
	assert_seen(t, "help_requests", "2025", "ward", "48: WEST 19, OOST x, ZUID x");
}

static void the_months_of_a_quarter_hide_two_by_two(void **state)
{
	struct tallied *t = *state;
	uint32_t next = log_requests(t, 1, 3, "2025-01-01", "OOST");
	next = log_requests(t, next, 7, "2025-02-01", "OOST");
	log_requests(t, next, 9, "2025-03-01", "OOST");
	assert_seen(t, "help_requests", "2025-01", NULL, "x");
	assert_seen(t, "help_requests", "2025-02", NULL, "x");
	assert_seen(t, "help_requests", "2025-03", NULL, "9");
	assert_seen(t, "help_requests", "2025-Q1", NULL, "19");
}

static void a_series_by_month_hides_what_each_month_hides(void **state)
{
	struct tallied *t = *state;
	uint32_t next = log_requests(t, 1, 3, "2025-01-01", "OOST");
	next = log_requests(t, next, 7, "2025-02-01", "OOST");
	log_requests(t, next, 9, "2025-03-01", "OOST");
	assert_seen(t, "help_requests", "2025-Q1", "month", "19: 2025-01 x, 2025-02 x, 2025-03 9");
	assert_seen(t, "help_requests", "2025-Q2", "month", "0: 2025-04 0, 2025-05 0, 2025-06 0");
	log_requests(t, 100, 4, "2025-08-01", "OOST");
	assert_seen(t, "help_requests", "2025-Q3", "month", "x: 2025-07 x, 2025-08 x, 2025-09 x");
}

static void a_quarter_of_few_hides_the_year(void **state)
{
	struct tallied *t = *state;
	uint32_t next = log_requests(t, 1, 3, "2025-01-01", "OOST");
	next = log_requests(t, next, 7, "2025-05-01", "OOST");
	assert_seen(t, "help_requests", "2025-Q1", NULL, "x");
	assert_seen(t, "help_requests", "2025-Q2", NULL, "7");
	assert_seen(t, "help_requests", "2025", NULL, "x");
	log_requests(t, next, 4, "2025-08-01", "OOST");
	assert_seen(t, "help_requests", "2025", NULL, "14"); /* of Q1 and Q3 it says 7 */
}

/* Who sees by a share of what it is taken would see the number of requests. */
static void what_another_figure_would_tell_is_hidden_there_too(void **state)
{
	struct tallied *t = *state;
	uint32_t next = log_requests(t, 1, 3, "2025-02-01", "OOST");
	next = log_requests(t, next, 6, "2025-02-01", "ZUID");
	log_requests(t, next, 9, "2025-02-01", "WEST");
	assert_seen(t, "unknown_age", "2025-Q1", "ward", "18: WEST 9, OOST x, ZUID x");
}

/* 1 without a ward: so says the row UNKNOWN, and so does the KPI that counts them. */
static void a_total_that_is_a_hidden_row_of_another_is_hidden(void **state)
{
	struct tallied *t = *state;
	uint32_t next = log_requests(t, 1, 6, "2025-02-01", "OOST");
	next = log_requests(t, next, 4, "2025-02-01", "ZUID");
	log_requests(t, next, 6, "2025-02-01", NULL);
	assert_seen(t, "help_requests", "2025-Q1", "ward", "16: UNKNOWN 6, OOST x, ZUID x");
	assert_seen(t, "unknown_ward", "2025-Q1", NULL, "6");
	log_requests(t, 100, 1, "2025-05-01", NULL);
	log_requests(t, 101, 9, "2025-05-01", "ZUID");
	assert_seen(t, "help_requests", "2025-Q2", "ward", "10: UNKNOWN x, ZUID x");
	assert_seen(t, "unknown_ward", "2025-Q2", NULL, "x");
}

static void few_with_any_problem_do_not_follow_from_those_without(void **state)
{
	struct tallied *t = *state;
	log_requests(t, 1, 8, "2025-02-01", "OOST");
	for (uint32_t i = 0; i < 3; i++)
		FACTS(t, 20 + i, FACT(reported_on, day("2025-02-01")),
			PROBLEMS(WOT__V1__PROBLEM__VALUE__FINANCE,
				WOT__V1__PROBLEM__VALUE__HOUSING));
	assert_seen(
		t, "help_requests", "2025-Q1", "problem", "11: FINANCE x, HOUSING x, UNKNOWN x");
	/* How many are not known would be that row. How many there are, others tell as well. */
	assert_seen(
		t, "problem_areas", "2025-Q1", "problem", "11?: FINANCE x, HOUSING x, UNKNOWN x");
}

static void what_counts_no_people_is_shown(void **state)
{
	struct tallied *t = *state;
	Wot__V1__Complaint complaint = WOT__V1__COMPLAINT__INIT;
	log_body(t, STREAM_INTAKE, NULL, noon(day("2025-02-01")), WOT__V1__BODY__KIND_COMPLAINT,
		&complaint.base);
	assert_seen(t, "complaints", "2025-Q1", NULL, "1");
}

/* 6 hours may be of two people. */
static void hours_are_no_number_of_people_and_never_shown(void **state)
{
	struct tallied *t = *state;
	for (uint32_t i = 0; i < 40; i++)
		FACTS(t, i + 1, FACT(reported_on, day("2025-02-01")),
			FACT(support_started_on, day("2025-02-03")),
			FACT(care_weight, WOT__V1__CARE_WEIGHT__VALUE__HEAVY));
	assert_seen(t, "open_cases", "2025-Q1", NULL, "40");
	assert_seen(t, "care_hours", "2025-Q1", "ward", "x");
}

static void nothing_that_is_judged_stays_of_a_hidden_total(void **state)
{
	struct tallied *t = *state;
	auto_figures struct figures figures = {0};
	struct why why = {""};
	log_requests(t, 1, 4, "2025-02-01", "OOST");
	assert_int_equal(figures_of(t, NULL, "2025-Q1", NULL, &figures, &why), 0);
	size_t judged = 0;
	for (size_t i = 0; i < figures.count; i++) {
		const struct figure *figure = &figures.items[i];
		judged += figure->suppressed && figure_norm(figure)->kind != NORM_NONE;
		assert_true(!figure->suppressed ||
			    (!figure->verdict && !figure->spans_over && !figure->has_needed));
	}
	assert_true(judged > 1);
}

/* A share that is shown, beside the rest of the total: only of rows that are. */
static void a_hidden_row_is_not_said_to_differ_from_the_rest(void **state)
{
	struct tallied *t = *state;
	auto_figures struct figures figures = {0};
	struct why why = {""};
	for (uint32_t i = 0; i < 400; i++)
		FACTS(t, i + 1, FACT(reported_on, day("2025-01-05")),
			FACT(support_started_on, day("2025-01-05") + (i < 98 || i > 300 ? 40 : 3)),
			.ward = as_text(i < 100   ? "OOST"
					: i < 200 ? "WEST"
						  : "ZUID"));
	assert_int_equal(
		figures_of(t, "started_within_4_weeks", "2025-Q1", "ward", &figures, &why), 0);
	size_t hidden = 0;
	for (size_t i = 0; i < figures.items->row_count; i++) {
		const struct figure_row *row = &figures.items->rows[i];
		hidden += row->suppressed;
		assert_true(!row->suppressed || row->group == DIFFERENCE_UNJUDGED);
	}
	assert_true(hidden > 1);
}

/* No role that may not see all asks one, and where one comes all the same it has no rows to follow from. */
static void a_cross_has_no_rows_at_all(void **state)
{
	struct tallied *t = *state;
	uint32_t next = log_requests(t, 1, 20, "2025-02-01", "OOST");
	log_requests(t, next, 30, "2025-02-01", "ZUID");
	const struct query query = {
		.id = "help_requests", .period = "2025-Q1", .by = "ward,age", .today = t->today};
	auto_figures struct figures figures = {0};
	struct why why;
	assert_int_equal(query_figures(tally_kpis(t->tally), &query, &figures, &why), 0);
	assert_int_equal(figures.items[0].by_count, 2);
	assert_true(figures.items[0].row_count > 0);
	suppress_figures(tally_kpis(t->tally), NULL, 5, &figures);
	assert_int_equal(figures.items[0].row_count, 0);
	assert_int_equal(figures.items[0].total.counts.count, 50);
}

static const struct {
	const char *period, *by;
	int err;
} asked_by_a_viewer[] = {
	{"2025", "ward", 0},
	{"2026-Q3", "reason", 0},
	{"2025", "month", 0},
	{"2026-Q4", "month", ERR_FORBIDDEN},
	{"2025-03", "month", ERR_FORBIDDEN},
	{"2025", "month,ward", ERR_FORBIDDEN},
	{"2025", "day", ERR_FORBIDDEN},
	{"2026-10", NULL, 0},
	{NULL, NULL, 0},
	{"2026", NULL, ERR_FORBIDDEN},
	{"2026-Q4", NULL, ERR_FORBIDDEN},
	{"2026-11", NULL, ERR_FORBIDDEN},
	{"2025-03", "ward", ERR_FORBIDDEN},
	{"2025-Q1", "team", ERR_FORBIDDEN},
	{"2025-Q1", "ward,age", ERR_FORBIDDEN},
	{"2025-Q1", "referrer", ERR_FORBIDDEN},
	{"2025-Q1", "outcome", ERR_FORBIDDEN},
	{"2025-Q1", "hour", ERR_FORBIDDEN},
	{"2025-03-01", NULL, ERR_FORBIDDEN},
	{"today", NULL, ERR_FORBIDDEN},
	{"7d", NULL, ERR_FORBIDDEN},
	{"year", NULL, ERR_FORBIDDEN},
	{"quarter", NULL, ERR_FORBIDDEN},
	{"2025-01-01..2025-06-30", NULL, ERR_FORBIDDEN},
	{"2024-01-01..2025-12-31", NULL, ERR_FORBIDDEN},
	{"2025-01-15..2025-02-14", NULL, ERR_FORBIDDEN},
	{"2025-13", NULL, ERR_INVALID},
};

static void a_viewer_is_told_what_may_be_asked(void **state)
{
	struct tallied *t = *state; /* today is 2026-11-21 */
	for (size_t i = 0; i < sizeof asked_by_a_viewer / sizeof *asked_by_a_viewer; i++) {
		auto_figures struct figures figures = {0};
		struct why why = {""};
		int err = figures_of(t, NULL, asked_by_a_viewer[i].period, asked_by_a_viewer[i].by,
			&figures, &why);
		if (err != asked_by_a_viewer[i].err)
			fail_msg("%s by %s: %d %s", asked_by_a_viewer[i].period,
				asked_by_a_viewer[i].by, err, why.text);
		if (err == ERR_FORBIDDEN)
			assert_non_null(strstr(why.text, "month, ward, age, care_weight"));
		if (!err && !asked_by_a_viewer[i].period)
			assert_int_equal(figures.items[0].period.from, day("2026-07-01"));
	}
	struct query others[] = {
		{.period = "2025", .definition = 2023, .today = t->today},
		{.period = "2025", .beside = BESIDE_LAST_YEAR, .today = t->today},
	};
	for (size_t i = 0; i < 2; i++) {
		struct figures figures = {0};
		struct why why;
		assert_int_equal(
			suppress_query(tally_kpis(t->tally), &others[i], 5, &figures, &why),
			ERR_FORBIDDEN);
	}
}

/* Else the rows of a day would say in which wards it had any: so they are named before one is looked at. */
static void what_may_not_be_asked_names_the_same_rows_whatever_there_is(void **state)
{
	struct tallied *t = *state;
	struct ward items[] = {{.key = "OOST"}, {.key = "ZUID"}};
	const struct wards wards = {.items = items, .count = 2};
	const struct figure_names names = {.wards = &wards};
	static const char *const keys[] = {"OOST", "ZUID", "UNKNOWN"};
	log_requests(t, 1, 40, "2025-02-01", "NIEUWLAND");
	log_requests(t, 50, 40, "2025-02-01", "ZUID");
	for (int32_t on = day("2025-01-31"); on <= day("2025-02-01"); on++) {
		char period[16];
		calendar_print(on, period);
		const struct query query = {.id = "help_requests",
			.period = period,
			.by = "ward",
			.where = {"ward=NOWHERE"},
			.where_count = 1,
			.names = &names,
			.today = t->today};
		auto_figures struct figures figures = {0};
		struct why why = {""};
		assert_int_equal(suppress_blank(tally_kpis(t->tally), &query, &figures, &why), 0);
		const struct figure *figure = figures.items;
		assert_true(figure->suppressed && !figure->total.counts.count);
		assert_int_equal(figure->row_count, 3);
		for (size_t i = 0; i < 3; i++) {
			assert_string_equal(figure->rows[i].keys[0], keys[i]);
			assert_true(
				figure->rows[i].suppressed && !figure->rows[i].value.counts.count);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TALLIED(a_small_row_hides_with_the_next_smallest),
		TALLIED(rows_of_which_all_would_be_known_are_not_even_named),
		TALLIED(a_total_of_few_is_hidden_with_all_of_its_rows),
		TALLIED(a_share_is_hidden_where_few_do_not_count),
		TALLIED(a_year_hides_what_one_of_its_quarters_hides),
		TALLIED(the_months_of_a_quarter_hide_two_by_two),
		TALLIED(a_series_by_month_hides_what_each_month_hides),
		TALLIED(a_quarter_of_few_hides_the_year),
		TALLIED(what_another_figure_would_tell_is_hidden_there_too),
		TALLIED(a_total_that_is_a_hidden_row_of_another_is_hidden),
		TALLIED(few_with_any_problem_do_not_follow_from_those_without),
		TALLIED(what_counts_no_people_is_shown),
		TALLIED(hours_are_no_number_of_people_and_never_shown),
		TALLIED(nothing_that_is_judged_stays_of_a_hidden_total),
		TALLIED(a_hidden_row_is_not_said_to_differ_from_the_rest),
		TALLIED(a_cross_has_no_rows_at_all),
		TALLIED(a_viewer_is_told_what_may_be_asked),
		TALLIED(what_may_not_be_asked_names_the_same_rows_whatever_there_is),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
