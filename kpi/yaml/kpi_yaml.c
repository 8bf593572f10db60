#include "kpi/yaml/kpi_yaml.h"

#include "kpi/yaml/kpi_yaml_own.h"
#include <string.h>

/* A KPI's mapping, and what a definition says instead. */
struct entry {
	const struct yaml_node *base, *instead;
};

static const struct yaml_node *entry_get(const struct entry *entry, const char *key)
{
	const struct yaml_node *node = yaml_get(entry->instead, key);
	return node ? node : yaml_get(entry->base, key);
}

/* ---- the KPIs ---- */

static const struct dimension *dimension_load(struct loader *loader, const struct yaml_node *node)
{
	const char *name, *names[DIMENSION_MAX];
	struct kpis *kpis = loader->kpis;
	if (!yaml_text(loader->yaml, node, &name))
		return NULL;
	for (size_t i = 0; i < kpis->dimension_count; i++) {
		names[i] = kpis->dimensions[i].id;
		if (!strcmp(names[i], name))
			return &kpis->dimensions[i];
	}
	fail_unknown(loader, node, "dimension", names, kpis->dimension_count);
	return NULL;
}

/* Which value counts as which: an enumeration's own UNKNOWN as not known, the merged ones as
 * theirs. */
static void merge_load(const struct formula *formula, struct split *split)
{
	const struct column *column = &split->table->columns[split->column];
	const struct dimension *dimension = split->dimension;
	for (unsigned i = 0; i < COUNT_OF(split->merge); i++)
		split->merge[i] = (uint8_t)i;
	const ProtobufCEnumValue *unknown =
		protobuf_c_enum_descriptor_get_value_by_name(column->values, "UNKNOWN");
	if (unknown)
		split->merge[(uint8_t)unknown->value] = 0;
	for (size_t i = 0; i < dimension->merge_count; i++) {
		if (dimension->merges[i].definition != formula->definition)
			continue;
		const ProtobufCEnumValue *from = protobuf_c_enum_descriptor_get_value_by_name(
			column->values, dimension->merges[i].from);
		const ProtobufCEnumValue *to = protobuf_c_enum_descriptor_get_value_by_name(
			column->values, dimension->merges[i].to);
		if (from && to)
			split->merge[(uint8_t)from->value] = (uint8_t)to->value;
	}
}

/* Where the dimension's column is: in the table, or in that of the cases that its rows belong to. */
static bool split_find(const struct loader *loader, const struct formula *formula,
	const char *column, struct split *out)
{
	out->table = formula->kind->table;
	out->by_case = -1;
	out->column = column_find(out->table, column);
	if (out->column >= 0)
		return true;
	out->table = loader->kpis->kinds[SOURCE_CASES].table;
	out->by_case = facts_case_column(formula->source);
	out->column = column_find(out->table, column);
	return out->by_case >= 0 && out->column >= 0;
}

/* Every dimension that the rows have, and classes of what is measured; those that are named are counted. */
static void splits_load(
	struct loader *loader, const struct yaml_node *list, struct formula *formula)
{
	const struct table *table = formula->kind->table;
	for (size_t i = 0; i < loader->kpis->dimension_count; i++) {
		const struct dimension *dimension = &loader->kpis->dimensions[i];
		struct split split = {.dimension = dimension};
		if (!split_find(loader, formula, dimension->column, &split))
			continue;
		const struct column *column = &split.table->columns[split.column];
		if (column->values)
			merge_load(formula, &split);
		else if (column->type != COLUMN_TEXT &&
			 (column->type != COLUMN_NUMBER || !dimension->class_count))
			continue;
		formula->splits[formula->split_count++] = split;
	}
	const struct dimension *classes = row_classes(formula->kind, formula->measure);
	if (classes)
		formula->splits[formula->split_count++] = (struct split){.dimension = classes,
			.table = table,
			.column = SPLIT_CLASSES,
			.by_case = -1};
	for (const struct yaml_node *node = yaml_list(loader->yaml, list); node;
		node = node->next) {
		const struct dimension *dimension = dimension_load(loader, node);
		struct split *split =
			dimension ? (struct split *)(uintptr_t)formula_split(formula, dimension)
				  : NULL;
		if (split && split->by_case >= 0)
			yaml_fail(loader->yaml, node,
				"%s belongs to cases, and their %s may change: no counters can be "
				"kept for it, but it can be asked for; leave it out here",
				table->name, dimension->id);
		else if (dimension && !split)
			yaml_fail(loader->yaml, node,
				"%s cannot be split by %s: it has no column %s, or no classes for "
				"it",
				table->name, dimension->id, dimension->column);
		else if (split)
			split->counted = true;
	}
}

/* Dimensions that no row has: asked for beside what has them, all of it is not known. */
static void unknown_splits_load(
	struct loader *loader, const struct yaml_node *list, struct formula *formula)
{
	for (const struct yaml_node *node = yaml_list(loader->yaml, list); node;
		node = node->next) {
		const struct dimension *dimension = dimension_load(loader, node);
		if (dimension && formula_split(formula, dimension))
			yaml_fail(loader->yaml, node, "%s can be split by %s",
				formula->kind->table->name, dimension->id);
		else if (dimension)
			formula->splits[formula->split_count++] =
				(struct split){.dimension = dimension,
					.table = formula->kind->table,
					.column = SPLIT_UNKNOWN,
					.by_case = REF_NONE};
	}
}

static const struct population *population_load(struct loader *loader, const struct yaml_node *node)
{
	const char *name, *names[POPULATION_MAX];
	if (!yaml_text(loader->yaml, node, &name))
		return NULL;
	for (size_t i = 0; i < loader->population_count; i++) {
		names[i] = loader->populations[i].id;
		if (!strcmp(names[i], name))
			return &loader->populations[i];
	}
	fail_unknown(loader, node, "population", names, loader->population_count);
	return NULL;
}

static uint64_t formula_reads(const struct formula *formula)
{
	const struct row_kind *kind = formula->kind;
	uint64_t reads = row_ref_reads(kind, formula->day) | row_ref_reads(kind, formula->leave) |
			 row_ref_reads(kind, formula->measure) | row_ref_reads(kind, formula->sum) |
			 row_ref_reads(kind, formula->divided_by) |
			 row_ref_reads(kind, formula->unknown_day) |
			 row_condition_reads(kind, &formula->where) |
			 row_condition_reads(kind, &formula->of) |
			 row_condition_reads(kind, &formula->counted) |
			 row_condition_reads(kind, &formula->unknown_inside) |
			 row_condition_reads(kind, &formula->unknown_outside);
	return reads;
}

/* What does not go together. */
static void formula_check(
	struct loader *loader, const struct entry *entry, const struct formula *formula)
{
	enum kpi_unit unit = formula->kpi->unit;
	const struct yaml_node *at = entry->instead ? entry->instead : entry->base;
	bool measured = unit != UNIT_COUNT && unit != UNIT_SHARE;
	if (measured != (formula->measure != REF_NONE))
		yaml_fail_key(loader->yaml, at,
			"%s: days, seconds and euro need a measure, others have none",
			formula->kpi->id);
	if (unit == UNIT_SHARE && formula->whole == WHOLE_PLACED && !formula->counted.count &&
		formula->divided_by == REF_NONE)
		yaml_fail_key(loader->yaml, at, "%s: a share needs count, divided_by or whole",
			formula->kpi->id);
	if (formula->divided_by != REF_NONE && formula->sum == REF_NONE)
		yaml_fail_key(loader->yaml, at, "%s: divided_by divides a sum", formula->kpi->id);
	if (unit != UNIT_SHARE &&
		(formula->whole != WHOLE_PLACED || formula->divided_by != REF_NONE))
		yaml_fail_key(loader->yaml, at, "%s: only a share is divided", formula->kpi->id);
	if (formula->due &&
		(unit != UNIT_SHARE || formula->whole != WHOLE_PLACED || !formula->counted.count))
		yaml_fail_key(loader->yaml, at, "%s: what is due is a share with a count",
			formula->kpi->id);
	if (formula->leave != REF_NONE &&
		(unit != UNIT_COUNT || formula->counted.count || formula->unknown_day != REF_NONE ||
			formula->of.count))
		yaml_fail_key(loader->yaml, at,
			"%s: a stock has unit count, population, where, day, leave, sum and "
			"unknown_inside",
			formula->kpi->id);
}

static void rows_load(struct loader *loader, const struct entry *entry, struct formula *formula)
{
	static const char *const wholes[] = {"placed", "population", "households"};
	static const char *const outside_keys[] = {"day", "where"};
	struct yaml *yaml = loader->yaml;
	if (!entry_get(entry, "population"))
		yaml_need(yaml, entry->base, "population");
	if (!entry_get(entry, "day"))
		yaml_need(yaml, entry->base, "day");
	const struct population *population =
		population_load(loader, entry_get(entry, "population"));
	if (!population)
		return;
	const struct row_kind *kind = formula->kind = &loader->kpis->kinds[population->source];
	formula->source = population->source;
	formula->where = population->where;
	formula->people = population->people;
	formula->thing = population->thing;
	formula->things = population->things;
	formula->day = day_load(loader, kind, entry_get(entry, "day"));
	formula->leave = day_load(loader, kind, entry_get(entry, "leave"));
	formula->measure = number_load(loader, kind, entry_get(entry, "measure"));
	formula->sum = number_load(loader, kind, entry_get(entry, "sum"));
	formula->divided_by = number_load(loader, kind, entry_get(entry, "divided_by"));
	uint32_t missing = 0;
	formula->is_share = formula->kpi->unit == UNIT_SHARE;
	yaml_bool(yaml, entry_get(entry, "due"), &formula->due);
	yaml_u32(yaml, entry_get(entry, "sum_missing"), 0, AMOUNT_MAX, &missing);
	formula->sum_missing = (int32_t)missing;
	unsigned whole = WHOLE_PLACED;
	yaml_choice(yaml, entry_get(entry, "whole"), wholes, COUNT_OF(wholes), &whole);
	formula->whole = (enum kpi_whole)whole;
	condition_load(loader, kind, entry_get(entry, "where"), &formula->where);
	condition_load(loader, kind, entry_get(entry, "of"), &formula->of);
	condition_load(loader, kind, entry_get(entry, "count"), &formula->counted);
	condition_load(loader, kind, entry_get(entry, "unknown_inside"), &formula->unknown_inside);
	const struct yaml_node *outside = entry_get(entry, "unknown_outside");
	if (outside) {
		yaml_keys(yaml, outside, outside_keys, COUNT_OF(outside_keys));
		formula->unknown_day = day_load(loader, kind, yaml_need(yaml, outside, "day"));
		condition_load(
			loader, kind, yaml_need(yaml, outside, "where"), &formula->unknown_outside);
	}
	formula_check(loader, entry, formula);
}

static struct formula *formula_load(
	struct loader *loader, const struct entry *entry, struct kpi *kpi, uint32_t definition)
{
	struct formula *formula = arena_alloc(&loader->yaml->arena, sizeof *formula);
	*formula = (struct formula){
		.kpi = kpi,
		.definition = definition,
		.day = REF_NONE,
		.leave = REF_NONE,
		.measure = REF_NONE,
		.sum = REF_NONE,
		.divided_by = REF_NONE,
		.unknown_day = REF_NONE,
	};
	if (!entry_get(entry, "sum_of"))
		rows_load(loader, entry, formula);
	if (!formula->kind)
		return formula; /* a sum, whose parts are not known yet */
	splits_load(loader, entry_get(entry, "by"), formula);
	unknown_splits_load(loader, entry_get(entry, "unknown_by"), formula);
	formula->reads = formula_reads(formula);
	for (size_t i = 0; i < formula->split_count; i++)
		formula->split_reads |=
			formula->splits[i].counted ? 1ull << formula->splits[i].column : 0;
	return formula;
}

/* Whether a definition counts differently: by itself, or through what it merges. */
static bool formula_differs(
	const struct formula *formula, const struct yaml_node *instead, uint32_t last)
{
	size_t said = told_count(instead) + (yaml_get(instead, "norm") != NULL);
	if ((instead && instead->count > said) || !formula->kind)
		return true;
	for (size_t s = 0; s < formula->split_count; s++) {
		if (formula->definition != last && formula->splits[s].dimension->merge_count)
			return true;
	}
	return false;
}

static void kpi_name(struct loader *loader, const struct yaml_node *node, struct kpi *kpi)
{
	struct yaml *yaml = loader->yaml;
	*kpi = (struct kpi){.id = node->key,
		.label = node->key,
		.title = node->key,
		.counted = "Wel",
		.others = "Niet",
		.viewers = true,
		.compared = true};
	name_check(loader, node);
	yaml_text(yaml, yaml_need(yaml, node, "label"), &kpi->label);
	yaml_text(yaml, yaml_need(yaml, node, "title"), &kpi->title);
}

static const char *const kpi_keys[] = {"label", "title", "short", "unit", "shown_by",
	"largest_first", "hidden", "viewers", "compared", "group", "says", "panel", "days", "parts",
	"measured", "sum_of", "definitions", "who", "when", "unknown", "changed", "norm", "by",
	"unknown_by", "population", "where", "day", "due", "leave", "of", "count", "sum",
	"sum_missing", "divided_by", "measure", "whole", "unknown_inside", "unknown_outside"};
/* Keys from the one on may differ by definition; a sum has none from the other on. */
enum { DIFFER = 17, OF_ROWS = 22 };

static void kpi_load(struct loader *loader, const struct yaml_node *node, struct kpi *kpi)
{
	struct yaml *yaml = loader->yaml;
	struct kpis *kpis = loader->kpis;
	kpi_name(loader, node, kpi);
	yaml_keys(yaml, node, kpi_keys, COUNT_OF(kpi_keys));
	unsigned unit = UNIT_COUNT;
	yaml_choice(yaml, yaml_need(yaml, node, "unit"), kpi_units, UNIT_EURO + 1, &unit);
	kpi->unit = (enum kpi_unit)unit;
	yaml_bool(yaml, yaml_get(node, "hidden"), &kpi->hidden);
	yaml_bool(yaml, yaml_get(node, "viewers"), &kpi->viewers);
	yaml_bool(yaml, yaml_get(node, "largest_first"), &kpi->largest_first);
	bool is_sum = yaml_get(node, "sum_of");
	for (size_t i = OF_ROWS; is_sum && i < COUNT_OF(kpi_keys); i++)
		if (yaml_get(node, kpi_keys[i]))
			yaml_fail_key(yaml, yaml_get(node, kpi_keys[i]),
				"%s is said by each part of the sum", kpi_keys[i]);
	if (yaml_get(node, "shown_by"))
		kpi->shown_by = dimension_load(loader, yaml_get(node, "shown_by"));

	const struct yaml_node *instead[DEFINITION_MAX] = {0};
	const struct yaml_node *year = yaml_map(yaml, yaml_get(node, "definitions"));
	for (; year; year = year->next) {
		uint32_t definition = definition_find(loader, year);
		yaml_keys(yaml, year, kpi_keys + DIFFER,
			(is_sum ? OF_ROWS : COUNT_OF(kpi_keys)) - DIFFER);
		if (definition < DEFINITION_MAX)
			instead[definition] = year;
	}
	told_load(loader, node, kpi);
	shown_load(loader, node, kpi);
	norms_load(loader, node, kpi);
	uint32_t last = (uint32_t)kpis->definition_count - 1;
	for (uint32_t d = last; d <= last; d--) {
		size_t before = yaml->error_count;
		struct entry entry = {node, instead[d]};
		struct formula *formula = formula_load(loader, &entry, kpi, d);
		kpi->formulas[d] = d == last || formula_differs(formula, instead[d], last)
					   ? formula
					   : kpi->formulas[last];
		if (d == last && yaml->error_count > before)
			return; /* what is wrong in the KPI itself is said once */
	}
	if (kpi->shown_by && !formula_split(kpi->formulas[last], kpi->shown_by))
		yaml_fail(
			yaml, yaml_get(node, "shown_by"), "%s is not among by", kpi->shown_by->id);
}

/* ---- what refers to other KPIs, when all are there ---- */

static const ProtobufCEnumDescriptor *split_enum(const struct split *split)
{
	return split && split->column >= 0 ? split->table->columns[split->column].values : NULL;
}

/* A sum can be split where all its parts can, by the same values. */
static void sum_split(struct kpis *kpis, struct formula *sum)
{
	for (size_t i = 0; sum->sum_count && i < kpis->dimension_count; i++) {
		const struct dimension *dimension = &kpis->dimensions[i];
		const ProtobufCEnumDescriptor *values =
			split_enum(formula_split(sum->sum_of[0], dimension));
		bool same = values;
		for (size_t p = 1; p < sum->sum_count; p++)
			same = same &&
			       values == split_enum(formula_split(sum->sum_of[p], dimension));
		if (same)
			sum->splits[sum->split_count++] =
				(struct split){.dimension = dimension, .column = SPLIT_UNKNOWN};
	}
}

static void sum_link(struct loader *loader, const struct yaml_node *list, struct kpi *kpi)
{
	for (const struct yaml_node *node = yaml_list(loader->yaml, list); node;
		node = node->next) {
		struct kpi *part = kpi_named(loader, node);
		if (!part)
			continue;
		for (size_t d = 0; d < loader->kpis->definition_count; d++) {
			struct formula *sum = kpi->formulas[d];
			const struct formula *formula = part->formulas[d];
			if (part->unit != kpi->unit || !formula->kind ||
				formula->leave != REF_NONE || formula->measure != REF_NONE ||
				sum->sum_count == SUM_MAX) {
				yaml_fail(loader->yaml, node,
					"a sum has up to %d parts of its unit, that are no stock "
					"and no sum",
					SUM_MAX);
				break;
			}
			sum->sum_of[sum->sum_count++] = formula;
		}
	}
	for (size_t d = 0; list && d < loader->kpis->definition_count; d++)
		sum_split(loader->kpis, kpi->formulas[d]);
}

/* Counts it, with those before it that give the same: they need no counters of their own. */
static void formula_count(struct kpis *kpis, struct formula *formula)
{
	formula->counters = formula;
	for (size_t i = kpis->formula_first[formula->source]; i < kpis->formula_count; i++) {
		struct formula *other = kpis->formulas[i];
		if (!formula_gives_same(formula, other))
			continue;
		for (size_t s = 0; s < other->split_count; s++)
			other->splits[s].counted |= formula->splits[s].counted;
		other->split_reads |= formula->split_reads;
		formula->counters = other;
		return;
	}
	kpis->formulas[kpis->formula_count++] = formula;
}

static void kpis_link(struct loader *loader, const struct yaml_node *map)
{
	struct kpis *kpis = loader->kpis;
	struct kpi *kpi = kpis->items;
	for (const struct yaml_node *node = map->first; node; node = node->next, kpi++) {
		sum_link(loader, yaml_get(node, "sum_of"), kpi);
		norms_link(loader, node, kpi);
		shown_link(loader, node, kpi);
	}
	kpi = kpis->items;
	for (const struct yaml_node *node = map->first; node; node = node->next, kpi++)
		norms_check(loader, node, kpi);
	for (enum source source = 0; source < SOURCE_COUNT; source++) {
		kpis->formula_first[source] = kpis->formula_count;
		for (size_t i = 0; i < kpis->count; i++) {
			for (size_t d = 0; d < kpis->definition_count; d++) {
				struct formula *formula = kpis->items[i].formulas[d];
				if (formula->kind && formula->source == source &&
					formula->definition == d)
					formula_count(kpis, formula);
			}
		}
	}
	kpis->formula_first[SOURCE_COUNT] = kpis->formula_count;
}

static void forecast_link(struct loader *loader, const struct yaml_node *map)
{
	static const char *const keys[] = {"kpi", "waiting"};
	struct yaml *yaml = loader->yaml;
	if (!map)
		return;
	yaml_keys(yaml, map, keys, COUNT_OF(keys));
	const struct kpi *kpi = kpi_named(loader, yaml_need(yaml, map, "kpi"));
	const struct kpi *waiting = kpi_named(loader, yaml_need(yaml, map, "waiting"));
	bool fits = kpi && kpi->unit == UNIT_SHARE && kpi->formulas[0]->kind;
	for (size_t d = 0; fits && d < loader->kpis->definition_count; d++)
		fits = kpi->norms[d].kind == NORM_AT_LEAST;
	if (kpi && !fits)
		yaml_fail(
			yaml, yaml_get(map, "kpi"), "%s is no share with a norm atLeast", kpi->id);
	if (waiting && (waiting->unit != UNIT_COUNT || !waiting->formulas[0]->kind ||
			       waiting->formulas[0]->leave != REF_NONE))
		yaml_fail(yaml, yaml_get(map, "waiting"), "%s is no count of rows by a day",
			waiting->id);
	loader->kpis->forecast.kpi = kpi;
	loader->kpis->forecast.waiting = waiting;
}

static void file_load(struct loader *loader)
{
	static const char *const keys[] = {"definitions", "measures", "populations", "dimensions",
		"groups", "forecast", "kpis"};
	struct yaml *yaml = loader->yaml;
	struct kpis *kpis = loader->kpis;
	yaml_keys(yaml, yaml->root, keys, COUNT_OF(keys));
	definitions_load(loader, yaml_need(yaml, yaml->root, "definitions"));
	measures_load(loader, yaml_get(yaml->root, "measures"));
	populations_load(loader, yaml_need(yaml, yaml->root, "populations"));
	dimensions_load(loader, yaml_get(yaml->root, "dimensions"));
	groups_load(loader, yaml_get(yaml->root, "groups"));
	if (!kpis->definition_count)
		return; /* said above; no KPI can be read without */
	const struct yaml_node *map = yaml_need(yaml, yaml->root, "kpis");
	for (const struct yaml_node *node = yaml_map(yaml, map); node; node = node->next) {
		if (kpis->count == KPI_MAX) {
			yaml_fail_key(yaml, node, "more than %d KPIs", KPI_MAX);
			return;
		}
		kpi_load(loader, node, &kpis->items[kpis->count++]);
	}
	if (!yaml->error_count && map)
		kpis_link(loader, map);
	if (!yaml->error_count)
		forecast_link(loader, yaml_get(yaml->root, "forecast"));
}

static int32_t constant(uint32_t setting)
{
	return (int32_t)(setting & INT32_MAX);
}

static int kpis_read(struct kpis **out, const struct facts *facts, const char *text,
	const char *file_name, const struct kpi_settings *settings, bool must_tell,
	struct buf *errors)
{
	auto_yaml struct yaml yaml = {0};
	int err = yaml_parse(&yaml, text, strlen(text), file_name, errors);
	if (err)
		return err;
	struct kpis *kpis = calloc(1, sizeof *kpis);
	must(kpis);
	kpis->facts = facts;
	for (enum source source = 0; source < SOURCE_COUNT; source++)
		kpis->kinds[source].table = facts_table(facts, source);
	struct loader loader = {.yaml = &yaml,
		.kpis = kpis,
		.must_tell = must_tell,
		.constants = {{"phone_answer_seconds", constant(settings->phone_answer_seconds)},
			{"phone_short_abandon_seconds",
				constant(settings->phone_short_abandon_seconds)}}};
	file_load(&loader);
	err = yaml_result(&yaml);
	kpis->arena = yaml_arena_take(&yaml); /* formulas live there as well */
	if (err)
		kpis_free(kpis);
	else
		*out = kpis;
	return err;
}

static void measures_prepare(struct kpis *kpis, const struct closing *closing)
{
	const int32_t *worked = worked_days(closing, &kpis->arena);
	for (enum source source = 0; source < SOURCE_COUNT; source++) {
		struct row_kind *kind = &kpis->kinds[source];
		for (size_t i = 0; i < kind->measure_count; i++)
			if (kind->measures[i].kind == MEASURE_AFTER || kind->measures[i].by_months)
				measure_prepare(&kind->measures[i], worked, &kpis->arena);
	}
}

int kpis_load(struct kpis **out, const struct facts *facts, const char *text, const char *file_name,
	const struct kpi_settings *settings, struct buf *errors)
{
	int err = kpis_read(out, facts, text, file_name, settings, false, errors);
	if (err)
		return err;
	const struct closing *closing = &settings->closing;
	(*out)->closing = (struct closing){
		arena_dup(&(*out)->arena, closing->days, closing->count * sizeof *closing->days),
		closing->count};
	measures_prepare(*out, closing);
	return 0;
}

int kpis_check(const char *text, const char *file_name, struct why *why)
{
	static const uint8_t no_secret[16];
	static const struct kpi_settings no_settings;
	auto_buf struct buf errors = {0};
	struct facts *facts = facts_new(no_secret);
	struct kpis *kpis = NULL;
	int err = kpis_read(&kpis, facts, text, file_name, &no_settings, true, &errors);
	kpis_free(kpis);
	facts_free(facts);
	return err ? why_set(why, err, "%s", errors.data ? errors.data : "") : 0;
}
