#include "lib/bus_own.h"
#include "lib/clean.h"

#include <string.h>

/* ZeroMQ RFC 27. A request behind the routing id of ZeroMQ's own end, and the answer. */
enum {
	ZAP_ID,
	ZAP_EMPTY,
	ZAP_VERSION,
	ZAP_REQUEST,
	ZAP_DOMAIN,
	ZAP_ADDRESS,
	ZAP_IDENTITY,
	ZAP_MECHANISM,
	ZAP_KEY,
	ZAP_FRAMES
};

static bool frame_is(zmq_msg_t *frame, const char *text)
{
	return zmq_msg_size(frame) == strlen(text) &&
	       memcmp(zmq_msg_data(frame), text, strlen(text)) == 0;
}

static const char *client_of(struct bus *bus, struct bus_message *request)
{
	if (request->count != ZAP_FRAMES || !frame_is(&request->frames[ZAP_VERSION], "1.0") ||
		!frame_is(&request->frames[ZAP_MECHANISM], "CURVE") ||
		zmq_msg_size(&request->frames[ZAP_KEY]) != BUS_KEY_LEN)
		return NULL;
	return bus->on_key(bus->key_arg, zmq_msg_data(&request->frames[ZAP_KEY]));
}

static void frame_take(struct bus_message *to, zmq_msg_t *frame)
{
	must(to->count < BUS_FRAMES_MAX);
	zmq_msg_t *last = &to->frames[to->count++];
	zmq_msg_init(last);
	zmq_msg_move(last, frame);
}

static void on_zap(
	void *arg, struct bus_socket *socket, struct bus_message *request, const char *user)
{
	(void)user;
	struct bus *bus = arg;
	if (request->count <= ZAP_REQUEST)
		return; /* nobody to answer */
	const char *client = client_of(bus, request);
	if (!client)
		bus->stats.refused_keys++;
	const char *name = client ? client : "";
	struct bus_message answer = {.count = 0};
	frame_take(&answer, &request->frames[ZAP_ID]);
	frame_take(&answer, &request->frames[ZAP_EMPTY]);
	frame_take(&answer, &request->frames[ZAP_VERSION]);
	frame_take(&answer, &request->frames[ZAP_REQUEST]);
	bus_frame_add(&answer, client ? "200" : "400", 3);
	bus_frame_add(&answer, "", 0); /* status text */
	bus_frame_add(&answer, name, strlen(name));
	bus_frame_add(&answer, "", 0); /* metadata */
	(void)bus_send(
		socket, &answer); /* one that does not arrive is a handshake that ends in time */
}

int bus_zap(struct bus *bus, const char *(*on_key)(void *arg, const uint8_t key[BUS_KEY_LEN]),
	void *arg)
{
	if (bus->on_key)
		return ERR_USAGE;
	const struct bus_options options = {
		.endpoint = "inproc://zeromq.zap.01",
		.max_message_bytes = 64 * 1024,
		.queue_messages = 1000,
		.on_message = on_zap,
		.arg = bus,
	};
	struct bus_socket *socket;
	int err = bus_bind_own(bus, &options, &socket);
	if (err)
		return err;
	bus->on_key = on_key;
	bus->key_arg = arg;
	return 0;
}
