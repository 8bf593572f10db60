/*
 * What the files of the store share: the environment and its streams (store_env.c), reading record
 * after record of a file that may be damaged (store_walk.c), and the writer (store_write.c).
 *
 * In the LMDB file: "meta" (stream name → struct meta_record), "log:NAME" (first seq big-endian →
 * block) for each stream, and "rows" (as rows_of made them, of the own stream).
 */
#ifndef WOT_STORE_PRIVATE_H
#define WOT_STORE_PRIVATE_H

#include "store/block.h"
#include "store/lock.h"
#include "store/store.h"
#include <lmdb.h>
#include <pthread.h>

enum { STREAMS_MAX = 16 };

struct stream {
	char name[STORE_NAME_MAX + 1];
	bool own;
	uint8_t id[STORE_ID_LEN];        /* own: what the next block is written under */
	uint8_t linked_id[STORE_ID_LEN]; /* own: and, after accepted loss, what it goes on from */
	MDB_dbi dbi;
	struct store_head durable; /* after the last block on disk; its id is that block's */
	struct store_head given;   /* the same, the open and the committing block included */
};

struct catalog {
	MDB_dbi meta, rows;
	struct stream streams[STREAMS_MAX]; /* in name order as read from the file */
	size_t count;
};

/* store_env.c */

/* LMDB's or errno's code as ours. */
int env_err(int rc);
/* Opens DIR (or a file, with MDB_NOSUBDIR) and sees that its page size is sane. */
int env_open(MDB_env **out, const char *path, unsigned flags, size_t map_bytes, struct why *why);
/* A folder only for this user, if it is not there; to_do ends the text of the error. */
int dir_make(const char *dir, const char *to_do, struct why *why);
int dir_sync(const char *dir, struct why *why);
/* Where the pages end that the last commit knows of. */
uint64_t env_end(MDB_env *env);
uint64_t env_file_bytes(MDB_env *env);
/* The size is checked at open against the pages in use, so a file is never shorter than those are.
 */
int env_file_extend(MDB_env *env);
/* Gives back what was reserved behind the file's end. */
int env_file_trim(MDB_env *env);
/* env_open of a folder that is locked. ERR_DAMAGED names the log, also when its file is gone. */
int log_open(MDB_env **out, const char *dir, const struct lock *lock, unsigned flags,
	size_t map_bytes, struct why *why);
/* What the file says there is; ERR_DAMAGED. An environment made just now has nothing. */
int catalog_read(
	struct catalog *out, MDB_env *env, MDB_txn *txn, const struct lock *lock, struct why *why);
struct stream *catalog_find(const struct catalog *catalog, const char *name);
struct stream *catalog_own(const struct catalog *catalog);
/* Makes the stream and its record in the file, or writes its record anew. 0 or LMDB's code. */
int stream_put(MDB_txn *txn, struct catalog *catalog, struct stream *stream);
/* Makes "meta" and "rows". 0 or LMDB's code. */
int catalog_create(MDB_txn *txn, struct catalog *catalog);
/* The way on, for every text about damage. */
#define WAY_ON                                                                                     \
	"stop, keep a copy of the folder, see with `wotctl verify` what is left; a backup or a "   \
	"replica may have the rest; `wotctl accept-loss` goes on without"

/* store_walk.c */

struct record {
	struct buf key, value; /* copies */
};
void record_done(struct record *record);
/* mdb_cursor_get under guard. ERR_NOT_FOUND at the end; the value is empty after any failure. */
int record_get(struct record *record, MDB_cursor *cursor, MDB_cursor_op op);

/* Block after block of a stream, with every check there is. */
struct walk {
	MDB_cursor *cursor, *finder;
	struct record record;
	struct block block;     /* the one that walk_next found; points into record */
	struct store_head head; /* after it */
	uint64_t blocks, entries;
};
int walk_init(struct walk *walk, MDB_txn *txn, MDB_dbi dbi);
void walk_done(struct walk *walk);
/* 0, ERR_NOT_FOUND after the last, or ERR_DAMAGED: what follows head.seq cannot be trusted. */
int walk_next(struct walk *walk);
/* Is the record that was read found by its key? In a damaged tree it need not be. ERR_DAMAGED. */
int walk_find(struct walk *walk);
/* The last block only, and whether its key and hash are right; ERR_NOT_FOUND: there is none. */
int walk_last(struct walk *walk);
/* Is the stream what the catalog says it is, at the end of a walk? */
bool walk_ends_well(const struct walk *walk, const struct stream *stream);
#define auto_walk auto_clean(walk_done)

/* Can the rows, and LMDB's own list of free pages, be read? ERR_DAMAGED. */
int rest_check(MDB_txn *txn, const struct catalog *catalog);

uint64_t key_seq(const void *key, size_t len); /* 0 when it is no key of a block */
void key_put(uint8_t key[8], uint64_t seq);

/* rows: what rows_of emitted, one after another */

struct store_rows {
	struct buf bytes;
	size_t count;
};
struct row_cursor {
	const char *at, *end;
	MDB_val key, value;
};
struct row_cursor rows_begin(const struct store_rows *rows);
bool rows_next(struct row_cursor *cursor);

/* store_verify.c: a log that no daemon has open */

struct offline {
	struct lock lock;
	MDB_env *env;
	MDB_txn *txn; /* reads */
	struct catalog catalog;
};
/* Close it also after a failure. */
int offline_open(struct offline *offline, const char *dir, const char *holder, struct why *why);
void offline_close(struct offline *offline);
/* One file, no lock, no fsync: for what is thrown away, or made durable as a whole at its end. */
int scratch_open(MDB_env **out, const char *path, size_t map_bytes, struct why *why);

/* store_write.c */

struct batch_block {
	struct stream *stream;
	size_t at; /* in replicas */
	struct block block;
};

/* What one transaction writes. */
struct batch {
	struct buf own; /* BLOCK_HEADER bytes and then events, or empty */
	struct block own_block;
	struct buf replicas; /* blocks as they came */
	struct batch_block *blocks;
	size_t count, room;
	uint64_t events;
	struct store_rows rows;
	bool sealed;
};

struct store {
	char *dir;
	struct store_options options; /* its texts are not kept */
	struct lock lock;
	MDB_env *env;
	struct catalog catalog;
	struct stream *own;

	/* the loop's thread */
	MDB_txn *reader;
	bool reading; /* reader was renewed in this turn */
	struct batch batches[2], *open, *committing;
	bool busy; /* committing is the writer's */
	int64_t now_ms;

	/* shared, under mutex */
	pthread_mutex_t mutex;
	pthread_cond_t work, ended;
	bool has_work, has_result, stopping;
	int trouble; /* 0, ERR_DISK_FULL, ERR_MAP_FULL */
	struct store_stats stats;

	/* the writer's */
	pthread_t writer;
	uint64_t reserved; /* the file has room up to here */
	uint64_t rows_pages;
};

/* Appends a sealed block. 0 or LMDB's code. */
int block_put(
	MDB_txn *txn, const struct stream *stream, const struct block *block, const char *bytes);
int writer_start(struct store *store);
/* Commits what is open, if it can, and ends the writer. */
void writer_stop(struct store *store);
void batch_done(struct batch *batch);
/* Room for `bytes` more behind the file's end: 0, ERR_DISK_FULL, or ERR_IO. */
int room_reserve(MDB_env *env, uint64_t *reserved, uint64_t bytes);
/* Ends the read transaction, so that the next one sees the last commit. */
void reader_end(struct store *store);

#endif
