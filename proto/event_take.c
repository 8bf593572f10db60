#include "proto/case_id.h"
#include "proto/door.h"
#include "proto/wire.h"

#include <string.h>

enum { NAME_MAX_LEN = 64 };

/* What only a door makes, and what is said of it later, under the name that its sender gave it. */
static bool is_named(uint32_t kind)
{
	return door_of_kind("intake", kind) || kind == WOT__V1__BODY__KIND_CASE_REGISTERED ||
	       kind == WOT__V1__BODY__KIND_SIGNAL_LISTED;
}

static bool is_of_a_case(uint32_t kind)
{
	return kind == WOT__V1__BODY__KIND_HELP_REQUEST || kind == WOT__V1__BODY__KIND_REFERRAL ||
	       kind == WOT__V1__BODY__KIND_CASE_REGISTERED;
}

static void check_name(const char *name, bool needed, const char *pointer, struct faults *faults)
{
	if (!name && needed)
		fault_add(faults, pointer, "required");
	else if (name && strlen(name) > NAME_MAX_LEN)
		fault_add(faults, pointer, "longer than %d bytes", NAME_MAX_LEN);
}

static void check_envelope(const Wot__V1__Event *event, struct faults *faults)
{
	int year;
	uint32_t number, kind = event->body->kind_case;
	bool named = event->has_digest || is_named(kind);
	if (!event_kind_name(kind))
		fault_add(faults, "/body", "of a kind that is not known");
	check_name(event->client, named, "/client", faults);
	check_name(event->external_ref, named, "/externalRef", faults);
	if (!event->case_id && is_of_a_case(kind))
		fault_add(faults, "/caseId", "required");
	else if (event->case_id && case_id_parse(event->case_id, &year, &number) != 0)
		fault_add(faults, "/caseId", "a case number such as 2025-000123 expected");
}

Wot__V1__Event *event_take(const uint8_t *bytes, size_t len, struct faults *faults)
{
	const ProtobufCMessageDescriptor *type = &wot__v1__event__descriptor;
	if (wire_check(type, bytes, len, WIRE_OWN, "", faults) != 0)
		return NULL;
	Wot__V1__Event *event = event_unpack(bytes, len, faults->arena);
	must(event); /* what wire_check lets pass is one */
	size_t before = faults->count;
	check_envelope(event, faults);
	return faults->count == before ? event : NULL;
}
