/*
 * For tests of the bus: a loop, a bus and two pairs of keys in a folder of their own, ends that
 * count what they see, and the conditions to wait for.
 */
#ifndef WOT_BUS_FIXTURE_H
#define WOT_BUS_FIXTURE_H

#include "bus/bus_own.h"
#include "tests/unit/until.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { BURST = 10000 };

/* One end, and what it saw. A server gives back what it gets. */
struct end {
	struct bus_socket *socket;
	uint64_t got, frames, out_of_order, ups, downs;
	char user[64], last[64];
	uint64_t want;
	bool close_on_message, cut;
	unsigned refused[ERR_COUNT]; /* connections, by err_index */
};

static struct {
	struct loop *loop;
	struct bus *bus;
	uint8_t server_public[BUS_KEY_LEN], server_secret[BUS_KEY_LEN];
	uint8_t client_public[BUS_KEY_LEN], client_secret[BUS_KEY_LEN];
	char dir[64];
	bool closed_door; /* no key is in the list */
} test;

static inline void on_message(
	void *arg, struct bus_socket *socket, struct bus_message *message, const char *user)
{
	struct end *end = arg;
	zmq_msg_t *payload = &message->frames[message->count - 1];
	uint64_t number = 0;
	end->cut = message->cut;
	if (zmq_msg_size(payload) == sizeof number)
		memcpy(&number, zmq_msg_data(payload), sizeof number);
	end->out_of_order += number != end->got;
	end->got++;
	end->frames = message->count;
	snprintf(end->user, sizeof end->user, "%s", user ? user : "(none)");
	snprintf(end->last, sizeof end->last, "%.*s", (int)zmq_msg_size(payload),
		(const char *)zmq_msg_data(payload));
	if (end->close_on_message)
		bus_close(&end->socket);
	(void)socket;
}

static inline void on_echo(
	void *arg, struct bus_socket *socket, struct bus_message *message, const char *user)
{
	on_message(arg, socket, message, user);
	(void)bus_send(socket, message);
}

static inline void on_peer(void *arg, bool connected)
{
	struct end *end = arg;
	end->ups += connected;
	end->downs += !connected;
}

static inline const char *on_key(void *arg, const uint8_t key[BUS_KEY_LEN])
{
	(void)arg;
	bool known = memcmp(key, test.client_public, BUS_KEY_LEN) == 0;
	return known && !test.closed_door ? "phone-centre" : NULL;
}

static inline int setup(void **state)
{
	(void)state;
	strcpy(test.dir, "/tmp/wot-bus-XXXXXX");
	if (!mkdtemp(test.dir) || chdir(test.dir) != 0)
		return -1;
	bus_keypair(test.server_public, test.server_secret);
	bus_keypair(test.client_public, test.client_secret);
	return loop_new(&test.loop) || bus_new(&test.bus, test.loop);
}

static inline int teardown(void **state)
{
	(void)state;
	bus_free(&test.bus);
	loop_free(&test.loop);
	remove("a.feed");
	remove("b.feed");
	if (chdir("/") != 0)
		return -1;
	return rmdir(test.dir); /* fails when a socket was left */
}

static inline void on_refused(void *arg, int err, const char *user)
{
	(void)user;
	((struct end *)arg)->refused[err_index(err)]++;
}

static inline struct bus_options options_of(const char *endpoint, struct end *end)
{
	return (struct bus_options){.endpoint = endpoint,
		.max_message_bytes = 1 << 20,
		.queue_messages = 2 * BURST,
		.limits = {.connections = 16,
			.per_address = 16,
			.per_key = 16,
			.frames = BUS_FRAMES_MAX - 1,
			.handshake_ms = 5000,
			.unread_bytes = 4 << 20},
		.on_refused = on_refused,
		.on_message = on_message,
		.arg = end};
}

static inline void serve(const char *endpoint, struct end *end)
{
	struct why why;
	struct bus_options options = options_of(endpoint, end);
	options.on_message = on_echo;
	assert_int_equal(bus_bind(test.bus, &options, &end->socket, &why), 0);
}

static inline void reach(const char *endpoint, struct end *end)
{
	struct why why;
	struct bus_options options = options_of(endpoint, end);
	options.on_peer = on_peer;
	assert_int_equal(bus_connect(test.bus, &options, &end->socket, &why), 0);
}

static inline int send_bytes(struct end *end, const void *bytes, size_t len)
{
	struct bus_message message = {.count = 0};
	bus_frame_add(&message, bytes, len);
	int err = bus_send(end->socket, &message);
	assert_int_equal(message.count, 0);
	return err;
}

static inline bool is_up(void *arg)
{
	const struct end *end = arg;
	return end->ups > end->downs;
}

static inline bool is_down(void *arg)
{
	return !is_up(arg);
}

static inline bool has_all(void *arg)
{
	const struct end *end = arg;
	return end->got >= end->want;
}

static inline void send_numbers(struct end *end, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++)
		assert_int_equal(send_bytes(end, &i, sizeof i), 0);
	end->want = count;
}

static inline void expect_refusal(struct bus_options options, bool bind, int err, const char *part)
{
	struct why why = {""};
	struct bus_socket *socket = NULL;
	int found = bind ? bus_bind(test.bus, &options, &socket, &why)
			 : bus_connect(test.bus, &options, &socket, &why);
	assert_int_equal(found, err);
	assert_null(socket);
	if (!strstr(why.text, part))
		fail_msg("\"%s\" does not say \"%s\"", why.text, part);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
