#include "phone/queue_log.h"

#include <string.h>

enum {
	FIELDS_MAX = 16, /* no event has as many; what follows belongs to the last */
	FIELDS_MIN = 5,
	EPOCH_DIGITS_MAX = 12,
};
enum { EPOCH, CALL, QUEUE, AGENT, EVENT, FIRST }; /* the fields, in this order */

struct fields {
	struct span items[FIELDS_MAX];
	size_t count;
};

/* An event that is counted. Places of what it says are counted from 1 after the event, or below 0 from the end. */
static const struct row {
	const char *name;
	Wot__V1__Call__Event event;
	Wot__V1__Call__Outcome outcome;
	int wait, talk, caller; /* 0: it says none */
} rows[] = {
	{"ENTERQUEUE", WOT__V1__CALL__EVENT__ENTERED, 0, 0, 0, 2},
	{"CONNECT", WOT__V1__CALL__EVENT__ANSWERED, 0, 1, 0, 0},
	{"ABANDON", WOT__V1__CALL__EVENT__ABANDONED, 0, 3, 0, 0},
	{"EXITWITHTIMEOUT", WOT__V1__CALL__EVENT__TIMED_OUT, 0, 3, 0, 0},
	{"EXITEMPTY", WOT__V1__CALL__EVENT__TIMED_OUT, 0, 3, 0, 0},
	{"EXITWITHKEY", WOT__V1__CALL__EVENT__TIMED_OUT, 0, 4, 0, 0},
	{"COMPLETEAGENT", WOT__V1__CALL__EVENT__ENDED, 0, 0, 2, 0},
	{"COMPLETECALLER", WOT__V1__CALL__EVENT__ENDED, 0, 0, 2, 0},
	{"TRANSFER", WOT__V1__CALL__EVENT__ENDED, WOT__V1__CALL__OUTCOME__TRANSFERRED, 0, 4, 0},
	{"BLINDTRANSFER", WOT__V1__CALL__EVENT__ENDED, WOT__V1__CALL__OUTCOME__TRANSFERRED, 0, 4,
		0},
	/* Of one way of transferring something more is told than of another. */
	{"ATTENDEDTRANSFER", WOT__V1__CALL__EVENT__ENDED, WOT__V1__CALL__OUTCOME__TRANSFERRED, 0,
		-2, 0},
};

static const struct row *row_of(struct span name)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (span_is(name, rows[i].name))
			return &rows[i];
	return NULL;
}

/* A `|` at the end of a line begins no field. */
static void fields_split(struct span line, struct fields *fields)
{
	if (line.len && line.at[line.len - 1] == '|')
		line.len--;
	fields->count = 0;
	for (bool more = true; more;) {
		const char *end = memchr(line.at, '|', line.len);
		more = end && fields->count < FIELDS_MAX - 1;
		size_t len = more ? (size_t)(end - line.at) : line.len;
		fields->items[fields->count++] = (struct span){line.at, len};
		if (more)
			line = (struct span){end + 1, line.len - len - 1};
	}
}

static struct span parameter(const struct fields *fields, int place)
{
	size_t at = place > 0 ? FIRST + (size_t)place - 1 : fields->count - (size_t)-place;
	bool is_there = place && at >= FIRST && at < fields->count;
	return is_there ? fields->items[at] : (struct span){"", 0};
}

static int64_t seconds(const struct fields *fields, int place)
{
	return span_number(parameter(fields, place), PHONE_SECONDS_MAX);
}

/* Seconds since 1970, which may have a fraction. -1: it is none. */
static int64_t epoch_ms(struct span epoch)
{
	const char *dot = memchr(epoch.at, '.', epoch.len);
	size_t whole = dot ? (size_t)(dot - epoch.at) : epoch.len;
	int64_t ms = span_number((struct span){epoch.at, whole}, INT64_C(999999999999));
	if (ms < 0 || whole > EPOCH_DIGITS_MAX)
		return -1;
	ms *= 1000;
	int64_t unit = 100;
	for (size_t i = whole + 1; i < epoch.len; i++, unit /= 10) {
		if (epoch.at[i] < '0' || epoch.at[i] > '9')
			return -1;
		ms += unit * (epoch.at[i] - '0');
	}
	return ms;
}

static const char *line_fault(const struct fields *fields, int64_t at_ms)
{
	if (fields->count < FIELDS_MIN)
		return "not five fields";
	if (at_ms < 0)
		return "no epoch";
	return phone_is_before_2015(at_ms) ? "before 2015" : NULL;
}

/* The wait of a call that entered before the first line that was read is what its line says of this queue alone. */
static void wait_judge(struct queue_log *log, const struct fields *fields, const struct row *row,
	struct phone_call *call)
{
	switch (call->event) {
	case WOT__V1__CALL__EVENT__ENTERED:
		waits_begin(&log->waits, call->id, call->at_ms);
		break;
	case WOT__V1__CALL__EVENT__ENDED:
		waits_end(&log->waits, call->id);
		break;
	default:
		call->wait_s = waits_seconds(&log->waits, call->id, call->at_ms);
		if (call->wait_s < 0)
			call->wait_s = seconds(fields, row->wait);
		if (call->event == WOT__V1__CALL__EVENT__ABANDONED)
			waits_end(&log->waits, call->id);
	}
}

/* Another event than the call itself was told of: it has no id of a call. */
static bool is_of_no_call(struct span call)
{
	return span_is(call, "NONE") || span_is(call, "REALTIME");
}

static bool is_callback(const struct queue_log *log, const struct fields *fields)
{
	return log->callback_key && span_is(fields->items[EVENT], "EXITWITHKEY") &&
	       span_is(parameter(fields, 1), log->callback_key);
}

enum phone_line queue_log_read(struct queue_log *log, const char *text, size_t len,
	struct arena *arena, struct phone_read *out)
{
	struct span line = {text, len && text[len - 1] == '\r' ? len - 1 : len};
	struct fields fields = {0};
	out->reason = phone_line_fault(line);
	if (out->reason)
		return PHONE_BROKEN;
	fields_split(line, &fields);
	int64_t at_ms = epoch_ms(fields.items[EPOCH]);
	out->reason = line_fault(&fields, at_ms);
	if (out->reason)
		return PHONE_BROKEN;
	const struct row *row = row_of(fields.items[EVENT]);
	if (!row || is_of_no_call(fields.items[CALL]))
		return PHONE_PASSED;
	char id[PHONE_ID_ROOM];
	phone_id(fields.items[CALL], id);
	struct phone_call call = {
		.id = id,
		.queue = fields.items[QUEUE],
		.caller = parameter(&fields, row->caller),
		.name = fields.items[EVENT],
		.moment = fields.items[EPOCH],
		.at_ms = at_ms,
		.event = row->event,
		.outcome =
			is_callback(log, &fields) ? WOT__V1__CALL__OUTCOME__CALLBACK : row->outcome,
		.wait_s = -1,
		.talk_s = seconds(&fields, row->talk),
	};
	wait_judge(log, &fields, row, &call);
	bool waited = call.event == WOT__V1__CALL__EVENT__ANSWERED ||
		      call.event == WOT__V1__CALL__EVENT__ABANDONED;
	if (waited && call.wait_s < 0) {
		out->reason = "it does not say how long the call waited";
		return PHONE_BROKEN;
	}
	out->submission = phone_submission(&call, arena);
	return PHONE_TOLD;
}
