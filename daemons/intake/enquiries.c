#include "daemons/intake/enquiries.h"

#include "lib/calendar.h"
#include "lib/clean.h"
#include "lib/grow.h"
#include "proto/case_id.h"
#include <string.h>

enum { HISTORY_MAX = 1000 }; /* far more than a case has steps; the log has them all */

void enquiries_done(struct enquiries *enquiries)
{
	calls_done(&enquiries->calls);
	for (uint32_t i = 0; i < enquiries->room; i++)
		free(enquiries->items[i].history);
	free(enquiries->items);
	for (uint32_t i = 0; i < enquiries->complaint_count; i++)
		free(enquiries->complaints[i].parts);
	free(enquiries->complaints);
	refs_done(&enquiries->referrals);
	refs_done(&enquiries->complaint_refs);
	person_keys_done(&enquiries->keys);
}

/* ---- finding ---- */

const struct enquiry *enquiries_at(const struct enquiries *enquiries, uint32_t number)
{
	return number < enquiries->room && enquiries->items[number].year ? &enquiries->items[number]
									 : NULL;
}

const struct enquiry *enquiries_by_id(const struct enquiries *enquiries, const char *case_id)
{
	int year;
	uint32_t number;
	if (case_id_parse(case_id, &year, &number) != 0)
		return NULL;
	const struct enquiry *enquiry = enquiries_at(enquiries, number);
	return enquiry && enquiry->year == year ? enquiry : NULL;
}

const struct complaint *enquiries_complaint(
	const struct enquiries *enquiries, const char *client, const char *complaint_ref)
{
	uint32_t number = refs_find(&enquiries->complaint_refs, client, complaint_ref);
	return number ? &enquiries->complaints[number - 1] : NULL;
}

bool complaint_has(const struct complaint *complaint, const char *part)
{
	const char *at = complaint->parts;
	while (*at && strcmp(at, part) != 0)
		at += strlen(at) + 1;
	return *at;
}

/* ---- what the own log says ---- */

static void progress_add(
	struct enquiry *enquiry, int64_t at_ms, Wot__V1__ReferralProgressed__Status status)
{
	if (enquiry->history_len == HISTORY_MAX)
		return;
	enquiry->history =
		grow_push(enquiry->history, enquiry->history_len, sizeof *enquiry->history);
	enquiry->history[enquiry->history_len++] = (uint64_t)at_ms << 8 | status;
}

static Wot__V1__AgeGroup__Value age_group_of(const Wot__V1__HelpRequest *request)
{
	if (request->youth)
		return WOT__V1__AGE_GROUP__VALUE__YOUTH;
	if (request->has_age_years)
		return WOT__V1__AGE_GROUP__VALUE__ADULT;
	return request->has_age_group ? request->age_group : WOT__V1__AGE_GROUP__VALUE__UNKNOWN;
}

static struct enquiry *enquiry_at(struct enquiries *enquiries, uint32_t number)
{
	enquiries->items =
		grown(enquiries->items, &enquiries->room, number, sizeof *enquiries->items);
	return &enquiries->items[number];
}

static void enquiry_add(struct enquiries *enquiries, const Wot__V1__Event *event,
	const Wot__V1__HelpRequest *made, bool is_referral)
{
	int year;
	uint32_t number;
	must(case_id_parse(event->case_id, &year, &number) == 0);
	struct enquiry *enquiry = enquiry_at(enquiries, number);
	must(!enquiry->year);
	enquiry->year = (uint16_t)year;
	enquiry->channel = (uint8_t)made->channel;
	enquiry->location = (uint8_t)(made->has_location ? made->location : 0);
	enquiry->age_group = (uint8_t)age_group_of(made);
	enquiry->legal_basis = (uint8_t)event->legal_basis;
	if (is_referral) {
		progress_add(enquiry, event->occurred_at,
			WOT__V1__REFERRAL_PROGRESSED__STATUS__RECEIVED);
		refs_add(&enquiries->referrals, event->client, event->external_ref, number);
	}
}

static void complaint_add(struct enquiries *enquiries, const Wot__V1__Event *event)
{
	const Wot__V1__Complaint *complaint = event->body->complaint;
	struct buf parts = {0};
	for (size_t i = 0; i < complaint->n_parts; i++)
		buf_add(&parts, complaint->parts[i], strlen(complaint->parts[i]) + 1);
	buf_char(&parts, 0);
	uint32_t count = enquiries->complaint_count;
	enquiries->complaints =
		grow_push(enquiries->complaints, count, sizeof *enquiries->complaints);
	enquiries->complaints[count] = (struct complaint){
		.day = calendar_day_of(event->occurred_at),
		.parts = parts.data,
	};
	enquiries->complaint_count = count + 1;
	refs_add(&enquiries->complaint_refs, event->client, event->external_ref, count + 1);
}

void enquiries_evolve(struct enquiries *enquiries, const Wot__V1__Event *event)
{
	const Wot__V1__Body *body = event->body;
	int year;
	uint32_t number = 0;
	calls_evolve(&enquiries->calls, event);
	if (event->case_id && case_id_parse(event->case_id, &year, &number) == 0 &&
		number > enquiries->highest)
		enquiries->highest = number;
	person_keys_evolve(&enquiries->keys, event);
	struct enquiry *enquiry = (struct enquiry *)enquiries_at(enquiries, number);
	switch (body->kind_case) {
	case WOT__V1__BODY__KIND_HELP_REQUEST:
		enquiry_add(enquiries, event, body->help_request, false);
		break;
	case WOT__V1__BODY__KIND_REFERRAL:
		enquiry_add(enquiries, event, body->referral, true);
		break;
	case WOT__V1__BODY__KIND_COMPLAINT:
		complaint_add(enquiries, event);
		break;
	case WOT__V1__BODY__KIND_REQUEST_BECAME_CONTACT:
		must(enquiry);
		enquiry->is_contact = true;
		break;
	case WOT__V1__BODY__KIND_CONTACT_BECAME_REQUEST:
		must(enquiry);
		enquiry->is_contact = false;
		break;
	case WOT__V1__BODY__KIND_REFERRAL_PROGRESSED:
		must(enquiry);
		progress_add(enquiry, event->occurred_at, body->referral_progressed->status);
		break;
	default:
		break;
	}
}
