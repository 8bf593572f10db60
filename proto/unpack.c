/*
 * Unpacking into an arena, in one pass: fields mostly come in the order of their numbers, so the next
 * one is tried first; a list doubles as it grows. A field that comes twice is what it was last; what
 * this version does not know is passed over.
 */
#include "proto/event.h"
#include "proto/field.h"
#include "proto/scan.h"

enum { FIELDS_MAX = 128 };

static void number_set(const field_t *field, uint64_t number, void *item)
{
	if (field->type == PROTOBUF_C_TYPE_BOOL)
		*(protobuf_c_boolean *)item = number != 0;
	else if (field->type == PROTOBUF_C_TYPE_SINT32)
		*(uint32_t *)item = (uint32_t)(number >> 1) ^ (number & 1 ? UINT32_MAX : 0);
	else if (field_size(field) == 8)
		*(uint64_t *)item = number;
	else
		*(uint32_t *)item = (uint32_t)number;
}

static bool number_read(const field_t *field, struct scan *scan, void *item)
{
	uint64_t number;
	must(field->type != PROTOBUF_C_TYPE_SINT64);
	if (!scan_varint(scan, &number))
		return false;
	number_set(field, number, item);
	return true;
}

static bool fixed_read(struct scan *scan, void *item, size_t size)
{
	struct scan bytes;
	if (!scan_bytes(scan, size, &bytes))
		return false;
	memcpy(item, bytes.at, size);
	return true;
}

static bool length_read(const field_t *field, struct scan *scan, void *item, struct arena *arena)
{
	struct scan bytes;
	if (!scan_len(scan, &bytes))
		return false;
	size_t len = (size_t)(bytes.end - bytes.at);
	if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
		ProtobufCMessage *message = message_unpack(field->descriptor, bytes.at, len, arena);
		*(ProtobufCMessage **)item = message;
		return message;
	}
	uint8_t *copy = arena_alloc(arena, len + 1); /* a text ends with a NUL */
	memcpy(copy, bytes.at, len);
	if (field->type == PROTOBUF_C_TYPE_BYTES)
		*(ProtobufCBinaryData *)item = (ProtobufCBinaryData){.len = len, .data = copy};
	else
		*(char **)item = (char *)copy;
	return true;
}

static bool value_read(const field_t *field, struct scan *scan, void *item, struct arena *arena)
{
	switch (field_wire(field)) {
	case SCAN_VARINT:
		return number_read(field, scan, item);
	case SCAN_64:
		return fixed_read(scan, item, 8);
	case SCAN_32:
		return fixed_read(scan, item, 4);
	default:
		return length_read(field, scan, item, arena);
	}
}

/* A place at the end of a list: it is full at 1, 2, 4, 8 … values. */
static void *list_add(ProtobufCMessage *message, const field_t *field, struct arena *arena)
{
	size_t *count = field_quantifier(message, field), size = field_size(field);
	char **items = field_member(message, field);
	if ((*count & (*count - 1)) == 0) {
		char *more = arena_alloc(arena, (*count ? 2 * *count : 1) * size);
		if (*count)
			memcpy(more, *items, *count * size);
		*items = more;
	}
	return *items + (*count)++ * size;
}

/* A list comes value by value, or as one run of numbers. */
static bool list_read(ProtobufCMessage *message, const field_t *field, struct scan *scan,
	unsigned wire, struct arena *arena)
{
	if (wire == field_wire(field))
		return value_read(field, scan, list_add(message, field, arena), arena);
	struct scan run;
	if (wire != SCAN_LEN || !scan_len(scan, &run))
		return false;
	while (run.at < run.end)
		if (!value_read(field, &run, list_add(message, field, arena), arena))
			return false;
	return true;
}

static bool field_read(ProtobufCMessage *message, const field_t *field, struct scan *scan,
	unsigned wire, struct arena *arena)
{
	if (field->label == PROTOBUF_C_LABEL_REPEATED)
		return list_read(message, field, scan, wire, arena);
	if (wire != field_wire(field) ||
		!value_read(field, scan, field_member(message, field), arena))
		return false;
	if (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF)
		*(uint32_t *)field_quantifier(message, field) = field->id;
	else if (field_has_flag(field))
		*(protobuf_c_boolean *)field_quantifier(message, field) = 1;
	return true;
}

static bool fields_read(
	ProtobufCMessage *message, struct scan scan, bool *seen, struct arena *arena)
{
	const ProtobufCMessageDescriptor *type = message->descriptor;
	const field_t *next = type->fields;
	while (scan.at < scan.end) {
		uint64_t tag;
		if (!scan_varint(&scan, &tag) || tag > UINT32_MAX)
			return false;
		unsigned wire = tag & 7;
		const field_t *field = field_of_id(type, (uint32_t)(tag >> 3), next);
		if (!field) {
			if (!scan_skip(&scan, wire))
				return false;
			continue;
		}
		if (!field_read(message, field, &scan, wire, arena))
			return false;
		seen[field - type->fields] = true;
		next = field + 1;
	}
	return true;
}

ProtobufCMessage *message_unpack(const ProtobufCMessageDescriptor *type, const uint8_t *bytes,
	size_t len, struct arena *arena)
{
	bool seen[FIELDS_MAX];
	must(type->n_fields <= FIELDS_MAX);
	memset(seen, 0, type->n_fields);
	ProtobufCMessage *message = message_new(type, arena);
	if (!fields_read(message, scan_of(bytes, len), seen, arena))
		return NULL;
	for (unsigned i = 0; i < type->n_fields; i++)
		if (type->fields[i].label == PROTOBUF_C_LABEL_REQUIRED && !seen[i])
			return NULL;
	return message;
}
