/*
 * Which keys of persons intake's log names, and which of them it has let go of since: a fold of that log
 * alone. By it intake knows which slots its vault must have, and wotctl, when it verifies or accepts a loss,
 * whose keys are missing. Zero is a valid empty struct person_keys.
 */
#ifndef WOT_PERSON_KEYS_H
#define WOT_PERSON_KEYS_H

#include "proto/event.h"
#include <stdbool.h>
#include <uthash.h>

enum { PERSON_KEY_LEN = 16 };

struct person_key {
	uint8_t id[PERSON_KEY_LEN];
	uint16_t year; /* of the case; 0: of a person without one */
	uint32_t number;
	bool forgotten;
	uint16_t kind; /* of what it seals: so much is known of the forgotten */
	int32_t day;
	UT_hash_handle hh; /* in the order of the log */
};

struct person_keys {
	struct person_key *by_id;
	struct person_key **by_number; /* of the case */
	size_t room, live;
};

void person_keys_done(struct person_keys *keys);
void person_keys_evolve(struct person_keys *keys, const Wot__V1__Event *event);
/* NULL: no event names it. */
const struct person_key *person_key_find(
	const struct person_keys *keys, const uint8_t id[PERSON_KEY_LEN]);
/* Named, and not let go of. */
bool person_key_is_live(const struct person_keys *keys, const uint8_t id[PERSON_KEY_LEN]);
/* It seals, or sealed, what is of the kind and day of this submission. */
bool person_key_is_of(const struct person_keys *keys, const uint8_t id[PERSON_KEY_LEN],
	const Wot__V1__Submission *submission);
/* NULL: this case never held a person. */
const struct person_key *person_key_of_case(const struct person_keys *keys, const char *case_id);

/* Whose key it is, as operations may read it: the case, or the key's own beginning. */
enum { PERSON_KEY_TEXT = 24 };
void person_key_print(const struct person_key *key, char out[PERSON_KEY_TEXT]);

#endif
