/*
 * What a client asks is taken at its word: a parameter that is misspelt, doubled or no number is refused by its
 * name, in every GET, and not passed over. Whoever asks for limt=1 gets a page of another size than it thinks.
 */
#include "proto/read.h"

#include "lib/err.h"
#include "proto/door.h"
#include "proto/field.h"
#include "proto/json.h"
#include "proto/read.pb-c.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
// clang-format on
#include <math.h>
#include <string.h>

#define PAGE &wot__v1__page__descriptor

/* Refused, with one fault: at that pointer, which is "" where the name may not be repeated. */
static void assert_refused(const ProtobufCMessageDescriptor *type, const char *pointer,
	const struct parameter *parameters, size_t count)
{
	auto_arena struct arena arena = {0};
	struct faults faults = {.arena = &arena};
	ProtobufCMessage *message = NULL;
	assert_int_equal(read_parameters(type, parameters, count, &message, &faults), ERR_INVALID);
	assert_null(message);
	assert_int_equal(faults.count, 1);
	assert_string_equal(faults.items[0].pointer, pointer);
}

/* What has names of its own is asked of the daemon. */
static bool takes_rest(const ProtobufCMessageDescriptor *type)
{
	bool rest = false;
	for (unsigned i = 0; i < type->n_fields; i++)
		rest = rest || read_is_rest(&type->fields[i]);
	return rest;
}

static void every_get_refuses_what_it_does_not_know_by_its_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < GET_COUNT; i++) {
		if (takes_rest(reads[i].parameters))
			continue;
		assert_refused(reads[i].parameters, "/limt", &(struct parameter){"limt", "1"}, 1);
		assert_refused(reads[i].parameters, "/LIMIT", &(struct parameter){"LIMIT", "1"}, 1);
		assert_refused(reads[i].parameters, "/x", &(struct parameter){"x", NULL}, 1);
	}
}

/* It could be anything, a citizen's number for one. */
static void a_name_that_is_none_is_refused_and_not_repeated(void **state)
{
	(void)state;
	static const char *const names[] = {"999990342", "", "a b", "limit ", "<b>", "\xff"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		assert_refused(PAGE, "", &(struct parameter){names[i], "1"}, 1);
}

/* One that its type allows. */
static const char *value_of(const field_t *field)
{
	const ProtobufCEnumDescriptor *choices = field->descriptor;
	return field->type == PROTOBUF_C_TYPE_ENUM       ? choices->values[0].name
	       : field->type == PROTOBUF_C_TYPE_SFIXED32 ? "2025-12-31"
							 : "2025";
}

static void every_parameter_is_taken_once(void **state)
{
	(void)state;
	for (size_t i = 0; i < GET_COUNT; i++) {
		const ProtobufCMessageDescriptor *type = reads[i].parameters;
		for (unsigned f = 0; f < type->n_fields; f++) {
			char name[64], pointer[68] = "/";
			json_name(type->fields[f].name, name);
			strcat(pointer, name);
			const char *value = value_of(&type->fields[f]);
			const struct parameter twice[] = {{name, value}, {name, value}};
			if (strcmp(name, "limit") == 0)
				continue; /* 2025 is none */
			assert_refused(type, pointer, twice, 2);
		}
	}
	const struct parameter limits[] = {{"limit", "1"}, {"limit", "1000"}};
	assert_refused(PAGE, "/limit", limits, 2);
}

static void a_number_is_digits_within_its_range(void **state)
{
	(void)state;
	static const char *const wrong[] = {"+5", "-5", " 5", "5 ", "0", "1001", "", "05", "5.0",
		"1e2", "0x5", "4294967297", "18446744073709551617", "99999999999999999999999",
		"five", "5,"};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_refused(PAGE, "/limit", &(struct parameter){"limit", wrong[i]}, 1);
	assert_refused(PAGE, "/limit", &(struct parameter){"limit", NULL}, 1);
	assert_refused(PAGE, "/after", &(struct parameter){"after", ""}, 1);
	assert_refused(PAGE, "/after", &(struct parameter){"after", "\xc3"}, 1);
	assert_refused(&wot__v1__kpi_question__descriptor, "/definition",
		&(struct parameter){"definition", "25"}, 1);
}

static void what_is_right_is_taken_and_what_is_left_out_has_its_default(void **state)
{
	(void)state;
	auto_arena struct arena arena = {0};
	struct faults faults = {.arena = &arena};
	ProtobufCMessage *message;
	assert_int_equal(read_parameters(PAGE, NULL, 0, &message, &faults), 0);
	assert_int_equal(((Wot__V1__Page *)message)->limit, 100);
	const struct parameter page[] = {{"after", "2025-000012"}, {"limit", "1000"}};
	assert_int_equal(read_parameters(PAGE, page, 2, &message, &faults), 0);
	assert_int_equal(((Wot__V1__Page *)message)->limit, 1000);
	assert_string_equal(((Wot__V1__Page *)message)->after, "2025-000012");
}

/* Figures are filtered by dimensions, whose names kpi.yaml knows. */
static void what_no_other_field_takes_is_kept_under_its_name(void **state)
{
	(void)state;
	const ProtobufCMessageDescriptor *type = &wot__v1__kpi_question__descriptor;
	auto_arena struct arena arena = {0};
	struct faults faults = {.arena = &arena};
	ProtobufCMessage *message;
	const struct parameter given[] = {
		{"ward", "ZUID,OOST"}, {"id", "closures"}, {"where", "x"}};
	assert_int_equal(read_parameters(type, given, 3, &message, &faults), 0);
	const Wot__V1__KpiQuestion *question = (void *)message;
	assert_string_equal(question->id, "closures");
	assert_int_equal(question->n_where, 2);
	assert_string_equal(question->where[0]->name, "ward");
	assert_string_equal(question->where[0]->value, "ZUID,OOST");
	assert_string_equal(question->where[1]->name, "where");
	const struct parameter twice[] = {{"ward", "ZUID"}, {"ward", "OOST"}};
	assert_refused(type, "/ward", twice, 2);
	assert_refused(type, "/ward", &(struct parameter){"ward", ""}, 1);
	assert_refused(type, "/ward", &(struct parameter){"ward", NULL}, 1);
	assert_refused(type, "", &(struct parameter){"999990342", "1"}, 1);

	read_refuse_name(type, "wrd", ", and the dimensions ward", &faults);
	assert_string_equal(faults.items[0].pointer, "/wrd");
	assert_string_equal(faults.items[0].detail,
		"is no parameter; there are id, period, by, "
		"definition, beside, asOf, format, and the dimensions ward");
}

static void all_that_is_wrong_is_told_at_once(void **state)
{
	(void)state;
	auto_arena struct arena arena = {0};
	struct faults faults = {.arena = &arena};
	ProtobufCMessage *message;
	const struct parameter wrong[] = {{"limt", "1"}, {"limit", "x"}, {"after", ""}, {"x", "y"}};
	assert_int_equal(read_parameters(PAGE, wrong, 4, &message, &faults), ERR_INVALID);
	assert_int_equal(faults.count, 4);
}

static void a_path_is_of_its_daemon_and_names_what_follows(void **state)
{
	(void)state;
	const struct read *one = read_of_path(DAEMON_CASE, "/v1/cases/2025-000012");
	assert_non_null(one);
	auto_arena struct arena arena = {0};
	assert_string_equal(read_named(one, "/v1/cases/2025-000012", &arena), "2025-000012");
	assert_string_equal(
		read_named(&reads[GET_referral], "/v1/referrals/gp/r-1", &arena), "gp/r-1");
	assert_ptr_equal(read_of_path(DAEMON_CASE, "/v1/cases"), &reads[GET_cases]);
	assert_null(read_named(&reads[GET_cases], "/v1/cases", &arena));
	one = read_of_path(DAEMON_AGGREGATE, "/v1/kpis/help_requests/rows");
	assert_ptr_equal(one, &reads[GET_kpi_rows]);
	assert_string_equal(
		read_named(one, "/v1/kpis/help_requests/rows", &arena), "help_requests");
	static const char *const none[] = {"/v1/kpis//rows", "/v1/kpis/rows", "/v1/kpis/a/b/rows",
		"/v1/kpis/a/rows/", "/v1/kpis/a"};
	for (size_t i = 0; i < sizeof none / sizeof *none; i++)
		assert_null(read_of_path(DAEMON_AGGREGATE, none[i]));
	assert_null(read_of_path(DAEMON_INTAKE, "/v1/cases"));
	assert_null(read_of_path(DAEMON_CASE, "/v1/casesx"));
	assert_null(read_of_path(DAEMON_CASE, "/v1/CASES"));
	for (enum daemon_index daemon = 0; daemon < DAEMON_COUNT; daemon++)
		assert_ptr_equal(read_of_path(daemon, "/healthz"), &reads[GET_health]);
}

static void what_is_always_there_is_null_or_an_empty_list(void **state)
{
	(void)state;
	auto_buf struct buf out = {0};
	Wot__V1__FigureRow row = WOT__V1__FIGURE_ROW__INIT;
	row.key = row.label = "ZUID";
	row.has_p50 = true;
	row.p50 = NAN;
	read_print(&row.base, &out);
	assert_string_equal(out.data, "{\"key\":\"ZUID\",\"label\":\"ZUID\",\"value\":null,"
				      "\"count\":null,\"of\":null,\"unknown\":null,\"group\":null,"
				      "\"p50\":null}");
	buf_clear(&out);
	Wot__V1__Cases cases = WOT__V1__CASES__INIT;
	read_print(&cases.base, &out);
	assert_string_equal(out.data, "{\"items\":[]}");
	buf_clear(&out);
	Wot__V1__Figures figures = WOT__V1__FIGURES__INIT;
	read_print(&figures.base, &out);
	assert_string_equal(out.data, "[]");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_get_refuses_what_it_does_not_know_by_its_name),
		cmocka_unit_test(a_name_that_is_none_is_refused_and_not_repeated),
		cmocka_unit_test(every_parameter_is_taken_once),
		cmocka_unit_test(a_number_is_digits_within_its_range),
		cmocka_unit_test(what_is_right_is_taken_and_what_is_left_out_has_its_default),
		cmocka_unit_test(what_no_other_field_takes_is_kept_under_its_name),
		cmocka_unit_test(all_that_is_wrong_is_told_at_once),
		cmocka_unit_test(a_path_is_of_its_daemon_and_names_what_follows),
		cmocka_unit_test(what_is_always_there_is_null_or_an_empty_list),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
