#include "figures/suppress/answer.h"

#include "figures/suppress/suppress.h"
#include "lib/calendar.h"

void answers_init(struct answers *out, const struct kpis *kpis, const struct figure_names *names,
	uint32_t definition)
{
	*out = (struct answers){.kpis = kpis, .names = names};
	relate_init(&out->relations, kpis, definition);
}

void answers_done(struct answers *answers)
{
	for (size_t i = 0; i < answers->count; i++) {
		figure_done(&answers->items[i]->figure);
		free(answers->items[i]);
	}
	free(answers->items);
	relate_done(&answers->relations);
}

static bool is_answered(const struct kpi *kpi, uint32_t definition, const struct dimension *by)
{
	return !kpi->hidden && kpi->viewers && figure_counts_people(kpi) &&
	       (!by || formula_split(kpi->formulas[definition], by));
}

static struct answer *answer_find(const struct answers *answers, const struct kpi *kpi,
	int32_t from, int32_t to, const struct dimension *by)
{
	struct answer *answer = answers->of_kpi[kpi - answers->kpis->items];
	for (; answer; answer = answer->next) {
		const struct figure *figure = &answer->figure;
		if (figure->period.from == from && figure->period.to == to &&
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
	if (answers->count == answers->room) {
		answers->room = answers->room ? 2 * answers->room : 64;
		answers->items = realloc(answers->items, answers->room * sizeof *answers->items);
		must(answers->items);
	}
	struct answer **first = &answers->of_kpi[figure->kpi - answers->kpis->items];
	*answer = (struct answer){.figure = *figure, .next = *first};
	*first = answer;
	*figure = (struct figure){0};
	answers->changed = true;
	return answers->items[answers->count++] = answer;
}

struct answer *answer_get(struct answers *answers, const struct kpi *kpi, int32_t from, int32_t to,
	const struct figure *like, const struct dimension *by)
{
	if (!is_answered(kpi, like->definition, by))
		return NULL;
	struct answer *answer = answer_find(answers, kpi, from, to, by);
	if (answer)
		return answer;
	struct period period = {from, to, like->period.today};
	const struct figure_cut cut = {.by = {by}, .by_count = by ? 1 : 0, .counts_only = true};
	struct figure figure;
	struct why why;
	return figure_make(&figure, kpi, &period, like->definition, &cut, answers->names, &why)
		       ? NULL
		       : answer_add(answers, &figure);
}

/* The rows of the quarters of a year, those that are not there yet, at once. */
static void quarters_add(struct answers *answers, const struct figure *year)
{
	const struct figure_cut cut = {.by = {year->by[0]}, .by_count = 1, .counts_only = true};
	struct figure quarters[QUARTERS];
	struct why why;
	int32_t end = calendar_add_months(year->period.from, MONTHS) - 1;
	if (answer_find(answers, year->kpi, year->period.from, end, year->by[0]) ||
		figure_make_quarters(quarters, year->kpi, &year->period, year->definition, &cut,
			answers->names, &why) != 0)
		return;
	for (size_t i = 0; i < QUARTERS; i++) {
		const struct period *period = &quarters[i].period;
		if (answer_find(answers, year->kpi, period->from, period->to, year->by[0]))
			figure_done(&quarters[i]);
		else
			answer_add(answers, &quarters[i]);
	}
}

void answer_asked(struct answers *answers, const struct figure *asked)
{
	const struct dimension *by = asked->by_count ? asked->by[0] : NULL;
	struct figure figure = *asked;
	if (!answer_like(answers, asked->kpi, asked, false) || (by && by->span != SPAN_NONE) ||
		answer_find(answers, asked->kpi, asked->period.from, asked->period.to, by))
		return;
	figure.points = NULL;
	figure.rows = calloc(asked->row_count + 1, sizeof *figure.rows);
	must(figure.rows);
	for (size_t r = 0; r < asked->row_count; r++)
		figure.rows[r] = asked->rows[r];
	answer_add(answers, &figure);
}

struct answer *answer_like(
	struct answers *answers, const struct kpi *kpi, const struct figure *like, bool split)
{
	return answer_get(
		answers, kpi, like->period.from, like->period.to, like, split ? like->by[0] : NULL);
}

size_t answer_parts(struct answers *answers, const struct figure *figure, int32_t from, int32_t end,
	int months, struct answer *out[QUARTERS])
{
	const struct dimension *by = figure->by_count ? figure->by[0] : NULL;
	size_t count = 0;
	if (by && months == MONTHS && period_spans(&figure->period, 12) == 1)
		quarters_add(answers, figure);
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
