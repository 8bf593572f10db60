/*
 * By what a household is known: postcode, house number and addition, from an address as people in the
 * Netherlands write it. Two households that become one hide a signal for good, one that becomes two is
 * phoned twice: so where a number is missing, or more than one thing may be it, there is no household.
 */
#ifndef WOT_INTAKE_ADDRESS_H
#define WOT_INTAKE_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

/* What was said of where somebody lives; NULL and 0: it was not. */
struct address {
	const char *text;     /* in a line, or in several */
	const char *postcode; /* apart from it */
	uint32_t number;      /* likewise; then the text gives no more than the postcode */
	const char *addition;
};

enum { HOUSEHOLD_ROOM = 32 };

/* "Hoogstraat 12 b, 3111 hc Schiedam" → "3111HC-12-B". False: no household. Well-formed UTF-8. */
bool address_household(const struct address *address, char out[HOUSEHOLD_ROOM]);

#endif
