#include "daemons/intake/progress.h"

#include "core/get.h"
#include "proto/case_id.h"
#include "proto/door.h"
#include "proto/json.h"
#include "proto/role.h"
#include <string.h>

#define STATUS(name) WOT__V1__REFERRAL_PROGRESSED__STATUS__##name
enum { STAYS = 0 }; /* no status of the enumeration */

/* ---- how it goes on ---- */

static unsigned status_of_screening(Wot__V1__Screening__Outcome outcome)
{
	switch (outcome) {
	case WOT__V1__SCREENING__OUTCOME__TO_SUPPORT:
		return STATUS(ACCEPTED);
	case WOT__V1__SCREENING__OUTCOME__REDIRECTED:
	case WOT__V1__SCREENING__OUTCOME__WELFARE_ACTIVITY:
		return STATUS(REDIRECTED);
	case WOT__V1__SCREENING__OUTCOME__WITHDRAWN:
		return STATUS(REJECTED);
	case WOT__V1__SCREENING__OUTCOME__ADVICE:
		return STATUS(CLOSED);
	default:
		return STAYS;
	}
}

/* A correction may fill in a day that was missing. */
static unsigned status_of_facts(const Wot__V1__CaseFacts *facts)
{
	if (facts && facts->has_support_started_on)
		return STATUS(IN_SUPPORT);
	return facts && facts->has_first_contact_on ? STATUS(FIRST_CONTACT) : STAYS;
}

static unsigned status_of(const Wot__V1__Event *event)
{
	const Wot__V1__Body *body = event->body;
	switch (body->kind_case) {
	case WOT__V1__BODY__KIND_CASE_ROUTED:
		return body->case_routed->redirected_to ? STATUS(REDIRECTED) : STAYS;
	case WOT__V1__BODY__KIND_SCREENING:
		return status_of_screening(body->screening->outcome);
	case WOT__V1__BODY__KIND_FIRST_CONTACT:
		return STATUS(FIRST_CONTACT);
	case WOT__V1__BODY__KIND_SUPPORT_STARTED:
	case WOT__V1__BODY__KIND_REOPENED:
		return STATUS(IN_SUPPORT);
	case WOT__V1__BODY__KIND_CLOSED:
		return STATUS(CLOSED);
	case WOT__V1__BODY__KIND_CORRECTED:
		return status_of_facts(event->facts);
	default:
		return STAYS;
	}
}

/* Steps arrive in any order; one that lies before what is known already does not take it back. */
static bool goes_on(const struct enquiry *referral, Wot__V1__Body__KindCase kind, unsigned to)
{
	unsigned from = enquiry_status(referral);
	bool taken_up =
		from == STATUS(IN_SUPPORT) || (from == STATUS(CLOSED) && !referral->is_contact);
	if (kind == WOT__V1__BODY__KIND_CLOSED || kind == WOT__V1__BODY__KIND_REOPENED)
		return true;
	if (taken_up)
		return false;
	if (kind == WOT__V1__BODY__KIND_CASE_ROUTED) /* rules propose; a screening has decided */
		return from == STATUS(RECEIVED);
	if (to == STATUS(FIRST_CONTACT))
		return from != STATUS(CLOSED);
	return to != STATUS(ACCEPTED) || from != STATUS(FIRST_CONTACT);
}

bool progress_of(const struct enquiry *referral, const Wot__V1__Event *event,
	Wot__V1__ReferralProgressed__Status *status)
{
	unsigned to = status_of(event);
	if (to == STAYS || to == enquiry_status(referral) ||
		!goes_on(referral, event->body->kind_case, to))
		return false;
	*status = to;
	return true;
}

/* ---- what the partner reads ---- */

static Wot__V1__Referral__Step *step_new(progress_t progress, struct arena *arena)
{
	Wot__V1__Referral__Step *step =
		(void *)message_new(&wot__v1__referral__step__descriptor, arena);
	step->status = (Wot__V1__ReferralProgressed__Status)progress_status(progress);
	step->at = progress_at_ms(progress);
	return step;
}

/* Its name is CLIENT/REF. Who may read all is told whose it is. */
static void referral_fill(const struct enquiries *enquiries, uint32_t number,
	const struct get_query *query, Wot__V1__Referral *out)
{
	const struct enquiry *referral = enquiries_at(enquiries, number);
	char *name = arena_strdup(query->arena, refs_name(&enquiries->referrals, number));
	char *slash = strchr(name, '/');
	*slash = 0;
	out->external_ref = slash + 1;
	out->client = query->role == ROLE_OPERATOR ? name : NULL;
	out->case_id = case_id_new(referral->year, number, query->arena);
	out->n_history = referral->history_len;
	out->history = arena_alloc(query->arena, out->n_history * sizeof *out->history);
	for (size_t i = 0; i < out->n_history; i++)
		out->history[i] = step_new(referral->history[i], query->arena);
	out->status = out->history[out->n_history - 1]->status;
}

static bool may_read(
	const struct enquiries *enquiries, const struct get_query *query, uint32_t number)
{
	const char *name = refs_name(&enquiries->referrals, number);
	size_t len = strlen(query->client);
	if (!name)
		return false;
	return query->role == ROLE_OPERATOR ||
	       (strncmp(name, query->client, len) == 0 && name[len] == '/');
}

int get_referrals(const void *knowledge, const struct get_query *query, struct get_answer *answer,
	struct why *why)
{
	const struct enquiries *enquiries = knowledge;
	const Wot__V1__Page *page = (const void *)query->parameters;
	Wot__V1__Referrals *out = (void *)answer->message;
	uint32_t number = 0;
	int err = page_after_case(page, &number, why);
	if (err)
		return err;
	out->items = arena_alloc(query->arena, page->limit * sizeof *out->items);
	while (++number < enquiries->room) {
		if (!may_read(enquiries, query, number))
			continue;
		if (out->n_items == page->limit) {
			out->next = out->items[out->n_items - 1]->case_id;
			break;
		}
		Wot__V1__Referral *item =
			(void *)message_new(&wot__v1__referral__descriptor, query->arena);
		referral_fill(enquiries, number, query, item);
		out->items[out->n_items++] = item;
	}
	return 0;
}

/* Another client's is not found either. */
int get_referral(const void *knowledge, const struct get_query *query, struct get_answer *answer,
	struct why *why)
{
	(void)why;
	const struct enquiries *enquiries = knowledge;
	uint32_t number = refs_find(&enquiries->referrals, query->client, query->named);
	if (!may_read(enquiries, query, number))
		return ERR_NOT_FOUND;
	referral_fill(enquiries, number, query, (void *)answer->message);
	return 0;
}
