/*
 * What wot-triage knows: every request by its dense case number, every team that ever got a case,
 * and the roster: the rules in force with the queue as they divide it. A fold of its own log;
 * evolve is the only way in. About 160 bytes a case, with the name it was sent under.
 */
#ifndef WOT_TRIAGE_STATE_H
#define WOT_TRIAGE_STATE_H

#include "core/refs.h"
#include "daemons/triage/queue.h"
#include "daemons/triage/request.h"
#include "daemons/triage/signals.h"

/* Names that cases refer to by number, from 1; 0 is none. They stay when triage.yaml forgets them.
 */
struct names {
	char **items;
	uint16_t count;
};
uint16_t names_find(const struct names *names, const char *name);

/* A triage.yaml with what follows from it. */
struct roster {
	struct rules *rules;                   /* NULL: none was loaded yet */
	uint16_t team_number[RULES_TEAMS_MAX]; /* of rules->teams, among the state's; 0: new */
	struct queue queue;
};

struct triage {
	struct request *requests; /* by case number */
	size_t room;              /* numbers below it may exist */
	struct refs refs;
	struct names rule_names, team_names, organisation_names;
	struct assign_load *loads; /* by number of the team */
	size_t load_room;
	uint64_t assignments; /* so far */
	struct roster roster;
	struct promise_rules promise_rules;
	struct due due; /* clocks: clocks.h */
	struct signals signals;
};

/* The name under which the shell brings what triage decides by, beside what clocks go by. */
#define TRIAGE_RULES "triage.yaml"

void triage_done(struct triage *triage);
/* What an event of the own log changed, for the clocks: a request (its number), or what all go by. */
struct triage_change {
	uint32_t number;
	bool report_moved, promise_rules;
};
struct triage_change triage_evolve(struct triage *triage, const Wot__V1__Event *event);

/* NULL when there is no such case. */
const struct request *triage_request(const struct triage *triage, uint32_t number);
/* 0 when unknown. */
uint32_t triage_number(const struct triage *triage, const char *case_id);
const char *triage_team_name(const struct triage *triage, uint16_t number);

/* Where a request waits under a roster. */
struct queue_kind triage_line(
	const struct triage *triage, const struct roster *roster, const struct request *request);
/* The roster that this text makes of what is known; ERR_CONFIG. Freed by roster_done. */
int roster_make(const struct triage *triage, const char *name, const char *text, struct roster *out,
	struct buf *errors);
void roster_done(struct roster *roster);
/* What the roster's teams carry, by their index. */
void roster_loads(const struct triage *triage, const struct roster *roster,
	struct assign_load out[RULES_TEAMS_MAX]);

#endif
