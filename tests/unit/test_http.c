#include "tests/unit/http_fixture.h"

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
		.send = "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: "
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
	const char *const held[] = {GET("/held"), GET("/held") GET("/x"), GET("/x") GET("/held"),
		GET("/x") GET("/held") GET("/x")};
	int fds[4];
	size_t want = 4;
	for (size_t i = 0; i < want; i++) {
		fds[i] = dial();
		assert_true(send(fds[i], held[i], strlen(held[i]), 0) > 0);
	}
	assert_true(loop_until(test.loop, is_held, &want));
	expect(GET("/x"), 1, "GET /x");
	unsigned turns = 0;
	loop_on_turn_end(test.loop, count_turn, &turns);
	loop_every(test.loop, 200, stop, test.loop);
	loop_run(test.loop);
	assert_in_range(turns, 1, 20); /* the sweep's, and a few */
	close(idle);
	for (size_t i = 0; i < want; i++)
		close(fds[i]);
	answer_held();
}

static void closing_drops_what_waits(void **state)
{
	(void)state;
	struct client client = {.send = GET("/held")};
	pthread_t thread = client_start(&client);
	size_t want = 1;
	assert_true(loop_until(test.loop, is_held, &want));
	http_close(&test.http);
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

/* ---- bytes that are no request ---- */

#define SMUGGLED "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
#define POST "POST /x HTTP/1.1\r\nHost: x\r\n"

/* One answer, and the end of the connection: what stood in the body or behind it was not read. */
static void nothing_behind_a_bad_request_is_read_as_one(void **state)
{
	(void)state;
	static const char *const requests[] = {
		POST "Content-Length : 35\r\n\r\n" SMUGGLED,
		POST "Content-Length:\r\n 35\r\n\r\n" SMUGGLED,
		POST "Content-Length: +35\r\n\r\n" SMUGGLED,
		POST "Content-Length: 0\r\nContent-Length: 35\r\n\r\n" SMUGGLED,
		POST "Content-Length: 35\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" SMUGGLED,
		POST "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" SMUGGLED,
		POST "Transfer-Encoding: chunked\r\n\r\n1;\n0\r\n\r\n" SMUGGLED,
		POST "Transfer-Encoding: chunked\r\n\r\n0\n\r\n" SMUGGLED,
		POST "Transfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n" SMUGGLED,
		POST "Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n" SMUGGLED,
		"GET /x HTTP/1.1\nHost: x\n\n" SMUGGLED,
		"GET /x HTTP/1.1\r\n\r\n" SMUGGLED,
	};
	for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
		struct client client = {.send = requests[i]};
		client_talk(&client);
		expect_part(&client, "HTTP/1.1 400 Bad Request\r\n");
		expect_part(&client, "\r\nContent-Type: application/problem+json\r\n");
		assert_int_equal(answers_in(&client.heard), 1);
		assert_true(client.closed);
		assert_true(test.detail[0]);
		buf_done(&client.heard);
	}
	assert_int_equal(test.asked, 0);
}

static void a_get_with_a_body_is_one_request(void **state)
{
	(void)state;
	struct client client = {.answers = 2,
		.send = "GET /x HTTP/1.1\r\nHost: x\r\nContent-Length: 35\r\n\r\n" SMUGGLED GET(
			"/next")};
	client_talk(&client);
	expect_part(&client, "GET /x q=(none) h=(none) 0"); /* read, and not kept */
	expect_part(&client, "GET /next");
	assert_null(strstr(client.heard.data, "/smuggled"));
	buf_done(&client.heard);
}

static void a_body_where_there_is_none_is_bounded(void **state)
{
	(void)state;
	static const char *const methods[] = {"GET", "HEAD", "DELETE", "OPTIONS"};
	for (size_t i = 0; i < 4; i++) {
		char request[128];
		snprintf(request, sizeof request,
			"%s /x HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n", methods[i],
			IGNORED_MAX + 1);
		expect(request, 0, "413 ");
	}
	auto_buf struct buf chunked = {0};
	buf_printf(&chunked,
		"GET /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%0*d",
		IGNORED_MAX + 1, IGNORED_MAX + 1, 0);
	expect(chunked.data, 0, "413 ");
	assert_int_equal(test.asked, 0);
}

/* It could neither go on nor fail, and the loop did nothing else. */
static void what_never_ends_is_refused_while_others_are_served(void **state)
{
	(void)state;
	enum { LONG = 256 * 1024 };
	static const char *const heads[] = {
		POST "Transfer-Encoding: chunked\r\n\r\n5;a=",
		POST "Transfer-Encoding: chunked\r\n\r\n0\r\nX-Trailer: ",
		POST "Transfer-Encoding: chunked\r\n\r\n0000",
		"GET /x HTTP/1.1\r\nHost: x\r\nX-Long: ",
		"GET /",
	};
	for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
		auto_buf struct buf request = {0};
		buf_printf(&request, "%s%0*d", heads[i], LONG, 0);
		struct client endless = {.send = request.data};
		pthread_t thread = client_start(&endless);
		expect(GET("/others"), 1, "GET /others");
		bool done = loop_until(test.loop, is_done, &endless);
		pthread_join(thread, NULL);
		assert_true(done);
		expect_part(&endless, i < 3 ? "400 " : "431 ");
		buf_done(&endless.heard);
	}
	assert_int_equal(test.asked, sizeof heads / sizeof *heads);
}

/* ---- life ---- */

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
		TEST(an_idle_server_sleeps_also_with_connections),
		TEST(closing_drops_what_waits),
		TEST(closing_sends_what_was_answered),
		TEST(nothing_behind_a_bad_request_is_read_as_one),
		TEST(a_get_with_a_body_is_one_request),
		TEST(a_body_where_there_is_none_is_bounded),
		TEST(what_never_ends_is_refused_while_others_are_served),
		TEST(only_loopback_is_listened_on),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
