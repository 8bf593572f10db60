/*
 * Deadlines wait here. Each must come out once, in order, also when thousands fall on one midnight,
 * and a core asks without changing anything: so the heap is held against a plain sorted list.
 */
#include "core/due.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
// clang-format on
#include <stdlib.h>

enum { NUMBERS = 300, STEPS = 20000 };

static uint32_t drawn(uint32_t *seed, uint32_t below)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (*seed >> 8) % below;
}

static void nothing_is_due_in_an_empty_one(void **state)
{
	(void)state;
	struct due due = {0};
	uint32_t found[1];
	due_set(&due, 5, DUE_NEVER);
	assert_int_equal(due_until(&due, INT64_MAX - 1, found, 1), 0);
	due_done(&due);
}

static void what_is_due_comes_in_order_of_instant_then_number(void **state)
{
	(void)state;
	struct due due = {0};
	uint32_t found[4];
	due_set(&due, 9, 100);
	due_set(&due, 2, 100);
	due_set(&due, 7, 50);
	due_set(&due, 1, 101);
	assert_int_equal(due_until(&due, 49, found, 4), 0);
	assert_int_equal(due_until(&due, 100, found, 4), 3);
	assert_int_equal(found[0], 7);
	assert_int_equal(found[1], 2);
	assert_int_equal(found[2], 9);
	assert_int_equal(due_until(&due, 101, found, 2), 2); /* and asking takes nothing out */
	assert_int_equal(found[0], 7);
	due_set(&due, 7, 200);
	due_set(&due, 2, DUE_NEVER);
	assert_int_equal(due_until(&due, 150, found, 4), 2);
	assert_int_equal(found[0], 9);
	assert_int_equal(found[1], 1);
	due_done(&due);
}

/* The first ones by the plain list: by[number] is its instant. */
static size_t first_of(const int64_t *by, int64_t now, uint32_t *out, size_t max)
{
	size_t count = 0;
	for (int64_t at = 0; at <= now && count < max; at++)
		for (uint32_t number = 0; number < NUMBERS && count < max; number++)
			if (by[number] == at)
				out[count++] = number;
	return count;
}

static void any_sequence_of_settings_agrees_with_a_sorted_list(void **state)
{
	(void)state;
	struct due due = {0};
	int64_t by[NUMBERS];
	for (size_t i = 0; i < NUMBERS; i++)
		by[i] = DUE_NEVER;
	uint32_t seed = 1;
	for (int step = 0; step < STEPS; step++) {
		uint32_t number = drawn(&seed, NUMBERS);
		by[number] = drawn(&seed, 4) ? (int64_t)drawn(&seed, 40) : DUE_NEVER;
		due_set(&due, number, by[number]);
		if (step % 16)
			continue;
		uint32_t found[DUE_FOUND_MAX], expected[DUE_FOUND_MAX];
		int64_t now = (int64_t)drawn(&seed, 40);
		size_t max = drawn(&seed, DUE_FOUND_MAX + 1);
		size_t count = due_until(&due, now, found, max);
		assert_int_equal(count, first_of(by, now, expected, max));
		assert_memory_equal(found, expected, count * sizeof *found);
	}
	due_done(&due);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_due_in_an_empty_one),
		cmocka_unit_test(what_is_due_comes_in_order_of_instant_then_number),
		cmocka_unit_test(any_sequence_of_settings_agrees_with_a_sorted_list),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
