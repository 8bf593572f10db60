#include "lib/calendar.h"

#include "lib/clean.h"
#include <stdio.h>

#define HOUR_MS INT64_C(3600000)
#define DAY_MS (24 * HOUR_MS)

enum { MONDAY = 1, SATURDAY = 6, SUNDAY = 7 };

static bool is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int month_length(int year, int month)
{
	static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	return month == 2 && is_leap(year) ? 29 : lengths[month - 1];
}

/* Of any year, also those that calendar_exists leaves out. */
static bool is_date(struct calendar_date date)
{
	return date.month >= 1 && date.month <= 12 && date.day >= 1 &&
	       date.day <= month_length(date.year, date.month);
}

bool calendar_exists(struct calendar_date date)
{
	return date.year >= 1 && date.year <= 9999 && is_date(date);
}

static int64_t floor_div(int64_t value, int64_t by)
{
	return value / by - (value % by < 0);
}

/* Years are counted from 1 March, so that the leap day is a year's last day; 400 years are an era
 * of 146097 days (Howard Hinnant, "chrono-compatible low-level date algorithms"). */
int32_t calendar_day(struct calendar_date date)
{
	must(is_date(date));
	int year = date.year - (date.month <= 2);
	int era = (int)floor_div(year, 400);
	int year_of_era = year - era * 400;
	int day_of_year = (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
	int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
	return era * 146097 + (day_of_era - 719468);
}

struct calendar_date calendar_date(int32_t day)
{
	int64_t since = day + INT64_C(719468);
	int era = (int)floor_div(since, 146097);
	int day_of_era = (int)(since - era * INT64_C(146097));
	int year_of_era =
		(day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int from_march = (5 * day_of_year + 2) / 153;
	int month = from_march < 10 ? from_march + 3 : from_march - 9;
	return (struct calendar_date){
		.year = year_of_era + era * 400 + (month <= 2),
		.month = month,
		.day = day_of_year - (153 * from_march + 2) / 5 + 1,
	};
}

void calendar_print(int32_t day, char text[CALENDAR_TEXT])
{
	struct calendar_date date = calendar_date(day);
	snprintf(text, CALENDAR_TEXT, "%04d-%02d-%02d", date.year % 10000, date.month % 100,
		date.day % 100);
}

int calendar_weekday(int32_t day)
{
	int since_thursday = day % 7; /* 1970-01-01 was a Thursday */
	return (since_thursday + 7 + 3) % 7 + MONDAY;
}

static int32_t last_sunday(int year, int month)
{
	int32_t last = calendar_day((struct calendar_date){year, month, month_length(year, month)});
	return last - calendar_weekday(last) % 7;
}

static int64_t offset_ms(int64_t instant_ms)
{
	int32_t day = (int32_t)floor_div(instant_ms, DAY_MS);
	struct calendar_date date = calendar_date(day);
	if (date.month < 3 || date.month > 10)
		return HOUR_MS;
	if (date.month > 3 && date.month < 10)
		return 2 * HOUR_MS;
	int64_t change_ms = last_sunday(date.year, date.month) * DAY_MS + HOUR_MS;
	bool summer = (date.month == 3) == (instant_ms >= change_ms);
	return summer ? 2 * HOUR_MS : HOUR_MS;
}

int64_t calendar_day_start(int32_t day)
{
	/* Midnight is never within an hour of a change, so the offset at 23:00 UTC holds at 22:00
	 * too. */
	int64_t midnight_utc = day * DAY_MS;
	return midnight_utc - offset_ms(midnight_utc - HOUR_MS);
}

int32_t calendar_day_of(int64_t instant_ms)
{
	/* Most instants are of the same day as the one before. */
	static _Thread_local struct {
		int64_t start_ms, end_ms;
		int32_t day;
	} last;
	if (instant_ms >= last.start_ms && instant_ms < last.end_ms)
		return last.day;
	if (instant_ms < CALENDAR_MIN_MS)
		return CALENDAR_DAY_MIN;
	if (instant_ms > CALENDAR_MAX_MS)
		return CALENDAR_DAY_MAX;
	int32_t day = (int32_t)floor_div(instant_ms + offset_ms(instant_ms), DAY_MS);
	last.start_ms = calendar_day_start(day);
	last.end_ms = calendar_day_start(day + 1);
	last.day = day;
	return day;
}

int calendar_hour_of(int64_t instant_ms)
{
	int64_t within_ms = instant_ms < CALENDAR_MIN_MS   ? CALENDAR_MIN_MS
			    : instant_ms > CALENDAR_MAX_MS ? CALENDAR_MAX_MS
							   : instant_ms;
	return (int)(floor_div(within_ms + offset_ms(within_ms), HOUR_MS) -
		     24 * floor_div(within_ms + offset_ms(within_ms), DAY_MS));
}

/* The Gregorian computus (Meeus, Jones and Butcher). It is written for years from 0 on, and comes
 * round after 5,700,000 of them. */
int32_t calendar_easter(int year)
{
	int of = year % 5700000 + (year < 0 ? 5700000 : 0);
	int a = of % 19, b = of / 100, c = of % 100;
	int h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
	int l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
	int m = (a + 11 * h + 22 * l) / 451;
	int n = h + l - 7 * m + 114;
	return calendar_day((struct calendar_date){year, n / 31, n % 31 + 1});
}

int32_t calendar_add_months(int32_t day, int months)
{
	struct calendar_date date = calendar_date(day);
	int since_zero = date.year * 12 + date.month - 1 + months;
	date.year = (int)floor_div(since_zero, 12);
	date.month = since_zero - 12 * date.year + 1;
	int length = month_length(date.year, date.month);
	if (date.day > length)
		date.day = length;
	return calendar_day(date);
}

int32_t calendar_birthday(int32_t birth, int age)
{
	struct calendar_date date = calendar_date(birth);
	date.year += age;
	if (!is_date(date))
		date = (struct calendar_date){date.year, 3, 1};
	return calendar_day(date);
}

int calendar_age(int32_t birth, int32_t day)
{
	int years = calendar_date(day).year - calendar_date(birth).year;
	return years - (day < calendar_birthday(birth, years));
}

static bool is_holiday(int32_t day, struct calendar_date date)
{
	int month_day = date.month * 100 + date.day;
	switch (month_day) {
	case 101:  /* New Year's Day */
	case 505:  /* Liberation Day, every year */
	case 1225: /* Christmas */
	case 1226:
		return true;
	case 427: /* King's Day; on a Sunday it moves to the 26th, a Saturday and no working day
	             anyway */
		return true;
	default:
		break;
	}
	if (date.month < 3 || date.month > 6) /* Easter is from 22 March to 25 April */
		return false;
	switch (day - calendar_easter(date.year)) {
	case -2: /* Good Friday */
	case 1:  /* Easter Monday */
	case 39: /* Ascension Day */
	case 50: /* Whit Monday */
		return true;
	default:
		return false;
	}
}

static bool is_closed(int32_t day, const int32_t *closed, size_t count)
{
	size_t low = 0, high = count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (closed[middle] == day)
			return true;
		if (closed[middle] < day)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

bool calendar_is_working_day(int32_t day, const int32_t *closed, size_t count)
{
	return calendar_weekday(day) < SATURDAY && !is_holiday(day, calendar_date(day)) &&
	       !is_closed(day, closed, count);
}

int32_t calendar_add_working_days(int32_t day, int n, const int32_t *closed, size_t count)
{
	must(n >= 0);
	while (n > 0)
		n -= calendar_is_working_day(++day, closed, count);
	return day;
}
