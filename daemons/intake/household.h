/*
 * By what a household is known: postcode and house number, as people write them in one line.
 */
#ifndef WOT_INTAKE_HOUSEHOLD_H
#define WOT_INTAKE_HOUSEHOLD_H

#include <stdbool.h>

enum { HOUSEHOLD_ROOM = 24 };

/*
 * "Hoogstraat 12 B, 3111 hc Schiedam" → "3111HC-12". The postcode may stand apart from the address.
 * False when either part is missing: then nothing can be matched.
 */
bool household_of(const char *address, const char *postcode, char out[HOUSEHOLD_ROOM]);

#endif
