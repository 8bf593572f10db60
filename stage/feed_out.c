/*
 * The producer's side of a feed: answers FETCH with stored blocks as they are, or holds it until there
 * is something to send. Only durable blocks are ever sent.
 */
#include "lib/clock.h"
#include "lib/log.h"
#include "proto/feed.pb-c.h"
#include "stage/parts/feed_bytes.h"
#include "stage/stage_own.h"

#include <inttypes.h>
#include <string.h>

enum {
	READERS_MAX = 64,           /* connections of an address that it serves, each … */
	HELD_MAX = 2 * READERS_MAX, /* … with a place here */
	FETCH_FRAME_MAX = 4096,
	UNREAD_BYTES = 1 << 20,
};

/* One consumer's request that waits, or its last one that was answered (for `show peers`). */
struct held {
	bool used, waiting;
	uint8_t identity[256];
	size_t identity_len;
	struct bus_socket *socket;
	struct fetch fetch;
	uint64_t until_us, seen_us;
};

struct feed_out {
	struct stage *stage;
	struct bus_socket *ipc, *tcp;
	struct held held[HELD_MAX];
	struct buf blocks, header;
	struct metric_row *row, *ipc_row, *tcp_row;
};

static void reply_send(struct feed_out *feed, struct held *held, Wot__V1__FetchReply__Status status,
	const struct store_head *head)
{
	Wot__V1__FetchReply reply = WOT__V1__FETCH_REPLY__INIT;
	reply.request = held->fetch.request;
	reply.stream = held->fetch.stream;
	reply.head_seq = head->seq;
	reply.status = status;
	buf_clear(&feed->header);
	message_pack(&reply.base, &feed->header);

	struct bus_message message = {.count = 0};
	bus_frame_add(&message, held->identity, held->identity_len);
	bus_frame_lend(&message, feed->header.data, feed->header.len);
	bus_frame_lend(&message, feed->blocks.data, feed->blocks.len);
	held->waiting = false;
	(void)bus_send(held->socket, &message); /* a consumer that is gone will ask again */
	feed->row->bytes += feed->blocks.len;
}

/* Sends what there is; keeps holding when that is nothing and the time is not up. */
static void held_serve(struct feed_out *feed, struct held *held, bool time_is_up)
{
	struct store *store = feed->stage->store;
	struct store_head head;
	buf_clear(&feed->blocks);
	must(store_head(store, held->fetch.stream, &head) == 0);
	int err = store_read(store, held->fetch.stream, held->fetch.after_seq,
		held->fetch.has_hash ? held->fetch.after_hash : NULL, held->fetch.max_bytes,
		&feed->blocks);
	if (err == ERR_DIVERGED) {
		log_error("feed_diverged", "stream=%s after=%" PRIu64 " head=%" PRIu64,
			held->fetch.stream, held->fetch.after_seq, head.seq);
		buf_clear(&feed->blocks);
		reply_send(feed, held, WOT__V1__FETCH_REPLY__STATUS__DIVERGED, &head);
		return;
	}
	if (err) {
		held->waiting = false; /* it is our damage, not the consumer's */
		stage_unreadable(feed->stage, err, held->fetch.stream);
		return;
	}
	if (feed->blocks.len || time_is_up)
		reply_send(feed, held, WOT__V1__FETCH_REPLY__STATUS__OK, &head);
}

/* The place of this consumer and stream; a new one takes a free place, or the one longest unseen. */
static struct held *held_place(struct feed_out *feed, const struct held *asked)
{
	struct held *oldest = &feed->held[0];
	for (size_t i = 0; i < HELD_MAX; i++) {
		struct held *held = &feed->held[i];
		if (held->used && held->identity_len == asked->identity_len &&
			strcmp(held->fetch.stream, asked->fetch.stream) == 0 &&
			memcmp(held->identity, asked->identity, asked->identity_len) == 0)
			return held;
		if (!held->used || (oldest->used && held->seen_us < oldest->seen_us))
			oldest = held;
		if (!held->used)
			break;
	}
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

/* What a consumer asks for. 0, or why it is no FETCH. */
static int asked_read(struct feed_out *feed, struct bus_socket *socket, struct bus_message *message,
	struct held *asked)
{
	const struct stage *stage = feed->stage;
	if (message->count != 2 || message->cut ||
		zmq_msg_size(&message->frames[0]) > sizeof asked->identity)
		return ERR_INVALID;
	*asked = (struct held){.used = true, .waiting = true, .socket = socket};
	int err = feed_fetch_read(zmq_msg_data(&message->frames[1]),
		zmq_msg_size(&message->frames[1]), &feed->stage->arena, &asked->fetch);
	if (err)
		return err;
	asked->identity_len = zmq_msg_size(&message->frames[0]);
	memcpy(asked->identity, zmq_msg_data(&message->frames[0]), asked->identity_len);
	asked->seen_us = clock_mono_us();
	uint32_t asked_ms = asked->fetch.wait_ms, most_ms = stage->config.fetch_wait_ms;
	asked->until_us = asked->seen_us + 1000ull * (asked_ms < most_ms ? asked_ms : most_ms);
	return 0;
}

/* Only what may be had, and is there, takes a place: no other reader waits for want of one. */
static void on_fetch(
	void *arg, struct bus_socket *socket, struct bus_message *message, const char *user)
{
	struct feed_out *feed = arg;
	struct held asked;
	struct store_head head = {0};
	feed->row->received++;
	int err = asked_read(feed, socket, message, &asked);
	arena_reset(&feed->stage->arena);
	if (err) {
		metric_refuse(feed->row, err);
		return;
	}
	buf_clear(&feed->blocks);
	if (!fetch_is_allowed(feed, socket, user)) {
		metric_refuse(feed->row, ERR_FORBIDDEN);
		reply_send(feed, &asked, WOT__V1__FETCH_REPLY__STATUS__NOT_ALLOWED, &head);
		return;
	}
	if (store_head(feed->stage->store, asked.fetch.stream, &head) != 0) {
		metric_refuse(feed->row, ERR_NOT_FOUND);
		reply_send(feed, &asked, WOT__V1__FETCH_REPLY__STATUS__UNKNOWN_STREAM, &head);
		return;
	}
	feed->row->accepted++;
	struct held *held = held_place(feed, &asked);
	*held = asked;
	held_serve(feed, held, held->until_us == held->seen_us);
}

static void on_ipc_refused(void *arg, int err, const char *user)
{
	struct feed_out *feed = arg;
	stage_turned_away(feed->stage, feed->ipc_row, err, user);
}

static void on_tcp_refused(void *arg, int err, const char *user)
{
	struct feed_out *feed = arg;
	stage_turned_away(feed->stage, feed->tcp_row, err, user);
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
	struct stage *stage = feed->stage;
	struct bus_options options = {
		.endpoint = endpoint,
		.max_message_bytes = FETCH_FRAME_MAX,
		.secret = secret,
		.limits = stage_limits(stage, READERS_MAX, UNREAD_BYTES),
		.on_message = on_fetch,
		.on_refused = secret ? on_tcp_refused : on_ipc_refused,
		.arg = feed,
	};
	return bus_bind(stage->bus, &options, out, why);
}

int feed_out_open(struct stage *stage, struct why *why)
{
	struct feed_out *feed = calloc(1, sizeof *feed);
	must(feed);
	feed->stage = stage;
	feed->row = metric_add(&stage->metrics, "feed", "out");
	feed->ipc_row = metric_add(&stage->metrics, "bus", "feed");
	stage->feed_out = feed;
	char endpoint[64];
	snprintf(endpoint, sizeof endpoint, "ipc://%s.feed", stage->daemon->name);
	int err = feed_bind(feed, endpoint, NULL, &feed->ipc, why);
	if (err || !stage->config.feed[0])
		return err;
	feed->tcp_row = metric_add(&stage->metrics, "bus", "feed_tcp");
	return feed_bind(feed, stage->config.feed, stage->curve_secret, &feed->tcp, why);
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

void feed_out_describe(struct feed_out *feed, struct buf *out)
{
	uint64_t now_us = clock_mono_us();
	if (!feed)
		return;
	stage_bus_row(feed->ipc_row, feed->ipc);
	if (feed->tcp)
		stage_bus_row(feed->tcp_row, feed->tcp);
	for (size_t i = 0; out && i < HELD_MAX && feed->held[i].used; i++) {
		const struct held *held = &feed->held[i];
		buf_printf(out, "consumer stream=%s after=%" PRIu64 " %s seen_ms=%" PRIu64 "\n",
			held->fetch.stream, held->fetch.after_seq,
			held->waiting ? "waiting" : "served", (now_us - held->seen_us) / 1000);
	}
}
