#include "tests/sim/fake_loop.h"

#include "lib/clean.h"
#include "lib/clock.h"

enum { SIGNALS_MAX = 4 };

struct loop_timer {
	uint64_t interval_us, due_us;
	void (*on_time)(void *arg);
	void *arg;
};

struct loop_waker {
	char none;
};

struct loop {
	struct loop_timer timer;
	struct loop_waker waker;
	void (*on_turn_end)(void *arg);
	void *turn_arg;
	struct {
		int signal;
		void (*on_signal)(void *arg, int signal);
		void *arg;
	} signals[SIGNALS_MAX];
	size_t signal_count;
};

static struct {
	int64_t now_ms;
	uint64_t mono_us;
} fake_clock;

/* ---- the clock ---- */

void fake_clock_start(int64_t now_ms)
{
	fake_clock.now_ms = now_ms;
	fake_clock.mono_us = 1;
}

void fake_clock_pass(uint64_t ms)
{
	fake_clock.now_ms += (int64_t)ms;
	fake_clock.mono_us += 1000 * ms;
}

void fake_clock_sleep(int64_t until_ms, uint64_t mono_ms)
{
	if (until_ms > fake_clock.now_ms)
		fake_clock.now_ms = until_ms;
	fake_clock.mono_us += 1000 * mono_ms;
}

void fake_clock_set_back(uint64_t ms)
{
	fake_clock.now_ms -= (int64_t)ms;
}

int64_t clock_now_ms(void)
{
	return fake_clock.now_ms;
}

uint64_t clock_mono_us(void)
{
	return fake_clock.mono_us;
}

/* ---- the loop ---- */

int loop_new(struct loop **out)
{
	*out = calloc(1, sizeof **out);
	must(*out);
	return 0;
}

void loop_free(struct loop **loop)
{
	free(*loop);
	*loop = NULL;
}

uv_loop_t *loop_uv(struct loop *loop)
{
	(void)loop;
	return NULL; /* there is none here */
}

void loop_run(struct loop *loop)
{
	(void)loop;
}

void loop_stop(struct loop *loop)
{
	(void)loop;
}

void loop_on_turn_end(struct loop *loop, void (*on_turn_end)(void *arg), void *arg)
{
	loop->on_turn_end = on_turn_end;
	loop->turn_arg = arg;
}

int loop_on_signal(
	struct loop *loop, int signal, void (*on_signal)(void *arg, int signal), void *arg)
{
	must(loop->signal_count < SIGNALS_MAX);
	size_t i = loop->signal_count++;
	loop->signals[i].signal = signal;
	loop->signals[i].on_signal = on_signal;
	loop->signals[i].arg = arg;
	return 0;
}

struct loop_timer *loop_every(
	struct loop *loop, uint64_t interval_ms, void (*on_time)(void *arg), void *arg)
{
	must(!loop->timer.on_time);
	loop->timer = (struct loop_timer){.interval_us = 1000 * interval_ms,
		.due_us = fake_clock.mono_us + 1000 * interval_ms,
		.on_time = on_time,
		.arg = arg};
	return &loop->timer;
}

void loop_timer_free(struct loop_timer **timer)
{
	**timer = (struct loop_timer){0};
	*timer = NULL;
}

struct loop_waker *loop_waker_new(struct loop *loop, void (*on_wake)(void *arg), void *arg)
{
	(void)on_wake;
	(void)arg;
	return &loop->waker;
}

void loop_wake(struct loop_waker *waker)
{
	(void)waker;
}

/* ---- the simulation's side ---- */

void fake_loop_turn(struct loop *loop)
{
	struct loop_timer *timer = &loop->timer;
	if (timer->on_time && timer->due_us <= fake_clock.mono_us) {
		timer->due_us = fake_clock.mono_us + timer->interval_us;
		timer->on_time(timer->arg);
	}
	loop->on_turn_end(loop->turn_arg);
}

void fake_loop_signal(struct loop *loop, int signal)
{
	for (size_t i = 0; i < loop->signal_count; i++)
		if (loop->signals[i].signal == signal)
			loop->signals[i].on_signal(loop->signals[i].arg, signal);
	fake_loop_turn(loop);
}
