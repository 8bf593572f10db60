/*
 * All that was accepted is told again, to a house that knows nothing yet: once in the order in which it was
 * accepted, once with cases, calls and daemons shuffled. Each case keeps its own order, everybody hears of a step
 * before the next one of that case, and what is not known yet is sent again. What was answered and every figure must
 * be the same.
 */
#ifndef WOT_SIM_RETELL_H
#define WOT_SIM_RETELL_H

/* At the end of a city, before its clerk is closed. The house and its disks are empty afterwards, and open. */
void retell_check(void);

#endif
