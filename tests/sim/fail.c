#include "tests/sim/fail.h"

#include "lib/clock.h"
#include "proto/json.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static struct {
	unsigned long long seed;
	double scale;
	int verbose;
} running;

void fail_of(unsigned long long seed, double scale, int verbose)
{
	running.seed = seed;
	running.scale = scale;
	running.verbose = verbose;
}

/* The virtual instant at which it is said. */
static void say(const char *format, va_list args)
{
	char at[32];
	instant_print(clock_now_ms(), at);
	printf("%s  ", at);
	vprintf(format, args);
	putchar('\n');
}

void sim_tell(const char *format, ...)
{
	if (!running.verbose)
		return;
	va_list args;
	va_start(args, format);
	say(format, args);
	va_end(args);
}

void sim_fail(const char *format, ...)
{
	char at[32];
	va_list args;
	va_start(args, format);
	instant_print(clock_now_ms(), at);
	printf("seed %llu failed: ", running.seed);
	vprintf(format, args);
	printf("\n  at %s; repeat with: build/sim --seed %llu --scale %g --verbose\n", at,
		running.seed, running.scale);
	va_end(args);
	fflush(stdout);
	_Exit(1);
}
