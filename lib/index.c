#include "lib/index.h"

#include <stdlib.h>

void index_done(struct index *index)
{
	free(index->slots);
	*index = (struct index){0};
}

void index_clear(struct index *index)
{
	if (index->count)
		memset(index->slots, 0, index->room * sizeof *index->slots);
	index->count = 0;
}

static void slot_put(struct index *index, struct index_slot slot)
{
	size_t at = index_home(index, slot.hash);
	while (index->slots[at].number)
		at = (at + 1) & (index->room - 1);
	index->slots[at] = slot;
}

static void slots_grow(struct index *index)
{
	struct index old = *index;
	index->room = old.room ? 2 * old.room : INDEX_FIRST;
	index->slots = calloc(index->room, sizeof *index->slots);
	must(index->slots);
	for (size_t i = 0; i < old.room; i++)
		if (old.slots[i].number)
			slot_put(index, old.slots[i]);
	free(old.slots);
}

void index_add(struct index *index, uint64_t hash, uint32_t number)
{
	must(number < UINT32_MAX);
	if (4 * (index->count + 1) > 3 * index->room)
		slots_grow(index);
	slot_put(index, (struct index_slot){index_hash(hash), number + 1});
	index->count++;
}

/* Those behind it that would be found no more move up. */
void index_remove(struct index *index, uint64_t hash, uint32_t number)
{
	size_t mask = index->room - 1, hole = index_home(index, index_hash(hash));
	while (index->slots[hole].number != number + 1) {
		must(index->slots[hole].number);
		hole = (hole + 1) & mask;
	}
	for (size_t i = (hole + 1) & mask; index->slots[i].number; i = (i + 1) & mask) {
		size_t home = index_home(index, index->slots[i].hash);
		if (((i - home) & mask) < ((i - hole) & mask))
			continue;
		index->slots[hole] = index->slots[i];
		hole = i;
	}
	index->slots[hole] = (struct index_slot){0};
	index->count--;
}
