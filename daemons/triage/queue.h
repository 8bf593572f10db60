/*
 * The cases that wait for a team. Those that the same rule holds for and that ask for the same
 * expertise wait in one line, oldest report first: what stops the first of a line stops all of it,
 * so that a decision looks at the heads of a few lines, however many wait. Adding at the end and
 * taking anywhere cost next to nothing; 8 bytes a case.
 */
#ifndef WOT_TRIAGE_QUEUE_H
#define WOT_TRIAGE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Which line. told: the case's last route names this rule; false after the rules changed. */
struct queue_kind {
	uint16_t rule; /* its index */
	uint16_t expertise;
	bool told;
};

struct queue_line {
	struct queue_kind kind;
	uint64_t *keys;               /* ascending; the lowest bit marks one that has left */
	size_t head, end, room, gone; /* gone: of those from head to end */
};

struct queue {
	struct queue_line *lines;
	size_t line_count;
	size_t waiting;
};

void queue_done(struct queue *queue);

/* The place in a line: report day, then case number. */
uint64_t queue_key(int32_t reported_on, uint32_t number);
uint32_t queue_number(uint64_t key);

void queue_add(struct queue *queue, struct queue_kind kind, uint64_t key);
/* It must be there. */
void queue_remove(struct queue *queue, struct queue_kind kind, uint64_t key);

size_t queue_line_waiting(const struct queue_line *line);
/* The first place at or after `at` that holds a case; line->end when none does. */
size_t queue_line_next(const struct queue_line *line, size_t at);

#endif
