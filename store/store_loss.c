#include "store/store_private.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum { COMMIT_BYTES = 64 << 20 }; /* into the new file at a time; it is made durable at the end */

/* What is good is copied to a new file, which then takes the place of the old one. */
struct losing {
	const char *dir;
	store_rows_fn *rows_of;
	struct why *why;
	struct offline from;
	char path[4096];
	MDB_env *to;
	MDB_txn *txn;
	struct catalog catalog; /* of the new file */
	size_t uncommitted;
	struct store_report *report;
};

static int lmdb_failed(struct losing *losing, int rc)
{
	return rc ? why_set(losing->why, env_err(rc), "%s: %s", losing->path, mdb_strerror(rc)) : 0;
}

static int losing_open(struct losing *losing)
{
	int err = offline_open(&losing->from, losing->dir, "wotctl accept-loss", losing->why);
	if (err)
		return err;
	uint64_t bytes = env_file_bytes(losing->from.env), reserved = 0;
	snprintf(losing->path, sizeof losing->path, "%s/accept-loss.tmp", losing->dir);
	err = scratch_open(&losing->to, losing->path, 2 * bytes + ((size_t)1 << 30), losing->why);
	if (err)
		return err;
	err = room_reserve(losing->to, &reserved, bytes + (1 << 20));
	if (err)
		return why_set(losing->why, err,
			"%s: there must be room for a copy of data.mdb: %s", losing->path,
			err_title(err));
	int rc = mdb_txn_begin(losing->to, NULL, 0, &losing->txn);
	return lmdb_failed(losing, rc ? rc : catalog_create(losing->txn, &losing->catalog));
}

static void losing_close(struct losing *losing)
{
	if (losing->txn)
		mdb_txn_abort(losing->txn);
	if (losing->to) {
		mdb_env_close(losing->to);
		unlink(losing->path);
	}
	offline_close(&losing->from);
}

static int block_keep(struct losing *losing, const struct stream *stream, const struct block *block,
	const char *bytes)
{
	int rc = block_put(losing->txn, stream, block, bytes);
	struct store_rows rows = {0};
	struct block_cursor event = block_events(block);
	while (stream->own && losing->rows_of && block_next(&event))
		losing->rows_of(event.event, event.len, event.seq, &rows);
	struct row_cursor row = rows_begin(&rows);
	while (!rc && rows_next(&row))
		rc = mdb_put(losing->txn, losing->catalog.rows, &row.key, &row.value, 0);
	losing->uncommitted += block->size + rows.bytes.len;
	buf_done(&rows.bytes);
	if (rc || losing->uncommitted < COMMIT_BYTES)
		return lmdb_failed(losing, rc);
	rc = mdb_txn_commit(losing->txn);
	losing->txn = NULL;
	losing->uncommitted = 0;
	return lmdb_failed(losing, rc ? rc : mdb_txn_begin(losing->to, NULL, 0, &losing->txn));
}

/* From the first damaged block on, whatever still comes out, as it is. Never over what is there. */
static int rest_save(struct losing *losing, struct walk *walk)
{
	char path[4096];
	uint64_t tries = walk->entries - walk->blocks;
	int auto_clean(clean_fd) fd = -1;
	snprintf(path, sizeof path, "%s/lost-%" PRIu64 ".blocks", losing->dir, walk->head.seq + 1);
	for (; walk->record.value.len && tries > 0; tries--) {
		const struct buf *value = &walk->record.value;
		if (fd < 0)
			fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
		if (fd < 0 || write(fd, value->data, value->len) != (ssize_t)value->len)
			return why_set(losing->why, errno == ENOSPC ? ERR_DISK_FULL : ERR_IO,
				"%s: %s", path, strerror(errno));
		if (record_get(&walk->record, walk->cursor, MDB_NEXT))
			break;
	}
	if (fd >= 0 && fsync(fd) != 0)
		return why_set(losing->why, ERR_IO, "%s: %s", path, strerror(errno));
	return 0;
}

/* The next block of this log will say what it goes on from (own_block_close). */
static void stream_renew(struct stream *stream, const struct store_head *head)
{
	memcpy(stream->linked_id, head->id, STORE_ID_LEN);
	randombytes_buf(stream->id, STORE_ID_LEN);
}

static void losing_report(
	struct losing *losing, const struct walk *walk, const struct stream *stream, bool lost)
{
	static char name[STORE_NAME_MAX + 1];
	struct store_report *report = losing->report;
	if (!stream->own && report->stream && (report->own || report->bad_seq || !lost))
		return;
	memcpy(name, stream->name, sizeof name);
	*report = (struct store_report){
		.stream = name,
		.own = stream->own,
		.first_seq = walk->head.seq ? 1 : 0,
		.last_seq = walk->head.seq,
		.events = walk->head.seq,
		.blocks = walk->blocks,
		.bad_seq = lost ? walk->head.seq + 1 : 0,
	};
	memcpy(report->id, stream->own ? stream->id : walk->head.id, STORE_ID_LEN);
	memcpy(report->hash, walk->head.hash, STORE_HASH_LEN);
}

static int stream_keep(struct losing *losing, const struct stream *from)
{
	struct stream stream = *from;
	struct walk walk auto_walk;
	int err = lmdb_failed(losing, stream_put(losing->txn, &losing->catalog, &stream));
	if (err)
		return err;
	int end = walk_init(&walk, losing->from.txn, from->dbi);
	while (!end && !(end = walk_next(&walk))) {
		err = block_keep(losing, &stream, &walk.block, walk.record.value.data);
		if (err)
			return err;
	}
	if (end == ERR_VERSION)
		return why_set(losing->why, end,
			"%s: log %s: event %" PRIu64 " was written by a newer wot: use that one",
			losing->dir, from->name, walk.head.seq + 1);
	bool lost = end != ERR_NOT_FOUND || !walk_ends_well(&walk, from) ||
		    (from->own && walk.head.seq < losing->from.lock.durable);
	if (lost && from->own) {
		err = end == ERR_NOT_FOUND ? 0 : rest_save(losing, &walk);
		stream_renew(&stream, &walk.head);
		if (!err)
			err = lmdb_failed(
				losing, stream_put(losing->txn, &losing->catalog, &stream));
	}
	losing_report(losing, &walk, &stream, lost);
	return err;
}

static int losing_commit(struct losing *losing)
{
	char path[4096];
	MDB_stat stat;
	int rc = mdb_stat(losing->txn, losing->catalog.rows, &stat);
	if (!rc) {
		rc = mdb_txn_commit(losing->txn);
		losing->txn = NULL;
	}
	if (!rc)
		rc = mdb_env_sync(losing->to, 1);
	if (rc)
		return lmdb_failed(losing, rc);
	losing->report->rows = losing->report->own ? stat.ms_entries : 0;
	int err = env_file_extend(losing->to);
	if (!err)
		err = env_file_trim(losing->to);
	if (err)
		return why_set(losing->why, err, "%s: %s", losing->path, err_title(err));
	if (losing->report->own)
		lock_note(&losing->from.lock, losing->report->stream, losing->report->last_seq);
	snprintf(path, sizeof path, "%s/data.mdb", losing->dir);
	if (rename(losing->path, path) != 0)
		return why_set(losing->why, ERR_IO, "%s: %s", path, strerror(errno));
	return dir_sync(losing->dir, losing->why);
}

int store_accept_loss(
	const char *dir, store_rows_fn *rows_of, struct store_report *report, struct why *why)
{
	*report = (struct store_report){0};
	struct losing losing = {.dir = dir, .rows_of = rows_of, .why = why, .report = report};
	int err = losing_open(&losing);
	for (size_t i = 0; i < losing.from.catalog.count && !err; i++)
		err = stream_keep(&losing, &losing.from.catalog.streams[i]);
	if (!err)
		err = losing_commit(&losing);
	losing_close(&losing);
	return err;
}
