#include "figures/forecast.h"

#include "figures/query.h"
#include "figures/render.h"
#include "lib/calendar.h"
#include "lib/clean.h"
#include "proto/event.h"
#include "proto/json.h"
#include <inttypes.h>
#include <stdio.h>

enum { STARTS_MAX = 1 << 30 };

/* As a figure is held to its norm: nothing started, nothing missed. */
static bool holds(const struct norm *norm, int64_t count, int64_t of)
{
	return !of || (double)count / (double)of >= norm->value;
}

static struct forecast_case case_make(const struct forecast *forecast, int64_t late_starts)
{
	int64_t count = forecast->started.count, of = forecast->started.of + late_starts;
	int64_t low = 0, high = STARTS_MAX, all = of + forecast->open;
	struct forecast_case made = {.has_best = all > 0};
	if (made.has_best)
		made.best = (double)(count + forecast->open) / (double)all;
	/* More starts in time never make the share smaller. */
	while (low < high) {
		int64_t middle = low + (high - low) / 2;
		if (holds(forecast->norm, count + middle, of + middle))
			high = middle;
		else
			low = middle + 1;
	}
	made.attainable = low < STARTS_MAX;
	made.needed = low;
	made.feasible = made.attainable && low <= forecast->open;
	return made;
}

static int64_t waiting_due(const struct formula *formula, int32_t from, int32_t to, int32_t today)
{
	struct counts counts = {0};
	const struct period period = {from, to, today};
	formula_counts(formula, NULL, 0, &period, &counts);
	return counts.count;
}

/* Who is due after the week can still start later, if that is within the quarter. */
static void weeks_make(struct forecast *forecast, const struct formula *waiting)
{
	const struct period *period = &forecast->period;
	int32_t from = period->today;
	int64_t due_until = 0;
	while (from <= period->to) {
		int32_t sunday = from + 7 - calendar_weekday(from);
		struct forecast_week *week = &forecast->weeks[forecast->week_count++];
		week->to = sunday < period->to ? sunday : period->to;
		week->due = waiting_due(waiting, from, week->to, period->today);
		week->due_until = due_until += week->due;
		int64_t later = week->to < period->to ? forecast->open - due_until : 0;
		for (enum forecast_late late = 0; late < FORECAST_CASES; late++) {
			int64_t needed = forecast->cases[late].needed - later;
			week->needed[late] = needed > 0 ? needed : 0;
		}
		from = week->to + 1;
	}
}

int forecast_make(const struct kpis *kpis, int32_t today, struct forecast *out, struct why *why)
{
	struct forecast forecast = {.kpi = kpis->forecast.kpi};
	if (!forecast.kpi)
		return why_set(why, ERR_NOT_FOUND,
			"kpi.yaml names no KPI under forecast whose norm could be reached");
	int err = period_parse("quarter", today, &forecast.period, why);
	if (err)
		return err;
	uint32_t definition = kpi_definition_of_year(kpis, calendar_date(today).year);
	const struct formula *waiting = kpis->forecast.waiting->formulas[definition];
	forecast.norm = &forecast.kpi->norms[definition];
	formula_counts(
		forecast.kpi->formulas[definition], NULL, 0, &forecast.period, &forecast.started);
	forecast.period.to = calendar_add_months(forecast.period.from, 3) - 1;
	forecast.late = waiting_due(waiting, SERIES_DAY_FIRST, today - 1, today);
	forecast.open = waiting_due(waiting, today, SERIES_DAY_LAST, today);
	forecast.cases[LATE_WAIT] = case_make(&forecast, 0);
	forecast.cases[LATE_START] = case_make(&forecast, forecast.late);
	weeks_make(&forecast, waiting);
	*out = forecast;
	return 0;
}

/* ---- how it is shown ---- */

static Wot__V1__ForecastCase *case_message(const struct forecast_case *made, struct arena *arena)
{
	Wot__V1__ForecastCase *out =
		(void *)message_new(&wot__v1__forecast_case__descriptor, arena);
	out->has_needed = made->attainable;
	out->needed = (uint64_t)made->needed;
	out->feasible = made->feasible;
	out->has_best = made->has_best;
	out->best = made->best;
	return out;
}

static Wot__V1__ForecastWeek *week_message(
	const struct forecast *forecast, const struct forecast_week *week, struct arena *arena)
{
	Wot__V1__ForecastWeek *out =
		(void *)message_new(&wot__v1__forecast_week__descriptor, arena);
	out->until = week->to;
	out->due = (uint64_t)week->due;
	out->due_until = (uint64_t)week->due_until;
	out->has_if_late_wait = forecast->cases[LATE_WAIT].attainable;
	out->if_late_wait = (uint64_t)week->needed[LATE_WAIT];
	out->has_if_late_start = forecast->cases[LATE_START].attainable;
	out->if_late_start = (uint64_t)week->needed[LATE_START];
	return out;
}

void forecast_message(const struct forecast *forecast, Wot__V1__Forecast *out, struct arena *arena)
{
	const struct counts *started = &forecast->started;
	out->id = (char *)forecast->kpi->id;
	out->label = (char *)forecast->kpi->label;
	out->period = render_period(&forecast->period, arena);
	out->today = forecast->period.today;
	out->norm = render_norm(forecast->norm, arena);
	out->started = (void *)message_new(&wot__v1__forecast_started__descriptor, arena);
	out->started->has_value = started->of > 0;
	out->started->value = (double)started->count / (double)started->of;
	out->started->count = (uint64_t)started->count;
	out->started->of = (uint64_t)started->of;
	out->waiting = (void *)message_new(&wot__v1__forecast_waiting__descriptor, arena);
	out->waiting->in_time = (uint64_t)forecast->open;
	out->waiting->late = (uint64_t)forecast->late;
	out->if_late_wait = case_message(&forecast->cases[LATE_WAIT], arena);
	out->if_late_start = case_message(&forecast->cases[LATE_START], arena);
	out->weeks = arena_alloc(arena, forecast->week_count * sizeof *out->weeks + 1);
	for (; out->n_weeks < forecast->week_count; out->n_weeks++)
		out->weeks[out->n_weeks] =
			week_message(forecast, &forecast->weeks[out->n_weeks], arena);
}

static void forecast_json(const struct forecast *forecast, struct buf *out)
{
	auto_arena struct arena arena = {0};
	Wot__V1__Forecast message = WOT__V1__FORECAST__INIT;
	forecast_message(forecast, &message, &arena);
	json_from_message(&message.base, out);
	buf_char(out, '\n');
}

static void cases_text(const struct forecast *forecast, struct buf *out)
{
	const struct forecast_case *wait = &forecast->cases[LATE_WAIT];
	const struct forecast_case *start = &forecast->cases[LATE_START];
	struct grid grid = {.columns = 3, .right = 6};
	grid_cell(&grid, "%s", "");
	grid_cell(&grid, "if the late ones wait on");
	grid_cell(&grid, "if they all start");
	grid_cell(&grid, "must still start in time");
	render_cell(&grid, UNIT_COUNT, wait->attainable, (double)wait->needed);
	render_cell(&grid, UNIT_COUNT, start->attainable, (double)start->needed);
	grid_cell(&grid, "so many wait");
	grid_cell(&grid, "%s", wait->feasible ? "yes" : "no");
	grid_cell(&grid, "%s", start->feasible ? "yes" : "no");
	grid_cell(&grid, "share if all of them start in time");
	render_cell(&grid, UNIT_SHARE, wait->has_best, wait->best);
	render_cell(&grid, UNIT_SHARE, start->has_best, start->best);
	grid_print(&grid, out);
	grid_done(&grid);
}

static void weeks_text(const struct forecast *forecast, struct buf *out)
{
	static const char *const heads[] = {
		"until", "due", "due so far", "must have started", "if the late ones start"};
	struct grid grid = {.columns = sizeof heads / sizeof *heads, .right = 0x1e};
	for (size_t i = 0; i < grid.columns; i++)
		grid_cell(&grid, "%s", heads[i]);
	for (size_t i = 0; i < forecast->week_count; i++) {
		const struct forecast_week *week = &forecast->weeks[i];
		char to[16];
		calendar_print(week->to, to);
		grid_cell(&grid, "%s", to);
		grid_cell(&grid, "%" PRId64, week->due);
		grid_cell(&grid, "%" PRId64, week->due_until);
		for (enum forecast_late late = 0; late < FORECAST_CASES; late++)
			render_cell(&grid, UNIT_COUNT, forecast->cases[late].attainable,
				(double)week->needed[late]);
	}
	grid_print(&grid, out);
	grid_done(&grid);
}

static void forecast_text(
	const struct forecast *forecast, const struct kpi *waiting, struct buf *out)
{
	const struct counts *started = &forecast->started;
	char from[16], to[16], today[16];
	calendar_print(forecast->period.from, from);
	calendar_print(forecast->period.to, to);
	calendar_print(forecast->period.today, today);
	buf_printf(out, "%s, %s to %s, norm at least %g%%\n", forecast->kpi->title, from, to,
		100 * forecast->norm->value);
	buf_printf(out, "until %s: %" PRId64 " of %" PRId64 " in time", today, started->count,
		started->of);
	if (started->of)
		buf_printf(out, " (%.1f%%)", 100 * (double)started->count / (double)started->of);
	buf_printf(out, "; waiting: %" PRId64 " can start in time, %" PRId64 " no longer\n\n",
		forecast->open, forecast->late);
	cases_text(forecast, out);
	buf_char(out, '\n');
	weeks_text(forecast, out);
	buf_printf(out, "\nWho: explain %s --period %s..%s\n", waiting->id, today, to);
}

int query_forecast(
	const struct kpis *kpis, const struct query *query, struct buf *out, struct why *why)
{
	struct forecast forecast;
	int err = forecast_make(kpis, query->today, &forecast, why);
	if (err)
		return err;
	if (query->format == QUERY_JSON)
		forecast_json(&forecast, out);
	else
		forecast_text(&forecast, kpis->forecast.waiting, out);
	return 0;
}
