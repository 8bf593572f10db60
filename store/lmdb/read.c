#include "store/lmdb/lmdb_own.h"

#include "store/lmdb/guard.h"
#include <string.h>

void reader_end(struct folder *folder)
{
	if (folder->reading)
		mdb_txn_reset(folder->reader);
	folder->reading = false;
}

/* A transaction is begun and ended for good once: between, renewing it costs no lock. */
static int reader_begin(struct folder *folder)
{
	int rc = 0;
	if (folder->reading)
		return 0;
	if (folder->reader)
		rc = mdb_txn_renew(folder->reader);
	else
		rc = mdb_txn_begin(folder->env, NULL, MDB_RDONLY, &folder->reader);
	folder->reading = rc == 0;
	return env_err(rc);
}

struct reading {
	struct folder *folder;
	const struct stream *stream;
	MDB_cursor *cursor;
	uint64_t after_seq, to_seq;
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
	int err = reader_begin(reading->folder);
	if (err)
		return err;
	MDB_txn *txn = reading->folder->reader;
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
		if (seq >= reading->to_seq)
			return 0;
		rc = mdb_cursor_get(reading->cursor, &key, &value, MDB_NEXT);
		if (rc)
			return rc == MDB_NOTFOUND ? ERR_DAMAGED : env_err(rc);
	}
}

int folder_read(void *at, size_t stream, uint64_t after_seq, const uint8_t *after_hash,
	uint64_t to_seq, size_t max_bytes, struct buf *out)
{
	struct folder *folder = at;
	struct reading reading = {
		.folder = folder,
		.stream = &folder->catalog.streams[stream],
		.after_seq = after_seq,
		.to_seq = to_seq,
		.after_hash = after_hash,
		.max_bytes = max_bytes,
		.out = out,
	};
	size_t before = out->len;
	int err = guard_run(reading_run, &reading);
	if (reading.cursor)
		mdb_cursor_close(reading.cursor);
	/* What is whole before the damage is given; the next read is the one that fails. */
	return out->len > before ? 0 : err;
}

struct row_reading {
	struct folder *folder;
	MDB_val key;
	struct buf *out;
};

static int row_reading_run(void *arg)
{
	struct row_reading *reading = arg;
	struct folder *folder = reading->folder;
	MDB_val value;
	int err = reader_begin(folder);
	if (err)
		return err;
	int rc = mdb_get(folder->reader, folder->catalog.rows, &reading->key, &value);
	if (!rc)
		buf_add(reading->out, value.mv_data, value.mv_size);
	return env_err(rc);
}

int folder_row(void *at, const void *key, size_t key_len, struct buf *out)
{
	struct row_reading reading = {at, {key_len, (void *)key}, out};
	return guard_run(row_reading_run, &reading);
}
