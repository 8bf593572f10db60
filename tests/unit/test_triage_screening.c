/*
 * Screenings do what INTERFACES.md says of them, a hand is honoured, and the work list holds whom the intake
 * team must phone, by when.
 */
#include "tests/unit/triage_fixture.h"

/* ---- screenings ---- */

static void a_screening_names_its_case_by_id_or_by_either_ref(void **state)
{
	struct harness *h = *state;
	plain_request(h, 1, at(3, 3));
	assert_int_equal(screened(h, 1, at(3, 4), OUTCOME(NOT_REACHED)), 0);
	assert_string_equal(harness_event(h, 0)->case_id, "2025-000001");
	Wot__V1__Submission *own = harness_submission(h, "s2", at(3, 4), "r1", KIND(SCREENING),
		(ProtobufCMessage *)screening_make(h, OUTCOME(NOT_REACHED)));
	assert_int_equal(harness_submit(h, "desk", own), 0);
	assert_int_equal(harness_submit(h, "team", own), ERR_UNKNOWN_CASE);
	own->case_ref = NULL;
	own->case_id = arena_strdup(&h->arena, "2025-000001");
	assert_int_equal(harness_submit(h, "team", own), 0);
	own->case_id = arena_strdup(&h->arena, "2024-000001");
	assert_int_equal(harness_submit(h, "team", own), ERR_UNKNOWN_CASE);
	own->case_id = arena_strdup(&h->arena, "2025-000002");
	assert_int_equal(harness_submit(h, "team", own), ERR_UNKNOWN_CASE);
	replay_answers_the_same(h);
	void *again = harness_replay(h);
	core_state_free(&triage_core, h->state);
	h->state = again; /* after a restart the ref is still known */
	assert_int_equal(screened(h, 1, at(3, 4), OUTCOME(NOT_REACHED)), 0);
}

static void names_that_are_not_in_triage_yaml_are_faults(void **state)
{
	struct harness *h = *state;
	plain_request(h, 1, at(3, 3));
	Wot__V1__Screening *screening = screening_make(h, OUTCOME(REDIRECTED));
	screening->team = arena_strdup(&h->arena, "west");
	screening->redirected_to = arena_strdup(&h->arena, "nobody");
	assert_int_equal(screen(h, 1, at(3, 4), screening), ERR_INVALID);
	assert_int_equal(h->faults.count, 2);
	assert_string_equal(h->faults.items[0].pointer, "/team");
	assert_string_equal(h->faults.items[0].detail, "is not a team of triage.yaml");
	assert_string_equal(h->faults.items[1].pointer, "/redirectedTo");
	/* 400 goes before 404 */
	assert_int_equal(screen(h, 9, at(3, 4), screening), ERR_INVALID);
	screening->team = NULL;
	screening->redirected_to = arena_strdup(&h->arena, "mevis");
	assert_int_equal(screen(h, 1, at(3, 4), screening), 0);
}

static void a_screening_before_the_report_is_forbidden(void **state)
{
	struct harness *h = *state;
	plain_request(h, 1, at(3, 3));
	assert_int_equal(screened(h, 1, at(3, 2), OUTCOME(NOT_REACHED)), ERR_LIFE_FORBIDS);
	assert_int_equal(screened(h, 1, at(3, 3) - 3600000, OUTCOME(NOT_REACHED)), 0);
}

static void outcomes_that_end_free_the_team_and_the_list(void **state)
{
	static const Wot__V1__Screening__Outcome ending[] = {OUTCOME(REDIRECTED),
		OUTCOME(WELFARE_ACTIVITY), OUTCOME(WITHDRAWN), OUTCOME(ADVICE)};
	struct harness *h = *state;
	fill(h);
	for (uint32_t i = 0; i < 4; i++)
		plain_request(h, 5 + i, at(3, 4));
	for (uint32_t i = 0; i < 4; i++) {
		assert_int_equal(screened(h, 1 + i, at(3, 5), ending[i]), 0);
		assert_int_equal(harness_event(h, 0)->body->kind_case, KIND(SCREENING));
		routed(h, 1, 5 + i);
	}
	list_is(h, "5 6 7 8");
	replay_answers_the_same(h);
}

static void the_last_outcome_wins(void **state)
{
	struct harness *h = *state;
	plain_request(h, 1, at(3, 3));
	assert_int_equal(screened(h, 1, at(3, 4), OUTCOME(WITHDRAWN)), 0);
	teams_say(h, "\"openCases\":0");
	assert_int_equal(screened(h, 1, at(3, 5), OUTCOME(TO_SUPPORT)), 0);
	teams_say(h, "\"openCases\":1");
	assert_int_equal(screened(h, 1, at(3, 6), OUTCOME(NOT_REACHED)), 0);
	teams_say(h, "\"openCases\":1");
}

static void a_start_or_a_closing_undoes_the_end(void **state)
{
	struct harness *h = *state;
	plain_request(h, 1, at(3, 3));
	assert_int_equal(screened(h, 1, at(3, 4), OUTCOME(WITHDRAWN)), 0);
	started(h, 1, at(3, 5));
	teams_say(h, "\"openCases\":1");
	assert_int_equal(screened(h, 1, at(3, 6), OUTCOME(WITHDRAWN)), 0);
	teams_say(h, "\"openCases\":1");
	closed(h, 1, at(3, 7));
	const char *json = answer(h, h->state, "/v1/teams");
	assert_null(strstr(json, "\"openCases\":1"));
	Wot__V1__Event *reopened = case_make(h, 1, KIND(REOPENED), at(3, 8));
	clear_fact(h, reopened, 7); /* closed_on */
	assert_int_equal(harness_feed(h, "case", reopened), 0);
	teams_say(h, "\"openCases\":1");
	replay_answers_the_same(h);
}

/* INTERFACES rule 5, also where nobody was reached; an open case has no such line. */
static void nothing_is_screened_after_the_closing(void **state)
{
	struct harness *h = *state;
	plain_request(h, 1, at(3, 3));
	closed(h, 1, at(3, 7));
	static const Wot__V1__Screening__Outcome outcomes[] = {OUTCOME(NOT_REACHED),
		OUTCOME(TO_SUPPORT), OUTCOME(WELFARE_ACTIVITY), OUTCOME(REDIRECTED)};
	for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++) {
		assert_int_equal(screened(h, 1, at(3, 8), outcomes[i]), ERR_LIFE_FORBIDS);
		assert_int_equal(screened(h, 1, at(3, 7), outcomes[i]), 0);
	}
	Wot__V1__Event *reopened = case_make(h, 1, KIND(REOPENED), at(3, 8));
	clear_fact(h, reopened, 7); /* closed_on */
	assert_int_equal(harness_feed(h, "case", reopened), 0);
	assert_int_equal(screened(h, 1, at(3, 8), OUTCOME(TO_SUPPORT)), 0);
	replay_answers_the_same(h);
}

static void advice_is_forbidden_once_support_started_or_the_case_was_closed(void **state)
{
	struct harness *h = *state;
	plain_request(h, 1, at(3, 3));
	plain_request(h, 2, at(3, 3));
	started(h, 1, at(3, 4));
	closed(h, 2, at(3, 4));
	assert_int_equal(screened(h, 1, at(3, 5), OUTCOME(ADVICE)), ERR_LIFE_FORBIDS);
	assert_int_equal(screened(h, 2, at(3, 4), OUTCOME(ADVICE)), ERR_LIFE_FORBIDS);
	/* taking the day back does not undo that the case was taken up */
	Wot__V1__Event *corrected = case_make(h, 1, KIND(CORRECTED), at(3, 6));
	clear_fact(h, corrected, 6); /* support_started_on */
	assert_int_equal(harness_feed(h, "case", corrected), 0);
	assert_int_equal(screened(h, 1, at(3, 7), OUTCOME(ADVICE)), ERR_LIFE_FORBIDS);
}

static void confirmed_advice_is_final_until_it_is_voided(void **state)
{
	struct harness *h = *state;
	plain_request(h, 1, at(3, 3));
	assert_int_equal(screened(h, 1, at(3, 4), OUTCOME(ADVICE)), 0);
	Wot__V1__Event *became = case_make(h, 1, KIND(CASE_BECAME_CONTACT), at(3, 4));
	assert_int_equal(harness_feed(h, "case", became), 0);
	assert_int_equal(harness_count(h), 1);
	assert_int_equal(screened(h, 1, at(3, 5), OUTCOME(TO_SUPPORT)), ERR_LIFE_FORBIDS);
	assert_int_equal(screened(h, 1, at(3, 5), OUTCOME(ADVICE)), ERR_LIFE_FORBIDS);
	assert_int_equal(screened(h, 1, at(3, 5), OUTCOME(NOT_REACHED)), 0);
	started(h, 1, at(3, 6));
	Wot__V1__Event *voided = case_make(h, 1, KIND(ADVICE_VOIDED), at(3, 6));
	voided->facts = NULL;
	assert_int_equal(harness_feed(h, "case", voided), 0);
	assert_int_equal(screened(h, 1, at(3, 7), OUTCOME(TO_SUPPORT)), 0);
	replay_answers_the_same(h);
}

static void a_team_by_hand_is_honoured_also_over_its_capacity(void **state)
{
	struct harness *h = *state;
	fill(h); /* 2 is Zuid's */
	Wot__V1__Screening *screening = screening_make(h, OUTCOME(TO_SUPPORT));
	screening->team = arena_strdup(&h->arena, "oost");
	assert_int_equal(screen(h, 2, at(3, 4), screening), 0);
	const Wot__V1__CaseRouted *route = routed(h, 1, 2);
	assert_true(route->by_hand);
	assert_string_equal(route->team, "oost");
	assert_string_equal(route->rule, "by-hand");
	assert_string_equal(route->reason, "The intake team chose Oost instead of Zuid.");
	assert_string_equal(route->reden, "Het aanmeldteam koos Oost in plaats van Zuid.");
	assert_int_equal(
		route->considered[0]->why, WOT__V1__CASE_ROUTED__CONSIDERED__WHY__BY_HAND_FULL);
	teams_say(h, "\"loadHours\":6,\"freeHours\":-2");
	assert_int_equal(screen(h, 2, at(3, 4), screening), 0);
	assert_int_equal(harness_count(h), 1); /* it is there already */
	/* and no rule takes it away again */
	Wot__V1__Screening *elderly = screening_make(h, OUTCOME(TO_SUPPORT));
	Wot__V1__Expertise__Value asked = WOT__V1__EXPERTISE__VALUE__ELDERLY;
	elderly->n_expertise = 1;
	elderly->expertise = &asked;
	assert_int_equal(screen(h, 2, at(3, 5), elderly), 0);
	assert_int_equal(harness_count(h), 1);
	replay_answers_the_same(h);
}

/* Each team shows how often it was chosen; what was there already is no choice of another. */
static void teams_by_hand_are_counted_by_the_team_that_was_chosen(void **state)
{
	struct harness *h = *state;
	fill(h); /* 2 is Zuid's, 3 is Oost's */
	Wot__V1__Screening *screening = screening_make(h, OUTCOME(TO_SUPPORT));
	screening->team = arena_strdup(&h->arena, "oost");
	assert_int_equal(screen(h, 2, at(3, 4), screening), 0);
	assert_int_equal(screen(h, 2, at(3, 4), screening), 0);
	assert_int_equal(screen(h, 3, at(3, 4), screening), 0);
	screening->team = arena_strdup(&h->arena, "dv");
	assert_int_equal(screen(h, 2, at(3, 5), screening), 0);
	closed(h, 2, at(3, 6));
	teams_say(h, "\"openCases\":2,\"queue\":0,\"byHand\":1},{\"team\":\"zuid\"");
	teams_say(h, "\"openCases\":0,\"queue\":0,\"byHand\":1}]");
	assert_int_equal(configure(h, ORGANISATIONS
				 "teams:\n  zuid: {name: Zuid, people: 1, hours: 4}\n" RULES_REST),
		0);
	teams_say(h, "],\"queue\":0,\"byHand\":2}"); /* also of teams that are gone */
	replay_answers_the_same(h);
}

/* The intake team may know who should go on phoning; of what has ended there is nothing to give. */
static void a_team_by_hand_needs_no_answered_call_but_an_open_case(void **state)
{
	struct harness *h = *state;
	fill(h);
	Wot__V1__Screening *screening = screening_make(h, OUTCOME(NOT_REACHED));
	screening->team = arena_strdup(&h->arena, "oost");
	assert_int_equal(screen(h, 2, at(3, 4), screening), 0);
	assert_string_equal(routed(h, 1, 2)->team, "oost");
	list_is(h, "1 2 3 4");
	screening->outcome = OUTCOME(WITHDRAWN);
	screening->team = arena_strdup(&h->arena, "zuid");
	assert_int_equal(screen(h, 2, at(3, 5), screening), 0);
	assert_int_equal(harness_count(h), 1);
	teams_say(h, "],\"queue\":0,\"byHand\":1}");
}

static void a_team_by_hand_takes_a_case_from_the_queue(void **state)
{
	struct harness *h = *state;
	fill(h);
	plain_request(h, 5, at(3, 4));
	Wot__V1__Screening *screening = screening_make(h, OUTCOME(TO_SUPPORT));
	screening->team = arena_strdup(&h->arena, "zuid");
	assert_int_equal(screen(h, 5, at(3, 4), screening), 0);
	assert_true(routed(h, 1, 5)->by_hand);
	assert_string_equal(routed(h, 1, 5)->reason, "The intake team chose Zuid.");
	teams_say(h, "],\"queue\":0,");
}

static void expertise_found_at_screening_routes_again(void **state)
{
	struct harness *h = *state;
	assert_string_equal(plain_request(h, 1, at(3, 3))->team, "oost");
	Wot__V1__Screening *screening = screening_make(h, OUTCOME(TO_SUPPORT));
	Wot__V1__Expertise__Value asked = WOT__V1__EXPERTISE__VALUE__ELDERLY;
	screening->n_expertise = 1;
	screening->expertise = &asked;
	assert_int_equal(screen(h, 1, at(3, 4), screening), 0);
	const Wot__V1__CaseRouted *route = routed(h, 1, 1);
	assert_string_equal(route->team, "zuid");
	assert_false(route->by_hand);
	assert_int_equal(screen(h, 1, at(3, 5), screening), 0);
	assert_int_equal(harness_count(h), 1); /* no change */
	replay_answers_the_same(h);
}

static void expertise_that_nobody_has_room_for_waits_in_the_queue(void **state)
{
	struct harness *h = *state;
	fill(h); /* 1 is Oost's */
	Wot__V1__Screening *screening = screening_make(h, OUTCOME(TO_SUPPORT));
	Wot__V1__Expertise__Value asked = WOT__V1__EXPERTISE__VALUE__ELDERLY;
	screening->n_expertise = 1;
	screening->expertise = &asked;
	assert_int_equal(screen(h, 1, at(3, 4), screening), 0);
	assert_null(routed(h, 1, 1)->team);
	teams_say(h, "],\"queue\":1,");
	closed(h, 2, at(3, 5));
	assert_string_equal(routed(h, 1, 1)->team, "zuid");
}

static void a_heavier_case_moves_to_where_there_is_room_or_stays(void **state)
{
	struct harness *h = *state;
	plain_request(h, 1, at(3, 3)); /* oost */
	plain_request(h, 2, at(3, 3)); /* zuid */
	plain_request(h, 3, at(3, 3)); /* oost: 4 of 4 */
	Wot__V1__Screening *heavy = screening_make(h, OUTCOME(TO_SUPPORT));
	heavy->has_care_weight = true;
	heavy->care_weight = WOT__V1__CARE_WEIGHT__VALUE__HEAVY;
	closed(h, 2, at(3, 4)); /* zuid is empty */
	assert_int_equal(screen(h, 1, at(3, 5), heavy), 0);
	assert_string_equal(routed(h, 1, 1)->team, "zuid");
	plain_request(h, 4, at(3, 5)); /* oost: 4 of 4 */
	assert_int_equal(screen(h, 3, at(3, 5), heavy), 0);
	assert_int_equal(harness_count(h), 1); /* nobody else has 3 hours: it stays */
	teams_say(h, "\"loadHours\":5,\"freeHours\":-1");
	replay_answers_the_same(h);
}

static void to_support_overrules_a_proposed_redirect(void **state)
{
	struct harness *h = *state;
	Wot__V1__Event *event = request_make(h, 1, at(3, 3));
	event->body->help_request->has_resident = true;
	feed_request(h, event);
	assert_int_equal(screened(h, 1, at(3, 4), OUTCOME(TO_SUPPORT)), 0);
	const Wot__V1__CaseRouted *route = routed(h, 1, 1);
	assert_string_equal(route->team, "oost");
	assert_string_equal(route->rule, "rest");
	assert_true(route->has_resident && !route->resident);
	replay_answers_the_same(h);
}

static void a_care_weight_that_case_set_beats_the_screenings(void **state)
{
	struct harness *h = *state;
	plain_request(h, 1, at(3, 3));
	weighed(h, 1, WOT__V1__CARE_WEIGHT__VALUE__HEAVY);
	Wot__V1__Screening *light = screening_make(h, OUTCOME(TO_SUPPORT));
	light->has_care_weight = true;
	light->care_weight = WOT__V1__CARE_WEIGHT__VALUE__LIGHT;
	assert_int_equal(screen(h, 1, at(3, 5), light), 0);
	teams_say(h, "\"loadHours\":3");
}

/* ---- the work list ---- */

static void the_list_has_deadlines_and_attempts(void **state)
{
	struct harness *h = *state;
	plain_request(h, 1, at(4, 15)); /* Tuesday; Good Friday and Easter Monday lie between */
	assert_int_equal(screened(h, 1, at(4, 16), OUTCOME(NOT_REACHED)), 0);
	assert_int_equal(screened(h, 1, at(4, 17), OUTCOME(NOT_REACHED)), 0);
	assert_string_equal(answer(h, h->state, "/v1/worklist"),
		"{\"items\":[{\"caseId\":\"2025-000001\",\"reportedOn\":\"2025-04-15\","
		"\"deadline\":\"2025-04-24\",\"priority\":\"ROUTINE\",\"attempts\":2,"
		"\"team\":\"oost\",\"queued\":false,\"welfareFirst\":false,"
		"\"reden\":\"R.\"}]}");
	assert_int_equal(screened(h, 1, at(4, 18), OUTCOME(TO_SUPPORT)), 0);
	list_is(h, "");
}

/* On an extra closing day nobody phones: it is no working day. The days come as a text, like the rules. */
static void a_closing_day_moves_the_deadline(void **state)
{
	struct harness *h = *state;
	h->now_ms = at(3, 3);
	plain_request(h, 1, at(3, 3)); /* Monday */
	struct input input = {.kind = INPUT_CONFIG,
		.config_name = "calendar.yaml",
		.config_text = "closed: [2025-03-05, 2025-03-06]\n"};
	assert_int_equal(harness_input(h, &input), 0);
	assert_non_null(strstr(answer(h, h->state, "/v1/worklist"), "\"deadline\":\"2025-03-12\""));
	replay_answers_the_same(h);
}

/* A deadline that would be past stays where it was, so a later report may have an earlier one. */
static void the_soonest_deadline_is_first_also_when_closing_days_are_taken_back(void **state)
{
	struct harness *h = *state;
	struct input input = {.kind = INPUT_CONFIG,
		.config_name = "calendar.yaml",
		.config_text = "closed: [2025-03-05, 2025-03-06]\n"};
	h->now_ms = at(3, 3);
	assert_int_equal(harness_input(h, &input), 0);
	plain_request(h, 1, at(3, 3));
	plain_request(h, 2, at(3, 4));
	list_is(h, "1 2");
	h->now_ms = at(3, 11);
	input.config_text = "closed: []\n";
	assert_int_equal(harness_input(h, &input), 0);
	assert_non_null(strstr(answer(h, h->state, "/v1/worklist"), "\"deadline\":\"2025-03-12\""));
	list_is(h, "2 1");
	replay_answers_the_same(h);
}

static void who_was_reached_or_helped_leaves_the_list(void **state)
{
	struct harness *h = *state;
	fill(h);
	Wot__V1__Event *contact = case_make(h, 1, KIND(FIRST_CONTACT), at(3, 4));
	contact->facts->has_first_contact_on = true;
	contact->facts->first_contact_on = calendar_day_of(at(3, 4));
	assert_int_equal(harness_feed(h, "case", contact), 0);
	assert_int_equal(harness_count(h), 1);
	started(h, 2, at(3, 4));
	closed(h, 3, at(3, 4));
	list_is(h, "4");
}

static void a_corrected_report_day_moves_the_deadline(void **state)
{
	struct harness *h = *state;
	fill(h);
	plain_request(h, 5, at(3, 10));
	Wot__V1__Event *corrected = case_make(h, 5, KIND(CORRECTED), at(3, 11));
	corrected->facts->has_reported_on = true;
	corrected->facts->reported_on = calendar_day_of(at(3, 1));
	assert_int_equal(harness_feed(h, "case", corrected), 0);
	list_is(h, "5 1 2 3 4");
	closed(h, 1, at(3, 12));
	routed(h, 1, 5);
	replay_answers_the_same(h);
}

static void the_list_pages(void **state)
{
	struct harness *h = *state;
	fill(h);
	auto_buf struct buf json = {0};
	const char *list = "/v1/worklist?limit=3",
		   *after = "/v1/worklist?limit=3&after=2025-000003",
		   *nowhere = "/v1/worklist?after=2025-000099";
	assert_int_equal(harness_query(h, h->state, "x", ROLE_OPERATOR, list, &json), 0);
	assert_non_null(strstr(json.data, "\"next\":\"2025-000003\""));
	assert_int_equal(screened(h, 3, at(3, 4), OUTCOME(TO_SUPPORT)), 0);
	/* it has left the list since */
	assert_int_equal(harness_query(h, h->state, "x", ROLE_OPERATOR, after, &json), 0);
	assert_non_null(strstr(json.data, "[{\"caseId\":\"2025-000004\""));
	assert_null(strstr(json.data, "\"next\""));
	assert_int_equal(
		harness_query(h, h->state, "x", ROLE_OPERATOR, nowhere, &json), ERR_INVALID);
}

static void a_role_reads_only_what_it_may(void **state)
{
	struct harness *h = *state;
	auto_buf struct buf json = {0};
	assert_int_equal(harness_query(h, h->state, "x", ROLE_CASE_SYSTEM, "/v1/worklist", &json),
		ERR_FORBIDDEN);
	assert_int_equal(harness_query(h, h->state, "x", ROLE_CASE_SYSTEM, "/v1/teams", &json), 0);
	assert_int_equal(
		harness_query(h, h->state, "x", ROLE_PARTNER, "/v1/teams", &json), ERR_FORBIDDEN);
	assert_int_equal(
		harness_query(h, h->state, "x", ROLE_OPERATOR, "/v1/else", &json), ERR_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		configured(a_screening_names_its_case_by_id_or_by_either_ref),
		configured(names_that_are_not_in_triage_yaml_are_faults),
		configured(a_screening_before_the_report_is_forbidden),
		configured(outcomes_that_end_free_the_team_and_the_list),
		configured(the_last_outcome_wins),
		configured(a_start_or_a_closing_undoes_the_end),
		configured(nothing_is_screened_after_the_closing),
		configured(advice_is_forbidden_once_support_started_or_the_case_was_closed),
		configured(confirmed_advice_is_final_until_it_is_voided),
		configured(a_team_by_hand_is_honoured_also_over_its_capacity),
		configured(teams_by_hand_are_counted_by_the_team_that_was_chosen),
		configured(a_team_by_hand_needs_no_answered_call_but_an_open_case),
		configured(a_team_by_hand_takes_a_case_from_the_queue),
		configured(expertise_found_at_screening_routes_again),
		configured(expertise_that_nobody_has_room_for_waits_in_the_queue),
		configured(a_heavier_case_moves_to_where_there_is_room_or_stays),
		configured(to_support_overrules_a_proposed_redirect),
		configured(a_care_weight_that_case_set_beats_the_screenings),
		configured(the_list_has_deadlines_and_attempts),
		configured(a_closing_day_moves_the_deadline),
		configured(the_soonest_deadline_is_first_also_when_closing_days_are_taken_back),
		configured(who_was_reached_or_helped_leaves_the_list),
		configured(a_corrected_report_day_moves_the_deadline),
		configured(the_list_pages),
		configured(a_role_reads_only_what_it_may),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
