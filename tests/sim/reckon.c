#include "tests/sim/reckon.h"

#include "core/promise.h"
#include "lib/calendar.h"
#include "lib/clean.h"

#include <string.h>

const char *reckon_name(enum clock_kind kind)
{
	static const char *const names[] = {
		"none", "callback", "reaction", "first contact", "support start", "closing"};
	return names[kind];
}

void reckon_calendar(struct reckoning *reckoning, const char *text)
{
	auto_buf struct buf errors = {0};
	must(reckoning->count < CALENDARS_MAX);
	must(closing_parse(&reckoning->calendars[reckoning->count++], text, strlen(text),
		     PROMISE_CALENDAR, &errors) == 0);
}

void reckon_take(struct reckoning *reckoning, const Wot__V1__Event *event)
{
	auto_buf struct buf errors = {0};
	if (event->body->kind_case != WOT__V1__BODY__KIND_CONFIG_LOADED)
		return;
	const Wot__V1__ConfigLoaded *loaded = event->body->config_loaded;
	if (strcmp(loaded->name, PROMISE_CALENDAR) == 0)
		reckon_calendar(reckoning, loaded->content);
	if (strcmp(loaded->name, PROMISE_CLOCKS) == 0)
		must(clocks_parse(&reckoning->clocks, loaded->content, strlen(loaded->content),
			     loaded->name, &errors) == 0);
}

static bool is_worked(const struct closing *closing, int32_t day)
{
	return calendar_is_working_day(day, closing->days, closing->count);
}

int32_t reckon_deadline(
	const struct reckoning *reckoning, size_t calendar, enum clock_kind kind, int32_t from)
{
	if (kind == CLOCK_CLOSING)
		return calendar_add_months(from, 6);
	if (kind == CLOCK_SUPPORT_START)
		return from + 28;
	const struct closing *closing = &reckoning->calendars[calendar];
	int32_t day = from;
	for (int left = kind == CLOCK_FIRST_CONTACT ? 5 : 1; left; left -= is_worked(closing, day))
		day++;
	return day;
}

/* So many days before it breaks: of a deadline on Friday one working day is the beginning of Friday. */
int32_t reckon_warning(
	const struct reckoning *reckoning, enum clock_kind kind, int32_t deadline, int32_t known_on)
{
	bool working = kind != CLOCK_CLOSING && kind != CLOCK_SUPPORT_START;
	const struct closing *closing = &reckoning->calendars[reckoning->count - 1];
	int32_t day = deadline + 1;
	for (int left = (int)reckoning->clocks.warn_before[kind]; left;
		left -= !working || is_worked(closing, day))
		day--;
	day = day > known_on ? day : known_on + 1;
	return day <= deadline ? day : 0;
}

void reckon_done(struct reckoning *reckoning)
{
	for (size_t i = 0; i < reckoning->count; i++)
		closing_done(&reckoning->calendars[i]);
	reckoning->count = 0;
}
