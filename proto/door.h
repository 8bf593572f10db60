/*
 * The doors as a table: what is taken where, and from whom. To open a door: a row in door.def.
 */
#ifndef WOT_DOOR_H
#define WOT_DOOR_H

#include "lib/daemon.h"
#include "proto/event.h"
#include "proto/role.h"

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

#endif
