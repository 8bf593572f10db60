/*
 * Time in the simulation. fake_loop.c stands in for lib/loop.c: a loop is turned by the simulation, one
 * turn at a time, and both clocks show what they were set to.
 */
#ifndef WOT_SIM_FAKE_LOOP_H
#define WOT_SIM_FAKE_LOOP_H

#include "lib/loop.h"

/* The instant at which it all begins. */
void fake_clock_start(int64_t now_ms);
/* Both clocks go on. */
void fake_clock_pass(uint64_t ms);
/* Nothing happened until then: as after a sleep of the machine, the monotonic clock knows little of it. */
void fake_clock_sleep(int64_t until_ms, uint64_t mono_ms);

/* Somebody sets the wall clock back. */
void fake_clock_set_back(uint64_t ms);

/* One turn: the timer when it is due, then the end of the turn. */
void fake_loop_turn(struct loop *loop);
/* Ends with a turn, as every callback of the loop does. */
void fake_loop_signal(struct loop *loop, int signal);

#endif
