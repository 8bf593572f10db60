/* The rows behind a figure. */
#include "figures/query.h"
#include "figures/render.h"
#include "lib/clean.h"
#include "lib/json_out.h"
#include "proto/name.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { PIECE_BYTES = 1 << 16 };

/* One row's answer, ready to be written. */
struct explained {
	const struct formula *part;
	uint32_t row;
	int32_t day;
	int32_t measured; /* VALUE_UNSET: nothing */
	struct counts counts;
	bool has_of;
};

/* A row that gives something. */
static struct explained explain_row(
	const struct formula *part, const struct given *given, uint32_t i, uint32_t row, bool holds)
{
	bool on_day = given->gives[i] & (uint8_t)~GIVE_OTHER,
	     of_all = part->whole == WHOLE_POPULATION;
	bool counts = given->gives[i] & GIVE_COUNT, measured = part->measure != REF_NONE;
	struct explained explained = {
		.part = part,
		.row = row,
		.day = on_day ? given->day[i] : given->other_day[i],
		.measured = measured && counts ? given->measured[i] : VALUE_UNSET,
		.counts = given_counts(given, i),
		.has_of = part->kpi->unit != UNIT_COUNT && part->whole != WHOLE_HOUSEHOLDS,
	};
	if (of_all || measured)
		explained.counts.of = explained.counts.count;
	if (!holds)
		explained.counts.count = 0;
	return explained;
}

/* The case that a row is or belongs to, or the number of the event that made it. */
static void row_id(const struct kpis *kpis, const struct explained *explained, char id[24])
{
	const struct table *table = explained->part->kind->table;
	if (explained->part->source == SOURCE_CASES) {
		facts_case_id(kpis->facts, explained->row, id);
		return;
	}
	int number = column_find(table, "case_number"), seq = column_find(table, "seq");
	int32_t of = number < 0 ? VALUE_UNSET : table_get(table, (size_t)number, explained->row);
	if (of != VALUE_UNSET)
		facts_case_id(kpis->facts, (uint32_t)of, id);
	else
		snprintf(id, 24, "seq %" PRId32, table_get(table, (size_t)seq, explained->row));
}

static void json_splits(const struct explained *explained, struct buf *out)
{
	const struct formula *part = explained->part;
	for (size_t s = 0; s < part->split_count; s++) {
		const struct split *split = &part->splits[s];
		uint32_t values[SPLIT_VALUES_MAX];
		size_t count = split_values(part, split, explained->row, values);
		bool is_list = split_is_list(split);
		char name[64];
		json_name(split->dimension->id, name);
		if (is_list)
			json_out_open(out, name, '[');
		for (size_t i = 0; i < count; i++)
			json_out_text(out, is_list ? NULL : name, split_key(split, values[i]));
		if (is_list)
			json_out_close(out, ']');
	}
}

static void explain_json(
	const struct kpis *kpis, const struct explained *explained, struct buf *out)
{
	const struct table *table = explained->part->kind->table;
	char id[24], day[16], name[64];
	row_id(kpis, explained, id);
	period_print_day(explained->day, day);
	json_out_open(out, NULL, '{');
	json_out_text(out, "source", table->name);
	json_out_text(out, "id", id);
	json_out_text(out, "day", day);
	json_out_integer(out, "count", explained->counts.count);
	if (explained->has_of)
		json_out_integer(out, "of", explained->counts.of);
	else
		json_out_null(out, "of");
	json_out_integer(out, "unknown", explained->counts.unknown);
	if (explained->measured != VALUE_UNSET)
		json_out_integer(out, "value", explained->measured);
	for (size_t c = 0; c < table->column_count; c++) {
		int32_t value = table_get(table, c, explained->row);
		if (table->columns[c].type != COLUMN_DAY || value == VALUE_UNSET ||
			!strcmp(table->columns[c].name, "day"))
			continue;
		period_print_day(value, day);
		json_name(table->columns[c].name, name);
		json_out_text(out, name, day);
	}
	json_splits(explained, out);
	json_out_close(out, '}');
}

/* What every source has, as CSV or for people. Days stand last: how many there are differs. */
static const struct {
	const char *head;
	int width; /* for people; below 0 at the left */
} columns[] = {{"source", -14}, {"id", -12}, {"day", -10}, {"count", 7}, {"of", 7}, {"unknown", 7},
	{"value", 7}, {"days", 0}};
enum { COLUMNS = sizeof columns / sizeof *columns };

static void line_print(const char *const cells[COLUMNS], enum query_format format, struct buf *out)
{
	for (size_t i = 0; i < COLUMNS; i++) {
		if (format == QUERY_CSV)
			buf_printf(out, "%s%s", i ? "," : "", cells[i]);
		else
			buf_printf(out, "%s%*s", i ? "  " : "", columns[i].width, cells[i]);
	}
	buf_char(out, '\n');
}

static void explain_line(const struct kpis *kpis, const struct explained *explained,
	enum query_format format, struct buf *out)
{
	const struct table *table = explained->part->kind->table;
	char id[24], day[16], count[24], of[24] = "", unknown[24], value[16] = "";
	auto_buf struct buf days = {0};
	row_id(kpis, explained, id);
	for (size_t c = 0; c < table->column_count; c++) {
		int32_t known = table_get(table, c, explained->row);
		if (table->columns[c].type != COLUMN_DAY || known == VALUE_UNSET)
			continue;
		period_print_day(known, day);
		buf_printf(&days, "%s%s %s", days.len ? "; " : "", table->columns[c].name, day);
	}
	if (explained->has_of)
		snprintf(of, sizeof of, "%" PRId64, explained->counts.of);
	if (explained->measured != VALUE_UNSET)
		snprintf(value, sizeof value, "%" PRId32, explained->measured);
	snprintf(count, sizeof count, "%" PRId64, explained->counts.count);
	snprintf(unknown, sizeof unknown, "%" PRId64, explained->counts.unknown);
	period_print_day(explained->day, day);
	line_print((const char *[]){table->name, id, day, count, of, unknown, value,
			   days.data ? days.data : ""},
		format, out);
}

/* ---- piece by piece ---- */

struct explain {
	const struct kpis *kpis;
	struct facts *own_facts; /* NULL: the KPIs are borrowed */
	struct kpis *own_kpis;
	const struct kpi *kpi;
	uint32_t definition;
	enum query_format format;
	struct period period;
	struct filters filters;
	const struct formula *parts[SUM_MAX];
	size_t part_count, part; /* of them, the one that is looked at */
	uint32_t row;            /* of it, the first that was not */
	bool begun;              /* something was said */
};

static void explain_say(struct explain *explain, const struct explained *explained, struct buf *out)
{
	if (explain->format != QUERY_JSON) {
		explain_line(explain->kpis, explained, explain->format, out);
		return;
	}
	buf_text(out, explain->begun ? ",\n" : ""); /* what was before may lie in another piece */
	explain_json(explain->kpis, explained, out);
	explain->begun = true;
}

/* The rows of one chunk. */
static void rows_explain(
	struct explain *explain, const struct formula *part, struct rows rows, struct buf *out)
{
	struct given given;
	bool holds[TABLE_CHUNK];
	if (!formula_give(part, rows, &explain->period, &given))
		return;
	memset(holds, true, rows.count);
	filters_hold(part, &explain->filters, rows, holds);
	for (uint32_t i = 0; i < rows.count; i++) {
		if (!given.gives[i] || (!holds[i] && part->whole != WHOLE_POPULATION))
			continue;
		struct explained explained = explain_row(part, &given, i, rows.first + i, holds[i]);
		explain_say(explain, &explained, out);
	}
}

static void explain_begin(const struct explain *explain, struct buf *out)
{
	const char *heads[COLUMNS];
	for (size_t i = 0; i < COLUMNS; i++)
		heads[i] = columns[i].head;
	if (explain->format == QUERY_JSON)
		json_out_open(out, NULL, '[');
	else
		line_print(heads, explain->format, out);
}

bool explain_more(struct explain *explain, struct buf *out)
{
	size_t end = out->len + PIECE_BYTES;
	if (!explain->part && !explain->row)
		explain_begin(explain, out);
	while (explain->part < explain->part_count && out->len < end) {
		const struct formula *part = explain->parts[explain->part];
		const struct table *table = part->kind->table;
		if (explain->row < table->rows)
			rows_explain(explain, part, table_rows(table, explain->row), out);
		explain->row += TABLE_CHUNK;
		if (explain->row < table->rows)
			continue;
		explain->part++;
		explain->row = 0;
	}
	if (explain->part < explain->part_count)
		return true;
	if (explain->format == QUERY_JSON)
		json_out_end(out, ']');
	return false;
}

int explain_open(
	struct explain **out, const struct kpis *kpis, const struct query *query, struct why *why)
{
	struct query_scope scope;
	struct explain *explain = calloc(1, sizeof *explain);
	must(explain);
	explain->kpis = kpis;
	explain->format = query->format;
	int err = 0;
	if (!query->id)
		err = why_set(why, ERR_INVALID, "explain needs the id of one KPI");
	else if (query->by)
		err = why_set(why, ERR_INVALID,
			"by %.64s splits a figure; its rows are filtered: where ward=ZUID",
			query->by);
	else
		err = query_scope_find(kpis, query, &scope, why);
	if (err)
		goto cleanup;
	explain->kpi = scope.kpi;
	explain->definition = scope.definition;
	explain->period = scope.period;
	const struct formula *formula = scope.kpi->formulas[scope.definition];
	explain->part_count = formula_parts(formula, explain->parts);
	err = query_filters(formula, query, &explain->filters, why);
cleanup:
	if (err)
		explain_close(&explain);
	else
		*out = explain;
	return err;
}

void explain_keep(struct explain *explain, struct facts **facts, struct kpis **kpis)
{
	const struct kpis *before = explain->kpis, *after = *kpis;
	const struct kpi *kpi = explain->kpi;
	must(!explain->own_kpis && after->count == before->count);
	explain->own_facts = *facts;
	explain->kpis = explain->own_kpis = *kpis;
	*facts = NULL;
	*kpis = NULL;
	explain->kpi = &after->items[kpi - before->items];
	const struct formula *formula = explain->kpi->formulas[explain->definition];
	formula_parts(formula, explain->parts);
	filters_move(&explain->filters, kpi->formulas[explain->definition], formula);
}

void explain_close(struct explain **explain)
{
	struct explain *old = *explain;
	*explain = NULL;
	if (!old)
		return;
	filters_done(&old->filters);
	kpis_free(old->own_kpis);
	facts_free(old->own_facts);
	free(old);
}
