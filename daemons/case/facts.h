/*
 * Facts as a value: what a change does to them, and what change lies between two. Driven by the
 * descriptor of CaseFacts, so a new column needs nothing here.
 */
#ifndef WOT_CASE_FACTS_H
#define WOT_CASE_FACTS_H

#include "daemons/case/pool.h"
#include "lib/arena.h"
#include "proto/event.h"

/* Sets what the change sets and clears what it clears. Texts and lists are shared, not copied. */
void facts_apply(Wot__V1__CaseFacts *facts, const Wot__V1__CaseFacts *change);
/* The change that makes `before` into `after`, in the arena (texts and lists shared with `after`);
 * NULL when they say the same. */
Wot__V1__CaseFacts *facts_between(
	const Wot__V1__CaseFacts *before, const Wot__V1__CaseFacts *after, struct arena *arena);
/* Makes the pool the owner of all texts and lists. */
void facts_keep(Wot__V1__CaseFacts *facts, struct pool *pool);

#endif
