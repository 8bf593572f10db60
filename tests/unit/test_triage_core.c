/*
 * wot-triage without its shell: each request gets exactly one route that explains itself; the queue goes by
 * priority, then age, and moves when capacity frees; new rules decide it anew; and a state made from the log
 * alone answers the same.
 */
#include "tests/unit/triage_fixture.h"

/* ---- a request is routed ---- */

static void a_request_gets_one_route_that_explains_itself(void **state)
{
	struct harness *h = *state;
	Wot__V1__Event *event =
		asks(h, request_make(h, 1, at(3, 3)), WOT__V1__EXPERTISE__VALUE__DEBT);
	const Wot__V1__CaseRouted *route = feed_request(h, event);
	assert_int_equal(harness_count(h), 1);
	const Wot__V1__Event *said = harness_event(h, 0);
	assert_string_equal(said->client, "desk");
	assert_string_equal(said->external_ref, "r1");
	assert_false(said->has_digest);
	assert_int_equal(said->legal_basis, WOT__V1__LEGAL_BASIS__VALUE__DEBT);
	assert_int_equal(said->occurred_at, at(3, 3));
	assert_int_equal(route->reported_on, calendar_day_of(at(3, 3)));
	assert_string_equal(route->team, "oost");
	assert_string_equal(route->rule, "rest");
	assert_string_equal(route->reason, "R. Goes to Oost.");
	assert_string_equal(
		route->reden, "R. Gaat naar Oost."); /* the rule says it in one language */
	assert_int_equal(route->priority, PRIORITY(ROUTINE));
	assert_int_equal(route->n_considered, 2);
	assert_string_equal(route->considered[1]->team, "zuid");
	assert_int_equal(
		route->considered[1]->why, WOT__V1__CASE_ROUTED__CONSIDERED__WHY__LACKS_EXPERTISE);
	assert_int_equal(route->considered[1]->free_hours, 4);
	assert_int_equal(route->expertise[0], WOT__V1__EXPERTISE__VALUE__DEBT);
}

static void youth_and_non_residents_are_proposed_elsewhere_and_wait_for_nobody(void **state)
{
	struct harness *h = *state;
	Wot__V1__Event *event = request_make(h, 1, at(3, 3));
	event->body->help_request->has_youth = event->body->help_request->youth = true;
	const Wot__V1__CaseRouted *route = feed_request(h, event);
	assert_string_equal(route->redirected_to, "mevis");
	assert_null(route->team);
	event = request_make(h, 2, at(3, 3));
	event->body->help_request->has_resident = true;
	route = feed_request(h, event);
	assert_string_equal(route->redirected_to, "other-municipality");
	assert_string_equal(route->reason, "A. Proposed: Andere gemeente.");
	assert_string_equal(route->reden, "Elders. Voorstel: Andere gemeente.");
	teams_say(h, "],\"queue\":0,");
	list_is(h, "2"); /* a person decides on that; youth is Mevis's */
	assert_non_null(strstr(
		answer(h, h->state, "/v1/worklist"), "\"redirectedTo\":\"other-municipality\""));
	replay_answers_the_same(h);
}

static void a_residence_that_is_not_known_is_no_reason_to_redirect(void **state)
{
	struct harness *h = *state;
	assert_non_null(plain_request(h, 1, at(3, 3))->team);
}

static void a_welfare_activity_is_offered_first(void **state)
{
	struct harness *h = *state;
	const Wot__V1__CaseRouted *route = feed_request(
		h, problem(h, request_make(h, 1, at(3, 3)), WOT__V1__PROBLEM__VALUE__TIME_USE));
	assert_true(route->welfare_first);
	assert_non_null(route->team);
}

static void before_any_rules_a_request_waits_and_is_decided_once_there_are_some(void **state)
{
	struct harness *h = *state;
	Wot__V1__Event *event = request_make(h, 1, at(3, 3));
	event->body->help_request->has_resident = true;
	const Wot__V1__CaseRouted *route = feed_request(h, event);
	assert_string_equal(route->reason, "Waits: no rules loaded.");
	assert_string_equal(route->reden, "Wacht: er zijn nog geen regels.");
	plain_request(h, 2, at(3, 4));
	list_is(h, "1 2");
	teams_say(h, "{\"items\":[],\"queue\":2,");
	assert_int_equal(configure(h, ORGANISATIONS TEAMS RULES), 0);
	assert_int_equal(harness_count(h), 3);
	assert_string_equal(
		harness_event(h, 1)->body->case_routed->redirected_to, "other-municipality");
	assert_string_equal(harness_event(h, 2)->body->case_routed->team, "oost");
	assert_null(harness_event(h, 2)->client); /* said with the first route */
	replay_answers_the_same(h);
}

static void a_request_that_comes_twice_is_refused(void **state)
{
	struct harness *h = *state;
	plain_request(h, 1, at(3, 3));
	assert_int_equal(harness_feed(h, "intake", request_make(h, 1, at(3, 3))), ERR_DIVERGED);
}

/* ---- capacity and queue ---- */

static void work_is_spread_and_a_full_house_queues(void **state)
{
	struct harness *h = *state;
	assert_string_equal(plain_request(h, 1, at(3, 3))->team, "oost");
	assert_string_equal(plain_request(h, 2, at(3, 3))->team, "zuid");
	assert_string_equal(plain_request(h, 3, at(3, 3))->team, "oost");
	assert_string_equal(plain_request(h, 4, at(3, 3))->team, "zuid");
	const Wot__V1__CaseRouted *route = plain_request(h, 5, at(3, 3));
	assert_null(route->team);
	assert_null(route->redirected_to);
	assert_string_equal(route->reason, "R. Waits: no team that fits has room for it.");
	assert_string_equal(route->reden, "R. Wacht: geen team dat past heeft ruimte.");
	assert_int_equal(route->considered[0]->why, WOT__V1__CASE_ROUTED__CONSIDERED__WHY__FULL);
	assert_int_equal(route->considered[0]->free_hours, 0);
	assert_int_equal(route->needed_hours, 2);
	teams_say(h, "{\"team\":\"oost\",\"name\":\"Oost\",\"location\":\"OOST\",\"people\":1,"
		     "\"capacityHours\":4,\"loadHours\":4,\"freeHours\":0,\"openCases\":2,"
		     "\"queue\":1,\"byHand\":0}");
	teams_say(h, "],\"queue\":1,");
	replay_answers_the_same(h);
}

static void a_closed_case_makes_room_in_the_same_decision(void **state)
{
	struct harness *h = *state;
	fill(h);
	plain_request(h, 5, at(3, 4));
	plain_request(h, 6, at(3, 3)); /* recorded later, reported earlier */
	closed(h, 2, at(5, 5));
	assert_int_equal(harness_event(h, 0)->body->kind_case, KIND(CASE_NOTED));
	assert_true(harness_event(h, 0)->facts->has_closed_on);
	const Wot__V1__CaseRouted *route = routed(h, 1, 6);
	assert_string_equal(route->team, "zuid");
	assert_int_equal(harness_event(h, 1)->occurred_at, at(5, 5));
	teams_say(h, "],\"queue\":1,");
	closed(h, 1, at(5, 6));
	assert_string_equal(routed(h, 1, 5)->team, "oost");
	closed(h, 1, at(5, 6)); /* told twice: no news */
	assert_int_equal(harness_count(h), 0);
	replay_answers_the_same(h);
}

static void the_queue_goes_by_priority_then_age(void **state)
{
	struct harness *h = *state;
	fill(h);
	plain_request(h, 5, at(3, 4));
	Wot__V1__Event *crisis = request_make(h, 6, at(3, 20));
	crisis->body->help_request->has_crisis = crisis->body->help_request->crisis = true;
	assert_null(feed_request(h, crisis)->team);
	plain_request(h, 7, at(3, 4));
	closed(h, 1, at(5, 5));
	assert_string_equal(routed(h, 1, 6)->rule, "crisis");
	closed(h, 2, at(5, 5));
	routed(h, 1, 5);
	closed(h, 3, at(5, 5));
	routed(h, 1, 7);
}

static void room_for_nobody_else_is_not_taken_by_who_came_later(void **state)
{
	struct harness *h = *state;
	fill(h);
	plain_request(h, 5, at(3, 4)); /* needs 2 hours */
	plain_request(h, 6, at(3, 5));
	Wot__V1__Screening *light = screening_make(h, OUTCOME(TO_SUPPORT));
	light->has_care_weight = true;
	light->care_weight = WOT__V1__CARE_WEIGHT__VALUE__LIGHT;
	assert_int_equal(screen(h, 6, at(3, 6), light), 0);
	weighed(h, 1, WOT__V1__CARE_WEIGHT__VALUE__LIGHT); /* 1 hour is free in Oost */
	assert_int_equal(harness_count(h), 1);
	/* a new light request would fit too, but two are before it */
	assert_null(plain_request(h, 7, at(3, 7))->team);
	teams_say(h, "\"loadHours\":3,\"freeHours\":1");
	weighed(h, 3, WOT__V1__CARE_WEIGHT__VALUE__LIGHT); /* 2 hours: now the oldest */
	assert_string_equal(routed(h, 1, 5)->team, "oost");
}

static void a_waiting_expert_question_does_not_stop_the_others(void **state)
{
	struct harness *h = *state;
	fill(h);
	feed_request(h, asks(h, request_make(h, 5, at(3, 4)), WOT__V1__EXPERTISE__VALUE__DEBT));
	plain_request(h, 6, at(3, 5));
	closed(h, 2, at(5, 5)); /* room in Zuid, which knows nothing of debts */
	assert_string_equal(routed(h, 1, 6)->team, "zuid");
}

static void a_lower_weight_frees_hours_and_a_higher_one_takes_them(void **state)
{
	struct harness *h = *state;
	fill(h);
	plain_request(h, 5, at(3, 4));
	weighed(h, 1, WOT__V1__CARE_WEIGHT__VALUE__LIGHT);
	assert_int_equal(harness_count(h), 1);
	weighed(h, 3, WOT__V1__CARE_WEIGHT__VALUE__LIGHT);
	assert_string_equal(routed(h, 1, 5)->team, "oost");
	weighed(h, 1, WOT__V1__CARE_WEIGHT__VALUE__HEAVY);
	teams_say(h, "\"loadHours\":6,\"freeHours\":-2");
	replay_answers_the_same(h);
}

static void a_withdrawn_queue_member_leaves_it(void **state)
{
	struct harness *h = *state;
	fill(h);
	plain_request(h, 5, at(3, 4));
	plain_request(h, 6, at(3, 5));
	assert_int_equal(screened(h, 5, at(3, 6), OUTCOME(WITHDRAWN)), 0);
	assert_int_equal(harness_count(h), 1);
	teams_say(h, "],\"queue\":1,");
	closed(h, 1, at(5, 5));
	routed(h, 1, 6);
	replay_answers_the_same(h);
}

static void who_is_in_support_waits_for_no_team(void **state)
{
	struct harness *h = *state;
	fill(h);
	plain_request(h, 5, at(3, 4));
	started(h, 5, at(3, 5));
	teams_say(h, "],\"queue\":0,");
	list_is(h, "1 2 3 4");
}

static void domestic_violence_never_waits_behind_routine_work(void **state)
{
	struct harness *h = *state;
	fill(h);
	plain_request(h, 5, at(3, 4));
	Wot__V1__Screening *hand = screening_make(h, OUTCOME(TO_SUPPORT));
	hand->team = arena_strdup(&h->arena, "dv"); /* routine work takes two of the three hours */
	assert_int_equal(screen(h, 5, at(3, 4), hand), 0);
	for (uint32_t i = 6; i <= 8; i++) {
		Wot__V1__Event *event = request_make(h, i, at(3, 5));
		event->body->help_request->has_domestic_violence = true;
		event->body->help_request->domestic_violence = true;
		const Wot__V1__CaseRouted *route = feed_request(h, event);
		assert_int_equal(route->priority, PRIORITY(FAST_LANE));
		assert_string_equal(route->team, i == 6 ? "dv" : i == 7 ? "oost" : "zuid");
	}
	/* first of the intake team's list too, before older routine work */
	list_is(h, "6 7 8 1 2 3 4");
	replay_answers_the_same(h);
}

static void the_longest_without_a_new_case_is_next(void **state)
{
	struct harness *h = *state;
	plain_request(h, 1, at(3, 3)); /* oost */
	plain_request(h, 2, at(3, 3)); /* zuid */
	closed(h, 1, at(3, 4));
	closed(h, 2, at(3, 4));
	assert_string_equal(plain_request(h, 3, at(3, 5))->team, "oost");
	closed(h, 3, at(3, 5));
	assert_string_equal(plain_request(h, 4, at(3, 6))->team, "zuid");
}

/* ---- new rules ---- */

static void new_rules_decide_the_queue_anew_and_never_the_past(void **state)
{
	struct harness *h = *state;
	fill(h);
	Wot__V1__Event *crisis = request_make(h, 5, at(3, 4));
	crisis->body->help_request->has_crisis = crisis->body->help_request->crisis = true;
	feed_request(h, crisis);
	plain_request(h, 6, at(3, 5));
	assert_int_equal(configure(h, ORGANISATIONS
				 "teams:\n  noord: {name: Noord, people: 1, hours: 3}\n"
				 "rules:\n"
				 "  - {name: urgent, reason: U., when: {crisis: true}, then: "
				 "{assign: true, priority: crisis}}\n"
				 "  - {name: rest, reason: R., then: {assign: true}}\n"),
		0);
	assert_int_equal(harness_count(h), 2);
	assert_int_equal(harness_event(h, 0)->body->kind_case, KIND(CONFIG_LOADED));
	assert_string_equal(routed(h, 1, 5)->rule, "urgent");
	assert_string_equal(routed(h, 1, 5)->team, "noord");
	/* the past: cases 1 to 4 stay with teams that the file forgot */
	teams_say(h, "{\"team\":\"oost\",\"name\":\"oost\",\"people\":0,\"capacityHours\":0,"
		     "\"loadHours\":4,\"freeHours\":-4,\"openCases\":2,\"queue\":0,\"byHand\":0}");
	replay_answers_the_same(h);
}

static void a_rule_that_took_over_is_told_to_who_still_waits(void **state)
{
	struct harness *h = *state;
	fill(h);
	plain_request(h, 5, at(3, 4));
	assert_int_equal(configure(h, ORGANISATIONS TEAMS RULES "# no change\n"), 0);
	assert_int_equal(harness_count(h), 1);
	assert_int_equal(configure(h, ORGANISATIONS TEAMS
				 "rules:\n  - {name: all, reason: L., then: {assign: true, "
				 "priority: crisis}}\n"),
		0);
	const Wot__V1__CaseRouted *route = routed(h, 1, 5);
	assert_string_equal(route->rule, "all");
	assert_int_equal(route->priority, PRIORITY(CRISIS));
	assert_null(route->team);
	struct input tick = {.kind = INPUT_TICK};
	assert_int_equal(harness_input(h, &tick), 0);
	assert_int_equal(harness_count(h), 0); /* once */
	replay_answers_the_same(h);
}

static void wrong_rules_are_refused_with_their_place(void **state)
{
	struct harness *h = *state;
	struct why why = {0};
	const char *bad = ORGANISATIONS TEAMS "rules:\n  - {name: a, reason: b, then: {team: x}}\n";
	assert_int_equal(
		triage_core.config_check("triage.yaml", "etc/triage.yaml", bad, &why), ERR_CONFIG);
	assert_non_null(strstr(why.text, "etc/triage.yaml:9:"));
	assert_non_null(strstr(why.text, "x is not under teams"));
	assert_int_equal(configure(h, bad), ERR_CONFIG);
	assert_non_null(plain_request(h, 1, at(3, 3))->team); /* by the old ones */
}

/* One decision holds 64 events: what is over follows with the next inputs. */
static void a_long_queue_moves_in_several_decisions(void **state)
{
	struct harness *h = *state;
	enum { MANY = 150 };
	for (uint32_t i = 1; i <= MANY; i++)
		plain_request(h, i, at(3, 3));
	assert_int_equal(
		configure(h, ORGANISATIONS
			"teams:\n  big: {name: Big, people: 99, hours: 9999}\n" RULES_REST),
		0);
	assert_int_equal(harness_count(h), DECISION_MAX);
	/* a new one does not overtake who is still to move, and is routed once all the same */
	assert_null(plain_request(h, MANY + 1, at(3, 4))->team);
	assert_int_equal(harness_count(h), DECISION_MAX);
	struct input tick = {.kind = INPUT_TICK};
	assert_int_equal(harness_input(h, &tick), 0);
	assert_int_equal(harness_count(h), MANY - 4 - 2 * 63 + 1);
	assert_int_equal(harness_input(h, &tick), 0);
	assert_int_equal(harness_count(h), 0);
	teams_say(h, "\"openCases\":147");
	replay_answers_the_same(h);
}

/* ---- what is not ours to follow ---- */

static void news_of_no_use_here_makes_no_event(void **state)
{
	struct harness *h = *state;
	plain_request(h, 1, at(3, 3));
	Wot__V1__Event *event = case_make(h, 1, KIND(CORRECTED), at(3, 4));
	event->facts->ward = arena_strdup(&h->arena, "WK060601");
	assert_int_equal(harness_feed(h, "case", event), 0);
	assert_int_equal(harness_count(h), 0);
	closed(h, 77, at(3, 4)); /* a case that was never ours */
	assert_int_equal(harness_count(h), 0);
}

/* A random year: whatever happens, the log alone gives the same answers. */
static void a_random_year_replays_the_same(void **state)
{
	struct harness *h = *state;
	uint32_t seed = 7, cases = 0;
	for (int i = 0; i < 1500; i++) {
		seed = seed * 1664525 + 1013904223;
		uint32_t roll = seed >> 8, number = 1 + roll / 64 % (cases + 1);
		int64_t now = at(1 + i / 130, 1 + i % 28);
		if (roll % 4 == 0 || number > cases) {
			Wot__V1__Event *event = request_make(h, ++cases, now);
			event->body->help_request->has_crisis = true;
			event->body->help_request->crisis = roll % 10 == 0;
			event->body->help_request->has_domestic_violence = true;
			event->body->help_request->domestic_violence = roll % 9 == 0;
			feed_request(h, asks(h, event, 1 + (int)(roll / 256 % 5)));
		} else if (roll % 4 == 1) {
			screened(h, number, now, (Wot__V1__Screening__Outcome)(1 + roll / 32 % 6));
		} else if (roll % 4 == 2) {
			closed(h, number, now);
		} else {
			weighed(h, number, 1 + (int)(roll / 32 % 4));
		}
		if (i % 250 == 0)
			replay_answers_the_same(h);
	}
	assert_true(cases > 300);
	replay_answers_the_same(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		configured(a_request_gets_one_route_that_explains_itself),
		configured(youth_and_non_residents_are_proposed_elsewhere_and_wait_for_nobody),
		configured(a_residence_that_is_not_known_is_no_reason_to_redirect),
		configured(a_welfare_activity_is_offered_first),
		empty(before_any_rules_a_request_waits_and_is_decided_once_there_are_some),
		configured(a_request_that_comes_twice_is_refused),
		configured(work_is_spread_and_a_full_house_queues),
		configured(a_closed_case_makes_room_in_the_same_decision),
		configured(the_queue_goes_by_priority_then_age),
		configured(room_for_nobody_else_is_not_taken_by_who_came_later),
		configured(a_waiting_expert_question_does_not_stop_the_others),
		configured(a_lower_weight_frees_hours_and_a_higher_one_takes_them),
		configured(a_withdrawn_queue_member_leaves_it),
		configured(who_is_in_support_waits_for_no_team),
		configured(domestic_violence_never_waits_behind_routine_work),
		configured(the_longest_without_a_new_case_is_next),
		configured(new_rules_decide_the_queue_anew_and_never_the_past),
		configured(a_rule_that_took_over_is_told_to_who_still_waits),
		configured(wrong_rules_are_refused_with_their_place),
		configured(a_long_queue_moves_in_several_decisions),
		configured(news_of_no_use_here_makes_no_event),
		configured(a_random_year_replays_the_same),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
