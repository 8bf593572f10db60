#include "figures/suppress/within.h"

#include "lib/calendar.h"
#include <math.h>

/* The next KPI, from an index on, that counts those within a limit of what the figure measures; NULL: no more. */
static const struct kpi *limit_next(
	struct answers *answers, const struct figure *figure, size_t *index)
{
	const struct kpis *kpis = answers->kpis;
	while (*index < kpis->count) {
		const struct kpi *kpi = &kpis->items[(*index)++];
		if (!kpi->hidden && relate_of(&answers->relations, figure->kpi, kpi)->limits)
			return kpi;
	}
	return NULL;
}

static const struct dimension *split_of(const struct figure *figure)
{
	return figure->by_count && figure->by[0]->span == SPAN_NONE ? figure->by[0] : NULL;
}

void within_ask(struct answers *answers, const struct figure *figure, const struct period *period)
{
	const struct kpi *kpi;
	for (size_t k = 0; (kpi = limit_next(answers, figure, &k));) {
		answer_get(answers, kpi, period->from, period->to, figure, NULL);
		if (split_of(figure))
			answer_get(
				answers, kpi, period->from, period->to, figure, split_of(figure));
	}
}

/* Whether it says too much of a share that is hidden, in a period or a row of it; key NULL: the total. */
static bool value_tells(struct answers *answers, const struct figure *figure,
	const struct period *period, const char *key)
{
	const struct kpi *kpi;
	for (size_t k = 0; (kpi = limit_next(answers, figure, &k));) {
		const struct answer *share = answer_get(answers, kpi, period->from, period->to,
			figure, key ? split_of(figure) : NULL);
		if (share && (key ? answer_hides_row(share, key)
				  : share->figure.suppressed || share->tells))
			return true;
	}
	return false;
}

static void value_take_out(struct value *value, bool tells)
{
	value->mean = NAN;
	if (!tells || !value->has_spread)
		return;
	value->no_spread = true;
	value->known = value->has_spread = false;
	value->value = 0;
	value->p50 = value->p90 = 0;
}

bool within_take_out(struct answers *answers, struct figure *figure)
{
	size_t k = 0;
	bool is_split = split_of(figure);
	struct period month = figure->period;
	if (!limit_next(answers, figure, &k))
		return false;
	value_take_out(&figure->total, value_tells(answers, figure, &figure->period, NULL));
	for (size_t r = 0; r < figure->row_count; r++) {
		struct figure_row *row = &figure->rows[r];
		month.to = calendar_add_months(month.from, 1) - 1;
		value_take_out(&row->value,
			is_split ? value_tells(answers, figure, &figure->period, row->keys[0])
				 : value_tells(answers, figure, &month, NULL));
		month.from = month.to + 1;
	}
	return figure->total.no_spread;
}
