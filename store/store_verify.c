#include "store/store_private.h"

#include "store/guard.h"
#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* ---- a log that no daemon has open ---- */

int offline_open(struct offline *offline, const char *dir, const char *holder, struct why *why)
{
	char path[4096];
	struct stat data;
	*offline = (struct offline){.lock.fd = -1};
	must(sodium_init() >= 0);
	guard_hold();
	snprintf(path, sizeof path, "%s/lock", dir);
	bool known = access(path, F_OK) == 0;
	snprintf(path, sizeof path, "%s/data.mdb", dir);
	if (!known && access(path, F_OK) != 0)
		return why_set(why, ERR_NOT_FOUND, "%s: no log here: %s", path, strerror(errno));
	int err = lock_take(&offline->lock, dir, holder, why);
	size_t map_bytes = !err && stat(path, &data) == 0 ? (size_t)data.st_size : 0;
	if (!err)
		err = log_open(&offline->env, dir, &offline->lock, MDB_RDONLY | MDB_NOLOCK,
			map_bytes, why);
	if (err)
		return err;
	int rc = mdb_txn_begin(offline->env, NULL, MDB_RDONLY, &offline->txn);
	if (rc)
		return why_set(why, env_err(rc), "%s: %s", path, mdb_strerror(rc));
	return catalog_read(&offline->catalog, offline->env, offline->txn, &offline->lock, why);
}

void offline_close(struct offline *offline)
{
	guard_release();
	if (offline->txn)
		mdb_txn_abort(offline->txn);
	if (offline->env)
		mdb_env_close(offline->env);
	lock_release(&offline->lock);
}

int scratch_open(MDB_env **out, const char *path, size_t map_bytes, struct why *why)
{
	if (unlink(path) != 0 && errno != ENOENT)
		return why_set(why, ERR_IO, "%s: %s", path, strerror(errno));
	return env_open(out, path, MDB_NOSUBDIR | MDB_NOLOCK | MDB_NOSYNC, map_bytes, why);
}

/* ---- verify ---- */

struct verifying {
	const char *dir;
	store_rows_fn *rows_of;
	struct why *why;
	int found; /* the first damage; why has its place */
	struct offline log;
	/*
	 * Derived rows, as key → seq of the event and value, in a file that has no name any more.
	 * One transaction that is never committed: LMDB writes out what it does not want to keep.
	 */
	MDB_env *scratch;
	MDB_txn *txn;
	MDB_dbi derived;
};

static void damage_note(struct verifying *verifying, struct store_report *report, int err,
	uint64_t seq, const char *what)
{
	report->err = err;
	report->bad_seq = seq;
	if (!verifying->found)
		verifying->found = why_set(verifying->why, err, "%s: log %s: event %" PRIu64 " %s",
			verifying->dir, report->stream, seq, what);
}

static int verifying_open(struct verifying *verifying)
{
	char path[4096];
	snprintf(path, sizeof path, "%s/verify.tmp", verifying->dir);
	size_t map_bytes = ((size_t)1 << 30) + 4 * env_file_bytes(verifying->log.env);
	int err = scratch_open(&verifying->scratch, path, map_bytes, verifying->why);
	if (err)
		return err;
	unlink(path);
	int rc = mdb_txn_begin(verifying->scratch, NULL, 0, &verifying->txn);
	if (!rc)
		rc = mdb_dbi_open(verifying->txn, "rows", MDB_CREATE, &verifying->derived);
	return rc ? why_set(verifying->why, env_err(rc), "%s: %s", path, mdb_strerror(rc)) : 0;
}

static void verifying_close(struct verifying *verifying)
{
	if (verifying->txn)
		mdb_txn_abort(verifying->txn);
	if (verifying->scratch)
		mdb_env_close(verifying->scratch);
	offline_close(&verifying->log);
}

static int event_derive(struct verifying *verifying, const struct block_cursor *event,
	struct store_rows *rows, struct buf *value)
{
	buf_clear(&rows->bytes);
	rows->count = 0;
	verifying->rows_of(event->event, event->len, event->seq, rows);
	struct row_cursor row = rows_begin(rows);
	int rc = 0;
	while (!rc && rows_next(&row)) {
		buf_clear(value);
		buf_add(value, &event->seq, sizeof event->seq);
		buf_add(value, row.value.mv_data, row.value.mv_size);
		MDB_val with_seq = {value->len, value->data};
		rc = mdb_put(verifying->txn, verifying->derived, &row.key, &with_seq, 0);
	}
	return env_err(rc);
}

static int block_derive(struct verifying *verifying, const struct block *block)
{
	struct store_rows rows = {0};
	struct buf auto_buf value = {0};
	struct block_cursor event = block_events(block);
	int err = 0;
	while (!err && block_next(&event))
		err = event_derive(verifying, &event, &rows, &value);
	buf_done(&rows.bytes);
	if (err)
		return why_set(verifying->why, err, "%s: rows cannot be derived in verify.tmp: %s",
			verifying->dir, err_title(err));
	return 0;
}

static int key_compare(const struct buf *a, const struct buf *b)
{
	int order = memcmp(a->data, b->data, a->len < b->len ? a->len : b->len);
	return order ? order : (a->len > b->len) - (a->len < b->len);
}

static void seq_note(uint64_t *bad_seq, uint64_t seq)
{
	if (*bad_seq == 0 || seq < *bad_seq)
		*bad_seq = seq;
}

static int row_next(struct walk *stored, struct store_report *report)
{
	int err = record_get(&stored->record, stored->cursor, report->rows ? MDB_NEXT : MDB_FIRST);
	if (err)
		return err == ERR_NOT_FOUND && report->rows == stored->entries ? err : ERR_DAMAGED;
	if (report->rows == stored->entries)
		return ERR_DAMAGED;
	report->rows++;
	return walk_find(stored);
}

/* The derived record is the seq of the row's event, and the row's value. */
static bool row_is(const struct buf *stored, const struct buf *derived)
{
	return stored->len == derived->len - sizeof(uint64_t) &&
	       memcmp(stored->data, derived->data + sizeof(uint64_t), stored->len) == 0;
}

/* Both in the order of their keys. A row that no event accounts for is of one that is not here. */
static void rows_compare(struct walk *stored, struct walk *derived, struct store_report *report)
{
	const struct record *a = &stored->record, *b = &derived->record;
	int is = row_next(stored, report);
	int ought = record_get(&derived->record, derived->cursor, MDB_FIRST);
	while (!is || !ought) {
		uint64_t seq = report->last_seq + 1;
		int order = !is && !ought ? key_compare(&a->key, &b->key) : is ? 1 : -1;
		if (order >= 0)
			memcpy(&seq, b->value.data, sizeof seq);
		if (order != 0 || !row_is(&a->value, &b->value))
			seq_note(&report->bad_seq, seq);
		if (order <= 0)
			is = row_next(stored, report);
		if (order >= 0)
			ought = record_get(&derived->record, derived->cursor, MDB_NEXT);
	}
	if (is != ERR_NOT_FOUND || ought != ERR_NOT_FOUND)
		seq_note(&report->bad_seq, report->last_seq + 1);
}

static void rows_verify(struct verifying *verifying, struct store_report *report)
{
	struct walk stored auto_walk, derived auto_walk;
	int err = walk_init(&stored, verifying->log.txn, verifying->log.catalog.rows);
	int err2 = walk_init(&derived, verifying->txn, verifying->derived);
	if (err || err2)
		report->bad_seq = 1;
	else
		rows_compare(&stored, &derived, report);
	if (report->bad_seq)
		damage_note(verifying, report, ERR_DAMAGED, report->bad_seq,
			"is fine, but its rows are not what it says; " WAY_ON);
}

static void report_block(struct store_report *report, const struct walk *walk)
{
	report->first_seq = 1;
	report->last_seq = walk->head.seq;
	report->events = walk->head.seq;
	report->blocks = walk->blocks;
	memcpy(report->id, walk->head.id, STORE_ID_LEN);
	memcpy(report->hash, walk->head.hash, STORE_HASH_LEN);
}

/* How a walk ended. */
static void chain_verify(struct verifying *verifying, const struct walk *walk, int end,
	const struct stream *stream, struct store_report *report)
{
	uint64_t known = stream->own ? verifying->log.lock.durable : 0;
	uint64_t next = report->last_seq + 1;
	if (end == ERR_VERSION)
		damage_note(verifying, report, end, next,
			"and what follows: written by a newer wot; verify with that one");
	else if (end != ERR_NOT_FOUND || !walk_ends_well(walk, stream) || next <= known)
		damage_note(verifying, report, ERR_DAMAGED, next,
			"and what follows: damaged or gone; " WAY_ON);
}

static int stream_verify(
	struct verifying *verifying, const struct stream *stream, struct store_report *report)
{
	struct walk walk auto_walk;
	bool derive = stream->own && verifying->rows_of;
	int end = walk_init(&walk, verifying->log.txn, stream->dbi);
	while (!end && !(end = walk_next(&walk)) && !(end = walk_find(&walk))) {
		report_block(report, &walk);
		int err = derive ? block_derive(verifying, &walk.block) : 0;
		if (err)
			return err;
	}
	chain_verify(verifying, &walk, end, stream, report);
	if (stream->own) {
		memcpy(report->id, stream->id, STORE_ID_LEN);
		if (!report->err)
			rows_verify(verifying, report);
	}
	return 0;
}

int store_verify(const char *dir, store_rows_fn *rows_of,
	void (*on_stream)(void *arg, const struct store_report *report), void *arg, struct why *why)
{
	struct verifying verifying = {.dir = dir, .rows_of = rows_of, .why = why};
	const struct catalog *catalog = &verifying.log.catalog;
	int err = offline_open(&verifying.log, dir, "wotctl verify", why);
	if (!err)
		err = verifying_open(&verifying);
	for (size_t i = 0; !err && i < catalog->count; i++) {
		const struct stream *stream = &catalog->streams[i];
		struct store_report report = {.stream = stream->name, .own = stream->own};
		err = stream_verify(&verifying, stream, &report);
		if (!err && on_stream)
			on_stream(arg, &report);
	}
	if (!err)
		err = verifying.found;
	if (!err && rest_check(verifying.log.txn, catalog))
		err = why_set(
			why, ERR_DAMAGED, "%s: the list of free pages is damaged; " WAY_ON, dir);
	verifying_close(&verifying);
	return err;
}
