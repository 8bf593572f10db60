/*
 * What the files of the bus share; nobody else includes it. bus.c turns the sockets, bus_open.c
 * opens and shuts them, bus_zap.c lets clients in, bus_key.c reads and writes keys.
 */
#ifndef WOT_BUS_OWN_H
#define WOT_BUS_OWN_H

#include "lib/bus.h"

struct bus {
	struct loop *loop;
	void *context;
	uv_prepare_t prepare;
	uv_check_t check;
	uv_idle_t idle;
	unsigned handles; /* of the three, those that libuv still has */
	struct bus_socket *sockets;
	struct bus_stats stats;
	const char *(*on_key)(void *arg, const uint8_t key[BUS_KEY_LEN]); /* NULL until bus_zap */
	void *key_arg;
	struct loop_timer *mender; /* from the first DEALER on */
	bool draining;
	uint64_t monitors; /* ever made: the name of an old one is free only some time later */
};

struct bus_socket {
	struct bus *bus;
	struct bus_socket *next;
	int type; /* ZMQ_ROUTER, ZMQ_DEALER, ZMQ_PAIR of a monitor */
	struct bus_options options;
	/* what the options point at */
	char *endpoint;
	uint8_t secret[BUS_KEY_LEN], server_key[BUS_KEY_LEN];
	void *zmq;       /* NULL when a reconnect failed */
	uv_poll_t *poll; /* on ZMQ_FD; libuv frees it after us */
	struct bus_socket *monitor;
	bool own; /* in no statistics */
	bool paused;
	bool ready;       /* may have something to receive */
	bool connected;   /* as on_peer was told */
	uint64_t lost_us; /* when the connection went or the handshake failed; else 0 */
	bool closed;      /* freed before the next wait: the list stays whole while it is walked */
};

/* ZMQ_EVENTS; asking is what lets ZeroMQ see its peers and clears the wake-up of ZMQ_FD. */
int bus_events(struct bus_socket *socket);
/* Whatever runs between our prepare and the wait and touches a socket may swallow its edge: the
 * wait is left out, and the next prepare looks. */
void bus_look_again(struct bus *bus);
/* A socket of the bus for itself: its messages are in no statistics. */
int bus_bind_own(struct bus *bus, const struct bus_options *options, struct bus_socket **out);

#endif
