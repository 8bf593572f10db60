/*
 * Whom the intake team must phone: requests that nobody was reached about yet, and households that signals
 * came in about, each once. The fast lane first, then crises, then routine work; each by deadline, soonest
 * first. A household goes by the name of a signal, CLIENT/REF, which a screening of it names too.
 */
#ifndef WOT_TRIAGE_WORKLIST_H
#define WOT_TRIAGE_WORKLIST_H

#include "core/core.h"
#include "daemons/triage/state.h"

/* GET /v1/worklist. ERR_INVALID: `after` names no place on it. */
int worklist_query(const struct triage *triage, const struct core_query *query, struct buf *json);

#endif
