#include "store/rows.h"

#include "lib/grow.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* ---- gathering ---- */

void store_row_put(struct store_rows *rows, const void *key, size_t key_len, const void *value,
	size_t value_len)
{
	must(key_len > 0 && key_len <= STORE_KEY_MAX);
	size_t lens[2] = {key_len, value_len};
	buf_add(&rows->bytes, lens, sizeof lens);
	buf_add(&rows->bytes, key, key_len);
	buf_add(&rows->bytes, value, value_len);
	rows->count++;
}

struct row_cursor rows_begin(const struct store_rows *rows)
{
	struct row_cursor cursor = {.at = rows->bytes.data};
	if (cursor.at)
		cursor.end = cursor.at + rows->bytes.len;
	return cursor;
}

bool rows_next(struct row_cursor *cursor)
{
	if (cursor->at == cursor->end)
		return false;
	size_t lens[2];
	memcpy(lens, cursor->at, sizeof lens);
	const char *key = cursor->at + sizeof lens;
	cursor->key = key;
	cursor->key_len = lens[0];
	cursor->value = key + lens[0];
	cursor->value_len = lens[1];
	cursor->at = key + lens[0] + lens[1];
	return true;
}

void rows_clear(struct store_rows *rows)
{
	buf_clear(&rows->bytes);
	rows->count = 0;
}

/* ---- comparing ---- */

enum { PRINT = 16 };

struct row_print {
	uint8_t key[PRINT], value[PRINT];
	uint64_t seq;
	bool asked;
};

static void print_of(const void *bytes, size_t len, uint8_t print[static PRINT])
{
	static const uint8_t
		no_secret[crypto_shorthash_siphashx24_KEYBYTES]; /* against chance alone */
	crypto_shorthash_siphashx24(print, bytes, len, no_secret);
}

void rows_wanted_done(struct rows_wanted *wanted)
{
	buf_done(&wanted->scratch.bytes);
	free(wanted->prints);
	*wanted = (struct rows_wanted){0};
}

void rows_wanted_add(struct rows_wanted *wanted, store_rows_fn *rows_of, const struct block *block)
{
	for (struct block_cursor event = block_events(block); block_next(&event);) {
		rows_clear(&wanted->scratch);
		rows_of(event.event, event.len, event.seq, &wanted->scratch);
		for (struct row_cursor row = rows_begin(&wanted->scratch); rows_next(&row);) {
			wanted->prints =
				grow_push(wanted->prints, wanted->count, sizeof *wanted->prints);
			struct row_print *print = &wanted->prints[wanted->count++];
			*print = (struct row_print){.seq = event.seq};
			print_of(row.key, row.key_len, print->key);
			print_of(row.value, row.value_len, print->value);
		}
	}
}

/* Of one key the last event first. */
static int print_compare(const void *a, const void *b)
{
	const struct row_print *x = a, *y = b;
	int order = memcmp(x->key, y->key, PRINT);
	return order ? order : (x->seq < y->seq) - (x->seq > y->seq);
}

void rows_wanted_end(struct rows_wanted *wanted)
{
	size_t kept = 0;
	if (wanted->count)
		qsort(wanted->prints, wanted->count, sizeof *wanted->prints, print_compare);
	for (size_t i = 0; i < wanted->count; i++) {
		if (kept && memcmp(wanted->prints[kept - 1].key, wanted->prints[i].key, PRINT) == 0)
			continue;
		wanted->prints[kept++] = wanted->prints[i];
	}
	wanted->count = kept;
}

static struct row_print *print_find(const struct rows_wanted *wanted, const uint8_t key[PRINT])
{
	size_t low = 0, high = wanted->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = memcmp(wanted->prints[middle].key, key, PRINT);
		if (order == 0)
			return &wanted->prints[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

uint64_t rows_wanted_wrong(struct rows_wanted *wanted, const void *key, size_t key_len,
	const void *value, size_t value_len)
{
	uint8_t print[PRINT];
	print_of(key, key_len, print);
	struct row_print *found = print_find(wanted, print);
	if (!found || found->asked)
		return UINT64_MAX;
	found->asked = true;
	print_of(value, value_len, print);
	return memcmp(print, found->value, PRINT) == 0 ? 0 : found->seq;
}

uint64_t rows_wanted_missing(const struct rows_wanted *wanted)
{
	uint64_t first = 0;
	for (size_t i = 0; i < wanted->count; i++) {
		const struct row_print *print = &wanted->prints[i];
		if (!print->asked && (first == 0 || print->seq < first))
			first = print->seq;
	}
	return first;
}
