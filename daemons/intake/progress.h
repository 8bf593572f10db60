/*
 * What a partner may see of its referral: a status, as case's log makes it go on. Never why.
 */
#ifndef WOT_INTAKE_PROGRESS_H
#define WOT_INTAKE_PROGRESS_H

#include "core/core.h"
#include "daemons/intake/enquiries.h"

/* The status that an event of case's log brings a referral to; false when it stays what it is. */
bool progress_of(const struct enquiry *referral, const Wot__V1__Event *event,
	Wot__V1__ReferralProgressed__Status *status);

#endif
