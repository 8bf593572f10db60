#include "web/figures/asked.h"

#include "figures/suppress/suppress.h"
#include "lib/calendar.h"
#include "web/nl.h"
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { WEEKS_BACK = 28, SPAN_ROOM = 40 };
static const char whole[] = "alle";    /* wards and teams: no filter */
static const char own_year[] = "jaar"; /* the definition of the period's own year */
static const char *const beside_words[] = {"geen", "vorig-jaar", "vorige"};

bool asked_in_full(const struct asked *asked)
{
	return !asked->hidden_below;
}

/* ---- what was asked ---- */

static bool may_see(const struct asked *asked, const struct period *period)
{
	return asked_in_full(asked) || suppress_may_ask(period);
}

static void span_write(const struct period *period, char out[SPAN_ROOM])
{
	char from[16], to[16];
	calendar_print(period->from, from);
	calendar_print(period->to, to);
	snprintf(out, SPAN_ROOM, "%s..%s", from, to);
}

static int beside_take(struct asked *asked, struct why *why)
{
	asked->which = BESIDE_LAST_YEAR;
	if (!asked->beside)
		return 0;
	for (enum beside b = BESIDE_NONE; b <= BESIDE_PREVIOUS; b++) {
		if (!strcmp(asked->beside, beside_words[b])) {
			asked->which = b;
			return 0;
		}
	}
	return why_set(why, ERR_INVALID, "vergelijk is vorig-jaar, vorige or geen");
}

static int where_take(struct asked *asked, const char *name, const char *key, struct why *why)
{
	if (!key || !strcmp(key, whole))
		return 0;
	return query_where_add(&asked->query, arena_printf(asked->arena, "%s=%s", name, key), why);
}

static int definition_take(struct asked *asked, struct why *why)
{
	asked->query.definition = (uint32_t)calendar_date(asked->span.to).year;
	if (!asked->definition || !strcmp(asked->definition, own_year))
		return 0;
	return query_year_parse(asked->definition, &asked->query.definition, why);
}

static int question_take(struct asked *asked, struct why *why)
{
	char usual[SUPPRESS_PERIOD] = "year";
	if (!asked_in_full(asked))
		suppress_period(asked->query.today, usual);
	if (!asked->period)
		asked->period = arena_strdup(asked->arena, usual);
	int err = period_parse(asked->period, asked->query.today, &asked->span, why);
	if (!err && (!may_see(asked, &asked->span) ||
			    (!asked_in_full(asked) &&
				    (asked->ward || asked->team || asked->definition))))
		err = why_set(why, ERR_FORBIDDEN, "this is for who sees all figures");
	if (!err)
		err = beside_take(asked, why);
	if (!err)
		err = where_take(asked, "ward", asked->ward, why);
	if (!err)
		err = where_take(asked, "team", asked->team, why);
	if (!err)
		err = definition_take(asked, why);
	asked->then_span = asked->which == BESIDE_PREVIOUS ? period_previous(&asked->span)
							   : period_last_year(&asked->span);
	return err;
}

/* ---- the figures ---- */

static int figures_ask(
	const struct asked *asked, const struct query *query, struct figures *out, struct why *why)
{
	int err = query_figures(asked->kpis, query, out, why);
	if (!err && asked->hidden_below)
		suppress_figures(asked->kpis, query->names, asked->hidden_below, out);
	return err;
}

static int now_ask(struct asked *asked, struct why *why)
{
	struct query query = asked->query;
	query.id = asked->id;
	query.period = asked->period;
	query.beside = asked_in_full(asked) ? asked->which : BESIDE_NONE;
	return figures_ask(asked, &query, &asked->now, why);
}

/* A viewer chooses no definition, so he sees two years beside each other where one holds for both. */
static bool is_one_definition(const struct asked *asked)
{
	return kpi_definition_of_year(asked->kpis, calendar_date(asked->span.to).year) ==
	       kpi_definition_of_year(asked->kpis, calendar_date(asked->then_span.to).year);
}

/* Of what is too long ago to be asked for there are no figures. */
static int then_ask(struct asked *asked, struct why *why)
{
	char span[SPAN_ROOM];
	struct period known;
	struct query query = asked->query;
	span_write(&asked->then_span, span);
	query.id = asked->id;
	query.period = span;
	if (asked_in_full(asked) || asked->which == BESIDE_NONE || !is_one_definition(asked) ||
		period_parse(span, query.today, &known, why) != 0)
		return 0;
	return figures_ask(asked, &query, &asked->then, why);
}

/* Whole months: until the end of the period's last one, or until today. */
static struct period months_period(const struct asked *asked)
{
	struct calendar_date last = calendar_date(asked->span.to);
	struct period period = asked->span;
	int32_t end = calendar_add_months(
			      calendar_day((struct calendar_date){last.year, last.month, 1}), 1) -
		      1;
	period.to = end < period.today || asked->span.to > period.today ? end : period.today;
	period.from = calendar_day((struct calendar_date){last.year - 1, 1, 1});
	return period;
}

static int months_ask(struct asked *asked, struct why *why)
{
	char span[SPAN_ROOM];
	struct period known, months = months_period(asked);
	struct query query = asked->query;
	span_write(&months, span);
	query.id = asked->id;
	query.period = span;
	query.by = "month";
	if (!asked_in_full(asked) || period_parse(span, query.today, &known, why) != 0)
		return 0;
	return query_figures(asked->kpis, &query, &asked->months, why);
}

/* What is there on a day stands beside 4 weeks before. */
static int stocks_ask(struct asked *asked, struct why *why)
{
	char span[SPAN_ROOM];
	struct period known;
	struct query query = asked->query;
	bool any = false;
	calendar_print(asked->span.to - WEEKS_BACK, span);
	for (size_t i = 0; i < asked->now.count; i++)
		any = any || is_stock(asked->now.items[i].formula);
	query.id = asked->id;
	query.period = span;
	if (!any || !asked_in_full(asked) || period_parse(span, query.today, &known, why) != 0)
		return 0;
	return query_figures(asked->kpis, &query, &asked->stocks, why);
}

int asked_answer(struct asked *asked, struct why *why)
{
	int err = question_take(asked, why);
	if (!err)
		err = now_ask(asked, why);
	if (!err)
		err = then_ask(asked, why);
	if (!err)
		err = months_ask(asked, why);
	if (!err)
		err = stocks_ask(asked, why);
	return err;
}

void asked_done(struct asked *asked)
{
	figures_done(&asked->now);
	figures_done(&asked->then);
	figures_done(&asked->months);
	figures_done(&asked->stocks);
}

int asked_split(const struct asked *asked, const char *id, const char *by,
	const struct period *period, struct figures *out)
{
	char span[SPAN_ROOM];
	struct period known;
	struct why why;
	struct query query = asked->query;
	span_write(period, span);
	query.id = id;
	query.period = span;
	query.by = by;
	int err = period_parse(span, query.today, &known, &why);
	return err ? err : figures_ask(asked, &query, out, &why);
}

static const struct figure *figure_find(const struct figures *figures, const struct kpi *kpi)
{
	for (size_t i = 0; i < figures->count; i++)
		if (figures->items[i].kpi == kpi)
			return &figures->items[i];
	return NULL;
}

const struct figure *asked_months(const struct asked *asked, const struct figure *figure)
{
	return figure_find(&asked->months, figure->kpi);
}

bool is_stock(const struct formula *formula)
{
	return formula->leave != REF_NONE;
}

/* Of before figures were complete nothing is compared. */
static struct then then_of(
	const struct asked *asked, const struct figure *other, enum text_then which)
{
	if (other && !figure_is_complete(other, &other->period, asked->query.complete_from))
		other = NULL;
	return (struct then){.which = which,
		.known = other && other->total.known,
		.hidden = other && figure_hides_value(other),
		.value = other ? other->total.value : NAN};
}

struct then asked_then(const struct asked *asked, const struct figure *figure)
{
	enum text_then which = asked->which == BESIDE_PREVIOUS ? THEN_PREVIOUS : THEN_LAST_YEAR;
	if (!figure->kpi->compared || asked->which == BESIDE_NONE)
		return (struct then){.which = which};
	if (is_stock(figure->formula))
		return then_of(asked, figure_find(&asked->stocks, figure->kpi), THEN_FOUR_WEEKS);
	if (!asked_in_full(asked))
		return then_of(asked, figure_find(&asked->then, figure->kpi), which);
	return (struct then){.which = which,
		.known = figure->beside.value.known,
		.value = figure->beside.value.value,
		.difference = figure->beside.difference,
		.apart = figure->beside.apart};
}

/* NULL where it is what is meant without it. */
static const char *unless(const char *value, const char *otherwise)
{
	return value && strcmp(value, otherwise) ? value : NULL;
}

/* ---- texts ---- */

const char *period_text(const struct period *period, struct arena *arena)
{
	auto_buf struct buf text = {0};
	nl_period(period->from, period->to, &text);
	return page_text(&text, arena);
}

const char *heading_text(const struct period *period, const char *otherwise, struct arena *arena)
{
	int year = calendar_date(period->from).year;
	if (year != calendar_date(period->to).year)
		return otherwise;
	return arena_printf(arena, "%d", year);
}

const char *moment_text(const struct asked *asked)
{
	auto_buf struct buf text = {0};
	nl_moment(asked->now_ms, &text);
	return page_text(&text, asked->arena);
}

const char *const live_periods[] = {"year", "today", NULL};

const char *asked_live(const struct asked *asked)
{
	if (unless(asked->ward, whole) || unless(asked->team, whole) ||
		unless(asked->definition, own_year) || !asked_in_full(asked) || asked->query.as_of)
		return NULL;
	const char *const *period = live_periods;
	while (*period && strcmp(*period, asked->period) != 0)
		period++;
	return *period;
}

const char *stand_text(const struct asked *asked)
{
	auto_buf struct buf text = {0};
	buf_text(&text, asked->query.as_of ? "Zoals vastgelegd tot en met " : "Bijgewerkt ");
	if (asked->query.as_of)
		nl_day(asked->query.as_of, &text);
	else
		nl_moment(asked->now_ms, &text);
	return page_text(&text, asked->arena);
}

/* The day as an address has it; NULL: as of now. */
static const char *stand_key(const struct asked *asked)
{
	char text[16];
	if (!asked->query.as_of)
		return NULL;
	calendar_print(asked->query.as_of, text);
	return arena_strdup(asked->arena, text);
}

/* ---- the form ---- */

enum { CHOICES_MAX = 64, PERIODS_MAX = 16 };

struct choices {
	const struct asked *asked;
	struct html_filter_periods items[PERIODS_MAX];
	size_t count;
	bool is_there; /* what was asked is among them */
};

static void choice_add(struct choices *choices, const char *value, const char *label)
{
	const struct asked *asked = choices->asked;
	struct period period;
	struct why why;
	bool chosen = strcmp(value, asked->period) == 0;
	if (choices->count == PERIODS_MAX ||
		period_parse(value, asked->query.today, &period, &why) != 0 ||
		!may_see(asked, &period))
		return;
	choices->items[choices->count++] = (struct html_filter_periods){
		.value = arena_strdup(asked->arena, value),
		.label = label ? label : period_text(&period, asked->arena),
		.selected = chosen,
	};
	choices->is_there |= chosen;
}

static void periods_fill(const struct asked *asked, struct html_filter *filter)
{
	enum { QUARTERS = 4 };
	struct choices choices = {.asked = asked};
	struct calendar_date date = calendar_date(asked->query.today);
	choice_add(&choices, "year", arena_printf(asked->arena, "%d, tot nu toe", date.year));
	choice_add(&choices, "quarter", "Dit kwartaal");
	choice_add(&choices, "28d", "Laatste 28 dagen");
	for (int year = date.year - 1, i = 0; i < 2; i++, year--)
		choice_add(&choices, arena_printf(asked->arena, "%d", year), NULL);
	for (int i = 1, at = date.year * 4 + (date.month - 1) / 3; i <= QUARTERS; i++)
		choice_add(&choices,
			arena_printf(asked->arena, "%d-Q%d", (at - i) / 4, (at - i) % 4 + 1), NULL);
	if (!choices.is_there)
		choice_add(&choices, asked->period, NULL);
	filter->periods.items =
		arena_dup(asked->arena, choices.items, choices.count * sizeof *choices.items);
	filter->periods.count = choices.count;
}

static const struct split *split_named(const struct kpis *kpis, const char *name)
{
	uint32_t last = (uint32_t)kpis->definition_count - 1;
	for (size_t i = 0; i < kpis->count; i++) {
		const struct formula *formula = kpis->items[i].formulas[last];
		for (size_t s = 0; s < formula->split_count; s++)
			if (!strcmp(formula->splits[s].dimension->id, name) &&
				formula->splits[s].column >= 0)
				return &formula->splits[s];
	}
	return NULL;
}

/* An option of a list: its key, and what it is called. */
struct option {
	const char *key, *label;
};

/* By label; what is not known last. */
static size_t options_of(const struct asked *asked, const char *name, struct option *out)
{
	const struct split *split = split_named(asked->kpis, name);
	size_t count = 0, size = split ? split_size(split) : 0;
	for (uint32_t value = 1; value < size && count + 1 < CHOICES_MAX; value++) {
		const char *key = split_key(split, value);
		struct option option = {
			key, figure_label(asked->query.names, split->dimension, key)};
		size_t at = count++;
		for (; at > 0 && strcmp(out[at - 1].label, option.label) > 0; at--)
			out[at] = out[at - 1];
		out[at] = option;
	}
	if (count)
		out[count++] = (struct option){"UNKNOWN", "onbekend"};
	return count;
}

/* The lists of the form are alike, and each has a type of its own. */
#define OPTIONS_FILL(list, name, chosen)                                                           \
	do {                                                                                       \
		struct option options[CHOICES_MAX];                                                \
		size_t count = options_of(asked, name, options);                                   \
		struct html_filter_##list *items =                                                 \
			arena_alloc(asked->arena, (count + 1) * sizeof *items);                    \
		for (size_t i = 0; i < count; i++) {                                               \
			items[i].value = options[i].key;                                           \
			items[i].label = options[i].label;                                         \
			items[i].selected = (chosen) && !strcmp(chosen, options[i].key);           \
		}                                                                                  \
		filter.list.items = items;                                                         \
		filter.list.count = count;                                                         \
	} while (0)

static void definitions_fill(const struct asked *asked, struct html_filter *filter)
{
	const struct kpis *kpis = asked->kpis;
	struct html_filter_definitions *items =
		arena_alloc(asked->arena, kpis->definition_count * sizeof *items);
	size_t count = 0;
	for (size_t d = kpis->definition_count; d-- > 0; count++) {
		items[count].value = arena_printf(asked->arena, "%u", kpis->definitions[d].name);
		items[count].selected =
			asked->definition && !strcmp(asked->definition, items[count].value);
	}
	filter->definitions.items = items;
	filter->definitions.count = count;
}

struct html_filter asked_filter(const struct asked *asked)
{
	struct html_filter filter = {.id = asked->id, .stand = stand_key(asked)};
	periods_fill(asked, &filter);
	if (!asked_in_full(asked))
		return filter;
	filter.in_full = true;
	filter.previous = asked->which == BESIDE_PREVIOUS;
	filter.nothing = asked->which == BESIDE_NONE;
	OPTIONS_FILL(wards, "ward", asked->ward);
	OPTIONS_FILL(teams, "team", asked->team);
	definitions_fill(asked, &filter);
	return filter;
}

/* ---- what is not measured ---- */

int asked_next(const struct asked *asked, const struct figure *figure)
{
	int year = calendar_date(asked->span.to).year;
	bool is_over = calendar_date(asked->query.today).year > year;
	return (int)kpi_measured_from(figure->kpi, (uint32_t)year + is_over);
}

bool asked_is_year(const struct asked *asked)
{
	struct calendar_date from = calendar_date(asked->span.from);
	int32_t next = calendar_day((struct calendar_date){from.year + 1, 1, 1});
	return from.month == 1 && from.day == 1 &&
	       (asked->span.to == next - 1 || asked->span.to == asked->query.today);
}

void asked_say_unmeasured(const struct asked *asked, const struct figure *figure, struct buf *out)
{
	int year = asked_is_year(asked) ? calendar_date(asked->span.to).year : 0;
	text_unmeasured(year, asked_next(asked, figure), out);
}

/* ---- addresses ---- */

/* As it stands in an address. */
static void address_add(struct buf *out, const char *name, const char *value)
{
	if (!value)
		return;
	buf_printf(out, "%s%s=", out->len ? "&" : "", name);
	for (; *value; value++) {
		if (isalnum((unsigned char)*value) || strchr("-_.", *value))
			buf_char(out, *value);
		else
			buf_printf(out, "%%%02X", (unsigned)(unsigned char)*value);
	}
}

const char *asked_address(const struct asked *asked)
{
	auto_buf struct buf out = {0};
	address_add(&out, "periode", unless(asked->period, "year"));
	address_add(&out, "vergelijk",
		asked->which == BESIDE_LAST_YEAR ? NULL : beside_words[asked->which]);
	address_add(&out, "wijk", unless(asked->ward, whole));
	address_add(&out, "team", unless(asked->team, whole));
	address_add(&out, "definitie", unless(asked->definition, own_year));
	address_add(&out, "stand", stand_key(asked));
	return out.len ? page_text(&out, asked->arena) : NULL;
}

/* What both addresses of CSV say: of what, and as of when. */
static void csv_add(const struct asked *asked, struct buf *out)
{
	address_add(out, "ward", unless(asked->ward, whole));
	address_add(out, "team", unless(asked->team, whole));
	address_add(out, "definition", unless(asked->definition, own_year));
	address_add(out, "asOf", stand_key(asked));
	address_add(out, "format", "csv");
}

static bool may_take_csv(const struct asked *asked)
{
	return asked_in_full(asked) && !asked->house->development;
}

const char *asked_csv(const struct asked *asked)
{
	auto_buf struct buf out = {0};
	if (!may_take_csv(asked))
		return NULL;
	address_add(&out, "id", asked->id);
	address_add(&out, "period", asked->period);
	address_add(&out, "by", asked->id ? "month" : NULL);
	address_add(&out, "beside", beside_names[asked->which]);
	csv_add(asked, &out);
	return page_text(&out, asked->arena);
}

const char *asked_rows_csv(const struct asked *asked)
{
	auto_buf struct buf out = {0};
	if (!may_take_csv(asked))
		return NULL;
	address_add(&out, "period", asked->period);
	csv_add(asked, &out);
	return page_text(&out, asked->arena);
}
