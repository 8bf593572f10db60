/*
 * Finds numbers by a hash: slots of a part of the hash and of the number, open addressing, at most three quarters
 * full. Whether a number is the one that is looked for its owner knows, who keeps what it stands for:
 *
 *	struct index_look look = index_look(&index, hash);
 *	for (uint32_t number; index_next(&look, &number);)
 *		if (is_it(number)) …
 *
 * Zero is a valid empty index.
 */
#ifndef WOT_INDEX_H
#define WOT_INDEX_H

#include "lib/clean.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct index_slot {
	uint32_t hash;
	uint32_t number; /* + 1; 0: empty */
};
struct index {
	struct index_slot *slots;
	size_t room, count;
};
enum { INDEX_FIRST = 64 };

struct index_look {
	const struct index *index;
	uint32_t hash;
	size_t at;
};

static inline uint32_t index_hash(uint64_t hash)
{
	return (uint32_t)(hash ^ hash >> 32);
}

/* Where a search begins; a hash that is mixed badly is mixed here. */
static inline size_t index_home(const struct index *index, uint32_t hash)
{
	return (size_t)(hash * UINT64_C(0x9e3779b97f4a7c15) >> 20) & (index->room - 1);
}

static inline struct index_look index_look(const struct index *index, uint64_t hash)
{
	uint32_t part = index_hash(hash);
	return (struct index_look){index, part, index->room ? index_home(index, part) : 0};
}

static inline bool index_next(struct index_look *look, uint32_t *number)
{
	const struct index *index = look->index;
	while (index->room && index->slots[look->at].number) {
		const struct index_slot *slot = &index->slots[look->at];
		look->at = (look->at + 1) & (index->room - 1);
		if (slot->hash == look->hash) {
			*number = slot->number - 1;
			return true;
		}
	}
	return false;
}

void index_done(struct index *index);
void index_clear(struct index *index); /* keeps the room */
/* number < UINT32_MAX */
void index_add(struct index *index, uint64_t hash, uint32_t number);
/* A number that was added under that hash. */
void index_remove(struct index *index, uint64_t hash, uint32_t number);

#endif
