#include "lib/bus_own.h"
#include "lib/clean.h"
#include "lib/clock.h"

#include <stdio.h>
#include <string.h>

enum {
	DRAIN_MAX = 256, /* messages a socket a turn, */
	DRAIN_US = 200,  /* and how long: what they led to then goes to disk while more is read */
	CLIENT_NAME_MAX = 255, /* ZMTP's longest property that a ZAP handler may give */
};

/* ---- turning ---- */

int bus_events(struct bus_socket *socket)
{
	int found = 0;
	size_t size = sizeof found;
	if (!socket->zmq || zmq_getsockopt(socket->zmq, ZMQ_EVENTS, &found, &size) != 0)
		return 0;
	return found;
}

static void on_idle(uv_idle_t *handle)
{
	(void)handle;
}

void bus_look_again(struct bus *bus)
{
	uv_idle_start(&bus->idle, on_idle);
}

static void reap(struct bus *bus)
{
	for (struct bus_socket **link = &bus->sockets; *link;) {
		struct bus_socket *socket = *link;
		if (!socket->closed) {
			link = &socket->next;
			continue;
		}
		*link = socket->next;
		explicit_bzero(socket->secret, sizeof socket->secret);
		free(socket->endpoint);
		free(socket);
	}
}

static void on_prepare(uv_prepare_t *handle)
{
	struct bus *bus = handle->data;
	reap(bus);
	bool ready = false;
	for (struct bus_socket *socket = bus->sockets; socket; socket = socket->next) {
		/* Also of a paused one: this is what clears the wake-up of ZMQ_FD. */
		socket->ready = (bus_events(socket) & ZMQ_POLLIN) && !socket->paused;
		ready |= socket->ready;
	}
	if (ready)
		bus_look_again(bus);
	else
		uv_idle_stop(&bus->idle);
}

/* ---- receiving ---- */

/* The next frame of a message of which some are taken already. */
static bool frame_receive(struct bus_socket *socket, zmq_msg_t *frame, bool *more)
{
	zmq_msg_init(frame);
	if (zmq_msg_recv(frame, socket->zmq, ZMQ_DONTWAIT) < 0) {
		zmq_msg_close(frame);
		return false;
	}
	*more = zmq_msg_more(frame);
	return true;
}

/* False when there is none. A message of too many frames comes out empty. */
static bool message_receive(struct bus_socket *socket, struct bus_message *message)
{
	bool more = true;
	message->count = 0;
	while (more && message->count < BUS_FRAMES_MAX) {
		if (!frame_receive(socket, &message->frames[message->count], &more)) {
			must(message->count == 0); /* ZeroMQ delivers all frames or none */
			return false;
		}
		message->count++;
	}
	if (!more)
		return true;
	bus_message_done(message);
	for (zmq_msg_t frame; more && frame_receive(socket, &frame, &more);)
		zmq_msg_close(&frame);
	return true;
}

static void message_deliver(struct bus_socket *socket, struct bus_message *message)
{
	struct bus_stats *stats = &socket->bus->stats;
	if (message->count == 0) {
		stats->dropped++;
		return;
	}
	if (!socket->own) {
		stats->received++;
		for (size_t i = 0; i < message->count; i++)
			stats->bytes_in += zmq_msg_size(&message->frames[i]);
	}
	/* Of the payload: the routing id's frame is made here and has no properties. Only a CURVE
	 * server looks: elsewhere a peer may write what it likes. */
	char user[CLIENT_NAME_MAX + 1];
	const char *found = NULL;
	if (socket->options.secret && socket->type == ZMQ_ROUTER)
		found = zmq_msg_gets(&message->frames[message->count - 1], "User-Id");
	if (found)
		snprintf(user, sizeof user, "%s", found);
	socket->options.on_message(socket->options.arg, socket, message, found ? user : NULL);
	bus_message_done(message);
}

static void drain(struct bus_socket *socket)
{
	struct bus_message message;
	uint64_t end_us = clock_mono_us() + DRAIN_US;
	for (int i = 0; i < DRAIN_MAX && clock_mono_us() < end_us; i++) {
		if (socket->closed || socket->paused || !socket->zmq ||
			!message_receive(socket, &message))
			return;
		message_deliver(socket, &message);
	}
}

static void on_check(uv_check_t *handle)
{
	struct bus *bus = handle->data;
	bus->draining = true;
	for (struct bus_socket *socket = bus->sockets; socket; socket = socket->next) {
		if (socket->ready)
			drain(socket);
	}
	bus->draining = false;
}

void bus_pause(struct bus_socket *socket, bool paused)
{
	if (socket->paused && !paused)
		bus_look_again(socket->bus);
	socket->paused = paused;
}

/* ---- sending ---- */

void bus_frame_add(struct bus_message *message, const void *bytes, size_t len)
{
	must(message->count < BUS_FRAMES_MAX);
	zmq_msg_t *frame = &message->frames[message->count++];
	must(zmq_msg_init_size(frame, len) == 0);
	if (len)
		memcpy(zmq_msg_data(frame), bytes, len);
}

void bus_message_done(struct bus_message *message)
{
	for (size_t i = 0; i < message->count; i++)
		zmq_msg_close(&message->frames[i]);
	message->count = 0;
}

static int frame_send(struct bus_socket *socket, zmq_msg_t *frame, bool more)
{
	return zmq_msg_send(frame, socket->zmq, ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0));
}

int bus_send(struct bus_socket *socket, struct bus_message *message)
{
	struct bus_stats *stats = &socket->bus->stats;
	size_t bytes = 0;
	must(message->count > 0 && !socket->closed);
	bus_look_again(socket->bus);
	for (size_t i = 0; i < message->count; i++)
		bytes += zmq_msg_size(&message->frames[i]);
	for (size_t i = 0; i < message->count; i++) {
		bool more = i + 1 < message->count;
		if (socket->zmq && frame_send(socket, &message->frames[i], more) >= 0)
			continue;
		must(i == 0); /* ZeroMQ takes all frames or none */
		/* A peer that has just come is not seen before the socket has looked. */
		if (bus_events(socket) & ZMQ_POLLOUT &&
			frame_send(socket, &message->frames[i], more) >= 0)
			continue;
		bus_message_done(message);
		stats->dropped += !socket->own;
		return ERR_BUSY;
	}
	bus_message_done(message);
	if (!socket->own) {
		stats->sent++;
		stats->bytes_out += bytes;
	}
	return 0;
}

/* ---- life ---- */

static void on_handle_closed(uv_handle_t *handle)
{
	struct bus *bus = handle->data;
	if (--bus->handles == 0)
		free(bus);
}

int bus_new(struct bus **out, struct loop *loop)
{
	void *context = zmq_ctx_new();
	if (!context)
		return ERR_MEMORY;
	zmq_ctx_set(context, ZMQ_IO_THREADS, 1);
	zmq_ctx_set(context, ZMQ_BLOCKY, 0);
	struct bus *bus = calloc(1, sizeof *bus);
	must(bus);
	*bus = (struct bus){.loop = loop, .context = context, .handles = 3};
	uv_prepare_init(loop_uv(loop), &bus->prepare);
	uv_check_init(loop_uv(loop), &bus->check);
	uv_idle_init(loop_uv(loop), &bus->idle);
	bus->prepare.data = bus->check.data = bus->idle.data = bus;
	uv_prepare_start(&bus->prepare, on_prepare);
	uv_check_start(&bus->check, on_check);
	*out = bus;
	return 0;
}

void bus_free(struct bus **bus)
{
	struct bus *old = *bus;
	*bus = NULL;
	if (!old)
		return;
	must(!old->draining);
	loop_timer_free(&old->mender);
	for (struct bus_socket *socket = old->sockets; socket; socket = socket->next) {
		if (!socket->closed)
			bus_close(&(struct bus_socket *){socket});
	}
	reap(old);
	while (zmq_ctx_term(old->context) != 0 && zmq_errno() == EINTR)
		continue;
	uv_close((uv_handle_t *)&old->prepare, on_handle_closed);
	uv_close((uv_handle_t *)&old->check, on_handle_closed);
	uv_close((uv_handle_t *)&old->idle, on_handle_closed);
}

void bus_stats(const struct bus *bus, struct bus_stats *stats)
{
	*stats = bus->stats;
}
