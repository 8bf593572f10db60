/*
 * A map from 128-bit keys to row numbers. Keys are keyed hashes (keymap_hash) or numbers; equal keys are taken for
 * equal things.
 */
#ifndef WOT_KEYMAP_H
#define WOT_KEYMAP_H

#include "lib/index.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct keymap_key {
	uint64_t low, high;
};
struct keymap_entry {
	struct keymap_key key;
	uint32_t row;
};
struct keymap {
	struct keymap_entry *entries;
	size_t count;
	struct index index; /* of entries */
};

void keymap_done(struct keymap *map);
/* The row of a key; when it is new, `row` becomes its row and *is_new is set. row < UINT32_MAX. */
uint32_t keymap_put(struct keymap *map, struct keymap_key key, uint32_t row, bool *is_new);
/* The key is there. */
void keymap_remove(struct keymap *map, struct keymap_key key);
bool keymap_get(const struct keymap *map, struct keymap_key key, uint32_t *row);

/* SipHash of a text under a 16-byte secret, so that nobody outside can choose where a text lands.
 */
struct keymap_key keymap_hash(const uint8_t secret[16], const void *text, size_t len);

#endif
