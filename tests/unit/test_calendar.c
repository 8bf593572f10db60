/*
 * Deadlines are promises to residents, so the calendar is checked against dates that were
 * published: Easter by the church, summer time by the law, holidays by the Algemene termijnenwet.
 */
#include "lib/calendar.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
// clang-format on
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define HOUR_MS INT64_C(3600000)
#define COUNT(array) (sizeof(array) / sizeof *(array))

static int32_t on(int year, int month, int day)
{
	return calendar_day((struct calendar_date){year, month, day});
}

static int64_t utc(int year, int month, int day, int hour)
{
	return (on(year, month, day) * INT64_C(24) + hour) * HOUR_MS;
}

static void every_day_of_four_centuries_survives_the_round_trip(void **state)
{
	(void)state;
	assert_int_equal(on(1970, 1, 1), 0);
	assert_int_equal(on(2000, 3, 1), 11017);
	assert_int_equal(on(1969, 12, 31), -1);
	for (int32_t day = on(1800, 1, 1); day <= on(2200, 12, 31); day++) {
		struct calendar_date date = calendar_date(day);
		assert_true(calendar_exists(date));
		assert_int_equal(calendar_day(date), day);
		time_t at = (time_t)day * 86400;
		struct tm tm;
		gmtime_r(&at, &tm);
		assert_int_equal(tm.tm_mday, date.day);
		assert_int_equal(tm.tm_mon + 1, date.month);
		assert_int_equal(tm.tm_wday == 0 ? 7 : tm.tm_wday, calendar_weekday(day));
	}
}

static void a_date_that_does_not_exist_is_told_apart(void **state)
{
	(void)state;
	assert_true(calendar_exists((struct calendar_date){2024, 2, 29}));
	assert_true(calendar_exists((struct calendar_date){2000, 2, 29}));
	assert_false(calendar_exists((struct calendar_date){2025, 2, 29}));
	assert_false(calendar_exists((struct calendar_date){2100, 2, 29}));
	assert_false(calendar_exists((struct calendar_date){2025, 4, 31}));
	assert_false(calendar_exists((struct calendar_date){2025, 0, 1}));
	assert_false(calendar_exists((struct calendar_date){2025, 13, 1}));
	assert_false(calendar_exists((struct calendar_date){2025, 1, 0}));
	assert_false(calendar_exists((struct calendar_date){0, 1, 1}));
}

static void easter_is_the_published_one(void **state)
{
	(void)state;
	static const struct calendar_date easters[] = {{2020, 4, 12}, {2021, 4, 4}, {2022, 4, 17},
		{2023, 4, 9}, {2024, 3, 31}, {2025, 4, 20}, {2026, 4, 5}, {2027, 3, 28},
		{2028, 4, 16}, {2029, 4, 1}, {2030, 4, 21}, {2031, 4, 13}, {2032, 3, 28},
		{2033, 4, 17}, {2034, 4, 9}, {2035, 3, 25}, {2036, 4, 13}, {2037, 4, 5},
		{2038, 4, 25}, {2039, 4, 10}, {2040, 4, 1}};
	for (size_t i = 0; i < COUNT(easters); i++)
		assert_int_equal(calendar_easter(easters[i].year), calendar_day(easters[i]));
}

static void the_day_changes_at_midnight_in_amsterdam(void **state)
{
	(void)state;
	assert_int_equal(calendar_day_of(utc(2025, 1, 14, 23) - 1), on(2025, 1, 14));
	assert_int_equal(calendar_day_of(utc(2025, 1, 14, 23)), on(2025, 1, 15));
	assert_int_equal(calendar_day_of(utc(2025, 7, 14, 22) - 1), on(2025, 7, 14));
	assert_int_equal(calendar_day_of(utc(2025, 7, 14, 22)), on(2025, 7, 15));
	assert_int_equal(calendar_day_of(utc(2025, 12, 31, 23)), on(2026, 1, 1));
	assert_int_equal(calendar_day_of(utc(1969, 12, 31, 22)), on(1969, 12, 31));
	assert_int_equal(calendar_day_of(utc(1969, 12, 31, 23)), 0);
}

/* 30 March 2025 had 23 hours, 26 October 2025 had 25. */
static void the_hour_is_that_of_a_clock_in_amsterdam(void **state)
{
	(void)state;
	assert_int_equal(calendar_hour_of(utc(2025, 1, 15, 8)), 9);
	assert_int_equal(calendar_hour_of(utc(2025, 7, 15, 8) - 1), 9);
	assert_int_equal(calendar_hour_of(utc(2025, 7, 15, 22)), 0);
	assert_int_equal(calendar_hour_of(utc(2025, 7, 15, 22) - 1), 23);
	assert_int_equal(calendar_hour_of(utc(2025, 3, 30, 1)), 3); /* there is no 2 */
	for (int hour = 0; hour < 2; hour++)                        /* it is 2 twice */
		assert_int_equal(calendar_hour_of(utc(2025, 10, 26, hour)), 2);
	assert_int_equal(calendar_hour_of(utc(1969, 12, 31, 22)), 23);
	for (int64_t far = 1; far > 0 && far < INT64_MAX / 2; far *= 2) {
		assert_in_range(calendar_hour_of(far), 0, 23);
		assert_in_range(calendar_hour_of(-far), 0, 23);
	}
}

static void summer_time_begins_and_ends_on_the_last_sunday(void **state)
{
	(void)state;
	assert_int_equal(calendar_day_start(on(2025, 3, 30)), utc(2025, 3, 29, 23));
	assert_int_equal(calendar_day_start(on(2025, 3, 31)), utc(2025, 3, 30, 22));
	assert_int_equal(calendar_day_start(on(2025, 10, 26)), utc(2025, 10, 25, 22));
	assert_int_equal(calendar_day_start(on(2025, 10, 27)), utc(2025, 10, 26, 23));
	assert_int_equal(calendar_day_of(utc(2025, 3, 30, 22) - 1), on(2025, 3, 30));
	assert_int_equal(calendar_day_of(utc(2025, 3, 30, 22)), on(2025, 3, 31));
	assert_int_equal(calendar_day_of(utc(2025, 10, 26, 23) - 1), on(2025, 10, 26));
	assert_int_equal(calendar_day_of(utc(2025, 10, 26, 23)), on(2025, 10, 27));
}

/* The C library's own table of the zone is the second opinion; where it has none there is nothing
 * to ask. */
static void day_starts_agree_with_the_zone_of_the_c_library(void **state)
{
	(void)state;
	setenv("TZ", "Europe/Amsterdam", 1);
	tzset();
	for (int32_t day = on(2015, 1, 1); day <= on(2040, 12, 31); day++) {
		struct calendar_date date = calendar_date(day);
		struct tm tm = {.tm_year = date.year - 1900,
			.tm_mon = date.month - 1,
			.tm_mday = date.day,
			.tm_isdst = -1};
		int64_t start = calendar_day_start(day);
		if (tzname[0][0] == 'C')
			assert_int_equal(start, (int64_t)mktime(&tm) * 1000);
		assert_int_equal(calendar_day_of(start), day);
		assert_int_equal(calendar_day_of(start - 1), day - 1);
	}
}

/* A client's number may be any: microseconds, nanoseconds, a sign too many. It is no day of ours, and stops
 * nobody: not in March and October, when the last Sunday of the month is asked for, either. */
static void every_instant_has_a_day(void **state)
{
	(void)state;
	const int64_t hour_us = HOUR_MS * 1000, now_ms = utc(2026, 11, 27, 12);
	assert_int_equal(calendar_day_of(CALENDAR_MIN_MS), on(1, 1, 1));
	assert_int_equal(calendar_day_of(CALENDAR_MIN_MS - 1), on(1, 1, 1));
	assert_int_equal(calendar_day_of(utc(9999, 12, 31, 22)), on(9999, 12, 31));
	assert_int_equal(calendar_day_of(CALENDAR_MAX_MS + 1), on(9999, 12, 31));
	assert_int_equal(calendar_day_of(INT64_MIN), on(1, 1, 1));
	assert_int_equal(calendar_day_of(INT64_MAX), on(9999, 12, 31));
	for (int hour = 0; hour < 24 * 366; hour++)
		assert_int_equal(calendar_day_of(now_ms * 1000 + hour * hour_us), on(9999, 12, 31));
	for (int bit = 0; bit < 63; bit++) {
		int64_t far = INT64_C(1) << bit;
		assert_in_range(calendar_day_of(far), 0, on(9999, 12, 31));
		assert_true(calendar_day_of(-far) <= 0 && calendar_day_of(-far) >= on(1, 1, 1));
	}
	for (int month = 1; month <= 12; month++) {
		assert_int_equal(calendar_day_of(utc(10000, month, 15, 12)), on(9999, 12, 31));
		assert_int_equal(calendar_day_of(utc(0, month, 15, 12)), on(1, 1, 1));
		assert_int_equal(calendar_day_of(utc(-40000, month, 15, 12)), on(1, 1, 1));
		assert_int_equal(calendar_day_of(utc(60000, month, 15, 12)), on(9999, 12, 31));
	}
}

static void what_follows_from_the_last_of_days_is_a_day(void **state)
{
	(void)state;
	assert_int_equal(calendar_add_months(on(9999, 8, 31), 6), on(10000, 2, 29));
	assert_int_equal(calendar_add_months(on(1, 1, 31), -2), on(0, 11, 30));
	assert_int_equal(calendar_add_months(on(0, 1, 1), -13), on(-2, 12, 1));
	assert_int_equal(calendar_birthday(on(9984, 2, 29), 18), on(10002, 3, 1));
	assert_int_equal(calendar_birthday(on(9984, 2, 29), 16), on(10000, 2, 29));
	assert_int_equal(calendar_age(on(-3, 10, 9), on(9999, 10, 9)), 10002);
	assert_int_equal(calendar_add_working_days(on(9999, 12, 31), 1, NULL, 0), on(10000, 1, 3));
	for (int year = -400; year < 0; year++) {
		int32_t easter = calendar_easter(year);
		assert_in_range(easter - on(year, 3, 22), 0, 34);
		assert_int_equal(calendar_weekday(easter), 7);
	}
	for (int32_t day = on(-1200, 12, 1); day < on(3, 1, 1); day++)
		assert_int_equal(calendar_day(calendar_date(day)), day);
	calendar_date(INT32_MIN);
	calendar_date(INT32_MAX);
}

static void months_later_is_the_same_day_or_the_months_last(void **state)
{
	(void)state;
	assert_int_equal(calendar_add_months(on(2025, 1, 15), 6), on(2025, 7, 15));
	assert_int_equal(calendar_add_months(on(2025, 8, 31), 6), on(2026, 2, 28));
	assert_int_equal(calendar_add_months(on(2023, 8, 29), 6), on(2024, 2, 29));
	assert_int_equal(calendar_add_months(on(2023, 8, 31), 6), on(2024, 2, 29));
	assert_int_equal(calendar_add_months(on(2025, 3, 31), 1), on(2025, 4, 30));
	assert_int_equal(calendar_add_months(on(2025, 12, 31), 6), on(2026, 6, 30));
	assert_int_equal(calendar_add_months(on(2025, 12, 1), 1), on(2026, 1, 1));
	assert_int_equal(calendar_add_months(on(2025, 1, 31), -2), on(2024, 11, 30));
	assert_int_equal(calendar_add_months(on(2024, 2, 29), 15 * 12), on(2039, 2, 28));
}

static void who_was_born_on_the_leap_day_has_a_birthday_on_1_march(void **state)
{
	(void)state;
	int32_t birth = on(2008, 2, 29);
	assert_int_equal(calendar_birthday(birth, 18), on(2026, 3, 1));
	assert_int_equal(calendar_age(birth, on(2026, 2, 28)), 17);
	assert_int_equal(calendar_age(birth, on(2026, 3, 1)), 18);
	assert_int_equal(calendar_birthday(birth, 20), on(2028, 2, 29));
	assert_int_equal(calendar_age(birth, on(2028, 2, 28)), 19);
	assert_int_equal(calendar_age(birth, on(2028, 2, 29)), 20);
}

static void age_goes_up_on_the_birthday(void **state)
{
	(void)state;
	int32_t birth = on(2007, 6, 15);
	assert_int_equal(calendar_age(birth, birth), 0);
	assert_int_equal(calendar_age(birth, on(2025, 6, 14)), 17);
	assert_int_equal(calendar_age(birth, on(2025, 6, 15)), 18);
	assert_int_equal(calendar_age(birth, on(2025, 12, 31)), 18);
	assert_int_equal(calendar_age(on(1931, 12, 31), on(2025, 1, 1)), 93);
}

static void the_holidays_of_the_law_are_no_working_days(void **state)
{
	(void)state;
	static const struct calendar_date holidays[] = {{2025, 1, 1}, {2025, 4, 18}, {2025, 4, 21},
		{2025, 5, 5}, {2025, 5, 29}, {2025, 6, 9}, {2025, 12, 25}, {2025, 12, 26},
		{2026, 4, 3}, {2026, 4, 6}, {2026, 4, 27}, {2026, 5, 5}, {2026, 5, 14},
		{2026, 5, 25}, {2024, 3, 29}, {2024, 4, 1}, {2024, 5, 9}, {2024, 5, 20},
		{2038, 4, 23}, {2038, 6, 3}};
	for (size_t i = 0; i < COUNT(holidays); i++)
		assert_false(calendar_is_working_day(calendar_day(holidays[i]), NULL, 0));
	/* The days around them are worked: the offsets from Easter are exact. */
	static const struct calendar_date worked[] = {{2025, 4, 17}, {2025, 4, 22}, {2025, 5, 30},
		{2025, 5, 28}, {2025, 6, 10}, {2025, 12, 24}, {2025, 12, 31}, {2025, 5, 6},
		{2026, 1, 2}};
	for (size_t i = 0; i < COUNT(worked); i++)
		assert_true(calendar_is_working_day(calendar_day(worked[i]), NULL, 0));
}

/* In 2025 and 2031 the 27th of April is a Sunday, and the king is celebrated on Saturday the 26th.
 */
static void kings_day_on_a_sunday_takes_no_working_day(void **state)
{
	(void)state;
	static const int years[] = {2025, 2031, 2036};
	for (size_t i = 0; i < COUNT(years); i++) {
		assert_int_equal(calendar_weekday(on(years[i], 4, 27)), 7);
		assert_false(calendar_is_working_day(on(years[i], 4, 26), NULL, 0));
		assert_false(calendar_is_working_day(on(years[i], 4, 27), NULL, 0));
		assert_true(calendar_is_working_day(on(years[i], 4, 28), NULL, 0));
	}
	/* On another weekday the 26th is worked. */
	assert_true(calendar_is_working_day(on(2027, 4, 26), NULL, 0));
	assert_false(calendar_is_working_day(on(2027, 4, 27), NULL, 0));
}

/* Collective agreements give 5 May once in five years; the law, which counts terms, gives it every
 * year. */
static void the_5th_of_may_is_free_every_year(void **state)
{
	(void)state;
	for (int year = 2015; year <= 2040; year++)
		assert_false(calendar_is_working_day(on(year, 5, 5), NULL, 0));
}

static void five_working_days_skip_weekends_and_holidays(void **state)
{
	(void)state;
	/* Monday to Monday; the day itself is day 0. */
	assert_int_equal(calendar_add_working_days(on(2025, 9, 1), 5, NULL, 0), on(2025, 9, 8));
	/* Reported on a Saturday: Monday is the first. */
	assert_int_equal(calendar_add_working_days(on(2025, 9, 6), 5, NULL, 0), on(2025, 9, 12));
	/* Over Good Friday and Easter Monday. */
	assert_int_equal(calendar_add_working_days(on(2025, 4, 16), 5, NULL, 0), on(2025, 4, 25));
	/* Over Christmas, a weekend and New Year's Day. */
	assert_int_equal(calendar_add_working_days(on(2025, 12, 24), 5, NULL, 0), on(2026, 1, 5));
	assert_int_equal(calendar_add_working_days(on(2025, 12, 25), 0, NULL, 0), on(2025, 12, 25));
	assert_int_equal(calendar_add_working_days(on(2025, 12, 24), 1, NULL, 0), on(2025, 12, 29));
}

static void extra_closing_days_are_skipped(void **state)
{
	(void)state;
	const int32_t closed[] = {on(2025, 9, 2), on(2025, 9, 4), on(2025, 9, 5)};
	assert_false(calendar_is_working_day(on(2025, 9, 2), closed, COUNT(closed)));
	assert_true(calendar_is_working_day(on(2025, 9, 3), closed, COUNT(closed)));
	assert_false(calendar_is_working_day(on(2025, 9, 5), closed, COUNT(closed)));
	assert_int_equal(calendar_add_working_days(on(2025, 9, 1), 5, closed, COUNT(closed)),
		on(2025, 9, 11));
}

/* 2025 had 261 weekdays, of which 1 Jan, 18 and 21 Apr, 5 and 29 May, 9 Jun, 25 and 26 Dec were
 * free. */
static void a_year_has_as_many_working_days_as_it_should(void **state)
{
	(void)state;
	int count_2025 = 0, count_2026 = 0;
	for (int32_t day = on(2025, 1, 1); day <= on(2025, 12, 31); day++)
		count_2025 += calendar_is_working_day(day, NULL, 0);
	for (int32_t day = on(2026, 1, 1); day <= on(2026, 12, 31); day++)
		count_2026 += calendar_is_working_day(day, NULL, 0);
	assert_int_equal(count_2025, 253);
	/* 261 weekdays less 1 Jan, 3, 6 and 27 Apr, 5, 14 and 25 May, 25 Dec. */
	assert_int_equal(count_2026, 253);
}

/* ---- 2020 to 2040 against holidays.txt, which was made by other people's code ---- */

struct listed {
	int year;
	int32_t free[16], turns[2]; /* turns: when summer time begins and ends */
	size_t free_count, turn_count;
};

/* The next year of the list; false at its end. */
static bool listed_next(FILE *list, struct listed *out)
{
	char line[256];
	do {
		if (!fgets(line, sizeof line, list))
			return false;
	} while (line[0] == '#');
	*out = (struct listed){.year = (int)strtol(strtok(line, " \n"), NULL, 10)};
	bool turns = false;
	for (const char *word; (word = strtok(NULL, " \n"));) {
		if (*word == '|') {
			turns = true;
			continue;
		}
		int month = (int)strtol(word, NULL, 10), day = (int)strtol(word + 3, NULL, 10);
		assert_true(turns ? out->turn_count < 2 : out->free_count < COUNT(out->free));
		if (turns)
			out->turns[out->turn_count++] = on(out->year, month, day);
		else
			out->free[out->free_count++] = on(out->year, month, day);
	}
	return true;
}

static bool is_listed(const struct listed *listed, int32_t day)
{
	for (size_t i = 0; i < listed->free_count; i++)
		if (listed->free[i] == day)
			return true;
	return false;
}

/* Fails on a day that the list has and we work, and on one that we have off and the list works. */
static void working_days_of_2020_to_2040_are_the_listed_ones(void **state)
{
	(void)state;
	FILE *list = fopen("tests/unit/holidays.txt", "re");
	assert_non_null(list);
	int next = 2020;
	for (struct listed listed; listed_next(list, &listed); next++) {
		assert_int_equal(listed.year, next);
		assert_true(listed.free_count >= 10);
		for (int32_t day = on(next, 1, 1); day < on(next + 1, 1, 1); day++) {
			bool worked = calendar_weekday(day) < 6 && !is_listed(&listed, day);
			if (calendar_is_working_day(day, NULL, 0) != worked)
				fail_msg("%d-%02d-%02d", next, calendar_date(day).month,
					calendar_date(day).day);
		}
	}
	assert_int_equal(next, 2041);
	fclose(list);
}

/* The instant at which a deadline passes is the end of its day: 23 or 25 hours long on these. */
static void days_of_2020_to_2040_are_24_hours_but_for_the_listed_ones(void **state)
{
	(void)state;
	FILE *list = fopen("tests/unit/holidays.txt", "re");
	assert_non_null(list);
	int years = 0;
	for (struct listed listed; listed_next(list, &listed); years++) {
		assert_int_equal(listed.turn_count, 2);
		for (int32_t day = on(listed.year, 1, 1); day < on(listed.year + 1, 1, 1); day++) {
			int64_t hours = day == listed.turns[0]   ? 23
					: day == listed.turns[1] ? 25
								 : 24;
			int64_t length = calendar_day_start(day + 1) - calendar_day_start(day);
			assert_int_equal(length, hours * HOUR_MS);
		}
	}
	assert_int_equal(years, 21);
	fclose(list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_day_of_four_centuries_survives_the_round_trip),
		cmocka_unit_test(a_date_that_does_not_exist_is_told_apart),
		cmocka_unit_test(easter_is_the_published_one),
		cmocka_unit_test(the_day_changes_at_midnight_in_amsterdam),
		cmocka_unit_test(the_hour_is_that_of_a_clock_in_amsterdam),
		cmocka_unit_test(summer_time_begins_and_ends_on_the_last_sunday),
		cmocka_unit_test(day_starts_agree_with_the_zone_of_the_c_library),
		cmocka_unit_test(every_instant_has_a_day),
		cmocka_unit_test(what_follows_from_the_last_of_days_is_a_day),
		cmocka_unit_test(months_later_is_the_same_day_or_the_months_last),
		cmocka_unit_test(who_was_born_on_the_leap_day_has_a_birthday_on_1_march),
		cmocka_unit_test(age_goes_up_on_the_birthday),
		cmocka_unit_test(the_holidays_of_the_law_are_no_working_days),
		cmocka_unit_test(kings_day_on_a_sunday_takes_no_working_day),
		cmocka_unit_test(the_5th_of_may_is_free_every_year),
		cmocka_unit_test(five_working_days_skip_weekends_and_holidays),
		cmocka_unit_test(extra_closing_days_are_skipped),
		cmocka_unit_test(a_year_has_as_many_working_days_as_it_should),
		cmocka_unit_test(working_days_of_2020_to_2040_are_the_listed_ones),
		cmocka_unit_test(days_of_2020_to_2040_are_24_hours_but_for_the_listed_ones),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
