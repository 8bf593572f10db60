#include "store/store_private.h"

#include "store/guard.h"
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

int walk_find(struct walk *walk)
{
	return guard_run(finding_run, walk);
}

/* The block that was read, if it is whole and where its key says. */
static int walk_check(struct walk *walk)
{
	const struct record *record = &walk->record;
	int err = block_check((const uint8_t *)record->value.data, record->value.len, &walk->block);
	if (err)
		return err;
	if (walk->block.size != record->value.len ||
		walk->block.first_seq != key_seq(record->key.data, record->key.len))
		return ERR_DAMAGED;
	return 0;
}

int walk_next(struct walk *walk)
{
	int err = record_get(&walk->record, walk->cursor, walk->blocks ? MDB_NEXT : MDB_FIRST);
	if (err == ERR_NOT_FOUND)
		return walk->blocks == walk->entries ? err : ERR_DAMAGED;
	if (!err)
		err = walk_check(walk);
	if (!err && !block_follows(&walk->block, &walk->head))
		err = ERR_DAMAGED;
	if (err)
		return err == ERR_VERSION ? err : ERR_DAMAGED;
	walk->head = block_head(&walk->block);
	walk->blocks++;
	return 0;
}

int walk_last(struct walk *walk)
{
	int err = record_get(&walk->record, walk->cursor, MDB_LAST);
	if (err == ERR_NOT_FOUND)
		return walk->entries == 0 ? err : ERR_DAMAGED;
	if (!err)
		err = walk_check(walk);
	if (!err)
		walk->head = block_head(&walk->block);
	return err;
}

bool walk_ends_well(const struct walk *walk, const struct stream *stream)
{
	const uint8_t *id = walk->head.id;
	return !stream->own || walk->head.seq == 0 || memcmp(id, stream->id, STORE_ID_LEN) == 0 ||
	       memcmp(id, stream->linked_id, STORE_ID_LEN) == 0;
}

int rest_check(MDB_txn *txn, const struct catalog *catalog)
{
	const MDB_dbi tables[] = {0, catalog->rows}; /* 0: LMDB's own */
	for (size_t i = 0; i < 2; i++) {
		struct walk walk auto_walk;
		uint64_t count = 0;
		int err = walk_init(&walk, txn, tables[i]);
		for (MDB_cursor_op op = MDB_FIRST; !err && count <= walk.entries; op = MDB_NEXT) {
			err = record_get(&walk.record, walk.cursor, op);
			count += !err;
		}
		if (err != ERR_NOT_FOUND || count != walk.entries)
			return ERR_DAMAGED;
	}
	return 0;
}

/* ---- rows ---- */

void store_row_put(struct store_rows *rows, const void *key, size_t key_len, const void *value,
	size_t value_len)
{
	must(key_len > 0 && key_len <= STORE_KEY_MAX);
	size_t lens[2] = {key_len, value_len};
	buf_add(&rows->bytes, lens, sizeof lens);
	buf_add(&rows->bytes, key, key_len);
	buf_add(&rows->bytes, value, value_len);
	rows->count++;
}

struct row_cursor rows_begin(const struct store_rows *rows)
{
	struct row_cursor cursor = {.at = rows->bytes.data};
	if (cursor.at)
		cursor.end = cursor.at + rows->bytes.len;
	return cursor;
}

bool rows_next(struct row_cursor *cursor)
{
	if (cursor->at == cursor->end)
		return false;
	size_t lens[2];
	memcpy(lens, cursor->at, sizeof lens);
	char *key = (char *)cursor->at + sizeof lens;
	cursor->key = (MDB_val){lens[0], key};
	cursor->value = (MDB_val){lens[1], key + lens[0]};
	cursor->at = key + lens[0] + lens[1];
	return true;
}
