/* References and sentences of report.yaml. */
#include "report/outline_own.h"

#include <stdlib.h>
#include <string.h>

/* ---- what is asked for ---- */

void outline_need(struct outline_reader *reader, struct outline_need need)
{
	struct outline *outline = reader->outline;
	for (size_t i = 0; i < outline->need_count; i++) {
		struct outline_need *there = &outline->needs[i];
		if (strcmp(there->id, need.id) || there->span != need.span ||
			there->otherwise != need.otherwise || !there->by != !need.by ||
			(need.by && strcmp(there->by, need.by) != 0))
			continue;
		if (need.hide_with)
			there->hide_with = need.hide_with;
		return;
	}
	if (outline->need_count == OUTLINE_NEEDS_MAX)
		yaml_fail(&reader->yaml, NULL, "more than %d figures are named", OUTLINE_NEEDS_MAX);
	else
		outline->needs[outline->need_count++] = need;
}

const struct kpi *outline_kpi(
	struct outline_reader *reader, const struct yaml_node *node, const char *id, size_t len)
{
	for (size_t i = 0; i < reader->kpis->count; i++) {
		const struct kpi *kpi = &reader->kpis->items[i];
		if (!kpi->hidden && strlen(kpi->id) == len && !memcmp(kpi->id, id, len)) {
			outline_need(
				reader, (struct outline_need){
						.id = arena_strdup(&reader->yaml.arena, kpi->id)});
			return kpi;
		}
	}
	yaml_fail(&reader->yaml, node, "there is no KPI %.*s", len < 64 ? (int)len : 64, id);
	return NULL;
}

static const char *text_of(struct outline_reader *reader, const char *text, size_t len)
{
	char *copy = arena_alloc(&reader->yaml.arena, len + 1);
	memcpy(copy, text, len);
	return copy;
}

static bool has_split(const struct kpi *kpi, const char *by, size_t len)
{
	const struct formula *formula = kpi->formulas[0];
	for (size_t i = 0; i < formula->split_count; i++) {
		const char *id = formula->splits[i].dimension->id;
		if (strlen(id) == len && !memcmp(id, by, len))
			return true;
	}
	return false;
}

/* "help_requests", "help_requests/ward", "help_requests/ward=ZUID" */
static bool ref_read(struct outline_reader *reader, const struct yaml_node *node, const char *text,
	size_t len, struct outline_ref *out)
{
	const char *slash = memchr(text, '/', len), *end = text + len;
	const struct kpi *kpi =
		outline_kpi(reader, node, text, slash ? (size_t)(slash - text) : len);
	if (!kpi)
		return false;
	*out = (struct outline_ref){.id = arena_strdup(&reader->yaml.arena, kpi->id)};
	if (!slash)
		return true;
	const char *by = slash + 1, *key = memchr(by, '=', (size_t)(end - by));
	size_t by_len = (size_t)((key ? key : end) - by);
	if (!has_split(kpi, by, by_len)) {
		yaml_fail(&reader->yaml, node, "%s is not split by %.*s", kpi->id,
			by_len < 64 ? (int)by_len : 64, by);
		return false;
	}
	out->by = text_of(reader, by, by_len);
	out->key = key ? text_of(reader, key + 1, (size_t)(end - key) - 1) : NULL;
	outline_need(reader, (struct outline_need){.id = out->id, .by = out->by});
	return true;
}

bool outline_ref_read(struct outline_reader *reader, const struct yaml_node *node, bool split,
	struct outline_ref *out)
{
	const char *text = NULL;
	if (!yaml_text(&reader->yaml, node, &text) ||
		!ref_read(reader, node, text, strlen(text), out))
		return false;
	if (!split != !out->by || out->key)
		yaml_fail(&reader->yaml, node,
			split ? "a split is meant here: help_requests/ward"
			      : "a figure as a whole is meant here");
	return true;
}

const char *outline_id_read(struct outline_reader *reader, const struct yaml_node *node)
{
	struct outline_ref ref = {0};
	return node && outline_ref_read(reader, node, false, &ref) ? ref.id : NULL;
}

void outline_ids_read(
	struct outline_reader *reader, const struct yaml_node *node, struct outline_ids *out)
{
	const struct yaml_node *item = yaml_list(&reader->yaml, node);
	for (; item; item = item->next) {
		if (out->count == OUTLINE_REFS_MAX) {
			yaml_fail(&reader->yaml, item, "more than %d figures", OUTLINE_REFS_MAX);
			return;
		}
		const char *id = outline_id_read(reader, item);
		if (id)
			out->items[out->count++] = id;
	}
}

/* ---- sentences ---- */

static const struct {
	const char *name;
	bool split, row; /* of a split, or of one of its rows */
} takes[] = {
	[TAKE_VALUE] = {.name = "value", .row = true},
	[TAKE_COUNT] = {.name = "count", .row = true},
	[TAKE_OF] = {.name = "of"},
	[TAKE_UNKNOWN] = {.name = "unknown"},
	[TAKE_HALF] = {.name = "half"},
	[TAKE_NINE] = {.name = "nine"},
	[TAKE_PART] = {.name = "part"},
	[TAKE_MOST] = {.name = "most", .split = true},
	[TAKE_LEAST] = {.name = "least", .split = true},
	[TAKE_TOP] = {.name = "top", .split = true},
	[TAKE_TOP_NAME] = {.name = "top_name", .split = true},
	[TAKE_NORM] = {.name = "norm"},
	[TAKE_JUDGED] = {.name = "judged"},
	[TAKE_DOUBT] = {.name = "doubt"},
	[TAKE_EARLIER] = {.name = "earlier"},
};

static bool take_read(struct outline_reader *reader, const struct yaml_node *node, const char *name,
	size_t len, struct outline_part *out)
{
	size_t i = 0, count = sizeof takes / sizeof *takes;
	while (i < count && (strlen(takes[i].name) != len || memcmp(takes[i].name, name, len) != 0))
		i++;
	if (i == count) {
		yaml_fail(&reader->yaml, node, "there is no .%.*s of a figure",
			len < 64 ? (int)len : 64, name);
		return false;
	}
	out->take = (enum outline_take)i;
	bool fits = out->ref.key ? takes[i].row : out->ref.by ? takes[i].split : !takes[i].split;
	if (!fits)
		yaml_fail(&reader->yaml, node, "there is no .%s of %s%s%s", takes[i].name,
			out->ref.id, out->ref.by ? "/" : "", out->ref.by ? out->ref.by : "");
	return fits;
}

/* What stands between braces: REF[.TAKE][:ONE|MORE] */
static bool field_read(struct outline_reader *reader, const struct yaml_node *node,
	const char *text, size_t len, struct outline_part *out)
{
	const char *end = text + len, *words = memchr(text, ':', len);
	const char *head_end = words ? words : end;
	const char *point = memchr(text, '.', (size_t)(head_end - text));
	const char *ref_end = point ? point : head_end;
	if (!ref_read(reader, node, text, (size_t)(ref_end - text), &out->ref) ||
		!take_read(reader, node, point ? point + 1 : "value",
			point ? (size_t)(head_end - point) - 1 : strlen("value"), out))
		return false;
	if (!words)
		return true;
	const char *bar = memchr(words + 1, '|', (size_t)(end - words) - 1);
	if (!bar) {
		yaml_fail(&reader->yaml, node, "words for one and for more: {…:# dag|# dagen}");
		return false;
	}
	out->one = text_of(reader, words + 1, (size_t)(bar - words) - 1);
	out->more = text_of(reader, bar + 1, (size_t)(end - bar) - 1);
	return true;
}

static void parts_read(struct outline_reader *reader, const struct yaml_node *node,
	const char *text, struct outline_part *parts, size_t *count)
{
	while (*text) {
		bool is_field = *text == '{';
		const char *end = is_field ? strchr(text, '}') : strchrnul(text, '{');
		if (!end || *count == OUTLINE_PARTS_MAX) {
			yaml_fail(&reader->yaml, node,
				end ? "a sentence of too many fields" : "a { without its }");
			return;
		}
		struct outline_part *part = &parts[(*count)++];
		if (!is_field)
			part->text = text_of(reader, text, (size_t)(end - text));
		else if (!field_read(reader, node, text + 1, (size_t)(end - text) - 1, part))
			part->text = "";
		text = end + is_field;
	}
}

void outline_say_read(
	struct outline_reader *reader, const struct yaml_node *node, struct outline_say *out)
{
	const char *text = NULL;
	struct outline_part parts[OUTLINE_PARTS_MAX] = {0};
	size_t count = 0;
	if (!yaml_text(&reader->yaml, node, &text))
		return;
	parts_read(reader, node, text, parts, &count);
	out->parts = arena_dup(&reader->yaml.arena, parts, (count + 1) * sizeof *parts);
	out->count = count;
}

void outline_says_read(
	struct outline_reader *reader, const struct yaml_node *node, struct outline_says *out)
{
	struct outline_say *says =
		arena_alloc(&reader->yaml.arena, ((node ? node->count : 0) + 1) * sizeof *says);
	const struct yaml_node *item = yaml_list(&reader->yaml, node);
	for (out->items = says; item; item = item->next)
		outline_say_read(reader, item, &says[out->count++]);
}
