#include "bus/bus_own.h"
#include "lib/clean.h"
#include "lib/clock.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
	CURVE_ROOM = 33, /* of a message frame: command name, nonce, flags, MAC */
	HANDSHAKE_MS = 5000,
	CONNECT_MS = 3000,
	RECONNECT_MS = 100,
	RECONNECT_MAX_MS = 2000,
	MONITOR_QUEUE = 1000,
	MONITOR_LOST = ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |
		       ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH,
};

/* ---- peers ---- */

/* ZMQ_EVENTS; asking is what lets ZeroMQ see its peers and clears the wake-up of ZMQ_FD. */
static int events_of(void *zmq)
{
	int found = 0;
	size_t size = sizeof found;
	return zmq && zmq_getsockopt(zmq, ZMQ_EVENTS, &found, &size) == 0 ? found : 0;
}

static void event_take(struct bus_socket *socket, uint16_t event)
{
	bool connected = event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED;
	if (!connected && !(event & MONITOR_LOST))
		return; /* that the monitor stops */
	socket->lost_us = connected ? 0 : clock_mono_us();
	if (connected == socket->connected)
		return;
	socket->connected = connected;
	socket->stats.connections = connected;
	if (socket->options.on_peer)
		socket->options.on_peer(socket->options.arg, connected);
}

/* libzmq comes back after a lost connection, but never after a handshake that went wrong: a client
 * whose key is listed only later would stay out. So what stays lost is opened anew. */
void dial_mend(struct bus_socket *socket)
{
	if (!socket->lost_us)
		return;
	socket->stirred = true; /* for this may take its wake-up away */
	if (events_of(socket->zmq) & ZMQ_POLLIN)
		return;
	if (clock_mono_us() - socket->lost_us < RECONNECT_MAX_MS * UINT64_C(1000))
		return;
	if (bus_reconnect(socket) != 0)
		socket->lost_us = clock_mono_us();
}

/* Asking takes system calls, so it is asked only after its descriptors woke us or we used it, until there is
 * nothing. */
bool dial_look(struct bus_socket *socket)
{
	if (!socket->stirred)
		return false;
	/* Also of a paused one: this is what clears the wake-up of ZMQ_FD. */
	int told = events_of(socket->monitor), came = events_of(socket->zmq);
	socket->stirred = (told | came) & ZMQ_POLLIN;
	return told & ZMQ_POLLIN || (came & ZMQ_POLLIN && !socket->paused);
}

/* ---- receiving and sending ---- */

/* The next frame of a message of which some are taken already. */
static bool frame_receive(void *zmq, zmq_msg_t *frame, bool *more)
{
	zmq_msg_init(frame);
	if (!zmq || zmq_msg_recv(frame, zmq, ZMQ_DONTWAIT) < 0) {
		zmq_msg_close(frame);
		return false;
	}
	*more = zmq_msg_more(frame);
	return true;
}

/* False when there is none. A message of too many frames comes out empty. */
static bool message_receive(void *zmq, struct bus_message *message)
{
	bool more = true;
	*message = (struct bus_message){.count = 0};
	while (more && message->count < BUS_FRAMES_MAX) {
		if (!frame_receive(zmq, &message->frames[message->count], &more)) {
			must(message->count == 0); /* ZeroMQ delivers all frames or none */
			return false;
		}
		message->count++;
	}
	if (!more)
		return true;
	bus_message_done(message);
	for (zmq_msg_t frame; more && frame_receive(zmq, &frame, &more);)
		zmq_msg_close(&frame);
	return true;
}

void dial_drain(struct bus_socket *socket)
{
	struct bus_message message;
	if (!socket->stirred)
		return;
	while (!socket->closed && message_receive(socket->monitor, &message)) {
		uint16_t event;
		must(zmq_msg_size(&message.frames[0]) >= sizeof event);
		memcpy(&event, zmq_msg_data(&message.frames[0]), sizeof event);
		bus_message_done(&message);
		event_take(socket, event);
	}
	uint64_t end_us = clock_mono_us() + BUS_DRAIN_US;
	for (int i = 0; i < BUS_DRAIN_MAX && clock_mono_us() < end_us; i++) {
		if (socket->closed || socket->paused || !message_receive(socket->zmq, &message))
			return;
		bus_count_in(socket, &message);
		if (message.count > 0)
			socket->options.on_message(socket->options.arg, socket, &message, NULL);
		bus_message_done(&message);
	}
}

static bool frame_send(struct bus_socket *socket, zmq_msg_t *frame, bool more)
{
	return socket->zmq &&
	       zmq_msg_send(frame, socket->zmq, ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0)) >= 0;
}

int dial_send(struct bus_socket *socket, struct bus_message *message)
{
	socket->stirred = true;
	for (size_t i = 0; i < message->count; i++) {
		bool more = i + 1 < message->count;
		if (frame_send(socket, &message->frames[i], more))
			continue;
		must(i == 0); /* ZeroMQ takes all frames or none */
		/* A peer that has just come is not seen before the socket has looked. */
		if (!(events_of(socket->zmq) & ZMQ_POLLOUT) ||
			!frame_send(socket, &message->frames[i], more))
			return ERR_BUSY;
	}
	return 0;
}

/* ---- opening ---- */

/* The loop turns, and looks. */
static void on_wake(uv_poll_t *handle, int status, int found)
{
	(void)status;
	(void)found;
	((struct bus_socket *)handle->data)->stirred = true;
}

static int address_failed(const struct bus_socket *socket, const char *what, struct why *why)
{
	int code = zmq_errno();
	return why_set(why, err_of_system(code, ERR_ADDRESS), "%s %s: %s", what, socket->endpoint,
		zmq_strerror(code));
}

static bool set(void *zmq, int option, int value)
{
	return zmq_setsockopt(zmq, option, &value, sizeof value) == 0;
}

static bool set_limits(const struct bus_socket *socket)
{
	void *zmq = socket->zmq;
	const struct bus_options *options = &socket->options;
	int queue = (int)options->queue_messages;
	int64_t max = (int64_t)options->max_message_bytes + (options->secret ? CURVE_ROOM : 0);
	bool ok = zmq_setsockopt(zmq, ZMQ_MAXMSGSIZE, &max, sizeof max) == 0 &&
		  set(zmq, ZMQ_SNDHWM, queue) && set(zmq, ZMQ_RCVHWM, queue) &&
		  set(zmq, ZMQ_LINGER, 0) && set(zmq, ZMQ_HANDSHAKE_IVL, HANDSHAKE_MS) &&
		  set(zmq, ZMQ_CONNECT_TIMEOUT, CONNECT_MS) &&
		  set(zmq, ZMQ_RECONNECT_IVL, RECONNECT_MS) &&
		  set(zmq, ZMQ_RECONNECT_IVL_MAX, RECONNECT_MAX_MS);
	if (ok && strchr(options->endpoint, '['))
		ok = set(zmq, ZMQ_IPV6, 1);
	return ok && set(zmq, ZMQ_IMMEDIATE, 1);
}

static bool set_curve(const struct bus_socket *socket)
{
	void *zmq = socket->zmq;
	const struct bus_options *options = &socket->options;
	if (!options->secret)
		return true;
	if (zmq_setsockopt(zmq, ZMQ_CURVE_SECRETKEY, options->secret, BUS_KEY_LEN) != 0)
		return false;
	char secret[BUS_KEY_TEXT], public_key[BUS_KEY_TEXT];
	bus_key_print(options->secret, secret);
	bool ok = zmq_curve_public(public_key, secret) == 0;
	explicit_bzero(secret, sizeof secret);
	return ok && zmq_setsockopt(zmq, ZMQ_CURVE_PUBLICKEY, public_key, sizeof public_key) == 0 &&
	       zmq_setsockopt(zmq, ZMQ_CURVE_SERVERKEY, options->server_key, BUS_KEY_LEN) == 0;
}

static int watch_fd(struct bus_socket *socket, void *zmq, uv_poll_t **out)
{
	int fd;
	size_t size = sizeof fd;
	if (zmq_getsockopt(zmq, ZMQ_FD, &fd, &size) != 0)
		return ERR_IO;
	uv_poll_t *poll = calloc(1, sizeof *poll);
	must(poll);
	if (uv_poll_init(loop_uv(socket->bus->loop), poll, fd) != 0) {
		free(poll);
		return ERR_IO;
	}
	poll->data = socket;
	socket->stirred = true;
	*out = poll;
	return uv_poll_start(poll, UV_READABLE, on_wake) == 0 ? 0 : ERR_IO;
}

/* Whoever watches must be there before the connection: its first event would be lost. */
static int monitor_open(struct bus_socket *socket)
{
	char endpoint[64];
	snprintf(endpoint, sizeof endpoint, "inproc://monitor-%" PRIu64, ++socket->bus->monitors);
	if (zmq_socket_monitor(
		    socket->zmq, endpoint, ZMQ_EVENT_HANDSHAKE_SUCCEEDED | MONITOR_LOST) != 0)
		return ERR_IO;
	socket->monitor = zmq_socket(socket->bus->context, ZMQ_PAIR);
	if (!socket->monitor || !set(socket->monitor, ZMQ_LINGER, 0) ||
		!set(socket->monitor, ZMQ_RCVHWM, MONITOR_QUEUE) ||
		zmq_connect(socket->monitor, endpoint) != 0)
		return ERR_IO;
	return watch_fd(socket, socket->monitor, &socket->monitor_poll);
}

int dial_open(struct bus_socket *socket, struct why *why)
{
	socket->zmq = zmq_socket(socket->bus->context, ZMQ_DEALER);
	if (!socket->zmq)
		return address_failed(socket, "opening", why);
	if (!set_limits(socket) || !set_curve(socket))
		return why_set(why, ERR_CONFIG,
			"%s: libzmq refuses a setting: %s (is CURVE built in?)", socket->endpoint,
			zmq_strerror(zmq_errno()));
	if (monitor_open(socket) != 0)
		return address_failed(socket, "watching the connection of", why);
	if (zmq_connect(socket->zmq, socket->endpoint) != 0)
		return address_failed(socket, "connecting to", why);
	if (watch_fd(socket, socket->zmq, &socket->poll) != 0)
		return why_set(
			why, ERR_IO, "%s cannot be watched: %s", socket->endpoint, strerror(errno));
	bus_look_again(socket->bus);
	return 0;
}

int dial_check(const struct bus_options *options, struct why *why)
{
	const char *at = options->endpoint;
	if (!options->secret != !options->server_key)
		return why_set(why, ERR_CONFIG, "%s: CURVE needs our key and the server's", at);
	return bus_address_check(options, false, why);
}

int bus_reconnect(struct bus_socket *socket)
{
	must(!socket->server && !socket->closed);
	dial_shut(socket);
	int err = dial_open(socket, NULL);
	if (err)
		dial_shut(socket);
	return err;
}

/* ---- closing ---- */

static void on_poll_closed(uv_handle_t *handle)
{
	free(handle);
}

static void unwatch(uv_poll_t **poll)
{
	if (*poll)
		uv_close((uv_handle_t *)*poll, on_poll_closed);
	*poll = NULL;
}

/* Closes what ZeroMQ and libuv have of it. */
void dial_shut(struct bus_socket *socket)
{
	unwatch(&socket->poll);
	unwatch(&socket->monitor_poll);
	/* First the monitor's writer: one without a reader would wait for ever. */
	if (socket->zmq)
		zmq_socket_monitor(socket->zmq, NULL, 0);
	if (socket->monitor)
		zmq_close(socket->monitor);
	if (socket->zmq)
		zmq_close(socket->zmq);
	socket->zmq = socket->monitor = NULL;
	socket->connected = false;
	socket->stats.connections = 0;
	socket->lost_us = 0;
}
