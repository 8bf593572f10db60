/*
 * Routes: what follows for the queue from a change of one request, or of the rules. The request
 * that changed takes its turn among those that wait, by priority, then age; each gets a team that
 * fits and has room, or keeps its claim on the teams that it waits for, so that nothing later in
 * the queue overtakes it there.
 */
#ifndef WOT_TRIAGE_ROUTE_H
#define WOT_TRIAGE_ROUTE_H

#include "core/core.h"
#include "daemons/triage/state.h"

/* A request before and after an input, as it stands but for the route that is to be found. */
struct route_change {
	uint32_t number; /* 0: no request changed */
	struct request before, after;
	bool tell;      /* say a route even when it has to wait */
	uint16_t stays; /* the team that keeps it when no other has room; 0: none */
	/* of a new request, for its first event */
	const char *client, *external_ref;
	int64_t taken_in_ms;
	unsigned channel;
	const ProtobufCBinaryData *household_id; /* NULL: not known */
};

/* Adds a case_routed for every request that now goes somewhere. What does not fit into one decision
 * follows with the next. at_ms: when the change occurred. */
void route_decide(const struct triage *triage, const struct roster *roster,
	const struct route_change *change, int64_t at_ms, struct decision *out);

/* Adds the case_routed of a team that a person chose; change->after becomes what it makes of it. */
void route_by_hand(const struct triage *triage, struct route_change *change, const char *team,
	int64_t at_ms, struct decision *out);

#endif
