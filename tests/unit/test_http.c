#include "lib/http.h"

#include "tests/unit/until.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

enum { BODY_MAX = 64 * 1024, REQUEST_MS = 300 };

static struct {
	struct loop *loop;
	struct http *http;
	struct http_request *held[8]; /* requests whose answer waits */
	size_t held_count;
	unsigned asked, gone;
	size_t body_len;
	char body[64];
} test;

/* ---- the server: a path says what it does ---- */

static const char *on_error(void *arg, unsigned status, struct buf *body)
{
	(void)arg;
	buf_printf(body, "{\"status\":%u}", status);
	return "application/problem+json";
}

static int on_headers(void *arg, struct http_request *request)
{
	(void)arg;
	const char *path = http_path(request);
	if (strcmp(path, "/tagged") == 0)
		http_set_tag(request, &test);
	if (strcmp(path, "/allow") == 0)
		http_respond(request, 405, "text/plain", "Allow: GET, HEAD\n", "no", 2);
	if (strcmp(path, "/secret") == 0)
		return ERR_UNAUTHENTICATED;
	if (strcmp(path, "/xml") == 0)
		return ERR_MEDIA_TYPE;
	return strcmp(path, "/none") == 0 ? ERR_NOT_FOUND : 0;
}

static void on_parameter(void *arg, const char *name, const char *value)
{
	if (strcmp(name, "q") == 0)
		*(const char **)arg = value ? value : "";
}

static void answer(struct http_request *request)
{
	auto_buf struct buf out = {0};
	const char *query = NULL, *header = http_header(request, "x-header");
	http_each_parameter(request, on_parameter, &query);
	buf_printf(&out, "%s %s q=%s h=%s %zu", http_method(request), http_path(request),
		query ? query : "(none)", header ? header : "(none)", test.body_len);
	http_respond(request, 200, "text/plain", "X-One: 1\nX-Two: 2\n", out.data, out.len);
}

static void on_request(void *arg, struct http_request *request)
{
	(void)arg;
	const char *body = http_body(request, &test.body_len);
	test.asked++;
	snprintf(test.body, sizeof test.body, "%s", body);
	if (strcmp(http_path(request), "/held") == 0)
		test.held[test.held_count++] = request;
	else
		answer(request);
}

static void on_gone(void *arg, void *tag)
{
	(void)arg;
	assert_ptr_equal(tag, &test);
	test.gone++;
}

static const struct http_options options = {
	.listen = "127.0.0.1:0",
	.max_body_bytes = BODY_MAX,
	.max_connections = 100,
	.request_timeout_ms = REQUEST_MS,
	.on_request = on_request,
	.on_error = on_error,
	.on_headers = on_headers,
	.on_gone = on_gone,
};

static int setup(void **state)
{
	(void)state;
	struct why why;
	memset(&test, 0, sizeof test);
	return loop_new(&test.loop) || http_open(&test.http, test.loop, &options, &why);
}

static int teardown(void **state)
{
	(void)state;
	http_close(&test.http);
	loop_free(&test.loop);
	return 0;
}

/* ---- the client: a thread that sends, and reads until it has what it wants ---- */

struct client {
	const char *send;
	size_t send_len;
	unsigned answers; /* to read; 0: until the other side closes */
	const char *then; /* sent after the first answer */
	bool slowly;      /* a byte at a time, until it is cut off */
	struct buf heard;
	bool sent, closed, done;
	int recv_errno;
	struct loop_waker *waker;
};

static int dial(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
		.sin_port = htons((uint16_t)http_port(test.http)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct timeval limit = {.tv_sec = UNTIL_LIMIT_MS / 1000};
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
		return fd;
	close(fd);
	return -1;
}

static unsigned answers_in(const struct buf *heard)
{
	unsigned count = 0;
	for (const char *at = heard->len ? heard->data : ""; (at = strstr(at, "HTTP/1.1 ")); at++)
		count++;
	return count;
}

/* Whether the last answer has all its body: ours have a Content-Length, and none for HEAD. */
static bool last_is_whole(const struct buf *heard)
{
	const char *last = NULL;
	for (const char *at = heard->data; (at = strstr(at, "HTTP/1.1 ")); at++)
		last = at;
	const char *end = last ? strstr(last, "\r\n\r\n") : NULL;
	const char *length = last ? strstr(last, "Content-Length: ") : NULL;
	if (!end)
		return false;
	return !length || strlen(end + 4) >= strtoul(length + 16, NULL, 10);
}

static void client_read(struct client *client, int fd, unsigned answers)
{
	char bytes[8192];
	while (!answers || answers_in(&client->heard) < answers || !last_is_whole(&client->heard)) {
		ssize_t len = recv(fd, bytes, sizeof bytes, 0);
		client->closed = len == 0;
		if (len <= 0) {
			client->recv_errno = len < 0 ? errno : 0;
			return;
		}
		buf_add(&client->heard, bytes, (size_t)len);
	}
}

static void client_send(struct client *client, int fd)
{
	size_t len = client->send_len ? client->send_len : strlen(client->send);
	size_t step = client->slowly ? 1 : len;
	for (size_t at = 0; at < len; at += step) {
		char byte;
		if (send(fd, client->send + at, step, MSG_NOSIGNAL) != (ssize_t)step)
			return;
		client->sent = at + step == len;
		struct timeval pause = {.tv_usec = 20000};
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &pause, sizeof pause);
		if (client->slowly && recv(fd, &byte, 1, MSG_PEEK) == 0)
			break;
	}
	struct timeval limit = {.tv_sec = UNTIL_LIMIT_MS / 1000};
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
}

static void *client_run(void *arg)
{
	struct client *client = arg;
	int fd = dial();
	client_send(client, fd);
	if (client->then) {
		client_read(client, fd, 1);
		send(fd, client->then, strlen(client->then), MSG_NOSIGNAL);
	}
	client_read(client, fd, client->answers);
	close(fd);
	loop_wake(client->waker);
	return NULL;
}

static void on_client_done(void *arg)
{
	((struct client *)arg)->done = true;
}

static bool is_done(void *arg)
{
	return ((struct client *)arg)->done;
}

static pthread_t client_start(struct client *client)
{
	pthread_t thread;
	buf_reserve(&client->heard, 1);
	client->heard.data[0] = '\0';
	client->waker = loop_waker_new(test.loop, on_client_done, client);
	assert_int_equal(pthread_create(&thread, NULL, client_run, client), 0);
	return thread;
}

static void client_talk(struct client *client)
{
	pthread_t thread = client_start(client);
	bool done = loop_until(test.loop, is_done, client);
	pthread_join(thread, NULL);
	assert_true(done);
}

static void expect_part(const struct client *client, const char *part)
{
	if (!strstr(client->heard.data, part))
		fail_msg("no \"%s\" in \"%s\"", part, client->heard.data);
}

static void expect(const char *request, unsigned answers, const char *part)
{
	struct client client = {.send = request, .answers = answers};
	client_talk(&client);
	expect_part(&client, part);
	if (answers == 0)
		assert_true(client.closed);
	buf_done(&client.heard);
}

#define GET(path) "GET " path " HTTP/1.1\r\nHost: x\r\n\r\n"

static struct http_stats stats_now(void)
{
	struct http_stats stats;
	http_stats(test.http, &stats);
	return stats;
}

/* ---- tests ---- */

static void a_request_is_whole_and_decoded(void **state)
{
	(void)state;
	expect("POST /a%20b%2Fc?q=x%26y+z&r HTTP/1.1\r\nHost: x\r\nX-Header: some thing\r\n"
	       "Content-Length: 5\r\n\r\nhello",
		1, "POST /a b/c q=x&y z h=some thing 5");
	assert_string_equal(test.body, "hello");
	expect(GET("/?q"), 1, "GET / q= h=(none) 0");
	expect(GET("/x"), 1, "\r\nContent-Type: text/plain\r\n");
	expect(GET("/x"), 1, "\r\nX-Two: 2\r\n");
	expect(GET("/x%00y"), 1, "GET /x%00y q");
}

static void a_chunked_body_is_joined(void **state)
{
	(void)state;
	expect("POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
	       "3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n",
		1, "POST /x q=(none) h=(none) 7");
	assert_string_equal(test.body, "abcdefg");
}

static void a_connection_is_kept_alive(void **state)
{
	(void)state;
	struct client client = {.send = GET("/first"), .then = GET("/second"), .answers = 2};
	client_talk(&client);
	expect_part(&client, "GET /first");
	expect_part(&client, "GET /second");
	assert_int_equal(stats_now().connections, 1);
	assert_int_equal(stats_now().requests, 2);
	buf_done(&client.heard);
}

static void requests_in_a_row_are_answered_in_order(void **state)
{
	(void)state;
	struct client client = {.send = GET("/1") GET("/2") GET("/none") GET("/3"), .answers = 4};
	client_talk(&client);
	const char *second = strstr(client.heard.data, "GET /2");
	const char *none = strstr(client.heard.data, "404 Not Found");
	const char *third = strstr(client.heard.data, "GET /3");
	assert_true(second && none && third && second < none && none < third);
	buf_done(&client.heard);
}

static void head_is_get_without_the_body(void **state)
{
	(void)state;
	struct client client = {
		.answers = 0, .send = "HEAD /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"};
	client_talk(&client);
	expect_part(&client, "200 OK");
	expect_part(&client, "Content-Length: 26\r\n"); /* "GET /x q=(none) h=(none) 0" */
	assert_null(strstr(client.heard.data, "GET /x"));
	buf_done(&client.heard);
}

static bool is_held(void *arg)
{
	return test.held_count >= *(size_t *)arg;
}

static void answer_held(void)
{
	for (size_t i = test.held_count; i-- > 0;)
		answer(test.held[i]);
	test.held_count = 0;
}

/* Also longer than the time that a request may take to come in: that is about the client. */
static void an_answer_may_come_later(void **state)
{
	(void)state;
	struct client one = {.send = GET("/held"), .then = GET("/after"), .answers = 2};
	struct client two = {.send = GET("/held"), .answers = 1};
	pthread_t threads[] = {client_start(&one), client_start(&two)};
	size_t want = 2;
	assert_true(loop_until(test.loop, is_held, &want));
	struct client other = {.answers = 0,
		.send = "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n"}; /* times out */
	client_talk(&other);
	assert_int_equal(stats_now().timeouts, 1);
	assert_false(one.done || two.done);
	answer_held();
	bool done = loop_until(test.loop, is_done, &one) && loop_until(test.loop, is_done, &two);
	pthread_join(threads[0], NULL);
	pthread_join(threads[1], NULL);
	assert_true(done);
	expect_part(&one, "GET /held");
	expect_part(&one, "GET /after");
	expect_part(&two, "GET /held");
	buf_done(&one.heard);
	buf_done(&two.heard);
	buf_done(&other.heard);
}

static void a_client_that_went_does_no_harm(void **state)
{
	(void)state;
	int fd = dial();
	assert_true(send(fd, GET("/held"), strlen(GET("/held")), 0) > 0);
	size_t want = 1;
	assert_true(loop_until(test.loop, is_held, &want));
	close(fd);
	expect(GET("/x"), 1, "GET /x");
	answer_held();
	expect(GET("/x"), 1, "GET /x");
}

static void the_headers_can_refuse(void **state)
{
	(void)state;
	expect(GET("/secret"), 1, "401 Unauthorized");
	expect(GET("/secret"), 1, "\r\nWWW-Authenticate: Bearer\r\n");
	expect(GET("/none"), 1, "\r\nContent-Type: application/problem+json\r\n");
	expect("POST /none HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello", 0,
		"{\"status\":404}");
	expect(GET("/allow"), 1, "\r\nAllow: GET, HEAD\r\n");
	expect("POST /allow HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n", 0, "405 Method");
	assert_int_equal(test.asked, 0);
	assert_int_equal(stats_now().refused, 4);
}

static void a_client_that_waits_for_100_is_refused_or_told_to_go_on(void **state)
{
	(void)state;
	expect("POST /none HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: "
	       "100-continue\r\n\r\n",
		0, "404 Not Found");
	struct client client = {.answers = 2,
		.send = "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: "
			"100-continue\r\n\r\n",
		.then = "hello"};
	client_talk(&client);
	expect_part(&client, "100 Continue");
	expect_part(&client, "POST /x q=(none) h=(none) 5");
	buf_done(&client.heard);
}

static void a_body_that_is_too_large_is_413(void **state)
{
	(void)state;
	expect("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 65537\r\n\r\n", 0,
		"{\"status\":413}");
	expect("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n", 0, "413 ");
	/* the order of the contract: 401, 413, 415 */
	expect("POST /secret HTTP/1.1\r\nHost: x\r\nContent-Length: 65537\r\n\r\n", 0, "401 ");
	expect("POST /xml HTTP/1.1\r\nHost: x\r\nContent-Length: 65537\r\n\r\n", 0, "413 ");
	expect("POST /xml HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n", 0, "415 ");
	assert_int_equal(test.asked, 0);
}

static void a_body_of_exactly_the_limit_is_taken(void **state)
{
	(void)state;
	auto_buf struct buf request = {0};
	buf_printf(&request, "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n", BODY_MAX);
	for (int i = 0; i < BODY_MAX; i++)
		buf_char(&request, 'x');
	expect(request.data, 1, "POST /x q=(none) h=(none) 65536");
}

static void a_chunked_body_that_is_too_large_is_413(void **state)
{
	(void)state;
	auto_buf struct buf request = {0};
	buf_text(&request, "POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
	for (int i = 0; i < 17; i++)
		buf_printf(&request, "1000\r\n%04096d\r\n", 0);
	buf_text(&request, "0\r\n\r\n");
	expect(request.data, 1, "{\"status\":413}");
	assert_int_equal(test.asked, 0);
}

/* A close with bytes unread is a reset, and the answer would be lost to a client that sends first.
 */
static void a_refused_client_gets_its_answer_even_if_it_sends_on(void **state)
{
	(void)state;
	enum { LONG = 30 << 20 };
	static const char *const heads[] = {
		"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 31457280\r\n\r\n",
		"POST /none HTTP/1.1\r\nHost: x\r\nContent-Length: 31457280\r\n\r\n",
	};
	for (size_t i = 0; i < 2; i++) {
		auto_buf struct buf request = {0};
		buf_text(&request, heads[i]);
		buf_reserve(&request, LONG);
		memset(request.data + request.len, 'x', LONG);
		request.len += LONG;
		struct client client = {.send = request.data, .send_len = request.len};
		client_talk(&client);
		expect_part(&client, i == 0 ? "413 " : "404 ");
		assert_true(client.sent);
		assert_int_equal(client.recv_errno, 0);
		assert_true(client.closed);
		buf_done(&client.heard);
	}
}

static const char length_and_chunked[] = "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
					 "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n";

static void what_two_servers_may_read_differently_is_400(void **state)
{
	(void)state;
	static const char *const requests[] = {
		"GET /x HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
		"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na",
		length_and_chunked,
		"POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n0\r\n\r\n",
	};
	for (size_t i = 0; i < sizeof requests / sizeof *requests; i++)
		expect(requests[i], 0, "{\"status\":400}");
	expect("GET /x HTTP/1.1\r\n\r\n", 0, "400 "); /* no Host */
	assert_int_equal(test.asked, 0);
}

static void garbage_behind_a_request_ends_the_connection(void **state)
{
	(void)state;
	expect(GET("/x") "\x01\x02 total garbage\r\n\r\n\r\n", 0, "GET /x");
	expect("garbage\r\n\r\n", 0, "");
	expect(GET("/still-here"), 1, "GET /still-here");
}

static void who_sends_too_slowly_is_closed(void **state)
{
	(void)state;
	struct client client = {.slowly = true,
		.send = "GET /x HTTP/1.1\r\nHost: x\r\nX-Long: "
			"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
	client_talk(&client);
	assert_true(client.closed);
	assert_int_equal(client.heard.len, 0);
	buf_done(&client.heard);
	struct client body = {.slowly = true,
		.send = "POST /tagged HTTP/1.1\r\nHost: x\r\nContent-Length: "
			"1000\r\n\r\naaaaaaaaaaaaaaaa"};
	client_talk(&body);
	assert_true(body.closed);
	buf_done(&body.heard);
	assert_int_equal(stats_now().timeouts, 2);
	assert_int_equal(test.asked, 0);
}

static void a_slow_second_request_is_closed_too(void **state)
{
	(void)state;
	struct client client = {.send = GET("/x"), .then = "GE"};
	client_talk(&client);
	assert_true(client.closed);
	expect_part(&client, "GET /x");
	assert_int_equal(stats_now().timeouts, 1);
	buf_done(&client.heard);
}

static void a_request_that_never_was_complete_gives_back_its_tag(void **state)
{
	(void)state;
	expect("POST /tagged HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhel", 0, "");
	assert_int_equal(test.gone, 1);
	expect(GET("/tagged"), 1, "GET /tagged"); /* answered: the tag is ours */
	assert_int_equal(test.gone, 1);
}

static void count_turn(void *arg)
{
	(*(unsigned *)arg)++;
}

static void stop(void *arg)
{
	loop_stop(arg);
}

static void an_idle_server_sleeps_also_with_connections(void **state)
{
	(void)state;
	int idle = dial();
	int held = dial();
	assert_true(send(held, GET("/held"), strlen(GET("/held")), 0) > 0);
	size_t want = 1;
	assert_true(loop_until(test.loop, is_held, &want));
	expect(GET("/x"), 1, "GET /x");
	unsigned turns = 0;
	loop_on_turn_end(test.loop, count_turn, &turns);
	loop_every(test.loop, 200, stop, test.loop);
	loop_run(test.loop);
	assert_in_range(turns, 1, 20); /* the sweep's, and a few */
	close(idle);
	close(held);
	answer_held();
}

static void closing_drops_what_waits(void **state)
{
	(void)state;
	struct client client = {.send = GET("/held")};
	pthread_t thread = client_start(&client);
	size_t want = 1;
	assert_true(loop_until(test.loop, is_held, &want));
	http_set_tag(test.held[0], &test);
	http_close(&test.http);
	assert_int_equal(test.gone, 1);
	bool done = loop_until(test.loop, is_done, &client);
	pthread_join(thread, NULL);
	assert_true(done);
	assert_int_equal(client.heard.len, 0);
	buf_done(&client.heard);
}

static void closing_sends_what_was_answered(void **state)
{
	(void)state;
	struct client client = {.send = GET("/held"), .answers = 1};
	pthread_t thread = client_start(&client);
	size_t want = 1;
	assert_true(loop_until(test.loop, is_held, &want));
	answer_held();
	http_close(&test.http);
	bool done = loop_until(test.loop, is_done, &client);
	pthread_join(thread, NULL);
	assert_true(done);
	expect_part(&client, "GET /held");
	buf_done(&client.heard);
}

static void expect_listen(const char *listen, int err, const char *part)
{
	struct why why = {""};
	struct http *http = NULL;
	struct http_options here = options;
	here.listen = listen;
	assert_int_equal(http_open(&http, test.loop, &here, &why), err);
	if (!strstr(why.text, part))
		fail_msg("\"%s\" does not say \"%s\"", why.text, part);
	if (!err)
		assert_in_range(http_port(http), 1, 65535);
	http_close(&http);
}

static void only_loopback_is_listened_on(void **state)
{
	(void)state;
	expect_listen("localhost:0", 0, "");
	expect_listen("127.1.2.3:0", 0, "");
	expect_listen("0.0.0.0:0", ERR_CONFIG, "nginx");
	expect_listen("192.0.2.1:80", ERR_CONFIG, "nginx");
	expect_listen("[::]:0", ERR_CONFIG, "nginx");
	expect_listen("example.nl:0", ERR_CONFIG, "nginx");
	expect_listen("127.0.0.1", ERR_CONFIG, "no address");
	expect_listen("127.0.0.1:99999", ERR_CONFIG, "no address");
	expect_listen("127.0.0.1:http", ERR_CONFIG, "no address");
	char taken[64];
	snprintf(taken, sizeof taken, "127.0.0.1:%u", http_port(test.http));
	expect_listen(taken, ERR_ADDRESS, taken);
	snprintf(taken, sizeof taken, "port %u", http_port(test.http));
	char again[64];
	snprintf(again, sizeof again, "127.0.0.1:%u", http_port(test.http));
	expect_listen(again, ERR_ADDRESS, taken);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_request_is_whole_and_decoded),
		TEST(a_chunked_body_is_joined),
		TEST(a_connection_is_kept_alive),
		TEST(requests_in_a_row_are_answered_in_order),
		TEST(head_is_get_without_the_body),
		TEST(an_answer_may_come_later),
		TEST(a_client_that_went_does_no_harm),
		TEST(the_headers_can_refuse),
		TEST(a_client_that_waits_for_100_is_refused_or_told_to_go_on),
		TEST(a_body_that_is_too_large_is_413),
		TEST(a_body_of_exactly_the_limit_is_taken),
		TEST(a_chunked_body_that_is_too_large_is_413),
		TEST(a_refused_client_gets_its_answer_even_if_it_sends_on),
		TEST(what_two_servers_may_read_differently_is_400),
		TEST(garbage_behind_a_request_ends_the_connection),
		TEST(who_sends_too_slowly_is_closed),
		TEST(a_slow_second_request_is_closed_too),
		TEST(a_request_that_never_was_complete_gives_back_its_tag),
		TEST(an_idle_server_sleeps_also_with_connections),
		TEST(closing_drops_what_waits),
		TEST(closing_sends_what_was_answered),
		TEST(only_loopback_is_listened_on),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
