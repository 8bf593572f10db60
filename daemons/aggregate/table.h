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

#include "daemons/aggregate/keymap.h"
#include "lib/err.h"
#include <protobuf-c/protobuf-c.h>

enum {
	VALUE_UNSET = INT32_MIN,
	COLUMN_MAX = 64, /* so that a set of columns is one word */
	TABLE_CHUNK = 1024,
	TABLE_ROWS_MAX = 1 << 26,
	TEXT_MAX = 65000, /* different texts in a column; more read as unset, and are counted */
};

enum column_type { COLUMN_DAY, COLUMN_NUMBER, COLUMN_FLAG, COLUMN_ENUM, COLUMN_SET, COLUMN_TEXT };

/* The texts of a column, numbered from 0 in the order in which they came. */
struct texts {
	char **items;
	size_t count, room, refused;
	struct keymap by_text;
};

struct column {
	const char *name;
	enum column_type type;
	const ProtobufCEnumDescriptor *values; /* of COLUMN_ENUM and COLUMN_SET */
	uint32_t field; /* its number in the message it comes from; 0: none */
	uint32_t width, offset;
	struct texts texts;
};

struct table {
	const char *name;
	struct column columns[COLUMN_MAX];
	size_t column_count;
	uint32_t rows, row_bytes;
	uint8_t **chunks;
	size_t chunk_room;
};

/* Columns first, then rows. A column of the message's field, or none when its type is no fact
 * (bytes, messages, lists of text). */
void column_add(struct table *table, const char *name, enum column_type type);
void column_add_field(struct table *table, const ProtobufCFieldDescriptor *field);
int column_find(const struct table *table, const char *name); /* -1: none */
void table_done(struct table *table);

/* Makes room up to and with that row; it is all unset. row < TABLE_ROWS_MAX. */
void table_reserve(struct table *table, uint32_t row);
void table_set(struct table *table, size_t column, uint32_t row, int32_t value);

static inline int32_t table_get(const struct table *table, size_t column, uint32_t row)
{
	const struct column *of = &table->columns[column];
	const uint8_t *chunk = table->chunks[row / TABLE_CHUNK];
	if (!chunk)
		return VALUE_UNSET;
	const uint8_t *at = chunk + of->offset;
	switch (of->width) { /* zeroed memory reads as unset */
	case 1:
		at += row % TABLE_CHUNK;
		return *at ? *at - 1 : VALUE_UNSET;
	case 2: {
		uint16_t value = ((const uint16_t *)(const void *)at)[row % TABLE_CHUNK];
		return value ? value - 1 : VALUE_UNSET;
	}
	default:
		return (int32_t)(((const uint32_t *)(const void *)at)[row % TABLE_CHUNK] ^
				 0x80000000u);
	}
}

/* The number of a text in its column; VALUE_UNSET for UNKNOWN, and when there are too many. */
int32_t text_number(struct column *column, const void *text, size_t len);

/* 0, or ERR_DIVERGED with the first difference in `why`. */
int table_equal(const struct table *a, const struct table *b, struct why *why);

#endif
