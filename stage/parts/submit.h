/*
 * The outermost level of a Submit, read by hand: each submission in it stands alone, so that a bad one spoils no
 * other. Pure: bytes in, pieces of them out.
 */
#ifndef WOT_SUBMIT_H
#define WOT_SUBMIT_H

#include "lib/err.h"
#include "proto/scan.h"

enum { SUBMISSIONS_MAX = 4096 };

/* The next field of a Submit: its request's number, or a submission's bytes. 0, 1 at the end, or ERR_. */
int submit_next(struct scan *scan, uint64_t *number, struct scan *submission);
/* Is it a Submit as a whole, and which request? */
int submit_check(struct scan scan, uint64_t *request, size_t *count);

#endif
