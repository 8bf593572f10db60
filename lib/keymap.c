#include "lib/keymap.h"

#include "lib/grow.h"
#include <sodium/crypto_shorthash_siphash24.h>
#include <string.h>

void keymap_done(struct keymap *map)
{
	free(map->entries);
	index_done(&map->index);
	*map = (struct keymap){0};
}

static uint64_t hash_of(struct keymap_key key)
{
	return key.low ^ key.high;
}

/* Its entry, or NULL. */
static struct keymap_entry *entry_find(const struct keymap *map, struct keymap_key key)
{
	struct index_look look = index_look(&map->index, hash_of(key));
	for (uint32_t number; index_next(&look, &number);) {
		struct keymap_entry *entry = &map->entries[number];
		if (entry->key.low == key.low && entry->key.high == key.high)
			return entry;
	}
	return NULL;
}

bool keymap_get(const struct keymap *map, struct keymap_key key, uint32_t *row)
{
	const struct keymap_entry *entry = entry_find(map, key);
	if (entry)
		*row = entry->row;
	return entry != NULL;
}

/* The last entry takes its place. */
void keymap_remove(struct keymap *map, struct keymap_key key)
{
	struct keymap_entry *entry = entry_find(map, key);
	must(entry);
	uint32_t number = (uint32_t)(entry - map->entries), last = (uint32_t)--map->count;
	index_remove(&map->index, hash_of(key), number);
	if (number == last)
		return;
	*entry = map->entries[last];
	index_remove(&map->index, hash_of(entry->key), last);
	index_add(&map->index, hash_of(entry->key), number);
}

uint32_t keymap_put(struct keymap *map, struct keymap_key key, uint32_t row, bool *is_new)
{
	uint32_t known;
	*is_new = !keymap_get(map, key, &known);
	if (!*is_new)
		return known;
	map->entries = grow_push(map->entries, map->count, sizeof *map->entries);
	map->entries[map->count] = (struct keymap_entry){key, row};
	index_add(&map->index, hash_of(key), (uint32_t)map->count++);
	return row;
}

struct keymap_key keymap_hash(const uint8_t secret[16], const void *text, size_t len)
{
	struct keymap_key key;
	uint8_t hash[crypto_shorthash_siphashx24_BYTES];
	_Static_assert(sizeof key == sizeof hash, "a key is a whole hash");
	crypto_shorthash_siphashx24(hash, text, len, secret);
	memcpy(&key, hash, sizeof key);
	return key;
}
