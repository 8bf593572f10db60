/*
 * Finds the number of a case by what its request was called: (client, externalRef). Every daemon
 * that takes a caseRef keeps one; it is part of its state, so numbers are only added. About 40
 * bytes a case.
 *
 * A caseRef is the externalRef of the asking client's own request, or CLIENT/REF of another's;
 * neither part can hold a '/'. Zero is a valid empty struct refs.
 */
#ifndef WOT_REFS_H
#define WOT_REFS_H

#include "lib/index.h"
#include <stddef.h>
#include <stdint.h>

struct refs {
	struct index names; /* of numbers */
	uint32_t *offsets;  /* by number: where its "CLIENT/REF" begins in text; 0 is none */
	size_t room;
	char *text;
	size_t text_len, text_room;
};

void refs_done(struct refs *refs);
/* number from 1. A name that is taken stays with its first number, and a number with its first
 * name. */
void refs_add(struct refs *refs, const char *client, const char *external_ref, uint32_t number);
/* 0 when unknown. */
uint32_t refs_find(const struct refs *refs, const char *client, const char *case_ref);
/* "CLIENT/REF"; NULL when the number has none. */
const char *refs_name(const struct refs *refs, uint32_t number);

#endif
