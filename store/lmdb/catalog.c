#include "store/lmdb/lmdb_own.h"

#include "store/lmdb/guard.h"
#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* In the file, per stream. Nothing in LMDB notices a flipped bit, so it has a hash of its own. */
struct meta_record {
	uint8_t own;
	uint8_t id[STORE_ID_LEN], linked_id[STORE_ID_LEN];
	uint8_t hash[STORE_HASH_LEN]; /* of the name and all before it */
};

/* A log that had events does not start anew because its file is gone. */
static int file_is_there(const char *dir, const struct lock *lock, struct why *why)
{
	char path[4096];
	struct stat stat_of;
	snprintf(path, sizeof path, "%s/data.mdb", dir);
	if (lock->durable == 0 || (stat(path, &stat_of) == 0 && stat_of.st_size > 0))
		return 0;
	return why_set(why, ERR_DAMAGED,
		"%s: log %s: event 1 and what follows: data.mdb is gone or empty, and %" PRIu64
		" events were in it; put back a backup, or remove %s/lock to start an empty log",
		dir, lock->stream, lock->durable, dir);
}

/* Nothing in this file can be found any more; the lock knows whose it was. */
static int roots_damaged(const char *dir, const struct lock *lock, struct why *why)
{
	bool has_own = strcmp(lock->stream, "-") != 0;
	return why_set(why, ERR_DAMAGED,
		"%s: %s%s: event 1 and what follows: data.mdb is cut off or damaged where it says "
		"what is in it; %s",
		dir, has_own ? "log " : "every log", has_own ? lock->stream : "",
		has_own ? "put back a copy of this folder; a replica of it may have more"
			: "empty this folder of replicas, and they are fetched again");
}

int pages_damaged(const char *dir, const char *stream, struct why *why)
{
	return why_set(why, ERR_DAMAGED,
		"%s: log %s: every event is there, but pages that are in use are called free, or "
		"used twice: the next commits would write over them; `wotctl accept-loss %s` puts "
		"it right, and loses nothing",
		dir, stream, dir);
}

int lock_damaged(const char *dir, struct why *why)
{
	return why_set(why, ERR_DAMAGED,
		"%s/lock is damaged, which notes how far the log had come; `wotctl verify` says "
		"what is there, and what others have read of it; `wotctl accept-loss %s` goes on "
		"with what is there",
		dir, dir);
}

int log_open(MDB_env **out, const char *dir, const struct lock *lock, unsigned flags,
	size_t map_bytes, struct why *why)
{
	int err = file_is_there(dir, lock, why);
	if (err)
		return err;
	err = env_open(out, dir, flags, map_bytes, why);
	return err == ERR_DAMAGED ? roots_damaged(dir, lock, why) : err;
}

/* ---- the catalog ---- */

struct dbi_opening {
	MDB_txn *txn;
	const char *name;
	MDB_dbi dbi;
};

static int dbi_opening_run(void *arg)
{
	struct dbi_opening *opening = arg;
	return mdb_dbi_open(opening->txn, opening->name, 0, &opening->dbi);
}

static int dbi_open(MDB_txn *txn, const char *name, MDB_dbi *out)
{
	struct dbi_opening opening = {.txn = txn, .name = name};
	int rc = guard_run(dbi_opening_run, &opening);
	if (rc)
		return rc == ERR_DAMAGED ? rc : env_err(rc);
	*out = opening.dbi;
	return 0;
}

static void log_name(char out[static STORE_NAME_MAX + 5], const char *name)
{
	memcpy(out, "log:", 4);
	memcpy(out + 4, name, strlen(name) + 1);
}

static void meta_hash(const struct meta_record *record, const char *name, uint8_t *hash)
{
	crypto_generichash_state state;
	crypto_generichash_init(&state, NULL, 0, STORE_HASH_LEN);
	crypto_generichash_update(&state, (const uint8_t *)name, strlen(name));
	crypto_generichash_update(
		&state, (const uint8_t *)record, offsetof(struct meta_record, hash));
	crypto_generichash_final(&state, hash, STORE_HASH_LEN);
}

static int stream_read(struct stream *stream, MDB_txn *txn, const struct record *record)
{
	struct meta_record meta;
	uint8_t hash[STORE_HASH_LEN];
	if (record->key.len > STORE_NAME_MAX || record->value.len != sizeof meta)
		return ERR_DAMAGED;
	*stream = (struct stream){0};
	memcpy(stream->is.name, record->key.data, record->key.len);
	memcpy(&meta, record->value.data, sizeof meta);
	meta_hash(&meta, stream->is.name, hash);
	if (memcmp(hash, meta.hash, sizeof hash) != 0)
		return ERR_DAMAGED;
	stream->is.own = meta.own != 0;
	memcpy(stream->is.id, meta.id, STORE_ID_LEN);
	memcpy(stream->is.linked_id, meta.linked_id, STORE_ID_LEN);
	char name[STORE_NAME_MAX + 5];
	log_name(name, stream->is.name);
	int err = dbi_open(txn, name, &stream->dbi);
	return err == ERR_NOT_FOUND ? ERR_DAMAGED : err;
}

static int streams_read(struct catalog *catalog, MDB_txn *txn, MDB_cursor *cursor)
{
	auto_clean(record_done) struct record record = {0};
	int err;
	for (MDB_cursor_op op = MDB_FIRST; !(err = record_get(&record, cursor, op));
		op = MDB_NEXT) {
		if (catalog->count == STREAMS_MAX)
			return ERR_DAMAGED;
		err = stream_read(&catalog->streams[catalog->count], txn, &record);
		if (err)
			return err;
		catalog->count++;
	}
	return err == ERR_NOT_FOUND ? 0 : err;
}

int catalog_read(
	struct catalog *out, MDB_env *env, MDB_txn *txn, const struct lock *lock, struct why *why)
{
	struct catalog catalog = {0};
	MDB_envinfo info;
	const char *dir;
	MDB_cursor *cursor;
	must(mdb_env_info(env, &info) == 0 && mdb_env_get_path(env, &dir) == 0);
	int err = dbi_open(txn, "meta", &catalog.meta);
	if (err == ERR_NOT_FOUND && info.me_last_pgno <= 1) {
		*out = catalog;
		return 0;
	}
	if (!err)
		err = dbi_open(txn, "rows", &catalog.rows);
	if (!err)
		err = env_err(mdb_cursor_open(txn, catalog.meta, &cursor));
	if (!err) {
		err = streams_read(&catalog, txn, cursor);
		mdb_cursor_close(cursor);
	}
	if (err)
		return roots_damaged(dir, lock, why);
	*out = catalog;
	return 0;
}

struct stream *catalog_find(const struct catalog *catalog, const char *name)
{
	for (size_t i = 0; i < catalog->count; i++) {
		if (strcmp(catalog->streams[i].is.name, name) == 0)
			return (struct stream *)&catalog->streams[i];
	}
	return NULL;
}

struct stream *catalog_own(const struct catalog *catalog)
{
	for (size_t i = 0; i < catalog->count; i++) {
		if (catalog->streams[i].is.own)
			return (struct stream *)&catalog->streams[i];
	}
	return NULL;
}

int catalog_create(MDB_txn *txn, struct catalog *catalog)
{
	int rc = mdb_dbi_open(txn, "meta", MDB_CREATE, &catalog->meta);
	return rc ? rc : mdb_dbi_open(txn, "rows", MDB_CREATE, &catalog->rows);
}

int stream_put(MDB_txn *txn, struct catalog *catalog, struct stream *stream)
{
	struct meta_record meta = {.own = stream->is.own};
	memcpy(meta.id, stream->is.id, STORE_ID_LEN);
	memcpy(meta.linked_id, stream->is.linked_id, STORE_ID_LEN);
	meta_hash(&meta, stream->is.name, meta.hash);
	char name[STORE_NAME_MAX + 5];
	log_name(name, stream->is.name);
	MDB_val key = {strlen(stream->is.name), stream->is.name};
	MDB_val value = {sizeof meta, &meta};
	int rc = mdb_dbi_open(txn, name, MDB_CREATE, &stream->dbi);
	return rc ? rc : mdb_put(txn, catalog->meta, &key, &value, 0);
}
