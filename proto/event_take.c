#include "proto/case_id.h"
#include "proto/door.h"
#include "proto/wire.h"

#include <pthread.h>
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

static void check_name(
	const struct wire_value *name, bool needed, const char *pointer, struct faults *faults)
{
	if (!name->present && needed)
		fault_add(faults, pointer, "required");
	else if (name->present && name->len > NAME_MAX_LEN)
		fault_add(faults, pointer, "longer than %d bytes", NAME_MAX_LEN);
}

/* What is looked at of an event, whatever its kind. */
enum { CLIENT, EXTERNAL_REF, CASE_ID, DIGEST, ENVELOPE_FIELDS };
static struct wire_plan *envelope;

static void envelope_make(void)
{
	static const char *const paths[ENVELOPE_FIELDS] = {
		"client", "external_ref", "case_id", "digest"};
	const char *unknown = NULL;
	envelope = wire_plan_new(&wot__v1__event__descriptor, paths, ENVELOPE_FIELDS, &unknown);
	must(envelope);
}

static void check_envelope(const uint8_t *bytes, size_t len, struct faults *faults)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, envelope_make);
	struct wire_value values[ENVELOPE_FIELDS], *case_id = &values[CASE_ID];
	int year;
	uint32_t number, kind = event_kind(bytes, len);
	must(wire_read(envelope, bytes, len, values) == 0); /* wire_check let it pass */
	bool named = values[DIGEST].present || is_named(kind);
	if (!event_kind_name(kind))
		fault_add(faults, "/body", "of a kind that is not known");
	check_name(&values[CLIENT], named, "/client", faults);
	check_name(&values[EXTERNAL_REF], named, "/externalRef", faults);
	if (!case_id->present && is_of_a_case(kind))
		fault_add(faults, "/caseId", "required");
	else if (case_id->present && case_id_read(case_id->data, case_id->len, &year, &number) != 0)
		fault_add(faults, "/caseId", "a case number such as 2025-000123 expected");
}

int event_check(const uint8_t *bytes, size_t len, struct faults *faults)
{
	size_t before = faults->count;
	if (wire_check(&wot__v1__event__descriptor, bytes, len, WIRE_OWN, "", faults) == 0)
		check_envelope(bytes, len, faults);
	return faults->count == before ? 0 : ERR_INVALID;
}

Wot__V1__Event *event_checked(const uint8_t *bytes, size_t len, struct arena *arena)
{
	Wot__V1__Event *event = event_unpack(bytes, len, arena);
	must(event); /* what wire_check lets pass is one */
	return event;
}

Wot__V1__Event *event_take(const uint8_t *bytes, size_t len, struct faults *faults)
{
	return event_check(bytes, len, faults) == 0 ? event_checked(bytes, len, faults->arena)
						    : NULL;
}
