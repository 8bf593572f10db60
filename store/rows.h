/*
 * Rows: keys and values that follow from events, which store_rows_fn tells. Here they are gathered, summed
 * up, and compared with those that are stored.
 */
#ifndef WOT_ROWS_H
#define WOT_ROWS_H

#include "store/block.h"

/* As they were emitted, one after another. */
struct store_rows {
	struct buf bytes;
	size_t count;
};

struct row_cursor {
	const char *at, *end;
	const void *key, *value;
	size_t key_len, value_len;
};
struct row_cursor rows_begin(const struct store_rows *rows);
bool rows_next(struct row_cursor *cursor);
void rows_clear(struct store_rows *rows);

/* What the rows of a whole log must be, one fingerprint each: the last of a key holds. */
struct rows_wanted {
	struct row_print *prints;
	size_t count;
	struct store_rows scratch;
};
void rows_wanted_done(struct rows_wanted *wanted);
void rows_wanted_add(struct rows_wanted *wanted, store_rows_fn *rows_of, const struct block *block);
/* All has been added: from here on stored rows are held against it. */
void rows_wanted_end(struct rows_wanted *wanted);
/* Is a stored row what it must be? 0, or the event that says otherwise, or UINT64_MAX: none speaks of it. */
uint64_t rows_wanted_wrong(struct rows_wanted *wanted, const void *key, size_t key_len,
	const void *value, size_t value_len);
/* The first event of which a row was not asked for; 0: each was. */
uint64_t rows_wanted_missing(const struct rows_wanted *wanted);

#endif
