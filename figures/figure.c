#include "figures/figure.h"

#include "figures/percentile.h"
#include "lib/clean.h"
#include <string.h>

enum { CROSS_MAX = 1 << 18 };

/* What is gathered for one value, or one pair of values. */
struct group {
	struct counts counts;
	struct percentile measured; /* of a measure */
};

struct gather {
	const struct figure *figure;
	size_t sizes[FIGURE_SPLITS];
	struct group total, *groups;
	size_t group_count;
	/* Of a part whose rows count as one each: how many rows of a group give what, added up at the end. */
	uint32_t *histogram;
};

size_t formula_parts(const struct formula *formula, const struct formula *parts[SUM_MAX])
{
	if (formula->kind) {
		parts[0] = formula;
		return 1;
	}
	memcpy(parts, formula->sum_of, formula->sum_count * sizeof *parts);
	return formula->sum_count;
}

static void counts_add(struct counts *to, const struct counts *counts, int64_t times)
{
	to->count += counts->count * times;
	to->of += counts->of * times;
	to->unknown += counts->unknown * times;
}

/* One row to one group. */
static void group_add(struct gather *gather, size_t group, const struct given *given, uint32_t i)
{
	if (gather->histogram) {
		gather->histogram[group * GIVE_KINDS + given->gives[i] % GIVE_KINDS]++;
		return;
	}
	struct counts counts = given_counts(given, i);
	counts_add(&gather->groups[group].counts, &counts, 1);
	if (gather->figure->formula->measure != REF_NONE && given->gives[i] & GIVE_COUNT)
		percentile_add(&gather->groups[group].measured, given->measured[i]);
}

static void histogram_begin(struct gather *gather, const struct formula *part)
{
	if (part->measure != REF_NONE || part->sum != REF_NONE || part->divided_by != REF_NONE)
		return;
	gather->histogram = calloc(gather->group_count, GIVE_KINDS * sizeof *gather->histogram);
	must(gather->histogram);
}

static void histogram_end(struct gather *gather)
{
	for (size_t i = 0; gather->histogram && i < gather->group_count * GIVE_KINDS; i++) {
		struct counts counts = gives_counts((unsigned)(i % GIVE_KINDS));
		counts_add(&gather->groups[i / GIVE_KINDS].counts, &counts, gather->histogram[i]);
	}
	free(gather->histogram);
	gather->histogram = NULL;
}

/* The values of a chunk's rows in one dimension; without one all rows have the value 0. */
struct column_values {
	const struct split *split;
	bool lists; /* bits */
	uint32_t values[TABLE_CHUNK];
};

/* A value of `set`, which loses it. */
static uint32_t value_take(uint32_t *set, bool is_list)
{
	uint32_t value = is_list ? (uint32_t)__builtin_ctz(*set) : *set;
	*set = is_list ? *set & (*set - 1) : 0;
	return value;
}

/* Each row into the group of each pair of its values. */
static void rows_group(struct gather *gather, struct rows rows, const struct given *given,
	const struct column_values columns[FIGURE_SPLITS])
{
	const struct column_values *first = &columns[0], *second = &columns[1];
	for (uint32_t i = 0; i < rows.count; i++) {
		uint32_t a = first->values[i], b;
		if (!given->gives[i])
			continue;
		do {
			size_t group = value_take(&a, first->lists) * gather->sizes[1];
			b = second->values[i];
			do
				group_add(gather, group + value_take(&b, second->lists), given, i);
			while (b);
		} while (a);
	}
}

/* The same where a row counts as one, and one dimension at most has lists. */
static COLUMN_LOOP void rows_histogram(struct gather *gather, struct rows rows,
	const struct given *given, const struct column_values columns[FIGURE_SPLITS])
{
	size_t listed = columns[1].lists,
	       steps[FIGURE_SPLITS] = {GIVE_KINDS * gather->sizes[1], GIVE_KINDS};
	const uint32_t *values = columns[!listed].values, *lists = columns[listed].values;
	size_t step = steps[!listed], list_step = steps[listed];
	uint32_t *histogram = gather->histogram;
	if (!columns[listed].lists) {
		for (uint32_t i = 0; i < rows.count; i++)
			histogram[values[i] * step + lists[i] * list_step +
				  given->gives[i] % GIVE_KINDS]++;
		return;
	}
	/* Most lists hold one value or two: those are counted without a branch to guess. */
	for (uint32_t i = 0; i < rows.count; i++) {
		uint32_t *from = histogram + values[i] * step + given->gives[i] % GIVE_KINDS;
		uint32_t list = lists[i], rest = list & (list - 1), second = rest ? rest : list;
		from[(uint32_t)__builtin_ctz(list) * list_step]++;
		from[(uint32_t)__builtin_ctz(second) * list_step] += rest != 0;
		for (rest &= rest - 1; rest; rest &= rest - 1)
			from[(uint32_t)__builtin_ctz(rest) * list_step]++;
	}
}

/* All rows into the groups of their values. */
static void part_scan(struct gather *gather, const struct formula *part)
{
	const struct table *table = part->kind->table;
	struct column_values columns[FIGURE_SPLITS] = {{0}};
	struct given given;
	for (size_t i = 0; i < gather->figure->by_count; i++) {
		columns[i].split = formula_split(part, gather->figure->by[i]);
		columns[i].lists = split_is_list(columns[i].split);
	}
	histogram_begin(gather, part);
	for (uint32_t row = 0; row < table->rows; row += TABLE_CHUNK) {
		struct rows rows = table_rows(table, row);
		if (!formula_give(part, rows, &gather->figure->period, &given))
			continue;
		for (size_t i = 0; i < gather->figure->by_count; i++)
			split_column(part, columns[i].split, rows, columns[i].values);
		if (gather->histogram && !(columns[0].lists && columns[1].lists))
			rows_histogram(gather, rows, &given, columns);
		else
			rows_group(gather, rows, &given, columns);
	}
	histogram_end(gather);
}

static void on_day(void *arg, const int32_t *values, size_t count)
{
	percentile_borrow(arg, values, count);
}

static void part_count(struct gather *gather, const struct formula *part)
{
	const struct figure *figure = gather->figure;
	const struct period *period = &figure->period;
	const struct split *split = figure->by_count ? formula_split(part, figure->by[0]) : NULL;
	bool measured = part->measure != REF_NONE;
	formula_counts(part, NULL, 0, period, &gather->total.counts);
	if (measured)
		spread_each(
			&part->spread, period->from, period->to, on_day, &gather->total.measured);
	if (figure->by_count > 1 || (split && (measured || !split->counted))) {
		part_scan(gather, part);
		return;
	}
	for (uint32_t v = 0; v < gather->group_count; v++)
		formula_counts(part, split, v, period, &gather->groups[v].counts);
}

/* Of a share: what the count is divided by. 0: not known, or nothing. */
static int64_t whole_of(const struct figure *figure, const struct counts *counts,
	const struct counts *total, const char *key, const struct figure_names *names)
{
	switch (figure->formula->whole) {
	case WHOLE_POPULATION:
		return total->count;
	case WHOLE_HOUSEHOLDS:
		return names && names->on_households ? names->on_households(names->arg, key) : 0;
	default:
		return counts->of;
	}
}

static bool unknown_is_outside(const struct formula *formula)
{
	const struct formula *parts[SUM_MAX];
	size_t count = formula_parts(formula, parts);
	for (size_t i = 0; i < count; i++) {
		if (parts[i]->unknown_day != REF_NONE)
			return true;
	}
	return false;
}

static void share_fill(struct value *value, const struct formula *formula)
{
	const struct counts *counts = &value->counts;
	bool is_outside = unknown_is_outside(formula);
	value->known = counts->of > 0;
	value->has_of = counts->of > 0 || formula->whole != WHOLE_HOUSEHOLDS;
	if (value->known)
		value->value = (double)counts->count / (double)counts->of;
	int64_t whole = counts->of + (is_outside ? counts->unknown : 0);
	value->has_range = whole > 0;
	if (!value->has_range)
		return;
	value->low = (double)counts->count / (double)whole;
	value->high = (double)(counts->count + counts->unknown) / (double)whole;
}

static void spread_fill(struct value *value, enum kpi_unit unit, struct percentile *measured)
{
	value->counts.of = value->counts.count;
	value->has_of = true;
	value->known = value->has_spread = measured->count > 0;
	if (!measured->count)
		return;
	int32_t ranks[2];
	value->mean = percentile_read(measured, (const size_t[]){50, 90}, ranks, 2);
	value->p50 = ranks[0];
	value->p90 = ranks[1];
	value->value = unit == UNIT_EURO ? value->mean : value->p50;
}

static struct value value_make(const struct figure *figure, struct group *group,
	const struct counts *total, const char *key, const struct figure_names *names)
{
	struct value value = {.counts = group->counts};
	switch (figure->kpi->unit) {
	case UNIT_COUNT:
		value.known = true;
		value.value = (double)value.counts.count;
		break;
	case UNIT_SHARE:
		value.counts.of = whole_of(figure, &group->counts, total, key, names);
		share_fill(&value, figure->formula);
		break;
	default:
		spread_fill(&value, figure->kpi->unit, &group->measured);
	}
	return value;
}

const char *figure_label(
	const struct figure_names *names, const struct dimension *dimension, const char *key)
{
	for (size_t i = 0; i < dimension->label_count; i++) {
		if (!strcmp(dimension->labels[i].key, key))
			return dimension->labels[i].label;
	}
	if (!strcmp(key, "UNKNOWN"))
		return "Onbekend";
	const char *label =
		names && names->on_label ? names->on_label(names->arg, dimension->id, key) : NULL;
	return label ? label : key;
}

static int row_compare(const void *a, const void *b)
{
	const struct figure_row *x = a, *y = b;
	if (x->weight != y->weight)
		return x->weight < y->weight ? -1 : 1;
	for (size_t i = 0; i < FIGURE_SPLITS; i++) {
		if (x->order[i] != y->order[i])
			return x->order[i] < y->order[i] ? -1 : 1;
		int by_key = x->keys[i] && y->keys[i] ? strcmp(x->keys[i], y->keys[i]) : 0;
		if (by_key)
			return by_key;
	}
	return 0;
}

static void rows_make(
	struct gather *gather, struct figure *figure, const struct figure_names *names)
{
	const struct formula *parts[SUM_MAX];
	formula_parts(figure->formula, parts);
	figure->rows = calloc(gather->group_count + 1, sizeof *figure->rows);
	must(figure->rows);
	for (size_t g = 0; g < gather->group_count; g++) {
		struct group *group = &gather->groups[g];
		if (!group->counts.count && !group->counts.of && !group->counts.unknown)
			continue;
		struct figure_row *row = &figure->rows[figure->row_count++];
		uint32_t values[FIGURE_SPLITS] = {
			(uint32_t)(g / gather->sizes[1]), (uint32_t)(g % gather->sizes[1])};
		bool has_unknown = false;
		for (size_t i = 0; i < figure->by_count; i++) {
			const struct split *split = formula_split(parts[0], figure->by[i]);
			row->keys[i] = split_key(split, values[i]);
			row->labels[i] = figure_label(names, figure->by[i], row->keys[i]);
			/* As they are defined, texts by their letters; UNKNOWN last. */
			row->order[i] = !values[i]             ? UINT32_MAX
					: split_is_text(split) ? 0
							       : values[i];
			has_unknown = has_unknown || !values[i];
		}
		row->value = value_make(figure, group, &gather->total.counts, row->keys[0], names);
		if (figure->kpi->largest_first)
			row->weight = has_unknown ? INT64_MAX : -group->counts.count;
	}
	qsort(figure->rows, figure->row_count, sizeof *figure->rows, row_compare);
}

static void gather_done(struct gather *gather)
{
	for (size_t g = 0; g < gather->group_count; g++)
		percentile_done(&gather->groups[g].measured);
	free(gather->groups);
	percentile_done(&gather->total.measured);
}

int figure_make(struct figure *out, const struct kpi *kpi, const struct period *period,
	uint32_t definition, const struct dimension *const *by, size_t by_count,
	const struct figure_names *names, struct why *why)
{
	struct figure figure = {.kpi = kpi,
		.formula = kpi->formulas[definition],
		.period = *period,
		.definition = definition,
		.by_count = by_count};
	struct gather gather = {.figure = &figure, .sizes = {1, 1}};
	const struct formula *parts[SUM_MAX];
	size_t part_total = formula_parts(figure.formula, parts);
	gather.group_count = by_count ? 1 : 0;
	for (size_t i = 0; i < by_count; i++) {
		figure.by[i] = by[i];
		gather.sizes[i] = split_size(formula_split(parts[0], by[i]));
		gather.group_count *= gather.sizes[i];
	}
	if (gather.group_count > CROSS_MAX)
		return why_set(why, ERR_TOO_LARGE,
			"%s by %s and %s would have %zu rows, more than %d", kpi->id, by[0]->id,
			by[1]->id, gather.group_count, CROSS_MAX);
	gather.groups = calloc(gather.group_count + 1, sizeof *gather.groups);
	must(gather.groups);
	for (size_t i = 0; i < part_total; i++)
		part_count(&gather, parts[i]);
	figure.total = value_make(&figure, &gather.total, &gather.total.counts, NULL, names);
	if (by_count)
		rows_make(&gather, &figure, names);
	gather_done(&gather);
	*out = figure;
	return 0;
}

struct value figure_total(const struct figure *like, const struct kpi *kpi,
	const struct period *period, const struct figure_names *names)
{
	struct figure figure = *like;
	struct gather gather = {.figure = &figure, .sizes = {1, 1}};
	const struct formula *parts[SUM_MAX];
	figure.kpi = kpi;
	figure.formula = kpi->formulas[like->definition];
	figure.period = *period;
	figure.by_count = 0;
	size_t part_total = formula_parts(figure.formula, parts);
	for (size_t i = 0; i < part_total; i++)
		part_count(&gather, parts[i]);
	struct value total = value_make(&figure, &gather.total, &gather.total.counts, NULL, names);
	gather_done(&gather);
	return total;
}

void figure_done(struct figure *figure)
{
	free(figure->rows);
	*figure = (struct figure){0};
}

void figure_suppress(struct figure *figure, int64_t below)
{
	for (size_t i = 0; i < figure->row_count; i++)
		figure->rows[i].suppressed = figure->rows[i].value.counts.count < below;
}
