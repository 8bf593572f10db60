#include "city/plea.h"
#include "lib/calendar.h"

static const struct choice channels[] = {{WOT__V1__CHANNEL__VALUE__PHONE, 40},
	{WOT__V1__CHANNEL__VALUE__WALK_IN, 20}, {WOT__V1__CHANNEL__VALUE__APPOINTMENT, 6},
	{WOT__V1__CHANNEL__VALUE__EMAIL, 10}, {WOT__V1__CHANNEL__VALUE__WARD_WALK_IN, 10},
	{WOT__V1__CHANNEL__VALUE__WEB, 10}, {WOT__V1__CHANNEL__VALUE__CHAT, 2},
	{WOT__V1__CHANNEL__VALUE__WHATSAPP, 2}};
static const struct choice locations[] = {{WOT__V1__LOCATION__VALUE__CENTRUM_WEST, 25},
	{WOT__V1__LOCATION__VALUE__NOORDRAND, 12}, {WOT__V1__LOCATION__VALUE__GROENOORD, 18},
	{WOT__V1__LOCATION__VALUE__OOST, 18}, {WOT__V1__LOCATION__VALUE__NIEUWLAND, 17},
	{WOT__V1__LOCATION__VALUE__ZUID, 10}};
static const struct choice problems[] = {{WOT__V1__PROBLEM__VALUE__FINANCE, 34},
	{WOT__V1__PROBLEM__VALUE__WORK_EDUCATION, 22}, {WOT__V1__PROBLEM__VALUE__TIME_USE, 16},
	{WOT__V1__PROBLEM__VALUE__HOUSING, 20}, {WOT__V1__PROBLEM__VALUE__DOMESTIC_RELATIONS, 12},
	{WOT__V1__PROBLEM__VALUE__MENTAL_HEALTH, 10}, {WOT__V1__PROBLEM__VALUE__PHYSICAL_HEALTH, 7},
	{WOT__V1__PROBLEM__VALUE__SUBSTANCE_USE, 3}, {WOT__V1__PROBLEM__VALUE__BASIC_ADL, 4},
	{WOT__V1__PROBLEM__VALUE__INSTRUMENTAL_ADL, 4},
	{WOT__V1__PROBLEM__VALUE__SOCIAL_NETWORK, 7},
	{WOT__V1__PROBLEM__VALUE__COMMUNITY_PARTICIPATION, 5},
	{WOT__V1__PROBLEM__VALUE__JUSTICE, 2}};
static const struct choice expertise[] = {{WOT__V1__EXPERTISE__VALUE__DEBT, 30},
	{WOT__V1__EXPERTISE__VALUE__SOCIAL_WORK, 35}, {WOT__V1__EXPERTISE__VALUE__WMO, 20},
	{WOT__V1__EXPERTISE__VALUE__ELDERLY, 10}, {WOT__V1__EXPERTISE__VALUE__EMPLOYMENT, 5}};
static const struct choice legal_bases[] = {{WOT__V1__LEGAL_BASIS__VALUE__WMO, 30},
	{WOT__V1__LEGAL_BASIS__VALUE__PARTICIPATION, 30}, {WOT__V1__LEGAL_BASIS__VALUE__DEBT, 40}};
static const struct choice decades[] = {
	{18, 13}, {27, 17}, {36, 16}, {45, 18}, {56, 18}, {67, 12}, {78, 6}}; /* youngest of each */
static const char *const questions[] = {
	"Ik kom niet meer uit met mijn geld.",
	"Ik heb hulp nodig bij brieven en formulieren.",
	"Ik ben mijn baan kwijt en weet niet wat ik moet doen.",
	"Mijn huis is te klein voor ons gezin.",
	"Ik zit veel alleen thuis.",
	"We hebben thuis steeds ruzie.",
	"Ik heb huurachterstand en ben bang voor uitzetting.",
	"Ik zorg voor mijn moeder en het wordt mij te veel.",
};

void plea_draw(struct plea *plea, uint64_t seed, const struct life *life)
{
	int salt = life->group * 100000 + life->number;
	struct rng rng = rng_of(seed, CHANCE_TRAITS, life->year, salt);
	/* Some live at the address of somebody who asked before: cases of one household. */
	int housemate = life->number > 1 && rng_chance(&rng, 6) ? 1 : 0;

	*plea = (struct plea){
		.youth = life->fate == FATE_YOUTH,
		.elsewhere = life->fate == FATE_SCREENED && rng_chance(&rng, 20),
		.urgent = life->fate == FATE_SUPPORT && life->started - life->reported <= 7,
		.person = life->year % 8 * 1200 + life->number +
			  (life->fate == FATE_YOUTH ? 1100 : 0),
		.household = rng_of(seed, CHANCE_HOUSEHOLD, life->year, salt - housemate),
		.reported = life->reported,
		.rng = rng,
	};
	snprintf(plea->ref, sizeof plea->ref, "syn-%c%d-%04d", life->group, life->year,
		life->number);
}

static int32_t birth_at(struct rng *rng, int32_t day, int age)
{
	return calendar_add_months(day, -12 * age) - rng_below(rng, 360);
}

/* Up to 17, which is the most frequent: the help of youth ends there. */
static int youth_age(struct rng *rng)
{
	int age = rng_below(rng, 21);

	return age < 17 ? age : 17;
}

static int32_t draw_birth(struct rng *rng, const struct plea *plea)
{
	int age = plea->youth ? youth_age(rng) : rng_pick(rng, decades) + rng_below(rng, 9);

	return birth_at(rng, plea->reported, age);
}

/* The age, as a birth date, as a group, or for adults not at all; and why it is a youth's question.
 */
static int32_t line_age(struct lines *lines, struct rng *rng, const struct plea *plea)
{
	int how = rng_below(rng, 100);
	int32_t birth = draw_birth(rng, plea);

	if (plea->youth && how < 25) { /* a parent's question */
		line_enum(lines, "legalBasis", &wot__v1__legal_basis__value__descriptor,
			WOT__V1__LEGAL_BASIS__VALUE__YOUTH);
		return birth_at(rng, plea->reported, rng_range(rng, 22, 55));
	}
	if (!plea->youth && how < 12)
		line_enum(lines, "legalBasis", &wot__v1__legal_basis__value__descriptor,
			rng_pick(rng, legal_bases));
	if (how >= 80 && (plea->youth || how < 94))
		line_enum(lines, "ageGroup", &wot__v1__age_group__value__descriptor,
			plea->youth ? WOT__V1__AGE_GROUP__VALUE__YOUTH
				    : WOT__V1__AGE_GROUP__VALUE__ADULT);
	return how < 80 ? birth : DAY_NONE;
}

static void line_place(
	struct lines *lines, struct rng *rng, const struct plea *plea, struct city_person who)
{
	int how = rng_below(rng, 100);

	if (plea->elsewhere && how < 60)
		line_postcode(lines, who);
	else if (plea->elsewhere)
		line_flag(lines, "resident", false);
	else if (how < 84)
		line_postcode(lines, who);
	else if (how < 95)
		line_text(lines, "ward", city_ward(rng));
}

/* One to three, none twice. */
void line_problems(struct lines *lines, struct rng *rng)
{
	int values[3], count = rng_skewed(rng, 1, 3), have = 0;

	while (have < count) {
		int value = rng_pick(rng, problems), i = 0;

		while (i < have && values[i] != value)
			i++;
		if (i == have)
			values[have++] = value;
	}
	line_enums(lines, "problems", &wot__v1__problem__value__descriptor, values, (size_t)count);
}

void line_expertise(struct lines *lines, struct rng *rng)
{
	int value = rng_pick(rng, expertise);

	line_enums(lines, "expertise", &wot__v1__expertise__value__descriptor, &value, 1);
}

static void line_referrer(struct lines *lines, struct rng *rng, const char *ref)
{
	char text[64];

	line_object(lines, "referrer");
	line_text(lines, "organisation", city_referrer(rng));
	if (rng_chance(rng, 60)) {
		snprintf(text, sizeof text, "Testverwijzer %02d", rng_range(rng, 1, 40));
		line_text(lines, "contact", text);
	}
	if (rng_chance(rng, 50)) {
		snprintf(text, sizeof text, "dossier-%s", ref + 4);
		line_text(lines, "reference", text);
	}
	line_object_end(lines);
}

static void line_circumstances(struct lines *lines, struct rng *rng, const struct plea *plea)
{
	if (rng_chance(rng, 88))
		line_problems(lines, rng);
	if (rng_chance(rng, 30))
		line_expertise(lines, rng);
	if (plea->urgent && rng_chance(rng, 8))
		line_flag(lines, "domesticViolence", true);
	if (plea->urgent && rng_chance(rng, 5))
		line_flag(lines, "crisis", true);
	if (rng_chance(rng, 75))
		line_number(lines, "peopleInvolved", rng_skewed(rng, 1, 6));
	if (rng_chance(rng, 10))
		line_flag(lines, "onBehalfOfOther", true);
	if (rng_chance(rng, 70))
		line_text(lines, "question", questions[rng_below(rng, 8)]);
}

void line_plea(struct lines *lines, const struct plea *plea, int64_t at_ms)
{
	struct rng rng = plea->rng;
	bool referral = rng_chance(&rng, 50);
	int channel = referral ? WOT__V1__CHANNEL__VALUE__PARTNER : rng_pick(&rng, channels);
	bool at_a_desk = channel == WOT__V1__CHANNEL__VALUE__WALK_IN ||
			 channel == WOT__V1__CHANNEL__VALUE__APPOINTMENT ||
			 channel == WOT__V1__CHANNEL__VALUE__WARD_WALK_IN;
	struct city_person who = {plea->person, plea->household, plea->elsewhere, DAY_NONE};

	line_open(lines, referral ? "/v1/referrals" : "/v1/help-requests", plea->ref, at_ms);
	line_enum(lines, "channel", &wot__v1__channel__value__descriptor, channel);
	if (at_a_desk)
		line_enum(lines, "location", &wot__v1__location__value__descriptor,
			rng_pick(&rng, locations));
	if (rng_chance(&rng, 10))
		line_enum(lines, "preferredLocation", &wot__v1__location__value__descriptor,
			rng_pick(&rng, locations));
	line_place(lines, &rng, plea, who);
	who.birth = line_age(lines, &rng, plea);
	line_person(lines, &rng, who);
	line_circumstances(lines, &rng, plea);
	if (referral || rng_chance(&rng, 80))
		line_flag(lines, "consent", true);
	if (referral)
		line_referrer(lines, &rng, plea->ref);
	line_close(lines);
}
