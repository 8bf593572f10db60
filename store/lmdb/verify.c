#include "store/lmdb/lmdb_own.h"

#include "store/lmdb/guard.h"

/* *err: how the telling ended, when it was not the audit that ended it. */
static int blocks_tell(
	const struct store_audit *audit, MDB_txn *txn, const struct stream *stream, int *err)
{
	auto_walk struct walk walk;
	bool enough = false;
	int failed = 0;
	*err = walk_init(&walk, txn, stream->dbi);
	while (!*err && !failed && !enough && !(*err = walk_record(&walk))) {
		const struct buf *value = &walk.record.value;
		struct block block;
		if (block_parse((const uint8_t *)value->data, value->len, &block) == 0 &&
			!walk_key_is_right(&walk, &block))
			*err = ERR_DAMAGED;
		else
			failed = audit->on_block(audit->arg, value->data, value->len, &enough);
	}
	if (*err == ERR_NOT_FOUND)
		*err = 0;
	return failed;
}

static int rows_tell(const struct store_audit *audit, MDB_txn *txn, MDB_dbi rows, int *err)
{
	auto_walk struct walk walk;
	int failed = 0;
	*err = walk_init(&walk, txn, rows);
	while (!*err && !failed && !(*err = walk_record(&walk))) {
		const struct record *row = &walk.record;
		failed = audit->on_row(
			audit->arg, row->key.data, row->key.len, row->value.data, row->value.len);
	}
	if (*err == ERR_NOT_FOUND)
		*err = 0;
	return failed;
}

static int stream_tell(const struct folder *folder, const struct store_audit *audit, MDB_txn *txn,
	const struct stream *stream)
{
	int blocks_err = 0, rows_err = 0;
	struct store_stream is = stream->is;
	is.noted_seq = is.own ? folder->lock.durable : 0;
	int err = audit->on_stream ? audit->on_stream(audit->arg, &is) : 0;
	if (!err && audit->on_block)
		err = blocks_tell(audit, txn, stream, &blocks_err);
	if (!err && audit->on_row && is.own)
		err = rows_tell(audit, txn, folder->catalog.rows, &rows_err);
	if (!err && !audit->on_stream_end)
		return rows_err ? rows_err : blocks_err;
	return err ? err : audit->on_stream_end(audit->arg, blocks_err, rows_err);
}

static int all_tell(
	struct folder *folder, const struct store_audit *audit, MDB_txn *txn, struct why *why)
{
	int err = 0;
	for (size_t i = 0; i < folder->catalog.count && !err; i++)
		err = stream_tell(folder, audit, txn, &folder->catalog.streams[i]);
	if (err)
		return why_set(why, err, "%s: %s", folder->dir, err_title(err));
	if (!audit->on_block)
		return 0;
	if (folder->lock.is_damaged)
		return lock_damaged(folder->dir, why);
	err = pages_check(folder->env, txn);
	return err == ERR_DAMAGED ? pages_damaged(folder->dir, folder->lock.stream, why) : err;
}

int folder_verify(void *at, const struct store_audit *audit, struct why *why)
{
	struct folder *folder = at;
	MDB_txn *txn;
	int rc = mdb_txn_begin(folder->env, NULL, MDB_RDONLY, &txn);
	if (rc)
		return why_set(why, env_err(rc), "%s: %s", folder->dir, mdb_strerror(rc));
	guard_hold();
	int err = folder->trusted
			  ? 0
			  : catalog_read(&folder->catalog, folder->env, txn, &folder->lock, why);
	if (!err)
		err = all_tell(folder, audit, txn, why);
	guard_release();
	mdb_txn_abort(txn);
	return err;
}
