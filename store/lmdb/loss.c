#include "store/lmdb/lmdb_own.h"

#include "store/lmdb/guard.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { COMMIT_BYTES = 64 << 20 }; /* into the new file at a time; it is made durable at the end */

/* What is good is copied to a new file, which then takes the place of the old one. */
struct losing {
	const char *dir;
	store_rows_fn *rows_of;
	struct why *why;
	struct lock lock;
	struct {
		MDB_env *env;
		MDB_txn *txn;
		struct catalog catalog;
	} from;
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

static int from_open(struct losing *losing)
{
	char path[4096], lock[4096];
	struct stat data;
	struct why *why = losing->why;
	snprintf(lock, sizeof lock, "%s/lock", losing->dir);
	snprintf(path, sizeof path, "%s/data.mdb", losing->dir);
	if (access(path, F_OK) != 0 && access(lock, F_OK) != 0)
		return why_set(why, ERR_NOT_FOUND, "%s: no log here: %s", path, strerror(errno));
	int err = lock_take(&losing->lock, losing->dir, "wotctl accept-loss", why);
	size_t map_bytes = !err && stat(path, &data) == 0 ? (size_t)data.st_size : 0;
	if (!err)
		err = log_open(&losing->from.env, losing->dir, &losing->lock,
			MDB_RDONLY | MDB_NOLOCK, map_bytes, why);
	if (err)
		return err;
	int rc = mdb_txn_begin(losing->from.env, NULL, MDB_RDONLY, &losing->from.txn);
	if (rc)
		return why_set(why, env_err(rc), "%s: %s", path, mdb_strerror(rc));
	return catalog_read(
		&losing->from.catalog, losing->from.env, losing->from.txn, &losing->lock, why);
}

static int losing_open(struct losing *losing)
{
	int err = from_open(losing);
	if (err)
		return err;
	uint64_t bytes = env_file_bytes(losing->from.env), reserved = 0;
	snprintf(losing->path, sizeof losing->path, "%s/accept-loss.tmp", losing->dir);
	err = env_open_scratch(
		&losing->to, losing->path, 2 * bytes + ((size_t)1 << 30), losing->why);
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
	guard_release();
	if (losing->from.txn)
		mdb_txn_abort(losing->from.txn);
	if (losing->from.env)
		mdb_env_close(losing->from.env);
	lock_release(&losing->lock);
}

static int block_keep(struct losing *losing, const struct stream *stream, const struct block *block)
{
	int rc = block_put(losing->txn, stream, block);
	struct store_rows rows = {0};
	struct block_cursor event = block_events(block);
	while (stream->is.own && losing->rows_of && block_next(&event))
		losing->rows_of(event.event, event.len, event.seq, &rows);
	struct row_cursor row = rows_begin(&rows);
	while (!rc && rows_next(&row)) {
		MDB_val key = {row.key_len, (void *)row.key};
		MDB_val value = {row.value_len, (void *)row.value};
		rc = mdb_put(losing->txn, losing->catalog.rows, &key, &value, 0);
	}
	losing->uncommitted += block->size + rows.bytes.len;
	buf_done(&rows.bytes);
	if (rc || losing->uncommitted < COMMIT_BYTES)
		return lmdb_failed(losing, rc);
	rc = mdb_txn_commit(losing->txn);
	losing->txn = NULL;
	losing->uncommitted = 0;
	return lmdb_failed(losing, rc ? rc : mdb_txn_begin(losing->to, NULL, 0, &losing->txn));
}

/* From the first damaged block on, whatever still comes out, as it is. */
static int rest_write(struct losing *losing, struct walk *walk, uint64_t tries, const char *path)
{
	auto_fd int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int failed = fd < 0;
	for (; !failed && walk->record.value.len && tries > 0; tries--) {
		const struct buf *value = &walk->record.value;
		failed = write(fd, value->data, value->len) != (ssize_t)value->len;
		if (!failed && record_get(&walk->record, walk->cursor, MDB_NEXT))
			break;
	}
	if (failed || fsync(fd) != 0)
		return why_set(losing->why, errno == ENOSPC ? ERR_DISK_FULL : ERR_IO, "%s: %s",
			path, strerror(errno));
	return 0;
}

static bool files_are_same(const char *one, const char *other)
{
	FILE *a = fopen(one, "re"), *b = fopen(other, "re");
	int x = a && b ? 0 : EOF, y = a && b ? 0 : 1;
	while (x == y && x != EOF) {
		x = getc(a);
		y = getc(b);
	}
	if (a)
		fclose(a);
	if (b)
		fclose(b);
	return x == y;
}

/*
 * Whole or not at all, so that it can be broken off; never over what is there, unless that is the same:
 * then it was broken off after this step.
 */
static int rest_save(struct losing *losing, struct walk *walk, uint64_t blocks)
{
	char part[4096], path[4096];
	uint64_t seq = walk->head.seq + 1;
	snprintf(part, sizeof part, "%s/lost.part", losing->dir);
	snprintf(path, sizeof path, "%s/lost-%" PRIu64 ".blocks", losing->dir, seq);
	if (!walk->record.value.len)
		return 0;
	int err = rest_write(losing, walk, walk->entries - blocks, part);
	for (unsigned i = 2; !err && access(path, F_OK) == 0; i++) {
		if (files_are_same(part, path))
			return unlink(part) == 0 ? 0
						 : why_set(losing->why, ERR_IO, "%s: %s", part,
							   strerror(errno));
		snprintf(path, sizeof path, "%s/lost-%" PRIu64 ".%u.blocks", losing->dir, seq, i);
	}
	if (!err && rename(part, path) != 0)
		err = why_set(losing->why, ERR_IO, "%s: %s", path, strerror(errno));
	return err ? err : dir_sync(losing->dir, losing->why);
}

/* The next block of this log will say what it goes on from (own_block_close). */
static void stream_renew(struct stream *stream, const struct store_head *head)
{
	memcpy(stream->is.linked_id, head->id, STORE_ID_LEN);
	randombytes_buf(stream->is.id, STORE_ID_LEN);
}

static void losing_report(struct losing *losing, const struct walk *walk, uint64_t blocks,
	const struct stream *stream, bool lost)
{
	static char name[STORE_NAME_MAX + 1];
	struct store_report *report = losing->report;
	if (!stream->is.own && report->stream && (report->own || report->bad_seq || !lost))
		return;
	memcpy(name, stream->is.name, sizeof name);
	*report = (struct store_report){
		.stream = name,
		.own = stream->is.own,
		.first_seq = walk->head.seq ? 1 : 0,
		.last_seq = walk->head.seq,
		.events = walk->head.seq,
		.blocks = blocks,
		.bad_seq = lost ? walk->head.seq + 1 : 0,
	};
	memcpy(report->id, stream->is.own ? stream->is.id : walk->head.id, STORE_ID_LEN);
	memcpy(report->hash, walk->head.hash, STORE_HASH_LEN);
}

static int stream_keep(struct losing *losing, const struct stream *from)
{
	struct stream stream = *from;
	auto_walk struct walk walk;
	int err = lmdb_failed(losing, stream_put(losing->txn, &losing->catalog, &stream));
	if (err)
		return err;
	int end = walk_init(&walk, losing->from.txn, from->dbi);
	uint64_t blocks = 0;
	for (; !end && !(end = walk_next(&walk)); blocks++) {
		err = block_keep(losing, &stream, &walk.block);
		if (err)
			return err;
	}
	if (end == ERR_VERSION)
		return why_set(losing->why, end,
			"%s: log %s: event %" PRIu64 " was written by a newer wot: use that one",
			losing->dir, from->is.name, walk.head.seq + 1);
	bool lost = end != ERR_NOT_FOUND || !stream_ends_well(&from->is, &walk.head) ||
		    (from->is.own && walk.head.seq < losing->lock.durable);
	if (lost && from->is.own) {
		err = end == ERR_NOT_FOUND ? 0 : rest_save(losing, &walk, blocks);
		stream_renew(&stream, &walk.head);
		if (!err)
			err = lmdb_failed(
				losing, stream_put(losing->txn, &losing->catalog, &stream));
	}
	losing_report(losing, &walk, blocks, &stream, lost);
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
	snprintf(path, sizeof path, "%s/data.mdb", losing->dir);
	if (rename(losing->path, path) != 0)
		return why_set(losing->why, ERR_IO, "%s: %s", path, strerror(errno));
	err = dir_sync(losing->dir, losing->why);
	/* Last: until here the lock says that more was there, and a log that is shorter does not start. */
	if (!err)
		lock_note(&losing->lock, losing->report->own ? losing->report->stream : "-",
			losing->report->own ? losing->report->last_seq : 0);
	return err;
}

int folder_accept_loss(
	const struct store_options *options, struct store_report *report, struct why *why)
{
	*report = (struct store_report){0};
	struct losing losing = {.dir = options->dir,
		.rows_of = options->rows_of,
		.lock.fd = -1,
		.why = why,
		.report = report};
	guard_hold();
	int err = losing_open(&losing);
	for (size_t i = 0; i < losing.from.catalog.count && !err; i++)
		err = stream_keep(&losing, &losing.from.catalog.streams[i]);
	if (!err)
		err = losing_commit(&losing);
	losing_close(&losing);
	return err;
}
