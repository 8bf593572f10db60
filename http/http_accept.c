#include "http/http_own.h"
#include "lib/accept.h"
#include "lib/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>

enum {
	LOOK_MS = 1000, /* begins one second, is judged the next */
	LOOK_TICKS = 2,
	ACCEPTS_A_TURN = 32,
	RESERVE = 16, /* descriptors for the rest of the house */
	FULL_US = 500000,
	AGAIN_MS = 10 /* whom nobody had to wait for yet may be in the way now */
};

static void on_socket(uv_poll_t *poll, int status, int events);

/* ---- the socket ---- */

static void on_socket_closed(uv_handle_t *handle)
{
	free(handle);
}

static void socket_close(struct http_listener *listener)
{
	struct http_socket *old = listener->socket;
	listener->socket = NULL;
	if (!old)
		return;
	uv_close((uv_handle_t *)&old->poll, on_socket_closed);
	close(old->fd);
}

static int socket_open(struct http_listener *listener)
{
	int fd = http_listen(&listener->address);
	if (fd < 0)
		return -1;
	struct http_socket *socket = calloc(1, sizeof *socket);
	must(socket);
	socket->fd = fd;
	socket->poll.data = listener;
	must(uv_poll_init(loop_uv(listener->http->loop), &socket->poll, fd) == 0);
	must(uv_poll_start(&socket->poll, UV_READABLE, on_socket) == 0);
	listener->socket = socket;
	return 0;
}

static void on_room(struct http *http)
{
	loop_timer_free(&http->again);
	for (size_t i = 0; i < http->listener_count; i++) {
		struct http_socket *socket = http->listeners[i].socket;
		if (!socket || !socket->paused)
			continue;
		socket->paused = false;
		must(uv_poll_start(&socket->poll, UV_READABLE, on_socket) == 0);
	}
}

static void on_again(void *arg)
{
	on_room(arg);
}

/* Until a connection goes, or a moment has passed. */
static void socket_pause(struct http_listener *listener)
{
	struct http *http = listener->http;
	uv_poll_stop(&listener->socket->poll);
	listener->socket->paused = true;
	if (!http->again)
		http->again = loop_every(http->loop, AGAIN_MS, on_again, http);
}

/* ---- letting in ---- */

static bool descriptors_are_scarce(const struct http_listener *listener)
{
	int next = fcntl(listener->socket->fd, F_DUPFD_CLOEXEC, 0);
	if (next < 0)
		return true;
	close(next);
	return descriptors_from(next) <= RESERVE;
}

/* -1: nobody is there (errno). *ours: it was only us, to see whether the door is open. */
static int accept_one(struct http_listener *listener, union http_address *from, bool *ours)
{
	socklen_t size = sizeof *from;
	struct http_look *look = &listener->look;
	*from = (union http_address){0};
	int fd = accept_next(listener->socket->fd, from, &size);
	if (fd < 0)
		return -1;
	listener->accepted++;
	*ours = look->fd >= 0 && memcmp(from, &look->from, sizeof *from) == 0;
	if (*ours) {
		look->seen = true;
		close(fd);
	}
	return fd;
}

/* The whole answer for somebody who is not let in. */
static void busy_print(struct http *http, struct buf *out)
{
	const struct http_options *options = &http->options;
	auto_buf struct buf body = {0};
	struct http_answer answer = {.status = err_http(ERR_NO_ROOM), .closes = true};
	answer.type =
		options->on_refused(options->arg, NULL, ERR_NO_ROOM, "", &body, &answer.headers);
	answer.body = body.data;
	answer.len = body.len;
	http_answer_print(&answer, out);
	http->stats.turned_away++;
}

/* Says 503, with the descriptor that was kept for it; false: nobody is there, or that is gone too. The
 * answer fits what the kernel keeps for a new socket; what the client sent is read first, for a close with
 * bytes unread is a reset. Over TLS a word would take a handshake: it is closed. */
static bool turn_away(struct http_listener *listener)
{
	struct http *http = listener->http;
	union http_address from;
	bool ours;
	close(http->spare_fd);
	int fd = accept_one(listener, &from, &ours);
	if (fd >= 0 && !ours) {
		auto_buf struct buf out = {0};
		busy_print(http, &out);
		if (!listener->tls)
			send(fd, out.data, out.len, MSG_NOSIGNAL);
		shutdown(fd, SHUT_WR);
		recv(fd, http->bytes, sizeof http->bytes, 0);
		close(fd);
	}
	http->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	return fd >= 0;
}

/* There is no room, and somebody stands outside: whoever kept us waiting longest goes. If all have only
 * just come or are being answered it waits for a moment, and is told that it has to come back. */
static bool room_make(struct http_listener *listener)
{
	struct http_socket *socket = listener->socket;
	uint64_t now_us = clock_mono_us();
	if (http_connection_evict(listener->http)) {
		socket->full_since_us = 0;
		return true;
	}
	if (!socket->full_since_us)
		socket->full_since_us = now_us;
	if (now_us - socket->full_since_us < FULL_US || !turn_away(listener))
		socket_pause(listener);
	return false;
}

static bool is_full(const struct http_listener *listener)
{
	const struct http *http = listener->http;
	return http->stats.open >= http->options.max_connections ||
	       descriptors_are_scarce(listener);
}

/* Has its address as many as one may have? Ours may have all. */
static bool is_crowded(const struct http *http, const union http_address *from)
{
	unsigned count = 0;
	if (!http->options.max_per_address || http_address_is_ours(from))
		return false;
	for (struct http_connection *one = http->connections; one; one = one->next)
		count += http_address_same(&one->from, from);
	return count >= http->options.max_per_address;
}

/* After an error of accept: will another try help, now? */
static bool accept_failed(struct http_listener *listener)
{
	if (errno == EINTR || errno == ECONNABORTED)
		return true;
	if (accept_ran_short(errno))
		socket_pause(listener);
	else if (errno != EAGAIN)
		uv_poll_stop(&listener->socket->poll); /* the look finds it deaf */
	return false;
}

static void let_in(struct http_listener *listener, int fd, const union http_address *from)
{
	struct http *http = listener->http;
	if (is_crowded(http, from)) {
		http->stats.crowded++;
		close(fd);
		return;
	}
	http_connection_new(http, fd, from, listener->tls);
}

static void on_socket(uv_poll_t *poll, int status, int events)
{
	(void)status;
	(void)events;
	struct http_listener *listener = poll->data;
	bool full = is_full(listener);
	if (full && !room_make(listener))
		return;
	for (unsigned i = 0; i < ACCEPTS_A_TURN; i++) {
		union http_address from;
		bool ours = false;
		int fd = accept_one(listener, &from, &ours);
		if (fd < 0 && !accept_failed(listener))
			return;
		if (fd >= 0 && !ours)
			let_in(listener, fd, &from);
		if (full || is_full(listener))
			return;
		listener->socket->full_since_us = 0;
	}
}

/* ---- looking ---- */

static void look_end(struct http_listener *listener)
{
	if (listener->look.fd >= 0)
		close(listener->look.fd);
	listener->look.fd = -1;
}

static void deaf_heal(struct http_listener *listener)
{
	const struct http_options *options = &listener->http->options;
	look_end(listener);
	socket_close(listener);
	const char *why = socket_open(listener) == 0
				  ? "it did not accept, and was opened anew"
				  : "it did not accept, and cannot be opened anew yet";
	if (!listener->deaf)
		options->on_deaf(options->arg, why);
	listener->deaf = true;
}

static void hears_again(struct http_listener *listener)
{
	const struct http *http = listener->http;
	bool was_deaf = listener->deaf, is_deaf = false;
	listener->deaf = false;
	for (size_t i = 0; i < http->listener_count; i++)
		is_deaf |= http->listeners[i].deaf;
	if (was_deaf && !is_deaf)
		http->options.on_deaf(http->options.arg, NULL);
}

/* Where there is no descriptor or port for it, nothing is known, and nothing said. */
static void look_begin(struct http_listener *listener)
{
	const union http_address *address = &listener->address;
	struct http_look *look = &listener->look;
	socklen_t size = http_address_size(address);
	*look = (struct http_look){.accepted = listener->accepted};
	look->fd = socket(address->any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (look->fd < 0)
		return;
	if (connect(look->fd, &address->any, size) == 0 || errno == EINPROGRESS)
		getsockname(look->fd, &look->from.any, &size);
	else if (errno == ECONNREFUSED)
		deaf_heal(listener);
	else
		look_end(listener);
}

static void look_judge(struct http_listener *listener)
{
	struct http_look *look = &listener->look;
	if (look->seen) {
		look_end(listener);
		hears_again(listener);
		return;
	}
	if (look->accepted != listener->accepted) /* others stand before us */
		look->ticks = 0;
	look->accepted = listener->accepted;
	/* Between two ticks the loop has looked at its sockets, however late they came. */
	if (++look->ticks >= LOOK_TICKS)
		deaf_heal(listener);
}

static void on_look(void *arg)
{
	struct http *http = arg;
	for (size_t i = 0; i < http->listener_count; i++) {
		struct http_listener *listener = &http->listeners[i];
		if (!listener->socket && socket_open(listener) != 0)
			continue;
		if (listener->look.fd < 0)
			look_begin(listener);
		else
			look_judge(listener);
	}
}

/* ---- life ---- */

static int listener_add(struct http *http, const char *listen, bool tls, struct why *why)
{
	struct http_listener *listener = &http->listeners[http->listener_count];
	*listener = (struct http_listener){.http = http, .tls = tls, .look = {.fd = -1}};
	int err = http_address_read(listen, tls, &listener->address, why);
	if (err)
		return err;
	unsigned port = http_address_port(&listener->address);
	if (socket_open(listener) != 0)
		return errno == EADDRINUSE
			       ? why_set(why, ERR_ADDRESS,
					 "port %u of %s is taken: stop who holds it "
					 "(ss -ltnp shows "
					 "who), or set another",
					 port, listen)
			       : why_set(why, err_of_system(errno, ERR_ADDRESS),
					 "listening on %s: %s", listen, strerror(errno));
	http->listener_count++;
	return 0;
}

int http_accept_open(struct http *http, const struct http_options *options, struct why *why)
{
	int err = 0;
	http->on_room = on_room;
	http->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	http->look_timer = loop_every(http->loop, LOOK_MS, on_look, http);
	if (options->listen && *options->listen)
		err = listener_add(http, options->listen, false, why);
	if (!err && http->tls)
		err = listener_add(http, options->listen_tls, true, why);
	if (err)
		http_accept_close(http);
	return err;
}

void http_accept_close(struct http *http)
{
	loop_timer_free(&http->look_timer);
	loop_timer_free(&http->again);
	for (size_t i = 0; i < http->listener_count; i++) {
		look_end(&http->listeners[i]);
		socket_close(&http->listeners[i]);
	}
	close(http->spare_fd);
}
