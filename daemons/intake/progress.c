#include "daemons/intake/progress.h"

#include "proto/case_id.h"
#include "proto/door.h"
#include "proto/json.h"
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
static bool goes_on(const struct request *referral, Wot__V1__Body__KindCase kind, unsigned to)
{
	unsigned from = request_status(referral);
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

bool progress_of(const struct request *referral, const Wot__V1__Event *event,
	Wot__V1__ReferralProgressed__Status *status)
{
	unsigned to = status_of(event);
	if (to == STAYS || to == request_status(referral) ||
		!goes_on(referral, event->body->kind_case, to))
		return false;
	*status = to;
	return true;
}

/* ---- what the partner reads ---- */

static const char *status_name(progress_t progress)
{
	const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(
		&wot__v1__referral_progressed__status__descriptor, (int)progress_status(progress));
	must(value);
	return value->name;
}

/* name: CLIENT/REF. Who may read all is told whose it is. */
static void referral_add(
	const struct requests *requests, uint32_t number, bool reads_all, struct buf *json)
{
	const struct request *referral = requests_at(requests, number);
	const char *name = refs_name(&requests->referrals, number), *ref = strchr(name, '/') + 1;
	char id[CASE_ID_ROOM];
	case_id_print(referral->year, number, id);
	buf_text(json, "{\"externalRef\":");
	buf_json(json, ref);
	if (reads_all)
		buf_printf(json, ",\"client\":\"%.*s\"", (int)(ref - name - 1), name);
	buf_printf(json, ",\"caseId\":\"%s\",\"status\":\"%s\",\"history\":[", id,
		status_name(referral->history[referral->history_len - 1]));
	for (size_t i = 0; i < referral->history_len; i++) {
		char at[32];
		instant_print(progress_at_ms(referral->history[i]), at);
		buf_printf(json, "%s{\"status\":\"%s\",\"at\":\"%s\"}", i ? "," : "",
			status_name(referral->history[i]), at);
	}
	buf_text(json, "]}");
}

static bool may_read(
	const struct requests *requests, const struct core_query *query, uint32_t number)
{
	const char *name = refs_name(&requests->referrals, number);
	size_t len = strlen(query->client);
	if (!name)
		return false;
	return query->role == ROLE_OPERATOR ||
	       (strncmp(name, query->client, len) == 0 && name[len] == '/');
}

/* A page in order of case number; `next` is there when there is more: give it as `after`. */
static int list_add(
	const struct requests *requests, const struct core_query *query, struct buf *json)
{
	int year;
	uint32_t number = 0, last = 0;
	if (query->after && case_id_parse(query->after, &year, &number) != 0)
		return ERR_INVALID;
	unsigned count = 0;
	buf_text(json, "{\"items\":[");
	while (++number < requests->room) {
		if (!may_read(requests, query, number))
			continue;
		if (count == query->limit)
			break;
		buf_text(json, count++ ? "," : "");
		referral_add(requests, number, query->role == ROLE_OPERATOR, json);
		last = number;
	}
	buf_char(json, ']');
	if (last && number < requests->room) {
		char id[CASE_ID_ROOM];
		case_id_print(requests_at(requests, last)->year, last, id);
		buf_printf(json, ",\"next\":\"%s\"", id);
	}
	buf_char(json, '}');
	return 0;
}

int progress_query(
	const struct requests *requests, const struct core_query *query, struct buf *json)
{
	static const char list[] = "/v1/referrals";
	size_t len = strlen(list);
	if (strncmp(query->path, list, len) != 0 || (query->path[len] && query->path[len] != '/'))
		return ERR_NOT_FOUND;
	if (!(role_may_read(query->role) & READ_REFERRALS))
		return ERR_FORBIDDEN;
	if (!query->path[len])
		return list_add(requests, query, json);
	uint32_t number = refs_find(&requests->referrals, query->client, query->path + len + 1);
	if (!may_read(requests, query, number))
		return ERR_NOT_FOUND;
	referral_add(requests, number, query->role == ROLE_OPERATOR, json);
	return 0;
}
