/*
 * Another tally beside the running one, folded from the replicas: as of a day, or to be compared. A slice at a
 * time, for it takes seconds where there are many cases; the daemon goes on in between. One is folded at a
 * time, since each is as large as the running one: who asks for the next waits.
 */
#ifndef WOT_AGGREGATE_PAST_H
#define WOT_AGGREGATE_PAST_H

#include "core/get.h"
#include "daemons/aggregate/aggregate_own.h"

struct past;

/* Of what was recorded before that instant; INT64_MAX: of all that was folded when it was asked for. */
struct past *past_new(struct aggregate *aggregate, const struct query *until);
void past_free(struct past **past);
/* 1: there is more to do; 0: past_tally is there. ERR_BUSY: the replicas cannot be written; ERR_ of a replica
 * that cannot be read. */
int past_step(struct past *past, struct why *why);
struct tally *past_tally(const struct past *past);
uint64_t past_began_us(const struct past *past); /* when its turn came */
/* Folds what has come in meanwhile as well, in this turn. Of one without an end. */
int past_catch_up(struct past *past, struct why *why);

/* The tally of that evening, for a GET, whose work it is. 0, GET_LATER, ERR_. */
int past_ask(const struct aggregate *aggregate, struct get_work *work, int32_t as_of,
	const struct tally **tally, struct why *why);

#endif
