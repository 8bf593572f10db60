#include "lib/clock.h"
#include "lib/loop.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

struct seen {
	struct loop *loop;
	struct loop_timer *timer;
	struct loop_waker *waker;
	unsigned times, turns, wakes, stop_after, times_at_turn;
	int signal;
};

static void on_time(void *arg)
{
	struct seen *seen = arg;
	if (++seen->times == seen->stop_after)
		loop_stop(seen->loop);
}

static void on_turn(void *arg)
{
	struct seen *seen = arg;
	seen->turns++;
	seen->times_at_turn = seen->times;
}

static void on_wake(void *arg)
{
	struct seen *seen = arg;
	seen->wakes++;
	loop_stop(seen->loop);
}

static void on_signal(void *arg, int number)
{
	struct seen *seen = arg;
	seen->signal = number;
	loop_stop(seen->loop);
}

static void timers_repeat_until_they_are_freed(void **state)
{
	(void)state;
	struct seen seen = {.stop_after = 3};
	assert_int_equal(loop_new(&seen.loop), 0);
	uint64_t start_us = clock_mono_us();
	seen.timer = loop_every(seen.loop, 5, on_time, &seen);
	loop_run(seen.loop);
	assert_int_equal(seen.times, 3);
	assert_true(clock_mono_us() - start_us >= 13000);
	loop_timer_free(&seen.timer);
	assert_null(seen.timer);
	struct seen other = {.loop = seen.loop, .stop_after = 2};
	loop_every(seen.loop, 5, on_time, &other);
	loop_run(seen.loop);
	assert_int_equal(seen.times, 3);
	loop_free(&seen.loop);
	assert_null(seen.loop);
}

static void free_self(void *arg)
{
	struct seen *seen = arg;
	seen->times++;
	loop_timer_free(&seen->timer);
	loop_stop(seen->loop);
}

static void a_timer_may_free_itself(void **state)
{
	(void)state;
	struct seen seen = {0};
	assert_int_equal(loop_new(&seen.loop), 0);
	seen.timer = loop_every(seen.loop, 1, free_self, &seen);
	loop_run(seen.loop);
	assert_int_equal(seen.times, 1);
	loop_free(&seen.loop);
}

static void the_turn_ends_after_its_callbacks_also_when_stopped(void **state)
{
	(void)state;
	struct seen seen = {.stop_after = 4};
	assert_int_equal(loop_new(&seen.loop), 0);
	loop_on_turn_end(seen.loop, on_turn, &seen);
	loop_every(seen.loop, 1, on_time, &seen);
	loop_run(seen.loop);
	assert_int_equal(seen.times_at_turn, 4);
	loop_free(&seen.loop);
}

static void an_idle_loop_sleeps(void **state)
{
	(void)state;
	struct seen seen = {.stop_after = 1};
	assert_int_equal(loop_new(&seen.loop), 0);
	loop_on_turn_end(seen.loop, on_turn, &seen);
	loop_every(seen.loop, 60, on_time, &seen);
	loop_run(seen.loop);
	assert_in_range(seen.turns, 1, 5);
	loop_free(&seen.loop);
}

static void *wake_often(void *arg)
{
	struct seen *seen = arg;
	for (int i = 0; i < 100; i++)
		loop_wake(seen->waker);
	return NULL;
}

static void another_thread_wakes_the_loop(void **state)
{
	(void)state;
	struct seen seen = {0};
	assert_int_equal(loop_new(&seen.loop), 0);
	seen.waker = loop_waker_new(seen.loop, on_wake, &seen);
	pthread_t thread;
	assert_int_equal(pthread_create(&thread, NULL, wake_often, &seen), 0);
	loop_run(seen.loop);
	pthread_join(thread, NULL);
	assert_in_range(seen.wakes, 1, 100);
	loop_free(&seen.loop);
}

static void a_signal_is_handled_on_the_loop(void **state)
{
	(void)state;
	struct seen seen = {0};
	assert_int_equal(loop_new(&seen.loop), 0);
	assert_int_equal(loop_on_signal(seen.loop, SIGHUP, on_signal, &seen), 0);
	assert_int_equal(loop_on_signal(seen.loop, SIGKILL, on_signal, &seen), ERR_IO);
	kill(getpid(), SIGHUP);
	assert_int_equal(seen.signal, 0);
	loop_run(seen.loop);
	assert_int_equal(seen.signal, SIGHUP);
	loop_free(&seen.loop);
}

static void a_peer_that_went_is_no_signal(void **state)
{
	(void)state;
	struct loop *loop;
	assert_int_equal(loop_new(&loop), 0);
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	close(ends[0]);
	assert_int_equal(write(ends[1], "x", 1), -1);
	close(ends[1]);
	loop_free(&loop);
}

static void stop_before_run_returns_at_once(void **state)
{
	(void)state;
	struct loop *loop;
	assert_int_equal(loop_new(&loop), 0);
	loop_stop(loop);
	loop_run(loop);
	loop_free(&loop);
}

static void the_wall_clock_is_utc_milliseconds(void **state)
{
	(void)state;
	int64_t now_ms = clock_now_ms();
	assert_true(now_ms / 1000 - (int64_t)time(NULL) <= 1);
	assert_true((int64_t)time(NULL) - now_ms / 1000 <= 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(timers_repeat_until_they_are_freed),
		cmocka_unit_test(a_timer_may_free_itself),
		cmocka_unit_test(the_turn_ends_after_its_callbacks_also_when_stopped),
		cmocka_unit_test(an_idle_loop_sleeps),
		cmocka_unit_test(another_thread_wakes_the_loop),
		cmocka_unit_test(a_signal_is_handled_on_the_loop),
		cmocka_unit_test(a_peer_that_went_is_no_signal),
		cmocka_unit_test(stop_before_run_returns_at_once),
		cmocka_unit_test(the_wall_clock_is_utc_milliseconds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
