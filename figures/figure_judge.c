/* How a figure stands: to its norm, beside another period, and its groups beside the rest of the total. */
#include "figures/filter.h"
#include "lib/calendar.h"
#include <math.h>
#include <string.h>

enum { MONTHS_MAX = 60 };

const char *const beside_names[] = {"none", "last-year", "previous"};

static bool is_stock(const struct formula *formula)
{
	return formula->leave != REF_NONE;
}

bool figure_is_complete(
	const struct figure *figure, const struct period *period, int32_t complete_from)
{
	return (is_stock(figure->formula) ? period->to : period->from) >= complete_from;
}

/* ---- the norm ---- */

static enum verdict value_judge(const struct norm *norm, const struct value *value)
{
	if (!value->known)
		return VERDICT_NONE;
	return judge_norm(norm, value->value, value->has_range ? value->low : value->value,
		value->has_range ? value->high : value->value);
}

/* What is missing in the quarter or year that began on a day. */
static void needed_fill(struct figure *figure, int32_t from, const struct figure_names *names)
{
	const struct norm *norm = figure_norm(figure);
	struct period so_far = figure->period;
	if (norm->held_to->unit != UNIT_COUNT || norm->kind == NORM_AT_MOST)
		return;
	so_far.from = from;
	double least = norm->kind == NORM_MORE_THAN ? floor(norm->value) + 1 : ceil(norm->value);
	double count = figure_total(figure, norm->held_to, &so_far, names).value;
	figure->has_needed = true;
	figure->needed = count < least ? least - count : 0;
}

/* A norm per quarter or year must be met in each that is over. */
static void spans_judge(struct figure *figure, const struct figure_names *names)
{
	const struct norm *norm = figure_norm(figure);
	const struct period *period = &figure->period;
	bool is_running = period->to >= period->today;
	if (period->from != period_span_start(period->from, norm->months) ||
		!(period_spans(period, norm->months) || period->to == period->today))
		return;
	enum verdict verdict = VERDICT_NONE;
	struct period span = *period;
	for (;; span.from = span.to + 1) {
		span.to = calendar_add_months(span.from, norm->months) - 1;
		if (span.to > period->to || span.to >= period->today)
			break;
		struct value held = figure_total(figure, norm->held_to, &span, names);
		enum verdict next = value_judge(norm, &held);
		if (next == VERDICT_NONE)
			return;
		verdict = judge_each(verdict, next);
		figure->spans_over++;
		figure->spans_met += verdict_is_met(next);
	}
	figure->verdict = figure->spans_over ? verdict
			  : is_running       ? VERDICT_RUNNING
					     : VERDICT_NONE;
	if (is_running && span.from <= period->today)
		needed_fill(figure, span.from, names);
}

static void norm_judge(struct figure *figure, const struct figure_names *names)
{
	const struct norm *norm = figure_norm(figure);
	if (norm->kind == NORM_NONE || (figure->filters && figure->filters->count))
		return;
	if (norm->months) {
		spans_judge(figure, names);
		return;
	}
	struct value held = norm->held_to == figure->kpi
				    ? figure->total
				    : figure_total(figure, norm->held_to, &figure->period, names);
	figure->verdict = value_judge(norm, &held);
}

/* ---- beside others ---- */

static struct share share_of(const struct value *value)
{
	return (struct share){value->counts.count, value->counts.of};
}

/* Each row that counts is an event by itself: neither a stock nor a sum of numbers. */
static bool is_count(const struct formula *formula)
{
	const struct formula *parts[SUM_MAX];
	size_t count = formula_parts(formula, parts);
	for (size_t i = 0; i < count; i++) {
		if (is_stock(parts[i]) || parts[i]->sum != REF_NONE)
			return false;
	}
	return true;
}

/* A part of what is divided by, and not of all that was counted. */
static bool is_share(const struct figure *figure)
{
	return figure->kpi->unit == UNIT_SHARE && figure->formula->whole != WHOLE_POPULATION;
}

static void values_differ(struct figure *figure)
{
	const struct value *now = &figure->total, *then = &figure->beside.value;
	if (is_share(figure)) {
		figure->beside.difference = judge_shares(share_of(now), share_of(then));
		figure->beside.apart = judge_shares_apart(share_of(now), share_of(then));
	} else if (figure->kpi->unit == UNIT_COUNT && is_count(figure->formula)) {
		figure->beside.difference = judge_counts(now->counts.count, then->counts.count);
		figure->beside.apart = judge_counts_apart(now->counts.count, then->counts.count);
	}
}

static void beside_judge(struct figure *figure, enum beside beside, int32_t complete_from,
	const struct figure_names *names)
{
	struct period period = beside == BESIDE_LAST_YEAR ? period_last_year(&figure->period)
							  : period_previous(&figure->period);
	figure->beside.asked = true;
	figure->beside.period = period;
	if (!figure_is_complete(figure, &period, complete_from)) {
		figure->complete_from = complete_from;
		return;
	}
	figure->beside.value = figure_total(figure, figure->kpi, &period, names);
	if (!figure->complete_from)
		values_differ(figure);
}

/* Of all that are over, from last year's to the last: a series, so that rows are looked at once for all. */
static void months_judge(
	struct figure *figure, int32_t complete_from, const struct figure_names *names)
{
	double values[MONTHS_MAX];
	size_t count = 0;
	const struct figure_cut cut = {
		.by = {&dimension_spans[0]}, .by_count = 1, .filters = figure->filters};
	struct period months = figure->period;
	struct figure series;
	struct why why;
	int32_t first = figure->beside.period.from, end = figure->period.to + 1;
	first = first < complete_from ? complete_from : first;
	end = period_span_start(end < months.today ? end : months.today, 1);
	int32_t most = calendar_add_months(end, -MONTHS_MAX);
	first = first < most ? most : first;
	months.from = period_span_start(first, 1) == first
			      ? first
			      : calendar_add_months(period_span_start(first, 1), 1);
	months.to = end - 1;
	if (months.from > months.to)
		return;
	int err = figure_make(&series, figure->kpi, &months, figure->definition, &cut, names, &why);
	must(!err && series.row_count <= MONTHS_MAX);
	for (size_t i = 0; i < series.row_count; i++)
		if (series.rows[i].value.known)
			values[count++] = series.rows[i].value.value;
	figure_done(&series);
	if (count >= MONTHS_MIN)
		figure->months =
			judge_months(values, count, figure->kpi->unit == UNIT_SHARE ? 1 : INFINITY);
}

static void groups_judge(struct figure *figure)
{
	struct share total = share_of(&figure->total);
	bool has_groups = is_share(figure) && figure_series(figure) == FIGURE_SPLITS;
	for (size_t i = 0; i < figure->row_count && has_groups; i++) {
		struct figure_row *row = &figure->rows[i];
		bool is_known = true;
		for (size_t k = 0; k < figure->by_count; k++)
			is_known = is_known && strcmp(row->keys[k], "UNKNOWN") != 0;
		if (is_known)
			row->group = judge_group(share_of(&row->value), total);
	}
}

void figure_judge(struct figure *figure, enum beside beside, int32_t complete_from,
	const struct figure_names *names)
{
	if (figure_is_complete(figure, &figure->period, complete_from)) {
		norm_judge(figure, names);
		groups_judge(figure);
	} else {
		figure->complete_from = complete_from;
	}
	if (!figure->kpi->compared)
		return;
	if (beside != BESIDE_NONE)
		beside_judge(figure, beside, complete_from, names);
	if (beside == BESIDE_LAST_YEAR && (is_share(figure) || figure->kpi->unit != UNIT_SHARE))
		months_judge(figure, complete_from, names);
}
