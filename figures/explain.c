/* The rows behind a figure. */
#include "figures/query.h"
#include "figures/render.h"
#include "lib/calendar.h"
#include "lib/clean.h"
#include "lib/json_out.h"
#include "proto/event.h"
#include "proto/json.h"
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

static Wot__V1__Member *member_new(const char *name, size_t room, struct arena *arena)
{
	char text[64];
	Wot__V1__Member *out = (void *)message_new(&wot__v1__member__descriptor, arena);
	json_name(name, text);
	out->name = arena_strdup(arena, text);
	out->values = arena_alloc(arena, room * sizeof *out->values);
	return out;
}

static Wot__V1__Member *day_member(const char *name, int32_t day, struct arena *arena)
{
	char text[16];
	Wot__V1__Member *out = member_new(name, 1, arena);
	calendar_print(day, text);
	out->values[out->n_values++] = arena_strdup(arena, text);
	return out;
}

static Wot__V1__Member *split_member(
	const struct explained *explained, const struct split *split, struct arena *arena)
{
	uint32_t values[SPLIT_VALUES_MAX];
	size_t count = split_values(explained->part, split, explained->row, values);
	Wot__V1__Member *out = member_new(split->dimension->id, count + 1, arena);
	out->is_list = split_is_list(split);
	for (size_t i = 0; i < count; i++)
		out->values[out->n_values++] = (char *)split_key(split, values[i]);
	return out;
}

static void members_fill(
	const struct explained *explained, Wot__V1__KpiRow *out, struct arena *arena)
{
	const struct formula *part = explained->part;
	const struct table *table = part->kind->table;
	out->rest = arena_alloc(
		arena, (table->column_count + part->split_count + 1) * sizeof *out->rest);
	for (size_t c = 0; c < table->column_count; c++) {
		int32_t value = table_get(table, c, explained->row);
		const struct column *column = &table->columns[c];
		if (column->type == COLUMN_DAY && value != VALUE_UNSET &&
			strcmp(column->name, "day") != 0)
			out->rest[out->n_rest++] = day_member(column->name, value, arena);
	}
	for (size_t s = 0; s < part->split_count; s++)
		out->rest[out->n_rest++] = split_member(explained, &part->splits[s], arena);
}

static Wot__V1__KpiRow *row_message(
	const struct kpis *kpis, const struct explained *explained, struct arena *arena)
{
	char id[24];
	Wot__V1__KpiRow *out = (void *)message_new(&wot__v1__kpi_row__descriptor, arena);
	row_id(kpis, explained, id);
	out->source = (char *)explained->part->kind->table->name;
	out->id = arena_strdup(arena, id);
	out->day = explained->day;
	out->count = (uint64_t)explained->counts.count;
	out->has_of = explained->has_of;
	out->of = (uint64_t)explained->counts.of;
	out->unknown = (uint64_t)explained->counts.unknown;
	out->has_value = explained->measured != VALUE_UNSET;
	out->value = explained->measured;
	members_fill(explained, out, arena);
	return out;
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
		calendar_print(known, day);
		buf_printf(&days, "%s%s %s", days.len ? "; " : "", table->columns[c].name, day);
	}
	if (explained->has_of)
		snprintf(of, sizeof of, "%" PRId64, explained->counts.of);
	if (explained->measured != VALUE_UNSET)
		snprintf(value, sizeof value, "%" PRId32, explained->measured);
	snprintf(count, sizeof count, "%" PRId64, explained->counts.count);
	snprintf(unknown, sizeof unknown, "%" PRId64, explained->counts.unknown);
	calendar_print(explained->day, day);
	line_print((const char *[]){table->name, id, day, count, of, unknown, value,
			   days.data ? days.data : ""},
		format, out);
}

/* ---- piece by piece ---- */

struct explain {
	const struct kpis *kpis;
	struct kept *kept; /* NULL: the KPIs are borrowed */
	const struct kpi *kpi;
	uint32_t definition;
	enum query_format format;
	struct period period;
	struct filters filters;
	const struct formula *parts[SUM_MAX];
	size_t part_count, part; /* of them, the one that is looked at */
	uint32_t row;            /* of it, the first that was not */
	bool begun;              /* something was told */
};

/* What is done with a row; false: no more of them. */
typedef bool on_row_fn(const struct explain *explain, const struct explained *explained, void *arg);

static bool on_row_print(
	const struct explain *explain, const struct explained *explained, void *arg)
{
	struct buf *out = arg;
	if (explain->format != QUERY_JSON) {
		explain_line(explain->kpis, explained, explain->format, out);
		return true;
	}
	auto_arena struct arena arena = {0};
	buf_text(out, explain->begun ? ",\n" : ""); /* what was before may lie in another piece */
	json_from_message(&row_message(explain->kpis, explained, &arena)->base, out);
	return true;
}

/* Those of one chunk; goes on behind the last that was looked at. */
static bool rows_explain(struct explain *explain, const struct formula *part, struct rows rows,
	on_row_fn *on_row, void *arg)
{
	struct given given;
	bool holds[TABLE_CHUNK];
	uint32_t end = rows.first + rows.count;
	explain->row = end;
	if (!formula_give(part, rows, &explain->period, &given))
		return true;
	memset(holds, true, rows.count);
	filters_hold(part, &explain->filters, rows, holds);
	for (uint32_t i = 0; i < rows.count; i++) {
		if (!given.gives[i] || (!holds[i] && part->whole != WHOLE_POPULATION))
			continue;
		struct explained explained = explain_row(part, &given, i, rows.first + i, holds[i]);
		explain->row = rows.first + i;
		if (!on_row(explain, &explained, arg))
			return false;
		explain->begun = true;
	}
	explain->row = end;
	return true;
}

/* Those of the next chunk, where there is one; false: it was the last, or no more are wanted. */
static bool chunk_explain(struct explain *explain, on_row_fn *on_row, void *arg)
{
	const struct formula *part = explain->parts[explain->part];
	const struct table *table = part->kind->table;
	if (explain->row < table->rows &&
		!rows_explain(explain, part, table_rows(table, explain->row), on_row, arg))
		return false;
	if (explain->row >= table->rows) {
		explain->part++;
		explain->row = 0;
	}
	return explain->part < explain->part_count;
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
	while (out->len < end && chunk_explain(explain, on_row_print, out))
		;
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

struct kept {
	unsigned uses;
	struct facts *facts;
	struct kpis *kpis;
};

struct kept *kept_new(struct facts *facts, struct kpis *kpis)
{
	struct kept *kept = calloc(1, sizeof *kept);
	must(kept);
	*kept = (struct kept){1, facts, kpis};
	return kept;
}

struct kept *kept_use(struct kept *kept)
{
	kept->uses++;
	return kept;
}

void kept_leave(struct kept **kept)
{
	struct kept *old = *kept;
	*kept = NULL;
	if (!old || --old->uses)
		return;
	kpis_free(old->kpis);
	facts_free(old->facts);
	free(old);
}

void explain_keep(struct explain *explain, struct kept *kept)
{
	const struct kpis *before = explain->kpis, *after = kept->kpis;
	const struct kpi *kpi = explain->kpi;
	must(!explain->kept && after->count == before->count);
	explain->kept = kept;
	explain->kpis = after;
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
	kept_leave(&old->kept);
	free(old);
}

bool explain_on_more(void *explain, struct buf *out)
{
	return explain_more(explain, out);
}

void explain_on_close(void *explain)
{
	struct explain *old = explain;
	explain_close(&old);
}

/* ---- page by page ---- */

struct explain_page {
	Wot__V1__KpiRows *out;
	size_t limit;
	struct arena *arena;
};

static bool on_row_page(const struct explain *explain, const struct explained *explained, void *arg)
{
	struct explain_page *page = arg;
	if (page->out->n_items == page->limit) {
		page->out->next =
			arena_printf(page->arena, "%zu-%" PRIu32, explain->part, explain->row);
		return false;
	}
	page->out->items[page->out->n_items++] = row_message(explain->kpis, explained, page->arena);
	return true;
}

/* "1-2034": the part, and its first row that was not told; rows keep their numbers. */
static int explain_go_on(struct explain *explain, const char *after, struct why *why)
{
	size_t part, len = strspn(after, "0123456789");
	uint32_t row;
	char end;
	bool is_one = len && len < 4 && after[len] == '-' &&
		      strspn(after + len + 1, "0123456789") == strlen(after + len + 1) &&
		      sscanf(after, "%zu-%9" SCNu32 "%c", &part, &row, &end) == 2;
	if (!is_one || part >= explain->part_count)
		return why_set(
			why, ERR_INVALID, "after: `next` of the page before expected, as 0-1234");
	explain->part = part;
	explain->row = row;
	return 0;
}

int explain_page(const struct kpis *kpis, const struct query *query, const char *after,
	size_t limit, Wot__V1__KpiRows *out, struct arena *arena, struct why *why)
{
	struct explain *explain;
	struct explain_page page = {out, limit, arena};
	int err = explain_open(&explain, kpis, query, why);
	if (err)
		return err;
	if (after)
		err = explain_go_on(explain, after, why);
	out->items = arena_alloc(arena, limit * sizeof *out->items);
	while (!err && chunk_explain(explain, on_row_page, &page))
		;
	explain_close(&explain);
	return err;
}
