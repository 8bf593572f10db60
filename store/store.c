#include "store/store_own.h"

#include "lib/clock.h"
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* ---- the writer's side ---- */

static int on_commit(void *arg)
{
	struct store *store = arg;
	const struct store_options *options = &store->options;
	uint64_t started_us = clock_mono_us();
	batch_seal(store->committing, options->rows_of);
	int err = options->before_commit ? options->before_commit(options->arg) : 0;
	if (!err) {
		struct store_commit commit = batch_commit_of(store->committing);
		err = options->backend->commit(store->at, &commit);
		if (!err && MUTANT(block_written_twice))
			err = options->backend->commit(store->at, &commit);
	}
	if (err && MUTANT(batch_forgotten))
		batch_clear(store->committing);
	store->commit_us = clock_mono_us() - started_us;
	return err;
}

static void on_idle(void *arg)
{
	struct store *store = arg;
	if (store->options.backend->idle)
		store->options.backend->idle(store->at);
}

static void on_done(void *arg)
{
	struct store *store = arg;
	if (store->options.wake)
		store->options.wake(store->options.arg);
}

/* ---- the loop's side ---- */

static ptrdiff_t stream_find(const struct store *store, const char *name)
{
	for (size_t i = 0; i < store->count; i++) {
		if (strcmp(store->streams[i].name, name) == 0)
			return (ptrdiff_t)i;
	}
	return -1;
}

void store_append(struct store *store, const void *event, size_t len, uint64_t *seq)
{
	must(store->own >= 0 && store->writer);
	struct store_head *given = &store->given[store->own];
	*seq = ++given->seq;
	batch_add_event(store->open, event, len, *seq);
}

int store_append_block(struct store *store, const char *replica, const uint8_t *bytes, size_t len)
{
	struct block block;
	ptrdiff_t stream = stream_find(store, replica);
	if (stream < 0 || stream == store->own)
		return ERR_NOT_FOUND;
	int err = block_parse(bytes, len, &block);
	if (err)
		return err;
	if (block.size != len)
		return ERR_DAMAGED;
	if (!block_follows(&block, &store->given[stream]))
		return ERR_DIVERGED;
	batch_add_block(store->open, (size_t)stream, &block);
	store->given[stream] = block_head(&block);
	return 0;
}

bool store_full(const struct store *store)
{
	const struct store_backend *backend = store->options.backend;
	const struct batch *open = store->open;
	return open->events >= backend->batch_events ||
	       open->own.len + open->replicas.len >= backend->batch_bytes;
}

static void stats_count(struct store *store, const struct batch *batch)
{
	struct store_stats *stats = &store->stats;
	stats->commits++;
	stats->events += batch->events;
	stats->bytes += batch->own.len + batch->replicas.len;
	stats->commit_us_last = store->commit_us;
	if (store->commit_us > stats->commit_us_max)
		stats->commit_us_max = store->commit_us;
}

/* What was given is durable once the writer is through with its batch, and the backend says where it stands. */
static void result_take(struct store *store)
{
	bool done;
	int trouble = writer_look(store->writer, &done);
	if (trouble == ERR_DISK_FULL && store->trouble != ERR_DISK_FULL)
		store->stats.disk_full_waits++;
	store->trouble = trouble;
	if (!done)
		return;
	size_t count;
	must(store->options.backend->heads(store->at, store->streams, &count, NULL) == 0);
	must(count == store->count);
	stats_count(store, store->committing);
	batch_clear(store->committing);
	store->busy = false;
}

void store_flush(struct store *store, int64_t now_ms)
{
	struct batch *batch = store->open;
	result_take(store);
	store->now_ms = now_ms;
	if (store->busy || batch_is_empty(batch))
		return;
	if (store->own >= 0)
		batch_close(batch, (size_t)store->own, &store->streams[store->own], now_ms);
	store->open = store->committing;
	store->committing = batch;
	store->busy = true;
	writer_hand(store->writer);
}

int store_poll(struct store *store)
{
	result_take(store);
	return store->trouble;
}

uint64_t store_last(const struct store *store)
{
	return store->own >= 0 ? store->given[store->own].seq : 0;
}

uint64_t store_durable(const struct store *store)
{
	if (MUTANT(receipt_before_commit))
		return store_last(store);
	return store->own >= 0 ? store->streams[store->own].head.seq : 0;
}

int store_head(const struct store *store, const char *name, struct store_head *head)
{
	ptrdiff_t stream = stream_find(store, name);
	if (stream < 0)
		return ERR_NOT_FOUND;
	*head = store->streams[stream].head;
	if (store->streams[stream].own)
		memcpy(head->id, store->streams[stream].id, STORE_ID_LEN);
	return 0;
}

int store_read(struct store *store, const char *name, uint64_t after_seq, const uint8_t *after_hash,
	size_t max_bytes, struct buf *out)
{
	ptrdiff_t stream = stream_find(store, name);
	if (stream < 0)
		return ERR_NOT_FOUND;
	const struct store_head *head = &store->streams[stream].head;
	if (after_seq > head->seq)
		return ERR_DIVERGED;
	if (after_seq < head->seq)
		return store->options.backend->read(store->at, (size_t)stream, after_seq,
			after_hash, head->seq, max_bytes, out);
	bool same =
		!after_seq || !after_hash || memcmp(after_hash, head->hash, STORE_HASH_LEN) == 0;
	return same ? 0 : ERR_DIVERGED;
}

int store_row(struct store *store, const void *key, size_t key_len, struct buf *out)
{
	if (key_len == 0 || key_len > STORE_KEY_MAX)
		return ERR_NOT_FOUND;
	return store->options.backend->row(store->at, key, key_len, out);
}

int store_rows(struct store *store, store_row_fn *on_row, void *arg, struct why *why)
{
	struct store_audit audit = {.arg = arg, .on_row = on_row};
	return store->options.backend->verify(store->at, &audit, why);
}

void store_stats(const struct store *store, struct store_stats *stats)
{
	*stats = store->stats;
	if (store->options.backend->size)
		store->options.backend->size(store->at, &stats->bytes_used, &stats->bytes_limit);
}

/* ---- opening and closing ---- */

static int streams_open(struct store *store, struct why *why)
{
	const struct store_options *options = &store->options;
	int err = options->backend->heads(store->at, store->streams, &store->count, why);
	for (size_t i = 0; i < store->count && !err; i++) {
		store->given[i] = store->streams[i].head;
		if (store->streams[i].own)
			store->own = (ptrdiff_t)i;
	}
	if (!err && options->own &&
		(store->own < 0 || strcmp(store->streams[store->own].name, options->own) != 0))
		return why_set(why, ERR_NOT_FOUND, "%s: there is no log of %s", options->dir,
			options->own);
	return err;
}

static int writer_open(struct store *store, struct why *why)
{
	const struct writer_options options = {
		.commit = on_commit,
		.wake = on_done,
		.idle = on_idle,
		.arg = store,
	};
	int err = writer_new(&store->writer, &options);
	return err ? why_set(why, err, "no thread for the log: %s", err_title(err)) : 0;
}

static void store_free(struct store *store)
{
	if (store->at)
		store->options.backend->close(store->at);
	batch_done(&store->batches[0]);
	batch_done(&store->batches[1]);
	free(store);
}

int store_open(struct store **out, const struct store_options *options, struct why *why)
{
	must(sodium_init() >= 0);
	struct store *store = calloc(1, sizeof *store);
	must(store);
	store->options = *options;
	store->own = -1;
	store->open = &store->batches[0];
	store->committing = &store->batches[1];
	int err = options->backend->open(&store->at, options, why);
	if (!err)
		err = streams_open(store, why);
	if (!err && !options->look_only)
		err = writer_open(store, why);
	if (err) {
		store_free(store);
		return err;
	}
	*out = store;
	return 0;
}

/* What is with the writer gets on disk or into trouble, then what is open has one try. */
void store_close(struct store **at)
{
	struct store *store = *at;
	*at = NULL;
	if (!store)
		return;
	if (store->writer) {
		writer_wait(store->writer);
		store_flush(store, store->now_ms);
		writer_free(&store->writer);
	}
	store_free(store);
}
