#include "city/day.h"
#include "city/people.h"
#include "city/plan.h"
#include "lib/calendar.h"

/* Published for 2025; 634 brief contacts are these and 44 requests that ended in advice. */
enum { CONTACTS_2025 = 590, CARDS_2025 = 48, TRAININGS_2025 = 2, COMPLAINTS_2025 = 1 };
enum { CARD_DAYS = 85, SIGNALS = 80 };

static const struct choice outcomes[] = {{WOT__V1__CALL__OUTCOME__NONE, 30},
	{WOT__V1__CALL__OUTCOME__BRIEF_CONTACT, 45}, {WOT__V1__CALL__OUTCOME__HELP_REQUEST, 10},
	{WOT__V1__CALL__OUTCOME__TRANSFERRED, 15}};
static const struct choice channels[] = {{WOT__V1__CHANNEL__VALUE__PHONE, 45},
	{WOT__V1__CHANNEL__VALUE__WALK_IN, 25}, {WOT__V1__CHANNEL__VALUE__WARD_WALK_IN, 15},
	{WOT__V1__CHANNEL__VALUE__EMAIL, 8}, {WOT__V1__CHANNEL__VALUE__WEB, 5},
	{WOT__V1__CHANNEL__VALUE__CHAT, 1}, {WOT__V1__CHANNEL__VALUE__WHATSAPP, 1}};
static const struct choice themes[] = {{WOT__V1__BRIEF_CONTACT__THEME__MONEY, 40},
	{WOT__V1__BRIEF_CONTACT__THEME__UPBRINGING, 6},
	{WOT__V1__BRIEF_CONTACT__THEME__PARTICIPATION, 16},
	{WOT__V1__BRIEF_CONTACT__THEME__DOMESTIC_VIOLENCE, 3},
	{WOT__V1__BRIEF_CONTACT__THEME__EDUCATION, 7}, {WOT__V1__BRIEF_CONTACT__THEME__HOUSING, 20},
	{WOT__V1__BRIEF_CONTACT__THEME__OTHER, 8}};
static const struct choice answers[] = {{WOT__V1__BRIEF_CONTACT__ANSWER__INFORMATION, 45},
	{WOT__V1__BRIEF_CONTACT__ANSWER__ADVICE, 35},
	{WOT__V1__BRIEF_CONTACT__ANSWER__REDIRECTED, 13},
	{WOT__V1__BRIEF_CONTACT__ANSWER__WELFARE_ACTIVITY, 7}};
static const struct choice kinds[] = {{WOT__V1__SIGNAL__KIND__RENT_ARREARS, 35},
	{WOT__V1__SIGNAL__KIND__ENERGY_ARREARS, 20}, {WOT__V1__SIGNAL__KIND__WATER_ARREARS, 10},
	{WOT__V1__SIGNAL__KIND__HEALTH_INSURANCE_ARREARS, 15}, {WOT__V1__SIGNAL__KIND__EVICTION, 6},
	{WOT__V1__SIGNAL__KIND__LONELINESS, 10}, {WOT__V1__SIGNAL__KIND__UNSAFE, 4}};
static const struct choice locations[] = {{WOT__V1__LOCATION__VALUE__CENTRUM_WEST, 25},
	{WOT__V1__LOCATION__VALUE__NOORDRAND, 12}, {WOT__V1__LOCATION__VALUE__GROENOORD, 18},
	{WOT__V1__LOCATION__VALUE__OOST, 18}, {WOT__V1__LOCATION__VALUE__NIEUWLAND, 17},
	{WOT__V1__LOCATION__VALUE__ZUID, 10}, {WOT__V1__LOCATION__VALUE__POP_UP, 3}};
static const struct choice ratings[] = {{WOT__V1__FEEDBACK_CARD__RATING__POSITIVE, 90},
	{WOT__V1__FEEDBACK_CARD__RATING__NEUTRAL, 7},
	{WOT__V1__FEEDBACK_CARD__RATING__NEGATIVE, 3}};
static const struct choice verdicts[] = {{WOT__V1__COMPLAINT_OUTCOME__VALUE__UNFOUNDED, 60},
	{WOT__V1__COMPLAINT_OUTCOME__VALUE__PARTLY_UPHELD, 20},
	{WOT__V1__COMPLAINT_OUTCOME__VALUE__UPHELD, 10},
	{WOT__V1__COMPLAINT_OUTCOME__VALUE__FORWARDED, 10}};
static const char *const parts[] = {"bejegening", "wachttijd", "informatie"};
static const char *const trainings[] = {
	"top-3-methodiek", "intervisie", "motiverende-gespreksvoering"};

static int64_t office_time(struct rng *rng, int32_t day)
{
	return instant_at(day, rng_range(rng, 8 * 60 + 30, 16 * 60 + 45), rng_below(rng, 60));
}

static int32_t day_in(struct rng *rng, int year, int first_month, int last_month)
{
	int32_t first = calendar_day((struct calendar_date){year, first_month, 1});
	int32_t last = calendar_add_months(first, last_month - first_month + 1) - 1, day;

	do
		day = rng_range(rng, first, last);
	while (!workday(day));
	return day;
}

/* ---- calls ---- */

void call_draw(struct rng *rng, struct call *call)
{
	call->abandoned = rng_chance(rng, 6);
	call->wait_s = call->abandoned ? rng_skewed(rng, 15, 240) : rng_skewed(rng, 1, 45);
	call->talk_s = rng_skewed(rng, 40, 1100);
}

static void call_open(struct lines *lines, const struct call *call, const char *part,
	int64_t after_s, Wot__V1__Call__Event event)
{
	char ref[64];

	snprintf(ref, sizeof ref, "%s.%s", call->ref, part);
	line_open(lines, "/v1/calls", ref, call->entered_ms + after_s * 1000);
	line_text(lines, "callId", call->ref);
	line_text(lines, "queue", "wot");
	line_enum(lines, "event", &wot__v1__call__event__descriptor, (int)event);
}

void line_call_entered(struct lines *lines, struct rng *rng, const struct call *call)
{
	char phone[16];

	call_open(lines, call, "in", 0, WOT__V1__CALL__EVENT__ENTERED);
	phone_print(rng_below(rng, 100000), phone);
	line_text(lines, "caller", phone);
	line_close(lines);
}

void line_call_taken(struct lines *lines, const struct call *call)
{
	call_open(lines, call, "up", call->wait_s,
		call->abandoned ? WOT__V1__CALL__EVENT__ABANDONED : WOT__V1__CALL__EVENT__ANSWERED);
	line_number(lines, "waitSeconds", call->wait_s);
	line_close(lines);
}

void line_call_ended(struct lines *lines, struct rng *rng, const struct call *call)
{
	int outcome = rng_pick(rng, outcomes);

	call_open(lines, call, "end", call->wait_s + call->talk_s, WOT__V1__CALL__EVENT__ENDED);
	line_number(lines, "talkSeconds", call->talk_s);
	line_enum(lines, "outcome", &wot__v1__call__outcome__descriptor, outcome);
	if (outcome == WOT__V1__CALL__OUTCOME__TRANSFERRED)
		line_text(lines, "redirectedTo", city_redirect(rng));
	line_close(lines);
}

/* Some callers who hung up are called back, most of them the same or the next working day. */
static void line_callback(struct lines *lines, struct rng *rng, const struct call *call)
{
	int32_t day = calendar_day_of(call->entered_ms);
	int64_t at_ms = call->entered_ms + rng_range(rng, 20, 90) * INT64_C(60000);
	char ref[64];

	if (rng_chance(rng, 30))
		at_ms = office_time(
			rng, calendar_add_working_days(day, rng_skewed(rng, 1, 3), NULL, 0));
	snprintf(ref, sizeof ref, "%s.back", call->ref);
	line_open(lines, "/v1/callbacks", ref, at_ms);
	line_text(lines, "callId", call->ref);
	line_flag(lines, "reached", rng_chance(rng, 75));
	line_close(lines);
}

void day_lines(struct lines *lines, uint64_t seed, int32_t day)
{
	struct rng rng = rng_of(seed, CHANCE_CALL, day, 0);
	struct calendar_date date = calendar_date(day);
	int count = rng_range(&rng, 25, 32) + (calendar_weekday(day) == 1 ? 3 : 0);

	for (int i = 1; i <= count; i++) {
		struct rng own = rng_of(seed, CHANCE_CALL, day, i);
		struct call call = {.entered_ms = office_time(&own, day)};

		snprintf(call.ref, sizeof call.ref, "syn-call-%04d%02d%02d-%02d", date.year,
			date.month, date.day, i);
		size_t mark = lines->count;

		call_draw(&own, &call);
		line_call_entered(lines, &own, &call);
		line_call_taken(lines, &call);
		if (!call.abandoned)
			line_call_ended(lines, &own, &call);
		else if (rng_chance(&own, 80))
			line_callback(lines, &own, &call);
		lines_end_unit(lines, mark);
	}
}

/* ---- the year ---- */

void line_contact(struct lines *lines, struct rng *rng, const char *ref, int64_t at_ms, bool youth)
{
	int answer = rng_pick(rng, answers), age = rng_below(rng, 100);

	line_open(lines, "/v1/brief-contacts", ref, at_ms);
	line_enum(lines, "channel", &wot__v1__channel__value__descriptor, rng_pick(rng, channels));
	if (rng_chance(rng, 70))
		line_enum(lines, "location", &wot__v1__location__value__descriptor,
			rng_pick(rng, locations));
	if (rng_chance(rng, 90))
		line_enum(lines, "theme", &wot__v1__brief_contact__theme__descriptor,
			rng_pick(rng, themes));
	if (youth || age < 90)
		line_enum(lines, "ageGroup", &wot__v1__age_group__value__descriptor,
			youth      ? WOT__V1__AGE_GROUP__VALUE__YOUTH
			: age < 75 ? WOT__V1__AGE_GROUP__VALUE__ADULT
				   : WOT__V1__AGE_GROUP__VALUE__UNKNOWN);
	line_enum(lines, "answer", &wot__v1__brief_contact__answer__descriptor, answer);
	if (answer == WOT__V1__BRIEF_CONTACT__ANSWER__REDIRECTED)
		line_text(lines, "redirectedTo", youth ? CITY_YOUTH : city_redirect(rng));
	if (answer == WOT__V1__BRIEF_CONTACT__ANSWER__WELFARE_ACTIVITY)
		line_text(lines, "redirectedTo", city_welfare(rng));
	line_close(lines);
}

static void contacts(struct lines *lines, uint64_t seed, int year)
{
	struct rng rng = rng_of(seed, CHANCE_YEAR, year, 0);
	int adults = year == PLAN_EXACT_YEAR ? CONTACTS_2025 : rng_range(&rng, 560, 680);
	int count = adults + rng_range(&rng, 55, 85);

	for (int i = 0; i < count; i++) {
		struct rng own = rng_of(seed, CHANCE_CONTACT, year, i);
		int64_t at_ms = office_time(&own, day_in(&own, year, 1, 12));
		size_t mark = lines->count;
		char ref[32];

		snprintf(ref, sizeof ref, "syn-k%d-%04d", year, i + 1);
		line_contact(lines, &own, ref, at_ms, i >= adults);
		lines_end_unit(lines, mark);
	}
}

static void signals(struct lines *lines, uint64_t seed, int year)
{
	for (int i = 0; i < SIGNALS; i++) {
		struct rng rng = rng_of(seed, CHANCE_SIGNAL, year, i);
		struct city_person who = {90000 + year % 100 * 100 + i,
			rng_of(seed, CHANCE_HOUSEHOLD, year, -(i - (i % 10 == 9))), false,
			DAY_NONE};
		int kind = rng_pick(&rng, kinds);
		size_t mark = lines->count;
		char ref[32];

		snprintf(ref, sizeof ref, "syn-s%d-%03d", year, i + 1);
		line_open(lines, "/v1/signals", ref, office_time(&rng, day_in(&rng, year, 1, 12)));
		line_enum(lines, "kind", &wot__v1__signal__kind__descriptor, kind);
		line_person(lines, &rng, who);
		if (kind <= (int)WOT__V1__SIGNAL__KIND__HEALTH_INSURANCE_ARREARS)
			line_number(lines, "amountEuro", rng_skewed(&rng, 150, 6000));
		line_close(lines);
		lines_end_unit(lines, mark);
	}
}

/* Cards lie on the counters for three months. In 2025 all were positive; before it there were none.
 */
static void cards(struct lines *lines, uint64_t seed, int year)
{
	struct rng rng = rng_of(seed, CHANCE_YEAR, year, 1);
	int32_t first = day_in(&rng, year, 3, 8);
	int count = year == PLAN_EXACT_YEAR ? CARDS_2025 : rng_range(&rng, 35, 70);

	for (int i = 0; i < count && year >= PLAN_EXACT_YEAR; i++) {
		int32_t day = workday_between(&rng, first, first + CARD_DAYS);
		size_t mark = lines->count;
		char ref[32];

		snprintf(ref, sizeof ref, "syn-f%d-%03d", year, i + 1);
		line_open(lines, "/v1/feedback-cards", ref, office_time(&rng, day));
		line_enum(lines, "rating", &wot__v1__feedback_card__rating__descriptor,
			year == PLAN_EXACT_YEAR ? WOT__V1__FEEDBACK_CARD__RATING__POSITIVE
						: rng_pick(&rng, ratings));
		if (rng_chance(&rng, 80))
			line_enum(lines, "location", &wot__v1__location__value__descriptor,
				rng_pick(&rng, locations));
		line_close(lines);
		lines_end_unit(lines, mark);
	}
}

/* In 2025 one part was partly upheld, the others were unfounded. */
static void line_verdict(
	struct lines *lines, const char *complaint_ref, int part, int64_t at_ms, int verdict)
{
	char ref[48];

	snprintf(ref, sizeof ref, "%s.%s", complaint_ref, parts[part]);
	line_open(lines, "/v1/complaint-outcomes", ref, at_ms);
	line_text(lines, "complaintRef", complaint_ref);
	line_text(lines, "part", parts[part]);
	line_enum(lines, "outcome", &wot__v1__complaint_outcome__value__descriptor, verdict);
	line_close(lines);
}

static void complaints(struct lines *lines, uint64_t seed, int year)
{
	struct rng rng = rng_of(seed, CHANCE_YEAR, year, 2);
	int count = year == PLAN_EXACT_YEAR ? COMPLAINTS_2025 : rng_range(&rng, 1, 3);

	for (int i = 1; i <= count; i++) {
		int32_t day = day_in(&rng, year, 2, 9);
		int partly = rng_below(&rng, 3);
		size_t mark = lines->count;
		char ref[32];

		snprintf(ref, sizeof ref, "syn-klacht%d-%d", year, i);
		line_open(lines, "/v1/complaints", ref, office_time(&rng, day));
		line_flag(lines, "formal", rng_chance(&rng, 60));
		line_texts(lines, "parts", parts, 3);
		line_close(lines);
		for (int part = 0; part < 3; part++) {
			int32_t decided =
				calendar_add_working_days(day, rng_range(&rng, 10, 40), NULL, 0);
			int verdict =
				(int)(part == partly
						? WOT__V1__COMPLAINT_OUTCOME__VALUE__PARTLY_UPHELD
						: WOT__V1__COMPLAINT_OUTCOME__VALUE__UNFOUNDED);

			line_verdict(lines, ref, part, office_time(&rng, decided),
				year == PLAN_EXACT_YEAR ? verdict : rng_pick(&rng, verdicts));
		}
		lines_end_unit(lines, mark);
	}
}

static void trainings_of(struct lines *lines, uint64_t seed, int year)
{
	struct rng rng = rng_of(seed, CHANCE_YEAR, year, 3);
	int count = year == PLAN_EXACT_YEAR ? TRAININGS_2025 : rng_range(&rng, 2, 3);

	for (int i = 0; i < count; i++) {
		size_t mark = lines->count;
		char ref[32];

		snprintf(ref, sizeof ref, "syn-training%d-%d", year, i + 1);
		line_open(lines, "/v1/trainings", ref,
			office_time(&rng, day_in(&rng, year, 2 + 3 * i, 4 + 3 * i)));
		line_text(lines, "code", trainings[i]);
		line_close(lines);
		lines_end_unit(lines, mark);
	}
}

void year_lines(struct lines *lines, uint64_t seed, int year)
{
	contacts(lines, seed, year);
	signals(lines, seed, year);
	cards(lines, seed, year);
	complaints(lines, seed, year);
	trainings_of(lines, seed, year);
}
