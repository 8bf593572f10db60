#include "tests/sim/fake_store.h"

#include "lib/clean.h"

#include <stdio.h>
#include <string.h>
#include <uthash.h>

enum {
	DISKS_MAX = 4,
	STREAMS_MAX = 4,
	FULL_EVENTS = 20, /* far fewer than the store takes, so that it comes to that */
	FULL_BYTES = 8192,
};

struct row {
	UT_hash_handle hh;
	struct buf value;
	size_t key_len;
	uint8_t key[STORE_KEY_MAX];
};

/* Where a block ends, so that what follows a sequence number is found. */
struct end {
	uint64_t seq;
	size_t at;
};

struct stream {
	char name[STORE_NAME_MAX + 1];
	uint8_t id[STORE_ID_LEN]; /* of an own one */
	struct buf blocks;
	struct end *ends;
	size_t end_count, end_room;
	struct store_head head; /* on disk */
};

struct disk {
	char name[STORE_NAME_MAX + 1];
	struct stream streams[STREAMS_MAX];
	size_t stream_count;
	struct row *rows;
	struct store *store; /* of the process that has it open */
	bool full, hurry;
};

struct store_rows {
	struct disk *disk;
};

struct batch {
	struct buf own;      /* room for a header, and payload */
	struct buf replicas; /* whole blocks, each after the number of its stream */
	uint32_t count;
	uint64_t first_seq;
	int64_t written_at_ms;
};

struct store {
	struct disk *disk;
	struct store_options options;
	struct stream *own;
	uint64_t last_seq;
	struct store_head durable[STREAMS_MAX]; /* as the loop knows it */
	struct store_head given[STREAMS_MAX];   /* replicas */
	struct batch open, committing;
	bool busy, landed, forget;
	int64_t now_ms;
};

static struct disk disks[DISKS_MAX];
static size_t disk_count;
static uint64_t (*disk_random)(void);

/* ---- disks ---- */

void fake_disks_open(uint64_t (*random)(void))
{
	disk_random = random;
}

static void rows_free(struct disk *disk)
{
	struct row *row, *next;
	HASH_ITER (hh, disk->rows, row, next) {
		HASH_DEL(disk->rows, row);
		buf_done(&row->value);
		free(row);
	}
}

void fake_disks_close(void)
{
	for (size_t i = 0; i < disk_count; i++) {
		must(!disks[i].store);
		for (size_t s = 0; s < disks[i].stream_count; s++) {
			buf_done(&disks[i].streams[s].blocks);
			free(disks[i].streams[s].ends);
		}
		rows_free(&disks[i]);
	}
	memset(disks, 0, sizeof disks);
	disk_count = 0;
}

static struct disk *disk_find(const char *name)
{
	for (size_t i = 0; i < disk_count; i++)
		if (strcmp(disks[i].name, name) == 0)
			return &disks[i];
	return NULL;
}

static struct stream *stream_find(struct disk *disk, const char *name)
{
	for (size_t i = 0; disk && i < disk->stream_count; i++)
		if (strcmp(disk->streams[i].name, name) == 0)
			return &disk->streams[i];
	return NULL;
}

static struct stream *stream_make(struct disk *disk, const char *name)
{
	struct stream *stream = stream_find(disk, name);
	if (stream)
		return stream;
	must(disk->stream_count < STREAMS_MAX);
	stream = &disk->streams[disk->stream_count++];
	snprintf(stream->name, sizeof stream->name, "%s", name);
	for (size_t i = 0; i < sizeof stream->id; i += 8) {
		uint64_t random = disk_random();
		memcpy(stream->id + i, &random, 8);
	}
	return stream;
}

static void stream_add(struct stream *stream, const void *bytes, const struct block *block)
{
	must(block_follows(block, &stream->head));
	buf_add(&stream->blocks, bytes, block->size);
	if (stream->end_count == stream->end_room) {
		stream->end_room = stream->end_room ? 2 * stream->end_room : 64;
		stream->ends = realloc(stream->ends, stream->end_room * sizeof *stream->ends);
		must(stream->ends);
	}
	stream->ends[stream->end_count++] = (struct end){block_last_seq(block), stream->blocks.len};
	stream->head = block_head(block);
}

/* ---- a commit lands ---- */

void store_row_put(struct store_rows *rows, const void *key, size_t key_len, const void *value,
	size_t value_len)
{
	struct row *row;
	HASH_FIND(hh, rows->disk->rows, key, key_len, row);
	if (!row) {
		row = calloc(1, sizeof *row);
		must(row && key_len <= sizeof row->key);
		memcpy(row->key, key, key_len);
		row->key_len = key_len;
		HASH_ADD_KEYPTR(hh, rows->disk->rows, row->key, key_len, row);
	}
	buf_clear(&row->value);
	buf_add(&row->value, value, value_len);
}

static void own_land(struct store *store, struct batch *batch)
{
	const struct store_head *head = &store->own->head;
	struct block block = {
		.first_seq = batch->first_seq,
		.count = batch->count,
		.payload_len = (uint32_t)(batch->own.len - BLOCK_HEADER),
		.written_at_ms = batch->written_at_ms > head->written_at_ms ? batch->written_at_ms
									    : head->written_at_ms,
	};
	memcpy(block.stream_id, store->own->id, STORE_ID_LEN);
	memcpy(block.prev_hash, head->hash, STORE_HASH_LEN);
	block_seal(&block, (uint8_t *)batch->own.data);
	stream_add(store->own, batch->own.data, &block);
	struct store_rows rows = {store->disk};
	for (struct block_cursor c = block_events(&block);
		store->options.rows_of && block_next(&c);)
		store->options.rows_of(c.event, c.len, c.seq, &rows);
}

static void replicas_land(struct store *store, const struct batch *batch)
{
	const uint8_t *bytes = (const uint8_t *)batch->replicas.data;
	for (size_t at = 0; at < batch->replicas.len;) {
		struct block block;
		struct stream *stream = &store->disk->streams[bytes[at++]];
		must(block_parse(bytes + at, batch->replicas.len - at, &block) == 0);
		stream_add(stream, bytes + at, &block);
		at += block.size;
	}
}

static void batch_land(struct store *store)
{
	struct batch *batch = &store->committing;
	if (!store->busy || store->landed || store->disk->full)
		return;
	if (store->options.before_commit)
		must(store->options.before_commit(store->options.arg) == 0);
	if (batch->own.len)
		own_land(store, batch);
	replicas_land(store, batch);
	store->landed = true;
}

static void result_take(struct store *store)
{
	if (!store->landed)
		return;
	for (size_t i = 0; i < store->disk->stream_count; i++)
		store->durable[i] = store->disk->streams[i].head;
	buf_clear(&store->committing.own);
	buf_clear(&store->committing.replicas);
	store->committing.count = 0;
	store->busy = store->landed = false;
}

/* ---- store/store.h ---- */

int store_open(struct store **out, const struct store_options *options, struct why *why)
{
	(void)why;
	struct disk *disk = disk_find(options->dir);
	if (!disk) {
		must(disk_count < DISKS_MAX);
		disk = &disks[disk_count++];
		snprintf(disk->name, sizeof disk->name, "%s", options->dir);
	}
	must(!disk->store);
	struct store *store = calloc(1, sizeof *store);
	must(store);
	store->disk = disk;
	store->options = *options;
	for (size_t i = 0; options->replicas && options->replicas[i]; i++)
		stream_make(disk, options->replicas[i]);
	if (options->own)
		store->own = stream_make(disk, options->own);
	store->last_seq = store->own ? store->own->head.seq : 0;
	for (size_t i = 0; i < disk->stream_count; i++)
		store->durable[i] = store->given[i] = disk->streams[i].head;
	disk->store = store;
	*out = store;
	return 0;
}

static bool batch_is_empty(const struct batch *batch)
{
	return batch->own.len + batch->replicas.len == 0;
}

void store_close(struct store **at)
{
	struct store *store = *at;
	if (!store)
		return;
	while (!store->forget && !store->disk->full &&
		(store->busy || !batch_is_empty(&store->open))) {
		batch_land(store);
		store_flush(store, store->now_ms);
	}
	buf_done(&store->open.own);
	buf_done(&store->open.replicas);
	buf_done(&store->committing.own);
	buf_done(&store->committing.replicas);
	store->disk->store = NULL;
	free(store);
	*at = NULL;
}

void store_append(struct store *store, const void *event, size_t len, uint64_t *seq)
{
	struct batch *batch = &store->open;
	if (batch->own.len == 0) {
		buf_reserve(&batch->own, BLOCK_HEADER);
		batch->own.len = BLOCK_HEADER;
		batch->first_seq = store->last_seq + 1;
	}
	block_add_event(&batch->own, event, len);
	batch->count++;
	*seq = ++store->last_seq;
}

int store_append_block(struct store *store, const char *replica, const uint8_t *bytes, size_t len)
{
	struct stream *stream = stream_find(store->disk, replica);
	struct block block;
	if (!stream || stream == store->own)
		return ERR_NOT_FOUND;
	must(block_check(bytes, len, &block) == 0 && block.size == len);
	size_t index = (size_t)(stream - store->disk->streams);
	if (!block_follows(&block, &store->given[index]))
		return ERR_DIVERGED;
	store->given[index] = block_head(&block);
	buf_char(&store->open.replicas, (char)index);
	buf_add(&store->open.replicas, bytes, len);
	return 0;
}

void store_flush(struct store *store, int64_t now_ms)
{
	result_take(store);
	store->now_ms = now_ms;
	if (store->busy || batch_is_empty(&store->open))
		return;
	struct batch empty = store->committing;
	store->committing = store->open;
	store->committing.written_at_ms = now_ms;
	store->open = empty;
	store->busy = true;
}

bool store_full(const struct store *store)
{
	const struct batch *open = &store->open;
	return store->busy &&
	       (open->count >= FULL_EVENTS || open->own.len + open->replicas.len >= FULL_BYTES);
}

int store_poll(struct store *store)
{
	if (store->disk->hurry)
		batch_land(store);
	result_take(store);
	return store->busy && store->disk->full ? ERR_DISK_FULL : 0;
}

uint64_t store_last(const struct store *store)
{
	return store->last_seq;
}

uint64_t store_durable(const struct store *store)
{
	return store->own ? store->durable[store->own - store->disk->streams].seq : 0;
}

int store_head(const struct store *store, const char *name, struct store_head *head)
{
	const struct stream *stream = stream_find(store->disk, name);
	if (!stream)
		return ERR_NOT_FOUND;
	*head = store->durable[stream - store->disk->streams];
	if (stream == store->own)
		memcpy(head->id, stream->id, STORE_ID_LEN);
	return 0;
}

/* The block that ends with that seq, as an index; -1: none does. */
static ptrdiff_t end_find(const struct stream *stream, uint64_t seq)
{
	size_t low = 0, high = stream->end_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (stream->ends[middle].seq < seq)
			low = middle + 1;
		else
			high = middle;
	}
	return low < stream->end_count && stream->ends[low].seq == seq ? (ptrdiff_t)low : -1;
}

static size_t end_at(const struct stream *stream, ptrdiff_t index)
{
	return index < 0 ? 0 : stream->ends[index].at;
}

int store_read(struct store *store, const char *name, uint64_t after_seq, const uint8_t *after_hash,
	size_t max_bytes, struct buf *out)
{
	const struct stream *stream = stream_find(store->disk, name);
	if (!stream)
		return ERR_NOT_FOUND;
	uint64_t durable = store->durable[stream - store->disk->streams].seq;
	ptrdiff_t from = end_find(stream, after_seq);
	if (after_seq > durable || (after_seq && from < 0))
		return ERR_DIVERGED;
	if (after_seq && after_hash) {
		struct block block;
		size_t begins = end_at(stream, from - 1);
		must(block_parse((const uint8_t *)stream->blocks.data + begins,
			     stream->blocks.len - begins, &block) == 0);
		if (memcmp(block.hash, after_hash, STORE_HASH_LEN) != 0)
			return ERR_DIVERGED;
	}
	size_t begin = end_at(stream, from), end = begin;
	for (size_t i = (size_t)(from + 1); i < stream->end_count; i++) {
		if (stream->ends[i].seq > durable)
			break;
		if (end > begin && stream->ends[i].at - begin > max_bytes)
			break;
		end = stream->ends[i].at;
	}
	if (end > begin)
		buf_add(out, stream->blocks.data + begin, end - begin);
	return 0;
}

int store_row(struct store *store, const void *key, size_t key_len, struct buf *out)
{
	struct row *row;
	HASH_FIND(hh, store->disk->rows, key, key_len, row);
	if (!row)
		return ERR_NOT_FOUND;
	buf_add(out, row->value.data, row->value.len);
	return 0;
}

void store_turn_end(struct store *store)
{
	(void)store;
}

/* ---- the simulation's side ---- */

static struct store *store_of(const char *disk)
{
	const struct disk *found = disk_find(disk);
	return found ? found->store : NULL;
}

bool fake_disk_is_busy(const char *disk)
{
	const struct store *store = store_of(disk);
	return store && store->busy && !store->landed;
}

bool fake_disk_is_clean(const char *disk)
{
	const struct store *store = store_of(disk);
	return !store || (!store->busy && batch_is_empty(&store->open));
}

void fake_disk_land(const char *disk)
{
	struct store *store = store_of(disk);
	if (store)
		batch_land(store);
}

void fake_disk_fill(const char *disk, bool full)
{
	disk_find(disk)->full = full;
}

bool fake_disk_is_full(const char *disk)
{
	return disk_find(disk)->full;
}

void fake_disk_hurry(const char *disk, bool hurry)
{
	disk_find(disk)->hurry = hurry;
}

void fake_disk_crash(const char *disk, bool lands)
{
	struct store *store = store_of(disk);
	if (lands)
		batch_land(store);
	store->forget = true;
}

static void payload_events(const struct buf *bytes, size_t from, uint64_t first_seq,
	fake_event_fn *on_event, void *arg)
{
	struct block block = {.first_seq = first_seq,
		.payload = (const uint8_t *)bytes->data + from,
		.payload_len = (uint32_t)(bytes->len - from)};
	for (struct block_cursor c = block_events(&block); block_next(&c);)
		on_event(arg, c.event, c.len, c.seq);
}

void fake_disk_events(const char *disk_name, const char *stream_name, bool with_open,
	fake_event_fn *on_event, void *arg)
{
	struct disk *disk = disk_find(disk_name);
	const struct stream *stream = stream_find(disk, stream_name);
	if (!stream)
		return;
	for (size_t at = 0; at < stream->blocks.len;) {
		struct block block;
		must(block_parse((const uint8_t *)stream->blocks.data + at, stream->blocks.len - at,
			     &block) == 0);
		for (struct block_cursor c = block_events(&block); block_next(&c);)
			on_event(arg, c.event, c.len, c.seq);
		at += block.size;
	}
	const struct store *store = disk->store;
	if (!with_open || !store || stream != store->own)
		return;
	if (store->busy && !store->landed && store->committing.own.len)
		payload_events(&store->committing.own, BLOCK_HEADER, store->committing.first_seq,
			on_event, arg);
	if (store->open.own.len)
		payload_events(
			&store->open.own, BLOCK_HEADER, store->open.first_seq, on_event, arg);
}

uint64_t fake_disk_head(const char *disk, const char *stream)
{
	const struct stream *found = stream_find(disk_find(disk), stream);
	return found ? found->head.seq : 0;
}
