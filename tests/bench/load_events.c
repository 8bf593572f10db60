/*
 * What is sent: calls of a phone centre, or help requests, in the form that each side takes. To add a
 * kind: a function like call_set.
 */
#include "tests/bench/load.h"

#include "lib/clock.h"
#include "proto/event.h"
#include "proto/field.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* A call that was answered: with what wot adds, thirteen fields in the log. */
static void call_set(Wot__V1__Body *body, size_t number, int64_t now_ms, struct arena *arena)
{
	Wot__V1__Call *call = (void *)message_new(&wot__v1__call__descriptor, arena);
	call->call_id = arena_printf(arena, "%" PRId64 ".%zu", now_ms / 1000, number);
	call->queue = "wot-algemeen";
	call->event = WOT__V1__CALL__EVENT__ANSWERED;
	call->has_wait_seconds = call->has_talk_seconds = call->has_outcome = true;
	call->wait_seconds = (uint32_t)(number % 90);
	call->talk_seconds = (uint32_t)(60 + number % 600);
	call->outcome = WOT__V1__CALL__OUTCOME__BRIEF_CONTACT;
	body->kind_case = WOT__V1__BODY__KIND_CALL;
	body->call = call;
}

/* A help request without a person: it gets a case, a route and its columns in all four daemons. */
static void request_set(Wot__V1__Body *body, size_t number, struct arena *arena)
{
	Wot__V1__HelpRequest *request =
		(void *)message_new(&wot__v1__help_request__descriptor, arena);
	static Wot__V1__Problem__Value problems[] = {
		WOT__V1__PROBLEM__VALUE__FINANCE, WOT__V1__PROBLEM__VALUE__HOUSING};
	static Wot__V1__Expertise__Value expertise[] = {WOT__V1__EXPERTISE__VALUE__DEBT};
	request->channel = WOT__V1__CHANNEL__VALUE__PHONE;
	request->has_location = request->has_resident = request->has_age_group = true;
	request->location = WOT__V1__LOCATION__VALUE__GROENOORD;
	request->resident = true;
	request->age_group = WOT__V1__AGE_GROUP__VALUE__ADULT;
	request->n_problems = 2;
	request->problems = problems;
	request->n_expertise = 1;
	request->expertise = expertise;
	request->has_people_involved = request->has_consent = true;
	request->people_involved = (uint32_t)(1 + number % 5);
	request->consent = true;
	body->kind_case = WOT__V1__BODY__KIND_HELP_REQUEST;
	body->help_request = request;
}

Wot__V1__Submission *submission_make(const struct load *load, size_t number, struct arena *arena)
{
	static int64_t now_ms;
	if (!now_ms)
		now_ms = clock_now_ms();
	Wot__V1__Submission *submission =
		(void *)message_new(&wot__v1__submission__descriptor, arena);
	submission->external_ref = arena_printf(arena, "acd-%010zu", number);
	submission->occurred_at = now_ms - 1000 + (int64_t)(number % 1000);
	submission->body = (void *)message_new(&wot__v1__body__descriptor, arena);
	if (strcmp(load->kind, "call") == 0)
		call_set(submission->body, number, now_ms, arena);
	else
		request_set(submission->body, number, arena);
	return submission;
}

static void word_add(struct buf *out, const char *word, size_t *count)
{
	buf_printf(out, "$%zu\r\n%s\r\n", strlen(word), word);
	++*count;
}

static const char *value_text(const field_t *field, const void *item, char room[24])
{
	if (field->type == PROTOBUF_C_TYPE_STRING)
		return *(char *const *)item;
	if (field->type == PROTOBUF_C_TYPE_ENUM)
		return protobuf_c_enum_descriptor_get_value(field->descriptor, *(const int *)item)
			->name;
	int64_t number = field_size(field) == 8 ? *(const int64_t *)item : *(const int32_t *)item;
	snprintf(room, 24, "%" PRId64, number);
	return room;
}

void submission_words(const ProtobufCMessage *message, struct buf *out, size_t *count)
{
	const ProtobufCMessageDescriptor *type = message->descriptor;
	for (const field_t *field = type->fields; field < field_end(type); field++) {
		size_t values = field_count(message, field);
		for (size_t i = 0; i < values; i++) {
			char room[24];
			if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
				submission_words(field_message(message, field, i), out, count);
				continue;
			}
			word_add(out, field->name, count);
			word_add(
				out, value_text(field, field_item(message, field, i), room), count);
		}
	}
}
