#include "lib/bus_own.h"
#include "lib/clean.h"
#include "lib/clock.h"
#include "lib/sockpath.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#ifndef ZMQ_ZAP_ENFORCE_DOMAIN
#define ZMQ_ZAP_ENFORCE_DOMAIN 93 /* a draft that libzmq 4.3 has and its header hides */
#endif

enum {
	CURVE_OVERHEAD = 33,      /* of a message frame: command name, nonce, flags, MAC */
	HEARTBEAT_MS = 800,       /* a ping, and then … */
	HEARTBEAT_WAIT_MS = 2000, /* … silence: dead within 2.8 s */
	HANDSHAKE_MS = 5000,
	CONNECT_MS = 3000,
	MEND_MS = 1000,
	RECONNECT_MS = 100,
	RECONNECT_MAX_MS = 2000,
	MONITOR_LOST = ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |
		       ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH,
};

static void socket_shut(struct bus_socket *socket);

/* ---- peers ---- */

/* libzmq comes back after a lost connection, but never after a handshake that went wrong: a client
 * whose key is listed only later would stay out. So what stays lost is opened anew. */
static void on_mend(void *arg)
{
	struct bus *bus = arg;
	for (struct bus_socket *socket = bus->sockets; socket; socket = socket->next) {
		if (socket->closed || !socket->lost_us || bus_events(socket) & ZMQ_POLLIN)
			continue;
		if (clock_mono_us() - socket->lost_us < RECONNECT_MAX_MS * UINT64_C(1000))
			continue;
		if (bus_reconnect(socket) != 0)
			socket->lost_us = clock_mono_us();
	}
}

static void on_monitor(
	void *arg, struct bus_socket *monitor, struct bus_message *message, const char *user)
{
	(void)monitor;
	(void)user;
	struct bus_socket *socket = arg;
	uint16_t event;
	must(zmq_msg_size(&message->frames[0]) >= sizeof event);
	memcpy(&event, zmq_msg_data(&message->frames[0]), sizeof event);
	bool connected = event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED;
	if (!connected && !(event & MONITOR_LOST))
		return; /* that the monitor stops */
	socket->lost_us = connected ? 0 : clock_mono_us();
	if (connected == socket->connected)
		return;
	socket->connected = connected;
	if (socket->options.on_peer)
		socket->options.on_peer(socket->options.arg, connected);
}

/* ---- opening ---- */

static void on_wake(uv_poll_t *handle, int status, int found)
{
	(void)status;
	(void)found;
	struct bus_socket *socket = handle->data;
	socket->ready = true;
}

static int address_failed(const struct bus_socket *socket, const char *what, struct why *why)
{
	int code = zmq_errno();
	const char *hint = code == EADDRINUSE ? ": stop who holds it, or choose another" : "";
	return why_set(why, err_of_system(code, ERR_ADDRESS), "%s %s: %s%s", what, socket->endpoint,
		zmq_strerror(code), hint);
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
	int64_t max = (int64_t)options->max_message_bytes + (options->secret ? CURVE_OVERHEAD : 0);
	bool ok = zmq_setsockopt(zmq, ZMQ_MAXMSGSIZE, &max, sizeof max) == 0 &&
		  set(zmq, ZMQ_SNDHWM, queue) && set(zmq, ZMQ_RCVHWM, queue) &&
		  set(zmq, ZMQ_LINGER, 0) && set(zmq, ZMQ_HANDSHAKE_IVL, HANDSHAKE_MS) &&
		  set(zmq, ZMQ_HEARTBEAT_IVL, HEARTBEAT_MS) &&
		  set(zmq, ZMQ_HEARTBEAT_TIMEOUT, HEARTBEAT_WAIT_MS) &&
		  set(zmq, ZMQ_HEARTBEAT_TTL, HEARTBEAT_MS + HEARTBEAT_WAIT_MS) &&
		  set(zmq, ZMQ_CONNECT_TIMEOUT, CONNECT_MS) &&
		  set(zmq, ZMQ_RECONNECT_IVL, RECONNECT_MS) &&
		  set(zmq, ZMQ_RECONNECT_IVL_MAX, RECONNECT_MAX_MS);
	if (ok && strchr(options->endpoint, '['))
		ok = set(zmq, ZMQ_IPV6, 1);
	if (ok && socket->type == ZMQ_ROUTER)
		ok = set(zmq, ZMQ_ROUTER_MANDATORY, 1) && set(zmq, ZMQ_ROUTER_HANDOVER, 0);
	if (ok && socket->type == ZMQ_DEALER)
		ok = set(zmq, ZMQ_IMMEDIATE, 1);
	return ok;
}

/* CURVE without a domain that is enforced lets every key in. */
static bool set_curve(const struct bus_socket *socket)
{
	static const char domain[] = "wot";
	void *zmq = socket->zmq;
	const struct bus_options *options = &socket->options;
	if (!options->secret)
		return true;
	if (zmq_setsockopt(zmq, ZMQ_CURVE_SECRETKEY, options->secret, BUS_KEY_LEN) != 0)
		return false;
	if (socket->type == ZMQ_ROUTER)
		return set(zmq, ZMQ_CURVE_SERVER, 1) && set(zmq, ZMQ_ZAP_ENFORCE_DOMAIN, 1) &&
		       zmq_setsockopt(zmq, ZMQ_ZAP_DOMAIN, domain, strlen(domain)) == 0;
	char secret[BUS_KEY_TEXT], public_key[BUS_KEY_TEXT];
	bus_key_print(options->secret, secret);
	bool ok = zmq_curve_public(public_key, secret) == 0;
	explicit_bzero(secret, sizeof secret);
	return ok && zmq_setsockopt(zmq, ZMQ_CURVE_PUBLICKEY, public_key, sizeof public_key) == 0 &&
	       zmq_setsockopt(zmq, ZMQ_CURVE_SERVERKEY, options->server_key, BUS_KEY_LEN) == 0;
}

static int watch_fd(struct bus_socket *socket)
{
	int fd;
	size_t size = sizeof fd;
	if (zmq_getsockopt(socket->zmq, ZMQ_FD, &fd, &size) != 0)
		return ERR_IO;
	uv_poll_t *poll = calloc(1, sizeof *poll);
	must(poll);
	if (uv_poll_init(loop_uv(socket->bus->loop), poll, fd) != 0) {
		free(poll);
		return ERR_IO;
	}
	poll->data = socket;
	socket->poll = poll;
	return uv_poll_start(poll, UV_READABLE, on_wake) == 0 ? 0 : ERR_IO;
}

static struct bus_socket *socket_new(struct bus *bus, int type, const struct bus_options *options)
{
	struct bus_socket *socket = calloc(1, sizeof *socket);
	must(socket);
	*socket = (struct bus_socket){.bus = bus,
		.type = type,
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

/* Whoever watches must be there before the connection: its first event would be lost. */
static int monitor_open(struct bus_socket *socket)
{
	char endpoint[64];
	snprintf(endpoint, sizeof endpoint, "inproc://monitor-%" PRIu64, ++socket->bus->monitors);
	if (zmq_socket_monitor(
		    socket->zmq, endpoint, ZMQ_EVENT_HANDSHAKE_SUCCEEDED | MONITOR_LOST) != 0)
		return ERR_IO;
	const struct bus_options options = {.endpoint = endpoint,
		.queue_messages = 1000,
		.on_message = on_monitor,
		.arg = socket};
	struct bus_socket *monitor = socket_new(socket->bus, ZMQ_PAIR, &options);
	monitor->own = true;
	socket->monitor = monitor;
	monitor->zmq = zmq_socket(socket->bus->context, ZMQ_PAIR);
	if (!monitor->zmq || !set(monitor->zmq, ZMQ_LINGER, 0) ||
		zmq_connect(monitor->zmq, endpoint) != 0)
		return ERR_IO;
	return watch_fd(monitor);
}

static int socket_open(struct bus_socket *socket, struct why *why)
{
	socket->zmq = zmq_socket(socket->bus->context, socket->type);
	if (!socket->zmq)
		return address_failed(socket, "opening", why);
	if (!set_limits(socket) || !set_curve(socket))
		return why_set(why, ERR_CONFIG,
			"%s: libzmq refuses a setting: %s (is CURVE built in?)", socket->endpoint,
			zmq_strerror(zmq_errno()));
	if (socket->type == ZMQ_DEALER && monitor_open(socket) != 0)
		return address_failed(socket, "watching the connection of", why);
	if (socket->type == ZMQ_ROUTER && zmq_bind(socket->zmq, socket->endpoint) != 0)
		return address_failed(socket, "binding", why);
	if (socket->type == ZMQ_DEALER && zmq_connect(socket->zmq, socket->endpoint) != 0)
		return address_failed(socket, "connecting to", why);
	if (watch_fd(socket) != 0)
		return why_set(
			why, ERR_IO, "%s cannot be watched: %s", socket->endpoint, strerror(errno));
	bus_look_again(socket->bus);
	return 0;
}

static int endpoint_check(const struct bus_options *options, bool bind, struct why *why)
{
	const char *at = options->endpoint;
	if (strncmp(at, "inproc://", strlen("inproc://")) == 0)
		return 0;
	if (strncmp(at, "ipc://", strlen("ipc://")) == 0) {
		const char *path = at + strlen("ipc://");
		if (path[0] == '@' || path[0] == '*' || !path[0])
			return why_set(why, ERR_ADDRESS, "%s: give the path of a socket", at);
		return bind ? sockpath_free(path, why) : sockpath_length(path, why);
	}
	if (strncmp(at, "tcp://", strlen("tcp://")) != 0)
		return why_set(
			why, ERR_ADDRESS, "%s: only tcp://, ipc:// and inproc:// are served", at);
	if (!options->secret)
		return why_set(why, ERR_CONFIG,
			"%s: tcp needs a key (CURVE); make one with wotctl keygen", at);
	return 0;
}

static int socket_add(struct bus *bus, int type, const struct bus_options *options,
	struct bus_socket **out, struct why *why)
{
	must(options->on_message && options->queue_messages > 0);
	int err = endpoint_check(options, type == ZMQ_ROUTER, why);
	if (err)
		return err;
	struct bus_socket *socket = socket_new(bus, type, options);
	err = socket_open(socket, why);
	if (err) {
		bus_close(&socket);
		return err;
	}
	*out = socket;
	return 0;
}

int bus_bind(struct bus *bus, const struct bus_options *options, struct bus_socket **out,
	struct why *why)
{
	must(!options->on_peer);
	if (options->secret && !bus->on_key)
		return why_set(why, ERR_CONFIG,
			"%s: without a list of clients every key would be let in",
			options->endpoint);
	return socket_add(bus, ZMQ_ROUTER, options, out, why);
}

int bus_bind_own(struct bus *bus, const struct bus_options *options, struct bus_socket **out)
{
	int err = socket_add(bus, ZMQ_ROUTER, options, out, NULL);
	if (!err)
		(*out)->own = true;
	return err;
}

int bus_connect(struct bus *bus, const struct bus_options *options, struct bus_socket **out,
	struct why *why)
{
	if (!options->secret != !options->server_key)
		return why_set(why, ERR_CONFIG, "%s: CURVE needs our key and the server's",
			options->endpoint);
	if (!bus->mender)
		bus->mender = loop_every(bus->loop, MEND_MS, on_mend, bus);
	return socket_add(bus, ZMQ_DEALER, options, out, why);
}

int bus_reconnect(struct bus_socket *socket)
{
	must(socket->type == ZMQ_DEALER && !socket->closed);
	socket_shut(socket);
	int err = socket_open(socket, NULL);
	if (err)
		socket_shut(socket);
	return err;
}

unsigned bus_port(const struct bus_socket *socket)
{
	char endpoint[256];
	size_t size = sizeof endpoint;
	if (!socket->zmq || zmq_getsockopt(socket->zmq, ZMQ_LAST_ENDPOINT, endpoint, &size) != 0)
		return 0;
	const char *colon = strrchr(endpoint, ':');
	return colon ? (unsigned)strtoul(colon + 1, NULL, 10) : 0;
}

/* ---- closing ---- */

static void on_poll_closed(uv_handle_t *handle)
{
	free(handle);
}

/* Closes what ZeroMQ and libuv have of it. */
static void socket_shut(struct bus_socket *socket)
{
	if (socket->poll)
		uv_close((uv_handle_t *)socket->poll, on_poll_closed);
	socket->poll = NULL;
	if (socket->monitor) {
		/* First its writer: one without a reader would wait for ever. */
		zmq_socket_monitor(socket->zmq, NULL, 0);
		bus_close(&socket->monitor);
	}
	if (socket->zmq)
		zmq_close(socket->zmq);
	socket->zmq = NULL;
	socket->connected = false;
	socket->lost_us = 0;
}

void bus_close(struct bus_socket **socket)
{
	struct bus_socket *old = *socket;
	*socket = NULL;
	if (!old)
		return;
	socket_shut(old);
	old->closed = true;
}
