/*
 * Nothing is written down here that stands elsewhere: paths and roles come from door.def and read.def, fields
 * from the descriptors, limits from limit.def.
 */
#include "proto/openapi.h"

#include "proto/door.h"
#include "proto/field.h"
#include "proto/json.h"
#include "proto/limit.h"
#include "proto/read.h"
#include "proto/read.pb-c.h"
#include <string.h>

/* A schema goes one way: fields of 80 to 99 are answered and never taken. */
enum way { TAKEN, ANSWERED };

static void schema_of_message(
	const ProtobufCMessageDescriptor *type, enum way way, struct buf *out);

static void schema_of_enum(const ProtobufCEnumDescriptor *type, struct buf *out)
{
	buf_text(out, "\"type\":\"string\",\"enum\":[");
	for (unsigned i = 0; i < type->n_values; i++)
		buf_printf(out, "%s\"%s\"", i ? "," : "", type->values[i].name);
	buf_char(out, ']');
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
		buf_text(out, "\"type\":\"boolean\"");
		break;
	case PROTOBUF_C_TYPE_STRING:
		buf_text(out, "\"type\":\"string\"");
		break;
	case PROTOBUF_C_TYPE_BYTES:
		buf_text(out, "\"type\":\"string\",\"pattern\":\"^([0-9a-f]{2})*$\"");
		break;
	case PROTOBUF_C_TYPE_SFIXED64:
		buf_text(out, "\"type\":\"string\",\"format\":\"date-time\"");
		break;
	case PROTOBUF_C_TYPE_SFIXED32:
		buf_text(out, "\"type\":\"string\",\"format\":\"date\"");
		break;
	case PROTOBUF_C_TYPE_DOUBLE:
		buf_text(out, "\"type\":\"number\"");
		break;
	default:
		buf_text(out, "\"type\":\"integer\"");
	}
}

/* What stands between the braces. */
static void schema_of_field(
	const ProtobufCMessageDescriptor *type, const field_t *field, enum way way, struct buf *out)
{
	bool list = field->label == PROTOBUF_C_LABEL_REPEATED;
	if (list)
		buf_text(out, "\"type\":\"array\",\"items\":{");
	schema_of_type(field, way, out);
	if (list)
		buf_char(out, '}');
	bool may_be_null = field_is_always(field) || field->type == PROTOBUF_C_TYPE_DOUBLE;
	if (field->label == PROTOBUF_C_LABEL_OPTIONAL && may_be_null)
		buf_text(out, ",\"nullable\":true");
	if (field->default_value && field->type == PROTOBUF_C_TYPE_UINT32)
		buf_printf(out, ",\"default\":%u", *(const uint32_t *)field->default_value);
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

/* The fields of a message as properties, after those that are there already. */
static void properties_add(const ProtobufCMessageDescriptor *type, enum way way, bool has_case,
	bool *any, struct buf *out)
{
	for (unsigned i = 0; i < type->n_fields; i++) {
		const field_t *field = &type->fields[i];
		if (!is_there(field, way) || (!has_case && names_a_case(field)))
			continue;
		char name[64];
		json_name(field->name, name);
		buf_printf(out, "%s\"%s\":{", *any ? "," : "", name);
		schema_of_field(type, field, way, out);
		buf_char(out, '}');
		*any = true;
	}
}

/* `required`, which must not be an empty list; more: of another message beside it, or NULL. */
static void required_add(const ProtobufCMessageDescriptor *type,
	const ProtobufCMessageDescriptor *more, enum way way, struct buf *out)
{
	const char *before = ",\"required\":[";
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
			buf_printf(out, "%s\"%s\"", before, name);
			before = ",";
		}
	}
	buf_text(out, before[1] ? "" : "]");
}

/* Clients may count on what is refused, and must not on what is answered: more may come. */
static void schema_of_message(const ProtobufCMessageDescriptor *type, enum way way, struct buf *out)
{
	bool any = false;
	buf_text(out, "\"type\":\"object\"");
	buf_text(out, way == TAKEN ? ",\"additionalProperties\":false" : "");
	buf_text(out, ",\"properties\":{");
	properties_add(type, way, true, &any, out);
	buf_char(out, '}');
	required_add(type, NULL, way, out);
}

/* All that may be submitted at a path: flat, the message beside the common fields; else one of several. */
static void schema_of_path(const struct door *first, struct buf *out)
{
	bool any = false;
	const ProtobufCMessageDescriptor *flat = first->flat ? event_kind_type(first->kind) : NULL;
	buf_text(out, "\"type\":\"object\",\"additionalProperties\":false,\"properties\":{");
	properties_add(&wot__v1__submission__descriptor, TAKEN, first->has_case, &any, out);
	if (flat)
		properties_add(flat, TAKEN, true, &any, out);
	const struct door *door;
	for (size_t at = 0; !flat && (door = door_next(first->daemon, &at));) {
		if (strcmp(door->path, first->path) != 0)
			continue;
		char name[64];
		json_name(event_kind_name(door->kind), name);
		buf_printf(out, ",\"%s\":{", name);
		schema_of_message(event_kind_type(door->kind), TAKEN, out);
		buf_char(out, '}');
	}
	buf_char(out, '}');
	required_add(&wot__v1__submission__descriptor, flat, TAKEN, out);
}

/* ---- operations ---- */

/* "get", "/v1/cases/{caseId}" → "getCasesCaseId": what generated clients call it. */
static void operation_id(const char *method, const char *path, struct buf *out)
{
	bool raise = true;
	buf_printf(out, "\"operationId\":\"%s", method);
	path += strncmp(path, "/v1/", 4) == 0 ? 4 : 0;
	if (strcmp(path, "/") == 0)
		path = "page";
	for (; *path; path++) {
		bool letter = (*path >= 'a' && *path <= 'z') || (*path >= 'A' && *path <= 'Z');
		if (letter)
			buf_char(out, raise && *path >= 'a' ? (char)(*path - 'a' + 'A') : *path);
		raise = !letter;
	}
	buf_text(out, "\"");
}

static void roles_print(unsigned roles, struct buf *out)
{
	for (unsigned i = 0; i < ROLE_COUNT; i++)
		if (roles & (1u << i))
			buf_printf(out, " %s", role_name(1u << i));
}

static unsigned roles_that_read(unsigned permission)
{
	unsigned roles = 0;
	for (unsigned i = 0; i < ROLE_COUNT; i++)
		if (role_may_read(1u << i) & permission)
			roles |= 1u << i;
	return roles;
}

/* An answer of a status; schema: in components, or NULL. */
static void response_print(int status, const char *text, const char *type, const char *schema,
	const char *comma, struct buf *out)
{
	buf_printf(out, "%s\"%d\":{\"description\":\"%s\"", comma, status, text);
	buf_printf(out, ",\"content\":{\"%s\":{\"schema\":{", type);
	if (schema)
		buf_printf(out, "\"$ref\":\"#/components/schemas/%s\"", schema);
	else
		buf_text(out, "\"type\":\"string\"");
	buf_text(out, "}}}}");
}

struct problem_text {
	int status;
	const char *text;
};

static void problems_print(const struct problem_text *problems, struct buf *out)
{
	for (; problems->status; problems++)
		response_print(problems->status, problems->text, "application/problem+json",
			"Refusal", ",", out);
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
	buf_text(out, "\"post\":{");
	operation_id("post", door->path, out);
	buf_text(out, ",\"description\":\"Roles:");
	roles_print(door_roles(door->daemon, door->path), out);
	buf_text(out, "\",\"requestBody\":{\"required\":true,\"content\":{\"application/"
		      "json\":{\"schema\":{\"oneOf\":[{");
	schema_of_path(door, out);
	buf_text(out, "},{\"type\":\"array\",\"minItems\":1,\"maxItems\":1000,\"items\":{");
	schema_of_path(door, out);
	buf_text(out, "}}]}}}},\"responses\":{");
	response_print(200, "The same content was accepted before: its first receipt",
		"application/json", "Accepted", "", out);
	response_print(202, "Accepted, and on disk", "application/json", "Accepted", ",", out);
	response_print(207, "An array: a receipt or a problem for each, in order",
		"application/json", "Outcomes", ",", out);
	problems_print(problems, out);
	buf_text(out, "}}");
}

static void parameters_print(const struct read *read, struct buf *out)
{
	const char *before = ",\"parameters\":[";
	const char *named = strchr(read->path, '{');
	if (named) {
		buf_printf(out,
			"%s{\"name\":\"%.*s\",\"in\":\"path\",\"required\":true,\"schema\":{"
			"\"type\":\"string\"}}",
			before, (int)strcspn(named + 1, "}"), named + 1);
		before = ",";
	}
	for (unsigned i = 0; i < read->parameters->n_fields; i++) {
		const field_t *field = &read->parameters->fields[i];
		char name[64];
		json_name(field->name, name);
		buf_printf(out, "%s{\"name\":\"%s\",\"in\":\"query\",\"schema\":{", before, name);
		schema_of_field(read->parameters, field, TAKEN, out);
		buf_text(out, "}}");
		before = ",";
	}
	buf_text(out, before[1] ? "" : "]");
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
	bool finds =
		strchr(read->path, '{') || read->parameters == &wot__v1__kpi_question__descriptor;
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
	buf_text(out, "\"get\":{");
	operation_id("get", read->path, out);
	if (read->permission) {
		buf_text(out, ",\"description\":\"Roles:");
		roles_print(roles_that_read(read->permission), out);
		buf_char(out, '"');
	} else {
		buf_text(out, ",\"description\":\"Open to all\",\"security\":[]");
	}
	parameters_print(read, out);
	buf_text(out, ",\"responses\":{");
	response_print(200, "As asked", read->type, schema, "", out);
	if (read->answer == &wot__v1__health__descriptor)
		response_print(503, "Not well", read->type, schema, ",", out);
	get_problems_print(read, out);
	buf_text(out, "}}");
}

/* ---- a daemon ---- */

static void component_print(
	const ProtobufCMessageDescriptor *type, const char *comma, struct buf *out)
{
	const field_t *list = read_bare_list(type);
	buf_printf(out, "%s\"%s\":{", comma, type->short_name);
	if (list)
		schema_of_field(type, list, ANSWERED, out);
	else
		schema_of_message(type, ANSWERED, out);
	buf_char(out, '}');
}

static void components_print(const struct daemon_row *daemon, struct buf *out)
{
	component_print(&wot__v1__refusal__descriptor, "", out);
	if (daemon->has_door) {
		component_print(&wot__v1__accepted__descriptor, ",", out);
		component_print(&wot__v1__outcomes__descriptor, ",", out);
	}
	for (const struct read *read = reads; read < reads + GET_COUNT; read++)
		if (read->answer && read_is_of(read, daemon))
			component_print(read->answer, ",", out);
}

static void paths_print(const struct daemon_row *daemon, struct buf *out)
{
	const struct door *door;
	const char *before = "", *comma = "";
	for (size_t at = 0; (door = door_next(daemon->name, &at));) {
		if (strcmp(door->path, before) == 0)
			continue;
		before = door->path;
		buf_printf(out, "%s\"%s\":{", comma, door->path);
		comma = ",";
		for (const struct read *read = reads; read < reads + GET_COUNT; read++) {
			if (!read_is_of(read, daemon) || strcmp(read->path, door->path) != 0)
				continue;
			get_print(read, out);
			buf_char(out, ',');
		}
		post_print(door, out);
		buf_char(out, '}');
	}
	for (const struct read *read = reads; read < reads + GET_COUNT; read++) {
		if (!read_is_of(read, daemon) || door_of_path(daemon->name, read->path))
			continue;
		buf_printf(out, "%s\"%s\":{", comma, read->path);
		comma = ",";
		get_print(read, out);
		buf_char(out, '}');
	}
}

void openapi_print(const struct daemon_row *daemon, struct buf *out)
{
	buf_printf(out,
		"{\"openapi\":\"3.0.3\",\"info\":{\"title\":\"wot-%s\",\"version\":\"%s\","
		"\"license\":{\"name\":\"EUPL-1.2\"}},",
		daemon->name, WOT_VERSION);
	buf_text(out, "\"components\":{\"securitySchemes\":{\"token\":{\"type\":\"http\","
		      "\"scheme\":\"bearer\"}},\"schemas\":{");
	components_print(daemon, out);
	buf_text(out, "}},\"security\":[{\"token\":[]}],\"paths\":{");
	paths_print(daemon, out);
	buf_text(out, "}}\n");
}
