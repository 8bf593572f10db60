/*
 * wot-case without its shell: what it makes of requests, of triage's decisions and of submitted
 * steps, and what it answers. Every test ends by replaying its log into a new state, which must
 * answer the same: what is not in an event is not known after a restart.
 */
#include "config/yaml.h"
#include "daemons/case/core.h"

#include "daemons/case/facts.h"
#include "lib/calendar.h"
#include "proto/role.h"
#include "tests/unit/core_harness.h"
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define KIND(name) WOT__V1__BODY__KIND_##name
#define NEW(h, type) ((void *)message_new(&wot__v1__##type##__descriptor, &(h)->arena))

static int64_t at(int month, int day)
{
	return calendar_day_start(calendar_day((struct calendar_date){2025, month, day})) +
	       INT64_C(36000000);
}

static int32_t on(int month, int day)
{
	return calendar_day((struct calendar_date){2025, month, day});
}

/* ---- what is put in ---- */

/* A help request as intake's log says it, reported on 1 March; 0 or an error. */
static int request_from(struct harness *h, const char *client, const char *ref, const char *case_id)
{
	Wot__V1__Event *event = harness_other(h, KIND(HELP_REQUEST), at(3, 1), case_id);
	event->client = (char *)client;
	event->external_ref = (char *)ref;
	event->has_legal_basis = true;
	event->legal_basis = WOT__V1__LEGAL_BASIS__VALUE__DEBT;
	event->body->help_request->channel = WOT__V1__CHANNEL__VALUE__PHONE;
	return harness_feed(h, "intake", event);
}

static struct harness *opened(void)
{
	struct harness *h = harness_open(&case_core);
	assert_int_equal(request_from(h, "desk", "r-1", "2025-000001"), 0);
	return h;
}

static void screened(struct harness *h, int64_t at_ms, Wot__V1__Screening__Outcome outcome)
{
	Wot__V1__Event *event = harness_other(h, KIND(SCREENING), at_ms, "2025-000001");
	event->body->screening->outcome = outcome;
	assert_int_equal(harness_feed(h, "triage", event), 0);
}

static int step(struct harness *h, int64_t at_ms, Wot__V1__Body__KindCase kind, void *message)
{
	if (!message)
		message = message_new(event_kind_type(kind), &h->arena);
	Wot__V1__Submission *s = harness_submission(h, "e-1", at_ms, "desk/r-1", kind, message);
	return harness_submit(h, "cases", s);
}

static int closed(struct harness *h, int64_t at_ms)
{
	Wot__V1__Closed *message = NEW(h, closed);
	message->reason = WOT__V1__CLOSED__REASON__GOALS_MET;
	return step(h, at_ms, KIND(CLOSED), message);
}

/* ---- what comes out ---- */

static bool clears(const Wot__V1__Event *event, uint32_t column)
{
	for (size_t i = 0; event->facts && i < event->facts->n_cleared; i++)
		if (event->facts->cleared[i] == column)
			return true;
	return false;
}

static uint32_t kind_at(struct harness *h, size_t index)
{
	return harness_event(h, index)->body->kind_case;
}

static json_t *answer(struct harness *h, const void *state, const char *path)
{
	auto_buf struct buf json = {0};
	assert_int_equal(harness_query(h, state, "lead", ROLE_CASE_SYSTEM, path, &json), 0);
	json_error_t error;
	json_t *parsed = json_loads(json.data, JSON_REJECT_DUPLICATES, &error);
	assert_non_null(parsed);
	return parsed;
}

static const char *text(const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));
	return value ? value : "";
}

static void same_answer(struct harness *h, const void *other, const char *path)
{
	json_t *before = answer(h, h->state, path), *after = answer(h, other, path);
	assert_true(json_equal(before, after));
	json_decref(before);
	json_decref(after);
}

/* Ends a test: a state made from the log alone answers the same. */
static void close_replayed(struct harness *h)
{
	void *again = harness_replay(h);
	same_answer(h, again, "/v1/cases");
	json_t *list = answer(h, h->state, "/v1/cases"), *item;
	size_t i;
	json_array_foreach(json_object_get(list, "items"), i, item)
	{
		char path[64];
		snprintf(path, sizeof path, "/v1/cases/%s", text(item, "caseId"));
		same_answer(h, again, path);
	}
	json_decref(list);
	core_state_free(h->core, again);
	harness_close(&h);
}

/* ---- requests ---- */

static uint8_t household_id[16] = {1, 2, 3};
static Wot__V1__Referrer referrer;
static Wot__V1__Sealed sealed;

/* Everything that a help request may tell of whom it is about. */
static void request_fill(Wot__V1__HelpRequest *request)
{
	static Wot__V1__Problem__Value problems[] = {WOT__V1__PROBLEM__VALUE__HOUSING};
	request->channel = WOT__V1__CHANNEL__VALUE__PARTNER;
	request->has_location = true;
	request->location = WOT__V1__LOCATION__VALUE__OOST;
	request->ward = (char *)"oost";
	request->n_problems = 1;
	request->problems = problems;
	request->has_domestic_violence = request->domestic_violence = true;
	request->has_people_involved = true;
	request->people_involved = 4;
	wot__v1__referrer__init(&referrer);
	referrer.organisation = (char *)"gp";
	request->referrer = &referrer;
	request->has_age_years = true;
	request->age_years = 17;
	request->has_youth = request->youth = true;
	request->has_turns_18_soon = request->turns_18_soon = true;
	request->has_household_id = true;
	request->household_id = (ProtobufCBinaryData){sizeof household_id, household_id};
	wot__v1__sealed__init(&sealed);
	sealed.key_id = sealed.ciphertext = request->household_id;
	request->sealed = &sealed;
}

static void a_request_becomes_a_case_with_all_that_it_gave(void **unused)
{
	(void)unused;
	struct harness *h = harness_open(&case_core);
	Wot__V1__Event *event = harness_other(h, KIND(REFERRAL),
		calendar_day_start(on(3, 2)) - 1, /* the last instant of 1 March in Amsterdam */
		"2025-000007");
	event->client = (char *)"gp-oost";
	event->external_ref = (char *)"r-7";
	event->has_legal_basis = true;
	event->legal_basis = WOT__V1__LEGAL_BASIS__VALUE__YOUTH;
	request_fill(event->body->referral);
	assert_int_equal(harness_feed(h, "intake", event), 0);

	assert_int_equal(harness_count(h), 1);
	const Wot__V1__Event *made = harness_event(h, 0);
	assert_int_equal(made->body->kind_case, KIND(CASE_REGISTERED));
	assert_string_equal(made->case_id, "2025-000007");
	assert_string_equal(made->client, "gp-oost");
	assert_string_equal(made->external_ref, "r-7");
	assert_false(made->has_digest);
	assert_int_equal(made->legal_basis, WOT__V1__LEGAL_BASIS__VALUE__YOUTH);
	assert_int_equal(made->body->case_registered->request->age_years, 17);
	const Wot__V1__CaseFacts *facts = made->facts;
	assert_int_equal(facts->reported_on, on(3, 1));
	assert_string_equal(facts->ward, "oost");
	assert_int_equal(facts->age_years, 17);
	assert_true(facts->youth && facts->turns_18_soon && facts->domestic_violence);
	assert_int_equal(facts->channel, WOT__V1__CHANNEL__VALUE__PARTNER);
	assert_int_equal(facts->location, WOT__V1__LOCATION__VALUE__OOST);
	assert_int_equal(facts->people_involved, 4);
	assert_string_equal(facts->referred_by, "gp");
	assert_int_equal(facts->n_problems, 1);
	assert_null(made->body->case_registered->request->sealed);
	assert_false(made->body->case_registered->request->has_household_id);
	assert_false(facts->has_care_weight);
	assert_int_equal(facts->n_cleared, 0);
	close_replayed(h);
}

static void a_number_given_twice_is_refused(void **unused)
{
	(void)unused;
	struct harness *h = opened();
	assert_int_equal(request_from(h, "desk", "r-2", "2025-000001"), ERR_DIVERGED);
	assert_int_equal(request_from(h, "desk", "r-2", "2025-000002"), 0);
	close_replayed(h);
}

static void each_request_of_a_household_is_a_case_of_its_own(void **unused)
{
	(void)unused; /* rule 8 */
	struct harness *h = opened();
	assert_int_equal(request_from(h, "desk", "r-2", "2025-000002"), 0);
	json_t *list = answer(h, h->state, "/v1/cases");
	assert_int_equal(json_array_size(json_object_get(list, "items")), 2);
	json_decref(list);
	close_replayed(h);
}

/* ---- triage ---- */

static void a_route_sets_the_team_and_is_shown_with_its_reason(void **unused)
{
	(void)unused;
	struct harness *h = opened();
	Wot__V1__Event *event = harness_other(h, KIND(CASE_ROUTED), at(3, 1), "2025-000001");
	Wot__V1__CaseRouted *routed = event->body->case_routed;
	routed->rule = (char *)"debt";
	routed->reason = (char *)"money troubles, and Oost has room";
	routed->priority = WOT__V1__CASE_ROUTED__PRIORITY__ROUTINE;
	routed->team = (char *)"oost";
	assert_int_equal(harness_feed(h, "triage", event), 0);
	assert_int_equal(kind_at(h, 0), KIND(CASE_ROUTED));
	assert_string_equal(harness_event(h, 0)->facts->team, "oost");
	assert_string_equal(harness_event(h, 0)->body->case_routed->rule, "debt");

	json_t *one = answer(h, h->state, "/v1/cases/2025-000001");
	assert_string_equal(text(json_object_get(one, "routing"), "reason"),
		"money troubles, and Oost has room");
	assert_string_equal(text(json_object_get(one, "facts"), "team"), "oost");
	json_decref(one);

	assert_int_equal(closed(h, at(3, 9)), 0); /* the reason stays */
	one = answer(h, h->state, "/v1/cases/2025-000001");
	assert_string_equal(text(json_object_get(one, "routing"), "rule"), "debt");
	json_decref(one);

	routed->team = NULL;
	routed->redirected_to = (char *)"mevis";
	assert_int_equal(harness_feed(h, "triage", event), 0);
	assert_true(clears(harness_event(h, 0), 11));
	assert_string_equal(harness_event(h, 0)->facts->redirected_to, "mevis");
	close_replayed(h);
}

static void advice_is_confirmed_and_voided_in_events_of_their_own(void **unused)
{
	(void)unused; /* rule 2 */
	struct harness *h = opened();
	screened(h, at(3, 5), WOT__V1__SCREENING__OUTCOME__ADVICE);
	assert_int_equal(harness_count(h), 2);
	assert_int_equal(kind_at(h, 0), KIND(SCREENING));
	assert_true(harness_event(h, 0)->facts->advice);
	assert_int_equal(kind_at(h, 1), KIND(CASE_BECAME_CONTACT));
	assert_string_equal(harness_event(h, 1)->case_id, "2025-000001");
	assert_int_equal(harness_event(h, 1)->facts->reported_on, on(3, 1));
	assert_false(harness_event(h, 1)->has_digest);

	assert_int_equal(step(h, at(3, 9), KIND(SUPPORT_STARTED), NULL), 0);
	assert_int_equal(harness_count(h), 2);
	assert_int_equal(kind_at(h, 0), KIND(SUPPORT_STARTED));
	assert_true(harness_event(h, 0)->facts->has_advice);
	assert_false(harness_event(h, 0)->facts->advice);
	assert_int_equal(kind_at(h, 1), KIND(ADVICE_VOIDED));
	close_replayed(h);
}

static void advice_that_comes_after_support_is_void_at_once(void **unused)
{
	(void)unused; /* rule 2, the other order */
	struct harness *h = opened();
	assert_int_equal(step(h, at(3, 9), KIND(SUPPORT_STARTED), NULL), 0);
	screened(h, at(3, 5), WOT__V1__SCREENING__OUTCOME__ADVICE);
	assert_int_equal(harness_count(h), 1);
	assert_false(harness_event(h, 0)->facts->has_advice);
	close_replayed(h);
}

static void the_event_that_undoes_an_end_says_so(void **unused)
{
	(void)unused; /* rule 3 */
	struct harness *h = opened();
	screened(h, at(3, 5), WOT__V1__SCREENING__OUTCOME__REDIRECTED);
	assert_int_equal(harness_count(h), 1);
	assert_int_equal(harness_event(h, 0)->facts->ended_on, on(3, 5));
	assert_int_equal(closed(h, at(4, 1)), 0);
	assert_int_equal(harness_event(h, 0)->facts->closed_on, on(4, 1));
	assert_true(clears(harness_event(h, 0), 5));
	close_replayed(h);
}

static void a_screening_that_reached_nobody_changes_no_fact(void **unused)
{
	(void)unused;
	struct harness *h = opened();
	screened(h, at(3, 3), WOT__V1__SCREENING__OUTCOME__NOT_REACHED);
	assert_int_equal(harness_count(h), 1);
	assert_null(harness_event(h, 0)->facts);
	close_replayed(h);
}

static void triages_word_of_a_case_that_does_not_exist_is_passed_over(void **unused)
{
	(void)unused;
	struct harness *h = opened();
	Wot__V1__Event *event = harness_other(h, KIND(SCREENING), at(3, 3), "2025-000099");
	event->body->screening->outcome = WOT__V1__SCREENING__OUTCOME__TO_SUPPORT;
	assert_int_equal(harness_feed(h, "triage", event), 0);
	assert_int_equal(harness_count(h), 0);
	close_replayed(h);
}

/* ---- the door ---- */

static void a_case_is_named_by_id_by_own_ref_or_by_anothers(void **unused)
{
	(void)unused;
	struct harness *h = opened();
	void *message = NEW(h, first_contact);
	Wot__V1__Submission *s =
		harness_submission(h, "e-1", at(3, 4), NULL, KIND(FIRST_CONTACT), message);
	s->case_id = (char *)"2025-000001";
	assert_int_equal(harness_submit(h, "cases", s), 0);
	assert_string_equal(harness_event(h, 0)->case_id, "2025-000001");
	assert_int_equal(harness_event(h, 0)->legal_basis, WOT__V1__LEGAL_BASIS__VALUE__DEBT);
	s->case_id = (char *)"2024-000001";
	assert_int_equal(harness_submit(h, "cases", s), ERR_UNKNOWN_CASE);
	s->case_id = (char *)"nonsense";
	assert_int_equal(harness_submit(h, "cases", s), ERR_UNKNOWN_CASE);
	s->case_id = NULL;
	s->case_ref = (char *)"desk/r-1";
	assert_int_equal(harness_submit(h, "cases", s), 0);
	s->case_ref = (char *)"r-1";
	assert_int_equal(harness_submit(h, "cases", s), ERR_UNKNOWN_CASE);
	assert_null(strstr(h->why.text, "r-1")); /* what was sent is not said again */
	assert_int_equal(harness_submit(h, "desk", s), 0);
	close_replayed(h);
}

static void an_event_says_just_the_facts_that_it_changed(void **unused)
{
	(void)unused;
	struct harness *h = opened();
	assert_int_equal(step(h, at(3, 4), KIND(FIRST_CONTACT), NULL), 0);
	const Wot__V1__CaseFacts *facts = harness_event(h, 0)->facts;
	assert_int_equal(facts->first_contact_on, on(3, 4));
	assert_false(facts->has_reported_on);
	assert_int_equal(facts->n_cleared, 0);
	assert_int_equal(step(h, at(3, 5), KIND(FIRST_CONTACT), NULL), 0);
	assert_null(harness_event(h, 0)->facts);
	assert_int_equal(step(h, at(3, 6), KIND(INTAKE_HELD), NULL), 0);
	assert_null(harness_event(h, 0)->facts);
	close_replayed(h);
}

static void a_reopening_clears_the_closing(void **unused)
{
	(void)unused; /* rule 5 */
	struct harness *h = opened();
	assert_int_equal(closed(h, at(4, 1)), 0);
	assert_int_equal(closed(h, at(4, 1)), ERR_LIFE_FORBIDS);
	assert_int_equal(step(h, at(4, 2), KIND(FIRST_CONTACT), NULL), ERR_LIFE_FORBIDS);
	assert_int_equal(step(h, at(5, 1), KIND(REOPENED), NULL), 0);
	assert_true(clears(harness_event(h, 0), 7));
	assert_true(clears(harness_event(h, 0), 8));
	assert_int_equal(closed(h, at(4, 30)), ERR_LIFE_FORBIDS);
	assert_int_equal(closed(h, at(5, 1)), 0);
	close_replayed(h);
}

static void what_a_correction_removes_is_cleared(void **unused)
{
	(void)unused; /* rule 6 */
	struct harness *h = opened();
	assert_int_equal(step(h, at(3, 4), KIND(FIRST_CONTACT), NULL), 0);
	assert_int_equal(step(h, at(3, 9), KIND(SUPPORT_STARTED), NULL), 0);
	static char *remove[] = {(char *)"firstContactOn", (char *)"supportStartedOn"};
	Wot__V1__Corrected *message = NEW(h, corrected);
	message->n_remove = 2;
	message->remove = remove;
	message->has_reported_on = true;
	message->reported_on = on(2, 20);
	assert_int_equal(step(h, at(4, 1), KIND(CORRECTED), message), 0);
	const Wot__V1__Event *event = harness_event(h, 0);
	assert_true(clears(event, 2) && clears(event, 6));
	assert_int_equal(event->facts->n_cleared, 2);
	assert_int_equal(event->facts->reported_on, on(2, 20));
	close_replayed(h);
}

static void a_paused_case_and_an_open_offer_survive_a_restart(void **unused)
{
	(void)unused; /* bits that no fact says: the replay at the end would lose them */
	struct harness *h = opened();
	assert_int_equal(step(h, at(4, 1), KIND(PAUSED), NULL), 0);
	Wot__V1__HandoverOffered *offer = NEW(h, handover_offered);
	offer->to = (char *)"minters";
	offer->has_warm = offer->warm = true;
	assert_int_equal(step(h, at(4, 2), KIND(HANDOVER_OFFERED), offer), 0);
	Wot__V1__HandoverConfirmed *confirmed = NEW(h, handover_confirmed);
	confirmed->by = WOT__V1__HANDOVER_CONFIRMED__SIDE__RECEIVING;
	assert_int_equal(step(h, at(4, 3), KIND(HANDOVER_CONFIRMED), confirmed), 0);
	Wot__V1__SupportStarted *start = NEW(h, support_started);
	start->case_lead = (char *)"a.jansen";
	assert_int_equal(step(h, at(4, 3), KIND(SUPPORT_STARTED), start), 0);

	json_t *one = answer(h, h->state, "/v1/cases/2025-000001");
	assert_true(json_is_true(json_object_get(one, "paused")));
	assert_string_equal(text(one, "caseLead"), "a.jansen");
	const json_t *handover = json_object_get(one, "handover");
	assert_string_equal(text(handover, "to"), "minters");
	assert_true(json_is_true(json_object_get(handover, "confirmedByReceiving")));
	assert_true(json_is_false(json_object_get(handover, "confirmedByOffering")));
	json_decref(one);

	/* and a restarted core goes on refusing what the first one would */
	core_state_free(h->core, h->state);
	h->state = harness_replay(h);
	assert_int_equal(step(h, at(4, 4), KIND(PAUSED), NULL), ERR_LIFE_FORBIDS);
	assert_int_equal(step(h, at(4, 4), KIND(HANDOVER_CONFIRMED), confirmed), ERR_LIFE_FORBIDS);
	screened(h, at(3, 5), WOT__V1__SCREENING__OUTCOME__ADVICE);
	assert_int_equal(harness_count(h), 1);
	close_replayed(h);
}

/* ---- what it answers ---- */

static void a_case_is_answered_with_its_life(void **unused)
{
	(void)unused;
	struct harness *h = opened();
	assert_int_equal(step(h, at(3, 4), KIND(FIRST_CONTACT), NULL), 0);
	assert_int_equal(closed(h, at(4, 1)), 0);
	json_t *one = answer(h, h->state, "/v1/cases/2025-000001");
	assert_string_equal(text(one, "status"), "CLOSED");
	assert_string_equal(text(one, "caseRef"), "desk/r-1");
	assert_string_equal(text(json_object_get(one, "facts"), "closingReason"), "GOALS_MET");
	assert_string_equal(text(json_object_get(one, "facts"), "firstContactOn"), "2025-03-04");
	const json_t *life = json_object_get(one, "life");
	assert_int_equal(json_array_size(life), 3);
	assert_string_equal(text(json_array_get(life, 0), "what"), "caseRegistered");
	assert_string_equal(text(json_array_get(life, 2), "what"), "closed");
	assert_string_equal(text(json_array_get(life, 1), "at"), "2025-03-04T09:00:00.000Z");
	json_decref(one);
	close_replayed(h);
}

static void lists_come_in_pages(void **unused)
{
	(void)unused;
	struct harness *h = opened();
	assert_int_equal(request_from(h, "desk", "r-2", "2025-000002"), 0);
	assert_int_equal(request_from(h, "desk", "r-3", "2025-000005"), 0);
	const unsigned role = ROLE_INTAKE_TEAM;
	auto_buf struct buf json = {0};
	assert_int_equal(harness_query(h, h->state, "lead", role, "/v1/cases?limit=2", &json), 0);
	json_t *page = json_loads(json.data, 0, NULL);
	assert_int_equal(json_array_size(json_object_get(page, "items")), 2);
	assert_string_equal(text(page, "next"), "2025-000002");
	assert_int_equal(harness_query(h, h->state, "lead", role,
				 "/v1/cases?limit=2&after=2025-000002", &json),
		0);
	json_t *last = json_loads(json.data, 0, NULL);
	assert_int_equal(json_array_size(json_object_get(last, "items")), 1);
	assert_string_equal(
		text(json_array_get(json_object_get(last, "items"), 0), "caseId"), "2025-000005");
	assert_null(json_object_get(last, "next"));
	assert_int_equal(
		harness_query(h, h->state, "lead", role, "/v1/cases?after=nonsense", &json),
		ERR_INVALID);
	json_decref(page);
	json_decref(last);
	close_replayed(h);
}

static void what_is_not_there_or_not_allowed_is_not_answered(void **unused)
{
	(void)unused;
	struct harness *h = opened();
	auto_buf struct buf json = {0};
	static const char *const none[] = {"/v1/cases/2025-000002", "/v1/cases/2024-000001",
		"/v1/cases/x", "/v1/cases/", "/v1/casesx", "/v1/teams"};
	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
		assert_int_equal(harness_query(h, h->state, "lead", ROLE_OPERATOR, none[i], &json),
			ERR_NOT_FOUND);
	assert_int_equal(
		harness_query(h, h->state, "gp", ROLE_PARTNER, "/v1/cases", &json), ERR_FORBIDDEN);
	assert_int_equal(json.len, 0);
	close_replayed(h);
}

/* ---- whatever is submitted, in whatever order ---- */

static uint32_t random_state;

static uint32_t pick(uint32_t below)
{
	random_state = random_state * 1664525u + 1013904223u;
	return (random_state >> 8) % below;
}

static void random_screening(struct harness *h, int64_t at_ms)
{
	screened(h, at_ms, (Wot__V1__Screening__Outcome)(1 + pick(6)));
}

static void random_correction(struct harness *h, int64_t at_ms)
{
	static char *names[] = {(char *)"firstContactOn", (char *)"supportStartedOn"};
	Wot__V1__Corrected *message = NEW(h, corrected);
	message->has_reported_on = pick(4) == 0;
	message->reported_on = on(3, 1 + (int)pick(30));
	message->has_closed_on = pick(4) == 0;
	message->closed_on = on(3, 1 + (int)pick(30));
	size_t removed = pick(2);
	message->remove = &names[removed];
	message->n_remove = pick(2);
	if (removed == 0 || !message->n_remove) {
		message->has_support_started_on = pick(2) == 0;
		message->support_started_on = on(3, 1 + (int)pick(30));
	}
	step(h, at_ms, KIND(CORRECTED), message);
}

static void random_step(struct harness *h)
{
	static const Wot__V1__Body__KindCase empty[] = {KIND(FIRST_CONTACT), KIND(SUPPORT_STARTED),
		KIND(REOPENED), KIND(PAUSED), KIND(RESUMED), KIND(INTAKE_HELD)};
	int64_t at_ms = at(3, 1 + (int)pick(30));
	uint32_t what = pick(10);
	if (what < 6)
		step(h, at_ms, empty[what], NULL);
	else if (what == 6)
		closed(h, at_ms);
	else if (what == 7)
		random_correction(h, at_ms);
	else
		random_screening(h, at_ms);
}

/* The case as who counts sees it: columns copied from events, no rule known. */
static void assert_facts_hold(const struct harness *h)
{
	Wot__V1__CaseFacts facts = WOT__V1__CASE_FACTS__INIT;
	bool taken_up = false;
	for (size_t i = 0; i < h->len; i++) {
		const Wot__V1__Event *event = h->log[i];
		if (event->facts)
			facts_apply(&facts, event->facts);
		taken_up |= event->body->kind_case == KIND(SUPPORT_STARTED) ||
			    event->body->kind_case == KIND(CLOSED);
	}
	assert_true(facts.has_reported_on);
	if (facts.has_first_contact_on)
		assert_true(facts.reported_on <= facts.first_contact_on);
	if (facts.has_support_started_on)
		assert_true(facts.reported_on <= facts.support_started_on);
	if (facts.has_support_started_on && facts.has_closed_on)
		assert_true(facts.support_started_on <= facts.closed_on);
	assert_int_equal(facts.has_closed_on, facts.has_closing_reason);
	assert_false(facts.advice && facts.has_ended_on);
	if (taken_up || facts.has_support_started_on)
		assert_false(facts.advice || facts.has_ended_on);
}

static void facts_hold_whatever_is_submitted(void **unused)
{
	(void)unused;
	for (uint32_t seed = 1; seed <= 60; seed++) {
		random_state = seed;
		struct harness *h = opened();
		for (int i = 0; i < 60; i++) {
			random_step(h);
			assert_facts_hold(h);
		}
		/* and a restart goes on where it was */
		core_state_free(h->core, h->state);
		h->state = harness_replay(h);
		for (int i = 0; i < 10; i++)
			random_step(h);
		close_replayed(h);
	}
}

static void advice_events_tell_just_when_it_begins_and_ends(void **unused)
{
	(void)unused;
	for (uint32_t seed = 1; seed <= 60; seed++) {
		random_state = seed;
		struct harness *h = opened();
		for (int i = 0; i < 40; i++)
			random_step(h);
		bool by_facts = false, by_events = false;
		for (size_t i = 0; i < h->len; i++) {
			const Wot__V1__Event *event = h->log[i];
			if (event->body->kind_case == KIND(CASE_BECAME_CONTACT)) {
				assert_false(by_events);
				by_events = true;
			} else if (event->body->kind_case == KIND(ADVICE_VOIDED)) {
				assert_true(by_events);
				by_events = false;
			}
			if (event->facts && event->facts->has_advice)
				by_facts = event->facts->advice;
		}
		assert_int_equal(by_facts, by_events);
		close_replayed(h);
	}
}

/* The figures of a day are counted by the kpi.yaml of that day, so it must be in a log. */
static void a_kpi_yaml_is_checked_and_entered_as_it_is(void **state)
{
	(void)state;
	struct harness *h = harness_open(&case_core);
	auto_buf struct buf text = {0}, errors = {0};
	struct why why = {""};
	const char *const *name = case_core.configs;
	while (*name && strcmp(*name, "kpi.yaml") != 0)
		name++;
	assert_non_null(*name);
	assert_int_equal(yaml_read_file("config/kpi.yaml", &text, &errors), 0);
	assert_int_equal(case_core.config_check("kpi.yaml", "etc/kpi.yaml", text.data, &why), 0);
	struct input input = {
		.kind = INPUT_CONFIG, .config_name = "kpi.yaml", .config_text = text.data};
	assert_int_equal(harness_input(h, &input), 0);
	assert_int_equal(harness_count(h), 1);
	const Wot__V1__ConfigLoaded *loaded = harness_event(h, 0)->body->config_loaded;
	assert_string_equal(loaded->name, "kpi.yaml");
	assert_string_equal(loaded->content, text.data);

	memcpy(strstr(text.data, "waiting_days <= 28\n"), "waiting_hour", 12);
	assert_int_equal(
		case_core.config_check("kpi.yaml", "etc/kpi.yaml", text.data, &why), ERR_CONFIG);
	assert_non_null(strstr(why.text, "waiting_hour"));
	assert_true(strncmp(why.text, "etc/kpi.yaml:", 13) == 0);
	close_replayed(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_becomes_a_case_with_all_that_it_gave),
		cmocka_unit_test(a_number_given_twice_is_refused),
		cmocka_unit_test(each_request_of_a_household_is_a_case_of_its_own),
		cmocka_unit_test(a_route_sets_the_team_and_is_shown_with_its_reason),
		cmocka_unit_test(advice_is_confirmed_and_voided_in_events_of_their_own),
		cmocka_unit_test(advice_that_comes_after_support_is_void_at_once),
		cmocka_unit_test(the_event_that_undoes_an_end_says_so),
		cmocka_unit_test(a_screening_that_reached_nobody_changes_no_fact),
		cmocka_unit_test(triages_word_of_a_case_that_does_not_exist_is_passed_over),
		cmocka_unit_test(a_case_is_named_by_id_by_own_ref_or_by_anothers),
		cmocka_unit_test(an_event_says_just_the_facts_that_it_changed),
		cmocka_unit_test(a_reopening_clears_the_closing),
		cmocka_unit_test(what_a_correction_removes_is_cleared),
		cmocka_unit_test(a_paused_case_and_an_open_offer_survive_a_restart),
		cmocka_unit_test(a_case_is_answered_with_its_life),
		cmocka_unit_test(lists_come_in_pages),
		cmocka_unit_test(what_is_not_there_or_not_allowed_is_not_answered),
		cmocka_unit_test(facts_hold_whatever_is_submitted),
		cmocka_unit_test(advice_events_tell_just_when_it_begins_and_ends),
		cmocka_unit_test(a_kpi_yaml_is_checked_and_entered_as_it_is),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
