/*
 * GET / is a page with the figures in plain Dutch, open to all: it shows totals of the town. GET /v1/kpis is
 * JSON, with breakdowns, for clients whose role reads KPIs.
 */
#include "daemons/aggregate/shell.h"
#include "lib/calendar.h"
#include "lib/clock.h"
#include "proto/door.h"
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

/* Numbers as a Dutch reader writes them: 1.054 and 70,5%. */
static void number_print(struct buf *out, const json_t *value, const char *unit)
{
	char text[64];
	if (!json_is_number(value)) {
		buf_text(out, "onbekend");
		return;
	}
	double number = json_number_value(value);
	if (unit && strcmp(unit, "share") == 0) {
		snprintf(text, sizeof text, "%.1f%%", 100 * number);
		*strchr(text, '.') = ',';
		buf_text(out, text);
		return;
	}
	long long whole = llround(number);
	if (whole >= 1000)
		buf_printf(out, "%lld.%03lld", whole / 1000, whole % 1000);
	else
		buf_printf(out, "%lld", whole);
	if (unit && strcmp(unit, "days") == 0)
		buf_text(out, whole == 1 ? " dag" : " dagen");
	else if (unit && strcmp(unit, "seconds") == 0)
		buf_text(out, whole == 1 ? " seconde" : " seconden");
	else if (unit && strcmp(unit, "euro") == 0)
		buf_text(out, " euro");
}

static void norm_print(struct buf *out, const json_t *figure)
{
	static const struct {
		const char *key, *text;
	} norms[] = {{"atLeast", "minstens "}, {"moreThan", "meer dan "}, {"atMost", "hoogstens "}};
	const json_t *norm = json_object_get(figure, "norm");
	const char *unit = json_string_value(json_object_get(figure, "unit"));
	for (size_t i = 0; i < sizeof norms / sizeof *norms; i++) {
		const json_t *value = json_object_get(norm, norms[i].key);
		if (!value)
			continue;
		buf_text(out, norms[i].text);
		number_print(out, value, unit);
		if (json_object_get(norm, "per"))
			buf_text(out, " per kwartaal");
	}
	const json_t *met = json_object_get(figure, "met");
	if (json_is_boolean(met))
		buf_text(out, json_is_true(met) ? " (gehaald)" : " (niet gehaald)");
}

static json_t *figures_of(struct aggregate *aggregate, const char *period)
{
	struct query query = {
		.period = period,
		.format = QUERY_JSON,
		.today = calendar_day_of(clock_now_ms()),
		.names = &aggregate->names,
	};
	auto_buf struct buf text = {0};
	struct why why;
	if (tally_query(aggregate->tally, &query, &text, &why) != 0)
		return NULL;
	return json_loadb(text.data, text.len, 0, NULL);
}

static void rows_print(struct buf *out, const json_t *now, const json_t *before)
{
	for (size_t i = 0; i < json_array_size(now); i++) {
		const json_t *figure = json_array_get(now, i), *earlier = json_array_get(before, i);
		const char *unit = json_string_value(json_object_get(figure, "unit"));
		const char *label = json_string_value(json_object_get(figure, "label"));
		buf_text(out, "<tr><th scope=\"row\">");
		escaped(out, label ? label : "");
		buf_text(out, "</th><td>");
		number_print(out, json_object_get(figure, "value"), unit);
		buf_text(out, "</td><td>");
		number_print(out, json_object_get(earlier, "value"), unit);
		buf_text(out, "</td><td>");
		norm_print(out, figure);
		buf_text(out, "</td></tr>\n");
	}
}

/* What it takes to reach the norm in this quarter, in three sentences. */
static void forecast_print(struct aggregate *aggregate, struct buf *out)
{
	struct forecast forecast;
	struct why why;
	if (tally_forecast_make(
		    aggregate->tally, calendar_day_of(clock_now_ms()), &forecast, &why) != 0)
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

static void page_print(struct aggregate *aggregate, struct buf *out)
{
	int year = calendar_date(calendar_day_of(clock_now_ms())).year;
	char last[16];
	snprintf(last, sizeof last, "%d", year - 1);
	json_t *now = figures_of(aggregate, "year"), *before = figures_of(aggregate, last);
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
	rows_print(out, now, before);
	buf_text(out, "</tbody></table></div>\n");
	forecast_print(aggregate, out);
	buf_text(out, "<p>Onbekend betekent: dit is niet geregistreerd. "
		      "De cijfers zijn van dit moment. Laad de pagina opnieuw voor de nieuwste "
		      "cijfers.</p>\n</main></body></html>\n");
	json_decref(now);
	json_decref(before);
}

/* ---- JSON ---- */

/* What a viewer gets: rows of a breakdown that count fewer than suppress_below say only that they are there. */
static char *rows_suppress(const struct buf *answer, json_int_t below)
{
	static const char *const numbers[] = {"value", "count", "of", "unknown"};
	json_t *figures = json_loadb(answer->data, answer->len, 0, NULL);
	must(figures);
	for (size_t i = 0; i < json_array_size(figures); i++) {
		json_t *rows = json_object_get(json_array_get(figures, i), "by");
		for (size_t r = 0; r < json_array_size(rows); r++) {
			json_t *row = json_array_get(rows, r);
			if (json_integer_value(json_object_get(row, "count")) >= below)
				continue;
			for (size_t n = 0; n < sizeof numbers / sizeof *numbers; n++)
				json_object_set_new(row, numbers[n], json_null());
			json_object_set_new(row, "suppressed", json_true());
		}
	}
	char *text = json_dumps(figures, JSON_COMPACT);
	json_decref(figures);
	must(text);
	return text;
}

static void refuse(struct http_request *request, int err, const char *detail)
{
	auto_buf struct buf out = {0};
	problem_print(err, detail, NULL, &out);
	http_respond(request, err_http(err), "application/problem+json",
		err == ERR_UNAUTHENTICATED ? "WWW-Authenticate: Bearer\n" : NULL, out.data,
		out.len);
}

/* What this request's client may read of KPIs: role_reads, or 0 with the refusal in err. */
static unsigned reads_of(
	const struct aggregate *aggregate, const struct http_request *request, int *err)
{
	const struct client *client = stage_client(aggregate->stage, request);
	unsigned reads = 0;
	if (client)
		reads = role_may_read(client->role) & (READ_KPIS | READ_KPIS_SUPPRESSED);
	*err = reads ? 0 : client ? ERR_FORBIDDEN : ERR_UNAUTHENTICATED;
	return reads;
}

static int query_read(struct aggregate *aggregate, const struct http_request *request,
	struct query *query, struct why *why)
{
	static const char *const names[] = {"id", "period", "by", "definition"};
	const char *definition = http_query(request, "definition");
	const char *other = http_query_other(request, names, sizeof names / sizeof *names);
	*query = (struct query){
		.id = http_query(request, "id"),
		.period = http_query(request, "period"),
		.by = http_query(request, "by"),
		.today = calendar_day_of(clock_now_ms()),
		.format = QUERY_JSON,
		.names = &aggregate->names,
	};
	if (other)
		return why_set(why, ERR_INVALID,
			"%.40s is no parameter; there are id, period, by and definition", other);
	return definition ? query_year_parse(definition, &query->definition, why) : 0;
}

static void kpis_get(struct aggregate *aggregate, struct http_request *request)
{
	int err;
	unsigned reads = reads_of(aggregate, request, &err);
	struct query query;
	struct why why = {""};
	auto_buf struct buf out = {0};
	if (!err)
		err = query_read(aggregate, request, &query, &why);
	if (!err)
		err = tally_query(aggregate->tally, &query, &out, &why);
	if (err) {
		refuse(request, err, why.text);
		return;
	}
	auto_free char *suppressed = NULL;
	if (!(reads & READ_KPIS))
		suppressed = rows_suppress(&out, stage_config(aggregate->stage)->suppress_below);
	const char *text = suppressed ? suppressed : out.data;
	http_respond(request, 200, "application/json", NULL, text, strlen(text));
}

bool aggregate_get(void *ctx, struct http_request *request)
{
	struct aggregate *aggregate = ctx;
	const char *path = http_path(request);
	if (strcmp(path, "/v1/kpis") == 0) {
		kpis_get(aggregate, request);
		return true;
	}
	if (strcmp(path, "/") != 0)
		return false;
	auto_buf struct buf out = {0};
	page_print(aggregate, &out);
	http_respond(request, 200, "text/html; charset=utf-8",
		"Content-Security-Policy: default-src 'none'; style-src "
		"'unsafe-inline'\nX-Content-Type-Options: nosniff\nReferrer-Policy: "
		"no-referrer\nCache-Control: no-store\n",
		out.data, out.len);
	return true;
}
