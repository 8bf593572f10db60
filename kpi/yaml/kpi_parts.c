#include "kpi/yaml/kpi_yaml_own.h"

#include <stdio.h>
#include <string.h>

enum { NAME_LEN_MAX = 64 };

/* ---- names ---- */

void fail_unknown(struct loader *loader, const struct yaml_node *node, const char *what,
	const char *const *names, size_t count)
{
	auto_buf struct buf list = {0};
	for (size_t i = 0; i < count; i++)
		buf_printf(&list, "%s%s", i ? ", " : "", names[i]);
	yaml_fail(loader->yaml, node, "there is no %s %s; there are %s", what, node->text,
		count ? list.data : "none");
}

void name_check(struct loader *loader, const struct yaml_node *node)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-";
	size_t len = strlen(node->key);
	if (len < 1 || len > NAME_LEN_MAX || strspn(node->key, letters) != len)
		yaml_fail_key(loader->yaml, node, "a name is up to %d letters, digits, _, + and -",
			NAME_LEN_MAX);
}

struct kpi *kpi_named(struct loader *loader, const struct yaml_node *node)
{
	const char *name;
	if (!yaml_text(loader->yaml, node, &name))
		return NULL;
	const struct kpi *kpi = kpi_find(loader->kpis, name);
	if (!kpi)
		yaml_fail(loader->yaml, node, "there is no KPI %s", name);
	return kpi ? &loader->kpis->items[kpi - loader->kpis->items] : NULL;
}

static int ref_load(
	struct loader *loader, const struct row_kind *kind, const struct yaml_node *node)
{
	const char *name;
	if (!yaml_text(loader->yaml, node, &name))
		return REF_NONE;
	int ref = row_ref(kind, name);
	if (ref == REF_NONE) {
		auto_buf struct buf names = {0};
		row_names(kind, &names);
		yaml_fail(loader->yaml, node, "%s has no column or measure %s; it has %s",
			kind->table->name, name, names.data);
	}
	return ref;
}

int day_load(struct loader *loader, const struct row_kind *kind, const struct yaml_node *node)
{
	int ref = ref_load(loader, kind, node);
	if (ref == REF_NONE || row_ref_is_day(kind, ref))
		return ref;
	yaml_fail(loader->yaml, node, "%s is no day", node->text);
	return REF_NONE;
}

int number_load(struct loader *loader, const struct row_kind *kind, const struct yaml_node *node)
{
	int ref = ref_load(loader, kind, node);
	if (ref == REF_NONE || row_ref_is_number(kind, ref))
		return ref;
	yaml_fail(loader->yaml, node, "%s is no number", node->text);
	return REF_NONE;
}

static void test_load(struct loader *loader, const struct row_kind *kind,
	const struct yaml_node *node, struct condition *condition)
{
	const char *text;
	struct why why;
	if (yaml_text(loader->yaml, node, &text) &&
		row_condition_add(kind, loader->constants, COUNT_OF(loader->constants), text,
			condition, &why))
		yaml_fail(loader->yaml, node, "%s", why.text);
}

void condition_load(struct loader *loader, const struct row_kind *kind,
	const struct yaml_node *node, struct condition *condition)
{
	if (node && node->kind == YAML_SCALAR) {
		test_load(loader, kind, node, condition);
		return;
	}
	for (const struct yaml_node *item = yaml_list(loader->yaml, node); item; item = item->next)
		test_load(loader, kind, item, condition);
}

static bool source_load(
	struct loader *loader, const struct yaml_node *node, const char *name, enum source *out)
{
	const char *names[SOURCE_COUNT];
	for (enum source source = 0; source < SOURCE_COUNT; source++) {
		names[source] = facts_table(loader->kpis->facts, source)->name;
		if (!strcmp(names[source], name)) {
			*out = source;
			return true;
		}
	}
	struct yaml_node named = *node;
	named.text = name;
	fail_unknown(loader, &named, "table", names, SOURCE_COUNT);
	return false;
}

/* ---- the parts before the KPIs ---- */

uint32_t definition_find(struct loader *loader, const struct yaml_node *node)
{
	struct kpis *kpis = loader->kpis;
	for (uint32_t i = 0; i < kpis->definition_count; i++) {
		char name[16];
		snprintf(name, sizeof name, "%u", kpis->definitions[i].name);
		if (!strcmp(node->key, name))
			return i;
	}
	yaml_fail_key(loader->yaml, node, "there is no definition %s under definitions", node->key);
	return DEFINITION_MAX;
}

void definitions_load(struct loader *loader, const struct yaml_node *map)
{
	static const char *const keys[] = {"from", "until"};
	struct kpis *kpis = loader->kpis;
	for (const struct yaml_node *node = yaml_map(loader->yaml, map); node; node = node->next) {
		uint32_t from = 0, until = INT32_MAX;
		size_t i = kpis->definition_count;
		yaml_keys(loader->yaml, node, keys, COUNT_OF(keys));
		yaml_u32(loader->yaml, yaml_get(node, "from"), 2000, 2200, &from);
		yaml_u32(loader->yaml, yaml_get(node, "until"), 2000, 2200, &until);
		if (strlen(node->key) != 4 || strspn(node->key, "0123456789") != 4) {
			yaml_fail_key(loader->yaml, node, "a definition is named by a year");
			continue;
		}
		if (i == DEFINITION_MAX) {
			yaml_fail_key(
				loader->yaml, node, "more than %d definitions", DEFINITION_MAX);
			return;
		}
		if ((int64_t)from != (i ? (int64_t)kpis->definitions[i - 1].until + 1 : 0))
			yaml_fail_key(loader->yaml, node,
				"definition %s must begin in the year after the one before it ends",
				node->key);
		kpis->definitions[kpis->definition_count++] = (struct definition){
			(uint32_t)strtoul(node->key, NULL, 10), (int32_t)from, (int32_t)until};
	}
	size_t count = kpis->definition_count;
	if (map && (!count || kpis->definitions[count - 1].until != INT32_MAX))
		yaml_fail(loader->yaml, map,
			"the last definition holds without an end: leave its until out");
}

/* LIGHT: 1; a value that is not named has no number. */
static void numbers_load(struct loader *loader, const struct row_kind *kind,
	const struct yaml_node *node, struct measure *measure)
{
	struct yaml *yaml = loader->yaml;
	int32_t *numbers = arena_alloc(&yaml->arena, SPLIT_VALUES_MAX * sizeof *numbers);
	for (size_t i = 0; i < SPLIT_VALUES_MAX; i++)
		numbers[i] = VALUE_UNSET;
	int ref = ref_load(loader, kind, yaml_get(node, "of"));
	if (ref == REF_NONE)
		return;
	if (ref >= COLUMN_MAX || kind->table->columns[ref].type != COLUMN_ENUM) {
		yaml_fail(yaml, yaml_get(node, "of"),
			"%s is no enumeration, whose values have numbers", row_ref_name(kind, ref));
		return;
	}
	const struct column *column = &kind->table->columns[ref];
	const struct yaml_node *item = yaml_map(yaml, yaml_need(yaml, node, "numbers"));
	for (; item; item = item->next) {
		uint32_t number = 0;
		const ProtobufCEnumValue *value =
			protobuf_c_enum_descriptor_get_value_by_name(column->values, item->key);
		if (!value)
			yaml_fail_key(yaml, item, "%s is never %s", column->name, item->key);
		else if (yaml_u32(yaml, item, 0, AMOUNT_MAX, &number))
			numbers[value->value] = (int32_t)number;
	}
	measure->numbers = numbers;
	measure->parts[measure->part_count++] = ref;
}

/* 1 to count, and one for all above: classes of so many days or months. */
static struct dimension *classes_make(
	struct loader *loader, const char *label, int32_t width, uint32_t count)
{
	struct arena *arena = &loader->yaml->arena;
	struct dimension *classes = arena_alloc(arena, sizeof *classes);
	*classes = (struct dimension){
		.id = DIMENSION_CLASS, .label = "Klasse", .unit = label, .axis = label};
	for (uint32_t i = 0; i <= count; i++) {
		bool is_last = i == count;
		const char *key = arena_printf(arena, "%u%s", i + 1, is_last ? "+" : "");
		classes->classes[i] =
			(struct dimension_class){key, i ? (int32_t)i * width + 1 : VALUE_UNSET + 1,
				is_last ? INT32_MAX : (int32_t)(i + 1) * width};
		classes->labels[i] = (struct dimension_label){key,
			arena_printf(arena, "%s %s%u", label, is_last ? ">" : "", i + !is_last)};
	}
	classes->class_count = classes->label_count = count + 1;
	return classes;
}

/* {days: 7, count: 13, label: week, axis: week na de melding} */
static void measure_classes_load(
	struct loader *loader, const struct yaml_node *node, struct measure *measure)
{
	static const char *const keys[] = {"days", "months", "count", "label", "axis"};
	struct yaml *yaml = loader->yaml;
	const struct yaml_node *days = yaml_get(node, "days"), *months = yaml_get(node, "months");
	uint32_t width = 0, count = 0;
	const char *label;
	yaml_keys(yaml, node, keys, COUNT_OF(keys));
	measure->by_months = months;
	if (!days == !months)
		yaml_fail(yaml, node, "classes are of so many days or of so many months");
	else if (measure->kind != MEASURE_DAYS)
		yaml_fail(yaml, node, "a day has no classes; a number of days has: {from, to}");
	else if (yaml_u32(yaml, months ? months : days, 1, 10000, &width) &&
		 yaml_u32(yaml, yaml_need(yaml, node, "count"), 1, CLASS_MAX - 1, &count) &&
		 yaml_text(yaml, yaml_need(yaml, node, "label"), &label)) {
		struct dimension *classes = classes_make(loader, label, (int32_t)width, count);
		yaml_text(yaml, yaml_get(node, "axis"), &classes->axis);
		measure->classes = classes;
	}
}

static void measure_load(struct loader *loader, struct row_kind *kind, const struct yaml_node *node)
{
	static const char *const keys[] = {"from", "to", "after", "days", "months", "working_days",
		"earliest", "classes", "of", "numbers"};
	struct measure measure = {.name = node->key, .parts = {REF_NONE, REF_NONE}};
	struct yaml *yaml = loader->yaml;
	size_t before = yaml->error_count;
	uint32_t days = 0, months = 0, working_days = 0;

	yaml_keys(yaml, node, keys, COUNT_OF(keys));
	yaml_u32(yaml, yaml_get(node, "days"), 0, 10000, &days);
	yaml_u32(yaml, yaml_get(node, "months"), 0, 1200, &months);
	yaml_u32(yaml, yaml_get(node, "working_days"), 0, WORKING_DAYS_MAX, &working_days);
	measure.working_days = (int32_t)working_days;
	measure.days = (int32_t)days;
	measure.months = (int32_t)months;
	if (yaml_get(node, "earliest")) {
		measure.kind = MEASURE_EARLIEST;
		const struct yaml_node *part = yaml_list(yaml, yaml_get(node, "earliest"));
		for (; part && measure.part_count < MEASURE_PARTS; part = part->next)
			measure.parts[measure.part_count++] = day_load(loader, kind, part);
		if (part || !measure.part_count)
			yaml_fail(yaml, node, "earliest takes 1 to %d days", MEASURE_PARTS);
	} else if (yaml_get(node, "of")) {
		measure.kind = MEASURE_NUMBERS;
		numbers_load(loader, kind, node, &measure);
	} else if (yaml_get(node, "after")) {
		measure.kind = MEASURE_AFTER;
		if (working_days && (days || months))
			yaml_fail(yaml, node, "either working_days, or months and days");
		measure.parts[measure.part_count++] =
			day_load(loader, kind, yaml_get(node, "after"));
	} else {
		measure.kind = MEASURE_DAYS;
		measure.parts[measure.part_count++] =
			day_load(loader, kind, yaml_need(yaml, node, "from"));
		measure.parts[measure.part_count++] =
			day_load(loader, kind, yaml_need(yaml, node, "to"));
	}
	if (yaml_get(node, "classes"))
		measure_classes_load(loader, yaml_get(node, "classes"), &measure);
	if (row_ref(kind, node->key) != REF_NONE)
		yaml_fail_key(yaml, node, "%s is a column of %s", node->key, kind->table->name);
	if (kind->measure_count == MEASURE_MAX)
		yaml_fail_key(yaml, node, "more than %d measures", MEASURE_MAX);
	if (yaml->error_count > before)
		return;
	kind->measures[kind->measure_count++] = measure;
}

void measures_load(struct loader *loader, const struct yaml_node *map)
{
	for (const struct yaml_node *node = yaml_map(loader->yaml, map); node; node = node->next) {
		enum source source;
		if (!source_load(loader, node, node->key, &source))
			continue;
		const struct yaml_node *measure = yaml_map(loader->yaml, node);
		for (; measure; measure = measure->next)
			measure_load(loader, &loader->kpis->kinds[source], measure);
	}
}

/* [zaak, zaken] */
static void things_load(struct loader *loader, const struct yaml_node *node, const char **thing,
	const char **things)
{
	const struct yaml_node *one = yaml_list(loader->yaml, node);
	if (!node)
		return;
	if (node->count != 2 || !yaml_text(loader->yaml, one, thing) ||
		!yaml_text(loader->yaml, one->next, things))
		yaml_fail(loader->yaml, node, "what one is called, and two of them: [zaak, zaken]");
}

void populations_load(struct loader *loader, const struct yaml_node *map)
{
	static const char *const keys[] = {"table", "where", "people", "things"};
	for (const struct yaml_node *node = yaml_map(loader->yaml, map); node; node = node->next) {
		struct population population = {
			.id = node->key, .people = true, .thing = "keer", .things = "keer"};
		const char *table;
		yaml_keys(loader->yaml, node, keys, COUNT_OF(keys));
		const struct yaml_node *named = yaml_need(loader->yaml, node, "table");
		if (loader->population_count == POPULATION_MAX)
			yaml_fail_key(
				loader->yaml, node, "more than %d populations", POPULATION_MAX);
		else if (yaml_text(loader->yaml, named, &table) &&
			 source_load(loader, named, table, &population.source)) {
			condition_load(loader, &loader->kpis->kinds[population.source],
				yaml_get(node, "where"), &population.where);
			yaml_bool(loader->yaml, yaml_get(node, "people"), &population.people);
			things_load(loader, yaml_get(node, "things"), &population.thing,
				&population.things);
			loader->populations[loader->population_count++] = population;
		}
	}
}

/* The next table's that has it, from `source` on; NULL: there is none. */
static const struct column *column_next(
	const struct loader *loader, const char *name, enum source *source)
{
	while (*source < SOURCE_COUNT) {
		const struct table *table = facts_table(loader->kpis->facts, (*source)++);
		int at = column_find(table, name);
		if (at >= 0)
			return &table->columns[at];
	}
	return NULL;
}

static bool is_class(const struct dimension *dimension, const char *name)
{
	for (size_t i = 0; i < dimension->class_count; i++) {
		if (!strcmp(dimension->classes[i].key, name))
			return true;
	}
	return false;
}

/* In some table: the outcomes of complaints are not those of screenings. */
static bool is_value(
	const struct loader *loader, const struct dimension *dimension, const char *name)
{
	enum source next = 0;
	const struct column *column;
	while ((column = column_next(loader, dimension->column, &next))) {
		if (column->values ? protobuf_c_enum_descriptor_get_value_by_name(
					     column->values, name) != NULL
				   : column->type == COLUMN_TEXT)
			return true;
	}
	return is_class(dimension, name);
}

static void class_add(struct loader *loader, const struct yaml_node *node, int32_t low,
	int32_t high, struct dimension *dimension)
{
	for (size_t i = 0; i < dimension->class_count; i++) {
		const struct dimension_class *other = &dimension->classes[i];
		if (low <= other->high && high >= other->low)
			yaml_fail(loader->yaml, node, "%s and %s overlap", node->key, other->key);
	}
	dimension->classes[dimension->class_count++] =
		(struct dimension_class){node->key, low, high};
}

static void classes_load(
	struct loader *loader, const struct yaml_node *map, struct dimension *dimension)
{
	for (const struct yaml_node *node = yaml_map(loader->yaml, map); node; node = node->next) {
		const struct yaml_node *low = yaml_list(loader->yaml, node);
		uint32_t bounds[2] = {0};
		name_check(loader, node);
		if (!low || node->count != 2)
			yaml_fail(loader->yaml, node,
				"a class is its lowest and its highest number: [18, 26]");
		else if (dimension->class_count == CLASS_MAX)
			yaml_fail(loader->yaml, node, "more than %d classes", CLASS_MAX);
		else if (yaml_u32(loader->yaml, low, 0, INT32_MAX, &bounds[0]) &&
			 yaml_u32(loader->yaml, low->next, bounds[0], INT32_MAX, &bounds[1]))
			class_add(loader, node, (int32_t)bounds[0], (int32_t)bounds[1], dimension);
	}
}

static void merge_add(struct loader *loader, const struct yaml_node *node, uint32_t definition,
	const struct column *column, struct dimension *dimension)
{
	const char *to;
	if (!yaml_text(loader->yaml, node, &to))
		return;
	if (dimension->merge_count == CLASS_MAX)
		yaml_fail(loader->yaml, node, "more than %d merges", CLASS_MAX);
	else if (!column->values)
		yaml_fail_key(loader->yaml, node, "%s is no enumeration, whose values are merged",
			dimension->column);
	else if (!is_value(loader, dimension, node->key))
		yaml_fail_key(loader->yaml, node, "%s is never %s", dimension->column, node->key);
	else if (!is_value(loader, dimension, to))
		yaml_fail(loader->yaml, node, "%s is never %s", dimension->column, to);
	else
		dimension->merges[dimension->merge_count++] =
			(struct dimension_merge){definition, node->key, to};
}

static void merges_load(struct loader *loader, const struct yaml_node *map,
	const struct column *column, struct dimension *dimension)
{
	for (const struct yaml_node *year = yaml_map(loader->yaml, map); year; year = year->next) {
		uint32_t definition = definition_find(loader, year);
		if (definition == DEFINITION_MAX)
			continue;
		const struct yaml_node *node = yaml_map(loader->yaml, year);
		for (; node; node = node->next)
			merge_add(loader, node, definition, column, dimension);
	}
}

static void labels_load(
	struct loader *loader, const struct yaml_node *map, struct dimension *dimension)
{
	for (const struct yaml_node *node = yaml_map(loader->yaml, map); node; node = node->next) {
		struct dimension_label label = {.key = node->key};
		if (!is_value(loader, dimension, node->key))
			yaml_fail_key(
				loader->yaml, node, "%s is never %s", dimension->column, node->key);
		else if (dimension->label_count == CLASS_MAX)
			yaml_fail(loader->yaml, node, "more than %d labels", CLASS_MAX);
		else if (yaml_text(loader->yaml, node, &label.label))
			dimension->labels[dimension->label_count++] = label;
	}
}

/* month, day and class need no entry. */
static bool is_built_in(const char *name)
{
	bool found = !strcmp(name, DIMENSION_CLASS);
	for (size_t i = 0; i < DIMENSION_SPANS; i++)
		found = found || !strcmp(name, dimension_spans[i].id);
	return found;
}

void dimensions_load(struct loader *loader, const struct yaml_node *map)
{
	static const char *const keys[] = {
		"label", "column", "viewers", "classes", "labels", "merge"};
	struct kpis *kpis = loader->kpis;
	for (const struct yaml_node *node = yaml_map(loader->yaml, map); node; node = node->next) {
		if (kpis->dimension_count == DIMENSION_MAX) {
			yaml_fail_key(loader->yaml, node, "more than %d dimensions", DIMENSION_MAX);
			return;
		}
		struct dimension *dimension = &kpis->dimensions[kpis->dimension_count++];
		*dimension = (struct dimension){
			.id = node->key, .label = node->key, .column = node->key};
		yaml_keys(loader->yaml, node, keys, COUNT_OF(keys));
		name_check(loader, node);
		if (is_built_in(node->key))
			yaml_fail_key(loader->yaml, node, "every KPI has %s by itself", node->key);
		yaml_text(loader->yaml, yaml_need(loader->yaml, node, "label"), &dimension->label);
		yaml_bool(loader->yaml, yaml_get(node, "viewers"), &dimension->viewers);
		const struct yaml_node *named = yaml_need(loader->yaml, node, "column");
		if (!yaml_text(loader->yaml, named, &dimension->column))
			continue;
		enum source first = 0;
		const struct column *column = column_next(loader, dimension->column, &first);
		if (!column) {
			yaml_fail(
				loader->yaml, named, "no table has a column %s", dimension->column);
			continue;
		}
		classes_load(loader, yaml_get(node, "classes"), dimension);
		merges_load(loader, yaml_get(node, "merge"), column, dimension);
		labels_load(loader, yaml_get(node, "labels"), dimension);
	}
}
