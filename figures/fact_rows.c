#include "figures/fact_rows.h"

#include "figures/render.h"
#include "kpi/period.h"
#include "lib/calendar.h"
#include "lib/clean.h"
#include "proto/event.h"
#include <inttypes.h>
#include <string.h>

/* ---- columns ---- */

static const struct {
	const char *type, *says;
} types[] = {
	[COLUMN_DAY] = {"date", "a day; empty: not known"},
	[COLUMN_NUMBER] = {"integer", "a number; empty: not known"},
	[COLUMN_FLAG] = {"boolean", "true or false; empty counts as false"},
	[COLUMN_ENUM] = {"string", "one of these; empty: not known"},
	[COLUMN_SET] = {"string", "some of these, with ; between them; empty: not known: "},
	[COLUMN_TEXT] = {"string", "a key of the town's lists; empty: not known"},
};

static void values_fill(const struct column *column, Wot__V1__FactColumn *out, struct arena *arena)
{
	const ProtobufCEnumDescriptor *values = column->values;
	out->values = arena_alloc(arena, values->n_values * sizeof *out->values);
	for (unsigned i = 0; i < values->n_values; i++)
		out->values[out->n_values++] = (char *)(uintptr_t)values->values[i].name;
}

/* "closed_on: a day; empty: not known", and of a set which there are. */
static char *description(const struct column *column, struct arena *arena)
{
	auto_buf struct buf text = {0};
	buf_printf(&text, "%s: %s", column->name, types[column->type].says);
	for (unsigned i = 0; column->type == COLUMN_SET && i < column->values->n_values; i++)
		buf_printf(&text, "%s%s", i ? ", " : "", column->values->values[i].name);
	return arena_strdup(arena, text.data);
}

static Wot__V1__FactColumn *column_told(const struct column *column, struct arena *arena)
{
	Wot__V1__FactColumn *out = (void *)message_new(&wot__v1__fact_column__descriptor, arena);
	out->name = (char *)(uintptr_t)column->name;
	out->type = (char *)(uintptr_t)types[column->type].type;
	out->description = description(column, arena);
	if (column->type == COLUMN_ENUM)
		values_fill(column, out, arena);
	return out;
}

static Wot__V1__FactTable *table_told(const struct table *table, struct arena *arena)
{
	Wot__V1__FactTable *out = (void *)message_new(&wot__v1__fact_table__descriptor, arena);
	out->name = (char *)(uintptr_t)table->name;
	out->columns = arena_alloc(arena, table->column_count * sizeof *out->columns);
	for (size_t c = 0; c < table->column_count; c++)
		if (!table->columns[c].is_ref)
			out->columns[out->n_columns++] = column_told(&table->columns[c], arena);
	return out;
}

void fact_tables_fill(const struct facts *facts, Wot__V1__Facts *out, struct arena *arena)
{
	out->tables = arena_alloc(arena, SOURCE_COUNT * sizeof *out->tables);
	for (enum source source = 0; source < SOURCE_COUNT; source++)
		out->tables[out->n_tables++] = table_told(facts_table(facts, source), arena);
}

/* ---- rows ---- */

struct fact_rows {
	struct facts *facts;
	const struct table *table;
	uint32_t row; /* the next; none was given while there is no heading */
	bool has_heading;
};

int fact_rows_open(struct fact_rows **out, struct facts **facts, const char *table, struct why *why)
{
	struct facts *mine = *facts;
	*facts = NULL;
	for (enum source source = 0; source < SOURCE_COUNT; source++) {
		if (strcmp(facts_table(mine, source)->name, table) != 0)
			continue;
		struct fact_rows *rows = calloc(1, sizeof *rows);
		must(rows);
		rows->facts = mine;
		rows->table = facts_table(mine, source);
		*out = rows;
		return 0;
	}
	facts_free(mine);
	return why_set(why, ERR_NOT_FOUND, "there is no table %.40s of facts", table);
}

void fact_rows_close(void *arg)
{
	struct fact_rows *rows = arg;
	facts_free(rows->facts);
	free(rows);
}

static void set_print(const struct column *column, int32_t value, struct buf *out)
{
	const char *gap = "";
	for (unsigned i = 0; i < column->values->n_values; i++) {
		if (!((uint32_t)value >> column->values->values[i].value & 1))
			continue;
		buf_printf(out, "%s%s", gap, column->values->values[i].name);
		gap = ";";
	}
}

static void value_print(const struct column *column, int32_t value, struct buf *out)
{
	char day[16];
	switch (column->type) {
	case COLUMN_DAY:
		calendar_print(value, day);
		buf_text(out, day);
		return;
	case COLUMN_NUMBER:
		buf_printf(out, "%" PRId32, value);
		return;
	case COLUMN_FLAG:
		buf_text(out, value ? "true" : "false");
		return;
	case COLUMN_ENUM:
		buf_text(out, protobuf_c_enum_descriptor_get_value(column->values, value)->name);
		return;
	case COLUMN_SET:
		set_print(column, value, out);
		return;
	case COLUMN_TEXT:
		render_csv_field(out, column->texts.items[value]);
		return;
	}
}

/* row: NULL: the heading. */
static void line_print(const struct table *table, const uint32_t *row, struct buf *out)
{
	const char *gap = "";
	for (size_t c = 0; c < table->column_count; c++) {
		const struct column *column = &table->columns[c];
		if (column->is_ref)
			continue;
		buf_text(out, gap);
		gap = ",";
		int32_t value = row ? table_get(table, c, *row) : VALUE_UNSET;
		if (!row)
			buf_text(out, column->name);
		else if (value != VALUE_UNSET)
			value_print(column, value, out);
	}
	buf_char(out, '\n');
}

/* A row without its first column counts nowhere: a number that no case has, a contact that became a request. */
static bool is_row(const struct table *table, uint32_t row)
{
	return table_get(table, 0, row) != VALUE_UNSET;
}

bool fact_rows_more(void *arg, struct buf *out)
{
	struct fact_rows *rows = arg;
	const struct table *table = rows->table;
	if (!rows->has_heading)
		line_print(table, NULL, out);
	rows->has_heading = true;
	if (rows->row < table->rows) {
		struct rows chunk = table_rows(table, rows->row);
		for (; rows->row < chunk.first + chunk.count; rows->row++)
			if (is_row(table, rows->row))
				line_print(table, &rows->row, out);
	}
	return rows->row < table->rows;
}
