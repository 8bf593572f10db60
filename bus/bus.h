/*
 * ZeroMQ on the loop: ROUTER and DEALER sockets, with CURVE where they leave the machine.
 *
 * Who serves speaks ZMTP by itself (zmtp.c): libzmq bounds neither how many connect nor what a message of
 * many frames holds, and ends the process when descriptors run out or a peer ends at the wrong moment. Who
 * connects uses libzmq.
 *
 * A bus belongs to a loop. One prepare, one check and one idle handle serve all its sockets; uv_poll only
 * wakes the loop, prepare starts the idle handle while any socket has something to read, check drains at
 * most 256 messages or 200 us a connection a turn.
 * To add a socket: bus_bind or bus_connect with an on_message; that is all.
 */
#ifndef WOT_BUS_H
#define WOT_BUS_H

#include "lib/clean.h"
#include "lib/err.h"
#include "lib/loop.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zmq.h>

enum { BUS_FRAMES_MAX = 16, BUS_KEY_LEN = 32, BUS_KEY_TEXT = 41, BUS_USER_MAX = 63 };

struct bus;
struct bus_socket;

int bus_new(struct bus **out, struct loop *loop);
void bus_free(struct bus **bus); /* and its sockets; LINGER 0; before its loop, in no on_message */

struct bus_message {
	zmq_msg_t frames[BUS_FRAMES_MAX];
	size_t count;
	/* It was larger than its socket allows, or of more frames: these came before that, and of the frame
	 * that was too large the beginning. Only servers see one. */
	bool cut;
};
/* The frames are the callee's to take; those it leaves are closed after the call. A server's first
 * frame says which connection it came by, and is given back with the answer. `user` is the name that
 * bus_keys gave its key, NULL without CURVE. */
typedef void bus_message_fn(
	void *arg, struct bus_socket *socket, struct bus_message *message, const char *user);

/* What a server bears, so that no client can take what the others need. */
struct bus_limits {
	unsigned connections, per_address, per_key;
	unsigned frames;       /* of a message, at most BUS_FRAMES_MAX - 1 */
	unsigned handshake_ms; /* by then a client has said who it is */
	/* Of what a client does not read. Above it nothing more is read from that connection. */
	size_t unread_bytes;
};

struct bus_options {
	const char *endpoint;     /* ipc://NAME, tcp://HOST:PORT; nothing else */
	size_t max_message_bytes; /* all frames together; of a DEALER: of one frame */
	size_t queue_messages;    /* DEALER only: high-water mark, both ways */
	bool paused;              /* see bus_pause */
	/* CURVE: tcp needs it, ipc does without. A server: then bus_keys must have been called
	 * before. Keys are copied. */
	const uint8_t *secret;     /* our own, 32 bytes, or NULL */
	const uint8_t *server_key; /* client only: the server's public key, 32 bytes */
	bus_message_fn *on_message;
	/* DEALER only; may be NULL. For a moment after it went a send may still succeed, into nothing. */
	void (*on_peer)(void *arg, bool connected);
	/* Server only. on_refused (may be NULL): a connection was refused or closed by us; why: ERR_TOO_MANY
	 * a limit or no descriptors, ERR_UNAUTHENTICATED its key, ERR_TIMEOUT it stood still, ERR_INVALID
	 * it speaks something else. */
	struct bus_limits limits;
	void (*on_refused)(void *arg, int err, const char *user);
	void *arg;
};
/* A server: takes what clients send and gives each its answers. An ipc path that a live process holds
 * is ERR_ADDRESS, as is a taken port. `why` says which and what to do. tcp without a secret, and a
 * secret without bus_keys, are ERR_CONFIG. */
int bus_bind(struct bus *bus, const struct bus_options *options, struct bus_socket **out,
	struct why *why);
FOR_TESTS("they bind to port 0, and the product to ports that somebody chose")
unsigned bus_port(const struct bus_socket *socket); /* of a server on tcp */
/* DEALER with ZMQ_IMMEDIATE 1, which reconnects by itself. A peer that is there and says nothing
 * is its user's to notice: ZeroMQ's heartbeats can end the process (libzmq#4364). */
int bus_connect(struct bus *bus, const struct bus_options *options, struct bus_socket **out,
	struct why *why);
void bus_close(struct bus_socket **socket);
/* Drops and reopens a DEALER's connection: what was queued on it, both ways, is gone. on_peer is
 * not told of the drop, only of the new connection. On an error it stays shut; it may be tried
 * again. */
int bus_reconnect(struct bus_socket *socket);

/* While paused nothing is read: the peer's queue and then the peer feel it. */
void bus_pause(struct bus_socket *socket, bool paused);

/* Sends without waiting. The frames are taken, also on failure. ERR_BUSY when a DEALER's queue is full,
 * or nobody is there (any more); it is counted as dropped. */
int bus_send(struct bus_socket *socket, struct bus_message *message);
/* A frame of its own copy of the bytes, appended to a message under construction. */
void bus_frame_add(struct bus_message *message, const void *bytes, size_t len);
/* A frame of the bytes themselves, which stay until bus_send returns: to a server's socket alone. */
void bus_frame_lend(struct bus_message *message, void *bytes, size_t len);
void bus_message_done(struct bus_message *message);

/*
 * Who is let in: on_key gives the name of a public key, or NULL to refuse it. Before any server with
 * CURVE, which bus_bind refuses otherwise. The name has at most BUS_USER_MAX characters.
 */
void bus_keys(struct bus *bus, const char *(*on_key)(void *arg, const uint8_t key[BUS_KEY_LEN]),
	void *arg);

struct bus_stats {
	uint64_t received, sent, bytes_in, bytes_out, dropped; /* dropped: sent to nobody */
	uint64_t connections;                                  /* now */
};
void bus_stats(const struct bus_socket *socket, struct bus_stats *stats);

/* Keys as files and configuration have them: Z85 text of 40 characters. */
int bus_key_parse(const char *text, uint8_t key[BUS_KEY_LEN]); /* ERR_INVALID */
void bus_key_print(const uint8_t key[BUS_KEY_LEN], char text[BUS_KEY_TEXT]);
void bus_keypair(uint8_t public_key[BUS_KEY_LEN], uint8_t secret[BUS_KEY_LEN]);

#endif
