/*
 * Any words as a question to the figures: on the stats socket, or in the query of a GET. Lines, each a name and
 * what it is; as shell.c and page.c set them. What is refused says why and adds nothing.
 */
#include "config/yaml.h"
#include "daemons/aggregate/tally.h"
#include "lib/calendar.h"
#include "lib/clean.h"
#include "proto/event.h"
#include "proto/json.h"
#include <jansson.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void request_fold(struct tally *tally, uint32_t number, int32_t reported_on)
{
	Wot__V1__Event event = WOT__V1__EVENT__INIT;
	Wot__V1__Body body = WOT__V1__BODY__INIT;
	Wot__V1__FirstContact contact = WOT__V1__FIRST_CONTACT__INIT;
	Wot__V1__CaseFacts facts = WOT__V1__CASE_FACTS__INIT;
	auto_buf struct buf packed = {0};
	char id[24];
	snprintf(id, sizeof id, "2025-%06u", number);
	facts.has_reported_on = facts.has_support_started_on = true;
	facts.reported_on = reported_on;
	facts.support_started_on = reported_on + (int32_t)number;
	body_set(&body, WOT__V1__BODY__KIND_FIRST_CONTACT, &contact.base);
	event.id = (ProtobufCBinaryData){16, (uint8_t[16]){0}};
	event.case_id = id;
	event.facts = &facts;
	event.body = &body;
	event_pack(&event, &packed);
	tally_fold(tally, STREAM_CASE, (const uint8_t *)packed.data, packed.len, number);
}

static struct tally *tally_make(void)
{
	struct buf text = {0}, errors = {0};
	must(yaml_read_file("config/kpi.yaml", &text, &errors) == 0);
	struct tally_options options = {.kpi_yaml = text.data, .phone_answer_seconds = 30};
	struct tally *tally;
	struct why why;
	must(tally_new(&tally, &options, &why) == 0);
	buf_done(&text);
	for (uint32_t number = 1; number < 40; number++)
		request_fold(tally, number, 20089 + (int32_t)(7 * number));
	return tally;
}

static void line_take(struct query *query, char *line)
{
	struct why why;
	char *value = strchr(line, ' ');
	if (!value)
		return;
	*value++ = 0;
	if (!strcmp(line, "id"))
		query->id = value;
	else if (!strcmp(line, "period"))
		query->period = value;
	else if (!strcmp(line, "by"))
		query->by = value;
	else if (!strcmp(line, "where"))
		query_where_add(query, value, &why);
	else if (!strcmp(line, "definition"))
		query_year_parse(value, &query->definition, &why);
	else if (!strcmp(line, "other"))
		query_year_parse(value, &query->other, &why);
	else if (!strcmp(line, "beside"))
		query_beside_parse(value, &query->beside, &why);
	else if (!strcmp(line, "complete-from"))
		day_parse(value, strlen(value), &query->complete_from);
	else if (!strcmp(line, "as-of"))
		day_parse(value, strlen(value), &query->today);
}

static void answer_check(int err, const struct query *query, const struct buf *out,
	const struct why *why, bool is_json)
{
	must(err ? why->text[0] && !out->len : out->len);
	if (err || !is_json || query->format != QUERY_JSON)
		return;
	json_t *json = json_loadb(out->data, out->len, JSON_REJECT_DUPLICATES, NULL);
	must(json);
	json_decref(json);
}

static void explain_try(const struct tally *tally, const struct query *query)
{
	struct explain *explain = NULL;
	struct why why = {""};
	auto_buf struct buf out = {0};
	int err = tally_explain(tally, query, &explain, &why);
	must(!err == (explain != NULL));
	for (bool more = !err; more;)
		more = explain_more(explain, &out);
	answer_check(err, query, &out, &why, true);
	explain_close(&explain);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static tally_answer_fn *const answers[] = {tally_query, tally_compare, tally_forecast};
	static struct tally *tally;
	if (!tally)
		tally = tally_make();
	auto_buf struct buf text = {0};
	struct query query = {.today = 20783};
	buf_add(&text, bytes, len);
	buf_text(&text, "");
	char *rest = text.data;
	for (char *line; (line = strsep(&rest, "\n"));)
		line_take(&query, line);
	for (query.format = QUERY_JSON; query.format <= QUERY_TEXT; query.format++) {
		for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
			struct why why = {""};
			auto_buf struct buf out = {0};
			int err = answers[i](tally, &query, &out, &why);
			answer_check(err, &query, &out, &why, true);
		}
		explain_try(tally, &query);
	}
	return 0;
}
