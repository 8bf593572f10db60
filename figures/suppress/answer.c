#include "figures/suppress/answer.h"

#include "figures/suppress/suppress.h"
#include "lib/calendar.h"
#include <string.h>

void answers_init(struct answers *out, const struct kpis *kpis, const struct figure_names *names,
	uint32_t definition)
{
	*out = (struct answers){.kpis = kpis, .names = names};
	relate_init(&out->relations, kpis, definition);
	for (size_t k = 0; k < kpis->count; k++) {
		const struct kpi *kpi = &kpis->items[k];
		if (!kpi->hidden && figure_counts_people(kpi))
			out->people[out->people_count++] = kpi;
	}
}

void answers_done(struct answers *answers)
{
	for (size_t i = 0; i < ANSWER_LISTS; i++) {
		struct answer *next, *answer = answers->lists[i];
		for (; answer; answer = next) {
			next = answer->next;
			figure_done(&answer->figure);
			free(answer);
		}
	}
	free(answers->items);
	relate_done(&answers->relations);
}

void answers_hide(struct answers *answers, bool *hidden)
{
	answers->changed = answers->changed || !*hidden;
	*hidden = true;
}

static bool is_answered(const struct kpi *kpi, uint32_t definition, const struct dimension *by)
{
	return !kpi->hidden && kpi->viewers && figure_counts_people(kpi) &&
	       (!by || formula_split(kpi->formulas[definition], by));
}

static size_t list_of(const struct kpi *kpi, int32_t from, int32_t to, const struct dimension *by)
{
	uint64_t of = (uintptr_t)kpi + 31 * (uintptr_t)by,
		 days = (uint64_t)from + 31 * (uint64_t)to;
	return ((of >> 3) + days) * UINT64_C(0x9e3779b97f4a7c15) >> 32 & (ANSWER_LISTS - 1);
}

static struct answer *answer_find(const struct answers *answers, const struct kpi *kpi,
	int32_t from, int32_t to, const struct dimension *by)
{
	struct answer *answer = answers->lists[list_of(kpi, from, to, by)];
	for (; answer; answer = answer->next) {
		const struct figure *figure = &answer->figure;
		if (figure->kpi == kpi && figure->period.from == from && figure->period.to == to &&
			(figure->by_count ? figure->by[0] : NULL) == by)
			break;
	}
	return answer;
}

/* Takes the figure. */
static struct answer *answer_add(struct answers *answers, struct figure *figure)
{
	struct answer *answer = calloc(1, sizeof *answer);
	must(answer);
	const struct period *period = &figure->period;
	struct answer **first = &answers->lists[list_of(
		figure->kpi, period->from, period->to, figure->by_count ? figure->by[0] : NULL)];
	*answer = (struct answer){.figure = *figure, .next = *first};
	*figure = (struct figure){0};
	return *first = answer;
}

/* Now it has to be decided what of it is hidden. */
static struct answer *answer_take(struct answers *answers, struct answer *answer)
{
	if (answer->taken)
		return answer;
	if (answers->count == answers->room) {
		answers->room = answers->room ? 2 * answers->room : 64;
		answers->items = realloc(answers->items, answers->room * sizeof *answers->items);
		must(answers->items);
	}
	answer->taken = answers->changed = true;
	return answers->items[answers->count++] = answer;
}

/* Unless it is there. */
static void answer_keep(struct answers *answers, struct figure *figure)
{
	const struct period *period = &figure->period;
	if (answer_find(answers, figure->kpi, period->from, period->to, figure->by[0]))
		figure_done(figure);
	else
		answer_add(answers, figure);
}

static bool is_stock(const struct formula *formula)
{
	return formula->kind && formula->leave != REF_NONE;
}

/* Whether it is a year, or a quarter of one that is asked for; then `out` is that year. */
static bool year_find(const struct answers *answers, const struct kpi *kpi,
	const struct period *period, struct period *out)
{
	*out = *period;
	if (period_spans(period, 12) == 1)
		return true;
	if (period_spans(period, MONTHS) != 1)
		return false;
	out->from = period_span_start(period->from, 12);
	out->to = calendar_add_months(out->from, 12) - 1;
	return answer_find(answers, kpi, out->from, out->to, NULL);
}

/* Rows of a year and of its quarters are gathered at once, for who asks for the ones asks for the others. */
static struct answer *figure_add(struct answers *answers, const struct kpi *kpi,
	const struct period *period, uint32_t definition, const struct figure_cut *cut)
{
	struct figure figure, quarters[QUARTERS];
	struct period year;
	struct why why;
	bool at_once = cut->by_count && !is_stock(kpi->formulas[definition]) &&
		       year_find(answers, kpi, period, &year);
	int err =
		at_once ? figure_make_year(&figure, quarters, kpi, &year, definition, cut,
				  answers->names, &why)
			: figure_make(&figure, kpi, period, definition, cut, answers->names, &why);
	if (err)
		return NULL;
	answer_keep(answers, &figure);
	for (size_t i = 0; at_once && i < QUARTERS; i++)
		answer_keep(answers, &quarters[i]);
	return answer_find(answers, kpi, period->from, period->to, cut->by[0]);
}

struct answer *answer_get(struct answers *answers, const struct kpi *kpi, int32_t from, int32_t to,
	const struct figure *like, const struct dimension *by)
{
	struct answer *answer = answer_find(answers, kpi, from, to, by);
	const struct period period = {from, to, like->period.today};
	const struct figure_cut cut = {.by = {by}, .by_count = by ? 1 : 0, .counts_only = true};
	if (!answer && is_answered(kpi, like->definition, by))
		answer = figure_add(answers, kpi, &period, like->definition, &cut);
	return answer ? answer_take(answers, answer) : NULL;
}

void answer_asked(struct answers *answers, const struct figure *asked)
{
	const struct dimension *by = asked->by_count ? asked->by[0] : NULL;
	struct figure figure = *asked;
	if (!answer_like(answers, asked->kpi, asked, false) || (by && by->span != SPAN_NONE))
		return;
	struct answer *answer =
		answer_find(answers, asked->kpi, asked->period.from, asked->period.to, by);
	if (answer) {
		answer_take(answers, answer);
		return;
	}
	figure.points = NULL;
	figure.rows = calloc(asked->row_count + 1, sizeof *figure.rows);
	must(figure.rows);
	for (size_t r = 0; r < asked->row_count; r++)
		figure.rows[r] = asked->rows[r];
	answer_take(answers, answer_add(answers, &figure));
}

struct answer *answer_like(
	struct answers *answers, const struct kpi *kpi, const struct figure *like, bool split)
{
	return answer_get(
		answers, kpi, like->period.from, like->period.to, like, split ? like->by[0] : NULL);
}

struct figure_row *answer_row(const struct answer *answer, const char *key)
{
	for (size_t i = 0; i < answer->figure.row_count; i++) {
		if (!strcmp(answer->figure.rows[i].keys[0], key))
			return &answer->figure.rows[i];
	}
	return NULL;
}

bool answer_hides_row(const struct answer *answer, const char *key)
{
	const struct figure_row *row = answer_row(answer, key);
	return row ? row->suppressed : answer->withheld;
}

size_t answer_parts(struct answers *answers, const struct figure *figure, int32_t from, int32_t end,
	int months, struct answer *out[QUARTERS])
{
	const struct dimension *by = figure->by_count ? figure->by[0] : NULL;
	size_t count = 0;
	for (int32_t first = from; first <= end && count < QUARTERS; count++) {
		int32_t next = calendar_add_months(first, months);
		out[count] = answer_get(
			answers, figure->kpi, first, next <= end ? next - 1 : end, figure, by);
		if (!out[count])
			return 0;
		first = next;
	}
	return count;
}
