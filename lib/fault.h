/*
 * What is wrong with a submission: all of it at once, each with the JSON pointer of its place.
 * A detail says what was expected and never repeats the value: it could be a person's.
 */
#ifndef WOT_FAULT_H
#define WOT_FAULT_H

#include "lib/arena.h"

enum { FAULT_MAX = 100 }; /* more are counted, not listed */

struct fault {
	const char *pointer; /* RFC 6901: "", "/person/bsn", "/problems/2" */
	const char *detail;
};

struct faults {
	struct arena *arena; /* whose memory holds the texts; set by the caller */
	struct fault items[FAULT_MAX];
	size_t count; /* all that were found, those beyond FAULT_MAX included */
};

void fault_add(struct faults *faults, const char *pointer, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
