/*
 * What a server bears: whatever a client sends, or leaves unsaid, takes nothing that another one needs. The
 * clients are libzmq's, or bytes by hand.
 */
#include "tests/unit/bus_fixture.h"
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

enum { MEBI = 1 << 20 };

static struct end server;
static void *context, *clients[16]; /* those that are open: a test that fails leaves them */
static char endpoint[64];

static const char *on_any_key(void *arg, const uint8_t key[BUS_KEY_LEN])
{
	static char name[BUS_KEY_TEXT];
	(void)arg;
	bus_key_print(key, name);
	return name;
}

/* A server on tcp with CURVE that gives back what it gets. */
static void serve_tcp(struct bus_limits limits)
{
	server = (struct end){0};
	struct bus_options options = options_of("tcp://127.0.0.1:0", &server);
	bus_keys(test.bus, on_any_key, NULL);
	options.secret = test.server_secret;
	options.limits = limits;
	options.on_message = on_echo;
	assert_int_equal(bus_bind(test.bus, &options, &server.socket, NULL), 0);
	snprintf(endpoint, sizeof endpoint, "tcp://127.0.0.1:%u", bus_port(server.socket));
}

static struct bus_limits limits_usual(void)
{
	return options_of("", &server).limits;
}

static int setup_limits(void **state)
{
	context = zmq_ctx_new();
	return setup(state);
}

static void drop(void *client)
{
	for (size_t i = 0; i < sizeof clients / sizeof *clients; i++) {
		if (clients[i] && (!client || clients[i] == client)) {
			zmq_close(clients[i]);
			clients[i] = NULL;
		}
	}
}

static int teardown_limits(void **state)
{
	drop(NULL);
	zmq_ctx_term(context);
	return teardown(state);
}

/* A client of libzmq's own. */
static void *client_new(const uint8_t *public_key, const uint8_t *secret, int heartbeat_ms)
{
	void *client = zmq_socket(context, ZMQ_DEALER);
	zmq_setsockopt(client, ZMQ_LINGER, &(int){0}, sizeof(int));
	zmq_setsockopt(client, ZMQ_SNDHWM, &(int){0}, sizeof(int));
	zmq_setsockopt(client, ZMQ_RCVHWM, &(int){1}, sizeof(int));
	zmq_setsockopt(client, ZMQ_RCVBUF, &(int){4096}, sizeof(int));
	zmq_setsockopt(client, ZMQ_HEARTBEAT_IVL, &heartbeat_ms, sizeof heartbeat_ms);
	zmq_setsockopt(client, ZMQ_CURVE_PUBLICKEY, public_key, BUS_KEY_LEN);
	zmq_setsockopt(client, ZMQ_CURVE_SECRETKEY, secret, BUS_KEY_LEN);
	zmq_setsockopt(client, ZMQ_CURVE_SERVERKEY, test.server_public, BUS_KEY_LEN);
	assert_int_equal(zmq_connect(client, endpoint), 0);
	size_t place = 0;
	while (clients[place])
		place++;
	return clients[place] = client;
}

static void *client_usual(void)
{
	return client_new(test.client_public, test.client_secret, 0);
}

static void put(void *client, const void *bytes, size_t len, bool more)
{
	assert_int_equal(zmq_send(client, bytes, len, more ? ZMQ_SNDMORE : 0), (int)len);
}

static bool can_receive(void *client)
{
	zmq_pollitem_t item = {.socket = client, .events = ZMQ_POLLIN};
	return zmq_poll(&item, 1, 0) > 0;
}

static void expect_echo(void *client, const char *text)
{
	char answer[64];
	put(client, text, strlen(text), false);
	assert_true(loop_until(test.loop, can_receive, client));
	int len = zmq_recv(client, answer, sizeof answer, 0);
	assert_int_equal(len, (int)strlen(text));
	assert_memory_equal(answer, text, (size_t)len);
}

static uint64_t connections(void)
{
	struct bus_stats stats;
	bus_stats(server.socket, &stats);
	return stats.connections;
}

static bool has_connections(void *count)
{
	return connections() == *(const uint64_t *)count;
}

static void wait_connections(uint64_t count)
{
	assert_true(loop_until(test.loop, has_connections, &count));
}

static bool has_refused(void *err)
{
	return server.refused[err_index(*(const int *)err)] > 0;
}

static void wait_refused(int err)
{
	assert_true(loop_until(test.loop, has_refused, &err));
}

/* The bytes of a connection, by hand. */
static int dial_raw(void)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
		.sin_port = htons((uint16_t)bus_port(server.socket)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
	return fd;
}

/* ---- how large ---- */

static size_t resident_kib(void)
{
	FILE *file = fopen("/proc/self/statm", "r");
	size_t pages = 0;
	assert_non_null(file);
	assert_int_equal(fscanf(file, "%*u %zu", &pages), 1);
	fclose(file);
	return pages * 4;
}

static void a_frame_that_is_too_large_goes_by_and_its_beginning_is_known(void **state)
{
	(void)state;
	static const size_t sizes[] = {MEBI + 1, MEBI + 33, 2 * MEBI, 16 * MEBI};
	serve_tcp(limits_usual());
	void *client = client_usual();
	expect_echo(client, "before");
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		char *bytes = calloc(1, sizes[i]);
		memcpy(bytes, "this is request 7", 17);
		server.got = 0;
		server.want = 1;
		put(client, bytes, sizes[i], false);
		assert_true(loop_until(test.loop, has_all, &server));
		free(bytes);
		assert_true(server.cut);
		assert_string_equal(server.last, "this is request 7");
		assert_true(loop_until(test.loop, can_receive, client)); /* the echo of it */
		zmq_recv(client, (char[64]){0}, 64, 0);
	}
	expect_echo(client, "after");
	assert_false(server.cut);
	drop(client);
}

static void the_largest_frame_passes_whole(void **state)
{
	(void)state;
	serve_tcp(limits_usual());
	void *client = client_usual();
	char *bytes = calloc(1, MEBI);
	put(client, bytes, MEBI, false);
	assert_true(loop_until(test.loop, can_receive, client));
	assert_int_equal(zmq_recv(client, bytes, MEBI, 0), MEBI);
	assert_false(server.cut);
	free(bytes);
	drop(client);
}

static size_t most_kib;

static bool has_all_and_looks(void *arg)
{
	size_t now_kib = resident_kib();
	most_kib = now_kib > most_kib ? now_kib : most_kib;
	return has_all(arg);
}

static _Noreturn void send_frames(int count)
{
	static const char bytes[MEBI / 2];
	memset(clients, 0, sizeof clients);
	context = zmq_ctx_new();
	void *client = client_usual();
	for (int i = 0; i < count; i++)
		put(client, bytes, sizeof bytes, i < count - 1);
	for (;;)
		pause();
}

static bool under_asan(void)
{
#if defined(__SANITIZE_ADDRESS__)
	return true;
#elif defined(__has_feature)
	return __has_feature(address_sanitizer);
#else
	return false;
#endif
}

static void a_message_of_many_frames_is_held_up_to_the_limit_and_no_further(void **state)
{
	(void)state;
	serve_tcp(limits_usual());
	size_t before_kib = resident_kib();
	most_kib = 0;
	server.want = 1;
	pid_t child = fork();
	if (child == 0)
		send_frames(200);
	bool arrived = loop_until(test.loop, has_all_and_looks, &server);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	assert_true(arrived);
	assert_true(server.cut);
	assert_int_equal(server.frames, 3); /* the id, and what fits */
	/* ASan keeps what was freed for a while: up to 256 MiB of it. */
	if (!under_asan())
		assert_in_range(most_kib, 0, before_kib + 8 * 1024);
}

static void a_message_of_too_many_frames_comes_cut(void **state)
{
	(void)state;
	struct bus_limits limits = limits_usual();
	limits.frames = 3;
	serve_tcp(limits);
	void *client = client_usual();
	for (int i = 0; i < 40; i++)
		put(client, "x", 1, i < 39);
	server.want = 1;
	assert_true(loop_until(test.loop, has_all, &server));
	assert_true(server.cut);
	assert_int_equal(server.frames, 1 + 3);
	drop(client);
}

/* A client that sends for ever and reads nothing: from then on it is not read. */
static void who_does_not_read_is_not_read(void **state)
{
	(void)state;
	enum { SENDS = 400, EACH = 64 * 1024 };
	struct bus_limits limits = limits_usual();
	limits.unread_bytes = 128 * 1024;
	serve_tcp(limits);
	void *deaf = client_usual(), *good = client_usual();
	char *bytes = calloc(1, EACH);
	for (int i = 0; i < SENDS; i++)
		put(deaf, bytes, EACH, false);
	server.want = 1;
	assert_true(loop_until(test.loop, has_all, &server));
	for (uint64_t end_us = clock_mono_us() + 300000; clock_mono_us() < end_us;)
		uv_run(loop_uv(test.loop), UV_RUN_NOWAIT);
	assert_in_range(server.got, 1, SENDS - 1);
	expect_echo(good, "others go on");
	for (int i = 0; i < SENDS; i++) { /* it reads after all: nothing was lost */
		assert_true(loop_until(test.loop, can_receive, deaf));
		assert_int_equal(zmq_recv(deaf, bytes, EACH, 0), EACH);
	}
	free(bytes);
	drop(deaf);
	drop(good);
}

/* ---- how many ---- */

static void one_key_has_so_many_connections(void **state)
{
	(void)state;
	struct bus_limits limits = limits_usual();
	uint8_t other_public[BUS_KEY_LEN], other_secret[BUS_KEY_LEN];
	bus_keypair(other_public, other_secret);
	limits.per_key = 2;
	serve_tcp(limits);
	void *first = client_usual(), *second = client_usual();
	expect_echo(first, "first");
	expect_echo(second, "second");
	void *third = client_usual();
	wait_refused(ERR_TOO_MANY);
	void *other = client_new(other_public, other_secret, 0);
	expect_echo(other, "another key");
	drop(first);
	expect_echo(third, "once there is room"); /* it came back by itself */
	drop(second);
	drop(third);
	drop(other);
}

static void one_address_has_so_many_connections(void **state)
{
	(void)state;
	struct bus_limits limits = limits_usual();
	limits.per_address = 2;
	serve_tcp(limits);
	void *first = client_usual(), *second = client_usual();
	expect_echo(first, "first");
	expect_echo(second, "second");
	int third = dial_raw();
	wait_refused(ERR_TOO_MANY);
	wait_connections(2);
	expect_echo(first, "as ever");
	close(third);
	drop(first);
	drop(second);
}

/* Silence takes no place: who speaks gets one, as often as all are taken by who does not. */
static void the_silent_make_room_for_who_speaks(void **state)
{
	(void)state;
	enum { SILENT = 100 };
	int fds[SILENT];
	serve_tcp(limits_usual());
	void *early = client_usual();
	expect_echo(early, "early");
	for (int i = 0; i < SILENT; i++)
		fds[i] = dial_raw();
	wait_connections(16);
	void *late = client_usual();
	expect_echo(late, "late");
	expect_echo(early, "early still");
	assert_true(server.refused[err_index(ERR_TIMEOUT)] > 0);
	for (int i = 0; i < SILENT; i++)
		close(fds[i]);
	wait_connections(2);
	drop(early);
	drop(late);
}

static void a_handshake_that_stands_still_ends(void **state)
{
	(void)state;
	static const char half[] = "\xff\0\0\0\0\0\0\0\x01\x7f\x03";
	struct bus_limits limits = limits_usual();
	limits.handshake_ms = 200;
	serve_tcp(limits);
	int silent = dial_raw(), halfway = dial_raw();
	assert_int_equal(write(halfway, half, sizeof half - 1), sizeof half - 1);
	wait_connections(2);
	wait_connections(0);
	assert_int_equal(server.refused[err_index(ERR_TIMEOUT)], 2);
	close(silent);
	close(halfway);
}

static void what_is_no_zmtp_is_closed_at_once(void **state)
{
	(void)state;
	static const struct {
		const char *bytes;
		size_t len;
	} wrong[] = {
		{"GET / HTTP/1.1\r\n\r\n", 18},
		{"\xff\0\0\0\0\0\0\0\x01\x7f\x01\x05", 12}, /* an old version */
		{"\xff\0\0\0\0\0\0\0\x01\x7f\x03\0NULL\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
		 "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
			64},
		{"\xff\0\0\0\0\0\0\0\x01\x7f\x03\0CURVE\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
		 "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\6\xff\xff\xff"
		 "\xff"
		 "\xff\xff\xff\xff",
			73}, /* a command of 2^64 bytes */
		{"\xff\0\0\0\0\0\0\0\x01\x7f\x03\0CURVE\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
		 "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\4\6\5HELLO",
			72},
	};
	serve_tcp(limits_usual());
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		int fd = dial_raw();
		assert_int_equal(write(fd, wrong[i].bytes, wrong[i].len), (int)wrong[i].len);
		wait_refused(ERR_INVALID);
		wait_connections(0);
		server.refused[err_index(ERR_INVALID)] = 0;
		close(fd);
	}
	void *good = client_usual();
	expect_echo(good, "good");
	drop(good);
}

/* Some descriptors are kept for files: connections do not get those, and nothing else happens. */
static void without_descriptors_a_connection_is_refused(void **state)
{
	(void)state;
	struct rlimit before, few = {64, 0};
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	few.rlim_max = before.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	struct bus_limits limits = limits_usual();
	limits.connections = limits.per_address = 1000;
	serve_tcp(limits);
	void *client = client_usual();
	expect_echo(client, "before");
	int taken[64], count = 0;
	while (count < 64 && (taken[count] = open("/dev/null", O_RDONLY)) >= 0)
		count++;
	close(taken[--count]); /* for this end; the server's finds none */
	int fd = dial_raw();
	wait_refused(ERR_TOO_MANY);
	expect_echo(client, "after");
	while (count > 0)
		close(taken[--count]);
	close(fd);
	void *late = client_usual();
	expect_echo(late, "late");
	drop(client);
	drop(late);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
}

/* ---- who goes ---- */

static void a_client_with_heartbeats_stays(void **state)
{
	(void)state;
	serve_tcp(limits_usual());
	void *client = client_new(test.client_public, test.client_secret, 20);
	zmq_setsockopt(client, ZMQ_HEARTBEAT_TIMEOUT, &(int){200}, sizeof(int));
	expect_echo(client, "before");
	for (uint64_t end_us = clock_mono_us() + 500000; clock_mono_us() < end_us;)
		uv_run(loop_uv(test.loop), UV_RUN_NOWAIT);
	expect_echo(client, "after");
	assert_int_equal(connections(), 1);
	drop(client);
}

/* libzmq ended the process here: a peer that dies with much under way while nothing is taken. */
static void clients_that_die_amid_what_they_send_leave_nothing(void **state)
{
	(void)state;
	serve_tcp(limits_usual());
	char *bytes = calloc(1, MEBI);
	for (int round = 0; round < 20; round++) {
		void *client = client_new(test.client_public, test.client_secret, 20);
		server.got = 0;
		server.want = 1;
		for (int i = 0; i < 20; i++)
			put(client, bytes, MEBI, false);
		assert_true(loop_until(test.loop, has_all, &server));
		bus_pause(server.socket, true);
		drop(client);
		for (uint64_t end_us = clock_mono_us() + 5000; clock_mono_us() < end_us;)
			uv_run(loop_uv(test.loop), UV_RUN_NOWAIT);
		bus_pause(server.socket, false);
		wait_connections(0);
	}
	free(bytes);
}

#define TEST_LIMITS(name) cmocka_unit_test_setup_teardown(name, setup_limits, teardown_limits)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_LIMITS(a_frame_that_is_too_large_goes_by_and_its_beginning_is_known),
		TEST_LIMITS(the_largest_frame_passes_whole),
		TEST_LIMITS(a_message_of_many_frames_is_held_up_to_the_limit_and_no_further),
		TEST_LIMITS(a_message_of_too_many_frames_comes_cut),
		TEST_LIMITS(who_does_not_read_is_not_read),
		TEST_LIMITS(one_key_has_so_many_connections),
		TEST_LIMITS(one_address_has_so_many_connections),
		TEST_LIMITS(the_silent_make_room_for_who_speaks),
		TEST_LIMITS(a_handshake_that_stands_still_ends),
		TEST_LIMITS(what_is_no_zmtp_is_closed_at_once),
		TEST_LIMITS(without_descriptors_a_connection_is_refused),
		TEST_LIMITS(a_client_with_heartbeats_stays),
		TEST_LIMITS(clients_that_die_amid_what_they_send_leave_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
