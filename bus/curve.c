#include "bus/curve.h"

#include <string.h>

enum {
	NONCE = crypto_box_NONCEBYTES,
	LONG_NONCE = 16, /* the random part behind a prefix of 8 */
	NAME = 8,        /* "\7MESSAGE", "\7WELCOME" */
	MAC = crypto_box_MACBYTES,
	HELLO_LEN = 200,
	HELLO_ZEROS = 64,
	INITIATE_HEAD = 9 + CURVE_COOKIE + 8,
	VOUCH_LEN = 2 * CURVE_KEY + MAC,
	INITIATE_FIXED = CURVE_KEY + LONG_NONCE + VOUCH_LEN,
};

/* A prefix that says what the box is for, then what no other box of that kind has. */
static void nonce_make(uint8_t nonce[NONCE], const char *prefix, const uint8_t *rest)
{
	size_t len = strlen(prefix);
	memcpy(nonce, prefix, len);
	memcpy(nonce + len, rest, NONCE - len);
}

static uint64_t number_read(const uint8_t bytes[8])
{
	uint64_t number = 0;
	for (int i = 0; i < 8; i++)
		number = number << 8 | bytes[i];
	return number;
}

static void number_write(uint64_t number, uint8_t bytes[8])
{
	for (int i = 7; i >= 0; i--, number >>= 8)
		bytes[i] = (uint8_t)number;
}

/* ---- the handshake ---- */

static void welcome_make(struct curve *curve, const uint8_t secret[CURVE_KEY], struct buf *out)
{
	uint8_t plain[CURVE_KEY + CURVE_COOKIE], random[LONG_NONCE], nonce[NONCE];
	uint8_t box[sizeof plain + MAC];
	must(crypto_box_keypair(plain, curve->secret) == 0);
	/* The cookie lets a server forget the connection meanwhile; ours does not, so that the
	 * same bytes must come back is all there is to it. */
	randombytes_buf(curve->cookie, sizeof curve->cookie);
	memcpy(plain + CURVE_KEY, curve->cookie, sizeof curve->cookie);
	randombytes_buf(random, sizeof random);
	nonce_make(nonce, "WELCOME-", random);
	must(crypto_box_easy(box, plain, sizeof plain, nonce, curve->client, secret) == 0);
	buf_add(out, "\7WELCOME", NAME);
	buf_add(out, random, sizeof random);
	buf_add(out, box, sizeof box);
}

bool curve_hello(struct curve *curve, const uint8_t secret[CURVE_KEY], const uint8_t *hello,
	size_t len, struct buf *welcome)
{
	static const uint8_t zeros[HELLO_ZEROS];
	uint8_t nonce[NONCE], plain[HELLO_ZEROS];
	if (len != HELLO_LEN || memcmp(hello, "\5HELLO\1\0", 8) != 0)
		return false;
	memcpy(curve->client, hello + 80, CURVE_KEY);
	nonce_make(nonce, "CurveZMQHELLO---", hello + 112);
	if (crypto_box_open_easy(
		    plain, hello + 120, HELLO_ZEROS + MAC, nonce, curve->client, secret) != 0 ||
		memcmp(plain, zeros, sizeof zeros) != 0)
		return false;
	welcome_make(curve, secret, welcome);
	return true;
}

/* The client's lasting key says that the key of this connection is its own, and for us. */
static bool vouch_holds(const struct curve *curve, const uint8_t public_key[CURVE_KEY],
	const uint8_t client[CURVE_KEY], const uint8_t *vouch)
{
	uint8_t nonce[NONCE], plain[2 * CURVE_KEY];
	nonce_make(nonce, "VOUCH---", vouch);
	return crypto_box_open_easy(
		       plain, vouch + LONG_NONCE, VOUCH_LEN, nonce, client, curve->secret) == 0 &&
	       sodium_memcmp(plain, curve->client, CURVE_KEY) == 0 &&
	       sodium_memcmp(plain + CURVE_KEY, public_key, CURVE_KEY) == 0;
}

bool curve_initiate(struct curve *curve, const uint8_t public_key[CURVE_KEY], uint8_t *initiate,
	size_t len, uint8_t client[CURVE_KEY], const uint8_t **metadata, size_t *metadata_len)
{
	uint8_t nonce[NONCE], *plain = initiate + INITIATE_HEAD;
	if (len < INITIATE_HEAD + MAC + INITIATE_FIXED || memcmp(initiate, "\10INITIATE", 9) != 0 ||
		sodium_memcmp(initiate + 9, curve->cookie, CURVE_COOKIE) != 0 ||
		crypto_box_beforenm(curve->shared, curve->client, curve->secret) != 0)
		return false;
	nonce_make(nonce, "CurveZMQINITIATE", initiate + 9 + CURVE_COOKIE);
	if (crypto_box_open_easy_afternm(plain, plain, len - INITIATE_HEAD, nonce, curve->shared) !=
			0 ||
		!vouch_holds(curve, public_key, plain, plain + CURVE_KEY))
		return false;
	memcpy(client, plain, CURVE_KEY);
	*metadata = plain + INITIATE_FIXED;
	*metadata_len = len - INITIATE_HEAD - MAC - INITIATE_FIXED;
	curve->nonce_in = number_read(initiate + 9 + CURVE_COOKIE);
	sodium_memzero(curve->secret, sizeof curve->secret);
	return true;
}

/* Appends a name, our next nonce, and the box of flags (unless below 0) and bytes. */
static void box_add(struct curve *curve, const char *name, const char *prefix, int flags,
	const void *bytes, size_t len, struct buf *out)
{
	uint8_t number[8], nonce[NONCE];
	number_write(++curve->nonce_out, number);
	nonce_make(nonce, prefix, number);
	buf_add(out, name, strlen(name));
	buf_add(out, number, sizeof number);
	size_t at = out->len;
	buf_add(out, nonce, MAC); /* room for the tag */
	if (flags >= 0)
		buf_char(out, (char)flags);
	buf_add(out, bytes, len);
	uint8_t *tag = (uint8_t *)out->data + at, *box = tag + MAC;
	must(crypto_box_detached_afternm(
		     box, tag, box, out->len - at - MAC, nonce, curve->shared) == 0);
}

void curve_ready(struct curve *curve, const uint8_t *metadata, size_t len, struct buf *ready)
{
	box_add(curve, "\5READY", "CurveZMQREADY---", -1, metadata, len, ready);
}

/* ---- messages ---- */

void curve_seal(struct curve *curve, uint8_t flags, const void *bytes, size_t len, struct buf *out)
{
	box_add(curve, "\7MESSAGE", "CurveZMQMESSAGES", flags, bytes, len, out);
}

/* The nonce of a MESSAGE, which never comes twice: what was recorded cannot be played again. */
static bool nonce_take(struct curve *curve, const uint8_t *message, uint8_t nonce[NONCE])
{
	uint64_t number = number_read(message + NAME);
	if (memcmp(message, "\7MESSAGE", NAME) != 0 || number <= curve->nonce_in)
		return false;
	curve->nonce_in = number;
	nonce_make(nonce, "CurveZMQMESSAGEC", message + NAME);
	return true;
}

bool curve_open(
	struct curve *curve, uint8_t *message, size_t len, uint8_t **plain, size_t *plain_len)
{
	uint8_t nonce[NONCE], *box = message + CURVE_HEAD;
	if (len < CURVE_OVERHEAD || !nonce_take(curve, message, nonce))
		return false;
	*plain = box;
	*plain_len = len - CURVE_HEAD;
	return crypto_box_open_detached_afternm(
		       box, box, box - MAC, *plain_len, nonce, curve->shared) == 0;
}

/*
 * A box is XSalsa20 with Poly1305: the stream's first 32 bytes are the key of the tag, those after it
 * lie over the beginning of the text.
 */
bool curve_peek_begin(struct curve *curve, const uint8_t head[CURVE_HEAD], struct curve_peek *peek)
{
	uint8_t nonce[NONCE], block[crypto_onetimeauth_KEYBYTES + CURVE_PEEK];
	if (!nonce_take(curve, head, nonce))
		return false;
	must(crypto_stream(block, sizeof block, nonce, curve->shared) == 0);
	crypto_onetimeauth_init(&peek->mac, block);
	memcpy(peek->tag, head + CURVE_HEAD - MAC, sizeof peek->tag);
	memcpy(peek->plain, block + crypto_onetimeauth_KEYBYTES, CURVE_PEEK);
	sodium_memzero(block, sizeof block);
	peek->len = 0;
	return true;
}

void curve_peek_add(struct curve_peek *peek, const uint8_t *bytes, size_t len)
{
	crypto_onetimeauth_update(&peek->mac, bytes, len);
	for (size_t i = 0; i < len && peek->len < CURVE_PEEK; i++)
		peek->plain[peek->len++] ^= bytes[i];
}

bool curve_peek_end(struct curve_peek *peek)
{
	uint8_t tag[crypto_onetimeauth_BYTES];
	crypto_onetimeauth_final(&peek->mac, tag);
	return sodium_memcmp(tag, peek->tag, sizeof tag) == 0;
}
