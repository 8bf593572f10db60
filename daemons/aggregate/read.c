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
	struct query *query, const struct tally **tally, struct why *why)
{
	const struct kpis *kpis = tally_kpis(aggregate->tally);
	*tally = aggregate->tally;
	*query = (struct query){.id = asked->named, .today = calendar_day_of(asked->now_ms)};
	aggregate_query(aggregate, query);
	int err = query_take(kpis, asked->parameters, asked->faults, query, why);
	if (!err && query->as_of && role_may_read(asked->role) & READ_KPIS)
		err = past_ask(aggregate, asked->work, query->as_of, tally, why);
	if (!err)
		tally_mark(*tally, query);
	return err;
}

int get_figures(const void *knowledge, const struct get_query *asked, struct get_answer *answer,
	struct why *why)
{
	const struct aggregate *aggregate = knowledge;
	const Wot__V1__KpiQuestion *question = (const void *)asked->parameters;
	Wot__V1__Figures *out = (void *)answer->message;
	struct query query;
	const struct tally *tally;
	auto_figures struct figures figures = {0};
	int err = query_begin(aggregate, asked, &query, &tally, why);
	if (!err)
		err = aggregate_figures(
			aggregate, asked->role, tally_kpis(tally), &query, &figures, why);
	if (err == ERR_FORBIDDEN)
		err = suppress_blank(tally_kpis(tally), &query, &figures, why);
	if (err)
		return err;
	if (question->has_format && question->format == WOT__V1__KPI_QUESTION__FORMAT__csv) {
		answer->message = NULL;
		answer->type = "text/csv; charset=utf-8";
		render_csv(tally_kpis(tally), figures.items, figures.count, answer->text);
		return 0;
	}
	out->items = render_messages(
		tally_kpis(tally), figures.items, figures.count, query.marks, asked->arena);
	out->n_items = figures.count;
	return 0;
}

/* All of them; what follows the first piece is of the facts as they are now. */
static int rows_csv(const struct query *query, const struct tally *tally, struct get_answer *answer,
	struct why *why)
{
	struct explain *explain;
	int err = tally_explain(tally, query, &explain, why);
	if (err)
		return err;
	answer->message = NULL;
	answer->type = "text/csv; charset=utf-8";
	if (explain_more(explain, answer->text)) {
		tally_explain_keep(tally, explain);
		answer->pieces = (struct get_pieces){explain_on_more, explain_on_close, explain};
	} else {
		explain_close(&explain);
	}
	return 0;
}

int get_kpi_rows(const void *knowledge, const struct get_query *asked, struct get_answer *answer,
	struct why *why)
{
	const Wot__V1__RowsQuestion *question = (const void *)asked->parameters;
	struct query query;
	const struct tally *tally;
	int err = query_begin(knowledge, asked, &query, &tally, why);
	if (err)
		return err;
	if (question->format != WOT__V1__KPI_QUESTION__FORMAT__csv)
		return explain_page(tally_kpis(tally), &query, question->after, question->limit,
			(void *)answer->message, asked->arena, why);
	if (question->after || question->has_limit)
		return why_set(why, ERR_INVALID, "limit, after: of json; csv is all of them");
	query.format = QUERY_CSV;
	err = rows_csv(&query, tally, answer, why);
	if (asked->work->ctx) /* others may ask for an evening while this is read */
		asked->work->free(asked->work->ctx);
	asked->work->ctx = NULL;
	return err;
}

int get_comparison(const void *knowledge, const struct get_query *asked, struct get_answer *answer,
	struct why *why)
{
	struct query query;
	const struct tally *tally;
	int err = query_begin(knowledge, asked, &query, &tally, why);
	return err ? err
		   : query_comparison(
			     tally_kpis(tally), &query, (void *)answer->message, asked->arena, why);
}

int get_forecast(const void *knowledge, const struct get_query *asked, struct get_answer *answer,
	struct why *why)
{
	struct query query;
	struct forecast forecast;
	const struct tally *tally;
	int err = query_begin(knowledge, asked, &query, &tally, why);
	if (!err)
		err = forecast_make(tally_kpis(tally), query.today, &forecast, why);
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
