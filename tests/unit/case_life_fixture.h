/*
 * The life of a case, step by step, for the tests of its rules. Numbers in comments of these tests
 * are those of INTERFACES, "Rules that decide a figure". Every case is reported on 1 March 2025.
 */
#ifndef WOT_CASE_LIFE_FIXTURE_H
#define WOT_CASE_LIFE_FIXTURE_H

#include "daemons/case/life.h"
#include "lib/calendar.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define REASON(name) WOT__V1__CLOSED__REASON__##name
#define OUTCOME(name) WOT__V1__SCREENING__OUTCOME__##name
#define WEIGHT(name) WOT__V1__CARE_WEIGHT__VALUE__##name

static struct why why;

static inline int32_t on(int month, int day)
{
	return calendar_day((struct calendar_date){2025, month, day});
}

static inline struct case_life reported(void)
{
	Wot__V1__HelpRequest request = WOT__V1__HELP_REQUEST__INIT;
	request.channel = WOT__V1__CHANNEL__VALUE__PHONE;
	struct case_life life;
	life_begin(&life, &request, on(3, 1));
	return life;
}

/* ---- steps; a refused one leaves the life as it was, as decide does ---- */

static inline int step(
	struct case_life *life, int32_t day, Wot__V1__Body__KindCase kind, void *message)
{
	Wot__V1__Body body = WOT__V1__BODY__INIT;
	body_set(&body, kind, message);
	struct case_life after = *life;
	int err = life_step(&after, &body, day, &why);
	if (!err)
		*life = after;
	return err;
}

static inline int contacted(struct case_life *life, int32_t day)
{
	Wot__V1__FirstContact message = WOT__V1__FIRST_CONTACT__INIT;
	return step(life, day, WOT__V1__BODY__KIND_FIRST_CONTACT, &message);
}

static inline int started_by(struct case_life *life, int32_t day, const char *lead)
{
	Wot__V1__SupportStarted message = WOT__V1__SUPPORT_STARTED__INIT;
	message.case_lead = (char *)lead;
	return step(life, day, WOT__V1__BODY__KIND_SUPPORT_STARTED, &message);
}

static inline int started(struct case_life *life, int32_t day)
{
	return started_by(life, day, NULL);
}

static inline int closed_as(
	struct case_life *life, int32_t day, Wot__V1__Closed__Reason reason, const char *to)
{
	Wot__V1__Closed message = WOT__V1__CLOSED__INIT;
	message.reason = reason;
	message.redirected_to = (char *)to;
	return step(life, day, WOT__V1__BODY__KIND_CLOSED, &message);
}

static inline int closed(struct case_life *life, int32_t day)
{
	return closed_as(life, day, REASON(GOALS_MET), NULL);
}

static inline int reopened(struct case_life *life, int32_t day)
{
	Wot__V1__Reopened message = WOT__V1__REOPENED__INIT;
	return step(life, day, WOT__V1__BODY__KIND_REOPENED, &message);
}

static inline int paused(struct case_life *life, int32_t day)
{
	Wot__V1__Paused message = WOT__V1__PAUSED__INIT;
	return step(life, day, WOT__V1__BODY__KIND_PAUSED, &message);
}

static inline int resumed(struct case_life *life, int32_t day)
{
	Wot__V1__Resumed message = WOT__V1__RESUMED__INIT;
	return step(life, day, WOT__V1__BODY__KIND_RESUMED, &message);
}

static inline int weight_set(struct case_life *life, int32_t day, Wot__V1__CareWeight__Value weight)
{
	Wot__V1__CareWeightSet message = WOT__V1__CARE_WEIGHT_SET__INIT;
	message.care_weight = weight;
	return step(life, day, WOT__V1__BODY__KIND_CARE_WEIGHT_SET, &message);
}

static inline int people_set(struct case_life *life, int32_t day, uint32_t count)
{
	Wot__V1__PeopleInvolvedSet message = WOT__V1__PEOPLE_INVOLVED_SET__INIT;
	message.count = count;
	return step(life, day, WOT__V1__BODY__KIND_PEOPLE_INVOLVED_SET, &message);
}

static inline int offered_as(struct case_life *life, int32_t day, bool warm)
{
	Wot__V1__HandoverOffered message = WOT__V1__HANDOVER_OFFERED__INIT;
	message.to = (char *)"minters";
	message.has_warm = message.warm = warm;
	return step(life, day, WOT__V1__BODY__KIND_HANDOVER_OFFERED, &message);
}

static inline int offered(struct case_life *life, int32_t day)
{
	return offered_as(life, day, false);
}

static inline int confirmed(
	struct case_life *life, int32_t day, Wot__V1__HandoverConfirmed__Side by)
{
	Wot__V1__HandoverConfirmed message = WOT__V1__HANDOVER_CONFIRMED__INIT;
	message.by = by;
	return step(life, day, WOT__V1__BODY__KIND_HANDOVER_CONFIRMED, &message);
}

/* Corrections come in on 1 December, after everything that they speak of. */
static inline int corrected(struct case_life *life, Wot__V1__Corrected *message)
{
	return step(life, on(12, 1), WOT__V1__BODY__KIND_CORRECTED, message);
}

/* Each on its own, for as long as the test. */
static inline struct screened *room(void)
{
	static struct screened rooms[100];
	static size_t count;
	return &rooms[count++ % 100];
}

static inline void screened_to(
	struct case_life *life, int32_t day, Wot__V1__Screening__Outcome outcome, const char *to)
{
	Wot__V1__Screening message = WOT__V1__SCREENING__INIT;
	message.outcome = outcome;
	message.redirected_to = (char *)to;
	Wot__V1__Body body = WOT__V1__BODY__INIT;
	body_set(&body, WOT__V1__BODY__KIND_SCREENING, &message.base);
	life_follow(life, &body, day, room());
}

static inline void screened(
	struct case_life *life, int32_t day, Wot__V1__Screening__Outcome outcome)
{
	screened_to(life, day, outcome, NULL);
}

static inline void screened_weight(
	struct case_life *life, int32_t day, Wot__V1__CareWeight__Value weight)
{
	Wot__V1__Screening message = WOT__V1__SCREENING__INIT;
	message.outcome = OUTCOME(TO_SUPPORT);
	message.has_care_weight = true;
	message.care_weight = weight;
	Wot__V1__Body body = WOT__V1__BODY__INIT;
	body_set(&body, WOT__V1__BODY__KIND_SCREENING, &message.base);
	life_follow(life, &body, day, room());
}

static inline void routed(struct case_life *life, const char *team, const char *to)
{
	Wot__V1__CaseRouted message = WOT__V1__CASE_ROUTED__INIT;
	message.team = (char *)team;
	message.redirected_to = (char *)to;
	Wot__V1__Body body = WOT__V1__BODY__INIT;
	body_set(&body, WOT__V1__BODY__KIND_CASE_ROUTED, &message.base);
	life_follow(life, &body, on(3, 1), room());
}

#define assert_allowed(call) assert_int_equal((call), 0)
#define assert_forbidden(call) assert_int_equal((call), ERR_LIFE_FORBIDS)
#define assert_day(facts, name, day)                                                               \
	do {                                                                                       \
		assert_true((facts).has_##name);                                                   \
		assert_int_equal((facts).name, (day));                                             \
	} while (0)

#endif
