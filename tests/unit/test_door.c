/* The doors: who may send what, and that JSON and protobuf come in alike. */
#include "lib/calendar.h"
#include "proto/limit.h"
#include "tests/unit/door_fixture.h"

/* ---- tables ---- */

static void every_door_has_a_kind_that_may_be_submitted(void **state)
{
	(void)state;
	const struct door *door;
	size_t count = 0;
	for (size_t at = 0; (door = door_next(NULL, &at)); count++) {
		assert_true(door->kind > 0 && door->kind < 100);
		assert_true(door->roles & ROLE_OPERATOR);
		assert_ptr_equal(door_of_kind(door->daemon, door->kind), door);
		assert_string_equal(door_of_path(door->daemon, door->path)->path, door->path);
		assert_int_equal(door_roles(door->daemon, door->path) & door->roles, door->roles);
	}
	assert_true(count > 0);
	assert_null(door_of_kind("triage", WOT__V1__BODY__KIND_CALL));
	assert_null(door_of_kind("case", WOT__V1__BODY__KIND_CASE_REGISTERED));
	assert_null(door_of_path("case", "/v1/calls"));
	assert_int_equal(door_roles("case", "/v1/calls"), 0);
}

static void roles_have_their_names(void **state)
{
	(void)state;
	unsigned role = 0;
	assert_int_equal(role_parse("phone_centre", &role), 0);
	assert_int_equal(role, ROLE_PHONE_CENTRE);
	assert_string_equal(role_name(ROLE_CASE_SYSTEM), "case_system");
	assert_int_equal(role_parse("PHONE_CENTRE", &role), ERR_NOT_FOUND);
	assert_int_equal(role_parse("", &role), ERR_NOT_FOUND);
	assert_null(role_name(ROLE_DESK | ROLE_PARTNER));
	assert_int_equal(role_may_read(ROLE_PARTNER), READ_REFERRALS);
	assert_int_equal(role_may_read(ROLE_DESK), 0);
}

static void role_is_judged_before_content(void **state)
{
	(void)state;
	static const struct {
		unsigned role;
		const char *path;
		int err;
	} cases[] = {
		{ROLE_PHONE_CENTRE, "/v1/calls", ERR_INVALID},
		{ROLE_DESK, "/v1/calls", ERR_FORBIDDEN},
		{ROLE_DESK, "/v1/help-requests", ERR_INVALID},
		{ROLE_INTAKE_TEAM, "/v1/screenings", ERR_INVALID},
		{ROLE_CASE_SYSTEM, "/v1/screenings", ERR_FORBIDDEN},
		{ROLE_CASE_SYSTEM, "/v1/case-events", ERR_INVALID},
		{ROLE_VIEWER, "/v1/case-events", ERR_FORBIDDEN},
		{ROLE_VIEWER, "/v1/surveys", ERR_FORBIDDEN},
		{ROLE_MANAGER, "/v1/surveys", ERR_INVALID},
		{ROLE_OPERATOR, "/v1/trainings", ERR_INVALID},
		{0, "/v1/trainings", ERR_FORBIDDEN},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		auto_reading struct reading reading = {0};
		assert_int_equal(
			read_as(&reading, cases[i].role, cases[i].path, "{\"x\":1}"), cases[i].err);
		assert_int_equal(reading.faults.count > 0, cases[i].err == ERR_INVALID);
	}
}

static bool has_rule(const ProtobufCMessageDescriptor *type, const char *field)
{
	auto_buf struct buf said = {0};
	limit_schema(type, field, &said);
	return said.len;
}

/* Whoever adds a text or a list that comes from outside must say what it may hold. */
static void fields_have_rules(const ProtobufCMessageDescriptor *type)
{
	for (unsigned i = 0; i < type->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &type->fields[i];
		if (field->id >= FIELD_WOT_FIRST && field->id < FIELD_PERSONAL_FIRST)
			continue;
		if (field->type == PROTOBUF_C_TYPE_MESSAGE)
			fields_have_rules(field->descriptor);
		else if (field->type == PROTOBUF_C_TYPE_STRING ||
			 field->type == PROTOBUF_C_TYPE_UINT32 ||
			 field->label == PROTOBUF_C_LABEL_REPEATED)
			if (!has_rule(type, field->name))
				fail_msg("%s.%s has no row in limit.def", type->name, field->name);
	}
}

static void every_text_number_and_list_from_outside_has_a_rule(void **state)
{
	(void)state;
	const struct door *door;
	for (size_t at = 0; (door = door_next(NULL, &at));)
		fields_have_rules(event_kind_type(door->kind));
	assert_true(has_rule(&wot__v1__submission__descriptor, "external_ref"));
	assert_true(has_rule(&wot__v1__submission__descriptor, "case_id"));
	assert_true(has_rule(&wot__v1__submission__descriptor, "case_ref"));
	assert_false(has_rule(&wot__v1__submission__descriptor, "occurred_at"));
}

/* ---- protobuf ---- */

static int from_wire(
	struct reading *reading, const char *daemon, unsigned role, const struct buf *bytes)
{
	reading->faults = (struct faults){.arena = &reading->arena};
	return submission_from_wire(daemon, role, NOW_MS, (const uint8_t *)bytes->data, bytes->len,
		&reading->submission, &reading->faults);
}

/* The bytes of a submission that is good as JSON. */
static void pack_json(const char *path, const char *text, struct buf *out)
{
	auto_reading struct reading reading = {0};
	assert_int_equal(read_as(&reading, ROLE_OPERATOR, path, text), 0);
	message_pack(&reading.submission->base, out);
}

static void both_doors_make_the_same_message(void **state)
{
	(void)state;
	auto_reading struct reading json = {0};
	auto_reading struct reading wire = {0};
	auto_buf struct buf bytes = {0};
	static const char text[] =
		"{" REQUEST "\"person\":{\"name\":\"x\"},\"problems\":[\"JUSTICE\"]}";
	assert_int_equal(read_as(&json, ROLE_DESK, "/v1/help-requests", text), 0);
	message_pack(&json.submission->base, &bytes);
	assert_int_equal(from_wire(&wire, "intake", ROLE_DESK, &bytes), 0);
	assert_int_equal(wire.faults.count, 0);

	static const uint8_t key[32] = {1}, salt[16] = {2}, other_salt[16] = {3};
	uint8_t one[16], two[16];
	submission_digest(json.submission, key, salt, one);
	submission_digest(wire.submission, key, salt, two);
	assert_memory_equal(one, two, 16);
	submission_digest(wire.submission, key, other_salt, two);
	assert_memory_not_equal(one, two, 16);
	submission_digest(wire.submission, key, NULL, two);
	assert_memory_not_equal(one, two, 16);
	assert_true(submission_is_personal(wire.submission));
	wire.submission->body->help_request->person = NULL;
	assert_false(submission_is_personal(wire.submission));
	submission_digest(wire.submission, key, salt, two);
	assert_memory_not_equal(one, two, 16);
}

/* A fault has the same pointer and the same words whichever way the submission came. */
static void both_doors_tell_faults_alike(void **state)
{
	(void)state;
	static const struct {
		const char *path, *text;
	} cases[] = {
		{"/v1/calls",
			"{" ENVELOPE ",\"callId\":\"c\",\"queue\":\"\",\"event\":\"ANSWERED\"}"},
		{"/v1/case-events", "{" ENVELOPE ",\"closed\":{\"reason\":\"OTHER\","
				    "\"redirectedTo\":\"a b\"}}"},
		{"/v1/referrals",
			"{" REQUEST "\"referrer\":{\"organisation\":\"123456782\"},"
			"\"person\":{\"bsn\":\"1\"},\"problems\":[\"JUSTICE\",\"JUSTICE\"]}"},
		{"/v1/trainings", "{" CASED ",\"code\":\"?\"}"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		auto_reading struct reading json = {0};
		auto_reading struct reading wire = {0};
		auto_buf struct buf bytes = {0};
		const char *path = cases[i].path;
		const struct door *door = door_of_path(daemon_of(path), path);
		assert_int_equal(read_as(&json, ROLE_OPERATOR, path, cases[i].text), ERR_INVALID);

		/* the same message, past the rules */
		Wot__V1__Submission submission = WOT__V1__SUBMISSION__INIT;
		Wot__V1__Body body = WOT__V1__BODY__INIT;
		json_t *object = NULL;
		assert_int_equal(
			json_read(cases[i].text, strlen(cases[i].text), &object, &wire.faults), 0);
		wire.faults = (struct faults){.arena = &wire.arena};
		submission.body = &body;
		json_fill(object, &submission.base, NULL, "", &wire.faults);
		uint32_t kind = door->flat ? door->kind : (uint32_t)WOT__V1__BODY__KIND_CLOSED;
		ProtobufCMessage *message = message_new(event_kind_type(kind), &wire.arena);
		body_set(&body, (Wot__V1__Body__KindCase)kind, message);
		json_fill(door->flat ? object : json_object_get(object, "closed"), message, NULL,
			"", &wire.faults);
		submission.body = &body;
		message_pack(&submission.base, &bytes);
		json_decref(object);

		assert_int_equal(
			from_wire(&wire, door->daemon, ROLE_OPERATOR, &bytes), ERR_INVALID);
		assert_string_equal(faults_text(&wire), faults_text(&json));
	}
}

static void broken_form_has_the_pointers_of_json(void **state)
{
	(void)state;
	auto_buf struct buf bytes = {0};
	auto_reading struct reading reading = {0};
	/* closed { } without its reason, and an unknown field 9 inside */
	static const char closed[] = "\x0a\x01r\x11\0\0\0\0\0\0\0\0\x2a\x05\xa2\x03\x02\x48\x01";
	buf_add(&bytes, closed, sizeof closed - 1);
	assert_int_equal(from_wire(&reading, "case", ROLE_CASE_SYSTEM, &bytes), ERR_INVALID);
	assert_string_equal(faults_text(&reading),
		"/closed: unknown field, number 9\n/closed/reason: required\n");

	static const char call[] = "\x0a\x01r\x11\0\0\0\0\0\0\0\0\x2a\x05\x0a\x03\x80\x05\x01";
	buf_clear(&bytes);
	buf_add(&bytes, call, sizeof call - 1);
	assert_int_equal(from_wire(&reading, "intake", ROLE_PHONE_CENTRE, &bytes), ERR_INVALID);
	assert_string_equal(faults_text(&reading),
		"/callerHash: unknown field\n/callId: required\n/queue: required\n"
		"/event: required\n");
}

/* A number that no JSON could say: whatever it is, and whoever sends it, it is told and no more. */
static void a_time_that_is_none_is_refused_at_every_door(void **state)
{
	(void)state;
	static const int64_t far[] = {1795254600000000, 1797894000000000000, CALENDAR_MAX_MS + 1,
		CALENDAR_MIN_MS - 1, INT64_MIN, INT64_MAX, 3660947052839028, -3660947052839028};
	const struct door *door;
	for (size_t at = 0; (door = door_next(NULL, &at));) {
		for (size_t i = 0; i < sizeof far / sizeof far[0]; i++) {
			auto_reading struct reading reading = {0};
			auto_buf struct buf bytes = {0};
			Wot__V1__Submission submission = WOT__V1__SUBMISSION__INIT;
			Wot__V1__Body body = WOT__V1__BODY__INIT;
			body_set(&body, door->kind,
				message_new(event_kind_type(door->kind), &reading.arena));
			submission.external_ref = (char *)(uintptr_t) "r";
			submission.occurred_at = far[i];
			submission.body = &body;
			message_pack(&submission.base, &bytes);
			assert_int_equal(from_wire(&reading, door->daemon, ROLE_OPERATOR, &bytes),
				ERR_INVALID);
			assert_non_null(
				strstr(faults_text(&reading), "/occurredAt: out of range\n"));
			assert_null(strstr(faults_text(&reading), "ahead"));
		}
	}
}

static void a_day_that_is_none_is_refused(void **state)
{
	(void)state;
	static const int32_t far[] = {
		CALENDAR_DAY_MIN - 1, CALENDAR_DAY_MAX + 1, INT32_MIN, INT32_MAX};
	for (size_t i = 0; i < sizeof far / sizeof far[0]; i++) {
		auto_reading struct reading reading = {0};
		auto_buf struct buf bytes = {0};
		Wot__V1__Submission submission = WOT__V1__SUBMISSION__INIT;
		Wot__V1__Body body = WOT__V1__BODY__INIT;
		Wot__V1__HelpRequest request = WOT__V1__HELP_REQUEST__INIT;
		Wot__V1__Person person = WOT__V1__PERSON__INIT;
		body_set(&body, WOT__V1__BODY__KIND_HELP_REQUEST, &request.base);
		person.has_birth_date = true;
		person.birth_date = far[i];
		request.channel = WOT__V1__CHANNEL__VALUE__PHONE;
		request.person = &person;
		submission.external_ref = (char *)(uintptr_t) "r";
		submission.occurred_at = NOW_MS;
		submission.body = &body;
		message_pack(&submission.base, &bytes);
		assert_int_equal(from_wire(&reading, "intake", ROLE_DESK, &bytes), ERR_INVALID);
		assert_string_equal(faults_text(&reading), "/person/birthDate: out of range\n");
	}
}

static void only_what_has_a_door_here_is_taken(void **state)
{
	(void)state;
	auto_buf struct buf bytes = {0};
	auto_reading struct reading reading = {0};
	pack_json("/v1/trainings", "{" ENVELOPE ",\"code\":\"x\"}", &bytes);
	assert_int_equal(from_wire(&reading, "intake", ROLE_MANAGER, &bytes), 0);
	assert_int_equal(from_wire(&reading, "intake", ROLE_DESK, &bytes), ERR_FORBIDDEN);
	assert_int_equal(from_wire(&reading, "triage", ROLE_OPERATOR, &bytes), ERR_INVALID);
	assert_string_equal(faults_text(&reading), "/body: is not submitted here\n");

	/* tag 130 is wot's own, tag 99 nobody's */
	static const char own[] = "\x0a\x01r\x11\0\0\0\0\0\0\0\0\x2a\x03\x92\x08\x00";
	static const char nobodys[] = "\x0a\x01r\x11\0\0\0\0\0\0\0\0\x2a\x03\x9a\x06\x00";
	static const char empty[] = "\x0a\x01r\x11\0\0\0\0\0\0\0\0\x2a\x00";
	buf_clear(&bytes);
	buf_add(&bytes, own, sizeof own - 1);
	assert_int_equal(from_wire(&reading, "case", ROLE_OPERATOR, &bytes), ERR_INVALID);
	assert_string_equal(faults_text(&reading), "/body: is not submitted here\n");
	buf_clear(&bytes);
	buf_add(&bytes, nobodys, sizeof nobodys - 1);
	assert_int_equal(from_wire(&reading, "case", ROLE_OPERATOR, &bytes), ERR_INVALID);
	assert_string_equal(faults_text(&reading), "/body: is not submitted here\n");
	buf_clear(&bytes);
	buf_add(&bytes, empty, sizeof empty - 1);
	assert_int_equal(from_wire(&reading, "case", ROLE_OPERATOR, &bytes), ERR_INVALID);
	assert_string_equal(faults_text(&reading), "/body: required\n");
	buf_clear(&bytes);
	assert_int_equal(from_wire(&reading, "case", ROLE_OPERATOR, &bytes), ERR_INVALID);
	assert_string_equal(faults_text(&reading),
		"/externalRef: required\n/occurredAt: required\n/body: required\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_door_has_a_kind_that_may_be_submitted),
		cmocka_unit_test(roles_have_their_names),
		cmocka_unit_test(role_is_judged_before_content),
		cmocka_unit_test(every_text_number_and_list_from_outside_has_a_rule),
		cmocka_unit_test(both_doors_make_the_same_message),
		cmocka_unit_test(both_doors_tell_faults_alike),
		cmocka_unit_test(broken_form_has_the_pointers_of_json),
		cmocka_unit_test(a_time_that_is_none_is_refused_at_every_door),
		cmocka_unit_test(a_day_that_is_none_is_refused),
		cmocka_unit_test(only_what_has_a_door_here_is_taken),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
