/*
 * What a viewer may see: no figure that could point at a person, even by arithmetic over all that a viewer may ask.
 * Decided on the figures, before anything is rendered: what is hidden has no number any more.
 *
 * A cell (a total or a row) of a KPI that counts people is hidden when it counts 1 to below `suppress_below`; of a
 * share also when that is so of those that do not count, or are not known. 0 is shown. What is hidden must not
 * follow from what is shown, so what is added up hides together: two at least, with so many in them that any of
 * them could have reached the limit, were each of the others a single person.
 *
 *   the rows of a total     the next smallest is hidden with them; where that does not do, all are, and no row is
 *                           said to be there
 *   the months of a quarter the next smallest, else all three
 *   the quarters of a year  a quarter goes by itself, so that what was shown once need never be hidden; the year's row
 *                           is hidden where one of its quarters is, the year's total unless its hidden quarters do
 *   a hidden total          all of its rows, without a word of which there are, and all months of a quarter
 *   the sum of KPIs         what hides with it is chosen after that of its parts: of what it hid alone both parts would
 *                           be shown
 *   other KPIs              one that counts part of what another one hides hides it as well, for else it says that
 *                           there are at least as many; and so does one whose total is a row of the other, and the
 *                           other way round (relate.h). Where it is only how many are not known that tells, that goes
 *                           alone, with bounds and verdict: the count is what others show as well
 *   days, or what else is measured of each, say by their median and the ninth of ten how many at least are within a
 *                           limit: that goes where a share of those within one is hidden (within.h)
 *   rows that are not there say that in them none are not known: where few are left by those that others name, none
 *                           is named
 *   a share of none or all  says so of each of its rows and months: with one that is hidden goes what it is a share of,
 *                           wherever that is shown; and such a year hides with its quarters
 *
 * A KPI that is not for viewers (kpi.yaml, `viewers: false`: hours tell of fewer people than there are hours) is hidden
 * always. With a total go its verdict, what it stands beside and its months; with a row, how it stands to the rest.
 *
 * Stocks (open cases) do not add up over time, people in several rows (problems) not to the total: of those also the
 * row UNKNOWN is hidden where it and the total say that few have any.
 */
#ifndef WOT_SUPPRESS_H
#define WOT_SUPPRESS_H

#include "figures/query.h"

enum { SUPPRESS_PERIOD = 32 };

/* What a viewer may ask: a quarter or year that is over, or a month without a split; at most one split, by month or a
 * dimension that kpi.yaml shows to viewers. ERR_FORBIDDEN: `why` says so. Without a period it is the last quarter that
 * is over. What may not be seen is taken out. */
int suppress_query(const struct kpis *kpis, const struct query *query, int64_t below,
	struct figures *out, struct why *why);
/* The answer to all else where one is given: the rows that there could be, without a number. It says nothing, not even
 * which rows there are, for none was looked at. What is no question is ERR_INVALID or ERR_NOT_FOUND all the same. */
int suppress_blank(
	const struct kpis *kpis, const struct query *query, struct figures *out, struct why *why);
bool suppress_may_ask(const struct period *period); /* without a split */
void suppress_period(
	int32_t today, char out[SUPPRESS_PERIOD]); /* the last quarter that is over: "2025-Q1" */
/* ERR_FORBIDDEN: `why` says what may be asked. */
int suppress_refuse(const struct kpis *kpis, struct why *why);
/* Takes out of figures that a viewer may ask for, or of this year so far, what may not be seen: suppressed cells have
 * no number, and stand last, by name; months stay in their order. All are under one definition. */
void suppress_figures(const struct kpis *kpis, const struct figure_names *names, int64_t below,
	struct figures *figures);

#endif
