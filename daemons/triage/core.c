#include "daemons/triage/core.h"

#include "daemons/triage/clocks.h"
#include "daemons/triage/route.h"
#include "daemons/triage/screening.h"
#include "lib/calendar.h"
#include <string.h>

/* ---- from intake: a request ---- */

static int decide_request(const struct triage *triage, const Wot__V1__Event *event,
	const Wot__V1__HelpRequest *submitted, struct decision *out)
{
	int year;
	uint32_t number;
	int err = decision_case_of(out, event, &year, &number);
	if (err)
		return err;
	if (triage_request(triage, number))
		return decision_case_again(out, event);
	struct route_change change = {
		.number = number,
		.after = request_new(submitted, calendar_day_of(event->occurred_at), year,
			subject_of(event).legal_basis),
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

/* Without a person its sender must be asked whom it is about: it is of a household of its own, under the
 * id of the event. Known already: intake lost it, and it was sent again. */
static void decide_signal(
	const struct triage *triage, const struct input *input, struct decision *out)
{
	const Wot__V1__Event *event = input->event;
	const Wot__V1__Signal *signal = event->body->signal;
	bool current = signal_is_current(
		calendar_day_of(event->occurred_at), calendar_day_of(input->now_ms));
	if (!current || signals_find(&triage->signals, event->client, event->external_ref))
		return;
	Wot__V1__Event *listed = decision_case_event(
		out, WOT__V1__BODY__KIND_SIGNAL_LISTED, event->occurred_at, subject_of(event));
	listed->client = event->client;
	listed->external_ref = event->external_ref;
	listed->body->signal_listed->kind = signal->kind;
	listed->body->signal_listed->household_id =
		signal->has_household_id ? signal->household_id : event->id;
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
			decision_case_event(out, WOT__V1__BODY__KIND_CASE_NOTED, event->occurred_at,
				subject_of(event))
				->facts = news;
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
		decide_signal(triage, input, out);
		return 0;
	default:
		return decide_news(triage, event, out);
	}
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
		return screening_decide(triage, input, out);
	case INPUT_EVENT:
		return decide_event(triage, input, out);
	case INPUT_CONFIG:
		return decide_config(triage, input, out);
	case INPUT_TICK:
		route_decide(triage, &triage->roster, &none, input->now_ms, out);
		triage_clocks_decide(triage, input->now_ms, out);
		signals_decide(&triage->signals, input->now_ms, out);
		return 0;
	}
	return 0;
}

static void core_done(void *state)
{
	triage_done(state);
}

static void core_evolve(void *state, const Wot__V1__Event *event)
{
	struct triage_change change = triage_evolve(state, event);
	triage_clocks_evolve(state, event, &change);
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

static get_fn *const gets[GET_COUNT] = {
#define GETS_OF DAEMON_TRIAGE
#include "core/gets.def"
};

static const char *const configs[] = {TRIAGE_RULES, PROMISE_CALENDAR, PROMISE_CLOCKS, NULL};

const struct core triage_core = {
	.name = "triage",
	.configs = configs,
	.state_size = sizeof(struct triage),
	.done = core_done,
	.decide = core_decide,
	.evolve = core_evolve,
	.reads = core_reads,
	.config_check = core_config_check,
	.gets = gets,
};
