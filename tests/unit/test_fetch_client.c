/*
 * What a reader makes of a log as it comes. The daemon is a socket of libzmq's that answers before it is asked, so that
 * it can say what ours would not: what is damaged, what does not follow, what was asked before.
 */
#include "client/fetch.h"
#include "lib/clean.h"
#include "proto/event.h"
#include "proto/feed.pb-c.h"
#include "tests/unit/folder.h"
#include <setjmp.h>
#include <stdarg.h>
#include <zmq.h>

#include <cmocka.h>

enum { LONG_MS = 10000 };

static const Wot__V1__FetchReply__Status OK = WOT__V1__FETCH_REPLY__STATUS__OK;

static struct {
	void *context, *socket;
	char endpoint[96];
	struct buf log; /* blocks of one event each */
	struct store_head head;
} producer;

static int setup(void **state)
{
	int wait_ms = LONG_MS, linger = 0;
	if (folder_setup(state) != 0)
		return -1;
	snprintf(producer.endpoint, sizeof producer.endpoint, "ipc://%s/case.feed",
		(const char *)*state);
	producer.context = zmq_ctx_new();
	producer.socket = zmq_socket(producer.context, ZMQ_DEALER);
	zmq_setsockopt(producer.socket, ZMQ_SNDTIMEO, &wait_ms, sizeof wait_ms);
	zmq_setsockopt(producer.socket, ZMQ_RCVTIMEO, &wait_ms, sizeof wait_ms);
	zmq_setsockopt(producer.socket, ZMQ_LINGER, &linger, sizeof linger);
	return zmq_bind(producer.socket, producer.endpoint);
}

static int teardown(void **state)
{
	zmq_close(producer.socket);
	zmq_ctx_term(producer.context);
	buf_done(&producer.log);
	producer.head = (struct store_head){0};
	return folder_teardown(state);
}

/* ---- the producer ---- */

/* One more block; where it begins. */
static size_t log_grows(void)
{
	size_t at = producer.log.len;
	auto_buf struct buf payload = {0};
	struct block block = {
		.stream_id = "the log of case", .first_seq = producer.head.seq + 1, .count = 1};
	block_add_event(&payload, "event", 5);
	block.payload_len = (uint32_t)payload.len;
	memcpy(block.prev_hash, producer.head.hash, sizeof block.prev_hash);
	buf_reserve(&producer.log, BLOCK_HEADER + payload.len);
	memcpy(producer.log.data + at + BLOCK_HEADER, payload.data, payload.len);
	block_seal(&block, (uint8_t *)producer.log.data + at);
	producer.log.len += block.size;
	producer.head = block_head(&block);
	return at;
}

/* Its answer to a request of that number: the log from `from` to `to`. */
static void producer_says(
	uint64_t request, Wot__V1__FetchReply__Status status, size_t from, size_t to)
{
	auto_buf struct buf packed = {0};
	Wot__V1__FetchReply reply = WOT__V1__FETCH_REPLY__INIT;
	reply.request = request;
	reply.stream = "case";
	reply.head_seq = producer.head.seq;
	reply.status = status;
	message_pack(&reply.base, &packed);
	const char *blocks = producer.log.data ? producer.log.data + from : "";
	assert_true(zmq_send(producer.socket, packed.data, packed.len, ZMQ_SNDMORE) >= 0);
	assert_true(zmq_send(producer.socket, blocks, to - from, 0) >= 0);
}

static const Wot__V1__Fetch *producer_hears(struct arena *arena)
{
	zmq_msg_t frame;
	zmq_msg_init(&frame);
	assert_true(zmq_msg_recv(&frame, producer.socket, 0) >= 0);
	const Wot__V1__Fetch *fetch = (void *)message_unpack(
		&wot__v1__fetch__descriptor, zmq_msg_data(&frame), zmq_msg_size(&frame), arena);
	zmq_msg_close(&frame);
	assert_non_null(fetch);
	return fetch;
}

/* ---- the reader ---- */

static struct fetch *reader_from(const struct store_head *after)
{
	struct fetch *fetch;
	struct why why;
	assert_int_equal(fetch_open(&fetch, producer.endpoint, "case", after, &why), 0);
	return fetch;
}

static void expect_block(struct fetch *fetch, uint64_t seq)
{
	struct block block;
	struct why why;
	assert_int_equal(fetch_next(fetch, 0, &block, &why), 0);
	assert_int_equal(block.first_seq, seq);
}

static void expect_failure(struct fetch *fetch, int err, const char *part)
{
	struct block block;
	struct why why = {""};
	assert_int_equal(fetch_next(fetch, 0, &block, &why), err);
	if (!strstr(why.text, part))
		fail_msg("\"%s\" does not say \"%s\"", why.text, part);
}

/* ---- what must hold ---- */

static void a_log_is_read_block_by_block_and_then_asked_for_what_follows(void **state)
{
	(void)state;
	auto_arena struct arena arena = {0};
	struct fetch *fetch = reader_from(NULL);
	struct block block;
	struct why why;
	log_grows();
	size_t second = log_grows(), end = producer.log.len;
	producer_says(1, OK, 0, end);
	expect_block(fetch, 1);
	expect_block(fetch, 2);
	producer_says(2, OK, end, end);
	assert_int_equal(fetch_next(fetch, 30, &block, &why), 1);
	log_grows();
	producer_says(3, OK, end, producer.log.len);
	expect_block(fetch, 3);
	assert_int_equal(producer_hears(&arena)->after_seq, 0);
	const Wot__V1__Fetch *asked = producer_hears(&arena);
	assert_int_equal(asked->after_seq, 2);
	assert_int_equal(asked->wait_ms, 30);
	assert_int_equal(
		block_parse((uint8_t *)producer.log.data + second, end - second, &block), 0);
	assert_memory_equal(asked->after_hash.data, block.hash, STORE_HASH_LEN);
	fetch_close(&fetch);
}

static void reading_goes_on_from_where_somebody_was(void **state)
{
	(void)state;
	auto_arena struct arena arena = {0};
	log_grows();
	struct fetch *fetch = reader_from(&producer.head);
	size_t second = log_grows();
	producer_says(1, OK, second, producer.log.len);
	expect_block(fetch, 2);
	assert_int_equal(producer_hears(&arena)->after_seq, 1);
	fetch_close(&fetch);
}

static void a_flipped_bit_is_damage_at_its_sequence(void **state)
{
	(void)state;
	struct fetch *fetch = reader_from(NULL);
	log_grows();
	log_grows();
	producer.log.data[producer.log.len - 1] ^= 1;
	producer_says(1, OK, 0, producer.log.len);
	expect_block(fetch, 1);
	expect_failure(fetch, ERR_DAMAGED, "case: sequence 2:");
	fetch_close(&fetch);
}

static void a_block_that_is_left_out_is_damage(void **state)
{
	(void)state;
	struct fetch *fetch = reader_from(NULL);
	log_grows();
	size_t second = log_grows();
	producer_says(1, OK, second, producer.log.len);
	expect_failure(fetch, ERR_DAMAGED, "case: sequence 1:");
	fetch_close(&fetch);
}

static void what_was_read_and_is_not_there_is_told_from_damage(void **state)
{
	(void)state;
	log_grows();
	struct fetch *fetch = reader_from(&producer.head);
	producer_says(1, WOT__V1__FETCH_REPLY__STATUS__DIVERGED, 0, 0);
	expect_failure(fetch, ERR_DIVERGED, "sequence 1 is not the end of a block there");
	fetch_close(&fetch);
}

static void who_may_not_read_gets_no_blocks(void **state)
{
	(void)state;
	struct fetch *fetch = reader_from(NULL);
	log_grows();
	producer_says(1, WOT__V1__FETCH_REPLY__STATUS__NOT_ALLOWED, 0, producer.log.len);
	expect_failure(fetch, ERR_IO, "after sequence 0");
	fetch_close(&fetch);
}

static void an_answer_to_what_was_asked_before_goes_by(void **state)
{
	(void)state;
	struct fetch *fetch = reader_from(NULL);
	log_grows();
	producer_says(0, WOT__V1__FETCH_REPLY__STATUS__DIVERGED, 0, 0);
	producer_says(1, OK, 0, producer.log.len);
	expect_block(fetch, 1);
	fetch_close(&fetch);
}

static void what_is_no_answer_is_an_error(void **state)
{
	(void)state;
	struct fetch *fetch = reader_from(NULL);
	assert_true(zmq_send(producer.socket, "one frame", 9, 0) >= 0);
	expect_failure(fetch, ERR_IO, "case: ");
	assert_true(zmq_send(producer.socket, "\xff", 1, ZMQ_SNDMORE) >= 0);
	assert_true(zmq_send(producer.socket, "", 0, 0) >= 0);
	expect_failure(fetch, ERR_IO, "case: ");
	fetch_close(&fetch);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_log_is_read_block_by_block_and_then_asked_for_what_follows),
		TEST(reading_goes_on_from_where_somebody_was),
		TEST(a_flipped_bit_is_damage_at_its_sequence),
		TEST(a_block_that_is_left_out_is_damage),
		TEST(what_was_read_and_is_not_there_is_told_from_damage),
		TEST(who_may_not_read_gets_no_blocks),
		TEST(an_answer_to_what_was_asked_before_goes_by),
		TEST(what_is_no_answer_is_an_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
