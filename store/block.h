/*
 * A block: one group commit, one value in a backend, and the unit that feeds send, byte for byte.
 *
 *	header (little-endian, BLOCK_HEADER bytes), then events, each a varint length and its bytes
 *
 * Each carries the hash of the one before, so a log is a chain: BLAKE2b-256 over everything of
 * the header but the hash itself, and the payload. Formats of released versions stay readable
 * for ever; to change the format, raise BLOCK_VERSION, keep the old reader, and leave magic,
 * version, payload length and hash where they are: so ERR_VERSION (newer) is told from
 * ERR_DAMAGED (a flipped bit).
 *
 * A log that lost its tail goes on as another stream (store_accept_loss): the surviving blocks
 * stay as they are, and the next has a new stream id, the old one as its `linked_id`, and the
 * surviving head's hash as its prev_hash. So who stands at or before that head reads on, and
 * who had read the lost tail holds a hash that is nowhere in the chain: ERR_DIVERGED.
 */
#ifndef WOT_BLOCK_H
#define WOT_BLOCK_H

#include "lib/err.h"
#include "store/store.h"

enum {
	BLOCK_VERSION = 1,
	BLOCK_HEADER = 128,
	BLOCK_CODEC_PLAIN = 0,
};

struct block {
	uint8_t version, codec;
	uint8_t stream_id[STORE_ID_LEN];
	uint64_t first_seq;
	uint32_t count;
	uint32_t payload_len;
	int64_t written_at_ms;             /* never before that of the block before */
	uint8_t linked_id[STORE_ID_LEN];   /* zero, or the stream that this one goes on from */
	uint8_t prev_hash[STORE_HASH_LEN]; /* zero before event 1 */
	uint8_t hash[STORE_HASH_LEN];
	const uint8_t *payload; /* borrowed from the bytes that were parsed */
	size_t size;            /* header and payload */
};

static inline uint64_t block_last_seq(const struct block *block)
{
	return block->first_seq + block->count - 1;
}

/*
 * Writes the header of `block` before its payload: `bytes` has BLOCK_HEADER free bytes, then
 * payload_len. Computes and stores the hash, also in block->hash.
 */
void block_seal(struct block *block, uint8_t *bytes);

/* The whole of a block that was parsed or sealed: block->size bytes. */
static inline const uint8_t *block_bytes(const struct block *block)
{
	return block->payload - BLOCK_HEADER;
}

/* Reads the header at the start of bytes. ERR_DAMAGED, ERR_VERSION; out untouched on failure. */
int block_parse(const uint8_t *bytes, size_t len, struct block *out);
/* Parses, and checks the hash and that every event lies inside. */
int block_check(const uint8_t *bytes, size_t len, struct block *out);

/* Where a stream stands after this block. */
struct store_head block_head(const struct block *block);
/* The one rule of the chain: may this block come next, here? Its own hash is not looked at. */
bool block_follows(const struct block *block, const struct store_head *head);
/*
 * Takes the next block of a stream that stands at `head`, which moves on to its end: block_check,
 * then block_follows. ERR_DAMAGED, ERR_VERSION, or ERR_DIVERGED: it does not follow.
 */
int block_chain(const uint8_t *bytes, size_t len, struct store_head *head, struct block *out);

/* The events of a parsed block: for (c = block_events(&b); block_next(&c);) … */
struct block_cursor {
	const uint8_t *at, *end;
	const uint8_t *event;
	size_t len;
	uint64_t seq;
};
struct block_cursor block_events(const struct block *block);
bool block_next(struct block_cursor *cursor);

/* For builders: an event's length prefix and bytes, appended. */
void block_add_event(struct buf *payload, const void *event, size_t len);

#endif
