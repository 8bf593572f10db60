/*
 * Days in Europe/Amsterdam and working days (Algemene termijnenwet art. 3, and 5 May every year). A day is
 * the number of days since 1970-01-01. Pure: the rules of summer time are those of Directive 2000/84/EC
 * (last Sunday of March and October, 01:00 UTC), which hold for every instant that wot accepts.
 *
 * All are total, since what a daemon is sent may hold any number: an instant outside of the years 1 to 9999
 * is of the first or the last day of them. Only a date must exist, whatever its year: calendar_exists.
 */
#ifndef WOT_CALENDAR_H
#define WOT_CALENDAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CALENDAR_DAY_MIN = -719162, CALENDAR_DAY_MAX = 2932896 }; /* 0001-01-01 and 9999-12-31 */
#define CALENDAR_MIN_MS (CALENDAR_DAY_MIN * INT64_C(86400000))
#define CALENDAR_MAX_MS ((CALENDAR_DAY_MAX + 1) * INT64_C(86400000) - 1)

struct calendar_date {
	int year, month, day; /* month and day from 1 */
};
int32_t calendar_day(struct calendar_date date); /* proleptic Gregorian; the date must exist */
bool calendar_exists(struct calendar_date date); /* and is of the years 1 to 9999 */
struct calendar_date calendar_date(int32_t day);
enum { CALENDAR_TEXT = 16 };
void calendar_print(int32_t day, char text[CALENDAR_TEXT]); /* "2026-11-28" */
int calendar_weekday(int32_t day);                          /* 1 Monday … 7 Sunday, ISO 8601 */

int32_t calendar_day_of(int64_t instant_ms); /* the day it is in Amsterdam */
int calendar_hour_of(int64_t instant_ms);    /* what a clock in Amsterdam says, 0 to 23 */
int64_t calendar_day_start(int32_t day);     /* the instant at which the day begins in Amsterdam */
int32_t calendar_easter(int year);

/* months later: the same day of that month, or the last one where that day does not exist. */
int32_t calendar_add_months(int32_t day, int months);
/* Whole years from birth to day; born on 29 February has a birthday on 1 March in other years. */
int calendar_age(int32_t birth, int32_t day);
int32_t calendar_birthday(int32_t birth, int age);

/* closed: extra closing days, ascending; may be NULL with count 0. */
bool calendar_is_working_day(int32_t day, const int32_t *closed, size_t count);
/* The n-th working day after `day`; day itself is 0 and need not be one. */
int32_t calendar_add_working_days(int32_t day, int n, const int32_t *closed, size_t count);

#endif
