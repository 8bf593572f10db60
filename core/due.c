#include "core/due.h"

#include "lib/clean.h"
#include "lib/grow.h"
#include <stdbool.h>
#include <string.h>

void due_done(struct due *due)
{
	free(due->heap);
	free(due->places);
	*due = (struct due){0};
}

static bool is_before(const struct due_entry *a, const struct due_entry *b)
{
	return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->number < b->number;
}

static void put(struct due *due, size_t at, struct due_entry entry)
{
	due->heap[at] = entry;
	due->places[entry.number] = (uint32_t)at + 1;
}

/* Moves what stands at a place up or down to where it belongs. */
static void settle(struct due *due, size_t at)
{
	struct due_entry entry = due->heap[at];
	for (; at && is_before(&entry, &due->heap[(at - 1) / 2]); at = (at - 1) / 2)
		put(due, at, due->heap[(at - 1) / 2]);
	for (size_t below; (below = 2 * at + 1) < due->count; at = below) {
		if (below + 1 < due->count && is_before(&due->heap[below + 1], &due->heap[below]))
			below++;
		if (!is_before(&due->heap[below], &entry))
			break;
		put(due, at, due->heap[below]);
	}
	put(due, at, entry);
}

static void take_out(struct due *due, uint32_t number)
{
	if (number >= due->places_room || !due->places[number])
		return;
	size_t at = due->places[number] - 1;
	due->places[number] = 0;
	due->count--;
	if (at == due->count)
		return;
	put(due, at, due->heap[due->count]);
	settle(due, at);
}

void due_set(struct due *due, uint32_t number, int64_t at_ms)
{
	if (at_ms == DUE_NEVER) {
		take_out(due, number);
		return;
	}
	due->places = grown(due->places, &due->places_room, number, sizeof *due->places);
	size_t at = due->places[number];
	if (!at) {
		due->heap = grow_push(due->heap, due->count, sizeof *due->heap);
		at = ++due->count;
	}
	put(due, at - 1, (struct due_entry){at_ms, number});
	settle(due, at - 1);
}

/* Walks the top of the heap: the next one is among those right below the ones that were taken. */
size_t due_until(const struct due *due, int64_t now_ms, uint32_t *numbers, size_t max)
{
	must(max <= DUE_FOUND_MAX);
	size_t edge[DUE_FOUND_MAX + 1], edge_count = 0, found = 0;
	if (due->count)
		edge[edge_count++] = 0;
	while (edge_count && found < max) {
		size_t first = 0;
		for (size_t i = 1; i < edge_count; i++)
			if (is_before(&due->heap[edge[i]], &due->heap[edge[first]]))
				first = i;
		size_t at = edge[first];
		if (due->heap[at].at_ms > now_ms)
			break;
		numbers[found++] = due->heap[at].number;
		edge[first] = edge[--edge_count];
		for (size_t below = 2 * at + 1; below < due->count && below <= 2 * at + 2; below++)
			edge[edge_count++] = below;
	}
	return found;
}
