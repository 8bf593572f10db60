/* /nu, /cijfers and what is under it, /hoe-wij-tellen, /toegankelijkheid: who asks, of what; the pages are made in web/. */
#include "web/figures/figures_page.h"
#include "core/get.h"
#include "daemons/aggregate/past.h"
#include "figures/suppress/suppress.h"
#include "lib/calendar.h"
#include "web/figures/behind_page.h"
#include "web/figures/definitions_page.h"
#include "web/figures/kpi_page.h"
#include <string.h>

static const char rows_suffix[] = "/zaken";

struct asked aggregate_asked(const struct aggregate *aggregate, const struct get_query *query)
{
	struct asked asked = {.kpis = tally_kpis(aggregate->tally),
		.query = {.today = calendar_day_of(query->now_ms)},
		.house = query->house,
		.now_ms = query->now_ms,
		.hidden_below = aggregate_below(aggregate, query->role),
		.arena = query->arena};
	aggregate_query(aggregate, &asked.query);
	return asked;
}

struct now_given aggregate_now(const struct aggregate *aggregate, const struct get_query *query)
{
	return (struct now_given){.worklist = mirror_worklist(aggregate->mirror, query),
		.teams = mirror_teams(aggregate->mirror, query)};
}

int get_now_page(const void *knowledge, const struct get_query *query, struct get_answer *answer,
	struct why *why)
{
	const Wot__V1__NowPage *page = (const void *)query->parameters;
	struct asked asked = aggregate_asked(knowledge, query);
	struct now_given given = aggregate_now(knowledge, query);
	given.promise = page->afspraak;
	given.period = page->periode;
	answer->headers = page_headers;
	return now_page(&asked, &given, page->deel, answer->text, why);
}

/* By what was recorded until the end of that day, where one is asked for. 0, GET_LATER, ERR_. */
static int stand_take(const struct aggregate *aggregate, const struct get_query *query,
	int32_t stand, struct asked *asked, struct why *why)
{
	const struct tally *tally;
	query_as_of(&asked->query, stand);
	if (!asked->query.as_of)
		return 0;
	int err = asked_in_full(asked) ? past_ask(aggregate, query->work, stand, &tally, why)
				       : suppress_refuse(asked->kpis, why);
	if (!err)
		asked->kpis = tally_kpis(tally);
	return err;
}

int get_figures_page(const void *knowledge, const struct get_query *query,
	struct get_answer *answer, struct why *why)
{
	const Wot__V1__FiguresPage *page = (const void *)query->parameters;
	auto_asked struct asked asked = aggregate_asked(knowledge, query);
	asked.period = page->periode;
	asked.beside = page->vergelijk;
	asked.ward = page->wijk;
	asked.team = page->team;
	asked.definition = page->definitie;
	int err = page->has_stand ? stand_take(knowledge, query, page->stand, &asked, why) : 0;
	if (!err)
		err = asked_answer(&asked, why);
	if (err)
		return err;
	answer->headers = page_headers;
	figures_page(&asked, answer->text);
	return 0;
}

int get_kpi_page(const void *knowledge, const struct get_query *query, struct get_answer *answer,
	struct why *why)
{
	const Wot__V1__KpiPage *page = (const void *)query->parameters;
	auto_asked struct asked asked = aggregate_asked(knowledge, query);
	size_t len = strcspn(query->named, "/");
	bool is_rows = strcmp(query->named + len, rows_suffix) == 0;
	if (query->named[len] && !is_rows)
		return why_set(why, ERR_NOT_FOUND, "a figure has /zaken, and nothing else");
	if (page->na && !is_rows)
		return why_set(why, ERR_INVALID, "na: of /zaken alone");
	asked.id = arena_printf(query->arena, "%.*s", (int)len, query->named);
	asked.period = page->periode;
	asked.beside = page->vergelijk;
	asked.ward = page->wijk;
	asked.team = page->team;
	asked.definition = page->definitie;
	int err = page->has_stand ? stand_take(knowledge, query, page->stand, &asked, why) : 0;
	if (!err)
		err = asked_answer(&asked, why);
	if (!err)
		err = is_rows ? behind_page(&asked, page->na, answer->text, why)
			      : kpi_page(&asked, answer->text, why);
	answer->headers = page_headers;
	return err;
}

int get_definitions_page(const void *knowledge, const struct get_query *query,
	struct get_answer *answer, struct why *why)
{
	(void)why;
	const struct aggregate *aggregate = knowledge;
	answer->headers = page_headers;
	definitions_page(tally_kpis(aggregate->tally), query->house, query->now_ms, query->arena,
		answer->text);
	return 0;
}

int get_accessibility_page(const void *knowledge, const struct get_query *query,
	struct get_answer *answer, struct why *why)
{
	(void)knowledge;
	(void)why;
	const struct html_accessibility view = {
		.head = page_head(query->house, "Toegankelijkheid"),
		.top = page_top(query->house),
		.foot = page_foot(query->house),
		.town = query->house->town,
	};
	answer->headers = page_headers;
	html_accessibility(&view, answer->text);
	return 0;
}
