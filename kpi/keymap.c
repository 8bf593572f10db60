#include "kpi/keymap.h"

#include "lib/clean.h"
#include <sodium/crypto_shorthash_siphash24.h>
#include <string.h>

enum { ROOM_FIRST = 64 };

void keymap_done(struct keymap *map)
{
	free(map->slots);
	*map = (struct keymap){0};
}

/* The slot where the search for the key begins. */
static size_t slot_home(const struct keymap *map, struct keymap_key key)
{
	return (size_t)((key.low ^ key.high) * 0x9e3779b97f4a7c15u >> 20) & (map->room - 1);
}

/* The slot that holds the key, or the empty one where it belongs. */
static struct keymap_slot *slot_find(const struct keymap *map, struct keymap_key key)
{
	size_t mask = map->room - 1;
	for (size_t i = slot_home(map, key);; i = (i + 1) & mask) {
		struct keymap_slot *slot = &map->slots[i];
		if (!slot->row || (slot->key.low == key.low && slot->key.high == key.high))
			return slot;
	}
}

static void map_grow(struct keymap *map)
{
	struct keymap old = *map;
	map->room = old.room ? 2 * old.room : ROOM_FIRST;
	map->slots = calloc(map->room, sizeof *map->slots);
	must(map->slots);
	for (size_t i = 0; i < old.room; i++) {
		if (old.slots[i].row)
			*slot_find(map, old.slots[i].key) = old.slots[i];
	}
	free(old.slots);
}

uint32_t keymap_put(struct keymap *map, struct keymap_key key, uint32_t row, bool *is_new)
{
	if (4 * (map->count + 1) > 3 * map->room)
		map_grow(map);
	struct keymap_slot *slot = slot_find(map, key);
	*is_new = !slot->row;
	if (*is_new) {
		*slot = (struct keymap_slot){.key = key, .row = row + 1};
		map->count++;
	}
	return slot->row - 1;
}

/* Those behind it that would be found no more move up. */
void keymap_remove(struct keymap *map, struct keymap_key key)
{
	size_t mask = map->room - 1, hole = (size_t)(slot_find(map, key) - map->slots);
	must(map->slots[hole].row);
	for (size_t i = (hole + 1) & mask; map->slots[i].row; i = (i + 1) & mask) {
		size_t home = slot_home(map, map->slots[i].key);
		if (((i - home) & mask) < ((i - hole) & mask))
			continue;
		map->slots[hole] = map->slots[i];
		hole = i;
	}
	map->slots[hole] = (struct keymap_slot){0};
	map->count--;
}

bool keymap_get(const struct keymap *map, struct keymap_key key, uint32_t *row)
{
	if (!map->room)
		return false;
	const struct keymap_slot *slot = slot_find(map, key);
	if (!slot->row)
		return false;
	*row = slot->row - 1;
	return true;
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
