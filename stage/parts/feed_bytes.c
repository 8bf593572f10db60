#include "stage/parts/feed_bytes.h"

#include "proto/event.h"
#include "proto/feed.pb-c.h"

#include <string.h>

int feed_fetch_read(const void *bytes, size_t len, struct arena *arena, struct fetch *out)
{
	const Wot__V1__Fetch *fetch =
		(void *)message_unpack(&wot__v1__fetch__descriptor, bytes, len, arena);
	if (!fetch || strlen(fetch->stream) > STORE_NAME_MAX ||
		(fetch->has_after_hash && fetch->after_hash.len != STORE_HASH_LEN))
		return ERR_NOT_PROTOBUF;
	*out = (struct fetch){.request = fetch->request,
		.after_seq = fetch->after_seq,
		.has_hash = fetch->has_after_hash && fetch->after_seq > 0,
		.wait_ms = fetch->wait_ms};
	strcpy(out->stream, fetch->stream);
	if (out->has_hash)
		memcpy(out->after_hash, fetch->after_hash.data, STORE_HASH_LEN);
	out->max_bytes = fetch->max_bytes < FETCH_MAX_BYTES ? fetch->max_bytes : FETCH_MAX_BYTES;
	return 0;
}

int feed_blocks_check(const uint8_t *bytes, size_t len, struct store_head *head, uint64_t *events)
{
	struct store_head end = *head;
	uint64_t count = 0;
	for (size_t at = 0; at < len;) {
		struct block block;
		int err = block_chain(bytes + at, len - at, &end, &block);
		if (err)
			return err;
		count += block.count;
		at += block.size;
	}
	*head = end;
	*events = count;
	return 0;
}
