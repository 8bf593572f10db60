#include "proto/json.h"

#include "lib/clean.h"
#include "lib/err.h"
#include "lib/json_out.h"
#include "proto/event.h"
#include "proto/field.h"
#include "proto/place.h"
#include "proto/read.pb-c.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

/* The field that a key names, if it may come from outside. */
static const field_t *field_of_key(const ProtobufCMessageDescriptor *type, const char *key)
{
	for (unsigned i = 0; i < type->n_fields; i++) {
		const field_t *field = &type->fields[i];
		bool ours = field->id >= FIELD_WOT_FIRST && field->id < FIELD_PERSONAL_FIRST;
		if (!ours && json_name_is(field->name, key))
			return field;
	}
	return NULL;
}

/* ---- JSON to message: each value function returns what was expected instead, or NULL ---- */

static const char *take_integer(
	const json_t *value, int64_t low, int64_t high, size_t size, void *item)
{
	if (!json_is_integer(value))
		return "a whole number expected";
	int64_t number = json_integer_value(value);
	if (number < low || number > high)
		return "out of range";
	memcpy(item, &number, size); /* little-endian, as scan.h says */
	return NULL;
}

static const char *take_bool(const json_t *value, void *item)
{
	if (!json_is_boolean(value))
		return "true or false expected";
	*(protobuf_c_boolean *)item = json_is_true(value);
	return NULL;
}

static const char *take_string(const json_t *value, struct arena *arena, void *item)
{
	if (!json_is_string(value))
		return "a string expected";
	const char *text = json_string_value(value);
	size_t len = json_string_length(value);
	if (memchr(text, 0, len))
		return "holds a NUL";
	*(char **)item = arena_dup(arena, text, len + 1);
	return NULL;
}

static int hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static const char *take_bytes(const json_t *value, struct arena *arena, void *item)
{
	static const char expected[] = "bytes in lower-case hexadecimal expected";
	size_t len = json_string_length(value);
	if (!json_is_string(value) || len % 2)
		return expected;
	const char *text = json_string_value(value);
	uint8_t *bytes = arena_alloc(arena, len / 2 + 1);
	for (size_t i = 0; i < len; i += 2) {
		int high = hex_digit(text[i]);
		int low = hex_digit(text[i + 1]);
		if (high < 0 || low < 0)
			return expected;
		bytes[i / 2] = (uint8_t)(high << 4 | low);
	}
	*(ProtobufCBinaryData *)item = (ProtobufCBinaryData){len / 2, bytes};
	return NULL;
}

static const char *take_instant(const json_t *value, void *item)
{
	if (!json_is_string(value) ||
		instant_parse(json_string_value(value), json_string_length(value), item) != 0)
		return "an instant expected, such as 2025-03-01T12:00:00+01:00";
	return NULL;
}

static const char *take_day(const json_t *value, void *item)
{
	if (!json_is_string(value) ||
		day_parse(json_string_value(value), json_string_length(value), item) != 0)
		return "a day expected, such as 2025-03-01";
	return NULL;
}

static const char *take_enum(
	const json_t *value, const ProtobufCEnumDescriptor *type, struct faults *faults, void *item)
{
	const char *name = json_is_string(value) ? json_string_value(value) : NULL;
	if (name && strlen(name) == json_string_length(value)) {
		const ProtobufCEnumValue *row =
			protobuf_c_enum_descriptor_get_value_by_name(type, name);
		if (row) {
			memcpy(item, &row->value, sizeof row->value);
			return NULL;
		}
	}
	if (faults->count >= FAULT_MAX)
		return ""; /* only counted */
	auto_buf struct buf text = {0};
	buf_text(&text, "one of ");
	for (unsigned i = 0; i < type->n_values; i++)
		buf_printf(&text, i ? ", %s" : "%s", type->values[i].name);
	buf_text(&text, " expected");
	return arena_strdup(faults->arena, text.data);
}

static void fill(const json_t *object, ProtobufCMessage *message, const char *except,
	const struct place *place, struct faults *faults);

/* One value, at `item`. False when it was a fault. */
static bool take_value(const json_t *value, const field_t *field, void *item,
	const struct place *place, struct faults *faults)
{
	const char *fault = NULL;
	switch (field->type) {
	case PROTOBUF_C_TYPE_MESSAGE:
		*(ProtobufCMessage **)item = message_new(field->descriptor, faults->arena);
		fill(value, *(ProtobufCMessage **)item, NULL, place, faults);
		break;
	case PROTOBUF_C_TYPE_STRING:
		fault = take_string(value, faults->arena, item);
		break;
	case PROTOBUF_C_TYPE_BYTES:
		fault = take_bytes(value, faults->arena, item);
		break;
	case PROTOBUF_C_TYPE_ENUM:
		fault = take_enum(value, field->descriptor, faults, item);
		break;
	case PROTOBUF_C_TYPE_BOOL:
		fault = take_bool(value, item);
		break;
	case PROTOBUF_C_TYPE_SFIXED64:
		fault = take_instant(value, item);
		break;
	case PROTOBUF_C_TYPE_SFIXED32:
		fault = take_day(value, item);
		break;
	case PROTOBUF_C_TYPE_UINT32:
		fault = take_integer(value, 0, UINT32_MAX, 4, item);
		break;
	case PROTOBUF_C_TYPE_UINT64:
		fault = take_integer(value, 0, INT64_MAX, 8, item);
		break;
	default:
		must(field->type == PROTOBUF_C_TYPE_SINT32); /* no message uses another */
		fault = take_integer(value, INT32_MIN, INT32_MAX, 4, item);
	}
	if (fault)
		fault_at(faults, place, "%s", fault);
	return !fault;
}

static void take_list(const json_t *value, const field_t *field, ProtobufCMessage *message,
	const struct place *place, struct faults *faults)
{
	if (!json_is_array(value)) {
		fault_at(faults, place, "a list expected");
		return;
	}
	size_t count = json_array_size(value);
	size_t size = field_size(field);
	char *items = arena_alloc(faults->arena, count * size);
	size_t *taken = field_quantifier(message, field);
	*(char **)field_member(message, field) = items;
	for (size_t i = 0; i < count; i++) {
		struct place item = *place;
		item.index = (int)i;
		*taken += take_value(
			json_array_get(value, i), field, items + *taken * size, &item, faults);
	}
}

/* A field that is there: sets it, or adds a fault. */
static void take_field(const json_t *value, const field_t *field, ProtobufCMessage *message,
	const struct place *above, struct faults *faults)
{
	struct place place = PLACE_FIELD(above, field->name);
	if (field->label == PROTOBUF_C_LABEL_REPEATED) {
		take_list(value, field, message, &place, faults);
		return;
	}
	bool in_oneof = field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF;
	uint32_t *flag = field_has_flag(field) ? field_quantifier(message, field) : NULL;
	if (in_oneof && *flag) {
		fault_at(faults, above, "more than one of what excludes each other");
		return;
	}
	if (take_value(value, field, field_member(message, field), &place, faults) && flag)
		*flag = in_oneof ? field->id : 1;
}

static void refuse_key(const char *key, const struct place *place, struct faults *faults)
{
	if (place_key_is_plain(key, strlen(key)))
		fault_at(faults, &PLACE_KEY(place, key), "unknown field");
	else
		fault_at(faults, place, "an unknown field");
}

static void fill(const json_t *object, ProtobufCMessage *message, const char *except,
	const struct place *place, struct faults *faults)
{
	const ProtobufCMessageDescriptor *type = message->descriptor;
	if (!json_is_object(object)) {
		fault_at(faults, place, "an object expected");
		return;
	}
	const char *key;
	json_t *value;
	json_object_foreach((json_t *)object, key, value)
	{
		const field_t *field = field_of_key(type, key);
		if (!field || (except && strcmp(field->name, except) == 0)) {
			refuse_key(key, place, faults);
			continue;
		}
		take_field(value, field, message, place, faults);
	}
	for (const field_t *field = type->fields; field < field_end(type); field++) {
		char name[64];
		json_name(field->name, name);
		if (field->label == PROTOBUF_C_LABEL_REQUIRED && !json_object_get(object, name) &&
			!(except && strcmp(field->name, except) == 0))
			fault_at(faults, &PLACE_FIELD(place, field->name), "required");
	}
}

void json_fill(const json_t *object, ProtobufCMessage *message, const char *except,
	const char *pointer, struct faults *faults)
{
	fill(object, message, except, &PLACE_TOP(pointer), faults);
}

/* ---- message to JSON ---- */

/* name: NULL in a list. */
static void print_value(const char *name, const field_t *field, const void *item, struct buf *out)
{
	char text[32];
	const char *value;
	const ProtobufCBinaryData *bytes = item;
	switch (field->type) {
	case PROTOBUF_C_TYPE_MESSAGE:
		json_out_name(out, name);
		json_from_message(*(ProtobufCMessage *const *)item, out);
		break;
	case PROTOBUF_C_TYPE_STRING:
		json_out_text(out, name, *(char *const *)item);
		break;
	case PROTOBUF_C_TYPE_BYTES:
		json_out_name(out, name);
		buf_char(out, '"');
		buf_hex(out, bytes->data, bytes->len);
		buf_char(out, '"');
		break;
	case PROTOBUF_C_TYPE_ENUM:
		value = enum_name(field->descriptor, *(const int *)item);
		if (value)
			json_out_text(out, name, value);
		else
			json_out_integer(out, name, *(const int *)item);
		break;
	case PROTOBUF_C_TYPE_BOOL:
		json_out_flag(out, name, *(const protobuf_c_boolean *)item);
		break;
	case PROTOBUF_C_TYPE_SFIXED64:
		instant_print(*(const int64_t *)item, text);
		json_out_text(out, name, text);
		break;
	case PROTOBUF_C_TYPE_SFIXED32:
		day_print(*(const int32_t *)item, text);
		json_out_text(out, name, text);
		break;
	case PROTOBUF_C_TYPE_DOUBLE:
		json_out_number(out, name, !isnan(*(const double *)item), *(const double *)item);
		break;
	case PROTOBUF_C_TYPE_UINT32:
		json_out_count(out, name, *(const uint32_t *)item);
		break;
	case PROTOBUF_C_TYPE_UINT64:
		json_out_count(out, name, *(const uint64_t *)item);
		break;
	default:
		must(field->type == PROTOBUF_C_TYPE_SINT32); /* no message uses another */
		json_out_integer(out, name, *(const int32_t *)item);
	}
}

static void print_field(
	const ProtobufCMessage *message, const field_t *field, size_t count, struct buf *out)
{
	char name[64];
	json_name(field->name, name);
	if (field->label != PROTOBUF_C_LABEL_REPEATED) {
		if (count)
			print_value(name, field, field_item(message, field, 0), out);
		else
			json_out_null(out, name);
		return;
	}
	json_out_open(out, name, '[');
	for (size_t i = 0; i < count; i++)
		print_value(NULL, field, field_item(message, field, i), out);
	json_out_close(out, ']');
}

/* Fields whose names are no message's: each is a member by itself. */
static void print_members(const ProtobufCMessage *message, const field_t *field, struct buf *out)
{
	for (size_t i = 0; i < field_count(message, field); i++) {
		const Wot__V1__Member *member = (const void *)field_message(message, field, i);
		if (!member->is_list) {
			must(member->n_values == 1);
			json_out_text(out, member->name, member->values[0]);
			continue;
		}
		json_out_open(out, member->name, '[');
		for (size_t v = 0; v < member->n_values; v++)
			json_out_text(out, NULL, member->values[v]);
		json_out_close(out, ']');
	}
}

void json_from_message(const ProtobufCMessage *message, struct buf *out)
{
	const ProtobufCMessageDescriptor *type = message->descriptor;
	json_out_open(out, NULL, '{');
	for (const field_t *field = type->fields; field < field_end(type); field++) {
		size_t count = field_count(message, field);
		if (field->descriptor == &wot__v1__member__descriptor)
			print_members(message, field, out);
		else if (count || field_is_always(field))
			print_field(message, field, count, out);
	}
	json_out_close(out, '}');
}
