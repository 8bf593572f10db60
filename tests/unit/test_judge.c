/*
 * A difference that is none sends people after noise, and one that is missed hides what goes wrong: the limits are
 * held to values worked out by hand, on both sides of each.
 */
#include "figures/judge.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
// clang-format on

static const struct norm at_least = {.kind = NORM_AT_LEAST, .value = 0.8};
static const struct norm at_most = {.kind = NORM_AT_MOST, .value = 0.05};
static const struct norm more_than = {.kind = NORM_MORE_THAN, .value = 300};

static void a_norm_is_met_at_its_value_or_only_beyond_it(void **state)
{
	(void)state;
	assert_int_equal(judge_norm(&at_least, 0.8, 0.8, 0.8), VERDICT_MET);
	assert_int_equal(judge_norm(&at_least, 0.7999, 0.7999, 0.7999), VERDICT_MISSED);
	assert_int_equal(judge_norm(&at_most, 0.05, 0.05, 0.05), VERDICT_MET);
	assert_int_equal(judge_norm(&at_most, 0.0501, 0.0501, 0.0501), VERDICT_MISSED);
	assert_int_equal(judge_norm(&more_than, 300, 300, 300), VERDICT_MISSED);
	assert_int_equal(judge_norm(&more_than, 301, 301, 301), VERDICT_MET);
	assert_int_equal(judge_norm(&(struct norm){0}, 1, 1, 1), VERDICT_NONE);
}

static void what_is_unknown_makes_unsure_where_it_could_turn_the_verdict(void **state)
{
	(void)state;
	assert_int_equal(judge_norm(&at_least, 0.82, 0.79, 0.84), VERDICT_MET_UNSURE);
	assert_int_equal(judge_norm(&at_least, 0.82, 0.80, 0.84), VERDICT_MET);
	assert_int_equal(judge_norm(&at_least, 0.70, 0.69, 0.80), VERDICT_MISSED_UNSURE);
	assert_int_equal(judge_norm(&at_least, 0.70, 0.69, 0.79), VERDICT_MISSED);
	/* Of one that limits, the high bound is the bad one. */
	assert_int_equal(judge_norm(&at_most, 0.04, 0.03, 0.06), VERDICT_MET_UNSURE);
	assert_int_equal(judge_norm(&at_most, 0.06, 0.05, 0.09), VERDICT_MISSED_UNSURE);
	assert_int_equal(judge_norm(&at_most, 0.06, 0.06, 0.09), VERDICT_MISSED);
}

static void a_norm_of_each_is_met_where_each_meets_it(void **state)
{
	(void)state;
	static const struct {
		enum verdict first, second, both;
	} each[] = {
		{VERDICT_MET, VERDICT_MET, VERDICT_MET},
		{VERDICT_MET, VERDICT_MISSED, VERDICT_MISSED},
		{VERDICT_MET, VERDICT_MET_UNSURE, VERDICT_MET_UNSURE},
		{VERDICT_MET_UNSURE, VERDICT_MISSED_UNSURE, VERDICT_MISSED_UNSURE},
		{VERDICT_MISSED_UNSURE, VERDICT_MISSED, VERDICT_MISSED},
	};
	for (size_t i = 0; i < sizeof each / sizeof *each; i++) {
		assert_int_equal(judge_each(each[i].first, each[i].second), each[i].both);
		assert_int_equal(judge_each(each[i].second, each[i].first), each[i].both);
		assert_int_equal(judge_each(VERDICT_NONE, each[i].first), each[i].first);
	}
}

static enum difference shares(int64_t a, int64_t n, int64_t b, int64_t m)
{
	return judge_shares((struct share){a, n}, (struct share){b, m});
}

/* p = 0.575, 1/n + 1/m = 0.02: the spread is sqrt(0.0048875) = 0.069910, and 1.96 of it 0.137025. */
static void shares_differ_from_1_96_spreads_on(void **state)
{
	(void)state;
	assert_int_equal(shares(65, 100, 50, 100), DIFFERENCE_MORE); /* z = 2.146 */
	assert_int_equal(shares(50, 100, 65, 100), DIFFERENCE_FEWER);
	assert_int_equal(shares(64, 100, 50, 100), DIFFERENCE_MORE);     /* p = 0.57, z = 2.000 */
	assert_int_equal(shares(63, 100, 50, 100), DIFFERENCE_SAME);     /* p = 0.565, z = 1.854 */
	assert_int_equal(shares(687, 904, 600, 800), DIFFERENCE_SAME);   /* 76.0% and 75% */
	assert_int_equal(shares(708, 1000, 706, 1054), DIFFERENCE_SAME); /* z = 1.867 */
	assert_int_equal(shares(71, 100, 660, 1000), DIFFERENCE_SAME);
	assert_int_equal(shares(710, 1000, 660, 1000), DIFFERENCE_MORE); /* z = 2.409 */
}

static void few_say_nothing_and_all_or_none_are_the_same(void **state)
{
	(void)state;
	assert_int_equal(shares(49, 49, 0, 1000), DIFFERENCE_UNJUDGED);
	assert_int_equal(shares(0, 1000, 49, 49), DIFFERENCE_UNJUDGED);
	assert_int_equal(shares(50, 50, 0, 50), DIFFERENCE_MORE);
	assert_int_equal(shares(50, 50, 60, 60), DIFFERENCE_SAME);
	assert_int_equal(shares(0, 50, 0, 60), DIFFERENCE_SAME);
	assert_int_equal(shares(0, 0, 0, 0), DIFFERENCE_UNJUDGED);
}

/* 1.96 sqrt(625) is 49: exactly so much apart is a difference. */
static void counts_differ_from_1_96_roots_of_both_on(void **state)
{
	(void)state;
	assert_int_equal(judge_counts(337, 288), DIFFERENCE_MORE);
	assert_int_equal(judge_counts(288, 337), DIFFERENCE_FEWER);
	assert_int_equal(judge_counts(336, 288), DIFFERENCE_SAME);
	assert_int_equal(judge_counts(0, 3), DIFFERENCE_SAME);  /* 3 of 3.39 */
	assert_int_equal(judge_counts(0, 4), DIFFERENCE_FEWER); /* 4 of 3.92 */
	assert_int_equal(judge_counts(0, 0), DIFFERENCE_SAME);
	assert_int_equal(judge_counts(1001, 898), DIFFERENCE_MORE); /* 103 of 85.4 */
}

/* Beside the rest: 65 of 100 and 50 of 100 are z = 2.146, which is chance where several are looked at. */
static void a_group_is_held_beside_the_rest_and_to_more(void **state)
{
	(void)state;
	assert_int_equal(
		judge_group((struct share){65, 100}, (struct share){115, 200}), DIFFERENCE_SAME);
	assert_int_equal(judge_group((struct share){69, 100}, (struct share){119, 200}),
		DIFFERENCE_MORE); /* p = 0.595, z = 2.737 */
	assert_int_equal(judge_group((struct share){68, 100}, (struct share){118, 200}),
		DIFFERENCE_SAME); /* p = 0.59, z = 2.588 */
	assert_int_equal(judge_group((struct share){60, 100}, (struct share){109, 149}),
		DIFFERENCE_UNJUDGED); /* the rest is of 49 */
	assert_int_equal(judge_group((struct share){115, 200}, (struct share){115, 200}),
		DIFFERENCE_UNJUDGED);
}

/* 10 and 12 in turn: the mean is 11, each step 2, the band 11 ± 5.32. */
static void months_in_the_band_are_ordinary(void **state)
{
	(void)state;
	double values[14];
	for (size_t i = 0; i < 14; i++)
		values[i] = i % 2 ? 12 : 10;
	struct months months = judge_months(values, 14, 100);
	assert_float_equal(months.mean, 11, 1e-9);
	assert_float_equal(months.low, 5.68, 1e-9);
	assert_float_equal(months.high, 16.32, 1e-9);
	assert_int_equal(months.run, 1);
	assert_int_equal(months.difference, DIFFERENCE_SAME);
	months = judge_months(values, 14, 15);
	assert_float_equal(months.high, 15, 1e-9);
}

/* Eleven of 10 and one of 22: the mean is 11, the steps add up to 12, the band 11 ± 2.66 * 12 / 11. */
static void a_month_outside_the_band_stands_out_only_as_the_last(void **state)
{
	(void)state;
	double values[13] = {10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 22, 10};
	struct months months = judge_months(values, 12, 100);
	assert_float_equal(months.high, 13.901818181818, 1e-9);
	assert_int_equal(months.difference, DIFFERENCE_MORE);
	assert_int_equal(judge_months(values, 13, 100).difference, DIFFERENCE_SAME);
}

static void seven_months_on_one_side_are_a_change_and_six_are_not(void **state)
{
	(void)state;
	static const double values[] = {20, 1, 20, 1, 20, 1, 9, 8, 9, 8, 9, 8, 9, 8};
	/* The last seven lie below the mean of all: 9.36. */
	struct months months = judge_months(values, 14, 100);
	assert_int_equal(months.run, 9);
	assert_int_equal(months.difference, DIFFERENCE_FEWER);
	static const double six[] = {9, 8, 9, 8, 9, 8, 20, 9, 8, 9, 8, 9, 8};
	months = judge_months(six, 13, 100);
	assert_int_equal(months.run, 6);
	assert_int_equal(months.difference, DIFFERENCE_SAME);
}

/* Twelve times 0.8 adds up to a little more than 9.6. */
static void months_that_are_all_the_same_lie_on_their_mean(void **state)
{
	(void)state;
	double values[13];
	for (size_t i = 0; i < 13; i++)
		values[i] = 0.8;
	struct months months = judge_months(values, 13, 1);
	assert_int_equal(months.run, 0);
	assert_int_equal(months.difference, DIFFERENCE_SAME);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_norm_is_met_at_its_value_or_only_beyond_it),
		cmocka_unit_test(what_is_unknown_makes_unsure_where_it_could_turn_the_verdict),
		cmocka_unit_test(a_norm_of_each_is_met_where_each_meets_it),
		cmocka_unit_test(shares_differ_from_1_96_spreads_on),
		cmocka_unit_test(few_say_nothing_and_all_or_none_are_the_same),
		cmocka_unit_test(counts_differ_from_1_96_roots_of_both_on),
		cmocka_unit_test(a_group_is_held_beside_the_rest_and_to_more),
		cmocka_unit_test(months_in_the_band_are_ordinary),
		cmocka_unit_test(a_month_outside_the_band_stands_out_only_as_the_last),
		cmocka_unit_test(seven_months_on_one_side_are_a_change_and_six_are_not),
		cmocka_unit_test(months_that_are_all_the_same_lie_on_their_mean),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
