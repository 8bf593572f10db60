#include "store/store_private.h"

#include "store/guard.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

void reader_end(struct store *store)
{
	if (store->reading)
		mdb_txn_reset(store->reader);
	store->reading = false;
}

static int reader_begin(struct store *store)
{
	if (store->reading)
		return 0;
	int rc = mdb_txn_renew(store->reader);
	store->reading = rc == 0;
	return env_err(rc);
}

void store_turn_end(struct store *store)
{
	reader_end(store);
}

struct reading {
	struct store *store;
	const struct stream *stream;
	MDB_cursor *cursor;
	uint64_t after_seq;
	const uint8_t *after_hash;
	size_t max_bytes;
	struct buf *out;
};

/* The first block carries the hash of the one before it: no need to look at that one. */
static int reading_first(const struct reading *reading, const MDB_val *key, const MDB_val *value)
{
	struct block block;
	if (key_seq(key->mv_data, key->mv_size) != reading->after_seq + 1)
		return reading->after_seq ? ERR_DIVERGED : ERR_DAMAGED;
	if (block_parse(value->mv_data, value->mv_size, &block))
		return ERR_DAMAGED;
	if (reading->after_seq && reading->after_hash &&
		memcmp(block.prev_hash, reading->after_hash, STORE_HASH_LEN) != 0)
		return ERR_DIVERGED;
	return 0;
}

/* Opening, too, looks into pages that may be gone. */
static int reading_open(struct reading *reading)
{
	int err = reader_begin(reading->store);
	if (err)
		return err;
	MDB_txn *txn = reading->store->reader;
	return env_err(mdb_cursor_open(txn, reading->stream->dbi, &reading->cursor));
}

static int reading_run(void *arg)
{
	struct reading *reading = arg;
	struct buf *out = reading->out;
	size_t before = out->len;
	uint64_t seq = reading->after_seq;
	uint8_t start[8];
	key_put(start, seq + 1);
	MDB_val key = {sizeof start, start}, value;
	int err = reading_open(reading);
	if (err)
		return err;
	int rc = mdb_cursor_get(reading->cursor, &key, &value, MDB_SET_RANGE);
	if (rc)
		return rc == MDB_NOTFOUND ? ERR_DIVERGED : env_err(rc);
	err = reading_first(reading, &key, &value);
	if (err)
		return err;
	for (;;) {
		struct block block;
		if (block_parse(value.mv_data, value.mv_size, &block) ||
			block.size != value.mv_size || block.first_seq != seq + 1)
			return ERR_DAMAGED;
		if (out->len > before && out->len - before + block.size > reading->max_bytes)
			return 0;
		buf_add(out, value.mv_data, value.mv_size);
		seq = block_last_seq(&block);
		if (seq >= reading->stream->durable.seq)
			return 0;
		rc = mdb_cursor_get(reading->cursor, &key, &value, MDB_NEXT);
		if (rc)
			return rc == MDB_NOTFOUND ? ERR_DAMAGED : env_err(rc);
	}
}

int store_read(struct store *store, const char *name, uint64_t after_seq, const uint8_t *after_hash,
	size_t max_bytes, struct buf *out)
{
	const struct stream *stream = catalog_find(&store->catalog, name);
	if (!stream)
		return ERR_NOT_FOUND;
	const struct store_head *head = &stream->durable;
	if (after_seq > head->seq)
		return ERR_DIVERGED;
	if (after_seq == head->seq) {
		bool same = !after_seq || !after_hash ||
			    memcmp(after_hash, head->hash, STORE_HASH_LEN) == 0;
		return same ? 0 : ERR_DIVERGED;
	}
	struct reading reading = {store, stream, NULL, after_seq, after_hash, max_bytes, out};
	size_t before = out->len;
	int err = guard_run(reading_run, &reading);
	if (reading.cursor)
		mdb_cursor_close(reading.cursor);
	/* What is whole before the damage is given; the next read is the one that fails. */
	return out->len > before ? 0 : err;
}

struct row_reading {
	struct store *store;
	MDB_val key;
	struct buf *out;
};

static int row_reading_run(void *arg)
{
	struct row_reading *reading = arg;
	struct store *store = reading->store;
	MDB_val value;
	int err = reader_begin(store);
	if (err)
		return err;
	int rc = mdb_get(store->reader, store->catalog.rows, &reading->key, &value);
	if (!rc)
		buf_add(reading->out, value.mv_data, value.mv_size);
	return env_err(rc);
}

int store_row(struct store *store, const void *key, size_t key_len, struct buf *out)
{
	if (key_len == 0 || key_len > STORE_KEY_MAX)
		return ERR_NOT_FOUND;
	struct row_reading reading = {store, {key_len, (void *)key}, out};
	return guard_run(row_reading_run, &reading);
}

uint64_t store_last(const struct store *store)
{
	return store->own ? store->own->given.seq : 0;
}

uint64_t store_durable(const struct store *store)
{
	return store->own ? store->own->durable.seq : 0;
}

int store_head(const struct store *store, const char *name, struct store_head *head)
{
	const struct stream *stream = catalog_find(&store->catalog, name);
	if (!stream)
		return ERR_NOT_FOUND;
	*head = stream->durable;
	if (stream->own)
		memcpy(head->id, stream->id, STORE_ID_LEN);
	return 0;
}

/* ---- a copy of all of it ---- */

static int copy_to(struct store *store, const char *path, struct why *why)
{
	int auto_clean(clean_fd) fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return why_set(why, errno == ENOSPC ? ERR_DISK_FULL : ERR_IO, "%s: %s", path,
			strerror(errno));
	int rc = mdb_env_copyfd2(store->env, fd, 0);
	if (!rc && fsync(fd) != 0)
		rc = errno;
	if (rc)
		unlink(path);
	return rc ? why_set(why, env_err(rc), "%s: %s", path, mdb_strerror(rc)) : 0;
}

int store_backup(struct store *store, const char *to_dir, struct why *why)
{
	char part[4096], path[4096];
	snprintf(part, sizeof part, "%s/data.mdb.part", to_dir);
	snprintf(path, sizeof path, "%s/data.mdb", to_dir);
	int err = dir_make(to_dir, "the copy needs an empty folder", why);
	if (err)
		return err;
	if (access(path, F_OK) == 0)
		return why_set(why, ERR_USAGE,
			"%s is there already: the copy needs an empty folder", path);
	err = copy_to(store, part, why);
	if (!err && rename(part, path) != 0)
		err = why_set(why, ERR_IO, "%s: %s", path, strerror(errno));
	return err ? err : dir_sync(to_dir, why);
}
