#include "lib/clean.h"
#include "lib/clock.h"
#include "lib/http_own.h"
#include "lib/tcp_bytes.h"

#include <errno.h>
#include <sys/socket.h>

enum { LINGERS_MAX = 64, LINGER_US = 2000000, SWEEP_PARTS = 8, SWEEP_MAX_MS = 500 };

/* A socket of ours behind the one that libmicrohttpd closes. */
struct http_linger {
	uv_poll_t poll; /* first */
	struct http_linger *next;
	uint64_t end_us;
	int fd;
};

/* ---- lingering ---- */

static void on_linger_closed(uv_handle_t *handle)
{
	struct http_linger *linger = (struct http_linger *)handle;
	close(linger->fd);
	free(linger);
}

static void linger_end(struct http_linger **link)
{
	struct http_linger *linger = *link;
	*link = linger->next;
	uv_close((uv_handle_t *)&linger->poll, on_linger_closed);
}

static void on_linger(uv_poll_t *handle, int status, int events)
{
	(void)events;
	struct http_linger *linger = (struct http_linger *)handle;
	static char unread[64 * 1024];
	ssize_t len = status < 0 ? 0 : recv(linger->fd, unread, sizeof unread, MSG_DONTWAIT);
	if (len == 0 || (len < 0 && errno != EAGAIN && errno != EINTR)) {
		linger->end_us = 0; /* the sweep takes it */
		uv_poll_stop(handle);
	}
}

static void sweep_start(struct http *http);

void http_linger(struct http *http, int fd)
{
	unsigned count = 0;
	for (const struct http_linger *linger = http->lingers; linger; linger = linger->next)
		count++;
	int copy = count < LINGERS_MAX ? dup(fd) : -1;
	if (copy < 0)
		return; /* then the answer may be lost to a client that still sends */
	struct http_linger *linger = calloc(1, sizeof *linger);
	must(linger);
	linger->fd = copy;
	linger->end_us = clock_mono_us() + LINGER_US;
	must(uv_poll_init(loop_uv(http->loop), &linger->poll, copy) == 0);
	must(uv_poll_start(&linger->poll, UV_READABLE, on_linger) == 0);
	linger->next = http->lingers;
	http->lingers = linger;
	sweep_start(http);
}

/* ---- the sweep ---- */

/* libmicrohttpd does not tell when a request begins; the kernel can. */
static void connection_sweep(struct http_connection *connection, uint64_t now_us)
{
	struct http *http = connection->http;
	if (connection->phase == HTTP_IDLE &&
		tcp_bytes_received(connection->fd) > connection->bytes_then) {
		connection->phase = HTTP_READING;
		connection->since_us = now_us;
	}
	if (connection->phase != HTTP_READING ||
		now_us - connection->since_us < http->options.request_timeout_ms * UINT64_C(1000))
		return;
	connection->phase = HTTP_SHUT;
	http->stats.timeouts++;
	shutdown(connection->fd, SHUT_RDWR); /* libmicrohttpd sees the end and closes it */
}

static void on_sweep(void *arg)
{
	struct http *http = arg;
	uint64_t now_us = clock_mono_us();
	struct http_connection *next;
	for (struct http_connection *one = http->connections; one; one = next) {
		next = one->next;
		connection_sweep(one, now_us);
	}
	for (struct http_linger **link = &http->lingers; *link;) {
		if ((*link)->end_us <= now_us)
			linger_end(link);
		else
			link = &(*link)->next;
	}
	if (!http->connections && !http->lingers)
		loop_timer_free(&http->sweep);
}

static void sweep_start(struct http *http)
{
	uint64_t interval_ms = http->options.request_timeout_ms / SWEEP_PARTS + 1;
	if (!http->sweep)
		http->sweep = loop_every(http->loop,
			interval_ms < SWEEP_MAX_MS ? interval_ms : SWEEP_MAX_MS, on_sweep, http);
}

/* ---- connections ---- */

struct http_connection *http_connection_new(struct http *http, struct MHD_Connection *mhd)
{
	struct http_connection *connection = calloc(1, sizeof *connection);
	must(connection);
	*connection = (struct http_connection){.http = http,
		.mhd = mhd,
		.fd = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd,
		.next = http->connections,
		.link = &http->connections};
	if (connection->next)
		connection->next->link = &connection->next;
	http->connections = connection;
	http->stats.connections++;
	sweep_start(http);
	return connection;
}

void http_connection_free(struct http_connection *connection)
{
	*connection->link = connection->next;
	if (connection->next)
		connection->next->link = connection->link;
	free(connection);
}

/* Bytes that come from here on are of the next request. */
void http_connection_answering(struct http_connection *connection)
{
	connection->phase = HTTP_ANSWERING;
	connection->bytes_then = tcp_bytes_received(connection->fd);
}

void http_watch_done(struct http *http)
{
	loop_timer_free(&http->sweep);
	while (http->lingers)
		linger_end(&http->lingers);
}
