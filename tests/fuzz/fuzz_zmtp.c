/*
 * Any bytes at a port where we serve ZeroMQ: the first chooses whether under CURVE, the rest come in. What comes
 * of them is the same however they are cut, and is never more than one message may be.
 */
#include "bus/zmtp.h"

#include "lib/clean.h"
#include <string.h>

enum { MESSAGE_MAX = 4096, FRAMES_MAX = 4 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* Adds what a message is, and takes it. */
static void message_add(crypto_generichash_state *state, struct bus_message *message)
{
	size_t total = 0;
	must(message->count <= FRAMES_MAX + 1);
	for (size_t i = 0; i < message->count; i++) {
		size_t size = zmq_msg_size(&message->frames[i]);
		total += i ? size : 0; /* the first says which connection it is */
		crypto_generichash_update(state, (const uint8_t *)&size, sizeof size);
		crypto_generichash_update(state, zmq_msg_data(&message->frames[i]), size);
	}
	must(total <= MESSAGE_MAX);
	crypto_generichash_update(state, (const uint8_t *)&message->cut, sizeof message->cut);
	bus_message_done(message);
}

/* All news of a piece; false: the connection is over. */
static bool piece_work(struct zmtp *zmtp, crypto_generichash_state *state)
{
	for (;;) {
		enum zmtp_news news = zmtp_next(zmtp);
		if (news == ZMTP_NOTHING)
			return true;
		if (news == ZMTP_BROKEN)
			return false;
		if (news == ZMTP_KEY)
			zmtp_admit(zmtp);
		else
			message_add(state, &zmtp->message);
	}
}

static void connection_try(const struct zmtp_side *side, const uint8_t *bytes, size_t len,
	size_t step, uint8_t digest[32])
{
	crypto_generichash_state state;
	struct zmtp zmtp;
	must(crypto_generichash_init(&state, NULL, 0, 32) == 0);
	zmtp_init(&zmtp, side, 1);
	for (size_t at = 0; at < len; at += step) {
		zmtp_take(&zmtp, bytes + at, len - at < step ? len - at : step);
		if (!piece_work(&zmtp, &state))
			break;
	}
	zmtp_done(&zmtp);
	must(crypto_generichash_final(&state, digest, 32) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static const uint8_t secret[CURVE_KEY] = {1};
	struct zmtp_side side = {.message_max = MESSAGE_MAX, .frames_max = FRAMES_MAX};
	uint8_t whole[32], single[32];
	if (!len)
		return 0;
	if (bytes[0] & 1) {
		side.secret = secret;
		must(crypto_scalarmult_base(side.public_key, secret) == 0);
	}
	connection_try(&side, bytes + 1, len - 1, len, whole);
	connection_try(&side, bytes + 1, len - 1, 1, single);
	must(memcmp(whole, single, sizeof whole) == 0);
	return 0;
}
