/* The text of a file becomes a tree of nodes with their places; libfyaml is known here only. */
#include "config/yaml.h"

#include "lib/utf8.h"
#include <libfyaml.h>
#include <string.h>

struct spot {
	uint32_t line, column;
};

struct reader {
	struct yaml *yaml;
	struct fy_parser *parser;
	struct fy_diag *diag;
	size_t depth;
};

static struct spot spot_of(struct fy_token *token)
{
	const struct fy_mark *mark = token ? fy_token_start_mark(token) : NULL;
	if (!mark)
		return (struct spot){1, 1};
	return (struct spot){(uint32_t)mark->line + 1, (uint32_t)mark->column + 1};
}

static struct yaml_node *node_new(
	struct reader *reader, enum yaml_kind kind, struct fy_token *token)
{
	struct yaml_node *node = arena_alloc(&reader->yaml->arena, sizeof *node);
	struct spot spot = spot_of(token);
	*node = (struct yaml_node){.kind = kind, .line = spot.line, .column = spot.column};
	return node;
}

/* libfyaml says a syntax error at the place where it gave up. */
static void fail_syntax(struct reader *reader)
{
	void *at = NULL;
	struct fy_diag_error *error;
	size_t found = 0;
	while ((error = fy_diag_errors_iterate(reader->diag, &at))) {
		struct yaml_node node = {
			.line = error->line > 0 ? (uint32_t)error->line : 1,
			.column = error->column > 0 ? (uint32_t)error->column : 1,
		};
		yaml_fail(reader->yaml, &node, "%s", error->msg);
		found++;
	}
	if (!found)
		yaml_fail(reader->yaml, NULL, "this is not YAML");
}

/* libfyaml lets bad UTF-8 pass within a value, and takes a NUL for the end of the file. */
static bool check_bytes(struct yaml *yaml, const char *text, size_t len)
{
	const char *nul = len ? memchr(text, 0, len) : NULL;
	size_t good = utf8_prefix(text, nul ? (size_t)(nul - text) : len);
	if (good == len)
		return true;
	struct yaml_node node = {.line = 1, .column = 1};
	for (size_t i = 0; i < good; i++) {
		node.column++;
		if (text[i] == '\n') {
			node.line++;
			node.column = 1;
		}
	}
	yaml_fail(yaml, &node, text[good] ? "this is not UTF-8" : "a NUL is not allowed");
	return false;
}

/* What may stand before a value and is not for our files. */
static bool refuse_extras(struct reader *reader, const struct yaml_node *node,
	struct fy_token *anchor, struct fy_token *tag)
{
	if (anchor)
		yaml_fail(reader->yaml, node, "anchors (&) are not allowed");
	if (tag)
		yaml_fail(reader->yaml, node, "tags (!) are not allowed");
	return !anchor && !tag;
}

static bool is_null(const char *text)
{
	return !*text || !strcmp(text, "~") || !strcmp(text, "null");
}

static struct yaml_node *read_scalar(struct reader *reader, struct fy_event *event)
{
	struct fy_token *token = event->scalar.value;
	enum fy_scalar_style style = token ? fy_token_scalar_style(token) : FYSS_PLAIN;
	struct yaml_node *node = node_new(reader, YAML_SCALAR, token);
	if (style == FYSS_SINGLE_QUOTED || style == FYSS_DOUBLE_QUOTED)
		node->column -= node->column > 1; /* the mark stands after the quote */
	if (!refuse_extras(reader, node, event->scalar.anchor, event->scalar.tag))
		return NULL;
	size_t len = 0;
	const char *text = token ? fy_token_get_text(token, &len) : "";
	must(text);
	if (memchr(text, 0, len) || utf8_prefix(text, len) != len) {
		yaml_fail(reader->yaml, node,
			"an escape that is no character, or NUL, is not allowed");
		return NULL;
	}
	char *copy = arena_alloc(&reader->yaml->arena, len + 1);
	memcpy(copy, text, len);
	node->text = copy;
	node->quoted = style != FYSS_PLAIN;
	if (!node->quoted && is_null(copy)) {
		node->kind = YAML_NULL;
		node->text = NULL;
	}
	return node;
}

static struct yaml_node *read_value(struct reader *reader, struct fy_event *event);

static struct yaml_node *read_next(struct reader *reader, enum fy_event_type end, bool *ended)
{
	struct fy_event *event = fy_parser_parse(reader->parser);
	if (!event) {
		fail_syntax(reader);
		return NULL;
	}
	*ended = event->type == end;
	struct yaml_node *node = *ended ? NULL : read_value(reader, event);
	fy_parser_event_free(reader->parser, event);
	return node;
}

static bool check_key(struct yaml *yaml, const struct yaml_node *map, const struct yaml_node *key)
{
	if (key->kind != YAML_SCALAR) {
		yaml_fail(yaml, key, "a key must be a word");
		return false;
	}
	const struct yaml_node *member = yaml_get(map, key->text);
	if (member)
		yaml_fail(yaml, key, "%s is here twice, first on line %u", key->text,
			member->key_line);
	return true;
}

/* Reads up to the end of a mapping or list; false when the rest of the file cannot be understood.
 */
static bool read_members(struct reader *reader, struct yaml_node *parent, enum fy_event_type end)
{
	struct yaml *yaml = reader->yaml;
	const struct yaml_node **tail = &parent->first;
	for (;;) {
		bool ended = false;
		struct yaml_node *key = NULL;
		if (parent->kind == YAML_MAP) {
			key = read_next(reader, end, &ended);
			if (ended)
				return true;
			if (!key || !check_key(yaml, parent, key))
				return false;
		}
		struct yaml_node *node = read_next(reader, end, &ended);
		if (ended)
			return true;
		if (!node)
			return false;
		if (parent->count++ == YAML_MEMBERS_MAX) {
			yaml_fail(yaml, node, "more than %d members", YAML_MEMBERS_MAX);
			return false;
		}
		if (key) {
			node->key = key->text;
			node->key_line = key->line;
			node->key_column = key->column;
		}
		*tail = node;
		tail = &node->next;
	}
}

static struct yaml_node *read_value(struct reader *reader, struct fy_event *event)
{
	struct yaml_node *node;
	enum fy_event_type end;
	bool plain;
	switch (event->type) {
	case FYET_SCALAR:
		return read_scalar(reader, event);
	case FYET_MAPPING_START:
		node = node_new(reader, YAML_MAP, event->mapping_start.mapping_start);
		plain = refuse_extras(
			reader, node, event->mapping_start.anchor, event->mapping_start.tag);
		end = FYET_MAPPING_END;
		break;
	case FYET_SEQUENCE_START:
		node = node_new(reader, YAML_LIST, event->sequence_start.sequence_start);
		plain = refuse_extras(
			reader, node, event->sequence_start.anchor, event->sequence_start.tag);
		end = FYET_SEQUENCE_END;
		break;
	case FYET_ALIAS:
		node = node_new(reader, YAML_SCALAR, event->alias.anchor);
		node->column -= node->column > 1; /* the mark stands after the asterisk */
		yaml_fail(reader->yaml, node, "aliases (*) are not allowed");
		return NULL;
	default:
		yaml_fail(reader->yaml, NULL, "one YAML document is expected");
		return NULL;
	}
	if (!plain)
		return NULL;
	if (reader->depth == YAML_DEPTH_MAX) {
		yaml_fail(reader->yaml, node, "nested deeper than %d", YAML_DEPTH_MAX);
		return NULL;
	}
	reader->depth++;
	bool read = read_members(reader, node, end);
	reader->depth--;
	return read ? node : NULL;
}

/* The events around the one document: stream start, document start, its value, document end. */
static void read_document(struct reader *reader)
{
	struct yaml *yaml = reader->yaml;
	struct yaml_node *root = NULL;
	for (;;) {
		struct fy_event *event = fy_parser_parse(reader->parser);
		if (!event) {
			fail_syntax(reader);
			return;
		}
		enum fy_event_type type = event->type;
		bool around = type == FYET_STREAM_START || type == FYET_DOCUMENT_START ||
			      type == FYET_DOCUMENT_END || type == FYET_STREAM_END;
		struct yaml_node *node = NULL;
		if (!around && root)
			yaml_fail(yaml, NULL, "one YAML document is expected, here are more");
		else if (!around)
			node = read_value(reader, event);
		fy_parser_event_free(reader->parser, event);
		if (type == FYET_STREAM_END)
			break;
		if (!around && !node)
			return;
		if (node)
			root = node;
	}
	if (!root || root->kind == YAML_NULL) {
		root = node_new(reader, YAML_MAP, NULL);
	} else if (root->kind != YAML_MAP) {
		yaml_fail(yaml, root, "a mapping (key: value) is expected");
		return;
	}
	yaml->root = root;
}

/* Some errors of libfyaml have no place and would be written to stderr at once. */
static void on_output(struct fy_diag *diag, void *user, const char *text, size_t len)
{
	(void)diag, (void)user, (void)text, (void)len;
}

int yaml_parse(
	struct yaml *yaml, const char *text, size_t len, const char *name, struct buf *errors)
{
	*yaml = (struct yaml){.name = name, .errors = errors};
	if (len > YAML_TEXT_MAX) {
		yaml_fail(yaml, NULL, "larger than %d bytes", YAML_TEXT_MAX);
		return ERR_CONFIG;
	}
	if (!check_bytes(yaml, text, len))
		return ERR_CONFIG;
	struct fy_diag_cfg quiet;
	fy_diag_cfg_default(&quiet);
	quiet.fp = NULL;
	quiet.output_fn = on_output;
	struct reader reader = {.yaml = yaml, .diag = fy_diag_create(&quiet)};
	must(reader.diag);
	fy_diag_set_collect_errors(reader.diag, true);
	const struct fy_parse_cfg options = {
		.flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG | FYPCF_DEFAULT_VERSION_1_2 |
			 FYPCF_JSON_NONE,
		.diag = reader.diag,
	};
	reader.parser = fy_parser_create(&options);
	must(reader.parser);
	if (fy_parser_set_string(reader.parser, len ? text : "", len))
		yaml_fail(yaml, NULL, "the text cannot be read");
	else
		read_document(&reader);
	fy_diag_reset_error(reader.diag); /* frees what it collected, which destroying does not */
	fy_parser_destroy(reader.parser);
	fy_diag_destroy(reader.diag);
	return yaml_result(yaml);
}

int yaml_load(struct yaml *yaml, const char *path, struct buf *errors)
{
	auto_buf struct buf text = {0};
	int err = yaml_read_file(path, &text, errors);
	return err ? err : yaml_parse(yaml, text.data, text.len, path, errors);
}

void yaml_done(struct yaml *yaml)
{
	arena_done(&yaml->arena);
	*yaml = (struct yaml){0};
}
