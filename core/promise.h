/*
 * Promises as the cores keep them: what is on record of one, and which clock event follows when. Pure,
 * and all in days of Amsterdam: a deadline is the end of a day, a warning the beginning of one.
 *
 * A core holds a struct promise for each, sets deadline_on and kept_on from its own log, and puts the
 * instant of promise_next into a struct due (core/due.h). On a tick it asks due_until and lets
 * promise_tell add the event; its evolve gives clock events to promise_evolve. So nothing is decided but
 * on a tick, and a restart changes nothing. To add a promise: config/clock.def.
 *
 * - It warns once for a deadline, never after it, and not on the day on which we came to know of it:
 *   what comes in late, or an import of the past, is warned of on the next morning if it still runs.
 * - It breaks once, at the end of the deadline's day, however late that is recorded. A deadline that had
 *   passed before wot knew of the promise makes no event.
 * - When it turns out to have been kept in time, or when the deadline moved, a recorded break is
 *   withdrawn.
 */
#ifndef WOT_PROMISE_H
#define WOT_PROMISE_H

#include "config/clocks.h"
#include "core/core.h"
#include "core/due.h"

/* The names under which the shell brings what clocks go by. */
#define PROMISE_CALENDAR "calendar.yaml"
#define PROMISE_CLOCKS "clocks.yaml"

/* What they say, a fold of ConfigLoaded. Until clocks.yaml came in no clock runs. */
struct promise_rules {
	struct clocks clocks;
	struct closing closing;
};
void promise_rules_done(struct promise_rules *rules);
/* True when this is one of the two; then the rules are what it says. */
bool promise_rules_take(struct promise_rules *rules, const Wot__V1__ConfigLoaded *loaded);
/* For a core's config_check; ERR_NOT_FOUND when it is neither of the two. */
int promise_rules_check(const char *name, const char *path, const char *text, struct why *why);

/* Zero: nothing is promised and nothing on record. */
struct promise {
	int32_t deadline_on;         /* the last day to keep it; 0: nothing is promised */
	int32_t kept_on;             /* the day on which it was kept or fell away; 0: it runs */
	int32_t warned_on, broke_on; /* the deadline that was warned of, that broke; 0: none */
};

/* What a promise is judged by. */
struct promise_terms {
	enum clock_kind kind;
	const struct promise_rules *rules;
	int32_t known_on; /* the day on which wot came to know of it */
};

bool promise_is_kept(const struct promise *promise); /* in time */
/* In a word, by now; PASSED: its deadline had passed before wot knew of it. */
Wot__V1__CaseClock__Status promise_status(
	const struct promise *promise, const struct promise_terms *terms, int64_t now_ms);
/* When the next event of it is due; DUE_NEVER. */
int64_t promise_next(const struct promise *promise, const struct promise_terms *terms);
/* Adds that event, which is due by now. The call that it is about, or its days, are the caller's to set. */
Wot__V1__Event *promise_tell(const struct promise *promise, const struct promise_terms *terms,
	int64_t now_ms, struct subject subject, struct decision *out);
void promise_evolve(
	struct promise *promise, Wot__V1__Body__KindCase kind, const Wot__V1__Clock *clock);
/* NULL when the event is none of a clock. */
const Wot__V1__Clock *promise_clock(const Wot__V1__Event *event);

/* When what it goes by has changed: a deadline to come moves, though to no day that is past. */
void promise_move(struct promise *promise, int32_t deadline_on, int32_t today);

/* What is promised about a case, and what keeps it, goes by this: wot-triage has it from its own log, wot-case from
 * the facts. Days; 0: it did not happen, or is not known. */
struct promise_case {
	int32_t reported_on;
	int32_t screened_on, contacted_on; /* the resident was spoken to */
	int32_t started_on, closed_on;
	int32_t ended_on; /* at screening */
	bool youth;       /* nothing is promised here: it is Mevis's */
	bool wants_reaction;
};
/* The last day to keep it; 0: it is not promised. */
int32_t promise_deadline_on(
	enum clock_kind kind, const struct promise_case *of, const struct closing *closing);
/* The day on which it was kept or fell away; 0: it runs. */
int32_t promise_kept_on(enum clock_kind kind, const struct promise_case *of);
/* Does what comes in this way want a reaction? */
bool promise_of_reaction(Wot__V1__Channel__Value channel);

/* The earliest of two days of which 0 is none. */
static inline int32_t day_earliest(int32_t a, int32_t b)
{
	return !a || (b && b < a) ? b : a;
}

#endif
