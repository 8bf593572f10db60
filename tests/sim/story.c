#include "lib/calendar.h"
#include "lib/clock.h"
#include "tests/sim/agenda.h"
#include "tests/sim/town.h"

#include <stdio.h>
#include <string.h>

#define DAY_MS INT64_C(86400000)
#define KIND(name) WOT__V1__BODY__KIND_##name
#define OUTCOME(name) WOT__V1__SCREENING__OUTCOME__##name
#define TEXT(literal) ((char *)(uintptr_t)(literal))

struct story {
	struct story *next;
	char name[160]; /* CLIENT/REF */
	char case_id[32];
	int32_t reported_on;
};

/* Something that happens in a case, and when it did. */
struct step {
	struct story *story;
	Wot__V1__Body__KindCase kind;
	int value; /* of a screening: the outcome; 0: any */
	int64_t occurred_ms;
};

static struct story *stories;

/* ---- what a step says ---- */

static const char *team_draw(void)
{
	static const char *const teams[] = {"centrum-west", "noordrand", "groenoord", "oost",
		"nieuwland", "zuid", "dv-screening", "no-such-team"};
	return teams[rng_below(&town.rng, rng_chance(&town.rng, 5) ? 8 : 7)];
}

static void step_send(const struct step *step, ProtobufCMessage *message)
{
	struct rng *rng = &town.rng;
	const struct story *story = step->story;
	Wot__V1__Submission submission = WOT__V1__SUBMISSION__INIT;
	bool screening = step->kind == KIND(SCREENING);
	char ref[65];
	town_ref(screening ? "screening" : "zaak", ref);
	submission.external_ref = ref;
	if (story->case_id[0] && rng_chance(rng, 40))
		submission.case_id = TEXT(story->case_id);
	else if (rng_chance(rng, 1))
		submission.case_ref = TEXT("desk/never-sent");
	else
		submission.case_ref = TEXT(story->name);
	town_send(screening ? TRIAGE : CASE, screening ? &intake_team : &case_system,
		step->occurred_ms, &submission, step->kind, message, NULL, NULL);
}

static void screening_send(const struct step *step)
{
	static const struct choice outcomes[] = {{OUTCOME(NOT_REACHED), 20},
		{OUTCOME(TO_SUPPORT), 45}, {OUTCOME(ADVICE), 15}, {OUTCOME(WELFARE_ACTIVITY), 6},
		{OUTCOME(REDIRECTED), 8}, {OUTCOME(WITHDRAWN), 6}};
	struct rng *rng = &town.rng;
	Wot__V1__Screening screening = WOT__V1__SCREENING__INIT;
	int expertise[5];
	screening.outcome =
		(Wot__V1__Screening__Outcome)(step->value ? step->value : rng_pick(rng, outcomes));
	screening.expertise = (Wot__V1__Expertise__Value *)expertise;
	screening.n_expertise = rng_chance(rng, 40) ? town_set(expertise, 5, 2) : 0;
	screening.has_care_weight = rng_chance(rng, 50);
	screening.care_weight = (Wot__V1__CareWeight__Value)rng_range(rng, 1, 4);
	screening.team = rng_chance(rng, 25) ? TEXT(team_draw()) : NULL;
	if (screening.outcome == OUTCOME(REDIRECTED) && rng_chance(rng, 70))
		screening.redirected_to = TEXT(town_organisation());
	step_send(step, &screening.base);
}

static void closed_send(const struct step *step)
{
	static const struct choice reasons[] = {
		{1, 70}, {2, 12}, {3, 4}, {4, 6}, {5, 3}, {6, 4}, {7, 2}, {8, 8}};
	Wot__V1__Closed closed = WOT__V1__CLOSED__INIT;
	closed.reason = (Wot__V1__Closed__Reason)rng_pick(&town.rng, reasons);
	closed.redirected_to = rng_chance(&town.rng, 10) ? TEXT(town_organisation()) : NULL;
	step_send(step, &closed.base);
}

/* Near what it may have been; sometimes a day to come, or one that fits nothing. */
static int32_t day_draw(const struct story *story)
{
	struct rng *rng = &town.rng;
	int32_t day = story->reported_on + rng_skewed(rng, 0, 250);
	if (rng_chance(rng, 20))
		day -= 40;
	int32_t today = calendar_day_of(clock_now_ms());
	return day <= today || rng_chance(rng, 10) ? day : today - rng_below(rng, 10);
}

/* One fact of it; corrected->remove has room for one. */
static void correction_draw(const struct story *story, Wot__V1__Corrected *corrected)
{
	struct rng *rng = &town.rng;
	switch (rng_below(rng, 10)) {
	case 0:
		corrected->has_reported_on = true;
		corrected->reported_on = story->reported_on + rng_range(rng, -40, 15);
		break;
	case 1:
		corrected->has_first_contact_on = true;
		corrected->first_contact_on = day_draw(story);
		break;
	case 2:
		corrected->has_support_started_on = true;
		corrected->support_started_on = day_draw(story);
		break;
	case 3:
		corrected->has_closed_on = true;
		corrected->closed_on = day_draw(story);
		break;
	case 4:
		corrected->has_closing_reason = true;
		corrected->closing_reason = (Wot__V1__Closed__Reason)rng_range(rng, 1, 8);
		break;
	case 5:
		corrected->ward = rng_chance(rng, 95) ? TEXT(town_ward_key()) : TEXT("MOON");
		break;
	case 6:
		corrected->has_care_weight = true;
		corrected->care_weight = (Wot__V1__CareWeight__Value)rng_range(rng, 1, 4);
		break;
	case 7:
		corrected->has_people_involved = true;
		corrected->people_involved = (uint32_t)rng_range(rng, 1, 9);
		break;
	case 8:
		if (corrected->n_remove < 1)
			corrected->remove[corrected->n_remove++] = TEXT("firstContactOn");
		break;
	default:
		if (corrected->n_remove < 1)
			corrected->remove[corrected->n_remove++] =
				rng_chance(rng, 95) ? TEXT("supportStartedOn") : TEXT("closedOn");
		break;
	}
}

static void corrected_send(const struct step *step)
{
	struct rng *rng = &town.rng;
	Wot__V1__Corrected corrected = WOT__V1__CORRECTED__INIT;
	char *remove[1];
	corrected.remove = remove;
	for (int times = rng_chance(rng, 70) ? 1 : rng_range(rng, 0, 3); times; times--)
		correction_draw(step->story, &corrected);
	step_send(step, &corrected.base);
}

static void handover_send(const struct step *step)
{
	struct rng *rng = &town.rng;
	Wot__V1__HandoverOffered offered = WOT__V1__HANDOVER_OFFERED__INIT;
	Wot__V1__HandoverConfirmed confirmed = WOT__V1__HANDOVER_CONFIRMED__INIT;
	offered.to = TEXT(town_organisation());
	offered.has_warm = rng_chance(rng, 70);
	offered.warm = rng_chance(rng, 80);
	confirmed.by = (Wot__V1__HandoverConfirmed__Side)rng_range(rng, 1, 2);
	step_send(step, step->kind == KIND(HANDOVER_OFFERED) ? &offered.base : &confirmed.base);
}

static void work_send(const struct step *step)
{
	struct rng *rng = &town.rng;
	Wot__V1__FirstContact contact = WOT__V1__FIRST_CONTACT__INIT;
	Wot__V1__IntakeHeld held = WOT__V1__INTAKE_HELD__INIT;
	Wot__V1__PlanAgreed plan = WOT__V1__PLAN_AGREED__INIT;
	Wot__V1__SupportStarted started = WOT__V1__SUPPORT_STARTED__INIT;
	Wot__V1__TailoredSolution tailored = WOT__V1__TAILORED_SOLUTION__INIT;
	Wot__V1__Paused paused = WOT__V1__PAUSED__INIT;
	Wot__V1__Resumed resumed = WOT__V1__RESUMED__INIT;
	Wot__V1__Reopened reopened = WOT__V1__REOPENED__INIT;
	held.has_client_support_offered = plan.has_goals = paused.has_reason = rng_chance(rng, 50);
	plan.goals = 3;
	paused.reason = (Wot__V1__Paused__Reason)rng_range(rng, 1, 4);
	started.case_lead = rng_chance(rng, 50) ? TEXT("cl-17") : NULL;
	tailored.decision = (Wot__V1__TailoredSolution__Decision)rng_range(rng, 1, 2);
	tailored.has_saving_euro = rng_chance(rng, 70);
	tailored.saving_euro = (uint32_t)rng_below(rng, 90000);
	ProtobufCMessage *messages[KIND_MAX] = {
		[KIND(FIRST_CONTACT)] = &contact.base,
		[KIND(INTAKE_HELD)] = &held.base,
		[KIND(PLAN_AGREED)] = &plan.base,
		[KIND(SUPPORT_STARTED)] = &started.base,
		[KIND(TAILORED_SOLUTION)] = &tailored.base,
		[KIND(PAUSED)] = &paused.base,
		[KIND(RESUMED)] = &resumed.base,
		[KIND(REOPENED)] = &reopened.base,
	};
	step_send(step, messages[step->kind]);
}

static void set_send(const struct step *step)
{
	struct rng *rng = &town.rng;
	Wot__V1__CareWeightSet weight = WOT__V1__CARE_WEIGHT_SET__INIT;
	Wot__V1__PeopleInvolvedSet people = WOT__V1__PEOPLE_INVOLVED_SET__INIT;
	Wot__V1__ProblemsSet problems = WOT__V1__PROBLEMS_SET__INIT;
	int values[13];
	weight.care_weight = (Wot__V1__CareWeight__Value)rng_range(rng, 1, 4);
	people.count = (uint32_t)rng_range(rng, 1, 7);
	problems.problems = (Wot__V1__Problem__Value *)values;
	problems.n_problems = town_set(values, 13, 4); /* none: refused */
	step_send(step, step->kind == KIND(CARE_WEIGHT_SET) ? &weight.base
			: step->kind == KIND(PROBLEMS_SET)  ? &problems.base
							    : &people.base);
}

static void step_go(void *arg)
{
	struct step *step = arg;
	switch (step->kind) {
	case KIND(SCREENING):
		screening_send(step);
		break;
	case KIND(CLOSED):
		closed_send(step);
		break;
	case KIND(CORRECTED):
		corrected_send(step);
		break;
	case KIND(HANDOVER_OFFERED):
	case KIND(HANDOVER_CONFIRMED):
		handover_send(step);
		break;
	case KIND(CARE_WEIGHT_SET):
	case KIND(PEOPLE_INVOLVED_SET):
	case KIND(PROBLEMS_SET):
		set_send(step);
		break;
	default:
		work_send(step);
		break;
	}
	free(step);
}

/* ---- which steps there are ---- */

/* Between something that happens and its being submitted: mostly hours, sometimes months. */
static int64_t lateness_ms(void)
{
	struct rng *rng = &town.rng;
	int kind = rng_below(rng, 100);
	if (kind < 70)
		return rng_skewed(rng, 1, 24 * 3600) * INT64_C(1000);
	if (kind < 92)
		return rng_skewed(rng, 1, 20) * DAY_MS;
	return rng_skewed(rng, 20, 200) * DAY_MS;
}

static void step_plan_at(struct story *story, Wot__V1__Body__KindCase kind, int value,
	int64_t occurred_ms, int64_t at_ms)
{
	if (at_ms > calendar_day_start(town.to_day + 1))
		return;
	if (at_ms < clock_now_ms())
		at_ms = clock_now_ms() + rng_below(&town.rng, 3600000);
	struct step *step = malloc(sizeof *step);
	must(step);
	*step = (struct step){story, kind, value, occurred_ms};
	agenda_add(at_ms, step_go, step);
}

static void step_plan(
	struct story *story, int chance, Wot__V1__Body__KindCase kind, int value, int32_t day)
{
	if (!rng_chance(&town.rng, chance))
		return;
	int64_t occurred_ms = town_instant(day);
	step_plan_at(story, kind, value, occurred_ms, occurred_ms + lateness_ms());
}

/* The case lead closes a case, and a moment sooner or later the intake team says that it phoned after that: each
 * is possible by what its daemon has heard. Then it may be reopened, or the closing corrected. */
static void race_plan(struct story *story, int32_t closed)
{
	struct rng *rng = &town.rng;
	int32_t screened = closed + rng_range(rng, 1, 9);
	int64_t at_ms = town_instant(screened + rng_below(rng, 3)) + rng_below(rng, 3000);
	int64_t other_ms = at_ms + rng_range(rng, -60, 60);
	step_plan_at(story, KIND(CLOSED), 0, town_instant(closed), at_ms);
	step_plan_at(story, KIND(SCREENING), 0, town_instant(screened), other_ms);
	if (rng_chance(rng, 40))
		step_plan_at(story, KIND(REOPENED), 0, town_instant(screened),
			at_ms + rng_range(rng, 0, 60));
	if (rng_chance(rng, 30))
		step_plan_at(
			story, KIND(CLOSED), 0, town_instant(screened + 5), at_ms + 9 * DAY_MS);
}

static Wot__V1__Body__KindCase any_step(void)
{
	int at = rng_below(&town.rng, 16);
	return at ? (Wot__V1__Body__KindCase)(KIND(FIRST_CONTACT) + at - 1) : KIND(SCREENING);
}

/* The days that a decent case has, as a case lead would tell it. */
static void support_plan(struct story *story, int32_t day)
{
	struct rng *rng = &town.rng;
	step_plan(story, 70, KIND(FIRST_CONTACT), 0, day + rng_below(rng, 14));
	step_plan(story, 40, KIND(INTAKE_HELD), 0, day + rng_below(rng, 20));
	step_plan(story, 40, KIND(PLAN_AGREED), 0, day + rng_below(rng, 30));
	int32_t started = day + rng_skewed(rng, 0, 60);
	step_plan(story, 85, KIND(SUPPORT_STARTED), 0, started);
	step_plan(story, 15, KIND(SUPPORT_STARTED), 0, started + rng_below(rng, 60));
	step_plan(story, 35, KIND(CARE_WEIGHT_SET), 0, started + rng_below(rng, 60));
	step_plan(story, 15, KIND(PEOPLE_INVOLVED_SET), 0, started + rng_below(rng, 60));
	step_plan(story, 15, KIND(PROBLEMS_SET), 0, started + rng_below(rng, 60));
	step_plan(story, 8, KIND(TAILORED_SOLUTION), 0, started + rng_below(rng, 90));
	if (rng_chance(rng, 15)) {
		step_plan(story, 95, KIND(PAUSED), 0, started + 20);
		step_plan(story, 90, KIND(RESUMED), 0, started + 20 + rng_below(rng, 30));
	}
	if (rng_chance(rng, 10)) {
		step_plan(story, 95, KIND(HANDOVER_OFFERED), 0, started + 40);
		step_plan(story, 90, KIND(HANDOVER_CONFIRMED), 0, started + 41);
		step_plan(story, 70, KIND(HANDOVER_CONFIRMED), 0, started + 45);
	}
	int32_t closed = started + rng_skewed(rng, 5, 280);
	step_plan(story, 80, KIND(CLOSED), 0, closed);
	if (!rng_chance(rng, 10))
		return;
	step_plan(story, 95, KIND(REOPENED), 0, closed + rng_skewed(rng, 0, 60));
	step_plan(story, 80, KIND(CLOSED), 0, closed + rng_range(rng, 40, 120));
}

static void screening_plan(struct story *story)
{
	struct rng *rng = &town.rng;
	static const struct choice ends[] = {{OUTCOME(ADVICE), 40}, {OUTCOME(WELFARE_ACTIVITY), 20},
		{OUTCOME(REDIRECTED), 20}, {OUTCOME(WITHDRAWN), 20}};
	int32_t day = story->reported_on + rng_below(rng, 10);
	step_plan(story, 30, KIND(SCREENING), OUTCOME(NOT_REACHED), day);
	step_plan(story, 10, KIND(SCREENING), OUTCOME(NOT_REACHED), day + 1);
	step_plan(story, 25, KIND(SCREENING), 0, day + rng_below(rng, 40)); /* they think again */
	if (rng_chance(rng, 30)) {
		step_plan(story, 95, KIND(SCREENING), rng_pick(rng, ends), day + 2);
		if (!rng_chance(rng, 30)) /* otherwise it goes on none the less */
			return;
	} else {
		step_plan(story, 80, KIND(SCREENING), OUTCOME(TO_SUPPORT), day + 2);
	}
	support_plan(story, day + 3);
}

struct story *story_begin(const struct clerk_client *client, const char *ref, int32_t reported_on)
{
	struct rng *rng = &town.rng;
	struct story *story = calloc(1, sizeof *story);
	must(story);
	snprintf(story->name, sizeof story->name, "%s/%s", client->name, ref);
	story->reported_on = reported_on;
	story->next = stories;
	stories = story;
	if (rng_chance(rng, 92)) /* else nobody registers anything */
		screening_plan(story);
	if (rng_chance(rng, 6))
		race_plan(story, reported_on + rng_skewed(rng, 0, 90));
	for (int more = rng_chance(rng, 35) ? rng_range(rng, 1, 4) : 0; more; more--) {
		Wot__V1__Body__KindCase kind = any_step();
		step_plan(story, 100, kind, 0, reported_on + rng_skewed(rng, -3, 200));
	}
	for (int more = rng_chance(rng, 40) ? rng_range(rng, 1, 4) : 0; more; more--)
		step_plan(story, 100, KIND(CORRECTED), 0, reported_on + rng_skewed(rng, 1, 250));
	return story;
}

void story_registered(void *arg, int err, const char *case_id)
{
	struct story *story = arg;
	if (!err)
		strcpy(story->case_id, case_id);
}

void stories_end(void)
{
	while (stories) {
		struct story *next = stories->next;
		free(stories);
		stories = next;
	}
}
