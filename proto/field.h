/*
 * A message's members through its descriptor: how often a field is set, and where its values lie.
 * Everything that works for any message (packing, JSON, limits) goes through these few.
 */
#ifndef WOT_FIELD_H
#define WOT_FIELD_H

#include "proto/scan.h"
#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef ProtobufCFieldDescriptor field_t;

/* Behind the last one. A message without fields has no array of them, and nothing is added to NULL. */
static inline const field_t *field_end(const ProtobufCMessageDescriptor *type)
{
	return type->n_fields ? type->fields + type->n_fields : type->fields;
}

/* The field of that number, or NULL. `next`, which may be the end of the fields, is tried first; then where it
 * lies in a message whose fields are numbered from 1 on without a gap, as most are. */
static inline const field_t *field_of_id(
	const ProtobufCMessageDescriptor *type, uint32_t id, const field_t *next)
{
	if (next < field_end(type) && next->id == id)
		return next;
	if (id - 1 < type->n_fields && type->fields[id - 1].id == id)
		return &type->fields[id - 1];
	return protobuf_c_message_descriptor_get_field(type, id);
}

/* The bytes that one value takes in the struct. */
static inline size_t field_size(const field_t *field)
{
	switch (field->type) {
	case PROTOBUF_C_TYPE_STRING:
	case PROTOBUF_C_TYPE_MESSAGE:
		return sizeof(void *);
	case PROTOBUF_C_TYPE_BYTES:
		return sizeof(ProtobufCBinaryData);
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_SINT64:
	case PROTOBUF_C_TYPE_SFIXED64:
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_FIXED64:
	case PROTOBUF_C_TYPE_DOUBLE:
		return 8;
	default:
		return 4;
	}
}

/* How a value of it is written on the wire. */
static inline enum scan_wire field_wire(const field_t *field)
{
	switch (field->type) {
	case PROTOBUF_C_TYPE_SFIXED64:
	case PROTOBUF_C_TYPE_FIXED64:
	case PROTOBUF_C_TYPE_DOUBLE:
		return SCAN_64;
	case PROTOBUF_C_TYPE_SFIXED32:
	case PROTOBUF_C_TYPE_FIXED32:
	case PROTOBUF_C_TYPE_FLOAT:
		return SCAN_32;
	case PROTOBUF_C_TYPE_STRING:
	case PROTOBUF_C_TYPE_BYTES:
	case PROTOBUF_C_TYPE_MESSAGE:
		return SCAN_LEN;
	default:
		return SCAN_VARINT;
	}
}

static inline bool field_is_pointer(const field_t *field)
{
	return field->type == PROTOBUF_C_TYPE_STRING || field->type == PROTOBUF_C_TYPE_MESSAGE;
}

/* Has it a has_… or the case of a oneof beside it? */
static inline bool field_has_flag(const field_t *field)
{
	return (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) ||
	       (field->label == PROTOBUF_C_LABEL_OPTIONAL && !field_is_pointer(field));
}

static inline void *field_member(const ProtobufCMessage *message, const field_t *field)
{
	return (char *)message + field->offset;
}

/* has_…, n_… or the case of its oneof. */
static inline void *field_quantifier(const ProtobufCMessage *message, const field_t *field)
{
	return (char *)message + field->quantifier_offset;
}

/* "PHONE"; NULL: the enumeration has no such value. */
static inline const char *enum_name(const ProtobufCEnumDescriptor *type, int value)
{
	const ProtobufCEnumValue *row = protobuf_c_enum_descriptor_get_value(type, value);
	return row ? row->name : NULL;
}

/* Is it in every answer, null or [] where there is nothing to say? read.proto numbers them so. */
static inline bool field_is_always(const field_t *field)
{
	enum { FIRST = 70, LAST = 79 };
	return field->id >= FIRST && field->id <= LAST;
}

/* How many values it has: 0 or 1, or the length of the list. */
static inline size_t field_count(const ProtobufCMessage *message, const field_t *field)
{
	const void *quantifier = field_quantifier(message, field);
	if (field->label == PROTOBUF_C_LABEL_REPEATED)
		return *(const size_t *)quantifier;
	if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) &&
		*(const uint32_t *)quantifier != field->id)
		return 0;
	if (field_is_pointer(field))
		return *(void *const *)field_member(message, field) != NULL;
	return field->label == PROTOBUF_C_LABEL_REQUIRED || *(const protobuf_c_boolean *)quantifier;
}

/* Where its i-th value lies; i below field_count. */
static inline void *field_item(const ProtobufCMessage *message, const field_t *field, size_t i)
{
	void *member = field_member(message, field);
	if (field->label != PROTOBUF_C_LABEL_REPEATED)
		return member;
	return *(char **)member + i * field_size(field);
}

static inline ProtobufCMessage *field_message(
	const ProtobufCMessage *message, const field_t *field, size_t i)
{
	return *(ProtobufCMessage **)field_item(message, field, i);
}

static inline const char *field_text(
	const ProtobufCMessage *message, const field_t *field, size_t i)
{
	return *(char *const *)field_item(message, field, i);
}

/* Sets a field to what it is in another message of the type; the memory is shared. */
static inline void field_copy(
	ProtobufCMessage *to, const ProtobufCMessage *from, const field_t *field)
{
	bool repeated = field->label == PROTOBUF_C_LABEL_REPEATED;
	memcpy(field_member(to, field), field_member(from, field),
		repeated ? sizeof(void *) : field_size(field));
	if (repeated)
		memcpy(field_quantifier(to, field), field_quantifier(from, field), sizeof(size_t));
	else if (field_has_flag(field))
		memcpy(field_quantifier(to, field), field_quantifier(from, field),
			sizeof(uint32_t));
}

/* Takes a field out; the memory stays whose it is. A required number cannot be taken out. */
static inline void field_clear(ProtobufCMessage *message, const field_t *field)
{
	if (field->label == PROTOBUF_C_LABEL_REPEATED)
		*(size_t *)field_quantifier(message, field) = 0;
	else if (field_has_flag(field))
		*(uint32_t *)field_quantifier(message, field) = 0;
	else if (field_is_pointer(field))
		*(void **)field_member(message, field) = NULL;
}

#endif
