#include "lib/loop.h"

#include "lib/clean.h"
#include <signal.h>

/* What the loop hands out. All of them stay in its list until they are freed, so that loop_free
 * finds those that their owner left. */
struct watch {
	union {
		uv_handle_t any;
		uv_timer_t timer;
		uv_signal_t signal;
		uv_async_t async;
	} uv; /* first: a handle is its watch */
	union {
		void (*on_event)(void *arg);
		void (*on_signal)(void *arg, int signal);
	};
	void *arg;
	struct watch *next, **link;
};

struct loop_timer {
	struct watch watch;
};

struct loop_waker {
	struct watch watch;
};

struct loop {
	uv_loop_t uv;
	uv_prepare_t turn;
	void (*on_turn_end)(void *arg);
	void *turn_arg;
	struct watch *watches;
};

static void turn_end(struct loop *loop)
{
	if (loop->on_turn_end)
		loop->on_turn_end(loop->turn_arg);
}

/* libuv runs prepare handles after timers and before it works out how long to wait: whatever ran
 * since the last wait has ended its turn here. */
static void on_prepare(uv_prepare_t *handle)
{
	turn_end(handle->data);
}

int loop_new(struct loop **out)
{
	signal(SIGPIPE, SIG_IGN);
	struct loop *loop = calloc(1, sizeof *loop);
	if (!loop)
		return ERR_MEMORY;
	if (uv_loop_init(&loop->uv) != 0) {
		free(loop);
		return ERR_IO;
	}
	must(uv_prepare_init(&loop->uv, &loop->turn) == 0);
	loop->turn.data = loop;
	must(uv_prepare_start(&loop->turn, on_prepare) == 0);
	*out = loop;
	return 0;
}

static void on_watch_closed(uv_handle_t *handle)
{
	free((struct watch *)handle);
}

static void watch_free(struct watch *watch)
{
	*watch->link = watch->next;
	if (watch->next)
		watch->next->link = watch->link;
	uv_close(&watch->uv.any, on_watch_closed);
}

static void close_left(uv_handle_t *handle, void *arg)
{
	(void)arg;
	if (!uv_is_closing(handle))
		uv_close(handle, NULL);
}

void loop_free(struct loop **loop)
{
	struct loop *old = *loop;
	if (!old)
		return;
	while (old->watches)
		watch_free(old->watches);
	uv_walk(&old->uv, close_left, NULL);
	uv_run(&old->uv, UV_RUN_DEFAULT);
	must(uv_loop_close(&old->uv) == 0);
	free(old);
	*loop = NULL;
}

uv_loop_t *loop_uv(struct loop *loop)
{
	return &loop->uv;
}

void loop_run(struct loop *loop)
{
	uv_run(&loop->uv, UV_RUN_DEFAULT);
	turn_end(loop); /* a stop leaves before the next prepare */
}

void loop_stop(struct loop *loop)
{
	uv_stop(&loop->uv);
}

void loop_on_turn_end(struct loop *loop, void (*on_turn_end)(void *arg), void *arg)
{
	loop->on_turn_end = on_turn_end;
	loop->turn_arg = arg;
}

static struct watch *watch_new(size_t size, void *arg)
{
	struct watch *watch = calloc(1, size);
	must(watch);
	watch->arg = arg;
	return watch;
}

/* Once libuv has taken the handle: before that there is nothing to close. */
static void watch_list(struct loop *loop, struct watch *watch)
{
	watch->next = loop->watches;
	watch->link = &loop->watches;
	if (watch->next)
		watch->next->link = &watch->next;
	loop->watches = watch;
}

static void on_uv_signal(uv_signal_t *handle, int number)
{
	struct watch *watch = (struct watch *)handle;
	watch->on_signal(watch->arg, number);
}

int loop_on_signal(
	struct loop *loop, int number, void (*on_signal)(void *arg, int signal), void *arg)
{
	struct watch *watch = watch_new(sizeof *watch, arg);
	watch->on_signal = on_signal;
	if (uv_signal_init(&loop->uv, &watch->uv.signal) != 0) {
		free(watch);
		return ERR_IO;
	}
	watch_list(loop, watch);
	if (uv_signal_start(&watch->uv.signal, on_uv_signal, number) != 0) {
		watch_free(watch);
		return ERR_IO;
	}
	return 0;
}

static void on_uv_timer(uv_timer_t *handle)
{
	struct watch *watch = (struct watch *)handle;
	watch->on_event(watch->arg);
}

struct loop_timer *loop_every(
	struct loop *loop, uint64_t interval_ms, void (*on_time)(void *arg), void *arg)
{
	struct watch *watch = watch_new(sizeof(struct loop_timer), arg);
	watch->on_event = on_time;
	must(interval_ms > 0);
	must(uv_timer_init(&loop->uv, &watch->uv.timer) == 0);
	watch_list(loop, watch);
	/* libuv counts from the start of the turn, which may lie far back. */
	uv_update_time(&loop->uv);
	must(uv_timer_start(&watch->uv.timer, on_uv_timer, interval_ms, interval_ms) == 0);
	return (struct loop_timer *)watch;
}

void loop_timer_free(struct loop_timer **timer)
{
	if (*timer)
		watch_free(&(*timer)->watch);
	*timer = NULL;
}

static void on_uv_async(uv_async_t *handle)
{
	struct watch *watch = (struct watch *)handle;
	watch->on_event(watch->arg);
}

struct loop_waker *loop_waker_new(struct loop *loop, void (*on_wake)(void *arg), void *arg)
{
	struct watch *watch = watch_new(sizeof(struct loop_waker), arg);
	watch->on_event = on_wake;
	must(uv_async_init(&loop->uv, &watch->uv.async, on_uv_async) == 0);
	watch_list(loop, watch);
	return (struct loop_waker *)watch;
}

void loop_wake(struct loop_waker *waker)
{
	uv_async_send(&waker->watch.uv.async);
}
