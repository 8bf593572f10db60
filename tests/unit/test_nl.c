/*
 * What people read: a percentage may not seem to reach the norm when the figure does not, and a number keeps its unit on
 * the same line.
 */
#include "lib/calendar.h"
#include "web/nl.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
// clang-format on

#define NB "\u00A0"

#define ASSERT_PRINTS(expected, call)                                                              \
	do {                                                                                       \
		auto_buf struct buf out = {0};                                                     \
		call;                                                                              \
		assert_string_equal(out.data, expected);                                           \
	} while (0)

static void numbers_have_a_point_at_the_thousands(void **state)
{
	(void)state;
	ASSERT_PRINTS("0", nl_count(0, &out));
	ASSERT_PRINTS("999", nl_count(999, &out));
	ASSERT_PRINTS("1.054", nl_count(1054, &out));
	ASSERT_PRINTS("1.000.001", nl_count(1000001, &out));
	ASSERT_PRINTS("\u22123", nl_count(-3, &out));
	ASSERT_PRINTS("€" NB "39.000", nl_euro(39000.4, &out));
}

static void one_is_one_and_zero_and_two_are_more(void **state)
{
	(void)state;
	ASSERT_PRINTS("0" NB "dagen", nl_days(0, &out));
	ASSERT_PRINTS("1" NB "dag", nl_days(1, &out));
	ASSERT_PRINTS("8" NB "dagen", nl_days(8, &out));
	ASSERT_PRINTS("1" NB "seconde", nl_seconds(1, &out));
	ASSERT_PRINTS("12" NB "seconden", nl_seconds(12, &out));
	ASSERT_PRINTS("12" NB "sec.", nl_seconds_short(12, &out));
}

static void assert_share(double share, double norm, const char *expected)
{
	ASSERT_PRINTS(expected, nl_share(share, &norm, &out));
}

static void a_percentage_is_whole_unless_that_would_change_what_it_says(void **state)
{
	(void)state;
	ASSERT_PRINTS("76%", nl_share(0.7604, NULL, &out));
	ASSERT_PRINTS("80%", nl_share(0.7996, NULL, &out));
	ASSERT_PRINTS("0%", nl_share(0, NULL, &out));
	ASSERT_PRINTS("100%", nl_share(1, NULL, &out));
	assert_share(0.7604, 0.8, "76%");
	assert_share(0.8, 0.8, "80%");
	assert_share(0.7996, 0.8, "79,9%");
	assert_share(0.79999, 0.8, "79,9%");
	assert_share(0.8004, 0.8, "80,1%");
	assert_share(0.802, 0.8, "80,2%");
	assert_share(0.806, 0.8, "81%");
	assert_share(0.053, 0.05, "5,3%");
	assert_share(0.7549, 0.755, "75%");
	assert_share(0.7551, 0.755, "76%");
	ASSERT_PRINTS("72\u201378%", nl_shares(0.722, 0.778, &out));
}

static int32_t day(int year, int month, int of_month)
{
	return calendar_day((struct calendar_date){year, month, of_month});
}

static void a_period_is_called_what_it_is(void **state)
{
	(void)state;
	ASSERT_PRINTS("27 november 2026", nl_period(day(2026, 11, 27), day(2026, 11, 27), &out));
	ASSERT_PRINTS("2025", nl_period(day(2025, 1, 1), day(2025, 12, 31), &out));
	ASSERT_PRINTS("4e kwartaal 2025", nl_period(day(2025, 10, 1), day(2025, 12, 31), &out));
	ASSERT_PRINTS("februari 2024", nl_period(day(2024, 2, 1), day(2024, 2, 29), &out));
	ASSERT_PRINTS("1 februari tot en met 30 april 2026",
		nl_period(day(2026, 2, 1), day(2026, 4, 30), &out));
	ASSERT_PRINTS("1 januari tot en met 27 november 2026",
		nl_period(day(2026, 1, 1), day(2026, 11, 27), &out));
	ASSERT_PRINTS("31 december 2025 tot en met 1 januari 2026",
		nl_period(day(2025, 12, 31), day(2026, 1, 1), &out));
	ASSERT_PRINTS("1 januari 2024 tot en met 31 december 2025",
		nl_period(day(2024, 1, 1), day(2025, 12, 31), &out));
}

static void a_day_in_a_list_is_short_and_names_another_year(void **state)
{
	(void)state;
	int32_t today = day(2026, 11, 27);
	ASSERT_PRINTS("27\u00A0nov.", nl_day_short(today, today, &out));
	ASSERT_PRINTS("31\u00A0dec. 2025", nl_day_short(day(2025, 12, 31), today, &out));
	ASSERT_PRINTS("vr 27\u00A0nov.", nl_weekday_short(today, today, &out));
	ASSERT_PRINTS("zo 3\u00A0mei", nl_weekday_short(day(2026, 5, 3), today, &out));
	ASSERT_PRINTS("vrijdag", nl_weekday(today, &out));
	ASSERT_PRINTS("november", nl_month(today, &out));
	ASSERT_PRINTS("27 november", nl_day_month(today, &out));
}

/* UTC, in milliseconds. */
static int64_t at(int32_t of_day, int hour, int minute)
{
	return ((int64_t)of_day * 24 * 60 + hour * 60 + minute) * 60000;
}

static void the_time_is_what_a_clock_in_amsterdam_shows(void **state)
{
	(void)state;
	ASSERT_PRINTS("vrijdag 27 november 2026, 8.31 uur",
		nl_moment(at(day(2026, 11, 27), 7, 31), &out));
	ASSERT_PRINTS(
		"woensdag 1 juli 2026, 0.05 uur", nl_moment(at(day(2026, 6, 30), 22, 5), &out));
	/* 29 March 2026: two o'clock is three. 25 October 2026: what is between two and three is there twice. */
	ASSERT_PRINTS(
		"zondag 29 maart 2026, 1.59 uur", nl_moment(at(day(2026, 3, 29), 0, 59), &out));
	ASSERT_PRINTS(
		"zondag 29 maart 2026, 3.00 uur", nl_moment(at(day(2026, 3, 29), 1, 0), &out));
	ASSERT_PRINTS(
		"zondag 29 maart 2026, 23.59 uur", nl_moment(at(day(2026, 3, 29), 21, 59), &out));
	ASSERT_PRINTS(
		"zondag 25 oktober 2026, 2.30 uur", nl_moment(at(day(2026, 10, 25), 0, 30), &out));
	ASSERT_PRINTS(
		"zondag 25 oktober 2026, 2.30 uur", nl_moment(at(day(2026, 10, 25), 1, 30), &out));
	ASSERT_PRINTS(
		"zondag 25 oktober 2026, 3.00 uur", nl_moment(at(day(2026, 10, 25), 2, 0), &out));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_have_a_point_at_the_thousands),
		cmocka_unit_test(one_is_one_and_zero_and_two_are_more),
		cmocka_unit_test(a_percentage_is_whole_unless_that_would_change_what_it_says),
		cmocka_unit_test(a_period_is_called_what_it_is),
		cmocka_unit_test(a_day_in_a_list_is_short_and_names_another_year),
		cmocka_unit_test(the_time_is_what_a_clock_in_amsterdam_shows),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
