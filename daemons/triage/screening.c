#include "daemons/triage/screening.h"

#include "daemons/triage/route.h"
#include "lib/calendar.h"
#include <string.h>

static int screening_names(const struct triage *triage, const Wot__V1__Screening *screening,
	int32_t day, struct decision *out)
{
	const struct rules *rules = triage->roster.rules;
	int err = 0;
	if (screening->team && (!rules || rules_team(rules, screening->team) < 0)) {
		fault_add(out->faults, "/team", "is not a team of triage.yaml");
		err = ERR_INVALID;
	}
	if (screening->redirected_to && (!rules || !organisations_find(&rules->organisations,
							   screening->redirected_to, day))) {
		fault_add(out->faults, "/redirectedTo", "is not an organisation of triage.yaml");
		err = ERR_INVALID;
	}
	return err ? why_set(&out->why, err, "a name is not in triage.yaml") : 0;
}

/* The number of the case that it names, 0 when unknown. */
static uint32_t screening_case(const struct triage *triage, const struct input *input)
{
	const Wot__V1__Submission *submission = input->submission;
	if (submission->case_id)
		return triage_number(triage, submission->case_id);
	if (submission->case_ref)
		return refs_find(&triage->refs, input->client, submission->case_ref);
	return 0;
}

/* INTERFACES rule 5: nothing before the report, or after the closing that is known here; rule 2: advice makes
 * it a brief contact, unless support or a closing was before it. */
static int screening_allowed(const struct request *request, const Wot__V1__Screening *screening,
	int32_t day, struct why *why)
{
	if (day < request->reported_on)
		return why_set(why, ERR_LIFE_FORBIDS,
			"the screening lies before the day on which the request was reported");
	if (request->days[REQUEST_CLOSED] && day > request->days[REQUEST_CLOSED])
		return why_set(why, ERR_LIFE_FORBIDS,
			"the screening lies after the day on which the case was closed; reopen it "
			"first");
	if (screening->outcome == WOT__V1__SCREENING__OUTCOME__NOT_REACHED)
		return 0;
	if (screening->outcome == WOT__V1__SCREENING__OUTCOME__ADVICE && request->taken_up)
		return why_set(why, ERR_LIFE_FORBIDS,
			"support has started or the case was closed, so it cannot end in advice");
	if (request->outcome == WOT__V1__SCREENING__OUTCOME__ADVICE && request->advised)
		return why_set(why, ERR_LIFE_FORBIDS,
			"the request ended in advice and is a brief contact now; a new question is "
			"a new request");
	return 0;
}

/* Does the team that has the case still match what screening made of it? When it lacks the
 * expertise, the case goes where the rules say; when it has no room for the hours, to another team
 * that has, if any. */
static void screening_match(const struct triage *triage, struct route_change *change)
{
	const struct roster *roster = &triage->roster;
	const struct request *before = &change->before;
	struct request *after = &change->after;
	if (!roster->rules || !request_is_carried(after) || after->by_hand ||
		after->days[REQUEST_SUPPORTED])
		return;
	bool asked = after->expertise != before->expertise;
	bool heavier = request_hours(after) > request_hours(before);
	if (!asked && !heavier)
		return;
	struct rules_facts facts = request_facts(after);
	const struct rule *rule = &roster->rules->rules[rules_match(roster->rules, &facts)];
	int team = rules_team(roster->rules, triage_team_name(triage, after->team));
	uint64_t can = assign_eligible(roster->rules, rule, after->expertise);
	if (asked && (team < 0 || !(can >> team & 1))) {
		after->team = 0;
		change->tell = true;
		return;
	}
	struct assign_want want = request_want(after, rule);
	struct assign_load load = triage->loads[after->team];
	if (request_is_carried(before))
		assign_load_take(&load, request_hours(before), before->priority);
	if (team >= 0 && heavier && !assign_fits(&roster->rules->teams[team], &load, &want)) {
		change->stays = after->team;
		after->team = 0;
	}
}

static void screening_route(const struct triage *triage, const Wot__V1__Screening *screening,
	struct route_change *change, int64_t at_ms, struct decision *out)
{
	struct request *after = &change->after;
	if (!screening->team || !request_is_open(after))
		screening_match(triage, change);
	else if (!after->team ||
		 strcmp(screening->team, triage_team_name(triage, after->team)) != 0)
		route_by_hand(triage, change, screening->team, at_ms, out);
	route_decide(triage, &triage->roster, change, at_ms, out);
}

/* A caseRef may also name a signal, which has no case: then it is about the household. */
static uint32_t screening_signal(const struct triage *triage, const struct input *input)
{
	const char *ref = input->submission->case_ref;
	return ref ? signals_find(&triage->signals, input->client, ref) : 0;
}

static int screening_of_household(const struct triage *triage, uint32_t number,
	const Wot__V1__Submission *submission, struct decision *out)
{
	const struct signal *signal = signals_at(&triage->signals, number);
	if (calendar_day_of(submission->occurred_at) < signal->day)
		return why_set(&out->why, ERR_LIFE_FORBIDS,
			"the screening lies before the day of the signal");
	Wot__V1__SignalScreened *screened = decision_case_event(out,
		WOT__V1__BODY__KIND_SIGNAL_SCREENED, submission->occurred_at,
		(struct subject){.legal_basis = signal->legal_basis})
						    ->body->signal_screened;
	screened->household_id.len = sizeof signal->household_id;
	screened->household_id.data =
		arena_dup(out->arena, signal->household_id, sizeof signal->household_id);
	screened->screening = submission->body->screening;
	return 0;
}

static int screening_of_case(const struct triage *triage, uint32_t number,
	const Wot__V1__Submission *submission, struct decision *out)
{
	const Wot__V1__Screening *screening = submission->body->screening;
	const struct request *request = triage_request(triage, number);
	int32_t day = calendar_day_of(submission->occurred_at);
	int err = screening_allowed(request, screening, day, &out->why);
	if (err)
		return err;
	Wot__V1__Event *event = decision_case_event(out, WOT__V1__BODY__KIND_SCREENING,
		submission->occurred_at, request_subject(request, number, out->arena));
	body_set(event->body, WOT__V1__BODY__KIND_SCREENING, body_message(submission->body));
	struct route_change change = {.number = number, .before = *request, .after = *request};
	request_take_screening(&change.after, screening, day);
	screening_route(triage, screening, &change, submission->occurred_at, out);
	return 0;
}

int screening_decide(const struct triage *triage, const struct input *input, struct decision *out)
{
	const Wot__V1__Submission *submission = input->submission;
	int err = screening_names(
		triage, submission->body->screening, calendar_day_of(submission->occurred_at), out);
	if (err)
		return err;
	uint32_t number = screening_case(triage, input);
	if (number)
		return screening_of_case(triage, number, submission, out);
	number = screening_signal(triage, input);
	if (number)
		return screening_of_household(triage, number, submission, out);
	return decision_case_unknown(out, submission);
}
