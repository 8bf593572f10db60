/*
 * GET / is a page with the figures in plain Dutch, open to all: it shows totals of the town. GET /v1/kpis is
 * JSON, with breakdowns, for clients whose role reads KPIs.
 */
#include "core/get.h"
#include "daemons/aggregate/aggregate_own.h"
#include "lib/calendar.h"
#include "lib/clock.h"
#include "proto/door.h"
#include "proto/role.h"
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const char page_head[] =
	"<!doctype html>\n<html lang=\"nl\"><head><meta charset=\"utf-8\">"
	"<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
	"<title>Cijfers van de wijkteams</title><style>"
	":root{color-scheme:light}"
	"body{font:1rem/1.5 system-ui,sans-serif;color:#1b1b1b;background:#fff;margin:0 "
	"auto;max-width:60rem;padding:1rem}"
	"h1{font-size:1.6rem;margin:.5rem 0}"
	"a{color:#154273}a:focus-visible{outline:3px solid #154273;outline-offset:2px}"
	"table{border-collapse:collapse;width:100%}"
	"caption{text-align:left;padding:.5rem 0;font-weight:600}"
	"th,td{padding:.45rem .6rem;border-bottom:1px solid "
	"#767676;text-align:right;vertical-align:top}"
	"th:first-child,td:first-child,td:last-child,th:last-child{text-align:left}"
	"tbody th{font-weight:400}"
	".notice{border-left:.4rem solid #154273;background:#eef3f8;padding:.6rem 1rem}"
	".scroll{overflow-x:auto}"
	"</style></head><body><main>\n";

static const char page_headers[] =
	"Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\n"
	"X-Content-Type-Options: nosniff\nReferrer-Policy: no-referrer\nCache-Control: no-store\n";

static void escaped(struct buf *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '<')
			buf_text(out, "&lt;");
		else if (*text == '&')
			buf_text(out, "&amp;");
		else if (*text == '"')
			buf_text(out, "&quot;");
		else
			buf_char(out, *text);
	}
}

/* 1.054 */
static void whole_print(struct buf *out, long long whole)
{
	if (whole < 1000) {
		buf_printf(out, "%lld", whole);
		return;
	}
	whole_print(out, whole / 1000);
	buf_printf(out, ".%03lld", whole % 1000);
}

/* Numbers as a Dutch reader writes them: 1.054 and 70,5%. */
static void number_print(struct buf *out, double number, enum kpi_unit unit)
{
	if (unit == UNIT_SHARE) {
		char text[64];
		snprintf(text, sizeof text, "%.1f%%", 100 * number);
		*strchr(text, '.') = ',';
		buf_text(out, text);
		return;
	}
	long long whole = llround(number);
	whole_print(out, whole);
	if (unit == UNIT_DAYS)
		buf_text(out, whole == 1 ? " dag" : " dagen");
	else if (unit == UNIT_SECONDS)
		buf_text(out, whole == 1 ? " seconde" : " seconden");
	else if (unit == UNIT_EURO)
		buf_text(out, " euro");
}

static void value_print(struct buf *out, const struct figure *figure)
{
	if (figure->total.known)
		number_print(out, figure->total.value, figure->kpi->unit);
	else
		buf_text(out, "onbekend");
}

static void norm_print(struct buf *out, const struct figure *figure)
{
	static const char *const words[] = {[NORM_AT_LEAST] = "minstens ",
		[NORM_MORE_THAN] = "meer dan ",
		[NORM_AT_MOST] = "hoogstens "};
	const struct norm *norm = figure_norm(figure);
	if (norm->kind != NORM_NONE) {
		buf_text(out, words[norm->kind]);
		number_print(out, norm->value, figure->kpi->unit);
		buf_text(out, norm->months == 3    ? " per kwartaal"
			      : norm->months == 12 ? " per jaar"
						   : "");
	}
	static const char *const verdicts[] = {"", " (nog bezig)", " (gehaald)",
		" (gehaald, niet zeker)", " (niet gehaald)", " (niet gehaald, niet zeker)"};
	buf_text(out, verdicts[figure->verdict]);
}

static int figures_of(const struct aggregate *aggregate, const char *period, int32_t today,
	struct figures *out, struct why *why)
{
	struct query query = {.period = period, .today = today};
	aggregate_query(aggregate, &query);
	return tally_figures(aggregate->tally, &query, out, why);
}

static void rows_print(struct buf *out, const struct figures *now, const struct figures *before)
{
	for (size_t i = 0; i < now->count; i++) {
		const struct figure *figure = &now->items[i];
		buf_text(out, "<tr><th scope=\"row\">");
		escaped(out, figure->kpi->label);
		buf_text(out, "</th><td>");
		value_print(out, figure);
		buf_text(out, "</td><td>");
		value_print(out, &before->items[i]);
		buf_text(out, "</td><td>");
		norm_print(out, figure);
		buf_text(out, "</td></tr>\n");
	}
}

/* What it takes to reach the norm in this quarter, in three sentences. */
static void forecast_print(const struct aggregate *aggregate, int32_t today, struct buf *out)
{
	struct forecast forecast;
	struct why why;
	if (tally_forecast_make(aggregate->tally, today, &forecast, &why) != 0)
		return;
	const struct forecast_case *made = &forecast.cases[LATE_START];
	buf_text(out, "<h2>Vooruitblik op dit kwartaal</h2>\n<p>");
	escaped(out, forecast.kpi->label);
	buf_printf(out,
		": dit lukte dit kwartaal bij %lld van de %lld. Van wie nu wacht, kunnen er %lld "
		"nog op tijd starten; bij %lld lukt dat niet meer. ",
		(long long)forecast.started.count, (long long)forecast.started.of,
		(long long)forecast.open, (long long)forecast.late);
	if (made->attainable && !made->needed)
		buf_text(out, "De norm wordt gehaald, ook als iedereen die te lang wacht dit "
			      "kwartaal start.");
	else if (made->feasible)
		buf_printf(out,
			"Als iedereen die te lang wacht dit kwartaal start, moeten er nog %lld op "
			"tijd starten om de norm te halen.",
			(long long)made->needed);
	else
		buf_text(out, "Als iedereen die te lang wacht dit kwartaal start, wordt de norm "
			      "met wie nu wacht niet gehaald.");
	buf_text(out, "</p>\n");
}

int get_page_of_figures(const void *knowledge, const struct get_query *query,
	struct get_answer *answer, struct why *why)
{
	const struct aggregate *aggregate = knowledge;
	struct buf *out = answer->text;
	int32_t today = calendar_day_of(query->now_ms);
	int year = calendar_date(today).year;
	char last[16];
	snprintf(last, sizeof last, "%d", year - 1);
	auto_figures struct figures now = {0}, before = {0};
	int err = figures_of(aggregate, "year", today, &now, why);
	if (!err)
		err = figures_of(aggregate, last, today, &before, why);
	if (err)
		return err;
	answer->headers = page_headers;
	buf_text(out, page_head);
	buf_text(out, "<h1>Cijfers van de wijkteams</h1>\n");
	if (stage_config(aggregate->stage)->synthetic)
		buf_text(out, "<p class=\"notice\">Deze cijfers zijn een voorbeeld. Ze gaan over "
			      "een verzonnen stad. "
			      "Alleen de totalen van 2025 zijn gelijk aan het jaarverslag.</p>\n");
	buf_printf(out,
		"<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Tabel met "
		"cijfers\"><table>"
		"<caption>Dit jaar tot nu toe, en vorig jaar</caption><thead><tr><th "
		"scope=\"col\">Wat</th>"
		"<th scope=\"col\">%d</th><th scope=\"col\">%d</th><th "
		"scope=\"col\">Norm</th></tr></thead><tbody>\n",
		year, year - 1);
	rows_print(out, &now, &before);
	buf_text(out, "</tbody></table></div>\n");
	forecast_print(aggregate, today, out);
	buf_text(out, "<p>Onbekend betekent: dit is niet geregistreerd. "
		      "De cijfers zijn van dit moment. Laad de pagina opnieuw voor de nieuwste "
		      "cijfers.</p>\n</main></body></html>\n");
	return 0;
}

/* ---- JSON ---- */

int get_figures(const void *knowledge, const struct get_query *asked, struct get_answer *answer,
	struct why *why)
{
	const struct aggregate *aggregate = knowledge;
	const Wot__V1__KpiQuestion *question = (const void *)asked->parameters;
	struct query query = {
		.id = question->id,
		.period = question->period,
		.by = question->by,
		.definition = question->definition,
		.today = calendar_day_of(asked->now_ms),
	};
	auto_figures struct figures figures = {0};
	aggregate_query(aggregate, &query);
	int err = question->beside ? query_beside_parse(question->beside, &query.beside, why) : 0;
	if (!err)
		err = tally_figures(aggregate->tally, &query, &figures, why);
	if (err)
		return err;
	bool in_full = role_may_read(asked->role) & READ_KPIS;
	Wot__V1__Figures *out = (void *)answer->message;
	out->items = arena_alloc(asked->arena, figures.count * sizeof *out->items + 1);
	for (size_t i = 0; i < figures.count; i++) {
		if (!in_full)
			figure_suppress(
				&figures.items[i], stage_config(aggregate->stage)->suppress_below);
		out->items[i] = tally_message(aggregate->tally, &figures.items[i], asked->arena);
	}
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
