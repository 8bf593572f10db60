/*
 * Arrays that are looked up by a number and grow when a larger one comes: `items = grown(items, &room, number,
 * sizeof *items)`. What was never written is zero.
 */
#ifndef WOT_GROW_H
#define WOT_GROW_H

#include "lib/clean.h"
#include <string.h>

enum { GROW_FIRST = 8 };

/* The items, with room for the one of that number; room is how many there are room for. */
static inline void *grown(void *items, size_t *room, size_t number, size_t size)
{
	if (number < *room)
		return items;
	size_t more = *room ? *room : GROW_FIRST;
	while (more <= number)
		more *= 2;
	items = realloc(items, more * size);
	must(items);
	memset((char *)items + *room * size, 0, (more - *room) * size);
	*room = more;
	return items;
}

#endif
