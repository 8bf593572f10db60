/*
 * What a log holds, before a core believes it: a block may have its right hash and still hold an event that
 * nobody of this version wrote. Each of these once stopped a reader, or let it read past what was there.
 */
#include "lib/calendar.h"
#include "proto/case_id.h"
#include "proto/event.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
// clang-format on
#include <stdio.h>
#include <string.h>

/* Members that an event has, for a test to change. */
struct made {
	Wot__V1__Event event;
	Wot__V1__Body body;
	Wot__V1__HelpRequest request;
	Wot__V1__Person person;
	Wot__V1__Sealed sealed;
	int values[2];
	uint8_t bytes[64];
	char text[128];
};

static char *as_text(const char *constant)
{
	return (char *)(uintptr_t)constant;
}

static void request_make(struct made *made)
{
	*made = (struct made){.event = WOT__V1__EVENT__INIT,
		.body = WOT__V1__BODY__INIT,
		.request = WOT__V1__HELP_REQUEST__INIT,
		.person = WOT__V1__PERSON__INIT,
		.sealed = WOT__V1__SEALED__INIT,
		.values = {1, 1}};
	made->request.channel = WOT__V1__CHANNEL__VALUE__PHONE;
	made->event.id = (ProtobufCBinaryData){16, made->bytes};
	made->event.recorded_at = made->event.occurred_at = 1795254600000;
	made->event.client = as_text("desk");
	made->event.external_ref = as_text("r-1");
	made->event.case_id = as_text("2026-000001");
	made->event.has_digest = true;
	made->event.digest = made->event.id;
	made->event.body = &made->body;
	body_set(&made->body, WOT__V1__BODY__KIND_HELP_REQUEST, &made->request.base);
}

static void pack(const struct made *made, struct buf *out)
{
	message_pack(&made->event.base, out); /* event_pack would not */
}

/* The first fault as "pointer: detail"; "" when it is taken. */
static const char *taken(const struct buf *bytes, char out[256])
{
	auto_arena struct arena arena = {0};
	struct faults faults = {.arena = &arena};
	const Wot__V1__Event *event = event_take((const uint8_t *)bytes->data, bytes->len, &faults);
	assert_int_equal(event == NULL, faults.count > 0);
	out[0] = 0;
	if (faults.count)
		snprintf(out, 256, "%s: %s", faults.items[0].pointer, faults.items[0].detail);
	return out;
}

static void assert_taken(const struct made *made, const char *expected)
{
	auto_buf struct buf bytes = {0};
	char told[256];
	pack(made, &bytes);
	assert_string_equal(taken(&bytes, told), expected);
}

static void a_request_as_intake_writes_it_is_taken(void **state)
{
	(void)state;
	struct made made;
	request_make(&made);
	made.request.sealed = &made.sealed;
	made.sealed.key_id = made.event.id;
	made.request.has_household_id = true;
	made.request.household_id = made.event.id;
	made.request.n_problems = 1;
	made.request.problems = (Wot__V1__Problem__Value *)made.values;
	assert_taken(&made, "");
	made.event.case_id = as_text("9999-67108863");
	assert_taken(&made, "");
}

#define CHANGED(expected, ...)                                                                     \
	do {                                                                                       \
		struct made made;                                                                  \
		request_make(&made);                                                               \
		__VA_ARGS__;                                                                       \
		assert_taken(&made, expected);                                                     \
	} while (0)

static void a_request_lacks_nothing_that_it_always_has(void **state)
{
	(void)state;
	CHANGED("/client: required", made.event.client = NULL);
	CHANGED("/externalRef: required", made.event.external_ref = NULL);
	CHANGED("/caseId: required", made.event.case_id = NULL);
	CHANGED("/client: required", made.event.client = NULL, made.event.has_digest = false);
	CHANGED("/client: longer than 64 bytes", memset(made.text, 'x', 65),
		made.event.client = made.text);
	CHANGED("/externalRef: longer than 64 bytes", memset(made.text, 'x', 100),
		made.event.external_ref = made.text);
}

static void a_case_has_a_number_that_can_be(void **state)
{
	(void)state;
	static const char *const bad[] = {"", "2026", "2026-67108864", "2026-4294967295",
		"2026-4294967296", "0000-000001", "2026-1", "20260-000001", "-001-000001",
		"2026-000001 ", "2026-0x0001"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		CHANGED("/caseId: a case number such as 2025-000123 expected",
			made.event.case_id = as_text(bad[i]));
}

static void an_identifier_has_its_length(void **state)
{
	(void)state;
	static const size_t bad[] = {0, 1, 15, 17, 32, 64};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		CHANGED("/id: 16 bytes expected", made.event.id.len = bad[i]);
		CHANGED("/digest: 16 bytes expected", made.event.digest.len = bad[i]);
		CHANGED("/body/helpRequest/householdId: 16 bytes expected",
			made.request.has_household_id = true,
			made.request.household_id = (ProtobufCBinaryData){bad[i], made.bytes});
		CHANGED("/body/helpRequest/sealed/keyId: 16 bytes expected",
			made.request.sealed = &made.sealed,
			made.sealed.key_id = (ProtobufCBinaryData){bad[i], made.bytes});
	}
}

static void a_value_is_one_that_this_version_knows(void **state)
{
	(void)state;
	static const int bad[] = {0, 14, 31, 32, 40, 63, 64, 255, INT32_MAX, -1, INT32_MIN};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		CHANGED("/body/helpRequest/problems/1: not a value of this enumeration",
			made.values[1] = bad[i], made.request.n_problems = 2,
			made.request.problems = (Wot__V1__Problem__Value *)made.values);
		CHANGED("/body/helpRequest/expertise/0: not a value of this enumeration",
			made.values[0] = bad[i], made.request.n_expertise = 1,
			made.request.expertise = (Wot__V1__Expertise__Value *)made.values);
		CHANGED("/body/helpRequest/channel: not a value of this enumeration",
			made.request.channel = (Wot__V1__Channel__Value)bad[i]);
		CHANGED("/legalBasis: not a value of this enumeration",
			made.event.has_legal_basis = true,
			made.event.legal_basis = (Wot__V1__LegalBasis__Value)bad[i]);
	}
}

static void times_are_of_the_years_that_there_are(void **state)
{
	(void)state;
	CHANGED("/occurredAt: out of range", made.event.occurred_at = CALENDAR_MAX_MS + 1);
	CHANGED("/recordedAt: out of range", made.event.recorded_at = INT64_MIN);
	CHANGED("", made.event.occurred_at = CALENDAR_MIN_MS);
	CHANGED("/body/helpRequest/handOverBy: out of range", made.request.has_hand_over_by = true,
		made.request.hand_over_by = INT32_MIN);
}

static void a_person_stands_in_no_log(void **state)
{
	(void)state;
	CHANGED("/body/helpRequest/person: personal: never in an event",
		made.person.name = as_text("A. Testpersoon"), made.request.person = &made.person);
	CHANGED("/body/helpRequest/question: personal: never in an event",
		made.request.question = as_text("Why?"));
}

/* A second body, or a second kind in one, would be read as the first by one reader and as the last by
 * another. */
static void an_event_is_of_one_kind(void **state)
{
	(void)state;
	struct made made;
	auto_buf struct buf bytes = {0};
	char told[256];
	request_make(&made);
	pack(&made, &bytes);
	size_t one = bytes.len;
	buf_add(&bytes, "\x5a\x03\xa2\x06\x00", 5); /* body { input_read { } } */
	assert_string_equal(taken(&bytes, told), "/body: given twice");
	bytes.len = one;
	buf_add(&bytes, "\x5a\x03\x92\x7e\x00", 5); /* body { 2018 { } } */
	assert_string_equal(taken(&bytes, told), "/body: given twice");

	made.body.kind_case = WOT__V1__BODY__KIND__NOT_SET;
	buf_clear(&bytes);
	pack(&made, &bytes);
	assert_string_equal(taken(&bytes, told), "/body: of a kind that is not known");
}

static void what_a_later_version_added_is_passed_over(void **state)
{
	(void)state;
	struct made made;
	auto_buf struct buf bytes = {0};
	char told[256];
	request_make(&made);
	pack(&made, &bytes);
	buf_add(&bytes, "\xf8\x07\x05", 3); /* field 127, a number */
	assert_string_equal(taken(&bytes, told), "");
}

static void a_cut_is_none(void **state)
{
	(void)state;
	struct made made;
	auto_buf struct buf bytes = {0};
	char told[256];
	request_make(&made);
	pack(&made, &bytes);
	for (size_t len = bytes.len; len-- > 0;) {
		bytes.len = len;
		assert_string_not_equal(taken(&bytes, told), "");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_as_intake_writes_it_is_taken),
		cmocka_unit_test(a_request_lacks_nothing_that_it_always_has),
		cmocka_unit_test(a_case_has_a_number_that_can_be),
		cmocka_unit_test(an_identifier_has_its_length),
		cmocka_unit_test(a_value_is_one_that_this_version_knows),
		cmocka_unit_test(times_are_of_the_years_that_there_are),
		cmocka_unit_test(a_person_stands_in_no_log),
		cmocka_unit_test(an_event_is_of_one_kind),
		cmocka_unit_test(what_a_later_version_added_is_passed_over),
		cmocka_unit_test(a_cut_is_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
