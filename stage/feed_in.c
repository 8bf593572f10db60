/*
 * The consumer's side of a feed: asks for what follows, checks the chain, and gives the events to the
 * core (or, in a daemon that only reads, to the fold and the replica). One FETCH is outstanding, sent
 * again on arrival, before what arrived is worked through.
 */
#include "lib/clock.h"
#include "lib/grow.h"
#include "lib/log.h"
#include "proto/feed.pb-c.h"
#include "stage/parts/feed_bytes.h"
#include "stage/stage_own.h"

#include <inttypes.h>
#include <string.h>

enum { FRAME_MAX = 64 << 20, GRACE_MS = 3000 };

struct feed_in {
	struct stage *stage;
	size_t index;
	const char *stream;
	struct bus_socket *socket;
	struct metric_row *row, *bus_row;
	struct buf blocks; /* received; worked through up to `at` */
	size_t at;
	/* Of the block there, once its events were looked at: what it was decided from, in arena. */
	bool looked_at;
	Wot__V1__InputRead **causes;
	size_t cause_count;
	struct arena arena;
	struct store_head received; /* asked for up to here: blocks may still be in work */
	uint64_t request, asked_us;
	bool asking, connected, answered;
	uint64_t head_seq;
	bool refused;      /* the producer does not let us read, so far */
	char problem[256]; /* why the feed stands still for good; empty: fine */
};

/* ---- asking ---- */

static void fetch_send(struct feed_in *feed)
{
	struct stage *stage = feed->stage;
	Wot__V1__Fetch fetch = WOT__V1__FETCH__INIT;
	fetch.request = ++feed->request;
	fetch.stream = (char *)feed->stream;
	fetch.after_seq = feed->received.seq;
	fetch.has_after_hash = feed->received.seq > 0;
	fetch.after_hash =
		(ProtobufCBinaryData){.len = STORE_HASH_LEN, .data = feed->received.hash};
	fetch.max_bytes = FETCH_MAX_BYTES;
	fetch.wait_ms = stage->config.fetch_wait_ms;
	auto_buf struct buf packed = {0};
	message_pack(&fetch.base, &packed);
	struct bus_message message = {.count = 0};
	bus_frame_add(&message, packed.data, packed.len);
	feed->asking = bus_send(feed->socket, &message) == 0;
	feed->asked_us = clock_mono_us();
}

/* Stands still for good: going on would mean counting on something that is not so. */
static void feed_halt(struct feed_in *feed, int err, const char *what)
{
	snprintf(feed->problem, sizeof feed->problem, "%s at sequence %" PRIu64 ": %s",
		feed->stream, feed->stage->marks[feed->index].head.seq + 1, what);
	log_error("feed_halted", "stream=%s seq=%" PRIu64 " reason=%s why=\"%s\"", feed->stream,
		feed->stage->marks[feed->index].head.seq + 1, err_name(err), what);
	if (err == ERR_DIVERGED || err == ERR_DAMAGED)
		stage_stop(feed->stage, err);
}

/* ---- a block ---- */

/*
 * Has our log lost what others have read of it? What they read under an id that it no longer has is a
 * loss that was accepted.
 */
static bool own_log_lost(const struct stage *stage, const Wot__V1__InputRead *read)
{
	struct store_head head;
	must(store_head(stage->store, stage->daemon->name, &head) == 0);
	return read->seq > head.seq && read->stream_id.len == STORE_ID_LEN &&
	       memcmp(read->stream_id.data, head.id, STORE_ID_LEN) == 0;
}

static bool event_is_wanted(const struct stage *stage, Wot__V1__Body__KindCase kind)
{
	return kind == WOT__V1__BODY__KIND_INPUT_READ || stage->daemon->core->reads(kind);
}

static int block_refuse(struct feed_in *feed, const char *what, const char *detail)
{
	char why[256];
	snprintf(why, sizeof why, "an event cannot be read here (%s%s%s); upgrade this daemon",
		what, detail ? ": " : "", detail ? detail : "");
	feed_halt(feed, ERR_VERSION, why);
	return ERR_VERSION;
}

static void cause_add(struct feed_in *feed, const Wot__V1__Event *event)
{
	feed->causes = grow_push(feed->causes, feed->cause_count, sizeof *feed->causes);
	feed->causes[feed->cause_count++] = event->body->input_read;
}

/*
 * What this version cannot read could change what is decided next: a kind, a value, a member that is not what
 * it should be. What is not decided by is passed over unread.
 */
static int block_events_check(struct feed_in *feed, const struct block *block)
{
	arena_reset(&feed->arena);
	struct faults faults = {.arena = &feed->arena};
	feed->cause_count = 0;
	for (struct block_cursor c = block_events(block); block_next(&c);) {
		Wot__V1__Body__KindCase kind = event_kind(c.event, c.len);
		if (!event_kind_name(kind))
			return block_refuse(feed, "a kind that this version does not know", NULL);
		if (!event_is_wanted(feed->stage, kind))
			continue;
		if (event_check(c.event, c.len, &faults) != 0)
			return block_refuse(feed, faults.items[0].pointer, faults.items[0].detail);
		if (kind == WOT__V1__BODY__KIND_INPUT_READ)
			cause_add(feed, event_checked(c.event, c.len, &feed->arena));
	}
	feed->looked_at = true;
	return 0;
}

/*
 * What this block was decided from must have been read here too, or effects would come before their
 * causes: its InputRead events say what that was. 0, ERR_BUSY: later, ERR_DIVERGED: our own log is
 * behind what others have read of it.
 */
static int block_causes_read(const struct feed_in *feed)
{
	const struct stage *stage = feed->stage;
	for (size_t i = 0; i < feed->cause_count; i++) {
		const Wot__V1__InputRead *read = feed->causes[i];
		int other = stage_feed(stage, read->stream);
		if (strcmp(read->stream, stage->daemon->name) == 0 && own_log_lost(stage, read))
			return ERR_DIVERGED;
		if (other >= 0 && read->seq > stage->marks[other].head.seq)
			return ERR_BUSY;
	}
	return 0;
}

/*
 * Tells whether it held anything but progress: progress about progress is not put on record. All of the
 * block is decided even when one event is not possible, so that its effects stay in one transaction.
 */
static int block_decide(struct feed_in *feed, const struct block *block, bool *news)
{
	struct stage *stage = feed->stage;
	int failed = 0;
	for (struct block_cursor c = block_events(block); block_next(&c);) {
		Wot__V1__Body__KindCase kind = event_kind(c.event, c.len);
		*news |= kind != WOT__V1__BODY__KIND_INPUT_READ;
		bool wanted = stage->daemon->core->reads(kind);
		if (stage->trace.on)
			trace_feed(
				&stage->trace, feed->stream, &c, wanted ? "read" : "passed_over");
		if (!wanted)
			continue;
		const Wot__V1__Event *event = event_checked(c.event, c.len, &stage->arena);
		int err = stage_input_event(stage, feed->stream, event, c.seq);
		failed = failed ? failed : err;
		arena_reset(&stage->arena);
	}
	return failed;
}

static void mark_move(struct feed_in *feed, const struct block *block)
{
	struct store_head *head = &feed->stage->marks[feed->index].head;
	*head = MUTANT(watermark_ahead) ? feed->received : block_head(block);
	feed->row->accepted += block->count;
	log_debug("read", "stream=%s seq=%" PRIu64 " events=%" PRIu32, feed->stream,
		block_last_seq(block), block->count);
}

int feed_in_decide(struct feed_in *feed, const uint8_t *bytes, const struct block *block)
{
	(void)bytes;
	struct stage *stage = feed->stage;
	struct watermark *mark = &stage->marks[feed->index];
	uint64_t before = store_last(stage->store);
	bool news = false;
	int failed = block_decide(feed, block, &news);
	mark_move(feed, block);
	if (news && !mark->owed) {
		mark->owed = true;
		mark->owed_since_us = clock_mono_us();
	}
	if (store_last(stage->store) != before) {
		stage_input_read(stage, feed->index);
		arena_reset(&stage->arena);
	}
	return failed;
}

int feed_in_copy(struct feed_in *feed, const uint8_t *bytes, const struct block *block)
{
	struct stage *stage = feed->stage;
	int err = store_append_block(stage->store, feed->stream, bytes, block->size);
	if (err)
		return err;
	replay_fold(stage, feed->index, block);
	mark_move(feed, block);
	return 0;
}

int feed_in_look(struct feed_in *feed, const struct block *block)
{
	int err = feed->looked_at ? 0 : block_events_check(feed, block);
	if (!err)
		err = block_causes_read(feed);
	if (err == ERR_DIVERGED)
		feed_halt(feed, err,
			"it has read more of this daemon's log than there is: events were "
			"lost here; `wotctl verify` and `wotctl accept-loss` go on");
	return err;
}

/* 0; ERR_BUSY: not now, feed_in_resume comes back; other: halted. */
static int block_take(struct feed_in *feed)
{
	struct stage *stage = feed->stage;
	const uint8_t *bytes = (const uint8_t *)feed->blocks.data + feed->at;
	struct block block;
	must(block_parse(bytes, feed->blocks.len - feed->at, &block) == 0); /* checked on arrival */
	int err = stage->part->block_look(feed, &block);
	if (err)
		return err;
	err = stage->part->block_work(feed, bytes, &block);
	feed->looked_at = false;
	feed->at += block.size;
	if (err)
		feed_halt(feed, err,
			"an event of it cannot be true beside what is known here; events were lost "
			"on one side");
	return err;
}

static void feed_work(struct feed_in *feed)
{
	while (!feed->problem[0] && feed->at < feed->blocks.len &&
		!store_full(feed->stage->store)) {
		if (block_take(feed) != 0)
			break;
	}
	bool done = feed->at == feed->blocks.len;
	if (done) {
		buf_clear(&feed->blocks);
		feed->at = 0;
	}
	bus_pause(feed->socket, !done);
}

/* ---- arrival ---- */

static void reply_take(
	struct feed_in *feed, const Wot__V1__FetchReply *reply, const uint8_t *bytes, size_t len)
{
	feed->asking = false;
	feed->answered = true;
	feed->head_seq = reply->head_seq;
	switch (reply->status) {
	case WOT__V1__FETCH_REPLY__STATUS__OK:
		break;
	case WOT__V1__FETCH_REPLY__STATUS__DIVERGED:
		feed_halt(feed, ERR_DIVERGED,
			"the producer's log is not the one that was read before: one of the two "
			"lost data; `wotctl verify` on both says which");
		return;
	default:
		/* A role may be put right meanwhile: feed_in_tick asks again. */
		if (!feed->refused)
			log_error("feed_refused",
				"stream=%s why=\"the producer does not give us this stream; "
				"its clients.yaml must name our key, with role operator\"",
				feed->stream);
		feed->refused = true;
		return;
	}
	feed->refused = false;
	uint64_t events = 0;
	int err = feed_blocks_check(bytes, len, &feed->received, &events);
	if (err) {
		feed_halt(feed, err,
			"what the producer sent does not follow on what was read, or is damaged");
		return;
	}
	feed->row->received += events;
	feed->row->bytes += len;
	buf_add(&feed->blocks, bytes, len);
	fetch_send(feed);
	feed_work(feed);
}

static void on_reply(
	void *arg, struct bus_socket *socket, struct bus_message *message, const char *user)
{
	(void)socket;
	(void)user;
	struct feed_in *feed = arg;
	if (message->count != 2 || feed->problem[0])
		return;
	stage_clock(feed->stage);
	struct arena *arena = &feed->stage->arena;
	Wot__V1__FetchReply *reply = (void *)message_unpack(&wot__v1__fetch_reply__descriptor,
		zmq_msg_data(&message->frames[0]), zmq_msg_size(&message->frames[0]), arena);
	if (reply && feed->asking && reply->request == feed->request &&
		strcmp(reply->stream, feed->stream) == 0)
		reply_take(feed, reply, zmq_msg_data(&message->frames[1]),
			zmq_msg_size(&message->frames[1]));
	arena_reset(arena);
}

static void on_peer(void *arg, bool connected)
{
	struct feed_in *feed = arg;
	feed->connected = connected;
	if (connected)
		fetch_send(feed); /* a request to the one before is gone */
	else
		feed->asking = false;
}

/* ---- the face ---- */

static const char *feed_endpoint(const struct stage *stage, const char *stream, char room[64])
{
	int index = stream_find(stream);
	must(index >= 0); /* daemon.def names it as a feed */
	const char *set = config_feed(&stage->config, (enum stream)index);
	if (set[0])
		return set;
	snprintf(room, 64, "ipc://%s.feed", stream);
	return room;
}

int feed_in_open(struct stage *stage, size_t index, struct why *why)
{
	struct feed_in *feed = calloc(1, sizeof *feed);
	must(feed);
	feed->stage = stage;
	feed->index = index;
	feed->stream = stage->feeds[index];
	feed->row = metric_add(&stage->metrics, "input", feed->stream);
	feed->bus_row = metric_add(&stage->metrics, "bus", feed->stream);
	feed->received = stage->marks[index].head;
	stage->feeds_in[index] = feed;

	char room[64];
	struct bus_options options = {
		.endpoint = feed_endpoint(stage, feed->stream, room),
		.max_message_bytes = FRAME_MAX,
		.queue_messages = 16,
		.on_message = on_reply,
		.on_peer = on_peer,
		.arg = feed,
	};
	uint8_t server_key[BUS_KEY_LEN];
	if (strncmp(options.endpoint, "tcp://", 6) == 0) {
		int err = keys_read(stage->config.keys, feed->stream, "pub", server_key, why);
		if (err)
			return err;
		options.secret = stage->curve_secret;
		options.server_key = server_key;
	}
	return bus_connect(stage->bus, &options, &feed->socket, why);
}

void feed_in_close(struct feed_in **feed)
{
	if (!*feed)
		return;
	bus_close(&(*feed)->socket);
	buf_done(&(*feed)->blocks);
	arena_done(&(*feed)->arena);
	free((*feed)->causes);
	free(*feed);
	*feed = NULL;
}

bool feed_in_resume(struct feed_in *feed)
{
	if (feed->at < feed->blocks.len)
		feed_work(feed);
	return feed->at < feed->blocks.len && store_full(feed->stage->store);
}

void feed_in_tick(struct feed_in *feed)
{
	if (feed->problem[0] || feed->at < feed->blocks.len)
		return;
	uint64_t limit_us = 1000ull * (feed->stage->config.fetch_wait_ms + GRACE_MS);
	if (feed->asking && clock_mono_us() - feed->asked_us > limit_us) {
		log_warning("feed_silent", "stream=%s after=%" PRIu64, feed->stream,
			feed->received.seq);
		feed->asking = bus_reconnect(feed->socket) !=
			       0; /* then it is silent still at the next tick */
	}
	if (!feed->asking)
		fetch_send(feed);
}

bool feed_in_has_news(const struct feed_in *feed)
{
	return !feed->problem[0] &&
	       (!feed->answered || feed->at < feed->blocks.len ||
		       feed->head_seq > feed->stage->marks[feed->index].head.seq);
}

const char *feed_in_problem(const struct feed_in *feed)
{
	if (feed->problem[0])
		return feed->problem;
	return feed->refused ? "a producer does not let us read its log" : NULL;
}

void feed_in_describe(const struct feed_in *feed, struct buf *out)
{
	const struct watermark *mark = &feed->stage->marks[feed->index];
	feed->row->head = feed->head_seq > mark->head.seq ? feed->head_seq : mark->head.seq;
	feed->row->lag = feed->row->head - mark->head.seq;
	stage_bus_row(feed->bus_row, feed->socket);
	if (out)
		buf_printf(out,
			"producer stream=%s connected=%s read=%" PRIu64 " head=%" PRIu64
			" lag=%" PRIu64 "%s%s\n",
			feed->stream, feed->connected ? "yes" : "no", mark->head.seq,
			feed->row->head, feed->row->lag, feed->problem[0] ? " problem: " : "",
			feed->problem);
}
