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

static void on_listener(uv_poll_t *poll, int status, int events);

/* ---- the listener ---- */

static void on_listener_closed(uv_handle_t *handle)
{
	free(handle);
}

static void listener_close(struct http *http)
{
	struct http_listener *old = http->listener;
	http->listener = NULL;
	loop_timer_free(&http->again);
	if (!old)
		return;
	uv_close((uv_handle_t *)&old->poll, on_listener_closed);
	close(old->fd);
}

static int listener_open(struct http *http)
{
	int fd = http_listen(&http->address);
	if (fd < 0)
		return -1;
	struct http_listener *listener = calloc(1, sizeof *listener);
	must(listener);
	listener->fd = fd;
	listener->poll.data = http;
	must(uv_poll_init(loop_uv(http->loop), &listener->poll, fd) == 0);
	must(uv_poll_start(&listener->poll, UV_READABLE, on_listener) == 0);
	http->listener = listener;
	return 0;
}

static void on_room(struct http *http)
{
	if (!http->listener || !http->listener->paused)
		return;
	loop_timer_free(&http->again);
	http->listener->paused = false;
	must(uv_poll_start(&http->listener->poll, UV_READABLE, on_listener) == 0);
}

static void on_again(void *arg)
{
	on_room(arg);
}

/* Until a connection goes, or a moment has passed. */
static void listener_pause(struct http *http)
{
	uv_poll_stop(&http->listener->poll);
	http->listener->paused = true;
	http->again = loop_every(http->loop, AGAIN_MS, on_again, http);
}

/* ---- letting in ---- */

static bool descriptors_are_scarce(const struct http *http)
{
	int next = fcntl(http->listener->fd, F_DUPFD_CLOEXEC, 0);
	if (next < 0)
		return true;
	close(next);
	return descriptors_from(next) <= RESERVE;
}

/* -1: nobody is there (errno). *ours: it was only us, to see whether the door is open. */
static int accept_one(struct http *http, bool *ours)
{
	union http_address from = {0};
	socklen_t size = sizeof from;
	struct http_look *look = &http->look;
	int fd = accept_next(http->listener->fd, &from, &size);
	if (fd < 0)
		return -1;
	http->accepted++;
	*ours = look->fd >= 0 && memcmp(&from, &look->from, sizeof from) == 0;
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
 * bytes unread is a reset. */
static bool turn_away(struct http *http)
{
	bool ours;
	close(http->spare_fd);
	int fd = accept_one(http, &ours);
	if (fd >= 0 && !ours) {
		auto_buf struct buf out = {0};
		busy_print(http, &out);
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
static bool room_make(struct http *http)
{
	struct http_listener *listener = http->listener;
	uint64_t now_us = clock_mono_us();
	if (http_connection_evict(http)) {
		listener->full_since_us = 0;
		return true;
	}
	if (!listener->full_since_us)
		listener->full_since_us = now_us;
	if (now_us - listener->full_since_us < FULL_US || !turn_away(http))
		listener_pause(http);
	return false;
}

static bool is_full(const struct http *http)
{
	return http->stats.open >= http->options.max_connections || descriptors_are_scarce(http);
}

/* After an error of accept: will another try help, now? */
static bool accept_failed(struct http *http)
{
	if (errno == EINTR || errno == ECONNABORTED)
		return true;
	if (accept_ran_short(errno))
		listener_pause(http);
	else if (errno != EAGAIN)
		uv_poll_stop(&http->listener->poll); /* the look finds it deaf */
	return false;
}

static void on_listener(uv_poll_t *poll, int status, int events)
{
	(void)status;
	(void)events;
	struct http *http = poll->data;
	bool full = is_full(http);
	if (full && !room_make(http))
		return;
	for (unsigned i = 0; i < ACCEPTS_A_TURN; i++) {
		bool ours = false;
		int fd = accept_one(http, &ours);
		if (fd < 0 && !accept_failed(http))
			return;
		if (fd >= 0 && !ours)
			http_connection_new(http, fd);
		if (full || is_full(http))
			return;
		http->listener->full_since_us = 0;
	}
}

/* ---- looking ---- */

static void look_end(struct http *http)
{
	if (http->look.fd >= 0)
		close(http->look.fd);
	http->look.fd = -1;
}

static void deaf_heal(struct http *http)
{
	look_end(http);
	listener_close(http);
	const char *why = listener_open(http) == 0
				  ? "it did not accept, and was opened anew"
				  : "it did not accept, and cannot be opened anew yet";
	if (!http->deaf)
		http->options.on_deaf(http->options.arg, why);
	http->deaf = true;
}

/* Where there is no descriptor or port for it, nothing is known, and nothing said. */
static void look_begin(struct http *http)
{
	struct http_look *look = &http->look;
	socklen_t size = http_address_size(&http->address);
	*look = (struct http_look){.accepted = http->accepted};
	look->fd =
		socket(http->address.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (look->fd < 0)
		return;
	if (connect(look->fd, &http->address.any, size) == 0 || errno == EINPROGRESS)
		getsockname(look->fd, &look->from.any, &size);
	else if (errno == ECONNREFUSED)
		deaf_heal(http);
	else
		look_end(http);
}

static void look_judge(struct http *http)
{
	struct http_look *look = &http->look;
	if (look->seen) {
		look_end(http);
		if (http->deaf)
			http->options.on_deaf(http->options.arg, NULL);
		http->deaf = false;
		return;
	}
	if (look->accepted != http->accepted) /* others stand before us */
		look->ticks = 0;
	look->accepted = http->accepted;
	/* Between two ticks the loop has looked at its sockets, however late they came. */
	if (++look->ticks >= LOOK_TICKS)
		deaf_heal(http);
}

static void on_look(void *arg)
{
	struct http *http = arg;
	if (!http->listener && listener_open(http) != 0)
		return;
	if (http->look.fd < 0)
		look_begin(http);
	else
		look_judge(http);
}

/* ---- life ---- */

int http_accept_open(struct http *http, const char *listen, struct why *why)
{
	int err = http_address_read(listen, &http->address, why);
	if (err)
		return err;
	unsigned port = http_address_port(&http->address);
	if (listener_open(http) != 0)
		return errno == EADDRINUSE
			       ? why_set(why, ERR_ADDRESS,
					 "port %u of %s is taken: stop who holds it "
					 "(ss -ltnp shows "
					 "who), or set another",
					 port, listen)
			       : why_set(why, err_of_system(errno, ERR_ADDRESS),
					 "listening on %s: %s", listen, strerror(errno));
	http->on_room = on_room;
	http->look.fd = -1;
	http->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	http->look_timer = loop_every(http->loop, LOOK_MS, on_look, http);
	return 0;
}

void http_accept_close(struct http *http)
{
	loop_timer_free(&http->look_timer);
	look_end(http);
	listener_close(http);
	close(http->spare_fd);
}
