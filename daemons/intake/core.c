#include "daemons/intake/core.h"

#include "daemons/intake/enquiries.h"
#include "daemons/intake/plain.h"
#include "daemons/intake/progress.h"
#include "lib/calendar.h"
#include "proto/case_id.h"
#include "proto/personal.h"
#include <string.h>

enum { ADULT_AGE = 18, SOON_MONTHS = 6 };

/* ---- from the door ---- */

/* What is said of no case, or does not say by which law. */
static const struct subject wmo = {.legal_basis = WOT__V1__LEGAL_BASIS__VALUE__WMO};

static ProtobufCBinaryData bytes_copy(struct arena *arena, const void *bytes, size_t len)
{
	return (ProtobufCBinaryData){.len = len, .data = arena_dup(arena, bytes, len)};
}

static Wot__V1__Sealed *sealed_make(const struct input_sealed *sealed, struct arena *arena)
{
	if (!sealed->has_key)
		return NULL;
	Wot__V1__Sealed *message = (void *)message_new(&wot__v1__sealed__descriptor, arena);
	message->key_id = bytes_copy(arena, sealed->key_id, sizeof sealed->key_id);
	message->ciphertext = bytes_copy(arena, sealed->ciphertext, sealed->ciphertext_len);
	return message;
}

/* The submission as an event: its body with what was personal sealed, hashed or left out. */
static Wot__V1__Event *event_plain(
	const struct input *input, struct subject subject, struct decision *out)
{
	const Wot__V1__Submission *submission = input->submission;
	Wot__V1__Event *event = decision_case_event(
		out, submission->body->kind_case, submission->occurred_at, subject);
	body_set(event->body, submission->body->kind_case,
		message_plain(body_message(submission->body), out->arena));
	Wot__V1__Sealed **sealed = body_sealed(event->body);
	if (sealed)
		*sealed = sealed_make(input->sealed, out->arena);
	return event;
}

static ProtobufCBinaryData household_copy(const struct input_sealed *sealed, struct arena *arena)
{
	return bytes_copy(arena, sealed->household_id, sizeof sealed->household_id);
}

/* Of a minor: by when must somebody else have taken over, if that is soon? The week of the birthday is
 * the hard line, and tells no birthday. */
static void transition_decide(
	int32_t birth_date, int32_t reported_on, Wot__V1__HelpRequest *request)
{
	int32_t birthday = calendar_birthday(birth_date, ADULT_AGE);
	request->turns_18_soon = birthday <= calendar_add_months(reported_on, SOON_MONTHS);
	request->has_hand_over_by = request->turns_18_soon;
	request->hand_over_by = birthday - calendar_weekday(birthday);
}

/* What follows from the age, decided once: corrections do not change it (rule 1). */
static void age_decide(
	const Wot__V1__HelpRequest *submitted, int32_t reported_on, Wot__V1__HelpRequest *request)
{
	const Wot__V1__Person *person = submitted->person;
	bool minor = submitted->has_age_group &&
		     submitted->age_group == WOT__V1__AGE_GROUP__VALUE__YOUTH;
	request->has_youth = request->has_turns_18_soon = true;
	if (person && person->has_birth_date) {
		request->has_age_years = true;
		request->age_years = (uint32_t)calendar_age(person->birth_date, reported_on);
		minor = request->age_years < ADULT_AGE;
		if (minor)
			transition_decide(person->birth_date, reported_on, request);
	}
	request->youth =
		minor || (submitted->has_legal_basis &&
				 submitted->legal_basis == WOT__V1__LEGAL_BASIS__VALUE__YOUTH);
}

static int decide_request(const struct enquiries *enquiries, const struct input *input,
	const Wot__V1__HelpRequest *submitted, struct decision *out)
{
	if (enquiries->highest >= CASE_NUMBER_MAX)
		return why_set(&out->why, ERR_INTERNAL, "no case number is left");
	int32_t reported_on = calendar_day_of(input->submission->occurred_at);
	struct subject subject = {
		.case_id = case_id_new(
			calendar_date(reported_on).year, enquiries->highest + 1, out->arena),
		.legal_basis = submitted->has_legal_basis ? submitted->legal_basis
							  : WOT__V1__LEGAL_BASIS__VALUE__WMO,
	};
	Wot__V1__Event *event = event_plain(input, subject, out);
	Wot__V1__HelpRequest *request = (void *)body_message(event->body);
	age_decide(submitted, reported_on, request);
	request->has_household_id = input->sealed->has_household;
	request->household_id = household_copy(input->sealed, out->arena);
	return 0;
}

static int decide_signal(const struct input *input, struct decision *out)
{
	Wot__V1__Signal *signal = event_plain(input, wmo, out)->body->signal;
	signal->has_household_id = input->sealed->has_household;
	signal->household_id = household_copy(input->sealed, out->arena);
	return 0;
}

static int decide_complaint_outcome(
	const struct enquiries *enquiries, const struct input *input, struct decision *out)
{
	const Wot__V1__Submission *submission = input->submission;
	const Wot__V1__ComplaintOutcome *outcome = submission->body->complaint_outcome;
	const struct complaint *complaint =
		enquiries_complaint(enquiries, input->client, outcome->complaint_ref);
	if (!complaint)
		return why_set(&out->why, ERR_UNKNOWN_COMPLAINT,
			"no complaint has this complaintRef; one that another client sent is "
			"CLIENT/REF");
	if (!complaint_has(complaint, outcome->part)) {
		fault_add(out->faults, "/part", "is not a part of that complaint");
		return ERR_INVALID;
	}
	if (calendar_day_of(submission->occurred_at) < complaint->day)
		return why_set(&out->why, ERR_LIFE_FORBIDS,
			"the outcome lies before the day of the complaint");
	event_plain(input, wmo, out);
	return 0;
}

/* What came in when it was over already waits for nobody. */
static int decide_call(
	const struct enquiries *enquiries, const struct input *input, struct decision *out)
{
	Wot__V1__Call *call = event_plain(input, wmo, out)->body->call;
	if (call->event == WOT__V1__CALL__EVENT__ENTERED)
		call->capped_at = calls_capped_ms(&enquiries->calls, input->client, call->call_id,
			input->submission->occurred_at, input->now_ms);
	call->has_capped_at = call->capped_at != 0;
	return 0;
}

static int decide_submission(
	const struct enquiries *enquiries, const struct input *input, struct decision *out)
{
	const Wot__V1__Body *body = input->submission->body;
	switch (body->kind_case) {
	case WOT__V1__BODY__KIND_HELP_REQUEST:
		return decide_request(enquiries, input, body->help_request, out);
	case WOT__V1__BODY__KIND_REFERRAL:
		return decide_request(enquiries, input, body->referral, out);
	case WOT__V1__BODY__KIND_SIGNAL:
		return decide_signal(input, out);
	case WOT__V1__BODY__KIND_CALL:
		return decide_call(enquiries, input, out);
	case WOT__V1__BODY__KIND_COMPLAINT_OUTCOME:
		return decide_complaint_outcome(enquiries, input, out);
	default:
		event_plain(input, wmo, out);
		return 0;
	}
}

/* ---- from case ---- */

static Wot__V1__Event *event_of(struct decision *out, const struct enquiry *enquiry,
	const Wot__V1__Event *cause, Wot__V1__Body__KindCase kind)
{
	return decision_case_event(out, kind, cause->occurred_at,
		(struct subject){cause->case_id, enquiry->legal_basis});
}

static void became_contact(
	const struct enquiry *enquiry, const Wot__V1__Event *cause, struct decision *out)
{
	if (!cause->facts || !cause->facts->has_reported_on)
		return;
	Wot__V1__RequestBecameContact *contact =
		event_of(out, enquiry, cause, WOT__V1__BODY__KIND_REQUEST_BECAME_CONTACT)
			->body->request_became_contact;
	contact->reported_on = cause->facts->reported_on;
	contact->channel = (Wot__V1__Channel__Value)enquiry->channel;
	contact->has_location = enquiry->location != 0;
	contact->location = (Wot__V1__Location__Value)enquiry->location;
	contact->age_group = (Wot__V1__AgeGroup__Value)enquiry->age_group;
}

/* Only lost data makes case know a case that we do not: its number must not be given again. */
static void number_passed(
	const struct enquiries *enquiries, const Wot__V1__Event *event, struct decision *out)
{
	int year;
	uint32_t number;
	if (case_id_parse(event->case_id, &year, &number) == 0 && number > enquiries->highest)
		decision_case_event(out, WOT__V1__BODY__KIND_CASE_NOTED, event->occurred_at,
			(struct subject){.case_id = event->case_id});
}

static int decide_event(
	const struct enquiries *enquiries, const Wot__V1__Event *event, struct decision *out)
{
	if (!event->case_id)
		return 0;
	const struct enquiry *enquiry = enquiries_by_id(enquiries, event->case_id);
	if (!enquiry) {
		number_passed(enquiries, event, out);
		return 0;
	}
	Wot__V1__ReferralProgressed__Status status;
	if (enquiry->history && progress_of(enquiry, event, &status))
		event_of(out, enquiry, event, WOT__V1__BODY__KIND_REFERRAL_PROGRESSED)
			->body->referral_progressed->status = status;
	switch (event->body->kind_case) {
	case WOT__V1__BODY__KIND_CASE_BECAME_CONTACT:
		became_contact(enquiry, event, out);
		break;
	case WOT__V1__BODY__KIND_CORRECTED: /* the brief contact moves with its report day */
		if (enquiry->is_contact)
			became_contact(enquiry, event, out);
		break;
	case WOT__V1__BODY__KIND_ADVICE_VOIDED:
		if (enquiry->is_contact)
			event_of(out, enquiry, event, WOT__V1__BODY__KIND_CONTACT_BECAME_REQUEST);
		break;
	default:
		break;
	}
	return 0;
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
		calls_decide(&((const struct enquiries *)state)->calls, input->now_ms, out);
		return 0;
	}
	return 0;
}

/* ---- the rest of the core ---- */

static void core_done(void *state)
{
	enquiries_done(state);
}

static void core_evolve(void *state, const Wot__V1__Event *event)
{
	enquiries_evolve(state, event);
}

static bool core_reads(Wot__V1__Body__KindCase kind)
{
	switch (kind) {
	case WOT__V1__BODY__KIND_CASE_REGISTERED:
	case WOT__V1__BODY__KIND_CASE_BECAME_CONTACT:
	case WOT__V1__BODY__KIND_ADVICE_VOIDED:
	case WOT__V1__BODY__KIND_CASE_ROUTED:
	case WOT__V1__BODY__KIND_SCREENING:
	case WOT__V1__BODY__KIND_FIRST_CONTACT:
	case WOT__V1__BODY__KIND_SUPPORT_STARTED:
	case WOT__V1__BODY__KIND_CLOSED:
	case WOT__V1__BODY__KIND_REOPENED:
	case WOT__V1__BODY__KIND_CORRECTED:
		return true;
	default:
		return false;
	}
}

static get_fn *const gets[GET_COUNT] = {
#define GETS_OF DAEMON_INTAKE
#include "core/gets.def"
};

const struct person_keys *intake_keys(const void *state)
{
	const struct enquiries *enquiries = state;
	return &enquiries->keys;
}

static const char *const configs[] = {PROMISE_CALENDAR, PROMISE_CLOCKS, NULL};

const struct core intake_core = {
	.name = "intake",
	.configs = configs,
	.state_size = sizeof(struct enquiries),
	.done = core_done,
	.decide = core_decide,
	.evolve = core_evolve,
	.reads = core_reads,
	.config_check = promise_rules_check,
	.gets = gets,
};
