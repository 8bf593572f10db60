/*
 * A store in a folder of its own, for tests. Everything waits for what the writer reports, nothing
 * for time to pass; 20 s without a report is a failure.
 */
#ifndef WOT_STORE_FIXTURE_H
#define WOT_STORE_FIXTURE_H

#include "store/backend.h"
#include "store/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <cmocka.h>

enum { NOW_MS = 1000000 };

struct site {
	char dir[256];
	int woken;
	struct store *store;
	struct store_options options;
	int before_commit; /* what the hook returns */
};

static inline void site_on_wake(void *arg)
{
	struct site *site = arg;
	eventfd_write(site->woken, 1);
}

static inline int site_before_commit(void *arg)
{
	return __atomic_load_n(&((struct site *)arg)->before_commit, __ATOMIC_SEQ_CST);
}

/* An event "key=value" gives the row key → value; any other gives none. */
static inline void site_rows(
	const uint8_t *event, size_t len, uint64_t seq, struct store_rows *rows)
{
	(void)seq;
	const uint8_t *equals = memchr(event, '=', len);
	if (equals && equals > event)
		store_row_put(rows, event, (size_t)(equals - event), equals + 1,
			len - (size_t)(equals - event) - 1);
}

/* As wotctl does: a folder that nobody has open. */
static inline int dir_verify(const char *dir, store_rows_fn *rows_of,
	void (*on_stream)(void *arg, const struct store_report *report), void *arg, struct why *why)
{
	const struct store_options options = {
		.backend = &store_folder, .dir = dir, .rows_of = rows_of};
	return store_verify(&options, on_stream, arg, why);
}

static inline int dir_accept_loss(
	const char *dir, store_rows_fn *rows_of, struct store_report *report, struct why *why)
{
	const struct store_options options = {
		.backend = &store_folder, .dir = dir, .rows_of = rows_of};
	return store_accept_loss(&options, report, why);
}

static inline int site_new(void **state)
{
	struct site *site = calloc(1, sizeof *site);
	const char *tmp = getenv("TMPDIR");
	snprintf(site->dir, sizeof site->dir, "%s/wot-store-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(site->dir))
		return -1;
	site->woken = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	site->options = (struct store_options){
		.backend = &store_folder,
		.dir = site->dir,
		.own = "intake",
		.holder = "test-holder",
		.limit_mib = 64,
		.rows_of = site_rows,
		.before_commit = site_before_commit,
		.wake = site_on_wake,
		.arg = site,
	};
	*state = site;
	return 0;
}

static inline void dir_remove(const char *path)
{
	DIR *dir = opendir(path);
	for (struct dirent *entry; dir && (entry = readdir(dir));) {
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
			char below[1024];
			int len = snprintf(below, sizeof below, "%s/%s", path, entry->d_name);
			if (len < (int)sizeof below && unlink(below) != 0)
				dir_remove(below);
		}
	}
	if (dir)
		closedir(dir);
	rmdir(path);
}

static inline int site_free(void **state)
{
	struct site *site = *state;
	store_close(&site->store);
	close(site->woken);
	umount(site->dir); /* of a test that failed half-way */
	dir_remove(site->dir);
	free(site);
	return 0;
}

static inline void site_open(struct site *site)
{
	struct why why = {""};
	int err = store_open(&site->store, &site->options, &why);
	if (err)
		print_error("store_open: %s: %s\n", err_name(err), why.text);
	assert_int_equal(err, 0);
}

static inline void site_wait(struct site *site)
{
	eventfd_t count;
	struct pollfd woken = {.fd = site->woken, .events = POLLIN};
	assert_int_equal(poll(&woken, 1, 20000), 1);
	eventfd_read(site->woken, &count);
}

/* Until the store reports err; its own log is durable then if err is 0. */
static inline void site_until(struct site *site, int err)
{
	while (store_poll(site->store) != err ||
		(err == 0 && store_durable(site->store) < store_last(site->store))) {
		store_flush(site->store, NOW_MS);
		if (store_poll(site->store) != err ||
			(err == 0 && store_durable(site->store) < store_last(site->store)))
			site_wait(site);
	}
}

static inline uint64_t site_append(struct site *site, const char *event)
{
	uint64_t seq = 0;
	store_append(site->store, event, strlen(event), &seq);
	return seq;
}

/* One block of these events, durable. */
static inline void site_block(struct site *site, int64_t now_ms, unsigned count, const char *format)
{
	for (unsigned i = 0; i < count; i++) {
		char event[1024];
		snprintf(event, sizeof event, "%s %" PRIu64, format, store_last(site->store) + 1);
		site_append(site, event);
	}
	store_flush(site->store, now_ms);
	site_until(site, 0);
}

static inline void site_path(const struct site *site, const char *name, char out[512])
{
	snprintf(out, 512, "%s/%s", site->dir, name);
}

/* Everything of a stream, and every check along the way. Returns its last seq. */
static inline uint64_t stream_read_all(struct store *store, const char *name, struct buf *out)
{
	struct store_head head = {0};
	struct block block;
	buf_clear(out);
	assert_int_equal(store_read(store, name, 0, NULL, SIZE_MAX, out), 0);
	for (size_t at = 0; at < out->len; at += block.size) {
		assert_int_equal(block_check((uint8_t *)out->data + at, out->len - at, &block), 0);
		assert_true(block_follows(&block, &head));
		head = block_head(&block);
	}
	return head.seq;
}

/* The first block whose events begin after `after_seq`, of all that was read. */
static inline struct block block_after(const struct buf *all, uint64_t after_seq)
{
	struct block block = {0};
	for (size_t at = 0; at < all->len; at += block.size) {
		assert_int_equal(block_parse((uint8_t *)all->data + at, all->len - at, &block), 0);
		if (block.first_seq == after_seq + 1)
			return block;
	}
	fail_msg("no block begins after %" PRIu64, after_seq);
	return block;
}

#endif
