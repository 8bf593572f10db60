/*
 * wot-intake: every contact as it comes in. Most submissions pass as they are, without what was
 * personal; a help request and a referral become a case. What case's log says of it comes back as
 * the status of a referral, and turns a request that ended in advice into a brief contact. Start at
 * decide in core.c.
 *
 * Before decide the door resolves postcode to ward, hashes a caller into field 80 and seals what is
 * personal (struct input_sealed). After a request_became_contact is durable the door destroys that case's
 * key.
 */
#ifndef WOT_INTAKE_CORE_H
#define WOT_INTAKE_CORE_H

#include "core/core.h"
#include "proto/person_keys.h"

extern const struct core intake_core;

/* The keys that its log names. */
const struct person_keys *intake_keys(const void *state);

#endif
