/* Many things are found by it, so it is held to a plain list, with hashes that are as bad as they get. */
#include "lib/index.h"

#include "lib/keymap.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
// clang-format on

enum { NUMBERS = 3000 };

static bool is_found(const struct index *index, uint64_t hash, uint32_t wanted)
{
	struct index_look look = index_look(index, hash);
	for (uint32_t number; index_next(&look, &number);)
		if (number == wanted)
			return true;
	return false;
}

static void assert_holds(const struct index *index, const uint64_t *hashes, const bool *held)
{
	size_t count = 0;
	for (uint32_t number = 0; number < NUMBERS; number++) {
		assert_int_equal(is_found(index, hashes[number], number), held[number]);
		count += held[number];
	}
	assert_int_equal(index->count, count);
	assert_true(4 * index->count <= 3 * index->room || !index->room);
}

/* spread: how many different hashes there are. */
static void held_to_a_list(uint64_t spread, uint64_t step)
{
	static uint64_t hashes[NUMBERS];
	static bool held[NUMBERS];
	struct index index = {0};
	uint64_t random = 7;
	assert_false(is_found(&index, 5, 0));
	for (uint32_t number = 0; number < NUMBERS; number++) {
		hashes[number] = number % spread * step;
		held[number] = true;
		index_add(&index, hashes[number], number);
	}
	assert_holds(&index, hashes, held);
	for (int i = 0; i < NUMBERS; i++) {
		random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
		uint32_t number = (uint32_t)(random >> 33) % NUMBERS;
		if (held[number])
			index_remove(&index, hashes[number], number);
		else
			index_add(&index, hashes[number], number);
		held[number] = !held[number];
	}
	assert_holds(&index, hashes, held);
	index_clear(&index);
	assert_false(is_found(&index, hashes[1], 1));
	assert_int_equal(index.count, 0);
	index_done(&index);
}

static void what_was_added_is_found_until_it_is_taken_out(void **state)
{
	(void)state;
	held_to_a_list(NUMBERS, UINT64_C(0x9e3779b97f4a7c15));
	held_to_a_list(NUMBERS, 1);
	held_to_a_list(NUMBERS, UINT64_C(1) << 40);
}

static void numbers_of_one_hash_are_told_apart_by_their_owner(void **state)
{
	(void)state;
	held_to_a_list(7, 1);
	held_to_a_list(1, 0);
}

/* An entry that is taken out leaves its place to another, which must be found there. */
static void a_key_leads_to_its_row_whatever_else_is_taken_out(void **state)
{
	(void)state;
	struct keymap map = {0};
	bool is_new;
	uint32_t row;
	for (uint32_t i = 0; i < NUMBERS; i++)
		keymap_put(&map, (struct keymap_key){i, i / 2}, i + 7, &is_new);
	for (uint32_t i = 0; i < NUMBERS; i += 3)
		keymap_remove(&map, (struct keymap_key){i, i / 2});
	for (uint32_t i = 0; i < NUMBERS; i++) {
		assert_int_equal(keymap_get(&map, (struct keymap_key){i, i / 2}, &row), i % 3 != 0);
		assert_true(i % 3 == 0 || row == i + 7);
	}
	assert_int_equal(keymap_put(&map, (struct keymap_key){1, 0}, 99, &is_new), 8);
	assert_false(is_new);
	assert_int_equal(keymap_put(&map, (struct keymap_key){0, 0}, 99, &is_new), 99);
	assert_true(is_new);
	keymap_done(&map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_added_is_found_until_it_is_taken_out),
		cmocka_unit_test(numbers_of_one_hash_are_told_apart_by_their_owner),
		cmocka_unit_test(a_key_leads_to_its_row_whatever_else_is_taken_out),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
