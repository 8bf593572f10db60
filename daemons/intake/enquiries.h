/*
 * What intake remembers: of each request what is needed once it turns out to be a brief contact, of
 * referrals their progress, of complaints their parts, and the keys of persons. About 150 bytes a
 * request.
 */
#ifndef WOT_INTAKE_ENQUIRIES_H
#define WOT_INTAKE_ENQUIRIES_H

#include "core/refs.h"
#include "daemons/intake/calls.h"
#include "proto/event.h"
#include "proto/person_keys.h"

/* A status that a referral reached, and when: newest last. */
typedef uint64_t progress_t;
static inline int64_t progress_at_ms(progress_t progress)
{
	return (int64_t)progress >> 8;
}
static inline Wot__V1__ReferralProgressed__Status progress_status(progress_t progress)
{
	return (Wot__V1__ReferralProgressed__Status)(progress & 0xff);
}

/* A help request or a referral, which may turn out to be a brief contact. */
struct enquiry {
	progress_t *history; /* of a referral; NULL: a help request */
	uint16_t history_len;
	uint16_t year; /* of the case id; 0: no such request */
	uint8_t channel, location /* 0: not given */, age_group, legal_basis;
	bool is_contact;
};

struct complaint {
	int32_t day;
	char *parts; /* each with its NUL, and an empty one at the end */
};

struct enquiries {
	struct enquiry *items; /* by case number */
	size_t room;
	uint32_t highest;           /* case number that any event of the own log names */
	struct refs referrals;      /* number: the case's */
	struct refs complaint_refs; /* number: place in complaints */
	struct complaint *complaints;
	uint32_t complaint_count;
	struct person_keys keys;
	struct calls calls;
};

void enquiries_done(struct enquiries *enquiries);
void enquiries_evolve(struct enquiries *enquiries, const Wot__V1__Event *event);

/* NULL when there is none. */
const struct enquiry *enquiries_at(const struct enquiries *enquiries, uint32_t number);
const struct enquiry *enquiries_by_id(const struct enquiries *enquiries, const char *case_id);

/* NULL when there is none. complaint_ref: of the asking client's own, or CLIENT/REF. */
const struct complaint *enquiries_complaint(
	const struct enquiries *enquiries, const char *client, const char *complaint_ref);
bool complaint_has(const struct complaint *complaint, const char *part);

/* The status that a referral has now. */
static inline Wot__V1__ReferralProgressed__Status enquiry_status(const struct enquiry *enquiry)
{
	return progress_status(enquiry->history[enquiry->history_len - 1]);
}

#endif
