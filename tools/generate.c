/*
 * The documents that nobody writes: `make docs` runs this at the root of the tree and commits what it
 * gives. Each comes from the one place where its subject is defined: messages and their comments from
 * event.proto, doors from door.def, KPIs from kpi.yaml, settings, errors and metrics from their tables.
 * `make tidy` fails when they are out of date.
 *
 * To add a document: a function that prints it, and its row in main.
 */
#include "config/config.h"
#include "config/yaml.h"
#include "lib/json_out.h"
#include "lib/metric.h"
#include "proto/door.h"
#include "proto/json.h"
#include "proto/limit.h"
#include "proto/openapi/openapi.h"
#include "proto/read.h"

#include <stdio.h>
#include <string.h>

static const char proto_path[] = "proto/event.proto";
static const char kpi_path[] = "config/kpi.yaml";

/* The text of a file of the tree, or the end. */
static void file_read(const char *path, struct buf *text)
{
	auto_buf struct buf errors = {0};
	if (yaml_read_file(path, text, &errors) == 0)
		return;
	fprintf(stderr, "generate: %srun it at the root of the tree\n", errors.data);
	exit(2);
}

static void head_print(struct buf *out, const char *title, const char *from)
{
	buf_printf(out, "# %s\n\n<!-- Made by `make docs` from %s: change those, not this. -->\n\n",
		title, from);
}

/* A text in a cell of a table: on one line, and without bars. */
static void cell_add(struct buf *out, const char *text)
{
	for (; *text; text++)
		buf_text(out, *text == '|' ? "\\|" : *text == '\n' ? " " : (char[]){*text, 0});
}

/* ---- what event.proto says in comments; a descriptor does not have them ---- */

struct line {
	const char *at;
	size_t len;
};

static struct line line_at(const char *text)
{
	return (struct line){text, strcspn(text, "\n")};
}

static const char *line_after(const char *text)
{
	text += strcspn(text, "\n");
	return *text ? text + 1 : text;
}

/* The line that opens a message, or NULL. */
static const char *message_find(const char *proto, const char *name)
{
	char opening[96];
	snprintf(opening, sizeof opening, "message %s {", name);
	for (const char *at = proto; *at; at = line_after(at)) {
		const char *start = at + strspn(at, "\t");
		if (strncmp(start, opening, strlen(opening)) == 0)
			return at;
	}
	return NULL;
}

/* The // lines above a message, as one paragraph. */
static void message_comment(const char *proto, const char *name, struct buf *out)
{
	const char *opening = message_find(proto, name), *first = opening;
	while (first && first > proto) {
		const char *before = first - 1;
		while (before > proto && before[-1] != '\n')
			before--;
		if (strncmp(before, "// ", 3) != 0 || strncmp(before, "// --", 5) == 0)
			break;
		first = before;
	}
	for (; first < opening; first = line_after(first)) {
		struct line line = line_at(first);
		if (out->len)
			buf_char(out, ' ');
		buf_add(out, line.at + 3, line.len - 3);
	}
}

/* What stands behind a field on its line. */
static void field_comment(const char *proto, const char *message, const char *name, struct buf *out)
{
	const char *at = message_find(proto, message);
	char needle[80];
	snprintf(needle, sizeof needle, " %s = ", name);
	for (; at && *at && *at != '}'; at = line_after(at)) {
		struct line line = line_at(at);
		const char *found = memmem(line.at, line.len, needle, strlen(needle));
		const char *comment = found ? memmem(line.at, line.len, "//", 2) : NULL;
		if (comment)
			buf_add(out, comment + 3, (size_t)(line.at + line.len - comment) - 3);
		if (found)
			return;
	}
}

/* ---- fields ---- */

static void enum_print(const ProtobufCEnumDescriptor *type, struct buf *out)
{
	for (unsigned i = 0; i < type->n_values; i++)
		buf_printf(out, "%s%s", i ? ", " : "", type->values[i].name);
}

static void type_print(const ProtobufCFieldDescriptor *field, struct buf *out)
{
	if (field->label == PROTOBUF_C_LABEL_REPEATED)
		buf_text(out, "list of ");
	switch (field->type) {
	case PROTOBUF_C_TYPE_ENUM:
		enum_print(field->descriptor, out);
		break;
	case PROTOBUF_C_TYPE_MESSAGE:
		buf_text(out, "object");
		break;
	case PROTOBUF_C_TYPE_BOOL:
		buf_text(out, "true or false");
		break;
	case PROTOBUF_C_TYPE_STRING:
		buf_text(out, "text");
		break;
	case PROTOBUF_C_TYPE_BYTES:
		buf_text(out, "hexadecimal");
		break;
	case PROTOBUF_C_TYPE_SFIXED64:
		buf_text(out, "instant");
		break;
	case PROTOBUF_C_TYPE_SFIXED32:
		buf_text(out, "day");
		break;
	default:
		buf_text(out, "number");
	}
}

/* The field's row of limit.def, in a few words. */
static void limits_print(const ProtobufCMessageDescriptor *type,
	const ProtobufCFieldDescriptor *field, struct buf *out)
{
	auto_buf struct buf schema = {0};
	json_out_open(&schema, NULL, '{');
	limit_schema(type, field->name, &schema);
	json_out_close(&schema, '}');
	json_t *json = json_loads(schema.data, 0, NULL);
	must(json);
	const char *pattern = json_string_value(json_object_get(json, "pattern"));
	static const char *const ranges[][3] = {{"minimum", "maximum", ""},
		{"minLength", "maxLength", " characters"}, {"minItems", "maxItems", " of them"}};
	for (size_t i = 0; i < 3; i++) {
		const json_t *min = json_object_get(json, ranges[i][0]);
		if (min)
			buf_printf(out, ", %lld to %lld%s", (long long)json_integer_value(min),
				(long long)json_integer_value(json_object_get(json, ranges[i][1])),
				ranges[i][2]);
	}
	if (pattern)
		buf_printf(out, ", `%s`", pattern);
	json_decref(json);
}

static const char *class_of(const ProtobufCFieldDescriptor *field)
{
	if (field->id >= FIELD_PERSONAL_FIRST && field->id < FIELD_CLASS_END)
		return "personal: never in the log. ";
	return field->id >= FIELD_WOT_FIRST && field->id < FIELD_PERSONAL_FIRST ? "set by wot. "
										: "";
}

static void fields_print(const char *proto, const ProtobufCMessageDescriptor *type,
	const char *prefix, struct buf *out)
{
	for (unsigned i = 0; i < type->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &type->fields[i];
		char name[64], below[160];
		auto_buf struct buf comment = {0}, limits = {0};
		json_name(field->name, name);
		field_comment(proto, type->short_name, field->name, &comment);
		limits_print(type, field, &limits);
		bool required = field->label == PROTOBUF_C_LABEL_REQUIRED;
		buf_printf(out, "| %s`%s%s`%s | %u | ", required ? "**" : "", prefix, name,
			required ? "**" : "", field->id);
		type_print(field, out);
		cell_add(out, limits.len ? limits.data : "");
		buf_printf(out, " | %s", class_of(field));
		cell_add(out, comment.len ? comment.data : "");
		buf_text(out, " |\n");
		const ProtobufCMessageDescriptor *inner =
			field->type == PROTOBUF_C_TYPE_MESSAGE ? field->descriptor : NULL;
		if (!inner || inner == &wot__v1__body__descriptor ||
			inner == &wot__v1__case_facts__descriptor ||
			inner == &wot__v1__help_request__descriptor)
			continue;
		snprintf(below, sizeof below, "%s%s%s.", prefix, name,
			field->label == PROTOBUF_C_LABEL_REPEATED ? "[]" : "");
		fields_print(proto, inner, below, out);
	}
}

static void message_print(
	const char *proto, const ProtobufCMessageDescriptor *type, struct buf *out)
{
	auto_buf struct buf comment = {0};
	message_comment(proto, type->short_name, &comment);
	if (comment.len)
		buf_printf(out, "%s\n\n", comment.data);
	if (!type->n_fields) {
		buf_text(out, "No fields.\n\n");
		return;
	}
	buf_text(out, "| field | tag | what it holds | |\n|---|---|---|---|\n");
	fields_print(proto, type, "", out);
	buf_char(out, '\n');
}

/* ---- events.md ---- */

static void roles_print(unsigned roles, struct buf *out)
{
	const char *comma = "";
	for (unsigned i = 0; i < ROLE_COUNT; i++) {
		if (!(roles & 1u << i))
			continue;
		buf_printf(out, "%s%s", comma, role_name(1u << i));
		comma = ", ";
	}
}

static void body_print(const char *proto, const ProtobufCFieldDescriptor *field, struct buf *out)
{
	char name[64];
	json_name(field->name, name);
	buf_printf(out, "### %s\n\n`%s`, tag %u, message `%s`. ", name, field->name, field->id,
		((const ProtobufCMessageDescriptor *)field->descriptor)->short_name);
	const struct door *door = door_of_kind(NULL, field->id);
	if (door) {
		buf_printf(out, "Sent to `POST %s` of wot-%s%s by ", door->path, door->daemon,
			door->flat ? "" : ", below its name,");
		roles_print(door->roles, out);
		buf_text(out, ".\n\n");
	} else {
		buf_text(out, "Made by wot; no door takes it.\n\n");
	}
	message_print(proto, field->descriptor, out);
}

static void events_print(struct buf *out)
{
	auto_buf struct buf proto = {0};
	file_read(proto_path, &proto);
	head_print(out, "Events", "proto/event.proto, proto/door.def and proto/limit.def");
	buf_text(out, "Every row of every log is one `Event`: an envelope, and one body. What a "
		      "client sends is a\n"
		      "`Submission` with one of the bodies that have a door. Names are those of "
		      "JSON; in protobuf they are\n"
		      "written with underscores. Bold fields are required. Field numbers say what "
		      "a field is: 1 to 79 is\n"
		      "stored as it was submitted, 80 to 89 is set by wot and refused from "
		      "outside, 90 to 99 is personal: the\n"
		      "door seals it, hashes it or lets it go.\n"
		      "Instants are RFC 3339 with an offset (protobuf: milliseconds since 1970 "
		      "UTC), days are `YYYY-MM-DD`\n"
		      "(protobuf: days since 1970-01-01), identifiers are bytes (JSON: "
		      "hexadecimal).\n"
		      "A fraction of a second may have any number of digits and is cut to "
		      "milliseconds; a leap second is read\n"
		      "as the last millisecond before it. Where a text may have lines, CRLF and "
		      "a lone CR are read as LF.\n\n"
		      "## The envelope\n\n");
	message_print(proto.data, &wot__v1__event__descriptor, out);
	buf_text(out, "## What is known of a case\n\n");
	message_print(proto.data, &wot__v1__case_facts__descriptor, out);
	const char *before = "";
	const ProtobufCMessageDescriptor *body = &wot__v1__body__descriptor;
	for (unsigned i = 0; i < body->n_fields; i++) {
		const struct door *door = door_of_kind(NULL, body->fields[i].id);
		const char *daemon = door ? door->daemon : "own";
		if (strcmp(daemon, before) != 0)
			buf_printf(out, door ? "## At %s's door\n\n" : "## wot's own\n\n", daemon);
		before = daemon;
		body_print(proto.data, &body->fields[i], out);
	}
}

/* ---- roles.md ---- */

static void sends_print(unsigned role, struct buf *out)
{
	const struct door *door;
	const char *comma = "", *before = "";
	for (size_t at = 0; (door = door_next(NULL, &at));) {
		if (!(door->roles & role) || strcmp(door->path, before) == 0)
			continue;
		buf_printf(out, "%s`%s`", comma, door->path);
		comma = ", ";
		before = door->path;
	}
}

/* What is suppressed for whom has only the lesser of two permissions. */
static void may_read_print(unsigned role, struct buf *out)
{
	const char *comma = "";
	for (const struct read *read = reads; read < reads + GET_COUNT; read++) {
		bool is_theirs = !read->is_form && read_may(read, role);
		unsigned may = is_theirs ? role_may_read(role) & read->permission : 0;
		if (!may)
			continue;
		buf_printf(out, "%s`%s`%s", comma, read->path,
			may == READ_KPIS_SUPPRESSED ? " without small counts" : "");
		comma = ", ";
	}
}

static const char *whose(const struct read *read)
{
	return read->daemon == DAEMON_EVERY   ? "every daemon"
	       : read->daemon == DAEMON_PAGES ? "each that has pages"
					      : daemon_rows[read->daemon].name;
}

static void open_print(struct buf *out)
{
	for (const struct read *read = reads; read < reads + GET_COUNT; read++)
		if (!read->permission && !read->is_form)
			buf_printf(out, "| `%s` | %s%s |\n", read->path,
				read->daemon >= DAEMON_COUNT ? "" : "wot-", whose(read));
}

static void role_list_print(struct buf *out)
{
	head_print(out, "Roles", "proto/role.def, proto/door.def and proto/read.def");
	buf_text(out, "A client has one role: `wotctl client add NAME ROLE`. A referral is read by "
		      "the client that sent it, and by\nthe operator. People sign in to pages "
		      "with the token of their client; a system's token is for a system.\n\n"
		      "| role | may send | may read | pages |\n|---|---|---|---|\n");
	for (unsigned i = 0; i < ROLE_COUNT; i++) {
		buf_printf(out, "| %s | ", role_name(1u << i));
		sends_print(1u << i, out);
		buf_text(out, " | ");
		may_read_print(1u << i, out);
		const struct role_person *person = role_person(1u << i);
		buf_printf(out, " | %s%s |\n", person ? "from " : "", person ? person->home : "");
	}
	buf_text(out, "\nOpen to all, without a token; no person is in it:\n\n| path | of "
		      "|\n|---|---|\n");
	open_print(out);
}

/* ---- kpis.md ---- */

/* As YAML would write it on one line; conditions of a list must all hold. */
static void node_print(const struct yaml_node *node, bool nested, struct buf *out)
{
	bool map = node->kind == YAML_MAP;
	if (node->kind == YAML_SCALAR)
		cell_add(out, node->text);
	if (!node->first)
		return;
	bool conditions =
		!map && !nested && strchr(node->first->text ? node->first->text : "", ' ');
	if (nested)
		buf_char(out, map ? '{' : '[');
	for (const struct yaml_node *item = node->first; item; item = item->next) {
		if (map)
			buf_printf(out, "%s: ", item->key);
		node_print(item, true, out);
		if (item->next)
			buf_text(out, conditions ? ", and " : ", ");
	}
	if (nested)
		buf_char(out, map ? '}' : ']');
}

/* A mapping's members as "key: value; …", those apart that have a column of their own. */
static void members_print(const struct yaml_node *map, const char *const *apart, struct buf *out)
{
	const char *semicolon = "";
	for (const struct yaml_node *item = map->first; item; item = item->next) {
		bool skip = false;
		for (size_t i = 0; apart && apart[i]; i++)
			skip |= strcmp(item->key, apart[i]) == 0;
		if (skip)
			continue;
		buf_printf(out, "%s%s: ", semicolon, item->key);
		semicolon = "; ";
		node_print(item, item->kind == YAML_MAP, out);
	}
}

static void member_print(const struct yaml_node *map, const char *key, struct buf *out)
{
	const struct yaml_node *node = yaml_get(map, key);
	buf_text(out, " | ");
	if (node)
		node_print(node, false, out);
}

/* Which `GET /v1/definitions` gives. */
static const char *const in_dutch[] = {"who", "when", "unknown", "changed", NULL};

static void definitions_print(const struct yaml_node *kpi, struct buf *out)
{
	const struct yaml_node *definitions = yaml_get(kpi, "definitions");
	buf_text(out, " | ");
	for (const struct yaml_node *item = definitions ? definitions->first : NULL; item;
		item = item->next) {
		auto_buf struct buf members = {0};
		members_print(item, in_dutch, &members);
		if (members.len)
			buf_printf(out, "%s: %s", item->key, members.data);
	}
}

static void section_print(
	const struct yaml_node *root, const char *key, const char *title, struct buf *out)
{
	buf_printf(out, "## %s\n\n| name | |\n|---|---|\n", title);
	for (const struct yaml_node *item = yaml_get(root, key)->first; item; item = item->next) {
		static const char *const apart[] = {"labels", NULL};
		buf_printf(out, "| `%s` | ", item->key);
		members_print(item, apart, out);
		buf_text(out, " |\n");
	}
	buf_char(out, '\n');
}

static void kpis_print(struct buf *out)
{
	auto_buf struct buf text = {0}, errors = {0};
	auto_yaml struct yaml yaml = {0};
	file_read(kpi_path, &text);
	must(yaml_parse(&yaml, text.data, text.len, kpi_path, &errors) == 0);
	head_print(out, "KPIs", kpi_path);
	buf_text(out,
		"How each is counted stands here in the words of `config/kpi.yaml`, whose head "
		"explains them.\n"
		"`wotctl kpi ID` gives the figure, `wotctl explain ID` the rows behind it.\n\n");
	static const char *const apart[] = {"label", "title", "short", "unit", "norm", "by",
		"shown_by", "largest_first", "definitions", "who", "when", "unknown", "changed",
		NULL};
	buf_text(out, "| KPI | in English | in Dutch | unit | how | norm | another year's "
		      "definition |\n|---|---|---|---|---|---|---|\n");
	for (const struct yaml_node *kpi = yaml_get(yaml.root, "kpis")->first; kpi;
		kpi = kpi->next) {
		buf_printf(out, "| `%s`", kpi->key);
		member_print(kpi, "title", out);
		member_print(kpi, "label", out);
		member_print(kpi, "unit", out);
		buf_text(out, " | ");
		members_print(kpi, apart, out);
		member_print(kpi, "norm", out);
		definitions_print(kpi, out);
		buf_text(out, " |\n");
	}
	buf_char(out, '\n');
	section_print(yaml.root, "populations", "Populations", out);
	for (const struct yaml_node *table = yaml_get(yaml.root, "measures")->first; table;
		table = table->next) {
		char title[96];
		snprintf(title, sizeof title, "Measures of %s", table->key);
		section_print(yaml_get(yaml.root, "measures"), table->key, title, out);
	}
	section_print(yaml.root, "dimensions", "Dimensions", out);
	section_print(yaml.root, "definitions", "Definitions by year", out);
}

/* ---- the tables of C ---- */

static void settings_print(struct buf *out)
{
	head_print(out, "Settings", "config/setting.def and config/form.def");
	buf_text(out, "One file, `wot.yaml`, holds the settings of the four daemons: those at its "
		      "top hold for all, those\n"
		      "below a daemon's name for that one. Files are found beside it. `wot-intake "
		      "--print-config` shows what\n"
		      "is in force, `--check-config` what is wrong.\n\n");
	config_print_docs(out);
}

static void metrics_print(struct buf *out)
{
	head_print(out, "Metrics", "lib/metric.def");
	buf_text(out, "What `GET /metrics` and `show metrics` give, as OpenMetrics 1.0. Every "
		      "sample has the labels `daemon`,\n"
		      "`kind` (door, feed, input, store) and `name`. `show stat` shows the same as "
		      "a table.\n\n"
		      "| family | type | help |\n|---|---|---|\n");
	struct metrics none = {.daemon = "intake"};
	auto_buf struct buf text = {0};
	metrics_open(&none, &text);
	char name[96] = "", type[32] = "";
	for (const char *at = text.data; *at; at = line_after(at)) {
		char help[256] = "";
		if (sscanf(at, "# TYPE %95s %31s", name, type) == 2)
			continue;
		if (sscanf(at, "# HELP %*s %255[^\n]", help) == 1)
			buf_printf(out, "| `%s` | %s | %s |\n", name, type, help);
	}
	metrics_done(&none);
}

static void errors_print(struct buf *out)
{
	head_print(out, "Errors", "lib/err.def");
	buf_text(out, "The `type`, `status` and `title` of a problem document (RFC 9457), and the "
		      "reason under which it is\n"
		      "counted in `show errors` and `/metrics`.\n\n| type | status | title | "
		      "reason |\n|---|---|---|---|\n");
	for (unsigned i = 0; i < ERR_COUNT; i++) {
		int err = err_at(i);
		buf_printf(out, "| `%s` | %u | %s | %s |\n", err_type(err), err_http(err),
			err_title(err), err_name(err));
	}
}

static void openapi_pretty(const struct daemon_row *daemon, struct buf *out)
{
	auto_buf struct buf flat = {0};
	openapi_print(daemon, &flat);
	json_t *json = json_loadb(flat.data, flat.len, JSON_REJECT_DUPLICATES, NULL);
	must(json);
	auto_free char *text = json_dumps(json, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
	must(text);
	buf_printf(out, "%s\n", text);
	json_decref(json);
}

static int document_write(const char *folder, const char *name, const struct buf *text)
{
	char path[4096];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	FILE *file = fopen(path, "w");
	if (!file || fwrite(text->data, 1, text->len, file) != text->len || fclose(file) != 0) {
		perror(path);
		return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*print)(struct buf *out);
	} documents[] = {
		{"events.md", events_print},
		{"roles.md", role_list_print},
		{"kpis.md", kpis_print},
		{"settings.md", settings_print},
		{"metrics.md", metrics_print},
		{"errors.md", errors_print},
	};
	if (argc != 2) {
		fputs("usage: generate FOLDER\n", stderr);
		return 2;
	}
	int failed = 0;
	for (size_t i = 0; i < sizeof documents / sizeof *documents; i++) {
		auto_buf struct buf text = {0};
		documents[i].print(&text);
		failed |= document_write(argv[1], documents[i].name, &text);
	}
	for (size_t i = 0; i < DAEMON_COUNT; i++) {
		auto_buf struct buf text = {0};
		char name[64];
		openapi_pretty(&daemon_rows[i], &text);
		snprintf(name, sizeof name, "openapi-%s.json", daemon_rows[i].name);
		failed |= document_write(argv[1], name, &text);
	}
	return failed;
}
