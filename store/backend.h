/*
 * The lower floor of a store: where its blocks and rows lie. The upper floor (store.h) gathers events in
 * batches, seals them into blocks of the chain and derives rows; a backend keeps them, and knows neither
 * events nor hashes. store/lmdb is one in a folder; the simulation has one in memory.
 *
 * To write one: these functions, and its name in store.h. All run on the loop's thread but commit and idle,
 * which run on the writer's. While a commit is under way only read, row and close may be called.
 *
 * What a log that several hosts share will ask of this seam, and why it can:
 * - a host that may not write yet: heads may be asked again and tell more, until the first own block is
 *   given; so blocks may come from elsewhere before it.
 * - a commit of which it is not known whether it holds: the batch stays as it was sealed, and is given
 *   again, until the answer is another; by its hashes the backend sees whether it is there.
 * - a host that was deposed: any other error is final, and the daemon that gets it stops.
 */
#ifndef WOT_BACKEND_H
#define WOT_BACKEND_H

#include "store/block.h"
#include "store/rows.h"
#include "store/store.h"
#include <string.h>

enum { STREAMS_MAX = 16 };

struct store_stream {
	char name[STORE_NAME_MAX + 1];
	bool own;
	uint8_t id[STORE_ID_LEN];        /* own: what the next block is written under */
	uint8_t linked_id[STORE_ID_LEN]; /* own: and, after accepted loss, what it goes on from */
	struct store_head head;          /* after the last block that is durable */
	/* own: how far it had come by what is noted elsewhere; a log that ends before it lost its tail. */
	uint64_t noted_seq;
};

/* Sealed; it follows on the head of its stream, or on the block of that stream before it in the batch. */
struct store_block {
	size_t stream; /* by its place in heads */
	struct block block;
};

/* What becomes durable as a whole, or not at all. */
struct store_commit {
	const struct store_block *blocks;
	size_t count, bytes;
	const struct store_rows *rows; /* of the own stream; the last of a key holds */
};

/* What verify tells, stream after stream. Each function returns 0, or an error that ends it all. */
struct store_audit {
	void *arg;
	int (*on_stream)(void *arg, const struct store_stream *stream);
	/* As it lies there, whatever it is. *enough: the rest of this stream need not be told. */
	int (*on_block)(void *arg, const void *bytes, size_t len, bool *enough);
	/* Of the own stream, after its blocks. */
	store_row_fn *on_row;
	/* ERR_DAMAGED: not all blocks, or rows, could be told. */
	int (*on_stream_end)(void *arg, int blocks_err, int rows_err);
};

/* Is the last block of a stream under an id that the stream is known by? */
static inline bool stream_ends_well(
	const struct store_stream *stream, const struct store_head *head)
{
	return !stream->own || head->seq == 0 || memcmp(head->id, stream->id, STORE_ID_LEN) == 0 ||
	       memcmp(head->id, stream->linked_id, STORE_ID_LEN) == 0;
}

/* The way on, for every text about damage. */
#define WAY_ON                                                                                     \
	"stop, keep a copy of the folder, see with `wotctl verify` what is left; a backup or a "   \
	"replica may have the rest; `wotctl accept-loss` goes on without"

struct store_backend {
	size_t batch_events, batch_bytes; /* what a batch should not be much larger than */
	/*
	 * Takes what options->dir names for this process alone, looks whether it can be trusted, and makes
	 * the streams that are asked for and not there. options->look_only: nothing is made or written, nor
	 * trusted yet, and who else looks only is not in the way.
	 */
	int (*open)(void **at, const struct store_options *options, struct why *why);
	/*
	 * Which streams there are, in the same order each time, and where they stand. Reads after it see all
	 * that it tells; those before it may share one view of what was durable then. ERR_DAMAGED.
	 */
	int (*heads)(
		void *at, struct store_stream streams[STREAMS_MAX], size_t *count, struct why *why);
	/*
	 * 0: it is durable, all of it. ERR_DISK_FULL: nothing has begun, and the same will be given again.
	 * Another error is final. What leaves open what is durable is no error: the process ends, and its next
	 * start sees.
	 */
	int (*commit)(void *at, const struct store_commit *commit);
	/* After a commit, when nobody waits for it any more: what makes the next one quicker. May be NULL. */
	void (*idle)(void *at);
	/*
	 * Appends to out whole blocks of a stream that follow after_seq, up to max_bytes or one block, and none
	 * after to_seq, which is durable; after_seq < to_seq. after_hash: as store_read has it.
	 */
	int (*read)(void *at, size_t stream, uint64_t after_seq, const uint8_t *after_hash,
		uint64_t to_seq, size_t max_bytes, struct buf *out);
	/* The value of a row, appended to out, or ERR_NOT_FOUND. */
	int (*row)(void *at, const void *key, size_t key_len, struct buf *out);
	/* Tells all that is there, and checks what only it knows (ERR_DAMAGED). Functions may be NULL. */
	int (*verify)(void *at, const struct store_audit *audit, struct why *why);
	void (*close)(void *at);

	/* What store_accept_loss does; opens by itself. May be NULL. */
	int (*accept_loss)(
		const struct store_options *options, struct store_report *report, struct why *why);
	/* Bytes in use, and how many there may be. May be NULL. */
	void (*size)(void *at, uint64_t *bytes, uint64_t *limit);
};

#endif
