/*
 * The load generator of `make bench`: the same submissions to wot's push door and to Redis Streams,
 * packed before the clock starts, with a fixed number outstanding. To add a way to send: a function
 * like load_wot and a row in load.c.
 */
#ifndef WOT_LOAD_H
#define WOT_LOAD_H

#include "lib/arena.h"
#include "lib/buf.h"
#include "proto/door.pb-c.h"
#include <stdbool.h>

struct load {
	size_t events;
	bool latency;      /* one outstanding, each round trip measured */
	unsigned limit_ms; /* no more is sent after this; 0: all events */
	/* wot */
	const char *push, *keys, *client;
	size_t frame, outstanding; /* submissions */
	const char *kpi; /* the clock stops when this KPI shows all of them; NULL: at the receipt */
	const char *dir; /* with the sockets */
	const char *kind; /* "call" or "request" */
	/* Redis */
	const char *redis; /* HOST:PORT, or the path of its socket */
	size_t depth, connections;
	bool packed; /* an entry is the submission's bytes; else it has each field by its name */
};

/* Messages back to back: the i-th is bytes.data[starts[i]] to [starts[i + 1]]. */
struct pool {
	struct buf bytes;
	size_t *starts;
	size_t count;
};
void pool_end(struct pool *pool); /* what was added to bytes is a message */
void pool_done(struct pool *pool);
#define auto_pool auto_clean(pool_done)

struct timing {
	size_t events;
	uint64_t start_ns, end_ns;
	uint32_t *round_trips_ns; /* with latency: one an event */
};
uint64_t clock_ns(void);
bool time_is_up(const struct load *load, const struct timing *timing);

/* The submission of that number, the same from run to run but for the time. */
Wot__V1__Submission *submission_make(const struct load *load, size_t number, struct arena *arena);
/* Appended as `count` words of RESP: its fields, name and value. */
void submission_words(const ProtobufCMessage *submission, struct buf *out, size_t *count);

/* Each sends load->events and fills the timing. What comes first, to open the connection, is not timed.
 * false: something was refused, lost or missing, and stderr says what. */
bool load_wot(const struct load *load, struct timing *timing);
bool load_redis(const struct load *load, struct timing *timing);

#endif
