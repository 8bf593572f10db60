#include "proto/submission.h"

#include "lib/calendar.h"
#include "proto/door.h"
#include "proto/field.h"
#include "proto/limit.h"
#include "proto/name.h"
#include "proto/personal.h"
#include <sodium.h>
#include <stdio.h>

/*
 * What fields may be together, and when. What one field may hold by itself is a row of limit.def. A
 * rule about a field that is broken already is not judged: it would say a second thing about one
 * mistake.
 */
#define AHEAD_MAX_MS INT64_C(300000)
enum { FIRST_YEAR = 2015, BIRTH_YEAR_MIN = 1900 };

struct check {
	const Wot__V1__Submission *submission;
	const ProtobufCMessage *message; /* of its kind */
	char at[80];                     /* where that stands: "", "/closed" */
	int32_t today;
	int32_t occurred_on; /* days in Amsterdam */
	struct faults *faults;
};

/* A pointer below the message. */
static const char *below(const struct check *check, const char *pointer, char out[160])
{
	snprintf(out, 160, "%s%s", check->at, pointer);
	return out;
}

static bool is_broken(const struct check *check, const char *pointer)
{
	return limit_broken(check->faults, below(check, pointer, (char[160]){0}));
}

static void refuse(const struct check *check, const char *pointer, const char *detail)
{
	limit_fault(check->faults, below(check, pointer, (char[160]){0}), "%s", detail);
}

static int32_t year_start(int year)
{
	return calendar_day((struct calendar_date){year, 1, 1});
}

/* ---- all kinds ---- */

static void check_time(const struct check *check, int64_t now_ms)
{
	int64_t occurred_at = check->submission->occurred_at;
	if (occurred_at > now_ms + AHEAD_MAX_MS)
		limit_fault(check->faults, "/occurredAt", "more than 5 minutes ahead");
	if (calendar_day_of(occurred_at) < year_start(FIRST_YEAR))
		limit_fault(check->faults, "/occurredAt", "before %d", FIRST_YEAR);
}

/* Screenings and case events name their case, by one of the two; what comes in at intake has none.
 */
static void check_case(const struct check *check, bool wants_case)
{
	const char *id = check->submission->case_id;
	const char *ref = check->submission->case_ref;
	if (!wants_case) {
		if (id)
			limit_fault(check->faults, "/caseId", "unknown field");
		if (ref)
			limit_fault(check->faults, "/caseRef", "unknown field");
	} else if (id && ref) {
		limit_fault(check->faults, "/caseRef", "not beside caseId");
	} else if (!id && !ref && !limit_broken(check->faults, "/caseRef")) {
		limit_fault(check->faults, "/caseId", "caseId or caseRef required");
	}
}

/* ---- intake ---- */

static void check_call(const struct check *check)
{
	const Wot__V1__Call *call = (const Wot__V1__Call *)check->message;
	bool waited = call->event == WOT__V1__CALL__EVENT__ANSWERED ||
		      call->event == WOT__V1__CALL__EVENT__ABANDONED;
	if (waited && !call->has_wait_seconds)
		refuse(check, "/waitSeconds", "required with ANSWERED and ABANDONED");
}

static void check_person(const struct check *check, const Wot__V1__Person *person)
{
	if (!person)
		return;
	if (person->house_number_addition && !person->has_house_number &&
		!is_broken(check, "/person/houseNumber"))
		refuse(check, "/person/houseNumberAddition", "only beside houseNumber");
	if (!person->has_birth_date)
		return;
	if (person->birth_date < year_start(BIRTH_YEAR_MIN))
		refuse(check, "/person/birthDate", "before 1900");
	if (person->birth_date > check->occurred_on)
		refuse(check, "/person/birthDate", "after the day of occurredAt");
}

static void check_request(const struct check *check)
{
	const Wot__V1__HelpRequest *request = (const Wot__V1__HelpRequest *)check->message;
	check_person(check, request->person);
	if (request->ward && request->postcode)
		refuse(check, "/postcode", "not beside ward");
	if (request->has_age_group && request->person && request->person->has_birth_date)
		refuse(check, "/ageGroup", "not beside person.birthDate");
}

static void check_help_request(const struct check *check)
{
	check_request(check);
	if (((const Wot__V1__HelpRequest *)check->message)->referrer)
		refuse(check, "/referrer", "unknown field");
}

static void check_referral(const struct check *check)
{
	const Wot__V1__HelpRequest *referral = (const Wot__V1__HelpRequest *)check->message;
	check_request(check);
	if (!referral->referrer)
		refuse(check, "/referrer", "required");
	bool consent = referral->has_consent && referral->consent;
	if (!consent && !referral->has_legal_basis && !is_broken(check, "/legalBasis"))
		refuse(check, "/consent", "true expected, or a legalBasis");
}

static void check_survey(const struct check *check)
{
	const Wot__V1__Survey *survey = (const Wot__V1__Survey *)check->message;
	if (survey->satisfied > survey->answered && !is_broken(check, "/answered"))
		refuse(check, "/satisfied", "more than answered");
}

/* ---- case ---- */

static const field_t *corrected_field(const char *json)
{
	const ProtobufCMessageDescriptor *type = &wot__v1__corrected__descriptor;
	for (const field_t *field = type->fields; field < field_end(type); field++)
		if (json_name_is(field->name, json))
			return field;
	return NULL;
}

/* Taking a day back leaves a gap; a case can live with two of them. */
static void check_removed(const struct check *check, const char *name, size_t index)
{
	char pointer[32];
	snprintf(pointer, sizeof pointer, "/remove/%zu", index);
	if (json_name_is("reported_on", name))
		refuse(check, pointer, "a case cannot be without the day of its report");
	else if (json_name_is("closed_on", name))
		refuse(check, pointer, "a closing is taken back by reopened");
	else if (!json_name_is("first_contact_on", name) &&
		 !json_name_is("support_started_on", name))
		refuse(check, pointer, "firstContactOn or supportStartedOn expected");
	else if (field_count(check->message, corrected_field(name)))
		refuse(check, pointer, "also set");
}

static void check_corrected(const struct check *check)
{
	const ProtobufCMessage *message = check->message;
	const ProtobufCMessageDescriptor *type = message->descriptor;
	bool any = false;
	for (const field_t *field = type->fields; field < field_end(type); field++) {
		if (!field_count(message, field))
			continue;
		any = true;
		if (field->type != PROTOBUF_C_TYPE_SFIXED32)
			continue;
		int32_t day = *(const int32_t *)field_item(message, field, 0);
		char pointer[68] = "/";
		json_name(field->name, pointer + 1);
		if (day > check->today)
			refuse(check, pointer, "a day to come");
		if (day < year_start(FIRST_YEAR))
			refuse(check, pointer, "before 2015");
	}
	if (!any)
		refuse(check, "", "a field to correct, or remove, expected");
	const Wot__V1__Corrected *corrected = (const Wot__V1__Corrected *)message;
	for (size_t i = 0; i < corrected->n_remove; i++)
		check_removed(check, corrected->remove[i], i);
}

/* ---- a submission ---- */

static void check_kind(const struct check *check, Wot__V1__Body__KindCase kind)
{
	switch (kind) {
	case WOT__V1__BODY__KIND_CALL:
		check_call(check);
		break;
	case WOT__V1__BODY__KIND_HELP_REQUEST:
		check_help_request(check);
		break;
	case WOT__V1__BODY__KIND_REFERRAL:
		check_referral(check);
		break;
	case WOT__V1__BODY__KIND_SIGNAL:
		check_person(check, ((const Wot__V1__Signal *)check->message)->person);
		break;
	case WOT__V1__BODY__KIND_SURVEY:
		check_survey(check);
		break;
	case WOT__V1__BODY__KIND_CORRECTED:
		check_corrected(check);
		break;
	default:
		break;
	}
}

void submission_check(Wot__V1__Submission *submission, int64_t now_ms, struct faults *faults)
{
	limit_lines(submission->body);
	struct check check = {
		.submission = submission,
		.message = body_message(submission->body),
		.today = calendar_day_of(now_ms),
		.faults = faults,
	};
	const struct door *door = door_of_kind(NULL, submission->body->kind_case);
	limit_check(&submission->base, "", faults);
	check_time(&check, now_ms);
	check.occurred_on = limit_broken(faults, "/occurredAt")
				    ? check.today
				    : calendar_day_of(submission->occurred_at);
	if (!door || !check.message)
		return;
	door_pointer(door, check.at);
	check_case(&check, door->has_case);
	limit_check(check.message, check.at, faults);
	check_kind(&check, door->kind);
}

bool submission_is_personal(const Wot__V1__Submission *submission)
{
	return message_is_personal(&submission->base);
}

void submission_digest(const Wot__V1__Submission *submission, const uint8_t key[32],
	const uint8_t salt[16], uint8_t out[16])
{
	_Static_assert(crypto_generichash_blake2b_SALTBYTES == 16, "a salt fills its place");
	auto_buf struct buf packed = {0};
	message_pack(&submission->base, &packed);
	must(crypto_generichash_blake2b_salt_personal(out, 16, (const uint8_t *)packed.data,
		     packed.len, key, key ? 32 : 0, salt, NULL) == 0);
}
