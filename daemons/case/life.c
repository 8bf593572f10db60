#include "daemons/case/life.h"

#include "daemons/case/facts.h"
#include "lib/calendar.h"
#include "proto/door.h"
#include "proto/json.h"
#include <string.h>

/* A member of facts with its has_. */
#define FACT_SET(facts, name, value) ((facts)->has_##name = true, (facts)->name = (value))
#define FACT_CLEAR(facts, name) ((facts)->has_##name = false)

struct day_text {
	char text[16];
};

static struct day_text day_text(int32_t day)
{
	struct day_text out;
	day_print(day, out.text);
	return out;
}

/* ---- registration ---- */

const struct case_life life_empty = {.facts = WOT__V1__CASE_FACTS__INIT,
	.reopened_on = LIFE_NEVER,
	.first_on = LIFE_NEVER,
	.last_on = LIFE_NEVER};
enum { AGE_MAX = 200 }; /* years; more is none */

/* The day of birth itself is sealed; whoever is 6 today was not born 7 years ago. */
static void note_birth(
	struct case_life *life, const Wot__V1__HelpRequest *request, int32_t reported_on)
{
	if (request->has_age_years && request->age_years <= AGE_MAX)
		life->born_after =
			calendar_add_months(reported_on, -12 * ((int)request->age_years + 1));
}

void life_begin(struct case_life *life, const Wot__V1__HelpRequest *request, int32_t reported_on)
{
	*life = life_empty;
	note_birth(life, request, reported_on);
	Wot__V1__CaseFacts *facts = &life->facts;
	FACT_SET(facts, reported_on, reported_on);
	FACT_SET(facts, channel, request->channel);
	FACT_SET(facts, youth, request->youth);
	FACT_SET(facts, turns_18_soon, request->turns_18_soon);
	facts->ward = request->ward;
	if (request->referrer)
		facts->referred_by = request->referrer->organisation;
	facts->n_problems = request->n_problems;
	facts->problems = request->problems;
	if (request->has_location)
		FACT_SET(facts, location, request->location);
	if (request->has_domestic_violence)
		FACT_SET(facts, domestic_violence, request->domestic_violence);
	if (request->has_age_years)
		FACT_SET(facts, age_years, request->age_years);
	if (request->has_people_involved)
		FACT_SET(facts, people_involved, request->people_involved);
	if (request->has_hand_over_by)
		FACT_SET(facts, hand_over_by, request->hand_over_by);
}

/* ---- what facts follow from others ---- */

static bool was_taken_up(const struct case_life *life)
{
	return life->support_accepted || life->closing_accepted;
}

static const char *redirected_to(const struct case_life *life)
{
	const Wot__V1__CaseFacts *facts = &life->facts;
	if (life->closed_to)
		return life->closed_to;
	if (!facts->has_screening || life->screened_to)
		return facts->has_screening ? life->screened_to : life->routed_to;
	/* A screening that keeps the case overrules where the rules would have sent it. */
	bool away = facts->screening == WOT__V1__SCREENING__OUTCOME__REDIRECTED ||
		    facts->screening == WOT__V1__SCREENING__OUTCOME__WELFARE_ACTIVITY;
	return away ? life->routed_to : NULL;
}

/* Rule 5: nothing of a case lies after its closing. */
static bool lies_after_closing(const Wot__V1__CaseFacts *facts, int32_t day)
{
	return facts->has_closed_on && day > facts->closed_on;
}

/* Support and closings count whatever a screening decided (rules 2 and 3). */
static void end_settle(struct case_life *life, const struct screened *last)
{
	Wot__V1__CaseFacts *facts = &life->facts;
	unsigned outcome = last && !was_taken_up(life) ? last->outcome : 0;
	bool advice = outcome == WOT__V1__SCREENING__OUTCOME__ADVICE;
	FACT_CLEAR(facts, ended_on);
	if (outcome == WOT__V1__SCREENING__OUTCOME__REDIRECTED ||
		outcome == WOT__V1__SCREENING__OUTCOME__WELFARE_ACTIVITY ||
		outcome == WOT__V1__SCREENING__OUTCOME__WITHDRAWN)
		FACT_SET(facts, ended_on, last->day);
	if (advice || facts->advice)
		FACT_SET(facts, advice, advice);
}

/*
 * What follows from the screenings that count. Triage may have taken one in while this daemon took in a
 * closing that lies before it: that one is left out for as long as the closing stands. So it is the same in
 * whichever order the two were heard.
 *
 * Not so one of before a report that was corrected to a later day meanwhile: the case goes on by what it decided,
 * at triage and here. Without it somebody would wait here whom nobody there would phone.
 */
static void screenings_settle(struct case_life *life)
{
	Wot__V1__CaseFacts *facts = &life->facts;
	const struct screened *first = NULL, *last = NULL, *weighed = NULL;
	for (const struct screened *at = life->screened; at; at = at->before) {
		if (lies_after_closing(facts, at->day))
			continue;
		first = at;
		last = last ? last : at;
		weighed = weighed || !at->care_weight ? weighed : at;
	}
	facts->has_screened_on = facts->has_screening = first != NULL;
	facts->screened_on = first ? first->day : 0;
	facts->screening = (Wot__V1__Screening__Outcome)(last ? last->outcome : 0);
	life->screened_to = last ? last->redirected_to : NULL;
	life->decided_on = last ? last->day : 0;
	if (!life->weight_by_hand) {
		facts->has_care_weight = weighed != NULL;
		facts->care_weight =
			(Wot__V1__CareWeight__Value)(weighed ? weighed->care_weight : 0);
	}
	end_settle(life, last);
	facts->redirected_to = (char *)redirected_to(life);
}

/* ---- notes: what an event says beside the facts, for steps and for replay alike ---- */

static void note_correction(struct case_life *life, const Wot__V1__Corrected *corrected)
{
	life->weight_by_hand |= corrected->has_care_weight;
	life->support_accepted |= corrected->has_support_started_on;
}

static void note_offer(struct case_life *life, const Wot__V1__HandoverOffered *offer, int32_t day)
{
	life->handover_to = offer->to;
	life->handover_warm = offer->warm;
	life->handover_confirmed = 0;
	life->handover_on = day;
}

/* Sides confirm in any order, and late: the handover is of the later day. */
static void note_confirmation(
	struct case_life *life, const Wot__V1__HandoverConfirmed *confirmed, int32_t day)
{
	life->handover_confirmed |= (uint8_t)(1u << confirmed->by);
	if (day > life->handover_on)
		life->handover_on = day;
}

/* NOT_REACHED decides nothing. */
static void note_screening(struct case_life *life, const Wot__V1__Screening *screening, int32_t day,
	struct screened *room)
{
	if (screening->outcome == WOT__V1__SCREENING__OUTCOME__NOT_REACHED)
		return;
	*room = (struct screened){.before = life->screened,
		.redirected_to = screening->redirected_to,
		.day = day,
		.outcome = (uint16_t)screening->outcome,
		.care_weight = (uint16_t)(screening->has_care_weight ? screening->care_weight : 0)};
	life->screened = room;
}

static bool is_day(bool has, int32_t fact, int32_t day)
{
	return has && fact == day;
}

/* Days that facts hold can be corrected, and are compared as facts. */
static void note_day(struct case_life *life, Wot__V1__Body__KindCase kind, int32_t day)
{
	const Wot__V1__CaseFacts *facts = &life->facts;
	switch ((int)kind) {
	case WOT__V1__BODY__KIND_FIRST_CONTACT:
		if (is_day(facts->has_first_contact_on, facts->first_contact_on, day))
			return;
		break;
	case WOT__V1__BODY__KIND_SUPPORT_STARTED:
		if (is_day(facts->has_support_started_on, facts->support_started_on, day))
			return;
		break;
	case WOT__V1__BODY__KIND_CLOSED:
	case WOT__V1__BODY__KIND_CORRECTED:
		return;
	default:
		if (!door_of_kind("case", kind))
			return;
	}
	if (life->first_on == LIFE_NEVER || day < life->first_on)
		life->first_on = day;
	if (day > life->last_on)
		life->last_on = day;
}

static void life_note(
	struct case_life *life, const Wot__V1__Body *body, int32_t day, struct screened *room)
{
	note_day(life, body->kind_case, day);
	switch (body->kind_case) {
	case WOT__V1__BODY__KIND_CASE_REGISTERED:
		note_birth(life, body->case_registered->request, day);
		break;
	case WOT__V1__BODY__KIND_CASE_ROUTED:
		life->routed_to = body->case_routed->redirected_to;
		break;
	case WOT__V1__BODY__KIND_SCREENING:
		note_screening(life, body->screening, day, room);
		break;
	case WOT__V1__BODY__KIND_SUPPORT_STARTED:
		life->support_accepted = true;
		if (body->support_started->case_lead)
			life->case_lead = body->support_started->case_lead;
		break;
	case WOT__V1__BODY__KIND_CARE_WEIGHT_SET:
		life->weight_by_hand = true;
		break;
	case WOT__V1__BODY__KIND_PAUSED:
		life->paused = true;
		break;
	case WOT__V1__BODY__KIND_RESUMED:
		life->paused = false;
		break;
	case WOT__V1__BODY__KIND_HANDOVER_OFFERED:
		note_offer(life, body->handover_offered, day);
		break;
	case WOT__V1__BODY__KIND_HANDOVER_CONFIRMED:
		note_confirmation(life, body->handover_confirmed, day);
		break;
	case WOT__V1__BODY__KIND_CLOSED:
		life->closing_accepted = true;
		life->closed_to = body->closed->redirected_to;
		break;
	case WOT__V1__BODY__KIND_REOPENED:
		life->closed_to = NULL;
		life->reopened_on = day;
		break;
	case WOT__V1__BODY__KIND_CORRECTED:
		note_correction(life, body->corrected);
		break;
	default:
		break;
	}
}

void life_evolve(struct case_life *life, const Wot__V1__Event *event, struct screened *room)
{
	if (event->facts)
		facts_apply(&life->facts, event->facts);
	life_note(life, event->body, calendar_day_of(event->occurred_at), room);
	screenings_settle(life);
}

void life_keep(struct case_life *life, struct pool *pool)
{
	const char **texts[] = {&life->case_lead, &life->handover_to, &life->routed_to,
		&life->screened_to, &life->closed_to};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		*texts[i] = pool_text(pool, *texts[i]);
	if (life->screened) {
		struct screened kept = *life->screened;
		kept.redirected_to = pool_text(pool, kept.redirected_to);
		life->screened = pool_keep(pool, &kept, sizeof kept);
	}
	facts_keep(&life->facts, pool);
}

/* ---- what triage decided ---- */

void life_follow(
	struct case_life *life, const Wot__V1__Body *body, int32_t day, struct screened *room)
{
	if (body->kind_case == WOT__V1__BODY__KIND_CASE_ROUTED)
		life->facts.team = body->case_routed->team;
	life_note(life, body, day, room);
	screenings_settle(life);
}

/* ---- what was submitted ---- */

static int step_allowed(
	const struct case_life *life, Wot__V1__Body__KindCase kind, int32_t day, struct why *why)
{
	const Wot__V1__CaseFacts *facts = &life->facts;
	struct day_text on = day_text(day);
	if (day < facts->reported_on)
		return why_set(why, ERR_LIFE_FORBIDS,
			"this is of %s and the case was reported on %s", on.text,
			day_text(facts->reported_on).text);
	if (!facts->has_closed_on || kind == WOT__V1__BODY__KIND_CORRECTED ||
		kind == WOT__V1__BODY__KIND_REOPENED)
		return 0;
	struct day_text closed = day_text(facts->closed_on);
	if (kind == WOT__V1__BODY__KIND_CLOSED)
		return why_set(why, ERR_LIFE_FORBIDS,
			"the case was closed on %s already; reopen it, or correct the closing",
			closed.text);
	if (day > facts->closed_on)
		return why_set(why, ERR_LIFE_FORBIDS,
			"this is of %s and the case was closed on %s; reopen it first", on.text,
			closed.text);
	return 0;
}

/* Days of a case that cannot lie in any order. */
enum day { REPORT, CONTACT, START, EARLIEST, LATEST, REOPENING, CLOSING, DAYS };

static void days_of(const struct case_life *life, int32_t days[DAYS])
{
	const Wot__V1__CaseFacts *f = &life->facts;
	days[REPORT] = f->reported_on;
	days[CONTACT] = f->has_first_contact_on ? f->first_contact_on : LIFE_NEVER;
	days[START] = f->has_support_started_on ? f->support_started_on : LIFE_NEVER;
	days[EARLIEST] = life->first_on;
	days[LATEST] = life->last_on;
	days[REOPENING] = life->reopened_on;
	days[CLOSING] = f->has_closed_on ? f->closed_on : LIFE_NEVER;
}

static bool is_turned(const int32_t days[DAYS], enum day first, enum day then)
{
	return days[first] != LIFE_NEVER && days[then] != LIFE_NEVER && days[first] > days[then];
}

static int day_forbidden(
	const char *then, int32_t then_on, const char *first, int32_t first_on, struct why *why)
{
	return why_set(why, ERR_LIFE_FORBIDS, "%s on %s would lie before %s on %s", then,
		day_text(then_on).text, first, day_text(first_on).text);
}

/* A screening that was left out before stays so. */
static int screenings_hold(
	const struct case_life *before, const struct case_life *after, struct why *why)
{
	const Wot__V1__CaseFacts *was = &before->facts, *is = &after->facts;
	for (const struct screened *at = before->screened; at; at = at->before) {
		if (at->day < is->reported_on && at->day >= was->reported_on)
			return day_forbidden(
				"the screening", at->day, "the report", is->reported_on, why);
		if (lies_after_closing(is, at->day) && !lies_after_closing(was, at->day))
			return day_forbidden(
				"the closing", is->closed_on, "the screening", at->day, why);
	}
	return 0;
}

/* Held to what this step would turn round: what a log has accepted before hinders no other step. */
static int order_holds(
	const struct case_life *before, const struct case_life *after, struct why *why)
{
	static const char *const names[DAYS] = {"the report", "the first contact",
		"the start of support", "what happened", "what happened", "the reopening",
		"the closing"};
	static const struct {
		enum day first, then;
	} orders[] = {{REPORT, CONTACT}, {REPORT, START}, {REPORT, EARLIEST}, {REPORT, CLOSING},
		{CONTACT, CLOSING}, {START, CLOSING}, {REOPENING, CLOSING}, {LATEST, CLOSING}};
	int32_t was[DAYS], is[DAYS];
	days_of(before, was);
	days_of(after, is);
	for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
		enum day first = orders[i].first, then = orders[i].then;
		if (is_turned(is, first, then) && !is_turned(was, first, then))
			return day_forbidden(names[then], is[then], names[first], is[first], why);
	}
	return screenings_hold(before, after, why);
}

static void take_start(struct case_life *life, int32_t day)
{
	if (!life->facts.has_support_started_on)
		FACT_SET(&life->facts, support_started_on, day);
}

static int take_reopening(struct case_life *life, int32_t day, struct why *why)
{
	Wot__V1__CaseFacts *facts = &life->facts;
	if (!facts->has_closed_on)
		return why_set(why, ERR_LIFE_FORBIDS, "the case is not closed");
	if (day < facts->closed_on)
		return why_set(why, ERR_LIFE_FORBIDS, "this is of %s and the case was closed on %s",
			day_text(day).text, day_text(facts->closed_on).text);
	FACT_CLEAR(facts, closed_on);
	FACT_CLEAR(facts, closing_reason);
	return 0;
}

static Wot__V1__Transition__Outcome transition_of(bool warm, bool in_time)
{
	if (warm)
		return in_time ? WOT__V1__TRANSITION__OUTCOME__WARM_IN_TIME
			       : WOT__V1__TRANSITION__OUTCOME__WARM_LATE;
	return in_time ? WOT__V1__TRANSITION__OUTCOME__COLD_IN_TIME
		       : WOT__V1__TRANSITION__OUTCOME__COLD_LATE;
}

/* A handover counts once both sides have confirmed it; of several the first, as with starts. */
static int take_confirmation(struct case_life *life, const Wot__V1__HandoverConfirmed *confirmed,
	int32_t day, struct why *why)
{
	Wot__V1__CaseFacts *facts = &life->facts;
	if (!life->handover_to)
		return why_set(why, ERR_LIFE_FORBIDS, "no handover was offered");
	if (life->handover_confirmed & 1u << confirmed->by)
		return why_set(why, ERR_LIFE_FORBIDS,
			"this side has confirmed the handover already; a new one begins with an "
			"offer");
	struct case_life after = *life;
	note_confirmation(&after, confirmed, day);
	if (!life_handover_is_complete(&after) || facts->has_handed_over_on)
		return 0;
	FACT_SET(facts, handed_over_on, after.handover_on);
	if (facts->has_hand_over_by)
		FACT_SET(facts, handover,
			transition_of(
				after.handover_warm, after.handover_on <= facts->hand_over_by));
	return 0;
}

/* Taking a day back leaves the case taken up: what was accepted did happen, on another day. The
 * door has seen to it that the names are of days that may go. */
static void take_removals(Wot__V1__CaseFacts *facts, const Wot__V1__Corrected *corrected)
{
	for (size_t i = 0; i < corrected->n_remove; i++) {
		if (strcmp(corrected->remove[i], "firstContactOn") == 0)
			FACT_CLEAR(facts, first_contact_on);
		else if (strcmp(corrected->remove[i], "supportStartedOn") == 0)
			FACT_CLEAR(facts, support_started_on);
	}
}

static int take_report(struct case_life *life, int32_t day, struct why *why)
{
	if (day <= life->born_after)
		return why_set(why, ERR_LIFE_FORBIDS,
			"the report on %s would lie before the birth of the person",
			day_text(day).text);
	FACT_SET(&life->facts, reported_on, day);
	return 0;
}

static int take_correction(
	struct case_life *life, const Wot__V1__Corrected *corrected, struct why *why)
{
	Wot__V1__CaseFacts *facts = &life->facts;
	if ((corrected->has_closed_on || corrected->has_closing_reason) && !facts->has_closed_on)
		return why_set(why, ERR_LIFE_FORBIDS,
			"the case is open; a closing is submitted as closed, not as a correction");
	int err = corrected->has_reported_on ? take_report(life, corrected->reported_on, why) : 0;
	if (err)
		return err;
	if (corrected->has_first_contact_on)
		FACT_SET(facts, first_contact_on, corrected->first_contact_on);
	if (corrected->has_support_started_on)
		FACT_SET(facts, support_started_on, corrected->support_started_on);
	if (corrected->has_closed_on)
		FACT_SET(facts, closed_on, corrected->closed_on);
	if (corrected->has_closing_reason)
		FACT_SET(facts, closing_reason, corrected->closing_reason);
	if (corrected->ward)
		facts->ward = corrected->ward;
	if (corrected->has_care_weight)
		FACT_SET(facts, care_weight, corrected->care_weight);
	if (corrected->has_people_involved)
		FACT_SET(facts, people_involved, corrected->people_involved);
	take_removals(facts, corrected);
	return 0;
}

static int step_take(
	struct case_life *life, const Wot__V1__Body *body, int32_t day, struct why *why)
{
	Wot__V1__CaseFacts *facts = &life->facts;
	switch (body->kind_case) {
	case WOT__V1__BODY__KIND_FIRST_CONTACT:
		if (!facts->has_first_contact_on)
			FACT_SET(facts, first_contact_on, day);
		return 0;
	case WOT__V1__BODY__KIND_SUPPORT_STARTED:
		take_start(life, day);
		return 0;
	case WOT__V1__BODY__KIND_CARE_WEIGHT_SET:
		FACT_SET(facts, care_weight, body->care_weight_set->care_weight);
		return 0;
	case WOT__V1__BODY__KIND_PEOPLE_INVOLVED_SET:
		FACT_SET(facts, people_involved, body->people_involved_set->count);
		return 0;
	case WOT__V1__BODY__KIND_PROBLEMS_SET:
		facts->n_problems = body->problems_set->n_problems;
		facts->problems = body->problems_set->problems;
		return 0;
	case WOT__V1__BODY__KIND_PAUSED:
		return life->paused ? why_set(why, ERR_LIFE_FORBIDS, "the case is paused already")
				    : 0;
	case WOT__V1__BODY__KIND_RESUMED:
		return life->paused ? 0 : why_set(why, ERR_LIFE_FORBIDS, "the case is not paused");
	case WOT__V1__BODY__KIND_HANDOVER_CONFIRMED:
		return take_confirmation(life, body->handover_confirmed, day, why);
	case WOT__V1__BODY__KIND_CLOSED:
		FACT_SET(facts, closed_on, day);
		FACT_SET(facts, closing_reason, body->closed->reason);
		return 0;
	case WOT__V1__BODY__KIND_REOPENED:
		return take_reopening(life, day, why);
	case WOT__V1__BODY__KIND_CORRECTED:
		return take_correction(life, body->corrected, why);
	default: /* intakeHeld, planAgreed, tailoredSolution, handoverOffered: they change no fact
	          */
		return 0;
	}
}

int life_step(struct case_life *life, const Wot__V1__Body *body, int32_t day, struct why *why)
{
	const struct case_life before = *life;
	int err = step_allowed(life, body->kind_case, day, why);
	if (!err)
		err = step_take(life, body, day, why);
	if (err)
		return err;
	life_note(life, body, day, NULL);
	screenings_settle(life);
	return order_holds(&before, life, why);
}

/* ---- in a word ---- */

enum life_status life_status(const struct case_life *life)
{
	const Wot__V1__CaseFacts *facts = &life->facts;
	if (facts->has_closed_on)
		return LIFE_CLOSED;
	if (facts->advice)
		return LIFE_BRIEF_CONTACT;
	if (facts->has_ended_on)
		return LIFE_ENDED;
	return facts->has_support_started_on ? LIFE_IN_SUPPORT : LIFE_WAITING;
}

bool life_handover_is_complete(const struct case_life *life)
{
	return life->handover_confirmed ==
	       (1u << WOT__V1__HANDOVER_CONFIRMED__SIDE__OFFERING |
		       1u << WOT__V1__HANDOVER_CONFIRMED__SIDE__RECEIVING);
}
