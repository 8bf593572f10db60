#include "figures/gather.h"

#include <string.h>

/* ---- groups ---- */

/* Whether it is asked how much the rows measure. */
static bool is_measured(const struct gather *gather, const struct formula *part)
{
	return part->measure != REF_NONE && !gather->figure->counts_only;
}

static void group_count(const struct gather *gather, struct group *group,
	const struct formula *part, const struct given *given, uint32_t i)
{
	struct counts counts = given_counts(given, i);
	counts_add(&group->counts, &counts, gather->sign);
	if (is_measured(gather, part) && given->gives[i] & GIVE_COUNT)
		percentile_add(&group->measured, given->measured[i]);
}

static void histogram_begin(struct gather *gather, const struct formula *part)
{
	if (is_measured(gather, part) || part->sum != REF_NONE || part->divided_by != REF_NONE)
		return;
	gather->histogram = calloc(gather->group_count, GIVE_KINDS * sizeof *gather->histogram);
	must(gather->histogram || !gather->group_count);
}

static void histogram_end(struct gather *gather)
{
	for (size_t i = 0; gather->histogram && i < gather->group_count * GIVE_KINDS; i++) {
		struct counts counts = gives_counts((unsigned)(i % GIVE_KINDS));
		counts_add(&gather->groups[i / GIVE_KINDS].counts, &counts,
			(int32_t)gather->histogram[i]);
	}
	free(gather->histogram);
	gather->histogram = NULL;
}

/* ---- by looking at all rows ---- */

/* The values of a chunk's rows on one axis; without one all rows have the value 0. */
struct column_values {
	const struct split *split; /* NULL: a series */
	bool lists;                /* bits */
	uint32_t values[TABLE_CHUNK];
};

/* A value of `set`, which loses it. */
static uint32_t value_take(uint32_t *set, bool is_list)
{
	uint32_t value = is_list ? (uint32_t)__builtin_ctz(*set) : *set;
	*set = is_list ? *set & (*set - 1) : 0;
	return value;
}

/* One row to one group. */
static void group_add(struct gather *gather, size_t group, const struct formula *part,
	const struct given *given, uint32_t i)
{
	if (gather->histogram)
		gather->histogram[group * GIVE_KINDS + given->gives[i] % GIVE_KINDS] +=
			(uint32_t)gather->sign;
	else
		group_count(gather, &gather->groups[group], part, given, i);
}

/* Each row into the group of each pair of its values. */
static void rows_group(struct gather *gather, const struct formula *part, struct rows rows,
	const struct given *given, const struct column_values columns[FIGURE_SPLITS])
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
				group_add(gather, group + value_take(&b, second->lists), part,
					given, i);
			while (b);
		} while (a);
	}
}

/* The same where a row counts as one, and one axis at most has lists. */
static COLUMN_LOOP void rows_histogram(struct gather *gather, struct rows rows,
	const struct given *given, const struct column_values columns[FIGURE_SPLITS])
{
	size_t listed = columns[1].lists,
	       steps[FIGURE_SPLITS] = {GIVE_KINDS * gather->sizes[1], GIVE_KINDS};
	const uint32_t *values = columns[!listed].values, *lists = columns[listed].values;
	size_t step = steps[!listed], list_step = steps[listed];
	uint32_t *histogram = gather->histogram, one = (uint32_t)gather->sign;
	if (!columns[listed].lists) {
		for (uint32_t i = 0; i < rows.count; i++)
			histogram[values[i] * step + lists[i] * list_step +
				  given->gives[i] % GIVE_KINDS] += one;
		return;
	}
	/* Most lists hold one value or two: those are counted without a branch to guess. */
	for (uint32_t i = 0; i < rows.count; i++) {
		uint32_t *from = histogram + values[i] * step + given->gives[i] % GIVE_KINDS;
		uint32_t list = lists[i], rest = list & (list - 1), second = rest ? rest : list;
		from[(uint32_t)__builtin_ctz(list) * list_step] += one;
		from[(uint32_t)__builtin_ctz(second) * list_step] += one & -(uint32_t)(rest != 0);
		for (rest &= rest - 1; rest; rest &= rest - 1)
			from[(uint32_t)__builtin_ctz(rest) * list_step] += one;
	}
}

/* What is given, into the groups, and into the total where no counter has it. */
static void rows_add(struct gather *gather, const struct formula *part, struct rows rows,
	const struct given *given, const struct column_values columns[FIGURE_SPLITS])
{
	for (uint32_t i = 0; gather->filters->count && i < rows.count; i++) {
		if (given->gives[i])
			group_count(gather, &gather->total, part, given, i);
	}
	if (!gather->group_count)
		return;
	if (gather->histogram && !(columns[0].lists && columns[1].lists))
		rows_histogram(gather, rows, given, columns);
	else
		rows_group(gather, part, rows, given, columns);
}

/* Leaves given what rows give that also give `with`, on a day of the period, and says in which part of the series. A
 * stock is in on all days from that day on: who entered before the period is in from its first part on. */
static COLUMN_LOOP void rows_date(const struct gather *gather, bool is_stock, struct rows rows,
	const int32_t *restrict day, unsigned with, unsigned gives, uint8_t *restrict given,
	uint32_t *restrict values)
{
	const struct period *period = &gather->figure->period;
	int32_t from = period->from, to = period->to;
	for (uint32_t i = 0; i < rows.count; i++) {
		bool counts =
			(bool)(given[i] & with) & (day[i] <= to) & (is_stock | (day[i] >= from));
		given[i] &= (uint8_t)(counts ? gives : 0);
		values[i] = counts && day[i] > from ? (uint32_t)day[i] - (uint32_t)from : 0;
	}
	for (uint32_t i = 0; i < rows.count; i++)
		values[i] = gather->part_of[values[i]];
}

/* On two days a row may give something: each is in a part of its own. */
static void rows_add_dated(struct gather *gather, const struct formula *part, struct rows rows,
	struct given *given, struct column_values columns[FIGURE_SPLITS], size_t series)
{
	enum { ON_DAY = GIVE_COUNT | GIVE_OF | GIVE_UNKNOWN };
	uint8_t gives[TABLE_CHUNK];
	bool is_stock = part->leave != REF_NONE;
	uint32_t *values = columns[series].values;
	memcpy(gives, given->gives, rows.count);
	rows_date(gather, is_stock, rows, given->day, ON_DAY, ON_DAY, given->gives, values);
	rows_add(gather, part, rows, given, columns);
	if (!is_stock && part->unknown_day == REF_NONE)
		return;
	memcpy(given->gives, gives, rows.count);
	rows_date(gather, is_stock, rows, given->other_day, GIVE_OTHER,
		is_stock ? ON_DAY : GIVE_OTHER, given->gives, values);
	gather->sign = is_stock ? -1 : 1;
	rows_add(gather, part, rows, given, columns);
	gather->sign = 1;
}

static void part_scan(struct gather *gather, const struct formula *part)
{
	const struct figure *figure = gather->figure;
	const struct table *table = part->kind->table;
	struct column_values columns[FIGURE_SPLITS] = {{0}};
	size_t series = figure_series(figure);
	bool dated = series < FIGURE_SPLITS;
	/* Of a stock every day on which one enters or leaves. */
	const struct period *period = dated && part->leave != REF_NONE ? NULL : &figure->period;
	struct given given;
	for (size_t i = 0; i < figure->by_count; i++) {
		columns[i].split = formula_split(part, figure->by[i]);
		columns[i].lists = columns[i].split && split_is_list(columns[i].split);
	}
	histogram_begin(gather, part);
	for (uint32_t row = 0; row < table->rows; row += TABLE_CHUNK) {
		struct rows rows = table_rows(table, row);
		if (!formula_give(part, rows, period, &given))
			continue;
		filters_give(part, gather->filters, rows, &given);
		for (size_t i = 0; i < figure->by_count; i++)
			if (columns[i].split)
				split_column(part, columns[i].split, rows, columns[i].values);
		if (dated)
			rows_add_dated(gather, part, rows, &given, columns, series);
		else
			rows_add(gather, part, rows, &given, columns);
	}
	histogram_end(gather);
}

/* ---- from the counters ---- */

static void on_day(void *arg, const int32_t *values, size_t count)
{
	percentile_borrow(arg, values, count);
}

/* What is not filtered, of all rows or of those with one value. */
static void value_count(const struct gather *gather, const struct formula *part,
	const struct split *split, uint32_t value, const struct period *period, struct group *group)
{
	formula_counts(part, split, value, period, &group->counts);
	if (!split && is_measured(gather, part))
		spread_each(&part->spread, period->from, period->to, on_day, &group->measured);
}

/* What a filter leaves of all rows. */
static void filtered_count(const struct gather *gather, const struct formula *part,
	const struct period *period, struct group *group)
{
	const struct filter *filter = gather->filters->items;
	if (!gather->filters->count)
		value_count(gather, part, NULL, 0, period, group);
	for (size_t value = 0; gather->filters->count && value < filter->size; value++)
		if (filter->takes[value])
			value_count(gather, part, formula_split(part, filter->dimension),
				(uint32_t)value, period, group);
}

/* Whether the counters know what the filters leave: of one only, and not of a row that stands under two values. */
static bool filters_are_counted(const struct gather *gather, const struct formula *part)
{
	const struct filter *filter = gather->filters->items;
	if (!gather->filters->count)
		return true;
	const struct split *split = formula_split(part, filter->dimension);
	return gather->filters->count == 1 && split->counted && !is_measured(gather, part) &&
	       (!split_is_list(split) || filter->count == 1);
}

/* The first axis that is no series; not below by_count: there is none. */
static size_t split_axis(const struct figure *figure)
{
	return figure->by_count && figure_series(figure) == 0 ? 1 : 0;
}

/* Whether they know all that is asked for. */
static bool groups_are_counted(const struct gather *gather, const struct formula *part)
{
	const struct figure *figure = gather->figure;
	size_t axis = split_axis(figure), series = figure_series(figure);
	if (axis >= figure->by_count)
		return filters_are_counted(gather, part);
	return !gather->filters->count && !is_measured(gather, part) &&
	       (figure->by_count == 1 || series < FIGURE_SPLITS) &&
	       formula_split(part, figure->by[axis])->counted;
}

static void groups_count(struct gather *gather, const struct formula *part)
{
	const struct figure *figure = gather->figure;
	size_t axis = split_axis(figure), series = figure_series(figure);
	const struct split *split =
		axis < figure->by_count ? formula_split(part, figure->by[axis]) : NULL;
	for (size_t g = 0; g < gather->group_count; g++) {
		size_t values[FIGURE_SPLITS] = {g / gather->sizes[1], g % gather->sizes[1]};
		struct period period = series < FIGURE_SPLITS
					       ? period_part(&figure->period,
							 figure->by[series]->span, values[series])
					       : figure->period;
		if (split)
			value_count(gather, part, split, (uint32_t)values[axis], &period,
				&gather->groups[g]);
		else
			filtered_count(gather, part, &period, &gather->groups[g]);
	}
}

/* ---- all of it ---- */

static void wholes_count(struct gather *gather, const struct formula *part)
{
	const struct figure *figure = gather->figure;
	size_t series = figure_series(figure);
	struct counts counts = {0};
	formula_counts(part, NULL, 0, &figure->period, &counts);
	gather->whole += counts.count;
	for (size_t i = 0; series < FIGURE_SPLITS && i < gather->sizes[series]; i++) {
		struct period period = period_part(&figure->period, figure->by[series]->span, i);
		counts = (struct counts){0};
		formula_counts(part, NULL, 0, &period, &counts);
		gather->wholes[i] += counts.count;
	}
}

void gather_part(struct gather *gather, const struct formula *part)
{
	if (part->whole == WHOLE_POPULATION)
		wholes_count(gather, part->counters);
	part = part->counters;
	bool counted = groups_are_counted(gather, part);
	if (counted || !gather->filters->count)
		filtered_count(gather, part, &gather->figure->period, &gather->total);
	if (counted)
		groups_count(gather, part);
	else
		part_scan(gather, part);
}

/* A stock whose rows were looked at: who entered and who left, up to and with each part. */
static void stocks_end(struct gather *gather)
{
	size_t series = figure_series(gather->figure);
	for (size_t v = 0; v < gather->sizes[!series]; v++) {
		struct counts in = {0};
		for (size_t i = 0; i < gather->sizes[series]; i++) {
			size_t group = series ? v * gather->sizes[1] + i : i * gather->sizes[1] + v;
			counts_add(&in, &gather->groups[group].counts, 1);
			gather->groups[group].counts = in;
		}
	}
}

void gather_end(struct gather *gather)
{
	const struct formula *formula = gather->figure->formula;
	bool is_stock = formula->kind && formula->leave != REF_NONE;
	if (is_stock && figure_series(gather->figure) < FIGURE_SPLITS &&
		!groups_are_counted(gather, formula->counters))
		stocks_end(gather);
}

void gather_init(
	struct gather *gather, const struct figure *figure, const size_t sizes[FIGURE_SPLITS])
{
	static const struct filters no_filters;
	size_t series = figure_series(figure), parts = series < FIGURE_SPLITS ? sizes[series] : 0;
	const struct period *period = &figure->period;
	*gather = (struct gather){
		.figure = figure,
		.sign = 1,
		.filters = figure->filters ? figure->filters : &no_filters,
		.sizes = {sizes[0], sizes[1]},
		.group_count = figure->by_count ? sizes[0] * sizes[1] : 0,
	};
	gather->groups = calloc(gather->group_count + 1, sizeof *gather->groups);
	gather->wholes = calloc(parts + 1, sizeof *gather->wholes);
	gather->part_of =
		parts ? calloc((size_t)(period->to - period->from) + 1, sizeof *gather->part_of)
		      : NULL;
	must(gather->groups && gather->wholes && (gather->part_of || !parts));
	for (size_t i = 0; i < parts; i++) {
		struct period part = period_part(period, figure->by[series]->span, i);
		for (int32_t day = part.from; day <= part.to; day++)
			gather->part_of[day - period->from] = (uint16_t)i;
	}
}

void gather_done(struct gather *gather)
{
	for (size_t g = 0; g < gather->group_count; g++)
		percentile_done(&gather->groups[g].measured);
	free(gather->groups);
	free(gather->wholes);
	free(gather->part_of);
	percentile_done(&gather->total.measured);
}
