/*
 * Deadlines and warnings, reckoned again from the words of the contract and from what a log says of the files
 * that clocks go by. The calendar changes while the city lives, and a deadline that passed stays: so it may be
 * one by any of the calendars that were ever in force.
 */
#ifndef WOT_SIM_RECKON_H
#define WOT_SIM_RECKON_H

#include "config/clocks.h"
#include "proto/event.h"

enum { CALENDARS_MAX = 200 };

struct reckoning {
	struct closing calendars[CALENDARS_MAX]; /* the last one is in force */
	size_t count;
	struct clocks clocks;
};

const char *reckon_name(enum clock_kind kind);
void reckon_calendar(struct reckoning *reckoning, const char *text);
/* Takes what an event says, when it is of a calendar.yaml or clocks.yaml. */
void reckon_take(struct reckoning *reckoning, const Wot__V1__Event *event);
/* The last day of a promise made on that day, by one of the calendars. */
int32_t reckon_deadline(
	const struct reckoning *reckoning, size_t calendar, enum clock_kind kind, int32_t from);
/* The day as which begins it warns, by what is in force; 0: it never does. */
int32_t reckon_warning(const struct reckoning *reckoning, enum clock_kind kind, int32_t deadline,
	int32_t known_on);
void reckon_done(struct reckoning *reckoning);

#endif
