/* What a viewer may ask, and the answer to that. */
#include "figures/suppress/suppress.h"
#include "lib/calendar.h"
#include <stdio.h>
#include <string.h>

int suppress_refuse(const struct kpis *kpis, struct why *why)
{
	auto_buf struct buf names = {0};
	for (size_t i = 0; i < kpis->dimension_count; i++) {
		if (kpis->dimensions[i].viewers)
			buf_printf(&names, "%s%s", names.len ? ", " : "", kpis->dimensions[i].id);
	}
	return why_set(why, ERR_FORBIDDEN,
		"a viewer may ask for quarters and years that are over (2025-Q1, 2025), by one of "
		"month, %s or by none, and for months that are over (2025-03) by none; without "
		"filter, definition, beside or asOf",
		names.data ? names.data : "no dimensions");
}

static bool by_is_shown(const struct kpis *kpis, const char *by)
{
	if (!strcmp(by, "month"))
		return true;
	for (size_t i = 0; i < kpis->dimension_count; i++) {
		if (!strcmp(kpis->dimensions[i].id, by))
			return kpis->dimensions[i].viewers;
	}
	return false;
}

void suppress_period(int32_t today, char out[SUPPRESS_PERIOD])
{
	struct calendar_date date = calendar_date(today);
	int quarter = (date.month - 1) / 3;
	snprintf(out, SUPPRESS_PERIOD, "%04d-Q%d", (quarter ? date.year : date.year - 1) % 10000,
		quarter ? quarter : FIGURE_QUARTERS);
}

static bool is_whole(const struct period *period)
{
	return period_spans(period, 3) == 1 || period_spans(period, 12) == 1;
}

bool suppress_may_ask(const struct period *period)
{
	return (is_whole(period) || period_spans(period, 1) == 1) && period->to < period->today;
}

/* Without a period it is the last quarter that is over, whose name goes to `room`. */
static int ask_check(
	const struct kpis *kpis, struct query *query, char room[SUPPRESS_PERIOD], struct why *why)
{
	struct period period;
	suppress_period(query->today, room);
	if (!query->period)
		query->period = room;
	int err = period_parse(query->period, query->today, &period, why);
	if (err)
		return err;
	bool may_split = is_whole(&period) && query->by && by_is_shown(kpis, query->by);
	if (!suppress_may_ask(&period) || (query->by && !may_split) || query->where_count ||
		query->definition || query->as_of || query->beside != BESIDE_NONE)
		return suppress_refuse(kpis, why);
	return 0;
}

int suppress_query(const struct kpis *kpis, const struct query *query, int64_t below,
	struct figures *out, struct why *why)
{
	char period[SUPPRESS_PERIOD];
	auto_figures struct figures figures = {0};
	struct query asked = *query;
	int err = ask_check(kpis, &asked, period, why);
	if (!err)
		err = query_figures(kpis, &asked, &figures, why);
	if (err)
		return err;
	suppress_figures(kpis, query->names, below, &figures);
	*out = figures;
	figures = (struct figures){0};
	return 0;
}

int suppress_blank(
	const struct kpis *kpis, const struct query *query, struct figures *out, struct why *why)
{
	char period[SUPPRESS_PERIOD];
	struct query asked = *query;
	suppress_period(query->today, period);
	if (!asked.period)
		asked.period = period;
	asked.blank = true;
	return query_figures(kpis, &asked, out, why);
}
