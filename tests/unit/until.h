/*
 * For tests of what runs on a loop: turns it until a condition holds, and fails after 10 s.
 */
#ifndef WOT_TEST_UNTIL_H
#define WOT_TEST_UNTIL_H

#include "lib/clean.h"
#include "lib/clock.h"
#include "lib/loop.h"

enum { UNTIL_LIMIT_MS = 10000 };

struct until {
	struct loop *loop;
	bool (*holds)(void *arg);
	void *arg;
	uint64_t end_us;
};

static inline void until_look(void *arg)
{
	struct until *until = arg;
	if (until->holds(until->arg) || clock_mono_us() > until->end_us)
		loop_stop(until->loop);
}

static inline bool loop_until(struct loop *loop, bool (*holds)(void *arg), void *arg)
{
	struct until until = {loop, holds, arg, clock_mono_us() + UNTIL_LIMIT_MS * 1000};
	struct loop_timer *timer = loop_every(loop, 1, until_look, &until);
	if (!holds(arg))
		loop_run(loop);
	loop_timer_free(&timer);
	return holds(arg);
}

#endif
