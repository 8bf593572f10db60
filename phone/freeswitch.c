#include "phone/freeswitch.h"

#include "lib/buf.h"
#include "lib/utf8.h"
#include <jansson.h>
#include <string.h>

#define EPOCH_MAX_S INT64_C(999999999999)
#define EPOCH_MAX_US (EPOCH_MAX_S * 1000000)

/* An action that is counted, and the headers with its instants in seconds. */
static const struct row {
	const char *action;
	Wot__V1__Call__Event event;
	const char *at;    /* when it was; NULL: when the event was made */
	const char *since; /* NULL: it takes no time */
} rows[] = {
	{"member-queue-start", WOT__V1__CALL__EVENT__ENTERED, NULL, NULL},
	{"member-queue-resume", WOT__V1__CALL__EVENT__ENTERED, NULL, NULL},
	{"bridge-agent-start", WOT__V1__CALL__EVENT__ANSWERED, "CC-Agent-Answered-Time",
		"CC-Member-Joined-Time"},
	{"member-queue-end", WOT__V1__CALL__EVENT__TIMED_OUT, "CC-Member-Leaving-Time",
		"CC-Member-Joined-Time"},
	{"bridge-agent-end", WOT__V1__CALL__EVENT__ENDED, "CC-Bridge-Terminated-Time",
		"CC-Agent-Answered-Time"},
};

static struct span header(const json_t *event, const char *name)
{
	const json_t *value = json_object_get(event, name);
	return json_is_string(value)
		       ? (struct span){json_string_value(value), json_string_length(value)}
		       : (struct span){"", 0};
}

static const struct row *row_of(const json_t *event)
{
	struct span action = header(event, "CC-Action");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (span_is(action, rows[i].action))
			return &rows[i];
	return NULL;
}

/* The cause of an end is Terminated after an answer, of which bridge-agent-end tells; else Cancel, with a reason where it
 * was not the caller who hung up. */
static bool is_of_an_answer(const json_t *event)
{
	return span_is(header(event, "CC-Cause"), "Terminated");
}

static bool is_hung_up(const json_t *event)
{
	struct span reason = header(event, "CC-Cancel-Reason");
	return span_is(header(event, "CC-Cause"), "Cancel") &&
	       (!reason.len || span_is(reason, "NONE") || span_is(reason, "BREAK_OUT"));
}

/* Seconds since 1970; -1: it does not say. 0 stands where something never happened. */
static int64_t seconds(const json_t *event, const char *name)
{
	int64_t number = name ? span_number(header(event, name), EPOCH_MAX_S) : -1;
	return number > 0 ? number : -1;
}

static int64_t lasted(int64_t since_s, int64_t at_s)
{
	if (since_s < 0)
		return -1;
	int64_t lasts = at_s > since_s ? at_s - since_s : 0;
	return lasts <= PHONE_SECONDS_MAX ? lasts : -1;
}

static enum phone_line broken(struct phone_read *out, const char *reason)
{
	out->reason = reason;
	return PHONE_BROKEN;
}

static enum phone_line event_read(
	const json_t *event, const struct row *row, struct arena *arena, struct phone_read *out)
{
	struct span session = header(event, "CC-Member-Session-UUID");
	int64_t made_us = span_number(header(event, "Event-Date-Timestamp"), EPOCH_MAX_US);
	int64_t at_s = seconds(event, row->at);
	int64_t at_ms = at_s >= 0 ? at_s * 1000 : made_us / 1000;
	if (!session.len)
		return broken(out, "no CC-Member-Session-UUID");
	if (at_s < 0 && made_us < 0)
		return broken(out, "no instant");
	if (phone_is_before_2015(at_ms))
		return broken(out, "before 2015");
	char id[PHONE_ID_ROOM];
	phone_id(session, id);
	int64_t lasts = lasted(seconds(event, row->since), at_ms / 1000);
	bool is_end = row->event == WOT__V1__CALL__EVENT__ENDED;
	struct phone_call call = {
		.id = id,
		.queue = header(event, "CC-Queue"),
		.at_ms = at_ms,
		.event = row->event,
		.wait_s = is_end ? -1 : lasts,
		.talk_s = is_end ? lasts : -1,
	};
	if (row->event == WOT__V1__CALL__EVENT__ENTERED)
		call.caller = header(event, "CC-Member-CID-Number");
	if (row->event == WOT__V1__CALL__EVENT__TIMED_OUT && is_hung_up(event))
		call.event = WOT__V1__CALL__EVENT__ABANDONED;
	bool waited = call.event == WOT__V1__CALL__EVENT__ANSWERED ||
		      call.event == WOT__V1__CALL__EVENT__ABANDONED;
	if (waited && call.wait_s < 0)
		return broken(out, "it does not say how long the call waited");
	const char *name = protobuf_c_enum_descriptor_get_value(
		&wot__v1__call__event__descriptor, (int)call.event)
				   ->name;
	const char *moment = arena_printf(arena, "%lld", (long long)(at_ms / 1000));
	call.name = (struct span){name, strlen(name)};
	call.moment = (struct span){moment, strlen(moment)};
	out->submission = phone_submission(&call, arena);
	return PHONE_TOLD;
}

/* A name in another header may be of any encoding: what is no UTF-8 in it must not cost the call. */
static json_t *event_load(const char *text, size_t len)
{
	auto_buf struct buf copy = {0};
	buf_add(&copy, text, len);
	for (size_t at = 0; (at += utf8_prefix(copy.data + at, len - at)) < len;)
		copy.data[at] = '?';
	return json_loadb(copy.data, copy.len, 0, NULL);
}

enum phone_line freeswitch_read(
	const char *text, size_t len, struct arena *arena, struct phone_read *out)
{
	if (len > FREESWITCH_LINE_MAX)
		return broken(out, "longer than 256 KiB");
	json_t *event = event_load(text, len);
	if (!json_is_object(event)) {
		json_decref(event);
		return broken(out, "not an object of JSON");
	}
	const struct row *row = row_of(event);
	bool is_passed =
		!row || (row->event == WOT__V1__CALL__EVENT__TIMED_OUT && is_of_an_answer(event));
	enum phone_line what = is_passed ? PHONE_PASSED : event_read(event, row, arena, out);
	json_decref(event);
	return what;
}
