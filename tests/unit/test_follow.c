/* A file that is written and rotated by somebody else: every line is given, whatever happens to it between two looks. */
#include "phone/follow.h"

#include "lib/buf.h"
#include "phone/told.h"
#include "tests/unit/folder.h"
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on

static void **folder;
static struct follow *follow;
static struct buf path, other, gaps;

static const char *name(const char *file)
{
	return folder_path(folder, file, &path);
}

static void add(const char *file, const char *text)
{
	FILE *out = fopen(name(file), "ae");
	assert_non_null(out);
	assert_true(fputs(text, out) >= 0);
	assert_int_equal(fclose(out), 0);
}

static void move(const char *from, const char *to)
{
	assert_int_equal(rename(name(from), folder_path(folder, to, &other)), 0);
}

/* As logrotate's copytruncate. */
static void copy_and_cut(const char *from, const char *to)
{
	char bytes[1 << 16];
	FILE *in = fopen(name(from), "re");
	assert_non_null(in);
	size_t len = fread(bytes, 1, sizeof bytes - 1, in);
	bytes[len] = '\0';
	fclose(in);
	folder_write(folder, to, bytes, &other);
	assert_int_equal(truncate(name(from), 0), 0);
}

/* As it becomes when it is compressed: another file, written to when the first one was. */
static void compress(const char *from, const char *to)
{
	struct stat stat_of;
	assert_int_equal(stat(name(from), &stat_of), 0);
	folder_write(folder, to, "\x1f\x8b", &other);
	const struct timespec times[2] = {stat_of.st_atim, stat_of.st_mtim};
	assert_int_equal(utimensat(AT_FDCWD, other.data, times, 0), 0);
	assert_int_equal(unlink(name(from)), 0);
}

static void on_gap(void *arg, const char *text)
{
	(void)arg;
	buf_text(&gaps, text);
}

static void open_at(const struct place *place)
{
	struct why why = {0};
	struct follow_options options = {.path = name("log"), .place = place, .on_gap = on_gap};
	assert_int_equal(follow_open(&follow, &options, &why), 0);
}

/* Closed, and opened where it was, as after a kill. */
static void open_again(void)
{
	struct place place;
	follow_place(follow, &place);
	follow_close(&follow);
	open_at(&place);
}

/* All lines that there are, one after another with a blank behind each. */
static void assert_lines(const char *wanted)
{
	auto_buf struct buf found = {0};
	struct follow_line line;
	struct why why = {0};
	int err;
	while ((err = follow_next(follow, &line, &why)) == 0) {
		buf_add(&found, line.text, line.len);
		buf_char(&found, ' ');
	}
	assert_int_equal(err, 1);
	assert_string_equal(found.data ? found.data : "", wanted);
}

static void assert_no_gap(void)
{
	if (gaps.len)
		fail_msg("%s", gaps.data);
}

static int on_setup(void **state)
{
	assert_true(sodium_init() >= 0);
	int err = folder_setup(state);
	folder = state;
	return err;
}

static int on_teardown(void **state)
{
	follow_close(&follow);
	buf_done(&path);
	buf_done(&other);
	buf_done(&gaps);
	path = other = gaps = (struct buf){0};
	return folder_teardown(state);
}

static void lines_are_given_once_they_have_an_end(void **state)
{
	(void)state;
	open_at(NULL);
	assert_lines("");
	add("log", "a\nb\nc");
	assert_lines("a b ");
	assert_int_equal(follow_left(follow), 1);
	add("log", "d\n");
	assert_lines("cd ");
	open_again();
	assert_lines("");
	add("log", "e\n");
	assert_lines("e ");
	assert_no_gap();
}

static void a_file_that_is_renamed_is_read_to_its_end(void **state)
{
	(void)state;
	add("log", "a\n");
	open_at(NULL);
	assert_lines("a ");
	add("log", "b\n");
	move("log", "log.1");
	add("log", ""); /* made before anybody writes to it */
	assert_lines("b ");
	add("log.1", "c\n"); /* by who has it open still */
	assert_lines("c ");
	add("log.1", "d\n");
	add("log", "e\n");
	assert_lines("d e ");
	assert_no_gap();
}

static void what_was_renamed_while_nobody_looked_is_found_again(void **state)
{
	(void)state;
	add("log", "a\nb\n");
	open_at(NULL);
	assert_lines("a b ");
	struct place place;
	follow_place(follow, &place);
	follow_close(&follow);
	add("log", "c\n");
	move("log", "log.1");
	open_at(&place);
	assert_lines("c ");
	add("log", "d\n");
	assert_lines("d ");
	assert_no_gap();
}

static void of_two_rotations_between_two_looks_no_line_is_lost(void **state)
{
	(void)state;
	for (int restarts = 0; restarts < 2; restarts++) {
		add("log", "a\n");
		open_at(NULL);
		assert_lines("a ");
		add("log", "b\n");
		move("log", "log.2");
		add("log", "c\n");
		move("log", "log.1");
		add("log", "d\n");
		if (restarts)
			open_again();
		assert_lines("b c d ");
		assert_no_gap();
		follow_close(&follow);
		unlink(name("log"));
		unlink(name("log.1"));
		unlink(name("log.2"));
	}
}

static void what_was_read_before_is_not_read_again(void **state)
{
	(void)state;
	add("log-20261126", "old\n");
	add("log.state", "no log\n");
	add("logs.1", "no log\n");
	add("log", "a\n");
	open_at(NULL);
	assert_lines("a ");
	move("log", "log-20261127");
	add("log", "b\n");
	assert_lines("b ");
	assert_no_gap();
}

static void what_was_copied_and_cut_off_is_read_from_the_copy_and_from_its_start(void **state)
{
	(void)state;
	for (int restarts = 0; restarts < 2; restarts++) {
		add("log", "a\n");
		open_at(NULL);
		assert_lines("a ");
		add("log", "b\n");
		copy_and_cut("log", "log.2");
		add("log", "c\n");
		copy_and_cut("log", "log.1");
		add("log", "dd\nee\nff\n"); /* longer than it was */
		if (restarts)
			open_again();
		assert_lines("b c dd ee ff ");
		assert_no_gap();
		follow_close(&follow);
		unlink(name("log"));
		unlink(name("log.1"));
		unlink(name("log.2"));
	}
}

static void a_rotation_of_another_kind_may_follow_before_anybody_looks(void **state)
{
	(void)state;
	add("log", "a\n");
	open_at(NULL);
	assert_lines("a ");
	add("log", "b\n");
	copy_and_cut("log", "log.2");
	add("log", "c\n");
	move("log", "log.1");
	add("log", "d\n");
	assert_lines("b c d ");
	assert_no_gap();
}

static void what_is_rotated_before_the_first_look_is_found_by_where_reading_began(void **state)
{
	(void)state;
	add("log.1", "old\n");
	const struct timespec long_ago[2] = {{.tv_sec = 1700000000}, {.tv_sec = 1700000000}};
	assert_int_equal(utimensat(AT_FDCWD, name("log.1"), long_ago, 0), 0);
	open_at(NULL);
	struct place place;
	follow_place(follow, &place);
	follow_close(&follow);
	add("log", "a\n");
	move("log", "log.2");
	add("log", "b\n");
	open_at(&place);
	assert_lines("a b ");
	assert_no_gap();
}

static void what_was_cut_off_without_a_copy_is_told(void **state)
{
	(void)state;
	add("log", "aaaa\nbbbb\n");
	open_at(NULL);
	assert_lines("aaaa bbbb ");
	assert_int_equal(truncate(name("log"), 0), 0);
	add("log", "c\n");
	assert_lines("c ");
	assert_non_null(strstr(gaps.data, "shorter than it was"));
	buf_clear(&gaps);
	assert_int_equal(truncate(name("log"), 0), 0);
	assert_int_equal(unlink(name("log")), 0);
	assert_lines("");
	assert_no_gap(); /* as long as there is nothing to be read */
	add("log", "d\n");
	assert_lines("d ");
	assert_non_null(strstr(gaps.data, "shorter than it was"));
}

static void a_file_that_is_deleted_is_read_to_its_end_as_long_as_it_is_open(void **state)
{
	(void)state;
	add("log", "a\n");
	open_at(NULL);
	assert_lines("a ");
	add("log", "b\n");
	assert_int_equal(unlink(name("log")), 0);
	assert_lines("b ");
	add("log", "c\n");
	assert_lines("c ");
	assert_no_gap();
	struct place place;
	follow_place(follow, &place);
	follow_close(&follow);
	assert_int_equal(unlink(name("log")), 0);
	add("log", "d\n");
	open_at(&place);
	assert_lines("d ");
	assert_non_null(strstr(gaps.data, "up to byte 2 is gone"));
}

static void what_is_compressed_is_read_as_long_as_it_is_open_and_told_where_it_was_not(void **state)
{
	(void)state;
	add("log", "a\n");
	open_at(NULL);
	assert_lines("a ");
	add("log", "b\n");
	move("log", "log.1");
	compress("log.1", "log.1.gz");
	add("log", "c\n");
	assert_lines("b c ");
	assert_no_gap();
	/* all of it was read, and then it was compressed */
	struct place place;
	follow_place(follow, &place);
	follow_close(&follow);
	move("log", "log.2");
	compress("log.2", "log.2.gz");
	add("log", "d\n");
	open_at(&place);
	assert_lines("d ");
	assert_no_gap();
	/* not all of it */
	follow_place(follow, &place);
	follow_close(&follow);
	add("log", "e\n");
	move("log", "log.3");
	compress("log.3", "log.3.gz");
	add("log", "f\n");
	open_at(&place);
	assert_lines("f ");
	assert_non_null(strstr(gaps.data, "is gone or was compressed"));
	/* one that came and went between two looks */
	buf_clear(&gaps);
	move("log", "log.4");
	add("log", "g\n");
	move("log", "log.5");
	compress("log.5", "log.5.gz");
	add("log", "h\n");
	assert_lines("h ");
	assert_non_null(strstr(gaps.data, "log.5.gz was compressed before it was read"));
}

static void a_line_without_an_end_at_the_end_of_a_file_is_one(void **state)
{
	(void)state;
	add("log", "a\nb");
	open_at(NULL);
	assert_lines("a ");
	move("log", "log.1");
	assert_lines("");
	add("log", "c\n");
	assert_lines("b c ");
}

static void a_line_that_is_too_long_is_given_as_such_and_the_next_is_whole(void **state)
{
	(void)state;
	struct follow_line line;
	struct why why = {0};
	enum { LONG = 300000 };
	char *text = malloc(LONG + 1);
	assert_non_null(text);
	memset(text, 'x', LONG);
	text[LONG] = '\0';
	add("log", "a\n");
	open_at(NULL);
	assert_lines("a ");
	add("log", text);
	assert_lines("");
	open_again(); /* amid it */
	add("log", text);
	assert_lines("");
	add("log", "\nb\n");
	assert_int_equal(follow_next(follow, &line, &why), 0);
	assert_true(line.len > PHONE_LINE_MAX);
	assert_int_equal(line.offset, 2);
	assert_int_equal(follow_next(follow, &line, &why), 0);
	assert_int_equal(line.offset, 2 + 2 * LONG + 1);
	assert_memory_equal(line.text, "b", 1);
	open_again();
	assert_lines("");
	add("log", "c\n");
	assert_lines("c ");
	assert_no_gap();
	free(text);
}

static void a_state_is_what_was_written_or_nothing(void **state)
{
	(void)state;
	struct phone_state read = {0}, written = {
					       .place = {1, 2, 3, {4}, -5},
					       .counts = {7, 8, 9, 10, 11, 12},
					       .rejected_bytes = 6,
				       };
	auto_buf struct buf text = {0};
	waits_begin(&written.waits, "1717397243.239826", 7);
	waits_begin(&written.waits, "pbx-1.1", 8);
	phone_state_print(&written, &text);
	assert_int_equal(phone_state_read(text.data, text.len, &read), 0);
	assert_memory_equal(&read.place, &written.place, sizeof read.place);
	assert_memory_equal(&read.counts, &written.counts, sizeof read.counts);
	assert_int_equal(read.rejected_bytes, 6);
	assert_int_equal(waits_seconds(&read.waits, "pbx-1.1", 5008), 5);
	assert_int_equal(waits_seconds(&read.waits, "1717397243.239826", 5008), 5);
	waits_done(&read.waits);
	for (size_t len = 0; len < text.len; len++) {
		struct phone_state none = {0};
		assert_int_equal(phone_state_read(text.data, len, &none), ERR_INVALID);
		waits_done(&none.waits);
	}
	waits_done(&written.waits);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, on_setup, on_teardown)
	const struct CMUnitTest tests[] = {
		TEST(lines_are_given_once_they_have_an_end),
		TEST(a_file_that_is_renamed_is_read_to_its_end),
		TEST(what_was_renamed_while_nobody_looked_is_found_again),
		TEST(of_two_rotations_between_two_looks_no_line_is_lost),
		TEST(what_was_read_before_is_not_read_again),
		TEST(what_was_copied_and_cut_off_is_read_from_the_copy_and_from_its_start),
		TEST(a_rotation_of_another_kind_may_follow_before_anybody_looks),
		TEST(what_is_rotated_before_the_first_look_is_found_by_where_reading_began),
		TEST(what_was_cut_off_without_a_copy_is_told),
		TEST(a_file_that_is_deleted_is_read_to_its_end_as_long_as_it_is_open),
		TEST(what_is_compressed_is_read_as_long_as_it_is_open_and_told_where_it_was_not),
		TEST(a_line_without_an_end_at_the_end_of_a_file_is_one),
		TEST(a_line_that_is_too_long_is_given_as_such_and_the_next_is_whole),
		TEST(a_state_is_what_was_written_or_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
