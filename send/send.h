/*
 * Sending submissions: many under way, in batches, each held until its answer. How they travel is a `struct sender`:
 * HTTP (send_http.c) or push (send_push.c); what is to be sent, and again, is an outbox (outbox.h). A line is JSON
 * {"to": "/v1/…", "body": {…}} (line.c), or a submission that was made already, for push alone.
 */
#ifndef WOT_SEND_H
#define WOT_SEND_H

#include "config/config.h"
#include "lib/daemon.h"
#include "lib/err.h"
#include "proto/door.pb-c.h"
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BATCH_MAX = 64 };

/* What became of a line. */
struct answer {
	unsigned status; /* as over HTTP; 0: no answer, try again */
	json_t *problem; /* of a refusal, owned by the answer; may be NULL */
};

struct line {
	struct line *next; /* of the same case, waiting */
	struct lane *lane;
	uint64_t number; /* in the file: from 1; or where it begins */
	size_t size;     /* its bytes there */
	const char *to;  /* a path of the door table */
	int daemon;
	json_t *record;                  /* the whole line */
	Wot__V1__Submission *submission; /* in place of that, whosever memory it is in */
	uint64_t first_sent_ms, retry_at_ms;
};

/* Reads a line: NULL, or what is wrong with it; its record is there if it is JSON. key: what it must not overtake
 * the lines of, as long as its record is there, or NULL. */
const char *line_parse(const char *text, size_t len, struct line *line, const char **key);

struct batch {
	struct line *lines[BATCH_MAX];
	struct answer answers[BATCH_MAX];
	size_t count;
	int daemon;
	const char *to;
};

/* A way to send. Answers come back through on_answer, from within wait. */
struct sender {
	int (*send)(
		struct sender *sender, struct batch *batch); /* keeps the batch until on_answer */
	int (*wait)(struct sender *sender, int timeout_ms);
	void (*close)(struct sender *sender);
	bool any_path; /* a batch may mix paths of one daemon */
	size_t batches_max;
	size_t batch_bytes; /* of lines, half of what a door takes at once; a longer line goes alone */
	void (*on_answer)(void *arg, struct batch *batch);
	void *arg;
};

/* To whom, and who sends. */
struct send_as {
	const struct config *config; /* of each daemon, by its number; the caller's */
	const char *client;
	unsigned
		silence_ms; /* over push: what has no receipt by then is given up and has status 0 */
};

struct sender *sender_http(const struct send_as *as, struct why *why);
struct sender *sender_push(const struct send_as *as, struct why *why);

#endif
