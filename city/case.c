#include "city/case.h"
#include "city/plea.h"
#include "city/step.h"
#include "lib/calendar.h"

/* What goes otherwise than planned. Each leaves the days of the life as they are in the end. */
enum turn {
	TURN_NONE,
	TURN_LATE_REPORT,   /* registered days after it reached us, then corrected */
	TURN_LATE_START,    /* the same for the start */
	TURN_LATE_CLOSING,  /* and for the closing */
	TURN_WRONG_START,   /* a start that was none, then removed */
	TURN_WRONG_REASON,  /* closed as unknown, then corrected */
	TURN_REOPENED,      /* closed, reopened, closed again */
	TURN_ADVICE_VOIDED, /* advice at screening, and then support after all */
	TURN_REVIVED,       /* redirected at screening, and then support after all */
	TURN_SECOND_LEAD,   /* a second start only changes the case lead */
	TURN_WARD,
	TURN_WEIGHT,
	TURN_PEOPLE,
};
static const struct choice turns[] = {{TURN_NONE, 880}, {TURN_LATE_REPORT, 10},
	{TURN_LATE_START, 15}, {TURN_LATE_CLOSING, 10}, {TURN_WRONG_REASON, 15},
	{TURN_REOPENED, 15}, {TURN_ADVICE_VOIDED, 5}, {TURN_REVIVED, 5}, {TURN_SECOND_LEAD, 15},
	{TURN_WARD, 10}, {TURN_WEIGHT, 10}, {TURN_PEOPLE, 10}};
static const struct choice turns_unstarted[] = {
	{TURN_NONE, 80}, {TURN_WRONG_START, 10}, {TURN_WARD, 10}};

static const struct choice screened_out[] = {{WOT__V1__SCREENING__OUTCOME__REDIRECTED, 45},
	{WOT__V1__SCREENING__OUTCOME__WELFARE_ACTIVITY, 30},
	{WOT__V1__SCREENING__OUTCOME__WITHDRAWN, 25}};
static const struct choice pauses[] = {{WOT__V1__PAUSED__REASON__HOLIDAY, 30},
	{WOT__V1__PAUSED__REASON__CLIENT, 40}, {WOT__V1__PAUSED__REASON__WAITING, 25},
	{WOT__V1__PAUSED__REASON__OTHER, 5}};
/* How far a youth's handover came: an offer, and two confirmations. */
static const struct choice transition_steps[] = {{0, 30}, {1, 10}, {2, 15}, {3, 45}};

struct story {
	const struct life *life;
	struct rng rng;
	struct plea plea;
	enum turn turn;
	int32_t screened;
	bool weight_known;
	struct step steps[40];
	size_t count;
};

/* ---- the days ---- */

static struct step *step_add(
	struct story *story, Wot__V1__Body__KindCase kind, int32_t day, int value)
{
	must(story->count < sizeof story->steps / sizeof *story->steps);
	struct step *step = &story->steps[story->count++];

	*step = (struct step){.day = day, .kind = kind, .value = value};
	return step;
}
#define step(story, kind, day, value) step_add((story), WOT__V1__BODY__KIND_##kind, (day), (value))

static void correct(struct story *story, enum correction correction, int32_t day, int value)
{
	step(story, CORRECTED, day, value)->correction = correction;
}

/* No later year changes what was registered for the exact year, nor that year what was for those
 * before. */
static bool frozen(const struct life *life, int32_t day)
{
	int last = life->group == 'c' ? PLAN_EXACT_YEAR : calendar_date(life->reported).year;

	return last <= PLAN_EXACT_YEAR && calendar_date(day).year > last;
}

static bool same_year(int32_t a, int32_t b)
{
	return calendar_date(a).year == calendar_date(b).year;
}

static int32_t workday_after(int32_t day, int days)
{
	return calendar_add_working_days(day, days, NULL, 0);
}

static int32_t earlier(int32_t a, int32_t b)
{
	return a < b ? a : b;
}

/* Does the turn that was drawn fit this life? Every step of it stays in the year of what it
 * changes. */
static bool turn_fits(const struct life *life, enum turn turn)
{
	int32_t start = life->started, end = life->ended;

	switch (turn) {
	case TURN_LATE_REPORT:
		return start >= workday_after(life->reported, 6) &&
		       same_year(life->reported, workday_after(life->reported, 5));
	case TURN_LATE_START:
		return workday_after(start, 8) < end && same_year(start, workday_after(start, 8));
	case TURN_LATE_CLOSING:
	case TURN_WRONG_REASON:
		return same_year(end, workday_after(end, 10));
	case TURN_REOPENED:
		return end - start > 60 && same_year(end - 57, end) &&
		       life->tailored_on == DAY_NONE;
	case TURN_ADVICE_VOIDED:
	case TURN_REVIVED:
		return start > life->reported && same_year(life->reported, start);
	case TURN_WRONG_START:
		return end - life->reported > 30 && same_year(end - 20, end);
	case TURN_SECOND_LEAD:
		return end - start > 40;
	default:
		return true;
	}
}

static void tell_request(struct story *story)
{
	const struct life *life = story->life;
	int32_t day = life->reported;

	if (story->turn == TURN_LATE_REPORT) {
		day = workday_after(day, rng_range(&story->rng, 1, 3));
		correct(story, REPORTED_ON, workday_after(life->reported, 4), life->reported);
	}
	step(story, HELP_REQUEST, day, 0);
	story->plea.reported = day;
}

/* Within five working days, mostly; some are not reached at first. */
static void tell_screening(struct story *story, int outcome, int32_t last)
{
	int32_t first = story->plea.reported;
	int days = rng_chance(&story->rng, 88) ? 5 : 12;
	int32_t day =
		workday_between(&story->rng, first, earlier(last, workday_after(first, days)));

	if (outcome != WOT__V1__SCREENING__OUTCOME__TO_SUPPORT && story->life->fate != FATE_SUPPORT)
		day = last;
	for (int tries = rng_below(&story->rng, 8) - 5; tries > 0; tries--)
		step(story, SCREENING, workday_between(&story->rng, first, day),
			WOT__V1__SCREENING__OUTCOME__NOT_REACHED);
	story->screened = day;
	story->weight_known = outcome == WOT__V1__SCREENING__OUTCOME__TO_SUPPORT &&
			      !frozen(story->life, day) && rng_chance(&story->rng, 70);
	struct step *last_step = step(story, SCREENING, day, outcome);

	last_step->weighed = story->weight_known;
	last_step->youth = story->life->fate == FATE_YOUTH;
	last_step->elsewhere = story->plea.elsewhere;
}

static void tell_start(struct story *story)
{
	const struct life *life = story->life;
	bool after_all = story->turn == TURN_ADVICE_VOIDED || story->turn == TURN_REVIVED;
	bool known = rng_chance(&story->rng, 92); /* else unknown under the definition of 2023 */
	int32_t day = life->started;

	if (known && !after_all)
		step(story, FIRST_CONTACT, workday_between(&story->rng, story->screened, day), 0);
	if (story->turn == TURN_LATE_START) {
		day = workday_after(day, rng_range(&story->rng, 1, 6));
		correct(story, STARTED_ON, workday_after(life->started, 8), life->started);
	}
	step(story, SUPPORT_STARTED, day, 0);
	if (known && after_all)
		step(story, FIRST_CONTACT, day, 0);
	if (story->turn == TURN_SECOND_LEAD)
		step(story, SUPPORT_STARTED, workday_between(&story->rng, day, life->ended - 1), 0);
}

/* Facts that a figure of the report's year rests on. */
static void tell_facts(struct story *story, int32_t last)
{
	static const struct {
		Wot__V1__Body__KindCase kind;
		int percent;
	} facts[] = {{WOT__V1__BODY__KIND_CARE_WEIGHT_SET, 8},
		{WOT__V1__BODY__KIND_PEOPLE_INVOLVED_SET, 15},
		{WOT__V1__BODY__KIND_PROBLEMS_SET, 12}};

	for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
		bool missing = i == 0 && !story->weight_known;
		int32_t day = workday_between(&story->rng, story->life->started,
			earlier(last, story->life->started + 60));

		if (rng_chance(&story->rng, missing ? 80 : facts[i].percent) &&
			!frozen(story->life, day))
			step_add(story, facts[i].kind, day, 0);
	}
}

/* A budget decision outside the exact year; those in it are in the plan. */
static void tell_tailored(struct story *story)
{
	const struct life *life = story->life;

	if (life->tailored_on != DAY_NONE)
		step(story, TAILORED_SOLUTION, life->tailored_on, life->saving_euro);
	if (!rng_chance(&story->rng, 3) || life->ended - life->started < 60)
		return;
	int32_t day = workday_between(&story->rng, life->started, life->ended);

	if (calendar_date(day).year != PLAN_EXACT_YEAR)
		step(story, TAILORED_SOLUTION, day,
			rng_chance(&story->rng, 75) ? rng_range(&story->rng, 8, 70) * 1000 : 0);
}

static void tell_support(struct story *story)
{
	const struct life *life = story->life;
	int32_t start = life->started, last = life->ended;

	if (story->turn == TURN_REOPENED)
		last -= 50;
	while (!workday(last))
		last--;
	if (rng_chance(&story->rng, 85))
		step(story, INTAKE_HELD,
			workday_between(&story->rng, start, earlier(last, start + 10)), 0);
	if (rng_chance(&story->rng, 85))
		step(story, PLAN_AGREED,
			workday_between(&story->rng, start, earlier(last, start + 35)), 0);
	tell_facts(story, last);
	if (story->turn == TURN_REOPENED) {
		step(story, CLOSED, last, (int)WOT__V1__CLOSED__REASON__GOALS_MET);
		step(story, REOPENED, workday_between(&story->rng, last, life->ended), 0);
		return;
	}
	tell_tailored(story);
	if (rng_chance(&story->rng, 6)) {
		int32_t pause = workday_between(&story->rng, start, last);

		step(story, PAUSED, pause, rng_pick(&story->rng, pauses));
		step(story, RESUMED, workday_between(&story->rng, pause, last), 0);
	}
	if (rng_chance(&story->rng, 5)) {
		int32_t offer = workday_between(&story->rng, start, last);

		step(story, HANDOVER_OFFERED, offer, 0);
		offer = workday_between(&story->rng, offer, last);
		step(story, HANDOVER_CONFIRMED, offer,
			WOT__V1__HANDOVER_CONFIRMED__SIDE__RECEIVING);
		offer = workday_between(&story->rng, offer, last);
		step(story, HANDOVER_CONFIRMED, offer, WOT__V1__HANDOVER_CONFIRMED__SIDE__OFFERING);
	}
}

/* A youth's help goes on elsewhere; not all of that is registered on both sides. */
static void tell_transition(struct story *story)
{
	static const struct {
		Wot__V1__Body__KindCase kind;
		int side;
	} steps[] = {{WOT__V1__BODY__KIND_HANDOVER_OFFERED, 0},
		{WOT__V1__BODY__KIND_HANDOVER_CONFIRMED,
			(int)WOT__V1__HANDOVER_CONFIRMED__SIDE__OFFERING},
		{WOT__V1__BODY__KIND_HANDOVER_CONFIRMED,
			(int)WOT__V1__HANDOVER_CONFIRMED__SIDE__RECEIVING}};
	int32_t day = workday_after(story->life->ended, rng_range(&story->rng, 1, 60));
	int count = rng_pick(&story->rng, transition_steps);

	for (int i = 0; i < count && !frozen(story->life, day); i++) {
		step_add(story, steps[i].kind, day, steps[i].side);
		day = workday_after(day, rng_range(&story->rng, 0, 30));
	}
}

static void tell_closing(struct story *story)
{
	const struct life *life = story->life;
	int32_t day = life->ended, later = workday_after(day, rng_range(&story->rng, 6, 10));
	int reason = (int)life->reason;

	if (story->turn == TURN_LATE_CLOSING) {
		step(story, CLOSED, workday_after(day, 4), reason);
		correct(story, CLOSED_ON, later, day);
	} else if (story->turn == TURN_WRONG_REASON) {
		step(story, CLOSED, day, WOT__V1__CLOSED__REASON__UNKNOWN);
		correct(story, REASON, later, reason);
	} else {
		step(story, CLOSED, day, reason);
	}
}

static void tell_correction(struct story *story)
{
	enum correction what = story->turn == TURN_WARD     ? WARD
			       : story->turn == TURN_WEIGHT ? WEIGHT
							    : PEOPLE;
	int32_t day = workday_after(story->life->reported, rng_range(&story->rng, 1, 90));

	if (story->turn >= TURN_WARD && !frozen(story->life, day))
		correct(story, what, day, 0);
}

static void tell_unstarted(struct story *story)
{
	const struct life *life = story->life;

	if (rng_chance(&story->rng, 80))
		tell_screening(story, WOT__V1__SCREENING__OUTCOME__TO_SUPPORT, life->ended);
	if (story->turn == TURN_WRONG_START) {
		int32_t day = life->ended - 20;

		while (!workday(day))
			day++;
		step(story, SUPPORT_STARTED, day, 0);
		correct(story, NOT_STARTED, workday_between(&story->rng, day, life->ended), 0);
	}
	tell_closing(story);
}

static void tell(struct story *story)
{
	const struct life *life = story->life;
	int outcome = WOT__V1__SCREENING__OUTCOME__TO_SUPPORT;

	tell_request(story);
	switch (life->fate) {
	case FATE_SUPPORT:
		if (story->turn == TURN_ADVICE_VOIDED)
			outcome = WOT__V1__SCREENING__OUTCOME__ADVICE;
		else if (story->turn == TURN_REVIVED)
			outcome = WOT__V1__SCREENING__OUTCOME__REDIRECTED;
		tell_screening(story, outcome, life->started);
		tell_start(story);
		tell_support(story);
		tell_closing(story);
		break;
	case FATE_UNSTARTED:
		tell_unstarted(story);
		break;
	case FATE_SCREENED:
		outcome = story->plea.elsewhere ? WOT__V1__SCREENING__OUTCOME__REDIRECTED
						: rng_pick(&story->rng, screened_out);
		tell_screening(story, outcome, life->ended);
		break;
	case FATE_ADVICE:
		tell_screening(story, WOT__V1__SCREENING__OUTCOME__ADVICE, life->ended);
		break;
	case FATE_YOUTH:
		tell_screening(story, WOT__V1__SCREENING__OUTCOME__REDIRECTED, life->ended);
		tell_transition(story);
	}
	tell_correction(story);
}

/* Stable, by day; corrections of a day come after all else. */
static void sort(struct story *story)
{
	for (size_t i = 1; i < story->count; i++)
		for (size_t j = i; j > 0; j--) {
			struct step *a = &story->steps[j - 1], *b = &story->steps[j], kept = *a;

			if (a->day < b->day ||
				(a->day == b->day && (a->correction == 0) >= (b->correction == 0)))
				break;
			*a = *b;
			*b = kept;
		}
}

void case_lines(struct lines *lines, uint64_t seed, const struct life *life)
{
	int salt = life->group * 100000 + life->number;
	struct story story = {.life = life, .rng = rng_of(seed, CHANCE_STEPS, life->year, salt)};
	int32_t day = DAY_NONE;
	int minute = 0;
	char ref[48];

	if (life->fate == FATE_SUPPORT)
		story.turn = (enum turn)rng_pick(&story.rng, turns);
	else if (life->fate == FATE_UNSTARTED)
		story.turn = (enum turn)rng_pick(&story.rng, turns_unstarted);
	if (!turn_fits(life, story.turn))
		story.turn = TURN_NONE;
	plea_draw(&story.plea, seed, life);
	tell(&story);
	sort(&story);
	for (size_t i = 0; i < story.count; i++) {
		int drawn = rng_range(&story.rng, 8 * 60 + 30, 16 * 60 + 30);

		minute = story.steps[i].day == day && drawn <= minute
				 ? minute + rng_range(&story.rng, 3, 20)
				 : drawn;
		day = story.steps[i].day;
		int64_t at_ms = instant_at(day, minute, rng_below(&story.rng, 60));

		if (story.steps[i].kind == WOT__V1__BODY__KIND_HELP_REQUEST) {
			line_plea(lines, &story.plea, at_ms);
			continue;
		}
		snprintf(ref, sizeof ref, "%s.%02d", story.plea.ref, (int)i);
		line_step(lines, &story.rng, story.plea.ref, ref, &story.steps[i], at_ms);
	}
}
