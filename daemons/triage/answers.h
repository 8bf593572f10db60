/*
 * What triage answers over HTTP, whole, for its pages (page.c): in the arena of the answer.
 */
#ifndef WOT_TRIAGE_ANSWERS_H
#define WOT_TRIAGE_ANSWERS_H

#include "core/get.h"
#include "daemons/triage/state.h"

Wot__V1__Worklist *worklist_whole(const struct triage *triage, const struct get_query *query);
Wot__V1__Teams *teams_all(const struct triage *triage, struct arena *arena);

#endif
