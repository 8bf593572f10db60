/*
 * Answers in pieces: pushed as they come, or asked for; and readers that leave, stall, or take all the room.
 */
#include "tests/unit/http_fixture.h"

enum { UNREAD_MAX = 16 * 1024, STREAMS_MAX = CONNECTIONS_MAX / 2, PIECE = 64 * 1024 };
enum { PIECES = 512 /* more than the kernel keeps for who does not read */ };

/* ---- the server: /pushed, /pulled; anything else as the fixture has it ---- */

static struct http_stream *pushed[CONNECTIONS_MAX];
static size_t pushed_count, turned_down, closed_count, asked_count;

static void on_closed(void *ctx)
{
	struct http_stream **stream = ctx;
	*stream = NULL;
	closed_count++;
}

static void stream_open(struct http_request *request)
{
	struct http_stream **at = &pushed[pushed_count++];
	const struct http_source source = {.close = on_closed, .ctx = at};
	*at = http_stream_start(request, "text/event-stream", "X-One: 1\n", &source);
}

/* Every second time there is none yet. */
static bool on_more(void *ctx, struct buf *out)
{
	(void)ctx;
	size_t piece = ++asked_count / 2;
	if (asked_count % 2)
		return true;
	buf_reserve(out, PIECE);
	memset(out->data + out->len, 'a' + (char)(piece % 26), PIECE);
	out->len += PIECE;
	return piece < PIECES;
}

static void on_pulled_closed(void *ctx)
{
	(void)ctx;
	closed_count++;
}

static void on_stream_request(void *arg, struct http_request *request)
{
	static const struct http_source pulled = {.more = on_more, .close = on_pulled_closed};
	bool is_push = strcmp(http_path(request), "/pushed") == 0;
	if (is_push && http_stream_has_room(test.http)) {
		stream_open(request);
	} else if (is_push) {
		turned_down++;
		http_respond(request, 503, "text/plain", NULL, "full", 4);
	} else if (strcmp(http_path(request), "/pulled") == 0) {
		http_stream_start(request, "text/csv", NULL, &pulled);
	} else {
		on_request(arg, request);
	}
}

static int setup_streams(void **state)
{
	(void)state;
	struct why why;
	struct http_options streaming = options;
	streaming.on_request = on_stream_request;
	streaming.max_streams = STREAMS_MAX;
	streaming.max_unread_bytes = UNREAD_MAX;
	memset(&test, 0, sizeof test);
	memset(pushed, 0, sizeof pushed);
	pushed_count = turned_down = closed_count = asked_count = 0;
	return loop_new(&test.loop) || http_open(&test.http, test.loop, &streaming, &why);
}

static void push_all(const char *text)
{
	for (size_t i = 0; i < pushed_count; i++)
		if (pushed[i])
			http_stream_push(pushed[i], text, strlen(text));
}

/* ---- readers, on this thread ---- */

struct reader {
	int fd;
	struct buf heard;
	bool over;
	const char *wanted;
	size_t looked; /* so far there is none of it */
};

static void reader_hear(struct reader *reader)
{
	static char bytes[256 * 1024];
	ssize_t len = recv(reader->fd, bytes, sizeof bytes, MSG_DONTWAIT);
	if (len > 0)
		buf_add(&reader->heard, bytes, (size_t)len);
	else if (len == 0 || errno != EAGAIN)
		reader->over = true;
}

static bool heard_wanted(void *arg)
{
	struct reader *reader = arg;
	size_t len = strlen(reader->wanted);
	size_t from = reader->looked > len ? reader->looked - len : 0;
	reader_hear(reader);
	bool found = reader->heard.data && strstr(reader->heard.data + from, reader->wanted);
	if (!found)
		reader->looked = reader->heard.len;
	return found;
}

static bool heard_the_end(void *arg)
{
	struct reader *reader = arg;
	reader_hear(reader);
	return reader->over;
}

static void expect_heard(struct reader *reader, const char *wanted)
{
	reader->wanted = wanted;
	reader->looked = 0;
	if (!loop_until(test.loop, heard_wanted, reader))
		fail_msg("no \"%s\" in \"%s\"", wanted,
			reader->heard.data ? reader->heard.data : "");
}

static bool reached(void *arg)
{
	return *(size_t *)((void **)arg)[0] >= *(size_t *)((void **)arg)[1];
}

static void expect_count(size_t *count, size_t wanted)
{
	assert_true(loop_until(test.loop, reached, (void *[]){count, &wanted}));
	assert_int_equal(*count, wanted);
}

static struct reader reader_send(const char *request)
{
	struct reader reader = {.fd = dial()};
	assert_true(reader.fd >= 0);
	assert_int_equal(send(reader.fd, request, strlen(request), MSG_NOSIGNAL), strlen(request));
	return reader;
}

static void reader_done(struct reader *reader)
{
	close(reader->fd);
	buf_done(&reader->heard);
}

/* One that is pushed to, and has its head. */
static struct reader reader_open(void)
{
	size_t before = pushed_count;
	struct reader reader = reader_send(GET("/pushed"));
	expect_count(&pushed_count, before + 1);
	expect_heard(&reader, "\r\n\r\n");
	return reader;
}

/* ---- tests ---- */

static void what_is_pushed_comes_at_once_in_chunks_and_the_connection_goes_on(void **state)
{
	(void)state;
	struct reader reader = reader_open();
	expect_heard(&reader, "HTTP/1.1 200 OK\r\n");
	expect_heard(&reader, "\r\nTransfer-Encoding: chunked\r\n");
	expect_heard(&reader, "\r\nContent-Type: text/event-stream\r\nX-One: 1\r\n\r\n");
	assert_null(strstr(reader.heard.data, "Content-Length"));
	push_all("abc");
	expect_heard(&reader, "\r\n\r\n00000003\r\nabc\r\n");
	push_all("");
	push_all("0123456789abcdef");
	expect_heard(&reader, "abc\r\n00000010\r\n0123456789abcdef\r\n");
	assert_int_equal(stats_now().streams, 1);
	http_stream_end(pushed[0]);
	assert_int_equal(closed_count, 1);
	assert_int_equal(stats_now().streams, 0);
	expect_heard(&reader, "0123456789abcdef\r\n0\r\n\r\n");
	send(reader.fd, GET("/after"), strlen(GET("/after")), 0);
	expect_heard(&reader, "GET /after");
	assert_int_equal(stats_now().connections, 1);
	reader_done(&reader);
}

static void a_request_behind_a_stream_waits_for_its_end(void **state)
{
	(void)state;
	struct reader reader = reader_send(GET("/pushed") GET("/behind"));
	expect_count(&pushed_count, 1);
	send(reader.fd, GET("/later"), strlen(GET("/later")), 0);
	push_all("abc");
	expect_heard(&reader, "abc");
	assert_null(strstr(reader.heard.data, "behind"));
	http_stream_end(pushed[0]);
	expect_heard(&reader, "GET /behind");
	expect_heard(&reader, "GET /later");
	reader_done(&reader);
}

static void who_speaks_http_1_0_gets_pieces_as_they_are_until_the_end(void **state)
{
	(void)state;
	struct reader reader = reader_send("GET /pushed HTTP/1.0\r\n\r\n");
	expect_count(&pushed_count, 1);
	push_all("abc");
	push_all("def");
	expect_heard(&reader, "Connection: close\r\n");
	expect_heard(&reader, "\r\n\r\nabcdef");
	http_stream_end(pushed[0]);
	assert_true(loop_until(test.loop, heard_the_end, &reader));
	assert_null(strstr(reader.heard.data, "chunked"));
	assert_string_equal(strstr(reader.heard.data, "\r\n\r\n"), "\r\n\r\nabcdef");
	reader_done(&reader);
}

static void who_wants_no_second_request_has_chunks_and_then_the_end(void **state)
{
	(void)state;
	struct reader reader =
		reader_send("GET /pushed HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
	expect_count(&pushed_count, 1);
	push_all("abc");
	http_stream_end(pushed[0]);
	assert_true(loop_until(test.loop, heard_the_end, &reader));
	assert_string_equal(
		strstr(reader.heard.data, "\r\n\r\n"), "\r\n\r\n00000003\r\nabc\r\n0\r\n\r\n");
	reader_done(&reader);
}

static void head_has_the_head_alone(void **state)
{
	(void)state;
	struct reader reader = reader_send("HEAD /pushed HTTP/1.1\r\nHost: x\r\n\r\n" GET("/x"));
	expect_heard(&reader, "\r\n\r\nHTTP/1.1 200 OK\r\n");
	expect_heard(&reader, "GET /x");
	assert_int_equal(closed_count, 1);
	assert_null(pushed[0]);
	assert_int_equal(stats_now().streams, 0);
	reader_done(&reader);
}

static void a_reader_that_leaves_is_noticed_in_silence(void **state)
{
	(void)state;
	struct reader reader = reader_open();
	reader_done(&reader);
	expect_count(&closed_count, 1);
	assert_int_equal(stats_now().open, 0);
	assert_int_equal(stats_now().dropped, 0);
	push_all("abc"); /* to nobody */
}

static void a_reader_that_keeps_up_stays_in_silence_and_one_that_does_not_is_dropped(void **state)
{
	(void)state;
	static char text[8 * 1024 + 1];
	memset(text, 'x', sizeof text - 1);
	struct reader good = reader_open();
	struct reader bad = reader_send(GET("/pushed"));
	expect_count(&pushed_count, 2);
	for (int i = 0; i < 4096 && closed_count == 0; i++) {
		push_all(text);
		buf_clear(&good.heard);
		expect_heard(&good, "x");
	}
	assert_int_equal(closed_count, 1);
	assert_null(pushed[1]);
	assert_int_equal(stats_now().dropped, 1);
	assert_int_equal(stats_now().open, 1);
	push_all("end");
	expect_heard(&good, "end");
	reader_done(&good);
	reader_done(&bad);
}

/* Pieces of 1 KiB until it is dropped, or so many. */
static size_t pushes_until_dropped(size_t stream, size_t most)
{
	char text[1024];
	memset(text, 'x', sizeof text);
	size_t count = 0;
	for (; pushed[stream] && count < most; count++)
		http_stream_push(pushed[stream], text, sizeof text);
	return count;
}

/* Less than its share of memory, and for longer than anybody may take. */
static void what_nobody_takes_for_long_ends_its_stream(void **state)
{
	(void)state;
	struct reader first = reader_open(), second = reader_open();
	setsockopt(first.fd, SOL_SOCKET, SO_RCVBUF, &(int){1}, sizeof(int));
	setsockopt(second.fd, SOL_SOCKET, SO_RCVBUF, &(int){1}, sizeof(int));
	size_t most = pushes_until_dropped(0, SIZE_MAX);
	assert_int_equal(stats_now().dropped, 1);
	pushes_until_dropped(1, most - UNREAD_MAX / 2 / 1024);
	assert_int_equal(stats_now().dropped, 1);
	expect_count(&closed_count, 2);
	assert_int_equal(stats_now().dropped, 2);
	reader_done(&first);
	reader_done(&second);
}

static void silent_streams_are_no_victims_and_leave_room_for_others(void **state)
{
	(void)state;
	struct reader readers[STREAMS_MAX];
	for (int i = 0; i < STREAMS_MAX; i++)
		readers[i] = reader_open();
	expect(GET("/pushed"), 1, "503 ");
	assert_int_equal(turned_down, 1);
	int idle[4 * CONNECTIONS_MAX];
	for (int i = 0; i < 4 * CONNECTIONS_MAX; i++)
		idle[i] = dial();
	for (int i = 0; i < 3; i++)
		expect(GET("/new"), 1, "GET /new");
	assert_true(stats_now().turned_away > 0);
	assert_int_equal(closed_count, 0);
	push_all("abc");
	for (int i = 0; i < STREAMS_MAX; i++) {
		expect_heard(&readers[i], "abc");
		reader_done(&readers[i]);
	}
	for (int i = 0; i < 4 * CONNECTIONS_MAX; i++)
		close(idle[i]);
	expect_count(&closed_count, STREAMS_MAX);
	struct reader again = reader_open();
	reader_done(&again);
}

static void a_long_answer_is_asked_for_as_it_is_taken(void **state)
{
	(void)state;
	struct reader reader = reader_send(GET("/pulled") GET("/after"));
	expect_heard(&reader, "\r\n00010000\r\n");
	expect(GET("/meanwhile"), 1, "GET /meanwhile");
	assert_in_range(
		asked_count, 1, PIECES); /* half of these are none: it waits for who reads */
	assert_int_equal(closed_count, 0);
	expect_heard(&reader, "\r\n0\r\n\r\n");
	assert_int_equal(closed_count, 1);
	assert_int_equal(asked_count, 2 * PIECES);
	expect_heard(&reader, "GET /after");
	size_t bytes = 0;
	for (const char *at = reader.heard.data; (at = strstr(at, "00010000\r\n"));) {
		at += 10;
		assert_int_equal(strspn(at, (char[]){*at, 0}), PIECE);
		assert_int_equal(*at, 'a' + (int)((bytes / PIECE + 1) % 26));
		bytes += PIECE;
	}
	assert_int_equal(bytes, (size_t)PIECES * PIECE);
	reader_done(&reader);
}

static void who_leaves_or_stalls_in_a_long_answer_ends_it(void **state)
{
	(void)state;
	struct reader leaves = reader_send(GET("/pulled"));
	expect_heard(&leaves, "\r\n00010000\r\n");
	reader_done(&leaves);
	expect_count(&closed_count, 1);
	struct reader stalls = reader_send(GET("/pulled"));
	expect_count(&closed_count, 2);
	assert_int_equal(stats_now().dropped, 1);
	reader_done(&stalls);
}

static void closing_the_server_closes_its_streams(void **state)
{
	(void)state;
	struct reader one = reader_open();
	struct reader two = reader_send(GET("/pulled"));
	expect_heard(&two, "\r\n00010000\r\n");
	http_close(&test.http);
	assert_int_equal(closed_count, 2);
	assert_true(loop_until(test.loop, heard_the_end, &one));
	reader_done(&one);
	reader_done(&two);
}

#define STREAM_TEST(name) cmocka_unit_test_setup_teardown(name, setup_streams, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STREAM_TEST(what_is_pushed_comes_at_once_in_chunks_and_the_connection_goes_on),
		STREAM_TEST(a_request_behind_a_stream_waits_for_its_end),
		STREAM_TEST(who_speaks_http_1_0_gets_pieces_as_they_are_until_the_end),
		STREAM_TEST(who_wants_no_second_request_has_chunks_and_then_the_end),
		STREAM_TEST(head_has_the_head_alone),
		STREAM_TEST(a_reader_that_leaves_is_noticed_in_silence),
		STREAM_TEST(
			a_reader_that_keeps_up_stays_in_silence_and_one_that_does_not_is_dropped),
		STREAM_TEST(what_nobody_takes_for_long_ends_its_stream),
		STREAM_TEST(silent_streams_are_no_victims_and_leave_room_for_others),
		STREAM_TEST(a_long_answer_is_asked_for_as_it_is_taken),
		STREAM_TEST(who_leaves_or_stalls_in_a_long_answer_ends_it),
		STREAM_TEST(closing_the_server_closes_its_streams),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
