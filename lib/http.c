#include "lib/clean.h"
#include "lib/clock.h"
#include "lib/http_own.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { KEEP_ALIVE_SECONDS = 75 /* longer than nginx keeps its side */, FLUSH_TURNS = 8 };

struct http_request {
	struct http *http;
	struct http_connection *connection;
	const char *path, *method; /* libmicrohttpd's, as long as the request */
	struct buf body;
	bool too_large;
	bool asked; /* on_request has it */
	bool answered;
	bool refused; /* answered by us */
	struct MHD_Response *answer;
	unsigned status;
	void *tag;
};

/* ---- turning ---- */

static void on_timer(uv_timer_t *timer);

static void mhd_run(struct http *http)
{
	MHD_UNSIGNED_LONG_LONG wait_ms;
	http->resumed = false;
	MHD_run(http->mhd);
	if (http->resumed)
		uv_timer_start(&http->timer, on_timer, 0, 0);
	else if (MHD_get_timeout(http->mhd, &wait_ms) == MHD_YES)
		uv_timer_start(&http->timer, on_timer, wait_ms, 0);
	else
		uv_timer_stop(&http->timer);
}

static void on_timer(uv_timer_t *timer)
{
	mhd_run(timer->data);
}

static void on_events(uv_poll_t *poll, int status, int events)
{
	(void)status;
	(void)events;
	mhd_run(poll->data);
}

/* ---- what a request says ---- */

const char *http_method(const struct http_request *request)
{
	return strcmp(request->method, MHD_HTTP_METHOD_HEAD) == 0 ? MHD_HTTP_METHOD_GET
								  : request->method;
}

const char *http_path(const struct http_request *request)
{
	return request->path;
}

static const char *value_of(
	const struct http_request *request, enum MHD_ValueKind kind, const char *name)
{
	const char *value = NULL;
	if (MHD_lookup_connection_value_n(
		    request->connection->mhd, kind, name, strlen(name), &value, NULL) != MHD_YES)
		return NULL;
	return value ? value : "";
}

struct each {
	http_parameter_fn *on_parameter;
	void *arg;
};

static enum MHD_Result on_value(
	void *arg, enum MHD_ValueKind kind, const char *name, const char *value)
{
	(void)kind;
	struct each *each = arg;
	each->on_parameter(each->arg, name, value);
	return MHD_YES;
}

void http_each_parameter(
	const struct http_request *request, http_parameter_fn *on_parameter, void *arg)
{
	struct each each = {on_parameter, arg};
	MHD_get_connection_values(request->connection->mhd, MHD_GET_ARGUMENT_KIND, on_value, &each);
}

const char *http_header(const struct http_request *request, const char *name)
{
	return value_of(request, MHD_HEADER_KIND, name);
}

const char *http_body(const struct http_request *request, size_t *len)
{
	*len = request->body.len;
	return request->body.data ? request->body.data : "";
}

void *http_tag(const struct http_request *request)
{
	return request->tag;
}

void http_set_tag(struct http_request *request, void *tag)
{
	request->tag = tag;
}

/* ---- answering ---- */

static void header_add(struct MHD_Response *answer, const char *name, const char *value)
{
	must(MHD_add_response_header(answer, name, value) == MHD_YES);
}

static void header_lines_add(struct MHD_Response *answer, const char *lines)
{
	auto_free char *copy = strdup(lines);
	must(copy);
	char *rest = NULL;
	for (char *line = strtok_r(copy, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		char *colon = strchr(line, ':');
		must(colon);
		*colon = '\0';
		header_add(answer, line, colon + 1 + strspn(colon + 1, " "));
	}
}

static void answer_set(struct http_request *request, unsigned status, const char *content_type,
	const char *headers, const void *body, size_t len)
{
	struct MHD_Response *answer = MHD_create_response_from_buffer(
		len, (void *)(uintptr_t)body, MHD_RESPMEM_MUST_COPY);
	must(answer && !request->answered);
	if (content_type)
		header_add(answer, MHD_HTTP_HEADER_CONTENT_TYPE, content_type);
	if (headers)
		header_lines_add(answer, headers);
	request->answer = answer;
	request->status = status;
	request->answered = true;
	request->http->unsent++;
	request->http->stats.bytes_out += len;
}

static enum MHD_Result answer_queue(struct http_request *request)
{
	enum MHD_Result queued =
		MHD_queue_response(request->connection->mhd, request->status, request->answer);
	MHD_destroy_response(request->answer);
	request->answer = NULL;
	return queued;
}

void http_respond(struct http_request *request, unsigned status, const char *content_type,
	const char *headers, const void *body, size_t len)
{
	answer_set(request, status, content_type, headers, body, len);
	struct http_connection *connection = request->connection;
	if (connection->suspended) {
		connection->suspended = false;
		MHD_resume_connection(
			connection->mhd); /* asks for the answer again when it runs, … */
		request->http->resumed = true;
		uv_timer_start(
			&request->http->timer, on_timer, 0, 0); /* … which it does not by itself */
	}
}

static void refuse(struct http_request *request, unsigned status)
{
	struct http *http = request->http;
	auto_buf struct buf body = {0};
	const char *type = http->options.on_error(http->options.arg, status, &body);
	http->stats.refused++;
	request->refused = true;
	answer_set(request, status, type,
		status == MHD_HTTP_UNAUTHORIZED ? "WWW-Authenticate: Bearer\n" : NULL, body.data,
		body.len);
}

/* ---- taking ---- */

struct framing {
	unsigned hosts, lengths, codings;
	bool chunked;
	uint64_t length;
};

static enum MHD_Result on_header(
	void *arg, enum MHD_ValueKind kind, const char *name, const char *value)
{
	(void)kind;
	struct framing *framing = arg;
	if (strcasecmp(name, MHD_HTTP_HEADER_HOST) == 0) {
		framing->hosts++;
	} else if (strcasecmp(name, MHD_HTTP_HEADER_CONTENT_LENGTH) == 0) {
		framing->lengths++;
		framing->length = strtoull(value, NULL, 10);
	} else if (strcasecmp(name, MHD_HTTP_HEADER_TRANSFER_ENCODING) == 0) {
		framing->codings++;
		framing->chunked = strcasecmp(value, "chunked") == 0;
	}
	return MHD_YES;
}

/* What libmicrohttpd lets pass and two servers in a row may read differently (RFC 9112, 6.3
 * and 7.2). */
static bool framing_is_sound(const struct framing *framing)
{
	return framing->hosts <= 1 && framing->lengths <= 1 && framing->codings <= 1 &&
	       !(framing->lengths && framing->codings) && (!framing->codings || framing->chunked);
}

/* The first status that there is at the headers, or 0. */
static unsigned status_at_headers(struct http_request *request, const struct framing *framing)
{
	const struct http_options *options = &request->http->options;
	if (!framing_is_sound(framing))
		return MHD_HTTP_BAD_REQUEST;
	int err = options->on_headers ? options->on_headers(options->arg, request) : 0;
	if (request->answered)
		return 0;
	if ((!err || err_http(err) == MHD_HTTP_UNSUPPORTED_MEDIA_TYPE) &&
		framing->length > options->max_body_bytes)
		return MHD_HTTP_CONTENT_TOO_LARGE;
	return err ? err_http(err) : 0;
}

/*
 * An answer here closes the connection, for the body stays unread. Without a body it can wait for
 * the end of the request, which is here, and the connection stays.
 */
static enum MHD_Result headers_take(struct http_request *request)
{
	struct framing framing = {0};
	struct http_connection *connection = request->connection;
	MHD_get_connection_values(connection->mhd, MHD_HEADER_KIND, on_header, &framing);
	unsigned status = status_at_headers(request, &framing);
	if (status)
		refuse(request, status);
	bool has_body = framing.length > 0 || framing.codings > 0;
	if (!request->answered || (!has_body && framing_is_sound(&framing)))
		return MHD_YES;
	http_connection_answering(connection);
	http_linger(request->http, connection->fd);
	return answer_queue(request);
}

static void body_take(struct http_request *request, const char *bytes, size_t len)
{
	request->http->stats.bytes_in += len;
	if (request->body.len + len > request->http->options.max_body_bytes)
		request->too_large = true; /* libmicrohttpd answers only when all of it has come */
	if (!request->too_large)
		buf_add(&request->body, bytes, len);
}

static enum MHD_Result request_take(struct http_request *request)
{
	struct http_connection *connection = request->connection;
	struct http *http = request->http;
	if (connection->phase == HTTP_READING)
		http_connection_answering(connection);
	if (!request->answered && request->too_large) {
		refuse(request, MHD_HTTP_CONTENT_TOO_LARGE);
	} else if (!request->answered && !request->asked) {
		request->asked = true;
		http->options.on_request(http->options.arg, request);
	}
	if (request->answered)
		return answer_queue(request);
	connection->suspended = true;
	MHD_suspend_connection(connection->mhd);
	return MHD_YES;
}

static struct http_request *request_new(struct http *http, struct MHD_Connection *mhd)
{
	struct http_request *request = calloc(1, sizeof *request);
	must(request);
	request->http = http;
	request->connection =
		MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
	request->connection->request = request;
	if (request->connection->phase == HTTP_IDLE) {
		request->connection->phase = HTTP_READING;
		request->connection->since_us = clock_mono_us();
	}
	http->stats.requests++;
	return request;
}

static enum MHD_Result on_access(void *arg, struct MHD_Connection *mhd, const char *url,
	const char *method, const char *version, const char *bytes, size_t *len, void **slot)
{
	(void)version;
	struct http *http = arg;
	struct http_request *request = *slot;
	if (!request) {
		if (http->closing)
			return MHD_NO;
		*slot = request = request_new(http, mhd);
		request->path = url;
		request->method = method;
		return headers_take(request);
	}
	if (*len) {
		body_take(request, bytes, *len);
		*len = 0;
		return MHD_YES;
	}
	if (http->closing && !request->answered)
		return MHD_NO;
	return request_take(request);
}

static void on_completed(
	void *arg, struct MHD_Connection *mhd, void **slot, enum MHD_RequestTerminationCode how)
{
	(void)mhd;
	(void)how;
	struct http *http = arg;
	struct http_request *request = *slot;
	if (!request)
		return;
	*slot = NULL;
	if (request->tag && (!request->answered || request->refused) && http->options.on_gone)
		http->options.on_gone(http->options.arg, request->tag);
	if (request->answer)
		MHD_destroy_response(request->answer);
	http->unsent -= request->answered;
	request->connection->request = NULL;
	if (request->connection->phase == HTTP_ANSWERING)
		request->connection->phase = HTTP_IDLE;
	buf_done(&request->body);
	free(request);
}

static void on_connection(void *arg, struct MHD_Connection *mhd, void **slot,
	enum MHD_ConnectionNotificationCode code)
{
	if (code == MHD_CONNECTION_NOTIFY_STARTED)
		*slot = http_connection_new(arg, mhd);
	else
		http_connection_free(*slot);
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* As libmicrohttpd's own, but a NUL stays escaped: it would end the text for whoever reads it. */
static size_t on_unescape(void *arg, struct MHD_Connection *mhd, char *text)
{
	(void)arg;
	(void)mhd;
	char *out = text;
	for (const char *at = text; *at;) {
		int high = at[0] == '%' ? hex(at[1]) : -1;
		int low = high >= 0 ? hex(at[2]) : -1;
		if (low >= 0 && (high || low)) {
			*out++ = (char)(high * 16 + low);
			at += 3;
		} else {
			*out++ = *at++;
		}
	}
	*out = '\0';
	return (size_t)(out - text);
}

/* ---- life ---- */

static struct MHD_Daemon *mhd_start(struct http *http, int fd)
{
	return MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, on_access,
		http, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT,
		http->options.max_connections, MHD_OPTION_CONNECTION_TIMEOUT,
		(unsigned)KEEP_ALIVE_SECONDS, MHD_OPTION_STRICT_FOR_CLIENT, 1,
		MHD_OPTION_NOTIFY_COMPLETED, on_completed, http, MHD_OPTION_NOTIFY_CONNECTION,
		on_connection, http, MHD_OPTION_UNESCAPE_CALLBACK, on_unescape, http,
		MHD_OPTION_END);
}

static void on_handle_closed(uv_handle_t *handle)
{
	struct http *http = handle->data;
	if (--http->handles == 0)
		free(http);
}

static struct http *http_new(struct loop *loop, const struct http_options *options)
{
	struct http *http = calloc(1, sizeof *http);
	must(http);
	*http = (struct http){.loop = loop, .options = *options, .handles = 2};
	http->options.listen = NULL; /* the caller's */
	return http;
}

int http_open(
	struct http **out, struct loop *loop, const struct http_options *options, struct why *why)
{
	must(options->on_request && options->on_error && options->max_connections > 0);
	struct http *http = http_new(loop, options);
	int fd = -1;
	int err = http_listen(options->listen, &fd, &http->port, why);
	if (!err) {
		http->mhd = mhd_start(http, fd);
		if (!http->mhd) {
			close(fd);
			err = why_set(why, ERR_INTERNAL, "the HTTP server on %s does not start",
				options->listen);
		}
	}
	if (err) {
		free(http);
		return err;
	}
	int epoll = MHD_get_daemon_info(http->mhd, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
	must(uv_poll_init(loop_uv(loop), &http->poll, epoll) == 0);
	uv_timer_init(loop_uv(loop), &http->timer);
	http->poll.data = http->timer.data = http;
	must(uv_poll_start(&http->poll, UV_READABLE, on_events) == 0);
	*out = http;
	return 0;
}

/* libmicrohttpd stops the process when it is stopped with a connection suspended: those that wait
 * for an answer run on, into on_access, which sends them away. */
void http_close(struct http **http)
{
	struct http *old = *http;
	*http = NULL;
	if (!old)
		return;
	old->closing = true;
	for (int i = 0; i < FLUSH_TURNS && old->unsent; i++)
		MHD_run(old->mhd);
	for (struct http_connection *one = old->connections; one; one = one->next) {
		if (one->suspended)
			MHD_resume_connection(one->mhd);
		one->suspended = false;
	}
	uv_close((uv_handle_t *)&old->poll, on_handle_closed);
	uv_close((uv_handle_t *)&old->timer, on_handle_closed);
	MHD_stop_daemon(old->mhd);
	http_watch_done(old);
}

unsigned http_port(const struct http *http)
{
	return http->port;
}

void http_stats(const struct http *http, struct http_stats *stats)
{
	*stats = http->stats;
}
