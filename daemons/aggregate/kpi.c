#include "daemons/aggregate/kpi.h"

#include "lib/calendar.h"
#include "lib/clean.h"
#include <stdio.h>
#include <string.h>

const char *const kpi_units[] = {"count", "share", "days", "seconds", "euro"};
const char *const kpi_norms[] = {"", "atLeast", "moreThan", "atMost"};

/* One number on one day. */
struct posting {
	int32_t day;
	uint32_t amount;
	enum part role;
};

static uint32_t amount_of(const struct rule *rule, int ref, int32_t missing, uint32_t row)
{
	if (ref == REF_NONE)
		return 1;
	int32_t amount = row_value(rule->kind, ref, row);
	if (amount == VALUE_UNSET)
		amount = missing;
	return amount < 0 ? 0 : amount > AMOUNT_MAX ? AMOUNT_MAX : (uint32_t)amount;
}

static size_t stock_postings(const struct rule *rule, uint32_t row, struct posting *out)
{
	int32_t enter = row_value(rule->kind, rule->day, row);
	if (enter == VALUE_UNSET || !row_holds(rule->kind, &rule->where, row))
		return 0;
	int32_t leave = row_value(rule->kind, rule->leave, row);
	if (leave != VALUE_UNSET && leave <= enter)
		return 0; /* never in at the end of a day */
	out[0] = (struct posting){enter, 1, PART_ENTER};
	out[1] = (struct posting){leave, 1, PART_LEAVE};
	return leave == VALUE_UNSET ? 1 : 2;
}

static size_t flow_postings(const struct rule *rule, uint32_t row, struct posting *out)
{
	const struct row_kind *kind = rule->kind;
	int32_t day = row_value(kind, rule->day, row);
	int32_t unknown_day = rule->unknown_day == REF_NONE
				      ? VALUE_UNSET
				      : row_value(kind, rule->unknown_day, row);
	if ((day == VALUE_UNSET && unknown_day == VALUE_UNSET) ||
		!row_holds(kind, &rule->where, row))
		return 0;
	size_t count = 0;
	bool measured =
		rule->measure == REF_NONE || row_value(kind, rule->measure, row) != VALUE_UNSET;
	if (day != VALUE_UNSET && measured && row_holds(kind, &rule->of, row)) {
		if (row_holds(kind, &rule->counted, row))
			out[count++] = (struct posting){day,
				amount_of(rule, rule->sum, rule->sum_missing, row), PART_COUNT};
		if (rule->kpi->unit == UNIT_SHARE && rule->whole == WHOLE_PLACED)
			out[count++] = (struct posting){
				day, amount_of(rule, rule->divided_by, 0, row), PART_OF};
		if (rule->unknown_inside.count && row_holds(kind, &rule->unknown_inside, row))
			out[count++] = (struct posting){day, 1, PART_UNKNOWN};
	}
	if (unknown_day != VALUE_UNSET && row_holds(kind, &rule->unknown_outside, row))
		out[count++] = (struct posting){unknown_day, 1, PART_UNKNOWN};
	return count;
}

static size_t rule_postings(const struct rule *rule, uint32_t row, struct posting out[POSTINGS_MAX])
{
	return rule->leave != REF_NONE ? stock_postings(rule, row, out)
				       : flow_postings(rule, row, out);
}

bool rule_row(const struct rule *rule, uint32_t row, int32_t from, int32_t to, struct counts *out)
{
	struct posting postings[POSTINGS_MAX];
	size_t count = rule_postings(rule, row, postings);
	bool is_stock = rule->leave != REF_NONE, any = false;
	*out = (struct counts){0};
	for (size_t i = 0; i < count; i++) {
		const struct posting *posting = &postings[i];
		if (!series_holds(posting->day) || posting->day > to ||
			(posting->day < from && !is_stock))
			continue;
		any = true;
		if (is_stock)
			out->count += posting->role == PART_ENTER ? 1 : -1;
		else if (posting->role == PART_COUNT)
			out->count += posting->amount;
		else if (posting->role == PART_OF)
			out->of += posting->amount;
		else
			out->unknown += posting->amount;
	}
	return any && (!is_stock || out->count);
}

int32_t rule_row_day(const struct rule *rule, uint32_t row, int32_t from, int32_t to)
{
	struct posting postings[POSTINGS_MAX];
	size_t count = rule_postings(rule, row, postings);
	for (size_t i = 0; i < count; i++) {
		if (postings[i].day <= to && (postings[i].day >= from || rule->leave != REF_NONE))
			return postings[i].day;
	}
	return VALUE_UNSET;
}

/* ---- dimensions ---- */

static uint32_t class_of(const struct dimension *dimension, int32_t number)
{
	for (size_t i = 0; i < dimension->class_count; i++) {
		if (number >= dimension->classes[i].low && number <= dimension->classes[i].high)
			return (uint32_t)i + 1;
	}
	return 0;
}

size_t split_values(
	const struct rule *rule, const struct split *split, uint32_t row, uint32_t values[32])
{
	int32_t value = table_get(rule->kind->table, (size_t)split->column, row);
	size_t count = 0;
	values[0] = 0;
	if (value == VALUE_UNSET)
		return 1;
	switch (rule->kind->table->columns[split->column].type) {
	case COLUMN_SET:
		for (uint32_t bit = 0; bit < 31; bit++) {
			if (value >> bit & 1)
				values[count++] = split->merge[bit];
		}
		return count ? count : 1;
	case COLUMN_NUMBER:
		values[0] = class_of(split->dimension, value);
		return 1;
	case COLUMN_TEXT:
		values[0] = (uint32_t)value + 1;
		return 1;
	default:
		values[0] = split->merge[(uint8_t)value];
		return 1;
	}
}

const struct split *rule_split(const struct rule *rule, const struct dimension *dimension)
{
	for (size_t i = 0; i < rule->split_count; i++) {
		if (rule->splits[i].dimension == dimension)
			return &rule->splits[i];
	}
	return NULL;
}

size_t split_size(const struct rule *rule, const struct split *split)
{
	const struct column *column = &rule->kind->table->columns[split->column];
	switch (column->type) {
	case COLUMN_NUMBER:
		return split->dimension->class_count + 1;
	case COLUMN_TEXT:
		return column->texts.count + 1;
	default:
		return (size_t)column->values->values[column->values->n_values - 1].value + 1;
	}
}

const char *split_key(const struct rule *rule, const struct split *split, uint32_t value)
{
	const struct column *column = &rule->kind->table->columns[split->column];
	if (!value)
		return "UNKNOWN";
	if (column->type == COLUMN_NUMBER)
		return split->dimension->classes[value - 1].key;
	if (column->type == COLUMN_TEXT)
		return column->texts.items[value - 1];
	const ProtobufCEnumValue *known =
		protobuf_c_enum_descriptor_get_value(column->values, (int)value);
	return known ? known->name : "UNKNOWN";
}

/* ---- counters ---- */

static struct cell *split_cell(struct split *split, uint32_t value)
{
	if (value >= split->room) {
		size_t room = split->room ? split->room : 8;
		while (room <= value)
			room *= 2;
		split->cells = realloc(split->cells, room * sizeof *split->cells);
		must(split->cells);
		memset(split->cells + split->room, 0, (room - split->room) * sizeof *split->cells);
		split->room = room;
	}
	return &split->cells[value];
}

static void cell_post(struct cell *cell, const struct posting *postings,
	const struct series_place *places, size_t count, int sign)
{
	for (size_t i = 0; i < count; i++)
		series_add(&cell->roles[postings[i].role], places[i],
			sign * (int64_t)postings[i].amount);
}

static struct series_place place_of(struct kpis *kpis, int32_t day)
{
	if (day != kpis->place_day) {
		kpis->place = series_place(day);
		kpis->place_day = day;
	}
	return kpis->place;
}

/* Where only the column of a split changes, the row moves within that split alone. */
static void rule_post(
	struct kpis *kpis, struct rule *rule, uint32_t row, uint64_t columns, int sign)
{
	struct posting postings[POSTINGS_MAX];
	struct series_place places[POSTINGS_MAX];
	size_t count = rule_postings(rule, row, postings);
	bool all = rule->reads & columns;
	if (!count)
		return;
	for (size_t i = 0; i < count; i++)
		places[i] = place_of(kpis, postings[i].day);
	if (all)
		cell_post(&rule->total, postings, places, count, sign);
	for (size_t s = 0; s < rule->split_count; s++) {
		struct split *split = &rule->splits[s];
		if (!split->counted || !(all || columns >> split->column & 1))
			continue;
		uint32_t values[32];
		size_t value_count = split_values(rule, split, row, values);
		for (size_t v = 0; v < value_count; v++)
			cell_post(split_cell(split, values[v]), postings, places, count, sign);
	}
}

void kpis_post(void *arg, enum source source, uint32_t row, uint64_t columns, int sign)
{
	struct kpis *kpis = arg;
	for (size_t i = kpis->rule_first[source]; i < kpis->rule_first[source + 1]; i++) {
		struct rule *rule = kpis->rules[i];
		if ((rule->reads | rule->split_reads) & columns)
			rule_post(kpis, rule, row, columns, sign);
	}
}

static void cell_done(struct cell *cell)
{
	for (enum part role = 0; role < PART_MAX; role++)
		series_done(&cell->roles[role]);
}

static void rule_clear(struct rule *rule)
{
	cell_done(&rule->total);
	for (size_t s = 0; s < rule->split_count; s++) {
		struct split *split = &rule->splits[s];
		for (size_t v = 0; v < split->room; v++)
			cell_done(&split->cells[v]);
		free(split->cells);
		split->cells = NULL;
		split->room = 0;
	}
}

void kpis_count_all(struct kpis *kpis)
{
	for (size_t i = 0; i < kpis->rule_count; i++)
		rule_clear(kpis->rules[i]);
	for (enum source source = 0; source < SOURCE_COUNT; source++) {
		uint32_t rows = facts_table(kpis->facts, source)->rows;
		if (kpis->rule_first[source] == kpis->rule_first[source + 1])
			continue;
		for (uint32_t row = 0; row < rows; row++)
			kpis_post(kpis, source, row, ~0ull, 1);
	}
}

void rule_counts(const struct rule *rule, const struct split *split, uint32_t value, int32_t from,
	int32_t to, struct counts *out)
{
	if (split && value >= split->room)
		return;
	const struct series *roles = split ? split->cells[value].roles : rule->total.roles;
	if (rule->leave != REF_NONE) {
		int32_t first = calendar_day((struct calendar_date){SERIES_YEAR_FIRST, 1, 1});
		out->count += (int64_t)series_sum(&roles[PART_ENTER], first, to) -
			      (int64_t)series_sum(&roles[PART_LEAVE], first, to);
		return;
	}
	out->count += (int64_t)series_sum(&roles[PART_COUNT], from, to);
	out->of += (int64_t)series_sum(&roles[PART_OF], from, to);
	out->unknown += (int64_t)series_sum(&roles[PART_UNKNOWN], from, to);
}

/* ---- the whole ---- */

void kpis_free(struct kpis *kpis)
{
	if (!kpis)
		return;
	for (size_t i = 0; i < kpis->rule_count; i++)
		rule_clear(kpis->rules[i]);
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

uint32_t kpi_definition_of_year(const struct kpis *kpis, int32_t year)
{
	for (uint32_t i = 0; i < kpis->definition_count; i++) {
		if (year >= kpis->definitions[i].from && year <= kpis->definitions[i].until)
			return i;
	}
	must(false && "a year without a definition");
	return 0;
}

static int cell_equal(const struct rule *rule, const char *dimension, const char *key,
	const struct cell *a, const struct cell *b, struct why *why)
{
	static const char *const roles[PART_MAX] = {"count", "of", "unknown"};
	for (enum part role = 0; role < PART_MAX; role++) {
		int32_t day = series_differ(&a->roles[role], &b->roles[role]);
		if (!day)
			continue;
		struct calendar_date date = calendar_date(day < 0 ? 0 : day);
		return why_set(why, ERR_DIVERGED,
			"%s%s%s%s%s: %s differs on %04d-%02d-%02d: %llu here, %llu there",
			rule->kpi->id, *dimension ? " by " : "", dimension, *key ? " " : "", key,
			roles[role], date.year, date.month, date.day,
			(unsigned long long)series_sum(&a->roles[role], day, day),
			(unsigned long long)series_sum(&b->roles[role], day, day));
	}
	return 0;
}

static int rule_equal(const struct rule *a, const struct rule *b, struct why *why)
{
	int err = cell_equal(a, "", "", &a->total, &b->total, why);
	for (size_t s = 0; !err && s < a->split_count; s++) {
		const struct split *here = &a->splits[s], *there = &b->splits[s];
		static const struct cell none;
		size_t size = split_size(a, here);
		for (uint32_t v = 0; !err && v < size; v++)
			err = cell_equal(a, here->dimension->id, split_key(a, here, v),
				v < here->room ? &here->cells[v] : &none,
				v < there->room ? &there->cells[v] : &none, why);
	}
	return err;
}

int kpis_equal(const struct kpis *a, const struct kpis *b, struct why *why)
{
	if (a->rule_count != b->rule_count)
		return why_set(why, ERR_DIVERGED,
			"the KPIs are not the same: %zu rules here, %zu there", a->rule_count,
			b->rule_count);
	for (size_t i = 0; i < a->rule_count; i++) {
		if (strcmp(a->rules[i]->kpi->id, b->rules[i]->kpi->id))
			return why_set(why, ERR_DIVERGED,
				"the KPIs are not the same: %s here, %s there",
				a->rules[i]->kpi->id, b->rules[i]->kpi->id);
		int err = rule_equal(a->rules[i], b->rules[i], why);
		if (err)
			return err;
	}
	return 0;
}

uint64_t kpis_outside(const struct kpis *kpis)
{
	uint64_t outside = 0;
	for (size_t i = 0; i < kpis->rule_count; i++) {
		for (enum part role = 0; role < PART_MAX; role++)
			outside += kpis->rules[i]->total.roles[role].outside;
	}
	return outside;
}
