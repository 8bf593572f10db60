/*
 * What is to be sent, and again: lines go out in batches as long as a sender takes them, and who was too busy for one
 * or did not answer gets it once more. How many lines there are in it at most, who adds them bounds.
 *
 *	outbox_add(&outbox, line);
 *	…while (outbox.err == 0 && …) outbox_turn(&outbox, wait_ms);	on_done is told what became of each
 */
#ifndef WOT_OUTBOX_H
#define WOT_OUTBOX_H

#include "send/send.h"

enum { OUTBOX_RETRY_MS = 50, OUTBOX_SILENCE_MS = 30000 };

/* It is done with: taken, or refused for good. The line is the caller's again, the answer lives until this returns. */
typedef void outbox_done_fn(void *arg, struct line *line, const struct answer *answer);

struct outbox {
	struct sender *sender; /* closed with it */
	outbox_done_fn *on_done;
	void *arg;
	bool is_patient; /* who is busy is waited for as long as it takes */
	unsigned
		silence_ms; /* where no daemon answers anything for so long it is given up; 0: never */

	size_t room;         /* of lines */
	struct line **ready; /* a ring of those that may be sent now */
	size_t ready_first, ready_count;
	struct line **later; /* to be tried again */
	size_t later_count;
	size_t in_flight;  /* batches */
	uint64_t heard_ms; /* when a daemon last answered anything */
	int err;           /* nothing more can be sent */
	struct why why;
};

/* What stands before `room` is set. room: how many lines there are in it at most. */
void outbox_init(struct outbox *outbox, size_t room);
void outbox_done(struct outbox *outbox); /* with its sender; lines that are left are the caller's */
void outbox_add(struct outbox *outbox, struct line *line);
/* Sends what may be sent, and waits for answers so long at most. */
void outbox_turn(struct outbox *outbox, int wait_ms);
bool outbox_is_empty(const struct outbox *outbox);

#endif
