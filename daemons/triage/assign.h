/*
 * Which team a case goes to: the one that the rule names; else, of the teams that have most of the
 * expertise asked (all of it, where one has), one with room for the case's hours: the most free
 * hours, then the preferred location, then the longest without a new case, then the order of
 * triage.yaml. Every team that was considered is told why it was chosen or not. Pure.
 */
#ifndef WOT_TRIAGE_ASSIGN_H
#define WOT_TRIAGE_ASSIGN_H

#include "daemons/triage/rules.h"

/* What a team carries. Arrays of these go by the index of the team in triage.yaml. */
struct assign_load {
	uint32_t hours;      /* a week, of its open cases */
	uint32_t fast_hours; /* of these, by cases of the fast lane */
	uint32_t open_cases;
	uint32_t by_hand; /* cases that a person gave it, ever */
	uint64_t last;    /* when it was last given a case: a counter of assignments; 0 never */
};

/* A case of so many hours comes or goes. */
void assign_load_add(struct assign_load *load, uint32_t hours, unsigned priority);
void assign_load_take(struct assign_load *load, uint32_t hours, unsigned priority);

struct assign_want {
	const struct rule *rule;
	uint32_t expertise;
	unsigned preferred_location;
	uint32_t hours;
};

/* As a set of team indexes: who could take the case if there were room. */
uint64_t assign_eligible(const struct rules *rules, const struct rule *rule, uint32_t expertise);

/* Has the team room? A case of the fast lane sees only the hours of its own kind. */
bool assign_fits(const struct rules_team *team, const struct assign_load *load,
	const struct assign_want *want);

/* The index of the team, or -1. claimed: teams that a case earlier in the queue waits for. */
int assign_choose(const struct rules *rules, const struct assign_load *loads,
	const struct assign_want *want, uint64_t claimed);

/* Fills route->considered for a choice that assign_choose made. */
void assign_explain(const struct rules *rules, const struct assign_load *loads,
	const struct assign_want *want, uint64_t claimed, int chosen, struct arena *arena,
	Wot__V1__CaseRouted *route);

/* Hours that are free; negative when a hand put more on the team than it has. */
int32_t assign_free(const struct rules_team *team, const struct assign_load *load);

#endif
