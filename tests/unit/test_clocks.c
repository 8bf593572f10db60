/*
 * A clock that warns too late is no help, and one whose file was half understood warns when nobody
 * meant it: so clocks.yaml is read strictly, and the days that follow from it are said in full.
 */
#include "config/clocks.h"
#include "config/yaml.h"
#include "lib/calendar.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
// clang-format on
#include <string.h>

static int32_t on(int year, int month, int day)
{
	return calendar_day((struct calendar_date){year, month, day});
}

static int parse(const char *text, struct clocks *clocks, struct buf *errors)
{
	return clocks_parse(clocks, text, strlen(text), "clocks.yaml", errors);
}

static void the_shipped_file_says_what_an_empty_one_means(void **state)
{
	(void)state;
	auto_buf struct buf text = {0}, errors = {0};
	struct clocks shipped = {0}, empty = {0};
	assert_int_equal(yaml_read_file("config/clocks.yaml", &text, &errors), 0);
	assert_int_equal(parse(text.data, &shipped, &errors), 0);
	assert_int_equal(parse("", &empty, &errors), 0);
	assert_memory_equal(&shipped, &empty, sizeof empty);
	assert_int_equal(empty.warn_before[CLOCK_FIRST_CONTACT], 1);
	assert_int_equal(empty.warn_before[CLOCK_SUPPORT_START], 7);
	assert_int_equal(empty.warn_before[CLOCK_CLOSING], 30);
	assert_int_equal(empty.call_cap_hours, 4);
}

static void what_it_names_is_taken_and_the_rest_stays(void **state)
{
	(void)state;
	auto_buf struct buf errors = {0};
	struct clocks clocks = {0};
	assert_int_equal(parse("warn_before: {closing: 14, reaction: 0}\ncall_cap_hours: 8\n",
				 &clocks, &errors),
		0);
	assert_int_equal(clocks.warn_before[CLOCK_CLOSING], 14);
	assert_int_equal(clocks.warn_before[CLOCK_REACTION], 0);
	assert_int_equal(clocks.warn_before[CLOCK_SUPPORT_START], 7);
	assert_int_equal(clocks.call_cap_hours, 8);
}

static void every_mistake_is_told_with_its_place_and_nothing_is_taken(void **state)
{
	(void)state;
	auto_buf struct buf errors = {0};
	struct clocks clocks = {.call_cap_hours = 9};
	assert_int_equal(parse("warn_before:\n  first_contct: 2\n  callback: 2\n  closing: "
			       "soon\ncap: 1\ncall_cap_hours: 0\n",
				 &clocks, &errors),
		ERR_CONFIG);
	static const char *const told[] = {"clocks.yaml:2:", "first_contact", "clocks.yaml:3:13",
		"clocks.yaml:4:12", "clocks.yaml:5:", "clocks.yaml:6:17"};
	for (size_t i = 0; i < sizeof told / sizeof *told; i++)
		if (!strstr(errors.data, told[i]))
			fail_msg("%s is not in: %s", told[i], errors.data);
	assert_int_equal(clocks.call_cap_hours, 9);
	assert_int_equal(parse("warn_before: 3\n", &clocks, &errors), ERR_CONFIG);
}

static void deadlines_are_those_of_the_promises(void **state)
{
	(void)state;
	const struct closing none = {0};
	int32_t tuesday = on(2025, 4, 15); /* before Easter */
	assert_int_equal(clocks_deadline(CLOCK_CALLBACK, on(2025, 4, 17), &none), on(2025, 4, 22));
	assert_int_equal(clocks_deadline(CLOCK_REACTION, tuesday, &none), on(2025, 4, 16));
	assert_int_equal(clocks_deadline(CLOCK_FIRST_CONTACT, tuesday, &none), on(2025, 4, 24));
	assert_int_equal(clocks_deadline(CLOCK_SUPPORT_START, tuesday, &none), on(2025, 5, 13));
	assert_int_equal(clocks_deadline(CLOCK_CLOSING, on(2025, 8, 31), &none), on(2026, 2, 28));
	int32_t day_off = on(2025, 4, 23);
	const struct closing closing = {&day_off, 1};
	assert_int_equal(clocks_deadline(CLOCK_FIRST_CONTACT, tuesday, &closing), on(2025, 4, 25));
	assert_int_equal(clocks_deadline(CLOCK_SUPPORT_START, tuesday, &closing), on(2025, 5, 13));
}

/* One working day before the end of a working day is its beginning. */
static void warnings_lie_so_long_before_the_deadlines_end(void **state)
{
	(void)state;
	const struct closing none = {0};
	auto_buf struct buf errors = {0};
	struct clocks clocks = {0};
	assert_int_equal(
		parse("warn_before: {first_contact: 3, reaction: 0, closing: 0}", &clocks, &errors),
		0);
	int32_t thursday = on(2025, 4, 24);
	assert_int_equal(clocks_warn_on(&clocks, CLOCK_CALLBACK, thursday, &none), thursday);
	assert_int_equal(
		clocks_warn_on(&clocks, CLOCK_FIRST_CONTACT, thursday, &none), on(2025, 4, 22));
	assert_int_equal(clocks_warn_on(&clocks, CLOCK_FIRST_CONTACT, on(2025, 4, 22), &none),
		on(2025, 4, 16));
	assert_int_equal(
		clocks_warn_on(&clocks, CLOCK_SUPPORT_START, thursday, &none), on(2025, 4, 18));
	assert_true(clocks_warn_on(&clocks, CLOCK_REACTION, thursday, &none) > thursday);
	assert_true(clocks_warn_on(&clocks, CLOCK_CLOSING, thursday, &none) > thursday);
}

/* A warning of a promise that was just made would say nothing. */
static void the_longest_warning_still_lies_after_the_day_that_it_counts_from(void **state)
{
	(void)state;
	const struct closing none = {0};
	auto_buf struct buf errors = {0};
	struct clocks clocks = {0};
	assert_int_equal(
		parse("warn_before: {callback: 1, reaction: 1, first_contact: 5, support_start: "
		      "28, closing: 150}",
			&clocks, &errors),
		0);
	for (int32_t from = on(2024, 1, 1); from < on(2028, 1, 1); from++)
		for (enum clock_kind kind = CLOCK_CALLBACK; kind < CLOCK_KINDS; kind++)
			assert_true(clocks_warn_on(&clocks, kind,
					    clocks_deadline(kind, from, &none), &none) > from);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_shipped_file_says_what_an_empty_one_means),
		cmocka_unit_test(what_it_names_is_taken_and_the_rest_stays),
		cmocka_unit_test(every_mistake_is_told_with_its_place_and_nothing_is_taken),
		cmocka_unit_test(deadlines_are_those_of_the_promises),
		cmocka_unit_test(warnings_lie_so_long_before_the_deadlines_end),
		cmocka_unit_test(the_longest_warning_still_lies_after_the_day_that_it_counts_from),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
