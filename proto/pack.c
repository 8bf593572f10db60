/*
 * Packing in one pass: what is inside a length is written first, behind one byte that is left for it,
 * and moves on when the length takes more. protobuf-c goes through a message twice and looks at every
 * member of a oneof; an event costs it three times as much.
 */
#include "lib/varint.h"
#include "proto/event.h"
#include "proto/field.h"
#include "proto/scan.h"

static void message_add(const ProtobufCMessage *message, struct buf *out);

/* Where there is room. */
static inline void number_put(struct buf *out, uint64_t number)
{
	out->len += varint_put((uint8_t *)out->data + out->len, number);
}

static void bytes_add(struct buf *out, const void *bytes, size_t len)
{
	buf_reserve(out, len + VARINT_MAX);
	number_put(out, len);
	if (len)
		memcpy(out->data + out->len, bytes, len);
	out->len += len;
}

static void below_add(struct buf *out, const ProtobufCMessage *message)
{
	size_t at = out->len++;
	if (message)
		message_add(message, out);
	uint8_t head[VARINT_MAX];
	size_t len = out->len - at - 1, head_len = varint_put(head, len);
	if (head_len > 1) {
		buf_reserve(out, head_len);
		memmove(out->data + at + head_len, out->data + at + 1, len);
		out->len += head_len - 1;
	}
	memcpy(out->data + at, head, head_len);
}

/* The number of a varint field as it is written. */
static uint64_t number_of(const field_t *field, const void *item)
{
	int32_t number = *(const int32_t *)item;
	switch (field->type) {
	case PROTOBUF_C_TYPE_BOOL:
		return number != 0;
	case PROTOBUF_C_TYPE_UINT32:
		return (uint32_t)number;
	case PROTOBUF_C_TYPE_ENUM:
	case PROTOBUF_C_TYPE_INT32:
		return (uint64_t)(int64_t)number;
	case PROTOBUF_C_TYPE_SINT32:
		return (uint32_t)number << 1 ^ (number < 0 ? UINT32_MAX : 0);
	default:
		must(field->type == PROTOBUF_C_TYPE_UINT64 || field->type == PROTOBUF_C_TYPE_INT64);
		return *(const uint64_t *)item;
	}
}

/* With its tag. */
static void value_add(struct buf *out, const field_t *field, const void *item)
{
	buf_reserve(out, 2 * VARINT_MAX);
	enum scan_wire wire = field_wire(field);
	number_put(out, (uint64_t)field->id << 3 | wire);
	if (wire == SCAN_VARINT) {
		number_put(out, number_of(field, item));
	} else if (wire != SCAN_LEN) {
		size_t size = wire == SCAN_64 ? 8 : 4;
		memcpy(out->data + out->len, item, size);
		out->len += size;
	} else if (field->type == PROTOBUF_C_TYPE_BYTES) {
		const ProtobufCBinaryData *bytes = item;
		bytes_add(out, bytes->data, bytes->len);
	} else if (field->type == PROTOBUF_C_TYPE_STRING) {
		const char *text = *(char *const *)item;
		bytes_add(out, text, text ? strlen(text) : 0);
	} else {
		below_add(out, *(ProtobufCMessage *const *)item);
	}
}

/* A required text or message that is not there is packed as an empty one. */
static void message_add(const ProtobufCMessage *message, struct buf *out)
{
	const ProtobufCMessageDescriptor *type = message->descriptor;
	const field_t *field = type->fields, *end = field_end(type);
	if (type == &wot__v1__body__descriptor) { /* one of many: found, not looked for */
		field = body_field(((const Wot__V1__Body *)message)->kind_case);
		end = field ? field + 1 : NULL;
	}
	for (; field < end; field++) {
		bool required = field->label == PROTOBUF_C_LABEL_REQUIRED;
		size_t count = required ? 1 : field_count(message, field);
		for (size_t i = 0; i < count; i++)
			value_add(out, field, field_item(message, field, i));
	}
}

void message_pack(const ProtobufCMessage *message, struct buf *out)
{
	buf_reserve(out, 0);
	message_add(message, out);
	out->data[out->len] = 0;
}
