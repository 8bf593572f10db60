/*
 * An HTTP server under those who take all its room, and one that can no longer be reached.
 */
#include "tests/unit/http_fixture.h"
#include <sys/epoll.h>
#include <sys/resource.h>

/* ---- room ---- */

static int dial_and_send(const char *bytes)
{
	int fd = dial();
	assert_true(fd >= 0);
	assert_int_equal(send(fd, bytes, strlen(bytes), MSG_NOSIGNAL), strlen(bytes));
	return fd;
}

static bool all_are_open(void *arg)
{
	return stats_now().open == *(uint64_t *)arg;
}

static void expect_open(uint64_t count)
{
	assert_true(loop_until(test.loop, all_are_open, &count));
}

static void who_kept_it_waiting_longest_makes_room(void **state)
{
	(void)state;
	int held[CONNECTIONS_MAX];
	for (int i = 0; i < CONNECTIONS_MAX; i++)
		held[i] = i % 2 ? dial_and_send(GET("/x")) : dial();
	expect_open(CONNECTIONS_MAX);
	for (int i = 0; i < 3; i++)
		expect(GET("/new"), 1, "GET /new");
	assert_in_range(stats_now().turned_away, 1, 3);
	for (int i = 0; i < CONNECTIONS_MAX; i++)
		close(held[i]);
	expect_open(0);
	expect(GET("/after"), 1, "GET /after");
}

static bool is_over(int fd)
{
	char byte;
	return recv(fd, &byte, 1, MSG_DONTWAIT) == 0;
}

static void who_says_nothing_makes_room_before_who_is_halfway(void **state)
{
	(void)state;
	int held[CONNECTIONS_MAX];
	int last = CONNECTIONS_MAX - 1;
	for (int i = 0; i < last; i++)
		held[i] = dial_and_send("GET /x HTTP/1.1\r\n");
	held[last] = dial();
	expect_open(CONNECTIONS_MAX);
	expect(GET("/new"), 1, "GET /new");
	assert_true(is_over(held[last]));
	for (int i = 0; i < CONNECTIONS_MAX; i++)
		close(held[i]);
}

/* They stand before the door one after another, for longer than it takes to be told to come back. */
static void a_silent_crowd_is_let_by_and_who_comes_behind_it_is_answered(void **state)
{
	(void)state;
	enum { CROWD = 16 * CONNECTIONS_MAX };
	int held[CROWD];
	for (int i = 0; i < CROWD; i++)
		held[i] = dial();
	expect(GET("/new"), 1, "GET /new");
	for (int i = 0; i < CROWD; i++)
		close(held[i]);
}

static void who_comes_while_all_are_being_answered_is_told_to_come_back(void **state)
{
	(void)state;
	int held[CONNECTIONS_MAX];
	size_t want = CONNECTIONS_MAX;
	for (int i = 0; i < CONNECTIONS_MAX; i++)
		held[i] = dial_and_send(GET("/held"));
	assert_true(loop_until(test.loop, is_held, &want));
	expect(GET("/new"), 0, "{\"status\":503}");
	assert_int_equal(stats_now().turned_away, 1);
	assert_int_equal(test.refused, ERR_NO_ROOM);
	answer_held();
	for (int i = 0; i < CONNECTIONS_MAX; i++)
		close(held[i]);
	expect(GET("/new"), 1, "GET /new");
}

static rlim_t descriptors_limit(rlim_t count)
{
	struct rlimit limit;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	rlim_t before = limit.rlim_cur;
	limit.rlim_cur = count;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	return before;
}

static rlim_t descriptor_lowest(void)
{
	int fd = dup(0);
	close(fd);
	return (rlim_t)fd;
}

/* None at all, but the one of who asks; then a few, which are not the door's to take. */
static void without_descriptors_it_says_so_and_goes_on(void **state)
{
	(void)state;
	for (rlim_t left = 1; left < 10; left += 8) {
		rlim_t before = descriptors_limit(descriptor_lowest() + left);
		expect(GET("/new"), 0, "503 ");
		expect(GET("/new"), 0, "503 ");
		descriptors_limit(before);
		expect(GET("/new"), 1, "GET /new");
	}
	assert_int_equal(stats_now().turned_away, 4);
}

static void bodies_that_are_held_at_once_are_bounded(void **state)
{
	(void)state;
	auto_buf struct buf body = {0};
	struct http_options patient = options;
	struct why why;
	patient.request_timeout_ms = UNTIL_LIMIT_MS;
	http_close(&test.http);
	assert_int_equal(http_open(&test.http, test.loop, &patient, &why), 0);
	buf_printf(&body, "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%0*d", BODY_MAX,
		BODY_MAX - 1, 0);
	int first = dial_and_send(body.data), second = dial_and_send(body.data);
	expect_open(2);
	buf_char(&body, '0');
	struct client third = {.send = body.data};
	client_talk(&third);
	expect_part(&third, "503 ");
	assert_int_equal(test.refused, ERR_NO_ROOM);
	buf_done(&third.heard);
	close(first);
	close(second);
	expect_open(0);
	expect(body.data, 1, "POST /x q=(none) h=(none) 65536");
}

static bool timed_out(void *arg)
{
	(void)arg;
	return stats_now().timeouts == 1;
}

static void an_answer_that_nobody_takes_ends(void **state)
{
	(void)state;
	int fd = dial_and_send(GET("/big"));
	assert_true(loop_until(test.loop, timed_out, NULL));
	assert_int_equal(stats_now().open, 0);
	close(fd);
}

/* ---- being reached ---- */

static int listener_fd(void)
{
	for (int fd = 0; fd < 1024; fd++) {
		int listens = 0;
		socklen_t size = sizeof listens;
		if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0 && listens)
			return fd;
	}
	fail_msg("nobody listens");
	return -1;
}

static bool was_deaf(void *arg)
{
	(void)arg;
	return test.deaf > 0;
}

static bool hears(void *arg)
{
	(void)arg;
	return !test.is_deaf;
}

static void expect_healed(void)
{
	assert_true(loop_until(test.loop, was_deaf, NULL));
	expect(GET("/again"), 1, "GET /again");
	assert_true(loop_until(test.loop, hears, NULL));
	assert_int_equal(test.deaf, 1);
}

/* As it was when a library took its listener out of the loop at its limit, and forgot to put it back. */
static void a_listener_that_nobody_looks_at_is_opened_anew(void **state)
{
	(void)state;
	expect(GET("/x"), 1, "GET /x");
	assert_int_equal(
		epoll_ctl(uv_backend_fd(loop_uv(test.loop)), EPOLL_CTL_DEL, listener_fd(), NULL),
		0);
	expect_healed();
}

static void a_listener_that_was_shut_is_opened_anew(void **state)
{
	(void)state;
	expect(GET("/x"), 1, "GET /x");
	assert_int_equal(shutdown(listener_fd(), SHUT_RDWR), 0);
	expect_healed();
}

static void on_second(void *arg)
{
	(*(unsigned *)arg)++;
}

static bool three_passed(void *arg)
{
	return *(unsigned *)arg >= 3;
}

static void its_looks_are_no_connections_and_no_alarm(void **state)
{
	(void)state;
	unsigned seconds = 0;
	struct loop_timer *timer = loop_every(test.loop, 1000, on_second, &seconds);
	assert_true(loop_until(test.loop, three_passed, &seconds));
	loop_timer_free(&timer);
	assert_int_equal(test.deaf, 0);
	assert_int_equal(stats_now().connections, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who_kept_it_waiting_longest_makes_room),
		TEST(who_says_nothing_makes_room_before_who_is_halfway),
		TEST(a_silent_crowd_is_let_by_and_who_comes_behind_it_is_answered),
		TEST(who_comes_while_all_are_being_answered_is_told_to_come_back),
		TEST(without_descriptors_it_says_so_and_goes_on),
		TEST(bodies_that_are_held_at_once_are_bounded),
		TEST(an_answer_that_nobody_takes_ends),
		TEST(a_listener_that_nobody_looks_at_is_opened_anew),
		TEST(a_listener_that_was_shut_is_opened_anew),
		TEST(its_looks_are_no_connections_and_no_alarm),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
