/*
 * What is measured of each person (days, seconds) is told as what half of them have at most, and 9 of 10. That says how
 * many at least are within a limit, and beyond one: of 12 of whom 9 in 10 waited 6 days at most, 1 waited over a week. So
 * it is not told where a share of those within a limit of it is hidden; of how many it is stays, as others show that too.
 * A mean adds up over rows and periods, and is told of none.
 */
#ifndef WOT_WITHIN_H
#define WOT_WITHIN_H

#include "figures/suppress/answer.h"

/* Has it decided what within_take_out will look at, in a period. */
void within_ask(struct answers *answers, const struct figure *figure, const struct period *period);
/* Takes out what is measured, where it says too much; whether it did of the total. */
bool within_take_out(struct answers *answers, struct figure *figure);

#endif
