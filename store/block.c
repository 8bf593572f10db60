#include "store/block.h"
#include "lib/varint.h"

#include <assert.h>
#include <endian.h>
#include <sodium.h>
#include <string.h>

/* Where the fields are. The hash is last: it covers all that is before it, and the payload. */
enum {
	AT_MAGIC = 0,
	AT_VERSION = 4,
	AT_CODEC = 5,
	AT_RESERVED = 6,
	AT_STREAM_ID = 8,
	AT_LINKED_ID = AT_STREAM_ID + STORE_ID_LEN,
	AT_FIRST_SEQ = AT_LINKED_ID + STORE_ID_LEN,
	AT_COUNT = AT_FIRST_SEQ + 8,
	AT_PAYLOAD_LEN = AT_COUNT + 4,
	AT_WRITTEN_AT = AT_PAYLOAD_LEN + 4,
	AT_PREV_HASH = AT_WRITTEN_AT + 8,
	AT_HASH = AT_PREV_HASH + STORE_HASH_LEN,
};
static_assert(AT_HASH + STORE_HASH_LEN == BLOCK_HEADER, "the header has no gap");

static const uint8_t magic[4] = {'W', 'O', 'T', 'B'};
static const uint8_t no_id[STORE_ID_LEN];

static void put32(uint8_t *at, uint32_t value)
{
	value = htole32(value);
	memcpy(at, &value, sizeof value);
}

static void put64(uint8_t *at, uint64_t value)
{
	value = htole64(value);
	memcpy(at, &value, sizeof value);
}

static uint32_t get32(const uint8_t *at)
{
	uint32_t value;
	memcpy(&value, at, sizeof value);
	return le32toh(value);
}

static uint64_t get64(const uint8_t *at)
{
	uint64_t value;
	memcpy(&value, at, sizeof value);
	return le64toh(value);
}

static void block_hash(const uint8_t *bytes, size_t payload_len, uint8_t hash[STORE_HASH_LEN])
{
	crypto_generichash_state state;
	crypto_generichash_init(&state, NULL, 0, STORE_HASH_LEN);
	crypto_generichash_update(&state, bytes, AT_HASH);
	crypto_generichash_update(&state, bytes + BLOCK_HEADER, payload_len);
	crypto_generichash_final(&state, hash, STORE_HASH_LEN);
}

void block_seal(struct block *block, uint8_t *bytes)
{
	must(block->count > 0 && block->first_seq > 0);
	block->version = BLOCK_VERSION;
	block->payload = bytes + BLOCK_HEADER;
	block->size = BLOCK_HEADER + (size_t)block->payload_len;
	memcpy(bytes + AT_MAGIC, magic, sizeof magic);
	bytes[AT_VERSION] = block->version;
	bytes[AT_CODEC] = block->codec;
	bytes[AT_RESERVED] = bytes[AT_RESERVED + 1] = 0;
	memcpy(bytes + AT_STREAM_ID, block->stream_id, STORE_ID_LEN);
	memcpy(bytes + AT_LINKED_ID, block->linked_id, STORE_ID_LEN);
	put64(bytes + AT_FIRST_SEQ, block->first_seq);
	put32(bytes + AT_COUNT, block->count);
	put32(bytes + AT_PAYLOAD_LEN, block->payload_len);
	put64(bytes + AT_WRITTEN_AT, (uint64_t)block->written_at_ms);
	memcpy(bytes + AT_PREV_HASH, block->prev_hash, STORE_HASH_LEN);
	block_hash(bytes, block->payload_len, block->hash);
	memcpy(bytes + AT_HASH, block->hash, STORE_HASH_LEN);
}

int block_parse(const uint8_t *bytes, size_t len, struct block *out)
{
	if (len < BLOCK_HEADER || memcmp(bytes + AT_MAGIC, magic, sizeof magic) != 0)
		return ERR_DAMAGED;
	if (bytes[AT_VERSION] != BLOCK_VERSION || bytes[AT_CODEC] != BLOCK_CODEC_PLAIN)
		return ERR_VERSION;
	struct block block = {
		.version = bytes[AT_VERSION],
		.codec = bytes[AT_CODEC],
		.first_seq = get64(bytes + AT_FIRST_SEQ),
		.count = get32(bytes + AT_COUNT),
		.payload_len = get32(bytes + AT_PAYLOAD_LEN),
		.written_at_ms = (int64_t)get64(bytes + AT_WRITTEN_AT),
		.payload = bytes + BLOCK_HEADER,
	};
	block.size = BLOCK_HEADER + (size_t)block.payload_len;
	if (bytes[AT_RESERVED] || bytes[AT_RESERVED + 1] || block.size > len || block.count == 0 ||
		block.first_seq == 0 || block.first_seq > UINT64_MAX - block.count)
		return ERR_DAMAGED;
	memcpy(block.stream_id, bytes + AT_STREAM_ID, STORE_ID_LEN);
	memcpy(block.linked_id, bytes + AT_LINKED_ID, STORE_ID_LEN);
	memcpy(block.prev_hash, bytes + AT_PREV_HASH, STORE_HASH_LEN);
	memcpy(block.hash, bytes + AT_HASH, STORE_HASH_LEN);
	*out = block;
	return 0;
}

static bool hash_is_right(const uint8_t *bytes, size_t len)
{
	uint32_t payload_len = get32(bytes + AT_PAYLOAD_LEN);
	if (payload_len > len - BLOCK_HEADER)
		return false;
	uint8_t hash[STORE_HASH_LEN];
	block_hash(bytes, payload_len, hash);
	return memcmp(hash, bytes + AT_HASH, sizeof hash) == 0;
}

int block_check(const uint8_t *bytes, size_t len, struct block *out)
{
	struct block block;
	int err = block_parse(bytes, len, &block);
	if (err == ERR_DAMAGED)
		return err;
	if (!hash_is_right(bytes, len))
		return ERR_DAMAGED;
	if (err)
		return err;
	struct block_cursor cursor = block_events(&block);
	while (block_next(&cursor))
		;
	if (cursor.at != cursor.end || cursor.seq != block_last_seq(&block))
		return ERR_DAMAGED;
	*out = block;
	return 0;
}

struct store_head block_head(const struct block *block)
{
	struct store_head head = {
		.seq = block_last_seq(block),
		.written_at_ms = block->written_at_ms,
	};
	memcpy(head.hash, block->hash, STORE_HASH_LEN);
	memcpy(head.id, block->stream_id, STORE_ID_LEN);
	return head;
}

bool block_follows(const struct block *block, const struct store_head *head)
{
	bool linked = memcmp(block->linked_id, no_id, STORE_ID_LEN) != 0;
	if (block->first_seq != head->seq + 1 ||
		(!MUTANT(chain_not_compared) &&
			memcmp(block->prev_hash, head->hash, STORE_HASH_LEN) != 0))
		return false;
	if (head->seq == 0)
		return !linked;
	if (block->written_at_ms < head->written_at_ms)
		return false;
	return memcmp(linked ? block->linked_id : block->stream_id, head->id, STORE_ID_LEN) == 0;
}

int block_chain(const uint8_t *bytes, size_t len, struct store_head *head, struct block *out)
{
	struct block block;
	int err = block_check(bytes, len, &block);
	if (err)
		return err;
	if (!block_follows(&block, head))
		return ERR_DIVERGED;
	*head = block_head(&block);
	*out = block;
	return 0;
}

struct block_cursor block_events(const struct block *block)
{
	return (struct block_cursor){
		.at = block->payload,
		.end = block->payload + block->payload_len,
		.seq = block->first_seq - 1,
	};
}

/* Stops before what is not an event: `at` then is not `end`. */
bool block_next(struct block_cursor *cursor)
{
	const uint8_t *at = cursor->at;
	uint64_t len = 0;
	for (unsigned shift = 0;; shift += 7) {
		if (at == cursor->end || shift > 28)
			return false;
		len |= (uint64_t)(*at & 0x7f) << shift;
		if (!(*at++ & 0x80))
			break;
	}
	if (len > (size_t)(cursor->end - at))
		return false;
	cursor->event = at;
	cursor->len = len;
	cursor->at = at + len;
	cursor->seq++;
	return true;
}

void block_add_event(struct buf *payload, const void *event, size_t len)
{
	must(len <= UINT32_MAX);
	varint_add(payload, len);
	buf_add(payload, event, len);
}
