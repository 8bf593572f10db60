/*
 * The impossible is an assertion that stays on in release. One that fails says where, which condition, and
 * what this thread was doing ("deciding call of intake at seq 12"), and aborts: so that what is to be
 * looked at in a log is known although no core file may be kept.
 *
 * To let it say what is going on: a must_during with the names of it, for as long as that lasts.
 */
#ifndef WOT_MUST_H
#define WOT_MUST_H

#include <stdint.h>

#define must(condition) ((condition) ? (void)0 : must_failed(#condition, __FILE__, __LINE__))
_Noreturn void must_failed(const char *condition, const char *file, int line);

/* All of it is borrowed, and read only when something failed. Nothing personal. */
struct must_during {
	const char *doing, *stream;
	const uint64_t *seq;
	const char *(*kind)(const void *what);
	const void *what;
	const struct must_during *outer; /* must_begin's */
};
void must_begin(struct must_during *during);
void must_end(struct must_during *during);

#define auto_must __attribute__((cleanup(must_end)))

#endif
