/*
 * What aggregate answers as JSON or CSV: the same as its stats socket (question.c), to roles that read KPIs. An answer as
 * of a day is folded on later turns.
 */
#include "daemons/aggregate/past.h"
#include "figures/render.h"
#include "figures/suppress/suppress.h"
#include "figures/told.h"
#include "lib/calendar.h"
#include "proto/door.h"
#include "proto/role.h"

/* What is asked, and of whom. */
static int query_begin(const struct aggregate *aggregate, const struct get_query *asked,
	struct query *query, const struct kpis **kpis, struct why *why)
{
	const struct tally *tally = aggregate->tally;
	*kpis = tally_kpis(tally);
	*query = (struct query){.id = asked->named, .today = calendar_day_of(asked->now_ms)};
	aggregate_query(aggregate, query);
	int err = query_take(*kpis, asked->parameters, asked->faults, query, why);
	if (!err && query->as_of && !(role_may_read(asked->role) & READ_KPIS))
		err = suppress_refuse(*kpis, why);
	if (!err && query->as_of)
		err = past_ask(aggregate, asked->work, query->as_of, &tally, why);
	if (err)
		return err;
	*kpis = tally_kpis(tally);
	tally_mark(tally, query);
	return 0;
}

int get_figures(const void *knowledge, const struct get_query *asked, struct get_answer *answer,
	struct why *why)
{
	const struct aggregate *aggregate = knowledge;
	const Wot__V1__KpiQuestion *question = (const void *)asked->parameters;
	Wot__V1__Figures *out = (void *)answer->message;
	struct query query;
	const struct kpis *kpis;
	auto_figures struct figures figures = {0};
	int err = query_begin(aggregate, asked, &query, &kpis, why);
	if (!err)
		err = aggregate_figures(aggregate, asked->role, kpis, &query, &figures, why);
	if (err)
		return err;
	if (question->has_format && question->format == WOT__V1__KPI_QUESTION__FORMAT__csv) {
		answer->message = NULL;
		answer->type = "text/csv; charset=utf-8";
		render_csv(kpis, figures.items, figures.count, answer->text);
		return 0;
	}
	out->items = render_messages(kpis, figures.items, figures.count, query.marks, asked->arena);
	out->n_items = figures.count;
	return 0;
}

int get_kpi_rows(const void *knowledge, const struct get_query *asked, struct get_answer *answer,
	struct why *why)
{
	const Wot__V1__RowsQuestion *question = (const void *)asked->parameters;
	struct query query;
	const struct kpis *kpis;
	int err = query_begin(knowledge, asked, &query, &kpis, why);
	return err ? err
		   : explain_page(kpis, &query, question->after, question->limit,
			     (void *)answer->message, asked->arena, why);
}

int get_comparison(const void *knowledge, const struct get_query *asked, struct get_answer *answer,
	struct why *why)
{
	struct query query;
	const struct kpis *kpis;
	int err = query_begin(knowledge, asked, &query, &kpis, why);
	return err ? err
		   : query_comparison(kpis, &query, (void *)answer->message, asked->arena, why);
}

int get_forecast(const void *knowledge, const struct get_query *asked, struct get_answer *answer,
	struct why *why)
{
	struct query query;
	struct forecast forecast;
	const struct kpis *kpis;
	int err = query_begin(knowledge, asked, &query, &kpis, why);
	if (!err)
		err = forecast_make(kpis, query.today, &forecast, why);
	if (!err)
		forecast_message(&forecast, (void *)answer->message, asked->arena);
	return err;
}

int get_definitions(const void *knowledge, const struct get_query *asked, struct get_answer *answer,
	struct why *why)
{
	(void)why;
	const struct aggregate *aggregate = knowledge;
	told_fill(tally_kpis(aggregate->tally), (void *)answer->message, asked->arena);
	return 0;
}

get_fn *const aggregate_gets[GET_COUNT] = {
#define GETS_OF DAEMON_AGGREGATE
#include "core/gets.def"
};
