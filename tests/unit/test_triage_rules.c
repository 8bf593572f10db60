/*
 * triage.yaml: the rules as shipped, each with its own request; the first that holds decides; what
 * is wrong with a file is said all at once, with its place.
 */
#include "daemons/triage/rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct rules *shipped(void)
{
	auto_buf struct buf text = {0}, errors = {0};
	assert_int_equal(yaml_read_file("config/triage.yaml", &text, &errors), 0);
	struct rules *rules = NULL;
	int err = rules_new("triage.yaml", text.data, &rules, &errors);
	if (err)
		fail_msg("%s", errors.data);
	return rules;
}

static const struct rule *rule_for(const struct rules *rules, struct rules_facts facts)
{
	return &rules->rules[rules_match(rules, &facts)];
}

#define EXPERTISE(name) (1u << WOT__V1__EXPERTISE__VALUE__##name)
#define PROBLEM(name) (1u << WOT__V1__PROBLEM__VALUE__##name)

/* ---- as shipped ---- */

static void the_shipped_file_has_52_people_and_40_fte(void **unused)
{
	(void)unused;
	struct rules *rules = shipped();
	uint32_t people = 0, hours = 0, locations = 0;
	for (size_t i = 0; i < rules->team_count; i++) {
		people += rules->teams[i].people;
		hours += rules->teams[i].hours;
		locations += rules->teams[i].location != 0;
	}
	assert_int_equal(people, 52);
	assert_int_equal(hours, 40 * 36);
	assert_int_equal(locations, 6);
	assert_int_equal(rules->teams[rules_team(rules, "dv-screening")].people, 3);
	assert_int_equal(rules_team(rules, "unheard-of"), -1);
	rules_free(rules);
}

static void every_shipped_rule_has_its_request(void **unused)
{
	(void)unused;
	struct rules *rules = shipped();
	const struct {
		struct rules_facts facts;
		const char *rule;
	} cases[] = {
		{{.youth = true}, "under-18"},
		{{.not_resident = true}, "not-a-resident"},
		{{.domestic_violence = true}, "domestic-violence"},
		{{.crisis = true}, "crisis"},
		{{.problems = PROBLEM(TIME_USE) | PROBLEM(SOCIAL_NETWORK)}, "welfare-first"},
		{{.expertise = EXPERTISE(ELDERLY)}, "expertise"},
		{{.problems = PROBLEM(SUBSTANCE_USE)}, "addiction-care"},
		{{.problems = PROBLEM(FINANCE)}, "default"},
		{{0}, "default"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_string_equal(rule_for(rules, cases[i].facts)->name, cases[i].rule);
	rules_free(rules);
}

static void the_first_rule_that_holds_decides(void **unused)
{
	(void)unused;
	struct rules *rules = shipped();
	struct rules_facts facts = {.youth = true,
		.not_resident = true,
		.domestic_violence = true,
		.crisis = true,
		.problems = PROBLEM(TIME_USE),
		.expertise = EXPERTISE(DEBT)};
	assert_string_equal(rule_for(rules, facts)->name, "under-18");
	facts.youth = false;
	assert_string_equal(rule_for(rules, facts)->name, "domestic-violence");
	facts.domestic_violence = false;
	assert_string_equal(rule_for(rules, facts)->name, "crisis");
	facts.crisis = false;
	assert_string_equal(rule_for(rules, facts)->name, "not-a-resident");
	facts.not_resident = false;
	assert_string_equal(rule_for(rules, facts)->name, "welfare-first");
	facts.problems |= PROBLEM(HOUSING);
	assert_string_equal(rule_for(rules, facts)->name, "expertise");
	facts.expertise = 0;
	assert_string_equal(rule_for(rules, facts)->name, "default");
	rules_free(rules);
}

/* A matter of another organisation is one only while nothing else is asked. */
static void what_is_also_ours_is_not_redirected(void **unused)
{
	(void)unused;
	struct rules *rules = shipped();
	struct rules_facts facts = {.problems = PROBLEM(SUBSTANCE_USE)};
	assert_string_equal(rule_for(rules, facts)->redirect_to->key, "addiction-care");
	facts.expertise = EXPERTISE(DEBT);
	assert_null(rule_for(rules, facts)->redirect_to);
	facts.expertise = 0;
	facts.problems |= PROBLEM(HOUSING);
	assert_null(rule_for(rules, facts)->redirect_to);
	facts = (struct rules_facts){.problems = PROBLEM(SUBSTANCE_USE), .crisis = true};
	assert_string_equal(rule_for(rules, facts)->name, "crisis");
	rules_free(rules);
}

static void who_was_screened_to_support_is_not_redirected(void **unused)
{
	(void)unused;
	struct rules *rules = shipped();
	struct rules_facts facts = {.youth = true, .not_resident = true, .stays = true};
	assert_string_equal(rule_for(rules, facts)->name, "default");
	rules_free(rules);
}

static void domestic_violence_takes_the_fast_lane(void **unused)
{
	(void)unused;
	struct rules *rules = shipped();
	const struct rule *rule = rule_for(rules, (struct rules_facts){.domestic_violence = true});
	assert_int_equal(rule->team, rules_team(rules, "dv-screening"));
	assert_int_equal(rule->priority, WOT__V1__CASE_ROUTED__PRIORITY__FAST_LANE);
	assert_true(rules->teams[rule->team].only_by_rule);
	rules_free(rules);
}

/* ---- what is wrong ---- */

static void refused(const char *text, const char *const *wanted)
{
	auto_buf struct buf errors = {0};
	struct rules *rules = NULL;
	assert_int_equal(rules_new("t.yaml", text, &rules, &errors), ERR_CONFIG);
	assert_null(rules);
	for (; *wanted; wanted++)
		if (!strstr(errors.data, *wanted))
			fail_msg("\"%s\" is not in:\n%s", *wanted, errors.data);
}

static void all_mistakes_are_said_at_once_with_their_place(void **unused)
{
	(void)unused;
	refused("organisations:\n"
		"  mevis: {name: Mevis, kind: youth, colour: red}\n" /* 2: unknown field */
		"  Dock: {name: Dock, kind: provider}\n"             /* 3: capital in a key */
		"teams:\n"
		"  oost:\n"
		"    name: Oost\n"
		"    location: EAST\n" /* 7: unknown location */
		"    people: 0\n"      /* 8: nobody */
		"    hours: 100\n"
		"    expertise: [DEPT]\n"  /* 10: unknown expertise */
		"    providers: [docks]\n" /* 11: unknown organisation */
		"rules:\n"
		"  - name: a\n"
		"    reason: ''\n"          /* 14: empty */
		"    when: {young: true}\n" /* 15: unknown condition */
		"    then: {team: west}\n"  /* 16: unknown team */
		"  - name: a\n"             /* 17: twice */
		"    reason: b\n"
		"    when: {youth: 1}\n"            /* 19: not a flag */
		"    then: {redirect_to: nobody}\n" /* 20: unknown organisation */
		"  - name: c\n"
		"    reason: d\n"
		"    then: {assign: true, redirect_to: mevis}\n", /* 23: both */
		(const char *const[]){"t.yaml:2:", "t.yaml:3:", "t.yaml:7:", "t.yaml:8:",
			"t.yaml:10:", "did you mean DEBT?", "t.yaml:11:", "t.yaml:14:",
			"t.yaml:15:", "t.yaml:16:", "west is not under teams",
			"t.yaml:17:", "t.yaml:19:", "t.yaml:20:", "t.yaml:23:", NULL});
}

#define ORGANISATIONS "organisations:\n  mevis: {name: Mevis, kind: youth}\n"
#define TEAMS "teams:\n  oost: {name: Oost, people: 1, hours: 30}\n"
#define RULES "rules:\n  - {name: a, reason: b, then: {assign: true}}\n"

static void a_smallest_file_is_accepted(void **unused)
{
	(void)unused;
	auto_buf struct buf errors = {0};
	struct rules *rules = NULL;
	assert_int_equal(rules_new("t.yaml", ORGANISATIONS TEAMS RULES, &rules, &errors), 0);
	rules_free(rules);
}

static void the_last_rule_must_hold_for_every_request(void **unused)
{
	(void)unused;
	refused(ORGANISATIONS TEAMS
		"rules:\n  - {name: a, reason: b, when: {crisis: true}, then: {assign: true}}\n",
		(const char *const[]){"t.yaml:6:", "last rule", NULL});
	refused(ORGANISATIONS TEAMS
		"rules:\n  - {name: a, reason: b, then: {redirect_to: mevis}}\n",
		(const char *const[]){"t.yaml:6:", "last rule", NULL});
}

static void each_part_is_needed(void **unused)
{
	(void)unused;
	refused("", (const char *const[]){"organisations", "teams", "rules", NULL});
	refused(ORGANISATIONS "teams: {}\n" RULES, (const char *const[]){"t.yaml:3:", NULL});
	refused(ORGANISATIONS TEAMS "rules: []\n",
		(const char *const[]){"at least one rule", NULL});
	refused(ORGANISATIONS
		"teams:\n  oost: {name: Oost, people: 1, hours: 30, only_by_rule: true}\n" RULES,
		(const char *const[]){"at least one team", NULL});
	refused(ORGANISATIONS "teams:\n  oost:\n" RULES, (const char *const[]){"t.yaml:4:", NULL});
	refused(ORGANISATIONS TEAMS "rules:\n  - {name: a, reason: b}\n",
		(const char *const[]){"then", NULL});
	refused(ORGANISATIONS TEAMS
		"rules:\n"
		"  - {name: a, reason: b, when: {problems: []}, then: {assign: true}}\n"
		"  - {name: c, reason: d, then: {assign: true}}\n",
		(const char *const[]){"empty list", NULL});
}

static void yaml_that_is_none_is_refused_with_its_line(void **unused)
{
	(void)unused;
	refused("teams: [oost\nrules: {", (const char *const[]){"t.yaml:", NULL});
	refused("- a\n", (const char *const[]){"t.yaml:", NULL});
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_shipped_file_has_52_people_and_40_fte),
		cmocka_unit_test(every_shipped_rule_has_its_request),
		cmocka_unit_test(the_first_rule_that_holds_decides),
		cmocka_unit_test(what_is_also_ours_is_not_redirected),
		cmocka_unit_test(who_was_screened_to_support_is_not_redirected),
		cmocka_unit_test(domestic_violence_takes_the_fast_lane),
		cmocka_unit_test(all_mistakes_are_said_at_once_with_their_place),
		cmocka_unit_test(a_smallest_file_is_accepted),
		cmocka_unit_test(the_last_rule_must_hold_for_every_request),
		cmocka_unit_test(each_part_is_needed),
		cmocka_unit_test(yaml_that_is_none_is_refused_with_its_line),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
