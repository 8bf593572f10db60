/*
 * Any bytes over a feed. The first says what they are: a FETCH, a producer's answer, or its blocks; those as they
 * are, and sealed one behind the other, for a fuzzer guesses no hash. What is taken stays within its bounds, and an
 * event that may be decided by can be unpacked.
 */
#include "lib/clean.h"
#include "proto/event.h"
#include "proto/feed.pb-c.h"
#include "stage/parts/feed_bytes.h"
#include <string.h>

enum { NEVER_MORE = 1 << 20, EVENTS_MAX = 16 };
enum { HEAD = 3 }; /* of a block here: its events, and two bytes of its length */

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void fetch_try(const uint8_t *bytes, size_t len)
{
	auto_arena struct arena arena = {0};
	struct fetch fetch;
	if (feed_fetch_read(bytes, len, &arena, &fetch) != 0)
		return;
	must(strlen(fetch.stream) <= STORE_NAME_MAX && fetch.max_bytes <= FETCH_MAX_BYTES);
	must(!fetch.has_hash || fetch.after_seq > 0);
}

static void reply_try(const uint8_t *bytes, size_t len)
{
	auto_arena struct arena arena = {0};
	const Wot__V1__FetchReply *reply =
		(void *)message_unpack(&wot__v1__fetch_reply__descriptor, bytes, len, &arena);
	must(!reply || reply->stream);
}

static void events_walk(const struct block *block)
{
	auto_arena struct arena arena = {0};
	struct faults faults = {.arena = &arena};
	uint64_t seq = block->first_seq;
	for (struct block_cursor c = block_events(block); block_next(&c); seq++) {
		must(c.seq == seq);
		event_kind(c.event, c.len);
		faults.count = 0;
		if (event_take(c.event, c.len, &faults))
			must(event_unpack(c.event, c.len, &arena));
		else
			must(faults.count);
	}
	must(seq == block_last_seq(block) + 1);
}

static void blocks_try(const uint8_t *bytes, size_t len)
{
	struct store_head head = {0};
	uint64_t events = 0, walked = 0;
	if (feed_blocks_check(bytes, len, &head, &events) != 0) {
		must(!head.seq && !events);
		return;
	}
	for (size_t at = 0; at < len;) {
		struct block block;
		must(block_parse(bytes + at, len - at, &block) == 0);
		events_walk(&block);
		walked += block.count;
		at += block.size;
	}
	must(walked == events && head.seq == events);
}

/* The same bytes as payloads of a chain. */
static void chain_try(const uint8_t *bytes, size_t len)
{
	auto_buf struct buf chain = {0};
	struct block block = {.version = BLOCK_VERSION, .first_seq = 1};
	while (len > HEAD) {
		size_t size = bytes[1] | (size_t)bytes[2] << 8, at = chain.len;
		block.count = 1 + bytes[0] % EVENTS_MAX;
		block.payload_len = (uint32_t)(size < len - HEAD ? size : len - HEAD);
		buf_add(&chain, (uint8_t[BLOCK_HEADER]){0}, BLOCK_HEADER);
		buf_add(&chain, bytes + HEAD, block.payload_len);
		block_seal(&block, (uint8_t *)chain.data + at);
		memcpy(block.prev_hash, block.hash, sizeof block.hash);
		block.first_seq += block.count;
		bytes += HEAD + block.payload_len;
		len -= HEAD + block.payload_len;
	}
	blocks_try((const uint8_t *)chain.data, chain.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static void (*const kinds[])(const uint8_t *bytes, size_t len) = {
		fetch_try, reply_try, blocks_try, chain_try};
	if (len && len < NEVER_MORE)
		kinds[bytes[0] % (sizeof kinds / sizeof *kinds)](bytes + 1, len - 1);
	return 0;
}
