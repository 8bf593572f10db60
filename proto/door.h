/*
 * The doors as tables (door.def, role.def), and the one way that a submission becomes a message, whether
 * it came as JSON or as protobuf. To open a door: a row in door.def.
 */
#ifndef WOT_DOOR_H
#define WOT_DOOR_H

#include "lib/daemon.h"
#include "lib/fault.h"
#include "proto/event.h"
#include "proto/personal.h"
#include <jansson.h>

enum role_index {
#define ROLE(name, reads) ROLE_INDEX_##name,
#include "proto/role.def"
#undef ROLE
	ROLE_COUNT
};
enum role {
#define ROLE(name, reads) ROLE_##name = 1u << ROLE_INDEX_##name,
#include "proto/role.def"
#undef ROLE
};
enum role_reads {
	READ_REFERRALS = 1 << 0,
	READ_WORKLIST = 1 << 1,
	READ_TEAMS = 1 << 2,
	READ_CASES = 1 << 3,
	READ_KPIS = 1 << 4,
	READ_KPIS_SUPPRESSED = 1 << 5,
};
int role_parse(const char *name, unsigned *role); /* "phone_centre" */
const char *role_name(unsigned role);
unsigned role_may_read(unsigned role); /* of enum role_reads */

struct door {
	const char *daemon; /* "intake" */
	const char *path;   /* "/v1/calls" */
	bool flat;
	bool has_case; /* its submissions name a case */
	Wot__V1__Body__KindCase kind;
	unsigned roles; /* that may send it; the operator is in all */
};

/* The rows of a daemon (NULL: of all), in order; `at` starts at 0. NULL at the end. */
const struct door *door_next(const char *daemon, size_t *at);
const struct door *door_of_path(const char *daemon, const char *path); /* first row */
unsigned door_roles(const char *daemon, const char *path); /* that may send something there */
const struct door *door_of_kind(const char *daemon, uint32_t kind);
/* Where the message stands in the JSON of a submission: "", or "/closed" where it is NAMED. */
void door_pointer(const struct door *door, char out[80]);

/*
 * JSON of one submission at `path` → message in the arena of `faults`. ERR_INVALID with all faults:
 * form, ranges (rule.def), times against now_ms, and which combination of fields is required.
 * role: ERR_FORBIDDEN when it may not send this kind (checked before the rest is judged).
 */
int submission_from_json(const char *daemon, const char *path, unsigned role, int64_t now_ms,
	const json_t *json, Wot__V1__Submission **out, struct faults *faults);
/* The same for the bytes of one Submission of a Submit. */
int submission_from_wire(const char *daemon, unsigned role, int64_t now_ms, const uint8_t *bytes,
	size_t len, Wot__V1__Submission **out, struct faults *faults);
/* What both end with: ranges, patterns, combinations, times. Adds faults. */
void submission_check(const Wot__V1__Submission *submission, int64_t now_ms, struct faults *faults);

/*
 * The digest that tells "the same content again" from other content under the same ref: BLAKE2b-128
 * over the packed message, keyed and salted where it holds a person (else both may be NULL).
 */
void submission_digest(const Wot__V1__Submission *submission, const uint8_t key[32],
	const uint8_t salt[16], uint8_t out[16]);
/* Does it hold anything of fields 90 to 99? */
bool submission_is_personal(const Wot__V1__Submission *submission);
#endif
