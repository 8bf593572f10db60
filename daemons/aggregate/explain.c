/* The rows behind a figure. */
#include "daemons/aggregate/query.h"
#include "daemons/aggregate/render.h"
#include "lib/clean.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { EXPLAIN_MAX = 200000 }; /* rows; a figure of more is asked for by smaller periods */

struct filter {
	const struct dimension *dimension; /* NULL: all rows */
	char key[128];
};

/* "ward=ZUID" */
static int filter_parse(
	const struct rule *rule, const char *text, struct filter *out, struct why *why)
{
	*out = (struct filter){0};
	if (!text)
		return 0;
	size_t len = strcspn(text, "=");
	if (!text[len] || strlen(text + len + 1) >= sizeof out->key)
		return why_set(why, ERR_INVALID, "%.64s is no filter; one reads ward=ZUID", text);
	strcpy(out->key, text + len + 1);
	return query_dimension(rule, text, len, &out->dimension, why);
}

/* That the key is one of the dimension's; otherwise which there are. */
static int filter_check(const struct rule *part, const struct filter *filter, struct why *why)
{
	if (!filter->dimension)
		return 0;
	const struct split *split = rule_split(part, filter->dimension);
	auto_buf struct buf keys = {0};
	size_t size = split_size(part, split);
	for (uint32_t value = 0; value < size; value++) {
		const char *key = split_key(part, split, value);
		if (!strcmp(key, filter->key))
			return 0;
		if (!value || strcmp(key, "UNKNOWN"))
			buf_printf(&keys, "%s%s", value ? ", " : "", key);
	}
	return why_set(why, ERR_INVALID, "%s is never %.64s; there are %s", filter->dimension->id,
		filter->key, keys.data);
}

static bool filter_holds(const struct rule *part, const struct filter *filter, uint32_t row)
{
	if (!filter->dimension)
		return true;
	const struct split *split = rule_split(part, filter->dimension);
	uint32_t values[SPLIT_VALUES_MAX];
	size_t count = split_values(part, split, row, values);
	for (size_t i = 0; i < count; i++) {
		if (!strcmp(split_key(part, split, values[i]), filter->key))
			return true;
	}
	return false;
}

/* One row's answer, ready to be written. */
struct explained {
	const struct rule *part;
	uint32_t row;
	int32_t day;
	int32_t measured; /* VALUE_UNSET: nothing */
	struct counts counts;
	bool has_of;
};

typedef void explain_fn(const struct kpis *kpis, const struct explained *explained, void *arg);

/* A row that gives something. */
static struct explained explain_row(
	const struct rule *part, const struct given *given, uint32_t i, uint32_t row, bool holds)
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

static int part_explain(const struct kpis *kpis, const struct rule *part,
	const struct period *period, const struct filter *filter, size_t *count, explain_fn *write,
	void *arg, struct why *why)
{
	const struct table *table = part->kind->table;
	for (uint32_t row = 0; row < table->rows; row += TABLE_CHUNK) {
		struct rows rows = table_rows(table, row);
		struct given given;
		bool any = rule_give(part, rows, period, &given);
		for (uint32_t i = 0; any && i < rows.count; i++) {
			if (!given.gives[i])
				continue;
			bool holds = filter_holds(part, filter, row + i);
			if (!holds && part->whole != WHOLE_POPULATION)
				continue;
			if (++*count > EXPLAIN_MAX)
				return why_set(why, ERR_TOO_LARGE,
					"more than %d rows; ask for a shorter period", EXPLAIN_MAX);
			struct explained explained = explain_row(part, &given, i, row + i, holds);
			write(kpis, &explained, arg);
		}
	}
	return 0;
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

/* reported_on as reportedOn */
static void json_name(struct buf *out, const char *name)
{
	buf_text(out, ",\"");
	for (; *name; name++) {
		bool hump = *name == '_' && name[1] >= 'a' && name[1] <= 'z';
		name += hump;
		buf_char(out, hump ? (char)(*name - 'a' + 'A') : *name);
	}
	buf_text(out, "\":");
}

static void json_splits(const struct explained *explained, struct buf *out)
{
	const struct rule *part = explained->part;
	for (size_t s = 0; s < part->split_count; s++) {
		uint32_t values[SPLIT_VALUES_MAX];
		size_t count = split_values(part, &part->splits[s], explained->row, values);
		json_name(out, part->splits[s].dimension->id);
		bool is_list =
			part->kind->table->columns[part->splits[s].column].type == COLUMN_SET;
		buf_text(out, is_list ? "[" : "");
		for (size_t i = 0; i < count; i++) {
			buf_text(out, i ? "," : "");
			buf_json(out, split_key(part, &part->splits[s], values[i]));
		}
		buf_text(out, is_list ? "]" : "");
	}
}

static void explain_json(const struct kpis *kpis, const struct explained *explained, void *arg)
{
	struct buf *out = arg;
	const struct rule *part = explained->part;
	const struct table *table = part->kind->table;
	char id[24], day[16];
	row_id(kpis, explained, id);
	period_print_day(explained->day, day);
	buf_printf(out, "%s{\"source\":\"%s\",\"id\":\"%s\",\"day\":\"%s\",\"count\":%" PRId64,
		out->data[out->len - 1] == '[' ? "" : ",\n", table->name, id, day,
		explained->counts.count);
	if (explained->has_of)
		buf_printf(out, ",\"of\":%" PRId64, explained->counts.of);
	else
		buf_text(out, ",\"of\":null");
	buf_printf(out, ",\"unknown\":%" PRId64, explained->counts.unknown);
	if (explained->measured != VALUE_UNSET)
		buf_printf(out, ",\"value\":%" PRId32, explained->measured);
	for (size_t c = 0; c < table->column_count; c++) {
		int32_t value = table_get(table, c, explained->row);
		if (table->columns[c].type != COLUMN_DAY || value == VALUE_UNSET ||
			!strcmp(table->columns[c].name, "day"))
			continue;
		period_print_day(value, day);
		json_name(out, table->columns[c].name);
		buf_printf(out, "\"%s\"", day);
	}
	json_splits(explained, out);
	buf_char(out, '}');
}

/* The columns of a table for people: what every source has. */
struct lines {
	struct grid grid;
	struct buf *csv; /* NULL: fill the grid */
};

static void explain_line(const struct kpis *kpis, const struct explained *explained, void *arg)
{
	struct lines *lines = arg;
	const struct rule *part = explained->part;
	const struct table *table = part->kind->table;
	char id[24], day[16], of[24] = "", value[16] = "";
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
	period_print_day(explained->day, day);
	const char *cells[] = {
		table->name, id, day, NULL, of, NULL, value, days.data ? days.data : ""};
	for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
		char number[24];
		snprintf(number, sizeof number, "%" PRId64,
			i == 3 ? explained->counts.count : explained->counts.unknown);
		const char *text = cells[i] ? cells[i] : number;
		if (lines->csv)
			buf_printf(lines->csv, "%s%s", i ? "," : "", text);
		else
			grid_cell(&lines->grid, "%s", text);
	}
	if (lines->csv)
		buf_char(lines->csv, '\n');
}

static const char *const heads[] = {
	"source", "id", "day", "count", "of", "unknown", "value", "days"};

int query_explain(
	const struct kpis *kpis, const struct query *query, struct buf *out, struct why *why)
{
	struct query_scope scope;
	struct filter filter;
	if (!query->id)
		return why_set(why, ERR_INVALID, "explain needs the id of one KPI");
	int err = query_scope_find(kpis, query, &scope, why);
	if (err)
		return err;
	const struct rule *rule = scope.kpi->rules[scope.definition], *parts[SUM_MAX];
	size_t part_total = rule_parts(rule, parts), rows = 0;
	err = filter_parse(rule, query->filter, &filter, why);
	if (!err)
		err = filter_check(parts[0], &filter, why);
	struct lines lines = {.grid = {.columns = sizeof heads / sizeof *heads, .right = 0x78}};
	auto_buf struct buf text = {0};
	if (query->format == QUERY_JSON)
		buf_char(&text, '[');
	else if (query->format == QUERY_CSV)
		lines.csv = &text;
	for (size_t i = 0; i < lines.grid.columns; i++) {
		if (lines.csv)
			buf_printf(
				&text, "%s%s", heads[i], i + 1 < lines.grid.columns ? "," : "\n");
		else
			grid_cell(&lines.grid, "%s", heads[i]);
	}
	for (size_t i = 0; !err && i < part_total; i++) {
		if (query->format == QUERY_JSON)
			err = part_explain(kpis, parts[i], &scope.period, &filter, &rows,
				explain_json, &text, why);
		else
			err = part_explain(kpis, parts[i], &scope.period, &filter, &rows,
				explain_line, &lines, why);
	}
	if (query->format == QUERY_JSON)
		buf_text(&text, "]\n");
	else if (query->format == QUERY_TEXT)
		grid_print(&lines.grid, &text);
	if (!err)
		buf_add(out, text.data, text.len);
	grid_done(&lines.grid);
	return err;
}
