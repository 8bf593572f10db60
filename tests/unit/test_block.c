/* A block: what is sealed is read back, and whatever is damaged is seen. */
#include "store/block.h"

#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* Three events: 5 bytes, none, and 200 (a length of two bytes). */
static void make(struct buf *out, struct block *block)
{
	uint8_t event[200];
	memset(event, 'x', sizeof event);
	buf_clear(out);
	buf_reserve(out, BLOCK_HEADER);
	out->len = BLOCK_HEADER;
	block_add_event(out, "hello", 5);
	block_add_event(out, "", 0);
	block_add_event(out, event, sizeof event);
	*block = (struct block){
		.stream_id = {1, 2, 3},
		.first_seq = 41,
		.count = 3,
		.payload_len = (uint32_t)(out->len - BLOCK_HEADER),
		.written_at_ms = 1700000000123,
		.prev_hash = {9, 8, 7},
	};
	block_seal(block, (uint8_t *)out->data);
}

static void what_is_sealed_is_read_back(void **state)
{
	(void)state;
	auto_buf struct buf bytes = {0};
	struct block sealed, read;
	make(&bytes, &sealed);
	buf_text(&bytes, "the next block");
	assert_int_equal(block_check((uint8_t *)bytes.data, bytes.len, &read), 0);
	assert_int_equal(read.version, BLOCK_VERSION);
	assert_int_equal(read.first_seq, 41);
	assert_int_equal(read.count, 3);
	assert_int_equal(block_last_seq(&read), 43);
	assert_int_equal(read.written_at_ms, 1700000000123);
	assert_int_equal(read.size, bytes.len - strlen("the next block"));
	assert_memory_equal(read.stream_id, sealed.stream_id, STORE_ID_LEN);
	assert_memory_equal(read.prev_hash, sealed.prev_hash, STORE_HASH_LEN);
	assert_memory_equal(read.hash, sealed.hash, STORE_HASH_LEN);
}

static void the_cursor_gives_each_event_with_its_sequence(void **state)
{
	(void)state;
	auto_buf struct buf bytes = {0};
	struct block block;
	make(&bytes, &block);
	const size_t lens[] = {5, 0, 200};
	unsigned count = 0;
	for (struct block_cursor c = block_events(&block); block_next(&c); count++) {
		assert_in_range(count, 0, 2);
		assert_int_equal(c.seq, 41 + count);
		assert_int_equal(c.len, lens[count]);
		if (count == 0)
			assert_memory_equal(c.event, "hello", 5);
	}
	assert_int_equal(count, 3);
}

static void every_flipped_bit_is_seen(void **state)
{
	(void)state;
	auto_buf struct buf bytes = {0};
	struct block block, out = {.count = 77};
	make(&bytes, &block);
	for (size_t bit = 0; bit < 8 * bytes.len; bit++) {
		bytes.data[bit / 8] ^= (char)(1 << bit % 8);
		assert_int_equal(block_check((uint8_t *)bytes.data, bytes.len, &out), ERR_DAMAGED);
		bytes.data[bit / 8] ^= (char)(1 << bit % 8);
	}
	assert_int_equal(out.count, 77); /* untouched */
}

static void every_cut_is_seen(void **state)
{
	(void)state;
	auto_buf struct buf bytes = {0};
	struct block block, out;
	make(&bytes, &block);
	for (size_t len = 0; len < bytes.len; len++)
		assert_int_equal(block_check((uint8_t *)bytes.data, len, &out), ERR_DAMAGED);
}

/* Sealed by someone whose count or lengths are wrong: the hash is right and the block is not. */
static void events_must_fill_the_payload_and_be_as_many_as_said(void **state)
{
	(void)state;
	auto_buf struct buf bytes = {0};
	struct block block, out;
	make(&bytes, &block);
	block.count = 4;
	block_seal(&block, (uint8_t *)bytes.data);
	assert_int_equal(block_check((uint8_t *)bytes.data, bytes.len, &out), ERR_DAMAGED);
	block.count = 2;
	block_seal(&block, (uint8_t *)bytes.data);
	assert_int_equal(block_check((uint8_t *)bytes.data, bytes.len, &out), ERR_DAMAGED);
	make(&bytes, &block);
	bytes.data[BLOCK_HEADER] = 6; /* "hello" and the length of the next */
	block_seal(&block, (uint8_t *)bytes.data);
	assert_int_equal(block_check((uint8_t *)bytes.data, bytes.len, &out), ERR_DAMAGED);
	make(&bytes, &block);
	memset(bytes.data + BLOCK_HEADER, 0xff, 6); /* a length that never ends */
	block_seal(&block, (uint8_t *)bytes.data);
	assert_int_equal(block_check((uint8_t *)bytes.data, bytes.len, &out), ERR_DAMAGED);
}

/* The hash lies where every version has it, so a newer block is told from a damaged version byte.
 */
static void a_newer_version_is_no_damage(void **state)
{
	(void)state;
	auto_buf struct buf bytes = {0};
	struct block block, out;
	make(&bytes, &block);
	bytes.data[4] = BLOCK_VERSION + 1;
	crypto_generichash_state hash;
	crypto_generichash_init(&hash, NULL, 0, STORE_HASH_LEN);
	crypto_generichash_update(&hash, (uint8_t *)bytes.data, BLOCK_HEADER - STORE_HASH_LEN);
	crypto_generichash_update(
		&hash, (uint8_t *)bytes.data + BLOCK_HEADER, bytes.len - BLOCK_HEADER);
	crypto_generichash_final(
		&hash, (uint8_t *)bytes.data + BLOCK_HEADER - STORE_HASH_LEN, STORE_HASH_LEN);
	assert_int_equal(block_check((uint8_t *)bytes.data, bytes.len, &out), ERR_VERSION);
	assert_int_equal(block_parse((uint8_t *)bytes.data, bytes.len, &out), ERR_VERSION);
}

static void a_chain_goes_on_from_its_head_only(void **state)
{
	(void)state;
	auto_buf struct buf bytes = {0};
	struct block block;
	make(&bytes, &block);
	struct store_head head = {.seq = 40, .hash = {9, 8, 7}, .id = {1, 2, 3}};
	assert_true(block_follows(&block, &head));
	head.seq = 39;
	assert_false(block_follows(&block, &head));
	head.seq = 40;
	head.hash[31] = 1;
	assert_false(block_follows(&block, &head));
	head.hash[31] = 0;
	head.written_at_ms = block.written_at_ms + 1;
	assert_false(block_follows(&block, &head));
	head.written_at_ms = block.written_at_ms;
	assert_true(block_follows(&block, &head));
	head.id[0] = 5; /* of another stream, unless it says that it goes on from this one */
	assert_false(block_follows(&block, &head));
	memcpy(block.linked_id, head.id, STORE_ID_LEN);
	assert_true(block_follows(&block, &head));
	memcpy(head.id, block.stream_id, STORE_ID_LEN);
	assert_false(block_follows(&block, &head));
}

/* Each reader of a log takes its blocks so: what is whole in itself may yet be of another log. */
static void a_reader_takes_only_whole_blocks_that_follow(void **state)
{
	(void)state;
	auto_buf struct buf bytes = {0};
	struct block block, out = {0};
	make(&bytes, &block);
	const uint8_t *at = (const uint8_t *)bytes.data;
	const struct store_head good = {.seq = 40, .hash = {9, 8, 7}, .id = {1, 2, 3}};
	struct store_head bad[4] = {good, good, good, good};
	bad[0].seq = 41;
	bad[1].hash[0] = 1;
	bad[2].id[0] = 5;
	bad[3].written_at_ms = block.written_at_ms + 1;
	for (size_t i = 0; i < 4; i++) {
		struct store_head head = bad[i];
		assert_int_equal(block_chain(at, bytes.len, &head, &out), ERR_DIVERGED);
		assert_memory_equal(&head, &bad[i], sizeof head);
	}
	struct store_head head = good;
	assert_int_equal(block_chain(at, bytes.len - 1, &head, &out), ERR_DAMAGED);
	bytes.data[bytes.len - 1] ^= 1;
	assert_int_equal(block_chain(at, bytes.len, &head, &out), ERR_DAMAGED);
	bytes.data[bytes.len - 1] ^= 1;
	assert_int_equal(out.size, 0);
	assert_memory_equal(&head, &good, sizeof head);
	assert_int_equal(block_chain(at, bytes.len, &head, &out), 0);
	assert_int_equal(head.seq, block_last_seq(&block));
	assert_memory_equal(head.hash, block.hash, STORE_HASH_LEN);
}

static void a_log_begins_with_event_1_and_no_hash(void **state)
{
	(void)state;
	const struct store_head empty = {0};
	struct block block = {.first_seq = 1, .count = 1, .stream_id = {4}};
	assert_true(block_follows(&block, &empty));
	block.prev_hash[0] = 1;
	assert_false(block_follows(&block, &empty));
	block.prev_hash[0] = 0;
	block.linked_id[0] = 1;
	assert_false(block_follows(&block, &empty));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_sealed_is_read_back),
		cmocka_unit_test(the_cursor_gives_each_event_with_its_sequence),
		cmocka_unit_test(every_flipped_bit_is_seen),
		cmocka_unit_test(every_cut_is_seen),
		cmocka_unit_test(events_must_fill_the_payload_and_be_as_many_as_said),
		cmocka_unit_test(a_newer_version_is_no_damage),
		cmocka_unit_test(a_chain_goes_on_from_its_head_only),
		cmocka_unit_test(a_reader_takes_only_whole_blocks_that_follow),
		cmocka_unit_test(a_log_begins_with_event_1_and_no_hash),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
