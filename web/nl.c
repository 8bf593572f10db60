#include "web/nl.h"

#include "lib/calendar.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

#define NO_BREAK "\u00A0"
#define MINUS "\u2212"
#define RANGE "\u2013"

static const char *const months[] = {"januari", "februari", "maart", "april", "mei", "juni", "juli",
	"augustus", "september", "oktober", "november", "december"};
const char *const nl_months_short[12] = {"jan.", "feb.", "mrt.", "apr.", "mei", "juni", "juli",
	"aug.", "sep.", "okt.", "nov.", "dec."};
static const char *const weekdays[] = {
	"maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"};

/* ---- numbers ---- */

static void thousands(unsigned long long number, struct buf *out)
{
	if (number < 1000) {
		buf_count(out, number);
		return;
	}
	thousands(number / 1000, out);
	buf_printf(out, ".%03llu", number % 1000);
}

void nl_count(long long number, struct buf *out)
{
	if (number < 0)
		buf_text(out, MINUS);
	thousands(number < 0 ? 0 - (unsigned long long)number : (unsigned long long)number, out);
}

void nl_euro(double euros, struct buf *out)
{
	buf_text(out, "€" NO_BREAK);
	nl_count(llround(euros), out);
}

static void with_unit(long long number, const char *one, const char *more, struct buf *out)
{
	nl_count(number, out);
	buf_printf(out, NO_BREAK "%s", number == 1 ? one : more);
}

void nl_days(long long days, struct buf *out)
{
	with_unit(days, "dag", "dagen", out);
}

void nl_seconds(long long seconds, struct buf *out)
{
	with_unit(seconds, "seconde", "seconden", out);
}

void nl_seconds_short(long long seconds, struct buf *out)
{
	with_unit(seconds, "sec.", "sec.", out);
}

/* Would the whole percent say other than the share: reached though it is not, or the other way round? */
static bool misleads(double share, double norm)
{
	double whole = round(100 * share), bound = 100 * norm;
	bool at_norm = fabs(share - norm) < 1e-9;
	return !at_norm && (fabs(whole - bound) < 1e-6 || (whole > bound) != (share > norm));
}

/* 79,96 would round to 80,0: with one decimal it is kept on its side. */
static double tenths_beside(double share, double norm)
{
	double tenths = round(1000 * share), bound = 1000 * norm;
	if (share < norm && tenths >= bound)
		return ceil(bound) - 1;
	if (share > norm && tenths <= bound)
		return floor(bound) + 1;
	return tenths;
}

void nl_share(double share, const double *norm, struct buf *out)
{
	if (!norm || !misleads(share, *norm)) {
		nl_count(llround(100 * share), out);
	} else {
		long long tenths = llround(tenths_beside(share, *norm));
		nl_count(tenths / 10, out);
		buf_printf(out, ",%lld", tenths % 10);
	}
	buf_char(out, '%');
}

void nl_shares(double low, double high, struct buf *out)
{
	nl_count(llround(100 * low), out);
	buf_text(out, RANGE);
	nl_count(llround(100 * high), out);
	buf_char(out, '%');
}

/* ---- days ---- */

void nl_day_month(int32_t day, struct buf *out)
{
	struct calendar_date date = calendar_date(day);
	buf_printf(out, "%d %s", date.day, months[date.month - 1]);
}

void nl_day(int32_t day, struct buf *out)
{
	nl_day_month(day, out);
	buf_printf(out, " %d", calendar_date(day).year);
}

void nl_month(int32_t day, struct buf *out)
{
	buf_text(out, months[calendar_date(day).month - 1]);
}

void nl_weekday(int32_t day, struct buf *out)
{
	buf_text(out, weekdays[calendar_weekday(day) - 1]);
}

void nl_day_short(int32_t day, int32_t today, struct buf *out)
{
	struct calendar_date date = calendar_date(day);
	buf_printf(out, "%d" NO_BREAK "%s", date.day, nl_months_short[date.month - 1]);
	if (date.year != calendar_date(today).year)
		buf_printf(out, " %d", date.year);
}

void nl_weekday_short(int32_t day, int32_t today, struct buf *out)
{
	buf_printf(out, "%.2s ", weekdays[calendar_weekday(day) - 1]);
	nl_day_short(day, today, out);
}

void nl_moment(int64_t instant_ms, struct buf *out)
{
	enum { MINUTE_MS = 60000, HOUR = 60, CHANGED = 2 * HOUR };
	int32_t day = calendar_day_of(instant_ms);
	int64_t start_ms = calendar_day_start(day);
	int64_t minute = (instant_ms - start_ms) / MINUTE_MS;
	/* An hour more or less than others has a day on which the clock is changed, at two or at three in the night. */
	int64_t longer = (calendar_day_start(day + 1) - start_ms) / MINUTE_MS - 24 * HOUR;
	if (longer && minute >= CHANGED + (longer > 0 ? HOUR : 0))
		minute -= longer;
	buf_printf(out, "%s ", weekdays[calendar_weekday(day) - 1]);
	nl_day(day, out);
	buf_printf(out, ", %d.%02d uur", (int)(minute / 60), (int)(minute % 60));
}

/* ---- periods ---- */

/* Is it so many whole months of one year, that begin at one of the year's? */
static bool is_span(struct calendar_date from, int32_t to, int32_t first, int count)
{
	return from.day == 1 && (from.month - 1) % count == 0 &&
	       calendar_add_months(first, count) - 1 == to;
}

void nl_period(int32_t from, int32_t to, struct buf *out)
{
	struct calendar_date date = calendar_date(from);
	if (from == to) {
		nl_day(from, out);
	} else if (is_span(date, to, from, 12)) {
		buf_printf(out, "%d", date.year);
	} else if (is_span(date, to, from, 3)) {
		buf_printf(out, "%de kwartaal %d", (date.month + 2) / 3, date.year);
	} else if (is_span(date, to, from, 1)) {
		buf_printf(out, "%s %d", months[date.month - 1], date.year);
	} else {
		nl_day_month(from, out);
		if (date.year != calendar_date(to).year)
			buf_printf(out, " %d", date.year);
		buf_text(out, " tot en met ");
		nl_day(to, out);
	}
}
