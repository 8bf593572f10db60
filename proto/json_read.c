#include "lib/err.h"
#include "proto/json.h"
#include "proto/place.h"
#include <string.h>

/*
 * jansson says at which byte it stopped, not at which field. So the text before that byte, which is
 * JSON but for its end, is walked over once more to find the path that leads there.
 */
enum { LEVELS = 32 }; /* deeper ones are left out of the pointer */
enum { VALUES_MAX = 1 << 16 };

struct level {
	bool is_object;
	bool wants_key; /* of an object: the next string is a key */
	const char *key;
	size_t key_len;
	int index; /* of an array */
};

struct path {
	struct level levels[LEVELS];
	size_t depth;
};

static struct level *path_level(struct path *path)
{
	return path->depth && path->depth <= LEVELS ? &path->levels[path->depth - 1] : NULL;
}

static void path_enter(struct path *path, bool is_object)
{
	path->depth++;
	struct level *level = path_level(path);
	if (level)
		*level = (struct level){.is_object = is_object, .wants_key = is_object};
}

static void path_next(struct path *path)
{
	struct level *level = path_level(path);
	if (level && level->is_object) {
		level->wants_key = true;
		level->key = NULL;
	} else if (level) {
		level->index++;
	}
}

/* The string that begins after `at`, up to its closing quote. */
static const char *path_string(struct path *path, const char *at, const char *end)
{
	const char *start = at;
	while (at < end && *at != '"')
		at += *at == '\\' ? 2 : 1;
	if (at >= end)
		return end;
	struct level *level = path_level(path);
	if (level && level->wants_key) {
		level->key = start;
		level->key_len = (size_t)(at - start);
		level->wants_key = false;
	}
	return at + 1;
}

static void path_walk(struct path *path, const char *at, const char *end)
{
	while (at < end) {
		switch (*at++) {
		case '{':
			path_enter(path, true);
			break;
		case '[':
			path_enter(path, false);
			break;
		case '}':
		case ']':
			path->depth -= path->depth > 0;
			break;
		case ',':
			path_next(path);
			break;
		case '"':
			at = path_string(path, at, end);
			break;
		default:
			break;
		}
	}
}

/* Prints as much of the path as has keys that may be repeated. */
static const char *path_text(const struct path *path, char out[PLACE_MAX])
{
	struct place places[LEVELS + 1] = {PLACE_TOP("")};
	char keys[LEVELS][PLACE_KEY_MAX + 1];
	size_t depth = 0;
	for (; depth < path->depth && depth < LEVELS; depth++) {
		const struct level *level = &path->levels[depth];
		if (!level->is_object) {
			places[depth + 1] =
				(struct place){.above = &places[depth], .index = level->index};
			continue;
		}
		if (!level->key || !place_key_is_plain(level->key, level->key_len))
			break;
		memcpy(keys[depth], level->key, level->key_len);
		keys[depth][level->key_len] = 0;
		places[depth + 1] = PLACE_KEY(&places[depth], keys[depth]);
	}
	return place_text(&places[depth], out);
}

static const char *what_is_wrong(const json_error_t *error)
{
	switch (json_error_code(error)) {
	case json_error_duplicate_key:
		return "given twice";
	case json_error_numeric_overflow:
		return "a number out of range";
	case json_error_invalid_utf8:
		return "not UTF-8";
	case json_error_null_byte_in_key:
		return "a name that holds a NUL";
	case json_error_premature_end_of_input:
		return "ends too early";
	case json_error_end_of_input_expected:
		return "goes on after its end";
	case json_error_stack_overflow:
		return "nested too deep";
	default:
		return "not JSON";
	}
}

/* jansson passes over a NUL that follows a number or a word. In JSON it stands nowhere. */
static const char *nul_find(const char *text, size_t len, json_error_t *error)
{
	const char *nul = memchr(text, 0, len);
	if (!nul)
		return NULL;
	const char *line = memrchr(text, '\n', (size_t)(nul - text));
	error->line = 1;
	for (const char *at = text; at < nul; at++)
		error->line += *at == '\n';
	error->column = (int)(nul - (line ? line + 1 : text)) + 1;
	error->position = (int)(nul - text);
	return "holds a NUL";
}

/* A value of two bytes takes a hundred times that once it is read. */
static bool has_too_many(const char *text, size_t len)
{
	size_t count = 0;
	bool quoted = false;
	for (size_t i = 0; i < len && count <= VALUES_MAX; i++) {
		if (text[i] == '"')
			quoted = !quoted;
		else if (quoted)
			i += text[i] == '\\';
		else
			count += text[i] == ',' || text[i] == '[' || text[i] == '{';
	}
	return count > VALUES_MAX;
}

int json_read(const char *text, size_t len, json_t **out, struct faults *faults)
{
	json_error_t error;
	text = text ? text : "";
	if (has_too_many(text, len)) {
		fault_add(faults, "", "more than %d values", VALUES_MAX);
		return ERR_NOT_JSON;
	}
	json_t *json = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
	size_t read = error.position > 0 ? (size_t)error.position + 1 : 1;
	const char *what = nul_find(text, json || read > len ? len : read, &error);
	if (json && !what) {
		*out = json;
		return 0;
	}
	what = what ? what : what_is_wrong(&error);
	json_decref(json);
	struct path path = {.depth = 0};
	size_t stop = error.position > 0 ? (size_t)error.position : 0;
	path_walk(&path, text, text + (stop < len ? stop : len));
	fault_add(faults, path_text(&path, (char[PLACE_MAX]){0}), "%s, at line %d, column %d", what,
		error.line, error.column);
	return ERR_NOT_JSON;
}
