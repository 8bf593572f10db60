#include "daemons/aggregate/figure.h"

#include "lib/clean.h"
#include <string.h>

enum { CROSS_MAX = 1 << 18 };

/* Measured values, gathered and then sorted. */
struct sample {
	int32_t *items;
	size_t count, room;
};

static void sample_add(struct sample *sample, int32_t item)
{
	if (sample->count == sample->room) {
		sample->room = sample->room ? 2 * sample->room : 64;
		sample->items = realloc(sample->items, sample->room * sizeof *sample->items);
		must(sample->items);
	}
	sample->items[sample->count++] = item;
}

static int number_compare(const void *a, const void *b)
{
	int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
	return (x > y) - (x < y);
}

/* Days and seconds lie close together: counting beats comparing. */
static void sample_sort(struct sample *sample)
{
	enum { RANGE_MAX = 1 << 16 };
	int32_t low = INT32_MAX, high = INT32_MIN;
	for (size_t i = 0; i < sample->count; i++) {
		low = sample->items[i] < low ? sample->items[i] : low;
		high = sample->items[i] > high ? sample->items[i] : high;
	}
	if (sample->count < 1000 || (int64_t)high - low >= RANGE_MAX) {
		if (sample->count)
			qsort(sample->items, sample->count, sizeof *sample->items, number_compare);
		return;
	}
	size_t range = (size_t)((int64_t)high - low + 1), at = 0;
	auto_free uint32_t *counts = calloc(range, sizeof *counts);
	must(counts);
	for (size_t i = 0; i < sample->count; i++)
		counts[sample->items[i] - low]++;
	for (size_t i = 0; i < range; i++) {
		for (uint32_t n = 0; n < counts[i]; n++)
			sample->items[at++] = low + (int32_t)i;
	}
}

/* Nearest rank: the smallest value that at least this part of all does not exceed. */
static int32_t sample_percentile(const struct sample *sample, size_t percent)
{
	size_t rank = (sample->count * percent + 99) / 100;
	return sample->items[rank ? rank - 1 : 0];
}

/* What is gathered for one value, or one pair of values. */
struct group {
	struct counts counts;
	struct sample sample;
};

struct gather {
	const struct figure *figure;
	size_t sizes[FIGURE_SPLITS];
	struct group total, *groups;
	size_t group_count;
};

size_t rule_parts(const struct rule *rule, const struct rule *parts[SUM_MAX])
{
	if (rule->kind) {
		parts[0] = rule;
		return 1;
	}
	memcpy(parts, rule->sum_of, rule->sum_count * sizeof *parts);
	return rule->sum_count;
}

static void group_add(
	struct group *group, const struct counts *counts, const struct rule *part, uint32_t row)
{
	group->counts.count += counts->count;
	group->counts.of += counts->of;
	group->counts.unknown += counts->unknown;
	if (part->measure != REF_NONE && counts->count)
		sample_add(&group->sample, row_value(part->kind, part->measure, row));
}

static void part_scan(struct gather *gather, const struct rule *part)
{
	const struct figure *figure = gather->figure;
	uint32_t values[FIGURE_SPLITS][32] = {{0}};
	size_t counts[FIGURE_SPLITS] = {1, 1};
	const struct split *splits[FIGURE_SPLITS] = {0};
	for (size_t i = 0; i < figure->by_count; i++)
		splits[i] = rule_split(part, figure->by[i]);
	for (uint32_t row = 0; row < part->kind->table->rows; row++) {
		struct counts given;
		if (!rule_row(part, row, figure->period.from, figure->period.to, &given))
			continue;
		group_add(&gather->total, &given, part, row);
		if (!figure->by_count)
			continue;
		for (size_t i = 0; i < figure->by_count; i++)
			counts[i] = split_values(part, splits[i], row, values[i]);
		for (size_t a = 0; a < counts[0]; a++) {
			for (size_t b = 0; b < counts[1]; b++)
				group_add(&gather->groups[values[0][a] * gather->sizes[1] +
							  values[1][b]],
					&given, part, row);
		}
	}
}

static void part_count(struct gather *gather, const struct rule *part)
{
	const struct figure *figure = gather->figure;
	const struct period *period = &figure->period;
	const struct split *split = figure->by_count ? rule_split(part, figure->by[0]) : NULL;
	if (part->measure != REF_NONE || figure->by_count > 1 || (split && !split->counted)) {
		part_scan(gather, part);
		return;
	}
	rule_counts(part, NULL, 0, period->from, period->to, &gather->total.counts);
	for (uint32_t v = 0; v < gather->group_count; v++)
		rule_counts(part, split, v, period->from, period->to, &gather->groups[v].counts);
}

/* Of a share: what the count is divided by. 0: not known, or nothing. */
static int64_t whole_of(const struct figure *figure, const struct counts *counts,
	const struct counts *total, const char *key, const struct figure_names *names)
{
	switch (figure->rule->whole) {
	case WHOLE_POPULATION:
		return total->count;
	case WHOLE_HOUSEHOLDS:
		return names && names->on_households ? names->on_households(names->arg, key) : 0;
	default:
		return counts->of;
	}
}

static bool unknown_is_outside(const struct rule *rule)
{
	const struct rule *parts[SUM_MAX];
	size_t count = rule_parts(rule, parts);
	for (size_t i = 0; i < count; i++) {
		if (parts[i]->unknown_day != REF_NONE)
			return true;
	}
	return false;
}

static void share_fill(struct value *value, const struct rule *rule)
{
	const struct counts *counts = &value->counts;
	bool is_outside = unknown_is_outside(rule);
	value->known = counts->of > 0;
	value->has_of = counts->of > 0 || rule->whole == WHOLE_PLACED;
	if (value->known)
		value->value = (double)counts->count / (double)counts->of;
	int64_t whole = counts->of + (is_outside ? counts->unknown : 0);
	value->has_range = whole > 0;
	if (!value->has_range)
		return;
	value->low = (double)counts->count / (double)whole;
	value->high = (double)(counts->count + counts->unknown) / (double)whole;
}

static void spread_fill(struct value *value, enum kpi_unit unit, struct sample *sample)
{
	value->counts.of = value->counts.count;
	value->has_of = true;
	value->known = value->has_spread = sample->count > 0;
	if (!sample->count)
		return;
	sample_sort(sample);
	value->p50 = sample_percentile(sample, 50);
	value->p90 = sample_percentile(sample, 90);
	int64_t sum = 0;
	for (size_t i = 0; i < sample->count; i++)
		sum += sample->items[i];
	value->mean = (double)sum / (double)sample->count;
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
		share_fill(&value, figure->rule);
		break;
	default:
		spread_fill(&value, figure->kpi->unit, &group->sample);
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
	const struct rule *parts[SUM_MAX];
	rule_parts(figure->rule, parts);
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
			const struct split *split = rule_split(parts[0], figure->by[i]);
			bool is_text =
				parts[0]->kind->table->columns[split->column].type == COLUMN_TEXT;
			row->keys[i] = split_key(parts[0], split, values[i]);
			row->labels[i] = figure_label(names, figure->by[i], row->keys[i]);
			/* As they are defined, texts by their letters; UNKNOWN last. */
			row->order[i] = !values[i] ? UINT32_MAX : is_text ? 0 : values[i];
			has_unknown = has_unknown || !values[i];
		}
		row->value = value_make(figure, group, &gather->total.counts, row->keys[0], names);
		if (figure->kpi->largest_first)
			row->weight = has_unknown ? INT64_MAX : -group->counts.count;
	}
	qsort(figure->rows, figure->row_count, sizeof *figure->rows, row_compare);
}

/* Norms compare the unrounded value, per quarter or year where the norm says so. */
static int met_fill(struct figure *figure, const struct kpis *kpis,
	const struct figure_names *names, struct why *why)
{
	const struct kpi *kpi = figure->kpi;
	struct value held = figure->total;
	if (kpi->norm == NORM_NONE)
		return 0;
	if (kpi->norm_held_to != kpi) {
		struct figure other;
		int err = figure_make(&other, kpis, kpi->norm_held_to, &figure->period,
			figure->definition, NULL, 0, names, why);
		if (err)
			return err;
		held = other.total;
		figure_done(&other);
	}
	int spans = kpi->norm_months ? period_spans(&figure->period, kpi->norm_months) : 1;
	if (!held.known || !spans)
		return 0;
	double value = held.value / spans;
	bool met = kpi->norm == NORM_AT_LEAST    ? value >= kpi->norm_value
		   : kpi->norm == NORM_MORE_THAN ? value > kpi->norm_value
						 : value <= kpi->norm_value;
	figure->met = met ? MET_YES : MET_NO;
	return 0;
}

static void gather_done(struct gather *gather)
{
	for (size_t g = 0; g < gather->group_count; g++)
		free(gather->groups[g].sample.items);
	free(gather->groups);
	free(gather->total.sample.items);
}

int figure_make(struct figure *out, const struct kpis *kpis, const struct kpi *kpi,
	const struct period *period, uint32_t definition, const struct dimension *const *by,
	size_t by_count, const struct figure_names *names, struct why *why)
{
	struct figure figure = {.kpi = kpi,
		.rule = kpi->rules[definition],
		.period = *period,
		.definition = definition,
		.by_count = by_count};
	struct gather gather = {.figure = &figure, .sizes = {1, 1}};
	const struct rule *parts[SUM_MAX];
	size_t part_total = rule_parts(figure.rule, parts);
	gather.group_count = by_count ? 1 : 0;
	for (size_t i = 0; i < by_count; i++) {
		figure.by[i] = by[i];
		gather.sizes[i] = split_size(parts[0], rule_split(parts[0], by[i]));
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
	int err = met_fill(&figure, kpis, names, why);
	if (!err && by_count)
		rows_make(&gather, &figure, names);
	gather_done(&gather);
	if (!err)
		*out = figure;
	return err;
}

void figure_done(struct figure *figure)
{
	free(figure->rows);
	*figure = (struct figure){0};
}
