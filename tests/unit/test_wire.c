/* Protobuf bytes at the doors, where protobuf-c would let too much pass, and fields read off them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/err.h"
#include "proto/event.h"
#include "proto/wire.h"
#include <string.h>

/* ---- writing bytes by hand ---- */

static void put_varint(struct buf *buf, uint64_t value)
{
	for (; value >= 0x80; value >>= 7)
		buf_char(buf, (char)(value | 0x80));
	buf_char(buf, (char)value);
}

static void put_number(struct buf *buf, unsigned field, uint64_t value)
{
	put_varint(buf, field << 3);
	put_varint(buf, value);
}

static void put_bytes(struct buf *buf, unsigned field, const void *bytes, size_t len)
{
	put_varint(buf, field << 3 | 2);
	put_varint(buf, len);
	buf_add(buf, bytes, len);
}

static void put_text(struct buf *buf, unsigned field, const char *text)
{
	put_bytes(buf, field, text, strlen(text));
}

static void put_64(struct buf *buf, unsigned field, int64_t value)
{
	put_varint(buf, field << 3 | 1);
	buf_add(buf, &value, sizeof value);
}

static void put_32(struct buf *buf, unsigned field, int32_t value)
{
	put_varint(buf, field << 3 | 5);
	buf_add(buf, &value, sizeof value);
}

/* ---- wire_check ---- */

/* Checks, and puts the faults as "pointer: detail" lines. */
static const char *faults_of(const ProtobufCMessageDescriptor *type, enum wire_from from,
	const void *bytes, size_t len, struct buf *out)
{
	auto_arena struct arena arena = {0};
	struct faults faults = {.arena = &arena};
	/* a copy of exactly this length, so that a sanitizer sees any step beyond it */
	auto_free uint8_t *copy = malloc(len ? len : 1);
	if (len)
		memcpy(copy, bytes, len);
	int err = wire_check(type, copy, len, from, "", &faults);
	assert_int_equal(err, faults.count ? ERR_INVALID : 0);
	buf_clear(out);
	buf_text(out, "");
	for (size_t i = 0; i < faults.count; i++)
		buf_printf(out, "%s: %s\n", faults.items[i].pointer, faults.items[i].detail);
	return out->data;
}

#define assert_faults(type, from, bytes_, expected)                                                \
	do {                                                                                       \
		auto_buf struct buf faults_ = {0};                                                 \
		assert_string_equal(faults_of(&wot__v1__##type##__descriptor, from, (bytes_).data, \
					    (bytes_).len, &faults_),                               \
			expected);                                                                 \
	} while (0)
#define assert_outside(type, buf, expected) assert_faults(type, WIRE_OUTSIDE, buf, expected)

static const char broken[] = ": broken bytes: a tag, a number or a length is wrong\n";

static void good_bytes_have_no_fault(void **state)
{
	(void)state;
	auto_buf struct buf buf = {0};
	auto_buf struct buf person = {0};
	put_number(&buf, 1, WOT__V1__CHANNEL__VALUE__WEB);
	put_number(&buf, 5, 1);
	put_bytes(&buf, 7, "\x01\x04", 2); /* packed … */
	put_number(&buf, 7, 2);            /* … and not */
	put_number(&buf, 11, UINT32_MAX);
	put_text(&person, 1, "J\xc3\xa9 \xf0\x9f\x8f\xa0");
	put_32(&person, 3, -1);
	put_bytes(&buf, 90, person.data, person.len);
	assert_outside(help_request, buf, "");
}

static void unknown_fields_are_refused(void **state)
{
	(void)state;
	auto_buf struct buf buf = {0};
	put_number(&buf, 1, 1);
	put_number(&buf, 79, 1);
	put_number(&buf, 80, 44); /* age_years is wot's */
	assert_outside(help_request, buf, ": unknown field, number 79\n/ageYears: unknown field\n");
	assert_faults(help_request, WIRE_OWN, buf, ""); /* a later version may have added one */
}

static void persons_are_refused_in_our_own_events(void **state)
{
	(void)state;
	auto_buf struct buf buf = {0};
	auto_buf struct buf referrer = {0};
	put_number(&buf, 1, 1);
	put_text(&referrer, 1, "gp");
	put_text(&referrer, 90, "somebody");
	put_bytes(&buf, 15, referrer.data, referrer.len);
	put_text(&buf, 91, "?");
	assert_outside(help_request, buf, "");
	assert_faults(help_request, WIRE_OWN, buf,
		"/referrer/contact: personal: never in an event\n"
		"/question: personal: never in an event\n");
}

static void singular_fields_come_once(void **state)
{
	(void)state;
	auto_buf struct buf buf = {0};
	put_number(&buf, 1, 1);
	put_number(&buf, 1, 1);
	assert_outside(closed, buf, "/reason: given twice\n");
}

static void only_one_kind_fits_in_a_body(void **state)
{
	(void)state;
	auto_buf struct buf buf = {0};
	put_bytes(&buf, 49, "", 0);
	put_bytes(&buf, 53, "", 0);
	assert_outside(body, buf, ": more than one of what excludes each other\n");
	buf_clear(&buf);
	put_bytes(&buf, 49, "", 0);
	put_bytes(&buf, 49, "", 0);
	assert_outside(body, buf, "/resumed: given twice\n");
}

static void missing_fields_are_told_by_name(void **state)
{
	(void)state;
	auto_buf struct buf buf = {0};
	auto_buf struct buf call = {0};
	put_text(&call, 1, "c-1");
	put_bytes(&buf, 1, call.data, call.len);
	assert_outside(body, buf, "/call/queue: required\n/call/event: required\n");
}

static void values_must_fit_their_type(void **state)
{
	(void)state;
	auto_buf struct buf buf = {0};
	put_number(&buf, 1, 0);
	put_number(&buf, 5, 2);
	put_number(&buf, 7, 1);
	put_number(&buf, 7, 14);
	put_bytes(&buf, 8, "\x01\x09", 2);
	put_number(&buf, 11, (uint64_t)UINT32_MAX + 1);
	put_number(&buf, 14, UINT64_MAX); /* -1 */
	assert_outside(help_request, buf,
		"/channel: not a value of this enumeration\n"
		"/resident: true or false expected\n"
		"/problems/1: not a value of this enumeration\n"
		"/expertise/1: not a value of this enumeration\n"
		"/peopleInvolved: out of range\n"
		"/legalBasis: not a value of this enumeration\n");
	buf_clear(&buf);
	put_number(&buf, 1, UINT64_MAX); /* negative where unsigned */
	assert_outside(people_involved_set, buf, "/count: out of range\n");
	buf_clear(&buf);
	put_32(&buf, 1, INT32_MAX);
	put_32(&buf, 2, INT32_MIN);
	put_32(&buf, 3, 20148);
	assert_outside(
		corrected, buf, "/reportedOn: out of range\n/firstContactOn: out of range\n");
}

static void wire_type_must_be_that_of_the_field(void **state)
{
	(void)state;
	auto_buf struct buf buf = {0};
	put_text(&buf, 1, "x");
	put_32(&buf, 11, 1);
	put_64(&buf, 7, 1);
	put_number(&buf, 4, 1);
	assert_outside(help_request, buf,
		"/channel: of another type\n/peopleInvolved: of another type\n"
		"/problems: of another type\n/ward: of another type\n");
}

static void strings_are_utf8_without_nul(void **state)
{
	(void)state;
	static const struct {
		const char *bytes;
		size_t len;
		const char *expected;
	} cases[] = {
		{"", 0, ""},
		{"\x7f", 1, ""},
		{"\xc2\x80", 2, ""},
		{"\xed\x9f\xbf\xee\x80\x80", 6, ""},
		{"\xf4\x8f\xbf\xbf", 4, ""},
		{"a\0b", 3, "/caseLead: holds a NUL\n"},
		{"\x80", 1, "/caseLead: not UTF-8\n"},
		{"\xc0\xaf", 2, "/caseLead: not UTF-8\n"},         /* overlong, 2 bytes */
		{"\xe0\x9f\xbf", 3, "/caseLead: not UTF-8\n"},     /* overlong, 3 bytes */
		{"\xf0\x8f\xbf\xbf", 4, "/caseLead: not UTF-8\n"}, /* overlong, 4 bytes */
		{"\xed\xa0\x80", 3, "/caseLead: not UTF-8\n"},     /* surrogate */
		{"\xf4\x90\x80\x80", 4, "/caseLead: not UTF-8\n"}, /* above U+10FFFF */
		{"\xc3", 1, "/caseLead: not UTF-8\n"},             /* cut off */
		{"\xe2\x82", 2, "/caseLead: not UTF-8\n"},
		{"\xc3\x28", 2, "/caseLead: not UTF-8\n"},
		{"\xff", 1, "/caseLead: not UTF-8\n"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		auto_buf struct buf buf = {0};
		put_bytes(&buf, 1, cases[i].bytes, cases[i].len);
		assert_outside(support_started, buf, cases[i].expected);
	}
}

static void broken_bytes_are_refused(void **state)
{
	(void)state;
	static const struct {
		const char *bytes;
		size_t len;
	} cases[] = {
		{"\x08", 1},                                              /* no value */
		{"\x80", 1},                                              /* half a tag */
		{"\x00\x01", 2},                                          /* field number 0 */
		{"\x08\x81\x00", 3},                                      /* overlong number */
		{"\x88\x00\x01", 3},                                      /* overlong tag */
		{"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 11},     /* beyond 64 bits */
		{"\x08\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", 12}, /* 11 bytes */
		{"\x88\x80\x80\x80\x80\x01\x01", 7},                      /* tag beyond 32 bits */
		{"\x12\x02x", 3},                                         /* beyond the end */
		{"\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01x", 12},    /* length wraps around */
		{"\x12\x81\x00x", 4},                                     /* overlong length */
		{"\x0b\x0c", 2},                                          /* group */
		{"\x0e\x01", 2},                                          /* wire type 6 */
		{"\x4d\x01\x01\x01", 4}, /* 3 of 4 bytes, unknown field */
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		auto_buf struct buf faults = {0};
		const char *text = faults_of(&wot__v1__closed__descriptor, WIRE_OUTSIDE,
			cases[i].bytes, cases[i].len, &faults);
		assert_non_null(strstr(text, broken));
	}
}

static void every_cut_of_good_bytes_is_refused(void **state)
{
	(void)state;
	auto_buf struct buf event = {0};
	put_bytes(&event, 1, "0123456789abcdef", 16);
	put_64(&event, 2, 1740826800123);
	put_64(&event, 3, 1740826800000);
	put_bytes(&event, 11, "\xa2\x03\x02\x08\x01", 5);
	assert_faults(event, WIRE_OWN, event, "");
	for (size_t len = 0; len < event.len; len++) {
		auto_buf struct buf faults = {0};
		assert_string_not_equal(
			faults_of(&wot__v1__event__descriptor, WIRE_OWN, event.data, len, &faults),
			"");
	}
}

/* No message of ours contains itself; one that does must not exhaust the stack. */
static void nesting_has_an_end(void **state)
{
	(void)state;
	static const unsigned by_name[] = {0};
	static const ProtobufCIntRange ranges[] = {{1, 0}, {0, 1}};
	static ProtobufCFieldDescriptor field = {
		.name = "child",
		.id = 1,
		.label = PROTOBUF_C_LABEL_OPTIONAL,
		.type = PROTOBUF_C_TYPE_MESSAGE,
	};
	static const ProtobufCMessageDescriptor self = {
		.magic = PROTOBUF_C__MESSAGE_DESCRIPTOR_MAGIC,
		.n_fields = 1,
		.fields = &field,
		.fields_sorted_by_name = by_name,
		.n_field_ranges = 1,
		.field_ranges = ranges,
	};
	field.descriptor = &self;
	auto_buf struct buf buf = {0};
	for (int i = 0; i < 40; i++) {
		auto_buf struct buf inner = buf;
		buf = (struct buf){0};
		put_bytes(&buf, 1, inner.data ? inner.data : "", inner.len);
	}
	auto_buf struct buf faults = {0};
	const char *text = faults_of(&self, WIRE_OUTSIDE, buf.data, buf.len, &faults);
	assert_non_null(strstr(text, "nested too deep"));
}

/* ---- wire_read ---- */

static const char *const paths[] = {"occurred_at", "case_id", "body.closed.reason",
	"body.help_request.problems", "facts.closed_on", "body.help_request",
	"body.help_request.referrer.organisation", "case_id", "body.case_routed.considered"};
enum {
	OCCURRED_AT,
	CASE_ID,
	REASON,
	PROBLEMS,
	CLOSED_ON,
	REQUEST,
	ORGANISATION,
	CASE_ID_AGAIN,
	CONSIDERED,
	PATHS
};

static int read_all(const struct buf *buf, struct wire_value *values)
{
	const char *unknown = NULL;
	struct wire_plan *plan = wire_plan_new(&wot__v1__event__descriptor, paths, PATHS, &unknown);
	assert_non_null(plan);
	assert_null(unknown);
	memset(values, 0xee, PATHS * sizeof *values);
	int err = wire_read(plan, (const uint8_t *)buf->data, buf->len, values);
	wire_plan_free(plan);
	return err;
}

static void named_fields_are_read_wherever_they_are(void **state)
{
	(void)state;
	auto_buf struct buf request = {0};
	auto_buf struct buf body = {0};
	auto_buf struct buf facts = {0};
	auto_buf struct buf event = {0};
	put_number(&request, 1, 1);
	put_number(&request, 7, 3);
	put_bytes(&request, 7, "\x01\x0d", 2);
	put_bytes(&request, 15, "\x0a\x02gp", 4);
	put_bytes(&body, 3, request.data, request.len);
	put_32(&facts, 1, 1);
	put_32(&facts, 7, -3);
	put_bytes(&event, 1, "0123456789abcdef", 16);
	put_64(&event, 3, -5);
	put_text(&event, 8, "2025-000012");
	put_bytes(&event, 10, facts.data, facts.len);
	put_bytes(&event, 11, body.data, body.len);
	put_number(&event, 5000, 1); /* of a later version */

	struct wire_value values[PATHS];
	assert_int_equal(read_all(&event, values), 0);
	assert_int_equal((int64_t)values[OCCURRED_AT].number, -5);
	assert_memory_equal(values[CASE_ID].data, "2025-000012", values[CASE_ID].len);
	assert_int_equal(values[CASE_ID].len, 11);
	assert_false(values[REASON].present);
	assert_int_equal(values[REASON].number, 0);
	assert_int_equal(values[PROBLEMS].number, 1 << 3 | 1 << 1 | 1 << 13);
	assert_int_equal((int64_t)values[CLOSED_ON].number, -3);
	assert_true(values[REQUEST].present);
	assert_int_equal(values[REQUEST].len, request.len);
	assert_memory_equal(values[ORGANISATION].data, "gp", 2);
	assert_ptr_equal(values[CASE_ID_AGAIN].data, values[CASE_ID].data);
	assert_false(values[CONSIDERED].present);
}

static void nothing_is_set_when_nothing_is_there(void **state)
{
	(void)state;
	struct buf empty = {0};
	struct wire_value values[PATHS];
	assert_int_equal(read_all(&empty, values), 0);
	for (int i = 0; i < PATHS; i++) {
		assert_false(values[i].present);
		assert_int_equal(values[i].number, 0);
		assert_null(values[i].data);
	}
}

static void reading_refuses_broken_bytes(void **state)
{
	(void)state;
	static const struct {
		const char *bytes;
		size_t len;
	} cases[] = {
		{"\x19\x00\x00", 3},             /* cut off in what is asked for */
		{"\x22\x05x", 3},                /* and in what is not */
		{"\x18\x01", 2},                 /* another wire type */
		{"\x5a\x02\xa2\x03", 4},         /* half a kind */
		{"\x5a\x04\xa2\x03\x02\x08", 6}, /* inner length beyond the outer */
		{"\x58\x01", 2},                 /* a number where a message is */
		{"\x80", 1},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		auto_buf struct buf buf = {0};
		struct wire_value values[PATHS];
		buf_add(&buf, cases[i].bytes, cases[i].len);
		assert_int_equal(read_all(&buf, values), ERR_INVALID);
	}
}

static void unknown_paths_are_told(void **state)
{
	(void)state;
	static const char *const bad[] = {"nothing", "body.call.nothing", "body.call.event.x",
		"body.", "", ".", "body.case_routed.considered.team", "bod"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		const char *const list[] = {"case_id", bad[i]};
		const char *unknown = NULL;
		assert_null(wire_plan_new(&wot__v1__event__descriptor, list, 2, &unknown));
		assert_ptr_equal(unknown, bad[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_bytes_have_no_fault),
		cmocka_unit_test(unknown_fields_are_refused),
		cmocka_unit_test(persons_are_refused_in_our_own_events),
		cmocka_unit_test(singular_fields_come_once),
		cmocka_unit_test(only_one_kind_fits_in_a_body),
		cmocka_unit_test(missing_fields_are_told_by_name),
		cmocka_unit_test(values_must_fit_their_type),
		cmocka_unit_test(wire_type_must_be_that_of_the_field),
		cmocka_unit_test(strings_are_utf8_without_nul),
		cmocka_unit_test(broken_bytes_are_refused),
		cmocka_unit_test(every_cut_of_good_bytes_is_refused),
		cmocka_unit_test(nesting_has_an_end),
		cmocka_unit_test(named_fields_are_read_wherever_they_are),
		cmocka_unit_test(nothing_is_set_when_nothing_is_there),
		cmocka_unit_test(reading_refuses_broken_bytes),
		cmocka_unit_test(unknown_paths_are_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
