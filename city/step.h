/*
 * One step in the life of a case as a line: a screening or a case event.
 */
#ifndef WOT_CITY_STEP_H
#define WOT_CITY_STEP_H

#include "city/line.h"
#include "city/rand.h"
#include "proto/event.pb-c.h"

/* What a correction is about; the members of Corrected. */
enum correction {
	NO_CORRECTION,
	REPORTED_ON, /* value: day; so for the next */
	STARTED_ON,
	NOT_STARTED,
	CLOSED_ON,
	REASON, /* value: reason */
	WARD,
	WEIGHT,
	PEOPLE,
};

struct step {
	int32_t day;
	Wot__V1__Body__KindCase kind;
	enum correction correction;     /* with CORRECTED */
	int value;                      /* outcome, reason, side, saving: what the kind needs */
	bool weighed, youth, elsewhere; /* with SCREENING */
};

void line_step(struct lines *lines, struct rng *rng, const char *case_ref, const char *ref,
	const struct step *step, int64_t at_ms);

#endif
