/*
 * What a log has told of one case, as a value, by the rules of INTERFACES.md; and whether they allow what
 * comes next. model.h keeps one of each for every case.
 */
#ifndef WOT_SIM_TOLD_H
#define WOT_SIM_TOLD_H

#include "proto/event.h"

enum { NEVER = INT32_MIN, TEXT_ROOM = 48 };

enum { SCREENINGS_MAX = 24 };
struct told_screening {
	int32_t day;
	int outcome, weight; /* 0: not said */
	char to[TEXT_ROOM];
};

/* Of case's log. Days; NEVER: not known. */
struct told_case {
	bool known;
	int32_t reported, contact, screened, decided, ended, started, closed, reopened;
	int screening, reason, weight, people, age, channel, location,
		violence; /* 0, people and age -1: not known */
	uint32_t problems;
	bool youth, turns_18, advice, taken_up, weight_by_hand, paused, offered;
	unsigned confirmed;
	bool offered_warm;
	int32_t offered_on, hand_over_by,
		handed_over; /* of the offer: the latest day of it so far */
	int handover;
	char ward[TEXT_ROOM], team[TEXT_ROOM];
	char routed_to[TEXT_ROOM], screened_to[TEXT_ROOM], closed_to[TEXT_ROOM];
	unsigned became_contact, advice_voided;
	struct told_screening screenings[SCREENINGS_MAX]; /* those that triage took in, in order */
	size_t screening_count;
	size_t left_out; /* of these lie after the closing, and count for nothing while it stands */
	bool ever_left_out; /* triage keeps the first day alone, and may tell its clocks another */
	int32_t first, latest; /* of what happened, beside the days that can be corrected */
};

/* Of triage's. */
struct told_route {
	bool known;
	int32_t reported;
	char team[TEXT_ROOM], rule[TEXT_ROOM];
	bool redirected, by_hand, taken_up, advised, started, closed;
	int32_t closed_on;
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

void told_case_begin(struct told_case *told, const Wot__V1__HelpRequest *request, int32_t day);
void told_case_take(struct told_case *told, const Wot__V1__Body *body, int32_t day);
bool told_case_allows(const struct told_case *told, const Wot__V1__Body *body, int32_t day);

/* The organisation that it was sent on to; "": none. */
const char *told_redirected_to(const struct told_case *told);

void told_route_take(struct told_route *told, const Wot__V1__CaseRouted *route);
void told_route_screened(struct told_route *told, const Wot__V1__Screening *screening);
void told_route_noted(struct told_route *told, const Wot__V1__CaseFacts *facts);
bool told_route_allows(
	const struct told_route *told, const Wot__V1__Screening *screening, int32_t day);

void told_request_begin(
	struct told_request *told, const Wot__V1__HelpRequest *request, bool is_referral);
void told_request_contact(struct told_request *told, const Wot__V1__RequestBecameContact *contact);

/* Values of an enumeration as bits. */
uint32_t told_set(const int *values, size_t count);

#endif
