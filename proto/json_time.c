#include "lib/calendar.h"
#include "lib/err.h"
#include "proto/json.h"
#include <stdio.h>
#include <string.h>

#define DAY_MS INT64_C(86400000)
#define MINUTE_MS INT64_C(60000)

/* What is left to read. */
struct text {
	const char *at;
	const char *end;
};

/* Exactly `digits` of them. */
static bool take_number(struct text *text, int digits, int *out)
{
	int value = 0;
	if (text->end - text->at < digits)
		return false;
	for (int i = 0; i < digits; i++) {
		char c = text->at[i];
		if (c < '0' || c > '9')
			return false;
		value = value * 10 + (c - '0');
	}
	text->at += digits;
	*out = value;
	return true;
}

/* One character out of `any`; 0 when another stands there. */
static char take_char(struct text *text, const char *any)
{
	if (text->at == text->end || !*text->at || !strchr(any, *text->at))
		return 0;
	return *text->at++;
}

static bool take_day(struct text *text, int32_t *day)
{
	struct calendar_date date;
	if (!take_number(text, 4, &date.year) || !take_char(text, "-") ||
		!take_number(text, 2, &date.month) || !take_char(text, "-") ||
		!take_number(text, 2, &date.day) || !calendar_exists(date))
		return false;
	*day = calendar_day(date);
	return true;
}

/* Any number of digits after the point; what is finer than a millisecond is cut off. */
static bool take_fraction(struct text *text, int *ms)
{
	int unit = 100, digit;
	const char *first = text->at;
	*ms = 0;
	for (; take_number(text, 1, &digit); unit /= 10)
		*ms += unit * digit;
	return text->at > first;
}

/* Second 60, where it is one, is read as the last of 59. */
static bool take_clock(struct text *text, int64_t *ms, bool *leaps)
{
	int hour, minute, second, fraction = 0;
	if (!take_number(text, 2, &hour) || !take_char(text, ":") ||
		!take_number(text, 2, &minute) || !take_char(text, ":") ||
		!take_number(text, 2, &second))
		return false;
	if (take_char(text, ".") && !take_fraction(text, &fraction))
		return false;
	*leaps = second == 60;
	*ms = ((hour * 60 + minute) * 60 + second) * INT64_C(1000) + (*leaps ? -1 : fraction);
	return hour < 24 && minute < 60 && second <= 60;
}

/* Leap seconds stand at the end of a June or a December in UTC. */
static bool is_before_leap(int64_t instant_ms)
{
	struct calendar_date date = calendar_date((int32_t)((instant_ms + 1) / DAY_MS));
	return (instant_ms + 1) % DAY_MS == 0 && date.day == 1 &&
	       (date.month == 1 || date.month == 7);
}

static bool take_offset(struct text *text, int64_t *ms)
{
	int hour, minute;
	char sign = take_char(text, "Zz+-");
	*ms = 0;
	if (sign == 'Z' || sign == 'z')
		return true;
	if (!sign || !take_number(text, 2, &hour) || !take_char(text, ":") ||
		!take_number(text, 2, &minute) || hour > 23 || minute > 59)
		return false;
	*ms = (hour * 60 + minute) * (sign == '-' ? -MINUTE_MS : MINUTE_MS);
	return true;
}

int instant_parse(const char *text, size_t len, int64_t *ms)
{
	struct text left = {text, text + len};
	int32_t day;
	int64_t clock, offset;
	bool leaps;
	if (!take_day(&left, &day) || !take_char(&left, "Tt") ||
		!take_clock(&left, &clock, &leaps) || !take_offset(&left, &offset) ||
		left.at != left.end)
		return ERR_INVALID;
	int64_t instant = day * DAY_MS + clock - offset;
	if (instant < CALENDAR_MIN_MS || instant > CALENDAR_MAX_MS ||
		(leaps && !is_before_leap(instant)))
		return ERR_INVALID;
	*ms = instant;
	return 0;
}

int day_parse(const char *text, size_t len, int32_t *day)
{
	struct text left = {text, text + len};
	int32_t read;
	if (!take_day(&left, &read) || left.at != left.end)
		return ERR_INVALID;
	*day = read;
	return 0;
}

static int64_t between(int64_t low, int64_t value, int64_t high)
{
	return value < low ? low : value > high ? high : value;
}

void day_print(int32_t day, char out[16])
{
	struct calendar_date date =
		calendar_date((int32_t)between(CALENDAR_DAY_MIN, day, CALENDAR_DAY_MAX));
	snprintf(out, 16, "%04u-%02u-%02u", (unsigned)date.year % 10000u,
		(unsigned)date.month % 100u, (unsigned)date.day % 100u);
}

void instant_print(int64_t ms, char out[32])
{
	ms = between(CALENDAR_MIN_MS, ms, CALENDAR_MAX_MS);
	int64_t clock = (ms % DAY_MS + DAY_MS) % DAY_MS;
	char day[16];
	day_print((int32_t)((ms - clock) / DAY_MS), day);
	unsigned seconds = (unsigned)(clock / 1000);
	snprintf(out, 32, "%sT%02u:%02u:%02u.%03uZ", day, seconds / 3600 % 24, seconds / 60 % 60,
		seconds % 60, (unsigned)(clock % 1000));
}
