#include "figures/published.h"

#include "config/yaml.h"
#include "lib/series.h"
#include <string.h>

enum { KEYS_FIXED = 3, YEAR_FIRST = 2000, VALUE_MAX = 1000000000 };

struct reader {
	struct yaml yaml;
	const struct kpis *kpis;
	struct published *published;
};

static bool is_key(const struct split *split, const char *key)
{
	const struct column *column =
		split->column < 0 ? NULL : &split->table->columns[split->column];
	if (!column || column->type == COLUMN_TEXT)
		return true; /* whatever the logs will hold */
	for (uint32_t value = 0; value < split_size(split); value++) {
		const char *known = split_key(split, value);
		if (known && !strcmp(known, key))
			return true;
	}
	return false;
}

/* The dimension that one of the members names. */
static void key_read(struct reader *reader, const struct yaml_node *node,
	const struct formula *formula, struct published_figure *out)
{
	const char *keys[KEYS_FIXED + DIMENSION_MAX + 1] = {"year", "value", "source"};
	for (size_t i = 0; i < formula->split_count; i++)
		keys[KEYS_FIXED + i] = formula->splits[i].dimension->id;
	yaml_keys(&reader->yaml, node, keys, KEYS_FIXED + formula->split_count);
	for (size_t i = 0; i < formula->split_count; i++) {
		const struct yaml_node *key = yaml_get(node, keys[KEYS_FIXED + i]);
		if (!key)
			continue;
		if (out->by)
			yaml_fail_key(
				&reader->yaml, key, "a figure is of one dimension, or of none");
		out->by = key->key;
		if (yaml_text(&reader->yaml, key, &out->key) &&
			!is_key(&formula->splits[i], out->key))
			yaml_fail(&reader->yaml, key, "there is no %s %.64s", out->by, out->key);
	}
}

static bool is_same(const struct published_figure *a, const struct published_figure *b)
{
	bool same_row = !a->key || !b->key ? a->key == b->key
					   : !strcmp(a->by, b->by) && !strcmp(a->key, b->key);
	return a->year == b->year && !strcmp(a->id, b->id) && same_row;
}

static void figure_read(struct reader *reader, const struct yaml_node *node, const struct kpi *kpi,
	struct published_figure *out)
{
	struct yaml *yaml = &reader->yaml;
	yaml_u32(yaml, yaml_need(yaml, node, "year"), YEAR_FIRST, SERIES_YEAR_LAST, &out->year);
	yaml_decimal(yaml, yaml_need(yaml, node, "value"), 0,
		kpi->unit == UNIT_SHARE ? 1 : VALUE_MAX, &out->value);
	yaml_text(yaml, yaml_need(yaml, node, "source"), &out->source);
	key_read(reader, node, kpi->formulas[0], out);
	for (const struct published_figure *other = reader->published->items; other < out;
		other++) {
		if (is_same(other, out))
			yaml_fail(yaml, node, "this figure of %u is here twice", out->year);
	}
}

static const struct kpi *kpi_read(struct reader *reader, const struct yaml_node *node)
{
	const struct kpi *kpi = kpi_find(reader->kpis, node->key);
	if (kpi && !kpi->hidden)
		return kpi;
	yaml_fail_key(&reader->yaml, node, "there is no KPI %.64s", node->key);
	return NULL;
}

static void file_read(struct reader *reader)
{
	struct yaml *yaml = &reader->yaml;
	size_t count = 0;
	for (const struct yaml_node *kpi = yaml_map(yaml, yaml->root); kpi; kpi = kpi->next)
		count += kpi->count;
	reader->published->items =
		arena_alloc(&yaml->arena, (count + 1) * sizeof *reader->published->items);
	for (const struct yaml_node *node = yaml_map(yaml, yaml->root); node; node = node->next) {
		const struct kpi *kpi = kpi_read(reader, node);
		const struct yaml_node *item = kpi ? yaml_list(yaml, node) : NULL;
		for (; item; item = item->next) {
			struct published *published = reader->published;
			struct published_figure *out = &published->items[published->count++];
			out->id = node->key;
			if (yaml_map(yaml, item))
				figure_read(reader, item, kpi, out);
		}
	}
}

int published_parse(struct published *published, const struct kpis *kpis, const char *text,
	const char *name, struct buf *errors)
{
	struct published read = {0};
	struct reader reader = {.kpis = kpis, .published = &read};
	int err = yaml_parse(&reader.yaml, text, strlen(text), name, errors);
	if (!err) {
		file_read(&reader);
		err = yaml_result(&reader.yaml);
	}
	if (!err) {
		read.arena = yaml_arena_take(&reader.yaml);
		*published = read;
	}
	yaml_done(&reader.yaml);
	return err;
}

void published_done(struct published *published)
{
	arena_done(&published->arena);
	*published = (struct published){0};
}

const struct published_figure *published_of(
	const struct published *published, const char *id, size_t *count)
{
	const struct published_figure *first = NULL;
	*count = 0;
	for (size_t i = 0; published && i < published->count; i++) {
		if (strcmp(published->items[i].id, id) != 0)
			continue;
		first = first ? first : &published->items[i];
		++*count;
	}
	return first;
}

const struct published_figure *published_total(const struct figure *figure, uint32_t year)
{
	for (size_t i = 0; i < figure->published_count; i++) {
		if (!figure->published[i].by && figure->published[i].year == year)
			return &figure->published[i];
	}
	return NULL;
}
