/*
 * What a client makes of the push door's answers. The door is a ROUTER of libzmq's, so that it can say what ours
 * would not: in another order, of nothing, too little, or nothing at all.
 */
#include "client/push.h"
#include "config/keys.h"
#include "proto/event.h"
#include "proto/problem.h"
#include "tests/unit/folder.h"
#include <setjmp.h>
#include <stdarg.h>
#include <zmq.h>

#include <cmocka.h>

enum { MESSAGE_BYTES = 4096, LONG_MS = 10000, AT_ONCE_MS = 0 };

static struct {
	void *context, *socket;
	char endpoint[64];
	zmq_msg_t client; /* who sent last */
} door;
static const char ipv4[] = "tcp://127.0.0.1:*", ipv6[] = "tcp://[::1]:*";

static int pair_write(const char *dir, const char *name, char secret[41])
{
	char public_key[41];
	uint8_t public_bytes[32], secret_bytes[32];
	struct why why;
	must(zmq_curve_keypair(public_key, secret) == 0);
	zmq_z85_decode(public_bytes, public_key);
	zmq_z85_decode(secret_bytes, secret);
	return keys_write(dir, name, public_bytes, secret_bytes, &why);
}

static int setup_at(void **state, const char *endpoint)
{
	char secret[41], client_secret[41];
	size_t size = sizeof door.endpoint;
	int on = 1, wait_ms = LONG_MS, linger = 0;
	if (folder_setup(state) != 0 || pair_write(*state, "phone", client_secret) != 0 ||
		pair_write(*state, "intake", secret) != 0)
		return -1;
	door.context = zmq_ctx_new();
	door.socket = zmq_socket(door.context, ZMQ_ROUTER);
	zmq_msg_init(&door.client);
	zmq_setsockopt(door.socket, ZMQ_CURVE_SERVER, &on, sizeof on);
	zmq_setsockopt(door.socket, ZMQ_CURVE_SECRETKEY, secret, sizeof secret);
	zmq_setsockopt(door.socket, ZMQ_RCVTIMEO, &wait_ms, sizeof wait_ms);
	zmq_setsockopt(door.socket, ZMQ_LINGER, &linger, sizeof linger);
	zmq_setsockopt(door.socket, ZMQ_IPV6, &on, sizeof on);
	return zmq_bind(door.socket, endpoint) ||
	       zmq_getsockopt(door.socket, ZMQ_LAST_ENDPOINT, door.endpoint, &size);
}

static int setup(void **state)
{
	return setup_at(state, ipv4);
}

static int setup_ipv6(void **state)
{
	return setup_at(state, ipv6);
}

static int teardown(void **state)
{
	zmq_msg_close(&door.client);
	zmq_close(door.socket);
	zmq_ctx_term(door.context);
	return folder_teardown(state);
}

/* ---- the door ---- */

static Wot__V1__Submit *door_takes(struct arena *arena)
{
	zmq_msg_t frame;
	zmq_msg_init(&frame);
	assert_true(zmq_msg_recv(&door.client, door.socket, 0) >= 0);
	assert_true(zmq_msg_recv(&frame, door.socket, 0) >= 0);
	Wot__V1__Submit *submit = (void *)message_unpack(
		&wot__v1__submit__descriptor, zmq_msg_data(&frame), zmq_msg_size(&frame), arena);
	zmq_msg_close(&frame);
	assert_non_null(submit);
	return submit;
}

static void door_says_bytes(const void *bytes, size_t len)
{
	zmq_msg_t to;
	zmq_msg_init(&to);
	zmq_msg_copy(&to, &door.client);
	assert_true(zmq_msg_send(&to, door.socket, ZMQ_SNDMORE) >= 0);
	assert_true(zmq_send(door.socket, bytes, len, 0) >= 0);
}

/* A receipt each with these codes; those of 400 and above with their problem. */
static void door_says(uint64_t request, const int *codes, size_t count)
{
	auto_arena struct arena arena = {0};
	auto_buf struct buf packed = {0};
	Wot__V1__Receipts receipts = WOT__V1__RECEIPTS__INIT;
	Wot__V1__Receipt items[3], *list[3];
	receipts.request = request;
	receipts.n_receipts = count;
	receipts.receipts = list;
	for (size_t i = 0; i < count; i++) {
		wot__v1__receipt__init(list[i] = &items[i]);
		items[i].code = (uint32_t)codes[i];
		if (codes[i] >= 400)
			items[i].problem = problem_new(ERR_INVALID, "so it is", NULL, &arena);
	}
	message_pack(&receipts.base, &packed);
	door_says_bytes(packed.data, packed.len);
}

/* ---- the client ---- */

static struct push *client_of(void **state, unsigned silence_ms)
{
	struct push *push;
	struct why why;
	const struct push_options options = {
		.endpoint = door.endpoint,
		.keys = *state,
		.server = "intake",
		.client = "phone",
		.message_bytes = MESSAGE_BYTES,
		.silence_ms = silence_ms,
	};
	assert_int_equal(push_open(&push, &options, &why), 0);
	return push;
}

static void client_sends(struct push *push, uint64_t request, size_t count)
{
	auto_arena struct arena arena = {0};
	auto_buf struct buf packed = {0};
	Wot__V1__Call call = WOT__V1__CALL__INIT;
	Wot__V1__Body body = WOT__V1__BODY__INIT;
	Wot__V1__Submission submission = WOT__V1__SUBMISSION__INIT;
	Wot__V1__Submission *submissions[] = {&submission, &submission, &submission};
	call.call_id = call.queue = submission.external_ref = "c";
	call.event = WOT__V1__CALL__EVENT__ENTERED;
	body.kind_case = WOT__V1__BODY__KIND_CALL;
	body.call = &call;
	submission.body = &body;
	push_pack(request, submissions, count, &packed);
	const struct push_submit submit = {request, count, NULL};
	assert_int_equal(push_send(push, &submit, packed.data, packed.len), 0);
	const Wot__V1__Submit *taken = door_takes(&arena);
	assert_int_equal(taken->request, request);
	assert_int_equal(taken->n_submissions, count);
}

static struct push_answers client_hears(struct push *push)
{
	struct push_answers answers;
	while (!push_next(push, &answers))
		assert_int_equal(push_wait(&push, 1, LONG_MS), 0);
	return answers;
}

static void expect(const struct push_answers *answers, uint64_t request, const int *codes)
{
	assert_int_equal(answers->submit.request, request);
	for (size_t i = 0; i < answers->submit.count; i++) {
		assert_int_equal(answers->items[i].status, codes[i]);
		assert_int_equal(answers->items[i].problem != NULL, codes[i] >= 400);
	}
}

/* ---- what must hold ---- */

static void what_is_over_the_limit_of_the_door_is_not_sent(void **state)
{
	static const char bytes[MESSAGE_BYTES + 1];
	struct push *push = client_of(state, LONG_MS);
	const struct push_submit submit = {.request = 1, .count = 1};
	struct push_answers answers;
	assert_int_equal(push_send(push, &submit, bytes, MESSAGE_BYTES + 1), ERR_TOO_LARGE);
	assert_false(push_next(push, &answers));
	client_sends(push, 2, 1); /* the door has not seen the first */
	assert_int_equal(push_send(push, &submit, bytes, MESSAGE_BYTES), 0);
	push_close(&push);
}

static void receipts_are_matched_by_the_number_of_their_request(void **state)
{
	struct push *push = client_of(state, LONG_MS);
	client_sends(push, 7, 2);
	client_sends(push, 8, 1);
	door_says(8, (int[]){202}, 1);
	door_says(7, (int[]){200, 400}, 2);
	struct push_answers answers = client_hears(push);
	expect(&answers, 8, (int[]){202});
	answers = client_hears(push);
	expect(&answers, 7, (int[]){200, 400});
	assert_string_equal(answers.items[1].problem->detail, "so it is");
	push_close(&push);
}

static void receipts_of_what_nobody_waits_for_go_by(void **state)
{
	struct push *push = client_of(state, LONG_MS);
	client_sends(push, 1, 1);
	door_says(9, (int[]){400}, 1);
	door_says_bytes("\xff\xff", 2);
	door_says(1, (int[]){202}, 1);
	door_says(1, (int[]){400}, 1);
	struct push_answers answers = client_hears(push);
	expect(&answers, 1, (int[]){202});
	client_sends(push, 2, 1);
	door_says(2, (int[]){202}, 1);
	answers = client_hears(push); /* not the second one of 1 */
	expect(&answers, 2, (int[]){202});
	push_close(&push);
}

static void what_has_no_receipt_among_the_others_is_to_be_sent_again(void **state)
{
	struct push *push = client_of(state, LONG_MS);
	client_sends(push, 1, 3);
	door_says(1, (int[]){202, 400}, 2);
	struct push_answers answers = client_hears(push);
	expect(&answers, 1, (int[]){202, 400, 0});
	push_close(&push);
}

static void receipts_beyond_what_was_sent_are_left(void **state)
{
	struct push *push = client_of(state, LONG_MS);
	client_sends(push, 1, 1);
	door_says(1, (int[]){202, 400, 400}, 3);
	struct push_answers answers = client_hears(push);
	assert_int_equal(answers.submit.count, 1);
	expect(&answers, 1, (int[]){202});
	push_close(&push);
}

static void a_submit_that_is_refused_as_a_whole_is_refused_for_each(void **state)
{
	auto_arena struct arena arena = {0};
	auto_buf struct buf packed = {0};
	struct push *push = client_of(state, LONG_MS);
	Wot__V1__Receipts receipts = WOT__V1__RECEIPTS__INIT;
	receipts.request = 1;
	receipts.problem = problem_new(ERR_BUSY, NULL, NULL, &arena);
	client_sends(push, 1, 2);
	message_pack(&receipts.base, &packed);
	door_says_bytes(packed.data, packed.len);
	struct push_answers answers = client_hears(push);
	expect(&answers, 1, (int[]){503, 503});
	push_close(&push);
}

static void what_is_not_answered_is_given_up_and_its_late_receipts_go_by(void **state)
{
	struct push *push = client_of(state, AT_ONCE_MS);
	client_sends(push, 1, 2);
	struct push_answers answers;
	while (!push_next(push, &answers))
		assert_int_equal(push_wait(&push, 1, 1), 0);
	expect(&answers, 1, (int[]){0, 0});
	door_says(1, (int[]){202, 202}, 2);
	assert_int_equal(push_wait(&push, 1, LONG_MS), 0);
	assert_false(push_next(push, &answers));
	push_close(&push);
}

static void several_doors_are_waited_for_at_once(void **state)
{
	struct push *silent = client_of(state, LONG_MS), *push = client_of(state, LONG_MS);
	client_sends(silent, 1, 1);
	client_sends(push, 2, 1);
	door_says(2, (int[]){202}, 1);
	struct push *both[] = {silent, push};
	struct push_answers answers;
	assert_int_equal(push_wait(both, 2, LONG_MS), 0);
	assert_false(push_next(silent, &answers));
	assert_true(push_next(push, &answers));
	expect(&answers, 2, (int[]){202});
	push_close(&silent);
	push_close(&push);
}

static void a_client_is_told_which_of_its_keys_is_missing(void **state)
{
	struct push *push = NULL;
	struct why why;
	const struct push_options options = {
		.endpoint = door.endpoint, .keys = *state, .server = "intake", .client = "gp"};
	assert_int_equal(push_open(&push, &options, &why), ERR_CONFIG);
	assert_non_null(strstr(why.text, "gp.pub"));
	assert_non_null(strstr(why.text, "wotctl client add gp"));
	assert_null(strstr(why.text, "keygen"));
	assert_null(push);
}

static void a_client_is_told_that_a_daemon_s_public_key_is_a_copy(void **state)
{
	struct push *push = NULL;
	struct why why;
	const struct push_options options = {
		.endpoint = door.endpoint, .keys = *state, .server = "triage", .client = "phone"};
	assert_int_equal(push_open(&push, &options, &why), ERR_CONFIG);
	assert_non_null(strstr(why.text, "triage.pub"));
	assert_non_null(strstr(why.text, "where wot-triage runs"));
	assert_null(push);
}

static void a_door_may_have_an_ipv6_address(void **state)
{
	struct push *push = client_of(state, LONG_MS);
	struct push_answers answers;
	client_sends(push, 1, 1);
	door_says(1, (int[]){202}, 1);
	assert_int_equal(push_wait(&push, 1, LONG_MS), 0);
	assert_true(push_next(push, &answers));
	expect(&answers, 1, (int[]){202});
	push_close(&push);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_over_the_limit_of_the_door_is_not_sent),
		TEST(receipts_are_matched_by_the_number_of_their_request),
		TEST(receipts_of_what_nobody_waits_for_go_by),
		TEST(what_has_no_receipt_among_the_others_is_to_be_sent_again),
		TEST(receipts_beyond_what_was_sent_are_left),
		TEST(a_submit_that_is_refused_as_a_whole_is_refused_for_each),
		TEST(what_is_not_answered_is_given_up_and_its_late_receipts_go_by),
		TEST(several_doors_are_waited_for_at_once),
		TEST(a_client_is_told_which_of_its_keys_is_missing),
		TEST(a_client_is_told_that_a_daemon_s_public_key_is_a_copy),
		cmocka_unit_test_setup_teardown(
			a_door_may_have_an_ipv6_address, setup_ipv6, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
