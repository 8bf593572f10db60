/* GET /charts/ID/KIND.svg: a chart of what /v1/kpis answers, for who may see all figures. */
#include "web/figure_chart.h"

#include "core/get.h"
#include "daemons/aggregate/aggregate_own.h"
#include "lib/calendar.h"
#include "proto/door.h"
#include "proto/role.h"
#include "web/page_figure.h"
#include <string.h>

int get_chart(const void *knowledge, const struct get_query *get, struct get_answer *answer,
	struct why *why)
{
	const struct aggregate *aggregate = knowledge;
	const Wot__V1__ChartPage *asked = (const void *)get->parameters;
	size_t len = strcspn(get->named, "/");
	struct query query = {.id = arena_printf(get->arena, "%.*s", (int)len, get->named),
		.period = asked->periode,
		.by = asked->per,
		.today = calendar_day_of(get->now_ms)};
	auto_figures struct figures figures = {0};
	aggregate_query(aggregate, &query);
	int err = query_figures(tally_kpis(aggregate->tally), &query, &figures, why);
	if (err)
		return err;
	const struct figure_chart chart = {.figure = figures.items,
		.file = get->named + len + (get->named[len] == '/'),
		.is_split = asked->per,
		.width = asked->breedte,
		.complete_from = query.complete_from,
		.names = query.names,
		.arena = get->arena};
	answer->type = "image/svg+xml";
	answer->headers = page_headers;
	return figure_chart_draw(&chart, answer->text, why);
}
