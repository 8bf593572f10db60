/*
 * A filter leaves the rows that have one of the values, of every dimension that is named; what is asked so is the row
 * that a split would have. It never passes for the whole: a KPI without the dimension is refused or left out, and no
 * norm of the town is held against it.
 */
#include "tests/unit/tallied.h"

#define FINANCE WOT__V1__PROBLEM__VALUE__FINANCE
#define HOUSING WOT__V1__PROBLEM__VALUE__HOUSING

enum { WHERE_MAX = 3 };

static struct query query_of(const char *id, const char *period, const char *const where[WHERE_MAX])
{
	struct query query = {.id = id, .period = period};
	for (size_t i = 0; i < WHERE_MAX && where[i]; i++)
		query.where[query.where_count++] = where[i];
	return query;
}
#define WHERE(...) ((const char *const[WHERE_MAX]){__VA_ARGS__})

static json_t *ask_where(
	const struct tallied *t, const char *id, const char *const where[WHERE_MAX])
{
	struct query query = query_of(id, "2025", where);
	json_t *all = ask_query(t, &query), *figure = json_incref(json_array_get(all, 0));
	assert_int_equal(json_array_size(all), 1);
	json_decref(all);
	return figure;
}

static void assert_where(const struct tallied *t, const char *id,
	const char *const where[WHERE_MAX], double value, int count, int of, int unknown)
{
	json_t *figure = ask_where(t, id, where);
	assert_number(figure, "value", value);
	assert_number(figure, "count", count);
	assert_number(figure, "of", of);
	assert_number(figure, "unknown", unknown);
	json_decref(figure);
}

static void case_of(struct tallied *t, uint32_t number, const char *ward, uint32_t age)
{
	FACTS(t, number, FACT(reported_on, day("2025-01-15")),
		FACT(support_started_on, day("2025-01-15") + (int32_t)number),
		.has_age_years = age != 0, .age_years = age, .ward = as_text(ward));
}

/* By ward counters are kept, by age none are. */
static void a_filter_takes_one_value_or_several_and_the_unknown(void **state)
{
	struct tallied *t = *state;
	case_of(t, 1, "ZUID", 20);
	case_of(t, 2, "ZUID", 30);
	case_of(t, 3, "OOST", 30);
	case_of(t, 60, NULL, 0);
	assert_where(t, "help_requests", WHERE("ward=ZUID"), 2, 2, -1, 0);
	assert_where(t, "help_requests", WHERE("ward=ZUID,OOST"), 3, 3, -1, 0);
	assert_where(t, "help_requests", WHERE("ward=UNKNOWN,OOST"), 2, 2, -1, 0);
	assert_where(t, "help_requests", WHERE("ward=ZUID,ZUID"), 2, 2, -1, 0);
	assert_where(t, "help_requests", WHERE("age=27-44"), 2, 2, -1, 0);
	assert_where(t, "help_requests", WHERE("age=18-26,UNKNOWN"), 2, 2, -1, 0);
	assert_where(t, "help_requests", WHERE("age=27-44", "ward=ZUID"), 1, 1, -1, 0);
	assert_where(t, "started_within_4_weeks", WHERE("ward=OOST,UNKNOWN"), 0.5, 1, 2, 0);
	assert_where(t, "waiting_days", WHERE("ward=ZUID"), 1, 2, 2, 0);
	assert_where(t, "waiting_days", WHERE("class=1"), 2, 3, 3, 0);
	assert_where(t, "contacts_total", WHERE("channel=UNKNOWN"), 4, 4, -1, 0);
	assert_replay_is_equal(t);
}

static void a_filter_that_nobody_matches_leaves_nothing_and_is_no_error(void **state)
{
	struct tallied *t = *state;
	case_of(t, 1, "ZUID", 20);
	FACTS(t, 2, FACT(reported_on, day("2024-01-15")), .ward = as_text("OOST"));
	assert_where(t, "help_requests", WHERE("ward=OOST"), 0, 0, -1, 0);
	assert_where(t, "help_requests", WHERE("age=67+"), 0, 0, -1, 0);
	assert_where(t, "started_within_4_weeks", WHERE("ward=OOST"), -1, 0, 0, 0);
	assert_where(t, "waiting_days", WHERE("ward=OOST"), -1, 0, 0, 0);
	assert_where(t, "help_requests", WHERE("ward=ZUID", "age=67+"), 0, 0, -1, 0);
}

/* Who has both problems stands in two rows of a split, and is one of those who have either. */
static void of_a_list_a_row_with_two_of_the_values_counts_once(void **state)
{
	struct tallied *t = *state;
	FACTS(t, 1, FACT(reported_on, day("2025-01-15")), PROBLEMS(FINANCE, HOUSING));
	FACTS(t, 2, FACT(reported_on, day("2025-02-15")), PROBLEMS(HOUSING));
	FACTS(t, 3, FACT(reported_on, day("2025-02-15")));
	assert_where(t, "problem_areas", WHERE("problem=HOUSING"), 2, 2, -1, 0);
	assert_where(t, "problem_areas", WHERE("problem=HOUSING,FINANCE"), 2, 2, -1, 0);
	assert_where(t, "problem_areas", WHERE("problem=UNKNOWN"), 1, 1, -1, 1);
	struct query query = query_of("problem_areas", "2025", WHERE("problem=FINANCE,HOUSING"));
	query.by = "problem";
	json_t *all = ask_query(t, &query);
	const json_t *by = json_object_get(json_array_get(all, 0), "by");
	assert_int_equal(json_array_size(by), 2); /* of those, also by the other that they have */
	json_decref(all);
}

static json_t *ask_all(const struct tallied *t, const char *period, const char *where)
{
	struct query query = query_of(NULL, period, WHERE(where));
	return ask_query(t, &query);
}

/* Counters know the whole, and rows are looked at for a filter on age: those of other years a whole chunk at a time. */
static void assert_all_is_the_whole(const struct tallied *t, const char *period)
{
	json_t *whole = ask_all(t, period, NULL), *figure, *filtered;
	json_t *all = ask_all(t, period, "age=0-17,18-26,27-44,45-66,67+,UNKNOWN");
	size_t i, at = 0;
	assert_true(json_array_size(all) > 20);
	json_array_foreach(all, i, filtered)
	{
		static const char *const parts[] = {"count", "of", "unknown"};
		const char *id = json_string_value(json_object_get(filtered, "id"));
		do
			figure = json_array_get(whole, at++);
		while (strcmp(id, json_string_value(json_object_get(figure, "id"))));
		for (size_t p = 0; p < sizeof parts / sizeof *parts; p++)
			if (!json_equal(json_object_get(figure, parts[p]),
				    json_object_get(filtered, parts[p])))
				fail_msg("%s of %s in %s", parts[p], id, period);
	}
	json_decref(whole);
	json_decref(all);
}

static void a_filter_of_all_values_leaves_all_rows_however_many_there_are(void **state)
{
	enum { CASES = 2600 };
	static const char *const periods[] = {
		"2022", "2023-Q2", "2024", "2025-03", "2024-12-20..2025-01-10", "2021"};
	struct tallied *t = *state;
	int32_t first = day("2022-01-03");
	for (uint32_t number = 1; number < CASES; number++) {
		int32_t on = first + (int32_t)number / 2;
		FACTS(t, number, FACT(reported_on, on), FACT(age_years, number % 90),
			.has_support_started_on = number % 3 != 0, .support_started_on = on + 30,
			.has_closed_on = number % 3 == 1, .closed_on = on + 200);
	}
	for (size_t i = 0; i < sizeof periods / sizeof *periods; i++)
		assert_all_is_the_whole(t, periods[i]);
	/* Among the first, and of other years than the rest of them. */
	FACTS(t, 5, FACT(reported_on, day("2024-02-01")), FACT(closed_on, day("2025-03-03")));
	FACTS(t, 6, FACT(reported_on, day("2021-12-31")),
		FACT(support_started_on, day("2024-12-24")));
	for (size_t i = 0; i < sizeof periods / sizeof *periods; i++)
		assert_all_is_the_whole(t, periods[i]);
}

static uint32_t households(void *arg, const char *ward)
{
	(void)arg;
	return !ward ? 1000 : !strcmp(ward, "ZUID") ? 100 : !strcmp(ward, "OOST") ? 300 : 0;
}

static const char *label(void *arg, const char *dimension, const char *key)
{
	(void)arg;
	return !strcmp(dimension, "ward") && !strcmp(key, "NOORDRAND") ? "Noordrand" : NULL;
}

/* As the row of a split is. */
static void what_a_share_is_divided_by_is_of_those_that_are_asked_for(void **state)
{
	struct tallied *t = *state;
	const struct figure_names names = {.on_households = households, .on_label = label};
	case_of(t, 1, "ZUID", 20);
	case_of(t, 2, "OOST", 20);
	case_of(t, 3, NULL, 0);
	static const struct {
		const char *where, *id;
		double count, of;
	} asked[] = {{"ward=ZUID", "requests_per_household", 1, 100},
		{"ward=ZUID,OOST", "requests_per_household", 2, 400},
		{"ward=ZUID,UNKNOWN", "requests_per_household", 2, -1},
		{"age=18-26", "requests_per_household", 2, 1000},
		{"ward=ZUID", "requests_by_ward", 1, 3}, {"age=18-26", "requests_by_ward", 2, 3},
		{"ward=NOORDRAND", "requests_by_ward", 0, 3}};
	for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
		struct query query = query_of(asked[i].id, "2025", WHERE(asked[i].where));
		query.by = "month";
		query.names = &names;
		json_t *all = ask_query(t, &query);
		const json_t *figure = json_array_get(all, 0);
		const json_t *january = json_array_get(json_object_get(figure, "by"), 0);
		assert_number(figure, "count", asked[i].count);
		assert_number(figure, "of", asked[i].of);
		assert_number(january, "count", asked[i].count);
		assert_number(january, "of", asked[i].of);
		json_decref(all);
	}
}

/* That is of the whole town. */
static void what_is_filtered_is_held_to_no_norm(void **state)
{
	struct tallied *t = *state;
	case_of(t, 1, "ZUID", 20);
	json_t *figure = ask_where(t, "started_within_4_weeks", WHERE("ward=ZUID"));
	assert_true(json_is_null(json_object_get(figure, "met")));
	assert_number(json_object_get(figure, "norm"), "atLeast", 0.8);
	json_decref(figure);
	figure = ask(t, "started_within_4_weeks", "2025", "month", 0);
	assert_true(json_is_true(json_object_get(figure, "met")));
	json_decref(figure);
}

/* The other period, and the months up to now, hold the same rows. */
static void what_stands_beside_it_is_filtered_as_well(void **state)
{
	struct tallied *t = *state;
	for (uint32_t i = 0; i < 24; i++) {
		int32_t on = calendar_add_months(day("2024-01-15"), (int)i);
		FACTS(t, 3 * i + 1, FACT(reported_on, on), .ward = as_text("OOST"));
		FACTS(t, 3 * i + 2, FACT(reported_on, on), FACT(age_years, 20),
			.ward = as_text("ZUID"));
		FACTS(t, 3 * i + 3, FACT(reported_on, on), FACT(age_years, 20),
			.ward = as_text("ZUID"));
	}
	static const char *const asked[] = {"ward=ZUID", "age=18-26"}; /* counted, and scanned */
	for (size_t i = 0; i < 2; i++) {
		struct query query = query_of("help_requests", "2025", WHERE(asked[i]));
		query.beside = BESIDE_LAST_YEAR;
		query.definition = 2025;
		json_t *all = ask_query(t, &query);
		const json_t *figure = json_array_get(all, 0);
		const json_t *months = json_object_get(figure, "months");
		assert_number(figure, "value", 24);
		assert_number(json_object_get(figure, "beside"), "value", 24);
		assert_number(months, "count", 24);
		assert_number(months, "mean", 2);
		json_decref(all);
	}
}

static void asked_of_all_those_without_the_dimension_are_left_out(void **state)
{
	struct tallied *t = *state;
	case_of(t, 1, "ZUID", 20);
	log_contact(t, day("2025-02-01"), WOT__V1__CHANNEL__VALUE__PHONE,
		WOT__V1__AGE_GROUP__VALUE__ADULT);
	struct query query = query_of(NULL, "2025", WHERE("ward=ZUID"));
	json_t *all = ask_query(t, &query);
	size_t i;
	json_t *figure;
	bool has_requests = false;
	json_array_foreach(all, i, figure)
	{
		const char *id = json_string_value(json_object_get(figure, "id"));
		has_requests = has_requests || !strcmp(id, "help_requests");
		assert_string_not_equal(id, "brief_contacts");
		assert_string_not_equal(id, "contacts_total");
		assert_string_not_equal(id, "phone_abandoned");
	}
	assert_true(has_requests);
	json_decref(all);
}

/* Calls have no team, which is no reason to refuse a team's figures. */
static void what_has_no_value_of_a_dimension_is_nobodys_but_of_the_unknown(void **state)
{
	struct tallied *t = *state;
	FACTS(t, 1, FACT(reported_on, day("2025-01-15")), .team = as_text("WOT_ZUID"));
	log_call(t, "a", WOT__V1__CALL__EVENT__ENTERED, noon(day("2025-01-15")), -1);
	log_call(t, "a", WOT__V1__CALL__EVENT__ABANDONED, noon(day("2025-01-15")), 40);
	assert_where(t, "callbacks_due", WHERE("team=UNKNOWN"), 1, 1, -1, 0);
	assert_where(t, "callbacks_due", WHERE("team=WOT_ZUID"), 0, 0, -1, 0);
	/* Nor is what one KPI has and another has not. */
	struct query query = query_of(NULL, "2025", WHERE("team=WOT_ZUID"));
	json_decref(ask_query(t, &query));
	query = query_of(NULL, "2025", WHERE("class=14+"));
	json_t *all = ask_query(t, &query);
	assert_int_equal(json_array_size(all), 2);
	json_decref(all);
}

static void assert_refused(const struct tallied *t, const char *id,
	const char *const where[WHERE_MAX], const char *says)
{
	for (int rows = 0; rows <= (id != NULL); rows++) {
		auto_buf struct buf out = {0};
		struct why why = {""};
		struct query query = query_of(id, "2025", where);
		query.today = t->today;
		int err = rows ? explain_all(t->tally, &query, &out, &why)
			       : tally_query(t->tally, &query, &out, &why);
		assert_int_equal(err, ERR_INVALID);
		assert_int_equal(out.len, 0);
		if (!strstr(why.text, says))
			fail_msg("expected \"%s\" in: %s", says, why.text);
	}
}

static void what_cannot_be_filtered_is_told_with_what_can(void **state)
{
	struct tallied *t = *state;
	case_of(t, 1, "ZUID", 20);
	assert_refused(t, "complaints", WHERE("ward=ZUID"),
		"complaints has no ward to filter by; it has none");
	assert_refused(t, "contacts_total", WHERE("ward=ZUID"),
		"contacts_total has no ward to filter by; it has channel, location");
	assert_refused(t, "help_requests", WHERE("wrd=ZUID"), "it has ward, team, age");
	assert_refused(t, "help_requests", WHERE("class=1"), "help_requests has no class");
	assert_refused(t, "help_requests", WHERE("ward"), "ward is no filter; one reads ward=ZUID");
	assert_refused(t, "help_requests", WHERE("ward="), "ward= is followed by one value");
	assert_refused(t, "help_requests", WHERE("ward=ZUID,"), "ward= is followed by one value");
	assert_refused(t, "help_requests", WHERE("ward=,ZUID"), "ward= is followed by one value");
	assert_refused(t, "help_requests", WHERE("ward=ZUID,MOON"),
		"ward is never MOON; there are UNKNOWN, ZUID");
	assert_refused(
		t, "waiting_days", WHERE("class=15"), "class is never 15; there are UNKNOWN, 1, 2");
	assert_refused(
		t, "help_requests", WHERE("ward=ZUID", "ward=OOST"), "ward is filtered twice");
	assert_refused(t, "help_requests", WHERE("month=2025-03"), "month is no filter");
	assert_refused(t, "help_requests", WHERE("day=2025-03-01"), "day is no filter");
	assert_refused(
		t, NULL, WHERE("wrd=ZUID"), "no KPI can be filtered by wrd; there are ward, team");
	assert_refused(t, NULL, WHERE("theme=MONEY", "ward=ZUID"), "filtered by theme and ward");
	assert_refused(t, NULL, WHERE("ward=MOON"), "ward is never MOON");
	assert_refused(t, NULL, WHERE("class=15"), "class is never 15");
}

static void more_filters_than_dimensions_are_refused(void **state)
{
	(void)state;
	struct query query = {0};
	struct why why = {""};
	for (int i = 0; i < FILTER_MAX; i++)
		assert_int_equal(query_where_add(&query, "ward=ZUID", &why), 0);
	assert_int_equal(query_where_add(&query, "ward=ZUID", &why), ERR_INVALID);
	assert_int_equal(query.where_count, FILTER_MAX);
}

/* After the first piece they go on in KPIs of their own, and the filters with them. */
static void rows_behind_a_filtered_figure_add_up_to_it(void **state)
{
	enum { CASES = 3000 };
	struct tallied *t = *state;
	for (uint32_t i = 1; i <= CASES; i++)
		FACTS(t, i, FACT(reported_on, day("2025-01-15")),
			FACT(closed_on, day("2025-03-20")),
			.ward = as_text(i % 3 ? "ZUID" : "OOST"), FACT(age_years, 20 + i % 40));
	struct query query =
		query_of("lead_days", "2025", WHERE("ward=OOST", "class=3,4", "age=18-26,27-44"));
	json_t *all = ask_query(t, &query);
	auto_buf struct buf out = {0};
	struct why why = {""};
	assert_int_equal(explain_all(t->tally, &query, &out, &why), 0);
	json_t *rows = json_of(&out);
	assert_true(json_array_size(rows) > 500);
	assert_number(json_array_get(all, 0), "count", (double)json_array_size(rows));
	const json_t *row = json_array_get(rows, 0);
	assert_string_equal(json_string_value(json_object_get(row, "class")), "3");
	assert_string_equal(json_string_value(json_object_get(row, "ward")), "OOST");
	json_decref(rows);
	json_decref(all);
}

/* The cases that two definitions count otherwise are those that the filter leaves. */
static void compare_is_filtered_as_well(void **state)
{
	struct tallied *t = *state;
	for (uint32_t i = 1; i <= 4; i++)
		FACTS(t, i, FACT(reported_on, day("2025-01-15")),
			FACT(closed_on, day("2025-03-20")),
			FACT(closing_reason, WOT__V1__CLOSED__REASON__MOVED_AWAY),
			.ward = as_text(i == 1 ? "OOST" : "ZUID"));
	struct query query = query_of("closures", "2025", WHERE("ward=ZUID"));
	query.definition = 2023;
	query.other = 2025;
	query.today = t->today;
	auto_buf struct buf out = {0};
	struct why why = {""};
	if (tally_compare(t->tally, &query, &out, &why))
		fail_msg("%s", why.text);
	json_t *said = json_of(&out);
	assert_number(said, "cases", 3);
	assert_number(json_array_get(json_object_get(said, "figures"), 0), "count", 3);
	json_decref(said);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, tallied_setup, tallied_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_filter_takes_one_value_or_several_and_the_unknown),
		TEST(a_filter_that_nobody_matches_leaves_nothing_and_is_no_error),
		TEST(a_filter_of_all_values_leaves_all_rows_however_many_there_are),
		TEST(of_a_list_a_row_with_two_of_the_values_counts_once),
		TEST(what_a_share_is_divided_by_is_of_those_that_are_asked_for),
		TEST(what_is_filtered_is_held_to_no_norm),
		TEST(what_stands_beside_it_is_filtered_as_well),
		TEST(asked_of_all_those_without_the_dimension_are_left_out),
		TEST(what_has_no_value_of_a_dimension_is_nobodys_but_of_the_unknown),
		TEST(what_cannot_be_filtered_is_told_with_what_can),
		cmocka_unit_test(more_filters_than_dimensions_are_refused),
		TEST(rows_behind_a_filtered_figure_add_up_to_it),
		TEST(compare_is_filtered_as_well),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
