#include "daemons/case/query.h"

#include "daemons/case/clocks.h"
#include "lib/calendar.h"
#include "proto/door.h"
#include "proto/json.h"
#include <string.h>

static const char *status_name(enum life_status status)
{
	static const char *const names[] = {
		[LIFE_WAITING] = "WAITING",
		[LIFE_IN_SUPPORT] = "IN_SUPPORT",
		[LIFE_CLOSED] = "CLOSED",
		[LIFE_ENDED] = "ENDED",
		[LIFE_BRIEF_CONTACT] = "BRIEF_CONTACT",
	};
	return names[status];
}

/* {"caseId", "caseRef", "status", "paused", "facts": {…} and no end yet. */
static void summary_add(const struct cases *cases, const struct case_file *file, struct buf *json)
{
	char id[CASE_ID_ROOM];
	case_file_id(file, id);
	buf_printf(json, "{\"caseId\":\"%s\",\"status\":\"%s\",\"paused\":%s", id,
		status_name(life_status(&file->life)), file->life.paused ? "true" : "false");
	const char *ref = refs_name(&cases->refs, file->number);
	if (ref) {
		buf_text(json, ",\"caseRef\":");
		buf_json(json, ref);
	}
	buf_text(json, ",\"facts\":");
	json_from_message(&file->life.facts.base, json);
}

static void handover_add(const struct case_life *life, struct buf *json)
{
	static const struct {
		const char *name;
		Wot__V1__HandoverConfirmed__Side side;
	} sides[] = {
		{"confirmedByOffering", WOT__V1__HANDOVER_CONFIRMED__SIDE__OFFERING},
		{"confirmedByReceiving", WOT__V1__HANDOVER_CONFIRMED__SIDE__RECEIVING},
	};
	if (!life->handover_to)
		return;
	buf_text(json, ",\"handover\":{\"to\":");
	buf_json(json, life->handover_to);
	buf_printf(json, ",\"warm\":%s", life->handover_warm ? "true" : "false");
	for (size_t i = 0; i < sizeof sides / sizeof sides[0]; i++)
		buf_printf(json, ",\"%s\":%s", sides[i].name,
			life->handover_confirmed & 1u << sides[i].side ? "true" : "false");
	buf_printf(json, ",\"complete\":%s}", life_handover_is_complete(life) ? "true" : "false");
}

static void routing_add(const struct case_file *file, struct buf *json)
{
	if (!file->routing)
		return;
	auto_arena struct arena arena = {0};
	ProtobufCMessage *routed = message_unpack(
		&wot__v1__case_routed__descriptor, file->routing, file->routing_len, &arena);
	must(routed);
	buf_text(json, ",\"routing\":");
	json_from_message(routed, json);
}

static void clock_add(
	const struct case_clock *clock, int64_t now_ms, const char *comma, struct buf *json)
{
	const struct promise *promise = &clock->promise;
	char day[16], at[32];
	day_print(promise->deadline_on, day);
	instant_print(calendar_day_start(promise->deadline_on + 1), at);
	buf_printf(json,
		"%s{\"kind\":\"%s\",\"deadlineOn\":\"%s\",\"deadlineAt\":\"%s\",\"status\":\"%s\"",
		comma,
		protobuf_c_enum_descriptor_get_value(
			&wot__v1__clock__kind__descriptor, (int)clock->terms.kind)
			->name,
		day, at, promise_status(promise, &clock->terms, now_ms));
	if (promise->kept_on) {
		day_print(promise->kept_on, day);
		buf_printf(json, ",\"stoppedOn\":\"%s\"", day);
	}
	buf_printf(json, ",\"days\":%u,\"pausedDays\":%u}", clock->days, clock->paused_days);
}

static void clocks_add(
	const struct cases *cases, const struct case_file *file, int64_t now_ms, struct buf *json)
{
	struct case_clock clocks[CASE_CLOCKS];
	size_t count = cases_clocks(cases, file, calendar_day_of(now_ms), clocks);
	buf_text(json, ",\"clocks\":[");
	for (size_t i = 0; i < count; i++)
		clock_add(&clocks[i], now_ms, i ? "," : "", json);
	buf_char(json, ']');
}

static void moments_add(const struct case_file *file, struct buf *json)
{
	buf_text(json, ",\"life\":[");
	for (size_t i = 0; i < file->moment_count; i++) {
		char what[64], at[32];
		json_name(event_kind_name(moment_kind(file->moments[i])), what);
		instant_print(moment_at_ms(file->moments[i]), at);
		buf_printf(json, "%s{\"what\":\"%s\",\"at\":\"%s\"}", i ? "," : "", what, at);
	}
	buf_char(json, ']');
}

static void detail_add(
	const struct cases *cases, const struct case_file *file, int64_t now_ms, struct buf *json)
{
	const struct case_life *life = &file->life;
	summary_add(cases, file, json);
	if (life->case_lead) {
		buf_text(json, ",\"caseLead\":");
		buf_json(json, life->case_lead);
	}
	if (life->reopened_on != LIFE_NEVER) {
		char day[16];
		day_print(life->reopened_on, day);
		buf_printf(json, ",\"reopenedOn\":\"%s\"", day);
	}
	handover_add(life, json);
	routing_add(file, json);
	clocks_add(cases, file, now_ms, json);
	moments_add(file, json);
	buf_char(json, '}');
}

/* A page in order of number; `next` is there when there is more: give it as `after`. */
static int list_add(const struct cases *cases, const struct core_query *query, struct buf *json)
{
	int year;
	uint32_t number = 0;
	if (query->after && case_id_parse(query->after, &year, &number) != 0)
		return ERR_INVALID;
	const struct case_file *last = NULL;
	unsigned count = 0;
	buf_text(json, "{\"items\":[");
	while (++number < cases->room) {
		const struct case_file *file = cases->files[number];
		if (!file)
			continue;
		if (count == query->limit)
			break;
		buf_text(json, count++ ? "," : "");
		summary_add(cases, file, json);
		buf_char(json, '}');
		last = file;
	}
	buf_char(json, ']');
	if (last && number < cases->room) {
		char id[CASE_ID_ROOM];
		case_file_id(last, id);
		buf_printf(json, ",\"next\":\"%s\"", id);
	}
	buf_char(json, '}');
	return 0;
}

int cases_query(const struct cases *cases, const struct core_query *query, struct buf *json)
{
	static const char list[] = "/v1/cases";
	size_t len = strlen(list);
	if (strncmp(query->path, list, len) != 0 || (query->path[len] && query->path[len] != '/'))
		return ERR_NOT_FOUND;
	if (!(role_may_read(query->role) & READ_CASES))
		return ERR_FORBIDDEN;
	if (!query->path[len])
		return list_add(cases, query, json);
	const struct case_file *file = cases_by_id(cases, query->path + len + 1);
	if (!file)
		return ERR_NOT_FOUND;
	detail_add(cases, file, query->now_ms, json);
	return 0;
}
