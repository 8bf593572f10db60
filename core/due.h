/*
 * What is due when: numbers, each at most once, in order of their instant and then of the number. A
 * tick with nothing due costs one comparison; setting one costs the logarithm of how many there are.
 * Zero is a valid empty struct due.
 *
 *	due_set(&due, 7, at_ms);                               // or moves it, or with DUE_NEVER takes it out
 *	count = due_until(&due, now_ms, found, DUE_FOUND_MAX); // changes nothing, so a decide may ask
 */
#ifndef WOT_DUE_H
#define WOT_DUE_H

#include <stddef.h>
#include <stdint.h>

#define DUE_NEVER INT64_MAX
enum { DUE_FOUND_MAX = 64 };

struct due_entry {
	int64_t at_ms;
	uint32_t number;
};

struct due {
	struct due_entry *heap; /* a binary one: each is no later than the two below it */
	size_t count;
	uint32_t *places; /* by number: its place in the heap, from 1; 0: it is not there */
	size_t places_room;
};

void due_done(struct due *due);
void due_set(struct due *due, uint32_t number, int64_t at_ms);
/* The first ones that are due by now, at most max (up to DUE_FOUND_MAX) of them; returns how many. */
size_t due_until(const struct due *due, int64_t now_ms, uint32_t *numbers, size_t max);

#endif
