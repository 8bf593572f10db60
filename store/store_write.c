#include "store/store_private.h"

#include "lib/clock.h"
#include "lib/log.h"
#include "store/guard.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <time.h>

enum {
	RETRY_MS = 200,           /* while the disk is full */
	RESERVE_AHEAD = 16 << 20, /* bytes; how much is reserved at a time, if it is there */
	BATCH_KEEP = 8 << 20,     /* a buffer that a burst made larger is given back */
	FILL_BATCH = 64 << 10,    /* after a batch of at most this many bytes */
	FILL_LOW = 128 << 10,     /* the file is filled when less than this is left, */
	FILL_AHEAD = 1 << 20,     /* up to here */
};

/* ---- the loop's side: the open batch ---- */

static void batch_clear(struct batch *batch)
{
	if (batch->own.room + batch->replicas.room + batch->rows.bytes.room > BATCH_KEEP)
		batch_done(batch);
	buf_clear(&batch->own);
	buf_clear(&batch->replicas);
	buf_clear(&batch->rows.bytes);
	batch->own_block = (struct block){0};
	batch->count = batch->rows.count = 0;
	batch->events = 0;
	batch->sealed = false;
}

void batch_done(struct batch *batch)
{
	buf_done(&batch->own);
	buf_done(&batch->replicas);
	buf_done(&batch->rows.bytes);
	free(batch->blocks);
	*batch = (struct batch){0};
}

void store_append(struct store *store, const void *event, size_t len, uint64_t *seq)
{
	struct batch *batch = store->open;
	must(store->own);
	if (batch->own.len == 0) {
		buf_reserve(&batch->own, BLOCK_HEADER);
		batch->own.len = BLOCK_HEADER;
		batch->own_block.first_seq = store->own->given.seq + 1;
	}
	block_add_event(&batch->own, event, len);
	must(batch->own.len <= UINT32_MAX);
	batch->own_block.count++;
	batch->events++;
	*seq = ++store->own->given.seq;
}

int store_append_block(struct store *store, const char *replica, const uint8_t *bytes, size_t len)
{
	struct batch *batch = store->open;
	struct stream *stream = catalog_find(&store->catalog, replica);
	struct block block;
	if (!stream || stream->own)
		return ERR_NOT_FOUND;
	int err = block_parse(bytes, len, &block);
	if (err)
		return err;
	if (block.size != len)
		return ERR_DAMAGED;
	if (!block_follows(&block, &stream->given))
		return ERR_DIVERGED;
	if (batch->count == batch->room) {
		batch->room = batch->room ? 2 * batch->room : 16;
		batch->blocks = realloc(batch->blocks, batch->room * sizeof *batch->blocks);
		must(batch->blocks);
	}
	batch->blocks[batch->count++] = (struct batch_block){stream, batch->replicas.len, block};
	buf_add(&batch->replicas, bytes, len);
	batch->events += block.count;
	stream->given = block_head(&block);
	return 0;
}

bool store_full(const struct store *store)
{
	const struct batch *open = store->open;
	return open->events >= STORE_BLOCK_EVENTS ||
	       open->own.len + open->replicas.len >= STORE_BLOCK_BYTES;
}

/* The header of the own block, all but its hash. The block before it is on disk by now. */
static void own_block_close(struct store *store, struct batch *batch)
{
	struct block *block = &batch->own_block;
	const struct stream *own = store->own;
	const struct store_head *head = &own->durable;
	block->payload_len = (uint32_t)(batch->own.len - BLOCK_HEADER);
	block->written_at_ms = store->now_ms;
	if (head->seq && head->written_at_ms > block->written_at_ms)
		block->written_at_ms = head->written_at_ms;
	memcpy(block->stream_id, own->id, STORE_ID_LEN);
	memcpy(block->prev_hash, head->hash, STORE_HASH_LEN);
	if (head->seq && memcmp(head->id, own->id, STORE_ID_LEN) != 0)
		memcpy(block->linked_id, head->id, STORE_ID_LEN);
}

/* The writer is through with a batch: what was given is durable. */
static void result_take(struct store *store)
{
	pthread_mutex_lock(&store->mutex);
	bool has_result = store->has_result;
	store->has_result = false;
	pthread_mutex_unlock(&store->mutex);
	if (!has_result)
		return;
	struct batch *batch = store->committing;
	for (size_t i = 0; i < batch->count; i++)
		batch->blocks[i].stream->durable = block_head(&batch->blocks[i].block);
	if (batch->own.len)
		store->own->durable = block_head(&batch->own_block);
	batch_clear(batch);
	store->busy = false;
	reader_end(store);
}

void store_flush(struct store *store, int64_t now_ms)
{
	struct batch *batch = store->open;
	result_take(store);
	store->now_ms = now_ms;
	if (store->busy || batch->own.len + batch->replicas.len == 0)
		return;
	if (batch->own.len)
		own_block_close(store, batch);
	store->open = store->committing;
	store->committing = batch;
	store->busy = true;
	pthread_mutex_lock(&store->mutex);
	store->has_work = true;
	pthread_cond_signal(&store->work);
	pthread_mutex_unlock(&store->mutex);
}

int store_poll(struct store *store)
{
	result_take(store);
	pthread_mutex_lock(&store->mutex);
	int trouble = store->trouble;
	pthread_mutex_unlock(&store->mutex);
	return trouble;
}

void store_stats(const struct store *store, struct store_stats *stats)
{
	struct store *writable = (struct store *)store;
	pthread_mutex_lock(&writable->mutex);
	*stats = store->stats;
	pthread_mutex_unlock(&writable->mutex);
}

/* ---- room on the disk ---- */

/* Where the file system cannot reserve, its own count of what is free has to do. */
static int room_look(int fd, uint64_t bytes)
{
	struct statvfs vfs;
	if (fstatvfs(fd, &vfs) != 0)
		return ERR_IO;
	return (uint64_t)vfs.f_bavail * vfs.f_frsize >= bytes ? 0 : ERR_DISK_FULL;
}

/* From *reserved to `to`. */
static int room_take(int fd, uint64_t *reserved, uint64_t to)
{
	uint64_t bytes = to - *reserved;
	int rc;
	do
		rc = fallocate(fd, FALLOC_FL_KEEP_SIZE, (off_t)*reserved, (off_t)bytes);
	while (rc != 0 && errno == EINTR);
	if (rc != 0 && (errno == EOPNOTSUPP || errno == ENOSYS))
		return room_look(fd, bytes);
	if (rc != 0)
		return env_err(errno) == ERR_DISK_FULL ? ERR_DISK_FULL : ERR_IO;
	*reserved = to;
	return 0;
}

int room_reserve(MDB_env *env, uint64_t *reserved, uint64_t bytes)
{
	mdb_filehandle_t fd;
	struct rlimit limit;
	must(mdb_env_get_fd(env, &fd) == 0);
	uint64_t end = env_end(env), need = end + bytes;
	if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && need > limit.rlim_cur)
		return ERR_DISK_FULL;
	if (*reserved < end)
		*reserved = end;
	if (need <= *reserved)
		return 0;
	uint64_t ahead = end + RESERVE_AHEAD;
	int err = ahead > need ? room_take(fd, reserved, ahead) : ERR_DISK_FULL;
	if (err != ERR_DISK_FULL)
		return err;
	/* What a failed attempt got is let go first: others live on this disk too. */
	if (env_file_trim(env) == 0)
		*reserved = end;
	return room_take(fd, reserved, need);
}

/*
 * The most that a batch can make the file grow, in bytes: its blocks in pages of their own; for
 * rows the leaf each lies on and the one it may be split into, but not more than all leaves there
 * are; and some for the branches of every table and for LMDB's list of free pages.
 */
static uint64_t batch_room(const struct store *store, const struct batch *batch, uint64_t page)
{
	enum { ENTRY = 64, BRANCHES = 64 };
	uint64_t pages = BRANCHES + batch->count + 1;
	pages += (batch->own.len + batch->replicas.len + batch->count * ENTRY) / page + 1;
	uint64_t row_pages = 2 * ((batch->rows.bytes.len + batch->rows.count * ENTRY) / page + 1);
	uint64_t scattered = 2 * (uint64_t)batch->rows.count;
	uint64_t all = store->rows_pages + row_pages;
	pages += row_pages + (scattered < all ? scattered : all);
	return (pages + pages / 128) * page;
}

/* ---- the writer's side ---- */

static _Noreturn void writer_dies(const struct store *store, const char *event, const char *why)
{
	log_fatal(event,
		"dir=%s why=\"%s\" todo=\"look at disk and file system, then start again: "
		"nothing that was acknowledged is lost; if it stays, `wotctl verify`\"",
		store->dir, why);
	abort();
}

static void batch_seal(struct store *store, struct batch *batch)
{
	if (batch->own.len) {
		block_seal(&batch->own_block, (uint8_t *)batch->own.data);
		struct block_cursor cursor = block_events(&batch->own_block);
		while (store->options.rows_of && block_next(&cursor))
			store->options.rows_of(cursor.event, cursor.len, cursor.seq, &batch->rows);
	}
	batch->sealed = true;
}

int block_put(
	MDB_txn *txn, const struct stream *stream, const struct block *block, const char *bytes)
{
	uint8_t seq[8];
	key_put(seq, block->first_seq);
	MDB_val key = {sizeof seq, seq};
	MDB_val value = {block->size, (void *)bytes};
	return mdb_put(txn, stream->dbi, &key, &value, MDB_APPEND);
}

/* Through one cursor: refs mostly rise, so a row lies beside the one before. */
static int rows_put(struct store *store, const struct store_rows *rows, MDB_txn *txn)
{
	MDB_cursor *at;
	int rc = mdb_cursor_open(txn, store->catalog.rows, &at);
	if (rc)
		return rc;
	struct row_cursor row = rows_begin(rows);
	while (!rc && rows_next(&row))
		rc = mdb_cursor_put(at, &row.key, &row.value, 0);
	mdb_cursor_close(at);
	return rc;
}

static int batch_put(struct store *store, const struct batch *batch, MDB_txn *txn)
{
	int rc = 0;
	if (batch->own.len)
		rc = block_put(txn, store->own, &batch->own_block, batch->own.data);
	for (size_t i = 0; i < batch->count && !rc; i++) {
		const struct batch_block *block = &batch->blocks[i];
		rc = block_put(txn, block->stream, &block->block, batch->replicas.data + block->at);
	}
	return rc ? rc : rows_put(store, &batch->rows, txn);
}

struct committing {
	struct store *store;
	const struct batch *batch;
	int rc;
};

/*
 * One transaction. A full map shows while pages are taken, before any is written; every other
 * failure of the commit leaves open what is on disk, and only a new start tells.
 */
static int committing_run(void *arg)
{
	struct committing *committing = arg;
	struct store *store = committing->store;
	MDB_txn *txn;
	MDB_stat stat = {0};
	int rc = mdb_txn_begin(store->env, NULL, 0, &txn);
	if (!rc) {
		rc = batch_put(store, committing->batch, txn);
		if (!rc)
			rc = mdb_stat(txn, store->catalog.rows, &stat);
		if (!rc)
			rc = mdb_txn_commit(txn);
		else
			mdb_txn_abort(txn);
	}
	store->rows_pages = stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages;
	committing->rc = rc;
	return 0;
}

static void batch_note(struct store *store, const struct batch *batch, uint64_t us)
{
	if (batch->own.len)
		lock_note(&store->lock, store->own->name, block_last_seq(&batch->own_block));
	uint64_t file_bytes = env_file_bytes(store->env);
	pthread_mutex_lock(&store->mutex);
	struct store_stats *stats = &store->stats;
	stats->commits++;
	stats->events += batch->events;
	stats->bytes += batch->own.len + batch->replicas.len;
	stats->commit_us_last = us;
	if (us > stats->commit_us_max)
		stats->commit_us_max = us;
	stats->file_bytes = file_bytes;
	pthread_mutex_unlock(&store->mutex);
}

/* 0, ERR_DISK_FULL (nothing has begun; the batch stays as it is) or ERR_MAP_FULL. */
static int batch_commit(struct store *store, struct batch *batch)
{
	const struct store_options *options = &store->options;
	uint64_t start_us = clock_mono_us();
	MDB_stat stat;
	if (!batch->sealed)
		batch_seal(store, batch);
	int err = options->before_commit ? options->before_commit(options->arg) : 0;
	must(mdb_env_stat(store->env, &stat) == 0);
	if (!err)
		err = room_reserve(
			store->env, &store->reserved, batch_room(store, batch, stat.ms_psize));
	if (err == ERR_DISK_FULL)
		return err;
	if (err)
		writer_dies(store, "store_prepare_failed", err_title(err));
	struct committing committing = {store, batch, 0};
	if (guard_run(committing_run, &committing))
		writer_dies(store, "store_damaged", "data.mdb was cut off or is damaged");
	if (committing.rc == MDB_MAP_FULL)
		return ERR_MAP_FULL;
	if (committing.rc)
		writer_dies(store, "store_commit_failed", mdb_strerror(committing.rc));
	err = env_file_extend(store->env);
	if (err)
		writer_dies(store, "store_file_failed", err_title(err));
	batch_note(store, batch, clock_mono_us() - start_us);
	return 0;
}

/* Under the mutex: until there is work, or the end. */
static bool writer_waits(struct store *store)
{
	while (!store->has_work && !store->stopping)
		pthread_cond_wait(&store->work, &store->mutex);
	return store->has_work;
}

/* Under the mutex: until it is worth another try. False: it is not. */
static bool writer_retries(struct store *store)
{
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += RETRY_MS * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	int rc = 0;
	while (!store->stopping && rc != ETIMEDOUT && store->trouble == ERR_DISK_FULL)
		rc = pthread_cond_timedwait(&store->work, &store->mutex, &until);
	while (!store->stopping && store->trouble == ERR_MAP_FULL)
		pthread_cond_wait(&store->work, &store->mutex);
	return !store->stopping;
}

/*
 * Blocks of the disk that were reserved and never written cost the file system's journal a commit of its
 * own at the next fdatasync. A small batch waits for little else: written once before, while nobody
 * waits, its commit takes half the time (180 us instead of 300). Big ones would be written twice.
 */
static void room_fill(const struct store *store)
{
	static const uint8_t zeros[FILL_AHEAD];
	mdb_filehandle_t fd;
	must(mdb_env_get_fd(store->env, &fd) == 0);
	uint64_t end = env_end(store->env), from = env_file_bytes(store->env);
	uint64_t to = end + FILL_AHEAD < store->reserved ? end + FILL_AHEAD : store->reserved;
	if (from >= end + FILL_LOW || from >= to || to - from > sizeof zeros)
		return;
	if (pwrite(fd, zeros, to - from, (off_t)from) < 0 || fdatasync(fd) != 0)
		writer_dies(store, "store_fill_failed", strerror(errno));
}

static void *writer_main(void *arg)
{
	struct store *store = arg;
	pthread_mutex_lock(&store->mutex);
	while (writer_waits(store)) {
		struct batch *batch = store->committing;
		bool small = batch->own.len + batch->replicas.len <= FILL_BATCH;
		pthread_mutex_unlock(&store->mutex);
		int err = batch_commit(store, batch);
		pthread_mutex_lock(&store->mutex);
		bool news = !err || err != store->trouble;
		store->stats.disk_full_waits += news && err == ERR_DISK_FULL;
		store->trouble = err;
		store->has_work = err != 0;
		store->has_result = !err;
		pthread_cond_signal(&store->ended);
		bool wake = news && store->options.wake && !store->stopping;
		pthread_mutex_unlock(&store->mutex);
		if (wake)
			store->options.wake(store->options.arg);
		if (!err && small)
			room_fill(store);
		pthread_mutex_lock(&store->mutex);
		if (err && !writer_retries(store))
			break;
	}
	pthread_mutex_unlock(&store->mutex);
	return NULL;
}

int writer_start(struct store *store)
{
	pthread_condattr_t monotonic;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_mutex_init(&store->mutex, NULL);
	pthread_cond_init(&store->work, &monotonic);
	pthread_cond_init(&store->ended, &monotonic);
	pthread_condattr_destroy(&monotonic);
	store->stats.map_bytes = (uint64_t)store->options.map_size_mib << 20;
	store->stats.file_bytes = env_file_bytes(store->env);
	return pthread_create(&store->writer, NULL, writer_main, store) == 0 ? 0 : ERR_MEMORY;
}

/* What is with the writer gets on disk or into trouble, then what is open has one try. */
void writer_stop(struct store *store)
{
	pthread_mutex_lock(&store->mutex);
	while (store->has_work && !store->trouble)
		pthread_cond_wait(&store->ended, &store->mutex);
	pthread_mutex_unlock(&store->mutex);
	store_flush(store, store->now_ms);
	pthread_mutex_lock(&store->mutex);
	store->stopping = true;
	pthread_cond_signal(&store->work);
	pthread_mutex_unlock(&store->mutex);
	pthread_join(store->writer, NULL);
	pthread_cond_destroy(&store->ended);
	pthread_cond_destroy(&store->work);
	pthread_mutex_destroy(&store->mutex);
	env_file_trim(store->env);
}
