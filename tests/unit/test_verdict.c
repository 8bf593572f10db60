/*
 * How figures stand: to their norm, beside another period, and groups beside the rest. A verdict on a quarter that is
 * not over, or on a year of which the figures are not complete, would be believed.
 */
#include "figures/published.h"
#include "kpi/yaml/kpi_yaml.h"
#include "tests/unit/tallied.h"

static void contacts(struct tallied *t, const char *on, int count)
{
	for (int i = 0; i < count; i++)
		log_contact(t, day(on), WOT__V1__CHANNEL__VALUE__PHONE,
			WOT__V1__AGE_GROUP__VALUE__ADULT);
}

static json_t *asked(const struct tallied *t, struct query query)
{
	json_t *all = ask_query(t, &query);
	json_t *figure = json_incref(json_array_get(all, 0));
	json_decref(all);
	return figure;
}

static void assert_text(const json_t *object, const char *name, const char *text)
{
	const char *is = json_string_value(json_object_get(object, name));
	if (text ? !is || strcmp(is, text) != 0 : is != NULL)
		fail_msg("%s is %s, not %s", name, is ? is : "none", text ? text : "none");
}

/* met_in and needed of -1: not said. */
static void assert_verdict(const struct tallied *t, const char *id, const char *period,
	const char *verdict, int met_in, int of, int needed)
{
	json_t *figure = asked(t, (struct query){.id = id, .period = period});
	const json_t *norm = json_object_get(figure, "norm");
	const json_t *spans = json_object_get(norm, "metIn"), *met = json_object_get(figure, "met");
	assert_text(figure, "verdict", verdict);
	assert_int_equal(json_is_true(met), strncmp(verdict, "met", 3) == 0);
	assert_int_equal(json_is_false(met), strncmp(verdict, "missed", 6) == 0);
	assert_int_equal(spans ? json_integer_value(json_array_get(spans, 0)) : -1, met_in);
	assert_int_equal(spans ? json_integer_value(json_array_get(spans, 1)) : -1, of);
	const json_t *missing = json_object_get(norm, "needed");
	assert_int_equal(missing ? json_integer_value(missing) : -1, needed);
	json_decref(figure);
}

static void a_norm_of_quarters_is_met_in_each_that_is_over(void **state)
{
	struct tallied *t = *state; /* today is 21 November 2026 */
	contacts(t, "2026-02-01", 900);
	contacts(t, "2026-05-01", 301);
	contacts(t, "2026-07-01", 300);
	contacts(t, "2026-11-01", 290);
	assert_verdict(t, "contacts_total", "2026-Q1", "met", 1, 1, -1);
	assert_verdict(t, "contacts_total", "2026-01-01..2026-06-30", "met", 2, 2, -1);
	/* 1501 in three quarters: their average meets it, the third does not. */
	assert_verdict(t, "contacts_total", "2026-01-01..2026-09-30", "missed", 2, 3, -1);
	assert_verdict(t, "help_requests", "year", "missed", 2, 3, 11);
	assert_verdict(t, "help_requests", "2026", "missed", 2, 3, 11);
	assert_verdict(t, "help_requests", "quarter", "running", -1, -1, 11);
	assert_verdict(t, "help_requests", "2027", "running", -1, -1, -1);
	assert_verdict(t, "help_requests", "28d", "none", -1, -1, -1);
	assert_verdict(t, "help_requests", "2026-02", "none", -1, -1, -1);
	assert_verdict(t, "help_requests", "2026-02-01..2026-09-30", "none", -1, -1, -1);
	contacts(t, "2026-11-02", 11);
	assert_verdict(t, "help_requests", "quarter", "running", -1, -1, 0);
	json_t *figure = ask(t, "help_requests", "2026-Q1", NULL, 0);
	assert_text(json_object_get(figure, "norm"), "per", "quarter");
	assert_text(json_object_get(figure, "norm"), "heldTo", "contacts_total");
	json_decref(figure);
}

static void a_norm_of_a_year_runs_until_its_end(void **state)
{
	struct tallied *t = *state;
	assert_verdict(t, "trainings", "2025", "missed", 0, 1, -1);
	assert_verdict(t, "trainings", "year", "running", -1, -1, 3);
	assert_verdict(t, "trainings", "quarter", "none", -1, -1, -1);
	t->today = day("2026-12-31");
	assert_verdict(t, "trainings", "2026", "running", -1, -1, 3);
	t->today = day("2027-01-01");
	assert_verdict(t, "trainings", "2026", "missed", 0, 1, -1);
}

/* Closed in a month, so many with their goals met and so many of which that is not known. */
static void closed(
	struct tallied *t, const char *on, const char *ward, int count, int met, int unknown)
{
	static uint32_t number;
	for (int i = 0; i < count; i++)
		FACTS(t, ++number, FACT(reported_on, day(on) - 100), FACT(closed_on, day(on)),
			FACT(closing_reason, i < met ? WOT__V1__CLOSED__REASON__GOALS_MET
					     : i < met + unknown ? WOT__V1__CLOSED__REASON__UNKNOWN
								 : WOT__V1__CLOSED__REASON__OTHER),
			.ward = as_text(ward));
}

static void unknown_answers_make_a_verdict_unsure(void **state)
{
	struct tallied *t = *state;
	closed(t, "2026-01-10", NULL, 10, 7, 0);
	assert_verdict(t, "goals_met", "2026-01", "missed", -1, -1, -1);
	closed(t, "2026-02-10", NULL, 10, 7, 1);
	assert_verdict(t, "goals_met", "2026-02", "missed_unsure", -1, -1, -1);
	assert_verdict(t, "goals_met", "2026-03", "none", -1, -1, -1);
	assert_verdict(t, "open_cases", "2026-01", "none", -1, -1, -1);
}

static void before_figures_are_complete_nothing_is_judged(void **state)
{
	struct tallied *t = *state;
	closed(t, "2024-12-10", "ZUID", 60, 60, 0);
	closed(t, "2024-12-10", "OOST", 60, 0, 0);
	closed(t, "2025-12-10", "ZUID", 60, 60, 0);
	static const struct {
		const char *period, *verdict, *complete_from;
	} each[] = {
		{"2024-12", "none", "2025-01-01"},
		{"2024-12-01..2025-12-31", "none", "2025-01-01"},
		{"2025-12", "met", NULL},
		{"2025-01-01..2025-12-31", "met", NULL},
	};
	for (size_t i = 0; i < sizeof each / sizeof *each; i++) {
		json_t *figure = asked(t, (struct query){.id = "goals_met",
						  .period = each[i].period,
						  .by = "ward",
						  .complete_from = day("2025-01-01")});
		assert_text(figure, "verdict", each[i].verdict);
		assert_text(figure, "completeFrom", each[i].complete_from);
		assert_text(json_array_get(json_object_get(figure, "by"), 0), "group", NULL);
		json_decref(figure);
	}
	json_t *figure = asked(t, (struct query){.id = "goals_met",
					  .period = "2025-12",
					  .beside = BESIDE_LAST_YEAR,
					  .complete_from = day("2025-01-01")});
	assert_text(figure, "verdict", "met");
	assert_text(figure, "completeFrom", "2025-01-01");
	assert_true(json_is_null(json_object_get(json_object_get(figure, "beside"), "value")));
	json_decref(figure);
}

static void assert_beside(const struct tallied *t, const char *id, const char *period,
	enum beside beside, double value, const char *difference)
{
	json_t *figure = asked(t, (struct query){.id = id, .period = period, .beside = beside});
	const json_t *other = json_object_get(figure, "beside");
	assert_number(other, "value", value);
	assert_text(other, "difference", difference);
	json_decref(figure);
}

static void a_figure_stands_beside_the_same_days_a_year_earlier(void **state)
{
	struct tallied *t = *state;
	closed(t, "2025-10-10", NULL, 100, 50, 0);
	closed(t, "2025-11-30", NULL, 500, 0, 0); /* of days that are not over this year */
	closed(t, "2026-10-10", NULL, 100, 64, 0);
	assert_beside(t, "goals_met", "year", BESIDE_LAST_YEAR, 0.5, "more");
	assert_beside(t, "goals_met", "2025-10", BESIDE_LAST_YEAR, -1, NULL);
	assert_beside(t, "closures", "year", BESIDE_LAST_YEAR, 100, "same");
	assert_beside(t, "closures", "2025-11", BESIDE_PREVIOUS, 100, "more");
	assert_beside(t, "closures", "2026-Q3", BESIDE_PREVIOUS, 0, "same");
	/* A stock, days and people are shown, and not judged. */
	assert_beside(t, "open_cases", "year", BESIDE_LAST_YEAR, 500, NULL);
	assert_beside(t, "people_involved", "2026", BESIDE_LAST_YEAR, 600, NULL);
	assert_beside(t, "lead_days", "2026", BESIDE_LAST_YEAR, 100, NULL);
	json_t *figure = ask(t, "closures", "year", NULL, 0);
	assert_null(json_object_get(figure, "beside"));
	json_decref(figure);
	/* What is still to be done has no earlier days: there only what was left undone is counted. */
	figure = asked(t,
		(struct query){.id = "starts_due", .period = "year", .beside = BESIDE_LAST_YEAR});
	assert_null(json_object_get(figure, "beside"));
	assert_null(json_object_get(figure, "months"));
	json_decref(figure);
}

static void the_days_beside_are_those_of_the_calendar(void **state)
{
	(void)state;
	static const struct {
		const char *from, *to, *year_from, *year_to, *before_from, *before_to;
	} each[] = {
		{"2025-02-01", "2025-02-28", "2024-02-01", "2024-02-29", "2025-01-01",
			"2025-01-31"},
		{"2024-02-01", "2024-02-28", "2023-02-01", "2023-02-28", "2024-01-04",
			"2024-01-31"},
		{"2024-02-29", "2024-02-29", "2023-02-28", "2023-02-28", "2024-02-28",
			"2024-02-28"},
		{"2026-01-01", "2026-11-27", "2025-01-01", "2025-11-27", "2025-02-04",
			"2025-12-31"},
		{"2025-01-01", "2025-12-31", "2024-01-01", "2024-12-31", "2024-01-01",
			"2024-12-31"},
		{"2025-04-01", "2025-06-30", "2024-04-01", "2024-06-30", "2025-01-01",
			"2025-03-31"},
	};
	for (size_t i = 0; i < sizeof each / sizeof *each; i++) {
		const struct period period = {.from = day(each[i].from), .to = day(each[i].to)};
		struct period year = period_last_year(&period), before = period_previous(&period);
		assert_int_equal(year.from, day(each[i].year_from));
		assert_int_equal(year.to, day(each[i].year_to));
		assert_int_equal(before.from, day(each[i].before_from));
		assert_int_equal(before.to, day(each[i].before_to));
	}
}

static void assert_group(const json_t *figure, const char *key, const char *group)
{
	size_t i;
	json_t *row;
	json_array_foreach(json_object_get(figure, "by"), i, row)
	{
		if (strcmp(json_string_value(json_object_get(row, "key")), key) != 0)
			continue;
		assert_text(row, "group", group);
		assert_null(json_object_get(row, "verdict"));
		return;
	}
	fail_msg("no row %s", key);
}

static void groups_stand_beside_the_rest_and_the_unknown_do_not(void **state)
{
	struct tallied *t = *state;
	closed(t, "2026-01-10", "ZUID", 100, 90, 0);
	closed(t, "2026-01-11", "OOST", 100, 60, 0);
	closed(t, "2026-01-12", "NOORDRAND", 49, 10, 0);
	closed(t, "2026-01-12", NULL, 60, 40, 0);
	json_t *figure = ask(t, "goals_met", "2026-01", "ward", 0);
	assert_group(figure, "ZUID", "more");    /* 90 of 100, and 110 of 209: z = 6.4 */
	assert_group(figure, "OOST", "same");    /* 60 of 100, and 140 of 209: z = 1.2 */
	assert_group(figure, "NOORDRAND", NULL); /* of fewer than 50 */
	assert_group(figure, "UNKNOWN", NULL);
	json_decref(figure);
	figure = ask(t, "closures", "2026-01", "ward", 0); /* how many: no share */
	assert_group(figure, "ZUID", NULL);
	json_decref(figure);
	figure = ask(t, "requests_by_ward", "2025", "ward", 0); /* each a part of all */
	assert_group(figure, "ZUID", NULL);
	json_decref(figure);
}

static void all_that_is_said_is_in_csv_and_text_too(void **state)
{
	struct tallied *t = *state;
	contacts(t, "2026-02-01", 301);
	contacts(t, "2025-02-01", 1);
	struct query query = {.id = "help_requests",
		.period = "year",
		.beside = BESIDE_LAST_YEAR,
		.today = t->today,
		.format = QUERY_CSV};
	auto_buf struct buf csv = {0}, text = {0};
	struct why why;
	assert_int_equal(tally_query(t->tally, &query, &csv, &why), 0);
	assert_non_null(strstr(csv.data, ",moreThan,300,false,quarter,contacts_total,1,3,301,"
					 "missed,,2025-01-01,2025-11-21,0,"
					 "same,\n"));
	size_t commas[2] = {0}, line = 0;
	for (const char *c = csv.data; *c && line < 2; c++) {
		commas[line] += *c == ',';
		line += *c == '\n';
	}
	assert_int_equal(commas[0], commas[1]);
	query.format = QUERY_TEXT;
	assert_int_equal(tally_query(t->tally, &query, &text, &why), 0);
	assert_non_null(strstr(text.data, "missed by contacts_total, 1 of 3, 301 needed"));
	assert_non_null(strstr(text.data, "beside 2025-01-01 to 2025-11-21"));
}

/* ---- what was published ---- */

static int published_of_text(struct published *published, const char *text, struct buf *errors)
{
	static const struct kpi_settings settings;
	static const uint8_t secret[16];
	auto_free char *yaml = shipped_yaml();
	struct facts *facts = facts_new(secret);
	struct kpis *kpis = NULL;
	assert_int_equal(kpis_load(&kpis, facts, yaml, "kpi.yaml", &settings, errors), 0);
	int err = published_parse(published, kpis, text, "published.yaml", errors);
	kpis_free(kpis);
	facts_free(facts);
	return err;
}

static void what_was_published_stands_beside_with_its_source(void **state)
{
	struct tallied *t = *state;
	auto_buf struct buf text = {0}, errors = {0};
	struct published published;
	assert_int_equal(yaml_read_file("config/published.yaml", &text, &errors), 0);
	assert_int_equal(published_of_text(&published, text.data, &errors), 0);
	json_t *figure = asked(t,
		(struct query){
			.id = "closed_within_6_months", .period = "2026", .published = &published});
	const json_t *said = json_array_get(json_object_get(figure, "published"), 0);
	assert_number(said, "year", 2024);
	assert_number(said, "value", 0.71);
	assert_non_null(json_string_value(json_object_get(said, "source")));
	json_decref(figure);
	figure = asked(
		t, (struct query){.id = "closures", .period = "2026", .published = &published});
	size_t i;
	double sum = 0;
	json_t *item;
	json_array_foreach(json_object_get(figure, "published"), i, item)
	{
		assert_text(item, "by", "reason");
		sum += number_of(item, "value");
	}
	assert_true(sum == 1118); /* all that were closed in 2023 */
	json_decref(figure);
	figure = ask(t, "goals_met", "2026", NULL, 0);
	assert_null(json_object_get(figure, "published"));
	json_decref(figure);
	published_done(&published);
}

static void every_mistake_in_published_yaml_is_told_with_its_place(void **state)
{
	(void)state;
	static const char wrong[] =
		"complants: []\n"
		"complaints:\n"
		"  - {year: 2023, value: 5, source: a}\n"
		"  - {year: 2023, value: 4, source: b}\n"
		"  - {year: 23, valeu: 4, source: b}\n"
		"  - 5\n"
		"goals_met:\n"
		"  - {year: 2023, value: 70, source: a}\n"
		"closures:\n"
		"  - {year: 2023, reason: MOVED, value: 1, source: a}\n"
		"  - {year: 2023, reason: OTHER, ward: ZUID, value: 1, source: a}\n"
		"contacts_handled: []\n";
	static const char *const told[] = {":1:1: there is no KPI complants",
		":4:5: this figure of", ":5:12: ", ":5:16: ", ":5:5: ", ":6:5: ", ":8:25: ",
		":10:26: there is no reason MOVED", ":11:18: a figure is of one",
		":12:1: there is no KPI contacts_handled"};
	auto_buf struct buf errors = {0};
	struct published published;
	assert_int_equal(published_of_text(&published, wrong, &errors), ERR_CONFIG);
	for (size_t i = 0; i < sizeof told / sizeof *told; i++)
		if (!strstr(errors.data, told[i]))
			fail_msg("%s is not in\n%s", told[i], errors.data);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, tallied_setup, tallied_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_norm_of_quarters_is_met_in_each_that_is_over),
		TEST(a_norm_of_a_year_runs_until_its_end),
		TEST(unknown_answers_make_a_verdict_unsure),
		TEST(before_figures_are_complete_nothing_is_judged),
		TEST(a_figure_stands_beside_the_same_days_a_year_earlier),
		cmocka_unit_test(the_days_beside_are_those_of_the_calendar),
		TEST(groups_stand_beside_the_rest_and_the_unknown_do_not),
		TEST(all_that_is_said_is_in_csv_and_text_too),
		TEST(what_was_published_stands_beside_with_its_source),
		cmocka_unit_test(every_mistake_in_published_yaml_is_told_with_its_place),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
