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
		.first = NEVER,
		.latest = NEVER,
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
}

static void case_screened(struct told_case *told, const Wot__V1__Screening *screening, int32_t day)
{
	if (screening->outcome == OUTCOME(NOT_REACHED))
		return;
	must(told->screening_count < SCREENINGS_MAX);
	struct told_screening *screened = &told->screenings[told->screening_count++];
	*screened = (struct told_screening){.day = day,
		.outcome = (int)screening->outcome,
		.weight = screening->has_care_weight ? (int)screening->care_weight : 0};
	text_set(screened->to, screening->redirected_to);
}

/* What the screenings come to that do not lie after the closing, whichever was told first (rule 5); of
 * what they ended support and closings go on (rules 2 and 3). */
static void case_settle(struct told_case *told)
{
	told->screened = told->decided = told->ended = NEVER;
	told->screening = 0;
	told->left_out = 0;
	told->screened_to[0] = 0;
	told->advice = false;
	if (!told->weight_by_hand)
		told->weight = 0;
	for (size_t i = 0; i < told->screening_count; i++) {
		const struct told_screening *screening = &told->screenings[i];
		if (told->closed != NEVER && screening->day > told->closed) {
			told->left_out++;
			told->ever_left_out = true;
			continue;
		}
		told->screened = told->screened == NEVER ? screening->day : told->screened;
		told->decided = screening->day;
		told->screening = screening->outcome;
		text_set(told->screened_to, screening->to);
		if (screening->weight && !told->weight_by_hand)
			told->weight = screening->weight;
	}
	if (told->taken_up)
		return;
	told->advice = told->screening == OUTCOME(ADVICE);
	if (told->screening == OUTCOME(REDIRECTED) || told->screening == OUTCOME(WITHDRAWN) ||
		told->screening == OUTCOME(WELFARE_ACTIVITY))
		told->ended = told->decided;
}

static void case_corrected(struct told_case *told, const Wot__V1__Corrected *corrected)
{
	if (corrected->has_reported_on)
		told->reported = corrected->reported_on;
	if (corrected->has_first_contact_on)
		told->contact = corrected->first_contact_on;
	if (corrected->has_support_started_on) {
		told->started = corrected->support_started_on;
		told->taken_up = true;
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
		told->taken_up = true;
		break;
	case IS(CLOSED):
		told->closed = day;
		told->reason = (int)body->closed->reason;
		text_set(told->closed_to, body->closed->redirected_to);
		told->taken_up = true;
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

/* Everything that a case lead said happened on its day; but those of contact, start and closing are kept apart,
 * where a correction may move them. */
static void case_happened(struct told_case *told, Wot__V1__Body__KindCase kind, int32_t day)
{
	bool apart = kind == IS(CLOSED) || kind == IS(CORRECTED) ||
		     (kind == IS(FIRST_CONTACT) && told->contact == day) ||
		     (kind == IS(SUPPORT_STARTED) && told->started == day);
	if (kind < IS(FIRST_CONTACT) || kind > IS(CORRECTED) || apart)
		return;
	told->first = told->first == NEVER || day < told->first ? day : told->first;
	told->latest = day > told->latest ? day : told->latest;
}

static void case_take(struct told_case *told, const Wot__V1__Body *body, int32_t day)
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

void told_case_take(struct told_case *told, const Wot__V1__Body *body, int32_t day)
{
	case_take(told, body, day);
	case_happened(told, body->kind_case, day);
	case_settle(told);
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
	if (facts->has_closed_on)
		told->closed_on = facts->closed_on;
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

/* Nothing that is known lies after the closing; screenings are looked at apart. */
static bool closes_last(const struct told_case *told)
{
	return told->closed >= told->contact && told->closed >= told->started &&
	       told->closed >= told->latest && told->closed >= told->reopened;
}

static bool correction_fits(const struct told_case *was, const Wot__V1__Corrected *corrected)
{
	struct told_case is = *was;
	if ((corrected->has_closed_on || corrected->has_closing_reason) && was->closed == NEVER)
		return false;
	for (size_t i = 0; i < was->screening_count; i++) {
		int32_t day = was->screenings[i].day;
		bool late = was->closed != NEVER && day > was->closed;
		if (corrected->has_reported_on && day >= was->reported &&
			day < corrected->reported_on)
			return false;
		if (corrected->has_closed_on && !late && day > corrected->closed_on)
			return false;
	}
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
	if (is.first != NEVER && is.first < is.reported)
		return false;
	return is.closed == NEVER || (is.closed >= is.reported && closes_last(&is));
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
	if (kind == IS(CLOSED)) {
		struct told_case is = *told;
		is.closed = day;
		for (size_t i = 0; i < told->screening_count; i++)
			if (told->screenings[i].day > day)
				return false;
		return closes_last(&is);
	}
	if (kind == IS(PAUSED) || kind == IS(RESUMED))
		return told->paused == (kind == IS(RESUMED));
	if (kind == IS(HANDOVER_CONFIRMED))
		return told->offered && !(told->confirmed >> body->handover_confirmed->by & 1);
	return true;
}

bool told_route_allows(
	const struct told_route *told, const Wot__V1__Screening *screening, int32_t day)
{
	if (day < told->reported || (told->closed && day > told->closed_on))
		return false;
	if (screening->outcome == OUTCOME(NOT_REACHED))
		return true;
	if (screening->outcome == OUTCOME(ADVICE) && told->taken_up)
		return false;
	return !(told->outcome == OUTCOME(ADVICE) && told->advised);
}
