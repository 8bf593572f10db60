/*
 * What wot-triage answers: GET /v1/worklist (whom the intake team must phone: the fast lane first,
 * then crisis, then routine, each with the soonest deadline first) and GET /v1/teams (capacity,
 * load, queue).
 */
#ifndef WOT_TRIAGE_QUERY_H
#define WOT_TRIAGE_QUERY_H

#include "core/core.h"
#include "daemons/triage/state.h"

/* ERR_NOT_FOUND, ERR_FORBIDDEN, ERR_INVALID (`after` is no case of ours). */
int triage_query(const struct triage *triage, const struct core_query *query, struct buf *json);

#endif
