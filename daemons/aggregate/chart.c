/* GET /charts/ID/KIND.svg: a chart of what /v1/kpis answers the same role; to the public one that was published. */
#include "web/figure_chart.h"

#include "core/get.h"
#include "daemons/aggregate/aggregate_own.h"
#include "figures/suppress/suppress.h"
#include "lib/calendar.h"
#include "proto/door.h"
#include "proto/role.h"
#include "report/shelf.h"
#include "web/page_figure.h"
#include <string.h>

struct hidden {
	const struct kpis *kpis;
	const struct figure_names *names;
	int64_t below;
};

/* Of a month that is not over nothing is seen, nor of another year by a definition that is not its own. */
static bool may_see(const struct hidden *hidden, const struct figure *figure)
{
	return suppress_may_ask(&figure->period) &&
	       figure->definition ==
		       kpi_definition_of_year(hidden->kpis, calendar_date(figure->period.to).year);
}

/* What may be seen is a run of them; of others nothing is left. */
static void on_hide(void *arg, struct figure *figures, size_t count)
{
	const struct hidden *hidden = arg;
	size_t first = count, seen = 0;
	for (size_t i = 0; i < count; i++) {
		if (may_see(hidden, &figures[i])) {
			first = seen++ ? first : i;
			continue;
		}
		figures[i].suppressed = true;
		figures[i].total = (struct value){0};
		figures[i].row_count = 0;
	}
	suppress_figures(hidden->kpis, hidden->names, hidden->below,
		&(struct figures){figures + first, seen});
}

int get_chart(const void *knowledge, const struct get_query *get, struct get_answer *answer,
	struct why *why)
{
	const struct aggregate *aggregate = knowledge;
	const Wot__V1__ChartPage *asked = (const void *)get->parameters;
	answer->type = "image/svg+xml";
	answer->headers = page_headers;
	if (!(role_may_read(get->role) & (READ_KPIS | READ_KPIS_SUPPRESSED)))
		return get->client ? ERR_FORBIDDEN
				   : shelf_chart(get->named, asked, answer->text, why);
	size_t len = strcspn(get->named, "/");
	struct query query = {.id = arena_printf(get->arena, "%.*s", (int)len, get->named),
		.period = asked->periode,
		.by = asked->per,
		.today = calendar_day_of(get->now_ms)};
	auto_figures struct figures figures = {0};
	aggregate_query(aggregate, &query);
	struct hidden hidden = {
		tally_kpis(aggregate->tally), query.names, aggregate_below(aggregate, get->role)};
	int err = aggregate_figures(aggregate, get->role, hidden.kpis, &query, &figures, why);
	if (err)
		return err;
	const struct figure_chart chart = {.figure = figures.items,
		.on_hide = hidden.below ? on_hide : NULL,
		.arg = &hidden,
		.file = get->named + len + (get->named[len] == '/'),
		.is_split = asked->per,
		.width = asked->breedte,
		.complete_from = query.complete_from,
		.names = query.names,
		.arena = get->arena};
	return figure_chart_draw(&chart, answer->text, why);
}
