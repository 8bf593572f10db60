/*
 * A random city: what happens in it, and what is submitted of that, when and by whom. Steps come late, out
 * of order, twice or not at all, and some are impossible. Everything is drawn from one stream of chance.
 */
#ifndef WOT_SIM_TOWN_H
#define WOT_SIM_TOWN_H

#include "city/rand.h"
#include "tests/sim/clerk.h"

struct town {
	struct rng rng;
	int32_t from_day, to_day;
	double scale; /* 1: some 150 requests in three years; a large city has three times as many */
	unsigned requests, refs;
};
extern struct town town;

/* What is personal in the city, and must never be read in a log. BSNs begin with 9999. */
#define TOWN_NAME "Testpersoon"
#define TOWN_QUESTION "Hoe kom ik rond?"
#define TOWN_REFERRER "Dr. Proef"
#define TOWN_PHONE "061234567" /* and one more digit */
#define TOWN_ADDRESS "Proefstraat 12, 3111 AB Schiedam"
#define TOWN_POSTCODE "3111AB"

/* Puts all days from from_day to to_day on the agenda. */
void town_begin(uint64_t seed, double scale);
void town_end(void);

/* What is drawn again and again. */
int64_t town_instant(int32_t day); /* of that day, mostly when the offices are open */
void town_ref(const char *prefix, char out[65]);
const char *town_organisation(void);
const char *town_ward_key(void);
size_t town_set(int *out, int highest, int most); /* different values of an enumeration from 1 on */

/* A submission on its way: now or soon; some of them twice, or again with other content. */
void town_send(enum member member, const struct clerk_client *client, int64_t occurred_ms,
	Wot__V1__Submission *submission, Wot__V1__Body__KindCase kind, ProtobufCMessage *message,
	clerk_fn *on_answer, void *arg);

/* The life of a request that is just sent, as far as it is submitted: story.c. */
struct story;
struct story *story_begin(const struct clerk_client *client, const char *ref, int32_t reported_on);
void story_registered(void *story, int err, const char *case_id); /* a clerk_fn */
void stories_end(void);

#endif
