/*
 * For tests of what runs on a loop: turns it until a condition holds, and fails after 10 s, or 60 with TSan.
 */
#ifndef WOT_TEST_UNTIL_H
#define WOT_TEST_UNTIL_H

#include "lib/clean.h"
#include "lib/clock.h"
#include "lib/loop.h"
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#if defined(__SANITIZE_THREAD__)
enum { UNTIL_LIMIT_MS = 60000 };
#else
enum { UNTIL_LIMIT_MS = 10000 };
#endif

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

/* A client's connection, for a thread beside the loop: its reads end after 10 s too. -1: refused. */
static inline int dial_at(const void *address, socklen_t size)
{
	int fd = socket(((const struct sockaddr *)address)->sa_family, SOCK_STREAM, 0);
	struct timeval limit = {.tv_sec = UNTIL_LIMIT_MS / 1000};
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	if (connect(fd, address, size) == 0)
		return fd;
	close(fd);
	return -1;
}

#endif
