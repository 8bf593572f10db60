/*
 * A stopped log of ten blocks of ten events, and what spoils it.
 */
#ifndef WOT_DAMAGE_FIXTURE_H
#define WOT_DAMAGE_FIXTURE_H

#include "tests/unit/store_fixture.h"

struct seen {
	unsigned streams;
	struct store_report own, replica;
};

static inline void on_stream(void *arg, const struct store_report *report)
{
	struct seen *seen = arg;
	seen->streams++;
	if (report->own)
		assert_string_equal(report->stream, "intake"); /* borrowed: gone after this */
	*(report->own ? &seen->own : &seen->replica) = *report;
}

/* Ten blocks of ten events, closed: event N is in block (N - 1) / 10. */
static inline void make_log(struct site *site)
{
	site_open(site);
	for (unsigned i = 0; i < 10; i++)
		site_block(site, NOW_MS + i, 10, "key=value");
	store_close(&site->store);
}

static inline void file_read(const struct site *site, const char *name, struct buf *out)
{
	char path[512];
	struct stat stat_of;
	site_path(site, name, path);
	int fd = open(path, O_RDONLY);
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &stat_of), 0);
	buf_clear(out);
	buf_reserve(out, (size_t)stat_of.st_size);
	out->len = (size_t)stat_of.st_size;
	assert_int_equal(read(fd, out->data, out->len), out->len);
	close(fd);
}

static inline void file_write(const struct site *site, const char *name, const struct buf *bytes)
{
	char path[512];
	site_path(site, name, path);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes->data, bytes->len), bytes->len);
	close(fd);
}

/* Flips a bit of the text, wherever it is in the file: LMDB leaves older copies of a page behind.
 */
static inline void flip(struct site *site, const char *text)
{
	auto_buf struct buf file = {0};
	file_read(site, "data.mdb", &file);
	unsigned count = 0;
	for (char *at = file.data;; at++, count++) {
		at = memmem(at, file.len - (size_t)(at - file.data), text, strlen(text));
		if (!at)
			break;
		at[strlen(text) - 1] ^= 0x10;
	}
	assert_true(count > 0);
	file_write(site, "data.mdb", &file);
}

static inline void cut(struct site *site, size_t len)
{
	char path[512];
	site_path(site, "data.mdb", path);
	assert_int_equal(truncate(path, (off_t)len), 0);
}

static inline void assert_names(const struct why *why, const char *stream, uint64_t seq)
{
	char start[64];
	snprintf(start, sizeof start, "log %s: event %" PRIu64 " ", stream, seq);
	if (!strstr(why->text, start))
		fail_msg("\"%s\" is not in \"%s\"", start, why->text);
	assert_non_null(strstr(why->text, "wotctl"));
}

static inline void verify_says(const struct site *site, int err, uint64_t bad_seq)
{
	struct seen seen = {0};
	struct why why = {""};
	assert_int_equal(dir_verify(site->dir, site_rows, on_stream, &seen, &why), err);
	assert_int_equal(seen.own.bad_seq, bad_seq);
	assert_int_equal(seen.own.err, err);
	if (err)
		assert_names(&why, "intake", bad_seq);
}

#endif
