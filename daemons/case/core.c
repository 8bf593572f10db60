#include "daemons/case/core.h"

#include "daemons/case/cases.h"
#include "daemons/case/clocks.h"
#include "daemons/case/facts.h"
#include "kpi/yaml/kpi_yaml.h"
#include "lib/calendar.h"
#include <string.h>

/* ---- what follows from a step ---- */

/* An event that says what `body` says, with the facts that changed; and, where it made the request
 * a brief contact or no longer one, an event that says so, for intake. */
static void event_stepped(struct decision *out, const struct case_file *file,
	const struct case_life *after, const Wot__V1__Body *body, int64_t occurred_at_ms)
{
	const Wot__V1__CaseFacts *before = &file->life.facts;
	struct subject subject = case_file_subject(file, out->arena);
	Wot__V1__Event *event = decision_case_event(out, body->kind_case, occurred_at_ms, subject);
	body_set(event->body, body->kind_case, body_message(body));
	event->facts = facts_between(before, &after->facts, out->arena);
	if (!before->advice && after->facts.advice) {
		event = decision_case_event(
			out, WOT__V1__BODY__KIND_CASE_BECAME_CONTACT, occurred_at_ms, subject);
		/* Said again: the brief contact is of that day, and intake sees no earlier facts.
		 */
		event->facts = (void *)message_new(&wot__v1__case_facts__descriptor, out->arena);
		event->facts->has_reported_on = true;
		event->facts->reported_on = after->facts.reported_on;
	} else if (before->advice && !after->facts.advice) {
		decision_case_event(
			out, WOT__V1__BODY__KIND_ADVICE_VOIDED, occurred_at_ms, subject);
	}
}

/* ---- from intake and triage ---- */

/* What was sealed stays where it can be opened, and what joins it to signals where they are. */
static Wot__V1__HelpRequest *request_plain(const Wot__V1__HelpRequest *request, struct arena *arena)
{
	Wot__V1__HelpRequest *plain = arena_dup(arena, request, sizeof *request);
	plain->sealed = NULL;
	plain->has_household_id = false;
	return plain;
}

static int decide_request(const struct cases *cases, const Wot__V1__Event *event,
	const Wot__V1__HelpRequest *request, struct decision *out)
{
	int year;
	uint32_t number;
	int err = decision_case_of(out, event, &year, &number);
	if (err)
		return err;
	if (cases_at(cases, number))
		return decision_case_again(out, event);
	struct case_life life;
	life_begin(&life, request, calendar_day_of(event->occurred_at));
	Wot__V1__Event *registered = decision_case_event(
		out, WOT__V1__BODY__KIND_CASE_REGISTERED, event->occurred_at, subject_of(event));
	registered->body->case_registered->request = request_plain(request, out->arena);
	registered->body->case_registered->has_taken_in_at = true;
	registered->body->case_registered->taken_in_at = event->recorded_at;
	registered->client = event->client;
	registered->external_ref = event->external_ref;
	Wot__V1__CaseFacts nothing = WOT__V1__CASE_FACTS__INIT;
	registered->facts = facts_between(&nothing, &life.facts, out->arena);
	return 0;
}

static int decide_triaged(
	const struct cases *cases, const Wot__V1__Event *event, struct decision *out)
{
	/* Unknown only when intake lost the request and triage did not: there is no case then. */
	const struct case_file *file = event->case_id ? cases_by_id(cases, event->case_id) : NULL;
	if (!file)
		return 0;
	struct case_life after = file->life;
	life_follow(&after, event->body, calendar_day_of(event->occurred_at),
		arena_alloc(out->arena, sizeof(struct screened)));
	event_stepped(out, file, &after, event->body, event->occurred_at);
	return 0;
}

static int decide_event(
	const struct cases *cases, const Wot__V1__Event *event, struct decision *out)
{
	switch (event->body->kind_case) {
	case WOT__V1__BODY__KIND_HELP_REQUEST:
		return decide_request(cases, event, event->body->help_request, out);
	case WOT__V1__BODY__KIND_REFERRAL:
		return decide_request(cases, event, event->body->referral, out);
	case WOT__V1__BODY__KIND_CASE_ROUTED:
	case WOT__V1__BODY__KIND_SCREENING:
		return decide_triaged(cases, event, out);
	default:
		return 0;
	}
}

/* ---- from the door ---- */

static int decide_submission(
	const struct cases *cases, const struct input *input, struct decision *out)
{
	const Wot__V1__Submission *submission = input->submission;
	const Wot__V1__Body *body = submission->body;
	const struct case_file *file =
		submission->case_id ? cases_by_id(cases, submission->case_id)
				    : cases_by_ref(cases, input->client, submission->case_ref);
	if (!file)
		return decision_case_unknown(out, submission);
	struct case_life after = file->life;
	int err = life_step(&after, body, calendar_day_of(submission->occurred_at), &out->why);
	if (!err)
		event_stepped(out, file, &after, body, submission->occurred_at);
	return err;
}

/* ---- configuration ---- */

/* This core decides nothing by kpi.yaml. It is in this log so that each figure can say by which one it was
 * counted, and since when. */
#define CASE_KPIS "kpi.yaml"

static int core_config_check(const char *name, const char *path, const char *text, struct why *why)
{
	return strcmp(name, CASE_KPIS) == 0 ? kpis_check(text, path, why)
					    : promise_rules_check(name, path, text, why);
}

static int core_decide(const void *state, const struct input *input, struct decision *out)
{
	switch (input->kind) {
	case INPUT_SUBMISSION:
		return decide_submission(state, input, out);
	case INPUT_EVENT:
		return decide_event(state, input->event, out);
	case INPUT_CONFIG:
		decision_config(out, input);
		return 0;
	case INPUT_TICK:
		cases_clocks_decide(state, input->now_ms, out);
		return 0;
	}
	return 0;
}

static void core_done(void *state)
{
	cases_done(state);
}

static void core_evolve(void *state, const Wot__V1__Event *event)
{
	cases_clocks_evolve(state, cases_evolve(state, event), event);
}

static bool core_reads(Wot__V1__Body__KindCase kind)
{
	return kind == WOT__V1__BODY__KIND_HELP_REQUEST || kind == WOT__V1__BODY__KIND_REFERRAL ||
	       kind == WOT__V1__BODY__KIND_CASE_ROUTED || kind == WOT__V1__BODY__KIND_SCREENING;
}

static get_fn *const gets[GET_COUNT] = {
#define GETS_OF DAEMON_CASE
#include "core/gets.def"
};

static const char *const configs[] = {PROMISE_CALENDAR, PROMISE_CLOCKS, CASE_KPIS, NULL};

const struct core case_core = {
	.name = "case",
	.configs = configs,
	.state_size = sizeof(struct cases),
	.done = core_done,
	.decide = core_decide,
	.evolve = core_evolve,
	.reads = core_reads,
	.config_check = core_config_check,
	.gets = gets,
};
