/*
 * How many of those who wait must start by when for 80% of the quarter's starts to be in time. 2026-11-21 is a
 * Saturday; the quarter ends on Thursday 31 December. Each test is small enough to be counted by hand; one
 * starts the cases that the forecast says, and asks the KPI itself.
 */
#include "figures/forecast.h"
#include "tests/unit/tallied.h"

static struct forecast forecast_of(const struct tallied *t)
{
	struct forecast forecast;
	struct why why = {""};
	if (forecast_make(tally_kpis(t->tally), t->today, &forecast, &why))
		fail_msg("%s", why.text);
	return forecast;
}

static uint32_t number;

static void waits_since(struct tallied *t, const char *on, uint32_t count)
{
	while (count--)
		FACTS(t, ++number, FACT(reported_on, day(on)));
}

static void started_after(struct tallied *t, const char *on, int days, uint32_t count)
{
	while (count--)
		FACTS(t, ++number, FACT(reported_on, day(on)),
			FACT(support_started_on, day(on) + days));
}

static int forecast_setup(void **state)
{
	number = 0;
	return tallied_setup(state);
}

static void enough_starts_in_time_make_up_for_late_ones(void **state)
{
	struct tallied *t = *state;
	started_after(t, "2026-10-01", 28, 7);
	started_after(t, "2026-10-01", 29, 3);  /* 7 of 10: 5 more in time give 12 of 15 */
	started_after(t, "2026-08-01", 29, 50); /* of the quarter before */
	waits_since(t, "2026-11-01", 4);        /* due on Sunday 29 November */
	waits_since(t, "2026-11-10", 2);        /* due on 8 December */
	waits_since(t, "2026-10-23", 3);        /* were due yesterday */
	struct forecast forecast = forecast_of(t);
	assert_int_equal(forecast.started.count, 7);
	assert_int_equal(forecast.started.of, 10);
	assert_int_equal(forecast.open, 6);
	assert_int_equal(forecast.late, 3);
	assert_int_equal(forecast.cases[LATE_WAIT].needed, 5);
	assert_true(forecast.cases[LATE_WAIT].feasible);
	assert_true(forecast.cases[LATE_WAIT].best == 13 / 16.0);
	assert_int_equal(forecast.cases[LATE_START].needed, 17); /* 24 of 30 */
	assert_false(forecast.cases[LATE_START].feasible);
	assert_true(forecast.cases[LATE_START].best == 13 / 19.0);
}

static void who_is_due_later_can_start_later(void **state)
{
	struct tallied *t = *state;
	started_after(t, "2026-10-01", 28, 7);
	started_after(t, "2026-10-01", 29, 3);
	waits_since(t, "2026-10-24", 1); /* due today */
	waits_since(t, "2026-11-01", 3); /* due on 29 November */
	waits_since(t, "2026-11-20", 2); /* due on 18 December */
	waits_since(t, "2026-11-21", 1); /* due on 19 December */
	struct forecast forecast = forecast_of(t);
	static const struct {
		const char *to;
		int due, due_until, needed;
	} weeks[] = {{"2026-11-22", 1, 1, 0}, {"2026-11-29", 3, 4, 2}, {"2026-12-06", 0, 4, 2},
		{"2026-12-13", 0, 4, 2}, {"2026-12-20", 3, 7, 5}, {"2026-12-27", 0, 7, 5},
		{"2026-12-31", 0, 7, 5}};
	assert_int_equal(forecast.week_count, sizeof weeks / sizeof *weeks);
	for (size_t i = 0; i < forecast.week_count; i++) {
		assert_int_equal(forecast.weeks[i].to, day(weeks[i].to));
		assert_int_equal(forecast.weeks[i].due, weeks[i].due);
		assert_int_equal(forecast.weeks[i].due_until, weeks[i].due_until);
		assert_int_equal(forecast.weeks[i].needed[LATE_WAIT], weeks[i].needed);
	}
}

/* Due in the next quarter: to count in this one, support must start before it ends. */
static void who_is_due_after_the_quarter_must_start_within_it_to_count(void **state)
{
	struct tallied *t = *state;
	t->today = day("2026-12-20");
	started_after(t, "2026-10-01", 29, 1);
	waits_since(t, "2026-12-15", 6);
	struct forecast forecast = forecast_of(t);
	assert_int_equal(forecast.cases[LATE_WAIT].needed, 4);
	assert_int_equal(forecast.week_count, 3);
	assert_int_equal(forecast.weeks[1].needed[LATE_WAIT], 0);
	assert_int_equal(forecast.weeks[2].to, day("2026-12-31"));
	assert_int_equal(forecast.weeks[2].needed[LATE_WAIT], 4);
	assert_int_equal(forecast.weeks[2].due_until, 0);
}

static void nothing_is_needed_where_the_norm_is_kept_or_nothing_started(void **state)
{
	struct tallied *t = *state;
	struct forecast forecast = forecast_of(t);
	assert_int_equal(forecast.cases[LATE_WAIT].needed, 0);
	assert_true(forecast.cases[LATE_WAIT].feasible);
	assert_false(forecast.cases[LATE_WAIT].has_best);
	started_after(t, "2026-10-01", 28, 8);
	started_after(t, "2026-10-01", 29, 2);
	forecast = forecast_of(t);
	assert_int_equal(forecast.cases[LATE_WAIT].needed, 0); /* 80% is at least 80% */
}

static void what_the_forecast_says_is_what_the_kpi_needs(void **state)
{
	(void)state;
	for (uint32_t late = 0; late < 12; late++) {
		void *fresh;
		number = 0;
		tallied_setup(&fresh);
		struct tallied *t = fresh;
		started_after(t, "2026-10-01", 10, 9);
		started_after(t, "2026-10-01", 40, late);
		struct forecast forecast = forecast_of(t);
		int64_t needed = forecast.cases[LATE_WAIT].needed;
		for (int64_t i = 0; i <= needed; i++) {
			json_t *figure = ask(t, "started_within_4_weeks", "2026-Q4", NULL, 0);
			assert_true(json_is_true(json_object_get(figure, "met")) == (i == needed));
			json_decref(figure);
			started_after(t, "2026-11-21", 0, 1);
		}
		tallied_teardown(&fresh);
	}
}

static json_t *forecast_json_of(const struct tallied *t)
{
	auto_buf struct buf text = {0};
	struct why why = {""};
	struct query query = {.today = t->today};
	assert_int_equal(tally_forecast(t->tally, &query, &text, &why), 0);
	return json_of(&text);
}

static void the_norm_is_that_of_kpi_yaml(void **state)
{
	struct tallied *t = *state;
	started_after(t, "2026-10-01", 29, 1);
	json_t *forecast = forecast_json_of(t);
	assert_number(json_object_get(forecast, "norm"), "atLeast", 0.8);
	assert_number(json_object_get(forecast, "ifLateWait"), "needed", 4);
	json_decref(forecast);
	auto_free char *yaml = shipped_yaml();
	char *norm = strstr(strstr(yaml, "started_within_4_weeks:"), "atLeast: 0.8");
	memcpy(norm, "atLeast: 0.9", 12);
	log_config(t, STREAM_CASE, "kpi.yaml", yaml);
	forecast = forecast_json_of(t);
	assert_number(json_object_get(forecast, "norm"), "atLeast", 0.9);
	assert_number(json_object_get(forecast, "ifLateWait"), "needed", 9);
	json_decref(forecast);
	memcpy(norm, "atLeast: 1.0", 12);
	log_config(t, STREAM_CASE, "kpi.yaml", yaml);
	forecast = forecast_json_of(t);
	assert_true(
		json_is_null(json_object_get(json_object_get(forecast, "ifLateWait"), "needed")));
	assert_true(json_is_false(
		json_object_get(json_object_get(forecast, "ifLateWait"), "feasible")));
	json_decref(forecast);
}

static void people_read_it_as_a_table(void **state)
{
	struct tallied *t = *state;
	auto_buf struct buf text = {0};
	struct why why = {""};
	struct query query = {.today = t->today = day("2026-12-26"), .format = QUERY_TEXT};
	started_after(t, "2026-10-01", 28, 3);
	started_after(t, "2026-10-01", 29, 1);
	waits_since(t, "2026-11-30", 2);
	waits_since(t, "2026-11-01", 1);
	assert_int_equal(tally_forecast(t->tally, &query, &text, &why), 0);
	assert_string_equal(text.data,
		"Support started within 4 weeks, 2026-10-01 to 2026-12-31, norm at least 80%\n"
		"until 2026-12-26: 3 of 4 in time (75.0%); waiting: 2 can start in time, 1 no "
		"longer\n"
		"\n"
		"                                    if the late ones wait on  if they all start\n"
		"must still start in time                                   1                  5\n"
		"so many wait                                             yes                 no\n"
		"share if all of them start in time                     83.3%              71.4%\n"
		"\n"
		"until       due  due so far  must have started  if the late ones start\n"
		"2026-12-27    0           0                  0                       3\n"
		"2026-12-31    2           2                  1                       5\n"
		"\n"
		"Who: explain starts_due --period 2026-12-26..2026-12-31\n");
}

static void a_file_without_a_forecast_says_so(void **state)
{
	struct tallied *t = *state;
	auto_free char *yaml = shipped_yaml();
	auto_buf struct buf text = {0};
	struct why why = {""};
	struct query query = {.today = t->today};
	char *section = strstr(yaml, "forecast: {kpi");
	*section = '#';
	log_config(t, STREAM_CASE, "kpi.yaml", yaml);
	assert_int_equal(tally_forecast(t->tally, &query, &text, &why), ERR_NOT_FOUND);
	assert_non_null(strstr(why.text, "forecast"));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, forecast_setup, tallied_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(enough_starts_in_time_make_up_for_late_ones),
		TEST(who_is_due_later_can_start_later),
		TEST(who_is_due_after_the_quarter_must_start_within_it_to_count),
		TEST(nothing_is_needed_where_the_norm_is_kept_or_nothing_started),
		TEST(what_the_forecast_says_is_what_the_kpi_needs),
		TEST(the_norm_is_that_of_kpi_yaml),
		TEST(people_read_it_as_a_table),
		TEST(a_file_without_a_forecast_says_so),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
