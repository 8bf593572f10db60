#include "lib/clock.h"
#include "lib/log.h"
#include "stage/stage_own.h"

#include <inttypes.h>
#include <string.h>

enum { READ_BYTES = 1 << 20 };

static void replay_input_read(struct stage *stage, const Wot__V1__InputRead *read)
{
	int feed = stage_feed(stage, read->stream);
	if (feed < 0 || read->hash.len != STORE_HASH_LEN || read->stream_id.len != STORE_ID_LEN)
		return;
	struct store_head *head = &stage->marks[feed].head;
	head->seq = read->seq;
	memcpy(head->hash, read->hash.data, STORE_HASH_LEN);
	memcpy(head->id, read->stream_id.data, STORE_ID_LEN);
}

static void replay_config(struct stage *stage, const Wot__V1__ConfigLoaded *loaded)
{
	const char *const *names = stage->daemon->core->configs;
	for (size_t i = 0; names && names[i]; i++) {
		if (strcmp(names[i], loaded->name) == 0 && loaded->hash.len == 32)
			memcpy(stage->config_hashes[i], loaded->hash.data, 32);
	}
}

static int replay_own(struct stage *stage, const uint8_t *bytes, size_t len, uint64_t seq)
{
	stage->faults->count = 0;
	Wot__V1__Event *event = event_take(bytes, len, stage->faults);
	if (!event)
		return ERR_VERSION;
	if (event->has_digest)
		dedupe_replayed(stage->dedupe, event, seq);
	if (event->body->kind_case == WOT__V1__BODY__KIND_INPUT_READ)
		replay_input_read(stage, event->body->input_read);
	else if (event->body->kind_case == WOT__V1__BODY__KIND_CONFIG_LOADED)
		replay_config(stage, event->body->config_loaded);
	stage->daemon->core->evolve(stage->state, event);
	stage->kinds[event->body->kind_case]++;
	if (event->recorded_at > stage->now_ms)
		stage->now_ms = event->recorded_at;
	arena_reset(&stage->arena);
	return 0;
}

static const char *kind_of_next(const void *what)
{
	const struct block_cursor *c = what;
	return event_kind_name(event_kind(c->event, c->len));
}

void replay_fold(struct stage *stage, size_t feed, const struct block *block)
{
	struct block_cursor c = block_events(block);
	auto_must struct must_during during = {
		"folding", stage->feeds[feed], &c.seq, kind_of_next, &c, NULL};
	must_begin(&during);
	while (block_next(&c)) {
		if (stage->trace.on)
			trace_feed(&stage->trace, during.stream, &c, "read");
		stage->daemon->fold(stage->ctx, feed, c.event, c.len, c.seq);
		if (stage->trace.on)
			trace_folded(&stage->trace, during.stream, &c);
	}
}

static int replay_own_block(struct stage *stage, const struct block *block)
{
	struct block_cursor c = block_events(block);
	auto_must struct must_during during = {
		"folding", stage->daemon->name, &c.seq, kind_of_next, &c, NULL};
	must_begin(&during);
	int err = 0;
	while (!err && block_next(&c))
		err = replay_own(stage, c.event, c.len, c.seq);
	return err;
}

/* feed < 0: the own stream. */
static int replay_block(struct stage *stage, int feed, const struct block *block)
{
	if (feed < 0)
		return replay_own_block(stage, block);
	replay_fold(stage, (size_t)feed, block);
	return 0;
}

/* What cannot be read was written by a later version, or by nobody that we know: nothing is lost yet. */
static int replay_fail(
	struct stage *stage, int err, const char *stream, uint64_t seq, struct why *why)
{
	if (err != ERR_VERSION)
		return why_set(why, err,
			"%s: sequence %" PRIu64
			": %s. `wotctl verify` says more; `wotctl accept-loss` goes on with what "
			"is left",
			stream, seq, err_title(err));
	const struct fault *fault = &stage->faults->items[0];
	return why_set(why, err,
		"%s: the block from sequence %" PRIu64
		" on holds an event that this version cannot read: %s: %s. Go on with the version "
		"that wrote it, or a later one",
		stream, seq, fault->pointer, fault->detail);
}

static int replay_stream(struct stage *stage, const char *stream, int feed, struct why *why)
{
	uint64_t started_us = clock_mono_us();
	struct store_head head = {0};
	auto_buf struct buf bytes = {0};
	for (;;) {
		buf_clear(&bytes);
		int err = store_read(stage->store, stream, head.seq, head.hash, READ_BYTES, &bytes);
		if (err)
			return why_set(why, err,
				"%s: cannot be read after sequence %" PRIu64
				"; `wotctl verify` says more",
				stream, head.seq);
		if (!bytes.len)
			break;
		for (size_t at = 0; at < bytes.len;) {
			struct block block;
			uint64_t next = head.seq + 1;
			err = block_chain(
				(const uint8_t *)bytes.data + at, bytes.len - at, &head, &block);
			if (err == ERR_DIVERGED)
				err = ERR_DAMAGED;
			if (!err)
				err = replay_block(stage, feed, &block);
			if (err)
				return replay_fail(stage, err, stream, next, why);
			at += block.size;
		}
	}
	if (feed >= 0)
		stage->marks[feed].head = head;
	log_info("replayed", "stream=%s events=%" PRIu64 " ms=%" PRIu64, stream, head.seq,
		(clock_mono_us() - started_us) / 1000);
	return 0;
}

int replay_log(struct stage *stage, struct why *why)
{
	int err = replay_stream(stage, stage->daemon->name, -1, why);
	return err ? err : dedupe_check(stage->dedupe, stage->store, stage->daemon->name, why);
}

int replay_copies(struct stage *stage, struct why *why)
{
	for (size_t i = 0; i < stage->feed_count; i++) {
		int err = replay_stream(stage, stage->feeds[i], (int)i, why);
		if (err)
			return err;
	}
	if (stage->daemon->fold_replayed)
		stage->daemon->fold_replayed(stage->ctx);
	return 0;
}
