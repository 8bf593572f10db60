/* What the bus carries: all of it, in order, within its limits, whatever a peer does. */
#include "lib/clock.h"
#include "tests/unit/bus_fixture.h"
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

static void a_burst_arrives_whole_and_in_order_both_ways(void **state)
{
	(void)state;
	struct end server = {0}, client = {0};
	serve("ipc://a.feed", &server);
	reach("ipc://a.feed", &client);
	assert_true(loop_until(test.loop, is_up, &client));
	send_numbers(&client, BURST);
	assert_true(loop_until(test.loop, has_all, &client));
	assert_int_equal(server.got, BURST);
	assert_int_equal(server.out_of_order + client.out_of_order, 0);
	assert_int_equal(server.frames, 2); /* routing id, payload */
	assert_int_equal(client.frames, 1);
	assert_string_equal(server.user, "(none)");
	struct bus_stats stats;
	bus_stats(server.socket, &stats);
	assert_int_equal(stats.received, BURST);
	assert_int_equal(stats.sent, BURST);
	assert_int_equal(stats.dropped, 0);
	assert_int_equal(stats.connections, 1);
	assert_int_equal(stats.bytes_in, stats.bytes_out);
}

static void on_pong(
	void *arg, struct bus_socket *socket, struct bus_message *message, const char *user)
{
	struct end *end = arg;
	on_message(arg, socket, message, user);
	if (end->got < end->want)
		assert_int_equal(send_bytes(end, &end->got, sizeof end->got), 0);
}

/* One at a time: here a wake-up that is lost has nobody to make up for it. */
static void ping_pong_never_stalls(void **state)
{
	(void)state;
	struct why why;
	struct end server = {0}, client = {.want = 5000};
	serve("ipc://a.feed", &server);
	struct bus_options options = options_of("ipc://a.feed", &client);
	options.on_message = on_pong;
	options.on_peer = on_peer;
	assert_int_equal(bus_connect(test.bus, &options, &client.socket, &why), 0);
	assert_true(loop_until(test.loop, is_up, &client));
	assert_int_equal(send_bytes(&client, &client.got, sizeof client.got), 0);
	assert_true(loop_until(test.loop, has_all, &client));
	assert_int_equal(client.out_of_order, 0);
}

static void answer_at_turn_end(void *arg)
{
	struct end *end = arg;
	if (end->ups && end->got == end->frames && end->got < end->want) {
		end->frames = end->got + 1; /* one on its way */
		assert_int_equal(send_bytes(end, &end->got, sizeof end->got), 0);
	}
}

static void on_turn_pong(
	void *arg, struct bus_socket *socket, struct bus_message *message, const char *user)
{
	(void)socket;
	(void)message;
	(void)user;
	((struct end *)arg)->got++;
}

/* Between the bus's own look and the wait: a send there swallows the edge. */
static void sending_at_the_end_of_a_turn_never_stalls(void **state)
{
	(void)state;
	struct why why;
	struct end server = {0}, client = {.want = 5000};
	serve("ipc://a.feed", &server);
	struct bus_options options = options_of("ipc://a.feed", &client);
	options.on_message = on_turn_pong;
	options.on_peer = on_peer;
	assert_int_equal(bus_connect(test.bus, &options, &client.socket, &why), 0);
	loop_on_turn_end(test.loop, answer_at_turn_end, &client);
	assert_true(loop_until(test.loop, has_all, &client));
}

static void count_turn(void *arg)
{
	(*(unsigned *)arg)++;
}

static void stop(void *arg)
{
	loop_stop(arg);
}

static void an_idle_bus_sleeps(void **state)
{
	(void)state;
	struct end server = {0}, client = {0};
	serve("ipc://a.feed", &server);
	reach("ipc://a.feed", &client);
	assert_true(loop_until(test.loop, is_up, &client));
	send_numbers(&client, 10);
	assert_true(loop_until(test.loop, has_all, &client));
	unsigned turns = 0;
	loop_on_turn_end(test.loop, count_turn, &turns);
	loop_every(test.loop, 100, stop, test.loop);
	loop_run(test.loop);
	assert_in_range(turns, 1, 10);
}

static void addresses_that_cannot_be_used_say_why(void **state)
{
	(void)state;
	struct end server = {0}, end = {0};
	char text[200] = "ipc://";
	memset(text + 6, 'a', 108);
	expect_refusal(options_of(text, &end), true, ERR_ADDRESS, "107");
	expect_refusal(options_of(text, &end), false, ERR_ADDRESS, "107");
	expect_refusal(options_of("udp://127.0.0.1:1", &end), true, ERR_ADDRESS, "only tcp");
	expect_refusal(options_of("ipc://*", &end), true, ERR_ADDRESS, "give the path");
	expect_refusal(options_of("ipc://@abstract", &end), true, ERR_ADDRESS, "give the path");
	expect_refusal(options_of("ipc://none/a.feed", &end), true, ERR_ADDRESS, "No such file");
	serve("ipc://a.feed", &server);
	char pid[32];
	snprintf(pid, sizeof pid, "process %d answers", (int)getpid());
	expect_refusal(options_of("ipc://a.feed", &end), true, ERR_ADDRESS, pid);
	bus_keys(test.bus, on_key, NULL);
	struct bus_options options = options_of("tcp://127.0.0.1:0", &end);
	options.secret = test.server_secret;
	struct end other = {0};
	assert_int_equal(bus_bind(test.bus, &options, &other.socket, NULL), 0);
	snprintf(text, sizeof text, "tcp://127.0.0.1:%u", bus_port(other.socket));
	options.endpoint = text;
	expect_refusal(options, true, ERR_ADDRESS, "choose another");
}

static void a_file_that_is_no_socket_is_left_alone(void **state)
{
	(void)state;
	struct end end = {0};
	FILE *file = fopen("b.feed", "w");
	assert_non_null(file);
	fclose(file);
	expect_refusal(options_of("ipc://b.feed", &end), true, ERR_ADDRESS, "is no socket");
	struct stat found;
	assert_int_equal(stat("b.feed", &found), 0);
}

static void the_socket_of_a_dead_process_is_taken_over(void **state)
{
	(void)state;
	pid_t child = fork();
	if (child == 0) {
		void *socket = zmq_socket(zmq_ctx_new(), ZMQ_ROUTER);
		_exit(zmq_bind(socket, "ipc://a.feed") == 0 ? 0 : 1);
	}
	int status = 1;
	waitpid(child, &status, 0);
	assert_int_equal(status, 0);
	struct stat found;
	assert_int_equal(stat("a.feed", &found), 0);
	struct end server = {0}, client = {0};
	serve("ipc://a.feed", &server);
	reach("ipc://a.feed", &client);
	assert_true(loop_until(test.loop, is_up, &client));
}

static void a_peer_that_dies_is_found_at_once_and_met_again(void **state)
{
	(void)state;
	struct end client = {0}, server = {0};
	pid_t child = fork();
	if (child == 0) {
		void *socket = zmq_socket(zmq_ctx_new(), ZMQ_ROUTER);
		zmq_bind(socket, "ipc://a.feed");
		for (;;)
			pause();
	}
	reach("ipc://a.feed", &client);
	assert_true(loop_until(test.loop, is_up, &client));
	assert_int_equal(send_bytes(&client, "x", 1), 0);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	assert_true(loop_until(test.loop, is_down, &client));
	serve("ipc://a.feed", &server);
	assert_true(loop_until(test.loop, is_up, &client));
}

static bool is_full(void *arg)
{
	struct end *end = arg;
	static const char big[64 * 1024];
	return send_bytes(end, big, sizeof big) == ERR_BUSY;
}

static void while_paused_nothing_is_read_and_others_go_on(void **state)
{
	(void)state;
	struct why why;
	struct end held = {0}, pusher = {0}, server = {0}, client = {0};
	struct bus_options options = options_of("ipc://a.feed", &held);
	options.queue_messages = 10;
	options.paused = true;
	assert_int_equal(bus_bind(test.bus, &options, &held.socket, &why), 0);
	options.arg = &pusher;
	options.paused = false;
	options.on_peer = on_peer;
	assert_int_equal(bus_connect(test.bus, &options, &pusher.socket, &why), 0);
	assert_true(loop_until(test.loop, is_up, &pusher));
	assert_true(loop_until(test.loop, is_full, &pusher)); /* the peer feels it */
	serve("ipc://b.feed", &server);
	reach("ipc://b.feed", &client);
	assert_true(loop_until(test.loop, is_up, &client));
	send_numbers(&client, 1000);
	assert_true(loop_until(test.loop, has_all, &client));
	assert_int_equal(held.got, 0);
	held.want = 10;
	bus_pause(held.socket, false);
	assert_true(loop_until(test.loop, has_all, &held));
	bus_pause(held.socket, true);
	uint64_t got = held.got;
	client.got = 0;
	send_numbers(&client, 1000);
	assert_true(loop_until(test.loop, has_all, &client));
	assert_int_equal(held.got, got);
}

struct asker {
	struct loop_waker *waker;
	const char *endpoint;
	char answer[64];
	int answer_len;
	bool done;
};

static void *ask(void *arg)
{
	struct asker *asker = arg;
	void *context = zmq_ctx_new(), *req = zmq_socket(context, ZMQ_REQ);
	zmq_setsockopt(req, ZMQ_REQ_CORRELATE, &(int){1}, sizeof(int));
	zmq_setsockopt(req, ZMQ_RCVTIMEO, &(int){UNTIL_LIMIT_MS}, sizeof(int));
	zmq_setsockopt(req, ZMQ_LINGER, &(int){0}, sizeof(int));
	zmq_connect(req, asker->endpoint);
	zmq_send(req, "question", 8, 0);
	asker->answer_len = zmq_recv(req, asker->answer, sizeof asker->answer - 1, 0);
	zmq_close(req);
	zmq_ctx_term(context);
	loop_wake(asker->waker);
	return NULL;
}

static void on_asked(void *arg)
{
	((struct asker *)arg)->done = true;
}

static bool is_done(void *arg)
{
	return ((struct asker *)arg)->done;
}

/* routing id, request number, empty delimiter, payload: all given back as they came. */
static void frames_before_the_payload_pass_both_ways(void **state)
{
	(void)state;
	struct end server = {0};
	struct asker asker = {.endpoint = "ipc://a.feed"};
	serve("ipc://a.feed", &server);
	asker.waker = loop_waker_new(test.loop, on_asked, &asker);
	pthread_t thread;
	assert_int_equal(pthread_create(&thread, NULL, ask, &asker), 0);
	bool answered = loop_until(test.loop, is_done, &asker);
	pthread_join(thread, NULL);
	assert_true(answered);
	assert_int_equal(asker.answer_len, 8);
	assert_string_equal(asker.answer, "question");
	assert_int_equal(server.frames, 4);
}

static bool has_dropped(void *arg)
{
	struct bus_stats stats;
	bus_stats(arg, &stats);
	return stats.dropped > 0;
}

static void an_answer_to_nobody_is_busy_and_counted(void **state)
{
	(void)state;
	static const char *const nobodies[] = {"nobody", "eight by", "\0\0\0\0\0\0\0\0"};
	struct end server = {0};
	serve("ipc://a.feed", &server);
	for (size_t i = 0; i < 3; i++) {
		struct bus_message message = {.count = 0};
		bus_frame_add(&message, nobodies[i], i ? 8 : 6);
		bus_frame_add(&message, "hello", 5);
		assert_int_equal(bus_send(server.socket, &message), ERR_BUSY);
	}
	assert_true(has_dropped(server.socket));
}

static void reconnecting_forgets_what_was_queued(void **state)
{
	(void)state;
	struct end server = {0}, client = {0};
	serve("ipc://a.feed", &server);
	reach("ipc://a.feed", &client);
	assert_true(loop_until(test.loop, is_up, &client));
	bus_pause(client.socket, true);
	send_numbers(&client, 100);
	server.want = 100;
	assert_true(loop_until(test.loop, has_all, &server));
	assert_int_equal(bus_reconnect(client.socket), 0);
	client.ups = client.downs = 0;
	bus_pause(client.socket, false);
	assert_true(loop_until(test.loop, is_up, &client));
	assert_int_equal(send_bytes(&client, "after", 5), 0);
	client.want = 1;
	assert_true(loop_until(test.loop, has_all, &client));
	assert_int_equal(client.got, 1);
	assert_string_equal(client.last, "after");
}

static void a_socket_may_close_itself_in_its_message(void **state)
{
	(void)state;
	struct end server = {0}, client = {.close_on_message = true};
	serve("ipc://a.feed", &server);
	reach("ipc://a.feed", &client);
	assert_true(loop_until(test.loop, is_up, &client));
	send_numbers(&client, 10);
	client.want = 1;
	assert_true(loop_until(test.loop, has_all, &client));
	assert_null(client.socket);
	assert_int_equal(client.got, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_burst_arrives_whole_and_in_order_both_ways),
		TEST(ping_pong_never_stalls),
		TEST(sending_at_the_end_of_a_turn_never_stalls),
		TEST(an_idle_bus_sleeps),
		TEST(addresses_that_cannot_be_used_say_why),
		TEST(a_file_that_is_no_socket_is_left_alone),
		TEST(the_socket_of_a_dead_process_is_taken_over),
		TEST(a_peer_that_dies_is_found_at_once_and_met_again),
		TEST(while_paused_nothing_is_read_and_others_go_on),
		TEST(frames_before_the_payload_pass_both_ways),
		TEST(an_answer_to_nobody_is_busy_and_counted),
		TEST(reconnecting_forgets_what_was_queued),
		TEST(a_socket_may_close_itself_in_its_message),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
