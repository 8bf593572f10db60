/*
 * One help request as triage knows it, as a value: what the rules look at, what was decided, what
 * screening and wot-case said since. decide changes a copy, evolve changes the one in the table,
 * both through the functions here. About 100 bytes.
 */
#ifndef WOT_TRIAGE_REQUEST_H
#define WOT_TRIAGE_REQUEST_H

#include "core/promise.h"
#include "daemons/triage/assign.h"

/* The days of wot-case that triage keeps. */
enum request_day { REQUEST_CONTACTED, REQUEST_SUPPORTED, REQUEST_CLOSED, REQUEST_DAYS };

struct request {
	int32_t reported_on;
	uint16_t year; /* of the case id; 0: there is no such case */
	uint16_t problems;
	uint16_t team; /* a number of state.h; 0: none */
	uint16_t rule; /* of the last route, as a number of state.h */
	uint16_t
		redirect; /* where a rule redirects it to, which a person decides; likewise; 0: none */
	uint16_t attempts;
	uint8_t expertise;
	uint8_t priority;
	uint8_t outcome; /* the last one other than NOT_REACHED; 0: not screened */
	uint8_t weight_screened, weight_set; /* CareWeight; 0: none. What wot-case set wins */
	uint8_t preferred_location;
	uint8_t legal_basis;
	bool youth : 1, not_resident : 1, domestic_violence : 1, crisis : 1;
	bool by_hand : 1; /* the team was chosen by a person: no rule changes it */
	bool welfare_first : 1;
	bool taken_up : 1;       /* a start or closing was ever accepted: screening ends nothing */
	bool wants_reaction : 1; /* it came by web, chat or e-mail */
	bool advised : 1;        /* it is a brief contact now, and the person's data is gone */
	int32_t known_on;        /* the day on which intake took it in */
	int32_t screened_on;     /* the first that reached somebody; 0: none */
	int32_t days[REQUEST_DAYS]; /* 0: not known */
	struct promise contact, reaction;
	uint8_t household_id[16]; /* zeros: not known */
};

/* Ended at screening: nobody waits, nobody works on it. */
bool request_is_ended(const struct request *request);
/* A team works on it or will. */
bool request_is_open(const struct request *request);
/* It waits in the queue for a team. */
bool request_is_waiting(const struct request *request);
/* It counts in the load of its team. */
bool request_is_carried(const struct request *request);
/* The intake team still has to reach the resident. */
bool request_is_to_phone(const struct request *request);

/* Hours a week by care weight; 2 while it is not known (a medium case). */
uint32_t request_hours(const struct request *request);
struct rules_facts request_facts(const struct request *request);
struct assign_want request_want(const struct request *request, const struct rule *rule);

/* What an event of its case is about; the id in the arena. */
struct subject request_subject(const struct request *request, uint32_t number, struct arena *arena);

/* As intake's event has it; nothing is decided yet. */
struct request request_new(
	const Wot__V1__HelpRequest *submitted, int32_t reported_on, int year, unsigned legal_basis);
/* What a route keeps of the request, so that the own log tells all of it. */
void request_tell(const struct request *request, struct arena *arena, Wot__V1__CaseRouted *route);
/* What a route says of it: all but the numbers of state.h. */
void request_take_route(struct request *request, const Wot__V1__CaseRouted *route);
void request_take_screening(
	struct request *request, const Wot__V1__Screening *screening, int32_t day);

/* What its promises go by. */
struct promise_case request_promises(const struct request *request);

/* What of an event of wot-case is news here; NULL: nothing. Parts are shared with the event. */
Wot__V1__CaseFacts *request_news(
	const struct request *request, const Wot__V1__Event *event, struct arena *arena);
void request_take_news(struct request *request, const Wot__V1__CaseFacts *news);

#endif
