#include "city/city.h"
#include "city/case.h"
#include "city/day.h"
#include "city/live.h"
#include "lib/calendar.h"
#include <errno.h>
#include <string.h>

enum { FIRST_YEAR = 2015, LIFE_YEARS = 2 }; /* no life is longer, so older ones need not be drawn */

#define auto_lines auto_clean(lines_done)
#define auto_plan auto_clean(plan_done)

static void cases_of_year(struct lines *lines, uint64_t seed, int year)
{
	auto_plan struct plan plan = {0};

	plan_year(&plan, seed, year);
	for (size_t i = 0; i < plan.count; i++) {
		size_t mark = lines->count;

		case_lines(lines, seed, &plan.lives[i]);
		lines_end_unit(lines, mark);
	}
}

static int all_at_once(const struct city_options *options, FILE *out)
{
	int first = calendar_date(options->from_day).year,
	    last = calendar_date(options->to_day).year;
	int64_t to_ms = calendar_day_start(options->to_day + 1) - 1;
	auto_lines struct lines lines = {.from_ms = calendar_day_start(options->from_day)};

	for (int year = first - LIFE_YEARS; year <= last; year++)
		if (year >= FIRST_YEAR)
			cases_of_year(&lines, options->seed, year);
	for (int year = first; year <= last; year++)
		year_lines(&lines, options->seed, year);
	for (int32_t day = options->from_day; day <= options->to_day; day++)
		if (workday(day))
			day_lines(&lines, options->seed, day);
	if (options->to_ms && options->to_ms < to_ms)
		to_ms = options->to_ms;
	return lines_print(&lines, to_ms, out);
}

static int check(const struct city_options *options, struct why *why)
{
	if (options->rate_per_s < 0 || options->rate_per_s > 1000)
		return why_set(why, ERR_USAGE, "--rate is submissions a second, from 0 to 1000");
	if (options->rate_per_s == 0 && options->from_day > options->to_day)
		return why_set(
			why, ERR_USAGE, "--from lies after --to: give the earlier day first");
	if (options->rate_per_s == 0 && calendar_date(options->from_day).year < FIRST_YEAR)
		return why_set(
			why, ERR_USAGE, "--from lies before %d, which no door accepts", FIRST_YEAR);
	return 0;
}

int city_run(const struct city_options *options, FILE *out, struct why *why)
{
	int err = check(options, why);

	if (err)
		return err;
	err = options->rate_per_s > 0 ? live_run(options->seed, options->rate_per_s, out)
				      : all_at_once(options, out);
	if (err)
		return why_set(why, err,
			"The sample could not be written: %s. Is there room, and does whoever "
			"reads it run?",
			strerror(errno));
	return 0;
}
