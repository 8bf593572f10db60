/*
 * For tests of the KPIs: a tally over the kpi.yaml as shipped (or another), fed with events that
 * are built as structs and packed, all of which are kept so that they can be replayed into a second
 * tally.
 */
#ifndef WOT_TALLIED_H
#define WOT_TALLIED_H

#include "config/yaml.h"
#include "daemons/aggregate/tally.h"
#include "lib/calendar.h"
#include "proto/event.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
// clang-format on
#include <jansson.h>
#include <stdio.h>
#include <string.h>

enum { PHONE_ANSWER_SECONDS = 30 };

struct tallied {
	struct tally *tally;
	struct buf log; /* stream, length, seq, bytes of each event */
	uint64_t seqs[STREAM_COUNT];
	int32_t today;
	int64_t recorded_ms; /* when wot takes in what comes next; 0: when it happens */
};

struct logged {
	enum stream stream;
	size_t len;
	uint64_t seq;
};

/* Structs of protobuf-c want char *, though nobody writes to it. */
static inline char *as_text(const char *constant)
{
	return (char *)(uintptr_t)constant;
}

static inline int32_t day(const char *text)
{
	struct calendar_date date;
	assert_int_equal(sscanf(text, "%d-%d-%d", &date.year, &date.month, &date.day), 3);
	return calendar_day(date);
}

static inline struct tally *tally_of(const char *yaml)
{
	struct tally_options options = {
		.kpi_yaml = yaml, .phone_answer_seconds = PHONE_ANSWER_SECONDS};
	struct tally *tally = NULL;
	struct why why = {""};
	if (tally_new(&tally, &options, &why))
		fail_msg("%s", why.text);
	return tally;
}

static inline char *shipped_yaml(void)
{
	struct buf text = {0}, errors = {0};
	if (yaml_read_file("config/kpi.yaml", &text, &errors))
		fail_msg("%s", errors.data);
	return text.data;
}

static inline int tallied_setup(void **state)
{
	struct tallied *tallied = calloc(1, sizeof *tallied);
	must(tallied);
	auto_free char *yaml = shipped_yaml();
	tallied->tally = tally_of(yaml);
	tallied->today = day("2026-11-21");
	*state = tallied;
	return 0;
}

static inline int tallied_teardown(void **state)
{
	struct tallied *tallied = *state;
	tally_free(tallied->tally);
	buf_done(&tallied->log);
	free(tallied);
	return 0;
}

/* ---- events ---- */

static inline void log_event(struct tallied *tallied, enum stream stream, Wot__V1__Event *event)
{
	auto_buf struct buf bytes = {0};
	event->id = (ProtobufCBinaryData){16, (uint8_t[16]){0}};
	event->recorded_at = tallied->recorded_ms ? tallied->recorded_ms : event->occurred_at;
	event_pack(event, &bytes);
	struct logged logged = {stream, bytes.len, ++tallied->seqs[stream]};
	buf_add(&tallied->log, &logged, sizeof logged);
	buf_add(&tallied->log, bytes.data, bytes.len);
	tally_fold(tallied->tally, stream, (const uint8_t *)bytes.data, bytes.len, logged.seq);
}

/* Noon in Amsterdam. */
static inline int64_t noon(int32_t on)
{
	return calendar_day_start(on) + 12 * 3600 * 1000;
}

static inline void log_body(struct tallied *tallied, enum stream stream, const char *case_id,
	int64_t at, Wot__V1__Body__KindCase kind, ProtobufCMessage *message)
{
	Wot__V1__Body body = WOT__V1__BODY__INIT;
	Wot__V1__Event event = WOT__V1__EVENT__INIT;
	body_set(&body, kind, message);
	event.occurred_at = at;
	event.client = as_text("phone-centre");
	event.case_id = as_text(case_id);
	event.body = &body;
	log_event(tallied, stream, &event);
}

/* What wot-case says of a case: facts->cleared included. The year of the id is 2025. */
static inline void log_case(struct tallied *tallied, uint32_t number, Wot__V1__CaseFacts *facts)
{
	Wot__V1__Body body = WOT__V1__BODY__INIT;
	Wot__V1__Event event = WOT__V1__EVENT__INIT;
	Wot__V1__FirstContact message = WOT__V1__FIRST_CONTACT__INIT;
	char id[24];
	snprintf(id, sizeof id, "2025-%06u", number);
	body_set(&body, WOT__V1__BODY__KIND_FIRST_CONTACT, &message.base);
	event.case_id = id;
	event.facts = facts;
	event.body = &body;
	log_event(tallied, STREAM_CASE, &event);
}

/* log_case with facts in place: FACTS(tallied, 1, FACT(reported_on, day("…")), …) */
#define FACT(field, value_) .has_##field = true, .field = (value_)
#define FACTS(tallied, number, ...)                                                                \
	do {                                                                                       \
		Wot__V1__CaseFacts facts_ = WOT__V1__CASE_FACTS__INIT;                             \
		Wot__V1__CaseFacts given_ = {__VA_ARGS__};                                         \
		given_.base = facts_.base;                                                         \
		log_case(tallied, number, &given_);                                                \
	} while (0)
#define PROBLEMS(...)                                                                              \
	.problems = (Wot__V1__Problem__Value[]){__VA_ARGS__},                                      \
	.n_problems = sizeof((int[]){__VA_ARGS__}) / sizeof(int)
#define CLEARED(...)                                                                               \
	.cleared = (uint32_t[]){__VA_ARGS__}, .n_cleared = sizeof((uint32_t[]){__VA_ARGS__}) / 4

/* caller: of whom the hash is made; NULL: this event does not say. wait_seconds -1, outcome 0: not said. */
static inline void log_call_of(struct tallied *tallied, const char *id, Wot__V1__Call__Event event,
	int64_t at, int wait_seconds, const char *caller, Wot__V1__Call__Outcome outcome)
{
	Wot__V1__Call call = WOT__V1__CALL__INIT;
	call.call_id = as_text(id);
	call.queue = as_text("wot");
	call.event = event;
	call.has_wait_seconds = wait_seconds >= 0;
	call.wait_seconds = wait_seconds >= 0 ? (uint32_t)wait_seconds : 0;
	call.has_outcome = outcome != 0;
	call.outcome = outcome;
	call.has_caller_hash = caller != NULL;
	if (caller)
		call.caller_hash =
			(ProtobufCBinaryData){strlen(caller), (uint8_t *)(uintptr_t)caller};
	log_body(tallied, STREAM_INTAKE, NULL, at, WOT__V1__BODY__KIND_CALL, &call.base);
}

static inline void log_call(struct tallied *tallied, const char *id, Wot__V1__Call__Event event,
	int64_t at, int wait_seconds)
{
	log_call_of(tallied, id, event, at, wait_seconds, NULL, 0);
}

static inline void log_callback(struct tallied *tallied, const char *id, int64_t at, bool reached)
{
	Wot__V1__Callback callback = WOT__V1__CALLBACK__INIT;
	callback.call_id = (char *)(uintptr_t)id;
	callback.reached = reached;
	log_body(tallied, STREAM_INTAKE, NULL, at, WOT__V1__BODY__KIND_CALLBACK, &callback.base);
}

static inline void log_contact(struct tallied *tallied, int32_t on, Wot__V1__Channel__Value channel,
	Wot__V1__AgeGroup__Value age)
{
	Wot__V1__BriefContact contact = WOT__V1__BRIEF_CONTACT__INIT;
	contact.channel = channel;
	contact.has_age_group = true;
	contact.age_group = age;
	contact.answer = WOT__V1__BRIEF_CONTACT__ANSWER__INFORMATION;
	log_body(tallied, STREAM_INTAKE, NULL, noon(on), WOT__V1__BODY__KIND_BRIEF_CONTACT,
		&contact.base);
}

static inline void log_config(
	struct tallied *tallied, enum stream stream, const char *name, const char *content)
{
	Wot__V1__ConfigLoaded loaded = WOT__V1__CONFIG_LOADED__INIT;
	loaded.name = (char *)(uintptr_t)name;
	loaded.content = (char *)(uintptr_t)content;
	log_body(tallied, stream, NULL, noon(day("2025-01-01")), WOT__V1__BODY__KIND_CONFIG_LOADED,
		&loaded.base);
}

/* ---- questions ---- */

static inline json_t *json_of(const struct buf *text)
{
	json_error_t error;
	json_t *json = json_loadb(text->data, text->len, JSON_REJECT_DUPLICATES, &error);
	if (!json)
		fail_msg("no JSON: %s in %s", error.text, text->data);
	return json;
}

static inline json_t *ask_query(const struct tallied *tallied, const struct query *given)
{
	auto_buf struct buf text = {0};
	struct why why = {""};
	struct query query = *given;
	query.today = tallied->today;
	if (tally_query(tallied->tally, &query, &text, &why))
		fail_msg("%s", why.text);
	return json_of(&text);
}

/* All rows behind a figure, piece by piece, as tally_query answers at once. */
static inline int explain_all(
	const struct tally *tally, const struct query *query, struct buf *out, struct why *why)
{
	struct explain *explain;
	int err = tally_explain(tally, query, &explain, why);
	if (err)
		return err;
	if (explain_more(explain, out)) {
		tally_explain_keep(tally, explain);
		while (explain_more(explain, out))
			;
	}
	explain_close(&explain);
	return 0;
}

/* The figure of one KPI; by may be NULL, definition 0. To be given back with json_decref. */
static inline json_t *ask(const struct tallied *tallied, const char *id, const char *period,
	const char *by, uint32_t definition)
{
	struct query query = {.id = id, .period = period, .by = by, .definition = definition};
	json_t *all = ask_query(tallied, &query);
	assert_int_equal(json_array_size(all), 1);
	json_t *figure = json_incref(json_array_get(all, 0));
	json_decref(all);
	return figure;
}

/* A member as a number; NULL reads as -1, which no figure is. */
static inline double number_of(const json_t *object, const char *name)
{
	const json_t *member = json_object_get(object, name);
	assert_non_null(member);
	return json_is_null(member) ? -1 : json_number_value(member);
}

static inline void assert_number(const json_t *object, const char *name, double expected)
{
	double number = number_of(object, name);
	if (number != expected)
		fail_msg("%s is %.17g, not %.17g", name, number, expected);
}

/* The figure's value, count, of and unknown; of -1: null. */
static inline void assert_figure(const struct tallied *tallied, const char *id, const char *period,
	uint32_t definition, double value, int count, int of, int unknown)
{
	json_t *figure = ask(tallied, id, period, NULL, definition);
	char was[256];
	snprintf(was, sizeof was, "%.17g = %g / %g, unknown %g", number_of(figure, "value"),
		number_of(figure, "count"), number_of(figure, "of"), number_of(figure, "unknown"));
	if (number_of(figure, "value") != value || number_of(figure, "count") != count ||
		number_of(figure, "of") != of || number_of(figure, "unknown") != unknown)
		fail_msg("%s of %s is %s, not %.17g = %d / %d, unknown %d", id,
			period ? period : "now", was, value, count, of, unknown);
	json_decref(figure);
}

/* The count of a row of a split; -1: there is no such row. */
static inline int count_by(const struct tallied *tallied, const char *id, const char *period,
	const char *by, const char *key)
{
	json_t *figure = ask(tallied, id, period, by, 0);
	int count = -1;
	size_t i;
	json_t *row;
	json_array_foreach(json_object_get(figure, "by"), i, row)
	{
		if (!strcmp(json_string_value(json_object_get(row, "key")), key))
			count = (int)json_integer_value(json_object_get(row, "count"));
	}
	json_decref(figure);
	return count;
}

/* Folds the log that was kept into a second tally, in one go. */
static inline struct tally *tally_replayed(const struct tallied *tallied)
{
	auto_free char *yaml = shipped_yaml();
	struct tally *again = tally_of(yaml);
	tally_replay_begin(again);
	for (size_t at = 0; at < tallied->log.len;) {
		struct logged logged;
		memcpy(&logged, tallied->log.data + at, sizeof logged);
		at += sizeof logged;
		tally_fold(again, logged.stream, (const uint8_t *)tallied->log.data + at,
			logged.len, logged.seq);
		at += logged.len;
	}
	tally_replay_end(again);
	return again;
}

static inline void assert_replay_is_equal(const struct tallied *tallied)
{
	struct tally *again = tally_replayed(tallied);
	struct why why = {""};
	if (tally_equal(tallied->tally, again, &why))
		fail_msg("%s", why.text);
	tally_free(again);
}

#endif
