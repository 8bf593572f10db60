#include "city/people.h"
#include "city/plan.h"

#define PICK(rng, table) (table)[rng_below((rng), (int)(sizeof(table) / sizeof *(table)))]

static const char *const wards[] = {
	"CENTRUM_WEST", "NOORDRAND", "GROENOORD", "OOST", "NIEUWLAND", "ZUID"};
static const char *const streets[] = {"Proefstraat", "Voorbeeldlaan", "Testplein", "Oefenkade",
	"Modelweg", "Schetshof", "Maquettesingel", "Kladstraat"};
static const char *const towns_near[] = {"3131", "3011", "3021", "3137", "2628"};
static const char *const referrers[] = {"gp", "district-nurse", "police", "woonplus",
	"veilig-thuis", "stroomopwaarts", "school", "rogplus"};
static const char *const redirects[] = {
	"stroomopwaarts", "rogplus", "veilig-thuis", "woonplus", "gp", "other"};
static const char *const welfare[] = {"community-centre", "volunteers", "library", "food-bank"};
static const char *const specialists[] = {
	"mental-health-care", "addiction-care", "pameijer", "mee"};

/* Weights of the postcodes 3111 to 3125. */
static const struct choice postcodes[] = {{3111, 9}, {3112, 8}, {3113, 3}, {3114, 7}, {3115, 2},
	{3116, 4}, {3117, 12}, {3118, 14}, {3119, 9}, {3120, 1}, {3121, 9}, {3122, 7}, {3123, 8},
	{3124, 3}, {3125, 4}};

const char *city_ward(struct rng *rng)
{
	return PICK(rng, wards);
}

const char *city_referrer(struct rng *rng)
{
	return PICK(rng, referrers);
}

const char *city_redirect(struct rng *rng)
{
	return PICK(rng, redirects);
}

const char *city_welfare(struct rng *rng)
{
	return PICK(rng, welfare);
}

const char *city_specialist(struct rng *rng)
{
	return PICK(rng, specialists);
}

void phone_print(int number, char out[16])
{
	snprintf(out, 16, "06-00%06d", number % 1000000);
}

/* Weights 9 8 7 6 5 4 3 2 -1, sum divisible by 11: the last digit of 9999xxxxx, or 10 where there is none. */
static int bsn_last(int middle)
{
	int sum = 9 * (9 + 8 + 7 + 6) + middle / 1000 * 5 + middle / 100 % 10 * 4 +
		  middle / 10 % 10 * 3 + middle % 10 * 2;

	return sum % 11;
}

/* Of ten neighbours at most one is no BSN, so nine numbers fit in each ten: 9,000 different ones. */
static int bsn_of(int number)
{
	int ten = number / 9 % 1000 * 10, middle = ten + number % 9;

	for (int other = ten; other <= middle; other++) {
		if (bsn_last(other) == 10) {
			middle++;
			break;
		}
	}
	return 999900000 + middle * 10 + bsn_last(middle);
}

static void print_postcode(struct city_person who, char out[8])
{
	static const char letters[] = "ABCEGHJKLNPRTVWXZ";
	struct rng *rng = &who.household;

	if (who.elsewhere)
		snprintf(out, 8, "%s ", PICK(rng, towns_near));
	else
		snprintf(out, 8, "%04u ", (unsigned)rng_pick(rng, postcodes) % 10000);
	out[5] = letters[rng_below(rng, 17)];
	out[6] = letters[rng_below(rng, 10)];
	out[7] = 0;
}

void line_postcode(struct lines *lines, struct city_person who)
{
	char postcode[8];

	print_postcode(who, postcode);
	line_text(lines, "postcode", postcode);
}

void line_person(struct lines *lines, struct rng *rng, struct city_person who)
{
	struct rng household = rng_of(rng_next(&who.household), CHANCE_HOUSEHOLD, 0, 0);
	char text[64];

	line_object(lines, "person");
	snprintf(text, sizeof text, "Testpersoon %05d", who.number);
	line_text(lines, "name", text);
	if (rng_chance(rng, 70)) {
		snprintf(text, sizeof text, "%09d", bsn_of(who.number));
		line_text(lines, "bsn", text);
	}
	if (who.birth != DAY_NONE)
		line_day(lines, "birthDate", who.birth);
	if (rng_chance(rng, 85)) {
		phone_print(who.number, text);
		line_text(lines, "phone", text);
	}
	if (rng_chance(rng, 40)) {
		snprintf(text, sizeof text, "testpersoon%05d@example.nl", who.number);
		line_text(lines, "email", text);
	}
	snprintf(text, sizeof text, "%s %d", PICK(&household, streets),
		rng_range(&household, 1, 180));
	line_text(lines, "address", text);
	line_object_end(lines);
}
