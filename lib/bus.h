/*
 * ZeroMQ on the loop: ROUTER and DEALER sockets, with CURVE and ZAP where they leave the machine.
 *
 * A bus belongs to a loop. One prepare, one check and one idle handle serve all its sockets; uv_poll on
 * ZMQ_FD only wakes the loop (the edge is easily lost), prepare starts the idle handle while any socket
 * has ZMQ_EVENTS, check drains at most 256 messages or 200 us a socket a turn.
 * To add a socket: bus_bind or bus_connect with an on_message; that is all.
 */
#ifndef WOT_BUS_H
#define WOT_BUS_H

#include "lib/err.h"
#include "lib/loop.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zmq.h>

enum { BUS_FRAMES_MAX = 16, BUS_KEY_LEN = 32, BUS_KEY_TEXT = 41 };

struct bus;
struct bus_socket;

int bus_new(struct bus **out, struct loop *loop);
void bus_free(struct bus **bus); /* and its sockets; LINGER 0; before its loop, in no on_message */

/* A message: up to BUS_FRAMES_MAX frames. More: it is dropped and counted. */
struct bus_message {
	zmq_msg_t frames[BUS_FRAMES_MAX];
	size_t count;
};
/* The frames are the callee's to take; those it leaves are closed after the call. `user` is the
 * user id that ZAP gave (of the payload frame), NULL without CURVE. */
typedef void bus_message_fn(
	void *arg, struct bus_socket *socket, struct bus_message *message, const char *user);

struct bus_options {
	const char *endpoint;     /* ipc://NAME, tcp://HOST:PORT, inproc://NAME; nothing else */
	size_t max_message_bytes; /* of one frame, ZMQ_MAXMSGSIZE */
	size_t queue_messages;    /* high-water mark, both ways */
	bool paused;              /* see bus_pause */
	/* CURVE: tcp needs it, ipc does without. A server: then bus_zap must have been called
	 * before. Keys are copied. */
	const uint8_t *secret;     /* our own, 32 bytes, or NULL */
	const uint8_t *server_key; /* client only: the server's public key, 32 bytes */
	bus_message_fn *on_message;
	/* DEALER only; may be NULL. For a moment after it went a send may still succeed, into nothing. */
	void (*on_peer)(void *arg, bool connected);
	void *arg;
};
/* ROUTER, with ROUTER_MANDATORY on, so that bus_send can say that nobody is there, and
 * ROUTER_HANDOVER off: a client that names another's routing id cannot take its answers. An ipc
 * path that a live process holds is ERR_ADDRESS (a second ZeroMQ bind would steal it), as is a
 * taken port. `why` says which and what to do. tcp without a secret, and a secret without
 * bus_zap, are ERR_CONFIG. */
int bus_bind(struct bus *bus, const struct bus_options *options, struct bus_socket **out,
	struct why *why);
unsigned bus_port(const struct bus_socket *socket); /* of a tcp socket; for one bound to port 0 */
/* DEALER with ZMQ_IMMEDIATE 1, heartbeats that find a dead peer within 3 s, and reconnects by
 * itself. */
int bus_connect(struct bus *bus, const struct bus_options *options, struct bus_socket **out,
	struct why *why);
void bus_close(struct bus_socket **socket);
/* Drops and reopens a DEALER's connection: what was queued on it, both ways, is gone. on_peer is
 * not told of the drop, only of the new connection. On an error it stays shut; it may be tried
 * again. */
int bus_reconnect(struct bus_socket *socket);

/* While paused nothing is read: the peer's queue and then the peer feel it. */
void bus_pause(struct bus_socket *socket, bool paused);

/* Sends without waiting. The frames are taken, also on failure. ERR_BUSY when the queue is full
 * or nobody is there; it is counted as dropped. */
int bus_send(struct bus_socket *socket, struct bus_message *message);
/* A frame of its own copy of the bytes, appended to a message under construction. */
void bus_frame_add(struct bus_message *message, const void *bytes, size_t len);
void bus_message_done(struct bus_message *message);

/*
 * The ZAP handler of this bus: on_key gives the user id of a public key, or NULL to refuse it. Bind
 * before any server socket: CURVE without a handler lets every key in, which bus_bind therefore refuses.
 * A name has at most 255 characters. Once a bus; again is ERR_USAGE.
 */
int bus_zap(struct bus *bus, const char *(*on_key)(void *arg, const uint8_t key[BUS_KEY_LEN]),
	void *arg);

struct bus_stats {
	uint64_t received, sent, bytes_in, bytes_out, refused_keys, dropped;
};
void bus_stats(const struct bus *bus, struct bus_stats *stats);

/* Keys as files and configuration have them: Z85 text of 40 characters. */
int bus_key_parse(const char *text, uint8_t key[BUS_KEY_LEN]); /* ERR_INVALID */
void bus_key_print(const uint8_t key[BUS_KEY_LEN], char text[BUS_KEY_TEXT]);
void bus_keypair(uint8_t public_key[BUS_KEY_LEN], uint8_t secret[BUS_KEY_LEN]);

#endif
