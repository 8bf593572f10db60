/* The life of a store: what was acknowledged is on disk, once, in order, and is read back as
 * written. */
#include "tests/unit/store_fixture.h"

#include <signal.h>
#include <sys/resource.h>

static void an_event_is_durable_once_its_commit_was_polled(void **state)
{
	struct site *site = *state;
	site_open(site);
	assert_int_equal(site_append(site, "one"), 1);
	assert_int_equal(site_append(site, "two"), 2);
	assert_int_equal(store_last(site->store), 2);
	assert_int_equal(store_durable(site->store), 0);
	site_until(site, 0);
	assert_int_equal(store_durable(site->store), 2);
	struct store_stats stats;
	store_stats(site->store, &stats);
	assert_int_equal(stats.commits, 1);
	assert_int_equal(stats.events, 2);
	assert_true(stats.bytes_used > 0 && stats.commit_us_max > 0);
}

static void a_restart_sees_the_same(void **state)
{
	struct site *site = *state;
	auto_buf struct buf before = {0}, after = {0};
	struct store_head head, again;
	site_open(site);
	for (unsigned i = 0; i < 20; i++)
		site_block(site, NOW_MS + i, 1 + 7 * i, "event");
	assert_int_equal(stream_read_all(site->store, "intake", &before), store_last(site->store));
	assert_int_equal(store_head(site->store, "intake", &head), 0);
	store_close(&site->store);
	site_open(site);
	assert_int_equal(store_head(site->store, "intake", &again), 0);
	assert_memory_equal(&head, &again, sizeof head);
	stream_read_all(site->store, "intake", &after);
	assert_int_equal(before.len, after.len);
	assert_memory_equal(before.data, after.data, before.len);
	site_block(site, NOW_MS + 99, 1, "and on");
	assert_int_equal(store_durable(site->store), head.seq + 1);
}

static void closing_commits_what_is_open(void **state)
{
	struct site *site = *state;
	site_open(site);
	site_append(site, "first");
	store_flush(site->store, NOW_MS);
	site_append(site, "open when the store is closed");
	store_close(&site->store);
	site_open(site);
	assert_int_equal(store_durable(site->store), 2);
}

static void what_gathers_during_a_commit_is_the_next_block(void **state)
{
	struct site *site = *state;
	auto_buf struct buf all = {0};
	site->before_commit = ERR_DISK_FULL; /* keeps the first block with the writer */
	site_open(site);
	site_append(site, "first");
	store_flush(site->store, NOW_MS);
	site_until(site, ERR_DISK_FULL);
	for (unsigned i = 0; i < 10; i++) {
		site_append(site, "gathered");
		store_flush(site->store, NOW_MS);
	}
	__atomic_store_n(&site->before_commit, 0, __ATOMIC_SEQ_CST);
	site_until(site, 0);
	assert_int_equal(stream_read_all(site->store, "intake", &all), 11);
	assert_int_equal(block_after(&all, 0).count, 1);
	assert_int_equal(block_after(&all, 1).count, 10);
}

static void the_store_is_full_when_the_open_block_is_over_its_limit(void **state)
{
	struct site *site = *state;
	site->before_commit = ERR_DISK_FULL;
	site_open(site);
	for (unsigned i = 0; i <= store_folder.batch_events; i++)
		site_append(site, "e");
	assert_true(store_full(
		site->store)); /* also when the writer is free: one block would hold all */
	store_flush(site->store, NOW_MS);
	assert_false(store_full(site->store));
	for (unsigned i = 0; i < store_folder.batch_events; i++)
		site_append(site, "e");
	assert_true(store_full(site->store));
	__atomic_store_n(&site->before_commit, 0, __ATOMIC_SEQ_CST);
	site_until(site, 0);
	assert_false(store_full(site->store));
	assert_int_equal(store_durable(site->store), 2 * store_folder.batch_events + 1);
}

static void written_at_never_goes_back(void **state)
{
	struct site *site = *state;
	struct store_head head;
	site_open(site);
	site_block(site, NOW_MS, 1, "a");
	site_block(site, NOW_MS - 500, 1, "b");
	assert_int_equal(store_head(site->store, "intake", &head), 0);
	assert_int_equal(head.written_at_ms, NOW_MS);
	store_close(&site->store);
	site_open(site);
	site_block(site, NOW_MS - 500, 1, "c");
	assert_int_equal(store_head(site->store, "intake", &head), 0);
	assert_int_equal(head.written_at_ms, NOW_MS);
}

static void reading_goes_on_after_any_block(void **state)
{
	struct site *site = *state;
	auto_buf struct buf all = {0}, rest = {0};
	site_open(site);
	for (unsigned i = 1; i <= 5; i++)
		site_block(site, NOW_MS, i, "event");
	assert_int_equal(stream_read_all(site->store, "intake", &all), 15);
	for (size_t at = 0; at < all.len;) {
		struct block block;
		assert_int_equal(block_parse((uint8_t *)all.data + at, all.len - at, &block), 0);
		at += block.size;
		buf_clear(&rest);
		assert_int_equal(store_read(site->store, "intake", block_last_seq(&block),
					 block.hash, SIZE_MAX, &rest),
			0);
		assert_int_equal(rest.len, all.len - at);
		if (rest.len)
			assert_memory_equal(rest.data, all.data + at, rest.len);
	}
}

static void a_read_gives_whole_blocks_up_to_its_limit_and_at_least_one(void **state)
{
	struct site *site = *state;
	auto_buf struct buf all = {0}, some = {0};
	site_open(site);
	for (unsigned i = 0; i < 4; i++)
		site_block(site, NOW_MS, 3, "event");
	stream_read_all(site->store, "intake", &all);
	size_t size = all.len / 4;
	const size_t limits[][2] = {{0, 1}, {2 * size, 2}, {3 * size - 1, 2}, {3 * size, 3}};
	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
		buf_clear(&some);
		assert_int_equal(
			store_read(site->store, "intake", 0, NULL, limits[i][0], &some), 0);
		assert_int_equal(some.len, limits[i][1] * size);
	}
	buf_clear(&some);
	buf_text(&some, "header");
	assert_int_equal(store_read(site->store, "intake", 0, NULL, 1, &some), 0);
	assert_memory_equal(some.data, "header", 6); /* what was there stays */
	assert_int_equal(some.len, 6 + size);
}

static void another_hash_or_place_is_diverged(void **state)
{
	struct site *site = *state;
	auto_buf struct buf all = {0}, out = {0};
	const uint8_t wrong[STORE_HASH_LEN] = {1};
	site_open(site);
	struct store *store = site->store;
	assert_int_equal(store_read(store, "intake", 1, NULL, SIZE_MAX, &out), ERR_DIVERGED);
	site_block(site, NOW_MS, 3, "event");
	site_block(site, NOW_MS, 3, "event");
	stream_read_all(store, "intake", &all);
	assert_int_equal(store_read(store, "nobody", 0, NULL, SIZE_MAX, &out), ERR_NOT_FOUND);
	assert_int_equal(store_read(store, "intake", 2, NULL, SIZE_MAX, &out), ERR_DIVERGED);
	assert_int_equal(store_read(store, "intake", 7, NULL, SIZE_MAX, &out), ERR_DIVERGED);
	assert_int_equal(store_read(store, "intake", 3, wrong, SIZE_MAX, &out), ERR_DIVERGED);
	assert_int_equal(store_read(store, "intake", 6, wrong, SIZE_MAX, &out), ERR_DIVERGED);
	assert_int_equal(out.len, 0);
	struct block first = block_after(&all, 0);
	assert_int_equal(store_read(store, "intake", 3, first.hash, SIZE_MAX, &out), 0);
	assert_true(out.len > 0);
}

/* A read transaction is shared in a turn, and yet a commit that was polled in it can be read. */
static void what_was_polled_can_be_read_in_the_same_turn(void **state)
{
	struct site *site = *state;
	auto_buf struct buf out = {0};
	site_open(site);
	site_block(site, NOW_MS, 1, "one");
	assert_int_equal(store_read(site->store, "intake", 0, NULL, SIZE_MAX, &out), 0);
	site_block(site, NOW_MS, 1, "two");
	buf_clear(&out);
	assert_int_equal(store_read(site->store, "intake", 1, NULL, SIZE_MAX, &out), 0);
	assert_true(out.len > 0);
}

static void rows_come_with_their_events_and_the_last_wins(void **state)
{
	struct site *site = *state;
	auto_buf struct buf value = {0};
	site_open(site);
	site_append(site, "ref-1=first");
	site_append(site, "no row");
	site_append(site, "ref-2=second");
	site_append(site, "ref-1=third");
	assert_int_equal(store_row(site->store, "ref-1", 5, &value), ERR_NOT_FOUND);
	site_until(site, 0);
	assert_int_equal(store_row(site->store, "ref-1", 5, &value), 0);
	assert_string_equal(value.data, "third");
	assert_int_equal(store_row(site->store, "ref-2", 5, &value), 0);
	assert_string_equal(value.data, "thirdsecond"); /* appended */
	assert_int_equal(store_row(site->store, "ref-3", 5, &value), ERR_NOT_FOUND);
	store_close(&site->store);
	site_open(site);
	buf_clear(&value);
	assert_int_equal(store_row(site->store, "ref-2", 5, &value), 0);
	assert_string_equal(value.data, "second");
	struct why why;
	assert_int_equal(dir_verify(site->dir, site_rows, NULL, NULL, &why), ERR_LOCKED);
	store_close(&site->store);
	assert_int_equal(dir_verify(site->dir, site_rows, NULL, NULL, &why), 0);
}

/* ---- replicas ---- */

static const char *const two_replicas[] = {"triage", "case", NULL};

/* A log "triage" elsewhere, as the bytes of all its blocks. */
static void make_foreign(const char *name, unsigned blocks, struct buf *out)
{
	void *state = NULL;
	assert_int_equal(site_new(&state), 0);
	struct site *site = state;
	site->options.own = name;
	site_open(site);
	for (unsigned i = 0; i < blocks; i++)
		site_block(site, NOW_MS, 2 + i, name);
	stream_read_all(site->store, name, out);
	site_free(&state);
}

static void replica_give(struct site *site, const char *name, const struct buf *all)
{
	struct block block;
	for (size_t at = 0; at < all->len; at += block.size) {
		const uint8_t *bytes = (const uint8_t *)all->data + at;
		assert_int_equal(block_check(bytes, all->len - at, &block), 0);
		assert_int_equal(store_append_block(site->store, name, bytes, block.size), 0);
	}
}

static void replicas_are_kept_byte_for_byte_in_one_commit_with_the_own_log(void **state)
{
	struct site *site = *state;
	auto_buf struct buf triage = {0}, cases = {0}, out = {0};
	struct store_head head;
	struct store_stats stats;
	make_foreign("triage", 5, &triage);
	make_foreign("case", 3, &cases);
	site->options.replicas = two_replicas;
	site_open(site);
	assert_int_equal(store_head(site->store, "case", &head), 0);
	assert_int_equal(head.seq, 0);
	replica_give(site, "triage", &triage);
	site_append(site, "decided from it");
	replica_give(site, "case", &cases);
	site_until(site, 0);
	store_stats(site->store, &stats);
	assert_int_equal(stats.commits, 1);
	store_close(&site->store);
	site_open(site);
	assert_int_equal(stream_read_all(site->store, "triage", &out), 2 + 3 + 4 + 5 + 6);
	assert_int_equal(out.len, triage.len);
	assert_memory_equal(out.data, triage.data, triage.len);
	stream_read_all(site->store, "case", &out);
	assert_int_equal(out.len, cases.len);
	assert_memory_equal(out.data, cases.data, cases.len);
	assert_int_equal(store_head(site->store, "triage", &head), 0);
	assert_memory_equal(head.id, triage.data + 8, STORE_ID_LEN);
	assert_int_equal(stream_read_all(site->store, "intake", &out), 1);
	store_close(&site->store);
	assert_int_equal(dir_verify(site->dir, site_rows, NULL, NULL, NULL), 0);
}

static void a_replica_takes_only_what_follows(void **state)
{
	struct site *site = *state;
	auto_buf struct buf all = {0}, other = {0};
	make_foreign("triage", 3, &all);
	make_foreign("triage", 3, &other);
	site->options.replicas = two_replicas;
	site_open(site);
	struct block first = block_after(&all, 0), second = block_after(&all, 2);
	struct block others = block_after(&other, 2);
	struct store *store = site->store;
	const uint8_t *bytes = block_bytes(&first);
	assert_int_equal(store_append_block(store, "aggregate", bytes, first.size), ERR_NOT_FOUND);
	assert_int_equal(store_append_block(store, "intake", bytes, first.size), ERR_NOT_FOUND);
	assert_int_equal(store_append_block(store, "triage", block_bytes(&second), second.size),
		ERR_DIVERGED);
	assert_int_equal(store_append_block(store, "triage", bytes, first.size), 0);
	assert_int_equal(store_append_block(store, "triage", bytes, first.size), ERR_DIVERGED);
	assert_int_equal(store_append_block(store, "triage", block_bytes(&others), others.size),
		ERR_DIVERGED);
	assert_int_equal(store_append_block(store, "triage", block_bytes(&second), second.size), 0);
	site_append(site, "so that there is something to wait for");
	site_until(site, 0);
	struct store_head head;
	assert_int_equal(store_head(store, "triage", &head), 0);
	assert_int_equal(head.seq, block_last_seq(&second));
}

/* ---- who, where, how large ---- */

static void a_second_process_is_told_who_holds_the_folder(void **state)
{
	struct site *site = *state;
	struct store *second = NULL;
	struct why why;
	site_open(site);
	assert_int_equal(store_open(&second, &site->options, &why), ERR_LOCKED);
	assert_null(second);
	assert_non_null(strstr(why.text, "test-holder"));
	assert_non_null(strstr(why.text, site->dir));
	char pid[32];
	snprintf(pid, sizeof pid, "%d", (int)getpid());
	assert_non_null(strstr(why.text, pid));
	store_close(&site->store);
	site_open(site);
}

static void a_folder_holds_one_own_log(void **state)
{
	struct site *site = *state;
	struct why why;
	const char *const self[] = {"intake", NULL};
	site_open(site);
	store_close(&site->store);
	site->options.own = "case";
	assert_int_equal(store_open(&site->store, &site->options, &why), ERR_CONFIG);
	assert_non_null(strstr(why.text, "intake"));
	site->options.own = NULL;
	site->options.replicas = self;
	assert_int_equal(store_open(&site->store, &site->options, &why), ERR_CONFIG);
	site->options.own = "No/Name";
	site->options.replicas = NULL;
	assert_int_equal(store_open(&site->store, &site->options, &why), ERR_CONFIG);
	site->options.dir = "/nowhere/at/all";
	assert_int_equal(store_open(&site->store, &site->options, &why), ERR_IO);
	assert_non_null(strstr(why.text, "/nowhere/at/all"));
}

static void nobody_else_may_look(void **state)
{
	struct site *site = *state;
	char dir[512], path[1024];
	struct stat stat_of;
	site_path(site, "made", dir);
	site->options.dir = dir;
	mode_t umask_of = umask(0);
	site_open(site);
	umask(umask_of);
	assert_int_equal(stat(dir, &stat_of), 0);
	assert_int_equal(stat_of.st_mode & 0777, 0700);
	const char *const files[] = {"lock", "data.mdb", "lock.mdb"};
	for (size_t i = 0; i < 3; i++) {
		snprintf(path, sizeof path, "%s/%s", dir, files[i]);
		assert_int_equal(stat(path, &stat_of), 0);
		assert_int_equal(stat_of.st_mode & 0777, 0600);
	}
	store_close(&site->store);
}

static void a_full_disk_keeps_events_waiting_and_goes_on_by_itself(
	struct site *site, void (*fill)(struct site *), void (*make_room)(struct site *))
{
	auto_buf struct buf all = {0};
	site_open(site);
	site_block(site, NOW_MS, 3, "before");
	fill(site);
	char *large = malloc(100000);
	memset(large, 'x', 100000);
	uint64_t seq = 3;
	while (store_poll(site->store) != ERR_DISK_FULL) {
		assert_in_range(seq, 3, 1000); /* 100 MB: the disk is not that large */
		store_append(site->store, large, 100000, &seq);
		store_flush(site->store, NOW_MS);
		if (store_poll(site->store) == 0 && store_durable(site->store) < seq)
			site_wait(site);
	}
	free(large);
	uint64_t durable = store_durable(site->store);
	assert_true(durable < store_last(site->store));
	site_append(site, "appended meanwhile");
	store_flush(site->store, NOW_MS);
	assert_int_equal(store_poll(site->store), ERR_DISK_FULL);
	assert_int_equal(store_durable(site->store), durable);
	struct store_stats stats;
	store_stats(site->store, &stats);
	assert_true(stats.disk_full_waits >= 1);
	make_room(site);
	site_wait(site); /* no flush: the writer tries again */
	site_until(site, 0);
	assert_int_equal(stream_read_all(site->store, "intake", &all), seq + 1);
	store_close(&site->store);
	assert_int_equal(dir_verify(site->dir, site_rows, NULL, NULL, NULL), 0);
}

static void limit_low(struct site *site)
{
	(void)site;
	struct rlimit limit;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = 1 << 20;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void limit_gone(struct site *site)
{
	(void)site;
	struct rlimit limit;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = limit.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void a_file_size_limit_is_a_full_disk(void **state)
{
	a_full_disk_keeps_events_waiting_and_goes_on_by_itself(*state, limit_low, limit_gone);
}

static void ballast_put(struct site *site)
{
	char path[512];
	site_path(site, "ballast", path);
	int fd = open(path, O_WRONLY | O_CREAT, 0600);
	assert_true(fd >= 0);
	assert_int_equal(posix_fallocate(fd, 0, 9 << 20), 0);
	close(fd);
}

static void ballast_remove(struct site *site)
{
	char path[512];
	site_path(site, "ballast", path);
	assert_int_equal(unlink(path), 0);
}

static void a_full_file_system_loses_nothing(void **state)
{
	struct site *site = *state;
	if (mount("none", site->dir, "tmpfs", 0, "size=16m") != 0) {
		print_message("skipped: mounting a small tmpfs needs root\n");
		skip();
	}
	a_full_disk_keeps_events_waiting_and_goes_on_by_itself(site, ballast_put, ballast_remove);
	assert_int_equal(umount(site->dir), 0);
}

static void a_full_map_stops_and_goes_on_with_a_larger_one(void **state)
{
	struct site *site = *state;
	auto_buf struct buf all = {0};
	char *large = malloc(300000);
	memset(large, 'x', 300000);
	site->options.limit_mib = 1;
	site_open(site);
	uint64_t seq;
	while (store_poll(site->store) == 0) {
		store_append(site->store, large, 300000, &seq);
		assert_in_range(seq, 1, 20);
		store_flush(site->store, NOW_MS);
		if (store_poll(site->store) == 0 && store_durable(site->store) < seq)
			site_wait(site);
	}
	free(large);
	assert_int_equal(store_poll(site->store), ERR_MAP_FULL);
	store_flush(site->store, NOW_MS);
	assert_int_equal(store_poll(site->store), ERR_MAP_FULL);
	uint64_t durable = store_durable(site->store);
	assert_in_range(durable, 1, seq - 1);
	assert_int_equal(stream_read_all(site->store, "intake", &all), durable);
	store_close(&site->store);
	site->options.limit_mib = 16;
	site_open(site);
	assert_int_equal(store_durable(site->store), durable);
	site_block(site, NOW_MS, 5, "there is room again");
	assert_int_equal(stream_read_all(site->store, "intake", &all), durable + 5);
}

static void too_large_a_map_says_which_limit_and_setting(void **state)
{
	struct site *site = *state;
	struct why why;
	site->options.limit_mib = (size_t)1 << 30; /* more than there are addresses */
	assert_int_equal(store_open(&site->store, &site->options, &why), ERR_MEMORY);
	assert_non_null(strstr(why.text, "RLIMIT_AS"));
	assert_non_null(strstr(why.text, "map_size_mib"));
}

int main(void)
{
	signal(SIGXFSZ, SIG_IGN); /* a write over the limit would be a failure to see, not an end */
#define STORE_TEST(test) cmocka_unit_test_setup_teardown(test, site_new, site_free)
	const struct CMUnitTest tests[] = {
		STORE_TEST(an_event_is_durable_once_its_commit_was_polled),
		STORE_TEST(a_restart_sees_the_same),
		STORE_TEST(closing_commits_what_is_open),
		STORE_TEST(what_gathers_during_a_commit_is_the_next_block),
		STORE_TEST(the_store_is_full_when_the_open_block_is_over_its_limit),
		STORE_TEST(written_at_never_goes_back),
		STORE_TEST(reading_goes_on_after_any_block),
		STORE_TEST(a_read_gives_whole_blocks_up_to_its_limit_and_at_least_one),
		STORE_TEST(another_hash_or_place_is_diverged),
		STORE_TEST(what_was_polled_can_be_read_in_the_same_turn),
		STORE_TEST(rows_come_with_their_events_and_the_last_wins),
		STORE_TEST(replicas_are_kept_byte_for_byte_in_one_commit_with_the_own_log),
		STORE_TEST(a_replica_takes_only_what_follows),
		STORE_TEST(a_second_process_is_told_who_holds_the_folder),
		STORE_TEST(a_folder_holds_one_own_log),
		STORE_TEST(nobody_else_may_look),
		STORE_TEST(a_file_size_limit_is_a_full_disk),
		STORE_TEST(a_full_file_system_loses_nothing),
		STORE_TEST(a_full_map_stops_and_goes_on_with_a_larger_one),
		STORE_TEST(too_large_a_map_says_which_limit_and_setting),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
