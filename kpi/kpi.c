#include "kpi/kpi.h"

#include "lib/calendar.h"
#include "lib/clean.h"
#include "lib/grow.h"
#include <stdio.h>
#include <string.h>

const char *const kpi_units[] = {"count", "share", "days", "seconds", "euro"};
const char *const norm_kinds[] = {"", "atLeast", "moreThan", "atMost"};
const char *const norm_spans[] = {"quarter", "year"};

enum { COUNT_CHUNKS = 64 }; /* of kpis_count_some */

/* ---- counters ---- */

static struct cell *split_cell(struct split *split, uint32_t value)
{
	split->cells = grown(split->cells, &split->room, value, sizeof *split->cells);
	return &split->cells[value];
}

static struct series_place place_of(struct kpis *kpis, int32_t day)
{
	if (day != kpis->place_day) {
		kpis->place = series_place(day);
		kpis->place_day = day;
	}
	return kpis->place;
}

/* One number on one day. */
struct posting {
	struct series_place place;
	enum part part;
	int64_t amount;
};

static size_t postings_of(struct kpis *kpis, const struct formula *formula,
	const struct given *given, uint32_t i, struct posting out[PART_MAX])
{
	uint8_t gives = given->gives[i];
	struct counts counts = given_counts(given, i);
	size_t count = 0;
	bool late = gives & GIVE_LATE, is_stock = formula->leave != REF_NONE;
	if (gives & (GIVE_COUNT | GIVE_OF | GIVE_UNKNOWN)) {
		struct series_place place = place_of(kpis, given->day[i]);
		if (gives & GIVE_COUNT)
			out[count++] = (struct posting){place, PART_COUNT, counts.count};
		if (gives & GIVE_OF)
			out[count++] =
				(struct posting){place, late ? PART_LATE : PART_OF, counts.of};
		if (gives & GIVE_UNKNOWN)
			out[count++] =
				(struct posting){place, late ? PART_LATE_UNKNOWN : PART_UNKNOWN, 1};
	}
	if (gives & GIVE_OTHER) {
		struct series_place place = place_of(kpis, given->other_day[i]);
		out[count++] = is_stock ? (struct posting){place, PART_LEAVE, counts.count}
					: (struct posting){place, PART_UNKNOWN, 1};
		if (is_stock && gives & GIVE_UNKNOWN)
			out[count++] = (struct posting){place, PART_LEAVE_UNKNOWN, 1};
	}
	return count;
}

static void cell_post(struct cell *cell, const struct posting *postings, size_t count, int sign)
{
	for (size_t i = 0; i < count; i++)
		series_add(&cell->parts[postings[i].part], postings[i].place,
			sign * postings[i].amount);
}

static void spread_post(
	struct kpis *kpis, struct formula *formula, const struct given *given, uint32_t i, int sign)
{
	if (formula->measure == REF_NONE || !(given->gives[i] & GIVE_COUNT))
		return;
	struct series_place place = place_of(kpis, given->day[i]);
	if (sign > 0)
		spread_add(&formula->spread, place, given->measured[i]);
	else
		spread_remove(&formula->spread, place, given->measured[i]);
}

static void splits_post(struct formula *formula, uint32_t row, uint64_t columns,
	const struct posting *postings, size_t count, int sign)
{
	bool all = formula->reads & columns;
	for (size_t s = 0; s < formula->split_count; s++) {
		struct split *split = &formula->splits[s];
		if (!split->counted || !(all || columns >> split->column & 1))
			continue;
		uint32_t values[SPLIT_VALUES_MAX];
		size_t value_count = split_values(formula, split, row, values);
		for (size_t v = 0; v < value_count; v++)
			cell_post(split_cell(split, values[v]), postings, count, sign);
	}
}

/* Where only the column of a split changes, a row moves within that split alone. */
static void formula_post(
	struct kpis *kpis, struct formula *formula, struct rows rows, uint64_t columns, int sign)
{
	struct given given;
	if (!formula_give(formula, rows, NULL, &given))
		return;
	for (uint32_t i = 0; i < rows.count; i++) {
		struct posting postings[PART_MAX];
		size_t count = postings_of(kpis, formula, &given, i, postings);
		if (!count)
			continue;
		if (formula->reads & columns) {
			cell_post(&formula->total, postings, count, sign);
			spread_post(kpis, formula, &given, i, sign);
		}
		splits_post(formula, rows.first + i, columns, postings, count, sign);
	}
}

void kpis_post(void *arg, enum source source, uint32_t row, uint64_t columns, int sign)
{
	struct kpis *kpis = arg;
	for (size_t i = kpis->formula_first[source]; i < kpis->formula_first[source + 1]; i++) {
		struct formula *formula = kpis->formulas[i];
		if ((formula->reads | formula->split_reads) & columns)
			formula_post(kpis, formula, (struct rows){row, 1}, columns, sign);
	}
}

static void cell_done(struct cell *cell)
{
	for (enum part part = 0; part < PART_MAX; part++)
		series_done(&cell->parts[part]);
}

static void formula_clear(struct formula *formula)
{
	cell_done(&formula->total);
	spread_done(&formula->spread);
	for (size_t s = 0; s < formula->split_count; s++) {
		struct split *split = &formula->splits[s];
		for (size_t v = 0; v < split->room; v++)
			cell_done(&split->cells[v]);
		free(split->cells);
		split->cells = NULL;
		split->room = 0;
	}
}

void kpis_count_begin(struct kpis *kpis)
{
	for (size_t i = 0; i < kpis->formula_count; i++)
		formula_clear(kpis->formulas[i]);
	kpis->counted.formula = kpis->counted.row = 0;
}

bool kpis_count_some(struct kpis *kpis)
{
	for (size_t i = 0; i < COUNT_CHUNKS && kpis->counted.formula < kpis->formula_count; i++) {
		struct formula *formula = kpis->formulas[kpis->counted.formula];
		const struct table *table = formula->kind->table;
		if (kpis->counted.row < table->rows)
			formula_post(kpis, formula, table_rows(table, kpis->counted.row), ~0ull, 1);
		kpis->counted.row += TABLE_CHUNK;
		if (kpis->counted.row < table->rows)
			continue;
		kpis->counted.formula++;
		kpis->counted.row = 0;
	}
	return kpis->counted.formula < kpis->formula_count;
}

void kpis_count_all(struct kpis *kpis)
{
	kpis_count_begin(kpis);
	while (kpis_count_some(kpis))
		;
}

/* Who is in on that day. */
static int64_t stock_sum(const struct series *parts, enum part enter, enum part leave, int32_t day)
{
	return (int64_t)series_sum(&parts[enter], SERIES_DAY_FIRST, day) -
	       (int64_t)series_sum(&parts[leave], SERIES_DAY_FIRST, day);
}

void formula_counts(const struct formula *formula, const struct split *split, uint32_t value,
	const struct period *period, struct counts *out)
{
	if (split && value >= split->room)
		return;
	const struct series *parts = split ? split->cells[value].parts : formula->total.parts;
	int32_t from = period->from, to = period->to;
	if (formula->leave != REF_NONE) {
		out->count += stock_sum(parts, PART_ENTER, PART_LEAVE, to);
		out->unknown += stock_sum(parts, PART_UNKNOWN, PART_LEAVE_UNKNOWN, to);
		return;
	}
	out->count += (int64_t)series_sum(&parts[PART_COUNT], from, to);
	out->of += (int64_t)series_sum(&parts[PART_OF], from, to);
	out->unknown += (int64_t)series_sum(&parts[PART_UNKNOWN], from, to);
	if (!formula->due)
		return;
	int32_t past = to < period->today ? to : period->today - 1;
	out->of += (int64_t)series_sum(&parts[PART_LATE], from, past);
	out->unknown += (int64_t)series_sum(&parts[PART_LATE_UNKNOWN], from, past);
}

/* ---- the whole ---- */

void kpis_free(struct kpis *kpis)
{
	if (!kpis)
		return;
	for (size_t i = 0; i < kpis->formula_count; i++)
		formula_clear(kpis->formulas[i]);
	arena_done(&kpis->arena);
	free(kpis);
}

const struct kpi *kpi_find(const struct kpis *kpis, const char *id)
{
	for (size_t i = 0; i < kpis->count; i++) {
		if (!strcmp(kpis->items[i].id, id))
			return &kpis->items[i];
	}
	return NULL;
}

uint32_t kpi_measured_from(const struct kpi *kpi, uint32_t year)
{
	uint32_t in = kpi->measured.in, every = kpi->measured.every;
	if (!every)
		return 0;
	return year <= in ? in : in + (year - in + every - 1) / every * every;
}

uint32_t kpi_definition_of_year(const struct kpis *kpis, int32_t year)
{
	for (uint32_t i = 0; i < kpis->definition_count; i++) {
		if (year >= kpis->definitions[i].from && year <= kpis->definitions[i].until)
			return i;
	}
	must(false && "a year without a definition");
	return 0;
}

static int cell_equal(const struct formula *formula, const char *dimension, const char *key,
	const struct cell *a, const struct cell *b, struct why *why)
{
	static const char *const names[PART_MAX] = {
		"count", "of", "unknown", "of what is late", "unknown of what is late"};
	for (enum part part = 0; part < PART_MAX; part++) {
		const struct series *here = &a->parts[part], *there = &b->parts[part];
		int32_t day = series_differ(here, there);
		if (!day)
			continue;
		struct calendar_date date = calendar_date(day < 0 ? 0 : day);
		return why_set(why, ERR_DIVERGED,
			"%s%s%s%s%s: %s differs on %04d-%02d-%02d: %llu here, %llu there",
			formula->kpi->id, *dimension ? " by " : "", dimension, *key ? " " : "", key,
			names[part], date.year, date.month, date.day,
			(unsigned long long)series_sum(here, day, day),
			(unsigned long long)series_sum(there, day, day));
	}
	return 0;
}

static int formula_equal(const struct formula *a, const struct formula *b, struct why *why)
{
	int err = cell_equal(a, "", "", &a->total, &b->total, why);
	int32_t day = spread_differ(&a->spread, &b->spread);
	if (!err && day) {
		struct calendar_date date = calendar_date(day);
		err = why_set(why, ERR_DIVERGED, "%s: the values of %04d-%02d-%02d differ",
			a->kpi->id, date.year, date.month, date.day);
	}
	for (size_t s = 0; !err && s < a->split_count; s++) {
		const struct split *here = &a->splits[s], *there = &b->splits[s];
		static const struct cell none;
		size_t size = split_size(here);
		for (uint32_t v = 0; !err && v < size; v++)
			err = cell_equal(a, here->dimension->id, split_key(here, v),
				v < here->room ? &here->cells[v] : &none,
				v < there->room ? &there->cells[v] : &none, why);
	}
	return err;
}

int kpis_equal(const struct kpis *a, const struct kpis *b, struct why *why)
{
	if (a->formula_count != b->formula_count)
		return why_set(why, ERR_DIVERGED,
			"the KPIs are not the same: %zu formulas here, %zu there", a->formula_count,
			b->formula_count);
	for (size_t i = 0; i < a->formula_count; i++) {
		if (strcmp(a->formulas[i]->kpi->id, b->formulas[i]->kpi->id))
			return why_set(why, ERR_DIVERGED,
				"the KPIs are not the same: %s here, %s there",
				a->formulas[i]->kpi->id, b->formulas[i]->kpi->id);
		int err = formula_equal(a->formulas[i], b->formulas[i], why);
		if (err)
			return err;
	}
	return 0;
}

uint64_t kpis_outside(const struct kpis *kpis)
{
	uint64_t outside = 0;
	for (size_t i = 0; i < kpis->formula_count; i++) {
		for (enum part part = 0; part < PART_MAX; part++)
			outside += kpis->formulas[i]->total.parts[part].outside;
	}
	return outside;
}
