#include "store/batch.h"

#include "lib/grow.h"

#include <stdlib.h>
#include <string.h>

enum { BATCH_KEEP = 8 << 20 }; /* a buffer that a burst made larger is given back */

void batch_done(struct batch *batch)
{
	buf_done(&batch->own);
	buf_done(&batch->replicas);
	buf_done(&batch->rows.bytes);
	free(batch->blocks);
	*batch = (struct batch){0};
}

void batch_clear(struct batch *batch)
{
	if (batch->own.room + batch->replicas.room + batch->rows.bytes.room > BATCH_KEEP)
		batch_done(batch);
	buf_clear(&batch->own);
	buf_clear(&batch->replicas);
	rows_clear(&batch->rows);
	batch->own_block = (struct block){0};
	batch->count = 0;
	batch->events = 0;
	batch->sealed = false;
}

bool batch_is_empty(const struct batch *batch)
{
	return batch->own.len + batch->replicas.len == 0;
}

void batch_add_event(struct batch *batch, const void *event, size_t len, uint64_t first_seq)
{
	if (batch->own.len == 0) {
		buf_reserve(&batch->own, BLOCK_HEADER);
		batch->own.len = BLOCK_HEADER;
		batch->own_block.first_seq = first_seq;
	}
	block_add_event(&batch->own, event, len);
	must(batch->own.len <= UINT32_MAX);
	batch->own_block.count++;
	batch->events++;
}

static void block_push(struct batch *batch, size_t stream, const struct block *block)
{
	batch->blocks = grown(batch->blocks, &batch->room, batch->count, sizeof *batch->blocks);
	batch->blocks[batch->count++] = (struct store_block){stream, *block};
}

void batch_add_block(struct batch *batch, size_t stream, const struct block *block)
{
	block_push(batch, stream, block);
	buf_add(&batch->replicas, block_bytes(block), block->size);
	batch->events += block->count;
}

void batch_close(struct batch *batch, size_t own, const struct store_stream *stream, int64_t now_ms)
{
	struct block *block = &batch->own_block;
	const struct store_head *head = &stream->head;
	if (batch->own.len == 0)
		return;
	batch->own_stream = own;
	block->payload_len = (uint32_t)(batch->own.len - BLOCK_HEADER);
	block->written_at_ms = now_ms;
	if (head->seq && head->written_at_ms > now_ms)
		block->written_at_ms = head->written_at_ms;
	memcpy(block->stream_id, stream->id, STORE_ID_LEN);
	memcpy(block->prev_hash, head->hash, STORE_HASH_LEN);
	if (head->seq && memcmp(head->id, stream->id, STORE_ID_LEN) != 0)
		memcpy(block->linked_id, head->id, STORE_ID_LEN);
}

void batch_seal(struct batch *batch, store_rows_fn *rows_of)
{
	if (batch->sealed)
		return;
	const uint8_t *bytes = (const uint8_t *)batch->replicas.data;
	for (size_t i = 0, at = 0; i < batch->count; at += batch->blocks[i++].block.size)
		batch->blocks[i].block.payload = bytes + at + BLOCK_HEADER;
	if (batch->own.len) {
		block_seal(&batch->own_block, (uint8_t *)batch->own.data);
		struct block_cursor event = block_events(&batch->own_block);
		while (rows_of && block_next(&event))
			rows_of(event.event, event.len, event.seq, &batch->rows);
		block_push(batch, batch->own_stream, &batch->own_block);
	}
	batch->sealed = true;
}

struct store_commit batch_commit_of(const struct batch *batch)
{
	return (struct store_commit){
		.blocks = batch->blocks,
		.count = batch->count,
		.bytes = batch->own.len + batch->replicas.len,
		.rows = &batch->rows,
	};
}
