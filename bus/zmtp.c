#include "bus/zmtp.h"

#include <string.h>

enum {
	GREETING = 64,
	MECHANISM = 12, /* where in it, */
	MECHANISM_LEN = 20,
	AS_SERVER = MECHANISM + MECHANISM_LEN,
	/* of a frame */
	MORE = 1,
	LONG = 2,
	COMMAND = 4,
	BOXED_COMMAND = 2, /* in a CURVE box, as libzmq has it */
	HANDSHAKE_MAX = 2048,
	PING_CONTEXT = 16,
	KEEP_ROOM = 64 * 1024,
};

static void greet(struct zmtp *zmtp)
{
	uint8_t greeting[GREETING] = {[0] = 0xff, [9] = 0x7f, [10] = 3, [11] = 1};
	const char *mechanism = zmtp->side->secret ? "CURVE" : "NULL";
	memcpy(greeting + MECHANISM, mechanism, strlen(mechanism));
	greeting[AS_SERVER] = zmtp->side->secret != NULL;
	buf_add(&zmtp->out, greeting, sizeof greeting);
}

void zmtp_init(struct zmtp *zmtp, const struct zmtp_side *side, uint64_t id)
{
	*zmtp = (struct zmtp){.side = side, .id = id};
	greet(zmtp);
}

void zmtp_done(struct zmtp *zmtp)
{
	bus_message_done(&zmtp->message);
	buf_done(&zmtp->in);
	buf_done(&zmtp->out);
	sodium_memzero(&zmtp->curve, sizeof zmtp->curve);
}

void zmtp_take(struct zmtp *zmtp, const uint8_t *bytes, size_t len)
{
	struct buf *in = &zmtp->in;
	if (zmtp->at) {
		memmove(in->data, in->data + zmtp->at, in->len - zmtp->at);
		in->len -= zmtp->at;
		zmtp->at = 0;
	}
	buf_add(in, bytes, len);
}

bool zmtp_is_amid(const struct zmtp *zmtp)
{
	return zmtp->skipping || zmtp->at < zmtp->in.len || zmtp->message.count > 0;
}

/* ---- frames out ---- */

static void frame_head(struct buf *out, uint8_t flags, size_t len)
{
	uint8_t head[9] = {flags, (uint8_t)len};
	size_t size = 2;
	if (len > UINT8_MAX) {
		head[0] |= LONG;
		for (int i = 8; i > 0; i--, len >>= 8)
			head[i] = (uint8_t)len;
		size = sizeof head;
	}
	buf_add(out, head, size);
}

static void frame_send(struct zmtp *zmtp, uint8_t flags, const void *bytes, size_t len)
{
	if (!zmtp->side->secret) {
		frame_head(&zmtp->out, flags, len);
		buf_add(&zmtp->out, bytes, len);
		return;
	}
	uint8_t boxed = (uint8_t)((flags & MORE) | (flags & COMMAND ? BOXED_COMMAND : 0));
	frame_head(&zmtp->out, 0, len + CURVE_OVERHEAD);
	curve_seal(&zmtp->curve, boxed, bytes, len, &zmtp->out);
}

void zmtp_send(struct zmtp *zmtp, struct bus_message *message)
{
	for (size_t i = 1; i < message->count; i++)
		frame_send(zmtp, i + 1 < message->count ? MORE : 0,
			zmq_msg_data(&message->frames[i]), zmq_msg_size(&message->frames[i]));
}

/* ---- the handshake ---- */

static enum zmtp_news greeting_take(struct zmtp *zmtp)
{
	const uint8_t *in = (const uint8_t *)zmtp->in.data;
	size_t len = zmtp->in.len;
	if ((len > 0 && in[0] != 0xff) || (len > 9 && in[9] != 0x7f) || (len > 10 && in[10] < 3))
		return ZMTP_BROKEN;
	if (len < GREETING)
		return ZMTP_NOTHING;
	/* What we sent, but for who serves. */
	char mechanism[MECHANISM_LEN] = "NULL";
	if (zmtp->side->secret)
		strcpy(mechanism, "CURVE");
	if (memcmp(in + MECHANISM, mechanism, sizeof mechanism) != 0 || in[AS_SERVER])
		return ZMTP_BROKEN;
	zmtp->at = GREETING;
	zmtp->state = zmtp->side->secret ? ZMTP_HELLO : ZMTP_READY;
	return ZMTP_NOTHING;
}

/* The next property: a name of 1 byte's length, a value of 4. */
static bool property_next(const uint8_t **at, const uint8_t *end, const char *wanted,
	const uint8_t **value, size_t *value_len)
{
	size_t name_len = *at < end ? **at : 0;
	if ((size_t)(end - *at) < 1 + name_len + 4)
		return false;
	const uint8_t *name = *at + 1, *size = name + name_len;
	size_t len = (size_t)size[0] << 24 | (size_t)size[1] << 16 | (size_t)size[2] << 8 | size[3];
	if ((size_t)(end - size - 4) < len)
		return false;
	*at = size + 4 + len;
	bool found = name_len == strlen(wanted) && memcmp(name, wanted, name_len) == 0;
	*value = found ? size + 4 : NULL;
	*value_len = len;
	return true;
}

/* Who asks, and reads what a ROUTER sends. The routing id that a peer names is of no interest. */
static bool metadata_fits(const uint8_t *at, size_t len)
{
	static const char *const fitting[] = {"DEALER", "REQ", "ROUTER"};
	const uint8_t *end = at + len, *value;
	bool fits = false;
	while (at < end) {
		if (!property_next(&at, end, "Socket-Type", &value, &len))
			return false;
		for (size_t i = 0; value && i < sizeof fitting / sizeof *fitting; i++)
			fits |= len == strlen(fitting[i]) && memcmp(value, fitting[i], len) == 0;
	}
	return fits;
}

static const uint8_t metadata[] = "\13Socket-Type\0\0\0\6ROUTER\10Identity\0\0\0";

void zmtp_admit(struct zmtp *zmtp)
{
	must(zmtp->state == ZMTP_JUDGED);
	auto_buf struct buf ready = {0};
	curve_ready(&zmtp->curve, metadata, sizeof metadata, &ready);
	frame_head(&zmtp->out, COMMAND, ready.len);
	buf_add(&zmtp->out, ready.data, ready.len);
	zmtp->state = ZMTP_OPEN;
}

void zmtp_refuse(struct zmtp *zmtp)
{
	static const char error[] = "\5ERROR\3"
				    "400";
	frame_head(&zmtp->out, COMMAND, sizeof error - 1);
	buf_add(&zmtp->out, error, sizeof error - 1);
}

static enum zmtp_news handshake_take(struct zmtp *zmtp, uint8_t *body, size_t len)
{
	const uint8_t *found;
	switch (zmtp->state) {
	case ZMTP_HELLO: {
		auto_buf struct buf welcome = {0};
		if (!curve_hello(&zmtp->curve, zmtp->side->secret, body, len, &welcome))
			return ZMTP_BROKEN;
		frame_head(&zmtp->out, COMMAND, welcome.len);
		buf_add(&zmtp->out, welcome.data, welcome.len);
		zmtp->state = ZMTP_INITIATE;
		return ZMTP_NOTHING;
	}
	case ZMTP_INITIATE:
		if (!curve_initiate(&zmtp->curve, zmtp->side->public_key, body, len, zmtp->client,
			    &found, &len) ||
			!metadata_fits(found, len))
			return ZMTP_BROKEN;
		zmtp->state = ZMTP_JUDGED;
		return ZMTP_KEY;
	default: /* ZMTP_READY, of the NULL mechanism */
		if (len < 6 || memcmp(body, "\5READY", 6) != 0 || !metadata_fits(body + 6, len - 6))
			return ZMTP_BROKEN;
		frame_head(&zmtp->out, COMMAND, 6 + sizeof metadata);
		buf_add(&zmtp->out, "\5READY", 6);
		buf_add(&zmtp->out, metadata, sizeof metadata);
		zmtp->state = ZMTP_OPEN;
		return ZMTP_NOTHING;
	}
}

/* ---- frames in ---- */

/* A ping is answered; what else a peer may say is not for us. */
static enum zmtp_news command_take(struct zmtp *zmtp, const uint8_t *body, size_t len)
{
	enum { TTL = 2, NAME = 5 };
	if (len < NAME + TTL || memcmp(body, "\4PING", NAME) != 0)
		return ZMTP_NOTHING;
	uint8_t pong[NAME + PING_CONTEXT] = "\4PONG";
	size_t context = len - NAME - TTL;
	if (context > PING_CONTEXT)
		return ZMTP_BROKEN;
	memcpy(pong + NAME, body + NAME + TTL, context);
	frame_send(zmtp, COMMAND, pong, NAME + context);
	return ZMTP_NOTHING;
}

/* One more frame of a message; once that is cut nothing more of it is kept. */
static enum zmtp_news frame_take(
	struct zmtp *zmtp, bool more, const void *bytes, size_t len, bool cut)
{
	struct bus_message *message = &zmtp->message;
	if (message->count == 0) {
		bus_frame_add(message, &zmtp->id, sizeof zmtp->id);
		message->cut = false;
		zmtp->message_bytes = 0;
	}
	if (!message->cut) {
		bool room = message->count <= zmtp->side->frames_max &&
			    len <= zmtp->side->message_max - zmtp->message_bytes;
		if (room && bytes)
			bus_frame_add(message, bytes, len);
		zmtp->message_bytes += room ? len : 0;
		message->cut = cut || !room;
	}
	return more ? ZMTP_NOTHING : ZMTP_MESSAGE;
}

static enum zmtp_news body_take(struct zmtp *zmtp, uint8_t flags, uint8_t *body, size_t len)
{
	if (zmtp->state != ZMTP_OPEN)
		return flags & COMMAND ? handshake_take(zmtp, body, len) : ZMTP_BROKEN;
	bool more = flags & MORE, command = flags & COMMAND;
	if (zmtp->side->secret) {
		if (!curve_open(&zmtp->curve, body, len, &body, &len))
			return ZMTP_BROKEN;
		more = body[0] & MORE;
		command = body[0] & BOXED_COMMAND;
		body++;
		len--;
	}
	return command ? command_take(zmtp, body, len) : frame_take(zmtp, more, body, len, false);
}

/* ---- a frame that is too large: it goes by, and only its beginning is kept ---- */

static enum zmtp_news skip_begin(struct zmtp *zmtp, uint8_t flags, size_t head, uint64_t len)
{
	const uint8_t *body = (const uint8_t *)zmtp->in.data + zmtp->at + head;
	zmtp->peek.len = 0;
	zmtp->peek.plain[0] = flags;
	if (zmtp->side->secret) {
		if (zmtp->in.len - zmtp->at - head < CURVE_HEAD)
			return ZMTP_NOTHING;
		if (!curve_peek_begin(&zmtp->curve, body, &zmtp->peek))
			return ZMTP_BROKEN;
		head += CURVE_HEAD;
		len -= CURVE_HEAD;
	}
	zmtp->at += head;
	zmtp->skipping = len;
	return ZMTP_NOTHING;
}

static enum zmtp_news skip(struct zmtp *zmtp)
{
	size_t left = zmtp->in.len - zmtp->at;
	size_t len = left < zmtp->skipping ? left : (size_t)zmtp->skipping;
	if (zmtp->side->secret)
		curve_peek_add(&zmtp->peek, (const uint8_t *)zmtp->in.data + zmtp->at, len);
	zmtp->at += len;
	zmtp->skipping -= len;
	if (zmtp->skipping)
		return ZMTP_NOTHING;
	if (!zmtp->side->secret)
		return frame_take(zmtp, zmtp->peek.plain[0] & MORE, NULL, 0, true);
	if (!curve_peek_end(&zmtp->peek) || zmtp->peek.plain[0] & BOXED_COMMAND)
		return ZMTP_BROKEN;
	return frame_take(
		zmtp, zmtp->peek.plain[0] & MORE, zmtp->peek.plain + 1, zmtp->peek.len - 1, true);
}

/* ---- */

static enum zmtp_news frame_next(struct zmtp *zmtp)
{
	size_t left = zmtp->in.len - zmtp->at;
	if (!left)
		return ZMTP_NOTHING;
	uint8_t *in = (uint8_t *)zmtp->in.data + zmtp->at;
	size_t head = in[0] & LONG ? 9 : 2;
	if (in[0] & ~(MORE | LONG | COMMAND))
		return ZMTP_BROKEN;
	if (left < head)
		return ZMTP_NOTHING;
	uint64_t len = 0;
	for (size_t i = 1; i < head; i++)
		len = len << 8 | in[i];
	bool open = zmtp->state == ZMTP_OPEN;
	size_t max = zmtp->side->message_max + (zmtp->side->secret ? CURVE_OVERHEAD : 0);
	if (open && len > max)
		return in[0] & COMMAND && !zmtp->side->secret ? ZMTP_BROKEN
							      : skip_begin(zmtp, in[0], head, len);
	if (!open && len > HANDSHAKE_MAX)
		return ZMTP_BROKEN;
	if (left - head < len)
		return ZMTP_NOTHING;
	zmtp->at += head + (size_t)len;
	return body_take(zmtp, in[0], in + head, (size_t)len);
}

static enum zmtp_news step(struct zmtp *zmtp)
{
	if (zmtp->state == ZMTP_GREETING)
		return greeting_take(zmtp);
	return zmtp->skipping ? skip(zmtp) : frame_next(zmtp);
}

enum zmtp_news zmtp_next(struct zmtp *zmtp)
{
	enum zmtp_news news = ZMTP_NOTHING;
	size_t before;
	must(zmtp->state != ZMTP_JUDGED);
	do {
		before = zmtp->at;
		news = step(zmtp);
	} while (news == ZMTP_NOTHING && zmtp->at != before && zmtp->at < zmtp->in.len);
	if (zmtp->at == zmtp->in.len) {
		zmtp->at = zmtp->in.len = 0;
		if (zmtp->in.room > KEEP_ROOM)
			buf_done(&zmtp->in);
	}
	return news;
}
