#include "figures/behind.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is looked through. */
struct look {
	const struct kpis *kpis;
	const struct query_scope *scope;
	const struct filters *filters;
	const struct formula *part;
	unsigned number; /* of the part */
	struct behind *behind;
	size_t seen; /* that are wanted */
};

/* ---- a row ---- */

static void behind_ref(const struct look *look, uint32_t row, struct behind_row *out)
{
	const struct table *table = look->part->kind->table;
	int number = column_find(table, "case_number"), seq = column_find(table, "seq");
	int32_t of = number < 0 ? VALUE_UNSET : table_get(table, (size_t)number, row);
	out->is_case = look->part->source == SOURCE_CASES || of != VALUE_UNSET;
	if (look->part->source == SOURCE_CASES)
		facts_case_id(look->kpis->facts, row, out->ref);
	else if (of != VALUE_UNSET)
		facts_case_id(look->kpis->facts, (uint32_t)of, out->ref);
	else
		snprintf(out->ref, sizeof out->ref, "%" PRId32, table_get(table, (size_t)seq, row));
}

static const char *behind_key(const struct formula *part, const char *name, uint32_t row)
{
	const struct dimension *dimension = dimension_of(part, name, strlen(name));
	uint32_t values[SPLIT_VALUES_MAX];
	const struct split *split = dimension ? formula_split(part, dimension) : NULL;
	if (!split || split_is_list(split) || !split_values(part, split, row, values))
		return NULL;
	return split_key(split, values[0]);
}

static int32_t behind_measured(const struct look *look, uint32_t row)
{
	const struct kpi *days = look->behind->days ? look->behind->days : look->scope->kpi;
	const struct formula *formula = days->formulas[look->scope->definition];
	int32_t value[TABLE_CHUNK];
	if (formula->kind != look->part->kind || formula->measure == REF_NONE)
		return VALUE_UNSET;
	row_values(formula->kind, formula->measure, (struct rows){row, 1}, value);
	return value[0];
}

static int32_t day_of(const struct given *given, uint32_t i)
{
	bool on_day = given->gives[i] & (uint8_t)~GIVE_OTHER;
	return on_day ? given->day[i] : given->other_day[i];
}

static struct behind_row behind_make(
	const struct look *look, const struct given *given, uint32_t i, uint32_t row)
{
	const struct formula *part = look->part;
	int reported = column_find(part->kind->table, "reported_on");
	struct behind_row out = {.day = day_of(given, i),
		.reported = reported < 0 ? VALUE_UNSET
					 : table_get(part->kind->table, (size_t)reported, row),
		.measured = behind_measured(look, row),
		.counts = given_counts(given, i),
		.ward = behind_key(part, "ward", row),
		.team = behind_key(part, "team", row),
		.table = part->kind->table,
		.row = row};
	behind_ref(look, row, &out);
	snprintf(out.mark, sizeof out.mark, "%u-%" PRIu32, look->number, row);
	return out;
}

static bool is_wanted(const struct look *look, const struct given *given, uint32_t i)
{
	struct counts counts = given_counts(given, i);
	switch (look->behind->which) {
	case BEHIND_COUNTED:
	case BEHIND_SOONEST:
		return counts.count > 0;
	case BEHIND_MISSED:
		return counts.of > 0 && !counts.count && !counts.unknown;
	default:
		return given->gives[i];
	}
}

/* ---- which rows ---- */

/* Does a row of that day go before what has another? Rows are looked at from the newest on. */
static bool goes_before(const struct behind *behind, int32_t day, int32_t other)
{
	return behind->which == BEHIND_SOONEST ? day <= other : day > other;
}

/* Among the first in that order, as many as there may be; the last of them goes. */
static void first_take(struct behind *behind, const struct behind_row *row)
{
	size_t at = behind->count;
	while (at > 0 && goes_before(behind, row->day, behind->rows[at - 1].day))
		at--;
	if (at == behind->limit)
		return;
	size_t last = behind->count < behind->limit ? behind->count++ : behind->limit - 1;
	memmove(&behind->rows[at + 1], &behind->rows[at], (last - at) * sizeof *row);
	behind->rows[at] = *row;
}

/* Whether it could still be among them. */
static bool is_first(const struct behind *behind, const struct given *given, uint32_t i)
{
	return behind->count < behind->limit ||
	       goes_before(behind, day_of(given, i), behind->rows[behind->limit - 1].day);
}

/* False: there are as many as may be. */
static bool row_take(struct look *look, const struct given *given, uint32_t i, uint32_t row)
{
	struct behind *behind = look->behind;
	if (!is_wanted(look, given, i))
		return true;
	if (behind->which != BEHIND_ALL) {
		if (is_first(behind, given, i)) {
			struct behind_row made = behind_make(look, given, i, row);
			first_take(behind, &made);
		}
		return behind->which != BEHIND_SOONEST || ++look->seen < behind->there;
	}
	behind->more = behind->count == behind->limit;
	if (!behind->more)
		behind->rows[behind->count++] = behind_make(look, given, i, row);
	return !behind->more;
}

/* From a row down. False: that will do. */
static bool part_look(struct look *look, uint32_t end)
{
	const struct formula *part = look->part;
	struct given given;
	bool holds[TABLE_CHUNK];
	while (end > 0) {
		uint32_t first = (end - 1) / TABLE_CHUNK * TABLE_CHUNK;
		struct rows rows = {first, end - first};
		end = first;
		if (!formula_give(part, rows, &look->scope->period, &given))
			continue;
		memset(holds, true, rows.count);
		filters_hold(part, look->filters, rows, holds);
		for (uint32_t i = rows.count; i-- > 0;)
			if (holds[i] && given.gives[i] && !row_take(look, &given, i, first + i))
				return false;
	}
	return true;
}

static int after_parse(const char *after, unsigned *part, uint32_t *row, struct why *why)
{
	static const char digits[] = "0123456789";
	if (!after)
		return 0;
	size_t len = strlen(after);
	if (len < 3 || len > 11 || strspn(after, digits) != 1 || after[1] != '-' ||
		strspn(after + 2, digits) != len - 2)
		return why_set(why, ERR_INVALID, "na: a mark that a page before ended with");
	*part = (unsigned)(after[0] - '0');
	*row = (uint32_t)strtoul(after + 2, NULL, 10);
	return 0;
}

int behind_find(
	const struct kpis *kpis, const struct query *query, struct behind *behind, struct why *why)
{
	struct query_scope scope;
	auto_filters struct filters filters = {0};
	const struct formula *parts[SUM_MAX];
	unsigned first = 0;
	uint32_t end = UINT32_MAX;
	int err = query_scope_find(kpis, query, &scope, why);
	if (!err)
		err = after_parse(behind->after, &first, &end, why);
	if (!err)
		err = query_filters(scope.kpi->formulas[scope.definition], query, &filters, why);
	if (err)
		return err;
	size_t count = formula_parts(scope.kpi->formulas[scope.definition], parts);
	for (unsigned i = first; i < count; i++) {
		struct look look = {kpis, &scope, &filters, parts[i], i, behind, 0};
		uint32_t rows = parts[i]->kind->table->rows;
		if (!part_look(&look, i == first && end < rows ? end : rows))
			break;
	}
	return 0;
}
