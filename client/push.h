/*
 * A client of a daemon's push door: submissions go there as Submits, over CURVE, and come back as answers.
 *
 *	push_pack(request, submissions, count, &packed);
 *	push_send(push, &(struct push_submit){request, count, arg}, packed.data, packed.len);
 *	…push_wait(&push, 1, wait_ms); while (push_next(push, &answers)) …
 *
 * Many may be under way; who sends bounds how many.
 */
#ifndef WOT_PUSH_H
#define WOT_PUSH_H

#include "lib/buf.h"
#include "lib/err.h"
#include "proto/door.pb-c.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct push;

struct push_options {
	const char *endpoint; /* of the door, tcp://HOST:PORT */
	const char *keys;     /* the folder with SERVER.pub, CLIENT.pub and CLIENT.key */
	const char *server, *client;
	size_t message_bytes; /* what the door takes: its push_message_kib */
	unsigned silence_ms;  /* what has no receipts by then is given up */
};

int push_open(struct push **out, const struct push_options *options, struct why *why);
void push_close(struct push **push);

struct push_submit {
	uint64_t request; /* of those under way no other has this number */
	size_t count;     /* of its submissions */
	void *arg;        /* comes back with the answers */
};

/* Appends the bytes of a Submit. */
void push_pack(uint64_t request, Wot__V1__Submission **submissions, size_t count, struct buf *out);
/* ERR_TOO_LARGE: not sent, since the door would refuse it however often it came. ERR_BUSY: nobody is there, and a
 * thousand wait already. */
int push_send(struct push *push, const struct push_submit *submit, const void *packed, size_t len);

/* Waits until one of them may have something. */
int push_wait(struct push *const *pushes, size_t count, int wait_ms);

/* What became of a submission. */
struct push_answer {
	unsigned status; /* as over HTTP; 0: no answer, send it again under the same externalRef */
	const Wot__V1__Refusal *problem; /* of a refusal, else NULL */
};

struct push_answers {
	struct push_submit submit;
	const struct push_answer *items; /* submit.count of them */
};

/* The next Submit that is answered or given up; its answers live until the next call. False: none, yet. */
bool push_next(struct push *push, struct push_answers *answers);

#endif
