/*
 * Complaints at wot-intake: an outcome is of a part of one that is there, whoever sent it, and of no day before it.
 * Every test ends by replaying its log into a new state, which must answer the same.
 */
#include "daemons/intake/core.h"
#include "lib/calendar.h"
#include "tests/unit/core_harness.h"
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define NEW(h, type) ((void *)message_new(&wot__v1__##type##__descriptor, &(h)->arena))

static int64_t at(int month, int day, int hour)
{
	int32_t on = calendar_day((struct calendar_date){2025, month, day});
	return calendar_day_start(on) + hour * INT64_C(3600000);
}

static int complain(struct harness *h, const char *client, const char *ref, int64_t at_ms)
{
	static char *parts[] = {(char *)"waiting", (char *)"tone"};
	Wot__V1__Complaint *complaint = NEW(h, complaint);
	complaint->n_parts = 2;
	complaint->parts = parts;
	return harness_submit(h, client,
		harness_submission(h, ref, at_ms, NULL, WOT__V1__BODY__KIND_COMPLAINT, complaint));
}

static int settle(struct harness *h, const char *client, const char *complaint_ref,
	const char *part, int64_t at_ms)
{
	Wot__V1__ComplaintOutcome *outcome = NEW(h, complaint_outcome);
	outcome->complaint_ref = (char *)complaint_ref;
	outcome->part = (char *)part;
	outcome->outcome = WOT__V1__COMPLAINT_OUTCOME__VALUE__UPHELD;
	h->faults.count = 0;
	return harness_submit(h, client,
		harness_submission(
			h, "o-1", at_ms, NULL, WOT__V1__BODY__KIND_COMPLAINT_OUTCOME, outcome));
}

static void an_outcome_names_a_part_of_a_complaint(void **unused)
{
	(void)unused;
	struct harness *h = harness_open(&intake_core);
	assert_int_equal(complain(h, "desk", "k-1", at(3, 1, 10)), 0);
	for (int again = 0; again < 2; again++, harness_restart(h)) {
		assert_int_equal(settle(h, "desk", "k-1", "tone", at(4, 1, 10)), 0);
		assert_int_equal(settle(h, "desk", "k-1", "ton", at(4, 1, 10)), ERR_INVALID);
		assert_int_equal(h->faults.count, 1);
		assert_string_equal(h->faults.items[0].pointer, "/part");
		assert_int_equal(
			settle(h, "desk", "k-2", "tone", at(4, 1, 10)), ERR_UNKNOWN_COMPLAINT);
	}
	harness_close(&h);
}

static void another_clients_complaint_is_named_with_that_client(void **unused)
{
	(void)unused;
	struct harness *h = harness_open(&intake_core);
	assert_int_equal(complain(h, "desk", "k-1", at(3, 1, 10)), 0);
	assert_int_equal(
		settle(h, "intake-team", "k-1", "tone", at(4, 1, 10)), ERR_UNKNOWN_COMPLAINT);
	assert_int_equal(settle(h, "intake-team", "desk/k-1", "tone", at(4, 1, 10)), 0);
	assert_int_equal(settle(h, "desk", "desk/k-1", "tone", at(4, 1, 10)), 0);
	assert_int_equal(complain(h, "intake-team", "k-1", at(5, 1, 10)), 0);
	assert_int_equal(settle(h, "intake-team", "k-1", "tone", at(4, 1, 10)), ERR_LIFE_FORBIDS);
	assert_int_equal(settle(h, "intake-team", "desk/k-1", "tone", at(4, 1, 10)), 0);
	harness_close(&h);
}

static void no_complaint_is_settled_before_its_day(void **unused)
{
	(void)unused;
	struct harness *h = harness_open(&intake_core);
	assert_int_equal(complain(h, "desk", "k-1", at(3, 1, 18)), 0);
	for (int again = 0; again < 2; again++, harness_restart(h)) {
		assert_int_equal(settle(h, "desk", "k-1", "tone", at(2, 28, 23)), ERR_LIFE_FORBIDS);
		assert_int_equal(settle(h, "desk", "k-1", "tone", at(3, 1, 9)), 0);
	}
	harness_close(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_outcome_names_a_part_of_a_complaint),
		cmocka_unit_test(another_clients_complaint_is_named_with_that_client),
		cmocka_unit_test(no_complaint_is_settled_before_its_day),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
