/*
 * What aggregate answers over HTTP besides its pages (figures_page.c, definitions_page.c): GET /v1/kpis, JSON with
 * breakdowns, for clients whose role reads KPIs; GET /v1/definitions for everybody.
 */
#include "core/get.h"
#include "daemons/aggregate/aggregate_own.h"

#include "figures/suppress.h"
#include "lib/calendar.h"
#include "proto/door.h"
#include "proto/role.h"

/* Parameters that are named after dimensions; what is no dimension is refused as any unknown one. */
static int where_take(const struct aggregate *aggregate, const struct get_query *asked,
	struct query *query, struct why *why)
{
	const Wot__V1__KpiQuestion *question = (const void *)asked->parameters;
	int err = 0;
	for (size_t i = 0; i < question->n_where; i++) {
		const Wot__V1__Filter *filter = question->where[i];
		auto_buf struct buf names = {0};
		buf_text(&names, ", and the dimensions ");
		if (!tally_has_dimension(aggregate->tally, filter->name, &names)) {
			read_refuse_name(
				question->base.descriptor, filter->name, names.data, asked->faults);
			err = ERR_INVALID;
		} else if (!err) {
			err = query_where_add(query,
				arena_printf(asked->arena, "%s=%s", filter->name, filter->value),
				why);
		}
	}
	return err;
}

int get_figures(const void *knowledge, const struct get_query *asked, struct get_answer *answer,
	struct why *why)
{
	const struct aggregate *aggregate = knowledge;
	const Wot__V1__KpiQuestion *question = (const void *)asked->parameters;
	bool in_full = role_may_read(asked->role) & READ_KPIS;
	struct query query = {
		.id = question->id,
		.period = question->period,
		.by = question->by,
		.definition = question->definition,
		.today = calendar_day_of(asked->now_ms),
	};
	auto_figures struct figures figures = {0};
	aggregate_query(aggregate, &query);
	int err = where_take(aggregate, asked, &query, why);
	if (!err && question->beside)
		err = query_beside_parse(question->beside, &query.beside, why);
	if (!err)
		err = in_full ? tally_figures(aggregate->tally, &query, &figures, why)
			      : suppress_query(tally_kpis(aggregate->tally), &query,
					stage_config(aggregate->stage)->suppress_below, &figures,
					why);
	if (err)
		return err;
	Wot__V1__Figures *out = (void *)answer->message;
	out->items = arena_alloc(asked->arena, figures.count * sizeof *out->items + 1);
	for (size_t i = 0; i < figures.count; i++)
		out->items[i] = tally_message(aggregate->tally, &figures.items[i], asked->arena);
	out->n_items = figures.count;
	return 0;
}

int get_definitions(const void *knowledge, const struct get_query *asked, struct get_answer *answer,
	struct why *why)
{
	(void)why;
	const struct aggregate *aggregate = knowledge;
	tally_tell(aggregate->tally, (void *)answer->message, asked->arena);
	return 0;
}

get_fn *const aggregate_gets[GET_COUNT] = {
#define GETS_OF DAEMON_AGGREGATE
#include "core/gets.def"
};
