#include "config/yaml.h"

#include "lib/calendar.h"
#include "lib/file.h"
#include "lib/utf8.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

static void fail_at(
	struct yaml *yaml, uint32_t line, uint32_t column, const char *format, va_list args)
{
	if (yaml->error_count++ >= YAML_ERRORS_MAX)
		return;
	buf_text(yaml->errors, yaml->name);
	if (line)
		buf_printf(yaml->errors, ":%u:%u", line, column);
	buf_text(yaml->errors, ": ");
	buf_vprintf(yaml->errors, format, args);
	buf_char(yaml->errors, '\n');
}

void yaml_fail(struct yaml *yaml, const struct yaml_node *node, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	fail_at(yaml, node ? node->line : 0, node ? node->column : 0, format, args);
	va_end(args);
}

void yaml_fail_key(struct yaml *yaml, const struct yaml_node *node, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	if (node->key)
		fail_at(yaml, node->key_line, node->key_column, format, args);
	else
		fail_at(yaml, node->line, node->column, format, args);
	va_end(args);
}

int yaml_result(const struct yaml *yaml)
{
	return yaml->error_count ? ERR_CONFIG : 0;
}

struct arena yaml_arena_take(struct yaml *yaml)
{
	struct arena arena = yaml->arena;
	yaml->arena = (struct arena){0};
	return arena;
}

int yaml_read_file(const char *path, struct buf *text, struct buf *errors)
{
	size_t before = text->len;
	int err = file_read(path, YAML_TEXT_MAX, text);
	if (err == ERR_TOO_LARGE)
		buf_printf(errors, "%s: larger than %d bytes\n", path, YAML_TEXT_MAX);
	else if (err)
		buf_printf(errors, "%s: %s\n", path, strerror(errno));
	if (err)
		return err;
	size_t mark = utf8_mark(text->data + before, text->len - before);
	text->len -= mark;
	memmove(text->data + before, text->data + before + mark, text->len - before + 1);
	return 0;
}

const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key)
{
	if (!map || map->kind != YAML_MAP)
		return NULL;
	for (const struct yaml_node *member = map->first; member; member = member->next)
		if (!strcmp(member->key, key))
			return member;
	return NULL;
}

const struct yaml_node *yaml_need(struct yaml *yaml, const struct yaml_node *map, const char *key)
{
	const struct yaml_node *member = yaml_get(map, key);
	if (!member && map && map->kind == YAML_MAP) {
		if (map->key)
			yaml_fail_key(yaml, map, "%s lacks %s", map->key, key);
		else
			yaml_fail(yaml, map, "%s is lacking", key);
	}
	return member;
}

/* Changes of a letter (insert, delete, replace) that make one word the other; more than MAX is
 * "far". */
static size_t word_distance(const char *a, const char *b)
{
	enum { LENGTH = 40 };
	size_t a_len = strlen(a), b_len = strlen(b);
	if (a_len >= LENGTH || b_len >= LENGTH)
		return LENGTH;
	size_t row[LENGTH];
	for (size_t j = 0; j <= b_len; j++)
		row[j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t diagonal = row[0];
		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			size_t best = diagonal + (a[i - 1] != b[j - 1]);
			diagonal = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[b_len];
}

const char *yaml_nearest(const char *word, const char *const *names, size_t count)
{
	size_t best = strlen(word) / 3 + 2;
	const char *nearest = NULL;
	for (size_t i = 0; i < count; i++) {
		size_t distance = word_distance(word, names[i]);
		if (distance < best && distance < strlen(names[i])) {
			best = distance;
			nearest = names[i];
		}
	}
	return nearest;
}

void yaml_keys(
	struct yaml *yaml, const struct yaml_node *map, const char *const *names, size_t count)
{
	if (!map || map->kind != YAML_MAP)
		return;
	for (const struct yaml_node *member = map->first; member; member = member->next) {
		bool known = false;
		for (size_t i = 0; i < count && !known; i++)
			known = !strcmp(member->key, names[i]);
		if (known)
			continue;
		const char *nearest = yaml_nearest(member->key, names, count);
		yaml_fail_key(yaml, member, "%s is not known here%s%s%s", member->key,
			nearest ? "; did you mean " : "", nearest ? nearest : "",
			nearest ? "?" : "");
	}
}

static const struct yaml_node *members(
	struct yaml *yaml, const struct yaml_node *node, enum yaml_kind kind, const char *what)
{
	if (!node || node->kind == YAML_NULL)
		return NULL;
	if (node->kind != kind) {
		yaml_fail(yaml, node, "%s is expected", what);
		return NULL;
	}
	return node->first;
}

const struct yaml_node *yaml_map(struct yaml *yaml, const struct yaml_node *node)
{
	return members(yaml, node, YAML_MAP, "a mapping (key: value)");
}

const struct yaml_node *yaml_list(struct yaml *yaml, const struct yaml_node *node)
{
	return members(yaml, node, YAML_LIST, "a list");
}

bool yaml_text(struct yaml *yaml, const struct yaml_node *node, const char **out)
{
	if (!node)
		return false;
	if (node->kind != YAML_SCALAR) {
		yaml_fail(yaml, node, "a text is expected%s",
			node->kind == YAML_NULL ? "; an empty one is \"\"" : "");
		return false;
	}
	*out = node->text;
	return true;
}

static bool is_plain(const struct yaml_node *node)
{
	return node->kind == YAML_SCALAR && !node->quoted;
}

bool yaml_bool(struct yaml *yaml, const struct yaml_node *node, bool *out)
{
	if (!node)
		return false;
	bool yes = is_plain(node) && !strcmp(node->text, "true");
	if (!yes && !(is_plain(node) && !strcmp(node->text, "false"))) {
		yaml_fail(yaml, node, "true or false is expected");
		return false;
	}
	*out = yes;
	return true;
}

bool yaml_u32(
	struct yaml *yaml, const struct yaml_node *node, uint32_t min, uint32_t max, uint32_t *out)
{
	if (!node)
		return false;
	uint64_t value = 0;
	size_t digits = 0;
	if (is_plain(node))
		for (; node->text[digits] >= '0' && node->text[digits] <= '9' && digits < 11;
			digits++)
			value = value * 10 + (uint64_t)(node->text[digits] - '0');
	if (!digits || node->text[digits] || value < min || value > max) {
		yaml_fail(yaml, node, "a number from %u to %u is expected", min, max);
		return false;
	}
	*out = (uint32_t)value;
	return true;
}

/* [0-9]{1,9}(\.[0-9]{1,9})? */
static bool decimal_parse(const char *text, double *out)
{
	uint64_t digits = 0, scale = 1;
	size_t before = 0, after = 0;
	for (; *text >= '0' && *text <= '9'; text++, before++)
		digits = before < 9 ? digits * 10 + (uint64_t)(*text - '0') : 0;
	bool point = *text == '.';
	if (point)
		for (text++; *text >= '0' && *text <= '9' && after < 9;
			text++, after++, scale *= 10)
			digits = digits * 10 + (uint64_t)(*text - '0');
	if (*text || !before || before > 9 || point != (after > 0))
		return false;
	*out = (double)digits / (double)scale;
	return true;
}

bool yaml_decimal(
	struct yaml *yaml, const struct yaml_node *node, double min, double max, double *out)
{
	if (!node)
		return false;
	double value = 0;
	if (!is_plain(node) || !decimal_parse(node->text, &value) || value < min || value > max) {
		yaml_fail(yaml, node, "a number from %g to %g is expected", min, max);
		return false;
	}
	*out = value;
	return true;
}

bool yaml_day(struct yaml *yaml, const struct yaml_node *node, int32_t *out)
{
	if (!node)
		return false;
	const char *text = node->kind == YAML_SCALAR ? node->text : "";
	struct calendar_date date = {0};
	int end = 0;
	bool formed =
		strspn(text, "0123456789-") == 10 && strlen(text) == 10 && text[5] != '-' &&
		text[8] != '-' &&
		sscanf(text, "%4d-%2d-%2d%n", &date.year, &date.month, &date.day, &end) == 3 &&
		end == 10;
	if (!formed || !calendar_exists(date)) {
		yaml_fail(yaml, node, "a day that exists is expected, as YYYY-MM-DD");
		return false;
	}
	*out = calendar_day(date);
	return true;
}

bool yaml_choice(struct yaml *yaml, const struct yaml_node *node, const char *const *names,
	size_t count, unsigned *out)
{
	const char *text = NULL;
	if (!yaml_text(yaml, node, &text))
		return false;
	for (size_t i = 0; i < count; i++)
		if (!strcmp(text, names[i])) {
			*out = (unsigned)i;
			return true;
		}
	const char *nearest = yaml_nearest(text, names, count);
	if (nearest) {
		yaml_fail(yaml, node, "%s is not known here; did you mean %s?", text, nearest);
		return false;
	}
	auto_buf struct buf list = {0};
	for (size_t i = 0; i < count; i++)
		buf_printf(&list, "%s%s", i ? ", " : "", names[i]);
	yaml_fail(yaml, node, "one of %s is expected", list.len ? list.data : "nothing");
	return false;
}
