/*
 * Screenings, from the door: what the intake team found out by phone, of a case or, when the caseRef names
 * a signal, of a household; and where the case goes now.
 */
#ifndef WOT_TRIAGE_SCREENING_H
#define WOT_TRIAGE_SCREENING_H

#include "core/core.h"
#include "daemons/triage/state.h"

int screening_decide(const struct triage *triage, const struct input *input, struct decision *out);

#endif
