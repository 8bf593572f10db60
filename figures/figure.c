#include "figures/figure.h"

#include "figures/gather.h"
#include <string.h>

enum { CROSS_MAX = 1 << 18 };

size_t formula_parts(const struct formula *formula, const struct formula *parts[SUM_MAX])
{
	if (formula->kind) {
		parts[0] = formula;
		return 1;
	}
	memcpy(parts, formula->sum_of, formula->sum_count * sizeof *parts);
	return formula->sum_count;
}

bool figure_counts_people(const struct kpi *kpi)
{
	const struct formula *parts[SUM_MAX];
	size_t count = formula_parts(kpi->formulas[0], parts);
	for (size_t i = 0; i < count; i++) {
		if (parts[i]->people)
			return true;
	}
	return false;
}

/* Where a row of a figure stands among what was gathered. */
struct standing {
	const struct gather *gather;
	const char *ward; /* that it is split by; NULL: by none */
	int64_t whole;    /* all of the population, of the period or of the part of a series */
	const struct figure_names *names;
};

/* Whose keys are those of the table of wards. */
static bool is_ward(const struct dimension *dimension)
{
	return !strcmp(dimension->id, "ward");
}

/* Of the wards that a filter takes; 0: not of all of them known. */
static int64_t households_taken(
	const struct split *split, const struct filter *filter, const struct figure_names *names)
{
	int64_t sum = 0;
	for (uint32_t value = 0; value < filter->size; value++) {
		if (!filter->takes[value])
			continue;
		uint32_t households = names->on_households(names->arg, split_key(split, value));
		if (!households)
			return 0;
		sum += households;
	}
	return sum;
}

/* Of the row's ward, else of all that are asked for. */
static int64_t households_of(const struct standing *at)
{
	const struct filters *filters = at->gather->filters;
	const struct figure_names *names = at->names;
	if (!names || !names->on_households)
		return 0;
	for (size_t f = 0; !at->ward && f < filters->count; f++) {
		const struct dimension *dimension = filters->items[f].dimension;
		if (is_ward(dimension))
			return households_taken(
				formula_split(at->gather->figure->formula, dimension),
				&filters->items[f], names);
	}
	return names->on_households(names->arg, at->ward);
}

/* Of a share: what the count is divided by. 0: not known, or nothing. */
static int64_t whole_of(
	const struct figure *figure, const struct counts *counts, const struct standing *at)
{
	switch (figure->formula->whole) {
	case WHOLE_POPULATION:
		return at->whole;
	case WHOLE_HOUSEHOLDS:
		return households_of(at);
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

static struct value value_make(
	const struct figure *figure, struct group *group, const struct standing *at)
{
	struct value value = {.counts = group->counts};
	switch (figure->kpi->unit) {
	case UNIT_COUNT:
		value.known = true;
		value.value = (double)value.counts.count;
		break;
	case UNIT_SHARE:
		value.counts.of = whole_of(figure, &group->counts, at);
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

/* Of a month or day of the series. */
static void point_name(
	const struct figure *figure, uint32_t value, size_t axis, struct figure_row *row)
{
	const struct figure_point *point = &figure->points[value];
	row->keys[axis] = point->key;
	row->labels[axis] = point->label;
	row->order[axis] = value;
	row->is_running = point->is_running;
}

/* As they are defined, texts by their letters; UNKNOWN last. */
static void value_name(const struct figure *figure, const struct formula *part, uint32_t value,
	size_t axis, const struct figure_names *names, struct figure_row *row)
{
	const struct split *split = formula_split(part, figure->by[axis]);
	row->keys[axis] = split_key(split, value);
	row->labels[axis] = figure_label(names, split->dimension, row->keys[axis]);
	row->order[axis] = !value ? UINT32_MAX : split_is_text(split) ? 0 : value;
}

static struct figure_row row_make(struct gather *gather, const struct figure *figure, size_t g,
	const struct figure_names *names)
{
	const struct formula *parts[SUM_MAX];
	uint32_t values[FIGURE_SPLITS] = {
		(uint32_t)(g / gather->sizes[1]), (uint32_t)(g % gather->sizes[1])};
	struct figure_row row = {.values = {values[0], values[1]}};
	struct standing at = {.gather = gather, .whole = gather->whole, .names = names};
	bool by_size = figure->kpi->largest_first && figure_series(figure) == FIGURE_SPLITS,
	     has_unknown = false;
	formula_parts(figure->formula, parts);
	for (size_t i = 0; i < figure->by_count; i++) {
		if (i == figure_series(figure)) {
			point_name(figure, values[i], i, &row);
			at.whole = gather->wholes[values[i]];
			continue;
		}
		value_name(figure, parts[0], values[i], i, names, &row);
		has_unknown = has_unknown || !values[i];
		if (is_ward(figure->by[i]))
			at.ward = row.keys[i];
	}
	row.value = value_make(figure, &gather->groups[g], &at);
	if (by_size)
		row.weight = has_unknown ? INT64_MAX : -row.value.counts.count;
	return row;
}

/* What has no rows is left out, but for a month or day of a series that is not split. */
static void rows_make(
	struct gather *gather, struct figure *figure, const struct figure_names *names)
{
	bool all = figure->by_count == 1 && figure_series(figure) == 0;
	figure->rows = calloc(gather->group_count + 1, sizeof *figure->rows);
	must(figure->rows);
	for (size_t g = 0; g < gather->group_count; g++) {
		const struct counts *counts = &gather->groups[g].counts;
		if (all || counts->count || counts->of || counts->unknown)
			figure->rows[figure->row_count++] = row_make(gather, figure, g, names);
	}
	qsort(figure->rows, figure->row_count, sizeof *figure->rows, row_compare);
}

void figure_points_make(struct figure *figure, enum span span, size_t count)
{
	figure->points = calloc(count, sizeof *figure->points);
	must(figure->points);
	for (size_t i = 0; i < count; i++) {
		struct period part = period_part(&figure->period, span, i);
		struct figure_point *point = &figure->points[i];
		period_print_key(part.from, span, point->key);
		period_print_label(part.from, span, point->label);
		point->is_running = !period_is_over(&part, span);
	}
}

int figure_points_check(
	const struct figure *figure, const struct dimension *by, size_t count, struct why *why)
{
	if (!by->span || count <= FIGURE_POINTS_MAX)
		return 0;
	return why_set(why, ERR_TOO_LARGE,
		"%s by %s would have %zu rows, more than %d; ask by month, or of a shorter period",
		figure->kpi->id, by->id, count, FIGURE_POINTS_MAX);
}

/* How many rows there may be on each axis. */
static int axes_size(const struct figure *figure, size_t sizes[FIGURE_SPLITS], struct why *why)
{
	const struct formula *parts[SUM_MAX];
	const char *id = figure->kpi->id;
	formula_parts(figure->formula, parts);
	for (size_t i = 0; i < figure->by_count; i++) {
		const struct dimension *by = figure->by[i];
		sizes[i] = by->span ? period_count(&figure->period, by->span)
				    : split_size(formula_split(parts[0], by));
		int err = figure_points_check(figure, by, sizes[i], why);
		if (err)
			return err;
	}
	if (sizes[0] * sizes[1] > CROSS_MAX)
		return why_set(why, ERR_TOO_LARGE,
			"%s by %s and %s would have %zu rows, more than %d", id, figure->by[0]->id,
			figure->by[1]->id, sizes[0] * sizes[1], CROSS_MAX);
	return 0;
}

static void gather_all(
	struct gather *gather, const struct figure *figure, const size_t sizes[FIGURE_SPLITS])
{
	const struct formula *parts[SUM_MAX];
	size_t count = formula_parts(figure->formula, parts);
	gather_init(gather, figure, sizes);
	for (size_t i = 0; i < count; i++)
		gather_part(gather, parts[i]);
	gather_end(gather);
}

/* From what its rows give. */
static void figure_fill(
	struct figure *figure, const size_t sizes[FIGURE_SPLITS], const struct figure_names *names)
{
	size_t series = figure_series(figure);
	struct gather gather;
	gather_all(&gather, figure, sizes);
	struct standing all = {.gather = &gather, .whole = gather.whole, .names = names};
	figure->total = value_make(figure, &gather.total, &all);
	if (series < FIGURE_SPLITS)
		figure_points_make(figure, figure->by[series]->span, sizes[series]);
	if (figure->by_count)
		rows_make(&gather, figure, names);
	gather_done(&gather);
}

static struct figure figure_of(const struct kpi *kpi, const struct period *period,
	uint32_t definition, const struct figure_cut *cut)
{
	struct figure figure = {.kpi = kpi,
		.formula = kpi->formulas[definition],
		.period = *period,
		.definition = definition};
	if (cut) {
		memcpy(figure.by, cut->by, sizeof figure.by);
		figure.by_count = cut->by_count;
		figure.filters = cut->filters;
		figure.counts_only = cut->counts_only;
	}
	return figure;
}

int figure_make(struct figure *out, const struct kpi *kpi, const struct period *period,
	uint32_t definition, const struct figure_cut *cut, const struct figure_names *names,
	struct why *why)
{
	struct figure figure = figure_of(kpi, period, definition, cut);
	size_t sizes[FIGURE_SPLITS] = {1, 1};
	int err = axes_size(&figure, sizes, why);
	if (err)
		return err;
	figure_fill(&figure, sizes, names);
	*out = figure;
	return 0;
}

/* One of several figures whose rows were gathered at once: by these groups. */
static void part_fill(struct figure *figure, const struct gather *all, struct group *groups,
	int64_t whole, const struct figure_names *names)
{
	size_t rows = all->sizes[1];
	struct gather gather = {
		.figure = figure,
		.filters = all->filters,
		.sizes = {rows, 1},
		.groups = groups,
		.group_count = rows,
		.whole = whole,
	};
	figure->total = figure_total(figure, figure->kpi, &figure->period, names);
	rows_make(&gather, figure, names);
}

/* The groups of the first quarter become those of the year. */
static void quarters_sum(struct gather *gather)
{
	size_t rows = gather->sizes[1];
	for (size_t g = rows; g < gather->group_count; g++)
		counts_add(&gather->groups[g % rows].counts, &gather->groups[g].counts, 1);
}

int figure_make_year(struct figure *out, struct figure quarters[FIGURE_QUARTERS],
	const struct kpi *kpi, const struct period *year, uint32_t definition,
	const struct figure_cut *cut, const struct figure_names *names, struct why *why)
{
	static const struct dimension by_quarter = {.id = "quarter", .span = SPAN_QUARTER};
	struct figure figure = figure_of(kpi, year, definition, cut), series = figure;
	size_t sizes[FIGURE_SPLITS] = {1, 1};
	struct gather gather;
	int err = axes_size(&figure, sizes, why);
	if (err)
		return err;
	series.by[0] = &by_quarter;
	series.by[1] = figure.by[0];
	series.by_count = 2;
	gather_all(&gather, &series, (const size_t[FIGURE_SPLITS]){FIGURE_QUARTERS, sizes[0]});
	for (size_t i = 0; i < FIGURE_QUARTERS; i++) {
		quarters[i] = figure;
		quarters[i].period = period_part(year, SPAN_QUARTER, i);
		part_fill(&quarters[i], &gather, gather.groups + i * sizes[0], gather.wholes[i],
			names);
	}
	quarters_sum(&gather);
	part_fill(&figure, &gather, gather.groups, gather.whole, names);
	gather_done(&gather);
	*out = figure;
	return 0;
}

struct value figure_total(const struct figure *like, const struct kpi *kpi,
	const struct period *period, const struct figure_names *names)
{
	struct figure figure = *like;
	figure.kpi = kpi;
	figure.formula = kpi->formulas[like->definition];
	figure.period = *period;
	figure.by_count = 0;
	figure_fill(&figure, (const size_t[FIGURE_SPLITS]){1, 1}, names);
	return figure.total;
}

void figure_done(struct figure *figure)
{
	free(figure->rows);
	free(figure->points);
	*figure = (struct figure){0};
}
