#include "http/http_own.h"
#include "lib/clock.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

/* As a chunk has it; leading zeros are part of the number. */
enum { SIZE_LEN = sizeof "00000000\r\n" - 1, SIZE_DIGITS = 8 };

/* ---- a piece ---- */

/* What was sent of what is still there goes first, so that no more is kept than is unread. */
static size_t piece_begin(struct http_stream *stream)
{
	struct http_connection *connection = stream->connection;
	struct buf *out = &connection->out;
	if (!out->len)
		connection->since_us = clock_mono_us(); /* nothing waited for the client before */
	out->len = http_unsent(connection);
	if (connection->sent && out->len)
		memmove(out->data, out->data + connection->sent, out->len);
	connection->sent = 0;
	size_t at = out->len;
	if (stream->chunked)
		buf_add(out, "00000000\r\n", SIZE_LEN);
	return at;
}

/* A chunk of nothing would be the end. */
static void piece_end(struct http_stream *stream, size_t at)
{
	struct http_connection *connection = stream->connection;
	struct buf *out = &connection->out;
	size_t len = out->len - at - (stream->chunked ? SIZE_LEN : 0);
	connection->http->stats.bytes_out += len;
	if (!stream->chunked)
		return;
	if (!len) {
		out->len = at;
		return;
	}
	char size[SIZE_DIGITS + 1];
	must(len <= UINT32_MAX);
	snprintf(size, sizeof size, "%08zx", len);
	memcpy(out->data + at, size, SIZE_DIGITS);
	buf_text(out, "\r\n");
}

/* ---- its end ---- */

static void finish(struct http_stream *stream)
{
	struct http_connection *connection = stream->connection;
	if (stream->chunked)
		buf_text(&connection->out, "0\r\n\r\n");
	http_stream_free(connection);
	http_phase_set(connection, HTTP_WRITING);
	http_flush(connection);
}

void http_stream_end(struct http_stream *stream)
{
	struct http_connection *connection = stream->connection;
	finish(stream);
	http_settle(connection);
}

/* ---- pieces ---- */

static void on_taken(struct http_stream *stream)
{
	struct http_connection *connection = stream->connection;
	size_t at = piece_begin(stream);
	bool more = stream->source.more(stream->source.ctx, &connection->out);
	piece_end(stream, at);
	if (more)
		http_flush(connection);
	else
		finish(stream);
}

void http_stream_push(struct http_stream *stream, const void *bytes, size_t len)
{
	struct http_connection *connection = stream->connection;
	size_t at = piece_begin(stream);
	buf_add(&connection->out, bytes, len);
	piece_end(stream, at);
	http_flush(connection);
	if (!connection->broken &&
		http_unsent(connection) > connection->http->options.max_unread_bytes)
		http_stream_drop(connection);
	http_settle(connection);
}

/* ---- its beginning ---- */

bool http_stream_has_room(const struct http *http)
{
	return http->stats.streams < http->options.max_streams;
}

static struct http_stream *stream_new(struct http_connection *connection,
	const struct http_source *source, enum http_framing framing)
{
	struct http_stream *stream = calloc(1, sizeof *stream);
	must(stream);
	*stream = (struct http_stream){connection, *source, on_taken, framing == HTTP_CHUNKED};
	connection->stream = stream;
	connection->http->stats.streams += http_stream_is_pushed(stream);
	return stream;
}

/* The kernel, too, keeps no more for who is pushed to. */
static void kernel_bound(const struct http_connection *connection)
{
	int bytes = (int)connection->http->options.max_unread_bytes;
	setsockopt(connection->fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
}

struct http_stream *http_stream_start(struct http_request *request, const char *content_type,
	const char *headers, const struct http_source *source)
{
	struct http_connection *connection = http_request_connection(request);
	const struct http_answer answer = {
		.status = 200,
		.type = content_type,
		.headers = headers,
		.framing = http_request_is_1_0(request) ? HTTP_TO_THE_END : HTTP_CHUNKED,
		.closes = connection->closes,
		.head_only = true, /* the body follows */
	};
	struct http_stream *stream = NULL;
	http_answer_print(&answer, &connection->out);
	if (http_request_is_head(request))
		source->close(source->ctx);
	else
		stream = stream_new(connection, source, answer.framing);
	http_request_free(request);
	http_phase_set(connection, stream ? HTTP_STREAMING : HTTP_WRITING);
	if (stream && http_stream_is_pushed(stream))
		kernel_bound(connection);
	http_flush(connection);
	bool is_gone = connection->broken && !connection->running;
	http_settle(connection);
	return is_gone ? NULL : stream;
}
