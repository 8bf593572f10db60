/*
 * The periods that a question may name: 2025, 2025-Q1, 2025-03, 2025-03-01, 2025-03-01..2025-03-31,
 * today, 7d (the last seven days, today included), quarter and year (the calendar's, until today).
 */
#ifndef WOT_PERIOD_H
#define WOT_PERIOD_H

#include "lib/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct period {
	int32_t from, to; /* days, both included */
	int32_t today;    /* what is due on this day or later is not late yet */
};

/* ERR_INVALID: `why` lists what there is. Days are 2015 to 2100. */
int period_parse(const char *text, int32_t today, struct period *out, struct why *why);
/* How many spans of 3 or 12 months, from the year's beginning on, the period is; 0 when it is not
 * whole ones. */
int period_spans(const struct period *period, int months);
/* The first day of the span of 3 or 12 months that a day is in. */
int32_t period_span_start(int32_t day, int months);
/* The same days a year earlier; a month's last day is that month's. */
struct period period_last_year(const struct period *period);
/* Just before it: as many whole months where it is whole months, else as many days. */
struct period period_previous(const struct period *period);

/* The months, quarters or days of a period, as far as they lie in it. */
enum span { SPAN_NONE, SPAN_MONTH, SPAN_QUARTER, SPAN_DAY };
size_t period_count(const struct period *period, enum span span);
struct period period_part(const struct period *period, enum span span, size_t index);
/* Whether all of the month or day that a part is of lies before today, also what the period leaves out. */
bool period_is_over(const struct period *part, enum span span);

void period_print_key(int32_t day, enum span span, char text[16]);   /* YYYY-MM or YYYY-MM-DD */
void period_print_label(int32_t day, enum span span, char text[32]); /* in Dutch: 1 maart 2025 */

#endif
