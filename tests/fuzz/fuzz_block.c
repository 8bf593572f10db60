/*
 * Bytes that claim to be a block, from a file or from a feed. Whatever they are: no read outside
 * them, and a block that is accepted has as many events as it says, each inside the payload. Half
 * of the work would be guessing hashes, so the bytes are also looked at as if their hash were
 * right.
 */
#include "store/block.h"

#include <string.h>

static void walk(const struct block *block, bool checked)
{
	uint64_t seq = block->first_seq;
	struct block_cursor cursor = block_events(block);
	for (; block_next(&cursor); seq++) {
		must(cursor.seq == seq);
		must(cursor.event >= block->payload && cursor.event + cursor.len <= cursor.end);
	}
	must(!checked || (cursor.at == cursor.end && seq == block_last_seq(block) + 1));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct block block;
	if (block_parse(data, size, &block) != 0)
		return 0;
	must(block.size <= size);
	walk(&block, false);
	if (block_check(data, size, &block) == 0)
		walk(&block, true);
	uint8_t *sealed = malloc(block.size);
	must(sealed);
	memcpy(sealed, data, block.size);
	block_seal(&block, sealed);
	if (block_check(sealed, block.size, &block) == 0)
		walk(&block, true);
	free(sealed);
	return 0;
}
