#include "daemons/intake/requests.h"

#include "lib/calendar.h"
#include "lib/clean.h"
#include "lib/grow.h"
#include "proto/case_id.h"
#include <string.h>

enum { HISTORY_MAX = 1000 }; /* far more than a case has steps; the log has them all */

void requests_done(struct requests *requests)
{
	calls_done(&requests->calls);
	for (uint32_t i = 0; i < requests->room; i++)
		free(requests->items[i].history);
	free(requests->items);
	for (uint32_t i = 0; i < requests->complaint_count; i++)
		free(requests->complaints[i].parts);
	free(requests->complaints);
	refs_done(&requests->referrals);
	refs_done(&requests->complaint_refs);
	person_keys_done(&requests->keys);
}

/* ---- finding ---- */

const struct request *requests_at(const struct requests *requests, uint32_t number)
{
	return number < requests->room && requests->items[number].year ? &requests->items[number]
								       : NULL;
}

const struct request *requests_by_id(const struct requests *requests, const char *case_id)
{
	int year;
	uint32_t number;
	if (case_id_parse(case_id, &year, &number) != 0)
		return NULL;
	const struct request *request = requests_at(requests, number);
	return request && request->year == year ? request : NULL;
}

const struct complaint *requests_complaint(
	const struct requests *requests, const char *client, const char *complaint_ref)
{
	uint32_t number = refs_find(&requests->complaint_refs, client, complaint_ref);
	return number ? &requests->complaints[number - 1] : NULL;
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
	struct request *request, int64_t at_ms, Wot__V1__ReferralProgressed__Status status)
{
	if (request->history_len == HISTORY_MAX)
		return;
	request->history =
		grow_push(request->history, request->history_len, sizeof *request->history);
	request->history[request->history_len++] = (uint64_t)at_ms << 8 | status;
}

static Wot__V1__AgeGroup__Value age_group_of(const Wot__V1__HelpRequest *request)
{
	if (request->youth)
		return WOT__V1__AGE_GROUP__VALUE__YOUTH;
	if (request->has_age_years)
		return WOT__V1__AGE_GROUP__VALUE__ADULT;
	return request->has_age_group ? request->age_group : WOT__V1__AGE_GROUP__VALUE__UNKNOWN;
}

static struct request *request_at(struct requests *requests, uint32_t number)
{
	requests->items = grown(requests->items, &requests->room, number, sizeof *requests->items);
	return &requests->items[number];
}

static void request_add(struct requests *requests, const Wot__V1__Event *event,
	const Wot__V1__HelpRequest *made, bool is_referral)
{
	int year;
	uint32_t number;
	must(case_id_parse(event->case_id, &year, &number) == 0);
	struct request *request = request_at(requests, number);
	must(!request->year);
	request->year = (uint16_t)year;
	request->channel = (uint8_t)made->channel;
	request->location = (uint8_t)(made->has_location ? made->location : 0);
	request->age_group = (uint8_t)age_group_of(made);
	request->legal_basis = (uint8_t)event->legal_basis;
	if (is_referral) {
		progress_add(request, event->occurred_at,
			WOT__V1__REFERRAL_PROGRESSED__STATUS__RECEIVED);
		refs_add(&requests->referrals, event->client, event->external_ref, number);
	}
}

static void complaint_add(struct requests *requests, const Wot__V1__Event *event)
{
	const Wot__V1__Complaint *complaint = event->body->complaint;
	struct buf parts = {0};
	for (size_t i = 0; i < complaint->n_parts; i++)
		buf_add(&parts, complaint->parts[i], strlen(complaint->parts[i]) + 1);
	buf_char(&parts, 0);
	uint32_t count = requests->complaint_count;
	requests->complaints = grow_push(requests->complaints, count, sizeof *requests->complaints);
	requests->complaints[count] = (struct complaint){
		.day = calendar_day_of(event->occurred_at),
		.parts = parts.data,
	};
	requests->complaint_count = count + 1;
	refs_add(&requests->complaint_refs, event->client, event->external_ref, count + 1);
}

void requests_evolve(struct requests *requests, const Wot__V1__Event *event)
{
	const Wot__V1__Body *body = event->body;
	int year;
	uint32_t number = 0;
	calls_evolve(&requests->calls, event);
	if (event->case_id && case_id_parse(event->case_id, &year, &number) == 0 &&
		number > requests->highest)
		requests->highest = number;
	person_keys_evolve(&requests->keys, event);
	struct request *request = (struct request *)requests_at(requests, number);
	switch (body->kind_case) {
	case WOT__V1__BODY__KIND_HELP_REQUEST:
		request_add(requests, event, body->help_request, false);
		break;
	case WOT__V1__BODY__KIND_REFERRAL:
		request_add(requests, event, body->referral, true);
		break;
	case WOT__V1__BODY__KIND_COMPLAINT:
		complaint_add(requests, event);
		break;
	case WOT__V1__BODY__KIND_REQUEST_BECAME_CONTACT:
		must(request);
		request->is_contact = true;
		break;
	case WOT__V1__BODY__KIND_CONTACT_BECAME_REQUEST:
		must(request);
		request->is_contact = false;
		break;
	case WOT__V1__BODY__KIND_REFERRAL_PROGRESSED:
		must(request);
		progress_add(request, event->occurred_at, body->referral_progressed->status);
		break;
	default:
		break;
	}
}
