/*
 * wot-intake: every contact as it comes in. Most submissions pass as they are, without what was
 * personal; a help request and a referral become a case. What case's log says of it comes back as
 * the status of a referral, and turns a request that ended in advice into a brief contact. Start at
 * decide in core.c.
 *
 * Before decide the door resolves postcode to ward, hashes a caller into field 80 and seals what is
 * personal (struct input_sealed). After a request_became_contact is durable the shell destroys the
 * key that intake_key_of_case names; at start it frees every key that is not live.
 */
#ifndef WOT_INTAKE_CORE_H
#define WOT_INTAKE_CORE_H

#include "core/core.h"

extern const struct core intake_core;

/* The key that seals this case's person, live or destroyed; false when it never had one. */
bool intake_key_of_case(const void *state, const char *case_id, uint8_t key_id[16]);
/* Does an event name this key, of a person who has not been forgotten since? And how many are there? */
bool intake_key_is_live(const void *state, const uint8_t key_id[16]);
size_t intake_live_keys(const void *state);

#endif
