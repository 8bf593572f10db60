/* A KPI by two definitions. */
#include "figures/query.h"
#include "figures/render.h"
#include "lib/calendar.h"
#include "lib/clean.h"
#include "proto/json.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { SIDES = 2 };

struct comparison {
	struct figure sides[SIDES];
	struct filters filters[SIDES];
	uint64_t cases; /* rows that the two count otherwise */
};

/* ---- which rows ---- */

static bool given_differs(
	const struct formula *const formulas[SIDES], const struct given given[SIDES], uint32_t i)
{
	struct counts a = given_counts(&given[0], i), b = given_counts(&given[1], i);
	if (a.count != b.count || a.of != b.of || a.unknown != b.unknown)
		return true;
	bool measured = formulas[0]->measure != REF_NONE && given[0].gives[i] & GIVE_COUNT;
	return measured && given[0].measured[i] != given[1].measured[i];
}

/* Rows of a chunk that stand under other values of a dimension, where they count at all. */
static void splits_differ(const struct formula *const formulas[SIDES], const struct dimension *by,
	struct rows rows, const struct given given[SIDES], bool *differs)
{
	uint32_t values[SIDES][TABLE_CHUNK];
	for (int side = 0; side < SIDES; side++)
		split_column(formulas[side], formula_split(formulas[side], by), rows, values[side]);
	for (uint32_t i = 0; i < rows.count; i++)
		differs[i] |= given[0].gives[i] && values[0][i] != values[1][i];
}

static uint64_t part_differs(const struct formula *const formulas[SIDES],
	const struct filters filters[SIDES], const struct figure *figure)
{
	uint64_t cases = 0;
	const struct table *table = formulas[0]->kind->table;
	for (uint32_t row = 0; formulas[0] != formulas[1] && row < table->rows;
		row += TABLE_CHUNK) {
		struct rows rows = table_rows(table, row);
		struct given given[SIDES];
		bool differs[TABLE_CHUNK];
		for (int side = 0; side < SIDES; side++) {
			formula_give(formulas[side], rows, &figure->period, &given[side]);
			filters_give(formulas[side], &filters[side], rows, &given[side]);
		}
		for (uint32_t i = 0; i < rows.count; i++)
			differs[i] = given_differs(formulas, given, i);
		for (size_t s = 0; s < figure->by_count; s++)
			splits_differ(formulas, figure->by[s], rows, given, differs);
		for (uint32_t i = 0; i < rows.count; i++)
			cases += differs[i];
	}
	return cases;
}

/* All rows that a formula counts: where the other counts those of another table. */
static uint64_t part_gives(
	const struct formula *formula, const struct filters *filters, const struct period *period)
{
	uint64_t cases = 0;
	struct given given;
	for (uint32_t row = 0; row < formula->kind->table->rows; row += TABLE_CHUNK) {
		struct rows rows = table_rows(formula->kind->table, row);
		bool any = formula_give(formula, rows, period, &given);
		filters_give(formula, filters, rows, &given);
		for (uint32_t i = 0; any && i < rows.count; i++)
			cases += given.gives[i] != 0;
	}
	return cases;
}

static uint64_t cases_count(const struct comparison *comparison)
{
	const struct figure *sides = comparison->sides;
	const struct filters *filters = comparison->filters;
	const struct formula *parts[SIDES][SUM_MAX];
	uint64_t cases = 0;
	size_t count = formula_parts(sides[0].formula, parts[0]);
	must(formula_parts(sides[1].formula, parts[1]) ==
		count); /* sum_of is the same in every definition */
	for (size_t i = 0; i < count; i++) {
		const struct formula *const formulas[SIDES] = {parts[0][i], parts[1][i]};
		if (formulas[0]->source == formulas[1]->source)
			cases += part_differs(formulas, filters, &sides[0]);
		else
			cases += part_gives(formulas[0], &filters[0], &sides[0].period) +
				 part_gives(formulas[1], &filters[1], &sides[1].period);
	}
	return cases;
}

/* ---- how it is shown ---- */

static void comparison_message(const struct kpis *kpis, const struct comparison *comparison,
	const uint64_t marks[STREAM_COUNT], Wot__V1__Comparison *out, struct arena *arena)
{
	const struct value *a = &comparison->sides[0].total, *b = &comparison->sides[1].total;
	out->id = (char *)comparison->sides[0].kpi->id;
	out->has_difference = a->known && b->known;
	out->difference = b->value - a->value;
	out->cases = comparison->cases;
	out->figures = render_messages(kpis, comparison->sides, SIDES, marks, arena);
	out->n_figures = SIDES;
}

static const struct figure_row *row_of(const struct figure *figure, const struct figure_row *like)
{
	for (size_t i = 0; i < figure->row_count; i++) {
		const struct figure_row *row = &figure->rows[i];
		bool same = !strcmp(row->keys[0], like->keys[0]) &&
			    (figure->by_count < 2 || !strcmp(row->keys[1], like->keys[1]));
		if (same)
			return row;
	}
	return NULL;
}

static void cells_add(struct grid *grid, enum kpi_unit unit, const char *name,
	const struct value *a, const struct value *b)
{
	static const struct value none = {.known = true};
	const struct value *sides[SIDES] = {a ? a : &none, b ? b : &none};
	grid_cell(grid, "%s", name);
	for (int side = 0; side < SIDES; side++)
		render_cell(grid, unit, sides[side]->known, sides[side]->value);
	render_cell(
		grid, unit, sides[0]->known && sides[1]->known, sides[1]->value - sides[0]->value);
}

static void count_add(struct grid *grid, const char *name, bool known, int64_t a, int64_t b)
{
	grid_cell(grid, "%s", name);
	render_cell(grid, UNIT_COUNT, known, (double)a);
	render_cell(grid, UNIT_COUNT, known, (double)b);
	render_cell(grid, UNIT_COUNT, known, (double)(b - a));
}

static void verdicts_add(struct grid *grid, const struct comparison *comparison)
{
	if (!comparison->sides[0].verdict && !comparison->sides[1].verdict)
		return;
	grid_cell(grid, "verdict");
	for (int side = 0; side < SIDES; side++)
		grid_cell(grid, "%s", verdict_names[comparison->sides[side].verdict]);
	grid_cell(grid, "%s", "");
}

static void rows_add(struct grid *grid, const struct comparison *comparison, enum kpi_unit unit)
{
	for (int side = 0; side < SIDES; side++) {
		const struct figure *figure = &comparison->sides[side];
		const struct figure *other = &comparison->sides[1 - side];
		for (size_t i = 0; i < figure->row_count; i++) {
			const struct figure_row *row = &figure->rows[i],
						*match = row_of(other, row);
			char name[512];
			if (side && match)
				continue; /* shown with the first side's */
			snprintf(name, sizeof name, "  %s%s%s", row->keys[0],
				figure->by_count > 1 ? "," : "",
				figure->by_count > 1 ? row->keys[1] : "");
			const struct value *there = match ? &match->value : NULL;
			cells_add(grid, unit, name, side ? there : &row->value,
				side ? &row->value : there);
		}
	}
}

static void compare_text(
	const struct kpis *kpis, const struct comparison *comparison, struct buf *out)
{
	const struct figure *a = &comparison->sides[0], *b = &comparison->sides[1];
	struct grid grid = {.columns = 4, .right = 0xe};
	char from[16], to[16];
	calendar_print(a->period.from, from);
	calendar_print(a->period.to, to);
	buf_printf(out, "%s: %s, %s to %s\n", a->kpi->id, a->kpi->title, from, to);
	grid_cell(&grid, "definition of");
	grid_cell(&grid, "%u", kpis->definitions[a->definition].name);
	grid_cell(&grid, "%u", kpis->definitions[b->definition].name);
	grid_cell(&grid, "difference");
	cells_add(&grid, a->kpi->unit, "value", &a->total, &b->total);
	count_add(&grid, "count", true, a->total.counts.count, b->total.counts.count);
	count_add(&grid, "of", a->total.has_of && b->total.has_of, a->total.counts.of,
		b->total.counts.of);
	count_add(&grid, "unknown", true, a->total.counts.unknown, b->total.counts.unknown);
	verdicts_add(&grid, comparison);
	rows_add(&grid, comparison, a->kpi->unit);
	grid_print(&grid, out);
	grid_done(&grid);
	buf_printf(out, "%" PRIu64 " %s\n", comparison->cases,
		comparison->cases == 1 ? "case is counted otherwise"
				       : "cases are counted otherwise");
}

/* By one definition. */
static int side_make(const struct query *query, const struct query_scope *scope,
	struct figure *figure, struct filters *filters, struct why *why)
{
	int err = query_filters(scope->kpi->formulas[scope->definition], query, filters, why);
	if (!err)
		err = query_figure(query, scope, scope->kpi, figure, why);
	if (!err && figure_series(figure) < FIGURE_SPLITS)
		err = why_set(why, ERR_INVALID,
			"two definitions are compared of a period, not by %s",
			figure->by[figure_series(figure)]->id);
	return err;
}

static void comparison_done(struct comparison *comparison)
{
	for (int side = 0; side < SIDES; side++) {
		figure_done(&comparison->sides[side]);
		filters_done(&comparison->filters[side]);
	}
}

/* Done with it also after an error. */
static int comparison_make(
	const struct kpis *kpis, const struct query *query, struct comparison *out, struct why *why)
{
	struct query asked = *query;
	struct query_scope scope;
	char last_year[16];
	if (!query->id || !query->definition || !query->other)
		return why_set(why, ERR_INVALID, "compare needs the id of one KPI, and two years");
	snprintf(last_year, sizeof last_year, "%d", calendar_date(query->today).year - 1);
	asked.period = query->period ? query->period : last_year;
	int err = query_scope_find(kpis, &asked, &scope, why);
	if (!err)
		err = side_make(&asked, &scope, &out->sides[0], &out->filters[0], why);
	if (!err)
		err = query_definition(kpis, query->other, &scope, why);
	if (!err)
		err = side_make(&asked, &scope, &out->sides[1], &out->filters[1], why);
	if (!err)
		out->cases = cases_count(out);
	return err;
}

int query_comparison(const struct kpis *kpis, const struct query *query, Wot__V1__Comparison *out,
	struct arena *arena, struct why *why)
{
	auto_clean(comparison_done) struct comparison comparison = {0};
	int err = comparison_make(kpis, query, &comparison, why);
	if (!err)
		comparison_message(kpis, &comparison, query->marks, out, arena);
	return err;
}

int query_compare(
	const struct kpis *kpis, const struct query *query, struct buf *out, struct why *why)
{
	auto_arena struct arena arena = {0};
	auto_clean(comparison_done) struct comparison comparison = {0};
	Wot__V1__Comparison message = WOT__V1__COMPARISON__INIT;
	int err = comparison_make(kpis, query, &comparison, why);
	if (err)
		return err;
	if (query->format != QUERY_JSON) {
		compare_text(kpis, &comparison, out);
		return 0;
	}
	comparison_message(kpis, &comparison, query->marks, &message, &arena);
	json_from_message(&message.base, out);
	buf_char(out, '\n');
	return 0;
}
