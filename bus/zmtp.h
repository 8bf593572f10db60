/*
 * The server's side of ZMTP 3 (ZeroMQ RFC 37), of one connection: bytes in, messages out, and back. No
 * input or output and no clock: bus_serve.c moves the bytes. Whatever comes, a connection holds at most
 * one message of message_max bytes and what one read brings.
 */
#ifndef WOT_ZMTP_H
#define WOT_ZMTP_H

#include "bus/bus.h"
#include "bus/curve.h"

/* What all connections of a server share. */
struct zmtp_side {
	size_t message_max;    /* bytes of a message, all its frames together */
	unsigned frames_max;   /* of a message */
	const uint8_t *secret; /* CURVE; NULL: everybody is let in (NULL mechanism) */
	uint8_t public_key[CURVE_KEY];
};

struct zmtp {
	const struct zmtp_side *side;
	uint64_t id; /* the first frame of its messages */
	enum zmtp_state {
		ZMTP_GREETING,
		ZMTP_HELLO,
		ZMTP_INITIATE,
		ZMTP_JUDGED, /* its key is looked up */
		ZMTP_READY,
		ZMTP_OPEN,
	} state;
	struct curve curve;
	uint8_t client[CURVE_KEY];
	struct buf in; /* up to `at` it is done with */
	size_t at;
	struct buf out;
	struct bus_message message; /* what has come of it */
	size_t message_bytes;
	uint64_t skipping; /* bytes left of a frame that is too large */
	struct curve_peek peek;
};

void zmtp_init(struct zmtp *zmtp, const struct zmtp_side *side, uint64_t id);
void zmtp_done(struct zmtp *zmtp);

/* Bytes that came; zmtp_next works through them. */
void zmtp_take(struct zmtp *zmtp, const uint8_t *bytes, size_t len);
enum zmtp_news {
	ZMTP_NOTHING, /* it waits for bytes */
	ZMTP_BROKEN,  /* no ZMTP, or not for us: close it */
	ZMTP_KEY,     /* zmtp->client asks to be let in: zmtp_admit or zmtp_refuse */
	ZMTP_MESSAGE, /* zmtp->message, the caller's to close */
};
enum zmtp_news zmtp_next(struct zmtp *zmtp);
void zmtp_admit(struct zmtp *zmtp);
void zmtp_refuse(struct zmtp *zmtp); /* says so; then close it */
/* True amid a message. */
bool zmtp_is_amid(const struct zmtp *zmtp);

/* Appends a message to `out`, from its second frame on. The frames stay the caller's. */
void zmtp_send(struct zmtp *zmtp, struct bus_message *message);

#endif
