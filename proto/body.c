#include "proto/body.h"

#include "proto/field.h"
#include "proto/scan.h"
#include <pthread.h>

ProtobufCMessage *message_new(const ProtobufCMessageDescriptor *type, struct arena *arena)
{
	ProtobufCMessage *message = arena_alloc(arena, type->sizeof_message);
	type->message_init(message);
	return message;
}

enum { EVENT_BODY = 11, SUBMISSION_BODY = 5 }; /* the tests hold them against the descriptors */

static Wot__V1__Body__KindCase kind_within(const uint8_t *bytes, size_t len, uint64_t body_field)
{
	struct scan scan = scan_of(bytes, len);
	uint64_t tag;
	while (scan.at < scan.end && scan_varint(&scan, &tag)) {
		if (tag != (body_field << 3 | SCAN_LEN)) {
			if (!scan_skip(&scan, tag & 7))
				break;
			continue;
		}
		struct scan body;
		if (scan_len(&scan, &body) && scan_varint(&body, &tag) && (tag & 7) == SCAN_LEN &&
			tag >> 3 < KIND_MAX)
			return (Wot__V1__Body__KindCase)(tag >> 3);
		break;
	}
	return WOT__V1__BODY__KIND__NOT_SET;
}

Wot__V1__Body__KindCase event_kind(const uint8_t *bytes, size_t len)
{
	return kind_within(bytes, len, EVENT_BODY);
}

Wot__V1__Body__KindCase submission_kind(const uint8_t *bytes, size_t len)
{
	return kind_within(bytes, len, SUBMISSION_BODY);
}

static const field_t *kind_fields[KIND_MAX];

static void kinds_make(void)
{
	const ProtobufCMessageDescriptor *type = &wot__v1__body__descriptor;
	for (const field_t *field = type->fields; field < field_end(type); field++)
		kind_fields[field->id] = field;
}

const field_t *body_field(uint32_t kind)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, kinds_make);
	return kind < KIND_MAX ? kind_fields[kind] : NULL;
}

const char *event_kind_name(uint32_t kind)
{
	const field_t *field = body_field(kind);
	return field ? field->name : NULL;
}

const ProtobufCMessageDescriptor *event_kind_type(uint32_t kind)
{
	const field_t *field = body_field(kind);
	return field ? field->descriptor : NULL;
}

ProtobufCMessage *body_message(const Wot__V1__Body *body)
{
	const field_t *field = body_field(body->kind_case);
	return field ? field_message(&body->base, field, 0) : NULL;
}

void body_set(Wot__V1__Body *body, Wot__V1__Body__KindCase kind, ProtobufCMessage *message)
{
	const field_t *field = body_field(kind);
	must(field && message->descriptor == field->descriptor);
	body->kind_case = kind;
	*(ProtobufCMessage **)field_member(&body->base, field) = message;
}
