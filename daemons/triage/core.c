#include "daemons/triage/core.h"

#include "daemons/triage/clocks.h"
#include "daemons/triage/query.h"
#include "daemons/triage/route.h"
#include "lib/calendar.h"
#include "proto/case_id.h"
#include <string.h>

static void *core_new(void)
{
	struct triage *triage = calloc(1, sizeof *triage);
	must(triage);
	return triage;
}

static void core_free(void *state)
{
	triage_done(state);
	free(state);
}

/* ---- from intake: a request ---- */

static int decide_request(const struct triage *triage, const Wot__V1__Event *event,
	const Wot__V1__HelpRequest *submitted, struct decision *out)
{
	int year;
	uint32_t number;
	if (!event->case_id || case_id_parse(event->case_id, &year, &number) != 0 || !number)
		return why_set(
			&out->why, ERR_DIVERGED, "intake's log has a request without a case id");
	if (triage_request(triage, number))
		return why_set(&out->why, ERR_DIVERGED,
			"intake's log gives %s a second time; this can follow lost data (see "
			"`wotctl accept-loss`)",
			event->case_id);
	struct route_change change = {
		.number = number,
		.after = request_new(submitted, calendar_day_of(event->occurred_at), year,
			event->has_legal_basis ? event->legal_basis : 0),
		.tell = true,
		.client = event->client,
		.external_ref = event->external_ref,
		.taken_in_ms = event->recorded_at,
		.channel = submitted->channel,
		.household_id = submitted->has_household_id ? &submitted->household_id : NULL,
	};
	route_decide(triage, &triage->roster, &change, event->occurred_at, out);
	return 0;
}

/* ---- from intake: a signal ---- */

/* Without a person there is nobody to phone. */
static void decide_signal(const Wot__V1__Event *event, int32_t today, struct decision *out)
{
	const Wot__V1__Signal *signal = event->body->signal;
	if (!signal->has_household_id ||
		!signal_is_current(calendar_day_of(event->occurred_at), today))
		return;
	Wot__V1__Event *listed =
		decision_event(out, WOT__V1__BODY__KIND_SIGNAL_LISTED, event->occurred_at);
	listed->has_legal_basis = event->has_legal_basis;
	listed->legal_basis = event->legal_basis;
	listed->body->signal_listed->kind = signal->kind;
	listed->body->signal_listed->household_id = signal->household_id;
}

/* ---- from case: facts ---- */

static int decide_news(
	const struct triage *triage, const Wot__V1__Event *event, struct decision *out)
{
	uint32_t number = triage_number(triage, event->case_id);
	struct route_change change = {0};
	if (number) {
		const struct request *request = triage_request(triage, number);
		Wot__V1__CaseFacts *news = request_news(request, event, out->arena);
		if (news) {
			Wot__V1__Event *noted = decision_event(
				out, WOT__V1__BODY__KIND_CASE_NOTED, event->occurred_at);
			noted->case_id = event->case_id;
			noted->has_legal_basis = event->has_legal_basis;
			noted->legal_basis = event->legal_basis;
			noted->facts = news;
			change = (struct route_change){
				.number = number, .before = *request, .after = *request};
			request_take_news(&change.after, news);
		}
	}
	route_decide(triage, &triage->roster, &change, event->occurred_at, out);
	return 0;
}

static int decide_event(
	const struct triage *triage, const struct input *input, struct decision *out)
{
	const Wot__V1__Event *event = input->event;
	switch (event->body->kind_case) {
	case WOT__V1__BODY__KIND_HELP_REQUEST:
		return decide_request(triage, event, event->body->help_request, out);
	case WOT__V1__BODY__KIND_REFERRAL:
		return decide_request(triage, event, event->body->referral, out);
	case WOT__V1__BODY__KIND_SIGNAL:
		decide_signal(event, calendar_day_of(input->now_ms), out);
		return 0;
	default:
		return decide_news(triage, event, out);
	}
}

/* ---- from the door: a screening ---- */

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

/* INTERFACES rule 2: advice makes it a brief contact, unless support or a closing was before it. */
static int screening_allowed(const struct request *request, const Wot__V1__Screening *screening,
	int32_t day, struct why *why)
{
	if (day < request->reported_on)
		return why_set(why, ERR_LIFE_FORBIDS,
			"the screening lies before the day on which the request was reported");
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

static int decide_screening(
	const struct triage *triage, const struct input *input, struct decision *out)
{
	const Wot__V1__Submission *submission = input->submission;
	const Wot__V1__Screening *screening = submission->body->screening;
	int32_t day = calendar_day_of(submission->occurred_at);
	int err = screening_names(triage, screening, day, out);
	if (err)
		return err;
	uint32_t number = screening_case(triage, input);
	if (!number)
		return why_set(&out->why, ERR_UNKNOWN_CASE,
			"no case has this %s; it may be on its way",
			submission->case_id ? "caseId" : "caseRef");
	const struct request *request = triage_request(triage, number);
	err = screening_allowed(request, screening, day, &out->why);
	if (err)
		return err;
	char id[CASE_ID_ROOM];
	case_id_print(request->year, number, id);
	Wot__V1__Event *event =
		decision_event(out, WOT__V1__BODY__KIND_SCREENING, submission->occurred_at);
	event->case_id = arena_strdup(out->arena, id);
	if (request->legal_basis) {
		event->has_legal_basis = true;
		event->legal_basis = (Wot__V1__LegalBasis__Value)request->legal_basis;
	}
	body_set(event->body, WOT__V1__BODY__KIND_SCREENING, body_message(submission->body));
	struct route_change change = {.number = number, .before = *request, .after = *request};
	request_take_screening(&change.after, screening, day);
	screening_route(triage, screening, &change, submission->occurred_at, out);
	return 0;
}

/* ---- what it decides by: the rules, and what clocks go by ---- */

static int decide_config(
	const struct triage *triage, const struct input *input, struct decision *out)
{
	struct roster roster;
	auto_buf struct buf errors = {0};
	if (strcmp(input->config_name, TRIAGE_RULES) != 0) {
		decision_config(out, input);
		return 0;
	}
	int err = roster_make(triage, input->config_name, input->config_text, &roster, &errors);
	if (err)
		return why_set(&out->why, err, "%s", errors.data);
	decision_config(out, input);
	static const struct route_change none;
	route_decide(triage, &roster, &none, input->now_ms, out);
	roster_done(&roster);
	return 0;
}

static int core_config_check(const char *name, const char *path, const char *text, struct why *why)
{
	if (strcmp(name, TRIAGE_RULES) != 0)
		return promise_rules_check(name, path, text, why);
	struct rules *rules;
	auto_buf struct buf errors = {0};
	int err = rules_new(path, text, &rules, &errors);
	if (err)
		return why_set(why, err, "%s", errors.data);
	rules_free(rules);
	return 0;
}

/* ---- the core ---- */

static int core_decide(const void *state, const struct input *input, struct decision *out)
{
	static const struct route_change none;
	const struct triage *triage = state;
	switch (input->kind) {
	case INPUT_SUBMISSION:
		return decide_screening(triage, input, out);
	case INPUT_EVENT:
		return decide_event(triage, input, out);
	case INPUT_CONFIG:
		return decide_config(triage, input, out);
	case INPUT_TICK:
		route_decide(triage, &triage->roster, &none, input->now_ms, out);
		triage_clocks_decide(triage, input->now_ms, out);
		return 0;
	}
	return 0;
}

static void core_evolve(void *state, const Wot__V1__Event *event)
{
	triage_evolve(state, event);
}

static bool core_reads(Wot__V1__Body__KindCase kind)
{
	switch ((int)kind) {
	case WOT__V1__BODY__KIND_HELP_REQUEST:
	case WOT__V1__BODY__KIND_REFERRAL:
	case WOT__V1__BODY__KIND_SIGNAL:
	case WOT__V1__BODY__KIND_FIRST_CONTACT:
	case WOT__V1__BODY__KIND_SUPPORT_STARTED:
	case WOT__V1__BODY__KIND_CARE_WEIGHT_SET:
	case WOT__V1__BODY__KIND_CLOSED:
	case WOT__V1__BODY__KIND_REOPENED:
	case WOT__V1__BODY__KIND_CORRECTED:
	case WOT__V1__BODY__KIND_CASE_BECAME_CONTACT:
	case WOT__V1__BODY__KIND_ADVICE_VOIDED:
		return true;
	default:
		return false;
	}
}

static int core_query_answer(const void *state, const struct core_query *query, struct buf *json)
{
	return triage_query(state, query, json);
}

static const char *const feeds[] = {"intake", "case", NULL};
static const char *const configs[] = {TRIAGE_RULES, PROMISE_CALENDAR, PROMISE_CLOCKS, NULL};

const struct core triage_core = {
	.name = "triage",
	.feeds = feeds,
	.configs = configs,
	.new = core_new,
	.free = core_free,
	.decide = core_decide,
	.evolve = core_evolve,
	.reads = core_reads,
	.config_check = core_config_check,
	.query = core_query_answer,
};
