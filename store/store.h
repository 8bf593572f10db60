/*
 * A store: at most one stream that this process writes (its log) and any number of replicas of other
 * processes' streams, as blocks (block.h). It keeps bytes, sequence numbers and hashes, and knows nothing
 * of what they mean; where they lie is a backend's to know (backend.h).
 *
 * One thread, the loop's, calls everything here. A writer thread of the store's own commits:
 *
 *	store_append(store, bytes, len, &seq);   into the open block, in memory
 *	store_flush(store, now_ms);              if the writer is idle it takes the open block
 *	…wake(arg) from the writer thread        → store_poll(store) on the loop
 *	store_durable(store) >= seq              durable: reply now
 *
 * At most one block is open and one committing. store_full says when to stop reading inputs.
 * Rows (duplicates) are a cache: `rows_of` derives them from an event, at commit and again at verify,
 * which compares. To add a kind of row: emit it in the rows_of that was passed.
 */
#ifndef WOT_STORE_H
#define WOT_STORE_H

#include "lib/buf.h"
#include "lib/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	STORE_ID_LEN = 16,
	STORE_HASH_LEN = 32,
	STORE_NAME_MAX = 31,
	STORE_KEY_MAX = 200, /* of a row */
};

struct store;
struct store_rows;

/* Where a stream stands: its last durable event. seq 0: empty. */
struct store_head {
	uint64_t seq;
	uint8_t hash[STORE_HASH_LEN]; /* of the last block */
	uint8_t id[STORE_ID_LEN]; /* of the stream; zero for a replica that has received nothing */
	int64_t written_at_ms;
};

/* Emits, with store_row_put, the rows that follow from one event. Runs on the writer thread. */
typedef void store_rows_fn(const uint8_t *event, size_t len, uint64_t seq, struct store_rows *rows);
void store_row_put(struct store_rows *rows, const void *key, size_t key_len, const void *value,
	size_t value_len);

/* Where a store lies: store/lmdb, in a folder of this machine. */
struct store_backend;
extern const struct store_backend store_folder;

struct store_options {
	const struct store_backend *backend;
	const char *dir;             /* made when it is not there, for this user alone */
	const char *own;             /* the stream this process writes, or NULL */
	const char *const *replicas; /* NULL-terminated, or NULL */
	const char *holder; /* who we are, for the error of a second process: "wot-intake" */
	size_t limit_mib;   /* how large the store may become */
	bool look_only;     /* nothing is made, written or repaired, and nothing can be appended */
	/* For events of the own stream; NULL: none. */
	store_rows_fn *rows_of;
	/* On the writer's thread: makes side files durable first. 0, ERR_DISK_FULL (asked again), ERR_. */
	int (*before_commit)(void *arg);
	/* On the writer's thread: something ended, call store_poll on the loop. */
	void (*wake)(void *arg);
	void *arg;
};

/*
 * Takes what lies there for itself alone before anything else (ERR_LOCKED names who has it), looks
 * whether it is whole (ERR_DAMAGED names stream and sequence) and starts the writer.
 */
int store_open(struct store **out, const struct store_options *options, struct why *why);
/* Commits what is open, then stops the writer. What a full disk keeps from disk is given up. */
void store_close(struct store **store);

/* Adds an event to the open block; it has its sequence number now, and is durable later. */
void store_append(struct store *store, const void *event, size_t len, uint64_t *seq);
/*
 * Adds a whole block of another process's stream, its hash already checked by the caller
 * (block_check); it must follow on the last one given (block_follows), else ERR_DIVERGED.
 * ERR_NOT_FOUND: no such replica.
 */
int store_append_block(struct store *store, const char *replica, const uint8_t *block, size_t len);

/* Hands the open block to the writer, if it is idle. Call at the end of a turn, never amid a decision. */
void store_flush(struct store *store, int64_t now_ms);
/* The open block is at its limits: nothing more goes in until store_flush has handed it over. */
bool store_full(const struct store *store);

/*
 * Takes note of what the writer has done. 0; ERR_DISK_FULL while a commit waits for room (it is
 * tried again every 200 ms by itself, nothing is lost). Any other is final, and the process has to stop:
 * ERR_MAP_FULL, it has reached its limit_mib, and a larger one lets it go on.
 */
int store_poll(struct store *store);
uint64_t store_last(const struct store *store);    /* own stream, the open block included */
uint64_t store_durable(const struct store *store); /* own stream */
/* ERR_NOT_FOUND for an unknown name. Durable position of any stream here. */
int store_head(const struct store *store, const char *stream, struct store_head *head);

/*
 * Appends to `out` whole durable blocks that follow after_seq, up to max_bytes or one block.
 * Adds nothing when there are none yet. after_seq is 0 or the last seq of a block whose hash is
 * after_hash (NULL: not compared): ERR_DIVERGED if it is not so here, or lies beyond the head.
 * ERR_DAMAGED: the next block cannot be read. Whether one was altered the caller sees by
 * block_check and block_follows.
 */
int store_read(struct store *store, const char *stream, uint64_t after_seq,
	const uint8_t *after_hash, size_t max_bytes, struct buf *out);
/* The row's value appended to out, or ERR_NOT_FOUND. Sees durable rows only. */
int store_row(struct store *store, const void *key, size_t key_len, struct buf *out);
/* Tells every durable row to on_row, which ends it with an error of its own. ERR_DAMAGED. */
typedef int store_row_fn(
	void *arg, const void *key, size_t key_len, const void *value, size_t value_len);
int store_rows(struct store *store, store_row_fn *on_row, void *arg, struct why *why);

struct store_stats {
	uint64_t commits, events, bytes;
	uint64_t commit_us_last, commit_us_max;
	uint64_t bytes_used, bytes_limit, disk_full_waits;
};
void store_stats(const struct store *store, struct store_stats *stats);

/*
 * The offline tools, for what no process has open: of the options they need backend, dir and rows_of. verify
 * only looks. It walks every stream: hash chain, sequence numbers, sizes, and rows against those that
 * rows_of derives (NULL: none). on_stream is called once a stream, in name order; damage is ERR_DAMAGED
 * with the first damaged place in `why` and in the report. The report's `stream` is good until the call
 * ends.
 */
struct store_report {
	const char *stream;
	uint64_t first_seq, last_seq, blocks, events, rows;
	uint8_t id[STORE_ID_LEN], hash[STORE_HASH_LEN];
	bool own;
	int err;          /* 0, ERR_DAMAGED, or ERR_VERSION: a newer wot wrote it */
	uint64_t bad_seq; /* first sequence number that cannot be trusted; 0: all can */
};
int store_verify(const struct store_options *options,
	void (*on_stream)(void *arg, const struct store_report *report), void *arg,
	struct why *why);
/*
 * Keeps the prefix of the own stream that verifies, and gives it a new stream id, whose first
 * block names the old id and head (block.h: `linked_id`), so that consumers can see what
 * happened instead of going on wrongly. What is dropped, as far as it can be read, is moved to
 * DIR/lost-<seq>.blocks, beside what is there. Rows are derived anew. Of replicas the good prefix stays, the rest is
 * fetched again. When only rows were damaged no event is lost and the id stays. It can be broken off at any
 * point, and run again.
 *
 * The report says what remains of the own stream (without one: of the first damaged replica),
 * and bad_seq is the first event that is gone, or 0. Its `stream` is good until the next call.
 */
int store_accept_loss(
	const struct store_options *options, struct store_report *report, struct why *why);

#endif
