/*
 * The two parts that a daemon can play: who decides, and keeps a log of its own; who counts, and keeps copies of what it reads.
 */
#include "lib/clock.h"
#include "stage/stage_own.h"

enum { CORE_TICK_MS = 1000, NEWS_WAIT_MS = 10000, INPUT_READ_AFTER_MS = 1000 };

/* ---- who decides ---- */

static void decides_store(const struct stage *stage, struct store_options *options)
{
	options->own = stage->daemon->name;
	options->rows_of = dedupe_rows_of;
}

static void *decides_state_new(const struct stage *stage)
{
	return core_state_new(stage->daemon->core);
}

static void decides_state_free(const struct stage *stage)
{
	core_state_free(stage->daemon->core, stage->state);
}

static uint64_t decides_last(const struct stage *stage)
{
	return store_last(stage->store);
}

static uint64_t decides_durable(const struct stage *stage)
{
	return store_durable(stage->store);
}

/* Progress that led to no event rides with the next block, or makes one of its own after a second. */
static void decides_turn(struct stage *stage)
{
	bool block_is_open = store_last(stage->store) > stage->flushed_seq;
	uint64_t now_us = clock_mono_us();
	for (size_t i = 0; i < stage->feed_count; i++) {
		struct watermark *mark = &stage->marks[i];
		if (!mark->owed)
			continue;
		if (block_is_open || now_us - mark->owed_since_us > 1000ull * INPUT_READ_AFTER_MS) {
			stage_input_read(stage, i);
			arena_reset(&stage->arena);
		}
	}
}

/* A clock that breaks for want of news that is on its way would have to be taken back: so, as after a
 * long stop, the core first hears what others said meanwhile, though not for ever. */
static bool news_is_awaited(const struct stage *stage)
{
	for (size_t i = 0; i < stage->feed_count; i++)
		if (feed_in_has_news(stage->feeds_in[i]))
			return stage->now_ms - stage->ticked_ms < NEWS_WAIT_MS;
	return false;
}

static void decides_tick(struct stage *stage)
{
	if (stage->disk_full || stage->now_ms - stage->ticked_ms < CORE_TICK_MS ||
		news_is_awaited(stage))
		return;
	stage->ticked_ms = stage->now_ms;
	while (!store_full(stage->store) && stage_input_tick(stage) == DECISION_MAX)
		continue; /* there may be more than one decision holds */
}

static get_fn *const *decides_gets(const struct stage *stage, const void **knowledge)
{
	*knowledge = stage->state;
	return stage->daemon->core->gets;
}

const struct part part_decides = {
	.store = decides_store,
	.state_new = decides_state_new,
	.state_free = decides_state_free,
	.last = decides_last,
	.durable = decides_durable,
	.known = decides_durable,
	.replay = replay_log,
	.feed_open = feed_out_open,
	.block_look = feed_in_look,
	.block_work = feed_in_decide,
	.turn = decides_turn,
	.tick = decides_tick,
	.gets = decides_gets,
};

/* ---- who counts ---- */

static void counts_store(const struct stage *stage, struct store_options *options)
{
	options->replicas = stage->feeds;
}

static void *counts_state_new(const struct stage *stage)
{
	(void)stage;
	return NULL;
}

static void counts_state_free(const struct stage *stage)
{
	(void)stage;
}

static uint64_t counts_seq(const struct stage *stage)
{
	(void)stage;
	return 0;
}

static uint64_t counts_known(const struct stage *stage)
{
	uint64_t events = 0;
	for (size_t i = 0; i < stage->feed_count; i++)
		events += stage->marks[i].head.seq;
	return events;
}

static int counts_feed_open(struct stage *stage, struct why *why)
{
	(void)stage;
	(void)why;
	return 0;
}

static int counts_look(struct feed_in *feed, const struct block *block)
{
	(void)feed;
	(void)block;
	return 0;
}

static void counts_turn(struct stage *stage)
{
	(void)stage;
}

static get_fn *const *counts_gets(const struct stage *stage, const void **knowledge)
{
	*knowledge = stage->ctx;
	return stage->daemon->gets;
}

const struct part part_counts = {
	.store = counts_store,
	.state_new = counts_state_new,
	.state_free = counts_state_free,
	.last = counts_seq,
	.durable = counts_seq,
	.known = counts_known,
	.replay = replay_copies,
	.feed_open = counts_feed_open,
	.block_look = counts_look,
	.block_work = feed_in_copy,
	.turn = counts_turn,
	.tick = counts_turn,
	.gets = counts_gets,
};
