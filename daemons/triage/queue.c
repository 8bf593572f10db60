#include "daemons/triage/queue.h"

#include "lib/clean.h"
#include "lib/grow.h"
#include "proto/case_id.h"
#include <string.h>

enum { GONE = 1, COMPACT_AT = 64 };

void queue_done(struct queue *queue)
{
	for (size_t i = 0; i < queue->line_count; i++)
		free(queue->lines[i].keys);
	free(queue->lines);
	*queue = (struct queue){0};
}

_Static_assert(CASE_NUMBER_MAX < 1 << 30, "a key holds a number and the mark that it is gone");

/* Days before 1970 come first: their sign is turned round, so that they order as unsigned numbers do. */
uint64_t queue_key(int32_t reported_on, uint32_t number)
{
	uint32_t day = (uint32_t)reported_on ^ UINT32_C(1) << 31;
	return (uint64_t)day << 32 | (uint64_t)number << 1;
}

uint32_t queue_number(uint64_t key)
{
	return (uint32_t)key >> 1;
}

size_t queue_line_waiting(const struct queue_line *line)
{
	return line->end - line->head - line->gone;
}

size_t queue_line_next(const struct queue_line *line, size_t at)
{
	while (at < line->end && line->keys[at] & GONE)
		at++;
	return at;
}

static bool kind_is(struct queue_kind a, struct queue_kind b)
{
	return a.rule == b.rule && a.expertise == b.expertise && a.told == b.told;
}

static struct queue_line *line_of(struct queue *queue, struct queue_kind kind)
{
	for (size_t i = 0; i < queue->line_count; i++)
		if (kind_is(queue->lines[i].kind, kind))
			return &queue->lines[i];
	return NULL;
}

static struct queue_line *line_new(struct queue *queue, struct queue_kind kind)
{
	queue->lines = grow_push(queue->lines, queue->line_count, sizeof *queue->lines);
	size_t count = ++queue->line_count;
	queue->lines[count - 1] = (struct queue_line){.kind = kind};
	return &queue->lines[count - 1];
}

/* Where the key stands or would stand. */
static size_t place_of(const struct queue_line *line, uint64_t key)
{
	if (line->head == line->end || (line->keys[line->end - 1] | GONE) < key)
		return line->end;
	size_t low = line->head, high = line->end;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if ((line->keys[middle] | GONE) < key)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Takes out what has left; then at least half of the room is free, or there is more of it. */
static void line_compact(struct queue_line *line)
{
	size_t kept = 0;
	for (size_t i = line->head; i < line->end; i++)
		if (!(line->keys[i] & GONE))
			line->keys[kept++] = line->keys[i];
	line->head = line->gone = 0;
	line->end = kept;
	if (line->room >= 2 * kept + COMPACT_AT)
		return;
	line->room = 2 * kept + COMPACT_AT;
	line->keys = realloc(line->keys, line->room * sizeof *line->keys);
	must(line->keys);
}

void queue_add(struct queue *queue, struct queue_kind kind, uint64_t key)
{
	struct queue_line *line = line_of(queue, kind);
	if (!line)
		line = line_new(queue, kind);
	if (line->end == line->room)
		line_compact(line);
	size_t at = place_of(line, key);
	queue->waiting++;
	if (at < line->end && (line->keys[at] | GONE) == (key | GONE)) {
		must(line->keys[at] & GONE);
		line->keys[at] = key;
		line->gone--;
		return;
	}
	memmove(line->keys + at + 1, line->keys + at, (line->end - at) * sizeof *line->keys);
	line->keys[at] = key;
	line->end++;
}

void queue_remove(struct queue *queue, struct queue_kind kind, uint64_t key)
{
	struct queue_line *line = line_of(queue, kind);
	must(line);
	size_t at = place_of(line, key);
	must(at < line->end && line->keys[at] == key);
	line->keys[at] |= GONE;
	line->gone++;
	queue->waiting--;
	while (line->head < line->end && line->keys[line->head] & GONE) {
		line->head++;
		line->gone--;
	}
	if (line->gone > COMPACT_AT && line->gone > queue_line_waiting(line))
		line_compact(line);
}
