/*
 * What goes over a feed, as bytes: a FETCH from a reader, blocks from a producer. Pure: neither side is asked for
 * anything here.
 */
#ifndef WOT_FEED_BYTES_H
#define WOT_FEED_BYTES_H

#include "lib/arena.h"
#include "store/block.h"

enum { FETCH_MAX_BYTES = 256 * 1024 };

/* What a reader asks for, within what may be asked. */
struct fetch {
	char stream[STORE_NAME_MAX + 1];
	uint64_t request, after_seq;
	uint8_t after_hash[STORE_HASH_LEN];
	bool has_hash;
	uint32_t max_bytes, wait_ms;
};

/* ERR_NOT_PROTOBUF: it is no FETCH. */
int feed_fetch_read(const void *bytes, size_t len, struct arena *arena, struct fetch *out);
/* Blocks that go on where `head` stands, which moves on to their end; none ends amid a block. Not 0, as
 * block_chain has it: head and events stay. */
int feed_blocks_check(const uint8_t *bytes, size_t len, struct store_head *head, uint64_t *events);

#endif
