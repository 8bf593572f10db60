#include "web/figures/now_own.h"

#include "figures/forecast.h"
#include "lib/calendar.h"
#include "web/figure_number.h"
#include "web/nl.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct html_figure now_figure(struct now *now, const char *title, drawn_fn *draw, const void *what)
{
	struct drawn drawn = drawn_make(now->asked, title, draw, what);
	return (struct html_figure){.title = title, .narrow = drawn.narrow, .wide = drawn.wide};
}

/* ---- what it takes in this quarter ---- */

static const char *share_text(const struct now *now, const struct forecast *forecast, double share)
{
	auto_buf struct buf text = {0};
	figure_number(share, UNIT_SHARE, &forecast->norm->value, &text);
	return page_text(&text, now->arena);
}

static void outlook_add(const struct now *now, const struct forecast *forecast, const char *label,
	int64_t count, int64_t of, struct chart_stip *stip, struct chart_row *rows)
{
	if (!of)
		return;
	double share = (double)count / (double)of;
	rows[stip->count++] = (struct chart_row){.label = label,
		.value = share,
		.text = share_text(now, forecast, share),
		.note = arena_printf(
			now->arena, "%s van %s", now_count(now, count), now_count(now, of)),
		.tone = share < forecast->norm->value ? TONE_ALERT : TONE_NOW};
}

/* The axis begins a little before what is lowest. */
static void axis_choose(struct chart_stip *stip)
{
	const double tenth = .1;
	double low = stip->whole;
	for (size_t i = 0; i < stip->count; i++)
		low = fmin(low, stip->rows[i].value);
	low = fmax(floor(low / tenth - 1), 0) * tenth;
	stip->from = low < tenth / 2 ? 0 : low;
	stip->to = 1;
	stip->step = stip->from >= .5 ? tenth : (1 - stip->from) / 4;
}

static const char *outlook_text(const struct now *now, const struct forecast *forecast)
{
	const struct counts *started = &forecast->started;
	auto_buf struct buf text = {0};
	if (started->of)
		buf_printf(&text, "Dit kwartaal lukte dit bij %s. De norm is %s.",
			share_text(now, forecast, (double)started->count / (double)started->of),
			share_text(now, forecast, forecast->norm->value));
	else
		buf_text(&text, "Dit kwartaal is nog niemand gestart.");
	buf_text(&text, forecast->open == 1 ? " Er wacht " : " Er wachten ");
	now_people(forecast->open, &text);
	buf_text(&text, forecast->open == 1 ? " die nog op tijd kan starten."
					    : " die nog op tijd kunnen starten.");
	if (forecast->late) {
		buf_text(&text, " Bij ");
		now_people(forecast->late, &text);
		buf_text(&text, " is het al te laat.");
	}
	return page_text(&text, now->arena);
}

static struct html_table weeks_table(const struct now *now, const struct forecast *forecast)
{
	static const char *const heads[] = {"Moeten deze week starten", "Opgeteld"};
	struct tabled table = table_open(now->arena, "Wie wanneer uiterlijk moet starten",
		"Tot en met", heads, 2, forecast->week_count);
	for (size_t i = 0; i < forecast->week_count; i++) {
		const struct forecast_week *week = &forecast->weeks[i];
		auto_buf struct buf text = {0};
		nl_weekday_short(week->to, now->today, &text);
		table_row(&table, page_text(&text, now->arena),
			(const char *[]){
				now_count(now, week->due), now_count(now, week->due_until)});
	}
	return table_close(&table);
}

static void outlook_fill(struct now *now, struct html_now_forecast *out)
{
	enum { DOTS = 3 };
	struct forecast forecast;
	struct why why;
	struct chart_row *rows = arena_alloc(now->arena, DOTS * sizeof *rows);
	struct chart_stip stip = {.rows = rows, .whole_is_norm = true};
	if (forecast_make(now->asked->kpis, now->today, &forecast, &why) != 0)
		return;
	int64_t count = forecast.started.count, of = forecast.started.of;
	outlook_add(now, &forecast, "Tot nu toe", count, of, &stip, rows);
	count += forecast.open;
	of += forecast.open;
	if (forecast.open)
		outlook_add(now, &forecast, "Als iedereen die nog kan, op tijd start", count, of,
			&stip, rows);
	if (forecast.late)
		outlook_add(now, &forecast,
			forecast.late == 1 ? "Als ook wie te laat is, start"
					   : arena_printf(now->arena,
						     "Als ook de %s die te laat zijn, starten",
						     now_count(now, forecast.late)),
			count, of + forecast.late, &stip, rows);
	stip.whole = forecast.norm->value;
	stip.whole_text = arena_printf(
		now->arena, "norm %s", share_text(now, &forecast, forecast.norm->value));
	axis_choose(&stip);
	struct html_now_forecast_forecasts *row = arena_alloc(now->arena, sizeof *row);
	row->figure = now_figure(now, forecast.kpi->label, draw_stip, &stip);
	row->figure.sentence = outlook_text(now, &forecast);
	row->figure.reading = forecast.late ? "Start ook wie al te laat is: langer laten wachten "
					      "mag geen manier zijn om de norm te halen."
					    : NULL;
	row->figure.tabled = true;
	row->figure.table = weeks_table(now, &forecast);
	out->forecasts.items = row;
	out->forecasts.count = 1;
}

static const char *contacts_text(const struct now *now, const struct figure *figure)
{
	auto_buf struct buf text = {0};
	auto_figures struct figures before = {0};
	const struct norm *norm = figure_norm(figure);
	const struct period then = period_last_year(&figure->period);
	if (norm->held_to == figure->kpi)
		text_norm_is(norm, &text);
	if (figure->has_needed && figure->needed > 0)
		text_needed(figure->needed, norm->months, &text);
	else if (figure->has_needed)
		buf_text(&text, " Die is gehaald.");
	if (now_figures(now, figure->kpi->id, NULL, then.from, then.to, &before) &&
		figure_is_complete(before.items, &then, now->asked->query.complete_from))
		buf_printf(&text, " Vorig jaar op deze dag waren het er %s.",
			now_count(now, now_total(&before)));
	return page_text(&text, now->arena);
}

void now_forecast_fill(struct now *now, struct html_now_forecast *out)
{
	enum { QUARTER = 3 };
	auto_figures struct figures contacts = {0};
	outlook_fill(now, out);
	if (!now_figures(now, "contacts_total", NULL, period_span_start(now->today, QUARTER),
		    now->today, &contacts))
		return;
	out->contacts = now_count(now, now_total(&contacts));
	out->contacts_say = contacts_text(now, contacts.items);
}

/* ---- the telephone ---- */

enum {
	HOURS = 24,
	ORDINARY = 8,
	DAYS_OF_WEEK = 7,
	WEEKS_SEEN = 26,
	OPEN_FIRST = 8,
	OPEN_LAST = 16
};

struct hours {
	long long calls[HOURS], all;
};

static bool hours_of(const struct now *now, int32_t day, struct hours *out)
{
	auto_figures struct figures figures = {0};
	*out = (struct hours){.all = 0};
	if (!now_figures(now, "calls_by_hour", "hour", day, day, &figures))
		return false;
	const struct figure *figure = figures.items;
	out->all = now_total(&figures);
	for (size_t i = 0; i < figure->row_count; i++) {
		char *end;
		long hour = strtol(figure->rows[i].keys[0], &end, 10);
		if (!*end && hour >= 0 && hour < HOURS)
			out->calls[hour] = figure->rows[i].value.counts.count;
	}
	return true;
}

static int count_compare(const void *a, const void *b)
{
	const long long *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

/* What lies in the middle, to the nearest whole. */
static long long middle_of(long long counts[ORDINARY])
{
	qsort(counts, ORDINARY, sizeof *counts, count_compare);
	return (counts[ORDINARY / 2 - 1] + counts[ORDINARY / 2] + 1) / 2;
}

/* Of the last of the same weekday on which there was work and somebody called. False: there were too few. */
static bool ordinary_find(const struct now *now, struct hours *out)
{
	struct hours days[ORDINARY];
	size_t count = 0;
	for (int32_t week = 1; week <= WEEKS_SEEN && count < ORDINARY; week++) {
		int32_t day = now->today - DAYS_OF_WEEK * week;
		bool is_known = day >= now->asked->query.complete_from && now_works(now, day);
		count += is_known && hours_of(now, day, &days[count]) && days[count].all;
	}
	if (count < ORDINARY)
		return false;
	for (size_t hour = 0; hour <= HOURS; hour++) {
		long long counts[ORDINARY];
		for (size_t i = 0; i < ORDINARY; i++)
			counts[i] = hour < HOURS ? days[i].calls[hour] : days[i].all;
		*(hour < HOURS ? &out->calls[hour] : &out->all) = middle_of(counts);
	}
	return true;
}

/* Those of an ordinary day, and others in which somebody called. */
static struct html_table hours_fill(const struct now *now, const struct hours *today,
	const struct hours *ordinary, const char *weekday, struct chart_kolom *out)
{
	const char *const heads[] = {"Vandaag", arena_printf(now->arena, "Gewone %s", weekday)};
	struct chart_row *rows = arena_alloc(now->arena, HOURS * sizeof *rows);
	struct tabled table = table_open(
		now->arena, "Telefoontjes per uur", "Uur", heads, ordinary ? 2 : 1, HOURS);
	int now_hour = calendar_hour_of(now->asked->now_ms), first = OPEN_FIRST, last = OPEN_LAST;
	for (int hour = 0; hour < HOURS; hour++) {
		if (!today->calls[hour] && !(ordinary && ordinary->calls[hour]))
			continue;
		first = hour < first ? hour : first;
		last = hour > last ? hour : last;
	}
	for (int hour = first; hour <= last; hour++) {
		long long calls = today->calls[hour];
		const char *text = hour <= now_hour ? now_count(now, calls) : NULL;
		rows[out->count++] =
			(struct chart_row){.label = arena_printf(now->arena, "%d", hour),
				.value = (double)calls,
				.text = text,
				.note = ordinary ? arena_printf(now->arena, "gewoon %s",
							   now_count(now, ordinary->calls[hour]))
						 : NULL,
				.max = ordinary ? (double)ordinary->calls[hour] : 0};
		table_row(&table, arena_printf(now->arena, "%d\u2013%d", hour, hour + 1),
			(const char *[]){
				text, ordinary ? now_count(now, ordinary->calls[hour]) : NULL});
	}
	out->rows = rows;
	return table_close(&table);
}

static const char *calls_text(const struct now *now, const struct hours *today,
	const struct hours *ordinary, const char *weekday)
{
	auto_buf struct buf text = {0};
	if (!today->all)
		buf_text(&text, "Vandaag belde nog niemand.");
	else
		buf_printf(&text, "Tot nu toe %s %s.", now_count(now, today->all),
			today->all == 1 ? "telefoontje" : "telefoontjes");
	if (ordinary)
		buf_printf(&text, " Op een gewone %s zijn het er %s op de hele dag.", weekday,
			now_count(now, ordinary->all));
	return page_text(&text, now->arena);
}

static struct html_figure calls_view(struct now *now)
{
	struct hours today, found = {.all = 0};
	const struct hours *ordinary = NULL;
	struct chart_kolom kolom = {.unit = "uur", .axis = "uur van de dag"};
	struct html_table table = {.caption = NULL};
	auto_buf struct buf text = {0};
	nl_weekday(now->today, &text);
	const char *weekday = page_text(&text, now->arena);
	bool known = hours_of(now, now->today, &today);
	if (known && ordinary_find(now, &found))
		ordinary = &found;
	known = known && (today.all || ordinary);
	if (known)
		table = hours_fill(now, &today, ordinary, weekday, &kolom);
	struct html_figure view = now_figure(now, "Telefoon vandaag", draw_kolom, &kolom);
	view.sentence = calls_text(now, &today, ordinary, weekday);
	view.reading = ordinary ? arena_printf(now->arena,
					  "Balk: vandaag. Rand: een gewone %s (het midden van de "
					  "laatste %d).",
					  weekday, ORDINARY)
				: NULL;
	view.tabled = known;
	view.table = table;
	return view;
}

/* False: there is no such KPI. */
static bool phone_row(
	struct now *now, const char *id, enum verdict *verdict, struct html_now_phone_rows *out)
{
	auto_figures struct figures today = {0}, year = {0};
	int32_t first = calendar_day((struct calendar_date){calendar_date(now->today).year, 1, 1});
	if (!now_figures(now, id, NULL, now->today, now->today, &today) ||
		!now_figures(now, id, NULL, first, now->today, &year))
		return false;
	const struct figure *figure = today.items;
	const struct value *total = &figure->total, *whole = &year.items[0].total;
	const char *norm = page_norm(figure->kpi, figure_norm(figure), now->arena);
	*out = (struct html_now_phone_rows){.label = figure->kpi->label,
		.today = page_cell(figure, false, total->known, total->value, now->arena),
		.year = page_cell(year.items, false, whole->known, whole->value, now->arena),
		.norm = norm ? norm : ""};
	*verdict = figure->verdict;
	return true;
}

void now_phone_fill(struct now *now, struct html_now_phone *out)
{
	enum { ROWS = 3 };
	struct html_now_phone_rows *rows = arena_alloc(now->arena, ROWS * sizeof *rows);
	enum verdict other;
	out->rows.items = rows;
	out->rows.count += phone_row(now, "phone_service_level", &now->phone, rows);
	out->rows.count += phone_row(now, "phone_abandoned", &other, &rows[out->rows.count]);
	rows[out->rows.count++] = (struct html_now_phone_rows){.label = "Nog terugbellen",
		.today = now_count(now, now->callbacks),
		.year = page_not_measured,
		.norm = now->callback_term ? now->callback_term : ""};
	out->figure = calls_view(now);
}

/* ---- who waited, day by day ---- */

enum { COURSE_DAYS = 13 * DAYS_OF_WEEK + 1 };
struct waits {
	double waiting[COURSE_DAYS], late[COURSE_DAYS];
	const char *names[COURSE_DAYS], *ticks[COURSE_DAYS];
	int32_t from;
};

/* NAN: of before figures were complete. */
static bool days_take(
	const struct now *now, const char *id, int32_t from, double values[COURSE_DAYS])
{
	auto_figures struct figures figures = {0};
	for (size_t i = 0; i < COURSE_DAYS; i++)
		values[i] = NAN;
	if (!now_figures(now, id, "day", from, now->today, &figures))
		return false;
	for (size_t i = 0; i < COURSE_DAYS && i < figures.items[0].row_count; i++) {
		const struct value *value = &figures.items[0].rows[i].value;
		if (value->known && from + (int32_t)i >= now->asked->query.complete_from)
			values[i] = value->value;
	}
	return true;
}

static const char *waits_text(const struct now *now, const struct waits *waits)
{
	auto_buf struct buf text = {0};
	double waiting = waits->waiting[COURSE_DAYS - 1], late = waits->late[COURSE_DAYS - 1];
	if (!(waiting > 0))
		return "Er wacht nu niemand.";
	buf_text(&text, waiting == 1 ? "Er wacht nu " : "Er wachten nu ");
	now_people((long long)waiting, &text);
	buf_printf(&text, ". Van hen %s langer dan 4 weken.",
		late > 0 ? arena_printf(now->arena, "%s er %s", late == 1 ? "wacht" : "wachten",
				   now_count(now, (long long)late))
			 : "wacht niemand");
	if (!isnan(waits->late[0]))
		buf_printf(&text, " Drie maanden geleden %s dat er %s.",
			waits->late[0] == 1 ? "was" : "waren",
			now_count(now, (long long)waits->late[0]));
	return page_text(&text, now->arena);
}

static void days_name(const struct now *now, struct waits *waits)
{
	for (size_t i = 0; i < COURSE_DAYS; i++) {
		auto_buf struct buf text = {0};
		int32_t day = waits->from + (int32_t)i;
		nl_day_short(day, now->today, &text);
		waits->names[i] = page_text(&text, now->arena);
		waits->ticks[i] = calendar_date(day).day == 1 ? waits->names[i] : NULL;
	}
}

/* Of Mondays, and of today. */
static struct html_table waits_table(const struct now *now, const struct waits *waits)
{
	static const char *const heads[] = {"Wacht", "Langer dan 4 weken"};
	struct tabled table =
		table_open(now->arena, "Wachtenden op maandag", "Dag", heads, 2, COURSE_DAYS);
	for (size_t i = 0; i < COURSE_DAYS; i++) {
		bool is_shown =
			calendar_weekday(waits->from + (int32_t)i) == 1 || i == COURSE_DAYS - 1;
		if (is_shown && !isnan(waits->waiting[i]) && !isnan(waits->late[i]))
			table_row(&table, waits->names[i],
				(const char *[]){now_count(now, (long long)waits->waiting[i]),
					now_count(now, (long long)waits->late[i])});
	}
	return table_close(&table);
}

static const char *end_text(const struct now *now, const char *label, const double *values)
{
	double last = values[COURSE_DAYS - 1];
	return isnan(last)
		       ? label
		       : arena_printf(now->arena, "%s %s", label, now_count(now, (long long)last));
}

static void draw_waits(const struct chart *chart, const void *what, struct buf *out)
{
	chart_lijn(chart, what, out);
}

void now_course_fill(struct now *now, struct html_now_course *out)
{
	struct waits *waits = arena_alloc(now->arena, sizeof *waits);
	waits->from = now->today - COURSE_DAYS + 1;
	days_name(now, waits);
	bool known = days_take(now, "waiting_now", waits->from, waits->waiting);
	known = days_take(now, "overdue_now", waits->from, waits->late) && known;
	const struct chart_line lines[] = {
		{.label = end_text(now, "wachten", waits->waiting), .values = waits->waiting},
		{.label = end_text(now, "te lang", waits->late),
			.tone = TONE_ALERT,
			.values = waits->late}};
	const struct chart_lijn lijn = {.lines = lines,
		.line_count = known ? 2 : 0,
		.count = COURSE_DAYS,
		.names = waits->names,
		.ticks = waits->ticks};
	out->figure = now_figure(now, "Wachtenden, afgelopen 3 maanden", draw_waits, &lijn);
	out->figure.sentence = waits_text(now, waits);
	out->figure.tabled = known;
	out->figure.table = waits_table(now, waits);
}
