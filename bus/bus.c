#include "bus/bus_own.h"
#include "lib/clean.h"

#include <string.h>

enum { MEND_MS = 1000 };

/* ---- turning ---- */

static void socket_shut(struct bus_socket *socket)
{
	if (socket->server)
		serve_shut(socket);
	else
		dial_shut(socket);
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
		socket_shut(socket);
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
	for (struct bus_socket *socket = bus->sockets; socket; socket = socket->next)
		ready |= socket->server ? serve_look(socket) : dial_look(socket);
	if (ready)
		bus_look_again(bus);
	else
		uv_idle_stop(&bus->idle);
}

static void on_check(uv_check_t *handle)
{
	struct bus *bus = handle->data;
	bus->draining = true;
	for (struct bus_socket *socket = bus->sockets; socket; socket = socket->next) {
		if (socket->closed)
			continue;
		if (socket->server)
			serve_drain(socket);
		else
			dial_drain(socket);
	}
	bus->draining = false;
}

void bus_pause(struct bus_socket *socket, bool paused)
{
	bool resumed = socket->paused && !paused;
	socket->paused = paused;
	if (resumed)
		bus_look_again(socket->bus);
}

int bus_send(struct bus_socket *socket, struct bus_message *message)
{
	struct bus_stats *stats = &socket->stats;
	size_t bytes = 0;
	must(message->count > 0 && !socket->closed);
	bus_look_again(socket->bus);
	for (size_t i = 0; i < message->count; i++)
		bytes += zmq_msg_size(&message->frames[i]);
	int err = socket->server ? serve_send(socket, message) : dial_send(socket, message);
	bus_message_done(message);
	if (err) {
		stats->dropped++;
		return err;
	}
	stats->sent++;
	stats->bytes_out += bytes;
	return 0;
}

/* ---- sockets ---- */

static struct bus_socket *socket_new(struct bus *bus, const struct bus_options *options)
{
	struct bus_socket *socket = calloc(1, sizeof *socket);
	must(socket && options->on_message);
	*socket = (struct bus_socket){.bus = bus,
		.options = *options,
		.endpoint = strdup(options->endpoint),
		.paused = options->paused,
		.next = bus->sockets};
	must(socket->endpoint);
	socket->options.endpoint = socket->endpoint;
	if (options->secret)
		socket->options.secret = memcpy(socket->secret, options->secret, BUS_KEY_LEN);
	if (options->server_key)
		socket->options.server_key =
			memcpy(socket->server_key, options->server_key, BUS_KEY_LEN);
	return bus->sockets = socket;
}

/* What is not for the caller when it could not be opened. */
static int socket_give(struct bus_socket *socket, int err, struct bus_socket **out)
{
	if (err)
		bus_close(&socket);
	else
		*out = socket;
	return err;
}

int bus_bind(struct bus *bus, const struct bus_options *options, struct bus_socket **out,
	struct why *why)
{
	const struct bus_limits *limits = &options->limits;
	must(!options->on_peer && limits->connections > 0 && limits->handshake_ms > 0);
	must(limits->frames > 0 && limits->frames < BUS_FRAMES_MAX);
	if (options->secret && !bus->on_key)
		return why_set(why, ERR_CONFIG,
			"%s: without a list of clients every key would be let in",
			options->endpoint);
	struct bus_socket *socket = socket_new(bus, options);
	return socket_give(socket, serve_open(socket, why), out);
}

unsigned bus_port(const struct bus_socket *socket)
{
	return serve_port(socket);
}

static void on_mend(void *arg)
{
	struct bus *bus = arg;
	for (struct bus_socket *socket = bus->sockets; socket; socket = socket->next) {
		if (!socket->closed && !socket->server)
			dial_mend(socket);
	}
}

int bus_connect(struct bus *bus, const struct bus_options *options, struct bus_socket **out,
	struct why *why)
{
	must(options->queue_messages > 0);
	int err = dial_check(options, why);
	if (err)
		return err;
	if (!bus->mender)
		bus->mender = loop_every(bus->loop, MEND_MS, on_mend, bus);
	struct bus_socket *socket = socket_new(bus, options);
	return socket_give(socket, dial_open(socket, why), out);
}

/* In its own message a server still stands on what would be freed. */
void bus_close(struct bus_socket **socket)
{
	struct bus_socket *old = *socket;
	*socket = NULL;
	if (!old)
		return;
	old->closed = true;
	if (!old->server || !old->bus->draining)
		socket_shut(old);
}

void bus_stats(const struct bus_socket *socket, struct bus_stats *stats)
{
	*stats = socket->stats;
}

/* ---- life ---- */

void bus_keys(struct bus *bus, const char *(*on_key)(void *arg, const uint8_t key[BUS_KEY_LEN]),
	void *arg)
{
	bus->on_key = on_key;
	bus->key_arg = arg;
}

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
