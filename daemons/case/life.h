/*
 * The rules of a case's life: what may happen to it, and what becomes of its facts. Everything here
 * is a function of a value; nothing is kept and nothing looks at a clock.
 *
 * decide copies a life, takes the step on the copy, and the difference of the facts is the event's.
 * evolve makes the life what the event says and judges nothing, so that a log stays what it was
 * when a rule changes. To allow a new event: a case in step_take (life.c), and in life_note when
 * the facts do not say it all.
 */
#ifndef WOT_CASE_LIFE_H
#define WOT_CASE_LIFE_H

#include "daemons/case/pool.h"
#include "lib/err.h"
#include "proto/event.h"

/* A screening that reached somebody, and those before it. */
struct screened {
	const struct screened *before;
	const char *redirected_to;
	int32_t day;
	uint16_t outcome, care_weight; /* 0: not said */
};

struct case_life {
	Wot__V1__CaseFacts facts;
	const struct screened *screened; /* the last one that triage took in, counting or not */
	const char *case_lead;
	const char *handover_to; /* of the last offer; NULL: none was made */
	/* organisations that the case was redirected to, by whom; the later of these outrules */
	const char *routed_to, *screened_to, *closed_to;
	int32_t decided_on;        /* the day of the last screening that counts; 0: none */
	int32_t reopened_on;       /* the next closing lies on it or after it; LIFE_NEVER */
	int32_t born_after;        /* by the age on the day of the report; 0: not known */
	int32_t first_on, last_on; /* of what happened, beside the days in facts; LIFE_NEVER */
	/* Ever accepted. Taking a day back does not undo that the case was taken up. */
	bool support_accepted, closing_accepted;
	bool weight_by_hand; /* beats a screening's */
	bool paused, handover_warm;
	uint8_t handover_confirmed; /* 1 << side; complete with both */
	int32_t handover_on;        /* the latest day of the offer and its confirmations */
};
#define LIFE_NEVER INT32_MIN

enum life_status { LIFE_WAITING, LIFE_IN_SUPPORT, LIFE_CLOSED, LIFE_ENDED, LIFE_BRIEF_CONTACT };

/* Before its registration. */
extern const struct case_life life_empty;
/* As a registration leaves it. */
void life_begin(struct case_life *life, const Wot__V1__HelpRequest *request, int32_t reported_on);

/*
 * A submitted step of that day. ERR_LIFE_FORBIDS with a reason that names days (those are not
 * personal); then the life is as it was or half changed: step on a copy.
 */
int life_step(struct case_life *life, const Wot__V1__Body *body, int32_t day, struct why *why);
/* What triage has decided; it cannot be refused here, but a screening that lies after the closing counts only
 * once that has moved. body: case_routed or screening, which is put in `room`. */
void life_follow(
	struct case_life *life, const Wot__V1__Body *body, int32_t day, struct screened *room);

/* Makes the life what an event of the own log says. Texts and `room` are shared: life_keep follows. */
void life_evolve(struct case_life *life, const Wot__V1__Event *event, struct screened *room);
void life_keep(struct case_life *life, struct pool *pool);

enum life_status life_status(const struct case_life *life);
/* Both sides have confirmed the last offer. */
bool life_handover_is_complete(const struct case_life *life);

#endif
