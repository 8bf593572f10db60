/*
 * "Accepted once": (client, externalRef) is unique for as long as the log is kept.
 *
 * What is durable stands in rows of the store, derived from the events; what is open or committing
 * stands here, in two generations that are dropped when they have become durable. Above the highest
 * ref that a client has used nothing needs to be looked up at all.
 */
#ifndef WOT_DEDUPE_H
#define WOT_DEDUPE_H

#include "proto/event.h"
#include "store/store.h"

enum { DEDUPE_DIGEST_LEN = 16, DEDUPE_CASE_MAX = 31 };

/* What is remembered of an accepted submission: all that its receipt needs, and what tells content apart. */
struct dedupe_entry {
	uint8_t digest[DEDUPE_DIGEST_LEN];
	uint8_t id[EVENT_ID_LEN];
	uint8_t key_id[16]; /* of the sealed part; zero when there is none */
	uint64_t seq;
	char case_id[DEDUPE_CASE_MAX + 1];
};

struct dedupe;

struct dedupe *dedupe_new(void);
void dedupe_free(struct dedupe **dedupe);

/* 0 and *out; ERR_NOT_FOUND; or what the store says when it cannot be read. */
int dedupe_find(struct dedupe *dedupe, struct store *store, const char *client, const char *ref,
	struct dedupe_entry *out);
/* An event with a digest was appended under `seq`. */
void dedupe_add(struct dedupe *dedupe, const Wot__V1__Event *event, uint64_t seq);
/* An event with a digest was read at replay: it has its row already. */
void dedupe_replayed(struct dedupe *dedupe, const Wot__V1__Event *event, uint64_t seq);
/*
 * After the replay: are the rows those of the events? One that cannot be found would let its submission in
 * a second time. ERR_DAMAGED.
 */
int dedupe_check(
	const struct dedupe *dedupe, struct store *store, const char *log, struct why *why);
/* Up to this sequence number everything is durable and has its row. */
void dedupe_durable(struct dedupe *dedupe, uint64_t seq);

/* store_rows_fn: the row of an event that came in at a door. */
void dedupe_rows_of(const uint8_t *event, size_t len, uint64_t seq, struct store_rows *rows);

#endif
