#include "lib/ctl.h"

#include "tests/unit/until.h"
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cmocka.h>

enum { LONG_ANSWER = 3 << 20 };

static struct {
	struct loop *loop;
	struct ctl *ctl, *admin;
	char dir[64];
	unsigned cleared;
	unsigned asked, closed; /* of streams */
} test;

static int show_info(void *arg, char **args, size_t count, struct buf *out)
{
	(void)arg;
	buf_text(out, "Name: wot-intake\n");
	for (size_t i = 0; i < count; i++)
		buf_printf(out, "arg %zu: %s\n", i, args[i]);
	return 0;
}

static int show_info_long(void *arg, char **args, size_t count, struct buf *out)
{
	(void)arg;
	(void)args;
	(void)count;
	while (out->len < LONG_ANSWER)
		buf_text(out, "a line of an answer that has no end in sight\n");
	return 0;
}

static int fail_with_text(void *arg, char **args, size_t count, struct buf *out)
{
	(void)arg;
	(void)args;
	(void)count;
	buf_text(out, "give on or off"); /* no newline: ctl adds it */
	return ERR_USAGE;
}

static int fail_without(void *arg, char **args, size_t count, struct buf *out)
{
	(void)arg;
	(void)args;
	(void)count;
	(void)out;
	return ERR_NOT_FOUND;
}

static int clear(void *arg, char **args, size_t count, struct buf *out)
{
	(void)arg;
	(void)args;
	(void)count;
	(void)out;
	test.cleared++;
	return 0;
}

/* Numbers from 0 to the one that is asked for, a piece each. */
struct numbers {
	unsigned next, last;
};

static bool on_more(void *ctx, struct buf *out)
{
	struct numbers *numbers = ctx;
	test.asked++;
	buf_printf(out, "%u %01000d\n", numbers->next, 0);
	return numbers->next++ < numbers->last;
}

static void on_close(void *ctx)
{
	test.closed++;
	free(ctx);
}

static int count_to(
	void *arg, char **args, size_t count, struct ctl_stream *stream, struct buf *out)
{
	(void)arg;
	if (count != 1) {
		buf_text(out, "up to which?");
		return ERR_USAGE;
	}
	struct numbers *numbers = calloc(1, sizeof *numbers);
	assert_non_null(numbers);
	numbers->last = (unsigned)strtoul(args[0], NULL, 10);
	*stream = (struct ctl_stream){on_more, on_close, numbers};
	return 0;
}

/* Says nothing until somebody has cleared the counters. */
static bool on_patience(void *ctx, struct buf *out)
{
	(void)ctx;
	test.asked++;
	if (test.cleared)
		buf_text(out, "cleared\n");
	return !test.cleared;
}

static void on_patience_end(void *ctx)
{
	(void)ctx;
	test.closed++;
}

static int wait_for_clear(
	void *arg, char **args, size_t count, struct ctl_stream *stream, struct buf *out)
{
	(void)arg;
	(void)args;
	(void)count;
	(void)out;
	*stream = (struct ctl_stream){on_patience, on_patience_end, NULL};
	return 0;
}

static const struct ctl_command commands[] = {
	{"show info", "[json]", "what runs here", false, .run = show_info},
	{"show info long", "", "more of it", false, .run = show_info_long},
	{"fail text", "", "says why", false, .run = fail_with_text},
	{"fail", "", "does not", false, .run = fail_without},
	{"count", "NUMBER", "a piece each", false, .open = count_to},
	{"wait", "", "for clear counters", false, .open = wait_for_clear},
	{"clear counters", "", "from zero", true, .run = clear},
	{0},
};

static int setup(void **state)
{
	(void)state;
	strcpy(test.dir, "/tmp/wot-ctl-XXXXXX");
	if (!mkdtemp(test.dir) || chdir(test.dir) != 0 || loop_new(&test.loop))
		return -1;
	test.cleared = test.asked = test.closed = 0;
	return ctl_open(&test.ctl, test.loop, "a.sock", false, commands, NULL, NULL) ||
	       ctl_open(&test.admin, test.loop, "a.admin.sock", true, commands, NULL, NULL);
}

static int teardown(void **state)
{
	(void)state;
	ctl_close(&test.ctl);
	ctl_close(&test.admin);
	loop_free(&test.loop);
	remove("b.sock");
	if (chdir("/") != 0)
		return -1;
	return rmdir(test.dir); /* fails when a socket's file was left */
}

/* A client: says its text, and reads until the other side closes. */
struct talk {
	const char *path, *text;
	struct loop_waker *waker;
	struct buf heard;
	bool done, half_close;
};

static int dial(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
	return dial_at(&address, sizeof address);
}

static void *talk_run(void *arg)
{
	struct talk *talk = arg;
	int fd = dial(talk->path);
	char bytes[65536];
	ssize_t len = send(fd, talk->text, strlen(talk->text), 0);
	if (talk->half_close)
		shutdown(fd, SHUT_WR);
	while (len > 0 && (len = recv(fd, bytes, sizeof bytes, 0)) > 0)
		buf_add(&talk->heard, bytes, (size_t)len);
	if (len < 0)
		buf_text(&talk->heard, "(no end)");
	close(fd);
	loop_wake(talk->waker);
	return NULL;
}

static void on_talked(void *arg)
{
	((struct talk *)arg)->done = true;
}

static bool is_talked(void *arg)
{
	return ((struct talk *)arg)->done;
}

static void talk_with(struct talk *talk)
{
	pthread_t thread;
	talk->waker = loop_waker_new(test.loop, on_talked, talk);
	assert_int_equal(pthread_create(&thread, NULL, talk_run, talk), 0);
	bool done = loop_until(test.loop, is_talked, talk);
	pthread_join(thread, NULL);
	assert_true(done);
	buf_char(&talk->heard, '\0');
}

static void expect(const char *path, const char *text, const char *answer)
{
	struct talk talk = {.path = path, .text = text};
	talk_with(&talk);
	assert_string_equal(talk.heard.data, answer);
	buf_done(&talk.heard);
}

#define HELP                                                                                       \
	"  show info [json]                         what runs here\n"                              \
	"  show info long                           more of it\n"                                  \
	"  fail text                                says why\n"                                    \
	"  fail                                     does not\n"                                    \
	"  count NUMBER                             a piece each\n"                                \
	"  wait                                     for clear counters\n"
#define HELP_OWN                                                                                   \
	"  help                                     this list\n"                                   \
	"  prompt                                   keep the connection open, or no more\n"        \
	"  quit                                     close the connection\n"

static void an_answer_ends_with_an_empty_line_and_the_connection(void **state)
{
	(void)state;
	expect("a.sock", "show info\n", "Name: wot-intake\n\n");
	expect("a.sock", "  show\tinfo \r\n", "Name: wot-intake\n\n");
	expect("a.sock", "show info json x\n", "Name: wot-intake\narg 0: json\narg 1: x\n\n");
}

static void several_commands_stand_in_a_line(void **state)
{
	(void)state;
	expect("a.sock", "show info;show info 2 ; ;fail\n",
		"Name: wot-intake\n\nName: wot-intake\narg 0: 2\n\nThere is nothing here.\n\n");
}

static void only_the_first_line_counts_without_a_prompt(void **state)
{
	(void)state;
	expect("a.sock", "fail\nshow info\n", "There is nothing here.\n\n");
}

static void a_prompt_keeps_the_connection_open(void **state)
{
	(void)state;
	expect("a.sock", "prompt\nshow info\n\nfail\nquit\n",
		"\n> Name: wot-intake\n\n> > There is nothing here.\n\n> ");
	expect("a.sock", "prompt\nprompt\nshow info\n", "\n> \n");
	expect("a.sock", "prompt;fail;quit;fail\n", "\nThere is nothing here.\n\n");
}

static void the_end_of_input_ends_the_last_line(void **state)
{
	(void)state;
	struct talk talk = {.path = "a.sock", .text = "prompt\nshow info", .half_close = true};
	talk_with(&talk);
	assert_string_equal(talk.heard.data, "\n> Name: wot-intake\n\n> ");
	buf_done(&talk.heard);
}

static void an_error_says_its_own_text_or_its_title(void **state)
{
	(void)state;
	expect("a.sock", "fail text\n", "give on or off\n\n");
	expect("a.sock", "fail\n", "There is nothing here.\n\n");
}

static void an_unknown_command_lists_the_known_ones(void **state)
{
	(void)state;
	expect("a.sock", "show\n", "Unknown command. These are known:\n" HELP HELP_OWN "\n");
	expect("a.sock", "help\n", HELP HELP_OWN "\n");
}

static void admin_commands_are_for_the_admin_socket(void **state)
{
	(void)state;
	expect("a.sock", "clear counters\n",
		"Permission denied: this is for the admin socket.\n\n");
	assert_int_equal(test.cleared, 0);
	expect("a.admin.sock", "clear counters\n", "\n");
	assert_int_equal(test.cleared, 1);
	expect("a.admin.sock", "help\n",
		HELP "  clear counters                           from zero\n" HELP_OWN "\n");
}

static void an_answer_has_no_limit(void **state)
{
	(void)state;
	struct talk talk = {.path = "a.sock", .text = "show info long;show info\n"};
	talk_with(&talk);
	assert_true(talk.heard.len > LONG_ANSWER);
	const char *end = talk.heard.data + talk.heard.len - 1 - strlen("\nName: wot-intake\n\n");
	assert_string_equal(end, "\nName: wot-intake\n\n");
	buf_done(&talk.heard);
}

static void an_answer_may_come_piece_by_piece(void **state)
{
	(void)state;
	struct talk talk = {
		.path = "a.sock", .text = "prompt\ncount 2999;show info;count 1\nquit\n"};
	talk_with(&talk);
	const char *at = talk.heard.data + strlen("\n> ");
	for (unsigned i = 0; i < 3000; i++, at = strchr(at, '\n') + 1)
		assert_int_equal(strtoul(at, NULL, 10), i);
	assert_memory_equal(at, "\nName: wot-intake\n\n0 0", 22);
	assert_string_equal(talk.heard.data + talk.heard.len - 6, "0\n\n> ");
	buf_done(&talk.heard);
	assert_int_equal(test.asked, 3002);
	assert_int_equal(test.closed, 2);
	expect("a.sock", "count\n", "up to which?\n\n");
}

static bool is_closed(void *arg)
{
	(void)arg;
	return test.closed == 1;
}

/* A reader that stands still holds a few pieces, and one that goes away none. */
static void a_stream_goes_no_faster_than_it_is_read(void **state)
{
	(void)state;
	int fd = dial("a.sock");
	char byte;
	assert_int_equal(send(fd, "count 1000000\n", 14, 0), 14);
	struct talk talk = {.path = "a.sock", .text = "show info\n"};
	talk_with(&talk);
	buf_done(&talk.heard);
	assert_int_equal(recv(fd, &byte, 1, 0), 1);
	assert_in_range(test.asked, 1, 10000);
	close(fd);
	assert_true(loop_until(test.loop, is_closed, NULL));
}

static bool is_asked_often(void *arg)
{
	(void)arg;
	return test.asked > 1000;
}

static void who_works_on_an_answer_holds_nobody_up(void **state)
{
	(void)state;
	int fd = dial("a.sock");
	char heard[64];
	/* A second line, and then no more, while the first is worked on. */
	assert_int_equal(send(fd, "prompt;wait;fail\n", 17, 0), 17);
	assert_true(loop_until(test.loop, is_asked_often, NULL));
	assert_int_equal(send(fd, "show info that is long\n", 23, 0), 23);
	assert_int_equal(shutdown(fd, SHUT_WR), 0);
	test.asked = 0;
	assert_true(loop_until(test.loop, is_asked_often, NULL));
	expect("a.sock", "fail\n", "There is nothing here.\n\n");
	assert_int_equal(test.closed, 0);
	expect("a.admin.sock", "clear counters\n", "\n");
	assert_true(loop_until(test.loop, is_closed, NULL));
	struct talk talk = {
		.path = "a.admin.sock", .text = "fail\n"}; /* the loop turns meanwhile */
	talk_with(&talk);
	buf_done(&talk.heard);
	const char *whole = "\ncleared\n\nThere is nothing here.\n\n> Name: wot-intake\n";
	assert_int_equal(recv(fd, heard, strlen(whole), MSG_WAITALL), strlen(whole));
	assert_memory_equal(heard, whole, strlen(whole));
	close(fd);
}

static void a_line_has_a_limit(void **state)
{
	(void)state;
	char text[5000];
	memset(text, 'x', sizeof text);
	text[sizeof text - 1] = '\0';
	struct talk talk = {.path = "a.sock", .text = text};
	talk_with(&talk);
	assert_null(strstr(talk.heard.data, "known"));
	buf_done(&talk.heard);
	expect("a.sock", "show info\n", "Name: wot-intake\n\n");
}

static void who_comes_when_all_places_are_taken_is_sent_away(void **state)
{
	(void)state;
	int fds[64];
	for (size_t i = 0; i < 64; i++)
		fds[i] = dial("a.sock");
	struct talk talk = {.path = "a.sock", .text = "show info\n"};
	talk_with(&talk);
	assert_null(strstr(talk.heard.data, "Name"));
	buf_done(&talk.heard);
	for (size_t i = 0; i < 64; i++)
		close(fds[i]);
	expect("a.admin.sock", "show info\n", "Name: wot-intake\n\n");
	expect("a.sock", "show info\n", "Name: wot-intake\n\n");
}

static unsigned mode_of(const char *path)
{
	struct stat found;
	assert_int_equal(stat(path, &found), 0);
	return found.st_mode & 0777;
}

static void the_file_is_for_owner_or_group(void **state)
{
	(void)state;
	assert_int_equal(mode_of("a.sock"), 0660);
	assert_int_equal(mode_of("a.admin.sock"), 0600);
}

static void expect_refusal(const char *path, const char *part)
{
	struct why why = {""};
	struct ctl *ctl = NULL;
	assert_int_equal(ctl_open(&ctl, test.loop, path, false, commands, NULL, &why), ERR_ADDRESS);
	assert_null(ctl);
	assert_non_null(strstr(why.text, part));
}

static void a_path_that_cannot_be_used_says_why(void **state)
{
	(void)state;
	char path[109];
	memset(path, 'a', sizeof path);
	path[108] = '\0';
	expect_refusal(path, "107");
	expect_refusal("a.sock", "answers");
	expect_refusal("none/a.sock", "folder is missing");
	expect("a.sock", "fail\n", "There is nothing here.\n\n"); /* still there */
}

static void the_socket_of_a_dead_process_is_taken_over(void **state)
{
	(void)state;
	struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "b.sock"};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
	close(fd);
	struct ctl *ctl;
	assert_int_equal(ctl_open(&ctl, test.loop, "b.sock", false, commands, NULL, NULL), 0);
	expect("b.sock", "show info\n", "Name: wot-intake\n\n");
	ctl_close(&ctl);
}

static void closing_with_a_connection_open_leaves_nothing(void **state)
{
	(void)state;
	struct ctl *ctl;
	assert_int_equal(ctl_open(&ctl, test.loop, "b.sock", false, commands, NULL, NULL), 0);
	int fd = dial("b.sock");
	assert_int_equal(send(fd, "prompt\n", 7, 0), 7);
	expect("b.sock", "show info\n", "Name: wot-intake\n\n");
	ctl_close(&ctl);
	expect("a.sock", "show info\n", "Name: wot-intake\n\n");
	char bytes[16];
	assert_int_equal(recv(fd, bytes, sizeof bytes, 0), 3); /* "\n> " */
	assert_int_equal(recv(fd, bytes, sizeof bytes, 0), 0);
	close(fd);
	assert_int_equal(access("b.sock", F_OK), -1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_answer_ends_with_an_empty_line_and_the_connection),
		TEST(several_commands_stand_in_a_line),
		TEST(only_the_first_line_counts_without_a_prompt),
		TEST(a_prompt_keeps_the_connection_open),
		TEST(the_end_of_input_ends_the_last_line),
		TEST(an_error_says_its_own_text_or_its_title),
		TEST(an_unknown_command_lists_the_known_ones),
		TEST(admin_commands_are_for_the_admin_socket),
		TEST(an_answer_has_no_limit),
		TEST(an_answer_may_come_piece_by_piece),
		TEST(a_stream_goes_no_faster_than_it_is_read),
		TEST(who_works_on_an_answer_holds_nobody_up),
		TEST(a_line_has_a_limit),
		TEST(who_comes_when_all_places_are_taken_is_sent_away),
		TEST(the_file_is_for_owner_or_group),
		TEST(a_path_that_cannot_be_used_says_why),
		TEST(the_socket_of_a_dead_process_is_taken_over),
		TEST(closing_with_a_connection_open_leaves_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
