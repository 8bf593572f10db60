#include "daemons/aggregate/past.h"
#include "lib/calendar.h"
#include "lib/clock.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

enum { READ_BYTES = 1 << 16, REPLICA_WAIT_US = 10000000, REPLICA_LOOK_US = 100 };

enum phase { PHASE_TURN, PHASE_REPLICAS, PHASE_FOLD, PHASE_COUNT, PHASE_DONE };

struct past {
	struct aggregate *aggregate;
	struct tally *tally;
	enum phase phase;
	struct tally_until until;
	uint64_t began_us; /* its turn */
	uint64_t give_up_us;
	uint64_t wanted[STREAM_COUNT]; /* of the replicas, before they are read */
	enum stream stream;            /* that is folded */
	uint64_t seqs[STREAM_COUNT];   /* up to where */
	struct buf blocks;
};

struct past *past_new(struct aggregate *aggregate, const struct query *until)
{
	struct past *past = calloc(1, sizeof *past);
	must(past);
	*past = (struct past){.aggregate = aggregate,
		.until.ms = until->as_of ? calendar_day_start(until->as_of + 1) : INT64_MAX};
	for (size_t i = 0; i < STREAM_COUNT; i++)
		past->until.seqs[i] = until->has_up_to ? until->up_to[i] : UINT64_MAX;
	return past;
}

void past_free(struct past **past)
{
	struct past *old = *past;
	*past = NULL;
	if (!old)
		return;
	if (old->aggregate->past == old)
		old->aggregate->past = NULL;
	tally_free(old->tally);
	buf_done(&old->blocks);
	free(old);
}

struct tally *past_tally(const struct past *past)
{
	return past->tally;
}

uint64_t past_began_us(const struct past *past)
{
	return past->began_us;
}

/* ---- its steps ---- */

/* All that was folded by now. */
static void replicas_want(struct past *past)
{
	for (size_t i = 0; i < STREAM_COUNT; i++)
		past->wanted[i] = stage_read_seq(past->aggregate->stage, i);
	past->give_up_us = clock_mono_us() + REPLICA_WAIT_US;
	past->phase = PHASE_REPLICAS;
}

static int turn_take(struct past *past, struct why *why)
{
	struct aggregate *aggregate = past->aggregate;
	if (aggregate->past)
		return 1;
	int err = tally_new(&past->tally, &aggregate->options, why);
	if (err)
		return err;
	tally_replay_begin(past->tally);
	aggregate->past = past;
	past->began_us = clock_mono_us();
	replicas_want(past);
	return 1;
}

/* What was folded may still be on its way to the replica. */
static int replicas_look(struct past *past, struct why *why)
{
	struct store *store = stage_store(past->aggregate->stage);
	bool are_there = true;
	store_flush(store, clock_now_ms());
	if (store_poll(store) != 0 || clock_mono_us() > past->give_up_us)
		return why_set(
			why, ERR_BUSY, "the replicas cannot be written now; `show info` says why");
	for (size_t i = 0; i < STREAM_COUNT; i++) {
		struct store_head head = {0};
		store_head(store, stream_names[i], &head);
		are_there = are_there && head.seq >= past->wanted[i];
	}
	if (are_there)
		past->phase = PHASE_FOLD;
	return 1;
}

/* Some blocks of the stream at hand; 0: that was all of it. */
static int stream_fold(struct past *past, struct why *why)
{
	struct store *store = stage_store(past->aggregate->stage);
	enum stream stream = past->stream;
	bool more = true;
	buf_clear(&past->blocks);
	int err = store_read(
		store, stream_names[stream], past->seqs[stream], NULL, READ_BYTES, &past->blocks);
	if (!err && !past->blocks.len)
		return 0;
	if (!err)
		err = tally_fold_blocks(past->tally, stream, (const uint8_t *)past->blocks.data,
			past->blocks.len, &past->until, &past->seqs[stream], &more);
	if (err)
		return why_set(why, err, "%s: cannot be read after sequence %" PRIu64 ": %s",
			stream_names[stream], past->seqs[stream], err_title(err));
	return more;
}

static int fold_step(struct past *past, struct why *why)
{
	int err = stream_fold(past, why);
	if (err)
		return err;
	if (++past->stream == STREAM_COUNT)
		past->phase = PHASE_COUNT;
	return 1;
}

int past_step(struct past *past, struct why *why)
{
	switch (past->phase) {
	case PHASE_TURN:
		return turn_take(past, why);
	case PHASE_REPLICAS:
		return replicas_look(past, why);
	case PHASE_FOLD:
		return fold_step(past, why);
	case PHASE_COUNT:
		if (tally_replay_end_some(past->tally))
			return 1;
		past->phase = PHASE_DONE;
		return 0;
	default:
		return 0;
	}
}

int past_catch_up(struct past *past, struct why *why)
{
	must(past->phase == PHASE_DONE && past->until.ms == INT64_MAX);
	int err = 1;
	replicas_want(past);
	while (err == 1 && past->phase == PHASE_REPLICAS) {
		err = replicas_look(past, why);
		if (err == 1 && past->phase == PHASE_REPLICAS)
			usleep(REPLICA_LOOK_US);
	}
	past->phase = PHASE_DONE;
	for (past->stream = 0; err >= 0 && past->stream < STREAM_COUNT; past->stream++) {
		while ((err = stream_fold(past, why)) == 1)
			;
	}
	return err;
}

static void on_past_free(void *ctx)
{
	struct past *past = ctx;
	past_free(&past);
}

int past_ask(const struct aggregate *aggregate, struct get_work *work, int32_t as_of,
	const struct tally **tally, struct why *why)
{
	const struct query until = {.as_of = as_of};
	if (!work->ctx)
		*work = (struct get_work){
			past_new(stage_ctx(aggregate->stage), &until), on_past_free};
	int err = past_step(work->ctx, why);
	*tally = past_tally(work->ctx);
	return err == 1 ? GET_LATER : err;
}
