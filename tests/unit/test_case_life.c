/* The rules of a case's life, one by one, as it goes on; corrections are in test_case_correct.c. */
#include "daemons/case/facts.h"
#include "tests/unit/case_life_fixture.h"

/* ---- 4: what gives a day, and what wins ---- */

static void the_first_accepted_contact_gives_the_day(void **unused)
{
	(void)unused;
	struct case_life life = reported();
	assert_allowed(contacted(&life, on(3, 10)));
	assert_allowed(contacted(&life, on(3, 5)));
	assert_day(life.facts, first_contact_on, on(3, 10));
}

static void the_first_accepted_start_gives_the_day_and_the_last_the_case_lead(void **unused)
{
	(void)unused;
	struct case_life life = reported();
	assert_allowed(started_by(&life, on(3, 20), "a.jansen"));
	assert_allowed(started_by(&life, on(3, 12), "b.smit"));
	assert_day(life.facts, support_started_on, on(3, 20));
	assert_string_equal(life.case_lead, "b.smit");
	assert_allowed(started(&life, on(4, 1)));
	assert_string_equal(life.case_lead, "b.smit");
}

static void of_values_set_twice_the_last_accepted_wins(void **unused)
{
	(void)unused;
	struct case_life life = reported();
	assert_allowed(people_set(&life, on(4, 1), 3));
	assert_allowed(people_set(&life, on(3, 2), 2));
	assert_int_equal(life.facts.people_involved, 2);
	assert_allowed(weight_set(&life, on(4, 1), WEIGHT(HEAVY)));
	assert_allowed(weight_set(&life, on(3, 2), WEIGHT(LIGHT)));
	assert_int_equal(life.facts.care_weight, WEIGHT(LIGHT));
}

static void a_weight_set_by_hand_beats_a_screenings_in_any_order(void **unused)
{
	(void)unused;
	struct case_life life = reported();
	screened_weight(&life, on(3, 3), WEIGHT(LIGHT));
	assert_int_equal(life.facts.care_weight, WEIGHT(LIGHT));
	assert_allowed(weight_set(&life, on(3, 9), WEIGHT(HEAVY)));
	assert_int_equal(life.facts.care_weight, WEIGHT(HEAVY));
	screened_weight(&life, on(3, 10), WEIGHT(MEDIUM));
	assert_int_equal(life.facts.care_weight, WEIGHT(HEAVY));
}

static void problems_are_replaced_and_may_become_none(void **unused)
{
	(void)unused;
	Wot__V1__Problem__Value list[] = {
		WOT__V1__PROBLEM__VALUE__HOUSING, WOT__V1__PROBLEM__VALUE__FINANCE};
	Wot__V1__ProblemsSet message = WOT__V1__PROBLEMS_SET__INIT;
	message.n_problems = 2;
	message.problems = list;
	struct case_life life = reported();
	assert_allowed(step(&life, on(3, 4), WOT__V1__BODY__KIND_PROBLEMS_SET, &message));
	assert_int_equal(life.facts.n_problems, 2);
	message.n_problems = 0;
	assert_allowed(step(&life, on(3, 5), WOT__V1__BODY__KIND_PROBLEMS_SET, &message));
	assert_int_equal(life.facts.n_problems, 0);
}

/* ---- 2 and 3: what a screening ends ---- */

static void the_first_screening_that_reached_somebody_gives_the_day(void **unused)
{
	(void)unused;
	struct case_life life = reported();
	screened(&life, on(3, 3), OUTCOME(NOT_REACHED));
	assert_false(life.facts.has_screened_on);
	assert_false(life.facts.has_screening);
	screened(&life, on(3, 5), OUTCOME(TO_SUPPORT));
	screened(&life, on(3, 4), OUTCOME(REDIRECTED));
	assert_day(life.facts, screened_on, on(3, 5));
	assert_int_equal(life.facts.screening, OUTCOME(REDIRECTED));
}

static void redirected_welfare_and_withdrawn_end_a_case_without_closing_it(void **unused)
{
	(void)unused;
	static const Wot__V1__Screening__Outcome ending[] = {
		OUTCOME(REDIRECTED), OUTCOME(WELFARE_ACTIVITY), OUTCOME(WITHDRAWN)};
	for (size_t i = 0; i < sizeof ending / sizeof ending[0]; i++) {
		struct case_life life = reported();
		screened(&life, on(3, 5), ending[i]);
		assert_day(life.facts, ended_on, on(3, 5));
		assert_false(life.facts.has_closed_on);
		assert_false(life.facts.advice);
		assert_int_equal(life_status(&life), LIFE_ENDED);
	}
}

static void support_or_a_closing_after_an_end_counts(void **unused)
{
	(void)unused;
	struct case_life life = reported();
	screened(&life, on(3, 5), OUTCOME(REDIRECTED));
	assert_allowed(started(&life, on(3, 20)));
	assert_false(life.facts.has_ended_on);
	assert_int_equal(life_status(&life), LIFE_IN_SUPPORT);

	life = reported();
	screened(&life, on(3, 5), OUTCOME(WITHDRAWN));
	assert_allowed(closed(&life, on(3, 20)));
	assert_false(life.facts.has_ended_on);
	assert_int_equal(life_status(&life), LIFE_CLOSED);
}

static void a_screening_after_support_or_a_closing_ends_nothing(void **unused)
{
	(void)unused;
	struct case_life life = reported();
	assert_allowed(started(&life, on(3, 4)));
	screened(&life, on(3, 5), OUTCOME(REDIRECTED));
	assert_false(life.facts.has_ended_on);
	screened(&life, on(3, 6), OUTCOME(ADVICE));
	assert_false(life.facts.advice);
	assert_int_equal(life.facts.screening, OUTCOME(ADVICE));

	life = reported();
	assert_allowed(closed(&life, on(3, 4)));
	assert_allowed(reopened(&life, on(3, 4)));
	screened(&life, on(3, 5), OUTCOME(ADVICE));
	assert_false(life.facts.advice);
	screened(&life, on(3, 5), OUTCOME(WITHDRAWN));
	assert_false(life.facts.has_ended_on);
}

static void advice_holds_until_support_or_a_closing_voids_it(void **unused)
{
	(void)unused;
	struct case_life life = reported();
	screened(&life, on(3, 5), OUTCOME(ADVICE));
	assert_true(life.facts.advice);
	assert_int_equal(life_status(&life), LIFE_BRIEF_CONTACT);
	assert_allowed(contacted(&life, on(3, 6)));
	assert_true(life.facts.advice);
	assert_allowed(started(&life, on(3, 7)));
	assert_false(life.facts.advice);
	assert_true(life.facts.has_advice); /* known to be none */

	life = reported();
	screened(&life, on(3, 5), OUTCOME(ADVICE));
	assert_allowed(closed(&life, on(3, 7)));
	assert_false(life.facts.advice);
}

static void the_last_effective_screening_wins(void **unused)
{
	(void)unused;
	struct case_life life = reported();
	screened(&life, on(3, 5), OUTCOME(ADVICE));
	screened(&life, on(3, 6), OUTCOME(NOT_REACHED));
	assert_true(life.facts.advice);
	screened(&life, on(3, 7), OUTCOME(REDIRECTED));
	assert_false(life.facts.advice);
	assert_day(life.facts, ended_on, on(3, 7));
	screened(&life, on(3, 8), OUTCOME(TO_SUPPORT));
	assert_false(life.facts.has_ended_on);
	assert_int_equal(life_status(&life), LIFE_WAITING);
}

/* ---- where a case was sent ---- */

static void a_route_names_the_team_or_takes_it_away(void **unused)
{
	(void)unused;
	struct case_life life = reported();
	routed(&life, "oost", NULL);
	assert_string_equal(life.facts.team, "oost");
	routed(&life, NULL, "mevis");
	assert_null(life.facts.team);
	assert_string_equal(life.facts.redirected_to, "mevis");
	routed(&life, "zuid", NULL);
	assert_null(life.facts.redirected_to);
}

static void rules_propose_a_redirect_and_the_screening_decides(void **unused)
{
	(void)unused;
	struct case_life life = reported();
	routed(&life, NULL, "mevis");
	assert_false(life.facts.has_ended_on);
	screened(&life, on(3, 5), OUTCOME(TO_SUPPORT));
	assert_null(life.facts.redirected_to);
	screened(&life, on(3, 6), OUTCOME(REDIRECTED));
	assert_string_equal(life.facts.redirected_to, "mevis");
	screened_to(&life, on(3, 7), OUTCOME(REDIRECTED), "stroomopwaarts");
	assert_string_equal(life.facts.redirected_to, "stroomopwaarts");
	assert_allowed(closed_as(&life, on(3, 9), REASON(REDIRECTED_SPECIALIST), "ggz"));
	assert_string_equal(life.facts.redirected_to, "ggz");
	assert_allowed(reopened(&life, on(3, 9)));
	assert_string_equal(life.facts.redirected_to, "stroomopwaarts");
}

/* ---- 5: closing and reopening ---- */

static void a_closed_case_cannot_be_closed(void **unused)
{
	(void)unused;
	struct case_life life = reported();
	assert_allowed(closed(&life, on(5, 1)));
	assert_forbidden(closed(&life, on(4, 1)));
	assert_non_null(strstr(why.text, "2025-05-01"));
	assert_forbidden(closed(&life, on(5, 2)));
}

static void a_closed_case_accepts_what_occurred_up_to_its_closing_day(void **unused)
{
	(void)unused;
	struct case_life life = reported();
	assert_allowed(closed(&life, on(5, 1)));
	assert_allowed(contacted(&life, on(5, 1)));
	assert_day(life.facts, first_contact_on, on(5, 1));
	assert_forbidden(started(&life, on(5, 2)));
	assert_non_null(strstr(why.text, "2025-05-02"));
	assert_non_null(strstr(why.text, "2025-05-01"));
	assert_allowed(started(&life, on(4, 1)));
	assert_int_equal(life_status(&life), LIFE_CLOSED);
}

static void a_closing_may_not_lie_before_the_start(void **unused)
{
	(void)unused;
	struct case_life life = reported();
	assert_allowed(started(&life, on(4, 1)));
	assert_forbidden(closed(&life, on(3, 31)));
	assert_non_null(strstr(why.text, "2025-03-31"));
	assert_non_null(strstr(why.text, "2025-04-01"));
	assert_allowed(closed(&life, on(4, 1)));
}

static void steps_may_be_missing(void **unused)
{
	(void)unused;
	struct case_life life = reported();
	assert_allowed(closed_as(&life, on(3, 1), REASON(UNKNOWN), NULL));
	assert_false(life.facts.has_support_started_on);
	assert_int_equal(life.facts.closing_reason, REASON(UNKNOWN));
}

static void nothing_happens_before_the_report(void **unused)
{
	(void)unused;
	struct case_life life = reported();
	assert_forbidden(contacted(&life, on(2, 28)));
	assert_non_null(strstr(why.text, "2025-03-01"));
	assert_forbidden(paused(&life, on(2, 28)));
	assert_allowed(contacted(&life, on(3, 1)));
}

static void only_a_closed_case_is_reopened_and_not_before_its_closing(void **unused)
{
	(void)unused;
	struct case_life life = reported();
	assert_forbidden(reopened(&life, on(5, 1)));
	assert_allowed(closed(&life, on(5, 1)));
	assert_forbidden(reopened(&life, on(4, 30)));
	assert_allowed(reopened(&life, on(5, 1)));
	assert_forbidden(reopened(&life, on(5, 2)));
}

static void a_reopening_takes_the_closing_out_and_keeps_the_rest(void **unused)
{
	(void)unused;
	struct case_life life = reported();
	assert_allowed(contacted(&life, on(3, 4)));
	assert_allowed(started(&life, on(3, 10)));
	assert_allowed(closed(&life, on(5, 1)));
	assert_allowed(reopened(&life, on(6, 1)));
	assert_false(life.facts.has_closed_on);
	assert_false(life.facts.has_closing_reason);
	assert_day(life.facts, first_contact_on, on(3, 4));
	assert_day(life.facts, support_started_on, on(3, 10));
	assert_int_equal(life_status(&life), LIFE_IN_SUPPORT);
}

static void the_next_closing_lies_on_or_after_the_reopening(void **unused)
{
	(void)unused;
	struct case_life life = reported();
	assert_allowed(closed(&life, on(5, 1)));
	assert_allowed(reopened(&life, on(6, 1)));
	assert_forbidden(closed(&life, on(5, 31)));
	assert_non_null(strstr(why.text, "2025-06-01"));
	assert_allowed(closed(&life, on(6, 1)));
	Wot__V1__Corrected message = WOT__V1__CORRECTED__INIT;
	message.has_closed_on = true;
	message.closed_on = on(5, 31);
	assert_forbidden(corrected(&life, &message));
}

/* ---- pauses and handovers ---- */

static void a_pause_ends_before_the_next_begins(void **unused)
{
	(void)unused;
	struct case_life life = reported();
	assert_forbidden(resumed(&life, on(4, 1)));
	assert_allowed(paused(&life, on(4, 1)));
	assert_forbidden(paused(&life, on(4, 2)));
	assert_allowed(resumed(&life, on(4, 8)));
	assert_forbidden(resumed(&life, on(4, 8)));
}

static void each_side_confirms_a_handover_once_per_offer(void **unused)
{
	(void)unused;
	struct case_life life = reported();
	assert_forbidden(confirmed(&life, on(4, 1), WOT__V1__HANDOVER_CONFIRMED__SIDE__OFFERING));
	assert_allowed(offered(&life, on(4, 1)));
	assert_allowed(confirmed(&life, on(4, 2), WOT__V1__HANDOVER_CONFIRMED__SIDE__RECEIVING));
	assert_forbidden(confirmed(&life, on(4, 3), WOT__V1__HANDOVER_CONFIRMED__SIDE__RECEIVING));
	assert_allowed(confirmed(&life, on(4, 3), WOT__V1__HANDOVER_CONFIRMED__SIDE__OFFERING));
	assert_forbidden(confirmed(&life, on(4, 3), WOT__V1__HANDOVER_CONFIRMED__SIDE__OFFERING));
	assert_allowed(offered(&life, on(5, 1)));
	assert_allowed(confirmed(&life, on(5, 2), WOT__V1__HANDOVER_CONFIRMED__SIDE__RECEIVING));
}

/* ---- facts as a value ---- */

#define OFFERING WOT__V1__HANDOVER_CONFIRMED__SIDE__OFFERING
#define RECEIVING WOT__V1__HANDOVER_CONFIRMED__SIDE__RECEIVING
#define TRANSITION(name) WOT__V1__TRANSITION__OUTCOME__##name

static void a_handover_is_complete_when_both_sides_confirmed_it(void **unused)
{
	(void)unused;
	struct case_life life = reported();
	assert_allowed(offered_as(&life, on(4, 1), true));
	assert_allowed(confirmed(&life, on(4, 9), RECEIVING));
	assert_false(life_handover_is_complete(&life));
	assert_false(life.facts.has_handed_over_on);
	assert_allowed(confirmed(&life, on(4, 3), OFFERING)); /* told late */
	assert_true(life_handover_is_complete(&life));
	assert_int_equal(life.facts.handed_over_on, on(4, 9));
	assert_false(life.facts.has_handover); /* an adult's is not a transition to 18 */
	/* another one begins anew, and the day stays that of the first */
	assert_allowed(offered_as(&life, on(5, 1), true));
	assert_false(life_handover_is_complete(&life));
	assert_allowed(confirmed(&life, on(5, 2), RECEIVING));
	assert_allowed(confirmed(&life, on(5, 2), OFFERING));
	assert_int_equal(life.facts.handed_over_on, on(4, 9));
}

static void a_youths_handover_is_warm_or_not_and_in_time_or_not(void **unused)
{
	(void)unused;
	static const struct {
		bool warm;
		int day; /* of April, the last confirmation; the 20th is the last day in time */
		Wot__V1__Transition__Outcome outcome;
	} cases[] = {{true, 20, TRANSITION(WARM_IN_TIME)}, {true, 21, TRANSITION(WARM_LATE)},
		{false, 20, TRANSITION(COLD_IN_TIME)}, {false, 21, TRANSITION(COLD_LATE)}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		Wot__V1__HelpRequest request = WOT__V1__HELP_REQUEST__INIT;
		request.has_youth = request.youth = true;
		request.has_turns_18_soon = request.turns_18_soon = true;
		request.has_hand_over_by = true;
		request.hand_over_by = on(4, 20);
		struct case_life life;
		life_begin(&life, &request, on(3, 1));
		assert_allowed(offered_as(&life, on(4, 1), cases[i].warm));
		assert_allowed(confirmed(&life, on(4, cases[i].day), OFFERING));
		assert_false(life.facts.has_handover);
		assert_allowed(confirmed(&life, on(4, 2), RECEIVING));
		assert_int_equal(life.facts.handover, cases[i].outcome);
	}
}

static void a_change_of_facts_applied_gives_the_other(void **unused)
{
	(void)unused;
	auto_arena struct arena arena = {0};
	struct case_life before = reported(), after;
	before.facts.ward = (char *)"oost";
	assert_allowed(contacted(&before, on(3, 5)));
	after = before;
	Wot__V1__Problem__Value list[] = {WOT__V1__PROBLEM__VALUE__HOUSING};
	after.facts.has_first_contact_on = false;
	after.facts.ward = (char *)"zuid";
	after.facts.n_problems = 1;
	after.facts.problems = list;
	assert_null(facts_between(&before.facts, &before.facts, &arena));
	Wot__V1__CaseFacts *change = facts_between(&before.facts, &after.facts, &arena);
	assert_non_null(change);
	assert_int_equal(change->n_cleared, 1);
	assert_int_equal(change->cleared[0], 2); /* first_contact_on */
	assert_false(change->has_reported_on);
	facts_apply(&before.facts, change);
	assert_null(facts_between(&before.facts, &after.facts, &arena));
}

/* ---- rule 5, between two daemons: what triage took in after a closing that it had not heard of ---- */

static struct case_life both_ways(bool closing_first, int32_t closed_on, int32_t screened_on)
{
	struct case_life life = reported();
	screened_weight(&life, on(3, 5), WEIGHT(LIGHT));
	if (closing_first)
		assert_allowed(closed(&life, closed_on));
	screened_weight(&life, screened_on, WEIGHT(HEAVY));
	screened_to(&life, screened_on, OUTCOME(WELFARE_ACTIVITY), "dock");
	if (!closing_first)
		assert_allowed(closed(&life, closed_on));
	return life;
}

static void a_screening_after_the_closing_is_left_out(void **state)
{
	(void)state;
	struct case_life life = both_ways(true, on(3, 10), on(3, 11));
	assert_day(life.facts, screened_on, on(3, 5));
	assert_int_equal(life.facts.screening, OUTCOME(TO_SUPPORT));
	assert_int_equal(life.facts.care_weight, WEIGHT(LIGHT));
	assert_null(life.facts.redirected_to);
	assert_int_equal(life.decided_on, on(3, 5));
	life = both_ways(true, on(3, 11), on(3, 11)); /* of its day it counts */
	assert_int_equal(life.facts.screening, OUTCOME(WELFARE_ACTIVITY));
	assert_int_equal(life.facts.care_weight, WEIGHT(HEAVY));
}

static void a_closing_before_a_screening_that_was_heard_is_refused(void **state)
{
	(void)state;
	struct case_life life = both_ways(false, on(3, 11), on(3, 11));
	life = reported();
	screened(&life, on(3, 11), OUTCOME(TO_SUPPORT));
	assert_forbidden(closed(&life, on(3, 10)));
	assert_string_equal(
		why.text, "the closing on 2025-03-10 would lie before the screening on 2025-03-11");
	Wot__V1__Corrected earlier = WOT__V1__CORRECTED__INIT;
	earlier.has_closed_on = true;
	earlier.closed_on = on(3, 10);
	assert_allowed(closed(&life, on(3, 20)));
	assert_forbidden(corrected(&life, &earlier));
}

/* Whichever came first: the screening, or what takes the closing back. */
static void what_was_left_out_counts_once_the_closing_is_another(void **state)
{
	(void)state;
	Wot__V1__Corrected later = WOT__V1__CORRECTED__INIT;
	later.has_closed_on = true;
	later.closed_on = on(3, 20);
	for (int order = 0; order < 2; order++) {
		for (int by_correction = 0; by_correction < 2; by_correction++) {
			struct case_life life = reported();
			assert_allowed(closed(&life, on(3, 10)));
			if (order)
				screened(&life, on(3, 12), OUTCOME(REDIRECTED));
			assert_int_equal(life.facts.has_screening, false);
			if (by_correction)
				assert_allowed(corrected(&life, &later));
			else
				assert_allowed(reopened(&life, on(3, 10)));
			if (!order)
				screened(&life, on(3, 12), OUTCOME(REDIRECTED));
			assert_day(life.facts, screened_on, on(3, 12));
			assert_int_equal(life.facts.screening, OUTCOME(REDIRECTED));
			assert_false(life.facts.has_ended_on); /* it was taken up */
		}
	}
}

static void a_closing_lies_after_everything_that_happened(void **state)
{
	(void)state;
	struct case_life life = reported();
	assert_allowed(contacted(&life, on(3, 12)));
	assert_forbidden(closed(&life, on(3, 11)));
	assert_string_equal(why.text,
		"the closing on 2025-03-11 would lie before the first contact on 2025-03-12");
	assert_allowed(closed(&life, on(3, 12)));
	Wot__V1__Corrected contact = WOT__V1__CORRECTED__INIT;
	contact.has_first_contact_on = true;
	contact.first_contact_on = on(3, 13);
	assert_forbidden(corrected(&life, &contact));

	life = reported();
	assert_allowed(people_set(&life, on(3, 12), 3));
	assert_forbidden(closed(&life, on(3, 11)));
	assert_allowed(closed(&life, on(3, 12)));
	life = reported();
	assert_allowed(started(&life, on(3, 2)));
	assert_allowed(started_by(&life, on(3, 12), "cl-2"));
	assert_forbidden(closed(&life, on(3, 11)));
	Wot__V1__Corrected report = WOT__V1__CORRECTED__INIT;
	report.has_reported_on = true;
	report.reported_on = on(3, 2);
	assert_allowed(paused(&life, on(3, 1)));
	assert_forbidden(corrected(&life, &report));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_accepted_contact_gives_the_day),
		cmocka_unit_test(the_first_accepted_start_gives_the_day_and_the_last_the_case_lead),
		cmocka_unit_test(of_values_set_twice_the_last_accepted_wins),
		cmocka_unit_test(a_weight_set_by_hand_beats_a_screenings_in_any_order),
		cmocka_unit_test(problems_are_replaced_and_may_become_none),
		cmocka_unit_test(the_first_screening_that_reached_somebody_gives_the_day),
		cmocka_unit_test(redirected_welfare_and_withdrawn_end_a_case_without_closing_it),
		cmocka_unit_test(support_or_a_closing_after_an_end_counts),
		cmocka_unit_test(a_screening_after_support_or_a_closing_ends_nothing),
		cmocka_unit_test(advice_holds_until_support_or_a_closing_voids_it),
		cmocka_unit_test(the_last_effective_screening_wins),
		cmocka_unit_test(a_route_names_the_team_or_takes_it_away),
		cmocka_unit_test(rules_propose_a_redirect_and_the_screening_decides),
		cmocka_unit_test(a_closed_case_cannot_be_closed),
		cmocka_unit_test(a_closed_case_accepts_what_occurred_up_to_its_closing_day),
		cmocka_unit_test(a_closing_may_not_lie_before_the_start),
		cmocka_unit_test(steps_may_be_missing),
		cmocka_unit_test(nothing_happens_before_the_report),
		cmocka_unit_test(only_a_closed_case_is_reopened_and_not_before_its_closing),
		cmocka_unit_test(a_reopening_takes_the_closing_out_and_keeps_the_rest),
		cmocka_unit_test(the_next_closing_lies_on_or_after_the_reopening),
		cmocka_unit_test(a_pause_ends_before_the_next_begins),
		cmocka_unit_test(each_side_confirms_a_handover_once_per_offer),
		cmocka_unit_test(a_handover_is_complete_when_both_sides_confirmed_it),
		cmocka_unit_test(a_youths_handover_is_warm_or_not_and_in_time_or_not),
		cmocka_unit_test(a_change_of_facts_applied_gives_the_other),
		cmocka_unit_test(a_screening_after_the_closing_is_left_out),
		cmocka_unit_test(a_closing_before_a_screening_that_was_heard_is_refused),
		cmocka_unit_test(what_was_left_out_counts_once_the_closing_is_another),
		cmocka_unit_test(a_closing_lies_after_everything_that_happened),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
