/*
 * A help request or referral: who asks what, over which channel.
 */
#ifndef WOT_CITY_PLEA_H
#define WOT_CITY_PLEA_H

#include "city/line.h"
#include "city/people.h"
#include "city/plan.h"

struct plea {
	char ref[40];
	struct rng rng;
	bool youth;
	bool elsewhere; /* not a resident */
	bool urgent; /* support began within a week: some of these are domestic violence or crisis
	              */
	int person;  /* number of the person, see city */
	struct rng household;
	int32_t reported; /* the day it is submitted */
};

void plea_draw(struct plea *plea, uint64_t seed, const struct life *life);
void line_plea(struct lines *lines, const struct plea *plea, int64_t at_ms);

void line_problems(struct lines *lines, struct rng *rng);
void line_expertise(struct lines *lines, struct rng *rng);

#endif
