/*
 * Damage: LMDB notices none of it, the store must name the log and the first event that cannot be
 * trusted, and accept_loss must give a log that goes on, which nobody can mistake for the old one.
 */
#include "tests/unit/damage_fixture.h"

static void a_good_log_verifies(void **state)
{
	struct site *site = *state;
	struct seen seen = {0};
	make_log(site);
	assert_int_equal(dir_verify(site->dir, site_rows, on_stream, &seen, NULL), 0);
	assert_int_equal(seen.streams, 1);
	assert_int_equal(seen.own.first_seq, 1);
	assert_int_equal(seen.own.last_seq, 100);
	assert_int_equal(seen.own.events, 100);
	assert_int_equal(seen.own.blocks, 10);
	assert_int_equal(seen.own.rows, 1);
	char path[512];
	site_path(site, "verify.tmp", path);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(dir_verify("/nowhere", site_rows, NULL, NULL, NULL), ERR_NOT_FOUND);
}

static void a_flipped_bit_in_an_event_is_found(void **state)
{
	struct site *site = *state;
	make_log(site);
	flip(site, "value 57");
	verify_says(site, ERR_DAMAGED, 51); /* the block of event 57 begins there */
}

static void a_flipped_bit_in_the_last_block_keeps_the_log_from_opening(void **state)
{
	struct site *site = *state;
	struct why why;
	make_log(site);
	flip(site, "value 95");
	assert_int_equal(store_open(&site->store, &site->options, &why), ERR_DAMAGED);
	assert_names(&why, "intake", 91);
	verify_says(site, ERR_DAMAGED, 91);
}

static void a_flipped_bit_in_a_row_is_found(void **state)
{
	struct site *site = *state;
	site_open(site);
	for (unsigned i = 0; i < 5; i++) {
		char event[32];
		snprintf(event, sizeof event, "ref-%u=to", i);
		site_append(site, event);
	}
	site_until(site, 0);
	store_close(&site->store);
	verify_says(site, 0, 0);
	flip(site, "ref-3to"); /* as the row has it; the event has ref-3=to */
	verify_says(site, ERR_DAMAGED, 4);
}

static void rows_that_are_missing_or_too_many_are_found(void **state)
{
	struct site *site = *state;
	struct seen seen = {0};
	struct why why;
	make_log(site);
	assert_int_equal(dir_verify(site->dir, NULL, on_stream, &seen, &why), ERR_DAMAGED);
	assert_int_equal(seen.own.bad_seq, 101); /* as if of an event that is not here */
	site->options.rows_of = NULL;
	site_open(site);
	site_append(site, "a");
	site_append(site, "unkept=row");
	site_until(site, 0);
	store_close(&site->store);
	verify_says(site, ERR_DAMAGED, 102);
}

/* Wherever it is cut: only pages that no event or row lies on may be missing without a word. */
static void a_file_that_was_cut_off_is_seen_at_open(void **state)
{
	struct site *site = *state;
	auto_buf struct buf whole = {0}, before = {0}, after = {0};
	struct why why;
	unsigned found = 0;
	make_log(site);
	file_read(site, "data.mdb", &whole);
	site_open(site);
	stream_read_all(site->store, "intake", &before);
	store_close(&site->store);
	for (size_t len = whole.len - 1; len >= 1000; len -= 600) {
		file_write(site, "data.mdb", &whole);
		cut(site, len);
		int verified = dir_verify(site->dir, site_rows, NULL, NULL, &why);
		int err = store_open(&site->store, &site->options, &why);
		assert_int_equal(err, verified);
		if (err) {
			assert_int_equal(err, ERR_DAMAGED);
			assert_non_null(strstr(why.text, "log intake: "));
			assert_true(strstr(why.text, "`wotctl accept-loss") ||
				    strstr(why.text, "`wotctl verify`") ||
				    strstr(why.text, "put back a copy of this folder"));
			found++;
			continue;
		}
		stream_read_all(site->store, "intake", &after);
		store_close(&site->store);
		assert_int_equal(after.len, before.len);
		assert_memory_equal(after.data, before.data, before.len);
	}
	assert_in_range(found, 20, whole.len / 600);
}

static void a_cut_names_the_first_event_that_is_gone(void **state)
{
	struct site *site = *state;
	auto_buf struct buf all = {0}, file = {0};
	struct why why;
	char event[8000];
	memset(event, 'x', sizeof event);
	site_open(site);
	for (unsigned i = 0; i < 10; i++) { /* each block in pages of its own */
		uint64_t seq;
		store_append(site->store, event, sizeof event, &seq);
		site_block(site, NOW_MS, 1, "small");
	}
	stream_read_all(site->store, "intake", &all);
	store_close(&site->store);
	file_read(site, "data.mdb", &file);
	struct block block = block_after(&all, 12);
	const char *at = memmem(file.data, file.len, block_bytes(&block), block.size);
	assert_non_null(at);
	/* What lies behind is later events, and pages of the trees, without which LMDB finds none.
	 */
	cut(site, (size_t)(at - file.data) & ~(size_t)4095);
	assert_int_equal(store_open(&site->store, &site->options, &why), ERR_DAMAGED);
	assert_non_null(strstr(why.text, "log intake: event "));
	assert_non_null(strstr(why.text, "wotctl"));
}

static void a_log_whose_file_is_gone_does_not_begin_anew(void **state)
{
	struct site *site = *state;
	struct why why;
	char path[512];
	make_log(site);
	site_path(site, "data.mdb", path);
	cut(site, 0);
	assert_int_equal(store_open(&site->store, &site->options, &why), ERR_DAMAGED);
	assert_non_null(strstr(why.text, "log intake: event 1 "));
	assert_int_equal(dir_verify(site->dir, site_rows, NULL, NULL, &why), ERR_DAMAGED);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(store_open(&site->store, &site->options, &why), ERR_DAMAGED);
	assert_int_equal(dir_verify(site->dir, site_rows, NULL, NULL, &why), ERR_DAMAGED);
	site_path(site, "lock", path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(dir_verify(site->dir, site_rows, NULL, NULL, &why), ERR_NOT_FOUND);
	site_open(site);
	assert_int_equal(store_last(site->store), 0);
}

/* A damaged meta page makes LMDB go back a commit in silence; so does an old copy of the file. */
static void a_log_that_lost_its_tail_is_seen_at_open(void **state)
{
	struct site *site = *state;
	auto_buf struct buf old = {0};
	struct why why;
	make_log(site);
	file_read(site, "data.mdb", &old);
	site_open(site);
	site_block(site, NOW_MS + 50, 5, "tail");
	store_close(&site->store);
	file_write(site, "data.mdb", &old);
	assert_int_equal(store_open(&site->store, &site->options, &why), ERR_DAMAGED);
	assert_names(&why, "intake", 101);
	verify_says(site, ERR_DAMAGED, 101);
}

/* Wherever a bit flips: either it is found, or the log still reads as it was written. */
static void no_flipped_bit_passes_for_truth(void **state)
{
	struct site *site = *state;
	auto_buf struct buf whole = {0}, before = {0}, after = {0};
	make_log(site);
	file_read(site, "data.mdb", &whole);
	site_open(site);
	stream_read_all(site->store, "intake", &before);
	store_close(&site->store);
	uint32_t random = 1;
	unsigned found = 0;
	for (unsigned i = 0; i < 400; i++) {
		random = random * 1664525 + 1013904223;
		size_t bit = (random >> 3) % (8 * whole.len);
		if (i < 200) /* half of them where LMDB's own first pages are */
			bit %= i < 100 ? 8 * 200u : 8 * 16384u;
		whole.data[bit / 8] ^= (char)(1 << bit % 8);
		file_write(site, "data.mdb", &whole);
		whole.data[bit / 8] ^= (char)(1 << bit % 8);
		struct seen seen = {0};
		struct why why = {""};
		if (dir_verify(site->dir, site_rows, on_stream, &seen, &why)) {
			assert_int_not_equal(why.text[0], 0);
			found++;
			continue;
		}
		assert_int_equal(seen.own.last_seq, 100);
		site_open(site);
		stream_read_all(site->store, "intake", &after);
		store_close(&site->store);
		assert_int_equal(after.len, before.len);
		assert_memory_equal(after.data, before.data, before.len);
	}
	assert_in_range(found, 10, 400);
}

/* ---- accepted loss ---- */

static void what_survives_goes_on_under_another_id(void **state)
{
	struct site *site = *state;
	auto_buf struct buf before = {0}, after = {0}, lost = {0};
	struct store_head old, head;
	struct store_report report;
	struct why why;
	make_log(site);
	site_open(site);
	stream_read_all(site->store, "intake", &before);
	assert_int_equal(store_head(site->store, "intake", &old), 0);
	store_close(&site->store);
	flip(site, "value 57");
	assert_int_equal(dir_accept_loss(site->dir, site_rows, &report, &why), 0);
	assert_string_equal(report.stream, "intake");
	assert_int_equal(report.last_seq, 50);
	assert_int_equal(report.bad_seq, 51);
	assert_int_equal(report.blocks, 5);
	assert_int_equal(report.rows, 1);
	assert_memory_not_equal(report.id, old.id, STORE_ID_LEN);
	verify_says(site, 0, 0);

	struct block damaged = block_after(&before, 50);
	file_read(site, "lost-51.blocks", &lost);
	assert_int_equal(
		lost.len, before.len - (size_t)(block_bytes(&damaged) - (uint8_t *)before.data));

	site_open(site);
	assert_int_equal(store_head(site->store, "intake", &head), 0);
	assert_memory_equal(head.id, report.id, STORE_ID_LEN);
	site_block(site, NOW_MS + 99, 60, "key=anew");
	assert_int_equal(stream_read_all(site->store, "intake", &after), 110);
	assert_memory_equal(after.data, before.data, before.len - lost.len);
	struct block next = block_after(&after, 50);
	assert_memory_equal(next.linked_id, old.id, STORE_ID_LEN);
	assert_memory_equal(next.stream_id, head.id, STORE_ID_LEN);
	auto_buf struct buf row = {0};
	assert_int_equal(store_row(site->store, "key", 3, &row), 0);
	assert_string_equal(row.data, "anew 110");
	store_close(&site->store);
	verify_says(site, 0, 0);
	site_open(site);
	site_block(site, NOW_MS + 99, 1, "the block after it is linked to nothing");
	stream_read_all(site->store, "intake", &after);
}

/* A replica that stood at 40 takes the rest; one that holds the lost tail does not. */
static void replica_follows(struct site *replica, const struct buf *before, const struct buf *rest)
{
	static const char *const names[] = {"intake", NULL};
	replica->options.own = NULL;
	replica->options.replicas = names;
	site_open(replica);
	for (uint64_t seq = 0; seq < 40; seq += 10) {
		struct block block = block_after(before, seq);
		assert_int_equal(store_append_block(
					 replica->store, "intake", block_bytes(&block), block.size),
			0);
	}
	for (size_t at = 0; at < rest->len;) {
		struct block block;
		const uint8_t *bytes = (const uint8_t *)rest->data + at;
		assert_int_equal(block_check(bytes, rest->len - at, &block), 0);
		assert_int_equal(
			store_append_block(replica->store, "intake", bytes, block.size), 0);
		at += block.size;
	}
	struct block lost = block_after(before, 50);
	assert_int_equal(
		store_append_block(replica->store, "intake", block_bytes(&lost), lost.size),
		ERR_DIVERGED);
	store_close(&replica->store);
}

static void consumers_read_on_or_see_that_they_diverged(void **state)
{
	struct site *site = *state;
	auto_buf struct buf before = {0}, after = {0}, out = {0};
	struct store_report report;
	make_log(site);
	site_open(site);
	stream_read_all(site->store, "intake", &before);
	store_close(&site->store);
	flip(site, "value 57");
	assert_int_equal(dir_accept_loss(site->dir, site_rows, &report, NULL), 0);
	struct block at_40 = block_after(&before, 30), at_50 = block_after(&before, 40);
	struct block at_60 = block_after(&before, 50), at_100 = block_after(&before, 90);
	site_open(site);
	struct store *store = site->store;
	assert_int_equal(store_read(store, "intake", 60, at_60.hash, SIZE_MAX, &out), ERR_DIVERGED);
	site_block(site, NOW_MS + 99, 10, "other");
	site_block(site, NOW_MS + 99, 50, "other");
	assert_int_equal(store_read(store, "intake", 60, at_60.hash, SIZE_MAX, &out), ERR_DIVERGED);
	assert_int_equal(
		store_read(store, "intake", 100, at_100.hash, SIZE_MAX, &out), ERR_DIVERGED);
	assert_int_equal(store_read(store, "intake", 50, at_50.hash, SIZE_MAX, &out), 0);
	buf_clear(&out);
	assert_int_equal(store_read(store, "intake", 40, at_40.hash, SIZE_MAX, &out), 0);
	stream_read_all(store, "intake", &after);
	store_close(&site->store);

	void *other = NULL;
	assert_int_equal(site_new(&other), 0);
	struct site *replica = other;
	replica_follows(replica, &before, &out);
	assert_int_equal(dir_verify(replica->dir, NULL, NULL, NULL, NULL), 0);
	site_open(replica);
	assert_int_equal(stream_read_all(replica->store, "intake", &out), 110);
	assert_memory_equal(out.data, after.data, after.len);
	site_free(&other);
}

static void a_lost_tail_is_accepted_too(void **state)
{
	struct site *site = *state;
	auto_buf struct buf old = {0};
	struct store_report report;
	make_log(site);
	file_read(site, "data.mdb", &old);
	site_open(site);
	site_block(site, NOW_MS + 50, 5, "key=tail");
	store_close(&site->store);
	file_write(site, "data.mdb", &old);
	assert_int_equal(dir_accept_loss(site->dir, site_rows, &report, NULL), 0);
	assert_int_equal(report.last_seq, 100);
	assert_int_equal(report.bad_seq, 101);
	verify_says(site, 0, 0);
	site_open(site);
	assert_int_equal(store_last(site->store), 100);
}

static void all_may_be_lost_but_the_name(void **state)
{
	struct site *site = *state;
	auto_buf struct buf all = {0};
	struct store_report report;
	make_log(site);
	flip(site, "value 1\x0b"); /* and the length of the next event */
	assert_int_equal(dir_accept_loss(site->dir, site_rows, &report, NULL), 0);
	assert_int_equal(report.last_seq, 0);
	assert_int_equal(report.bad_seq, 1);
	assert_int_equal(report.rows, 0);
	site_open(site);
	site_block(site, NOW_MS, 3, "a new beginning");
	assert_int_equal(stream_read_all(site->store, "intake", &all), 3);
	store_close(&site->store);
	verify_says(site, 0, 0);
}

static void damaged_rows_lose_no_event_and_keep_the_id(void **state)
{
	struct site *site = *state;
	struct store_head head, again;
	struct store_report report;
	site->options.rows_of = NULL;
	make_log(site);
	site_open(site);
	assert_int_equal(store_head(site->store, "intake", &head), 0);
	store_close(&site->store);
	verify_says(site, ERR_DAMAGED, 100); /* the last event that says what "key" is */
	assert_int_equal(dir_accept_loss(site->dir, site_rows, &report, NULL), 0);
	assert_int_equal(report.bad_seq, 0);
	assert_int_equal(report.rows, 1);
	verify_says(site, 0, 0);
	site_open(site);
	assert_int_equal(store_head(site->store, "intake", &again), 0);
	assert_memory_equal(&head, &again, sizeof head);
}

static void a_damaged_replica_keeps_what_is_good_and_fetches_the_rest(void **state)
{
	struct site *site = *state;
	auto_buf struct buf all = {0};
	struct store_report report;
	struct seen seen = {0};
	make_log(site);
	site_open(site);
	stream_read_all(site->store, "intake", &all);
	store_close(&site->store);

	void *other = NULL;
	assert_int_equal(site_new(&other), 0);
	struct site *replica = other;
	const char *const names[] = {"intake", NULL};
	replica->options.own = NULL;
	replica->options.replicas = names;
	site_open(replica);
	for (uint64_t seq = 0; seq < 100; seq += 10) {
		struct block block = block_after(&all, seq);
		assert_int_equal(store_append_block(
					 replica->store, "intake", block_bytes(&block), block.size),
			0);
	}
	store_close(&replica->store);
	flip(replica, "value 57");
	assert_int_equal(dir_verify(replica->dir, NULL, on_stream, &seen, NULL), ERR_DAMAGED);
	assert_int_equal(seen.replica.bad_seq, 51);
	assert_int_equal(dir_accept_loss(replica->dir, NULL, &report, NULL), 0);
	assert_int_equal(report.last_seq, 50);
	assert_int_equal(report.bad_seq, 51);
	site_open(replica);
	struct block next = block_after(&all, 50);
	assert_int_equal(
		store_append_block(replica->store, "intake", block_bytes(&next), next.size), 0);
	site_free(&other);
}

/* What was saved stays, whatever is lost after it; and the same is not saved twice. */
static void what_is_lost_is_kept_beside_what_was_lost_before(void **state)
{
	struct site *site = *state;
	auto_buf struct buf first = {0}, second = {0}, again = {0}, whole = {0};
	struct store_report report;
	char path[512];
	make_log(site);
	flip(site, "value 57");
	file_read(site, "data.mdb", &whole);
	assert_int_equal(dir_accept_loss(site->dir, site_rows, &report, NULL), 0);
	file_read(site, "lost-51.blocks", &first);
	file_write(site, "data.mdb", &whole); /* as if it had been broken off before its end */
	assert_int_equal(dir_accept_loss(site->dir, site_rows, &report, NULL), 0);
	site_path(site, "lost-51.2.blocks", path);
	assert_int_equal(access(path, F_OK), -1);
	file_read(site, "lost-51.blocks", &again);
	assert_int_equal(again.len, first.len);
	site_open(site);
	for (unsigned i = 0; i < 5; i++)
		site_block(site, NOW_MS + 100, 10, "key=other");
	store_close(&site->store);
	flip(site, "other 57");
	assert_int_equal(dir_accept_loss(site->dir, site_rows, &report, NULL), 0);
	assert_int_equal(report.bad_seq, 51);
	file_read(site, "lost-51.2.blocks", &second);
	file_read(site, "lost-51.blocks", &again);
	assert_int_equal(again.len, first.len);
	assert_memory_equal(again.data, first.data, first.len);
	assert_int_not_equal(second.len, 0);
}

int main(void)
{
#define STORE_TEST(test) cmocka_unit_test_setup_teardown(test, site_new, site_free)
	const struct CMUnitTest tests[] = {
		STORE_TEST(a_good_log_verifies),
		STORE_TEST(a_flipped_bit_in_an_event_is_found),
		STORE_TEST(a_flipped_bit_in_the_last_block_keeps_the_log_from_opening),
		STORE_TEST(a_flipped_bit_in_a_row_is_found),
		STORE_TEST(rows_that_are_missing_or_too_many_are_found),
		STORE_TEST(a_file_that_was_cut_off_is_seen_at_open),
		STORE_TEST(a_cut_names_the_first_event_that_is_gone),
		STORE_TEST(a_log_whose_file_is_gone_does_not_begin_anew),
		STORE_TEST(a_log_that_lost_its_tail_is_seen_at_open),
		STORE_TEST(no_flipped_bit_passes_for_truth),
		STORE_TEST(what_is_lost_is_kept_beside_what_was_lost_before),
		STORE_TEST(what_survives_goes_on_under_another_id),
		STORE_TEST(consumers_read_on_or_see_that_they_diverged),
		STORE_TEST(a_lost_tail_is_accepted_too),
		STORE_TEST(all_may_be_lost_but_the_name),
		STORE_TEST(damaged_rows_lose_no_event_and_keep_the_id),
		STORE_TEST(a_damaged_replica_keeps_what_is_good_and_fetches_the_rest),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
