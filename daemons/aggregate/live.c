/* GET /live: the figures of this year and of today, as the pages print them, and the parts of /nu; for who may see all of
 * them. */
#include "lib/live.h"

#include "core/get.h"
#include "daemons/aggregate/aggregate_own.h"
#include "lib/calendar.h"
#include "proto/json.h"
#include "web/page_figure.h"

/* A figure is told anew when what is said of it changed, not when it was said. */
static void figure_tell(const struct figure *figure, const char *period,
	const struct get_query *asked, struct live *live)
{
	auto_buf struct buf json = {0};
	const struct value *total = &figure->total;
	Wot__V1__LiveFigure told = WOT__V1__LIVE_FIGURE__INIT;
	told.id = (char *)figure->kpi->id;
	told.period = (char *)period;
	told.text = (char *)page_cell(
		figure, figure->suppressed, total->known, total->value, asked->arena);
	told.has_value = total->known;
	told.value = total->value;
	told.has_low = told.has_high = total->has_range;
	told.low = total->low;
	told.high = total->high;
	told.met = verdict_is_met(figure->verdict);
	told.has_met = told.met || verdict_is_missed(figure->verdict);
	json_from_message(&told.base, &json);
	const char *name = arena_printf(asked->arena, "%s %s", told.id, period);
	if (!live_is_news(live, "kpi", name, json.data))
		return;
	told.at = asked->now_ms;
	told.has_at = true;
	buf_clear(&json);
	json_from_message(&told.base, &json);
	live_tell(live, json.data);
}

int get_live(const void *knowledge, const struct get_query *asked, struct get_answer *answer,
	struct why *why)
{
	const struct aggregate *aggregate = knowledge;
	int err = 0;
	for (size_t i = 0; live_periods[i] && !err; i++) {
		auto_figures struct figures figures = {0};
		struct query query = {
			.period = live_periods[i], .today = calendar_day_of(asked->now_ms)};
		aggregate_query(aggregate, &query);
		err = query_figures(tally_kpis(aggregate->tally), &query, &figures, why);
		for (size_t f = 0; f < figures.count; f++)
			figure_tell(&figures.items[f], live_periods[i], asked, answer->live);
	}
	if (err)
		return err;
	struct asked page = aggregate_asked(aggregate, asked);
	page.hidden_below = 0; /* who may not see all hears none of it */
	const struct now_given given = aggregate_now(aggregate, asked);
	now_tell(&page, &given, answer->live);
	return 0;
}
