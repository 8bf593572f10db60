/*
 * What a telephone system tells of a call, whatever its dialect, as a submission for /v1/calls. Pure. A dialect is a
 * reader of lines beside this (queue_log.h, freeswitch.h); it says of each line which of `phone_line` it is.
 *
 * The ref is CALL:EVENT:MOMENT, so the same line read twice is a duplicate and nothing else.
 */
#ifndef WOT_PHONE_TOLD_H
#define WOT_PHONE_TOLD_H

#include "lib/arena.h"
#include "proto/door.pb-c.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A piece of a line; no NUL at its end. */
struct span {
	const char *at;
	size_t len;
};
bool span_is(struct span span, const char *text);
/* Decimal digits and nothing else, up to max; -1: something else. */
int64_t span_number(struct span span, int64_t max);

enum phone_line {
	PHONE_TOLD,   /* a submission came of it */
	PHONE_PASSED, /* nothing that is counted here */
	PHONE_BROKEN, /* it cannot be read, and the reason says why: never what stood there */
};

struct phone_read {
	Wot__V1__Submission *submission; /* of what was told, in the arena */
	const char *reason;              /* of what is broken */
};

enum { PHONE_ID_ROOM = 65, PHONE_SECONDS_MAX = 604800, PHONE_LINE_MAX = 4096 };

struct phone_call {
	const char *id; /* as phone_id made it */
	struct span queue, caller;
	struct span name,
		moment; /* of the ref: the event and its time, as the system writes them */
	int64_t at_ms;
	Wot__V1__Call__Event event;
	int64_t wait_s, talk_s;         /* -1: not known */
	Wot__V1__Call__Outcome outcome; /* 0: it says none */
};

/* A call's name as a CODE: what may not stand in one becomes -, and a longer one than 64 its hash. */
void phone_id(struct span name, char id[PHONE_ID_ROOM]);
Wot__V1__Submission *phone_submission(const struct phone_call *call, struct arena *arena);

/* What no line of any dialect may be, or NULL. */
const char *phone_line_fault(struct span line);
bool phone_is_before_2015(int64_t at_ms);

#endif
