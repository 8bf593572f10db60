#include "store/lmdb/lmdb_own.h"

#include "lib/log.h"
#include "store/lmdb/guard.h"
#include <errno.h>
#include <string.h>

enum {
	FILL_LOW = 128 << 10,  /* the file is filled when less than this is left, */
	FILL_AHEAD = 1 << 20,  /* up to here, */
	FILL_BATCH = 64 << 10, /* after a batch of at most this many bytes */
};

static _Noreturn void writer_dies(const struct folder *folder, const char *event, const char *why)
{
	log_fatal(event,
		"dir=%s why=\"%s\" todo=\"look at disk and file system, then start again: "
		"nothing that was acknowledged is lost; if it stays, `wotctl verify`\"",
		folder->dir, why);
	abort();
}

/*
 * The most that a batch can make the file grow, in bytes: its blocks in pages of their own; for
 * rows the leaf each lies on and the one it may be split into, but not more than all leaves there
 * are; and some for the branches of every table and for LMDB's list of free pages.
 */
static uint64_t commit_room(
	const struct folder *folder, const struct store_commit *commit, uint64_t page)
{
	enum { ENTRY = 64, BRANCHES = 64 };
	const struct store_rows *rows = commit->rows;
	uint64_t pages = BRANCHES + commit->count + 1;
	pages += (commit->bytes + commit->count * ENTRY) / page + 1;
	uint64_t row_pages = 2 * ((rows->bytes.len + rows->count * ENTRY) / page + 1);
	uint64_t scattered = 2 * (uint64_t)rows->count;
	uint64_t all = folder->rows_pages + row_pages;
	pages += row_pages + (scattered < all ? scattered : all);
	return (pages + pages / 128) * page;
}

int block_put(MDB_txn *txn, const struct stream *stream, const struct block *block)
{
	uint8_t seq[8];
	key_put(seq, block->first_seq);
	MDB_val key = {sizeof seq, seq};
	MDB_val value = {block->size, (void *)block_bytes(block)};
	return mdb_put(txn, stream->dbi, &key, &value, MDB_APPEND);
}

/* Through one cursor: refs mostly rise, so a row lies beside the one before. */
static int rows_put(struct folder *folder, const struct store_rows *rows, MDB_txn *txn)
{
	MDB_cursor *at;
	int rc = mdb_cursor_open(txn, folder->catalog.rows, &at);
	if (rc)
		return rc;
	struct row_cursor row = rows_begin(rows);
	while (!rc && rows_next(&row)) {
		MDB_val key = {row.key_len, (void *)row.key};
		MDB_val value = {row.value_len, (void *)row.value};
		rc = mdb_cursor_put(at, &key, &value, 0);
	}
	mdb_cursor_close(at);
	return rc;
}

static int commit_put(struct folder *folder, const struct store_commit *commit, MDB_txn *txn)
{
	int rc = 0;
	for (size_t i = 0; i < commit->count && !rc; i++) {
		const struct store_block *block = &commit->blocks[i];
		rc = block_put(txn, &folder->catalog.streams[block->stream], &block->block);
	}
	return rc ? rc : rows_put(folder, commit->rows, txn);
}

struct committing {
	struct folder *folder;
	const struct store_commit *commit;
	int rc;
};

/*
 * One transaction. A full map shows while pages are taken, before any is written; every other
 * failure of the commit leaves open what is on disk, and only a new start tells.
 */
static int committing_run(void *arg)
{
	struct committing *committing = arg;
	struct folder *folder = committing->folder;
	MDB_txn *txn;
	MDB_stat stat = {0};
	int rc = mdb_txn_begin(folder->env, NULL, 0, &txn);
	if (!rc) {
		rc = commit_put(folder, committing->commit, txn);
		if (!rc)
			rc = mdb_stat(txn, folder->catalog.rows, &stat);
		if (!rc)
			rc = mdb_txn_commit(txn);
		else
			mdb_txn_abort(txn);
	}
	folder->rows_pages = stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages;
	committing->rc = rc;
	return 0;
}

static void commit_note(struct folder *folder, const struct store_commit *commit)
{
	for (size_t i = 0; i < commit->count; i++) {
		const struct store_block *block = &commit->blocks[i];
		struct store_stream *stream = &folder->catalog.streams[block->stream].is;
		stream->head = block_head(&block->block);
		if (stream->own)
			lock_note(&folder->lock, stream->name, stream->head.seq);
	}
}

int folder_commit(void *at, const struct store_commit *commit)
{
	struct folder *folder = at;
	MDB_stat stat;
	must(mdb_env_stat(folder->env, &stat) == 0);
	int err = room_reserve(
		folder->env, &folder->reserved, commit_room(folder, commit, stat.ms_psize));
	if (err == ERR_DISK_FULL)
		return err;
	if (err)
		writer_dies(folder, "store_prepare_failed", err_title(err));
	struct committing committing = {folder, commit, 0};
	if (guard_run(committing_run, &committing))
		writer_dies(folder, "store_damaged", "data.mdb was cut off or is damaged");
	if (committing.rc == MDB_MAP_FULL)
		return ERR_MAP_FULL;
	if (committing.rc)
		writer_dies(folder, "store_commit_failed", mdb_strerror(committing.rc));
	err = env_file_extend(folder->env);
	if (err)
		writer_dies(folder, "store_file_failed", err_title(err));
	commit_note(folder, commit);
	folder->fill = commit->bytes <= FILL_BATCH;
	return 0;
}

/*
 * Blocks of the disk that were reserved and never written cost the file system's journal a commit of its
 * own at the next fdatasync. A small batch waits for little else: written once before, while nobody
 * waits, its commit takes half the time (180 us instead of 300). Big ones would be written twice.
 */
void folder_idle(void *at)
{
	static const uint8_t zeros[FILL_AHEAD];
	struct folder *folder = at;
	if (!folder->fill)
		return;
	int fd = env_fd(folder->env);
	uint64_t end = env_end(folder->env), from = env_file_bytes(folder->env);
	uint64_t to = end + FILL_AHEAD < folder->reserved ? end + FILL_AHEAD : folder->reserved;
	if (from >= end + FILL_LOW || from >= to || to - from > sizeof zeros)
		return;
	if (pwrite(fd, zeros, to - from, (off_t)from) < 0 || fdatasync(fd) != 0)
		writer_dies(folder, "store_fill_failed", strerror(errno));
}
