#include "store/lmdb/lmdb_own.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static int damaged_at(const struct folder *folder, const char *stream, uint64_t seq,
	const char *what, struct why *why)
{
	return why_set(why, ERR_DAMAGED,
		"%s: log %s: event %" PRIu64 " and what follows: %s; " WAY_ON, folder->dir, stream,
		seq, what);
}

/* Which event a file that is not whole has lost first; what it says when it has lost none. */
static int broken_at(struct folder *folder, MDB_txn *txn, const char *what, struct why *why)
{
	for (size_t i = 0; i < folder->catalog.count; i++) {
		const struct stream *stream = &folder->catalog.streams[i];
		auto_walk struct walk walk;
		int err = walk_init(&walk, txn, stream->dbi);
		while (!err)
			err = walk_next(&walk);
		if (err != ERR_NOT_FOUND)
			return damaged_at(folder, stream->is.name, walk.head.seq + 1, what, why);
	}
	return 0;
}

/* Can all rows be read? */
static int rows_check(struct folder *folder, MDB_txn *txn)
{
	auto_walk struct walk walk;
	int err = walk_init(&walk, txn, folder->catalog.rows);
	while (!err)
		err = walk_record(&walk);
	return err == ERR_NOT_FOUND ? 0 : ERR_DAMAGED;
}

/* Pages that a transaction took and gave back may never have been written: that is no damage. */
static int size_check(struct folder *folder, MDB_txn *txn, struct why *why)
{
	if (env_file_bytes(folder->env) >= env_end(folder->env))
		return 0;
	int err = folder->catalog.meta ? broken_at(folder, txn, "gone, data.mdb was cut off", why)
				       : 0;
	if (!err && folder->catalog.meta && rows_check(folder, txn))
		err = why_set(why, ERR_DAMAGED,
			"%s: log %s: data.mdb was cut off: every event is there, rows are "
			"not; " WAY_ON,
			folder->dir, folder->lock.stream);
	if (err || folder->look_only)
		return err;
	err = env_file_extend(folder->env);
	return err ? why_set(why, err, "%s: data.mdb: %s", folder->dir, err_title(err)) : 0;
}

/* A page that is in use and called free would be written over by the next commits. */
static int free_check(struct folder *folder, MDB_txn *txn, struct why *why)
{
	int err = pages_check(folder->env, txn);
	if (err == ERR_DAMAGED)
		err = broken_at(folder, txn, "damaged", why);
	else if (err)
		return why_set(why, err, "%s: data.mdb: %s", folder->dir, err_title(err));
	else
		return 0;
	return err ? err : pages_damaged(folder->dir, folder->lock.stream, why);
}

/* Where the last block begins, as far as can be told. */
static uint64_t last_block_seq(const struct walk *walk)
{
	uint64_t seq = key_seq(walk->record.key.data, walk->record.key.len);
	return seq ? seq : 1;
}

static int head_read(struct folder *folder, MDB_txn *txn, struct stream *stream, struct why *why)
{
	auto_walk struct walk walk;
	int err = walk_init(&walk, txn, stream->dbi);
	if (!err)
		err = walk_last(&walk);
	if (err == ERR_VERSION)
		return why_set(why, err, "%s: log %s was written by a newer wot: install that one",
			folder->dir, stream->is.name);
	if (err && err != ERR_NOT_FOUND)
		return damaged_at(
			folder, stream->is.name, last_block_seq(&walk), "cannot be read", why);
	if (!stream_ends_well(&stream->is, &walk.head))
		return damaged_at(
			folder, stream->is.name, walk.head.seq, "its stream id is another", why);
	stream->is.head = walk.head;
	return 0;
}

static int heads_read(struct folder *folder, MDB_txn *txn, struct why *why)
{
	int err = 0;
	for (size_t i = 0; i < folder->catalog.count && !err; i++)
		err = head_read(folder, txn, &folder->catalog.streams[i], why);
	if (err)
		return err;
	const struct stream *own = catalog_own(&folder->catalog);
	uint64_t seq = own ? own->is.head.seq : 0;
	if (seq < folder->lock.durable)
		return damaged_at(folder, folder->lock.stream, seq + 1,
			"gone, though they had been committed", why);
	return 0;
}

/* What is in the file is looked at, and trusted or not, before anything is written. */
static int file_check(struct folder *folder, struct why *why)
{
	MDB_txn *txn;
	int rc = mdb_txn_begin(folder->env, NULL, MDB_RDONLY, &txn);
	if (rc)
		return why_set(why, env_err(rc), "%s: %s", folder->dir, mdb_strerror(rc));
	int err = catalog_read(&folder->catalog, folder->env, txn, &folder->lock, why);
	if (!err)
		err = size_check(folder, txn, why);
	if (!err)
		err = free_check(folder, txn, why);
	if (!err)
		err = heads_read(folder, txn, why);
	if (err) {
		mdb_txn_abort(txn);
		return err;
	}
	folder->trusted = true;
	rc = mdb_txn_commit(txn); /* keeps the handles that were opened in it */
	return rc ? why_set(why, env_err(rc), "%s: %s", folder->dir, mdb_strerror(rc)) : 0;
}

static bool name_is_good(const char *name)
{
	size_t len = strlen(name);
	return len > 0 && len <= STORE_NAME_MAX &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

/* Adds to the catalog a stream that the file does not have yet. */
static int stream_want(struct folder *folder, const char *name, bool own, struct why *why)
{
	struct catalog *catalog = &folder->catalog;
	const struct stream *is = catalog_find(catalog, name), *has = catalog_own(catalog);
	if (!name_is_good(name))
		return why_set(why, ERR_CONFIG, "a log's name has 1 to %d of a-z, 0-9 and -",
			STORE_NAME_MAX);
	if (own && has && has != is)
		return why_set(why, ERR_CONFIG,
			"%s holds the log of %s, not of %s: give each its own folder", folder->dir,
			has->is.name, name);
	if (is && is->is.own != own)
		return why_set(why, ERR_CONFIG, "%s: %s is %s here", folder->dir, name,
			is->is.own ? "written, not a replica," : "a replica, not written,");
	if (is)
		return 0;
	if (catalog->count == STREAMS_MAX)
		return why_set(why, ERR_CONFIG, "%s has %d logs already", folder->dir, STREAMS_MAX);
	struct stream *stream = &catalog->streams[catalog->count++];
	*stream = (struct stream){.is.own = own};
	memcpy(stream->is.name, name, strlen(name) + 1);
	if (own)
		randombytes_buf(stream->is.id, STORE_ID_LEN);
	return 0;
}

static int streams_create(struct folder *folder, size_t from, struct why *why)
{
	MDB_txn *txn = NULL;
	enum { ROOM = 256 * 1024 }; /* a few pages a table, and their copies */
	int err = room_reserve(folder->env, &folder->reserved, ROOM);
	if (err)
		return why_set(why, err, "%s: %s", folder->dir, err_title(err));
	int rc = mdb_txn_begin(folder->env, NULL, 0, &txn);
	if (!rc && !folder->catalog.meta)
		rc = catalog_create(txn, &folder->catalog);
	for (size_t i = from; !rc && i < folder->catalog.count; i++)
		rc = stream_put(txn, &folder->catalog, &folder->catalog.streams[i]);
	if (!rc) {
		rc = mdb_txn_commit(txn);
		txn = NULL;
	}
	if (txn)
		mdb_txn_abort(txn);
	if (rc)
		return why_set(why, env_err(rc), "%s: %s", folder->dir, mdb_strerror(rc));
	return dir_sync(folder->dir, why);
}

/* A first start that was cut off while it made its file: nothing was ever in it. */
static int first_start_clear(const struct folder *folder, struct why *why)
{
	char path[4096];
	struct stat data;
	const struct lock *lock = &folder->lock;
	off_t first_pages = 2 * (off_t)sysconf(_SC_PAGESIZE);
	snprintf(path, sizeof path, "%s/data.mdb", folder->dir);
	if (!lock->was_there || lock->durable || strcmp(lock->stream, "-") != 0 ||
		stat(path, &data) != 0 || data.st_size > first_pages || unlink(path) == 0)
		return 0;
	return why_set(why, ERR_IO, "%s: %s", path, strerror(errno));
}

static int streams_open(struct folder *folder, const struct store_options *options, struct why *why)
{
	size_t known = folder->catalog.count;
	int err = options->own ? stream_want(folder, options->own, true, why) : 0;
	for (const char *const *name = options->replicas; name && *name && !err; name++)
		err = stream_want(folder, *name, false, why);
	if (!err && (folder->catalog.count > known || !folder->catalog.meta))
		err = streams_create(folder, known, why);
	const struct stream *own = catalog_own(&folder->catalog);
	if (!err && own)
		lock_note(&folder->lock, own->is.name, own->is.head.seq);
	return err;
}

static int file_open(struct folder *folder, const struct store_options *options, struct why *why)
{
	int dead, err = dir_make(folder->dir, "make the folder above it, or choose another", why);
	if (!err)
		err = lock_take(&folder->lock, folder->dir, options->holder, why);
	if (!err && folder->lock.is_damaged)
		err = lock_damaged(folder->dir, why);
	if (!err)
		err = first_start_clear(folder, why);
	if (!err)
		err = log_open(
			&folder->env, folder->dir, &folder->lock, 0, options->limit_mib << 20, why);
	if (err)
		return err;
	int rc = mdb_reader_check(folder->env, &dead);
	if (rc)
		return why_set(why, env_err(rc), "%s: %s", folder->dir, mdb_strerror(rc));
	err = file_check(folder, why);
	folder->reserved = env_end(folder->env);
	return err ? err : streams_open(folder, options, why);
}

static int folder_look(struct folder *folder, struct why *why)
{
	char path[4096];
	struct stat data;
	snprintf(path, sizeof path, "%s/lock", folder->dir);
	bool known = access(path, F_OK) == 0;
	snprintf(path, sizeof path, "%s/data.mdb", folder->dir);
	if (!known && access(path, F_OK) != 0)
		return why_set(why, ERR_NOT_FOUND, "%s: no log here: %s", path, strerror(errno));
	int err = lock_look(&folder->lock, folder->dir, why);
	size_t map_bytes = !err && stat(path, &data) == 0 ? (size_t)data.st_size : 0;
	return err ? err
		   : log_open(&folder->env, folder->dir, &folder->lock, MDB_RDONLY | MDB_NOLOCK,
			     map_bytes, why);
}

int folder_open(void **at, const struct store_options *options, struct why *why)
{
	struct folder *folder = calloc(1, sizeof *folder);
	must(folder);
	*at = folder;
	folder->lock.fd = -1;
	folder->look_only = options->look_only;
	folder->dir = strdup(options->dir);
	return options->look_only ? folder_look(folder, why) : file_open(folder, options, why);
}

void folder_close(void *at)
{
	struct folder *folder = at;
	if (folder->reader)
		mdb_txn_abort(folder->reader);
	if (folder->env && folder->trusted && !folder->look_only)
		env_file_trim(folder->env);
	if (folder->env)
		mdb_env_close(folder->env);
	lock_release(&folder->lock);
	free(folder->dir);
	free(folder);
}

int folder_heads(void *at, struct store_stream streams[STREAMS_MAX], size_t *count, struct why *why)
{
	struct folder *folder = at;
	int err = folder->trusted ? 0 : file_check(folder, why);
	if (err)
		return err;
	reader_end(folder);
	for (size_t i = 0; i < folder->catalog.count; i++)
		streams[i] = folder->catalog.streams[i].is;
	*count = folder->catalog.count;
	return 0;
}

void folder_size(void *at, uint64_t *bytes, uint64_t *limit)
{
	struct folder *folder = at;
	MDB_envinfo info;
	must(mdb_env_info(folder->env, &info) == 0);
	*bytes = env_file_bytes(folder->env);
	*limit = info.me_mapsize;
}
