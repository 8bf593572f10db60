/*
 * A series is many figures in one answer: each month and day says what that period by itself says, whether counters
 * have it or rows are scanned, also where nothing happened, at the end of February and of a year. What is not over
 * is marked, since it will change.
 */
#include "lib/calendar.h"
#include "tests/unit/tallied.h"

static const char *text_of(const json_t *row, const char *name)
{
	return json_string_value(json_object_get(row, name));
}

/* The rows of a question, as keys and counts: "2025-01 2, 2025-02 0". */
static void assert_rows(const struct tallied *t, const char *id, const char *period, const char *by,
	const char *expected)
{
	json_t *figure = ask(t, id, period, by, 0);
	auto_buf struct buf rows = {0};
	size_t i;
	json_t *row;
	buf_text(&rows, "");
	json_array_foreach(json_object_get(figure, "by"), i, row)
	{
		const json_t *over = json_object_get(row, "over");
		buf_printf(&rows, "%s%s %g%s", i ? ", " : "", text_of(row, "key"),
			number_of(row, "count"), json_is_false(over) ? " running" : "");
	}
	if (strcmp(rows.data, expected))
		fail_msg("%s by %s of %s: %s, not %s", id, by, period, rows.data, expected);
	json_decref(figure);
}

static void reported(struct tallied *t, uint32_t number, const char *on)
{
	FACTS(t, number, FACT(reported_on, day(on)));
}

static void a_month_without_rows_is_there_and_the_current_one_is_not_over(void **state)
{
	struct tallied *t = *state; /* today is 2026-11-21 */
	reported(t, 1, "2026-08-31");
	reported(t, 2, "2026-11-01");
	assert_rows(t, "help_requests", "2026-08-01..2026-12-31", "month",
		"2026-08 1, 2026-09 0, 2026-10 0, 2026-11 1 running, 2026-12 0 running");
	assert_rows(t, "help_requests", "2026-11-20..2026-11-22", "day",
		"2026-11-20 0, 2026-11-21 0 running, 2026-11-22 0 running");
	assert_rows(t, "phone_abandoned", "2026-10-01..2026-11-30", "month",
		"2026-10 0, 2026-11 0 running");
	/* Until today is not until its end. */
	assert_rows(t, "help_requests", "28d", "month", "2026-10 0, 2026-11 1 running");
	t->today = day("2026-11-30");
	assert_rows(t, "help_requests", "2026-11", "month", "2026-11 1 running");
	t->today++;
	assert_rows(t, "help_requests", "2026-11", "month", "2026-11 1");
}

static void labels_are_dutch(void **state)
{
	struct tallied *t = *state;
	json_t *figure = ask(t, "help_requests", "2025-03", "month", 0);
	const json_t *row = json_array_get(json_object_get(figure, "by"), 0);
	assert_string_equal(text_of(row, "label"), "maart 2025");
	assert_null(json_object_get(row, "over"));
	json_decref(figure);
	figure = ask(t, "help_requests", "2024-02-29", "day", 0);
	row = json_array_get(json_object_get(figure, "by"), 0);
	assert_string_equal(text_of(row, "label"), "29 februari 2024");
	json_decref(figure);
}

static void a_leap_day_is_a_day_of_its_month(void **state)
{
	struct tallied *t = *state;
	reported(t, 1, "2024-02-29");
	reported(t, 2, "2024-03-01");
	assert_rows(t, "help_requests", "2024-02-28..2024-03-01", "day",
		"2024-02-28 0, 2024-02-29 1, 2024-03-01 1");
	assert_rows(t, "help_requests", "2024-02-01..2024-03-31", "month", "2024-02 1, 2024-03 1");
	assert_rows(
		t, "help_requests", "2025-02-28..2025-03-01", "day", "2025-02-28 0, 2025-03-01 0");
	json_t *figure = ask(t, "help_requests", "2024", "day", 0);
	assert_int_equal(json_array_size(json_object_get(figure, "by")), 366);
	json_decref(figure);
}

static void months_go_on_over_new_year_and_are_cut_where_the_period_is(void **state)
{
	struct tallied *t = *state;
	static const char *const days[] = {
		"2024-12-14", "2024-12-15", "2024-12-31", "2025-01-01", "2025-01-10", "2025-01-11"};
	for (uint32_t i = 0; i < 6; i++)
		reported(t, i + 1, days[i]);
	assert_rows(t, "help_requests", "2024-12-15..2025-01-10", "month", "2024-12 2, 2025-01 2");
	assert_rows(
		t, "help_requests", "2024-12-31..2025-01-01", "day", "2024-12-31 1, 2025-01-01 1");
	/* The same where rows are scanned. */
	assert_rows(t, "help_requests", "2024-12-15..2025-01-10", "month,age",
		"2024-12,UNKNOWN 2, 2025-01,UNKNOWN 2");
	assert_rows(t, "help_requests", "2024-12-31..2025-01-01", "age,day",
		"UNKNOWN,2024-12-31 1, UNKNOWN,2025-01-01 1");
}

static void a_stock_is_as_of_the_last_day_of_each_month(void **state)
{
	struct tallied *t = *state;
	FACTS(t, 1, FACT(reported_on, day("2024-12-31")),
		FACT(support_started_on, day("2025-03-31")));
	FACTS(t, 2, FACT(reported_on, day("2025-01-31")),
		FACT(support_started_on, day("2025-02-10")));
	FACTS(t, 3, FACT(reported_on, day("2025-02-28")), FACT(age_years, 30));
	FACTS(t, 4, FACT(reported_on, day("2025-02-01")), FACT(closed_on, day("2025-02-01")));
	assert_rows(t, "waiting_now", "2025-01-01..2025-04-30", "month",
		"2025-01 2, 2025-02 2, 2025-03 1, 2025-04 1");
	assert_rows(t, "waiting_now", "2025-01-01..2025-04-30", "month,age",
		"2025-01,UNKNOWN 2, 2025-02,27-44 1, 2025-02,UNKNOWN 1, 2025-03,27-44 1, "
		"2025-04,27-44 1");
	assert_rows(t, "waiting_now", "2025-02-08..2025-02-11", "day",
		"2025-02-08 2, 2025-02-09 2, 2025-02-10 1, 2025-02-11 1");
	/* As far as the period goes. */
	assert_rows(t, "waiting_now", "2025-02-01..2025-03-30", "month", "2025-02 2, 2025-03 2");
}

/* ---- each point is what a question for it alone says ---- */

static uint32_t random_below(uint32_t *state, uint32_t below)
{
	*state = *state * 1664525 + 1013904223;
	return (*state >> 8) % below;
}

/* Cases with what is missing, late and before the period. */
static void town_fold(struct tallied *t)
{
	static const char *const wards[] = {"ZUID", "OOST", "NOORDRAND", NULL};
	uint32_t r = 7;
	for (uint32_t i = 1; i <= 400; i++) {
		int32_t on = day("2024-11-20") + (int32_t)random_below(&r, 160);
		bool started = random_below(&r, 4), closed = random_below(&r, 3);
		int32_t start = on + (int32_t)random_below(&r, 100),
			close = start + (int32_t)random_below(&r, 400);
		Wot__V1__Problem__Value problem =
			(Wot__V1__Problem__Value)(1 + random_below(&r, 4));
		FACTS(t, i, FACT(reported_on, on), .has_support_started_on = started,
			.support_started_on = start, .has_closed_on = closed, .closed_on = close,
			.has_first_contact_on = started && i % 2, .first_contact_on = on + 3,
			.has_closing_reason = closed,
			.closing_reason = (Wot__V1__Closed__Reason)(1 + random_below(&r, 3)),
			.has_age_years = i % 5 != 0, .age_years = 18 + random_below(&r, 60),
			.has_care_weight = i % 3 != 0,
			.care_weight = (Wot__V1__CareWeight__Value)(1 + random_below(&r, 3)),
			.ward = as_text(wards[random_below(&r, 4)]),
			PROBLEMS(problem, (Wot__V1__Problem__Value)(problem + 1)));
	}
	for (uint32_t i = 0; i < 40; i++)
		log_contact(t, day("2025-01-01") + (int32_t)(3 * i), WOT__V1__CHANNEL__VALUE__PHONE,
			WOT__V1__AGE_GROUP__VALUE__ADULT);
}

static const json_t *row_of(const json_t *figure, const char *key)
{
	size_t i;
	json_t *row;
	json_array_foreach(json_object_get(figure, "by"), i, row)
	{
		if (!strcmp(text_of(row, "key"), key))
			return row;
	}
	return NULL;
}

static void assert_same(const json_t *point, const json_t *alone, const char *what, const char *key)
{
	static const char *const names[] = {
		"value", "count", "of", "unknown", "p50", "p90", "mean"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		json_t *a = json_object_get(point, names[i]), *b = json_object_get(alone, names[i]);
		if (!json_equal(a, b) && (a || b))
			fail_msg("%s, %s: %s is %g, by itself %g", what, key, names[i],
				json_number_value(a), json_number_value(b));
	}
}

static json_t *ask_all(const struct tallied *t, const char *period, const char *by,
	const char *where, uint32_t definition)
{
	struct query query = {.period = period, .by = by, .definition = definition};
	if (where)
		query.where[query.where_count++] = where;
	return ask_query(t, &query);
}

/* All KPIs by month and, where `by` is given, by that beside it. */
static void assert_points(
	const struct tallied *t, const char *by, const char *where, uint32_t definition)
{
	char both[64];
	snprintf(both, sizeof both, "month%s%s", by ? "," : "", by ? by : "");
	json_t *all = ask_all(t, "2024-12-05..2025-07-20", both, where, definition);
	for (int m = -1; m < 7; m++) {
		char period[40], key[96];
		int32_t first = calendar_add_months(day("2025-01-01"), m);
		struct period asked = {.from = m < 0 ? day("2024-12-05") : first,
			.to = m == 6 ? day("2025-07-20") : calendar_add_months(first, 1) - 1};
		char from[16], to[16];
		calendar_print(asked.from, from);
		calendar_print(asked.to, to);
		snprintf(period, sizeof period, "%s..%s", from, to);
		json_t *alone = ask_all(t, period, by ? by : "month", where, definition);
		size_t i, j;
		json_t *figure, *row;
		assert_int_equal(json_array_size(all), json_array_size(alone));
		json_array_foreach(alone, i, figure)
		{
			const json_t *series = json_array_get(all, i);
			const char *id = text_of(figure, "id");
			from[7] = 0;
			if (!by)
				assert_same(row_of(series, from), figure, id, from);
			json_array_foreach(json_object_get(figure, "by"), j, row)
			{
				snprintf(key, sizeof key, "%s,%s", from, text_of(row, "key"));
				const json_t *point = by ? row_of(series, key) : NULL;
				if (by && !point)
					fail_msg("%s has no %s", id, key);
				if (by)
					assert_same(point, row, id, key);
			}
		}
		json_decref(alone);
	}
	json_decref(all);
}

static void each_month_is_what_that_month_alone_says(void **state)
{
	struct tallied *t = *state;
	t->today = day("2025-06-10"); /* deadlines to come too */
	town_fold(t);
	for (uint32_t definition = 2023; definition <= 2025; definition += 2) {
		assert_points(t, NULL, NULL, definition);
		assert_points(t, NULL, "ward=ZUID,UNKNOWN", definition);
		assert_points(t, NULL, "problem=FINANCE,HOUSING", definition);
		assert_points(t, "ward", NULL, definition);
		assert_points(t, "age", NULL, definition);
		assert_points(t, "problem", NULL, definition);
		assert_points(t, "class", NULL, definition);
		assert_points(t, "problem", "age=18-26,27-44", definition);
	}
}

/* ---- a year and its quarters at once ---- */

static void assert_value_is_alike(const struct value *one, const struct value *other)
{
	assert_memory_equal(&one->counts, &other->counts, sizeof one->counts);
	assert_int_equal(one->known, other->known);
	assert_true(
		one->value == other->value && one->low == other->low && one->high == other->high);
}

static void assert_counted_alike(const struct figure *one, const struct figure *other)
{
	assert_value_is_alike(&one->total, &other->total);
	assert_int_equal(one->row_count, other->row_count);
	for (size_t i = 0; i < one->row_count; i++) {
		assert_string_equal(one->rows[i].keys[0], other->rows[i].keys[0]);
		assert_value_is_alike(&one->rows[i].value, &other->rows[i].value);
	}
}

static void assert_year_is_alike(
	const struct tallied *t, const struct kpi *kpi, const struct dimension *by)
{
	const struct figure_cut cut = {.by = {by}, .by_count = 1, .counts_only = true};
	const struct period year = {day("2025-01-01"), day("2025-12-31"), t->today};
	uint32_t definition = kpi_definition_of_year(tally_kpis(t->tally), 2025);
	struct figure at_once[1 + FIGURE_QUARTERS], alone;
	struct why why;
	assert_int_equal(figure_make_year(&at_once[0], &at_once[1], kpi, &year, definition, &cut,
				 NULL, &why),
		0);
	for (size_t i = 0; i < 1 + FIGURE_QUARTERS; i++) {
		assert_int_equal(
			figure_make(&alone, kpi, &at_once[i].period, definition, &cut, NULL, &why),
			0);
		assert_counted_alike(&at_once[i], &alone);
		figure_done(&alone);
		figure_done(&at_once[i]);
	}
}

static void a_year_and_its_quarters_at_once_are_what_each_alone_says(void **state)
{
	struct tallied *t = *state;
	const struct kpis *kpis = tally_kpis(t->tally);
	uint32_t definition = kpi_definition_of_year(kpis, 2025);
	size_t count = 0;
	t->today = day("2026-02-01");
	town_fold(t);
	for (size_t k = 0; k < kpis->count; k++) {
		const struct formula *parts[SUM_MAX],
			*formula = kpis->items[k].formulas[definition];
		formula_parts(formula, parts);
		for (size_t s = 0; s < parts[0]->split_count && parts[0]->leave == REF_NONE; s++) {
			const struct dimension *by = parts[0]->splits[s].dimension;
			if (!formula_split(formula, by))
				continue;
			assert_year_is_alike(t, &kpis->items[k], by);
			count++;
		}
	}
	assert_true(count > 50);
}

/* ---- classes ---- */

static void started_after(struct tallied *t, uint32_t number, int32_t days)
{
	FACTS(t, number, FACT(reported_on, day("2025-01-06")),
		FACT(support_started_on, day("2025-01-06") + days));
}

static void weeks_are_classes_of_the_waiting_time_and_the_last_is_open(void **state)
{
	struct tallied *t = *state;
	static const int32_t waits[] = {0, 7, 8, 14, 85, 91, 92, 300};
	for (uint32_t i = 0; i < sizeof waits / sizeof *waits; i++)
		started_after(t, i + 1, waits[i]);
	FACTS(t, 20, FACT(reported_on, day("2025-01-06")), FACT(closed_on, day("2025-02-06")));
	assert_rows(t, "waiting_days", "2025", "class", "1 2, 2 2, 13 2, 14+ 2, UNKNOWN 0");
	json_t *figure = ask(t, "waiting_days", "2025", "class", 0);
	assert_string_equal(text_of(row_of(figure, "1"), "label"), "week 1");
	assert_string_equal(text_of(row_of(figure, "14+"), "label"), "week >13");
	assert_string_equal(text_of(row_of(figure, "UNKNOWN"), "label"), "Onbekend");
	assert_number(row_of(figure, "UNKNOWN"), "unknown", 1);
	assert_number(row_of(figure, "1"), "p90", 7);
	json_decref(figure);
	assert_figure(t, "started_within_1_week", "2025", 0, 2 / 8.0, 2, 8, 1);
	/* A month may stand beside it: how the wait was distributed in each. */
	assert_rows(t, "waiting_days", "2025-01-01..2025-02-28", "month,class",
		"2025-01,1 2, 2025-01,2 2, 2025-02,UNKNOWN 0");
}

static void closed_after(struct tallied *t, uint32_t number, const char *from, const char *to)
{
	FACTS(t, number, FACT(reported_on, day(from)), FACT(closed_on, day(to)));
}

static void calendar_months_are_classes_of_the_lead_time(void **state)
{
	struct tallied *t = *state;
	closed_after(t, 1, "2025-01-31", "2025-01-31");
	closed_after(t, 2, "2025-01-31", "2025-02-28"); /* the last day of a shorter month */
	closed_after(t, 3, "2025-01-31", "2025-03-01");
	closed_after(t, 4, "2024-12-30", "2025-06-30"); /* six months, on the day */
	closed_after(t, 5, "2024-12-29", "2025-06-30");
	closed_after(t, 6, "2024-02-29", "2025-02-28"); /* a year after a leap day */
	closed_after(t, 7, "2024-02-28", "2025-03-01");
	assert_rows(t, "lead_days", "2025", "class", "1 2, 2 1, 6 1, 7 1, 12 1, 13+ 1");
	/* What is within six months is in the first six classes. */
	assert_figure(t, "closed_within_6_months", "2025", 0, 4 / 7.0, 4, 7, 0);
}

/* ---- what is refused ---- */

static void assert_refused(const struct tallied *t, const char *id, const char *period,
	const char *by, int expected, const char *says)
{
	auto_buf struct buf out = {0};
	struct why why = {""};
	struct query query = {.id = id, .period = period, .by = by, .today = t->today};
	assert_int_equal(tally_query(t->tally, &query, &out, &why), expected);
	assert_int_equal(out.len, 0);
	if (!strstr(why.text, says))
		fail_msg("expected \"%s\" in: %s", says, why.text);
}

static void a_series_is_one_and_of_bounded_length(void **state)
{
	struct tallied *t = *state;
	assert_refused(t, "help_requests", "2025", "month,day", ERR_INVALID, "one series");
	assert_refused(t, "help_requests", "2025", "month,month", ERR_INVALID, "twice");
	assert_refused(t, "help_requests", "2015-01-01..2024-12-31", "day", ERR_TOO_LARGE,
		"help_requests by day would have 3653 rows, more than 1100; ask by month, or of a "
		"shorter period");
	assert_refused(t, "help_requests", "2025", "class", ERR_INVALID,
		"help_requests is not split by class");
	assert_refused(
		t, "started_within_4_weeks", "2025", "class", ERR_INVALID, "not split by class");
	json_t *longest = ask(t, "help_requests", "2015-01-01..2100-12-31", "month", 0);
	assert_int_equal(json_array_size(json_object_get(longest, "by")), 86 * 12);
	json_decref(longest);
	longest = ask(t, "help_requests", "2023-01-01..2025-12-31", "day", 0);
	assert_int_equal(json_array_size(json_object_get(longest, "by")), 365 + 366 + 365);
	json_decref(longest);

	struct query query = {.id = "help_requests",
		.period = "2025",
		.by = "month",
		.definition = 2023,
		.other = 2025,
		.today = t->today};
	auto_buf struct buf out = {0};
	struct why why = {""};
	assert_int_equal(tally_compare(t->tally, &query, &out, &why), ERR_INVALID);
	assert_non_null(strstr(why.text, "not by month"));
}

static void csv_and_the_table_for_people_say_what_is_not_over(void **state)
{
	struct tallied *t = *state;
	auto_buf struct buf out = {0};
	struct why why = {""};
	struct query query = {.id = "help_requests",
		.period = "2026-10-01..2026-11-30",
		.by = "month",
		.today = t->today,
		.format = QUERY_CSV};
	assert_int_equal(tally_query(t->tally, &query, &out, &why), 0);
	assert_non_null(strstr(out.data, ",2026-10,oktober 2026,,count,0,"));
	assert_non_null(strstr(out.data, ",2026-11,november 2026,false,count,0,"));
	buf_clear(&out);
	query.format = QUERY_TEXT;
	assert_int_equal(tally_query(t->tally, &query, &out, &why), 0);
	assert_non_null(strstr(out.data, "november 2026 (not over)"));
	assert_null(strstr(out.data, "oktober 2026 (not over)"));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, tallied_setup, tallied_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_month_without_rows_is_there_and_the_current_one_is_not_over),
		TEST(labels_are_dutch),
		TEST(a_leap_day_is_a_day_of_its_month),
		TEST(months_go_on_over_new_year_and_are_cut_where_the_period_is),
		TEST(a_stock_is_as_of_the_last_day_of_each_month),
		TEST(each_month_is_what_that_month_alone_says),
		TEST(a_year_and_its_quarters_at_once_are_what_each_alone_says),
		TEST(weeks_are_classes_of_the_waiting_time_and_the_last_is_open),
		TEST(calendar_months_are_classes_of_the_lead_time),
		TEST(a_series_is_one_and_of_bounded_length),
		TEST(csv_and_the_table_for_people_say_what_is_not_over),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
