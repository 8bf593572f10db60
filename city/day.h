/*
 * What belongs to no case: calls, brief contacts, signals, feedback cards, complaints, trainings.
 */
#ifndef WOT_CITY_DAY_H
#define WOT_CITY_DAY_H

#include "city/line.h"
#include "city/rand.h"

/* All of a year, except the calls, which are asked for by day. */
void year_lines(struct lines *lines, uint64_t seed, int year);
/* The calls of a working day, and the calls back to those that hung up. */
void day_lines(struct lines *lines, uint64_t seed, int32_t day);

/* One call and one brief contact, also for live traffic. */
struct call {
	char ref[40];
	int64_t entered_ms;
	bool abandoned;
	int wait_s, talk_s;
};
void call_draw(struct rng *rng, struct call *call);
void line_call_entered(struct lines *lines, struct rng *rng, const struct call *call);
void line_call_taken(struct lines *lines, const struct call *call); /* answered or abandoned */
void line_call_ended(struct lines *lines, struct rng *rng, const struct call *call);
void line_contact(struct lines *lines, struct rng *rng, const char *ref, int64_t at_ms, bool youth);

#endif
