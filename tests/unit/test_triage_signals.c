/*
 * Signals on the work list: a household is on it once, however many signals came in about it and whether or
 * not somebody of it asked for help; it is off the list when somebody was spoken to, or nothing was heard of
 * it any more. 2025-03-03 is a Monday.
 */
#include "tests/unit/triage_fixture.h"

#define SIGNAL(name) WOT__V1__SIGNAL__KIND__##name

static int setup(void **state)
{
	open_configured(state);
	((struct harness *)*state)->now_ms = at(3, 3);
	return harness_configure(*state, "clocks.yaml", "{}");
}

static ProtobufCBinaryData household(struct harness *h, uint8_t which)
{
	uint8_t *id = arena_alloc(&h->arena, 16);
	memset(id, which, 16);
	return (ProtobufCBinaryData){.len = 16, .data = id};
}

/* How many events that gave. */
static size_t signalled(struct harness *h, uint8_t which, Wot__V1__Signal__Kind kind, int64_t at_ms)
{
	Wot__V1__Event *event = harness_other(h, KIND(SIGNAL), at_ms, NULL);
	event->body->signal->kind = kind;
	event->body->signal->has_household_id = which > 0;
	event->body->signal->household_id = household(h, which);
	if (h->now_ms < at_ms)
		h->now_ms = at_ms;
	assert_int_equal(harness_feed(h, "intake", event), 0);
	return harness_count(h);
}

static void asked(struct harness *h, uint32_t number, uint8_t which, int64_t at_ms)
{
	Wot__V1__Event *event = request_make(h, number, at_ms);
	event->body->help_request->has_household_id = true;
	event->body->help_request->household_id = household(h, which);
	feed_request(h, event);
}

/* The items that name these signals, and how many items there are at all. */
static void listed(struct harness *h, const char *signals, unsigned with, unsigned items)
{
	const char *json = answer(h, h->state, "/v1/worklist");
	unsigned counts[2] = {0};
	const char *const parts[2] = {signals, "\"reportedOn\""};
	for (size_t i = 0; i < 2; i++)
		for (const char *found = json; (found = strstr(found, parts[i])); found++)
			counts[i]++;
	if (counts[0] != with || counts[1] != items)
		fail_msg("%u of %u items with %s: %s", counts[0], counts[1], signals, json);
	replay_answers_the_same(h);
}

static void a_household_is_on_the_list_once(void **state)
{
	struct harness *h = *state;
	assert_int_equal(signalled(h, 7, SIGNAL(ENERGY_ARREARS), at(3, 4)), 1);
	assert_int_equal(signalled(h, 7, SIGNAL(RENT_ARREARS), at(3, 3)), 1);
	assert_int_equal(signalled(h, 7, SIGNAL(RENT_ARREARS), at(3, 5)), 1);
	assert_int_equal(signalled(h, 9, SIGNAL(LONELINESS), at(3, 5)), 1);
	listed(h, "\"signals\":[\"RENT_ARREARS\",\"ENERGY_ARREARS\"]", 1, 2);
	/* soonest first: 5 working days after the first signal */
	assert_non_null(strstr(answer(h, h->state, "/v1/worklist"),
		"{\"items\":[{\"householdId\":\"07070707070707070707070707070707\",\"reportedOn\":"
		"\"2025-03-03\",\"deadline\":\"2025-03-10\",\"priority\":\"ROUTINE\","));
}

static void a_request_of_the_household_carries_its_signals(void **state)
{
	struct harness *h = *state;
	signalled(h, 7, SIGNAL(EVICTION), at(3, 3));
	asked(h, 1, 7, at(3, 4));
	asked(h, 2, 9, at(3, 4));
	listed(h, "\"signals\":[\"EVICTION\"]", 1, 2);
	signalled(h, 9, SIGNAL(DEBT), at(3, 5));
	listed(h, "\"signals\":[\"DEBT\"]", 1, 2);
	list_is(h, "1 2");
}

static void who_was_spoken_to_is_off_the_list_until_the_next_signal(void **state)
{
	struct harness *h = *state;
	asked(h, 1, 7, at(3, 3));
	signalled(h, 7, SIGNAL(EVICTION), at(3, 4));
	assert_int_equal(screened(h, 1, at(3, 5), OUTCOME(NOT_REACHED)), 0);
	listed(h, "EVICTION", 1, 1);
	assert_int_equal(screened(h, 1, at(3, 5), OUTCOME(TO_SUPPORT)), 0);
	listed(h, "EVICTION", 0, 0);
	signalled(h, 7, SIGNAL(EVICTION), at(3, 6));
	listed(h, "EVICTION", 1, 1);
	started(h, 1, at(3, 5)); /* told late, and of before the signal */
	listed(h, "EVICTION", 1, 1);
	closed(h, 1, at(3, 7));
	listed(h, "EVICTION", 0, 0);
}

static void what_is_not_repeated_leaves_the_list_and_the_past_never_comes_on_it(void **state)
{
	struct harness *h = *state;
	h->now_ms = at(4, 1);
	assert_int_equal(signalled(h, 7, SIGNAL(UNSAFE), at(3, 3)), 0);
	assert_int_equal(signalled(h, 7, SIGNAL(UNSAFE), at(3, 4)), 1);
	listed(h, "UNSAFE", 1, 1);
	assert_int_equal(signalled(h, 0, SIGNAL(UNSAFE), at(4, 1)), 0); /* about nobody */
	h->now_ms = at(4, 2);
	listed(h, "UNSAFE", 0, 0);
	signalled(h, 9, SIGNAL(DIVORCE), at(4, 2));
	listed(h, "UNSAFE", 0, 1); /* and nothing of it is kept */
}

static void pages_go_on_behind_a_household(void **state)
{
	struct harness *h = *state;
	asked(h, 1, 1, at(3, 3));
	signalled(h, 7, SIGNAL(DEBT), at(3, 3));
	asked(h, 2, 2, at(3, 4));
	struct core_query query = {
		.role = ROLE_OPERATOR, .path = "/v1/worklist", .limit = 2, .now_ms = h->now_ms};
	auto_buf struct buf first = {0}, second = {0}, none = {0};
	assert_int_equal(h->core->query(h->state, &query, &first), 0);
	assert_non_null(strstr(first.data, "\"next\":\"2025-03-03.1\""));
	query.after = "2025-03-03.1";
	assert_int_equal(h->core->query(h->state, &query, &second), 0);
	assert_non_null(strstr(second.data, "{\"items\":[{\"caseId\":\"2025-000002\""));
	assert_null(strstr(second.data, "next"));
	static const char *const wrong[] = {"2025-03-03.", "2025-03-03.1x", "2025-02-30.1", ".1",
		"2025-03-03.-1", "2025-03-03.4294967296"};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		query.after = wrong[i];
		assert_int_equal(h->core->query(h->state, &query, &none), ERR_INVALID);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, close_all)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_household_is_on_the_list_once),
		TEST(a_request_of_the_household_carries_its_signals),
		TEST(who_was_spoken_to_is_off_the_list_until_the_next_signal),
		TEST(what_is_not_repeated_leaves_the_list_and_the_past_never_comes_on_it),
		TEST(pages_go_on_behind_a_household),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
