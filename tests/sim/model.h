/*
 * What the three logs say, by the rules of INTERFACES.md and nothing else: a second opinion on every case,
 * written without looking at the daemons. It is told of every event as it is appended, and again of what is
 * on disk when a daemon starts; it forgets with the daemon.
 */
#ifndef WOT_SIM_MODEL_H
#define WOT_SIM_MODEL_H

#include "proto/event.h"
#include "tests/sim/house.h"

enum { NEVER = INT32_MIN, TEXT_ROOM = 48 };

/* Of case's log. Days; NEVER: not known. */
struct told_case {
	bool known;
	int32_t reported, contact, screened, decided, ended, started, closed, reopened;
	int screening, reason, weight, people, age, channel, location,
		violence; /* 0, people and age -1: not known */
	uint32_t problems;
	bool youth, turns_18, advice, taken_up, weight_by_hand, paused, offered;
	unsigned confirmed;
	char ward[TEXT_ROOM], team[TEXT_ROOM];
	unsigned became_contact, advice_voided;
	uint8_t household_id[16];
};

/* Of triage's. */
struct told_route {
	bool known;
	int32_t reported;
	char team[TEXT_ROOM], rule[TEXT_ROOM];
	bool redirected, by_hand, taken_up, advised, started, closed;
	uint64_t unsettled; /* the decision that is finding out where it goes now */
	int priority, outcome;
	uint32_t expertise;
	unsigned attempts, weight_screened, weight_set;
};

/* Of intake's. */
struct told_request {
	bool known, is_referral, is_contact, was_contact, has_key, youth, turns_18;
	int32_t contact_on;
	int status, age, legal_basis;
	uint8_t household_id[16];
	uint8_t key_id[16];
};

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

/* May it happen, now? Of a case that is known, and of a submission without faults. */
bool model_allows(enum member member, uint32_t number, const Wot__V1__Submission *submission);

/* How many events of that kind a log holds. */
uint64_t model_count(enum member member, Wot__V1__Body__KindCase kind);
/* Brief contacts of others than youths. */
uint64_t model_contacts_of_adults(void);

#endif
