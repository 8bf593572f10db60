#include "proto/door.h"
#include "proto/json.h"
#include "send/send.h"
#include <string.h>

static int daemon_of_path(const char *path, const char **interned)
{
	for (int i = 0; i < DAEMON_COUNT; i++) {
		const struct door *door = door_of_path(daemon_rows[i].name, path);
		if (door) {
			*interned = door->path;
			return i;
		}
	}
	return -1;
}

/* NULL for a text that goes on behind a NUL, too: no door and no case is called so. */
static const char *field(const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);
	const char *text = json_string_value(value);
	return text && strlen(text) == json_string_length(value) ? text : NULL;
}

/* What a line must not overtake: the lines of its case, or of its complaint, under CLIENT/REF or REF. NULL:
 * nothing. */
static const char *key_of(const char *to, const json_t *body)
{
	const char *key = field(body, "caseRef");
	if (!key)
		key = field(body, "caseId");
	if (!key)
		key = field(body, "complaintRef");
	bool opens = strstr(to, "help-requests") || strstr(to, "referrals") ||
		     strcmp(to, "/v1/complaints") == 0;
	const char *slash = key ? strchr(key, '/') : NULL;
	if (slash)
		return slash + 1;
	return key || !opens ? key : field(body, "externalRef");
}

const char *line_parse(const char *text, size_t len, struct line *line, const char **key)
{
	auto_arena struct arena arena = {0};
	struct faults faults = {.arena = &arena};
	line->size = len;
	if (json_read(text, len, &line->record, &faults) != 0)
		return "this is not JSON";
	const char *to = field(line->record, "to");
	const json_t *body = json_object_get(line->record, "body");
	line->daemon = to ? daemon_of_path(to, &line->to) : -1;
	if (line->daemon < 0)
		return "\"to\" names no door, such as /v1/calls";
	if (!json_is_object(body))
		return "\"body\" is not an object";
	*key = key_of(line->to, body);
	return NULL;
}
