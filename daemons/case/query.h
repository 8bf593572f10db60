/*
 * What wot-case answers: GET /v1/cases and GET /v1/cases/{caseId}. No personal data is in it; there
 * is none in the log.
 */
#ifndef WOT_CASE_QUERY_H
#define WOT_CASE_QUERY_H

#include "core/core.h"
#include "daemons/case/cases.h"

/* ERR_NOT_FOUND, ERR_FORBIDDEN, ERR_INVALID (`after` is no case id). */
int cases_query(const struct cases *cases, const struct core_query *query, struct buf *json);

#endif
