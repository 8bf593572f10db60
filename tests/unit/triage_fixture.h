/*
 * wot-triage with two small teams, what it is fed and what it answers, for the tests of its core.
 */
#ifndef WOT_TRIAGE_FIXTURE_H
#define WOT_TRIAGE_FIXTURE_H

#include "daemons/triage/core.h"
#include "lib/calendar.h"
#include "proto/role.h"
#include "tests/unit/core_harness.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define OUTCOME(name) WOT__V1__SCREENING__OUTCOME__##name
#define PRIORITY(name) WOT__V1__CASE_ROUTED__PRIORITY__##name

/* Two teams with room for two cases of unknown weight each, and one for domestic violence. */
#define ORGANISATIONS                                                                              \
	"organisations:\n"                                                                         \
	"  mevis: {name: Mevis, kind: youth}\n"                                                    \
	"  other-municipality: {name: Andere gemeente, kind: municipality}\n"
#define TEAMS                                                                                      \
	"teams:\n"                                                                                 \
	"  oost: {name: Oost, location: OOST, people: 1, hours: 4, expertise: [DEBT]}\n"           \
	"  zuid: {name: Zuid, location: ZUID, people: 1, hours: 4, expertise: [ELDERLY]}\n"        \
	"  dv: {name: DV, people: 1, hours: 3, only_by_rule: true}\n"
#define RULES                                                                                      \
	"rules:\n"                                                                                 \
	"  - {name: youth, reason: Y., when: {youth: true}, then: {redirect_to: mevis}}\n"         \
	"  - {name: away, reason: A., reden: Elders., when: {resident: false}, then: "             \
	"{redirect_to: "                                                                           \
	"other-municipality}}\n"                                                                   \
	"  - {name: violence, reason: V., when: {domestic_violence: true}, then: {team: dv, "      \
	"assign: true, priority: fast_lane}}\n"                                                    \
	"  - {name: crisis, reason: C., when: {crisis: true}, then: {assign: true, priority: "     \
	"crisis}}\n"                                                                               \
	"  - {name: welfare, reason: W., when: {only_problems: [TIME_USE]}, then: {assign: "       \
	"true, offer_welfare_first: true}}\n"                                                      \
	"  - {name: rest, reason: R., then: {assign: true}}\n"

#define RULES_REST "rules:\n  - {name: rest, reason: R., then: {assign: true}}\n"

static inline int64_t at(int month, int day)
{
	int32_t number = calendar_day((struct calendar_date){2025, month, day});
	return calendar_day_start(number) + 12 * 3600000;
}

static inline int configure(struct harness *h, const char *text)
{
	struct input input = {
		.kind = INPUT_CONFIG, .config_name = "triage.yaml", .config_text = text};
	return harness_input(h, &input);
}

static inline int open_empty(void **state)
{
	*state = harness_open(&triage_core);
	return 0;
}

static inline int open_configured(void **state)
{
	open_empty(state);
	return configure(*state, ORGANISATIONS TEAMS RULES);
}

static inline int close_all(void **state)
{
	struct harness *h = *state;
	harness_close(&h);
	return 0;
}

/* ---- what goes in ---- */

static inline const Wot__V1__CaseRouted *feed_request(
	struct harness *h, const Wot__V1__Event *event)
{
	assert_int_equal(harness_feed(h, "intake", event), 0);
	assert_true(harness_count(h) >= 1);
	for (size_t i = 0; i < harness_count(h); i++)
		if (strcmp(harness_event(h, i)->case_id, event->case_id) == 0)
			return harness_event(h, i)->body->case_routed;
	fail_msg("no route for %s", event->case_id);
	return NULL;
}

static inline const Wot__V1__CaseRouted *plain_request(
	struct harness *h, uint32_t number, int64_t at_ms)
{
	return feed_request(h, request_make(h, number, at_ms));
}

static inline Wot__V1__Event *asks(struct harness *h, Wot__V1__Event *event, int expertise)
{
	Wot__V1__HelpRequest *request = event->body->help_request;
	request->n_expertise = 1;
	request->expertise = arena_alloc(&h->arena, sizeof *request->expertise);
	*request->expertise = (Wot__V1__Expertise__Value)expertise;
	return event;
}

static inline Wot__V1__Event *problem(struct harness *h, Wot__V1__Event *event, int value)
{
	Wot__V1__HelpRequest *request = event->body->help_request;
	request->n_problems = 1;
	request->problems = arena_alloc(&h->arena, sizeof *request->problems);
	*request->problems = (Wot__V1__Problem__Value)value;
	return event;
}

static inline Wot__V1__Screening *screening_make(
	struct harness *h, Wot__V1__Screening__Outcome outcome)
{
	Wot__V1__Screening *screening =
		(void *)message_new(&wot__v1__screening__descriptor, &h->arena);
	screening->outcome = outcome;
	return screening;
}

static inline int screen(
	struct harness *h, uint32_t number, int64_t at_ms, Wot__V1__Screening *screening)
{
	char ref[32];
	snprintf(ref, sizeof ref, "desk/r%u", number);
	return harness_submit(h, "team",
		harness_submission(
			h, "s1", at_ms, ref, KIND(SCREENING), (ProtobufCMessage *)screening));
}

static inline int screened(
	struct harness *h, uint32_t number, int64_t at_ms, Wot__V1__Screening__Outcome outcome)
{
	return screen(h, number, at_ms, screening_make(h, outcome));
}

/* An event of wot-case with the facts that it changed; the caller fills them. */
static inline Wot__V1__Event *case_make(
	struct harness *h, uint32_t number, Wot__V1__Body__KindCase kind, int64_t at_ms)
{
	Wot__V1__Event *event = harness_other(h, kind, at_ms, id_of(h, number));
	event->facts = (void *)message_new(&wot__v1__case_facts__descriptor, &h->arena);
	return event;
}

static inline void clear_fact(struct harness *h, Wot__V1__Event *event, uint32_t column)
{
	event->facts->cleared = arena_alloc(&h->arena, sizeof *event->facts->cleared);
	event->facts->cleared[event->facts->n_cleared++] = column;
}

static inline void closed(struct harness *h, uint32_t number, int64_t at_ms)
{
	Wot__V1__Event *event = case_make(h, number, KIND(CLOSED), at_ms);
	event->body->closed->reason = WOT__V1__CLOSED__REASON__GOALS_MET;
	event->facts->has_closed_on = true;
	event->facts->closed_on = calendar_day_of(at_ms);
	assert_int_equal(harness_feed(h, "case", event), 0);
}

static inline void started(struct harness *h, uint32_t number, int64_t at_ms)
{
	Wot__V1__Event *event = case_make(h, number, KIND(SUPPORT_STARTED), at_ms);
	event->facts->has_support_started_on = true;
	event->facts->support_started_on = calendar_day_of(at_ms);
	assert_int_equal(harness_feed(h, "case", event), 0);
}

static inline void weighed(struct harness *h, uint32_t number, int weight)
{
	Wot__V1__Event *event = case_make(h, number, KIND(CARE_WEIGHT_SET), at(6, 1));
	event->body->care_weight_set->care_weight = (Wot__V1__CareWeight__Value)weight;
	assert_int_equal(harness_feed(h, "case", event), 0);
}

/* ---- what comes out ---- */

static inline char *answer(struct harness *h, const void *state, const char *path)
{
	auto_buf struct buf json = {0};
	assert_int_equal(harness_query(h, state, "team", ROLE_INTAKE_TEAM, path, &json), 0);
	return arena_strdup(&h->arena, json.data);
}

static inline void list_is(struct harness *h, const char *expected_ids)
{
	auto_buf struct buf ids = {0};
	buf_text(&ids, "");
	const char *at_id = answer(h, h->state, "/v1/worklist");
	while ((at_id = strstr(at_id, "\"caseId\":\"2025-"))) {
		unsigned number = 0;
		assert_int_equal(sscanf(at_id, "\"caseId\":\"2025-%u", &number), 1);
		buf_printf(&ids, "%s%u", ids.len ? " " : "", number);
		at_id++;
	}
	assert_string_equal(ids.len ? ids.data : "", expected_ids);
}

static inline void teams_say(struct harness *h, const char *part)
{
	const char *json = answer(h, h->state, "/v1/teams");
	if (!strstr(json, part))
		fail_msg("%s is not in %s", part, json);
}

static inline void replay_answers_the_same(struct harness *h)
{
	void *again = harness_replay(h);
	assert_string_equal(answer(h, h->state, "/v1/worklist"), answer(h, again, "/v1/worklist"));
	assert_string_equal(answer(h, h->state, "/v1/teams"), answer(h, again, "/v1/teams"));
	core_state_free(&triage_core, again);
}

/* The only event of the last input beside `skip`, as the route of that case. */
static inline const Wot__V1__CaseRouted *routed(struct harness *h, size_t skip, uint32_t number)
{
	assert_int_equal(harness_count(h), skip + 1);
	const Wot__V1__Event *event = harness_event(h, skip);
	assert_int_equal(event->body->kind_case, KIND(CASE_ROUTED));
	assert_string_equal(event->case_id, id_of(h, number));
	return event->body->case_routed;
}

/* Fills Oost and Zuid with the cases 1 to 4. */
static inline void fill(struct harness *h)
{
	for (uint32_t i = 1; i <= 4; i++)
		assert_non_null(plain_request(h, i, at(3, 3))->team);
}

#define empty(test) cmocka_unit_test_setup_teardown(test, open_empty, close_all)
#define configured(test) cmocka_unit_test_setup_teardown(test, open_configured, close_all)

#endif
