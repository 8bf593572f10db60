/*
 * What the three logs say, by the rules of INTERFACES.md and nothing else: a second opinion on every case,
 * written without looking at the daemons. It is told of every event as it is appended, and again of what is
 * on disk when a daemon starts; it forgets with the daemon.
 */
#ifndef WOT_SIM_MODEL_H
#define WOT_SIM_MODEL_H

#include "tests/sim/house.h"
#include "tests/sim/told.h"

/* What came in under a ref. */
struct told_ref {
	uint64_t seq;
	uint8_t id[16], digest[16];
	char case_id[32];
};

void model_event(enum member member, const Wot__V1__Event *event, uint64_t seq);
void model_forget(enum member member);

uint32_t model_room(void);                           /* case numbers are below it */
const struct told_case *model_case(uint32_t number); /* known or not, never NULL below room */
const struct told_route *model_route(uint32_t number);
const struct told_request *model_request(uint32_t number);

/* The number of a case id, which must be one. */
uint32_t model_number(const char *case_id);
/* NULL: this ref was not used there. */
const struct told_ref *model_ref(enum member member, const char *client, const char *ref);
/* The case that a submission names, as that daemon's log knows it; 0: none. */
uint32_t model_named(enum member member, const char *client, const Wot__V1__Submission *submission);
/* The day of the signal that it names; NEVER: none. */
int32_t model_signal(enum member member, const char *client, const Wot__V1__Submission *submission);

/* May it happen, now? Of a case that is known, and of a submission without faults. */
bool model_allows(enum member member, uint32_t number, const Wot__V1__Submission *submission);

/* The text under which that file is in force there, by its log; NULL: it is never read there. */
const char *model_config(enum member member, const char *name);

/* Brief contacts of others than youths. */
uint64_t model_contacts_of_adults(void);

#endif
