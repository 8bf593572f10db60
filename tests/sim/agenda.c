#include "tests/sim/agenda.h"

#include "lib/clean.h"
#include "lib/grow.h"

#include <stddef.h>

struct todo {
	int64_t due_ms;
	uint64_t order;
	agenda_fn *run;
	void *arg;
};

/* A heap: each is due no later than the two below it. */
static struct {
	struct todo *items;
	size_t count;
	uint64_t order;
} agenda;

static bool is_before(const struct todo *a, const struct todo *b)
{
	return a->due_ms < b->due_ms || (a->due_ms == b->due_ms && a->order < b->order);
}

static void swap(size_t a, size_t b)
{
	struct todo kept = agenda.items[a];
	agenda.items[a] = agenda.items[b];
	agenda.items[b] = kept;
}

void agenda_add(int64_t due_ms, agenda_fn *run, void *arg)
{
	agenda.items = grow_push(agenda.items, agenda.count, sizeof *agenda.items);
	size_t at = agenda.count++;
	agenda.items[at] = (struct todo){due_ms, agenda.order++, run, arg};
	for (; at && is_before(&agenda.items[at], &agenda.items[(at - 1) / 2]); at = (at - 1) / 2)
		swap(at, (at - 1) / 2);
}

bool agenda_next(int64_t *due_ms)
{
	if (!agenda.count)
		return false;
	*due_ms = agenda.items[0].due_ms;
	return true;
}

void agenda_do(void)
{
	struct todo todo = agenda.items[0];
	agenda.items[0] = agenda.items[--agenda.count];
	for (size_t at = 0;;) {
		size_t least = at;
		for (size_t below = 2 * at + 1; below <= 2 * at + 2 && below < agenda.count;
			below++)
			if (is_before(&agenda.items[below], &agenda.items[least]))
				least = below;
		if (least == at)
			break;
		swap(at, least);
		at = least;
	}
	todo.run(todo.arg);
}

void agenda_clear(void)
{
	free(agenda.items);
	agenda.items = NULL;
	agenda.count = 0;
	agenda.order = 0;
}
