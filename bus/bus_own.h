/*
 * What the files of the bus share; nobody else includes it. bus.c is the face and turns the sockets,
 * bus_serve.c serves, bus_dial.c connects, bus_key.c reads and writes keys.
 */
#ifndef WOT_BUS_OWN_H
#define WOT_BUS_OWN_H

#include "bus/bus.h"

struct server;

struct bus {
	struct loop *loop;
	void *context; /* libzmq's, of the DEALERs */
	uv_prepare_t prepare;
	uv_check_t check;
	uv_idle_t idle;
	unsigned handles; /* of the three, those that libuv still has */
	struct bus_socket *sockets;
	const char *(*on_key)(void *arg, const uint8_t key[BUS_KEY_LEN]); /* NULL until bus_keys */
	void *key_arg;
	struct loop_timer *mender; /* from the first DEALER on */
	bool draining;
	uint64_t monitors; /* ever made: the name of an old one is free only some time later */
};

struct bus_socket {
	struct bus *bus;
	struct bus_socket *next;
	struct bus_options options;
	/* what the options point at */
	char *endpoint;
	uint8_t secret[BUS_KEY_LEN], server_key[BUS_KEY_LEN];
	struct bus_stats stats;
	bool paused;
	bool closed; /* freed before the next wait: the list stays whole while it is walked */

	struct server *server;          /* NULL: a DEALER, which has the rest */
	void *zmq, *monitor;            /* NULL when a reconnect failed */
	uv_poll_t *poll, *monitor_poll; /* on their ZMQ_FD; libuv frees them after us */
	bool stirred;                   /* something may have come since ZeroMQ was last asked */
	bool connected;                 /* as on_peer was told */
	uint64_t lost_us; /* when the connection went or the handshake failed; else 0 */
};

enum {
	BUS_DRAIN_MAX = 256, /* messages a connection a turn, */
	BUS_DRAIN_US =
		200, /* and how long: what they led to then goes to disk while more is read */
};

static inline void bus_on_idle(uv_idle_t *handle)
{
	(void)handle;
}

/* Whatever runs between our prepare and the wait leaves something to do: the wait is left out, and the
 * next prepare looks. */
static inline void bus_look_again(struct bus *bus)
{
	uv_idle_start(&bus->idle, bus_on_idle);
}

static inline void bus_count_in(struct bus_socket *socket, struct bus_message *message)
{
	socket->stats.received++;
	for (size_t i = 0; i < message->count; i++)
		socket->stats.bytes_in += zmq_msg_size(&message->frames[i]);
}

/* ---- bus_address.c ---- */
int bus_address_check(const struct bus_options *options, bool bind, struct why *why);

/* ---- bus_serve.c ---- */
int serve_open(struct bus_socket *socket, struct why *why);
void serve_shut(struct bus_socket *socket);
bool serve_look(struct bus_socket *socket); /* sends; true: there is something to read */
void serve_drain(struct bus_socket *socket);
int serve_send(struct bus_socket *socket, struct bus_message *message);
unsigned serve_port(const struct bus_socket *socket);

/* ---- bus_dial.c ---- */
int dial_check(const struct bus_options *options, struct why *why);
int dial_open(struct bus_socket *socket, struct why *why);
void dial_shut(struct bus_socket *socket);
bool dial_look(struct bus_socket *socket); /* true: there is something to receive */
void dial_drain(struct bus_socket *socket);
int dial_send(struct bus_socket *socket, struct bus_message *message);
void dial_mend(struct bus_socket *socket); /* opens anew what libzmq leaves lost */

#endif
