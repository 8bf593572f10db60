/*
 * What a store may trust before it writes: its list of free pages, its lock, the file of a first start; and
 * who only looks changes nothing.
 */
#include "tests/unit/damage_fixture.h"

/* ---- what LMDB does not see: its list of free pages ---- */

enum { PAGE = 4096 };

/* Where the numbers of free pages lie in that page of the file: how many, and the first; 0: it has none. */
static size_t free_list_find(const uint8_t *page, const uint8_t **first)
{
	uint16_t flags, node, size[2], key_len;
	uint64_t count;
	memcpy(&flags, page + 10, 2);
	memcpy(&node, page + 16, 2);
	if (flags != 2 || node < 18 || node > PAGE - 32)
		return 0;
	memcpy(size, page + node, 4);
	memcpy(&key_len, page + node + 6, 2);
	memcpy(&count, page + node + 16, 8);
	if (key_len != 8 || size[1] || count == 0 || size[0] != 8 * (count + 1))
		return 0;
	*first = page + node + 24;
	return count;
}

/* A log with some pages that were free, each change of it a commit. */
static void make_worn_log(struct site *site)
{
	char event[3000];
	memset(event, 'x', sizeof event);
	site_open(site);
	for (unsigned i = 0; i < 40; i++) {
		uint64_t seq;
		store_append(site->store, event, sizeof event, &seq);
		site_block(site, NOW_MS + i, 1, "key=value");
	}
	store_close(&site->store);
}

/* One bit of a number in a list: either it is found, or what is committed after it overwrites nothing. */
static bool free_number_flip(struct site *site, struct buf *file, char *number, unsigned bit)
{
	struct why why;
	*number ^= (char)(1 << bit);
	file_write(site, "data.mdb", file);
	*number ^= (char)(1 << bit);
	int err = dir_verify(site->dir, site_rows, NULL, NULL, &why);
	assert_int_equal(store_open(&site->store, &site->options, &why), err);
	if (err)
		return true;
	for (unsigned i = 0; i < 8; i++)
		site_block(site, NOW_MS + 100, 200, "other=value");
	store_close(&site->store);
	assert_int_equal(dir_verify(site->dir, site_rows, NULL, NULL, &why), 0);
	file_write(site, "data.mdb", file);
	char path[512];
	site_path(site, "lock", path);
	assert_int_equal(unlink(path), 0); /* it has seen those blocks */
	return false;
}

static void a_page_in_use_that_is_called_free_is_found_before_it_is_written_over(void **state)
{
	struct site *site = *state;
	auto_buf struct buf file = {0};
	unsigned lists = 0, found = 0;
	make_worn_log(site);
	file_read(site, "data.mdb", &file);
	for (size_t at = 2 * PAGE; at < file.len; at += PAGE) {
		const uint8_t *first;
		size_t count = free_list_find((const uint8_t *)file.data + at, &first);
		lists += count > 0;
		for (size_t i = 0; i < count && i < 3; i++) {
			char *number = file.data + (first - (const uint8_t *)file.data) + 8 * i;
			for (unsigned bit = 0; bit < 5; bit++)
				found += free_number_flip(site, &file, number, bit);
		}
	}
	assert_in_range(lists, 1, 100);
	assert_in_range(found, 5, 15 * lists);
}

static void what_calls_pages_free_that_are_in_use_is_put_right_without_loss(void **state)
{
	struct site *site = *state;
	auto_buf struct buf file = {0};
	struct store_report report;
	struct why why;
	make_worn_log(site);
	file_read(site, "data.mdb", &file);
	bool damaged = false;
	for (size_t at = 2 * PAGE; at < file.len && !damaged; at += PAGE) {
		const uint8_t *first;
		if (!free_list_find((const uint8_t *)file.data + at, &first))
			continue;
		char *number = file.data + (first - (const uint8_t *)file.data);
		for (unsigned bit = 0; bit < 5 && !damaged; bit++) {
			*number ^= (char)(1 << bit);
			file_write(site, "data.mdb", &file);
			*number ^= (char)(1 << bit);
			damaged = dir_verify(site->dir, site_rows, NULL, NULL, &why) != 0;
		}
	}
	assert_true(damaged);
	assert_non_null(strstr(why.text, "every event is there"));
	assert_int_equal(dir_accept_loss(site->dir, site_rows, &report, &why), 0);
	assert_int_equal(report.last_seq, 80);
	assert_int_equal(report.bad_seq, 0);
	verify_says(site, 0, 0);
	site_open(site);
	site_block(site, NOW_MS + 100, 200, "other=value");
}

/* ---- verify only looks ---- */

static void verify_and_reading_leave_every_byte_and_size_as_it_is(void **state)
{
	struct site *site = *state;
	auto_buf struct buf data = {0}, lock = {0}, after = {0}, all = {0};
	char path[512];
	make_log(site);
	site_path(site, "data.mdb", path);
	assert_int_equal(
		truncate(path, 1 << 20), 0); /* as room that a killed daemon had reserved */
	file_read(site, "data.mdb", &data);
	file_read(site, "lock", &lock);
	assert_int_equal(dir_verify(site->dir, site_rows, NULL, NULL, NULL), 0);
	site->options.look_only = true;
	site_open(site);
	assert_int_equal(stream_read_all(site->store, "intake", &all), 100);
	assert_int_equal(dir_verify(site->dir, site_rows, NULL, NULL, NULL), 0); /* beside it */
	store_close(&site->store);
	file_read(site, "data.mdb", &after);
	assert_int_equal(after.len, data.len);
	assert_memory_equal(after.data, data.data, data.len);
	file_read(site, "lock", &after);
	assert_memory_equal(after.data, lock.data, lock.len);
}

static void who_looks_only_needs_no_right_to_write_and_makes_nothing(void **state)
{
	struct site *site = *state;
	struct why why;
	char path[512];
	make_log(site);
	site_path(site, "lock", path);
	assert_int_equal(unlink(path), 0); /* a copy of the data alone */
	assert_int_equal(dir_verify(site->dir, site_rows, NULL, NULL, &why), 0);
	assert_int_equal(access(path, F_OK), -1);
	site->options.look_only = true;
	site->options.own = "triage";
	assert_int_equal(store_open(&site->store, &site->options, &why), ERR_NOT_FOUND);
	site_path(site, "nowhere", path);
	site->options.dir = path;
	assert_int_equal(store_open(&site->store, &site->options, &why), ERR_NOT_FOUND);
	assert_int_equal(access(path, F_OK), -1);
}

/* ---- the lock, and the first start ---- */

static void a_digit_that_flipped_in_the_lock_is_no_loss_and_no_proof(void **state)
{
	struct site *site = *state;
	auto_buf struct buf lock = {0};
	struct store_report report;
	struct why why;
	make_log(site);
	file_read(site, "lock", &lock);
	const char *digits = strstr(lock.data, "durable=");
	assert_non_null(digits);
	for (size_t at = 0; lock.data[at] != ' ' || lock.data[at + 1] != ' '; at++) {
		lock.data[at] ^= 0x04;
		file_write(site, "lock", &lock);
		lock.data[at] ^= 0x04;
		assert_int_equal(store_open(&site->store, &site->options, &why), ERR_DAMAGED);
		assert_non_null(strstr(why.text, "/lock is damaged"));
		assert_int_equal(store_open(&site->store, &site->options, &why), ERR_DAMAGED);
		assert_int_equal(dir_verify(site->dir, site_rows, NULL, NULL, &why), ERR_DAMAGED);
	}
	assert_int_equal(dir_accept_loss(site->dir, site_rows, &report, &why), 0);
	assert_int_equal(report.bad_seq, 0);
	site_open(site);
	assert_int_equal(store_last(site->store), 100);
}

static void a_lock_of_before_there_was_a_checksum_is_read(void **state)
{
	struct site *site = *state;
	auto_buf struct buf lock = {0};
	struct why why;
	make_log(site);
	file_read(site, "lock", &lock);
	char *check = strstr(lock.data, " check=");
	assert_non_null(check);
	memset(check, ' ', 23);
	file_write(site, "lock", &lock);
	site_open(site);
	store_close(&site->store);
	file_read(site, "lock", &lock);
	check = strstr(lock.data, " check=");
	assert_non_null(check);
	char *durable = strstr(lock.data, "durable=100");
	assert_non_null(durable);
	durable[8] = '2';
	memset(check, ' ', 23);
	file_write(site, "lock", &lock);
	assert_int_equal(store_open(&site->store, &site->options, &why), ERR_DAMAGED);
	assert_names(&why, "intake", 101);
}

/* Killed, or the power cut, while it made its file: the next start makes it. */
static void a_first_start_that_was_cut_off_is_begun_again(void **state)
{
	struct site *site = *state;
	auto_buf struct buf lock = {0}, data = {0};
	const char *const replicas[] = {"triage", NULL};
	char path[512];
	buf_text(&lock, "holder=wot-intake pid=7 stream=- durable=0");
	for (unsigned i = 0; i < 16; i++) {
		size_t len = (const size_t[]){0, 1, 100, 4095, 4096, 5000, 8191, 8192}[i / 2];
		site->options.own = i % 2 ? "intake" : NULL;
		site->options.replicas = i % 2 ? NULL : replicas;
		site_path(site, "lock.mdb", path);
		unlink(path);
		buf_clear(&data);
		for (size_t k = 0; k < len; k++)
			buf_char(&data, 0);
		file_write(site, "data.mdb", &data);
		file_write(site, "lock", &lock);
		site_open(site);
		store_close(&site->store);
		site_open(site);
		store_close(&site->store);
		if (i == 7)
			buf_clear(&lock); /* and what a power cut leaves of it */
	}
}

/* ---- rows at a start ---- */

static int on_row(void *arg, const void *key, size_t key_len, const void *value, size_t value_len)
{
	struct buf *all = arg;
	buf_add(all, key, key_len);
	buf_char(all, '=');
	buf_add(all, value, value_len);
	buf_char(all, ' ');
	return 0;
}

static void rows_are_told_as_they_are_stored(void **state)
{
	struct site *site = *state;
	auto_buf struct buf all = {0};
	site_open(site);
	site_append(site, "b=2");
	site_append(site, "a=1");
	site_append(site, "b=3");
	site_until(site, 0);
	assert_int_equal(store_rows(site->store, on_row, &all, NULL), 0);
	assert_string_equal(all.data, "a=1 b=3 ");
}

int main(void)
{
#define STORE_TEST(test) cmocka_unit_test_setup_teardown(test, site_new, site_free)
	const struct CMUnitTest tests[] = {
		STORE_TEST(a_page_in_use_that_is_called_free_is_found_before_it_is_written_over),
		STORE_TEST(what_calls_pages_free_that_are_in_use_is_put_right_without_loss),
		STORE_TEST(verify_and_reading_leave_every_byte_and_size_as_it_is),
		STORE_TEST(who_looks_only_needs_no_right_to_write_and_makes_nothing),
		STORE_TEST(a_digit_that_flipped_in_the_lock_is_no_loss_and_no_proof),
		STORE_TEST(a_lock_of_before_there_was_a_checksum_is_read),
		STORE_TEST(a_first_start_that_was_cut_off_is_begun_again),
		STORE_TEST(rows_are_told_as_they_are_stored),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
