/* /cijfers: every figure of a period, beside the same days a year earlier. */
#include "core/get.h"
#include "daemons/aggregate/aggregate_own.h"
#include "figures/suppress.h"
#include "lib/calendar.h"
#include "proto/role.h"
#include "web/nl.h"
#include "web/page_figure.h"
#include <stdio.h>
#include <string.h>

struct compared {
	const char *chosen; /* as it was asked for */
	struct period period, before;
	uint32_t year; /* whose definition counts for both */
	struct figures now, then;
};

static void compared_done(struct compared *compared)
{
	figures_done(&compared->now);
	figures_done(&compared->then);
}

static const char *period_text(const struct period *period, struct buf *text, struct arena *arena)
{
	nl_period(period->from, period->to, text);
	return page_text(text, arena);
}

/* 0: nothing is hidden. */
static int64_t hidden_below(const struct aggregate *aggregate, unsigned role)
{
	return role_may_read(role) & READ_KPIS ? 0 : stage_config(aggregate->stage)->suppress_below;
}

/* year: by whose definition. */
static int figures_of(const struct aggregate *aggregate, unsigned role, const char *period,
	uint32_t year, int32_t today, struct figures *out, struct why *why)
{
	struct query query = {.period = period, .definition = year, .today = today};
	aggregate_query(aggregate, &query);
	int err = tally_figures(aggregate->tally, &query, out, why);
	if (!err && hidden_below(aggregate, role))
		err = suppress_figures(tally_kpis(aggregate->tally), query.names,
			hidden_below(aggregate, role), out, why);
	return err;
}

/* Who is not known sees this year so far, and years that are over. */
static bool may_see(unsigned role, const struct period *period)
{
	bool is_year = period_spans(period, 12) == 1 && period->to < period->today;
	struct calendar_date from = calendar_date(period->from);
	bool so_far = period->to == period->today && from.month == 1 && from.day == 1 &&
		      from.year == calendar_date(period->today).year;
	return is_year || so_far || role_may_read(role) & READ_KPIS;
}

static void period_write(const struct period *period, char out[40])
{
	char from[16], to[16];
	period_print_day(period->from, from);
	period_print_day(period->to, to);
	snprintf(out, 40, "%s..%s", from, to);
}

static void rows_fill(const struct figures *now, const struct figures *before,
	struct html_figures *view, struct buf *text, struct arena *arena)
{
	struct html_figures_rows *rows = arena_alloc(arena, now->count * sizeof *rows + 1);
	for (size_t i = 0; i < now->count; i++) {
		const struct figure *figure = &now->items[i];
		rows[i] = (struct html_figures_rows){
			.id = figure->kpi->id,
			.label = figure->kpi->label,
			.value = page_value(figure, text, arena),
			.empty = !figure->total.known,
			.before = i < before->count ? page_value(&before->items[i], text, arena)
						    : page_not_measured,
			.norm = page_norm(figure->kpi, figure_norm(figure), text, arena),
			.verdict = page_verdict(figure),
			.bounds = page_bounds(figure, text, arena),
		};
	}
	view->rows.items = rows;
	view->rows.count = now->count;
}

/* The periods that one may choose: these, and the one that is shown. */
enum { PERIODS_MAX = 16 };
struct choices {
	struct html_figures_periods items[PERIODS_MAX];
	size_t count;
	unsigned role;
	const char *chosen;
	int32_t today;
	bool is_there; /* the chosen one is among them */
};

static void choice_add(struct choices *choices, const char *value, const char *label,
	struct buf *text, struct arena *arena)
{
	struct period period;
	struct why why;
	bool chosen = strcmp(value, choices->chosen) == 0;
	if (choices->count == PERIODS_MAX ||
		period_parse(value, choices->today, &period, &why) != 0 ||
		!may_see(choices->role, &period))
		return;
	choices->items[choices->count++] = (struct html_figures_periods){
		.value = arena_strdup(arena, value),
		.label = label ? label : period_text(&period, text, arena),
		.selected = chosen,
	};
	choices->is_there |= chosen;
}

static void choices_fill(struct choices *choices, struct buf *text, struct arena *arena)
{
	enum { QUARTERS = 4 };
	struct calendar_date date = calendar_date(choices->today);
	buf_printf(text, "%d, tot nu toe", date.year);
	choice_add(choices, "year", page_text(text, arena), text, arena);
	choice_add(choices, "quarter", "Dit kwartaal", text, arena);
	choice_add(choices, "28d", "Laatste 28 dagen", text, arena);
	for (int year = date.year - 1, i = 0; i < 2; i++, year--) {
		char value[16];
		snprintf(value, sizeof value, "%d", year);
		choice_add(choices, value, NULL, text, arena);
	}
	for (int i = 1, at = date.year * 4 + (date.month - 1) / 3; i <= QUARTERS; i++) {
		char value[24];
		snprintf(value, sizeof value, "%d-Q%d", (at - i) / 4, (at - i) % 4 + 1);
		choice_add(choices, value, NULL, text, arena);
	}
	if (!choices->is_there)
		choice_add(choices, choices->chosen, NULL, text, arena);
}

/* A column's head: its year, where it is of one. */
static const char *heading_text(
	const struct period *period, const char *otherwise, struct buf *text, struct arena *arena)
{
	int year = calendar_date(period->from).year;
	if (year != calendar_date(period->to).year)
		return otherwise;
	buf_printf(text, "%d", year);
	return page_text(text, arena);
}

static void forecast_fill(const struct aggregate *aggregate, unsigned role, int32_t today,
	struct html_figures *view, struct buf *text, struct arena *arena)
{
	struct forecast forecast;
	struct why why;
	if (tally_forecast_make(aggregate->tally, today, &forecast, &why) != 0)
		return;
	const struct forecast_case *made = &forecast.cases[LATE_START];
	const long long numbers[] = {forecast.started.count, forecast.started.of, forecast.open,
		forecast.late, made->needed};
	const char *texts[5];
	for (size_t i = 0; i < 5; i++) {
		if (numbers[i] > 0 && numbers[i] < hidden_below(aggregate, role))
			return;
		nl_count(numbers[i], text);
		texts[i] = page_text(text, arena);
	}
	bool reached = made->attainable && !made->needed;
	struct html_figures_forecasts *row = arena_alloc(arena, sizeof *row);
	row->forecast = (struct html_forecast){
		.label = forecast.kpi->label,
		.started = texts[0],
		.of = texts[1],
		.open = texts[2],
		.late = texts[3],
		.reached = reached,
		.needed = !reached && made->feasible ? texts[4] : NULL,
		.lost = !reached && !made->feasible,
	};
	view->forecasts.items = row;
	view->forecasts.count = 1;
}

static void figures_page_print(const struct aggregate *aggregate, const struct get_query *query,
	const struct compared *compared, struct buf *out)
{
	auto_buf struct buf text = {0};
	struct arena *arena = query->arena;
	const struct kpis *kpis = tally_kpis(aggregate->tally);
	struct choices choices = {
		.role = query->role, .chosen = compared->chosen, .today = compared->period.today};
	struct html_figures view = {
		.town = query->house->town,
		.top = page_top(query->house),
		.foot = page_foot(query->house),
		.period = period_text(&compared->period, &text, arena),
		.period_before = period_text(&compared->before, &text, arena),
		.heading = heading_text(&compared->period, "deze periode", &text, arena),
		.heading_before = heading_text(&compared->before, "een jaar eerder", &text, arena),
	};
	view.top.at_figures = true;
	choices_fill(&choices, &text, arena);
	view.periods.items = choices.items;
	view.periods.count = choices.count;
	nl_moment(query->now_ms, &text);
	view.moment = page_text(&text, arena);
	uint32_t definition = kpi_definition_of_year(kpis, (int32_t)compared->year);
	buf_count(&text, kpis->definitions[definition].name);
	view.definition = page_text(&text, arena);
	rows_fill(&compared->now, &compared->then, &view, &text, arena);
	forecast_fill(aggregate, query->role, compared->period.today, &view, &text, arena);
	html_figures(&view, out);
}

/* Both by the definition of the later one. Of what is too long ago to be asked for there are no figures. */
static int compared_make(
	const struct aggregate *aggregate, unsigned role, struct compared *out, struct why *why)
{
	char before[40];
	struct period known;
	period_write(&out->before, before);
	out->year = (uint32_t)calendar_date(out->period.to).year;
	int err = figures_of(
		aggregate, role, out->chosen, out->year, out->period.today, &out->now, why);
	if (err || period_parse(before, out->period.today, &known, why) != 0)
		return err;
	return figures_of(aggregate, role, before, out->year, out->period.today, &out->then, why);
}

int get_figures_page(const void *knowledge, const struct get_query *query,
	struct get_answer *answer, struct why *why)
{
	const struct aggregate *aggregate = knowledge;
	const Wot__V1__FiguresPage *asked = (const void *)query->parameters;
	auto_clean(compared_done) struct compared compared = {
		.chosen = asked->periode ? asked->periode : "year"};
	int err = period_parse(
		compared.chosen, calendar_day_of(query->now_ms), &compared.period, why);
	if (!err && !may_see(query->role, &compared.period))
		err = ERR_FORBIDDEN;
	if (err)
		return err;
	compared.before = period_last_year(&compared.period);
	err = compared_make(aggregate, query->role, &compared, why);
	if (err)
		return err;
	answer->headers = page_headers;
	figures_page_print(aggregate, query, &compared, answer->text);
	return 0;
}
