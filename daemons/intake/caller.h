/*
 * Who calls: a telephone number, in one form for all that it is written in. What holds no number is nobody: telephone
 * systems give withheld numbers one name or another ("anonymous", "0", "-"), and two who withhold theirs are not one.
 * Pure.
 */
#ifndef WOT_INTAKE_CALLER_H
#define WOT_INTAKE_CALLER_H

#include <stdbool.h>

enum { CALLER_ROOM = 32 };

/* "+31 6 1234 5678", "0031612345678", "06-12345678" and "Jan <sip:0612345678@host>" are "31612345678"; a number
 * of a few digits, as within a house, stays as it is. False: nobody. */
bool caller_of(const char *text, char out[CALLER_ROOM]);

#endif
