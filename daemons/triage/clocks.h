/*
 * The clocks of a request: first contact within 5 working days, and a reaction within 1 to what came by
 * web, chat or e-mail. Youth has none: it is Mevis's. Advice, a redirection and so on are contacts too.
 */
#ifndef WOT_TRIAGE_CLOCKS_H
#define WOT_TRIAGE_CLOCKS_H

#include "core/core.h"
#include "daemons/triage/state.h"

/* Adds what is due by now, as far as the decision has room; the rest follows with the next tick. */
void triage_clocks_decide(const struct triage *triage, int64_t now_ms, struct decision *out);

/* After triage_evolve. When what clocks go by has changed, deadlines to come move, though to no day that is
 * past. */
void triage_clocks_evolve(
	struct triage *triage, const Wot__V1__Event *event, const struct triage_change *change);

#endif
