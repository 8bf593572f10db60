#include "http/http_chunks.h"
#include "http/http_head.h"
#include "http/http_own.h"
#include "lib/clock.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>

struct http_request {
	struct http_connection *connection;
	struct buf text; /* of the head */
	size_t seen;     /* of it, looking for its end */
	bool has_head;
	struct http_head head;
	struct http_chunks chunks;
	uint64_t taken; /* of the body */
	struct buf body;
};

/* ---- what a request says ---- */

const char *http_method(const struct http_request *request)
{
	return strcmp(request->head.method, "HEAD") == 0 ? "GET" : request->head.method;
}

const char *http_path(const struct http_request *request)
{
	return request->head.path;
}

void http_each_parameter(
	const struct http_request *request, http_parameter_fn *on_parameter, void *arg)
{
	const struct http_head *head = &request->head;
	for (size_t i = 0; i < head->query_count; i++)
		on_parameter(arg, head->query[i].name, head->query[i].value);
}

const char *http_header(const struct http_request *request, const char *name)
{
	return http_head_field(&request->head, name);
}

const char *http_body(const struct http_request *request, size_t *len)
{
	*len = request->body.len;
	return request->body.data ? request->body.data : "";
}

/* ---- answering ---- */

static const char *reason_of(unsigned status)
{
	static const struct {
		unsigned status;
		const char *reason;
	} rows[] = {
		{200, "OK"},
		{202, "Accepted"},
		{207, "Multi-Status"},
		{400, "Bad Request"},
		{401, "Unauthorized"},
		{403, "Forbidden"},
		{404, "Not Found"},
		{405, "Method Not Allowed"},
		{409, "Conflict"},
		{413, "Content Too Large"},
		{415, "Unsupported Media Type"},
		{429, "Too Many Requests"},
		{431, "Request Header Fields Too Large"},
		{500, "Internal Server Error"},
		{503, "Service Unavailable"},
		{505, "HTTP Version Not Supported"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (rows[i].status == status)
			return rows[i].reason;
	}
	return ""; /* it may be empty */
}

static const char *date_now(void)
{
	static time_t of;
	static char text[40];
	time_t now = (time_t)(clock_now_ms() / 1000);
	struct tm parts;
	if (now != of && gmtime_r(&now, &parts))
		strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
	of = now;
	return text;
}

struct answer {
	unsigned status;
	const char *type, *headers;
	const void *body;
	size_t len;
	bool closes, head_only;
};

static void answer_print(const struct answer *answer, struct buf *out)
{
	buf_printf(out, "HTTP/1.1 %u %s\r\nDate: %s\r\nContent-Length: %zu\r\n", answer->status,
		reason_of(answer->status), date_now(), answer->len);
	if (answer->closes)
		buf_text(out, "Connection: close\r\n");
	if (answer->type)
		buf_printf(out, "Content-Type: %s\r\n", answer->type);
	for (const char *line = answer->headers; line && *line;) {
		size_t len = strcspn(line, "\n");
		buf_printf(out, "%.*s\r\n", (int)len, line);
		line += len + (line[len] == '\n');
	}
	buf_text(out, "\r\n");
	if (!answer->head_only)
		buf_add(out, answer->body, answer->len);
}

void http_respond(struct http_request *request, unsigned status, const char *content_type,
	const char *headers, const void *body, size_t len)
{
	struct http_connection *connection = request->connection;
	const char *method = request->head.method;
	struct answer answer = {
		.status = status,
		.type = content_type,
		.headers = headers,
		.body = body,
		.len = len,
		.closes = connection->closes,
		.head_only = method && strcmp(method, "HEAD") == 0,
	};
	answer_print(&answer, &connection->out);
	connection->http->stats.bytes_out += len;
	http_request_free(request);
	http_connection_answer(connection);
}

void http_turn_away(struct http *http, struct buf *out)
{
	const struct http_options *options = &http->options;
	auto_buf struct buf body = {0};
	struct answer answer = {.status = err_http(ERR_NO_ROOM), .closes = true};
	answer.type = options->on_refused(options->arg, ERR_NO_ROOM, "", &body, &answer.headers);
	answer.body = body.data;
	answer.len = body.len;
	answer_print(&answer, out);
	http->stats.turned_away++;
}

static void refuse(struct http_request *request, int err, const char *detail)
{
	struct http_connection *connection = request->connection;
	struct http *http = connection->http;
	const struct http_options *options = &http->options;
	auto_buf struct buf body = {0};
	const char *headers = NULL;
	const char *type = options->on_refused(options->arg, err, detail, &body, &headers);
	http->stats.refused++;
	http_respond(request, err_http(err), type, headers, body.data, body.len);
}

/* Where the request ends is not known, or far off: what follows cannot be told apart from it. */
static void refuse_and_close(struct http_request *request, int err, const char *detail)
{
	request->connection->closes = true;
	refuse(request, err, detail);
}

/* ---- taking: the head ---- */

static bool has_body(const struct http_request *request)
{
	return request->head.chunked || request->head.length > 0;
}

/* Of the others a body means nothing (RFC 9110, 9.3). */
static bool keeps_body(const struct http_request *request)
{
	static const char *const methods[] = {"POST", "PUT", "PATCH"};
	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
		if (strcmp(request->head.method, methods[i]) == 0)
			return true;
	}
	return false;
}

static size_t body_limit(const struct http_request *request)
{
	const struct http_options *options = &request->connection->http->options;
	return keeps_body(request) ? options->max_body_bytes : options->max_ignored_bytes;
}

static void request_ask(struct http_request *request)
{
	const struct http_options *options = &request->connection->http->options;
	request->connection->phase = HTTP_ANSWERING;
	options->on_request(options->arg, request);
}

static void head_judge(struct http_request *request)
{
	struct http_connection *connection = request->connection;
	const struct http_options *options = &connection->http->options;
	const char *detail = "";
	connection->http->stats.requests++;
	int err = http_head_read(request->text.data, request->text.len, &request->head, &detail);
	if (err) {
		refuse_and_close(request, err, detail);
		return;
	}
	connection->closes = request->head.closes;
	err = options->on_headers ? options->on_headers(options->arg, request) : 0;
	if ((!err || err_http(err) == 415) && request->head.length > body_limit(request))
		err = ERR_TOO_LARGE;
	if (err && has_body(request))
		refuse_and_close(request, err, "");
	else if (err)
		refuse(request, err, "");
	else if (!has_body(request))
		request_ask(request);
	else if (request->head.awaits_100)
		http_connection_continue(connection);
}

static size_t head_take(struct http_request *request, const char *bytes, size_t len)
{
	struct buf *text = &request->text;
	size_t before = text->len, room = HTTP_HEAD_MAX - before;
	size_t used = len < room ? len : room;
	buf_add(text, bytes, used);
	int found = http_head_scan(text->data, text->len, &request->seen);
	if (found < 0) {
		refuse_and_close(request, found,
			"lines end in CR LF, and no other control character stands in a head");
		return used;
	}
	if (!found && used == room)
		refuse_and_close(request, ERR_HEAD_TOO_LARGE, "");
	if (!found)
		return used;
	used = request->seen - before;
	text->len = request->seen;
	text->data[text->len] = '\0';
	request->has_head = true;
	head_judge(request);
	return used;
}

/* ---- taking: the body ---- */

/* 0, or why it is too much. */
static int body_add(struct http_request *request, const char *bytes, size_t len)
{
	struct http *http = request->connection->http;
	http->stats.bytes_in += len;
	request->taken += len;
	if (request->taken > body_limit(request))
		return ERR_TOO_LARGE;
	if (!keeps_body(request))
		return 0;
	bool alone = http->held_bytes == request->body.len;
	if (!alone && http->held_bytes + len > http->options.max_held_bytes)
		return ERR_NO_ROOM;
	buf_add(&request->body, bytes, len);
	http->held_bytes += len;
	return 0;
}

static size_t body_take(struct http_request *request, const char *bytes, size_t len)
{
	const char *at = bytes, *data = bytes;
	int end;
	if (request->head.chunked) {
		end = http_chunks_take(&request->chunks, &at, bytes + len, &data, &len);
	} else {
		uint64_t left = request->head.length - request->taken;
		len = len < left ? len : (size_t)left;
		at += len;
		end = len == left;
	}
	int err = end < 0 ? end : body_add(request, data, len);
	if (err)
		refuse_and_close(request, err, end < 0 ? "this is no chunk" : "");
	else if (end)
		request_ask(request);
	return (size_t)(at - bytes);
}

size_t http_request_take(struct http_connection *connection, const char *bytes, size_t len)
{
	size_t used = 0;
	if (!connection->request) {
		connection->request = calloc(1, sizeof *connection->request);
		must(connection->request);
		connection->request->connection = connection;
		connection->phase = HTTP_READING;
		connection->since_us = clock_mono_us();
	}
	while (used < len && connection->phase == HTTP_READING) {
		struct http_request *request = connection->request;
		used += request->has_head ? body_take(request, bytes + used, len - used)
					  : head_take(request, bytes + used, len - used);
	}
	return used;
}

void http_request_free(struct http_request *request)
{
	request->connection->http->held_bytes -= request->body.len;
	request->connection->request = NULL;
	buf_done(&request->text);
	buf_done(&request->body);
	free(request);
}

/* ---- life ---- */

int http_open(
	struct http **out, struct loop *loop, const struct http_options *options, struct why *why)
{
	must(options->on_request && options->on_refused && options->on_deaf &&
		options->max_connections > 0);
	struct http *http = calloc(1, sizeof *http);
	must(http);
	http->loop = loop;
	http->options = *options;
	http->options.listen = NULL; /* the caller's */
	int err = http_accept_open(http, options->listen, why);
	if (err) {
		free(http);
		return err;
	}
	*out = http;
	return 0;
}

void http_close(struct http **http)
{
	struct http *old = *http;
	*http = NULL;
	if (!old)
		return;
	http_accept_close(old);
	while (old->connections)
		http_connection_free(old->connections);
	loop_timer_free(&old->sweep);
	free(old);
}

unsigned http_port(const struct http *http)
{
	return http_address_port(&http->address);
}

void http_stats(const struct http *http, struct http_stats *stats)
{
	*stats = http->stats;
}
