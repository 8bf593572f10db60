/*
 * The clients: each submission is sent until it has an answer, over crashes and closed doors; some are sent
 * twice. Every answer is held against what the model says it must be, and every receipt against the log.
 */
#ifndef WOT_SIM_CLERK_H
#define WOT_SIM_CLERK_H

#include "proto/event.h"
#include "tests/sim/house.h"

struct clerk_client {
	const char *name, *role;
};
extern const struct clerk_client phone_centre, desk, intake_team, case_system, gp, woonplus,
	manager, operator_;

/* Sends it at that instant, and again until it is answered. on_answer may be NULL; err 0: accepted. */
typedef void clerk_fn(void *arg, int err, const char *case_id);
struct letter;
struct letter *clerk_send(int64_t at_ms, enum member member, const struct clerk_client *client,
	const Wot__V1__Submission *submission, clerk_fn *on_answer, void *arg);
/* The same once more. */
void clerk_send_again(int64_t at_ms, const struct letter *letter);

/* How many wait for an answer. */
size_t clerk_waiting(void);
/* Each receipt that was given is of one event in the log, and everything in the log was sent. */
void clerk_check(void);
void clerk_close(void);

/* What was accepted, once each; the texts are the clerk's. The list is the caller's to free. */
struct accepted {
	enum member member;
	uint64_t seq; /* in its log */
	const struct clerk_client *client;
	const char *ref, *case_id; /* of no case: "" */
	const struct buf *bytes;
};
size_t clerk_accepted(struct accepted **out);

struct clerk_stats {
	uint64_t sent, accepted, duplicate, lost, given_up;
	uint64_t refused[ERR_COUNT];
	uint64_t kinds[KIND_MAX]; /* accepted */
};
extern struct clerk_stats clerk_stats;

#endif
