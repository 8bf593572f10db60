/*
 * Arrays that grow. Those that are looked up by a number, when a larger one comes: `items = grown(items, &room,
 * number, sizeof *items)`; what was never written is zero. Those that are added to at their end: `items =
 * grow_push(items, count, sizeof *items)`, then `items[count++] = …`.
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

enum { GROW_PUSH_FIRST = 4 };

/* The items, with room for one more than there are: room follows from count, so nobody keeps it. Who makes such
 * an array in another way takes grow_room of them. */
static inline void *grow_push(void *items, size_t count, size_t size)
{
	if (count < GROW_PUSH_FIRST ? count : count & (count - 1))
		return items;
	items = realloc(items, (count ? 2 * count : GROW_PUSH_FIRST) * size);
	must(items);
	return items;
}

static inline size_t grow_room(size_t count)
{
	size_t room = GROW_PUSH_FIRST;
	while (room < count)
		room *= 2;
	return room;
}

#endif
