/*
 * Promises with a deadline (clock.def), and clocks.yaml, which says how long before it breaks a clock
 * warns:
 *
 *	warn_before: {first_contact: 2}    # 0: it does not warn
 *	call_cap_hours: 4
 *
 * What it does not name is as clock.def has it. To add a promise: a row there. Pure.
 */
#ifndef WOT_CLOCKS_H
#define WOT_CLOCKS_H

#include "config/closing.h"
#include <stdbool.h>

enum clock_kind {
	CLOCK_NONE,
#define CLOCK(name, kind, length, unit, warning, longest, label) CLOCK_##kind,
#include "config/clock.def"
#undef CLOCK
	CLOCK_KINDS
};

struct clocks {
	uint32_t warn_before[CLOCK_KINDS];
	uint32_t
		call_cap_hours; /* after so long without an end a call is over; 0: nothing was loaded */
};

/* From the text of a file called name. ERR_CONFIG: errors has name:line:column, all at once. */
int clocks_parse(
	struct clocks *clocks, const char *text, size_t len, const char *name, struct buf *errors);

/* What the promise is called in Dutch: "terugbellen". */
const char *clocks_label(enum clock_kind kind);
/* The last day on which what was promised on that day is kept. */
int32_t clocks_deadline(enum clock_kind kind, int32_t from, const struct closing *closing);
/* The day at whose beginning the clock warns; a day after the deadline when it never does. */
int32_t clocks_warn_on(const struct clocks *clocks, enum clock_kind kind, int32_t deadline,
	const struct closing *closing);

#endif
