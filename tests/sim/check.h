/*
 * What must hold. check_now at any moment while daemons run, with one of them folded again; check_quiet when all has been said: nothing is
 * under way, and every daemon has read everything.
 */
#ifndef WOT_SIM_CHECK_H
#define WOT_SIM_CHECK_H

#include "tests/sim/house.h"

#include <jansson.h>

void check_now(enum member replayed);
void check_quiet(void);

/* check_replay.c: thrown away and folded again from its own log, a core knows and answers the same. */
void check_replay(enum member member);
/* check_logs.c: what one daemon says of another's events, each once and in its order. */
void check_logs(void);
/* check_cases.c: every case as the model has it, in all three cores; loads, queue and work list told anew. */
void check_cases(void);
/* check_clocks.c, check_calls.c: every clock of a case, and every call, by the words of the contract. */
void check_clocks(void);
void check_calls(void);
/* check_tally.c: the running KPIs against others made of the same logs; at rest also in another order
 * between the logs, and against the rows behind them. */
void check_tally(void);
void check_tally_quiet(void);
/* check_figures.c: at rest, against what the model makes of every case. */
void check_figures(void);
/* A line for the stats socket of aggregate, answered in JSON; it is cut apart. */
json_t *check_kpi_ask(char *line);
/* When all has been said and the day is over: what the KPIs are then is what they are as of that day. */
void check_day_ends(void);
void check_as_of(void);
void check_done(void);

/* The answer of a core's state to a GET by somebody who may read everything; fails when there is none. */
void check_ask(enum member member, const void *state, const char *path, const char *after,
	struct buf *json);

#endif
