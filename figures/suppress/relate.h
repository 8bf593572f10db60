/*
 * What the figures of one KPI tell of those of another. Both are numbers of sets of rows, and kpi.yaml says which:
 * what is more of the same conditions is a part, what contradicts one of them is apart. So nothing here is a list
 * of KPIs, and a KPI that is added is related by what it says.
 */
#ifndef WOT_RELATE_H
#define WOT_RELATE_H

#include "kpi/kpi.h"

/* Whether a number of `told` counts a part of what is counted, left over or unknown in `kept`: so that who sees it
 * knows that there are at least as many of these. */
bool relate_within(const struct formula *told, const struct formula *kept);
/* Whether all that `part` counts are counted in `whole` too. */
bool relate_counted(const struct formula *part, const struct formula *whole);
/* Whether a number of `told` is the sum of values of that split of `kept`, and this is one of them. */
bool relate_value(const struct formula *told, const struct formula *kept,
	const struct dimension *dimension, uint32_t value);

#endif
