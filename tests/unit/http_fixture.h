/*
 * An HTTP server whose paths say what it does, and clients that send bytes to it: for the tests of
 * http/http*.c.
 */
#ifndef WOT_TEST_HTTP_FIXTURE_H
#define WOT_TEST_HTTP_FIXTURE_H

#include "http/http.h"

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

enum { BODY_MAX = 64 * 1024, IGNORED_MAX = 1024, CONNECTIONS_MAX = 10, REQUEST_MS = 300 };

static struct {
	struct loop *loop;
	struct http *http;
	struct http_request *held[16]; /* requests whose answer waits */
	size_t held_count;
	unsigned asked, deaf;
	bool is_deaf;
	int refused; /* the last */
	char detail[160];
	size_t body_len;
	char body[64];
} test;

/* ---- the server: a path says what it does ---- */

static inline const char *on_refused(void *arg, const struct http_request *request, int err,
	const char *detail, struct buf *body, const char **headers)
{
	(void)arg;
	(void)request;
	test.refused = err;
	snprintf(test.detail, sizeof test.detail, "%s", detail);
	buf_printf(body, "{\"status\":%u}", err_http(err));
	*headers = err == ERR_UNAUTHENTICATED ? "WWW-Authenticate: Bearer\n" : NULL;
	return "application/problem+json";
}

static inline int on_headers(void *arg, struct http_request *request)
{
	(void)arg;
	const char *path = http_path(request);
	if (strcmp(path, "/secret") == 0)
		return ERR_UNAUTHENTICATED;
	if (strcmp(path, "/xml") == 0)
		return ERR_MEDIA_TYPE;
	return strcmp(path, "/none") == 0 ? ERR_NOT_FOUND : 0;
}

static inline void on_parameter(void *arg, const char *name, const char *value)
{
	if (strcmp(name, "q") == 0)
		*(const char **)arg = value ? value : "";
}

static inline void answer(struct http_request *request)
{
	auto_buf struct buf out = {0};
	const char *query = NULL, *header = http_header(request, "x-header");
	http_each_parameter(request, on_parameter, &query);
	buf_printf(&out, "%s %s q=%s h=%s %zu", http_method(request), http_path(request),
		query ? query : "(none)", header ? header : "(none)", test.body_len);
	http_respond(request, 200, "text/plain", "X-One: 1\nX-Two: 2\n", out.data, out.len);
}

/* More than the kernel keeps for who does not read. */
static inline void answer_big(struct http_request *request)
{
	enum { BIG = 32 << 20 };
	auto_free char *body = calloc(1, BIG);
	http_respond(request, 200, "text/plain", NULL, body, BIG);
}

static inline void on_request(void *arg, struct http_request *request)
{
	(void)arg;
	const char *body = http_body(request, &test.body_len);
	test.asked++;
	snprintf(test.body, sizeof test.body, "%s", body);
	if (strcmp(http_path(request), "/held") == 0)
		test.held[test.held_count++] = request;
	else if (strcmp(http_path(request), "/big") == 0)
		answer_big(request);
	else
		answer(request);
}

static inline void on_deaf(void *arg, const char *why)
{
	(void)arg;
	test.deaf += why != NULL;
	test.is_deaf = why;
}

static const struct http_options options = {
	.listen = "127.0.0.1:0",
	.max_body_bytes = BODY_MAX,
	.max_ignored_bytes = IGNORED_MAX,
	.max_held_bytes = 2 * BODY_MAX,
	.max_connections = CONNECTIONS_MAX,
	.request_timeout_ms = REQUEST_MS,
	.on_request = on_request,
	.on_refused = on_refused,
	.on_headers = on_headers,
	.on_deaf = on_deaf,
};

static inline int setup(void **state)
{
	(void)state;
	struct why why;
	memset(&test, 0, sizeof test);
	return loop_new(&test.loop) || http_open(&test.http, test.loop, &options, &why);
}

static inline int teardown(void **state)
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

static inline int dial(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
		.sin_port = htons((uint16_t)http_port(test.http)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	return dial_at(&address, sizeof address);
}

static inline unsigned answers_in(const struct buf *heard)
{
	unsigned count = 0;
	for (const char *at = heard->len ? heard->data : ""; (at = strstr(at, "HTTP/1.1 ")); at++)
		count++;
	return count;
}

/* Whether the last answer has all its body: ours have a Content-Length, and none for HEAD. */
static inline bool last_is_whole(const struct buf *heard)
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

static inline void client_read(struct client *client, int fd, unsigned answers)
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

static inline void client_send(struct client *client, int fd)
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

static inline void *client_run(void *arg)
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

static inline void on_client_done(void *arg)
{
	((struct client *)arg)->done = true;
}

static inline bool is_done(void *arg)
{
	return ((struct client *)arg)->done;
}

static inline pthread_t client_start(struct client *client)
{
	pthread_t thread;
	buf_reserve(&client->heard, 1);
	client->heard.data[0] = '\0';
	client->waker = loop_waker_new(test.loop, on_client_done, client);
	assert_int_equal(pthread_create(&thread, NULL, client_run, client), 0);
	return thread;
}

static inline void client_talk(struct client *client)
{
	pthread_t thread = client_start(client);
	bool done = loop_until(test.loop, is_done, client);
	pthread_join(thread, NULL);
	assert_true(done);
}

static inline void expect_part(const struct client *client, const char *part)
{
	const char *heard = client->heard.data ? client->heard.data : "";
	if (!strstr(heard, part))
		fail_msg("no \"%s\" in \"%s\"", part, heard);
}

static inline void expect(const char *request, unsigned answers, const char *part)
{
	struct client client = {.send = request, .answers = answers};
	client_talk(&client);
	expect_part(&client, part);
	if (answers == 0)
		assert_true(client.closed);
	buf_done(&client.heard);
}

#define GET(path) "GET " path " HTTP/1.1\r\nHost: x\r\n\r\n"

static inline struct http_stats stats_now(void)
{
	struct http_stats stats;
	http_stats(test.http, &stats);
	return stats;
}

static inline bool is_held(void *arg)
{
	return test.held_count >= *(size_t *)arg;
}

static inline void answer_held(void)
{
	for (size_t i = test.held_count; i-- > 0;)
		answer(test.held[i]);
	test.held_count = 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
