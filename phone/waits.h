/*
 * Since when the open calls wait: each from its first entry into a queue, since who overflows into a second one has
 * waited in both. Four hours of them, by what the lines say and not by a clock, so that reading them again gives the
 * same; ten thousand at most. Pure.
 */
#ifndef WOT_PHONE_WAITS_H
#define WOT_PHONE_WAITS_H

#include "phone/told.h"
#include <uthash.h>

struct wait {
	char id[PHONE_ID_ROOM];
	int64_t since_ms;
	UT_hash_handle hh;
};
struct waits {
	struct wait *first; /* oldest first, each with hh.next */
};

enum { WAITS_MAX = 10000, WAITS_HOURS = 4 };

void waits_done(struct waits *waits);
/* Unless it is there already. */
void waits_begin(struct waits *waits, const char *id, int64_t at_ms);
void waits_end(struct waits *waits, const char *id);
/* Seconds up to then, never below 0; -1: not known, or longer than a wait is kept. */
int64_t waits_seconds(const struct waits *waits, const char *id, int64_t at_ms);

#endif
