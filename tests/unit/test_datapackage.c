/* datapackage.json: members of the specification, in the order in which they are given. */
#include "lib/datapackage.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const char *const wards[] = {"OOST", "ZUID \"west\""};
static const struct datapackage_field fields[] = {
	{.name = "day", .type = "date", .description = "when"},
	{.name = "ward",
		.type = "string",
		.description = "where",
		.values = wards,
		.value_count = 2},
};
static const struct datapackage_resource resources[] = {
	{.name = "cases",
		.bytes = 12,
		.sha256 = "ab",
		.fields = fields,
		.field_count = 2,
		.key_count = 1},
	{.name = "calls", .title = "of the telephone", .sha256 = "cd"},
};
static const struct datapackage_mark marks[] = {{"intake", 7}, {"case", 0}};
static const struct datapackage package = {.name = "wot-facts",
	.title = "Facts",
	.description = "All of them",
	.internal = true,
	.marks = marks,
	.mark_count = 2,
	.resources = resources,
	.resource_count = 2};

static const char *text_at(const json_t *json, const char *name)
{
	const char *text = json_string_value(json_object_get(json, name));
	return text ? text : "none";
}

static json_t *printed(const struct datapackage *of)
{
	auto_buf struct buf out = {0};
	datapackage_print(of, &out);
	json_t *json = json_loads(out.data, 0, NULL);
	assert_non_null(json);
	return json;
}

static void a_resource_says_where_its_file_is_and_what_it_holds(void **state)
{
	(void)state;
	json_t *json = printed(&package);
	const json_t *cases = json_array_get(json_object_get(json, "resources"), 0);
	assert_string_equal(text_at(json, "profile"), "tabular-data-package");
	assert_true(json_is_true(json_object_get(json, "internal")));
	assert_string_equal(text_at(cases, "path"), "cases.csv");
	assert_string_equal(text_at(cases, "mediatype"), "text/csv");
	assert_string_equal(text_at(cases, "encoding"), "utf-8");
	assert_string_equal(text_at(cases, "hash"), "sha256:ab");
	assert_int_equal(json_integer_value(json_object_get(cases, "bytes")), 12);
	assert_null(json_object_get(cases, "title"));
	assert_string_equal(text_at(json_array_get(json_object_get(json, "resources"), 1), "title"),
		"of the telephone");
	assert_int_equal(
		json_integer_value(json_object_get(json_object_get(json, "marks"), "intake")), 7);
	json_decref(json);
}

static void a_field_has_its_type_and_all_values_that_it_can_have(void **state)
{
	(void)state;
	json_t *json = printed(&package);
	const json_t *schema =
		json_object_get(json_array_get(json_object_get(json, "resources"), 0), "schema");
	const json_t *day = json_array_get(json_object_get(schema, "fields"), 0);
	const json_t *ward = json_array_get(json_object_get(schema, "fields"), 1);
	const json_t *values = json_object_get(json_object_get(ward, "constraints"), "enum");
	assert_int_equal(json_array_size(json_object_get(schema, "primaryKey")), 1);
	assert_string_equal(text_at(day, "type"), "date");
	assert_null(json_object_get(day, "constraints"));
	assert_string_equal(json_string_value(json_array_get(values, 1)), wards[1]);
	assert_string_equal(
		json_string_value(json_array_get(json_object_get(schema, "missingValues"), 0)), "");
	json_decref(json);
}

static void a_package_without_marks_is_of_no_log(void **state)
{
	(void)state;
	struct datapackage plain = package;
	plain.marks = NULL;
	plain.internal = false;
	json_t *json = printed(&plain);
	assert_null(json_object_get(json, "marks"));
	assert_true(json_is_false(json_object_get(json, "internal")));
	json_decref(json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_resource_says_where_its_file_is_and_what_it_holds),
		cmocka_unit_test(a_field_has_its_type_and_all_values_that_it_can_have),
		cmocka_unit_test(a_package_without_marks_is_of_no_log),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
