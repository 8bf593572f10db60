/* JSON at the doors: what a client may write, and what it is told when it wrote something else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/calendar.h"
#include "lib/err.h"
#include "proto/event.h"
#include "proto/json.h"
#include <string.h>

struct reading {
	struct arena arena;
	struct faults faults;
	json_t *json;
	ProtobufCMessage *message;
};

static void reading_done(struct reading *reading)
{
	json_decref(reading->json);
	arena_done(&reading->arena);
}
#define auto_reading auto_clean(reading_done)

static int parse(struct reading *reading, const char *text, size_t len)
{
	reading->faults = (struct faults){.arena = &reading->arena};
	return json_read(text, len, &reading->json, &reading->faults);
}

static int read_as(
	struct reading *reading, const ProtobufCMessageDescriptor *type, const char *text)
{
	int err = parse(reading, text, strlen(text));
	if (err)
		return err;
	reading->message = message_new(type, &reading->arena);
	json_fill(reading->json, reading->message, NULL, "", &reading->faults);
	return reading->faults.count ? ERR_INVALID : 0;
}

/* Is there a fault at this pointer whose detail begins so? */
static bool told(const struct reading *reading, const char *pointer, const char *detail)
{
	for (size_t i = 0; i < reading->faults.count && i < FAULT_MAX; i++)
		if (!strcmp(reading->faults.items[i].pointer, pointer) &&
			!strncmp(reading->faults.items[i].detail, detail, strlen(detail)))
			return true;
	return false;
}

#define assert_told(reading, pointer, detail) assert_true(told(&(reading), pointer, detail))

/* ---- text ---- */

static void broken_text_is_told_with_its_place(void **state)
{
	(void)state;
	static const struct {
		const char *text, *pointer, *detail;
	} cases[] = {
		{"", "", "ends too early, at line 1"},
		{"5", "", "not JSON"},
		{"[1]x", "", "goes on after its end"},
		{"{\"a\":1,\n \"a\":2}", "/a", "given twice, at line 2, column 4"},
		{"{\"person\":{\"bsn\":\"1\",\"bsn\":\"2\"}}", "/person/bsn", "given twice"},
		{"[{},{\"a\":{\"b\":[1,99999999999999999999]}}]", "/1/a/b/1",
			"a number out of range"},
		{"{\"x\":[],\"a\":1e999}", "/a", "a number out of range"},
		{"{\"a\":\"\xff\"}", "/a", "not UTF-8"},
		{"{\"a\":\"\xed\xa0\x80\"}", "/a", "not UTF-8"},
		{"{\"a\":\"\\ud800\"}", "/a", "not JSON"},
		{"{\"a\":[1,2", "/a/1", "ends too early"},
		{"{\"a\\u0000b\":1}", "", "a name that holds a NUL"},
		{"{\"a\":{\"b\":1},\"c\":tru}", "/c", "not JSON"},
		{"{\"a\\\"b\":{\"c\":nil}}", "", "not JSON"},
		{"{\"999990342\":{\"c\":nil}}", "", "not JSON"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		auto_reading struct reading reading = {0};
		assert_int_equal(
			parse(&reading, cases[i].text, strlen(cases[i].text)), ERR_NOT_JSON);
		assert_int_equal(reading.faults.count, 1);
		assert_told(reading, cases[i].pointer, cases[i].detail);
	}
}

/* Two bytes of text become two hundred in memory. */
static void a_text_of_more_values_than_anybody_sends_is_refused_unread(void **state)
{
	(void)state;
	enum { MOST = 1 << 16 };
	for (int count = MOST; count <= MOST + 1; count++) {
		auto_reading struct reading reading = {0};
		auto_buf struct buf text = {0};
		buf_text(&text, "[\"in a text [,{,\\\"[,{, they are none\"");
		for (int i = 1; i < count; i++)
			buf_text(&text, ",0");
		buf_char(&text, ']');
		int err = parse(&reading, text.data, text.len);
		assert_int_equal(err, count > MOST ? ERR_NOT_JSON : 0);
		assert_int_equal(reading.faults.count, count > MOST);
	}
}

/* jansson passes over one after a number and a word; a reader that stops there would read something else. */
static void a_nul_is_no_json(void **state)
{
	(void)state;
#define BYTES(text) text, sizeof text - 1
	static const struct {
		const char *text;
		size_t len;
		const char *pointer, *detail;
	} cases[] = {
		{BYTES("{\"a\":12\0}"), "/a", "holds a NUL, at line 1, column 8"},
		{BYTES("{\"a\":12\0,\"b\":1}"), "/a", "holds a NUL"},
		{BYTES("{\"a\":1.5\0}"), "/a", "holds a NUL"},
		{BYTES("{\"a\":1e5\0}"), "/a", "holds a NUL"},
		{BYTES("{\"a\":-0\0}"), "/a", "holds a NUL"},
		{BYTES("{\"a\":true\0}"), "/a", "holds a NUL"},
		{BYTES("{\"b\":{},\n\"a\":[1,\n null\0]}"), "/a/1",
			"holds a NUL, at line 3, column 6"},
		{BYTES("[1\0]"), "/0", "holds a NUL"},
		{BYTES("{\"a\":\0"
		       "12}"),
			"/a", "holds a NUL"},
		{BYTES("{\"a\":\"x\0y\"}"), "/a", "holds a NUL"},
		{BYTES("{\"a\":1}\0"), "", "holds a NUL"},
		{BYTES("\0{\"a\":1}"), "", "holds a NUL"},
	};
#undef BYTES
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		auto_reading struct reading reading = {0};
		assert_int_equal(parse(&reading, cases[i].text, cases[i].len), ERR_NOT_JSON);
		assert_null(reading.json);
		assert_int_equal(reading.faults.count, 1);
		assert_told(reading, cases[i].pointer, cases[i].detail);
	}
}

static void deep_nesting_is_refused(void **state)
{
	(void)state;
	auto_reading struct reading reading = {0};
	auto_buf struct buf text = {0};
	for (int i = 0; i < 60000; i++)
		buf_text(&text, "[");
	assert_int_equal(parse(&reading, text.data, text.len), ERR_NOT_JSON);
	assert_string_equal(
		reading.faults.items[0].detail, "nested too deep, at line 1, column 2049");
}

/* ---- messages ---- */

static void every_type_is_read(void **state)
{
	(void)state;
	auto_reading struct reading reading = {0};
	assert_int_equal(
		read_as(&reading, &wot__v1__help_request__descriptor,
			"{\"channel\":\"WALK_IN\",\"resident\":true,\"problems\":[\"HOUSING\","
			"\"FINANCE\"],"
			"\"peopleInvolved\":3,\"referrer\":{\"organisation\":\"gp\",\"contact\":"
			"\"x\"},"
			"\"person\":{\"birthDate\":\"1969-12-31\",\"name\":\"J\\u00e9\"}}"),
		0);
	Wot__V1__HelpRequest *request = (Wot__V1__HelpRequest *)reading.message;
	assert_int_equal(request->channel, WOT__V1__CHANNEL__VALUE__WALK_IN);
	assert_true(request->has_resident && request->resident);
	assert_false(request->has_crisis);
	assert_int_equal(request->n_problems, 2);
	assert_int_equal(request->problems[1], WOT__V1__PROBLEM__VALUE__FINANCE);
	assert_int_equal(request->people_involved, 3);
	assert_string_equal(request->referrer->organisation, "gp");
	assert_int_equal(request->person->birth_date, -1);
	assert_string_equal(request->person->name, "J\xc3\xa9");
}

static void all_faults_are_told_at_once(void **state)
{
	(void)state;
	auto_reading struct reading reading = {0};
	assert_int_equal(read_as(&reading, &wot__v1__help_request__descriptor,
				 "{\"location\":\"MARS\",\"resident\":1,\"problems\":[\"HOUSING\","
				 "7],\"ward\":null,"
				 "\"peopleInvolved\":1.0,\"consent\":\"true\",\"referrer\":{"
				 "\"contact\":\"a\\u0000b\"},"
				 "\"person\":{\"birthDate\":\"2001-02-29\",\"bsn\":999990342},"
				 "\"ageYears\":4,"
				 "\"question\":[],\"expertise\":\"WMO\",\"mother's "
				 "name\":1,\"age_group\":\"ADULT\"}"),
		ERR_INVALID);
	assert_told(reading, "/channel", "required");
	assert_told(reading, "/location", "one of CENTRUM_WEST, NOORDRAND, ");
	assert_told(reading, "/resident", "true or false");
	assert_told(reading, "/problems/1", "one of FINANCE");
	assert_told(reading, "/ward", "a string");
	assert_told(reading, "/peopleInvolved", "a whole number");
	assert_told(reading, "/consent", "true or false");
	assert_told(reading, "/referrer/contact", "holds a NUL");
	assert_told(reading, "/referrer/organisation", "required");
	assert_told(reading, "/person/birthDate", "a day");
	assert_told(reading, "/person/bsn", "a string");
	assert_told(reading, "/ageYears", "unknown field"); /* wot's own */
	assert_told(reading, "/question", "a string");
	assert_told(reading, "/expertise", "a list");
	assert_told(reading, "", "an unknown field");
	assert_told(reading, "/age_group", "unknown field"); /* not its JSON name */
	assert_int_equal(reading.faults.count, 16);
}

/* What a client wrote could be a person's: it never comes back. */
static void no_value_is_repeated(void **state)
{
	(void)state;
	auto_reading struct reading reading = {0};
	assert_int_equal(
		read_as(&reading, &wot__v1__help_request__descriptor,
			"{\"channel\":\"999990342\",\"person\":{\"birthDate\":\"999990342\"},"
			"\"999990342\":1,\"peopleInvolved\":999990342999}"),
		ERR_INVALID);
	assert_int_equal(reading.faults.count, 4);
	for (size_t i = 0; i < reading.faults.count; i++) {
		assert_null(strstr(reading.faults.items[i].pointer, "999990342"));
		assert_null(strstr(reading.faults.items[i].detail, "999990342"));
	}
}

static void numbers_stay_in_their_range(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool good;
	} cases[] = {
		{"0", true},
		{"4294967295", true},
		{"4294967296", false},
		{"-1", false},
		{"1.0", false},
		{"1e2", false},
		{"true", false},
		{"\"1\"", false},
		{"9223372036854775807", false},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		auto_reading struct reading reading = {0};
		auto_buf struct buf text = {0};
		buf_printf(&text, "{\"count\":%s}", cases[i].text);
		int err = read_as(&reading, &wot__v1__people_involved_set__descriptor, text.data);
		assert_int_equal(err, cases[i].good ? 0 : ERR_INVALID);
	}
}

static void a_flood_of_faults_is_counted(void **state)
{
	(void)state;
	auto_reading struct reading reading = {0};
	auto_buf struct buf text = {0};
	buf_text(&text, "{\"problems\":[0");
	for (int i = 1; i < 20000; i++)
		buf_text(&text, ",0");
	buf_text(&text, "]}");
	assert_int_equal(
		read_as(&reading, &wot__v1__problems_set__descriptor, text.data), ERR_INVALID);
	assert_int_equal(reading.faults.count, 20000);
}

/* ---- instants and days ---- */

static void instants_are_rfc_3339(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t ms;
	} good[] = {
		{"1970-01-01T00:00:00Z", 0},
		{"1970-01-01T01:00:00+01:00", 0},
		{"1969-12-31T23:59:59.999Z", -1},
		{"1969-12-31T19:00:00-05:00", 0},
		{"2025-03-01T12:00:00.123456789+01:00", 1740826800123},
		{"2025-03-01t11:00:00.1z", 1740826800100},
		{"2024-02-29T00:00:00Z", 1709164800000},
		{"9999-12-31T23:59:59.999Z", 253402300799999},
		{"2025-03-01T12:00:00.1234567890123456789012345678901+01:00", 1740826800123},
		{"2025-03-01T11:00:00.9999999999999999999999999999999Z", 1740826800999},
		{"2025-03-01T11:00:00.00000000000000000000000000000001Z", 1740826800000},
		{"2025-03-01T11:00:00.05-00:00", 1740826800050},
		{"2016-12-31T23:59:60Z", 1483228799999},
		{"2016-12-31T23:59:60.123456789012Z", 1483228799999},
		{"2017-01-01T00:59:60+01:00", 1483228799999},
		{"1990-12-31T15:59:60-08:00", 662687999999},
		{"2015-07-01t05:29:60.5+05:30", 1435708799999},
		{"1969-12-31T23:59:60z", -1},
		{"1968-06-30T23:59:60Z", -47433600001},
	};
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		int64_t ms = -7;
		assert_int_equal(instant_parse(good[i].text, strlen(good[i].text), &ms), 0);
		assert_int_equal(ms, good[i].ms);
	}
}

static void what_is_no_instant_of_rfc_3339_is_none(void **state)
{
	(void)state;
	static const char *const bad[] = {"", "2025-03-01", "2025-03-01T12:00:00",
		"2025-03-01T12:00Z", "2025-02-29T00:00:00Z", "2025-13-01T00:00:00Z",
		"2025-03-01T24:00:00Z", "2025-03-01T12:60:00Z", "2025-03-01T12:00:60Z",
		"2016-12-31T23:59:60+01:00", "2016-12-31T23:58:60Z", "2016-12-30T23:59:60Z",
		"2016-12-31T22:59:60Z", "2017-03-31T23:59:60Z", "2016-12-31T23:59:61Z",
		"0001-01-01T00:59:60+01:00", "2025-03-01T12:00:00.Z", "2025-03-01T12:00:00.z",
		"2025-03-01T12:00:00.+01:00", "2025-03-01T12:00:00.1234567890",
		"2025-03-01T12:00:00.12 34Z", "2025-03-01T12:00:00.1.2Z",
		"2025-03-01T12:00:00+1:00", "2025-03-01T12:00:00+01", "2025-03-01T12:00:00+01:0",
		"2025-03-01T12:00:00+-1:00", "2025-03-01T12:00:00+01:00:00",
		"2025-03-01T12:00:00ZZ", "2025-03-01T1200:00Z", "20250301T120000Z",
		"2025-W09-6T12:00:00Z", "2025-060T12:00:00Z", "+02025-03-01T12:00:00Z",
		"12025-03-01T12:00:00Z", "2025-03-01T12:00:00\xe2\x88\x92\x30\x31:00",
		"2025-03-00T12:00:00Z", "2025-00-01T12:00:00Z", "2025-03-01T12:00:00+0100",
		"2025-03-01T12:00:00+24:00", "2025-03-01T12:00:00+01:60", "2025-03-01 12:00:00Z",
		"2025-03-01T12:00:00Z ", " 2025-03-01T12:00:00Z", "2025-3-1T12:00:00Z",
		"-025-03-01T12:00:00Z", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59-01:00",
		"0001-01-01T00:00:00+01:00", "2025-03-01T12:00:00,5Z"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		int64_t ms = -7;
		assert_int_equal(instant_parse(bad[i], strlen(bad[i]), &ms), ERR_INVALID);
		assert_int_equal(ms, -7);
	}
}

static void times_are_printed_as_they_are_read(void **state)
{
	(void)state;
	static const int64_t instants[] = {
		0, -1, 1740826800123, CALENDAR_MIN_MS, CALENDAR_MAX_MS, 951782399999};
	for (size_t i = 0; i < sizeof instants / sizeof instants[0]; i++) {
		char text[32];
		int64_t ms;
		instant_print(instants[i], text);
		assert_int_equal(instant_parse(text, strlen(text), &ms), 0);
		assert_int_equal(ms, instants[i]);
	}
	char text[32];
	instant_print(1740826800123, text);
	assert_string_equal(text, "2025-03-01T11:00:00.123Z");
	day_print(CALENDAR_DAY_MIN, text);
	assert_string_equal(text, "0001-01-01");
	day_print(20148, text);
	assert_string_equal(text, "2025-03-01");
	int32_t day;
	assert_int_equal(day_parse(text, 10, &day), 0);
	assert_int_equal(day, 20148);
	assert_int_equal(day_parse("2025-03-01T", 11, &day), ERR_INVALID);
	assert_int_equal(day_parse("20250301", 8, &day), ERR_INVALID);
}

/* ---- back to JSON ---- */

static void message_is_printed_as_it_is_read(void **state)
{
	(void)state;
	static const char text[] =
		"{\"channel\":\"PHONE\",\"ward\":\"W \\\"1\\\"\\u0001\",\"resident\":false,"
		"\"problems\":[\"HOUSING\",\"FINANCE\"],\"peopleInvolved\":0,"
		"\"referrer\":{\"organisation\":\"gp\"},\"person\":{\"birthDate\":\"2000-02-29\"}}";
	auto_reading struct reading reading = {0};
	auto_buf struct buf out = {0};
	assert_int_equal(read_as(&reading, &wot__v1__help_request__descriptor, text), 0);
	json_from_message(reading.message, &out);
	assert_string_equal(out.data, text);
}

static void event_is_printed_with_its_kind_inside_body(void **state)
{
	(void)state;
	auto_buf struct buf out = {0};
	Wot__V1__Event event = WOT__V1__EVENT__INIT;
	Wot__V1__Body body = WOT__V1__BODY__INIT;
	Wot__V1__Closed closed = WOT__V1__CLOSED__INIT;
	Wot__V1__CaseFacts facts = WOT__V1__CASE_FACTS__INIT;
	uint8_t id[] = {0x00, 0xab};
	event.id = (ProtobufCBinaryData){sizeof id, id};
	event.recorded_at = 1740826800123;
	event.facts = &facts;
	facts.has_turns_18_soon = 1;
	facts.has_closed_on = 1;
	facts.closed_on = 20148;
	closed.reason = WOT__V1__CLOSED__REASON__GOALS_MET;
	body_set(&body, WOT__V1__BODY__KIND_CLOSED, &closed.base);
	event.body = &body;
	json_from_message(&event.base, &out);
	assert_string_equal(out.data,
		"{\"id\":\"00ab\",\"recordedAt\":\"2025-03-01T11:00:00.123Z\","
		"\"occurredAt\":\"1970-01-01T00:00:00.000Z\","
		"\"facts\":{\"closedOn\":\"2025-03-01\",\"turns18Soon\":false},"
		"\"body\":{\"closed\":{\"reason\":\"GOALS_MET\"}}}");
}

static void bytes_are_lower_case_hexadecimal(void **state)
{
	(void)state;
	static const char *const bad[] = {"0", "0g", "AB", "0\xc3\xa9", "0 "};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		auto_reading struct reading reading = {0};
		auto_buf struct buf text = {0};
		buf_printf(&text, "{\"keyId\":\"%s\",\"ciphertext\":\"\"}", bad[i]);
		assert_int_equal(
			read_as(&reading, &wot__v1__sealed__descriptor, text.data), ERR_INVALID);
		assert_told(reading, "/keyId", "bytes in lower-case hexadecimal");
	}
	auto_reading struct reading reading = {0};
	assert_int_equal(read_as(&reading, &wot__v1__sealed__descriptor,
				 "{\"keyId\":\"00ff\",\"ciphertext\":\"\"}"),
		0);
	Wot__V1__Sealed *sealed = (Wot__V1__Sealed *)reading.message;
	assert_int_equal(sealed->key_id.len, 2);
	assert_int_equal(sealed->key_id.data[1], 0xff);
}

static void names_are_lower_camel_case(void **state)
{
	(void)state;
	char name[64];
	json_name("turns_18_soon", name);
	assert_string_equal(name, "turns18Soon");
	json_name("bsn", name);
	assert_string_equal(name, "bsn");
	assert_true(json_name_is("external_ref", "externalRef"));
	assert_false(json_name_is("external_ref", "external_ref"));
	assert_false(json_name_is("external_ref", "external"));
	assert_false(json_name_is("external", "externalRef"));
}

/* Two fields of a message must not share a JSON name. */
static void names_stay_apart_in_every_message(void **state)
{
	(void)state;
	const ProtobufCMessageDescriptor *body = &wot__v1__body__descriptor;
	for (unsigned kind = 0; kind < body->n_fields; kind++) {
		const ProtobufCMessageDescriptor *type = body->fields[kind].descriptor;
		for (unsigned i = 0; i < type->n_fields; i++)
			for (unsigned j = 0; j < type->n_fields; j++) {
				char name[64];
				json_name(type->fields[j].name, name);
				assert_int_equal(json_name_is(type->fields[i].name, name), i == j);
			}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(broken_text_is_told_with_its_place),
		cmocka_unit_test(a_text_of_more_values_than_anybody_sends_is_refused_unread),
		cmocka_unit_test(a_nul_is_no_json),
		cmocka_unit_test(deep_nesting_is_refused),
		cmocka_unit_test(every_type_is_read),
		cmocka_unit_test(all_faults_are_told_at_once),
		cmocka_unit_test(no_value_is_repeated),
		cmocka_unit_test(numbers_stay_in_their_range),
		cmocka_unit_test(a_flood_of_faults_is_counted),
		cmocka_unit_test(instants_are_rfc_3339),
		cmocka_unit_test(what_is_no_instant_of_rfc_3339_is_none),
		cmocka_unit_test(times_are_printed_as_they_are_read),
		cmocka_unit_test(message_is_printed_as_it_is_read),
		cmocka_unit_test(event_is_printed_with_its_kind_inside_body),
		cmocka_unit_test(bytes_are_lower_case_hexadecimal),
		cmocka_unit_test(names_are_lower_camel_case),
		cmocka_unit_test(names_stay_apart_in_every_message),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
