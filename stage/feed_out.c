/*
 * The producer's side of a feed: answers FETCH with stored blocks as they are, or holds it until there
 * is something to send. Only durable blocks are ever sent.
 */
#include "lib/clock.h"
#include "lib/log.h"
#include "proto/feed.pb-c.h"
#include "stage/shell.h"

#include <inttypes.h>
#include <string.h>

enum { HELD_MAX = 64, FETCH_MAX_BYTES = 256 * 1024, FETCH_FRAME_MAX = 4096 };

/* One consumer's request that waits, or its last one that was answered (for `show peers`). */
struct held {
	bool used, waiting;
	uint8_t identity[256];
	size_t identity_len;
	struct bus_socket *socket;
	char stream[STORE_NAME_MAX + 1];
	uint64_t request, after_seq;
	uint8_t after_hash[STORE_HASH_LEN];
	bool has_hash;
	uint32_t max_bytes;
	uint64_t until_us, seen_us;
};

struct feed_out {
	struct stage *stage;
	struct bus_socket *ipc, *tcp;
	struct held held[HELD_MAX];
	struct buf blocks, header;
	struct metric_row *row;
};

static void reply_send(struct feed_out *feed, struct held *held, Wot__V1__FetchReply__Status status,
	const struct store_head *head)
{
	Wot__V1__FetchReply reply = WOT__V1__FETCH_REPLY__INIT;
	reply.request = held->request;
	reply.stream = held->stream;
	reply.head_seq = head->seq;
	reply.status = status;
	buf_clear(&feed->header);
	message_pack(&reply.base, &feed->header);

	struct bus_message message = {.count = 0};
	bus_frame_add(&message, held->identity, held->identity_len);
	bus_frame_add(&message, feed->header.data, feed->header.len);
	bus_frame_add(&message, feed->blocks.data, feed->blocks.len);
	held->waiting = false;
	(void)bus_send(held->socket, &message); /* a consumer that is gone will ask again */
	feed->row->bytes += feed->blocks.len;
}

/* Sends what there is; keeps holding when that is nothing and the time is not up. */
static void held_serve(struct feed_out *feed, struct held *held, bool time_is_up)
{
	struct store *store = feed->stage->store;
	struct store_head head = {0};
	buf_clear(&feed->blocks);
	int err = store_head(store, held->stream, &head);
	if (err) {
		reply_send(feed, held, WOT__V1__FETCH_REPLY__STATUS__UNKNOWN_STREAM, &head);
		return;
	}
	err = store_read(store, held->stream, held->after_seq,
		held->has_hash ? held->after_hash : NULL, held->max_bytes, &feed->blocks);
	if (err == ERR_DIVERGED) {
		log_error("feed_diverged", "stream=%s after=%" PRIu64 " head=%" PRIu64,
			held->stream, held->after_seq, head.seq);
		buf_clear(&feed->blocks);
		reply_send(feed, held, WOT__V1__FETCH_REPLY__STATUS__DIVERGED, &head);
		return;
	}
	if (err) {
		held->waiting = false; /* it is our damage, not the consumer's */
		stage_unreadable(feed->stage, err, held->stream);
		return;
	}
	if (feed->blocks.len || time_is_up)
		reply_send(feed, held, WOT__V1__FETCH_REPLY__STATUS__OK, &head);
}

/* The place of this consumer and stream; a new one takes a free place, or the one longest unseen. */
static struct held *held_place(
	struct feed_out *feed, const void *identity, size_t len, const char *stream)
{
	struct held *oldest = &feed->held[0];
	for (size_t i = 0; i < HELD_MAX; i++) {
		struct held *held = &feed->held[i];
		if (held->used && held->identity_len == len && strcmp(held->stream, stream) == 0 &&
			memcmp(held->identity, identity, len) == 0)
			return held;
		if (!held->used || (oldest->used && held->seen_us < oldest->seen_us))
			oldest = held;
		if (!held->used)
			break;
	}
	*oldest = (struct held){.used = true, .identity_len = len};
	memcpy(oldest->identity, identity, len);
	snprintf(oldest->stream, sizeof oldest->stream, "%s", stream);
	return oldest;
}

static bool fetch_is_allowed(
	struct feed_out *feed, const struct bus_socket *socket, const char *user)
{
	if (socket == feed->ipc)
		return true;
	const struct client *client = stage_peer(feed->stage, user);
	return client && client->role == ROLE_OPERATOR;
}

static void on_fetch(
	void *arg, struct bus_socket *socket, struct bus_message *message, const char *user)
{
	struct feed_out *feed = arg;
	feed->row->received++;
	if (message->count != 2 ||
		zmq_msg_size(&message->frames[0]) > sizeof feed->held[0].identity) {
		metric_refuse(feed->row, ERR_INVALID);
		return;
	}
	struct arena *arena = &feed->stage->arena;
	Wot__V1__Fetch *fetch = (void *)message_unpack(&wot__v1__fetch__descriptor,
		zmq_msg_data(&message->frames[1]), zmq_msg_size(&message->frames[1]), arena);
	if (!fetch || strlen(fetch->stream) > STORE_NAME_MAX ||
		(fetch->has_after_hash && fetch->after_hash.len != STORE_HASH_LEN)) {
		metric_refuse(feed->row, ERR_NOT_PROTOBUF);
		arena_reset(arena);
		return;
	}
	struct held *held = held_place(feed, zmq_msg_data(&message->frames[0]),
		zmq_msg_size(&message->frames[0]), fetch->stream);
	held->socket = socket;
	held->waiting = true;
	held->request = fetch->request;
	held->after_seq = fetch->after_seq;
	held->has_hash = fetch->has_after_hash && fetch->after_seq > 0;
	if (held->has_hash)
		memcpy(held->after_hash, fetch->after_hash.data, STORE_HASH_LEN);
	held->max_bytes = fetch->max_bytes < FETCH_MAX_BYTES ? fetch->max_bytes : FETCH_MAX_BYTES;
	held->seen_us = clock_mono_us();
	uint32_t wait_ms = feed->stage->config.fetch_wait_ms;
	held->until_us =
		held->seen_us + 1000ull * (fetch->wait_ms < wait_ms ? fetch->wait_ms : wait_ms);
	arena_reset(arena);
	if (!fetch_is_allowed(feed, socket, user)) {
		metric_refuse(feed->row, ERR_FORBIDDEN);
		struct store_head nothing = {0};
		buf_clear(&feed->blocks);
		reply_send(feed, held, WOT__V1__FETCH_REPLY__STATUS__NOT_ALLOWED, &nothing);
		return;
	}
	feed->row->accepted++;
	held_serve(feed, held, held->until_us == held->seen_us);
}

void feed_out_durable(struct feed_out *feed)
{
	for (size_t i = 0; feed && i < HELD_MAX && feed->held[i].used; i++) {
		if (feed->held[i].waiting)
			held_serve(feed, &feed->held[i], false);
	}
}

void feed_out_tick(struct feed_out *feed)
{
	uint64_t now_us = clock_mono_us();
	for (size_t i = 0; feed && i < HELD_MAX && feed->held[i].used; i++) {
		if (feed->held[i].waiting && feed->held[i].until_us <= now_us)
			held_serve(feed, &feed->held[i], true);
	}
}

static int feed_bind(struct feed_out *feed, const char *endpoint, const uint8_t *secret,
	struct bus_socket **out, struct why *why)
{
	struct bus_options options = {
		.endpoint = endpoint,
		.max_message_bytes = FETCH_FRAME_MAX,
		.queue_messages = HELD_MAX,
		.secret = secret,
		.on_message = on_fetch,
		.arg = feed,
	};
	return bus_bind(feed->stage->bus, &options, out, why);
}

int feed_out_open(struct stage *stage, struct why *why)
{
	struct feed_out *feed = calloc(1, sizeof *feed);
	must(feed);
	feed->stage = stage;
	feed->row = metric_add(&stage->metrics, "feed", "out");
	stage->feed_out = feed;
	char endpoint[64];
	snprintf(endpoint, sizeof endpoint, "ipc://%s.feed", stage->daemon->name);
	int err = feed_bind(feed, endpoint, NULL, &feed->ipc, why);
	if (!err && stage->config.feed[0])
		err = feed_bind(feed, stage->config.feed, stage->curve_secret, &feed->tcp, why);
	return err;
}

void feed_out_close(struct feed_out **feed)
{
	if (!*feed)
		return;
	bus_close(&(*feed)->ipc);
	bus_close(&(*feed)->tcp);
	buf_done(&(*feed)->blocks);
	buf_done(&(*feed)->header);
	free(*feed);
	*feed = NULL;
}

void feed_out_describe(const struct feed_out *feed, struct buf *out)
{
	uint64_t now_us = clock_mono_us();
	for (size_t i = 0; feed && i < HELD_MAX && feed->held[i].used; i++) {
		const struct held *held = &feed->held[i];
		buf_printf(out, "consumer stream=%s after=%" PRIu64 " %s seen_ms=%" PRIu64 "\n",
			held->stream, held->after_seq, held->waiting ? "waiting" : "served",
			(now_us - held->seen_us) / 1000);
	}
}
