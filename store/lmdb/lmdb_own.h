/*
 * What the files of this backend share: the environment (env.c), which streams it has (catalog.c), reading
 * record after record of a file that may be damaged (walk.c), and room on the disk (room.c).
 *
 * In the LMDB file: "meta" (stream name → struct meta_record), "log:NAME" (first seq big-endian →
 * block) for each stream, and "rows" (as rows_of made them, of the own stream).
 */
#ifndef WOT_LMDB_OWN_H
#define WOT_LMDB_OWN_H

#include "store/backend.h"
#include "store/lock.h"
#include <lmdb.h>

struct stream {
	struct store_stream is;
	MDB_dbi dbi;
};

struct catalog {
	MDB_dbi meta, rows;
	struct stream streams[STREAMS_MAX]; /* in name order as read from the file */
	size_t count;
};

struct folder {
	char *dir;
	struct lock lock;
	MDB_env *env;
	struct catalog catalog;
	bool look_only, trusted; /* trusted: file_check found nothing */

	/* the loop's thread */
	MDB_txn *reader;
	bool reading; /* reader was renewed since heads were asked */

	/* the writer's */
	uint64_t reserved; /* the file has room up to here */
	uint64_t rows_pages;
	bool fill; /* the last commit was small: see folder_idle */
};

/* ---- env.c ---- */

/* LMDB's or errno's code as ours. */
int env_err(int rc);
/* Opens DIR (or a file, with MDB_NOSUBDIR) and sees that its page size is sane. */
int env_open(MDB_env **out, const char *path, unsigned flags, size_t map_bytes, struct why *why);
/* One file, no lock, no fsync: for what is made durable as a whole at its end. */
int env_open_scratch(MDB_env **out, const char *path, size_t map_bytes, struct why *why);
/* A folder only for this user, if it is not there; to_do ends the text of the error. */
int dir_make(const char *dir, const char *to_do, struct why *why);
int dir_sync(const char *dir, struct why *why);
int env_fd(MDB_env *env);
/* Where the pages end that the last commit knows of. */
uint64_t env_end(MDB_env *env);
uint64_t env_file_bytes(MDB_env *env);
/* The size is checked at open against the pages in use, so a file is never shorter than those are. */
int env_file_extend(MDB_env *env);
/* Gives back what was reserved behind the file's end. */
int env_file_trim(MDB_env *env);

/* ---- catalog.c ---- */

/* env_open of a folder that is locked. ERR_DAMAGED names the log, also when its file is gone. */
int log_open(MDB_env **out, const char *dir, const struct lock *lock, unsigned flags,
	size_t map_bytes, struct why *why);
/* What pages_check found, where every event is there yet. */
int pages_damaged(const char *dir, const char *stream, struct why *why);
/* How far this log had come is not known: a text about that. */
int lock_damaged(const char *dir, struct why *why);
/* What the file says there is; ERR_DAMAGED. An environment made just now has nothing. */
int catalog_read(
	struct catalog *out, MDB_env *env, MDB_txn *txn, const struct lock *lock, struct why *why);
struct stream *catalog_find(const struct catalog *catalog, const char *name);
struct stream *catalog_own(const struct catalog *catalog);
/* Makes the stream and its record in the file, or writes its record anew. 0 or LMDB's code. */
int stream_put(MDB_txn *txn, struct catalog *catalog, struct stream *stream);
/* Makes "meta" and "rows". 0 or LMDB's code. */
int catalog_create(MDB_txn *txn, struct catalog *catalog);

/* ---- walk.c ---- */

struct record {
	struct buf key, value; /* copies */
};
void record_done(struct record *record);
/* mdb_cursor_get under guard. ERR_NOT_FOUND at the end; the value is empty after any failure. */
int record_get(struct record *record, MDB_cursor *cursor, MDB_cursor_op op);

/* Record after record of a table. */
struct walk {
	MDB_cursor *cursor, *finder;
	struct record record;
	struct block block;     /* the one that walk_next found; points into record */
	struct store_head head; /* after it */
	uint64_t count, entries;
};
int walk_init(struct walk *walk, MDB_txn *txn, MDB_dbi dbi);
void walk_done(struct walk *walk);
/*
 * The next record, seen to be found by its key too: in a damaged tree it need not be. ERR_NOT_FOUND after
 * the last, or ERR_DAMAGED.
 */
int walk_record(struct walk *walk);
/* The next block of a stream, with every check there is: what follows head.seq cannot be trusted after a
 * failure. */
int walk_next(struct walk *walk);
/* Is the block that was read where its key says? */
bool walk_key_is_right(const struct walk *walk, const struct block *block);
/* The last block only, and whether its key and hash are right; ERR_NOT_FOUND: there is none. */
int walk_last(struct walk *walk);
#define auto_walk auto_clean(walk_done)

uint64_t key_seq(const void *key, size_t len); /* 0 when it is no key of a block */
void key_put(uint8_t key[8], uint64_t seq);

/* ---- pages.c ---- */

/*
 * Is each page used once at most, and none that is in use called free? What LMDB would overwrite with its
 * next commits is the one damage that grows. ERR_DAMAGED.
 */
int pages_check(MDB_env *env, MDB_txn *txn);

/* ---- room.c ---- */

/* Room for `bytes` more behind the file's end: 0, ERR_DISK_FULL, or ERR_IO. */
int room_reserve(MDB_env *env, uint64_t *reserved, uint64_t bytes);

/* ---- one file each ---- */

void folder_close(void *at);
void folder_size(void *at, uint64_t *bytes, uint64_t *limit);
int folder_open(void **at, const struct store_options *options, struct why *why);
int folder_heads(
	void *at, struct store_stream streams[STREAMS_MAX], size_t *count, struct why *why);
int folder_commit(void *at, const struct store_commit *commit);
void folder_idle(void *at);
int folder_read(void *at, size_t stream, uint64_t after_seq, const uint8_t *after_hash,
	uint64_t to_seq, size_t max_bytes, struct buf *out);
int folder_row(void *at, const void *key, size_t key_len, struct buf *out);
int folder_verify(void *at, const struct store_audit *audit, struct why *why);
int folder_accept_loss(
	const struct store_options *options, struct store_report *report, struct why *why);
/* Appends a sealed block. 0 or LMDB's code. */
int block_put(MDB_txn *txn, const struct stream *stream, const struct block *block);
/* Ends the read transaction, so that the next one sees the last commit. */
void reader_end(struct folder *folder);

#endif
