/*
 * The clocks of a case: support within 28 days of the report, closed within 6 months. Both go by the
 * facts alone, as the KPIs do: a correction or a reopening moves them, a pause does not; clock events
 * say how many of the days it was paused. Youth has none: it is Mevis's.
 *
 * Those that triage tells of, a reaction and a first contact, are followed for who asks, by the same rules: a new
 * calendar moves a deadline to come, though to no day that is past.
 */
#ifndef WOT_CASE_CLOCKS_H
#define WOT_CASE_CLOCKS_H

#include "core/core.h"
#include "daemons/case/cases.h"

/* Adds what is due by now, as far as the decision has room; the rest follows with the next tick. */
void cases_clocks_decide(const struct cases *cases, int64_t now_ms, struct decision *out);

/* The own log said something of a case, and its file says it already; NULL: of what clocks go by. */
void cases_clocks_evolve(struct cases *cases, struct case_file *file, const Wot__V1__Event *event);

/* All clocks of a case, for who asks. */
struct case_clock {
	struct promise promise;
	struct promise_terms terms;
	uint32_t days, paused_days; /* since the report, until it stopped, its deadline, or today */
};
size_t cases_clocks(const struct cases *cases, const struct case_file *file, int32_t today,
	struct case_clock out[CASE_CLOCKS]);

#endif
