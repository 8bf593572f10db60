/*
 * What a store is made of: for store.c, and for the simulation, which looks at what is not durable yet.
 */
#ifndef WOT_STORE_OWN_H
#define WOT_STORE_OWN_H

#include "store/backend.h"
#include "store/batch.h"
#include "store/writer.h"

struct store {
	struct store_options options; /* its texts are not kept */
	void *at;                     /* the backend's */
	struct store_stream streams[STREAMS_MAX];
	struct store_head
		given[STREAMS_MAX]; /* where each stands with the open batch and the other */
	size_t count;
	ptrdiff_t own; /* in streams, or -1 */

	struct batch batches[2], *open, *committing;
	bool busy; /* committing is the writer's */
	int trouble;
	int64_t now_ms;
	struct writer *writer; /* NULL: it looks only */
	uint64_t commit_us;    /* the last one's, as the writer measured it */
	struct store_stats stats;
};

#endif
