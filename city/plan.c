#include "city/plan.h"
#include "lib/calendar.h"
#include "lib/grow.h"
#include <stdlib.h>

enum wait { WAIT_ANY, WAIT_WEEK, WAIT_MONTH, WAIT_LATER }; /* to 7, 8 to 28, over 28 days */
enum lead { LEAD_ANY, LEAD_WITHIN, LEAD_OVER };            /* six months from the report */
enum when { ANY, BEFORE, DURING, AFTER };                  /* the exact year */

/* How many cases must have which life. */
struct wish {
	int count;
	enum when reported;
	enum fate fate;
	enum wait wait;
	enum when started;
	enum lead lead;
	enum when ended;
};

/*
 * 2025. Published: 1001 requests, 904 starts (416 within 7 days, 687 within 28), 1054 closures of
 * which 706 within six months, 45 of them with no start registered (6 + 39), and 44 of 634 brief
 * contacts.
 */
static const struct wish wishes_2025[] = {
	/* carried in, in support: 430 */
	{175, BEFORE, FATE_SUPPORT, WAIT_ANY, BEFORE, LEAD_WITHIN, DURING},
	{210, BEFORE, FATE_SUPPORT, WAIT_ANY, BEFORE, LEAD_OVER, DURING},
	{45, BEFORE, FATE_SUPPORT, WAIT_ANY, BEFORE, LEAD_ANY, AFTER},
	/* carried in, waiting: 64 start, 6 close unstarted */
	{4, BEFORE, FATE_SUPPORT, WAIT_WEEK, DURING, LEAD_WITHIN, DURING},
	{2, BEFORE, FATE_SUPPORT, WAIT_WEEK, DURING, LEAD_OVER, DURING},
	{10, BEFORE, FATE_SUPPORT, WAIT_MONTH, DURING, LEAD_WITHIN, DURING},
	{8, BEFORE, FATE_SUPPORT, WAIT_MONTH, DURING, LEAD_OVER, DURING},
	{2, BEFORE, FATE_SUPPORT, WAIT_MONTH, DURING, LEAD_ANY, AFTER},
	{15, BEFORE, FATE_SUPPORT, WAIT_LATER, DURING, LEAD_WITHIN, DURING},
	{20, BEFORE, FATE_SUPPORT, WAIT_LATER, DURING, LEAD_OVER, DURING},
	{3, BEFORE, FATE_SUPPORT, WAIT_LATER, DURING, LEAD_ANY, AFTER},
	{6, BEFORE, FATE_UNSTARTED, WAIT_ANY, ANY, LEAD_WITHIN, DURING},
	/* requests of the year: 840 start */
	{235, DURING, FATE_SUPPORT, WAIT_WEEK, DURING, LEAD_WITHIN, DURING},
	{45, DURING, FATE_SUPPORT, WAIT_WEEK, DURING, LEAD_OVER, DURING},
	{130, DURING, FATE_SUPPORT, WAIT_WEEK, DURING, LEAD_ANY, AFTER},
	{140, DURING, FATE_SUPPORT, WAIT_MONTH, DURING, LEAD_WITHIN, DURING},
	{33, DURING, FATE_SUPPORT, WAIT_MONTH, DURING, LEAD_OVER, DURING},
	{78, DURING, FATE_SUPPORT, WAIT_MONTH, DURING, LEAD_ANY, AFTER},
	{82, DURING, FATE_SUPPORT, WAIT_LATER, DURING, LEAD_WITHIN, DURING},
	{30, DURING, FATE_SUPPORT, WAIT_LATER, DURING, LEAD_OVER, DURING},
	{67, DURING, FATE_SUPPORT, WAIT_LATER, DURING, LEAD_ANY, AFTER},
	/* 39 close unstarted, 60 end at screening, 62 wait at the end of the year */
	{39, DURING, FATE_UNSTARTED, WAIT_ANY, ANY, LEAD_WITHIN, DURING},
	{60, DURING, FATE_SCREENED, WAIT_ANY, ANY, LEAD_ANY, DURING},
	{57, DURING, FATE_SUPPORT, WAIT_ANY, AFTER, LEAD_ANY, AFTER},
	{5, DURING, FATE_UNSTARTED, WAIT_ANY, ANY, LEAD_ANY, AFTER},
	/* beside the 1001 */
	{44, DURING, FATE_ADVICE, WAIT_ANY, ANY, LEAD_ANY, DURING},
};

/* Why the 1054 closed; `unstarted` of them are given to the 45 that had no start. */
static const struct {
	Wot__V1__Closed__Reason reason;
	int count, unstarted;
} reasons_2025[] = {
	{WOT__V1__CLOSED__REASON__GOALS_MET, 743, 0},
	{WOT__V1__CLOSED__REASON__STOPPED_BY_CLIENT, 154, 30}, /* some of them as MOVED_AWAY */
	{WOT__V1__CLOSED__REASON__REDIRECTED_SPECIALIST, 66, 5},
	{WOT__V1__CLOSED__REASON__UNKNOWN, 91, 10},
};

/* Budget decisions of 2025: granted in pairs about the mean, so that the mean is exact. */
enum { TAILORED_GRANTED = 18, TAILORED_REFUSED = 6, TAILORED_MEAN_EURO = 39000 };

static const struct choice fates[] = {
	{FATE_SUPPORT, 840}, {FATE_UNSTARTED, 45}, {FATE_SCREENED, 70}, {FATE_ADVICE, 44}};
static const struct choice waits[] = {{WAIT_WEEK, 46}, {WAIT_MONTH, 30}, {WAIT_LATER, 24}};
static const struct choice leads[] = {{LEAD_WITHIN, 67}, {LEAD_OVER, 33}};
static const struct choice reasons[] = {
	{WOT__V1__CLOSED__REASON__GOALS_MET, 70},
	{WOT__V1__CLOSED__REASON__STOPPED_BY_CLIENT, 13},
	{WOT__V1__CLOSED__REASON__MOVED_AWAY, 2},
	{WOT__V1__CLOSED__REASON__REDIRECTED_SPECIALIST, 6},
	{WOT__V1__CLOSED__REASON__REDIRECTED_OTHER, 1},
	{WOT__V1__CLOSED__REASON__REDIRECTED_WELFARE, 2},
	{WOT__V1__CLOSED__REASON__OTHER, 1},
	{WOT__V1__CLOSED__REASON__UNKNOWN, 5},
};

static int32_t year_start(int year)
{
	return calendar_day((struct calendar_date){year, 1, 1});
}

bool workday(int32_t day)
{
	return calendar_is_working_day(day, NULL, 0);
}

int32_t workday_between(struct rng *rng, int32_t first, int32_t last)
{
	int32_t day = rng_range(rng, first, last);

	while (day > first && !workday(day))
		day--;
	return day;
}

/* ---- one life ---- */

static bool is_when(int32_t day, enum when when)
{
	enum when is = day < year_start(PLAN_EXACT_YEAR)       ? BEFORE
		       : day < year_start(PLAN_EXACT_YEAR + 1) ? DURING
							       : AFTER;

	return when == ANY || when == is;
}

static int draw_wait(struct rng *rng, enum wait wait)
{
	switch (wait == WAIT_ANY ? (enum wait)rng_pick(rng, waits) : wait) {
	case WAIT_WEEK:
		return rng_range(rng, 0, 7);
	case WAIT_MONTH:
		return rng_skewed(rng, 8, 28);
	default:
		return rng_skewed(rng, 29, 110);
	}
}

/* At least `least` days: no case closes before its support has begun to work. */
static int draw_lead(struct rng *rng, enum lead lead, int least)
{
	if (lead == LEAD_ANY)
		lead = (enum lead)rng_pick(rng, leads);
	return lead == LEAD_WITHIN ? rng_range(rng, least, 184) : rng_skewed(rng, 181, 560);
}

static void draw_days(struct rng *rng, const struct wish *wish, struct life *life)
{
	int wait = draw_wait(rng, wish->wait);

	life->reported = year_start(life->year) + rng_below(rng, 365);
	life->started = DAY_NONE;
	switch (life->fate) {
	case FATE_SUPPORT:
		life->started = life->reported + wait;
		life->ended = life->reported + draw_lead(rng, wish->lead, wait + 21);
		break;
	case FATE_UNSTARTED:
		life->ended = life->reported + rng_skewed(rng, 10, 150);
		break;
	default:
		life->ended = life->reported + rng_skewed(rng, 0, 14);
	}
}

static bool days_fit(const struct wish *wish, const struct life *life)
{
	bool within = life->ended <= calendar_add_months(life->reported, 6);

	if (!workday(life->reported) || !workday(life->ended) ||
		!is_when(life->reported, wish->reported) || !is_when(life->ended, wish->ended))
		return false;
	if (wish->lead != LEAD_ANY && within != (wish->lead == LEAD_WITHIN))
		return false;
	return life->started == DAY_NONE ||
	       (workday(life->started) && is_when(life->started, wish->started));
}

/* Draws until all fits: so days spread as they would, given the class. */
static void life_draw(struct rng *rng, const struct wish *wish, struct life *life)
{
	int tries = 0;

	life->fate = wish->fate;
	life->tailored_on = DAY_NONE;
	life->saving_euro = 0;
	do {
		must(tries++ < 1000000);
		draw_days(rng, wish, life);
	} while (!days_fit(wish, life));
}

/* Goals need support; and a welfare activity would count for the year of the report, see frozen().
 */
static Wot__V1__Closed__Reason draw_reason(struct rng *rng, const struct life *life)
{
	Wot__V1__Closed__Reason reason = (Wot__V1__Closed__Reason)rng_pick(rng, reasons);

	if (reason == WOT__V1__CLOSED__REASON__GOALS_MET && life->fate == FATE_UNSTARTED)
		return WOT__V1__CLOSED__REASON__STOPPED_BY_CLIENT;
	if (reason == WOT__V1__CLOSED__REASON__REDIRECTED_WELFARE && life->year <= PLAN_EXACT_YEAR)
		return WOT__V1__CLOSED__REASON__REDIRECTED_OTHER;
	return reason;
}

/* ---- the exact year ---- */

static void shuffle(struct rng *rng, int *items, size_t count)
{
	for (size_t i = count; i > 1; i--) {
		size_t j = (size_t)rng_below(rng, (int)i);
		int kept = items[i - 1];

		items[i - 1] = items[j];
		items[j] = kept;
	}
}

static bool closes_in_exact_year(const struct life *life)
{
	return life->fate <= FATE_UNSTARTED && is_when(life->ended, DURING);
}

/* Deals the reasons of 2025 out, to those that started or to those that did not. */
static void deal_reasons(struct rng *rng, struct plan *plan, enum fate fate)
{
	int deck[1200];
	size_t cards = 0, next = 0;
	int moved = fate == FATE_SUPPORT ? rng_range(rng, 14, 24) : 0;

	for (size_t i = 0; i < sizeof reasons_2025 / sizeof *reasons_2025; i++) {
		int count = reasons_2025[i].unstarted;

		if (fate == FATE_SUPPORT)
			count = reasons_2025[i].count - count;
		while (count-- > 0)
			deck[cards++] = (int)reasons_2025[i].reason;
	}
	for (size_t i = 0; i < cards && moved; i++)
		if (deck[i] == WOT__V1__CLOSED__REASON__STOPPED_BY_CLIENT) {
			deck[i] = WOT__V1__CLOSED__REASON__MOVED_AWAY;
			moved--;
		}
	shuffle(rng, deck, cards);
	for (size_t i = 0; i < plan->count; i++)
		if (closes_in_exact_year(&plan->lives[i]) && plan->lives[i].fate == fate)
			plan->lives[i].reason = (Wot__V1__Closed__Reason)deck[next++];
	must(next == cards);
}

/* From a month of support on, inside the year; false when there is no room. */
static bool give_tailored(struct rng *rng, struct life *life, int saving_euro)
{
	int32_t first = life->started + 28, last = life->ended;

	if (life->fate != FATE_SUPPORT || life->tailored_on != DAY_NONE)
		return false;
	if (first < year_start(PLAN_EXACT_YEAR))
		first = year_start(PLAN_EXACT_YEAR);
	if (last >= year_start(PLAN_EXACT_YEAR + 1))
		last = year_start(PLAN_EXACT_YEAR + 1) - 1;
	while (!workday(first))
		first++;
	if (first > last)
		return false;
	life->tailored_on = workday_between(rng, first, last);
	life->saving_euro = saving_euro;
	return true;
}

static void deal_tailored(struct rng *rng, struct plan *plan)
{
	int saving = 0;

	for (int i = 0; i < TAILORED_GRANTED + TAILORED_REFUSED; i++) {
		saving = i % 2 == 0 ? rng_range(rng, 8, 70) * 1000 + 500
				    : 2 * TAILORED_MEAN_EURO - saving;
		int given = i < TAILORED_GRANTED ? saving : 0;

		while (!give_tailored(rng, &plan->lives[rng_below(rng, (int)plan->count)], given))
			;
	}
}

/* ---- a year ---- */

static struct life *life_add(struct plan *plan, char group, int year)
{
	plan->lives = grow_push(plan->lives, plan->count, sizeof *plan->lives);
	struct life *life = &plan->lives[plan->count++];

	*life = (struct life){.group = group, .year = year};
	return life;
}

static void plan_exact(struct plan *plan, uint64_t seed)
{
	for (size_t i = 0; i < sizeof wishes_2025 / sizeof *wishes_2025; i++)
		for (int j = 0; j < wishes_2025[i].count; j++) {
			bool carried = wishes_2025[i].reported == BEFORE;
			struct rng rng =
				rng_of(seed, CHANCE_LIFE, PLAN_EXACT_YEAR, (int)plan->count);
			struct life *life = life_add(
				plan, carried ? 'c' : 'r', PLAN_EXACT_YEAR - (carried ? 1 : 0));

			life_draw(&rng, &wishes_2025[i], life);
			life->reason = draw_reason(&rng, life);
		}
	struct rng rng = rng_of(seed, CHANCE_PLAN, PLAN_EXACT_YEAR, 0);

	deal_reasons(&rng, plan, FATE_SUPPORT);
	deal_reasons(&rng, plan, FATE_UNSTARTED);
	deal_tailored(&rng, plan);
}

static void plan_drawn(struct plan *plan, uint64_t seed, int year)
{
	struct rng rng = rng_of(seed, CHANCE_PLAN, year, 0);
	int count = rng_range(&rng, 1000, 1080);

	for (int i = 0; i < count; i++) {
		struct wish wish = {0};
		struct rng own = rng_of(seed, CHANCE_LIFE, year, i);
		struct life *life = life_add(plan, 'r', year);

		wish.fate = (enum fate)rng_pick(&own, fates);
		life_draw(&own, &wish, life);
		life->reason = draw_reason(&own, life);
		if (year < PLAN_EXACT_YEAR && !is_when(life->ended, BEFORE))
			plan->count--; /* what is carried into the exact year is in its own table */
	}
}

static void plan_youth(struct plan *plan, uint64_t seed, int year)
{
	struct rng rng = rng_of(seed, CHANCE_PLAN, year, 1);
	int count = rng_range(&rng, 45, 65);

	for (int i = 0; i < count; i++) {
		struct wish wish = {.fate = FATE_YOUTH};
		struct rng own = rng_of(seed, CHANCE_LIFE, year, 5000 + i);

		life_draw(&own, &wish, life_add(plan, 'y', year));
		if (year < PLAN_EXACT_YEAR && !is_when(plan->lives[plan->count - 1].ended, BEFORE))
			plan->count--;
	}
}

static int compare(const void *left, const void *right)
{
	const struct life *a = left, *b = right;

	if (a->group != b->group)
		return a->group < b->group ? -1 : 1;
	if (a->reported != b->reported)
		return a->reported < b->reported ? -1 : 1;
	return a->number - b->number;
}

void plan_year(struct plan *plan, uint64_t seed, int year)
{
	int numbers[128] = {0};

	*plan = (struct plan){0};
	if (year == PLAN_EXACT_YEAR)
		plan_exact(plan, seed);
	else
		plan_drawn(plan, seed, year);
	plan_youth(plan, seed, year);
	for (size_t i = 0; i < plan->count; i++)
		plan->lives[i].number = (int)i;
	qsort(plan->lives, plan->count, sizeof *plan->lives, compare);
	for (size_t i = 0; i < plan->count; i++)
		plan->lives[i].number = ++numbers[(int)plan->lives[i].group];
}

void plan_done(struct plan *plan)
{
	free(plan->lives);
	*plan = (struct plan){0};
}
