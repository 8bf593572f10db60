/*
 * The event loop: libuv, with the few things that every daemon needs of it. Whoever watches a file
 * descriptor uses uv_poll on loop_uv(); whoever waits uses a loop_timer.
 */
#ifndef WOT_LOOP_H
#define WOT_LOOP_H

#include "lib/err.h"
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

struct loop;

/* From here on the process ignores SIGPIPE: a peer that went is an error of its write. */
int loop_new(struct loop **out);
/* Closes every handle that is left and runs their close callbacks. */
void loop_free(struct loop **loop);
uv_loop_t *loop_uv(struct loop *loop);
void loop_run(struct loop *loop); /* until loop_stop */
void loop_stop(struct loop *loop);

/* Runs at the end of every turn, before the loop may block or stop. One for a loop. */
void loop_on_turn_end(struct loop *loop, void (*on_turn_end)(void *arg), void *arg);

/* Handlers run on the loop, not in the signal. */
int loop_on_signal(
	struct loop *loop, int signal, void (*on_signal)(void *arg, int signal), void *arg);

/* A repeating timer, first after interval_ms; stops and goes with loop_timer_free or the loop. */
struct loop_timer;
struct loop_timer *loop_every(
	struct loop *loop, uint64_t interval_ms, void (*on_time)(void *arg), void *arg);
void loop_timer_free(struct loop_timer **timer);

/* Calls on_wake on the loop after loop_wake was called on any thread; calls may be folded into
 * one. */
struct loop_waker;
struct loop_waker *loop_waker_new(struct loop *loop, void (*on_wake)(void *arg), void *arg);
void loop_wake(struct loop_waker *waker);

#endif
