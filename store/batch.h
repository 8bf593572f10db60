/*
 * A batch: what one commit writes. It gathers events of the own stream and blocks of replicas, in memory;
 * sealed, it is a struct store_commit, and stays as it is until it was committed.
 */
#ifndef WOT_BATCH_H
#define WOT_BATCH_H

#include "store/backend.h"

struct batch {
	struct buf own;             /* BLOCK_HEADER bytes and then events, or empty */
	struct buf replicas;        /* blocks as they came */
	struct store_block *blocks; /* of replicas; sealed: and the own one, last */
	size_t count, room;
	uint64_t events;
	struct block own_block;
	size_t own_stream;
	struct store_rows rows;
	bool sealed;
};

void batch_done(struct batch *batch);
/* Empties it, and keeps its room unless a burst made that large. */
void batch_clear(struct batch *batch);
bool batch_is_empty(const struct batch *batch);
/* The block's place in its stream is the caller's to know: `first_seq` is of the first event of the batch. */
void batch_add_event(struct batch *batch, const void *event, size_t len, uint64_t first_seq);
void batch_add_block(struct batch *batch, size_t stream, const struct block *block);
/*
 * The header of the own block, all but its hash, from where its stream stands once the batch before is
 * durable.
 */
void batch_close(
	struct batch *batch, size_t own, const struct store_stream *stream, int64_t now_ms);
/* Hashes, and derives rows. Once: a batch that is committed again is the same. */
void batch_seal(struct batch *batch, store_rows_fn *rows_of);
struct store_commit batch_commit_of(const struct batch *batch);

#endif
