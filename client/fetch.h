/*
 * A reader of a running daemon's log: FETCH over its feed, block by block, each held against the chain.
 */
#ifndef WOT_FETCH_H
#define WOT_FETCH_H

#include "lib/buf.h"
#include "lib/err.h"
#include "store/block.h"

enum { FETCHED_BYTES = 256 * 1024 }; /* as many are asked for at once */

/* Whole blocks of one stream, wherever they came from, and up to where they were taken. */
struct fetched {
	const char *stream; /* borrowed */
	struct store_head head;
	struct buf bytes;
	size_t at;
};

void fetched_clear(struct fetched *fetched); /* room for what comes next */
/*
 * The next of them; its bytes live until fetched_clear. 1: all are taken. What is damaged or does not follow on what
 * was taken is ERR_DAMAGED, with stream and sequence.
 */
int fetched_next(struct fetched *fetched, struct block *block, struct why *why);

struct fetch;

/* endpoint: ipc://PATH; stream is borrowed. From the first block; or from the one that follows where somebody has read up to, which must
 * then agree. */
int fetch_open(struct fetch **out, const char *endpoint, const char *stream,
	const struct store_head *after, struct why *why);
void fetch_close(struct fetch **fetch);
/*
 * The next block; its bytes live until the next call. 1: none came within wait_ms. ERR_DIVERGED: the log does not have
 * what was read. ERR_TIMEOUT: the daemon is silent.
 */
int fetch_next(struct fetch *fetch, unsigned wait_ms, struct block *block, struct why *why);

#endif
