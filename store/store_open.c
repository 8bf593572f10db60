#include "store/store_private.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static int damaged_at(const struct store *store, const char *stream, uint64_t seq, const char *what,
	struct why *why)
{
	return why_set(why, ERR_DAMAGED,
		"%s: log %s: event %" PRIu64 " and what follows: %s; " WAY_ON, store->dir, stream,
		seq, what);
}

/* The first event that a file which is too short has lost; 0 when all that is in use is there. */
static int short_file_check(struct store *store, MDB_txn *txn, struct why *why)
{
	static const char what[] = "gone, data.mdb was cut off";
	for (size_t i = 0; i < store->catalog.count; i++) {
		const struct stream *stream = &store->catalog.streams[i];
		struct walk walk auto_walk;
		int err = walk_init(&walk, txn, stream->dbi);
		while (!err)
			err = walk_next(&walk);
		if (err != ERR_NOT_FOUND)
			return damaged_at(store, stream->name, walk.head.seq + 1, what, why);
	}
	if (rest_check(txn, &store->catalog))
		return why_set(why, ERR_DAMAGED,
			"%s: log %s: data.mdb was cut off: events are whole, rows not; " WAY_ON,
			store->dir, store->lock.stream);
	return 0;
}

/* Pages that a transaction took and gave back may never have been written: that is no damage. */
static int size_check(struct store *store, MDB_txn *txn, struct why *why)
{
	if (env_file_bytes(store->env) >= env_end(store->env))
		return 0;
	int err = store->catalog.count ? short_file_check(store, txn, why) : 0;
	if (err)
		return err;
	err = env_file_extend(store->env);
	return err ? why_set(why, err, "%s: data.mdb: %s", store->dir, err_title(err)) : 0;
}

/* Where the last block begins, as far as can be told. */
static uint64_t last_block_seq(const struct walk *walk)
{
	uint64_t seq = key_seq(walk->record.key.data, walk->record.key.len);
	return seq ? seq : 1;
}

static int head_read(struct store *store, MDB_txn *txn, struct stream *stream, struct why *why)
{
	struct walk walk auto_walk;
	int err = walk_init(&walk, txn, stream->dbi);
	if (!err)
		err = walk_last(&walk);
	if (err == ERR_VERSION)
		return why_set(why, err, "%s: log %s was written by a newer wot: install that one",
			store->dir, stream->name);
	if (err && err != ERR_NOT_FOUND)
		return damaged_at(
			store, stream->name, last_block_seq(&walk), "cannot be read", why);
	if (!walk_ends_well(&walk, stream))
		return damaged_at(
			store, stream->name, walk.head.seq, "its stream id is another", why);
	stream->durable = stream->given = walk.head;
	return 0;
}

static int heads_read(struct store *store, MDB_txn *txn, struct why *why)
{
	int err = 0;
	for (size_t i = 0; i < store->catalog.count && !err; i++)
		err = head_read(store, txn, &store->catalog.streams[i], why);
	if (err)
		return err;
	const struct stream *own = catalog_own(&store->catalog);
	uint64_t seq = own ? own->durable.seq : 0;
	if (seq < store->lock.durable)
		return damaged_at(store, store->lock.stream, seq + 1,
			"gone, though they had been committed", why);
	return 0;
}

/* What is in the file is looked at, and trusted or not, before anything is written. */
static int file_check(struct store *store, struct why *why)
{
	MDB_txn *txn;
	int rc = mdb_txn_begin(store->env, NULL, MDB_RDONLY, &txn);
	if (rc)
		return why_set(why, env_err(rc), "%s: %s", store->dir, mdb_strerror(rc));
	int err = catalog_read(&store->catalog, store->env, txn, &store->lock, why);
	if (!err)
		err = size_check(store, txn, why);
	if (!err)
		err = heads_read(store, txn, why);
	if (err) {
		mdb_txn_abort(txn);
		return err;
	}
	rc = mdb_txn_commit(txn); /* keeps the handles that were opened in it */
	return rc ? why_set(why, env_err(rc), "%s: %s", store->dir, mdb_strerror(rc)) : 0;
}

static bool name_is_good(const char *name)
{
	size_t len = strlen(name);
	return len > 0 && len <= STORE_NAME_MAX &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

/* Adds to the catalog a stream that the file does not have yet. */
static int stream_want(struct store *store, const char *name, bool own, struct why *why)
{
	struct catalog *catalog = &store->catalog;
	const struct stream *is = catalog_find(catalog, name), *has = catalog_own(catalog);
	if (!name_is_good(name))
		return why_set(why, ERR_CONFIG, "a log's name has 1 to %d of a-z, 0-9 and -",
			STORE_NAME_MAX);
	if (own && has && has != is)
		return why_set(why, ERR_CONFIG,
			"%s holds the log of %s, not of %s: give each its own folder", store->dir,
			has->name, name);
	if (is && is->own != own)
		return why_set(why, ERR_CONFIG, "%s: %s is %s here", store->dir, name,
			is->own ? "written, not a replica," : "a replica, not written,");
	if (is)
		return 0;
	if (catalog->count == STREAMS_MAX)
		return why_set(why, ERR_CONFIG, "%s has %d logs already", store->dir, STREAMS_MAX);
	struct stream *stream = &catalog->streams[catalog->count++];
	*stream = (struct stream){.own = own};
	memcpy(stream->name, name, strlen(name) + 1);
	if (own)
		randombytes_buf(stream->id, STORE_ID_LEN);
	return 0;
}

static int streams_create(struct store *store, size_t from, struct why *why)
{
	MDB_txn *txn = NULL;
	enum { ROOM = 256 * 1024 }; /* a few pages a table, and their copies */
	int err = room_reserve(store->env, &store->reserved, ROOM);
	if (err)
		return why_set(why, err, "%s: %s", store->dir, err_title(err));
	int rc = mdb_txn_begin(store->env, NULL, 0, &txn);
	if (!rc && !store->catalog.meta)
		rc = catalog_create(txn, &store->catalog);
	for (size_t i = from; !rc && i < store->catalog.count; i++)
		rc = stream_put(txn, &store->catalog, &store->catalog.streams[i]);
	if (!rc) {
		rc = mdb_txn_commit(txn);
		txn = NULL;
	}
	if (txn)
		mdb_txn_abort(txn);
	if (rc)
		return why_set(why, env_err(rc), "%s: %s", store->dir, mdb_strerror(rc));
	return dir_sync(store->dir, why);
}

static int streams_open(struct store *store, const struct store_options *options, struct why *why)
{
	size_t known = store->catalog.count;
	int err = options->own ? stream_want(store, options->own, true, why) : 0;
	for (const char *const *name = options->replicas; name && *name && !err; name++)
		err = stream_want(store, *name, false, why);
	if (!err && (store->catalog.count > known || !store->catalog.meta))
		err = streams_create(store, known, why);
	if (err)
		return err;
	store->own = options->own ? catalog_find(&store->catalog, options->own) : NULL;
	if (store->own)
		lock_note(&store->lock, store->own->name, store->own->durable.seq);
	return 0;
}

static int reader_open(struct store *store, struct why *why)
{
	int rc = mdb_txn_begin(store->env, NULL, MDB_RDONLY, &store->reader);
	if (rc)
		return why_set(why, env_err(rc), "%s: %s", store->dir, mdb_strerror(rc));
	mdb_txn_reset(store->reader);
	return 0;
}

static int file_open(struct store *store, struct why *why)
{
	size_t map_bytes = store->options.map_size_mib << 20;
	int dead, err = log_open(&store->env, store->dir, &store->lock, 0, map_bytes, why);
	if (err)
		return err;
	int rc = mdb_reader_check(store->env, &dead);
	if (rc)
		return why_set(why, env_err(rc), "%s: %s", store->dir, mdb_strerror(rc));
	err = file_check(store, why);
	store->reserved = env_end(store->env);
	return err;
}

static void store_free(struct store *store)
{
	if (store->reader)
		mdb_txn_abort(store->reader);
	if (store->env)
		mdb_env_close(store->env);
	lock_release(&store->lock);
	batch_done(&store->batches[0]);
	batch_done(&store->batches[1]);
	free(store->dir);
	free(store);
}

int store_open(struct store **out, const struct store_options *options, struct why *why)
{
	must(sodium_init() >= 0);
	struct store *store = calloc(1, sizeof *store);
	must(store);
	store->options = *options;
	store->lock.fd = -1;
	store->dir = strdup(options->dir);
	store->open = &store->batches[0];
	store->committing = &store->batches[1];
	int err = dir_make(store->dir, "make the folder above it, or choose another", why);
	if (!err)
		err = lock_take(&store->lock, store->dir, options->holder, why);
	if (!err)
		err = file_open(store, why);
	if (!err)
		err = streams_open(store, options, why);
	if (!err)
		err = reader_open(store, why);
	if (!err)
		err = writer_start(store);
	if (err) {
		store_free(store);
		return err;
	}
	*out = store;
	return 0;
}

void store_close(struct store **store)
{
	if (!*store)
		return;
	reader_end(*store);
	writer_stop(*store);
	store_free(*store);
	*store = NULL;
}
