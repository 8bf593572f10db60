#include "tests/sim/fake_store.h"

#include "lib/clean.h"
#include "lib/grow.h"
#include "store/store_own.h"

#include <stdio.h>
#include <string.h>
#include <uthash.h>

enum { DISKS_MAX = 4 };

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
	struct store_stream is;
	struct buf blocks;
	struct end *ends;
	size_t end_count;
};

struct disk {
	char name[STORE_NAME_MAX + 1];
	struct stream streams[STREAMS_MAX];
	size_t stream_count;
	struct row *rows;
	bool is_open;
	struct writer *writer; /* of the process that has it open */
	bool full, hurry;
};

static struct disk disks[DISKS_MAX];
static size_t disk_count;
static struct disk *opened; /* the last one: the writer that is made next is its */
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
		must(!disks[i].is_open);
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
		if (strcmp(disk->streams[i].is.name, name) == 0)
			return &disk->streams[i];
	return NULL;
}

static void stream_make(struct disk *disk, const char *name, bool own)
{
	if (stream_find(disk, name))
		return;
	must(disk->stream_count < STREAMS_MAX);
	struct stream *stream = &disk->streams[disk->stream_count++];
	stream->is.own = own;
	snprintf(stream->is.name, sizeof stream->is.name, "%s", name);
	for (size_t i = 0; i < STORE_ID_LEN; i += 8) {
		uint64_t random = disk_random();
		memcpy(stream->is.id + i, &random, 8);
	}
}

/* ---- the backend: what was committed lies in memory ---- */

static int disk_open(void **at, const struct store_options *options, struct why *why)
{
	(void)why;
	struct disk *disk = disk_find(options->dir);
	if (!disk) {
		must(disk_count < DISKS_MAX);
		disk = &disks[disk_count++];
		snprintf(disk->name, sizeof disk->name, "%s", options->dir);
	}
	must(!disk->is_open);
	disk->is_open = true;
	for (size_t i = 0; options->replicas && options->replicas[i]; i++)
		stream_make(disk, options->replicas[i], false);
	if (options->own)
		stream_make(disk, options->own, true);
	*at = opened = disk;
	return 0;
}

static void disk_close(void *at)
{
	struct disk *disk = at;
	disk->is_open = false;
}

static int disk_heads(
	void *at, struct store_stream streams[STREAMS_MAX], size_t *count, struct why *why)
{
	(void)why;
	const struct disk *disk = at;
	for (size_t i = 0; i < disk->stream_count; i++)
		streams[i] = disk->streams[i].is;
	*count = disk->stream_count;
	return 0;
}

static void block_land(struct stream *stream, const struct block *block)
{
	buf_add(&stream->blocks, block_bytes(block), block->size);
	stream->ends = grow_push(stream->ends, stream->end_count, sizeof *stream->ends);
	stream->ends[stream->end_count++] = (struct end){block_last_seq(block), stream->blocks.len};
	stream->is.head = block_head(block);
}

static void row_land(struct disk *disk, const struct row_cursor *from)
{
	struct row *row;
	HASH_FIND(hh, disk->rows, from->key, from->key_len, row);
	if (!row) {
		row = calloc(1, sizeof *row);
		must(row && from->key_len <= sizeof row->key);
		memcpy(row->key, from->key, from->key_len);
		row->key_len = from->key_len;
		HASH_ADD_KEYPTR(hh, disk->rows, row->key, row->key_len, row);
	}
	buf_clear(&row->value);
	buf_add(&row->value, from->value, from->value_len);
}

static int disk_commit(void *at, const struct store_commit *commit)
{
	struct disk *disk = at;
	if (disk->full)
		return ERR_DISK_FULL;
	for (size_t i = 0; i < commit->count; i++)
		block_land(&disk->streams[commit->blocks[i].stream], &commit->blocks[i].block);
	for (struct row_cursor row = rows_begin(commit->rows); rows_next(&row);)
		row_land(disk, &row);
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

static int disk_read(void *at, size_t index, uint64_t after_seq, const uint8_t *after_hash,
	uint64_t to_seq, size_t max_bytes, struct buf *out)
{
	const struct disk *disk = at;
	const struct stream *stream = &disk->streams[index];
	ptrdiff_t from = end_find(stream, after_seq);
	if (after_seq && from < 0)
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
		if (stream->ends[i].seq > to_seq)
			break;
		if (end > begin && stream->ends[i].at - begin > max_bytes)
			break;
		end = stream->ends[i].at;
	}
	buf_add(out, stream->blocks.data + begin, end - begin);
	return 0;
}

static int disk_row(void *at, const void *key, size_t key_len, struct buf *out)
{
	const struct disk *disk = at;
	struct row *row;
	HASH_FIND(hh, disk->rows, key, key_len, row);
	if (!row)
		return ERR_NOT_FOUND;
	buf_add(out, row->value.data, row->value.len);
	return 0;
}

/* Of what verify tells, what a daemon asks for at its start: its rows. */
static int disk_verify(void *at, const struct store_audit *audit, struct why *why)
{
	(void)why;
	const struct disk *disk = at;
	int err = 0;
	must(!audit->on_stream && !audit->on_block && !audit->on_stream_end);
	for (struct row *row = disk->rows; row && !err; row = row->hh.next)
		err = audit->on_row(
			audit->arg, row->key, row->key_len, row->value.data, row->value.len);
	return err;
}

const struct store_backend store_folder = {
	.batch_events = 20, /* far fewer than a folder takes, so that it comes to that */
	.batch_bytes = 8192,
	.open = disk_open,
	.heads = disk_heads,
	.commit = disk_commit,
	.read = disk_read,
	.row = disk_row,
	.verify = disk_verify,
	.close = disk_close,
};

/* ---- the writer: it commits when the simulation says so ---- */

struct writer {
	struct writer_options options;
	struct disk *disk;
	bool has_work, is_done, is_dead;
};

static void writer_step(struct writer *writer)
{
	if (!writer || !writer->has_work || writer->is_dead ||
		writer->options.commit(writer->options.arg) != 0)
		return;
	writer->has_work = false;
	writer->is_done = true;
}

int writer_new(struct writer **out, const struct writer_options *options)
{
	struct writer *writer = calloc(1, sizeof *writer);
	must(writer);
	*writer = (struct writer){.options = *options, .disk = opened};
	*out = opened->writer = writer;
	return 0;
}

void writer_hand(struct writer *writer)
{
	writer->has_work = true;
}

int writer_look(struct writer *writer, bool *done)
{
	if (writer->disk->hurry)
		writer_step(writer);
	*done = writer->is_done;
	writer->is_done = false;
	return writer->has_work && writer->disk->full ? ERR_DISK_FULL : 0;
}

void writer_wait(struct writer *writer)
{
	writer_step(writer);
}

void writer_free(struct writer **at)
{
	struct writer *writer = *at;
	writer_step(writer);
	writer->disk->writer = NULL;
	free(writer);
	*at = NULL;
}

/* ---- the simulation's side ---- */

static struct writer *writer_of(const char *name)
{
	const struct disk *disk = disk_find(name);
	return disk ? disk->writer : NULL;
}

bool fake_disk_is_busy(const char *disk)
{
	const struct writer *writer = writer_of(disk);
	return writer && writer->has_work;
}

bool fake_disk_is_clean(const char *disk)
{
	const struct writer *writer = writer_of(disk);
	const struct store *store = writer ? writer->options.arg : NULL;
	return !store || (!store->busy && batch_is_empty(store->open));
}

void fake_disk_land(const char *disk)
{
	writer_step(writer_of(disk));
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
	struct writer *writer = writer_of(disk);
	if (lands)
		writer_step(writer);
	writer->is_dead = true;
}

static void batch_events(const struct batch *batch, fake_event_fn *on_event, void *arg)
{
	struct block block = {.first_seq = batch->own_block.first_seq};
	if (!batch->own.len)
		return;
	block.payload = (const uint8_t *)batch->own.data + BLOCK_HEADER;
	block.payload_len = (uint32_t)(batch->own.len - BLOCK_HEADER);
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
	if (!with_open || !disk->writer || !stream->is.own)
		return;
	const struct store *store = disk->writer->options.arg;
	if (disk->writer->has_work)
		batch_events(store->committing, on_event, arg);
	batch_events(store->open, on_event, arg);
}

uint64_t fake_disk_head(const char *disk, const char *stream)
{
	const struct stream *found = stream_find(disk_find(disk), stream);
	return found ? found->is.head.seq : 0;
}
