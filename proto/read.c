#include "proto/read.h"

#include "lib/err.h"
#include "lib/json_out.h"
#include "lib/utf8.h"
#include "proto/door.h"
#include "proto/field.h"
#include "proto/json.h"
#include "proto/limit.h"
#include "proto/place.h"
#include "proto/read.pb-c.h"
#include <string.h>

enum { OPEN = 0 };

const struct read reads[GET_COUNT] = {
#define READ(of, at, message, asked, may)                                                          \
	{.daemon = DAEMON_##of,                                                                    \
		.path = at,                                                                        \
		.name = #message,                                                                  \
		.answer = &wot__v1__##message##__descriptor,                                       \
		.type = "application/json",                                                        \
		.parameters = &wot__v1__##asked##__descriptor,                                     \
		.permission = may},
#define TEXT(of, at, called, content_type, may)                                                    \
	{.daemon = DAEMON_##of,                                                                    \
		.path = at,                                                                        \
		.name = #called,                                                                   \
		.type = content_type,                                                              \
		.parameters = &wot__v1__nothing__descriptor,                                       \
		.permission = may},
#define PAGE(of, at, called, asked, may)                                                           \
	{.daemon = DAEMON_##of,                                                                    \
		.path = at,                                                                        \
		.name = #called,                                                                   \
		.type = "text/html; charset=utf-8",                                                \
		.parameters = &wot__v1__##asked##__descriptor,                                     \
		.permission = may,                                                                 \
		.is_page = true},
#define FORM(of, at, called, asked, may)                                                           \
	{.daemon = DAEMON_##of,                                                                    \
		.path = at,                                                                        \
		.name = #called,                                                                   \
		.type = "text/html; charset=utf-8",                                                \
		.parameters = &wot__v1__##asked##__descriptor,                                     \
		.permission = may,                                                                 \
		.is_page = true,                                                                   \
		.is_form = true},
#define STREAM(of, at, called, may)                                                                \
	{.daemon = DAEMON_##of,                                                                    \
		.path = at,                                                                        \
		.name = #called,                                                                   \
		.type = "text/event-stream",                                                       \
		.parameters = &wot__v1__nothing__descriptor,                                       \
		.permission = may,                                                                 \
		.is_stream = true},
#include "proto/read.def"
#undef READ
#undef TEXT
#undef PAGE
#undef FORM
#undef STREAM
};

bool read_is_of(const struct read *read, const struct daemon_row *daemon)
{
	if (read->daemon == DAEMON_EVERY)
		return true;
	if (read->daemon == DAEMON_PAGES)
		return daemon->has_pages;
	return daemon == &daemon_rows[read->daemon];
}

bool read_may(const struct read *read, unsigned role)
{
	unsigned reads_now = role_may_read(role);
	return !read->permission ||
	       (reads_now & read->permission && (!read->is_page || reads_now & READ_PAGES));
}

/* Whether a path is one of the row's; what its {name} stands for is `len` bytes at `name`. */
static bool path_fits(const struct read *read, const char *path, const char **name, size_t *len)
{
	size_t head = strcspn(read->path, "{"), all = strlen(path);
	*name = NULL;
	*len = 0;
	if (!read->path[head])
		return strcmp(path, read->path) == 0;
	const char *tail = strchr(read->path + head, '}') + 1;
	size_t behind = strlen(tail);
	if (all < head + behind || strncmp(path, read->path, head) != 0 ||
		strcmp(path + all - behind, tail) != 0)
		return false;
	*name = path + head;
	*len = all - head - behind;
	return !behind || (*len && !memchr(*name, '/', *len));
}

const char *read_named(const struct read *read, const char *path, struct arena *arena)
{
	const char *name;
	size_t len;
	must(path_fits(read, path, &name, &len));
	return name ? arena_printf(arena, "%.*s", (int)len, name) : NULL;
}

static const struct read *row_of_path(enum daemon_index daemon, const char *path, bool is_form)
{
	const char *name;
	size_t len;
	for (const struct read *read = reads; read < reads + GET_COUNT; read++) {
		if (read->is_form == is_form && read_is_of(read, &daemon_rows[daemon]) &&
			path_fits(read, path, &name, &len))
			return read;
	}
	return NULL;
}

const struct read *read_of_path(enum daemon_index daemon, const char *path)
{
	return row_of_path(daemon, path, false);
}

const struct read *read_form_of_path(enum daemon_index daemon, const char *path)
{
	return row_of_path(daemon, path, true);
}

/* ---- parameters ---- */

static const field_t *field_of_parameter(const ProtobufCMessageDescriptor *type, const char *name)
{
	for (unsigned i = 0; i < type->n_fields; i++)
		if (!read_is_rest(&type->fields[i]) && json_name_is(type->fields[i].name, name))
			return &type->fields[i];
	return NULL;
}

bool read_is_rest(const ProtobufCFieldDescriptor *field)
{
	return field->label == PROTOBUF_C_LABEL_REPEATED;
}

static const field_t *field_of_rest(const ProtobufCMessageDescriptor *type)
{
	for (unsigned i = 0; i < type->n_fields; i++)
		if (read_is_rest(&type->fields[i]))
			return &type->fields[i];
	return NULL;
}

void read_refuse_name(const ProtobufCMessageDescriptor *type, const char *name, const char *others,
	struct faults *faults)
{
	auto_buf struct buf known = {0};
	for (unsigned i = 0; i < type->n_fields; i++) {
		char field[64];
		json_name(type->fields[i].name, field);
		if (!read_is_rest(&type->fields[i]))
			buf_printf(&known, "%s%s", known.len ? ", " : "; there are ", field);
	}
	buf_text(&known, others);
	const char *listed = known.len ? known.data : "";
	if (place_key_is_plain(name, strlen(name)))
		fault_at(faults, &PLACE_KEY(&PLACE_TOP(""), name), "is no parameter%s", listed);
	else
		fault_add(faults, "", "an unknown parameter%s", listed);
}

/* As JSON has a whole number, and no sign. */
static bool take_number(const char *text, uint32_t *number)
{
	size_t len = strspn(text, "0123456789");
	if (!len || text[len] || len > 10 || (text[0] == '0' && len > 1))
		return false;
	unsigned long long read = strtoull(text, NULL, 10);
	*number = (uint32_t)read;
	return read <= UINT32_MAX;
}

static bool take_choice(const field_t *field, const char *text, int *value)
{
	const ProtobufCEnumValue *row =
		protobuf_c_enum_descriptor_get_value_by_name(field->descriptor, text);
	if (row)
		*value = row->value;
	return row;
}

/* What was expected instead, or NULL. */
static const char *take_value(
	const field_t *field, const char *value, ProtobufCMessage *message, struct arena *arena)
{
	void *member = field_member(message, field);
	const char *fault = NULL;
	if (!value)
		return "a value expected";
	switch (field->type) {
	case PROTOBUF_C_TYPE_STRING:
		if (utf8_prefix(value, strlen(value)) != strlen(value))
			return "is not UTF-8";
		*(char **)member = arena_strdup(arena, value);
		return NULL;
	case PROTOBUF_C_TYPE_ENUM:
		fault = take_choice(field, value, member) ? NULL : "none of its values";
		break;
	case PROTOBUF_C_TYPE_SFIXED32:
		if (day_parse(value, strlen(value), member) != 0)
			fault = "a day expected, such as 2025-12-31";
		break;
	default:
		must(field->type == PROTOBUF_C_TYPE_UINT32); /* no parameter has another type */
		fault = take_number(value, member) ? NULL : "a whole number expected";
	}
	if (!fault)
		*(protobuf_c_boolean *)field_quantifier(message, field) = 1;
	return fault;
}

/* One by a name of which only the daemon knows whether there is such a thing. */
static void take_rest(const field_t *rest, const struct parameter *parameter, size_t room,
	ProtobufCMessage *message, struct faults *faults)
{
	must(rest->descriptor == &wot__v1__filter__descriptor);
	Wot__V1__Filter ***items = field_member(message, rest);
	size_t *count = field_quantifier(message, rest);
	Wot__V1__Filter *filter = (void *)message_new(&wot__v1__filter__descriptor, faults->arena);
	const char *fault = NULL;
	for (size_t i = 0; i < *count; i++)
		if (strcmp((*items)[i]->name, parameter->name) == 0)
			fault = "is there more than once";
	if (!fault && (!parameter->value || !parameter->value[0]))
		fault = "a value expected";
	if (!fault)
		fault = take_value(filter->base.descriptor->fields + 1, parameter->value,
			&filter->base, faults->arena);
	if (fault)
		fault_at(faults, &PLACE_KEY(&PLACE_TOP(""), parameter->name), "%s", fault);
	filter->name = arena_strdup(faults->arena, parameter->name);
	if (!*items)
		*items = arena_alloc(faults->arena, room * sizeof **items);
	(*items)[(*count)++] = filter;
}

int read_parameters(const ProtobufCMessageDescriptor *type, const struct parameter *parameters,
	size_t count, ProtobufCMessage **out, struct faults *faults)
{
	size_t before = faults->count;
	ProtobufCMessage *message = message_new(type, faults->arena);
	const field_t *rest = field_of_rest(type);
	uint64_t seen = 0;
	for (size_t i = 0; i < count; i++) {
		const field_t *field = field_of_parameter(type, parameters[i].name);
		const char *name = parameters[i].name;
		if (!field && rest && place_key_is_plain(name, strlen(name))) {
			take_rest(rest, &parameters[i], count, message, faults);
			continue;
		}
		if (!field) {
			read_refuse_name(type, name, "", faults);
			continue;
		}
		uint64_t bit = UINT64_C(1) << (field - type->fields);
		const char *fault =
			seen & bit ? "is there more than once"
				   : take_value(field, parameters[i].value, message, faults->arena);
		seen |= bit;
		if (fault)
			fault_at(faults, &PLACE_FIELD(&PLACE_TOP(""), field->name), "%s", fault);
	}
	limit_check(message, "", faults); /* an empty text is one where a limit allows it */
	if (faults->count != before)
		return ERR_INVALID;
	*out = message;
	return 0;
}

const char *read_field_take(const char *name, struct parameter *parameters, size_t *count)
{
	size_t left = 0;
	const char *value = NULL;
	for (size_t i = 0; i < *count; i++) {
		if (strcmp(parameters[i].name, name) == 0)
			value = parameters[i].value;
		else
			parameters[left++] = parameters[i];
	}
	bool once = *count - left == 1;
	*count = left;
	return once ? value : NULL;
}

/* ---- answers ---- */

const ProtobufCFieldDescriptor *read_bare_list(const ProtobufCMessageDescriptor *answer)
{
	bool alone = answer->n_fields == 1 && !strcmp(answer->fields[0].name, "items");
	return alone ? &answer->fields[0] : NULL;
}

void read_print(const ProtobufCMessage *answer, struct buf *out)
{
	const field_t *list = read_bare_list(answer->descriptor);
	if (!list) {
		json_from_message(answer, out);
		return;
	}
	size_t count = field_count(answer, list);
	json_out_open(out, NULL, '[');
	for (size_t i = 0; i < count; i++) {
		buf_text(out, i ? ",\n" : ""); /* a line each, for people */
		json_from_message(field_message(answer, list, i), out);
	}
	json_out_close(out, ']');
}
