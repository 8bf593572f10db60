#include "kpi/formula.h"

#include "lib/clean.h"
#include "proto/field.h"
#include <string.h>

/* ---- what rows give ---- */

COLUMN_BODY void days_within(struct rows rows, const int32_t *restrict day, int32_t from,
	int32_t to, bool *restrict within)
{
	for (uint32_t i = 0; i < rows.count; i++)
		within[i] = (day[i] >= from) & (day[i] <= to);
}

COLUMN_BODY bool amounts_fill(
	const struct formula *formula, int ref, int32_t missing, struct rows rows, int32_t *amounts)
{
	if (ref == REF_NONE)
		return false;
	row_values(formula->kind, ref, rows, amounts);
	for (uint32_t i = 0; i < rows.count; i++) {
		int32_t amount = amounts[i] == VALUE_UNSET ? missing : amounts[i];
		amounts[i] = amount < 0 ? 0 : amount > AMOUNT_MAX ? AMOUNT_MAX : amount;
	}
	return true;
}

/* Those of the rows of which no answer is known. */
COLUMN_BODY void unknown_give(const struct formula *formula, struct rows rows, const bool *of,
	struct given *restrict given)
{
	bool unknown[TABLE_CHUNK];
	if (!formula->unknown_inside.count)
		return;
	memcpy(unknown, of, rows.count);
	row_holds(formula->kind, &formula->unknown_inside, rows, unknown);
	for (uint32_t i = 0; i < rows.count; i++)
		given->gives[i] |= (uint8_t)(unknown[i] * GIVE_UNKNOWN);
}

/* Whether any of these many rows may have a day of the period. */
static bool days_may(
	const struct row_kind *kind, int ref, struct rows rows, int32_t from, int32_t to)
{
	int32_t first, last;
	return ref != REF_NONE && row_days(kind, ref, rows, &first, &last) && first <= to &&
	       last >= from;
}

/* In from `day` until the day before `leave`; who leaves as it enters never is. */
COLUMN_BODY bool stock_give(const struct formula *formula, struct rows rows,
	const struct period *period, struct given *given)
{
	bool in[TABLE_CHUNK];
	if (rows.count > 1 && period &&
		!days_may(formula->kind, formula->day, rows, SERIES_DAY_FIRST, period->to))
		return false;
	row_values(formula->kind, formula->day, rows, given->day);
	if (period)
		days_within(rows, given->day, SERIES_DAY_FIRST, period->to, in);
	else
		days_within(rows, given->day, VALUE_UNSET + 1, INT32_MAX, in);
	if (!row_holds(formula->kind, &formula->where, rows, in))
		return false;
	row_values(formula->kind, formula->leave, rows, given->other_day);
	for (uint32_t i = 0; i < rows.count; i++) {
		int32_t enter = given->day[i], leave = given->other_day[i];
		bool leaves = leave != VALUE_UNSET;
		bool gone = leaves & ((leave <= enter) | (period && leave <= period->to));
		in[i] &= !gone;
		given->gives[i] = !in[i]              ? 0
				  : leaves && !period ? GIVE_COUNT | GIVE_OTHER
						      : GIVE_COUNT;
	}
	unknown_give(formula, rows, in, given);
	given->summed =
		amounts_fill(formula, formula->sum, formula->sum_missing, rows, given->amount);
	given->divided = false;
	return true;
}

/* Of a deadline: what does not count is awaited until the day is past, and late then. */
COLUMN_BODY void late_give(
	struct rows rows, const struct period *period, const bool *placed, struct given *given)
{
	int32_t today = period ? period->today : INT32_MAX;
	for (uint32_t i = 0; i < rows.count; i++) {
		if (!placed[i] || given->gives[i] & GIVE_COUNT)
			continue;
		given->gives[i] = given->day[i] >= today ? 0 : given->gives[i] | GIVE_LATE;
	}
}

/* Rows that are placed on `day`, as far as they are of what is counted. */
COLUMN_BODY void placed_give(const struct formula *formula, struct rows rows,
	const struct period *period, bool *restrict placed, struct given *restrict given)
{
	const struct row_kind *kind = formula->kind;
	bool counted[TABLE_CHUNK];
	if (formula->measure != REF_NONE) {
		row_values(kind, formula->measure, rows, given->measured);
		for (uint32_t i = 0; i < rows.count; i++)
			placed[i] &= given->measured[i] != VALUE_UNSET;
	}
	if (!row_holds(kind, &formula->of, rows, placed))
		return;
	memcpy(counted, placed, rows.count);
	row_holds(kind, &formula->counted, rows, counted);
	bool has_of = formula->is_share && formula->whole == WHOLE_PLACED;
	for (uint32_t i = 0; i < rows.count; i++)
		given->gives[i] =
			(uint8_t)(counted[i] * GIVE_COUNT + (placed[i] & has_of) * GIVE_OF);
	unknown_give(formula, rows, placed, given);
	if (formula->due)
		late_give(rows, period, placed, given);
	given->summed =
		amounts_fill(formula, formula->sum, formula->sum_missing, rows, given->amount);
	given->divided =
		has_of && amounts_fill(formula, formula->divided_by, 0, rows, given->of_amount);
}

COLUMN_BODY bool flow_give(const struct formula *formula, struct rows rows,
	const struct period *period, struct given *given)
{
	const struct row_kind *kind = formula->kind;
	int32_t from = period ? period->from : VALUE_UNSET + 1,
		to = period ? period->to : INT32_MAX;
	bool either[TABLE_CHUNK], placed[TABLE_CHUNK], outside[TABLE_CHUNK];
	if (rows.count > 1 && !days_may(kind, formula->day, rows, from, to) &&
		!days_may(kind, formula->unknown_day, rows, from, to))
		return false;
	row_values(kind, formula->day, rows, given->day);
	days_within(rows, given->day, from, to, placed);
	memcpy(either, placed, rows.count);
	if (formula->unknown_day != REF_NONE) {
		row_values(kind, formula->unknown_day, rows, given->other_day);
		days_within(rows, given->other_day, from, to, outside);
		row_holds(kind, &formula->unknown_outside, rows, outside);
		for (uint32_t i = 0; i < rows.count; i++)
			either[i] |= outside[i];
	}
	if (!rows_any(rows, either) || !row_holds(kind, &formula->where, rows, either))
		return false;
	for (uint32_t i = 0; i < rows.count; i++)
		placed[i] &= either[i];
	memset(given->gives, 0, rows.count);
	given->summed = given->divided = false;
	placed_give(formula, rows, period, placed, given);
	if (formula->unknown_day == REF_NONE)
		return true;
	for (uint32_t i = 0; i < rows.count; i++)
		given->gives[i] |= (uint8_t)((outside[i] & either[i]) * GIVE_OTHER);
	return true;
}

COLUMN_BODY bool rows_give(const struct formula *formula, struct rows rows,
	const struct period *period, struct given *given)
{
	if (formula->leave != REF_NONE ? stock_give(formula, rows, period, given)
				       : flow_give(formula, rows, period, given))
		return true;
	memset(given->gives, 0, rows.count);
	given->summed = given->divided = false;
	return false;
}

static COLUMN_LOOP bool many_give(const struct formula *formula, struct rows rows,
	const struct period *period, struct given *given)
{
	return rows_give(formula, rows, period, given);
}

static bool one_gives(const struct formula *formula, uint32_t row, const struct period *period,
	struct given *given)
{
	return rows_give(formula, (struct rows){row, 1}, period, given);
}

bool formula_give(const struct formula *formula, struct rows rows, const struct period *period,
	struct given *given)
{
	return rows.count == 1 ? one_gives(formula, rows.first, period, given)
			       : many_give(formula, rows, period, given);
}

/* ---- whether two give the same ---- */

static bool conditions_equal(const struct condition *a, const struct condition *b)
{
	bool equal = a->count == b->count;
	for (size_t i = 0; equal && i < a->count; i++) {
		const struct test *x = &a->tests[i], *y = &b->tests[i];
		equal = x->op == y->op && x->ref == y->ref && x->other == y->other &&
			x->number == y->number && x->or_next == y->or_next;
	}
	return equal;
}

static bool splits_equal(const struct formula *a, const struct formula *b)
{
	bool equal = a->split_count == b->split_count;
	for (size_t i = 0; equal && i < a->split_count; i++) {
		const struct split *x = &a->splits[i], *y = &b->splits[i];
		equal = x->dimension == y->dimension && x->table == y->table &&
			x->column == y->column && x->by_case == y->by_case &&
			!memcmp(x->merge, y->merge, sizeof x->merge);
	}
	return equal;
}

static bool has_of(const struct formula *formula)
{
	return formula->is_share && formula->whole == WHOLE_PLACED;
}

bool formula_gives_same(const struct formula *a, const struct formula *b)
{
	return a->kind && a->kind == b->kind && a->day == b->day && a->leave == b->leave &&
	       a->measure == b->measure && a->sum == b->sum && a->sum_missing == b->sum_missing &&
	       a->divided_by == b->divided_by && has_of(a) == has_of(b) && a->due == b->due &&
	       a->unknown_day == b->unknown_day && conditions_equal(&a->where, &b->where) &&
	       conditions_equal(&a->of, &b->of) && conditions_equal(&a->counted, &b->counted) &&
	       conditions_equal(&a->unknown_inside, &b->unknown_inside) &&
	       conditions_equal(&a->unknown_outside, &b->unknown_outside) && splits_equal(a, b);
}

/* ---- dimensions ---- */

const struct dimension dimension_spans[DIMENSION_SPANS] = {
	{.id = "month", .label = "Maand", .span = SPAN_MONTH},
	{.id = "day", .label = "Dag", .span = SPAN_DAY},
};

const struct split *formula_split(const struct formula *formula, const struct dimension *dimension)
{
	for (size_t i = 0; i < formula->split_count; i++) {
		if (!strcmp(formula->splits[i].dimension->id, dimension->id))
			return &formula->splits[i];
	}
	return NULL;
}

/* NULL: no row has one. */
static const struct column *split_of(const struct split *split)
{
	return split->column < 0 ? NULL : &split->table->columns[split->column];
}

static bool has_classes(const struct split *split)
{
	return split->column == SPLIT_CLASSES ||
	       (split->column >= 0 && split_of(split)->type == COLUMN_NUMBER);
}

size_t split_size(const struct split *split)
{
	if (split->column == SPLIT_UNKNOWN)
		return 1;
	if (has_classes(split))
		return split->dimension->class_count + 1;
	const struct column *column = split_of(split);
	if (column->type == COLUMN_TEXT)
		return column->texts.count + 1;
	return (size_t)column->values->values[column->values->n_values - 1].value + 1;
}

const char *split_key(const struct split *split, uint32_t value)
{
	if (!value)
		return "UNKNOWN";
	if (has_classes(split))
		return split->dimension->classes[value - 1].key;
	const struct column *column = split_of(split);
	if (column->type == COLUMN_TEXT)
		return column->texts.items[value - 1];
	const char *name = enum_name(column->values, (int)value);
	return name ? name : "UNKNOWN";
}

COLUMN_BODY void classes_of(const struct dimension *dimension, struct rows rows,
	const int32_t *restrict raw, uint32_t *restrict values)
{
	memset(values, 0, rows.count * sizeof *values);
	for (size_t c = dimension->class_count; c-- > 0;) {
		const struct dimension_class *class = &dimension->classes[c];
		for (uint32_t i = 0; i < rows.count; i++)
			values[i] = ((raw[i] >= class->low) & (raw[i] <= class->high))
					    ? (uint32_t)c + 1
					    : values[i];
	}
}

bool split_is_list(const struct split *split)
{
	return split->column >= 0 && split_of(split)->type == COLUMN_SET;
}

bool split_is_text(const struct split *split)
{
	return split->column >= 0 && split_of(split)->type == COLUMN_TEXT;
}

/* No value of an enumeration is 0, so bit 0 is free for UNKNOWN. */
static uint32_t list_merge(const struct split *split, uint32_t list)
{
	uint32_t merged = 0;
	for (; list; list &= list - 1)
		merged |= 1u << split->merge[__builtin_ctz(list)];
	return merged;
}

COLUMN_BODY void lists_of(const struct split *split, struct rows rows, const int32_t *restrict raw,
	uint32_t *restrict values)
{
	bool merges = rows.count == 1; /* as it is, faster than to see whether any does */
	for (uint32_t bit = 0; bit < SPLIT_VALUES_MAX && !merges; bit++)
		merges = merges || split->merge[bit] != bit;
	for (uint32_t i = 0; i < rows.count; i++)
		values[i] = raw[i] == VALUE_UNSET || !raw[i] ? 1 : (uint32_t)raw[i];
	for (uint32_t i = 0; merges && i < rows.count; i++)
		values[i] = list_merge(split, values[i]);
}

COLUMN_BODY void values_of_cases(
	const struct formula *formula, const struct split *split, struct rows rows, int32_t *values)
{
	int32_t numbers[TABLE_CHUNK];
	row_values(formula->kind, split->by_case, rows, numbers);
	for (uint32_t i = 0; i < rows.count; i++) {
		uint32_t number = (uint32_t)numbers[i];
		values[i] = number < split->table->rows
				    ? table_get(split->table, (size_t)split->column, number)
				    : VALUE_UNSET;
	}
}

COLUMN_BODY void rows_split(const struct formula *formula, const struct split *split,
	struct rows rows, uint32_t *values)
{
	int32_t raw[TABLE_CHUNK];
	if (split->column == SPLIT_UNKNOWN) {
		memset(values, 0, rows.count * sizeof *values);
		return;
	}
	if (split->column == SPLIT_CLASSES)
		row_class_values(formula->kind, formula->measure, rows, raw);
	else if (split->by_case < 0)
		row_values(formula->kind, split->column, rows, raw);
	else
		values_of_cases(formula, split, rows, raw);
	if (has_classes(split)) {
		classes_of(split->dimension, rows, raw, values);
		return;
	}
	switch (split_of(split)->type) {
	case COLUMN_TEXT:
		for (uint32_t i = 0; i < rows.count; i++)
			values[i] = raw[i] == VALUE_UNSET ? 0 : (uint32_t)raw[i] + 1;
		return;
	case COLUMN_SET:
		lists_of(split, rows, raw, values);
		return;
	default:
		for (uint32_t i = 0; i < rows.count; i++)
			values[i] = raw[i] == VALUE_UNSET ? 0 : split->merge[(uint8_t)raw[i]];
	}
}

COLUMN_LOOP void split_column(const struct formula *formula, const struct split *split,
	struct rows rows, uint32_t *values)
{
	rows_split(formula, split, rows, values);
}

size_t split_values(const struct formula *formula, const struct split *split, uint32_t row,
	uint32_t values[SPLIT_VALUES_MAX])
{
	uint32_t value;
	size_t count = 0;
	rows_split(formula, split, (struct rows){row, 1}, &value);
	if (!split_is_list(split)) {
		values[count++] = value;
		return count;
	}
	for (; value; value &= value - 1)
		values[count++] = (uint32_t)__builtin_ctz(value);
	return count;
}
