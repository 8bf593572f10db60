#include "figures/filter.h"

#include <string.h>

/* ---- dimensions by name ---- */

void dimension_names(const struct formula *formula, struct buf *out)
{
	for (size_t i = 0; i < formula->split_count; i++)
		buf_printf(out, "%s%s", i ? ", " : "", formula->splits[i].dimension->id);
}

const struct dimension *dimension_of(const struct formula *formula, const char *name, size_t len)
{
	for (size_t i = 0; i < formula->split_count; i++) {
		const struct dimension *dimension = formula->splits[i].dimension;
		if (strlen(dimension->id) == len && !memcmp(dimension->id, name, len))
			return dimension;
	}
	return NULL;
}

/* ---- texts ---- */

bool filter_fits(const struct formula *formula, const char *text)
{
	return dimension_of(formula, text, strcspn(text, "="));
}

/* The value that a key stands for; the size where none does. */
static size_t value_of(const struct split *split, size_t size, const char *key)
{
	size_t value = 0;
	while (value < size && strcmp(split_key(split, (uint32_t)value), key) != 0)
		value++;
	return value;
}

/* An enumeration has numbers that no value has: they read as UNKNOWN too, which is said once. */
static void refuse_key(const struct split *split, size_t size, const char *key, struct why *why)
{
	auto_buf struct buf keys = {0};
	for (uint32_t value = 0; value < size; value++) {
		const char *of = split_key(split, value);
		if (!value || strcmp(of, "UNKNOWN"))
			buf_printf(&keys, "%s%s", value ? ", " : "", of);
	}
	why_set(why, ERR_INVALID, "%s is never %.64s; there are %s", split->dimension->id, key,
		keys.data);
}

/* False: no row and no name has such a key. Of a dimension that its rows do not have, whatever is asked is nobody's. */
static bool key_take(const struct split *split, const char *key, const struct figure_names *names,
	struct filter *filter)
{
	size_t value = value_of(split, filter->size, key);
	if (value == filter->size)
		return split->column == SPLIT_UNKNOWN ||
		       (names && names->on_label &&
			       names->on_label(names->arg, split->dimension->id, key));
	filter->count += !filter->takes[value];
	filter->takes[value] = true;
	return true;
}

/* Of "ZUID,OOST" each. 1: one of them is strange. */
static int keys_take(const struct split *split, const char *keys, const struct figure_names *names,
	struct filter *filter, struct why *why)
{
	for (int strange = 0;; keys++) {
		size_t len = strcspn(keys, ",");
		char key[128];
		if (!len || len >= sizeof key)
			return why_set(why, ERR_INVALID,
				"%s= is followed by one value, or several with a comma between",
				split->dimension->id);
		memcpy(key, keys, len);
		key[len] = 0;
		if (!key_take(split, key, names, filter)) {
			refuse_key(split, filter->size, key, why);
			strange = 1;
		}
		keys += len;
		if (!*keys)
			return strange;
	}
}

static int filter_add(const struct formula *formula, const char *text,
	const struct figure_names *names, struct filters *filters, struct why *why)
{
	size_t len = strcspn(text, "=");
	const struct dimension *dimension = dimension_of(formula, text, len);
	const struct formula *part = formula->kind ? formula : formula->sum_of[0];
	if (!text[len])
		return why_set(why, ERR_INVALID, "%.64s is no filter; one reads ward=ZUID", text);
	if (!dimension) {
		auto_buf struct buf others = {0};
		dimension_names(formula, &others);
		return why_set(why, ERR_INVALID, "%s has no %.*s to filter by; it has %s",
			formula->kpi->id, len < 64 ? (int)len : 64, text,
			others.len ? others.data : "none");
	}
	for (size_t i = 0; i < filters->count; i++) {
		if (filters->items[i].dimension == dimension)
			return why_set(why, ERR_INVALID,
				"%s is filtered twice; several values are written %s=A,B",
				dimension->id, dimension->id);
	}
	must(filters->count < FILTER_MAX); /* each dimension once */
	const struct split *split = formula_split(part, dimension);
	struct filter *filter = &filters->items[filters->count++];
	*filter = (struct filter){.dimension = dimension, .size = split_size(split)};
	filter->takes = calloc(filter->size, sizeof *filter->takes);
	must(filter->takes);
	int err = keys_take(split, text + len + 1, names, filter, why);
	filters->strange = filters->strange || err == 1;
	return err < 0 ? err : 0;
}

int filters_parse(const struct formula *formula, const char *const *texts, size_t count,
	const struct figure_names *names, struct filters *out, struct why *why)
{
	struct filters filters = {0};
	int err = 0;
	for (size_t i = 0; !err && i < count; i++)
		err = filter_add(formula, texts[i], names, &filters, why);
	if (err)
		filters_done(&filters);
	else
		*out = filters;
	return err;
}

void filters_done(struct filters *filters)
{
	for (size_t i = 0; i < filters->count; i++)
		free(filters->items[i].takes);
	*filters = (struct filters){0};
}

void filters_move(struct filters *filters, const struct formula *from, const struct formula *to)
{
	for (size_t i = 0; i < filters->count; i++) {
		const struct dimension **dimension = &filters->items[i].dimension;
		*dimension = to->splits[formula_split(from, *dimension) - from->splits].dimension;
	}
}

/* ---- rows ---- */

/* The values that a filter takes, as the bits of a list. */
static uint32_t filter_bits(const struct filter *filter)
{
	uint32_t bits = 0;
	for (size_t value = 0; value < filter->size && value < SPLIT_VALUES_MAX; value++)
		bits |= (uint32_t)filter->takes[value] << value;
	return bits;
}

void filters_hold(
	const struct formula *part, const struct filters *filters, struct rows rows, bool *holds)
{
	for (size_t f = 0; f < filters->count; f++) {
		const struct filter *filter = &filters->items[f];
		const struct split *split = formula_split(part, filter->dimension);
		bool is_list = split_is_list(split);
		uint32_t bits = is_list ? filter_bits(filter) : 0, values[TABLE_CHUNK];
		split_column(part, split, rows, values);
		for (uint32_t i = 0; i < rows.count; i++)
			holds[i] &= is_list ? (values[i] & bits) != 0 : filter->takes[values[i]];
	}
}

void filters_give(const struct formula *part, const struct filters *filters, struct rows rows,
	struct given *given)
{
	bool holds[TABLE_CHUNK];
	if (!filters->count)
		return;
	memset(holds, true, rows.count);
	filters_hold(part, filters, rows, holds);
	for (uint32_t i = 0; i < rows.count; i++)
		given->gives[i] = holds[i] ? given->gives[i] : 0;
}
