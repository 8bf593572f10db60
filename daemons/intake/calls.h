/*
 * Calls, as long as something may come of them: an end that is missing, or a callback that is owed to
 * a caller who hung up or asked for one. Who hung up and on the same day calls again and is answered
 * is owed none; it is the same caller by the hash whose key lives one day. A call is kept for a month
 * after it was last heard of, so that its events may come twice and in any order; longer while a
 * callback is owed or was. Some 300 bytes each.
 */
#ifndef WOT_INTAKE_CALLS_H
#define WOT_INTAKE_CALLS_H

#include "core/promise.h"
#include "kpi/callers.h"
#include "lib/clean.h"
#include "lib/index.h"

struct calls {
	struct callers callers; /* by slot */
	struct call *heard;     /* in the order in which they were last heard of */
	struct call **slots;    /* by the number that they have in `due` */
	struct index names;     /* of slots, by client and call id */
	uint32_t slot_count, free_count;
	uint32_t *free_slots;
	struct promise_rules rules;
	struct due due;
};

void calls_done(struct calls *calls);
/* Adds what is due by now, as far as the decision has room; the rest follows with the next tick. */
void calls_decide(const struct calls *calls, int64_t now_ms, struct decision *out);
/* When a call that this event begins was over by its cap; 0: it is not by now. */
int64_t calls_capped_ms(const struct calls *calls, const char *client, const char *call_id,
	int64_t occurred_ms, int64_t now_ms);
/* Any event of the own log. */
void calls_evolve(struct calls *calls, const Wot__V1__Event *event);
/* How many are kept. */
FOR_TESTS("that a call is forgotten shows in nothing that may be asked")
uint32_t calls_count(const struct calls *calls);

#endif
