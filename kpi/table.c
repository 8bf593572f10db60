#include "kpi/table.h"

#include "lib/clean.h"
#include "lib/grow.h"
#include <string.h>

/* The numbers of an enumeration; each must fit a bit of a set. */
static uint32_t numbers_of(const ProtobufCEnumDescriptor *values)
{
	uint32_t numbers = 0;
	for (unsigned i = 0; values && i < values->n_values; i++) {
		must(values->values[i].value >= 0 && values->values[i].value <= 30);
		numbers |= UINT32_C(1) << values->values[i].value;
	}
	return numbers;
}

/* Of a set: as many bytes as its bits, and one value more for none, need. */
static uint32_t type_width(enum column_type type, uint32_t known)
{
	switch (type) {
	case COLUMN_FLAG:
	case COLUMN_ENUM:
		return 1;
	case COLUMN_DAY:
	case COLUMN_TEXT:
		return 2;
	case COLUMN_SET:
		return known < 1u << 15 ? 2 : 4;
	default:
		return 4;
	}
}

static struct column *column_put(struct table *table, const char *name, enum column_type type,
	const ProtobufCEnumDescriptor *values)
{
	must(table->column_count < COLUMN_MAX && !table->rows);
	struct column *column = &table->columns[table->column_count++];
	uint32_t known = numbers_of(values);
	*column = (struct column){
		.name = name,
		.type = type,
		.values = values,
		.known = known,
		.width = type_width(type, known),
		.offset = table->row_bytes * TABLE_CHUNK,
		.base = type == COLUMN_DAY ? TABLE_DAY_FIRST : 0,
	};
	table->row_bytes += column->width;
	return column;
}

void column_add(struct table *table, const char *name, enum column_type type)
{
	column_put(table, name, type, NULL);
}

void column_add_ref(struct table *table, const char *name)
{
	column_put(table, name, COLUMN_NUMBER, NULL)->is_ref = true;
}

static bool is_fact(const char *field)
{
	static const char *const facts[] = {
#define FACT(name) #name,
#include "kpi/fact.def"
#undef FACT
	};
	for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
		if (strcmp(facts[i], field) == 0)
			return true;
	return false;
}

void column_add_field(struct table *table, const ProtobufCFieldDescriptor *field)
{
	bool repeated = field->label == PROTOBUF_C_LABEL_REPEATED;
	enum column_type type;
	switch (field->type) {
	case PROTOBUF_C_TYPE_SFIXED32:
		type = COLUMN_DAY;
		break;
	case PROTOBUF_C_TYPE_UINT32:
		type = COLUMN_NUMBER;
		break;
	case PROTOBUF_C_TYPE_BOOL:
		type = COLUMN_FLAG;
		break;
	case PROTOBUF_C_TYPE_STRING:
		type = COLUMN_TEXT;
		break;
	case PROTOBUF_C_TYPE_ENUM:
		type = repeated ? COLUMN_SET : COLUMN_ENUM;
		break;
	default:
		return;
	}
	if (repeated && type != COLUMN_SET)
		return;
	bool is_enum = field->type == PROTOBUF_C_TYPE_ENUM;
	struct column *column =
		column_put(table, field->name, type, is_enum ? field->descriptor : NULL);
	column->field = field->id;
	column->is_ref = (type == COLUMN_NUMBER || type == COLUMN_TEXT) && !is_fact(field->name);
}

int column_find(const struct table *table, const char *name)
{
	for (size_t i = 0; i < table->column_count; i++) {
		if (!strcmp(table->columns[i].name, name))
			return (int)i;
	}
	return -1;
}

void table_done(struct table *table)
{
	for (size_t i = 0; i < table->chunk_room; i++) {
		if (table->chunks[i] && !--table->chunks[i]->holders)
			free(table->chunks[i]);
	}
	free(table->chunks);
	for (size_t i = 0; i < table->column_count; i++)
		texts_done(&table->columns[i].texts);
	*table = (struct table){0};
}

void table_share(const struct table *table, struct table *out)
{
	*out = *table;
	out->chunks = malloc(table->chunk_room * sizeof *out->chunks);
	must(out->chunks || !table->chunk_room);
	for (size_t i = 0; i < table->chunk_room; i++) {
		out->chunks[i] = table->chunks[i];
		if (out->chunks[i])
			out->chunks[i]->holders++;
	}
	for (size_t i = 0; i < table->column_count; i++)
		texts_copy(&table->columns[i].texts, &out->columns[i].texts);
}

static size_t chunk_size(const struct table *table)
{
	return sizeof(struct chunk) + (size_t)table->row_bytes * TABLE_CHUNK;
}

void table_reserve(struct table *table, uint32_t row)
{
	must(row < TABLE_ROWS_MAX);
	size_t chunk = row / TABLE_CHUNK;
	table->chunks = grown(table->chunks, &table->chunk_room, chunk, sizeof *table->chunks);
	if (!table->chunks[chunk]) {
		table->chunks[chunk] = calloc(1, chunk_size(table));
		must(table->chunks[chunk]);
		table->chunks[chunk]->holders = 1;
	}
	if (row >= table->rows)
		table->rows = row + 1;
}

/* The chunk, for this table alone. */
static struct chunk *chunk_own(struct table *table, size_t index)
{
	struct chunk *chunk = table->chunks[index];
	if (chunk->holders == 1)
		return chunk;
	struct chunk *own = malloc(chunk_size(table));
	must(own);
	memcpy(own, chunk, chunk_size(table));
	chunk->holders--;
	own->holders = 1;
	return table->chunks[index] = own;
}

static void days_widen(struct chunk_days *days, uint16_t stored)
{
	if (!days->first || stored < days->first)
		days->first = stored;
	if (stored > days->last)
		days->last = stored;
}

void table_set(struct table *table, size_t column, uint32_t row, int32_t value)
{
	const struct column *of = &table->columns[column];
	struct chunk *chunk = chunk_own(table, row / TABLE_CHUNK);
	uint8_t *at = chunk->columns + of->offset;
	bool unset = value == VALUE_UNSET;
	switch (of->width) {
	case 1:
		must(unset || (value >= 0 && value < UINT8_MAX));
		at[row % TABLE_CHUNK] = unset ? 0 : (uint8_t)(value + 1);
		return;
	case 2:
		must(unset || (value >= of->base && value < of->base + UINT16_MAX));
		((uint16_t *)(void *)at)[row % TABLE_CHUNK] =
			unset ? 0 : (uint16_t)(value - of->base + 1);
		if (of->type == COLUMN_DAY && !unset)
			days_widen(&chunk->days[column], (uint16_t)(value - of->base + 1));
		return;
	default:
		((uint32_t *)(void *)at)[row % TABLE_CHUNK] = (uint32_t)value ^ 0x80000000u;
	}
}

/* A scan comes to the next chunk soon, and the processor does not look ahead that far. */
static void next_prefetch(const struct table *table, const struct column *column, struct rows rows)
{
	enum { LINE = 64 };
	size_t next = rows.first / TABLE_CHUNK + 1;
	if (rows.count < TABLE_CHUNK || next >= table->chunk_room || !table->chunks[next])
		return;
	const uint8_t *at = table->chunks[next]->columns + column->offset;
	for (uint32_t i = 0; i < column->width * TABLE_CHUNK; i += LINE)
		__builtin_prefetch(at + i);
}

#define VALUES_READ(type, value_of)                                                                \
	do {                                                                                       \
		const type *at = (const type *)(const void *)column_at + rows.first % TABLE_CHUNK; \
		for (uint32_t i = 0; i < rows.count; i++)                                          \
			values[i] = (value_of);                                                    \
	} while (0)

COLUMN_LOOP void table_values(
	const struct table *table, size_t column, struct rows rows, int32_t *restrict values)
{
	const struct column *of = &table->columns[column];
	const struct chunk *chunk = table->chunks[rows.first / TABLE_CHUNK];
	if (!chunk) {
		for (uint32_t i = 0; i < rows.count; i++)
			values[i] = VALUE_UNSET;
		return;
	}
	const uint8_t *column_at = chunk->columns + of->offset;
	int32_t base = of->base;
	next_prefetch(table, of, rows);
	if (of->width == 1)
		VALUES_READ(uint8_t, value_of_byte(at[i]));
	else if (of->width == 2)
		VALUES_READ(uint16_t, value_of_two(at[i], base));
	else
		VALUES_READ(uint32_t, value_of_four(at[i]));
}

/* Most conditions ask a flag or an enumeration: those are compared as the bytes that they are. */
COLUMN_LOOP void table_is(const struct table *table, size_t column, struct rows rows, int32_t value,
	bool *restrict is)
{
	const struct column *of = &table->columns[column];
	const struct chunk *chunk = table->chunks[rows.first / TABLE_CHUNK];
	if (chunk && of->width == 1) {
		const uint8_t *at = chunk->columns + of->offset + rows.first % TABLE_CHUNK;
		uint8_t byte = value >= 0 && value < UINT8_MAX ? (uint8_t)(value + 1) : UINT8_MAX;
		for (uint32_t i = 0; i < rows.count; i++)
			is[i] = at[i] == byte;
		return;
	}
	int32_t values[TABLE_CHUNK];
	table_values(table, column, rows, values);
	for (uint32_t i = 0; i < rows.count; i++)
		is[i] = values[i] == value;
}

bool table_days(
	const struct table *table, size_t column, struct rows rows, int32_t *first, int32_t *last)
{
	const struct chunk *chunk = table->chunks[rows.first / TABLE_CHUNK];
	int32_t base = table->columns[column].base;
	if (!chunk || !chunk->days[column].first)
		return false;
	*first = value_of_two(chunk->days[column].first, base);
	*last = value_of_two(chunk->days[column].last, base);
	return true;
}

int32_t text_number(struct column *column, const void *text, size_t len)
{
	uint32_t number;
	bool is_known = len != strlen("UNKNOWN") || memcmp(text, "UNKNOWN", len);
	return is_known && texts_number(&column->texts, text, len, TEXT_MAX, &number)
		       ? (int32_t)number
		       : VALUE_UNSET;
}

static int texts_equal(
	const char *table, const struct column *a, const struct column *b, struct why *why)
{
	if (a->texts.count != b->texts.count)
		return why_set(why, ERR_DIVERGED, "%s: %s has %zu different texts here, %zu there",
			table, a->name, a->texts.count, b->texts.count);
	for (size_t i = 0; i < a->texts.count; i++) {
		if (strcmp(a->texts.items[i], b->texts.items[i]))
			return why_set(why, ERR_DIVERGED, "%s: text %zu of %s is %s here, %s there",
				table, i, a->name, a->texts.items[i], b->texts.items[i]);
	}
	return 0;
}

/* Mostly they are the same bytes; else the first value that differs is looked for. */
static int rows_equal(
	const struct table *a, const struct table *b, struct rows rows, struct why *why)
{
	size_t chunk = rows.first / TABLE_CHUNK, bytes = (size_t)a->row_bytes * TABLE_CHUNK;
	const struct chunk *here = a->chunks[chunk], *there = b->chunks[chunk];
	if (here && there && !memcmp(here->columns, there->columns, bytes))
		return 0;
	for (uint32_t row = rows.first; row < rows.first + rows.count; row++) {
		for (size_t c = 0; c < a->column_count; c++) {
			int32_t one = table_get(a, c, row), other = table_get(b, c, row);
			if (one != other)
				return why_set(why, ERR_DIVERGED,
					"%s: row %u: %s is %d here, %d there", a->name, row,
					a->columns[c].name, one, other);
		}
	}
	return 0;
}

int table_equal(const struct table *a, const struct table *b, struct why *why)
{
	if (a->rows != b->rows)
		return why_set(
			why, ERR_DIVERGED, "%s: %u rows here, %u there", a->name, a->rows, b->rows);
	for (size_t c = 0; c < a->column_count; c++) {
		int err = texts_equal(a->name, &a->columns[c], &b->columns[c], why);
		if (err)
			return err;
	}
	for (uint32_t row = 0; row < a->rows; row += TABLE_CHUNK) {
		int err = rows_equal(a, b, table_rows(a, row), why);
		if (err)
			return err;
	}
	return 0;
}
