/*
 * wot-intake without its shell: what may stand in its log of what was submitted, which requests are
 * a youth's, how a referral goes on as case decides, and what becomes of a request that ended in
 * advice. Every test ends by replaying its log into a new state, which must answer the same.
 */
#include "daemons/intake/core.h"

#include "daemons/case/core.h"
#include "lib/calendar.h"
#include "proto/role.h"
#include "tests/unit/core_harness.h"
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define KIND(name) WOT__V1__BODY__KIND_##name
#define NEW(h, type) ((void *)message_new(&wot__v1__##type##__descriptor, &(h)->arena))

static int32_t date(int year, int month, int day)
{
	return calendar_day((struct calendar_date){year, month, day});
}

static int64_t at(int year, int month, int day)
{
	return calendar_day_start(date(year, month, day)) + INT64_C(36000000);
}

/* ---- what is put in ---- */

static Wot__V1__HelpRequest *request_new(struct harness *h)
{
	Wot__V1__HelpRequest *request = NEW(h, help_request);
	request->channel = WOT__V1__CHANNEL__VALUE__EMAIL;
	return request;
}

static Wot__V1__HelpRequest *request_born(struct harness *h, int32_t birth)
{
	Wot__V1__HelpRequest *request = request_new(h);
	request->person = NEW(h, person);
	request->person->has_birth_date = true;
	request->person->birth_date = birth;
	return request;
}

static int submit_as(struct harness *h, const char *client, const char *ref, int64_t at_ms,
	Wot__V1__Body__KindCase kind, void *message)
{
	return harness_submit(h, client, harness_submission(h, ref, at_ms, NULL, kind, message));
}

static int submit(struct harness *h, int64_t at_ms, Wot__V1__Body__KindCase kind, void *message)
{
	return submit_as(h, "desk", "r-1", at_ms, kind, message);
}

/* The request as it stands in the log when it is submitted on that day. */
static const Wot__V1__HelpRequest *reported(
	struct harness *h, Wot__V1__HelpRequest *request, int32_t day)
{
	assert_int_equal(submit(h, calendar_day_start(day) + 1, KIND(HELP_REQUEST), request), 0);
	return harness_event(h, 0)->body->help_request;
}

static struct input_sealed sealed_as(uint8_t key)
{
	static const uint8_t ciphertext[] = {7, 7, 7};
	return (struct input_sealed){.key_id = {key},
		.ciphertext = ciphertext,
		.ciphertext_len = sizeof ciphertext,
		.household_id = {9},
		.has_key = true,
		.has_household = true};
}

static const uint8_t key_1[16] = {1};

/* A referral of a partner, with a person under key 1; it becomes case 1. */
static void refer(struct harness *h)
{
	Wot__V1__HelpRequest *request = request_born(h, date(1980, 1, 1));
	request->has_location = true;
	request->location = WOT__V1__LOCATION__VALUE__OOST;
	request->referrer = NEW(h, referrer);
	request->referrer->organisation = (char *)"gp-oost";
	request->referrer->contact = (char *)"Dr. A.";
	struct input_sealed sealed = sealed_as(1);
	Wot__V1__Submission *s =
		harness_submission(h, "r-1", at(2025, 3, 1), NULL, KIND(REFERRAL), request);
	assert_int_equal(harness_submit_sealed(h, "gp-oost", s, &sealed), 0);
}

/* ---- both cores side by side: what case makes of it comes back to intake ---- */

static void screened(
	struct harness *cases, struct harness *intake, int day, Wot__V1__Screening__Outcome outcome)
{
	Wot__V1__Event *event =
		harness_other(cases, KIND(SCREENING), at(2025, 3, day), "2025-000001");
	event->body->screening->outcome = outcome;
	assert_int_equal(harness_feed(cases, "triage", event), 0);
	harness_pass(cases, intake);
}

static void routed(
	struct harness *cases, struct harness *intake, const char *team, const char *redirected_to)
{
	Wot__V1__Event *event =
		harness_other(cases, KIND(CASE_ROUTED), at(2025, 3, 1), "2025-000001");
	event->body->case_routed->rule = event->body->case_routed->reason = (char *)"rule";
	event->body->case_routed->priority = WOT__V1__CASE_ROUTED__PRIORITY__ROUTINE;
	event->body->case_routed->team = (char *)team;
	event->body->case_routed->redirected_to = (char *)redirected_to;
	assert_int_equal(harness_feed(cases, "triage", event), 0);
	harness_pass(cases, intake);
}

static void step(struct harness *cases, struct harness *intake, int month, int day,
	Wot__V1__Body__KindCase kind, void *message)
{
	if (!message)
		message = message_new(event_kind_type(kind), &cases->arena);
	Wot__V1__Submission *s =
		harness_submission(cases, "e", at(2025, month, day), "gp-oost/r-1", kind, message);
	assert_int_equal(harness_submit(cases, "lead", s), 0);
	harness_pass(cases, intake);
}

static void closed(struct harness *cases, struct harness *intake, int month, int day)
{
	Wot__V1__Closed *message = NEW(cases, closed);
	message->reason = WOT__V1__CLOSED__REASON__GOALS_MET;
	step(cases, intake, month, day, KIND(CLOSED), message);
}

static void opened(struct harness **intake, struct harness **cases)
{
	*intake = harness_open(&intake_core);
	*cases = harness_open(&case_core);
	refer(*intake);
	harness_pass(*intake, *cases);
	harness_pass(*cases, *intake);
	assert_int_equal(harness_count(*intake), 0);
}

/* ---- what comes out ---- */

static json_t *answer(
	struct harness *h, const void *state, const char *client, unsigned role, const char *path)
{
	auto_buf struct buf json = {0};
	assert_int_equal(harness_query(h, state, client, role, path, &json), 0);
	json_t *parsed = json_loads(json.data, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(parsed);
	return parsed;
}

static const char *text(const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));
	return value ? value : "";
}

static void assert_status(struct harness *h, const char *expected)
{
	json_t *one = answer(h, h->state, "gp-oost", ROLE_PARTNER, "/v1/referrals/r-1");
	assert_string_equal(text(one, "status"), expected);
	json_decref(one);
}

/* Ends a test: a state made from the log alone answers the same. */
static void close_replayed(struct harness *h)
{
	void *again = harness_replay(h);
	json_t *before = answer(h, h->state, "op", ROLE_OPERATOR, "/v1/referrals");
	json_t *after = answer(h, again, "op", ROLE_OPERATOR, "/v1/referrals");
	assert_true(json_equal(before, after));
	assert_int_equal(person_key_is_live(intake_keys(h->state), key_1),
		person_key_is_live(intake_keys(again), key_1));
	json_decref(before);
	json_decref(after);
	core_state_free(h->core, again);
	harness_close(&h);
}

static void close_both(struct harness *intake, struct harness *cases)
{
	harness_close(&cases);
	close_replayed(intake);
}

/* ---- plain submissions ---- */

static void a_brief_contact_passes_as_it_is(void **unused)
{
	(void)unused;
	struct harness *h = harness_open(&intake_core);
	Wot__V1__BriefContact *contact = NEW(h, brief_contact);
	contact->channel = WOT__V1__CHANNEL__VALUE__WALK_IN;
	contact->answer = WOT__V1__BRIEF_CONTACT__ANSWER__INFORMATION;
	assert_int_equal(submit(h, at(2025, 3, 1), KIND(BRIEF_CONTACT), contact), 0);
	assert_int_equal(harness_count(h), 1);
	const Wot__V1__Event *event = harness_event(h, 0);
	assert_null(event->case_id);
	assert_int_equal(event->occurred_at, at(2025, 3, 1));
	assert_int_equal(event->body->brief_contact->channel, WOT__V1__CHANNEL__VALUE__WALK_IN);
	close_replayed(h);
}

static void a_call_keeps_the_callers_hash_and_not_the_caller(void **unused)
{
	(void)unused;
	struct harness *h = harness_open(&intake_core);
	static uint8_t hash[16] = {5};
	Wot__V1__Call *call = NEW(h, call);
	call->call_id = (char *)"c-1";
	call->queue = (char *)"wot";
	call->event = WOT__V1__CALL__EVENT__ENTERED;
	call->caller = (char *)"0101234567";
	call->has_caller_hash = true;
	call->caller_hash = (ProtobufCBinaryData){sizeof hash, hash};
	assert_int_equal(submit(h, at(2025, 3, 1), KIND(CALL), call), 0);
	const Wot__V1__Call *logged = harness_event(h, 0)->body->call;
	assert_null(logged->caller);
	assert_memory_equal(logged->caller_hash.data, hash, sizeof hash);
	assert_non_null(call->caller); /* the submission is not ours to change */
	close_replayed(h);
}

static void every_other_kind_of_the_door_passes(void **unused)
{
	(void)unused;
	struct harness *h = harness_open(&intake_core);
	static const Wot__V1__Body__KindCase kinds[] = {
		KIND(CALLBACK), KIND(FEEDBACK_CARD), KIND(SURVEY), KIND(TRAINING), KIND(COMPLAINT)};
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		ProtobufCMessage *message = message_new(event_kind_type(kinds[i]), &h->arena);
		if (kinds[i] == KIND(CALLBACK))
			((Wot__V1__Callback *)message)->call_id = (char *)"c-1";
		if (kinds[i] == KIND(TRAINING))
			((Wot__V1__Training *)message)->code = (char *)"t-1";
		char ref[8];
		snprintf(ref, sizeof ref, "r-%zu", i);
		assert_int_equal(submit_as(h, "desk", ref, at(2025, 3, 1), kinds[i], message), 0);
		assert_int_equal(harness_count(h), 1);
		assert_int_equal(harness_event(h, 0)->body->kind_case, kinds[i]);
	}
	close_replayed(h);
}

static void a_signal_holds_a_sealed_person_and_opens_no_case(void **unused)
{
	(void)unused;
	struct harness *h = harness_open(&intake_core);
	Wot__V1__Signal *signal = NEW(h, signal);
	signal->kind = WOT__V1__SIGNAL__KIND__RENT_ARREARS;
	signal->person = NEW(h, person);
	signal->person->name = (char *)"A. Bewoner";
	struct input_sealed sealed = sealed_as(1);
	Wot__V1__Submission *s =
		harness_submission(h, "s-1", at(2025, 3, 1), NULL, KIND(SIGNAL), signal);
	assert_int_equal(harness_submit_sealed(h, "woonplus", s, &sealed), 0);
	const Wot__V1__Event *event = harness_event(h, 0);
	assert_null(event->case_id);
	assert_null(event->body->signal->person);
	assert_memory_equal(event->body->signal->sealed->key_id.data, key_1, 16);
	assert_int_equal(event->body->signal->household_id.data[0], 9);
	assert_true(person_key_is_live(intake_keys(h->state), key_1));
	close_replayed(h);
}

/* ---- requests ---- */

static void a_request_gets_the_next_number_of_one_counter(void **unused)
{
	(void)unused;
	struct harness *h = harness_open(&intake_core);
	Wot__V1__HelpRequest *request = request_new(h);
	/* 23:30Z on New Year's Eve is the new year in Amsterdam */
	assert_int_equal(
		submit(h, calendar_day_start(date(2026, 1, 1)), KIND(HELP_REQUEST), request), 0);
	assert_string_equal(harness_event(h, 0)->case_id, "2026-000001");
	assert_int_equal(submit_as(h, "desk", "r-2", calendar_day_start(date(2026, 1, 1)) - 1,
				 KIND(HELP_REQUEST), request),
		0);
	assert_string_equal(harness_event(h, 0)->case_id, "2025-000002");
	close_replayed(h);
}

static void a_number_that_case_has_seen_is_not_given_again(void **unused)
{
	(void)unused; /* after lost data case can know more than intake */
	struct harness *h = harness_open(&intake_core);
	Wot__V1__Event *seen =
		harness_other(h, KIND(CASE_REGISTERED), at(2025, 3, 1), "2025-000041");
	assert_int_equal(harness_feed(h, "case", seen), 0);
	assert_int_equal(harness_count(h), 1);
	assert_int_equal(harness_feed(h, "case", seen), 0);
	assert_int_equal(harness_count(h), 0);
	core_state_free(h->core, h->state);
	h->state = harness_replay(h);
	assert_int_equal(submit(h, at(2025, 3, 2), KIND(HELP_REQUEST), request_new(h)), 0);
	assert_string_equal(harness_event(h, 0)->case_id, "2025-000042");
	close_replayed(h);
}

static void nothing_personal_of_a_request_is_left_in_its_event(void **unused)
{
	(void)unused;
	struct harness *h = harness_open(&intake_core);
	Wot__V1__HelpRequest *request = request_born(h, date(1980, 1, 1));
	request->person->name = (char *)"A. Bewoner";
	request->question = (char *)"Kan iemand mij helpen?";
	request->postcode = (char *)"3111AB";
	request->ward = (char *)"centrum-west";
	request->referrer = NEW(h, referrer);
	request->referrer->organisation = (char *)"gp-oost";
	request->referrer->contact = (char *)"Dr. A.";
	struct input_sealed sealed = sealed_as(1);
	Wot__V1__Submission *s =
		harness_submission(h, "r-1", at(2025, 3, 1), NULL, KIND(REFERRAL), request);
	assert_int_equal(harness_submit_sealed(h, "gp-oost", s, &sealed), 0);
	const Wot__V1__HelpRequest *logged = harness_event(h, 0)->body->referral;
	assert_null(logged->person);
	assert_null(logged->question);
	assert_null(logged->postcode);
	assert_null(logged->referrer->contact);
	assert_string_equal(logged->referrer->organisation, "gp-oost");
	assert_string_equal(logged->ward, "centrum-west");
	assert_int_equal(logged->age_years, 45);
	assert_memory_equal(logged->sealed->key_id.data, key_1, 16);
	assert_int_equal(logged->sealed->ciphertext.len, 3);
	assert_int_equal(logged->household_id.data[0], 9);
	assert_string_equal(request->referrer->contact, "Dr. A.");
	close_replayed(h);
}

static void the_legal_basis_is_wmo_unless_the_request_says_another(void **unused)
{
	(void)unused;
	struct harness *h = harness_open(&intake_core);
	Wot__V1__HelpRequest *request = request_new(h);
	assert_int_equal(submit(h, at(2025, 3, 1), KIND(HELP_REQUEST), request), 0);
	assert_int_equal(harness_event(h, 0)->legal_basis, WOT__V1__LEGAL_BASIS__VALUE__WMO);
	request->has_legal_basis = true;
	request->legal_basis = WOT__V1__LEGAL_BASIS__VALUE__DEBT;
	assert_int_equal(
		submit_as(h, "desk", "r-2", at(2025, 3, 1), KIND(HELP_REQUEST), request), 0);
	assert_int_equal(harness_event(h, 0)->legal_basis, WOT__V1__LEGAL_BASIS__VALUE__DEBT);
	close_replayed(h);
}

/* ---- rule 1: who is a youth ---- */

static void a_youth_is_under_18_on_the_day_of_the_report(void **unused)
{
	(void)unused;
	struct harness *h = harness_open(&intake_core);
	const Wot__V1__HelpRequest *logged =
		reported(h, request_born(h, date(2007, 3, 15)), date(2025, 3, 14));
	assert_int_equal(logged->age_years, 17);
	assert_true(logged->youth && logged->turns_18_soon);
	logged = reported(h, request_born(h, date(2007, 3, 15)), date(2025, 3, 15));
	assert_int_equal(logged->age_years, 18);
	assert_false(logged->youth || logged->turns_18_soon);
	close_replayed(h);
}

static void who_is_born_on_29_february_turns_18_on_1_march(void **unused)
{
	(void)unused;
	struct harness *h = harness_open(&intake_core);
	assert_true(reported(h, request_born(h, date(2008, 2, 29)), date(2026, 2, 28))->youth);
	assert_false(reported(h, request_born(h, date(2008, 2, 29)), date(2026, 3, 1))->youth);
	close_replayed(h);
}

static void a_youth_by_legal_basis_or_age_group_needs_no_birth_date(void **unused)
{
	(void)unused;
	struct harness *h = harness_open(&intake_core);
	Wot__V1__HelpRequest *by_basis = request_new(h);
	by_basis->has_legal_basis = true;
	by_basis->legal_basis = WOT__V1__LEGAL_BASIS__VALUE__YOUTH;
	const Wot__V1__HelpRequest *logged = reported(h, by_basis, date(2025, 3, 1));
	assert_true(logged->youth);
	assert_false(logged->has_age_years || logged->turns_18_soon);
	Wot__V1__HelpRequest *by_group = request_new(h);
	by_group->has_age_group = true;
	by_group->age_group = WOT__V1__AGE_GROUP__VALUE__YOUTH;
	assert_true(reported(h, by_group, date(2025, 3, 1))->youth);
	/* a parent's question: adult by birth, youth by law */
	Wot__V1__HelpRequest *parent = request_born(h, date(1985, 1, 1));
	parent->has_legal_basis = true;
	parent->legal_basis = WOT__V1__LEGAL_BASIS__VALUE__YOUTH;
	logged = reported(h, parent, date(2025, 3, 1));
	assert_true(logged->youth);
	assert_false(logged->turns_18_soon);
	close_replayed(h);
}

static void an_unknown_age_counts_as_adult(void **unused)
{
	(void)unused;
	struct harness *h = harness_open(&intake_core);
	const Wot__V1__HelpRequest *logged = reported(h, request_new(h), date(2025, 3, 1));
	assert_true(logged->has_youth);
	assert_false(logged->youth);
	assert_false(logged->has_age_years);
	close_replayed(h);
}

static void turning_18_is_soon_within_6_months(void **unused)
{
	(void)unused;
	struct harness *h = harness_open(&intake_core);
	/* six months after 31 August is the last day of February */
	assert_true(
		reported(h, request_born(h, date(2008, 2, 28)), date(2025, 8, 31))->turns_18_soon);
	assert_false(
		reported(h, request_born(h, date(2008, 3, 1)), date(2025, 8, 31))->turns_18_soon);
	close_replayed(h);
}

/* Seven birthdays have one such day, so it tells none of them. */
static void who_turns_18_soon_is_to_be_handed_over_before_that_week(void **unused)
{
	(void)unused;
	struct harness *h = harness_open(&intake_core);
	int32_t monday = date(2007, 6, 2); /* of 2025 it is a Monday */
	for (int32_t birth = monday; birth < monday + 7; birth++)
		assert_int_equal(
			reported(h, request_born(h, birth), date(2025, 3, 3))->hand_over_by,
			date(2025, 6, 1));
	assert_int_equal(reported(h, request_born(h, monday - 1), date(2025, 3, 3))->hand_over_by,
		date(2025, 5, 25));
	assert_false(
		reported(h, request_born(h, date(2010, 1, 1)), date(2025, 3, 3))->has_hand_over_by);
	close_replayed(h);
}

/* ---- rule 2: advice ---- */

static void advice_turns_a_request_into_a_contact_and_lets_go_of_its_key(void **unused)
{
	(void)unused;
	struct harness *intake, *cases;
	opened(&intake, &cases);
	assert_true(person_key_is_live(intake_keys(intake->state), key_1));
	screened(cases, intake, 5, WOT__V1__SCREENING__OUTCOME__ADVICE);
	const Wot__V1__Event *event = harness_event(intake, 0);
	assert_int_equal(event->body->kind_case, KIND(REQUEST_BECAME_CONTACT));
	assert_string_equal(event->case_id, "2025-000001");
	const Wot__V1__RequestBecameContact *contact = event->body->request_became_contact;
	assert_int_equal(contact->reported_on, date(2025, 3, 1));
	assert_int_equal(contact->channel, WOT__V1__CHANNEL__VALUE__EMAIL);
	assert_int_equal(contact->location, WOT__V1__LOCATION__VALUE__OOST);
	assert_int_equal(contact->age_group, WOT__V1__AGE_GROUP__VALUE__ADULT);
	assert_false(person_key_is_live(intake_keys(intake->state), key_1));
	const struct person_keys *keys = intake_keys(intake->state);
	assert_memory_equal(person_key_of_case(keys, event->case_id)->id, key_1, sizeof key_1);
	assert_null(person_key_of_case(keys, "2025-000002"));
	assert_status(intake, "CLOSED");

	step(cases, intake, 3, 9, KIND(SUPPORT_STARTED), NULL);
	event = harness_event(intake, 0);
	assert_int_equal(event->body->kind_case, KIND(CONTACT_BECAME_REQUEST));
	assert_string_equal(event->case_id, "2025-000001");
	assert_false(
		person_key_is_live(intake_keys(intake->state), key_1)); /* destroyed is destroyed */
	assert_status(intake, "IN_SUPPORT");
	close_both(intake, cases);
}

/* So that what comes in under the ref of somebody forgotten can be told from what did then. */
static void of_the_forgotten_kind_and_day_are_known(void **unused)
{
	(void)unused;
	struct harness *intake, *cases;
	opened(&intake, &cases);
	screened(cases, intake, 5, WOT__V1__SCREENING__OUTCOME__ADVICE);
	assert_false(person_key_is_live(intake_keys(intake->state), key_1));
	static const struct {
		Wot__V1__Body__KindCase kind;
		int day;
		bool same;
	} rows[] = {{KIND(REFERRAL), 1, true}, {KIND(REFERRAL), 2, false},
		{KIND(HELP_REQUEST), 1, false}, {KIND(SIGNAL), 1, false}, {KIND(CALL), 1, false}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		Wot__V1__Submission *s = harness_submission(intake, "r-1", at(2025, 3, rows[i].day),
			NULL, rows[i].kind,
			message_new(event_kind_type(rows[i].kind), &intake->arena));
		assert_int_equal(
			person_key_is_of(intake_keys(intake->state), key_1, s), rows[i].same);
		uint8_t unknown[16] = {0};
		assert_false(person_key_is_of(intake_keys(intake->state), unknown, s));
	}
	close_both(intake, cases);
}

static void a_contact_moves_with_its_corrected_report_day(void **unused)
{
	(void)unused;
	struct harness *intake, *cases;
	opened(&intake, &cases);
	Wot__V1__Corrected *corrected = NEW(cases, corrected);
	corrected->has_reported_on = true;
	corrected->reported_on = date(2025, 2, 20);
	step(cases, intake, 4, 1, KIND(CORRECTED), corrected);
	assert_int_equal(harness_count(intake), 0);
	screened(cases, intake, 5, WOT__V1__SCREENING__OUTCOME__ADVICE);
	assert_int_equal(harness_event(intake, 0)->body->request_became_contact->reported_on,
		date(2025, 2, 20));
	corrected->reported_on = date(2025, 2, 25);
	step(cases, intake, 4, 1, KIND(CORRECTED), corrected);
	assert_int_equal(harness_count(intake), 1);
	assert_int_equal(harness_event(intake, 0)->body->request_became_contact->reported_on,
		date(2025, 2, 25));
	close_both(intake, cases);
}

/* ---- referrals ---- */

static void a_referral_goes_on_as_its_case_does(void **unused)
{
	(void)unused;
	struct harness *intake, *cases;
	opened(&intake, &cases);
	assert_status(intake, "RECEIVED");
	routed(cases, intake, "oost", NULL);
	assert_status(intake, "RECEIVED");
	screened(cases, intake, 3, WOT__V1__SCREENING__OUTCOME__NOT_REACHED);
	assert_status(intake, "RECEIVED");
	screened(cases, intake, 4, WOT__V1__SCREENING__OUTCOME__TO_SUPPORT);
	assert_status(intake, "ACCEPTED");
	step(cases, intake, 3, 6, KIND(FIRST_CONTACT), NULL);
	assert_status(intake, "FIRST_CONTACT");
	step(cases, intake, 3, 10, KIND(SUPPORT_STARTED), NULL);
	assert_status(intake, "IN_SUPPORT");
	closed(cases, intake, 5, 1);
	assert_status(intake, "CLOSED");
	step(cases, intake, 5, 2, KIND(REOPENED), NULL);
	assert_status(intake, "IN_SUPPORT");

	json_t *one = answer(intake, intake->state, "gp-oost", ROLE_PARTNER, "/v1/referrals/r-1");
	assert_string_equal(text(one, "externalRef"), "r-1");
	assert_string_equal(text(one, "caseId"), "2025-000001");
	const json_t *history = json_object_get(one, "history");
	assert_int_equal(json_array_size(history), 6);
	assert_string_equal(text(json_array_get(history, 0), "status"), "RECEIVED");
	assert_string_equal(text(json_array_get(history, 1), "at"), "2025-03-04T09:00:00.000Z");
	json_decref(one);
	close_both(intake, cases);
}

static void what_comes_late_does_not_take_a_referral_back(void **unused)
{
	(void)unused;
	struct harness *intake, *cases;
	opened(&intake, &cases);
	step(cases, intake, 3, 10, KIND(SUPPORT_STARTED), NULL);
	step(cases, intake, 3, 6, KIND(FIRST_CONTACT), NULL);
	screened(cases, intake, 4, WOT__V1__SCREENING__OUTCOME__WITHDRAWN);
	routed(cases, intake, NULL, "mevis");
	assert_status(intake, "IN_SUPPORT");
	closed(cases, intake, 5, 1);
	step(cases, intake, 3, 8, KIND(SUPPORT_STARTED), NULL);
	screened(cases, intake, 4, WOT__V1__SCREENING__OUTCOME__TO_SUPPORT);
	assert_status(intake, "CLOSED");
	close_both(intake, cases);
}

static void a_screening_decides_over_the_rules_proposal(void **unused)
{
	(void)unused;
	struct harness *intake, *cases;
	opened(&intake, &cases);
	routed(cases, intake, NULL, "mevis");
	assert_status(intake, "REDIRECTED");
	assert_int_equal(harness_event(intake, 0)->occurred_at, at(2025, 3, 1));
	screened(cases, intake, 4, WOT__V1__SCREENING__OUTCOME__TO_SUPPORT);
	assert_status(intake, "ACCEPTED");
	routed(cases, intake, NULL, "mevis");
	assert_int_equal(harness_count(intake), 0);
	screened(cases, intake, 5, WOT__V1__SCREENING__OUTCOME__WELFARE_ACTIVITY);
	assert_status(intake, "REDIRECTED");
	screened(cases, intake, 6, WOT__V1__SCREENING__OUTCOME__WITHDRAWN);
	assert_status(intake, "REJECTED");
	close_both(intake, cases);
}

static void a_start_that_was_filled_in_shows(void **unused)
{
	(void)unused;
	struct harness *intake, *cases;
	opened(&intake, &cases);
	Wot__V1__Corrected *corrected = NEW(cases, corrected);
	corrected->has_support_started_on = true;
	corrected->support_started_on = date(2025, 3, 10);
	step(cases, intake, 4, 1, KIND(CORRECTED), corrected);
	assert_status(intake, "IN_SUPPORT");
	close_both(intake, cases);
}

static void a_partner_sees_its_own_referrals_only(void **unused)
{
	(void)unused;
	struct harness *h = harness_open(&intake_core);
	refer(h);
	assert_int_equal(
		submit_as(h, "gp-oost-2", "r-1", at(2025, 3, 2), KIND(REFERRAL), request_new(h)),
		0);
	/* a help request is no referral */
	assert_int_equal(
		submit_as(h, "gp-oost", "r-9", at(2025, 3, 2), KIND(HELP_REQUEST), request_new(h)),
		0);
	json_t *list = answer(h, h->state, "gp-oost", ROLE_PARTNER, "/v1/referrals");
	const json_t *items = json_object_get(list, "items");
	assert_int_equal(json_array_size(items), 1);
	assert_string_equal(text(json_array_get(items, 0), "caseId"), "2025-000001");
	json_decref(list);
	auto_buf struct buf json = {0};
	static const char *const none[] = {"/v1/referrals/gp-oost-2/r-1", "/v1/referrals/r-9",
		"/v1/referrals/", "/v1/referralsx", "/v1/cases"};
	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
		assert_int_equal(
			harness_query(h, h->state, "gp-oost", ROLE_PARTNER, none[i], &json),
			ERR_NOT_FOUND);
	assert_int_equal(harness_query(h, h->state, "desk", ROLE_DESK, "/v1/referrals", &json),
		ERR_FORBIDDEN);
	list = answer(h, h->state, "op", ROLE_OPERATOR, "/v1/referrals");
	assert_int_equal(json_array_size(json_object_get(list, "items")), 2);
	json_decref(list);
	json_t *one = answer(h, h->state, "op", ROLE_OPERATOR, "/v1/referrals/gp-oost-2/r-1");
	assert_string_equal(text(one, "client"), "gp-oost-2");
	json_decref(one);
	close_replayed(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_brief_contact_passes_as_it_is),
		cmocka_unit_test(a_call_keeps_the_callers_hash_and_not_the_caller),
		cmocka_unit_test(every_other_kind_of_the_door_passes),
		cmocka_unit_test(a_signal_holds_a_sealed_person_and_opens_no_case),
		cmocka_unit_test(a_request_gets_the_next_number_of_one_counter),
		cmocka_unit_test(a_number_that_case_has_seen_is_not_given_again),
		cmocka_unit_test(nothing_personal_of_a_request_is_left_in_its_event),
		cmocka_unit_test(the_legal_basis_is_wmo_unless_the_request_says_another),
		cmocka_unit_test(a_youth_is_under_18_on_the_day_of_the_report),
		cmocka_unit_test(who_is_born_on_29_february_turns_18_on_1_march),
		cmocka_unit_test(a_youth_by_legal_basis_or_age_group_needs_no_birth_date),
		cmocka_unit_test(an_unknown_age_counts_as_adult),
		cmocka_unit_test(turning_18_is_soon_within_6_months),
		cmocka_unit_test(who_turns_18_soon_is_to_be_handed_over_before_that_week),
		cmocka_unit_test(advice_turns_a_request_into_a_contact_and_lets_go_of_its_key),
		cmocka_unit_test(of_the_forgotten_kind_and_day_are_known),
		cmocka_unit_test(a_contact_moves_with_its_corrected_report_day),
		cmocka_unit_test(a_referral_goes_on_as_its_case_does),
		cmocka_unit_test(what_comes_late_does_not_take_a_referral_back),
		cmocka_unit_test(a_screening_decides_over_the_rules_proposal),
		cmocka_unit_test(a_start_that_was_filled_in_shows),
		cmocka_unit_test(a_partner_sees_its_own_referrals_only),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
