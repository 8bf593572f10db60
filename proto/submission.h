/*
 * The one way that a submission becomes a message, whether it came as JSON or as protobuf, and what it is
 * held against. What one field may be is a row of limit.def; what fields may be together is submission.c.
 */
#ifndef WOT_SUBMISSION_H
#define WOT_SUBMISSION_H

#include "lib/fault.h"
#include "proto/event.h"
#include <jansson.h>

/*
 * JSON of one submission at `path` → message in the arena of `faults`. ERR_INVALID with all faults:
 * form, ranges (limit.def), times against now_ms, and which combination of fields is required.
 * role: ERR_FORBIDDEN when it may not send this kind (checked before the rest is judged).
 */
int submission_from_json(const char *daemon, const char *path, unsigned role, int64_t now_ms,
	const json_t *json, Wot__V1__Submission **out, struct faults *faults);
/* The same for the bytes of one Submission of a Submit. */
int submission_from_wire(const char *daemon, unsigned role, int64_t now_ms, const uint8_t *bytes,
	size_t len, Wot__V1__Submission **out, struct faults *faults);
/* What both end with: ranges, patterns, combinations, times. Adds faults. */
void submission_check(Wot__V1__Submission *submission, int64_t now_ms, struct faults *faults);

/*
 * The digest that tells "the same content again" from other content under the same ref: BLAKE2b-128
 * over the packed message, keyed and salted where it holds a person (else both may be NULL).
 */
void submission_digest(const Wot__V1__Submission *submission, const uint8_t key[32],
	const uint8_t salt[16], uint8_t out[16]);
/* Does it hold anything of fields 90 to 99? */
bool submission_is_personal(const Wot__V1__Submission *submission);

#endif
