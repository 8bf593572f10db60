/*
 * Who gets which life: the days and the ending of every case of a year. 2025 is a table of numbers
 * that add up to the published figures; other years are drawn case by case.
 */
#ifndef WOT_CITY_PLAN_H
#define WOT_CITY_PLAN_H

#include "city/rand.h"
#include "proto/event.pb-c.h"
#include <limits.h>

enum { PLAN_EXACT_YEAR = 2025 };
#define DAY_NONE INT32_MIN

enum fate {
	FATE_SUPPORT,   /* started, ended by a closing */
	FATE_UNSTARTED, /* ended by a closing with no start */
	FATE_SCREENED,  /* ended at screening: redirected, welfare activity, withdrawn */
	FATE_ADVICE,    /* ended at screening, counts as a brief contact */
	FATE_YOUTH,     /* under 18 or a parent's question: redirected at screening, in no figure of
	                   adults */
};

struct life {
	char group; /* 'c' carried into 2025, 'r' request of the year, 'y' youth */
	int year;   /* of the report */
	int number; /* in the group, in order of report */
	enum fate fate;
	int32_t reported, started, ended; /* working days */
	Wot__V1__Closed__Reason reason;   /* of the closing */
	int32_t tailored_on;              /* the day of a decision in the exact year, or DAY_NONE */
	int saving_euro;                  /* 0: refused */
};

struct plan {
	struct life *lives;
	size_t count;
};
void plan_done(struct plan *plan);

/* Every life that begins in the year; for the exact year also those that are carried into it. Lives
 * of earlier years end before it. */
void plan_year(struct plan *plan, uint64_t seed, int year);

/* A day from first (a working day) to last on which the teams work. */
int32_t workday_between(struct rng *rng, int32_t first, int32_t last);
bool workday(int32_t day);

#endif
