/*
 * What the answer to a submission must be, by the model alone: told before it is submitted, held against the
 * receipt after.
 */
#ifndef WOT_SIM_EXPECT_H
#define WOT_SIM_EXPECT_H

#include "stage/stage_own.h"
#include "tests/sim/model.h"

struct expected {
	enum member member;
	bool is_taken;         /* its ref was used before … */
	bool is_same;          /* … for this content */
	struct told_ref first; /* and got this receipt */
	uint32_t number;       /* the case that it names; 0: none … */
	bool is_signal;        /* … but a signal */
	bool is_allowed;
	/* of a request */
	bool is_request, youth, turns_18;
	int age; /* -1: not known */
};

struct expected expect_answer(
	enum member member, const char *client, const Wot__V1__Submission *submission);
void expect_check(const struct expected *expected, const char *ref, const struct receipt *receipt);

#endif
