/* What is told of calls comes to the same in whatever order it comes, also where one call settles another. */
#include "kpi/callers.h"

#include "city/rand.h"
#include "lib/calendar.h"
#include "lib/clean.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
// clang-format on
#include <string.h>

#define CALL(name) WOT__V1__CALL__EVENT__##name
#define MINUTE_MS INT64_C(60000)

enum { CALLS = 12, TOLD = 60, ORDERS = 20 };

/* An event of a call or, with event 0, a callback. */
struct told {
	uint32_t row;
	struct call_told event;
};

static int64_t noon_ms(void)
{
	return calendar_day_start(calendar_day((struct calendar_date){2025, 5, 5})) +
	       720 * MINUTE_MS;
}

static void on_change(void *arg, uint32_t row)
{
	unsigned *changes = arg;
	assert_in_range(row, 0, CALLS - 1);
	++*changes;
}

static void tell(struct callers *callers, const struct told *told)
{
	unsigned changes = 0;
	if (told->event.event)
		callers_told(callers, told->row, &told->event, on_change, &changes);
	else
		callers_reached(callers, told->row, told->event.at_ms, on_change, &changes);
}

/* About midnight, so that callers, answers and losses are of two days. */
static void city_draw(struct told *told, struct rng *rng)
{
	static const uint8_t hashes[3][16] = {{1}, {2}, {3}};
	static const int kinds[] = {0, CALL(ENTERED), CALL(ANSWERED), CALL(ABANDONED)};
	for (int i = 0; i < TOLD; i++) {
		bool names = rng_chance(rng, 40);
		told[i] = (struct told){.row = (uint32_t)rng_below(rng, CALLS),
			.event = {
				.event = (Wot__V1__Call__Event)kinds[rng_below(rng, 4)],
				.at_ms = noon_ms() + (660 + rng_below(rng, 120)) * MINUTE_MS + i,
				.asks = rng_chance(rng, 5),
				.caller = names ? hashes[rng_below(rng, 3)] : NULL,
				.caller_len = names ? 16 : 0,
			}};
	}
}

static void shuffle(struct told *told, struct rng *rng)
{
	for (int i = TOLD - 1; i > 0; i--) {
		int j = rng_below(rng, i + 1);
		struct told kept = told[i];
		told[i] = told[j];
		told[j] = kept;
	}
}

static void what_is_told_comes_to_the_same_in_any_order(void **state)
{
	(void)state;
	unsigned later = 0, backs = 0;
	for (uint64_t seed = 1; seed <= 200; seed++) {
		struct rng rng = rng_of(seed, CHANCE_PLAN, 0, 0);
		struct told told[TOLD];
		struct callers first = {0};
		city_draw(told, &rng);
		for (int i = 0; i < TOLD; i++)
			tell(&first, &told[i]);
		for (int order = 0; order < ORDERS; order++) {
			struct callers other = {0};
			shuffle(told, &rng);
			for (int i = 0; i < TOLD; i++)
				tell(&other, &told[i]);
			for (uint32_t row = 0; row < CALLS; row++) {
				const struct callers_call *a = callers_call(&first, row),
							  *b = callers_call(&other, row);
				assert_true(a->answered_ms == b->answered_ms);
				assert_true(call_missed_ms(a) == call_missed_ms(b));
				assert_true(a->called_back_ms == b->called_back_ms);
				assert_true(a->answered_later == b->answered_later);
				later += a->answered_later;
				backs += a->called_back_ms && !a->back_count;
			}
			callers_done(&other);
		}
		callers_done(&first);
	}
	assert_true(later > 1000);
	assert_true(backs > 1000);
}

static struct told told_of(
	uint32_t row, Wot__V1__Call__Event event, int minute, const uint8_t *caller)
{
	return (struct told){row, {.event = event,
					  .at_ms = noon_ms() + minute * MINUTE_MS,
					  .caller = caller,
					  .caller_len = caller ? 16 : 0}};
}

/* All that was open when somebody was reached, and nothing that came after. */
static void a_callback_settles_all_that_its_caller_had_open(void **state)
{
	(void)state;
	static const uint8_t who[16] = {1}, other[16] = {2};
	const struct told told[] = {
		told_of(0, CALL(ABANDONED), 0, who),
		told_of(1, CALL(ABANDONED), 10, who),
		told_of(2, CALL(ABANDONED), 20, other),
		told_of(3, CALL(ABANDONED), 30, NULL),
		told_of(1, 0, 40, NULL),
		told_of(4, CALL(ABANDONED), 50, who),
	};
	static const bool settled[] = {true, true, false, false, false};
	struct callers callers = {0};
	for (size_t i = 0; i < sizeof told / sizeof *told; i++)
		tell(&callers, &told[i]);
	for (uint32_t row = 0; row < 5; row++)
		assert_int_equal(callers_call(&callers, row)->called_back_ms != 0, settled[row]);
	callers_done(&callers);
}

/* Its row is another call's then. */
static void what_a_forgotten_call_settled_stays_settled(void **state)
{
	(void)state;
	static const uint8_t who[16] = {1}, two[16] = {2};
	const struct told told[] = {
		told_of(0, CALL(ABANDONED), 0, who),
		told_of(1, CALL(ANSWERED), 10, who),
		told_of(2, CALL(ABANDONED), 0, two),
		told_of(3, CALL(ABANDONED), 5, two),
		told_of(3, 0, 10, NULL),
	};
	struct callers callers = {0};
	for (size_t i = 0; i < sizeof told / sizeof *told; i++)
		tell(&callers, &told[i]);
	callers_forget(&callers, 1);
	callers_forget(&callers, 3);
	const struct told again[] = {
		told_of(0, CALL(ABANDONED), 1, who), told_of(2, CALL(ABANDONED), 1, two)};
	tell(&callers, &again[0]);
	tell(&callers, &again[1]);
	assert_true(callers_call(&callers, 0)->answered_later);
	assert_true(callers_call(&callers, 2)->called_back_ms != 0);
	assert_true(callers_call(&callers, 1)->answered_ms == 0);
	callers_forget(&callers, 0);
	callers_forget(&callers, 2);
	assert_int_equal(callers.by_hash.count, 0);
	callers_done(&callers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_told_comes_to_the_same_in_any_order),
		cmocka_unit_test(a_callback_settles_all_that_its_caller_had_open),
		cmocka_unit_test(what_a_forgotten_call_settled_stays_settled),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
