/* What a correction may change of a case's life (rule 6), and what it leaves as it was. */
#include "tests/unit/case_life_fixture.h"

static void a_correction_fills_in_a_missing_day(void **unused)
{
	(void)unused;
	struct case_life life = reported();
	assert_allowed(closed(&life, on(5, 1)));
	Wot__V1__Corrected message = WOT__V1__CORRECTED__INIT;
	message.has_first_contact_on = message.has_support_started_on = true;
	message.first_contact_on = on(3, 3);
	message.support_started_on = on(3, 9);
	assert_allowed(corrected(&life, &message));
	assert_day(life.facts, first_contact_on, on(3, 3));
	assert_day(life.facts, support_started_on, on(3, 9));
}

static void a_start_that_is_filled_in_counts_like_any(void **unused)
{
	(void)unused;
	struct case_life life = reported();
	screened(&life, on(3, 5), OUTCOME(ADVICE));
	Wot__V1__Corrected message = WOT__V1__CORRECTED__INIT;
	message.has_support_started_on = true;
	message.support_started_on = on(3, 9);
	assert_allowed(corrected(&life, &message));
	assert_false(life.facts.advice);
	screened(&life, on(3, 10), OUTCOME(WITHDRAWN));
	assert_false(life.facts.has_ended_on);
}

static void a_start_taken_back_leaves_advice_void(void **unused)
{
	(void)unused;
	struct case_life life = reported();
	screened(&life, on(3, 5), OUTCOME(ADVICE));
	assert_allowed(started(&life, on(3, 7)));
	char *remove[] = {(char *)"supportStartedOn"};
	Wot__V1__Corrected message = WOT__V1__CORRECTED__INIT;
	message.n_remove = 1;
	message.remove = remove;
	assert_allowed(corrected(&life, &message));
	assert_false(life.facts.has_support_started_on);
	assert_false(life.facts.advice);
	screened(&life, on(3, 8), OUTCOME(ADVICE));
	assert_false(life.facts.advice);
}

static void a_correction_closes_no_open_case(void **unused)
{
	(void)unused;
	struct case_life life = reported();
	Wot__V1__Corrected day = WOT__V1__CORRECTED__INIT;
	day.has_closed_on = true;
	day.closed_on = on(5, 1);
	assert_forbidden(corrected(&life, &day));
	Wot__V1__Corrected reason = WOT__V1__CORRECTED__INIT;
	reason.has_closing_reason = true;
	reason.closing_reason = REASON(OTHER);
	assert_forbidden(corrected(&life, &reason));
	assert_allowed(closed(&life, on(4, 1)));
	assert_allowed(corrected(&life, &day));
	assert_allowed(corrected(&life, &reason));
	assert_day(life.facts, closed_on, on(5, 1));
	assert_int_equal(life.facts.closing_reason, REASON(OTHER));
}

static void a_correction_keeps_the_order_of_days(void **unused)
{
	(void)unused;
	struct case_life life = reported();
	assert_allowed(contacted(&life, on(3, 5)));
	assert_allowed(started(&life, on(3, 10)));
	assert_allowed(closed(&life, on(5, 1)));
	Wot__V1__Corrected message = WOT__V1__CORRECTED__INIT;
	message.has_reported_on = true;
	message.reported_on = on(3, 6); /* after the contact */
	assert_forbidden(corrected(&life, &message));
	message = (Wot__V1__Corrected)WOT__V1__CORRECTED__INIT;
	message.has_first_contact_on = true;
	message.first_contact_on = on(2, 28); /* before the report */
	assert_forbidden(corrected(&life, &message));
	message = (Wot__V1__Corrected)WOT__V1__CORRECTED__INIT;
	message.has_support_started_on = true;
	message.support_started_on = on(5, 2); /* after the closing */
	assert_forbidden(corrected(&life, &message));
	message = (Wot__V1__Corrected)WOT__V1__CORRECTED__INIT;
	message.has_closed_on = true;
	message.closed_on = on(3, 9); /* before the start */
	assert_forbidden(corrected(&life, &message));
}

/* Triage may have taken it in before it heard of the correction: that stays, and so does what is told next. */
static void a_report_does_not_move_behind_the_screening(void **unused)
{
	(void)unused;
	struct case_life life = reported();
	screened(&life, on(3, 5), OUTCOME(TO_SUPPORT));
	Wot__V1__Corrected message = WOT__V1__CORRECTED__INIT;
	message.has_reported_on = true;
	message.reported_on = on(3, 6);
	assert_forbidden(corrected(&life, &message));
	assert_string_equal(
		why.text, "the screening on 2025-03-05 would lie before the report on 2025-03-06");
	message.reported_on = on(3, 5);
	assert_allowed(corrected(&life, &message));
	struct case_life late = reported();
	message.reported_on = on(3, 6);
	assert_allowed(corrected(&late, &message));
	screened(&late, on(3, 5), OUTCOME(TO_SUPPORT));
	assert_allowed(started(&late, on(3, 7)));
}

static void a_report_does_not_move_behind_a_closing_without_a_start(void **unused)
{
	(void)unused;
	struct case_life life = reported();
	assert_allowed(closed(&life, on(4, 1)));
	Wot__V1__Corrected message = WOT__V1__CORRECTED__INIT;
	message.has_reported_on = true;
	message.reported_on = on(4, 2);
	assert_forbidden(corrected(&life, &message));
	message.reported_on = on(4, 1);
	assert_allowed(corrected(&life, &message));
	assert_day(life.facts, reported_on, on(4, 1));
}

static void a_correction_is_taken_whole_or_not_at_all(void **unused)
{
	(void)unused;
	struct case_life life = reported();
	Wot__V1__Corrected message = WOT__V1__CORRECTED__INIT;
	message.ward = (char *)"oost";
	message.has_people_involved = true;
	message.people_involved = 4;
	message.has_first_contact_on = true;
	message.first_contact_on = on(2, 1);
	assert_forbidden(corrected(&life, &message));
	assert_null(life.facts.ward);
	assert_false(life.facts.has_people_involved);
	/* days that are right together pass together, though one of them alone would not */
	message.has_reported_on = true;
	message.reported_on = on(1, 31);
	assert_allowed(corrected(&life, &message));
	assert_string_equal(life.facts.ward, "oost");
	assert_day(life.facts, reported_on, on(1, 31));
}

static void a_day_registered_wrongly_is_removed_and_can_come_again(void **unused)
{
	(void)unused;
	struct case_life life = reported();
	assert_allowed(contacted(&life, on(3, 5)));
	assert_allowed(started(&life, on(3, 10)));
	char *remove[] = {(char *)"firstContactOn", (char *)"supportStartedOn"};
	Wot__V1__Corrected message = WOT__V1__CORRECTED__INIT;
	message.n_remove = 2;
	message.remove = remove;
	assert_allowed(corrected(&life, &message));
	assert_false(life.facts.has_first_contact_on);
	assert_false(life.facts.has_support_started_on);
	assert_allowed(started(&life, on(4, 2)));
	assert_day(life.facts, support_started_on, on(4, 2));
}

static void a_corrected_weight_is_a_weight_set_by_hand(void **unused)
{
	(void)unused;
	struct case_life life = reported();
	Wot__V1__Corrected message = WOT__V1__CORRECTED__INIT;
	message.has_care_weight = true;
	message.care_weight = WEIGHT(HEAVY);
	assert_allowed(corrected(&life, &message));
	screened_weight(&life, on(3, 5), WEIGHT(LIGHT));
	assert_int_equal(life.facts.care_weight, WEIGHT(HEAVY));
}

/* ---- 1: age is decided at the report ---- */

static void corrections_do_not_change_who_is_a_youth(void **unused)
{
	(void)unused;
	Wot__V1__HelpRequest request = WOT__V1__HELP_REQUEST__INIT;
	request.channel = WOT__V1__CHANNEL__VALUE__WEB;
	request.has_youth = request.youth = true;
	request.has_age_years = true;
	request.age_years = 17;
	struct case_life life;
	life_begin(&life, &request, on(3, 1));
	Wot__V1__Corrected message = WOT__V1__CORRECTED__INIT;
	message.has_reported_on = true;
	message.reported_on = on(11, 1);
	assert_allowed(corrected(&life, &message));
	assert_true(life.facts.youth);
	assert_int_equal(life.facts.age_years, 17);
}

/* Of the birth only the age on the day of the report is known: 6 on 1 March 2025. */
static void a_report_does_not_move_before_the_birth(void **unused)
{
	(void)unused;
	Wot__V1__HelpRequest request = WOT__V1__HELP_REQUEST__INIT;
	request.channel = WOT__V1__CHANNEL__VALUE__WEB;
	request.has_age_years = true;
	request.age_years = 6;
	struct case_life life;
	life_begin(&life, &request, on(3, 1));
	Wot__V1__Corrected message = WOT__V1__CORRECTED__INIT;
	message.has_reported_on = true;
	message.reported_on = calendar_day((struct calendar_date){2018, 3, 1});
	assert_forbidden(corrected(&life, &message));
	assert_non_null(strstr(why.text, "2018-03-01"));
	message.reported_on++;
	assert_allowed(corrected(&life, &message));
	message.reported_on--; /* what was corrected once moves no birth */
	assert_forbidden(corrected(&life, &message));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_correction_fills_in_a_missing_day),
		cmocka_unit_test(a_start_that_is_filled_in_counts_like_any),
		cmocka_unit_test(a_start_taken_back_leaves_advice_void),
		cmocka_unit_test(a_correction_closes_no_open_case),
		cmocka_unit_test(a_correction_keeps_the_order_of_days),
		cmocka_unit_test(a_report_does_not_move_behind_the_screening),
		cmocka_unit_test(a_report_does_not_move_behind_a_closing_without_a_start),
		cmocka_unit_test(a_correction_is_taken_whole_or_not_at_all),
		cmocka_unit_test(a_day_registered_wrongly_is_removed_and_can_come_again),
		cmocka_unit_test(a_corrected_weight_is_a_weight_set_by_hand),
		cmocka_unit_test(corrections_do_not_change_who_is_a_youth),
		cmocka_unit_test(a_report_does_not_move_before_the_birth),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
