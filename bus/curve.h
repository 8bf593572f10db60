/*
 * The server's side of CurveZMQ (ZeroMQ RFC 26): who is at the other end, and boxes that nobody else can
 * open or make. No input or output; one `struct curve` a connection. zmtp.c turns it.
 */
#ifndef WOT_CURVE_H
#define WOT_CURVE_H

#include "lib/buf.h"
#include <sodium.h>
#include <stdbool.h>

enum {
	CURVE_KEY = 32,
	CURVE_COOKIE = 96,
	CURVE_HEAD = 32,                 /* of a MESSAGE: its name, a nonce, the box's tag */
	CURVE_OVERHEAD = CURVE_HEAD + 1, /* the flags are in the box */
	CURVE_PEEK = 32, /* of a box that is too large: what its first block tells */
};

struct curve {
	uint8_t client[CURVE_KEY]; /* the peer's key for this connection */
	uint8_t secret[CURVE_KEY]; /* ours for it */
	uint8_t cookie[CURVE_COOKIE];
	uint8_t shared[CURVE_KEY]; /* what both make of these */
	uint64_t nonce_in, nonce_out;
};

/* HELLO in, WELCOME out; false: it does not know our key, or is no HELLO. */
bool curve_hello(struct curve *curve, const uint8_t secret[CURVE_KEY], const uint8_t *hello,
	size_t len, struct buf *welcome);
/* INITIATE, opened where it lies: whose it is, and the metadata in it. */
bool curve_initiate(struct curve *curve, const uint8_t public_key[CURVE_KEY], uint8_t *initiate,
	size_t len, uint8_t client[CURVE_KEY], const uint8_t **metadata, size_t *metadata_len);
void curve_ready(struct curve *curve, const uint8_t *metadata, size_t len, struct buf *ready);

/* A MESSAGE, opened where it lies: flags, then what was sent. */
bool curve_open(
	struct curve *curve, uint8_t *message, size_t len, uint8_t **plain, size_t *plain_len);
/* Appends a MESSAGE. */
void curve_seal(struct curve *curve, uint8_t flags, const void *bytes, size_t len, struct buf *out);

/* A MESSAGE of which only the beginning is kept: whether it is the peer's own shows at its end. */
struct curve_peek {
	crypto_onetimeauth_state mac;
	uint8_t tag[crypto_onetimeauth_BYTES];
	uint8_t plain[CURVE_PEEK]; /* flags, then the beginning of what was sent */
	size_t len;
};
bool curve_peek_begin(struct curve *curve, const uint8_t head[CURVE_HEAD], struct curve_peek *peek);
void curve_peek_add(struct curve_peek *peek, const uint8_t *bytes, size_t len);
bool curve_peek_end(struct curve_peek *peek); /* false: not the peer's */

#endif
