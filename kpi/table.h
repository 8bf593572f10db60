/*
 * Facts in columns: a row is a case, a contact, a call. A value is an int32_t: a day, a number, 0
 * or 1, the number of an enumeration value, a set of those as bits, or the number of a text; or
 * VALUE_UNSET.
 *
 * Rows live in chunks of TABLE_CHUNK, column by column inside a chunk, so that a scan reads only
 * what it asks for and growing moves nothing. Columns are as wide as their type needs.
 */
#ifndef WOT_TABLE_H
#define WOT_TABLE_H

#include "lib/err.h"
#include "lib/texts.h"
#include <protobuf-c/protobuf-c.h>
#include <stdint.h>

enum {
	VALUE_UNSET = INT32_MIN,
	COLUMN_MAX = 64, /* so that a set of columns is one word */
	TABLE_CHUNK = 1024,
	TABLE_ROWS_MAX = 1 << 26, /* of cases: CASE_NUMBER_MAX */
	TEXT_MAX = 65000, /* different texts in a column; more read as unset, and are counted */
	/* Days fit two bytes: 2000-01-01 and 2179-06-04. */
	TABLE_DAY_FIRST = 10957,
	TABLE_DAY_LAST = TABLE_DAY_FIRST + UINT16_MAX - 1,
};

/* A loop over columns, which the compiler makes look at many rows at once; a second time for processors with
 * AVX2, between which the loader chooses: a cross of two takes a quarter less. Sanitizers cannot start with it. */
#if defined __x86_64__ && !defined __clang__ && !defined __SANITIZE_ADDRESS__ &&                   \
	!defined __SANITIZE_THREAD__
#define COLUMN_LOOP __attribute__((target_clones("arch=x86-64-v3", "default")))
#else
#define COLUMN_LOOP
#endif
/* The body of such a loop where it is compiled once more, for the one row that changes: there is no loop then. */
#define COLUMN_BODY static inline __attribute__((always_inline))

enum column_type { COLUMN_DAY, COLUMN_NUMBER, COLUMN_FLAG, COLUMN_ENUM, COLUMN_SET, COLUMN_TEXT };

struct column {
	const char *name;
	enum column_type type;
	const ProtobufCEnumDescriptor *values; /* of COLUMN_ENUM and COLUMN_SET */
	uint32_t known;                        /* their numbers, as bits */
	bool is_ref;    /* it names a row of something: a case, an event, a submission */
	uint32_t field; /* its number in the message it comes from; 0: none */
	uint32_t width, offset;
	int32_t base; /* what is stored is the value above it, and 0 for none */
	struct texts texts;
};

struct chunk {
	uint32_t holders; /* tables that have it; it is written to by its only one */
	/* Of a column of days the first and the last that any of its rows ever had, as they are stored; 0: none. */
	struct chunk_days {
		uint16_t first, last;
	} days[COLUMN_MAX];
	_Alignas(8) uint8_t columns[];
};

struct table {
	const char *name;
	struct column columns[COLUMN_MAX];
	size_t column_count;
	uint32_t rows, row_bytes;
	struct chunk **chunks;
	size_t chunk_room;
};

/* Columns first, then rows. A column of the message's field, or none when its type is no fact
 * (bytes, messages, lists of text). A number or a text is a ref unless fact.def names it. */
void column_add(struct table *table, const char *name, enum column_type type);
void column_add_ref(struct table *table, const char *name); /* a number that is one */
void column_add_field(struct table *table, const ProtobufCFieldDescriptor *field);
int column_find(const struct table *table, const char *name); /* -1: none */
void table_done(struct table *table);
/* The table as it is now, to be read while the other changes: that one copies a chunk first. Either may
 * end before the other. */
void table_share(const struct table *table, struct table *out);

/* Makes room up to and with that row; it is all unset. row < TABLE_ROWS_MAX. */
void table_reserve(struct table *table, uint32_t row);
void table_set(struct table *table, size_t column, uint32_t row, int32_t value);

/* A value as it is stored. Zeroed memory reads as unset: the widths differ in the type that they are read as. */
static inline int32_t value_of_byte(uint8_t stored)
{
	return stored ? stored - 1 : VALUE_UNSET;
}
static inline int32_t value_of_two(uint16_t stored, int32_t base)
{
	return stored ? stored + base - 1 : VALUE_UNSET;
}
static inline int32_t value_of_four(uint32_t stored)
{
	return (int32_t)(stored ^ 0x80000000u);
}

static inline int32_t table_get(const struct table *table, size_t column, uint32_t row)
{
	const struct column *of = &table->columns[column];
	const struct chunk *chunk = table->chunks[row / TABLE_CHUNK];
	if (!chunk)
		return VALUE_UNSET;
	const void *at = chunk->columns + of->offset;
	row %= TABLE_CHUNK;
	if (of->width == 1)
		return value_of_byte(((const uint8_t *)at)[row]);
	return of->width == 2 ? value_of_two(((const uint16_t *)at)[row], of->base)
			      : value_of_four(((const uint32_t *)at)[row]);
}

/* Neighbours in one chunk: what is read at once. */
struct rows {
	uint32_t first, count;
};
/* The chunk's part of all rows from `first` on. */
static inline struct rows table_rows(const struct table *table, uint32_t first)
{
	uint32_t end = (first / TABLE_CHUNK + 1) * TABLE_CHUNK;
	return (struct rows){first, (end < table->rows ? end : table->rows) - first};
}
/* Their values in a column; `values` has room for TABLE_CHUNK. */
void table_values(const struct table *table, size_t column, struct rows rows, int32_t *values);
/* Whether each of them is that value, which is not VALUE_UNSET. */
void table_is(const struct table *table, size_t column, struct rows rows, int32_t value, bool *is);

/* Between which days theirs lie, of a column of days; false: none has one. */
bool table_days(
	const struct table *table, size_t column, struct rows rows, int32_t *first, int32_t *last);

/* The number of a text in its column; VALUE_UNSET for UNKNOWN, and when there are too many. */
int32_t text_number(struct column *column, const void *text, size_t len);

/* 0, or ERR_DIVERGED with the first difference in `why`. */
int table_equal(const struct table *a, const struct table *b, struct why *why);

#endif
