/*
 * A case is found by what its sender called it, and by nobody else's name for another case.
 */
#include "core/refs.h"

#include "lib/clean.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void a_ref_is_its_clients_own(void **unused)
{
	(void)unused;
	auto_clean(refs_done) struct refs refs = {0};
	assert_int_equal(refs_find(&refs, "desk", "r1"), 0);
	refs_add(&refs, "desk", "r1", 1);
	refs_add(&refs, "gp-oost", "r1", 2);
	assert_int_equal(refs_find(&refs, "desk", "r1"), 1);
	assert_int_equal(refs_find(&refs, "gp-oost", "r1"), 2);
	assert_int_equal(refs_find(&refs, "school", "r1"), 0);
	assert_int_equal(refs_find(&refs, "school", "desk/r1"), 1);
	assert_int_equal(refs_find(&refs, "desk", "gp-oost/r1"), 2);
	assert_int_equal(refs_find(&refs, "desk", "/r1"), 0);
	assert_int_equal(refs_find(&refs, "des", "k/r1"), 0);
	assert_string_equal(refs_name(&refs, 2), "gp-oost/r1");
	assert_null(refs_name(&refs, 3));
}

static void the_first_use_of_a_name_holds(void **unused)
{
	(void)unused;
	auto_clean(refs_done) struct refs refs = {0};
	refs_add(&refs, "desk", "r1", 1);
	refs_add(&refs, "desk", "r1", 2);
	refs_add(&refs, "desk", "r2", 1);
	assert_int_equal(refs_find(&refs, "desk", "r1"), 1);
	assert_int_equal(refs_find(&refs, "desk", "r2"), 0);
}

static void many_names_stay_apart(void **unused)
{
	(void)unused;
	enum { MANY = 20000 };
	auto_clean(refs_done) struct refs refs = {0};
	char ref[32];
	for (uint32_t i = 1; i <= MANY; i++) {
		snprintf(ref, sizeof ref, "hr-%u", i * 7);
		refs_add(&refs, i % 2 ? "desk" : "operator", ref, i);
	}
	for (uint32_t i = 1; i <= MANY; i++) {
		snprintf(ref, sizeof ref, "hr-%u", i * 7);
		assert_int_equal(refs_find(&refs, i % 2 ? "desk" : "operator", ref), i);
		assert_int_equal(refs_find(&refs, i % 2 ? "operator" : "desk", ref), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_ref_is_its_clients_own),
		cmocka_unit_test(the_first_use_of_a_name_holds),
		cmocka_unit_test(many_names_stay_apart),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
