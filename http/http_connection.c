#include "http/http_own.h"
#include "lib/clock.h"

#include <errno.h>
#include <sys/socket.h>

enum { IDLE_MS = 75000 /* longer than nginx keeps its side */, LINGER_MS = 2000 };
enum { TLS_RECORD = 16 * 1024 };
enum { SWEEP_PARTS = 8, SWEEP_MAX_MS = 250 };
enum { PATIENCE_US = 250000, SILENT_PATIENCE_US = 50000 }; /* with whom is in the way */

/* ---- bytes, plain or over TLS ---- */

static ssize_t bytes_send(struct http_connection *connection, const void *bytes, size_t len)
{
	return connection->tls ? tls_send(connection->tls, bytes, len)
			       : send(connection->fd, bytes, len, MSG_NOSIGNAL);
}

/* TLS gives a record at a time, whole. What still comes while it lingers is nothing to anybody. */
static ssize_t bytes_receive(struct http_connection *connection, char *bytes, size_t room)
{
	if (!connection->tls || connection->phase == HTTP_LINGERING)
		return recv(connection->fd, bytes, room, 0);
	size_t len = 0;
	while (room - len >= TLS_RECORD) {
		ssize_t got = tls_recv(connection->tls, bytes + len, room - len);
		if (got <= 0)
			return len ? (ssize_t)len : got;
		len += (size_t)got;
	}
	return (ssize_t)len;
}

/* ---- out ---- */

void http_phase_set(struct http_connection *connection, enum http_phase phase)
{
	connection->phase = phase;
	connection->since_us = clock_mono_us();
}

static void all_sent(struct http_connection *connection)
{
	buf_done(&connection->out);
	connection->sent = 0;
	if (connection->phase == HTTP_STREAMING)
		return;
	if (!connection->closes) {
		http_phase_set(connection, HTTP_IDLE);
	} else {
		if (connection->tls)
			tls_bye(connection->tls);
		shutdown(connection->fd, SHUT_WR);
		http_phase_set(connection, HTTP_LINGERING);
	}
}

size_t http_unsent(const struct http_connection *connection)
{
	return connection->out.len - connection->sent;
}

void http_flush(struct http_connection *connection)
{
	struct buf *out = &connection->out;
	while (http_unsent(connection) && !connection->broken) {
		ssize_t len = bytes_send(
			connection, out->data + connection->sent, http_unsent(connection));
		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0 && errno == EAGAIN)
			return;
		if (len < 0)
			connection->broken = true;
		else
			connection->sent += (size_t)len;
		connection->since_us = clock_mono_us();
	}
	if (!connection->broken)
		all_sent(connection);
}

static void go_on_send(struct http_connection *connection)
{
	static const char go_on[] =
		"HTTP/1.1 100 Continue\r\n\r\n"; /* nothing else is on its way */
	if (bytes_send(connection, go_on, sizeof go_on - 1) != sizeof go_on - 1)
		connection->broken = true;
}

void http_respond(struct http_request *request, unsigned status, const char *content_type,
	const char *headers, const void *body, size_t len)
{
	struct http_connection *connection = http_request_connection(request);
	struct http_answer answer = {
		.status = status,
		.type = content_type,
		.headers = headers,
		.body = body,
		.len = len,
		.closes = connection->closes,
		.head_only = http_request_is_head(request),
	};
	http_answer_print(&answer, &connection->out);
	connection->http->stats.bytes_out += len;
	http_request_free(request);
	http_phase_set(connection, HTTP_WRITING);
	http_flush(connection);
	http_settle(connection);
}

static void refuse(struct http_connection *connection, int err, const char *detail)
{
	struct http *http = connection->http;
	const struct http_options *options = &http->options;
	auto_buf struct buf body = {0};
	const char *headers = NULL;
	const char *type = options->on_refused(
		options->arg, connection->request, err, detail, &body, &headers);
	http->stats.refused++;
	http_respond(connection->request, err_http(err), type, headers, body.data, body.len);
}

/* ---- in ---- */

static void request_take(struct http_connection *connection, const char **at, const char *end)
{
	const struct http_options *options = &connection->http->options;
	const char *detail;
	int step = http_request_take(connection->request, at, end, &detail);
	if (step < 0) {
		refuse(connection, step, detail);
	} else if (step == HTTP_WHOLE) {
		connection->phase = HTTP_ANSWERING;
		options->on_request(options->arg, connection->request);
	} else if (step == HTTP_AWAITED) {
		go_on_send(connection);
	}
}

/* One request a turn, so that many in a row keep nobody else waiting; the rest is for the next. */
static void bytes_take(struct http_connection *connection, const char *bytes, size_t len)
{
	const char *at = bytes, *end = bytes + len;
	if (!connection->request) {
		http_request_new(connection);
		http_phase_set(connection, HTTP_READING);
	}
	while (at < end && connection->phase == HTTP_READING)
		request_take(connection, &at, end);
	if (at < end && !connection->closes)
		buf_add(&connection->rest, at, (size_t)(end - at));
}

static void rest_take(struct http_connection *connection)
{
	auto_buf struct buf rest = connection->rest;
	connection->rest = (struct buf){0};
	bytes_take(connection, rest.data, rest.len);
}

static void receive(struct http_connection *connection)
{
	struct http *http = connection->http;
	ssize_t len = bytes_receive(connection, http->bytes, sizeof http->bytes);
	if (len == 0 || (len < 0 && errno != EAGAIN && errno != EINTR))
		connection->broken = true;
	else if (len > 0 && connection->phase != HTTP_LINGERING)
		bytes_take(connection, http->bytes, (size_t)len);
}

static void greet(struct http_connection *connection)
{
	connection->awaits = tls_greet(connection->tls);
	if (connection->awaits == TLS_BROKEN) {
		connection->http->stats.broken_off++;
		connection->broken = true;
	} else if (connection->awaits == TLS_GREETED) {
		http_phase_set(connection, HTTP_IDLE);
		receive(connection); /* what came with it shows in no poll */
	}
}

/* ---- streams ---- */

/* Is it for us to say something? Who is asked for pieces is asked as soon as the client takes one. */
static bool stream_is_at_us(const struct http_connection *connection)
{
	return http_stream_is_pushed(connection->stream) && !http_unsent(connection);
}

static void stream_go_on(struct http_connection *connection)
{
	struct http_stream *stream = connection->stream;
	if (http_unsent(connection) || http_stream_is_pushed(stream))
		http_flush(connection);
	else
		stream->on_taken(stream);
}

void http_stream_free(struct http_connection *connection)
{
	struct http_stream *stream = connection->stream;
	const struct http_source source = stream->source;
	connection->http->stats.streams -= http_stream_is_pushed(stream);
	connection->stream = NULL;
	free(stream);
	source.close(source.ctx);
}

void http_stream_drop(struct http_connection *connection)
{
	const struct linger at_once = {.l_onoff = 1};
	setsockopt(connection->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
	connection->http->stats.dropped++;
	connection->broken = true;
}

/* ---- turns ---- */

static bool reads(const struct http_connection *connection)
{
	return connection->phase == HTTP_IDLE || connection->phase == HTTP_READING ||
	       connection->phase == HTTP_LINGERING;
}

static void poll_stop(struct http_connection *connection)
{
	uv_poll_stop(&connection->poll);
	connection->events = 0;
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
	struct http_connection *connection = (struct http_connection *)poll;
	connection->running = true;
	if (status < 0) {
		connection->broken = true; /* libuv has stopped polling it */
		connection->events = 0;
	} else if (connection->phase == HTTP_GREETING) {
		greet(connection);
	} else if (connection->phase == HTTP_STREAMING && (events & UV_DISCONNECT)) {
		connection->broken = true;
	} else if (connection->phase == HTTP_STREAMING) {
		stream_go_on(connection);
	} else if (connection->phase == HTTP_WRITING) {
		http_flush(connection);
	} else if (connection->phase == HTTP_IDLE && connection->rest.len) {
		rest_take(connection);
	} else if (reads(connection)) {
		receive(connection);
	} else {
		poll_stop(connection); /* more, while this is answered: it waits */
	}
	connection->running = false;
	http_settle(connection);
}

/* Who is pushed to is watched for its end, for between two pieces nothing else would show it. */
static int events_of(const struct http_connection *connection)
{
	if (connection->phase == HTTP_STREAMING) {
		bool pushed = http_stream_is_pushed(connection->stream);
		bool writes = !pushed || http_unsent(connection);
		return (pushed ? UV_DISCONNECT : 0) | (writes ? UV_WRITABLE : 0);
	}
	if (connection->phase == HTTP_GREETING)
		return connection->awaits == TLS_WRITES ? UV_WRITABLE : UV_READABLE;
	bool writes = connection->phase == HTTP_WRITING ||
		      (connection->phase == HTTP_IDLE && connection->rest.len);
	return writes ? UV_WRITABLE : UV_READABLE;
}

/* While a request is being answered it is still polled for reading: most clients send nothing then, and it
 * saves two calls. */
void http_settle(struct http_connection *connection)
{
	if (connection->running)
		return;
	if (connection->phase == HTTP_ANSWERING) {
		if (connection->events == UV_WRITABLE)
			poll_stop(connection);
		return;
	}
	if (connection->broken) {
		http_connection_free(connection);
		return;
	}
	int events = events_of(connection);
	if (events != connection->events)
		must(uv_poll_start(&connection->poll, events, on_poll) == 0);
	connection->events = events;
}

static void on_sweep(void *arg);

static void sweep_start(struct http *http)
{
	uint64_t interval_ms = http->options.request_timeout_ms / SWEEP_PARTS + 1;
	if (!http->sweep)
		http->sweep = loop_every(http->loop,
			interval_ms < SWEEP_MAX_MS ? interval_ms : SWEEP_MAX_MS, on_sweep, http);
}

void http_connection_new(struct http *http, int fd, const union http_address *from, bool tls)
{
	struct http_connection *connection = calloc(1, sizeof *connection);
	must(connection);
	*connection = (struct http_connection){
		.http = http,
		.fd = fd,
		.from = *from,
		.awaits = TLS_READS,
		.next = http->connections,
		.link = &http->connections,
	};
	if (tls)
		connection->tls = tls_session_new(http->tls, fd);
	http_phase_set(connection, tls ? HTTP_GREETING : HTTP_IDLE);
	must(uv_poll_init(loop_uv(http->loop), &connection->poll, fd) == 0);
	if (connection->next)
		connection->next->link = &connection->next;
	http->connections = connection;
	http->stats.connections++;
	http->stats.open++;
	http_settle(connection);
	sweep_start(http);
}

static void on_closed(uv_handle_t *handle)
{
	free(handle);
}

void http_connection_free(struct http_connection *connection)
{
	struct http *http = connection->http;
	*connection->link = connection->next;
	if (connection->next)
		connection->next->link = connection->link;
	if (connection->request)
		http_request_free(connection->request);
	if (connection->stream)
		http_stream_free(connection);
	buf_done(&connection->rest);
	buf_done(&connection->out);
	tls_session_free(&connection->tls);
	uv_close((uv_handle_t *)&connection->poll, on_closed);
	close(connection->fd);
	http->stats.open--;
	http->on_room(http);
}

/* ---- who takes too long ---- */

static unsigned limit_ms(const struct http_connection *connection)
{
	unsigned timeout_ms = connection->http->options.request_timeout_ms;
	switch (connection->phase) {
	case HTTP_IDLE:
		return IDLE_MS;
	case HTTP_LINGERING:
		return LINGER_MS;
	case HTTP_ANSWERING:
		return 0;
	case HTTP_STREAMING:
		return stream_is_at_us(connection) ? 0 : timeout_ms;
	default:
		return timeout_ms;
	}
}

static void on_sweep(void *arg)
{
	struct http *http = arg;
	uint64_t now_us = clock_mono_us();
	struct http_connection *next;
	for (struct http_connection *one = http->connections; one; one = next) {
		next = one->next;
		unsigned limit = limit_ms(one);
		if (!limit || now_us - one->since_us < limit * UINT64_C(1000))
			continue;
		http->stats.timeouts += one->phase == HTTP_GREETING || one->phase == HTTP_READING ||
					one->phase == HTTP_WRITING;
		if (one->phase == HTTP_STREAMING)
			http_stream_drop(one);
		http_connection_free(one);
	}
	if (!http->connections)
		loop_timer_free(&http->sweep);
}

/* Is it ours to say something? */
static bool is_at_us(const struct http_connection *connection)
{
	return connection->phase == HTTP_ANSWERING ||
	       (connection->phase == HTTP_STREAMING && stream_is_at_us(connection));
}

/* How far it is over what is borne when others wait; who means to say something does so at once. */
static int64_t overdue_us(const struct http_connection *connection, uint64_t now_us)
{
	bool silent = connection->phase == HTTP_IDLE && !connection->rest.len;
	return (int64_t)(now_us - connection->since_us) -
	       (silent ? SILENT_PATIENCE_US : PATIENCE_US);
}

bool http_connection_evict(struct http *http)
{
	uint64_t now_us = clock_mono_us();
	struct http_connection *found = NULL;
	int64_t most_us = 0;
	for (struct http_connection *one = http->connections; one; one = one->next) {
		int64_t over_us = overdue_us(one, now_us);
		if (!is_at_us(one) && over_us >= most_us) {
			found = one;
			most_us = over_us;
		}
	}
	if (!found)
		return false;
	http->stats.turned_away++;
	http_connection_free(found);
	return true;
}
