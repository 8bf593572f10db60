#include "kpi/period.h"

#include "lib/calendar.h"
#include "lib/series.h"
#include <stdio.h>
#include <string.h>

/* Exactly `count` digits as a number; -1 when there are others. */
static int digits_parse(const char *text, size_t count)
{
	int number = 0;
	for (size_t i = 0; i < count; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		number = 10 * number + text[i] - '0';
	}
	return number;
}

static bool day_parse(const char *text, size_t len, int32_t *day)
{
	if (len != 10 || text[4] != '-' || text[7] != '-')
		return false;
	struct calendar_date date = {
		digits_parse(text, 4), digits_parse(text + 5, 2), digits_parse(text + 8, 2)};
	if (date.year < SERIES_YEAR_FIRST || date.year > SERIES_YEAR_LAST || !calendar_exists(date))
		return false;
	*day = calendar_day(date);
	return true;
}

static struct period months_from(int year, int month, int count)
{
	int32_t from = calendar_day((struct calendar_date){year, month, 1});
	return (struct period){.from = from, .to = calendar_add_months(from, count) - 1};
}

/* 2025, 2025-Q1, 2025-03, 2025-03-01 */
static bool named_parse(const char *text, struct period *out)
{
	size_t len = strlen(text);
	int32_t day;
	if (day_parse(text, len, &day)) {
		*out = (struct period){.from = day, .to = day};
		return true;
	}
	int year = len >= 4 ? digits_parse(text, 4) : -1;
	if (year < SERIES_YEAR_FIRST || year > SERIES_YEAR_LAST)
		return false;
	if (len == 4) {
		*out = months_from(year, 1, 12);
		return true;
	}
	if (len != 7 || text[4] != '-')
		return false;
	int quarter = text[5] == 'Q' ? digits_parse(text + 6, 1) : -1;
	int month = digits_parse(text + 5, 2);
	if (quarter >= 1 && quarter <= 4)
		*out = months_from(year, 3 * quarter - 2, 3);
	else if (month >= 1 && month <= 12)
		*out = months_from(year, month, 1);
	else
		return false;
	return true;
}

/* today, 7d, quarter, year */
static bool relative_parse(const char *text, int32_t today, struct period *out)
{
	struct calendar_date date = calendar_date(today);
	size_t len = strlen(text);
	if (!strcmp(text, "today"))
		*out = (struct period){.from = today, .to = today};
	else if (!strcmp(text, "year"))
		*out = (struct period){.from = months_from(date.year, 1, 12).from, .to = today};
	else if (!strcmp(text, "quarter"))
		*out = (struct period){
			.from = months_from(date.year, (date.month - 1) / 3 * 3 + 1, 3).from,
			.to = today};
	else if (len >= 2 && len <= 5 && text[len - 1] == 'd' && digits_parse(text, len - 1) > 0)
		*out = (struct period){
			.from = today - digits_parse(text, len - 1) + 1, .to = today};
	else
		return false;
	return true;
}

int period_parse(const char *text, int32_t today, struct period *out, struct why *why)
{
	struct period period = {0};
	const char *dots = strstr(text, "..");
	bool known = dots ? day_parse(text, (size_t)(dots - text), &period.from) &&
				     day_parse(dots + 2, strlen(dots + 2), &period.to)
			  : named_parse(text, &period) || relative_parse(text, today, &period);
	if (!known)
		return why_set(why, ERR_INVALID,
			"%.40s is no period; there are 2025, 2025-Q1, 2025-03, 2025-03-01, "
			"2025-03-01..2025-03-31, today, 7d, 28d, quarter and year, from %d to %d",
			text, SERIES_YEAR_FIRST, SERIES_YEAR_LAST);
	if (period.from > period.to)
		return why_set(why, ERR_INVALID, "the period %.40s ends before it begins", text);
	*out = period;
	out->today = today;
	return 0;
}

int period_spans(const struct period *period, int months)
{
	struct calendar_date from = calendar_date(period->from),
			     end = calendar_date(period->to + 1);
	if (from.day != 1 || (from.month - 1) % months || end.day != 1 || (end.month - 1) % months)
		return 0;
	return ((end.year - from.year) * 12 + end.month - from.month) / months;
}

int32_t period_span_start(int32_t day, int months)
{
	struct calendar_date date = calendar_date(day);
	date.month -= (date.month - 1) % months;
	date.day = 1;
	return calendar_day(date);
}

static bool is_month_end(int32_t day)
{
	return calendar_date(day + 1).day == 1;
}

struct period period_last_year(const struct period *period)
{
	struct period before = *period;
	before.from = calendar_add_months(period->from, -12);
	before.to = is_month_end(period->to) ? calendar_add_months(period->to + 1, -12) - 1
					     : calendar_add_months(period->to, -12);
	return before;
}

struct period period_previous(const struct period *period)
{
	struct period before = *period;
	int months = period_spans(period, 1);
	before.from = months ? calendar_add_months(period->from, -months)
			     : period->from - (period->to - period->from + 1);
	before.to = period->from - 1;
	return before;
}

/* ---- its months, quarters and days ---- */

static int span_months(enum span span)
{
	return span == SPAN_QUARTER ? 3 : 1;
}

/* Of a month or quarter, among all that there are. */
static int span_number(int32_t day, enum span span)
{
	struct calendar_date date = calendar_date(day);
	return (date.year * 12 + date.month - 1) / span_months(span);
}

size_t period_count(const struct period *period, enum span span)
{
	return span == SPAN_DAY
		       ? (size_t)(period->to - period->from) + 1
		       : (size_t)(span_number(period->to, span) - span_number(period->from, span)) +
				 1;
}

struct period period_part(const struct period *period, enum span span, size_t index)
{
	struct period part = *period;
	if (span == SPAN_DAY) {
		part.from = part.to = period->from + (int32_t)index;
		return part;
	}
	int months = span_months(span);
	int32_t first =
		calendar_add_months(period_span_start(period->from, months), (int)index * months);
	int32_t last = calendar_add_months(first, months) - 1;
	part.from = first > period->from ? first : period->from;
	part.to = last < period->to ? last : period->to;
	return part;
}

bool period_is_over(const struct period *part, enum span span)
{
	return part->today >
	       (span == SPAN_DAY ? part->to
				 : calendar_add_months(period_span_start(part->to, 1), 1) - 1);
}

void period_print_key(int32_t day, enum span span, char text[16])
{
	calendar_print(day, text);
	if (span == SPAN_MONTH)
		text[strlen("2025-03")] = 0;
}

void period_print_label(int32_t day, enum span span, char text[32])
{
	static const char *const months[] = {"januari", "februari", "maart", "april", "mei", "juni",
		"juli", "augustus", "september", "oktober", "november", "december"};
	struct calendar_date date = calendar_date(day);
	const char *month = months[date.month - 1];
	if (span == SPAN_MONTH)
		snprintf(text, 32, "%s %d", month, date.year);
	else
		snprintf(text, 32, "%d %s %d", date.day, month, date.year);
}
