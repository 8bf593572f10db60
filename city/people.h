/*
 * The city of the sample: postcodes, organisations, and people who do not exist. Their names are
 * "Testpersoon 00123", their BSNs lie in the range for tests (9999xxxxx), their phones begin with
 * 06-00.
 */
#ifndef WOT_CITY_PEOPLE_H
#define WOT_CITY_PEOPLE_H

#include "city/line.h"
#include "city/rand.h"

struct city_person {
	int number;           /* 0 to 99999: name, BSN and phone follow */
	struct rng household; /* the same for people at one address */
	bool elsewhere;       /* lives in another town */
	int32_t birth;        /* DAY_NONE: not given */
};

/* The members `person`, and `postcode` beside it when with_postcode. */
void line_person(struct lines *lines, struct rng *rng, struct city_person who);
void line_postcode(struct lines *lines, struct city_person who);
/* "06-00012345" */
void phone_print(int number, char out[16]);

/* Codes of wards.csv and keys of triage.yaml. */
const char *city_ward(struct rng *rng);
const char *city_referrer(struct rng *rng);   /* a partner that refers people to us */
const char *city_redirect(struct rng *rng);   /* an organisation that takes a question over */
const char *city_welfare(struct rng *rng);    /* one that offers welfare activities */
const char *city_specialist(struct rng *rng); /* specialist care */
#define CITY_YOUTH "mevis"
#define CITY_ELSEWHERE "other-municipality"

#endif
