/*
 * A refusal as the problem document of RFC 9457, over HTTP and in receipts.
 */
#ifndef WOT_PROBLEM_H
#define WOT_PROBLEM_H

#include "lib/buf.h"
#include "lib/fault.h"
#include "proto/door.pb-c.h"

/* In the arena; its texts are borrowed. detail may be NULL or empty, faults NULL. */
Wot__V1__Refusal *problem_new(
	int err, const char *detail, const struct faults *faults, struct arena *arena);
/* The same as JSON. */
void problem_print(int err, const char *detail, const struct faults *faults, struct buf *out);

#endif
