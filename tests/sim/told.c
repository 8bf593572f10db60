#include "tests/sim/told.h"

#include "lib/calendar.h"

#include <stdio.h>
#include <string.h>

#define IS(kind) WOT__V1__BODY__KIND_##kind
#define OUTCOME(name) WOT__V1__SCREENING__OUTCOME__##name

/* Of CaseFacts, in `cleared`. */
enum { STARTED_FIELD = 6, CLOSED_FIELD = 7 };

/* ---- case's log ---- */

uint32_t told_set(const int *values, size_t count)
{
	uint32_t set = 0;
	for (size_t i = 0; i < count; i++)
		set |= 1u << values[i];
	return set;
}

static void text_set(char out[TEXT_ROOM], const char *text)
{
	snprintf(out, TEXT_ROOM, "%s", text ? text : "");
}

void told_case_begin(struct told_case *told, const Wot__V1__HelpRequest *request, int32_t day)
{
	*told = (struct told_case){
		.known = true,
		.reported = day,
		.contact = NEVER,
		.screened = NEVER,
		.decided = NEVER,
		.ended = NEVER,
		.started = NEVER,
		.closed = NEVER,
		.reopened = NEVER,
		.hand_over_by = request->has_hand_over_by ? request->hand_over_by : NEVER,
		.handed_over = NEVER,
		.people = request->has_people_involved ? (int)request->people_involved : -1,
		.age = request->has_age_years ? (int)request->age_years : -1,
		.channel = (int)request->channel,
		.location = request->has_location ? (int)request->location : 0,
		.violence = request->has_domestic_violence ? 1 + request->domestic_violence : 0,
		.problems = told_set((const int *)request->problems, request->n_problems),
		.youth = request->youth,
		.turns_18 = request->turns_18_soon,
	};
	text_set(told->ward, request->ward);
	if (request->has_household_id)
		memcpy(told->household_id, request->household_id.data, sizeof told->household_id);
}

/* Rules 2 and 3: what screening ended goes on when support or a closing is accepted. */
static void case_goes_on(struct told_case *told)
{
	told->taken_up = true;
	told->ended = NEVER;
	told->advice = false;
}

static void case_screened(struct told_case *told, const Wot__V1__Screening *screening, int32_t day)
{
	if (screening->outcome == OUTCOME(NOT_REACHED))
		return;
	if (told->screened == NEVER)
		told->screened = day;
	told->decided = day;
	told->screening = (int)screening->outcome;
	text_set(told->screened_to, screening->redirected_to);
	if (screening->has_care_weight && !told->weight_by_hand)
		told->weight = (int)screening->care_weight;
	bool ends = screening->outcome == OUTCOME(REDIRECTED) ||
		    screening->outcome == OUTCOME(WELFARE_ACTIVITY) ||
		    screening->outcome == OUTCOME(WITHDRAWN);
	told->ended = ends && !told->taken_up ? day : NEVER;
	told->advice = screening->outcome == OUTCOME(ADVICE) && !told->taken_up;
}

static void case_corrected(struct told_case *told, const Wot__V1__Corrected *corrected)
{
	if (corrected->has_reported_on)
		told->reported = corrected->reported_on;
	if (corrected->has_first_contact_on)
		told->contact = corrected->first_contact_on;
	if (corrected->has_support_started_on) {
		told->started = corrected->support_started_on;
		case_goes_on(told);
	}
	if (corrected->has_closed_on)
		told->closed = corrected->closed_on;
	if (corrected->has_closing_reason)
		told->reason = (int)corrected->closing_reason;
	if (corrected->ward)
		text_set(told->ward, corrected->ward);
	if (corrected->has_care_weight) {
		told->weight = (int)corrected->care_weight;
		told->weight_by_hand = true;
	}
	if (corrected->has_people_involved)
		told->people = (int)corrected->people_involved;
	for (size_t i = 0; i < corrected->n_remove; i++) {
		if (strcmp(corrected->remove[i], "firstContactOn") == 0)
			told->contact = NEVER;
		else
			told->started = NEVER;
	}
}

static void case_handed_over(
	struct told_case *told, Wot__V1__HandoverConfirmed__Side side, int32_t day)
{
	told->confirmed |= 1u << side;
	told->offered_on = told->offered_on > day ? told->offered_on : day;
	if (told->confirmed != 6 || told->handed_over != NEVER)
		return;
	told->handed_over = told->offered_on;
	if (told->hand_over_by != NEVER)
		told->handover =
			1 + 2 * !told->offered_warm + (told->handed_over > told->hand_over_by);
}

/* What a case lead says of times. */
static void case_moved(struct told_case *told, const Wot__V1__Body *body, int32_t day)
{
	switch (body->kind_case) {
	case IS(FIRST_CONTACT):
		told->contact = told->contact == NEVER ? day : told->contact;
		break;
	case IS(SUPPORT_STARTED):
		told->started = told->started == NEVER ? day : told->started;
		case_goes_on(told);
		break;
	case IS(CLOSED):
		told->closed = day;
		told->reason = (int)body->closed->reason;
		text_set(told->closed_to, body->closed->redirected_to);
		case_goes_on(told);
		break;
	case IS(REOPENED):
		told->closed = NEVER;
		told->reason = 0;
		text_set(told->closed_to, NULL);
		told->reopened = day;
		break;
	default:
		break;
	}
}

void told_case_take(struct told_case *told, const Wot__V1__Body *body, int32_t day)
{
	switch (body->kind_case) {
	case IS(CASE_ROUTED):
		text_set(told->team, body->case_routed->team);
		text_set(told->routed_to, body->case_routed->redirected_to);
		break;
	case IS(SCREENING):
		case_screened(told, body->screening, day);
		break;
	case IS(CARE_WEIGHT_SET):
		told->weight = (int)body->care_weight_set->care_weight;
		told->weight_by_hand = true;
		break;
	case IS(PEOPLE_INVOLVED_SET):
		told->people = (int)body->people_involved_set->count;
		break;
	case IS(PROBLEMS_SET):
		told->problems = told_set(
			(const int *)body->problems_set->problems, body->problems_set->n_problems);
		break;
	case IS(PAUSED):
	case IS(RESUMED):
		told->paused = body->kind_case == IS(PAUSED);
		break;
	case IS(HANDOVER_OFFERED):
		told->offered = true;
		told->offered_warm = body->handover_offered->warm;
		told->offered_on = day;
		told->confirmed = 0;
		break;
	case IS(HANDOVER_CONFIRMED):
		case_handed_over(told, body->handover_confirmed->by, day);
		break;
	case IS(CORRECTED):
		case_corrected(told, body->corrected);
		break;
	case IS(CASE_BECAME_CONTACT):
		told->became_contact++;
		break;
	case IS(ADVICE_VOIDED):
		told->advice_voided++;
		break;
	default:
		case_moved(told, body, day);
		break;
	}
}

/* What is decided later outrules what was before; a person who sends it away without saying where to leaves it
 * at what the rules proposed. */
const char *told_redirected_to(const struct told_case *told)
{
	if (told->closed_to[0])
		return told->closed_to;
	if (told->screened_to[0])
		return told->screened_to;
	bool keeps = told->screening && told->screening != OUTCOME(REDIRECTED) &&
		     told->screening != OUTCOME(WELFARE_ACTIVITY);
	return keeps ? "" : told->routed_to;
}

/* ---- triage's log ---- */

void told_route_take(struct told_route *told, const Wot__V1__CaseRouted *route)
{
	told->known = true;
	told->reported = route->reported_on;
	text_set(told->team, route->team);
	text_set(told->rule, route->rule);
	told->expertise = told_set((const int *)route->expertise, route->n_expertise);
	told->redirected = route->redirected_to != NULL;
	told->by_hand = route->by_hand;
	told->priority = (int)route->priority;
}

void told_route_screened(struct told_route *told, const Wot__V1__Screening *screening)
{
	if (screening->outcome == OUTCOME(NOT_REACHED)) {
		told->attempts++;
		return;
	}
	told->outcome = (int)screening->outcome;
	if (screening->outcome == OUTCOME(TO_SUPPORT))
		told->redirected = false;
	if (screening->has_care_weight)
		told->weight_screened = screening->care_weight;
	if (screening->n_expertise)
		told->expertise =
			told_set((const int *)screening->expertise, screening->n_expertise);
}

void told_route_noted(struct told_route *told, const Wot__V1__CaseFacts *facts)
{
	if (facts->has_reported_on)
		told->reported = facts->reported_on;
	for (size_t i = 0; i < facts->n_cleared; i++) {
		told->started = told->started && facts->cleared[i] != STARTED_FIELD;
		told->closed = told->closed && facts->cleared[i] != CLOSED_FIELD;
	}
	told->started = told->started || facts->has_support_started_on;
	told->closed = told->closed || facts->has_closed_on;
	if (facts->has_support_started_on || facts->has_closed_on)
		told->taken_up = true;
	if (facts->has_advice)
		told->advised = facts->advice;
	if (facts->has_care_weight)
		told->weight_set = facts->care_weight;
}

/* ---- intake's log ---- */

void told_request_begin(
	struct told_request *told, const Wot__V1__HelpRequest *request, bool is_referral)
{
	*told = (struct told_request){
		.known = true,
		.is_referral = is_referral,
		.has_key = request->sealed != NULL,
		.status = WOT__V1__REFERRAL_PROGRESSED__STATUS__RECEIVED,
		.youth = request->youth,
		.turns_18 = request->turns_18_soon,
		.age = request->has_age_years ? (int)request->age_years : -1,
	};
	if (request->has_household_id)
		memcpy(told->household_id, request->household_id.data, sizeof told->household_id);
	if (request->sealed)
		memcpy(told->key_id, request->sealed->key_id.data, sizeof told->key_id);
}

void told_request_contact(struct told_request *told, const Wot__V1__RequestBecameContact *contact)
{
	told->is_contact = told->was_contact = true;
	told->contact_on = contact->reported_on;
}

/* ---- may it happen ---- */

static bool correction_fits(const struct told_case *was, const Wot__V1__Corrected *corrected)
{
	struct told_case is = *was;
	if ((corrected->has_closed_on || corrected->has_closing_reason) && was->closed == NEVER)
		return false;
	if (corrected->has_reported_on && was->screened != NEVER &&
		was->screened < corrected->reported_on)
		return false;
	if (corrected->has_reported_on)
		is.reported = corrected->reported_on;
	if (corrected->has_first_contact_on)
		is.contact = corrected->first_contact_on;
	if (corrected->has_support_started_on)
		is.started = corrected->support_started_on;
	if (corrected->has_closed_on)
		is.closed = corrected->closed_on;
	for (size_t i = 0; i < corrected->n_remove; i++) {
		if (strcmp(corrected->remove[i], "firstContactOn") == 0)
			is.contact = NEVER;
		else
			is.started = NEVER;
	}
	if (is.contact != NEVER && is.contact < is.reported)
		return false;
	if (is.started != NEVER && is.started < is.reported)
		return false;
	if (is.closed == NEVER)
		return true;
	return is.closed >= is.reported && is.closed >= is.started && is.closed >= is.reopened;
}

bool told_case_allows(const struct told_case *told, const Wot__V1__Body *body, int32_t day)
{
	Wot__V1__Body__KindCase kind = body->kind_case;
	bool closed = told->closed != NEVER;
	if (day < told->reported)
		return false;
	if (kind == IS(CORRECTED))
		return correction_fits(told, body->corrected);
	if (kind == IS(REOPENED))
		return closed && day >= told->closed;
	if (closed && (kind == IS(CLOSED) || day > told->closed))
		return false;
	if (kind == IS(CLOSED))
		return day >= told->started && day >= told->reopened;
	if (kind == IS(PAUSED) || kind == IS(RESUMED))
		return told->paused == (kind == IS(RESUMED));
	if (kind == IS(HANDOVER_CONFIRMED))
		return told->offered && !(told->confirmed >> body->handover_confirmed->by & 1);
	return true;
}

bool told_route_allows(
	const struct told_route *told, const Wot__V1__Screening *screening, int32_t day)
{
	if (day < told->reported)
		return false;
	if (screening->outcome == OUTCOME(NOT_REACHED))
		return true;
	if (screening->outcome == OUTCOME(ADVICE) && told->taken_up)
		return false;
	return !(told->outcome == OUTCOME(ADVICE) && told->advised);
}
