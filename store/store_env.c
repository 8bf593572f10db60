#include "store/store_private.h"

#include "lib/log.h"
#include "store/guard.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

/* In the file, per stream. Nothing in LMDB notices a flipped bit, so it has a hash of its own. */
struct meta_record {
	uint8_t own;
	uint8_t id[STORE_ID_LEN], linked_id[STORE_ID_LEN];
	uint8_t hash[STORE_HASH_LEN]; /* of the name and all before it */
};

int env_err(int rc)
{
	switch (rc) {
	case 0:
		return 0;
	case MDB_NOTFOUND:
	case ENOENT:
		return ERR_NOT_FOUND;
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return ERR_DISK_FULL;
	case MDB_MAP_FULL:
		return ERR_MAP_FULL;
	case ENOMEM:
		return ERR_MEMORY;
	case MDB_INVALID:
	case MDB_CORRUPTED:
	case MDB_PAGE_NOTFOUND:
	case MDB_PANIC:
	case MDB_VERSION_MISMATCH:
	case MDB_INCOMPATIBLE:
	case MDB_BAD_VALSIZE:
	case MDB_BAD_DBI:
	case MDB_CURSOR_FULL:
	case MDB_BAD_TXN:
		return ERR_DAMAGED;
	default:
		return ERR_IO;
	}
}

/* LMDB found its own pages inconsistent: an error where we read under guard, the end elsewhere. */
static void on_assert(MDB_env *env, const char *text)
{
	(void)env;
	guard_trip();
	log_fatal("store_damaged", "why=\"%s\" todo=\"" WAY_ON "\"", text);
}

int dir_sync(const char *dir, struct why *why)
{
	int auto_clean(clean_fd) fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) != 0)
		return why_set(why, ERR_IO, "%s: fsync: %s", dir, strerror(errno));
	return 0;
}

int dir_make(const char *dir, const char *to_do, struct why *why)
{
	struct stat stat_of;
	if (mkdir(dir, 0700) == 0) {
		char above[4096];
		snprintf(above, sizeof above, "%s/..", dir);
		return dir_sync(above, why);
	}
	int error = errno;
	if (error == EEXIST && stat(dir, &stat_of) == 0 && S_ISDIR(stat_of.st_mode))
		return 0;
	return why_set(why, error == ENOSPC || error == EDQUOT ? ERR_DISK_FULL : ERR_IO,
		"%s: %s: %s", dir, error == EEXIST ? "is no folder" : strerror(error), to_do);
}

struct opening {
	MDB_env *env;
	const char *path;
	unsigned flags;
	MDB_stat stat;
};

static int opening_run(void *arg)
{
	struct opening *opening = arg;
	int rc = mdb_env_open(opening->env, opening->path, opening->flags, 0600);
	return rc ? rc : mdb_env_stat(opening->env, &opening->stat);
}

/* A page of lock.mdb that is not to be had faults as one that is gone. */
static bool disk_is_full(const char *path)
{
	struct statvfs vfs;
	return statvfs(path, &vfs) == 0 && vfs.f_bavail == 0;
}

static int open_failed(int rc, const char *path, size_t map_bytes, struct why *why)
{
	int err = rc == ERR_DAMAGED ? rc : env_err(rc);
	if (err == ERR_DAMAGED)
		return why_set(why, err, "%s: data.mdb is no log, or damaged", path);
	if (err == ERR_MEMORY)
		return why_set(why, err,
			"%s: no %zu MiB of address space: raise RLIMIT_AS (ulimit -v, LimitAS=) "
			"or lower map_size_mib",
			path, map_bytes >> 20);
	if (err == ERR_DISK_FULL)
		return why_set(why, err, "%s: the disk is full: make room and start again", path);
	return why_set(why, err, "%s: data.mdb cannot be opened: %s", path, mdb_strerror(rc));
}

int env_open(MDB_env **out, const char *path, unsigned flags, size_t map_bytes, struct why *why)
{
	struct opening opening = {.path = path, .flags = flags | MDB_NOTLS};
	int rc = mdb_env_create(&opening.env);
	must(rc == 0);
	mdb_env_set_assert(opening.env, on_assert);
	rc = mdb_env_set_maxdbs(opening.env, STREAMS_MAX + 2);
	if (rc == 0 && map_bytes)
		rc = mdb_env_set_mapsize(opening.env, map_bytes);
	if (rc == 0)
		rc = guard_run(opening_run, &opening);
	if (rc == ERR_DAMAGED && disk_is_full(path))
		rc = ENOSPC;
	unsigned page = opening.stat.ms_psize;
	if (rc == 0 && (page < 512 || page > 65536 || (page & (page - 1)) != 0))
		rc = MDB_CORRUPTED;
	if (rc == 0) {
		*out = opening.env;
		return 0;
	}
	mdb_env_close(opening.env);
	return open_failed(rc, path, map_bytes, why);
}

uint64_t env_end(MDB_env *env)
{
	MDB_envinfo info;
	MDB_stat stat;
	must(mdb_env_info(env, &info) == 0 && mdb_env_stat(env, &stat) == 0);
	return ((uint64_t)info.me_last_pgno + 1) * stat.ms_psize;
}

uint64_t env_file_bytes(MDB_env *env)
{
	mdb_filehandle_t fd;
	struct stat stat;
	must(mdb_env_get_fd(env, &fd) == 0);
	must(fstat(fd, &stat) == 0);
	return (uint64_t)stat.st_size;
}

int env_file_extend(MDB_env *env)
{
	mdb_filehandle_t fd;
	must(mdb_env_get_fd(env, &fd) == 0);
	uint64_t end = env_end(env);
	if (env_file_bytes(env) >= end || ftruncate(fd, (off_t)end) == 0)
		return 0;
	return env_err(errno);
}

int env_file_trim(MDB_env *env)
{
	mdb_filehandle_t fd;
	must(mdb_env_get_fd(env, &fd) == 0);
	return ftruncate(fd, (off_t)env_end(env)) == 0 ? 0 : env_err(errno);
}

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
	memcpy(stream->name, record->key.data, record->key.len);
	memcpy(&meta, record->value.data, sizeof meta);
	meta_hash(&meta, stream->name, hash);
	if (memcmp(hash, meta.hash, sizeof hash) != 0)
		return ERR_DAMAGED;
	stream->own = meta.own != 0;
	memcpy(stream->id, meta.id, STORE_ID_LEN);
	memcpy(stream->linked_id, meta.linked_id, STORE_ID_LEN);
	char name[STORE_NAME_MAX + 5];
	log_name(name, stream->name);
	int err = dbi_open(txn, name, &stream->dbi);
	return err == ERR_NOT_FOUND ? ERR_DAMAGED : err;
}

static int streams_read(struct catalog *catalog, MDB_txn *txn, MDB_cursor *cursor)
{
	struct record record auto_clean(record_done) = {0};
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
		if (strcmp(catalog->streams[i].name, name) == 0)
			return (struct stream *)&catalog->streams[i];
	}
	return NULL;
}

struct stream *catalog_own(const struct catalog *catalog)
{
	for (size_t i = 0; i < catalog->count; i++) {
		if (catalog->streams[i].own)
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
	struct meta_record meta = {.own = stream->own};
	memcpy(meta.id, stream->id, STORE_ID_LEN);
	memcpy(meta.linked_id, stream->linked_id, STORE_ID_LEN);
	meta_hash(&meta, stream->name, meta.hash);
	char name[STORE_NAME_MAX + 5];
	log_name(name, stream->name);
	MDB_val key = {strlen(stream->name), stream->name};
	MDB_val value = {sizeof meta, &meta};
	int rc = mdb_dbi_open(txn, name, MDB_CREATE, &stream->dbi);
	return rc ? rc : mdb_put(txn, catalog->meta, &key, &value, 0);
}
