/* Whole files: all of one, or nothing of it. */
#include "lib/err.h"
#include "lib/file.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum { MANY = 200000 };

static void file_of(char *path, size_t len)
{
	int fd = mkstemp(path);
	FILE *file = fdopen(fd, "w");
	assert_non_null(file);
	for (size_t i = 0; i < len; i++)
		fputc((int)('a' + i % 26), file);
	assert_int_equal(fclose(file), 0);
}

static void a_file_is_added_to_what_is_there(void **state)
{
	(void)state;
	char path[] = "/tmp/wot-test-file-XXXXXX";
	auto_buf struct buf out = {0};
	file_of(path, MANY);
	buf_text(&out, "> ");
	assert_int_equal(file_read(path, MANY, &out), 0);
	assert_int_equal(out.len, 2 + MANY);
	assert_memory_equal(out.data, "> abc", 5);
	assert_int_equal(out.data[2 + MANY - 1], 'a' + (MANY - 1) % 26);
	assert_int_equal(out.data[out.len], 0);
	unlink(path);
}

static void of_a_file_that_is_too_large_nothing_is_left(void **state)
{
	(void)state;
	char path[] = "/tmp/wot-test-file-XXXXXX";
	auto_buf struct buf out = {0};
	file_of(path, MANY);
	buf_text(&out, "> ");
	assert_int_equal(file_read(path, MANY - 1, &out), ERR_TOO_LARGE);
	assert_string_equal(out.data, "> ");
	unlink(path);
}

static void an_empty_file_is_an_empty_text(void **state)
{
	(void)state;
	char path[] = "/tmp/wot-test-file-XXXXXX";
	auto_buf struct buf out = {0};
	file_of(path, 0);
	assert_int_equal(file_read(path, 0, &out), 0);
	assert_string_equal(out.data, "");
	unlink(path);
}

static void what_cannot_be_read_says_why(void **state)
{
	(void)state;
	auto_buf struct buf out = {0};
	assert_int_equal(file_read("/nowhere/at-all", 10, &out), ERR_NOT_FOUND);
	assert_int_equal(file_read("/", 10, &out), ERR_IO);
	assert_int_equal(errno, EISDIR);
	assert_int_equal(file_read("/dev/zero", 10, &out), ERR_TOO_LARGE);
	assert_int_equal(out.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_added_to_what_is_there),
		cmocka_unit_test(of_a_file_that_is_too_large_nothing_is_left),
		cmocka_unit_test(an_empty_file_is_an_empty_text),
		cmocka_unit_test(what_cannot_be_read_says_why),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
