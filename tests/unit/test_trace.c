/*
 * What is followed: what came in under the ref that was asked for, with what wot says of its case from then
 * on, or all of a case; and nothing else that looks like it.
 */
#include "stage/parts/trace.h"

#include "lib/clean.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static bool has(struct trace *trace, const char *client, const char *ref, const char *case_id)
{
	const struct trace_name name = {client, ref, case_id, "referral"};
	return trace_has(trace, &name);
}

static void a_ref_is_that_of_its_client_alone(void **unused)
{
	(void)unused;
	auto_clean(trace_off) struct trace trace = {0};
	assert_int_equal(trace_ref(&trace, "gp-oost/r-1"), 0);
	assert_true(trace.on);
	assert_true(has(&trace, "gp-oost", "r-1", NULL));
	assert_false(has(&trace, "gp-oost", "r-10", NULL));
	assert_false(has(&trace, "gp-oost", "r-", NULL));
	assert_false(has(&trace, "gp-oost", "R-1", NULL));
	assert_false(has(&trace, "gp", "r-1", NULL));
	assert_false(has(&trace, NULL, "r-1", NULL));
	assert_false(has(&trace, "gp-oost", NULL, NULL));
	assert_false(has(&trace, NULL, NULL, NULL));
}

static void the_case_of_a_ref_is_followed_as_soon_as_it_is_known(void **unused)
{
	(void)unused;
	auto_clean(trace_off) struct trace trace = {0};
	assert_int_equal(trace_ref(&trace, "gp/r-1"), 0);
	assert_false(has(&trace, NULL, NULL, "2026-000007"));
	assert_false(has(&trace, "gp", "r-2", "2026-000007"));
	assert_false(has(&trace, NULL, NULL, "2026-000007"));
	assert_true(has(&trace, "gp", "r-1", "2026-000007"));
	assert_true(has(&trace, NULL, NULL, "2026-000007"));
	assert_false(has(&trace, NULL, NULL, "2026-000008"));
}

/* Another's submission about the case is another input: it has a ref to be followed by. */
static void what_others_submit_about_the_case_is_not_of_the_ref(void **unused)
{
	(void)unused;
	auto_clean(trace_off) struct trace trace = {0};
	assert_int_equal(trace_ref(&trace, "gp/r-1"), 0);
	assert_true(has(&trace, "gp", "r-1", "2026-000007"));
	assert_false(has(&trace, "team", "s-1", "2026-000007"));
	assert_int_equal(trace_case(&trace, "2026-000007"), 0);
	assert_true(has(&trace, "team", "s-1", "2026-000007"));
}

static void a_case_is_its_number_to_the_last_digit(void **unused)
{
	(void)unused;
	auto_clean(trace_off) struct trace trace = {0};
	assert_int_equal(trace_case(&trace, "2026-000012"), 0);
	assert_true(has(&trace, NULL, NULL, "2026-000012"));
	assert_false(has(&trace, NULL, NULL, "2026-0000123"));
	assert_false(has(&trace, NULL, NULL, "2026-000001"));
	assert_false(has(&trace, NULL, NULL, "2025-000012"));
	assert_false(has(&trace, "gp", "r-1", NULL));
}

static void the_last_word_counts_and_off_is_off(void **unused)
{
	(void)unused;
	auto_clean(trace_off) struct trace trace = {0};
	assert_int_equal(trace_case(&trace, "2026-000007"), 0);
	assert_int_equal(trace_ref(&trace, "gp/r-1"), 0);
	assert_false(has(&trace, NULL, NULL, "2026-000007"));
	trace_off(&trace);
	assert_false(trace.on);
	assert_false(has(&trace, "gp", "r-1", NULL));
}

/* A citizen service number is refused as it is at the doors, so that no log holds one. */
static void what_cannot_be_a_name_changes_nothing(void **unused)
{
	(void)unused;
	auto_clean(trace_off) struct trace trace = {0};
	assert_int_equal(trace_ref(&trace, "gp/r-1"), 0);
	static const char *const wrong[] = {"", "/", "r-1", "gp/", "/r-1", "gp/a/b", "gp /a",
		"GP/a", "gp/a b", "gp/999990019", "gp/a\"b", "gp/a\nlevel=info"};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_int_equal(trace_ref(&trace, wrong[i]), ERR_USAGE);
	static const char *const no_case[] = {"", "7", "2026-7", "gp/r-1", "2026-000007 "};
	for (size_t i = 0; i < sizeof no_case / sizeof *no_case; i++)
		assert_int_equal(trace_case(&trace, no_case[i]), ERR_USAGE);
	char too_long[160];
	snprintf(too_long, sizeof too_long, "gp/%0*d", 65, 1);
	assert_int_equal(trace_ref(&trace, too_long), ERR_USAGE);
	snprintf(too_long, sizeof too_long, "%0*d/r", 64, 1);
	assert_int_equal(trace_ref(&trace, too_long), ERR_USAGE);
	assert_true(has(&trace, "gp", "r-1", NULL));
	snprintf(too_long, sizeof too_long, "%0*d/%0*d", 63, 1, 64, 1);
	assert_int_equal(trace_ref(&trace, too_long), 0);
	assert_true(has(&trace, "000000000000000000000000000000000000000000000000000000000000001",
		"0000000000000000000000000000000000000000000000000000000000000001", NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_ref_is_that_of_its_client_alone),
		cmocka_unit_test(the_case_of_a_ref_is_followed_as_soon_as_it_is_known),
		cmocka_unit_test(what_others_submit_about_the_case_is_not_of_the_ref),
		cmocka_unit_test(a_case_is_its_number_to_the_last_digit),
		cmocka_unit_test(the_last_word_counts_and_off_is_off),
		cmocka_unit_test(what_cannot_be_a_name_changes_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
