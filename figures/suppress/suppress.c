#include "figures/suppress/suppress.h"

#include "figures/suppress/cell.h"
#include "figures/suppress/within.h"
#include "lib/calendar.h"
#include "lib/clean.h"
#include <stdio.h>
#include <string.h>

/* ---- what a figure is ---- */

/* Mostly not, and then no row need be found. */
static bool any_row_hides(const struct answer *answer)
{
	bool hides = answer->withheld;
	for (size_t r = 0; r < answer->figure.row_count && !hides; r++)
		hides = answer->figure.rows[r].suppressed ||
			answer->figure.rows[r].value.no_unknown;
	return hides;
}

static bool row_hides(const struct answer *answer, const char *key, enum relate_number number)
{
	const struct figure_row *row = answer_row(answer, key);
	return answer_hides_row(answer, key) ||
	       (number == RELATE_UNKNOWN && row && row->value.no_unknown);
}

static bool total_hides(const struct answer *answer, enum relate_number number)
{
	return answer->figure.suppressed ||
	       (number == RELATE_UNKNOWN && answer->figure.total.no_unknown);
}

static bool is_month(const struct period *period)
{
	return period_spans(period, 1) == 1;
}

static bool is_stock(const struct figure *figure)
{
	return figure->formula->kind && figure->formula->leave != REF_NONE;
}

/* By month, of the whole town. */
static bool is_series(const struct figure *figure)
{
	return figure->by_count == 1 && figure->by[0]->span == SPAN_MONTH;
}

static bool choice_takes(const struct relate_choice *choice, const struct figure_row *row)
{
	return row->values[0] < RELATE_VALUES && choice->values[row->values[0]];
}

/* That there are at least 0 says nothing; that there are none does. */
static bool tells_within(
	const struct relation *relation, enum relate_number kept, const struct value *told)
{
	return (relation->same && kept == RELATE_COUNT && !told->counts.count) ||
	       (relation->within[RELATE_COUNT][kept] && told->counts.count > 0) ||
	       relation->within[RELATE_OF][kept];
}

static bool is_share(const struct figure *figure)
{
	return figure->formula->is_share && figure->formula->whole == WHOLE_PLACED;
}

/* A share of none, or of all, says so of each row and month, which then is known by what it is a share of. */
static bool is_none_or_all(const struct figure *figure)
{
	const struct counts *counts = &figure->total.counts;
	return is_share(figure) && counts->of && (!counts->count || counts->count == counts->of);
}

/* Whether it will be shown is not known sooner. */
static bool tells_parts(const struct answers *answers, const struct answer *total)
{
	return answers->step >= HIDE_WITH && !total->figure.suppressed && !total->tells &&
	       is_none_or_all(&total->figure);
}

/* Whether more is hidden with what is hidden by now. What a sum hid before its parts do would follow from them. */
static bool may_choose(const struct answers *answers, const struct figure *figure, bool is_year)
{
	bool is_sum = !figure->formula->kind;
	if (is_year)
		return answers->step >= (is_sum ? HIDE_YEAR_SUMS : HIDE_YEARS);
	return answers->step >= (is_sum ? HIDE_SUMS : HIDE_WITH);
}

static struct answer *quarter_of(
	struct answers *answers, const struct kpi *kpi, const struct figure *month)
{
	struct calendar_date date = calendar_date(month->period.from);
	int32_t from = calendar_add_months(month->period.from, -((date.month - 1) % MONTHS));
	return answer_get(answers, kpi, from, calendar_add_months(from, MONTHS) - 1, month, NULL);
}

/* ---- totals ---- */

/* Hides the numbers of the total of `told` that say what a hidden row of `kept` counts. */
static void total_hide_told(struct answers *answers, struct answer *told, const struct kpi *kept,
	const struct relate_choice *choices)
{
	struct figure *figure = &told->figure;
	for (const struct relate_choice *choice = choices; choice; choice = choice->next) {
		const struct answer *answer = answer_get(
			answers, kept, figure->period.from, figure->period.to, figure, choice->by);
		for (size_t r = 0; answer && r < answer->figure.row_count; r++) {
			const struct figure_row *row = &answer->figure.rows[r];
			if (row->suppressed && choice_takes(choice, row))
				answers_hide(answers, choice->number == RELATE_UNKNOWN
							      ? &figure->total.no_unknown
							      : &told->tells);
		}
	}
}

/* The month of what a share is taken of, where that of the share is hidden. */
static void month_hide_whole(
	struct answers *answers, struct figure *whole, const struct answer *share)
{
	const struct answer *quarter = is_month(&whole->period) && share->figure.suppressed
					       ? quarter_of(answers, share->figure.kpi, whole)
					       : NULL;
	if (quarter && tells_parts(answers, quarter))
		answers_hide(answers, &whole->suppressed);
}

/* What the other KPIs have to hide of the same period. */
static void total_relate(struct answers *answers, struct answer *answer)
{
	struct figure *figure = &answer->figure;
	bool has_rows = period_spans(&figure->period, MONTHS) > 0;
	for (size_t k = 0; k < answers->people_count; k++) {
		const struct kpi *kept = answers->people[k];
		const struct relation *relation = relate_of(&answers->relations, figure->kpi, kept);
		if (has_rows)
			total_hide_told(answers, answer, kept, relation->choices);
		const struct answer *other = kept != figure->kpi && relation->any
						     ? answer_like(answers, kept, figure, false)
						     : NULL;
		for (unsigned n = 0; other && n < RELATE_NUMBERS; n++) {
			if (tells_within(relation, n, &figure->total) && total_hides(other, n))
				answers_hide(answers, &figure->suppressed);
			if (relation->within[RELATE_UNKNOWN][n] && total_hides(other, n))
				answers_hide(answers, &figure->total.no_unknown);
		}
		if (other && relation->whole)
			month_hide_whole(answers, figure, other);
	}
}

static void month_decide(struct answers *answers, struct figure *figure)
{
	struct answer *months[QUARTERS], *quarter = quarter_of(answers, figure->kpi, figure);
	if (!quarter || !answer_parts(answers, figure, quarter->figure.period.from,
				quarter->figure.period.to, 1, months))
		return;
	struct addend cells[MONTHS];
	for (size_t i = 0; i < MONTHS; i++)
		cells[i] = cell_of(&months[i]->figure, &months[i]->figure.total,
			&months[i]->figure.suppressed);
	bool all = quarter->figure.suppressed ||
		   (may_choose(answers, figure, false) && !cells_hide(answers, cells, MONTHS));
	for (size_t i = 0; all && i < MONTHS; i++)
		answers_hide(answers, &months[i]->figure.suppressed);
	for (size_t i = 0; quarter->tells && i < MONTHS; i++)
		answers_hide(answers, &months[i]->tells);
	for (size_t i = 0; quarter->figure.total.no_unknown && i < MONTHS; i++)
		answers_hide(answers, &months[i]->figure.total.no_unknown);
}

static void year_decide(struct answers *answers, struct figure *figure)
{
	struct answer *quarters[QUARTERS];
	struct addend cells[QUARTERS];
	size_t count = answer_parts(
		answers, figure, figure->period.from, figure->period.to, MONTHS, quarters);
	bool tells = false;
	for (size_t i = 0; i < count; i++) {
		struct figure *quarter = &quarters[i]->figure;
		cells[i] = cell_of(quarter, &quarter->total, &quarter->suppressed);
		tells = tells || (quarter->suppressed && is_none_or_all(figure));
	}
	if (tells || !cells_do(answers, cells, count))
		answers_hide(answers, &figure->suppressed);
}

static void total_decide(struct answers *answers, struct answer *answer)
{
	struct figure *figure = &answer->figure;
	if (cell_is_small(answers, figure, &figure->total))
		answers_hide(answers, &figure->suppressed);
	total_relate(answers, answer);
	if (is_stock(figure))
		return;
	if (is_month(&figure->period))
		month_decide(answers, figure);
	else if (period_spans(&figure->period, MONTHS) != 1 && answers->step >= HIDE_YEARS)
		year_decide(answers, figure);
}

/* ---- rows ---- */

static void rows_hide(struct answers *answers, struct figure *figure)
{
	for (size_t r = 0; r < figure->row_count; r++)
		answers_hide(answers, &figure->rows[r].suppressed);
}

static void withhold(struct answers *answers, struct answer *answer)
{
	rows_hide(answers, &answer->figure);
	answers_hide(answers, &answer->withheld);
}

static void rows_follow(struct answers *answers, struct figure *figure, const struct answer *other)
{
	for (size_t r = 0; other && any_row_hides(other) && r < figure->row_count; r++) {
		if (answer_hides_row(other, figure->rows[r].keys[0]))
			answers_hide(answers, &figure->rows[r].suppressed);
	}
}

/* Where a number of another KPI's total, which is hidden, is a row of this one; a row that is not there says 0. */
static void rows_of_total(struct answers *answers, struct answer *split, const struct kpi *told)
{
	struct figure *figure = &split->figure;
	const struct relate_choice *choice =
		relate_of(&answers->relations, told, figure->kpi)->choices;
	for (; choice; choice = choice->next) {
		const struct answer *answer = choice->by == figure->by[0]
						      ? answer_like(answers, told, figure, false)
						      : NULL;
		if (!answer || (!answer->tells && !total_hides(answer, choice->number)))
			continue;
		bool is_there = false;
		for (size_t r = 0; r < figure->row_count; r++) {
			struct figure_row *row = &figure->rows[r];
			if (!choice_takes(choice, row))
				continue;
			is_there = true;
			answers_hide(answers, &row->suppressed);
		}
		if (!is_there && choice->number == RELATE_COUNT)
			withhold(answers, split);
	}
}

/* What another KPI hides of the same rows; and which rows it has, where each row here is one there too: a row of a share
 * is there where anything of what it is taken of is in it, though nothing counts. */
static void rows_follow_other(struct answers *answers, struct answer *answer,
	const struct relation *relation, const struct answer *other)
{
	struct figure *figure = &answer->figure;
	if (!other || !any_row_hides(other))
		return;
	for (unsigned n = 0; other->withheld && n < RELATE_NUMBERS; n++) {
		if (relation->within[RELATE_OF][n] ||
			(!is_share(figure) &&
				(relation->same || relation->within[RELATE_COUNT][n])))
			withhold(answers, answer);
	}
	for (size_t r = 0; r < figure->row_count; r++) {
		struct figure_row *row = &figure->rows[r];
		for (unsigned n = 0; n < RELATE_NUMBERS; n++) {
			if (!row_hides(other, row->keys[0], n))
				continue;
			if (tells_within(relation, n, &row->value))
				answers_hide(answers, &row->suppressed);
			if (relation->within[RELATE_UNKNOWN][n])
				answers_hide(answers, &row->value.no_unknown);
		}
	}
}

/* The rows of what a share is taken of, where those of the share are hidden. */
static void rows_hide_whole(struct answers *answers, struct figure *whole, const struct kpi *share)
{
	const struct answer *total = answer_like(answers, share, whole, false),
			    *split = answer_like(answers, share, whole, true);
	for (size_t r = 0; total && split && tells_parts(answers, total) && r < whole->row_count;
		r++) {
		const struct figure_row *row = answer_row(split, whole->rows[r].keys[0]);
		if (row && row->suppressed)
			answers_hide(answers, &whole->rows[r].suppressed);
	}
}

static void rows_relate(struct answers *answers, struct answer *answer)
{
	struct figure *figure = &answer->figure;
	for (size_t k = 0; k < answers->people_count; k++) {
		const struct kpi *other = answers->people[k];
		if (other == figure->kpi)
			continue;
		const struct relation *relation =
			relate_of(&answers->relations, figure->kpi, other);
		if (relation->any)
			rows_follow_other(answers, answer, relation,
				answer_like(answers, other, figure, true));
		if (relation->whole)
			rows_hide_whole(answers, figure, other);
		rows_of_total(answers, answer, other);
	}
}

/* Whether few are neither in the one nor in the other. */
static bool leaves_few(
	const struct answers *answers, const struct figure *figure, const struct value *row)
{
	int64_t total[PART_KINDS], parts[PART_KINDS];
	bool few = false;
	cell_parts(figure, &figure->total, total);
	cell_parts(figure, row, parts);
	for (size_t p = 0; p < PART_KINDS; p++) {
		int64_t left = total[p] - parts[p];
		few = few || (left > 0 && left < answers->below);
	}
	return few;
}

/* Who is in several rows is counted in none of them alone: but total and UNKNOWN say how many have any, and total and
 * one of the others how many at most are in UNKNOWN. */
static void unknown_decide(struct answers *answers, struct answer *answer)
{
	struct figure *figure = &answer->figure;
	const struct formula *parts[SUM_MAX];
	struct figure_row *unknown = NULL;
	formula_parts(figure->formula, parts);
	if (!split_is_list(formula_split(parts[0], figure->by[0])))
		return;
	for (size_t r = 0; r < figure->row_count; r++) {
		if (!strcmp(figure->rows[r].keys[0], "UNKNOWN"))
			unknown = &figure->rows[r];
	}
	if (unknown && leaves_few(answers, figure, &unknown->value))
		answers_hide(answers, &unknown->suppressed);
	struct addend total = cell_of(figure, &figure->total, NULL);
	/* That each is of one at least, and of what is left of it as well, says how many at most the other is of. */
	if (unknown && unknown->suppressed && cell_size(&total) < 2 * answers->below)
		withhold(answers, answer);
	for (size_t r = 0; unknown && unknown->suppressed && r < figure->row_count; r++) {
		if (leaves_few(answers, figure, &figure->rows[r].value))
			answers_hide(answers, &figure->rows[r].suppressed);
	}
}

static int64_t row_count_of(const struct figure *figure, const char *key)
{
	for (size_t r = 0; r < figure->row_count; r++) {
		if (!strcmp(figure->rows[r].keys[0], key))
			return figure->rows[r].value.counts.count;
	}
	return 0;
}

/* Where few of what a wider KPI hides are not counted here, its hidden rows that have none here would be those few:
 * so it must not be known which have none. */
static bool rows_narrow(
	struct answers *answers, const struct figure *figure, const struct kpi *wide)
{
	const struct answer *answer = answer_like(answers, wide, figure, true);
	int64_t more = 0, hidden = 0;
	for (size_t r = 0; answer && r < answer->figure.row_count; r++) {
		const struct figure_row *row = &answer->figure.rows[r];
		if (!row->suppressed)
			continue;
		hidden++;
		more += row->value.counts.count - row_count_of(figure, row->keys[0]);
	}
	return more > 0 && more < hidden + answers->below - 1;
}

/* A row that is not there says of none in it that they are not known. Where few of what a wider KPI counts are left by
 * those of its rows, they are no secret: of a list, of which the rows do not add up, that can be though enough hide. */
static bool unknown_narrows(
	struct answers *answers, const struct answer *answer, const struct kpi *wide)
{
	const struct figure *figure = &answer->figure;
	const struct answer *own = answer_like(answers, figure->kpi, figure, false),
			    *total = answer_like(answers, wide, figure, false),
			    *split = answer_like(answers, wide, figure, true);
	if (answers->step < HIDE_YEAR_SUMS || !own || !own->figure.total.no_unknown || !total ||
		total->figure.suppressed || !split || split->withheld)
		return false;
	int64_t most = 0, unknown = 0;
	for (size_t r = 0; r < split->figure.row_count; r++) {
		const struct figure_row *row = &split->figure.rows[r];
		int64_t least = row->suppressed ? 1 : row->value.counts.count;
		if (answer_row(answer, row->keys[0]))
			continue;
		if (!strcmp(row->keys[0], "UNKNOWN"))
			unknown = least;
		else if (least > most)
			most = least;
	}
	return figure->total.counts.unknown > 0 &&
	       total->figure.total.counts.count - most - unknown < answers->below;
}

static void wider_relate(struct answers *answers, struct answer *answer)
{
	const struct figure *figure = &answer->figure;
	for (size_t k = 0; k < answers->people_count; k++) {
		const struct kpi *wide = answers->people[k];
		if (wide == figure->kpi)
			continue;
		const bool *counted = relate_of(&answers->relations, figure->kpi, wide)->counted;
		/* A total of none says so. */
		if ((counted[RELATE_COUNT] && figure->total.counts.count &&
			    rows_narrow(answers, figure, wide)) ||
			(counted[RELATE_UNKNOWN] && unknown_narrows(answers, answer, wide)))
			withhold(answers, answer);
	}
}

static void rows_decide(struct answers *answers, struct answer *answer)
{
	struct figure *figure = &answer->figure;
	const struct answer *total = answer_like(answers, figure->kpi, figure, false);
	if (!total || total->figure.suppressed) {
		withhold(answers, answer);
		return;
	}
	for (size_t r = 0; r < figure->row_count; r++) {
		struct figure_row *row = &figure->rows[r];
		if (cell_is_small(answers, figure, &row->value))
			answers_hide(answers, &row->suppressed);
		if (total->figure.total.no_unknown)
			answers_hide(answers, &row->value.no_unknown);
	}
	unknown_decide(answers, answer);
	rows_relate(answers, answer);
	wider_relate(answers, answer);
	struct answer *quarters[QUARTERS];
	size_t count = period_spans(&figure->period, 12) == 1 && !is_stock(figure)
			       ? answer_parts(answers, figure, figure->period.from,
					 figure->period.to, MONTHS, quarters)
			       : 0;
	for (size_t i = 0; i < count; i++) {
		rows_follow(answers, figure, quarters[i]);
		if (quarters[i]->withheld)
			answers_hide(answers, &answer->withheld);
	}
	if (!may_choose(answers, figure, count > 0))
		return;
	auto_free struct addend *cells = calloc(figure->row_count + 1, sizeof *cells);
	must(cells);
	for (size_t r = 0; r < figure->row_count; r++)
		cells[r] = cell_of(figure, &figure->rows[r].value, &figure->rows[r].suppressed);
	bool withheld = !cells_hide(answers, cells, figure->row_count);
	if (withheld)
		answers_hide(answers, &answer->withheld);
}

/* ---- all together ---- */

static void answers_pass(struct answers *answers)
{
	answers->changed = false;
	for (size_t i = 0; i < answers->count; i++) {
		if (answers->items[i]->figure.by_count)
			rows_decide(answers, answers->items[i]);
		else
			total_decide(answers, answers->items[i]);
	}
}

/* What is hidden makes more hidden, until nothing does. Only then is more hidden with it, for by then others may have
 * seen to that: of sums after their parts; and of a year last, for a row of which all quarters are shown hides nothing. */
static void answers_decide(struct answers *answers)
{
	for (answers->step = HIDE_SMALL; answers->step <= HIDE_YEAR_SUMS; answers->step++) {
		do
			answers_pass(answers);
		while (answers->changed);
	}
}

static int row_compare(const void *a, const void *b)
{
	const struct figure_row *x = a, *y = b;
	return strcmp(x->labels[0], y->labels[0]);
}

/* Shown rows as they stood; then the hidden ones, by name. */
static void rows_order(struct figure *figure)
{
	auto_free struct figure_row *hidden = calloc(figure->row_count + 1, sizeof *hidden);
	size_t shown = 0, count = 0;
	must(hidden);
	for (size_t r = 0; r < figure->row_count; r++) {
		if (figure->rows[r].suppressed)
			hidden[count++] = figure->rows[r];
		else
			figure->rows[shown++] = figure->rows[r];
	}
	qsort(hidden, count, sizeof *hidden, row_compare);
	for (size_t r = 0; r < count; r++)
		figure->rows[shown + r] = hidden[r];
}

/* And what follows from it. */
static void unknown_take_out(struct value *value)
{
	value->no_unknown = true;
	value->has_range = false;
	value->low = value->high = 0;
	value->counts.unknown = 0;
}

/* What the norm says of a total. */
static void verdict_take_out(struct figure *figure)
{
	figure->verdict = VERDICT_NONE;
	figure->spans_over = figure->spans_met = 0;
	figure->has_needed = false;
	figure->needed = 0;
}

static void total_take_out(struct figure *figure)
{
	figure->suppressed = true;
	figure->total = (struct value){0};
	figure->beside.value = (struct value){0};
	figure->beside.difference = DIFFERENCE_UNJUDGED;
	figure->months = (struct months){0};
	verdict_take_out(figure);
}

static void row_take_out(struct figure_row *row)
{
	row->suppressed = true;
	row->value = (struct value){0};
	row->group = DIFFERENCE_UNJUDGED;
}

static void total_show(struct figure *figure, const struct answer *total)
{
	if (total->figure.suppressed || total->tells)
		total_take_out(figure);
	if (total->figure.total.no_unknown)
		unknown_take_out(&figure->total);
}

static void rows_show(struct figure *figure, const struct answer *total, const struct answer *rows)
{
	if (!rows || rows->withheld || total->tells)
		figure->row_count = 0;
	for (size_t r = 0; r < figure->row_count; r++) {
		struct figure_row *row = &figure->rows[r];
		if (answer_hides_row(rows, row->keys[0]))
			row_take_out(row);
		else if (row_hides(rows, row->keys[0], RELATE_UNKNOWN))
			unknown_take_out(&row->value);
	}
	rows_order(figure);
}

/* A series by month stays in its order. */
static void series_take_out(struct figure *figure, struct answers *answers)
{
	int32_t from = figure->period.from;
	for (size_t r = 0; r < figure->row_count; r++) {
		int32_t next = calendar_add_months(from, 1);
		struct figure_row *row = &figure->rows[r];
		const struct answer *month =
			answer_get(answers, figure->kpi, from, next - 1, figure, NULL);
		if (!month || month->figure.suppressed || month->tells)
			row_take_out(row);
		else if (month->figure.total.no_unknown)
			unknown_take_out(&row->value);
		from = next;
	}
}

static void figure_show(struct figure *figure, struct answers *answers)
{
	const struct norm *norm = figure_norm(figure);
	if (!figure->kpi->viewers) {
		total_take_out(figure);
		figure->row_count = 0;
		return;
	}
	if (!figure_counts_people(figure->kpi))
		return;
	const struct answer *held =
		norm->kind == NORM_NONE ? NULL : answer_like(answers, norm->held_to, figure, false);
	if (held && (held->figure.suppressed || held->tells || held->figure.total.no_unknown))
		verdict_take_out(figure);
	const struct answer *total = answer_like(answers, figure->kpi, figure, false);
	total_show(figure, total);
	if (is_series(figure))
		series_take_out(figure, answers);
	else
		rows_show(figure, total,
			figure->by_count ? answer_like(answers, figure->kpi, figure, true) : NULL);
	if (within_take_out(answers, figure)) {
		figure->months = (struct months){0};
		verdict_take_out(figure);
	}
}

/* A split that was not asked for is left out where it may not be. */
static bool may_split(const struct figure *figure)
{
	return figure->by_count == 1 && (figure->by[0]->viewers || is_series(figure)) &&
	       period_spans(&figure->period, MONTHS);
}

/* What is decided of a series: each month of it. */
static void months_ask(struct answers *answers, const struct figure *figure)
{
	for (int32_t from = figure->period.from; from <= figure->period.to;) {
		int32_t next = calendar_add_months(from, 1);
		const struct period period = {from, next - 1, figure->period.today};
		answer_get(answers, figure->kpi, from, next - 1, figure, NULL);
		within_ask(answers, figure, &period);
		from = next;
	}
}

void suppress_figures(const struct kpis *kpis, const struct figure_names *names, int64_t below,
	struct figures *figures)
{
	struct answers answers;
	answers_init(&answers, kpis, names, figures->count ? figures->items[0].definition : 0);
	answers.below = below;
	for (size_t i = 0; i < figures->count; i++) {
		struct figure *figure = &figures->items[i];
		if (!may_split(figure))
			figure->by_count = figure->row_count = 0;
		answer_asked(&answers, figure);
		within_ask(&answers, figure, &figure->period);
		if (is_series(figure))
			months_ask(&answers, figure);
		const struct norm *norm = figure_norm(figure);
		if (norm->kind != NORM_NONE)
			answer_like(&answers, norm->held_to, figure, false);
	}
	answers_decide(&answers);
	for (size_t i = 0; i < figures->count; i++)
		figure_show(&figures->items[i], &answers);
	answers_done(&answers);
}
