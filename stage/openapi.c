/*
 * OpenAPI of a daemon's doors. Nothing is written down here that stands elsewhere: paths and roles come
 * from door.def, fields from the descriptors, limits from rule.def.
 */
#include "proto/door.h"
#include "proto/json.h"
#include "proto/rule.h"
#include "stage/stage.h"

#include <string.h>

static void schema_of_message(const ProtobufCMessageDescriptor *type, struct buf *out);

static void schema_of_enum(const ProtobufCEnumDescriptor *type, struct buf *out)
{
	buf_text(out, "\"type\":\"string\",\"enum\":[");
	for (unsigned i = 0; i < type->n_values; i++)
		buf_printf(out, "%s\"%s\"", i ? "," : "", type->values[i].name);
	buf_char(out, ']');
}

static void schema_of_type(const ProtobufCFieldDescriptor *field, struct buf *out)
{
	switch (field->type) {
	case PROTOBUF_C_TYPE_ENUM:
		schema_of_enum(field->descriptor, out);
		break;
	case PROTOBUF_C_TYPE_MESSAGE:
		schema_of_message(field->descriptor, out);
		break;
	case PROTOBUF_C_TYPE_BOOL:
		buf_text(out, "\"type\":\"boolean\"");
		break;
	case PROTOBUF_C_TYPE_STRING:
		buf_text(out, "\"type\":\"string\"");
		break;
	case PROTOBUF_C_TYPE_SFIXED64:
		buf_text(out, "\"type\":\"string\",\"format\":\"date-time\"");
		break;
	case PROTOBUF_C_TYPE_SFIXED32:
		buf_text(out, "\"type\":\"string\",\"format\":\"date\"");
		break;
	default:
		buf_text(out, "\"type\":\"integer\"");
	}
}

/* A field as `"name":{…}`. */
static void schema_of_field(const ProtobufCMessageDescriptor *type,
	const ProtobufCFieldDescriptor *field, struct buf *out)
{
	char name[64];
	json_name(field->name, name);
	bool list = field->label == PROTOBUF_C_LABEL_REPEATED;
	buf_printf(out, "\"%s\":{", name);
	if (list)
		buf_text(out, "\"type\":\"array\",\"items\":{");
	schema_of_type(field, out);
	if (list)
		buf_char(out, '}');
	rule_schema(type, field->name, out);
	buf_char(out, '}');
}

/* Which case it is about stands beside what is said of it, and only at doors that ask for one. */
static bool names_a_case(const ProtobufCFieldDescriptor *field)
{
	return strcmp(field->name, "case_id") == 0 || strcmp(field->name, "case_ref") == 0;
}

static bool is_from_outside(const ProtobufCFieldDescriptor *field)
{
	return (field->id < FIELD_WOT_FIRST || field->id >= FIELD_PERSONAL_FIRST) &&
	       field->descriptor != &wot__v1__body__descriptor;
}

/* The fields of a message as properties, after those that are there already. */
static void properties_add(
	const ProtobufCMessageDescriptor *type, bool has_case, bool *any, struct buf *out)
{
	for (unsigned i = 0; i < type->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &type->fields[i];
		if (!is_from_outside(field) || (!has_case && names_a_case(field)))
			continue;
		if (*any)
			buf_char(out, ',');
		*any = true;
		schema_of_field(type, field, out);
	}
}

static void required_add(const ProtobufCMessageDescriptor *type, bool *any, struct buf *out)
{
	for (unsigned i = 0; i < type->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &type->fields[i];
		if (!is_from_outside(field) || field->label != PROTOBUF_C_LABEL_REQUIRED)
			continue;
		char name[64];
		json_name(field->name, name);
		buf_printf(out, "%s\"%s\"", *any ? "," : "", name);
		*any = true;
	}
}

static void schema_of_message(const ProtobufCMessageDescriptor *type, struct buf *out)
{
	bool properties = false, required = false;
	buf_text(out, "\"type\":\"object\",\"additionalProperties\":false,\"properties\":{");
	properties_add(type, true, &properties, out);
	buf_text(out, "},\"required\":[");
	required_add(type, &required, out);
	buf_char(out, ']');
}

/* All that may be submitted at a path: flat, the message beside the common fields; else one of several. */
static void schema_of_path(const char *daemon, const char *path, struct buf *out)
{
	bool properties = false, required = false;
	const struct door *first = door_of_path(daemon, path);
	buf_text(out, "\"type\":\"object\",\"additionalProperties\":false,\"properties\":{");
	properties_add(&wot__v1__submission__descriptor, first->has_case, &properties, out);
	const struct door *door;
	for (size_t at = 0; (door = door_next(daemon, &at));) {
		if (strcmp(door->path, path) != 0)
			continue;
		const ProtobufCMessageDescriptor *type = event_kind_type(door->kind);
		char name[64];
		json_name(event_kind_name(door->kind), name);
		if (door->flat) {
			properties_add(type, true, &properties, out);
		} else {
			buf_printf(out, ",\"%s\":{", name);
			schema_of_message(type, out);
			buf_char(out, '}');
		}
	}
	buf_text(out, "},\"required\":[");
	required_add(&wot__v1__submission__descriptor, &required, out);
	if (first->flat)
		required_add(event_kind_type(first->kind), &required, out);
	buf_char(out, ']');
}

static void roles_print(unsigned roles, struct buf *out)
{
	for (unsigned i = 0; i < ROLE_COUNT; i++) {
		if (roles & (1u << i))
			buf_printf(out, " %s", role_name(1u << i));
	}
}

static void path_print(const char *daemon, const struct door *door, struct buf *out)
{
	static const struct {
		int status;
		const char *text;
	} answers[] = {
		{200, "The same content was accepted before: its first receipt"},
		{202, "Accepted, and on disk"},
		{207, "An array: a receipt or a problem for each, in order"},
		{400, "Not JSON or not valid; errors has them all"},
		{401, "No valid token"},
		{403, "The role may not send this"},
		{404, "The case is not known yet"},
		{409, "The externalRef was used for other content, or the case's life forbids it"},
		{413, "Too large"},
		{415, "Not application/json"},
		{503, "Try again later; nothing was taken"},
	};
	buf_printf(out, "\"%s\":{\"post\":{\"description\":\"Roles:", door->path);
	roles_print(door_roles(daemon, door->path), out);
	buf_text(out, "\",\"requestBody\":{\"required\":true,\"content\":{\"application/"
		      "json\":{\"schema\":{\"oneOf\":[{");
	schema_of_path(daemon, door->path, out);
	buf_text(out, "},{\"type\":\"array\",\"minItems\":1,\"maxItems\":1000,\"items\":{\"type\":"
		      "\"object\"}}]}}}},\"responses\":{");
	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
		buf_printf(out, "%s\"%d\":{\"description\":\"%s\"}", i ? "," : "",
			answers[i].status, answers[i].text);
	buf_text(out, "}}}");
}

void openapi_print(const char *daemon, struct buf *out)
{
	buf_printf(out,
		"{\"openapi\":\"3.0.3\",\"info\":{\"title\":\"wot-%s\",\"version\":\"%s\","
		"\"license\":{\"name\":\"EUPL-1.2\"}},",
		daemon, WOT_VERSION);
	buf_text(out, "\"components\":{\"securitySchemes\":{\"token\":{\"type\":\"http\","
		      "\"scheme\":\"bearer\"}}},\"security\":[{\"token\":[]}],\"paths\":{");
	const struct door *door;
	const char *before = "";
	for (size_t at = 0; (door = door_next(daemon, &at));) {
		if (strcmp(door->path, before) == 0)
			continue;
		if (before[0])
			buf_char(out, ',');
		path_print(daemon, door, out);
		before = door->path;
	}
	buf_text(out, "}}\n");
}
