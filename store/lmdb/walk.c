#include "store/lmdb/lmdb_own.h"

#include "store/lmdb/guard.h"
#include <endian.h>
#include <string.h>

void record_done(struct record *record)
{
	buf_done(&record->key);
	buf_done(&record->value);
}

struct getting {
	struct record *record;
	MDB_cursor *cursor;
	MDB_cursor_op op;
};

static int getting_run(void *arg)
{
	struct getting *getting = arg;
	struct record *record = getting->record;
	MDB_val key = {0}, value = {0};
	int rc = mdb_cursor_get(getting->cursor, &key, &value, getting->op);
	if (rc)
		return env_err(rc);
	MDB_env *env = mdb_txn_env(mdb_cursor_txn(getting->cursor));
	if (value.mv_size > 1 << 20 && value.mv_size > env_file_bytes(env))
		return ERR_DAMAGED; /* a length that is damaged must not become our memory */
	buf_clear(&record->key);
	buf_add(&record->key, key.mv_data, key.mv_size);
	buf_add(&record->value, value.mv_data, value.mv_size);
	return 0;
}

int record_get(struct record *record, MDB_cursor *cursor, MDB_cursor_op op)
{
	struct getting getting = {record, cursor, op};
	buf_clear(&record->value);
	return guard_run(getting_run, &getting);
}

uint64_t key_seq(const void *key, size_t len)
{
	uint64_t seq = 0;
	if (len == sizeof seq)
		memcpy(&seq, key, sizeof seq);
	return be64toh(seq);
}

void key_put(uint8_t key[8], uint64_t seq)
{
	seq = htobe64(seq);
	memcpy(key, &seq, sizeof seq);
}

struct counting {
	MDB_txn *txn;
	MDB_dbi dbi;
	MDB_stat stat;
};

static int counting_run(void *arg)
{
	struct counting *counting = arg;
	return mdb_stat(counting->txn, counting->dbi, &counting->stat);
}

int walk_init(struct walk *walk, MDB_txn *txn, MDB_dbi dbi)
{
	*walk = (struct walk){0};
	struct counting counting = {.txn = txn, .dbi = dbi};
	int rc = guard_run(counting_run, &counting);
	if (!rc)
		rc = mdb_cursor_open(txn, dbi, &walk->cursor);
	if (!rc)
		rc = mdb_cursor_open(txn, dbi, &walk->finder);
	walk->entries = counting.stat.ms_entries;
	return rc == ERR_DAMAGED ? rc : env_err(rc);
}

void walk_done(struct walk *walk)
{
	if (walk->cursor)
		mdb_cursor_close(walk->cursor);
	if (walk->finder)
		mdb_cursor_close(walk->finder);
	record_done(&walk->record);
	*walk = (struct walk){0};
}

static int finding_run(void *arg)
{
	struct walk *walk = arg;
	MDB_val key = {walk->record.key.len, walk->record.key.data}, value;
	return mdb_cursor_get(walk->finder, &key, &value, MDB_SET) ? ERR_DAMAGED : 0;
}

int walk_record(struct walk *walk)
{
	int err = record_get(&walk->record, walk->cursor, walk->count ? MDB_NEXT : MDB_FIRST);
	if (err == ERR_NOT_FOUND)
		return walk->count == walk->entries ? err : ERR_DAMAGED;
	if (!err && walk->count == walk->entries)
		err = ERR_DAMAGED;
	if (!err)
		err = guard_run(finding_run, walk);
	if (err)
		return ERR_DAMAGED;
	walk->count++;
	return 0;
}

bool walk_key_is_right(const struct walk *walk, const struct block *block)
{
	const struct record *record = &walk->record;
	return block->first_seq == key_seq(record->key.data, record->key.len);
}

int walk_next(struct walk *walk)
{
	int err = walk_record(walk);
	if (err)
		return err;
	const struct buf *value = &walk->record.value;
	struct store_head head = walk->head;
	err = block_chain((const uint8_t *)value->data, value->len, &head, &walk->block);
	if (!err && (walk->block.size != value->len || !walk_key_is_right(walk, &walk->block)))
		err = ERR_DAMAGED;
	if (err)
		return err == ERR_VERSION ? err : ERR_DAMAGED;
	walk->head = head;
	return 0;
}

int walk_last(struct walk *walk)
{
	const struct buf *value = &walk->record.value;
	int err = record_get(&walk->record, walk->cursor, MDB_LAST);
	if (err == ERR_NOT_FOUND)
		return walk->entries == 0 ? err : ERR_DAMAGED;
	if (!err)
		err = block_check((const uint8_t *)value->data, value->len, &walk->block);
	if (!err && (walk->block.size != value->len || !walk_key_is_right(walk, &walk->block)))
		err = ERR_DAMAGED;
	if (!err)
		walk->head = block_head(&walk->block);
	return err;
}
