/*
 * Nothing is written down here that stands elsewhere: paths and roles come from door.def and read.def, fields
 * from the descriptors, limits from limit.def.
 */
#include "proto/openapi/openapi.h"

#include "lib/json_out.h"
#include "proto/door.h"
#include "proto/field.h"
#include "proto/json.h"
#include "proto/limit.h"
#include "proto/read.h"
#include "proto/read.pb-c.h"
#include <stdio.h>
#include <string.h>

/* A schema goes one way: fields of 80 to 99 are answered and never taken. */
enum way { TAKEN, ANSWERED };

static void schema_of_message(
	const ProtobufCMessageDescriptor *type, enum way way, struct buf *out);

static void schema_of_enum(const ProtobufCEnumDescriptor *type, struct buf *out)
{
	json_out_text(out, "type", "string");
	json_out_open(out, "enum", '[');
	for (unsigned i = 0; i < type->n_values; i++)
		json_out_text(out, NULL, type->values[i].name);
	json_out_close(out, ']');
}

/* more: another member and its value, or NULL. */
static void schema_of_text(const char *more, const char *value, struct buf *out)
{
	json_out_text(out, "type", "string");
	if (more)
		json_out_text(out, more, value);
}

static void schema_of_type(const field_t *field, enum way way, struct buf *out)
{
	switch (field->type) {
	case PROTOBUF_C_TYPE_ENUM:
		schema_of_enum(field->descriptor, out);
		break;
	case PROTOBUF_C_TYPE_MESSAGE:
		schema_of_message(field->descriptor, way, out);
		break;
	case PROTOBUF_C_TYPE_BOOL:
		json_out_text(out, "type", "boolean");
		break;
	case PROTOBUF_C_TYPE_STRING:
		schema_of_text(NULL, NULL, out);
		break;
	case PROTOBUF_C_TYPE_BYTES:
		schema_of_text("pattern", "^([0-9a-f]{2})*$", out);
		break;
	case PROTOBUF_C_TYPE_SFIXED64:
		schema_of_text("format", "date-time", out);
		break;
	case PROTOBUF_C_TYPE_SFIXED32:
		schema_of_text("format", "date", out);
		break;
	case PROTOBUF_C_TYPE_DOUBLE:
		json_out_text(out, "type", "number");
		break;
	default:
		json_out_text(out, "type", "integer");
	}
}

/* The members of a schema that is open; so are those below. */
static void schema_of_field(
	const ProtobufCMessageDescriptor *type, const field_t *field, enum way way, struct buf *out)
{
	bool list = field->label == PROTOBUF_C_LABEL_REPEATED;
	if (list) {
		json_out_text(out, "type", "array");
		json_out_open(out, "items", '{');
	}
	schema_of_type(field, way, out);
	if (list)
		json_out_close(out, '}');
	bool may_be_null = field_is_always(field) || field->type == PROTOBUF_C_TYPE_DOUBLE;
	if (field->label == PROTOBUF_C_LABEL_OPTIONAL && may_be_null)
		json_out_flag(out, "nullable", true);
	if (field->default_value && field->type == PROTOBUF_C_TYPE_UINT32)
		json_out_count(out, "default", *(const uint32_t *)field->default_value);
	if (way == TAKEN)
		limit_schema(type, field->name, out);
}

/* Which case it is about stands beside what is said of it, and only at doors that ask for one. */
static bool names_a_case(const field_t *field)
{
	return strcmp(field->name, "case_id") == 0 || strcmp(field->name, "case_ref") == 0;
}

static bool is_there(const field_t *field, enum way way)
{
	if (way == ANSWERED)
		return true;
	return (field->id < FIELD_WOT_FIRST || field->id >= FIELD_PERSONAL_FIRST) &&
	       field->descriptor != &wot__v1__body__descriptor;
}

static bool is_members(const field_t *field)
{
	return field->descriptor == &wot__v1__member__descriptor;
}

/* The fields of a message as properties. */
static void properties_add(
	const ProtobufCMessageDescriptor *type, enum way way, bool has_case, struct buf *out)
{
	for (unsigned i = 0; i < type->n_fields; i++) {
		const field_t *field = &type->fields[i];
		if (!is_there(field, way) || is_members(field) ||
			(!has_case && names_a_case(field)))
			continue;
		char name[64];
		json_name(field->name, name);
		json_out_open(out, name, '{');
		schema_of_field(type, field, way, out);
		json_out_close(out, '}');
	}
}

/* `required`, which must not be an empty list; more: of another message beside it, or NULL. */
static void required_add(const ProtobufCMessageDescriptor *type,
	const ProtobufCMessageDescriptor *more, enum way way, struct buf *out)
{
	bool any = false;
	const ProtobufCMessageDescriptor *const types[] = {type, more};
	for (size_t t = 0; t < 2; t++) {
		for (unsigned i = 0; types[t] && i < types[t]->n_fields; i++) {
			const field_t *field = &types[t]->fields[i];
			bool always = way == ANSWERED && field_is_always(field);
			if (!is_there(field, way) ||
				(field->label != PROTOBUF_C_LABEL_REQUIRED && !always))
				continue;
			char name[64];
			json_name(field->name, name);
			if (!any)
				json_out_open(out, "required", '[');
			json_out_text(out, NULL, name);
			any = true;
		}
	}
	if (any)
		json_out_close(out, ']');
}

/* Up to its properties. Clients may count on what is refused, and must not on what is answered: more may come. */
static void object_open(enum way way, struct buf *out)
{
	json_out_text(out, "type", "object");
	if (way == TAKEN)
		json_out_flag(out, "additionalProperties", false);
	json_out_open(out, "properties", '{');
}

/* Those whose names no message has: a text, or a list of texts. */
static void members_add(const ProtobufCMessageDescriptor *type, struct buf *out)
{
	for (const field_t *field = type->fields; field < field_end(type); field++) {
		if (!is_members(field))
			continue;
		json_out_open(out, "additionalProperties", '{');
		json_out_open(out, "oneOf", '[');
		json_out_open(out, NULL, '{');
		schema_of_text(NULL, NULL, out);
		json_out_close(out, '}');
		json_out_open(out, NULL, '{');
		json_out_text(out, "type", "array");
		json_out_open(out, "items", '{');
		schema_of_text(NULL, NULL, out);
		json_out_closes(out, "}}]}");
	}
}

static void schema_of_message(const ProtobufCMessageDescriptor *type, enum way way, struct buf *out)
{
	object_open(way, out);
	properties_add(type, way, true, out);
	json_out_close(out, '}');
	members_add(type, out);
	required_add(type, NULL, way, out);
}

/* All that may be submitted at a path: flat, the message beside the common fields; else one of several. */
static void schema_of_path(const struct door *first, struct buf *out)
{
	const ProtobufCMessageDescriptor *flat = first->flat ? event_kind_type(first->kind) : NULL;
	object_open(TAKEN, out);
	properties_add(&wot__v1__submission__descriptor, TAKEN, first->has_case, out);
	if (flat)
		properties_add(flat, TAKEN, true, out);
	const struct door *door;
	for (size_t at = 0; !flat && (door = door_next(first->daemon, &at));) {
		if (strcmp(door->path, first->path) != 0)
			continue;
		char name[64];
		json_name(event_kind_name(door->kind), name);
		json_out_open(out, name, '{');
		schema_of_message(event_kind_type(door->kind), TAKEN, out);
		json_out_close(out, '}');
	}
	json_out_close(out, '}');
	required_add(&wot__v1__submission__descriptor, flat, TAKEN, out);
}

/* ---- operations ---- */

/* "get", "/v1/cases/{caseId}" → "getCasesCaseId": what generated clients call it. */
static void operation_id(const char *method, const char *path, struct buf *out)
{
	bool raise = true;
	auto_buf struct buf id = {0};
	buf_text(&id, method);
	path += strncmp(path, "/v1/", 4) == 0 ? 4 : 0;
	for (; *path; path++) {
		bool letter = (*path >= 'a' && *path <= 'z') || (*path >= 'A' && *path <= 'Z');
		if (letter)
			buf_char(&id, raise && *path >= 'a' ? (char)(*path - 'a' + 'A') : *path);
		raise = !letter;
	}
	json_out_text(out, "operationId", id.data);
}

static void roles_print(unsigned roles, struct buf *out)
{
	auto_buf struct buf text = {0};
	buf_text(&text, "Roles:");
	for (unsigned i = 0; i < ROLE_COUNT; i++)
		if (roles & (1u << i))
			buf_printf(&text, " %s", role_name(1u << i));
	json_out_text(out, "description", text.data);
}

static unsigned roles_that_read(unsigned permission)
{
	unsigned roles = 0;
	for (unsigned i = 0; i < ROLE_COUNT; i++)
		if (role_may_read(1u << i) & permission)
			roles |= 1u << i;
	return roles;
}

/* schema: in components, or NULL. */
static void content_print(const char *type, const char *schema, struct buf *out)
{
	char path[96];
	json_out_open(out, type, '{');
	json_out_open(out, "schema", '{');
	if (schema) {
		snprintf(path, sizeof path, "#/components/schemas/%s", schema);
		json_out_text(out, "$ref", path);
	} else {
		schema_of_text(NULL, NULL, out);
	}
	json_out_closes(out, "}}");
}

/* An answer of a status, up to its content. */
static void response_open(unsigned status, const char *text, struct buf *out)
{
	char code[12];
	snprintf(code, sizeof code, "%u", status);
	json_out_open(out, code, '{');
	json_out_text(out, "description", text);
	json_out_open(out, "content", '{');
}

static void response_print(
	unsigned status, const char *text, const char *type, const char *schema, struct buf *out)
{
	response_open(status, text, out);
	content_print(type, schema, out);
	json_out_closes(out, "}}");
}

struct problem_text {
	unsigned status;
	const char *text;
};

static void problems_print(const struct problem_text *problems, struct buf *out)
{
	for (; problems->status; problems++)
		response_print(problems->status, problems->text, "application/problem+json",
			"Refusal", out);
}

/* One submission, or an array of them. */
static void body_print(const struct door *door, struct buf *out)
{
	json_out_open(out, "requestBody", '{');
	json_out_flag(out, "required", true);
	json_out_open(out, "content", '{');
	json_out_open(out, "application/json", '{');
	json_out_open(out, "schema", '{');
	json_out_open(out, "oneOf", '[');
	json_out_open(out, NULL, '{');
	schema_of_path(door, out);
	json_out_close(out, '}');
	json_out_open(out, NULL, '{');
	json_out_text(out, "type", "array");
	json_out_count(out, "minItems", 1);
	json_out_count(out, "maxItems", 1000);
	json_out_open(out, "items", '{');
	schema_of_path(door, out);
	json_out_closes(out, "}}]}}}}");
}

static void post_print(const struct door *door, struct buf *out)
{
	static const struct problem_text problems[] = {
		{400, "Not JSON or not valid; errors has them all"},
		{401, "No valid token"},
		{403, "The role may not send this"},
		{404, "The case is not known yet"},
		{409, "The externalRef was used for other content, or the case's life forbids it"},
		{413, "Too large"},
		{415, "Not application/json"},
		{503, "Try again later; nothing was taken"},
		{0},
	};
	json_out_open(out, "post", '{');
	operation_id("post", door->path, out);
	roles_print(door_roles(door->daemon, door->path), out);
	body_print(door, out);
	json_out_open(out, "responses", '{');
	response_print(200, "The same content was accepted before: its first receipt",
		"application/json", "Accepted", out);
	response_print(202, "Accepted, and on disk", "application/json", "Accepted", out);
	response_print(207, "An array: a receipt or a problem for each, in order",
		"application/json", "Outcomes", out);
	problems_print(problems, out);
	json_out_closes(out, "}}");
}

/* A parameter up to the members of its schema. */
static void parameter_open(const char *name, const char *in, struct buf *out)
{
	json_out_open(out, NULL, '{');
	json_out_text(out, "name", name);
	json_out_text(out, "in", in);
	if (strcmp(in, "path") == 0)
		json_out_flag(out, "required", true);
	json_out_open(out, "schema", '{');
}

/* Each by a name of its own: NAME=VALUE. */
static void rest_print(const char *name, struct buf *out)
{
	parameter_open(name, "query", out);
	json_out_text(out, "type", "object");
	json_out_open(out, "additionalProperties", '{');
	schema_of_text(NULL, NULL, out);
	json_out_closes(out, "}}");
	json_out_text(out, "style", "form");
	json_out_flag(out, "explode", true);
	json_out_close(out, '}');
}

static void parameters_print(const struct read *read, struct buf *out)
{
	char name[64];
	const char *named = strchr(read->path, '{');
	if (!named && !read->parameters->n_fields)
		return;
	json_out_open(out, "parameters", '[');
	if (named) {
		snprintf(name, sizeof name, "%.*s", (int)strcspn(named + 1, "}"), named + 1);
		parameter_open(name, "path", out);
		schema_of_text(NULL, NULL, out);
		json_out_closes(out, "}}");
	}
	for (unsigned i = 0; i < read->parameters->n_fields; i++) {
		const field_t *field = &read->parameters->fields[i];
		json_name(field->name, name);
		if (read_is_rest(field)) {
			rest_print(name, out);
			continue;
		}
		parameter_open(name, "query", out);
		schema_of_field(read->parameters, field, TAKEN, out);
		json_out_closes(out, "}}");
	}
	json_out_close(out, ']');
}

/* What else may be answered: what is open to all asks for no token, only a name or a question finds nothing. */
static void get_problems_print(const struct read *read, struct buf *out)
{
	static const struct problem_text problems[] = {
		{400, "A parameter is unknown, repeated or not valid; errors has them all"},
		{401, "No valid token"},
		{403, "The role may not read this"},
		{404, "There is nothing of that name"},
		{0},
	};
	bool finds = strchr(read->path, '{') ||
		     read->parameters == &wot__v1__kpi_question__descriptor ||
		     read->answer == &wot__v1__forecast__descriptor;
	for (const struct problem_text *problem = problems; problem->status; problem++) {
		bool guarded = problem->status == 401 || problem->status == 403;
		if ((guarded && !read->permission) || (problem->status == 404 && !finds))
			continue;
		const struct problem_text one[] = {*problem, {0}};
		problems_print(one, out);
	}
}

static void get_print(const struct read *read, struct buf *out)
{
	const char *schema = read->answer ? read->answer->short_name : NULL;
	json_out_open(out, "get", '{');
	operation_id("get", read->path, out);
	if (read->permission) {
		roles_print(roles_that_read(read->permission), out);
	} else {
		json_out_text(out, "description", "Open to all");
		json_out_open(out, "security", '[');
		json_out_close(out, ']');
	}
	parameters_print(read, out);
	json_out_open(out, "responses", '{');
	response_open(200, "As asked", out);
	content_print(read->type, schema, out);
	if (read->parameters == &wot__v1__kpi_question__descriptor)
		content_print("text/csv; charset=utf-8", NULL, out);
	json_out_closes(out, "}}");
	if (read->answer == &wot__v1__health__descriptor)
		response_print(503, "Not well", read->type, schema, out);
	get_problems_print(read, out);
	json_out_closes(out, "}}");
}

/* ---- a daemon ---- */

static void component_print(const ProtobufCMessageDescriptor *type, struct buf *out)
{
	const field_t *list = read_bare_list(type);
	json_out_open(out, type->short_name, '{');
	if (list)
		schema_of_field(type, list, ANSWERED, out);
	else
		schema_of_message(type, ANSWERED, out);
	json_out_close(out, '}');
}

static void components_print(const struct daemon_row *daemon, struct buf *out)
{
	json_out_open(out, "components", '{');
	json_out_open(out, "securitySchemes", '{');
	json_out_open(out, "token", '{');
	json_out_text(out, "type", "http");
	json_out_text(out, "scheme", "bearer");
	json_out_closes(out, "}}");
	json_out_open(out, "schemas", '{');
	component_print(&wot__v1__refusal__descriptor, out);
	if (daemon->has_door) {
		component_print(&wot__v1__accepted__descriptor, out);
		component_print(&wot__v1__outcomes__descriptor, out);
	}
	for (const struct read *read = reads; read < reads + GET_COUNT; read++)
		if (read->answer && read_is_of(read, daemon))
			component_print(read->answer, out);
	json_out_closes(out, "}}");
}

static void paths_print(const struct daemon_row *daemon, struct buf *out)
{
	const struct door *door;
	const char *before = "";
	json_out_open(out, "paths", '{');
	for (size_t at = 0; (door = door_next(daemon->name, &at));) {
		if (strcmp(door->path, before) == 0)
			continue;
		before = door->path;
		json_out_open(out, door->path, '{');
		for (const struct read *read = reads; read < reads + GET_COUNT; read++)
			if (read_is_of(read, daemon) && strcmp(read->path, door->path) == 0)
				get_print(read, out);
		post_print(door, out);
		json_out_close(out, '}');
	}
	for (const struct read *read = reads; read < reads + GET_COUNT; read++) {
		if (!read_is_of(read, daemon) || read->is_page || read->is_stream ||
			door_of_path(daemon->name, read->path))
			continue;
		json_out_open(out, read->path, '{');
		get_print(read, out);
		json_out_close(out, '}');
	}
	json_out_close(out, '}');
}

static void info_print(const struct daemon_row *daemon, struct buf *out)
{
	char title[64];
	snprintf(title, sizeof title, "wot-%s", daemon->name);
	json_out_open(out, "info", '{');
	json_out_text(out, "title", title);
	json_out_text(out, "version", WOT_VERSION);
	json_out_open(out, "license", '{');
	json_out_text(out, "name", "EUPL-1.2");
	json_out_closes(out, "}}");
}

void openapi_print(const struct daemon_row *daemon, struct buf *out)
{
	json_out_open(out, NULL, '{');
	json_out_text(out, "openapi", "3.0.3");
	info_print(daemon, out);
	components_print(daemon, out);
	json_out_open(out, "security", '[');
	json_out_open(out, NULL, '{');
	json_out_open(out, "token", '[');
	json_out_closes(out, "]}]");
	paths_print(daemon, out);
	json_out_end(out, '}');
}
