/* The promises that end, by day. */
#include "web/figures/now_own.h"

#include "lib/calendar.h"
#include "lib/series.h"
#include "web/nl.h"

static int32_t working_day(const struct now *now, int n)
{
	const struct closing *closing = &now->asked->kpis->closing;
	return calendar_add_working_days(now->today, n, closing->days, closing->count);
}

/* ---- the days on which promises end ---- */

static const char *week_text(const struct now *now, int32_t from, int32_t to)
{
	auto_buf struct buf text = {0};
	if (calendar_date(from).month == calendar_date(to).month)
		buf_printf(&text, "%d", calendar_date(from).day);
	else
		nl_day_short(from, now->today, &text);
	buf_text(&text, "\u2013");
	nl_day_short(to, now->today, &text);
	return page_text(&text, now->arena);
}

static void columns_make(struct now *now)
{
	struct now_days *columns = now->columns;
	columns[NOW_LATE] = (struct now_days){SERIES_DAY_FIRST, now->today, "Te laat", "laat"};
	columns[NOW_TODAY] = (struct now_days){now->today, working_day(now, 1), "Vandaag", "nu"};
	for (int i = 0; i < NOW_WEEK; i++) {
		auto_buf struct buf text = {0};
		int32_t from = working_day(now, i + 1);
		nl_weekday_short(from, now->today, &text);
		columns[NOW_AHEAD + i] = (struct now_days){
			from, working_day(now, i + 2), page_text(&text, now->arena), "straks"};
	}
	int32_t from = working_day(now, NOW_WEEK + 1);
	columns[NOW_NEXT_WEEK] = (struct now_days){from, working_day(now, 2 * NOW_WEEK + 1),
		week_text(now, from, working_day(now, 2 * NOW_WEEK)), "straks"};
}

/* ---- promises ---- */

const struct now_promise now_promises[NOW_PROMISES] = {
	{"callbacks_due", true, true, OF_FIGURE},
	{"reactions_due", true, false, OF_REACTION},
	{"contacts_due", true, false, OF_CONTACT},
	{"signals_due", true, false, OF_SIGNALS},
	{"starts_due", false, false, OF_FIGURE},
	{"closes_due", false, false, OF_FIGURE},
};

/* "binnen 5 werkdagen"; NULL: the day is not one that lies so long after another. */
static const char *term_text(const struct now *now, const struct formula *formula)
{
	enum { DAYS_OF_WEEK = 7 };
	const int ref = formula->kind ? formula->day - COLUMN_MAX : -1;
	if (ref < 0 || formula->kind->measures[ref].kind != MEASURE_AFTER)
		return NULL;
	const struct measure *measure = &formula->kind->measures[ref];
	int weeks = measure->days % DAYS_OF_WEEK ? 0 : measure->days / DAYS_OF_WEEK;
	int number = measure->working_days ? measure->working_days
		     : measure->months     ? measure->months
		     : weeks               ? weeks
					   : measure->days;
	static const char *const units[][2] = {{"werkdag", "werkdagen"}, {"maand", "maanden"},
		{"week", "weken"}, {"dag", "dagen"}};
	size_t unit = measure->working_days ? 0 : measure->months ? 1 : weeks ? 2 : 3;
	return arena_printf(now->arena, "binnen %d %s", number, units[unit][number != 1]);
}

const char *now_period(const struct now *now, const struct now_days *days)
{
	char from[16], to[16];
	calendar_print(days->from, from);
	calendar_print(days->until - 1, to);
	return arena_printf(now->arena, "%s..%s", from, to);
}

static struct html_now_promises_promises_cells cell_make(const struct now *now,
	const struct kpi *kpi, const struct now_days *column, long long count)
{
	const char *text = now_count(now, count);
	return (struct html_now_promises_promises_cells){.when = column->when,
		.id = kpi->id,
		.period = now_period(now, column),
		.count = text,
		.said = count ? arena_printf(
					now->arena, "%s %s: %s", text, kpi->brief, column->label)
			      : NULL};
}

/* How many end in it. One a day from today on, so that they are asked for once. */
static long long days_sum(
	const struct now *now, const struct figure *days, const struct now_days *at)
{
	long long sum = 0;
	for (int32_t day = at->from; day < at->until; day++) {
		size_t i = (size_t)(day - now->today);
		if (i < days->row_count && days->rows[i].value.known)
			sum += (long long)days->rows[i].value.value;
	}
	return sum;
}

struct now_days now_days_of(
	const struct now *now, const struct now_promise *promise, enum now_column column)
{
	struct now_days days = now->columns[column];
	if (promise->fades && column == NOW_LATE)
		for (days.from = now->today - 1; !now_works(now, days.from);)
			days.from--;
	return days;
}

/* The first day after today's column on which something ends. */
static void next_find(struct now *now, const struct figure *days)
{
	size_t first = (size_t)(now->columns[NOW_TODAY].until - now->today);
	for (size_t i = first; i < days->row_count; i++) {
		int32_t day = now->today + (int32_t)i;
		if (!days->rows[i].value.known || !(days->rows[i].value.value > 0))
			continue;
		if (!now->next || day < now->next)
			now->next = day;
		return;
	}
}

/* False: there is no such promise. */
static bool promise_fill(
	struct now *now, const struct now_promise *promise, struct html_now_promises_promises *out)
{
	const struct now_days *columns = now->columns;
	auto_figures struct figures late = {0}, days = {0};
	const struct now_days before = now_days_of(now, promise, NOW_LATE);
	if (!now_figures(now, promise->id, NULL, before.from, before.until - 1, &late) ||
		!now_figures(now, promise->id, "day", now->today, columns[NOW_NEXT_WEEK].until - 1,
			&days))
		return false;
	const struct figure *figure = days.items;
	struct html_now_promises_promises_cells *cells =
		arena_alloc(now->arena, NOW_COLUMNS * sizeof *cells);
	long long too_late = now_total(&late), today = days_sum(now, figure, &columns[NOW_TODAY]);
	cells[NOW_LATE] = cell_make(now, figure->kpi, &before, too_late);
	for (size_t i = NOW_TODAY; i < NOW_COLUMNS; i++)
		cells[i] = cell_make(
			now, figure->kpi, &columns[i], days_sum(now, figure, &columns[i]));
	next_find(now, figure);
	now->ending += today;
	now->late_contacts += promise->is_contact ? too_late : 0;
	*out = (struct html_now_promises_promises){.label = figure->kpi->brief,
		.term = term_text(now, figure->formula),
		.cells = {cells, NOW_COLUMNS}};
	if (promise->fades) {
		now->callbacks = too_late + today;
		now->callback_term = out->term;
	}
	return true;
}

void now_promises_fill(struct now *now, struct html_now_promises *out)
{
	struct html_now_promises_days *days = arena_alloc(now->arena, NOW_COLUMNS * sizeof *days);
	struct html_now_promises_promises *rows =
		arena_alloc(now->arena, NOW_PROMISES * sizeof *rows);
	columns_make(now);
	for (size_t i = 0; i < NOW_COLUMNS; i++)
		days[i].text = now->columns[i].label;
	out->days.items = days;
	out->days.count = NOW_COLUMNS;
	out->promises.items = rows;
	for (size_t i = 0; i < NOW_PROMISES; i++)
		out->promises.count +=
			promise_fill(now, &now_promises[i], &rows[out->promises.count]);
}
