/*
 * Asterisk's queue_log, line by line: EPOCH|CALL|QUEUE|AGENT|EVENT|what belongs to it. Pure. An event more: a row of
 * the table in queue_log.c.
 *
 * What Asterisk does and no manual says stands in tests/unit/test_queue_log.c, each oddity by its name.
 */
#ifndef WOT_PHONE_QUEUE_LOG_H
#define WOT_PHONE_QUEUE_LOG_H

#include "phone/waits.h"

struct queue_log {
	const char *callback_key; /* who presses it asks to be called back; NULL: none does */
	struct waits waits;
};

/* text: a line without its end. */
enum phone_line queue_log_read(struct queue_log *log, const char *text, size_t len,
	struct arena *arena, struct phone_read *out);

#endif
