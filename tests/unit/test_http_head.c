/*
 * What a request says, byte by byte. What is refused here is what two servers in a row were seen to read
 * differently (RFC 9112 and the cases of request smuggling), so that no body is ever read as a request.
 */
#include "http/http_chunks.h"
#include "http/http_head.h"
#include "lib/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static char text[HTTP_HEAD_MAX + 1];
static struct http_head head;
static const char *detail;

/* Byte by byte, as a slow sender would; the bytes may hold a NUL. */
static int read_bytes(const char *bytes, size_t len)
{
	size_t seen = 0;
	int found = 0;
	assert_true(len <= HTTP_HEAD_MAX);
	memcpy(text, bytes, len);
	for (size_t there = 1; there <= len && !found; there++)
		found = http_head_scan(text, there, &seen);
	if (found < 0)
		return found;
	assert_int_equal(found, 1);
	text[seen] = '\0';
	return http_head_read(text, seen, &head, &detail);
}

static int read_head(const char *bytes)
{
	return read_bytes(bytes, strlen(bytes));
}

#define LINE "GET /x HTTP/1.1\r\n"
#define HOST "Host: x\r\n"
#define END "\r\n"

static void a_head_says_method_path_query_and_fields(void **state)
{
	(void)state;
	assert_int_equal(
		read_head("POST /a%20b/c?id=x%26y+z&r&=v&&s=%C3%A9 HTTP/1.1\r\n" HOST
			  "X-One: \t some thing \t\r\nx-two:\r\nContent-Length: 005\r\n" END),
		0);
	assert_string_equal(head.method, "POST");
	assert_string_equal(head.path, "/a b/c");
	assert_int_equal(head.query_count, 4);
	assert_string_equal(head.query[0].value, "x&y z");
	assert_string_equal(head.query[1].name, "r");
	assert_null(head.query[1].value);
	assert_string_equal(head.query[3].value, "\xC3\xA9");
	assert_string_equal(http_head_field(&head, "x-one"), "some thing");
	assert_string_equal(http_head_field(&head, "X-TWO"), "");
	assert_null(http_head_field(&head, "x-three"));
	assert_int_equal(head.length, 5);
	assert_false(head.chunked || head.closes || head.awaits_100);
}

static void words_of_connection_expect_and_coding_have_no_case(void **state)
{
	(void)state;
	assert_int_equal(read_head("POST /x HTTP/1.1\r\n" HOST "connection: Upgrade , CLOSE\r\n"
				   "EXPECT: 100-Continue\r\ntransfer-encoding: Chunked\r\n" END),
		0);
	assert_true(head.closes && head.awaits_100 && head.chunked);
	assert_int_equal(read_head(LINE HOST "Connection: closed, not-close\r\n" END), 0);
	assert_false(head.closes);
	assert_int_equal(read_head(LINE HOST "Connection: a\r\nConnection: close\r\n" END), 0);
	assert_true(head.closes);
}

static void http_1_0_is_answered_once_and_needs_no_host(void **state)
{
	(void)state;
	assert_int_equal(read_head("GET /x HTTP/1.0\r\nConnection: keep-alive\r\n" END), 0);
	assert_true(head.closes);
	assert_int_equal(read_head("GET /x HTTP/1.2\r\n" HOST END), 0);
	assert_int_equal(read_head("GET /x HTTP/2.0\r\n" HOST END), ERR_HTTP_VERSION);
}

static void an_empty_line_before_a_request_is_overlooked_once(void **state)
{
	(void)state;
	assert_int_equal(read_head("\r\n" LINE HOST END), 0);
	assert_string_equal(head.path, "/x");
	assert_int_equal(read_head("\r\n\r\n" LINE HOST END), ERR_NOT_HTTP);
}

static void an_absolute_target_is_its_path(void **state)
{
	(void)state;
	static const struct {
		const char *target, *path;
	} good[] = {
		{"http://a/x", "/x"},
		{"HTTP://a.nl:8480/x/y", "/x/y"},
		{"https://[::1]:8480/x", "/x"},
		{"http://a", "/"},
		{"http://a?q=1", "/"},
		{"http://a/x?q=http://b/", "/x"},
	};
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		char bytes[128];
		snprintf(bytes, sizeof bytes, "GET %s HTTP/1.1\r\n" HOST END, good[i].target);
		assert_int_equal(read_head(bytes), 0);
		assert_string_equal(head.path, good[i].path);
	}
	assert_int_equal(read_head("GET http://a?q=1 HTTP/1.1\r\n" HOST END), 0);
	assert_string_equal(head.query[0].value, "1");
	assert_int_equal(read_head("OPTIONS * HTTP/1.1\r\n" HOST END), 0);
	assert_string_equal(head.path, "*");
	/* a Host field is required all the same (RFC 9112, 3.2) */
	assert_int_equal(read_head("GET http://a/x HTTP/1.1\r\n" END), ERR_NOT_HTTP);
}

static void a_first_line_that_is_none_is_refused(void **state)
{
	(void)state;
	static const char *const lines[] = {
		"GET /x",
		"GET",
		"",
		" GET /x HTTP/1.1",
		"GET  /x HTTP/1.1",
		"GET /x  HTTP/1.1",
		"GET /x HTTP/1.1 ",
		"GET\t/x HTTP/1.1",
		"GET /x\tHTTP/1.1",
		"G(T /x HTTP/1.1",
		"GET x HTTP/1.1",
		"GET * HTTP/1.1",
		"GET ftp://a/x HTTP/1.1",
		"GET http:///x HTTP/1.1",
		"GET http://me@a/x HTTP/1.1",
		"GET http:/x HTTP/1.1",
		"CONNECT a:80 HTTP/1.1",
		"GET /x#y HTTP/1.1",
		"GET /x\xff HTTP/1.1",
		"GET /%zz HTTP/1.1",
		"GET /x% HTTP/1.1",
		"GET /x?q=%1 HTTP/1.1",
		"GET /x http/1.1",
		"GET /x HTTP/1",
		"GET /x HTTP/1.10",
		"GET /x HTTP/+1.1",
		"GET /x HTTPS/1.1",
	};
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		char bytes[128];
		snprintf(bytes, sizeof bytes, "%s\r\n" HOST END, lines[i]);
		if (read_head(bytes) != ERR_NOT_HTTP)
			fail_msg("\"%s\" is taken", lines[i]);
	}
}

static void a_field_that_is_none_is_refused(void **state)
{
	(void)state;
	static const char *const fields[] = {
		/* blanks before the colon, folds, nothing before it, nothing but a name */
		"Content-Length : 5\r\n",
		"Content-Length\t: 5\r\n",
		"X-A : b\r\n",
		"Content-Length:\r\n 5\r\n",
		"X-A: b\r\n\tc\r\n",
		" X-A: b\r\n",
		"\tX-A: b\r\n",
		": x\r\n",
		"X-A\r\n",
		"X A: b\r\n",
		"X(A): b\r\n",
		"X\"A: b\r\n",
		"X\xc3\xa9: b\r\n",
		/* line ends that are none */
		"X-A: b\n",
		"X-A: b\r\r\n",
		"X-A: b\rc\r\n",
		"X-A: b\nX-B: c\r\n",
		/* control characters */
		"X-A: \x01\r\n",
		"X-A: b\x7f\r\n",
		"X-A: b\x0b\r\n",
	};
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		char bytes[128];
		snprintf(bytes, sizeof bytes, LINE HOST "%s" END, fields[i]);
		if (read_head(bytes) != ERR_NOT_HTTP)
			fail_msg("\"%s\" is taken", fields[i]);
	}
	static const char nul_value[] = LINE HOST "X-A: b\0c\r\n" END,
			  nul_name[] = LINE HOST "X\0A: b\r\n" END,
			  nul_target[] = "GET /x\0y HTTP/1.1\r\n" HOST END;
	assert_int_equal(read_bytes(nul_value, sizeof nul_value - 1), ERR_NOT_HTTP);
	assert_int_equal(read_bytes(nul_name, sizeof nul_name - 1), ERR_NOT_HTTP);
	assert_int_equal(read_bytes(nul_target, sizeof nul_target - 1), ERR_NOT_HTTP);
	assert_int_equal(read_head(LINE HOST "X-A: caf\xc3\xa9\tx\r\n" END), 0);
}

static void framing_is_said_once_and_in_one_way(void **state)
{
	(void)state;
	static const char *const fields[] = {
		"",
		"Host: y\r\nHost: y\r\n",
		"Host: a b\r\n",
		"Host: a/b\r\n",
		"Host: a, b\r\n",
		"Host: me@a\r\n",
		HOST "Content-Length: 5\r\nContent-Length: 5\r\n",
		HOST "Content-Length: 5\r\ncontent-length: 6\r\n",
		HOST "Content-Length: 5, 5\r\n",
		HOST "Content-Length: +5\r\n",
		HOST "Content-Length: -5\r\n",
		HOST "Content-Length: 0x5\r\n",
		HOST "Content-Length: 5 5\r\n",
		HOST "Content-Length: 5.0\r\n",
		HOST "Content-Length:\r\n",
		HOST "Content-Length: 5;\r\n",
		HOST "Content-Length: \"5\"\r\n",
		HOST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
		HOST "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n",
		HOST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
		HOST "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
		HOST "Transfer-Encoding: gzip, chunked\r\n",
		HOST "Transfer-Encoding: identity\r\n",
		HOST "Transfer-Encoding: chunked, chunked\r\n",
		HOST "Transfer-Encoding:\r\n",
		HOST "Transfer-Encoding: xchunked\r\n",
		HOST "Transfer-Encoding: chunked;q=1\r\n",
		HOST "Transfer-Encoding: \"chunked\"\r\n",
		HOST "Transfer-Encoding: chunk\r\n",
	};
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		char bytes[256];
		snprintf(bytes, sizeof bytes, "POST /x HTTP/1.1\r\n%s" END, fields[i]);
		if (read_head(bytes) != ERR_NOT_HTTP)
			fail_msg("\"%s\" is taken", fields[i]);
	}
	assert_int_equal(
		read_head("POST /x HTTP/1.0\r\nTransfer-Encoding: chunked\r\n" END), ERR_NOT_HTTP);
	assert_int_equal(read_head("POST /x HTTP/1.1\r\n" HOST
				   "Content-Length: 99999999999999999999999999\r\n" END),
		0);
	assert_true(head.length == UINT64_MAX);
}

static void what_two_readers_would_choose_from_stands_there_once(void **state)
{
	(void)state;
	assert_int_equal(
		read_head(LINE HOST "Authorization: Bearer a\r\nauthorization: Bearer b\r\n" END),
		ERR_NOT_HTTP);
	assert_non_null(strstr(detail, "Authorization"));
	assert_int_equal(read_head(LINE HOST "Content-Type: a/b\r\nContent-Type: a/b\r\n" END),
		ERR_NOT_HTTP);
	assert_int_equal(read_head(LINE HOST "Accept: a/b\r\nAccept: c/d\r\n" END), 0);
}

static void a_head_is_bounded(void **state)
{
	(void)state;
	auto_buf struct buf bytes = {0};
	buf_text(&bytes, LINE HOST);
	for (int i = 0; i < HTTP_FIELDS_MAX; i++)
		buf_printf(&bytes, "X-%d: y\r\n", i);
	buf_text(&bytes, END);
	assert_int_equal(read_head(bytes.data), ERR_HEAD_TOO_LARGE);
}

/* ---- chunks ---- */

/* All at once, and byte by byte: the body, its end in `used`; or NULL when it is refused. */
static const char *read_chunks(const char *bytes, size_t step, size_t *used)
{
	static char body[8192];
	struct http_chunks chunks = {0};
	size_t len = strlen(bytes), got = 0;
	const char *at = bytes;
	int end = 0;
	while (at < bytes + len && !end) {
		const char *data, *there = at + step < bytes + len ? at + step : bytes + len;
		size_t piece;
		while (at < there && !end) {
			end = http_chunks_take(&chunks, &at, there, &data, &piece);
			if (end >= 0)
				memcpy(body + got, data, piece);
			got += end >= 0 ? piece : 0;
		}
	}
	body[got] = '\0';
	*used = (size_t)(at - bytes);
	return end < 0 ? NULL : end ? body : "(unfinished)";
}

static void expect_chunks(const char *bytes, const char *body, const char *rest)
{
	const size_t steps[] = {1, 3, 10000};
	for (size_t i = 0; i < 3; i++) {
		size_t used;
		const char *got = read_chunks(bytes, steps[i], &used);
		if (!got || strcmp(got, body) != 0)
			fail_msg("\"%s\" gives %s", bytes, got ? got : "nothing");
		assert_string_equal(bytes + used, rest);
	}
}

static void chunks_are_joined(void **state)
{
	(void)state;
	expect_chunks("3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\nGET", "abcdefg", "GET");
	expect_chunks("0000A\r\n0123456789\r\n000\r\n\r\n", "0123456789", "");
	expect_chunks("1;a=b; c ;d=\"x;\\\"y\" ; e\r\nz\r\n0;last\r\n\r\n", "z", "");
	expect_chunks("1\r\nz\r\n0\r\nX-Sum: 1\r\nX-More:\r\n\r\n", "z", "");
	expect_chunks("2\r\n\r\n\r\n0\r\n\r\n", "\r\n", "");
}

static void a_chunk_that_is_none_is_refused(void **state)
{
	(void)state;
	static const char *const bad[] = {
		/* sizes */
		"\r\n",
		"x\r\n",
		"+1\r\na\r\n",
		"-1\r\n",
		" 1\r\na\r\n",
		"0x1\r\na\r\n",
		"1 \r\na\r\n",
		"1_0\r\n",
		"1,1\r\n",
		"ffffffffffffffff\r\n",
		"10000000000000001\r\na\r\n",
		/* line ends */
		"1\na\r\n0\r\n\r\n",
		"1\r\na\n0\r\n\r\n",
		"1\ra\r\n",
		"1\r\na\r0\r\n",
		"1\r\nab\r\n",
		"1\r\na0\r\n\r\n",
		"0\r\n\n",
		"0\n\r\n",
		"0\r\nX: y\n\r\n",
		/* extensions */
		"1;\r\na\r\n",
		"1;=b\r\n",
		"1;a=\r\n",
		"1;a=\"b\r\n",
		"1;a=\"b\"c\r\n",
		"1;a b\r\n",
		"1;a\nGET / HTTP/1.1\r\n",
		"1;a=\x01\r\n",
		"1 a\r\n",
		"1;a\rb\r\n",
		/* trailers */
		"0\r\nX\r\n\r\n",
		"0\r\nX : y\r\n\r\n",
		"0\r\n X: y\r\n\r\n",
		"0\r\nX: \x02\r\n\r\n",
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		size_t used;
		if (read_chunks(bad[i], 1, &used) || read_chunks(bad[i], 10000, &used))
			fail_msg("\"%s\" is taken", bad[i]);
	}
}

/* A few extensions of an ordinary length are well, one that is long or many of them are not. */
static void extensions_and_trailers_are_bounded(void **state)
{
	(void)state;
	auto_buf struct buf one = {0}, many = {0}, trailers = {0};
	size_t used;
	buf_printf(&one, "1;%0300d\r\na\r\n0\r\n\r\n", 0);
	assert_null(read_chunks(one.data, 10000, &used));
	for (int i = 0; i < 50; i++) {
		buf_printf(&many, "1;%0100d\r\na\r\n", 0);
		buf_printf(&trailers, "%sX: %0100d\r\n", i ? "" : "0\r\n", 0);
	}
	assert_null(read_chunks(many.data, 10000, &used));
	assert_null(read_chunks(trailers.data, 10000, &used));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_head_says_method_path_query_and_fields),
		cmocka_unit_test(words_of_connection_expect_and_coding_have_no_case),
		cmocka_unit_test(http_1_0_is_answered_once_and_needs_no_host),
		cmocka_unit_test(an_empty_line_before_a_request_is_overlooked_once),
		cmocka_unit_test(an_absolute_target_is_its_path),
		cmocka_unit_test(a_first_line_that_is_none_is_refused),
		cmocka_unit_test(a_field_that_is_none_is_refused),
		cmocka_unit_test(framing_is_said_once_and_in_one_way),
		cmocka_unit_test(what_two_readers_would_choose_from_stands_there_once),
		cmocka_unit_test(a_head_is_bounded),
		cmocka_unit_test(chunks_are_joined),
		cmocka_unit_test(a_chunk_that_is_none_is_refused),
		cmocka_unit_test(extensions_and_trailers_are_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
