/*
 * What people and programs read: the answer's shape is a contract (INTERFACES, "KPI as JSON"), the periods
 * mean what they say, and a question that cannot be answered says what could be asked instead.
 */
#include "lib/calendar.h"
#include "tests/unit/tallied.h"
#include <malloc.h>

static void assert_period(const char *text, const char *today, const char *from, const char *to)
{
	struct period period;
	struct why why = {""};
	if (period_parse(text, day(today), &period, &why))
		fail_msg("%s", why.text);
	if (period.from != day(from) || period.to != day(to)) {
		char was[2][16];
		calendar_print(period.from, was[0]);
		calendar_print(period.to, was[1]);
		fail_msg("%s is %s to %s", text, was[0], was[1]);
	}
}

static void periods_mean_what_they_say(void **state)
{
	(void)state;
	const char *today = "2026-11-21";
	assert_period("2025", today, "2025-01-01", "2025-12-31");
	assert_period("2025-Q1", today, "2025-01-01", "2025-03-31");
	assert_period("2024-Q4", today, "2024-10-01", "2024-12-31");
	assert_period("2024-02", today, "2024-02-01", "2024-02-29");
	assert_period("2025-03-09", today, "2025-03-09", "2025-03-09");
	assert_period("2025-03-01..2026-01-31", today, "2025-03-01", "2026-01-31");
	assert_period("today", today, "2026-11-21", "2026-11-21");
	assert_period("7d", today, "2026-11-15", "2026-11-21");
	assert_period("28d", today, "2026-10-25", "2026-11-21");
	assert_period("quarter", today, "2026-10-01", "2026-11-21");
	assert_period("year", today, "2026-01-01", "2026-11-21");
	assert_period("quarter", "2025-01-01", "2025-01-01", "2025-01-01");
}

static void what_is_no_period_is_refused_with_those_that_are(void **state)
{
	(void)state;
	static const char *const wrong[] = {"", "25", "2014", "2101", "2025-Q0", "2025-Q5",
		"2025-13", "2025-00", "2025-02-29", "2025-3-1", "2025-03-01..", "2025-03-01..2025",
		"d", "0d", "-7d", "99999d", "tomorrow", "2025-03-01...2025-03-02", "2025-Q1x",
		"20250"};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct period period = {.from = 1, .to = 2};
		struct why why = {""};
		if (period_parse(wrong[i], day("2026-11-21"), &period, &why) != ERR_INVALID)
			fail_msg("%s was taken", wrong[i]);
		assert_non_null(strstr(why.text, "2025-Q1"));
		assert_int_equal(period.from, 1);
	}
	struct period period;
	struct why why;
	assert_int_equal(period_parse("2025-03-02..2025-03-01", 0, &period, &why), ERR_INVALID);
	assert_non_null(strstr(why.text, "ends before it begins"));
}

static void whole_quarters_and_years_are_counted(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int quarters, years;
	} spans[] = {{"2025", 4, 1}, {"2025-Q2", 1, 0}, {"2025-03", 0, 0},
		{"2025-04-01..2026-03-31", 4, 0}, {"2024-01-01..2025-12-31", 8, 2},
		{"2025-01-02..2025-12-31", 0, 0}, {"year", 0, 0}};
	for (size_t i = 0; i < sizeof spans / sizeof *spans; i++) {
		struct period period;
		struct why why;
		assert_int_equal(period_parse(spans[i].text, day("2026-11-21"), &period, &why), 0);
		assert_int_equal(period_spans(&period, 3), spans[i].quarters);
		assert_int_equal(period_spans(&period, 12), spans[i].years);
	}
}

static void an_answer_has_the_promised_members(void **state)
{
	struct tallied *t = *state;
	static const char *const members[] = {"id", "label", "period", "definition", "unit",
		"value", "count", "of", "unknown", "low", "high", "norm", "met", "marks", "by"};
	FACTS(t, 1, FACT(reported_on, day("2025-01-15")),
		FACT(support_started_on, day("2025-01-20")), .ward = (char *)(uintptr_t) "ZUID");
	log_contact(t, day("2025-02-01"), WOT__V1__CHANNEL__VALUE__PHONE,
		WOT__V1__AGE_GROUP__VALUE__ADULT);
	struct query query = {.period = "2025"};
	json_t *all = ask_query(t, &query);
	size_t i;
	json_t *figure;
	assert_true(json_array_size(all) > 18);
	json_array_foreach(all, i, figure)
	{
		for (size_t m = 0; m < sizeof members / sizeof *members; m++) {
			if (!json_object_get(figure, members[m]))
				fail_msg("%zu has no %s", i, members[m]);
		}
		const json_t *marks = json_object_get(figure, "marks");
		assert_number(marks, "intake", 1);
		assert_number(marks, "triage", 0);
		assert_number(marks, "case", 1);
		assert_string_not_equal(
			json_string_value(json_object_get(figure, "id")), "contacts_handled");
	}
	json_decref(all);
	figure = ask(t, "started_within_4_weeks", "2025", "ward", 0);
	const json_t *row = json_array_get(json_object_get(figure, "by"), 0);
	assert_string_equal(json_string_value(json_object_get(row, "key")), "ZUID");
	assert_number(row, "value", 1);
	assert_number(row, "count", 1);
	assert_number(row, "of", 1);
	assert_number(row, "unknown", 0);
	json_t *period = json_object_get(figure, "period");
	assert_string_equal(json_string_value(json_object_get(period, "from")), "2025-01-01");
	assert_string_equal(json_string_value(json_object_get(period, "to")), "2025-12-31");
	assert_number(json_object_get(figure, "norm"), "atLeast", 0.8);
	assert_true(json_is_true(json_object_get(figure, "met")));
	json_decref(figure);
}

static void without_a_period_it_is_this_year_until_today(void **state)
{
	struct tallied *t = *state;
	FACTS(t, 1, FACT(reported_on, t->today));
	FACTS(t, 2, FACT(reported_on, day("2026-01-01")));
	FACTS(t, 3, FACT(reported_on, t->today + 1));
	assert_figure(t, "help_requests", NULL, 0, 2, 2, -1, 0);
}

static void shares_are_the_doubles_nearest_to_their_quotient(void **state)
{
	struct tallied *t = *state;
	for (uint32_t i = 0; i < 49; i++)
		FACTS(t, i + 1, FACT(reported_on, day("2025-01-15")),
			FACT(support_started_on, day("2025-01-15") + (i < 17 ? 3 : 50)));
	json_t *figure = ask(t, "started_within_4_weeks", "2025", NULL, 0);
	assert_number(figure, "value", 17 / 49.0);
	json_decref(figure);
}

static const char *ward_label(void *arg, const char *dimension, const char *key)
{
	(void)arg;
	return !strcmp(dimension, "ward") && !strcmp(key, "ZUID") ? "Zuid" : NULL;
}

static void labels_come_from_kpi_yaml_and_from_the_names_of_wards(void **state)
{
	struct tallied *t = *state;
	static const char *const labels[] = {"OOST", "Zuid", "Onbekend"};
	static const char *const wards[] = {"ZUID", "OOST", NULL};
	for (uint32_t i = 0; i < 3; i++)
		FACTS(t, i + 1, FACT(reported_on, day("2025-01-15")),
			.ward = (char *)(uintptr_t)wards[i]);
	struct figure_names names = {.on_label = ward_label};
	struct query query = {
		.id = "help_requests", .period = "2025", .by = "ward", .names = &names};
	json_t *all = ask_query(t, &query);
	const json_t *by = json_object_get(json_array_get(all, 0), "by");
	for (size_t i = 0; i < 3; i++)
		assert_string_equal(
			json_string_value(json_object_get(json_array_get(by, i), "label")),
			labels[i]);
	json_decref(all);
}

static struct query filtered(const char *id, const char *where)
{
	return (struct query){.id = id, .where = {where}, .where_count = 1};
}

static void assert_error(
	const struct tallied *t, struct query query, int expected, const char *says)
{
	auto_buf struct buf out = {0};
	struct why why = {""};
	query.today = t->today;
	int err = query.where_count ? explain_all(t->tally, &query, &out, &why)
				    : tally_query(t->tally, &query, &out, &why);
	assert_int_equal(err, expected);
	assert_int_equal(out.len, 0);
	if (!strstr(why.text, says))
		fail_msg("expected \"%s\" in: %s", says, why.text);
}

static void what_cannot_be_asked_is_told_with_what_can(void **state)
{
	struct tallied *t = *state;
	FACTS(t, 1, FACT(reported_on, day("2025-01-15")), .ward = (char *)(uintptr_t) "ZUID");
	assert_error(t, (struct query){.id = "requests"}, ERR_NOT_FOUND,
		"there is no KPI requests; there are help_requests, brief_contacts");
	assert_error(t, (struct query){.id = "contacts_handled"}, ERR_NOT_FOUND, "there is no KPI");
	assert_error(t, (struct query){.period = "soon"}, ERR_INVALID, "soon is no period");
	assert_error(t, (struct query){.id = "help_requests", .by = "color"}, ERR_INVALID,
		"help_requests is not split by color; it is by ward, team");
	assert_error(t, (struct query){.id = "complaints", .by = "ward"}, ERR_INVALID,
		"it is by month, day");
	assert_error(t, (struct query){.id = "help_requests", .by = "ward,age,team"}, ERR_INVALID,
		"at most 2");
	assert_error(
		t, (struct query){.id = "help_requests", .by = "ward,ward"}, ERR_INVALID, "twice");
	assert_error(t, (struct query){.id = "contacts_total", .by = "ward"}, ERR_INVALID,
		"it is by channel, location");
	assert_error(t, (struct query){.by = "color"}, ERR_INVALID,
		"no KPI is split by color; there are ward, team");
	assert_error(t, (struct query){.by = "theme,ward"}, ERR_INVALID, "no KPI is split by");
	assert_error(t, (struct query){.definition = 1999}, ERR_INVALID,
		"there is no definition of 1999");
	assert_error(t, filtered("help_requests", "ward"), ERR_INVALID, "no filter");
	assert_error(t, filtered("help_requests", "ward=MOON"), ERR_INVALID,
		"ward is never MOON; there are UNKNOWN, ZUID");
	assert_error(t, filtered(NULL, "ward=ZUID"), ERR_INVALID, "explain needs the id");
}

static void asked_of_all_those_that_can_are_split(void **state)
{
	struct tallied *t = *state;
	FACTS(t, 1, FACT(reported_on, day("2025-01-15")), .ward = (char *)(uintptr_t) "ZUID");
	struct query query = {.period = "2025", .by = "ward"};
	json_t *all = ask_query(t, &query);
	size_t i;
	json_t *figure;
	json_array_foreach(all, i, figure)
	{
		size_t rows = json_array_size(json_object_get(figure, "by"));
		const char *id = json_string_value(json_object_get(figure, "id"));
		if (!strcmp(id, "help_requests"))
			assert_int_equal(rows, 1);
		if (!strcmp(id, "phone_abandoned"))
			assert_int_equal(rows, 0);
	}
	json_decref(all);
}

static void explain_shows_the_rows_with_their_days(void **state)
{
	struct tallied *t = *state;
	FACTS(t, 12, FACT(reported_on, day("2025-01-15")),
		FACT(support_started_on, day("2025-01-20")), .ward = (char *)(uintptr_t) "ZUID");
	FACTS(t, 13, FACT(reported_on, day("2025-01-15")), FACT(closed_on, day("2025-01-20")));
	auto_buf struct buf out = {0};
	struct why why = {""};
	struct query query = {.id = "started_within_1_week", .period = "2025"};
	assert_int_equal(explain_all(t->tally, &query, &out, &why), 0);
	json_t *rows = json_of(&out);
	assert_int_equal(json_array_size(rows), 2);
	const json_t *row = json_array_get(rows, 0);
	assert_string_equal(json_string_value(json_object_get(row, "id")), "2025-000012");
	assert_string_equal(json_string_value(json_object_get(row, "day")), "2025-01-20");
	assert_string_equal(json_string_value(json_object_get(row, "reportedOn")), "2025-01-15");
	assert_string_equal(
		json_string_value(json_object_get(row, "supportStartedOn")), "2025-01-20");
	assert_string_equal(json_string_value(json_object_get(row, "ward")), "ZUID");
	assert_number(row, "count", 1);
	row = json_array_get(rows, 1);
	assert_number(row, "count", 0);
	assert_number(row, "of", 0);
	assert_number(row, "unknown", 1);
	json_decref(rows);

	buf_clear(&out);
	query = filtered("started_within_1_week", "ward=UNKNOWN");
	query.period = "2025";
	assert_int_equal(explain_all(t->tally, &query, &out, &why), 0);
	rows = json_of(&out);
	assert_int_equal(json_array_size(rows), 1);
	json_decref(rows);

	buf_clear(&out);
	query = (struct query){
		.id = "started_within_1_week", .period = "2025", .format = QUERY_TEXT};
	assert_int_equal(explain_all(t->tally, &query, &out, &why), 0);
	assert_non_null(strstr(out.data, "2025-000012"));
	assert_non_null(strstr(out.data, "support_started_on 2025-01-20"));
}

/* An answer may be read for minutes, while events come in and definitions change: its rows must add up to one
 * figure. */
static void rows_are_those_of_the_moment_that_they_were_asked_for(void **state)
{
	enum { CASES = 5000 };
	struct tallied *t = *state;
	for (uint32_t i = 1; i <= CASES; i++)
		FACTS(t, i, FACT(reported_on, day("2025-01-15")),
			.ward = (char *)(uintptr_t) "ZUID");
	auto_buf struct buf before = {0}, piecewise = {0};
	struct why why = {""};
	struct query query = {.id = "help_requests", .period = "2025"};
	assert_int_equal(explain_all(t->tally, &query, &before, &why), 0);

	struct explain *explain;
	size_t pieces = 1;
	assert_int_equal(tally_explain(t->tally, &query, &explain, &why), 0);
	assert_true(explain_more(explain, &piecewise));
	tally_explain_keep(t->tally, explain);
	for (uint32_t i = 1; i <= CASES; i++)
		FACTS(t, i, FACT(reported_on, day("2025-02-20")),
			.ward = (char *)(uintptr_t) "OOST");
	FACTS(t, CASES + 1, FACT(reported_on, day("2025-03-01")));
	log_config(t, STREAM_TRIAGE, "calendar.yaml", "closed: [2025-01-16]\n");
	while (explain_more(explain, &piecewise))
		pieces++;
	explain_close(&explain);
	assert_true(pieces > 2);
	assert_int_equal(piecewise.len, before.len);
	assert_memory_equal(piecewise.data, before.data, before.len);

	buf_clear(&before);
	assert_int_equal(explain_all(t->tally, &query, &before, &why), 0);
	json_t *rows = json_of(&before);
	assert_int_equal(json_array_size(rows), CASES + 1);
	assert_string_equal(
		json_string_value(json_object_get(json_array_get(rows, 0), "day")), "2025-02-20");
	json_decref(rows);
}

static size_t fields_of(const char *line)
{
	size_t count = 1;
	bool quoted = false;
	for (; *line && *line != '\n'; line++) {
		quoted = quoted != (*line == '"');
		count += *line == ',' && !quoted;
	}
	return count;
}

static void csv_has_a_line_a_figure_and_a_row(void **state)
{
	struct tallied *t = *state;
	FACTS(t, 1, FACT(reported_on, day("2025-01-15")), .ward = (char *)(uintptr_t) "ZUID");
	FACTS(t, 2, FACT(reported_on, day("2025-01-15")), FACT(age_years, 30));
	auto_buf struct buf out = {0};
	struct why why = {""};
	struct query query = {
		.id = "help_requests", .period = "2025", .by = "ward,age", .format = QUERY_CSV};
	assert_int_equal(tally_query(t->tally, &query, &out, &why), 0);
	size_t lines = 0;
	for (const char *line = out.data; *line; line = strchr(line, '\n') + 1, lines++)
		assert_int_equal(fields_of(line), 33);
	assert_int_equal(lines, 4);
	assert_non_null(strstr(out.data, ",\"ZUID,UNKNOWN\","));
}

static void a_table_for_people_shows_ranges_and_norms(void **state)
{
	struct tallied *t = *state;
	FACTS(t, 1, FACT(reported_on, day("2025-01-15")), FACT(closed_on, day("2025-02-15")),
		FACT(closing_reason, WOT__V1__CLOSED__REASON__GOALS_MET));
	FACTS(t, 2, FACT(reported_on, day("2025-01-15")), FACT(closed_on, day("2025-02-15")),
		FACT(closing_reason, WOT__V1__CLOSED__REASON__UNKNOWN));
	auto_buf struct buf out = {0};
	struct why why = {""};
	struct query query = {.id = "goals_met", .period = "2025", .format = QUERY_TEXT};
	assert_int_equal(tally_query(t->tally, &query, &out, &why), 0);
	assert_non_null(strstr(out.data, "2025-01-01 to 2025-12-31, definition of 2025"));
	assert_non_null(strstr(out.data, "50.0%"));
	assert_non_null(strstr(out.data, "50.0% to 100.0%"));
	assert_non_null(strstr(out.data, "at least 80%"));
	assert_non_null(strstr(out.data, "missed"));
}

/* Each of them would cost as much as kpi.yaml does. */
static void who_reads_rows_of_the_same_moment_shares_what_is_kept_for_it(void **state)
{
	enum { CASES = 5000, READERS = 10 };
	struct tallied *t = *state;
	for (uint32_t i = 1; i <= CASES; i++)
		FACTS(t, i, FACT(reported_on, day("2025-01-15")));
	struct buf texts[READERS] = {0};
	struct explain *readers[READERS];
	struct why why = {""};
	const struct query query = {.id = "help_requests", .period = "2025"};
	size_t kept_bytes = 0, more_bytes = 0;
	for (size_t i = 0; i < READERS; i++) {
		assert_int_equal(tally_explain(t->tally, &query, &readers[i], &why), 0);
		assert_true(explain_more(readers[i], &texts[i]));
		size_t before = mallinfo2().uordblks;
		tally_explain_keep(t->tally, readers[i]);
		*(i ? &more_bytes : &kept_bytes) += mallinfo2().uordblks - before;
	}
	assert_true(more_bytes <= kept_bytes); /* a sanitizer's malloc says 0 */
	FACTS(t, CASES + 1, FACT(reported_on, day("2025-03-01")));
	for (size_t i = 0; i < READERS; i++) {
		while (explain_more(readers[i], &texts[i]))
			;
		explain_close(&readers[i]);
		assert_int_equal(texts[i].len, texts[0].len);
		assert_memory_equal(texts[i].data, texts[0].data, texts[0].len);
	}
	for (size_t i = 0; i < READERS; i++)
		buf_done(&texts[i]);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, tallied_setup, tallied_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(periods_mean_what_they_say),
		cmocka_unit_test(what_is_no_period_is_refused_with_those_that_are),
		cmocka_unit_test(whole_quarters_and_years_are_counted),
		TEST(who_reads_rows_of_the_same_moment_shares_what_is_kept_for_it),
		TEST(an_answer_has_the_promised_members),
		TEST(without_a_period_it_is_this_year_until_today),
		TEST(shares_are_the_doubles_nearest_to_their_quotient),
		TEST(labels_come_from_kpi_yaml_and_from_the_names_of_wards),
		TEST(what_cannot_be_asked_is_told_with_what_can),
		TEST(asked_of_all_those_that_can_are_split),
		TEST(explain_shows_the_rows_with_their_days),
		TEST(rows_are_those_of_the_moment_that_they_were_asked_for),
		TEST(csv_has_a_line_a_figure_and_a_row),
		TEST(a_table_for_people_shows_ranges_and_norms),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
