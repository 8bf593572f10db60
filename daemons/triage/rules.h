/*
 * triage.yaml in memory: organisations, teams, and the rules of which the first that matches
 * decides. Pure: made from a text, never changed after. To add a condition: a member of struct
 * rules_facts and of struct rule, a line in WHEN_KEYS and in when_read, one in rule_holds
 * (rules.c), and a field of CaseRouted that keeps the fact.
 */
#ifndef WOT_TRIAGE_RULES_H
#define WOT_TRIAGE_RULES_H

#include "config/organisations.h"
#include "config/yaml.h"
#include "proto/event.pb-c.h"

enum {
	RULES_TEAMS_MAX = 64, /* so that a set of teams is one word */
	RULES_HOURS_MIN = 3,  /* a team must be able to carry one heavy case */
	RULES_HOURS_MAX = 100000,
};

/* What the rules look at. A set of enumeration values has the bit 1 << value. */
struct rules_facts {
	bool youth;
	bool not_resident; /* known to live elsewhere */
	bool domestic_violence;
	bool crisis;
	bool stays; /* screened to support: not redirected any more */
	uint32_t expertise, problems;
};

struct rules_team {
	const char *key, *name;
	unsigned location; /* of Location; 0: none */
	uint32_t people, hours;
	uint32_t expertise;
	const char **providers; /* keys of organisations */
	size_t provider_count;
	bool only_by_rule;
};

enum rules_wanted { RULES_EITHER, RULES_TRUE, RULES_FALSE };

struct rule {
	const char *name, *reason, *reden; /* reden: in Dutch */
	enum rules_wanted youth, resident, domestic_violence, crisis;
	uint32_t expertise, problems;           /* at least one of these; 0: no condition */
	uint32_t only_problems;                 /* these and no other */
	const struct organisation *redirect_to; /* or: */
	int team;                               /* index; -1: none named */
	bool assign;                            /* to the teams by expertise and room */
	bool welfare_first;
	Wot__V1__CaseRouted__Priority priority;
};

struct rules {
	struct yaml yaml; /* holds all texts and arrays */
	struct organisations organisations;
	struct rules_team *teams;
	size_t team_count;
	struct rule *rules;
	size_t rule_count;
};

/* errors: all of them, a line each, NAME:line:column. ERR_CONFIG. *out is the caller's to free. */
int rules_new(const char *name, const char *text, struct rules **out, struct buf *errors);
void rules_free(struct rules *rules);

/* The first rule that holds, as its index; the last one always does. */
size_t rules_match(const struct rules *rules, const struct rules_facts *facts);

/* Index of the team, or -1. */
int rules_team(const struct rules *rules, const char *key);

#endif
