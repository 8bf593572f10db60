/*
 * Who edits a configuration by hand must hear everything that is wrong with it at once, and where.
 * And a file that can mean two things (doubled keys, aliases, two documents) must not be guessed
 * at.
 */
#include "config/yaml.h"
#include "lib/calendar.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
// clang-format on
#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static int parse(struct yaml *yaml, const char *text, struct buf *errors)
{
	return yaml_parse(yaml, text, strlen(text), "f.yaml", errors);
}

static void assert_refused(const char *text, const char *expected)
{
	auto_yaml struct yaml yaml = {0};
	auto_buf struct buf errors = {0};
	assert_int_equal(parse(&yaml, text, &errors), ERR_CONFIG);
	if (!strstr(errors.data, expected))
		fail_msg("expected \"%s\" in: %s", expected, errors.data);
}

static void mappings_and_lists_are_walked_in_the_order_of_the_file(void **state)
{
	(void)state;
	auto_yaml struct yaml yaml = {0};
	auto_buf struct buf errors = {0};
	assert_int_equal(
		parse(&yaml,
			"# teams\nteams:\n  OOST: {hours: 40, open: true}\n  ZUID:\n    hours: 32\n"
			"list: [a, 'b c', \"d\\u00e9\"]\nempty:\n",
			&errors),
		0);
	assert_int_equal(yaml.root->count, 3);
	const struct yaml_node *team = yaml_map(&yaml, yaml_get(yaml.root, "teams"));
	assert_string_equal(team->key, "OOST");
	assert_int_equal(team->key_line, 3);
	assert_int_equal(team->key_column, 3);
	assert_int_equal(team->column, 9);
	uint32_t hours = 0;
	assert_true(yaml_u32(&yaml, yaml_get(team, "hours"), 1, 168, &hours));
	assert_int_equal(hours, 40);
	bool open = false;
	assert_true(yaml_bool(&yaml, yaml_get(team, "open"), &open));
	assert_true(open);
	assert_string_equal(team->next->key, "ZUID");
	assert_null(team->next->next);

	static const char *const expected[] = {"a", "b c", "dé"};
	size_t i = 0;
	for (const struct yaml_node *item = yaml_list(&yaml, yaml_get(yaml.root, "list")); item;
		item = item->next) {
		const char *text = NULL;
		assert_true(yaml_text(&yaml, item, &text));
		assert_string_equal(text, expected[i++]);
	}
	assert_int_equal(i, 3);
	assert_null(yaml_list(&yaml, yaml_get(yaml.root, "empty")));
	assert_int_equal(yaml_result(&yaml), 0);
	assert_int_equal(errors.len, 0);
}

static void an_empty_file_is_an_empty_mapping(void **state)
{
	(void)state;
	static const char *const texts[] = {"", "# only a comment\n", "---\n", "{}\n"};
	for (size_t i = 0; i < COUNT(texts); i++) {
		auto_yaml struct yaml yaml = {0};
		auto_buf struct buf errors = {0};
		assert_int_equal(parse(&yaml, texts[i], &errors), 0);
		assert_int_equal(yaml.root->kind, YAML_MAP);
		assert_int_equal(yaml.root->count, 0);
	}
}

static void all_errors_come_at_once_with_their_places(void **state)
{
	(void)state;
	auto_yaml struct yaml yaml = {0};
	auto_buf struct buf errors = {0};
	assert_int_equal(
		parse(&yaml,
			"hours: many\nopen: yes\nshare: 1.5\nday: 2025-02-30\nname: {a: 1}\n"
			"level: hevy\nhuors: 1\nlist: text\n",
			&errors),
		0);
	uint32_t hours = 7;
	bool open = true;
	double share = 0.5;
	int32_t day = 1;
	const char *name = "kept";
	unsigned level = 9;
	static const char *const levels[] = {"light", "medium", "heavy"};
	static const char *const keys[] = {
		"hours", "open", "share", "day", "name", "level", "list"};
	assert_false(yaml_u32(&yaml, yaml_get(yaml.root, "hours"), 1, 168, &hours));
	assert_false(yaml_bool(&yaml, yaml_get(yaml.root, "open"), &open));
	assert_false(yaml_decimal(&yaml, yaml_get(yaml.root, "share"), 0, 1, &share));
	assert_false(yaml_day(&yaml, yaml_get(yaml.root, "day"), &day));
	assert_false(yaml_text(&yaml, yaml_get(yaml.root, "name"), &name));
	assert_false(yaml_choice(&yaml, yaml_get(yaml.root, "level"), levels, 3, &level));
	yaml_keys(&yaml, yaml.root, keys, COUNT(keys));
	assert_null(yaml_list(&yaml, yaml_get(yaml.root, "list")));
	assert_null(yaml_need(&yaml, yaml.root, "colour"));
	assert_int_equal(yaml_result(&yaml), ERR_CONFIG);
	assert_string_equal(errors.data,
		"f.yaml:1:8: a number from 1 to 168 is expected\n"
		"f.yaml:2:7: true or false is expected\n"
		"f.yaml:3:8: a number from 0 to 1 is expected\n"
		"f.yaml:4:6: a day that exists is expected, as YYYY-MM-DD\n"
		"f.yaml:5:7: a text is expected\n"
		"f.yaml:6:8: hevy is not known here; did you mean heavy?\n"
		"f.yaml:7:1: huors is not known here; did you mean hours?\n"
		"f.yaml:8:7: a list is expected\n"
		"f.yaml:1:1: colour is lacking\n");
	/* What could not be read stays what it was. */
	assert_int_equal(hours, 7);
	assert_true(open);
	assert_int_equal(day, 1);
	assert_string_equal(name, "kept");
	assert_int_equal(level, 9);
}

static void what_could_mean_two_things_is_refused(void **state)
{
	(void)state;
	assert_refused("a: 1\nb: 2\na: 3\n", "f.yaml:3:1: a is here twice, first on line 1");
	assert_refused("m: {x: 1, x: 2}\n", "f.yaml:1:11: x is here twice, first on line 1");
	assert_refused("a: &x 1\n", "anchors (&) are not allowed");
	assert_refused("a: *x\n", "f.yaml:1:4: aliases (*) are not allowed");
	assert_refused("a: !!str 1\n", "tags (!) are not allowed");
	assert_refused("[a, b]\n", "f.yaml:1:1: a mapping (key: value) is expected");
	assert_refused("a: 1\n---\nb: 2\n", "one YAML document is expected");
	assert_refused("? [a]\n: 1\n", "a key must be a word");
	assert_refused("? {a: 1}\n: 1\n", "a key must be a word");
	assert_refused("a: \"x\\0y\"\n", "f.yaml:1:4: an escape that is no character");
	assert_refused("a: \"x\\ud800y\"\n", "f.yaml:1:");
}

/* What stands behind a NUL would be left out of the settings without a word. */
static void a_nul_ends_no_file(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t len;
		const char *expected;
	} cases[] = {
		{"a: 1\n\0b: 2\n", 11, "f.yaml:2:1: a NUL is not allowed\n"},
		{"a: 1\0\nb: 2\n", 11, "f.yaml:1:5: a NUL is not allowed\n"},
		{"a: \"x\0y\"\n", 9, "f.yaml:1:6: a NUL is not allowed\n"},
		{"# a\0\nb: 2\n", 10, "f.yaml:1:4: a NUL is not allowed\n"},
		{"\0a: 1\n", 6, "f.yaml:1:1: a NUL is not allowed\n"},
		{"a: 1\n\0", 6, "f.yaml:2:1: a NUL is not allowed\n"},
		{"a: \xff\0\n", 6, "f.yaml:1:4: this is not UTF-8\n"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		auto_yaml struct yaml yaml = {0};
		auto_buf struct buf errors = {0};
		assert_int_equal(yaml_parse(&yaml, cases[i].text, cases[i].len, "f.yaml", &errors),
			ERR_CONFIG);
		assert_string_equal(errors.data, cases[i].expected);
		assert_null(yaml.root);
	}
}

static void a_syntax_error_names_its_line(void **state)
{
	(void)state;
	assert_refused("a: 1\nb: [1, 2\nc: 3\n", "f.yaml:");
	assert_refused("a: [\n\tb: 2\n", "f.yaml:");
	assert_refused("a: 1\nb: 'open\n", "f.yaml:2:");
	assert_refused("a: b: c\n", "f.yaml:1:");
	assert_refused("a: 1\nb: \xc3\x28\n", "f.yaml:2:4: this is not UTF-8");
	assert_refused("a: \xed\xa0\x80\n", "f.yaml:1:4: this is not UTF-8");
}

static void a_number_is_only_what_is_one(void **state)
{
	(void)state;
	static const char *const bad[] = {"-1", "+1", "0x10", "1e3", "1.0", "4294967296",
		"99999999999999999999", "'5'", "1 2", "", "[1]", "010a", "null"};
	for (size_t i = 0; i < COUNT(bad); i++) {
		auto_yaml struct yaml yaml = {0};
		auto_buf struct buf errors = {0};
		char text[64];
		snprintf(text, sizeof text, "n: %s\n", bad[i]);
		assert_int_equal(parse(&yaml, text, &errors), 0);
		uint32_t out = 0;
		assert_false(yaml_u32(&yaml, yaml_get(yaml.root, "n"), 0, UINT32_MAX, &out));
		assert_int_equal(yaml_result(&yaml), ERR_CONFIG);
	}
	auto_yaml struct yaml yaml = {0};
	auto_buf struct buf errors = {0};
	assert_int_equal(
		parse(&yaml, "n: 4294967295\nd: 0.025\ne: 12\nf: 1.\ng: .5\nh: 2024-02-29\n",
			&errors),
		0);
	uint32_t out = 0;
	assert_true(yaml_u32(&yaml, yaml_get(yaml.root, "n"), 0, UINT32_MAX, &out));
	assert_int_equal(out, UINT32_MAX);
	double decimal = 0;
	assert_true(yaml_decimal(&yaml, yaml_get(yaml.root, "d"), 0, 1, &decimal));
	assert_true(decimal == 0.025);
	assert_true(yaml_decimal(&yaml, yaml_get(yaml.root, "e"), 0, 100, &decimal));
	assert_true(decimal == 12);
	assert_false(yaml_decimal(&yaml, yaml_get(yaml.root, "f"), 0, 100, &decimal));
	assert_false(yaml_decimal(&yaml, yaml_get(yaml.root, "g"), 0, 100, &decimal));
	int32_t day = 0;
	assert_true(yaml_day(&yaml, yaml_get(yaml.root, "h"), &day));
	assert_int_equal(day, calendar_day((struct calendar_date){2024, 2, 29}));
}

static void an_absent_value_leaves_the_default(void **state)
{
	(void)state;
	auto_yaml struct yaml yaml = {0};
	auto_buf struct buf errors = {0};
	assert_int_equal(parse(&yaml, "a: 1\n", &errors), 0);
	uint32_t number = 40;
	assert_false(yaml_u32(&yaml, yaml_get(yaml.root, "b"), 1, 168, &number));
	assert_false(yaml_u32(&yaml, yaml_get(yaml_get(yaml.root, "a"), "b"), 1, 168, &number));
	assert_int_equal(number, 40);
	assert_int_equal(yaml_result(&yaml), 0);
}

static void depth_size_and_members_are_bounded(void **state)
{
	(void)state;
	auto_buf struct buf text = {0};
	buf_text(&text, "a: ");
	for (int i = 0; i < 100000; i++)
		buf_char(&text, '[');
	assert_refused(text.data, "f.yaml:");
	buf_clear(&text);
	for (int i = 0; i <= YAML_MEMBERS_MAX; i++)
		buf_text(&text, "- x\n");
	assert_refused(text.data, "more than 10000 members");
	buf_clear(&text);
	for (int i = 0; i <= YAML_TEXT_MAX; i++)
		buf_char(&text, '\n');
	assert_refused(text.data, "larger than");
	buf_clear(&text);
	for (int i = 0; i < 200; i++)
		buf_printf(&text, "k%d: x\n", i);
	auto_yaml struct yaml yaml = {0};
	auto_buf struct buf errors = {0};
	assert_int_equal(parse(&yaml, text.data, &errors), 0);
	yaml_keys(&yaml, yaml.root, NULL, 0);
	assert_int_equal(yaml.error_count, 200);
	size_t lines = 0;
	for (const char *at = errors.data; (at = strchr(at, '\n')); at++)
		lines++;
	assert_int_equal(lines, YAML_ERRORS_MAX);
}

/* A hint that is far off misleads more than it helps. */
static void a_hint_is_given_only_when_one_is_near(void **state)
{
	(void)state;
	static const char *const names[] = {"municipality", "log_level", "http", "push"};
	assert_string_equal(yaml_nearest("municipalty", names, 4), "municipality");
	assert_string_equal(yaml_nearest("loglevel", names, 4), "log_level");
	assert_string_equal(yaml_nearest("htpp", names, 4), "http");
	assert_null(yaml_nearest("x", names, 4));
	assert_null(yaml_nearest("elephant", names, 4));
}

static void a_file_that_cannot_be_read_is_named(void **state)
{
	(void)state;
	auto_buf struct buf text = {0}, errors = {0};
	assert_int_equal(yaml_read_file("/nowhere/f.yaml", &text, &errors), ERR_NOT_FOUND);
	assert_non_null(strstr(errors.data, "/nowhere/f.yaml: No such file"));
	assert_int_equal(yaml_read_file("/", &text, &errors), ERR_IO);
	assert_int_equal(yaml_read_file("/dev/zero", &text, &errors), ERR_TOO_LARGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mappings_and_lists_are_walked_in_the_order_of_the_file),
		cmocka_unit_test(an_empty_file_is_an_empty_mapping),
		cmocka_unit_test(all_errors_come_at_once_with_their_places),
		cmocka_unit_test(what_could_mean_two_things_is_refused),
		cmocka_unit_test(a_nul_ends_no_file),
		cmocka_unit_test(a_syntax_error_names_its_line),
		cmocka_unit_test(a_number_is_only_what_is_one),
		cmocka_unit_test(an_absent_value_leaves_the_default),
		cmocka_unit_test(depth_size_and_members_are_bounded),
		cmocka_unit_test(a_hint_is_given_only_when_one_is_near),
		cmocka_unit_test(a_file_that_cannot_be_read_is_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
