/*
 * All that a core knows, as text, a line a thing: two states are the same when their digests are.
 */
#ifndef WOT_SIM_DIGEST_H
#define WOT_SIM_DIGEST_H

#include "core/promise.h"
#include "lib/buf.h"

void digest_intake(const void *state, struct buf *out);
void digest_triage(const void *state, struct buf *out);
void digest_case(const void *state, struct buf *out);

/* What they share. */
void digest_promise(const struct promise *promise, struct buf *out);
void digest_rules(const struct promise_rules *rules, struct buf *out);
void digest_due(const struct due *due, struct buf *out);

#endif
