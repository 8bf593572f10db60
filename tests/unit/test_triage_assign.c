/*
 * Who gets a case: expertise, then free hours, then preferred location, then the longest without a
 * new case; a team without room is not chosen; and every team that was considered is told why.
 */
#include "daemons/triage/assign.h"

#include "proto/event.h"
#include "proto/field.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char yaml[] =
	"organisations:\n"
	"  dock: {name: Dock, kind: provider}\n"
	"teams:\n"
	"  oost: {name: Oost, location: OOST, people: 3, hours: 100, expertise: [DEBT, WMO]}\n"
	"  zuid: {name: Zuid, location: ZUID, people: 3, hours: 100, expertise: [DEBT]}\n"
	"  noord: {name: Noord, location: NOORDRAND, people: 3, hours: 100, expertise: [ELDERLY]}\n"
	"  dv: {name: DV, people: 1, hours: 10, only_by_rule: true}\n"
	"rules:\n"
	"  - {name: dv, reason: r, when: {domestic_violence: true}, then: {team: dv, assign: true, "
	"priority: fast_lane}}\n"
	"  - {name: named, reason: r, when: {crisis: true}, then: {team: dv}}\n"
	"  - {name: all, reason: r, then: {assign: true}}\n";
enum { OOST, ZUID, NOORD, DV, TEAMS };
enum { RULE_DV, RULE_NAMED, RULE_ALL };
#define ASKS(name) (1u << WOT__V1__EXPERTISE__VALUE__##name)

struct fixture {
	struct rules *rules;
	struct assign_load loads[RULES_TEAMS_MAX];
	struct assign_want want;
};

static int open_all(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	auto_buf struct buf errors = {0};
	if (!f || rules_new("t.yaml", yaml, &f->rules, &errors) != 0)
		return -1;
	f->want = (struct assign_want){.rule = &f->rules->rules[RULE_ALL], .hours = 2};
	*state = f;
	return 0;
}

static int close_all(void **state)
{
	struct fixture *f = *state;
	rules_free(f->rules);
	free(f);
	return 0;
}

static int choose(const struct fixture *f, uint64_t claimed)
{
	return assign_choose(f->rules, f->loads, &f->want, claimed);
}

static void expertise_comes_before_free_hours(void **state)
{
	struct fixture *f = *state;
	f->want.expertise = ASKS(WMO);
	f->loads[OOST].hours = 90;
	assert_int_equal(choose(f, 0), OOST);
	f->want.expertise = ASKS(ELDERLY);
	assert_int_equal(choose(f, 0), NOORD);
}

static void a_team_with_all_that_is_asked_beats_one_with_a_part(void **state)
{
	struct fixture *f = *state;
	f->want.expertise = ASKS(DEBT) | ASKS(WMO);
	f->loads[OOST].hours = 98;
	assert_int_equal(choose(f, 0), OOST);
	f->loads[OOST].hours = 99; /* then it waits for that team: half an answer is none */
	assert_int_equal(choose(f, 0), -1);
}

static void without_a_team_that_has_it_the_most_of_it_counts(void **state)
{
	struct fixture *f = *state;
	f->want.expertise = ASKS(DEBT) | ASKS(WMO) | ASKS(EMPLOYMENT);
	assert_int_equal(choose(f, 0), OOST);
	f->want.expertise = ASKS(EMPLOYMENT);
	f->loads[OOST].hours = 1;
	f->loads[ZUID].hours = 1;
	assert_int_equal(choose(f, 0), NOORD);
}

static void then_the_most_free_hours(void **state)
{
	struct fixture *f = *state;
	f->loads[OOST].hours = 10;
	f->loads[ZUID].hours = 9;
	f->loads[NOORD].hours = 11;
	f->want.preferred_location = WOT__V1__LOCATION__VALUE__OOST;
	assert_int_equal(choose(f, 0), ZUID);
}

static void then_the_preferred_location(void **state)
{
	struct fixture *f = *state;
	f->loads[ZUID].last = 5;
	f->want.preferred_location = WOT__V1__LOCATION__VALUE__ZUID;
	assert_int_equal(choose(f, 0), ZUID);
}

static void then_the_longest_without_a_new_case(void **state)
{
	struct fixture *f = *state;
	f->loads[OOST].last = 3;
	f->loads[ZUID].last = 2;
	f->loads[NOORD].last = 4;
	assert_int_equal(choose(f, 0), ZUID);
	f->loads[NOORD].last = 0; /* never had one */
	assert_int_equal(choose(f, 0), NOORD);
}

static void a_team_without_room_is_not_chosen(void **state)
{
	struct fixture *f = *state;
	f->loads[OOST].hours = f->loads[ZUID].hours = 99;
	f->loads[NOORD].hours = 98;
	assert_int_equal(choose(f, 0), NOORD);
	f->want.hours = 3;
	assert_int_equal(choose(f, 0), -1);
	f->want.hours = 1;
	assert_int_equal(choose(f, UINT64_C(1) << NOORD), OOST);
}

static void a_team_only_by_rule_is_not_chosen_otherwise(void **state)
{
	struct fixture *f = *state;
	f->loads[OOST].hours = f->loads[ZUID].hours = f->loads[NOORD].hours = 100;
	assert_int_equal(choose(f, 0), -1);
}

static void the_team_of_the_rule_comes_first_and_others_stand_in(void **state)
{
	struct fixture *f = *state;
	f->want.rule = &f->rules->rules[RULE_DV];
	assert_int_equal(choose(f, 0), DV);
	f->loads[DV].hours = f->loads[DV].fast_hours = 10;
	f->loads[OOST].hours = 1;
	assert_int_equal(choose(f, 0), ZUID);
	f->want.rule = &f->rules->rules[RULE_NAMED];
	assert_int_equal(choose(f, 0), -1);
}

/* Domestic violence never waits behind routine work: it sees the hours of the fast lane only. */
static void routine_hours_do_not_stop_the_fast_lane(void **state)
{
	struct fixture *f = *state;
	f->loads[DV].hours = 10;
	f->want.rule = &f->rules->rules[RULE_NAMED];
	assert_int_equal(choose(f, 0), -1);
	f->want.rule = &f->rules->rules[RULE_DV];
	assert_int_equal(choose(f, 0), DV);
}

static const char *told(const struct fixture *f, uint64_t claimed, int team)
{
	static char text[256];
	const ProtobufCEnumDescriptor *why = &wot__v1__case_routed__considered__why__descriptor;
	struct arena arena = {0};
	Wot__V1__CaseRouted route = WOT__V1__CASE_ROUTED__INIT;
	assign_explain(f->rules, f->loads, &f->want, claimed, choose(f, claimed), &arena, &route);
	*text = 0;
	for (size_t i = 0; i < route.n_considered; i++)
		if (strcmp(route.considered[i]->team, f->rules->teams[team].key) == 0)
			snprintf(text, sizeof text, "%s (%d)",
				enum_name(why, (int)route.considered[i]->why),
				route.considered[i]->free_hours);
	arena_done(&arena);
	return text;
}

static void every_considered_team_is_told_why(void **state)
{
	struct fixture *f = *state;
	f->want.preferred_location = WOT__V1__LOCATION__VALUE__OOST;
	f->loads[NOORD].hours = 7;
	assert_string_equal(told(f, 0, OOST), "MOST_HOURS (100)");
	assert_string_equal(told(f, 0, ZUID), "OTHER_LOCATION (100)");
	assert_string_equal(told(f, 0, NOORD), "FEWER_HOURS (93)");
	assert_string_equal(told(f, 0, DV), "");
	assert_string_equal(told(f, UINT64_C(1) << ZUID, ZUID), "OTHERS_WAIT (100)");
	f->want.preferred_location = 0;
	f->loads[OOST].last = 1;
	assert_string_equal(told(f, 0, OOST), "WAITED_LESS (100)");
	f->want.expertise = ASKS(DEBT);
	f->loads[OOST].hours = 103;
	assert_string_equal(told(f, 0, NOORD), "LACKS_EXPERTISE (93)");
	assert_string_equal(told(f, 0, OOST), "FULL (-3)");
	assert_string_equal(told(f, 0, ZUID), "HAS_EXPERTISE (100)");
	f->want.rule = &f->rules->rules[RULE_DV];
	assert_string_equal(told(f, 0, DV), "RULE_NAMES (10)");
	assert_string_equal(told(f, 0, ZUID), "STANDS_IN (100)");
}

#define with_fixture(test) cmocka_unit_test_setup_teardown(test, open_all, close_all)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_fixture(expertise_comes_before_free_hours),
		with_fixture(a_team_with_all_that_is_asked_beats_one_with_a_part),
		with_fixture(without_a_team_that_has_it_the_most_of_it_counts),
		with_fixture(then_the_most_free_hours),
		with_fixture(then_the_preferred_location),
		with_fixture(then_the_longest_without_a_new_case),
		with_fixture(a_team_without_room_is_not_chosen),
		with_fixture(a_team_only_by_rule_is_not_chosen_otherwise),
		with_fixture(the_team_of_the_rule_comes_first_and_others_stand_in),
		with_fixture(routine_hours_do_not_stop_the_fast_lane),
		with_fixture(every_considered_team_is_told_why),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
