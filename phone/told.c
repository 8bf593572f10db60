#include "phone/told.h"

#include "lib/calendar.h"
#include "lib/utf8.h"
#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum { REF_MAX = 64, CALLER_DIGITS_MIN = 6, CALLER_MAX = 256, HASH_LEN = 20, FIRST_YEAR = 2015 };

bool span_is(struct span span, const char *text)
{
	return span.len == strlen(text) && memcmp(span.at, text, span.len) == 0;
}

int64_t span_number(struct span span, int64_t max)
{
	int64_t number = 0;
	for (size_t i = 0; i < span.len; i++) {
		if (span.at[i] < '0' || span.at[i] > '9')
			return -1;
		int64_t digit = span.at[i] - '0';
		if (digit > max || number > (max - digit) / 10)
			return -1;
		number = number * 10 + digit;
	}
	return span.len ? number : -1;
}

/* ---- codes ---- */

static bool is_of_code(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       c == '.' || c == '_' || c == ':' || c == '-';
}

static char *code_of(struct span span, struct arena *arena)
{
	char *code = arena_alloc(arena, span.len + 1);
	for (size_t i = 0; i < span.len; i++)
		code[i] = is_of_code(span.at[i]) ? span.at[i] : '-';
	return code;
}

/* "ql:" and 40 digits in place of what is too long. */
static void hash_print(const char *text, size_t len, char out[PHONE_ID_ROOM])
{
	uint8_t hash[HASH_LEN];
	must(crypto_generichash(hash, sizeof hash, (const uint8_t *)text, len, NULL, 0) == 0);
	strcpy(out, "ql:");
	sodium_bin2hex(out + strlen(out), 2 * HASH_LEN + 1, hash, sizeof hash);
}

void phone_id(struct span name, char id[PHONE_ID_ROOM])
{
	auto_arena struct arena arena = {0};
	const char *code = code_of(name, &arena);
	if (name.len > REF_MAX)
		hash_print(code, name.len, id);
	else
		memcpy(id, code, name.len + 1);
}

static char *ref_of(const struct phone_call *call, struct arena *arena)
{
	char *ref = arena_printf(arena, "%s:%.*s:%.*s", call->id, (int)call->name.len,
		call->name.at, (int)call->moment.len, call->moment.at);
	if (strlen(ref) > REF_MAX) {
		char hash[PHONE_ID_ROOM];
		hash_print(ref, strlen(ref), hash);
		ref = arena_strdup(arena, hash);
	}
	return ref;
}

/* ---- a call ---- */

/* An extension of the house is nobody who could be called back. */
static char *caller_of(struct span caller, struct arena *arena)
{
	size_t digits = 0;
	for (size_t i = 0; i < caller.len; i++)
		digits += caller.at[i] >= '0' && caller.at[i] <= '9';
	if (digits < CALLER_DIGITS_MIN || caller.len > CALLER_MAX)
		return NULL;
	char *text = arena_alloc(arena, caller.len + 1);
	memcpy(text, caller.at, caller.len);
	return text;
}

static void seconds_set(int64_t seconds, protobuf_c_boolean *has, uint32_t *out)
{
	*has = seconds >= 0;
	*out = seconds >= 0 ? (uint32_t)seconds : 0;
}

Wot__V1__Submission *phone_submission(const struct phone_call *told, struct arena *arena)
{
	Wot__V1__Submission *submission = arena_alloc(arena, sizeof *submission);
	Wot__V1__Body *body = arena_alloc(arena, sizeof *body);
	Wot__V1__Call *call = arena_alloc(arena, sizeof *call);
	wot__v1__submission__init(submission);
	wot__v1__body__init(body);
	wot__v1__call__init(call);
	call->call_id = arena_strdup(arena, told->id);
	call->queue = code_of(told->queue, arena);
	call->event = told->event;
	seconds_set(told->wait_s, &call->has_wait_seconds, &call->wait_seconds);
	seconds_set(told->talk_s, &call->has_talk_seconds, &call->talk_seconds);
	call->has_outcome = told->outcome != 0;
	if (call->has_outcome)
		call->outcome = told->outcome;
	call->caller = caller_of(told->caller, arena);
	body->kind_case = WOT__V1__BODY__KIND_CALL;
	body->call = call;
	submission->external_ref = ref_of(told, arena);
	submission->occurred_at = told->at_ms;
	submission->body = body;
	return submission;
}

/* ---- lines ---- */

const char *phone_line_fault(struct span line)
{
	if (line.len > PHONE_LINE_MAX)
		return "longer than 4 KiB";
	if (utf8_prefix(line.at, line.len) < line.len || memchr(line.at, '\0', line.len))
		return "not a text in UTF-8";
	return NULL;
}

bool phone_is_before_2015(int64_t at_ms)
{
	return calendar_day_of(at_ms) < calendar_day((struct calendar_date){FIRST_YEAR, 1, 1});
}
