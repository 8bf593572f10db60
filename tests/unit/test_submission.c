/* What a submission may say: its envelope, and the messages of each daemon. */
#include "tests/unit/door_fixture.h"

/* ---- the envelope ---- */

static void submission_is_read_from_flat_json(void **state)
{
	(void)state;
	auto_reading struct reading reading = {0};
	assert_int_equal(read_as(&reading, ROLE_PHONE_CENTRE, "/v1/calls",
				 "{" ENVELOPE ",\"callId\":\"c:1\",\"queue\":\"wot\","
				 "\"event\":\"ANSWERED\",\"waitSeconds\":12}"),
		0);
	assert_string_equal(reading.submission->external_ref, "r-1");
	assert_int_equal(reading.submission->occurred_at, 1795251600000);
	assert_int_equal(reading.submission->body->kind_case, WOT__V1__BODY__KIND_CALL);
	assert_int_equal(reading.submission->body->call->wait_seconds, 12);
}

static void submission_is_read_from_named_json(void **state)
{
	(void)state;
	auto_reading struct reading reading = {0};
	assert_int_equal(read_as(&reading, ROLE_CASE_SYSTEM, "/v1/case-events",
				 "{" ENVELOPE ",\"caseRef\":\"gp-1/r.7\","
				 "\"closed\":{\"reason\":\"MOVED_AWAY\"}}"),
		0);
	assert_string_equal(reading.submission->case_ref, "gp-1/r.7");
	assert_null(reading.submission->case_id);
	assert_int_equal(reading.submission->body->kind_case, WOT__V1__BODY__KIND_CLOSED);
	assert_int_equal(
		reading.submission->body->closed->reason, WOT__V1__CLOSED__REASON__MOVED_AWAY);
}

static void named_json_holds_exactly_one_kind(void **state)
{
	(void)state;
	static const char expected[] =
		": exactly one of firstContact, intakeHeld, planAgreed, supportStarted, "
		"careWeightSet, peopleInvolvedSet, problemsSet, tailoredSolution, paused, resumed, "
		"handoverOffered, handoverConfirmed, closed, reopened, corrected expected\n";
	assert_bad("/v1/case-events", CASED, expected);
	assert_bad("/v1/case-events", CASED ",\"resumed\":{},\"reopened\":{}", expected);
	assert_good("/v1/case-events", CASED ",\"resumed\":{}");
	assert_bad("/v1/case-events", CASED ",\"resumed\":{},\"reason\":\"OTHER\"",
		"/reason: unknown field\n");
	assert_bad(
		"/v1/case-events", CASED ",\"resumed\":{\"x\":1}", "/resumed/x: unknown field\n");
	assert_bad(
		"/v1/case-events", CASED ",\"resumed\":{},\"body\":{}", "/body: unknown field\n");
	assert_bad("/v1/case-events", CASED ",\"resumed\":null", "/resumed: an object expected\n");
}

static void faults_of_envelope_and_message_come_together(void **state)
{
	(void)state;
	assert_bad("/v1/calls",
		"\"externalRef\":\"a b\",\"queue\":1,\"event\":\"ANSWERED\",\"body\":{},"
		"\"redirectedTo\":\"\"",
		"/occurredAt: required\n"
		"/queue: a string expected\n"
		"/body: unknown field\n"
		"/callId: required\n"
		"/externalRef: a code of [A-Za-z0-9._:-]{1,64} expected\n"
		"/redirectedTo: a code of [A-Za-z0-9._:-]{1,64} expected\n"
		"/waitSeconds: required with ANSWERED and ABANDONED\n");
	assert_bad("/v1/calls",
		ENVELOPE ",\"callId\":\"c\",\"queue\":\"q\",\"event\":\"ABANDONED\","
			 "\"waitSeconds\":\"x\"",
		"/waitSeconds: a whole number expected\n"); /* and not: required */
	check_json("/v1/calls", "[]", ": an object expected\n");
}

/* One mechanism for every code, so one list of texts for all of them. */
static void codes_are_no_number_of_a_person(void **state)
{
	(void)state;
#define BSN_FAULT "a citizen service number may not stand here"
#define PHONE_FAULT "a phone number may not stand here"
	static const struct {
		const char *code, *fault;
	} cases[] = {
		{"999990342", BSN_FAULT}, /* that passes the proof, and that does not */
		{"999012345", BSN_FAULT},
		{"000000000", BSN_FAULT},
		{"999.990.342", BSN_FAULT},
		{"9999-90_34:2", BSN_FAULT},
		{".999990342-", BSN_FAULT},
		{"2026-00123", BSN_FAULT},
		{"0612345678", PHONE_FAULT},
		{"06-12.34_56:78", PHONE_FAULT},
		{"0104731000", PHONE_FAULT},
		{"31612345678", PHONE_FAULT},
		{"0031612345678", PHONE_FAULT},
		{"00-31.6-12345678", PHONE_FAULT},
		{"0012345678", NULL}, /* no area begins with 0 */
		{"31012345678", NULL},
		{"0031012345678", NULL},
		{"32612345678", NULL},
		{"1712345678", NULL},
		{"12345678", NULL},
		{"061234567", BSN_FAULT},
		{"06123456789", NULL},
		{"2026-000123", NULL},
		{"A999990342", NULL},
		{"dossier-0612345678", NULL},
		{"1699999999.12", NULL}, /* Asterisk's uniqueid */
		{"1699999999.12:ENTERQUEUE:1699999999", NULL},
		{"0612345678061234567806123456780612345678", NULL},
		{"-._:", NULL},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *code = cases[i].code, *fault = cases[i].fault;
		auto_buf struct buf text = {0}, faults = {0};
		buf_printf(&text, "{\"externalRef\":\"%s\"," SINCE ",\"code\":\"%s\"}", code, code);
		if (fault)
			buf_printf(&faults, "/externalRef: %s\n/code: %s\n", fault, fault);
		check_json("/v1/trainings", text.data, faults.len ? faults.data : "");
	}
}

static void codes_are_looked_at_wherever_they_stand(void **state)
{
	(void)state;
	assert_bad("/v1/complaints", ENVELOPE ",\"formal\":false,\"parts\":[\"a\",\"06-12345678\"]",
		"/parts/1: " PHONE_FAULT "\n");
	assert_bad("/v1/referrals",
		REQUEST "\"consent\":true,\"referrer\":{\"organisation\":\"gp\","
			"\"reference\":\"9999.90.342\"}",
		"/referrer/reference: " BSN_FAULT "\n");
	assert_bad("/v1/calls",
		ENVELOPE ",\"callId\":\"31-612345678\",\"queue\":\"q\",\"event\":\"ENTERED\"",
		"/callId: " PHONE_FAULT "\n");
}

static void refs_are_codes(void **state)
{
	(void)state;
	assert_good("/v1/trainings", "\"externalRef\":\"A.z_9:-\"," SINCE ",\"code\":\"x\"");
	static const char wrong[] = "/externalRef: a code of [A-Za-z0-9._:-]{1,64} expected\n";
	assert_bad("/v1/trainings", "\"externalRef\":\"\"," SINCE ",\"code\":\"x\"", wrong);
	assert_bad("/v1/trainings", "\"externalRef\":\"a/b\"," SINCE ",\"code\":\"x\"", wrong);
	assert_bad("/v1/trainings",
		"\"externalRef\":\"1234567890123456789012345678901234567890123456789012345678901234"
		"5\"," SINCE ",\"code\":\"x\"",
		wrong);
}

static void times_lie_between_2015_and_now(void **state)
{
	(void)state;
	static const struct {
		const char *instant, *expected;
	} cases[] = {
		{"2026-11-21T09:55:00Z", ""},
		{"2026-11-21T09:55:00.001Z", "/occurredAt: more than 5 minutes ahead\n"},
		{"2015-01-01T00:00:00+01:00", ""},
		{"2014-12-31T23:59:59.999+01:00", "/occurredAt: before 2015\n"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		auto_buf struct buf text = {0};
		buf_printf(
			&text, "{" REF ",\"occurredAt\":\"%s\",\"code\":\"x\"}", cases[i].instant);
		check_json("/v1/trainings", text.data, cases[i].expected);
	}
}

static void cases_are_named_where_they_exist(void **state)
{
	(void)state;
	assert_bad("/v1/trainings", CASED ",\"code\":\"x\"", "/caseId: unknown field\n");
	assert_bad("/v1/screenings", ENVELOPE ",\"outcome\":\"ADVICE\"",
		"/caseId: caseId or caseRef required\n");
	assert_bad("/v1/screenings", CASED ",\"caseRef\":\"r\",\"outcome\":\"ADVICE\"",
		"/caseRef: not beside caseId\n");
	assert_bad("/v1/screenings", ENVELOPE ",\"caseRef\":7,\"outcome\":\"ADVICE\"",
		"/caseRef: a string expected\n");
	static const char *const ids[] = {"2026-000012", "2026-1234567"};
	static const char *const no_ids[] = {"2026-00012", "26-000012", "2026000012", "2026-00001x",
		"-202-000012", "2026-0000012", "", "2026-000000000000000000001"};
	for (size_t i = 0; i < 2; i++) {
		auto_buf struct buf text = {0};
		buf_printf(
			&text, "{" ENVELOPE ",\"caseId\":\"%s\",\"outcome\":\"ADVICE\"}", ids[i]);
		check_json("/v1/screenings", text.data, "");
	}
	for (size_t i = 0; i < sizeof no_ids / sizeof no_ids[0]; i++) {
		auto_buf struct buf text = {0};
		buf_printf(&text, "{" ENVELOPE ",\"caseId\":\"%s\",\"outcome\":\"ADVICE\"}",
			no_ids[i]);
		check_json("/v1/screenings", text.data,
			"/caseId: a case number such as 2025-000123 expected\n");
	}
}

static void case_refs_name_a_client_or_none(void **state)
{
	(void)state;
	static const struct {
		const char *ref;
		bool good;
	} cases[] = {
		{"r-1", true},
		{"gp-1/R.1", true},
		{"/r", false},
		{"gp/", false},
		{"GP/r", false},
		{"a/b/c", false},
		{"", false},
		{"gp/123456782", false},
		{"123456782", false},
		{"gp/123.456.789", false},
		{"gp/0612345678", false},
		{"0612345678", false},
		{"0612345678/r", true},
		{"gp/1234567890", true},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		auto_reading struct reading reading = {0};
		auto_buf struct buf text = {0};
		buf_printf(&text, "{" ENVELOPE ",\"caseRef\":\"%s\",\"outcome\":\"ADVICE\"}",
			cases[i].ref);
		int err = read_as(&reading, ROLE_OPERATOR, "/v1/screenings", text.data);
		assert_int_equal(err, cases[i].good ? 0 : ERR_INVALID);
	}
}

/* ---- intake ---- */

static void calls_that_were_answered_say_how_long_they_waited(void **state)
{
	(void)state;
#define CALL ENVELOPE ",\"callId\":\"c\",\"queue\":\"q\",\"event\":"
	assert_good("/v1/calls", CALL "\"ENTERED\",\"caller\":\"anonymous\"");
	assert_good("/v1/calls", CALL "\"ABANDONED\",\"waitSeconds\":0");
	assert_bad("/v1/calls", CALL "\"ABANDONED\"",
		"/waitSeconds: required with ANSWERED and ABANDONED\n");
	assert_bad("/v1/calls", CALL "\"ENDED\",\"talkSeconds\":604801",
		"/talkSeconds: 0 to 604800 expected\n");
}

static void help_requests_keep_to_their_form(void **state)
{
	(void)state;
	assert_good("/v1/help-requests", REQUEST "\"ageGroup\":\"ADULT\",\"postcode\":\"3111 AB\"");
	assert_bad("/v1/help-requests", REQUEST "\"ward\":\"W1\",\"postcode\":\"3111AB\"",
		"/postcode: not beside ward\n");
	assert_bad("/v1/help-requests",
		REQUEST "\"ageGroup\":\"ADULT\",\"person\":{\"birthDate\":\"2000-01-01\"}",
		"/ageGroup: not beside person.birthDate\n");
	assert_bad("/v1/help-requests", REQUEST "\"peopleInvolved\":100",
		"/peopleInvolved: 1 to 99 expected\n");
	assert_bad("/v1/help-requests", REQUEST "\"peopleInvolved\":0",
		"/peopleInvolved: 1 to 99 expected\n");
	assert_bad("/v1/help-requests", REQUEST "\"problems\":[\"DEBT\",\"HOUSING\",\"HOUSING\"]",
		"/problems/0: one of FINANCE, WORK_EDUCATION, TIME_USE, HOUSING, "
		"DOMESTIC_RELATIONS, "
		"MENTAL_HEALTH, PHYSICAL_HEALTH, SUBSTANCE_USE, BASIC_ADL, INSTRUMENTAL_ADL, "
		"SOCIAL_NETWORK, COMMUNITY_PARTICIPATION, JUSTICE expected\n"
		"/problems/1: given twice\n");
	assert_bad("/v1/help-requests", REQUEST "\"referrer\":{\"organisation\":\"gp\"}",
		"/referrer: unknown field\n");
}

static void persons_keep_to_their_form(void **state)
{
	(void)state;
	static const struct {
		const char *person, *expected;
	} cases[] = {
		{"\"name\":\"J\xc3\xa9 O'Neil\",\"bsn\":\"999990342\",\"phone\":\"+31 (0)10-123 45 "
		 "67\","
		 "\"email\":\"a@b\",\"address\":\"Straat 1\",\"birthDate\":\"2026-11-21\"",
			""},
		{"\"houseNumber\":12,\"houseNumberAddition\":\"hs\"", ""},
		{"\"houseNumber\":0", "/person/houseNumber: 1 to 99999 expected\n"},
		{"\"houseNumber\":\"12\"", "/person/houseNumber: a whole number expected\n"},
		{"\"houseNumberAddition\":\"hs\"",
			"/person/houseNumberAddition: only beside houseNumber\n"},
		{"\"houseNumber\":0,\"houseNumberAddition\":\"hs\"",
			"/person/houseNumber: 1 to 99999 expected\n"},
		{"\"bsn\":\"999012345\"", "/person/bsn: not a citizen service number: nine digits "
					  "and the 11-proof\n"},
		{"\"bsn\":\"000000000\"", "/person/bsn: not a citizen service number: nine digits "
					  "and the 11-proof\n"},
		{"\"bsn\":\"9999903420\"", "/person/bsn: not a citizen service number: nine digits "
					   "and the 11-proof\n"},
		{"\"birthDate\":\"2026-11-22\"",
			"/person/birthDate: after the day of occurredAt\n"},
		{"\"birthDate\":\"1899-12-31\"", "/person/birthDate: before 1900\n"},
		{"\"name\":\"\"", "/person/name: 1 to 200 characters expected\n"},
		{"\"name\":\"a\\nb\"", "/person/name: holds a control character\n"},
		{"\"name\":\"a\\u0085b\"", "/person/name: holds a control character\n"},
		{"\"phone\":\"call me\"", "/person/phone: a number of [0-9+ ()-]{1,32} expected\n"},
		{"\"email\":\"a@b@c\"",
			"/person/email: an e-mail address of at most 254 bytes expected\n"},
		{"\"email\":\"ab@\"",
			"/person/email: an e-mail address of at most 254 bytes expected\n"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		auto_buf struct buf text = {0};
		buf_printf(&text, "{" REQUEST "\"person\":{%s}}", cases[i].person);
		check_json("/v1/help-requests", text.data, cases[i].expected);
	}
}

static void postcodes_are_dutch(void **state)
{
	(void)state;
	static const struct {
		const char *postcode;
		bool good;
	} cases[] = {
		{"3111AB", true},
		{"3111 AB", true},
		{"1000 SB", true},
		{"0111 AB", false},
		{"3111  AB", false},
		{"3111 Ab", false},
		{"3111 SA", false},
		{"3111SD", false},
		{"3111 SS", false},
		{"3111", false},
		{"3111 A", false},
		{"3111 ABC", false},
		{"", false},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		auto_buf struct buf text = {0};
		buf_printf(&text, "{" REQUEST "\"postcode\":\"%s\"}", cases[i].postcode);
		check_json("/v1/help-requests", text.data,
			cases[i].good ? "" : "/postcode: a postcode such as 3111 AB expected\n");
	}
}

static void questions_are_counted_in_characters(void **state)
{
	(void)state;
	auto_buf struct buf text = {0};
	buf_text(&text, "{" REQUEST "\"question\":\"a\\n\\tb");
	for (int i = 4; i < 4000; i++)
		buf_text(&text, "\xe2\x82\xac");
	size_t len = text.len;
	buf_text(&text, "\"}");
	check_json("/v1/help-requests", text.data, "");
	text.len = len;
	buf_text(&text, "x\"}");
	check_json("/v1/help-requests", text.data, "/question: 1 to 4000 characters expected\n");
	assert_bad("/v1/help-requests", REQUEST "\"question\":\"a\\fb\"",
		"/question: holds a control character\n");
	assert_bad("/v1/help-requests", REQUEST "\"question\":\"a\\r\\u0085b\"",
		"/question: holds a control character\n");
}

static void referrals_say_who_refers_and_by_what_right(void **state)
{
	(void)state;
#define REFERRER "\"referrer\":{\"organisation\":\"gp\",\"contact\":\"Dr. X, 010\"}"
	assert_good("/v1/referrals", REQUEST REFERRER ",\"consent\":true");
	assert_good("/v1/referrals", REQUEST REFERRER ",\"legalBasis\":\"WMO\"");
	assert_bad("/v1/referrals", REQUEST REFERRER ",\"consent\":false",
		"/consent: true expected, or a legalBasis\n");
	assert_bad("/v1/referrals", REQUEST "\"consent\":true", "/referrer: required\n");
	assert_bad("/v1/referrals", REQUEST "\"consent\":true,\"referrer\":{}",
		"/referrer/organisation: required\n");
	assert_bad("/v1/referrals", REQUEST REFERRER ",\"legalBasis\":\"NONE\"",
		"/legalBasis: one of WMO, PARTICIPATION, DEBT, YOUTH expected\n");
}

static void complaints_have_parts(void **state)
{
	(void)state;
#define FORMAL ENVELOPE ",\"formal\":true"
	assert_good("/v1/complaints", FORMAL ",\"parts\":[\"a\",\"b\"]");
	assert_bad("/v1/complaints", FORMAL, "/parts: required\n");
	assert_bad("/v1/complaints", FORMAL ",\"parts\":[]", "/parts: required\n");
	assert_bad("/v1/complaints", FORMAL ",\"parts\":[\"a\",\"b\",\"a\"]",
		"/parts/2: given twice\n");
	assert_bad("/v1/complaints", FORMAL ",\"parts\":[\"a b\"]",
		"/parts/0: a code of [A-Za-z0-9._:-]{1,64} expected\n");
	auto_buf struct buf text = {0};
	buf_text(&text, "{" FORMAL ",\"parts\":[\"p0\"");
	for (int i = 1; i <= 20; i++)
		buf_printf(&text, ",\"p%d\"", i);
	buf_text(&text, "]}");
	check_json("/v1/complaints", text.data, "/parts: 1 to 20 values expected\n");
}

static void surveys_add_up(void **state)
{
	(void)state;
#define SURVEY ENVELOPE ",\"subject\":\"CLIENT_ACCESS\","
	assert_good("/v1/surveys", SURVEY "\"satisfied\":3,\"answered\":3");
	assert_bad("/v1/surveys", SURVEY "\"satisfied\":4,\"answered\":3",
		"/satisfied: more than answered\n");
	assert_bad("/v1/surveys", SURVEY "\"satisfied\":4", "/answered: required\n");
}

static void signals_may_tell_whom_they_are_about(void **state)
{
	(void)state;
	assert_good("/v1/signals", ENVELOPE ",\"kind\":\"EVICTION\",\"amountEuro\":1200");
	assert_bad("/v1/signals",
		ENVELOPE ",\"kind\":\"EVICTION\",\"person\":{\"birthDate\":\"2030-01-01\"}",
		"/person/birthDate: after the day of occurredAt\n");
}

/* ---- case ---- */

static void life_events_keep_to_their_form(void **state)
{
	(void)state;
	assert_good("/v1/case-events", CASED ",\"peopleInvolvedSet\":{\"count\":99}");
	assert_bad("/v1/case-events", CASED ",\"peopleInvolvedSet\":{\"count\":0}",
		"/peopleInvolvedSet/count: 1 to 99 expected\n");
	assert_bad("/v1/case-events", CASED ",\"problemsSet\":{}",
		"/problemsSet/problems: required\n");
	assert_bad("/v1/case-events", CASED ",\"closed\":{}", "/closed/reason: required\n");
	assert_bad("/v1/case-events", CASED ",\"supportStarted\":{\"caseLead\":\"123456782\"}",
		"/supportStarted/caseLead: a citizen service number may not stand here\n");
}

static void corrections_are_of_days_that_were(void **state)
{
	(void)state;
#define CORRECTED(text) CASED ",\"corrected\":{" text "}"
	assert_good("/v1/case-events", CORRECTED("\"closedOn\":\"2026-11-21\""));
	assert_good("/v1/case-events", CORRECTED("\"reportedOn\":\"2015-01-01\",\"ward\":\"W1\""));
	assert_bad("/v1/case-events", CORRECTED("\"closedOn\":\"2026-11-22\""),
		"/corrected/closedOn: a day to come\n");
	assert_bad("/v1/case-events", CORRECTED("\"reportedOn\":\"2014-12-31\""),
		"/corrected/reportedOn: before 2015\n");
	assert_bad("/v1/case-events", CORRECTED(""),
		"/corrected: a field to correct, or remove, expected\n");
	assert_bad("/v1/case-events", CORRECTED("\"remove\":[]"),
		"/corrected: a field to correct, or remove, expected\n");
	assert_bad("/v1/case-events", CORRECTED("\"closedOn\":0"),
		"/corrected/closedOn: a day expected, such as 2025-03-01\n");
}

static void days_that_a_case_can_miss_can_be_removed(void **state)
{
	(void)state;
#define REMOVE(text) CORRECTED("\"remove\":[" text "]")
	assert_good("/v1/case-events", REMOVE("\"firstContactOn\",\"supportStartedOn\""));
	assert_bad("/v1/case-events", REMOVE("\"reportedOn\",\"closedOn\",\"ward\""),
		"/corrected/remove/0: a case cannot be without the day of its report\n"
		"/corrected/remove/1: a closing is taken back by reopened\n"
		"/corrected/remove/2: firstContactOn or supportStartedOn expected\n");
	assert_bad("/v1/case-events", REMOVE("\"first_contact_on\""),
		"/corrected/remove/0: firstContactOn or supportStartedOn expected\n");
	assert_bad("/v1/case-events", REMOVE("\"firstContactOn\",\"firstContactOn\""),
		"/corrected/remove/1: given twice\n");
	assert_bad("/v1/case-events",
		CORRECTED("\"firstContactOn\":\"2026-01-01\",\"remove\":[\"firstContactOn\"]"),
		"/corrected/remove/0: also set\n");
}

/* The digest of a text sent as JSON, or as protobuf when it went there by way of another that has LF. */
static void digest_of(const char *path, const char *text, bool by_wire, uint8_t out[16])
{
	auto_reading struct reading reading = {0};
	static const uint8_t salt[16] = {2};
	if (!by_wire) {
		assert_int_equal(read_as(&reading, ROLE_OPERATOR, path, text), 0);
	} else {
		auto_buf struct buf bytes = {0};
		assert_int_equal(read_as(&reading, ROLE_OPERATOR, path, text), 0);
		message_pack(&reading.submission->base, &bytes);
		for (size_t i = 0; i < bytes.len; i++)
			bytes.data[i] = bytes.data[i] == '\n' && i + 1 < bytes.len &&
							bytes.data[i + 1] == '|'
						? '\r'
						: bytes.data[i];
		assert_non_null(memchr(bytes.data, '\r', bytes.len));
		reading.faults = (struct faults){.arena = &reading.arena};
		assert_int_equal(submission_from_wire(daemon_of(path), ROLE_OPERATOR, NOW_MS,
					 (const uint8_t *)bytes.data, bytes.len,
					 &reading.submission, &reading.faults),
			0);
	}
	submission_digest(reading.submission, NULL, salt, out);
}

/* A form of a browser and a mail have CRLF, the same text in another program LF: it is one text. */
static void line_ends_of_free_text_are_all_the_same(void **state)
{
	(void)state;
#define TEXTS(l)                                                                                   \
	"{" REQUEST "\"question\":\"a" l "|b" l "|" l "|\",\"person\":{\"address\":\"x 9" l "|y\"" \
	"}}"
#define REFERRED(l)                                                                                \
	"{" REQUEST "\"consent\":true,\"referrer\":{\"organisation\":\"gp\",\"contact\":\"a" l     \
	"|b\"}}"
#define SIGNALLED(l) "{" ENVELOPE ",\"kind\":\"DEBT\",\"person\":{\"address\":\"x 9" l "|y\"}}"
	static const struct {
		const char *path, *lf, *crlf, *cr;
	} cases[] = {
		{"/v1/help-requests", TEXTS("\\n"), TEXTS("\\r\\n"), TEXTS("\\r")},
		{"/v1/referrals", REFERRED("\\n"), REFERRED("\\r\\n"), REFERRED("\\r")},
		{"/v1/signals", SIGNALLED("\\n"), SIGNALLED("\\r\\n"), SIGNALLED("\\r")},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		uint8_t lf[16], other[16];
		digest_of(cases[i].path, cases[i].lf, false, lf);
		digest_of(cases[i].path, cases[i].crlf, false, other);
		assert_memory_equal(lf, other, 16);
		digest_of(cases[i].path, cases[i].cr, false, other);
		assert_memory_equal(lf, other, 16);
		digest_of(cases[i].path, cases[i].lf, true, other);
		assert_memory_equal(lf, other, 16);
	}
	auto_reading struct reading reading = {0};
	assert_int_equal(read_as(&reading, ROLE_DESK, "/v1/help-requests",
				 "{" REQUEST "\"question\":\"\\r\\r\\na\\n\\r\\r\"}"),
		0);
	assert_string_equal(reading.submission->body->help_request->question, "\n\na\n\n\n");
	assert_bad("/v1/help-requests", REQUEST "\"person\":{\"name\":\"a\\r\\nb\"}",
		"/person/name: holds a control character\n");
}

static void what_is_counted_is_the_text_with_its_own_line_ends(void **state)
{
	(void)state;
	auto_buf struct buf text = {0};
	buf_text(&text, "{" REQUEST "\"person\":{\"address\":\"");
	for (int i = 0; i < 150; i++)
		buf_text(&text, "a\\r\\n");
	buf_text(&text, "\"}}");
	check_json("/v1/help-requests", text.data, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(submission_is_read_from_flat_json),
		cmocka_unit_test(submission_is_read_from_named_json),
		cmocka_unit_test(named_json_holds_exactly_one_kind),
		cmocka_unit_test(faults_of_envelope_and_message_come_together),
		cmocka_unit_test(codes_are_no_number_of_a_person),
		cmocka_unit_test(codes_are_looked_at_wherever_they_stand),
		cmocka_unit_test(refs_are_codes),
		cmocka_unit_test(times_lie_between_2015_and_now),
		cmocka_unit_test(cases_are_named_where_they_exist),
		cmocka_unit_test(case_refs_name_a_client_or_none),
		cmocka_unit_test(calls_that_were_answered_say_how_long_they_waited),
		cmocka_unit_test(help_requests_keep_to_their_form),
		cmocka_unit_test(persons_keep_to_their_form),
		cmocka_unit_test(postcodes_are_dutch),
		cmocka_unit_test(questions_are_counted_in_characters),
		cmocka_unit_test(line_ends_of_free_text_are_all_the_same),
		cmocka_unit_test(what_is_counted_is_the_text_with_its_own_line_ends),
		cmocka_unit_test(referrals_say_who_refers_and_by_what_right),
		cmocka_unit_test(complaints_have_parts),
		cmocka_unit_test(surveys_add_up),
		cmocka_unit_test(signals_may_tell_whom_they_are_about),
		cmocka_unit_test(life_events_keep_to_their_form),
		cmocka_unit_test(corrections_are_of_days_that_were),
		cmocka_unit_test(days_that_a_case_can_miss_can_be_removed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
