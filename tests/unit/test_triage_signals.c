/*
 * Signals on the work list: a household is on it once, however many signals came in about it and whether or
 * not somebody of it asked for help; it is off the list when somebody was spoken to, or nothing was heard of
 * it any more. 2025-03-03 is a Monday.
 */
#include "tests/unit/triage_fixture.h"

#define SIGNAL(name) WOT__V1__SIGNAL__KIND__##name

static unsigned refs;

static int setup(void **state)
{
	refs = 0;
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

/* Under the refs woonplus/s1, woonplus/s2 and so on. How many events that gave. */
static size_t signalled(struct harness *h, uint8_t which, Wot__V1__Signal__Kind kind, int64_t at_ms)
{
	Wot__V1__Event *event = harness_other(h, KIND(SIGNAL), at_ms, NULL);
	event->client = arena_strdup(&h->arena, "woonplus");
	event->external_ref = arena_printf(&h->arena, "s%u", ++refs);
	event->id = household(h, (uint8_t)(100 + refs));
	event->has_legal_basis = true;
	event->legal_basis = WOT__V1__LEGAL_BASIS__VALUE__WMO;
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
	const Wot__V1__CaseRouted *route = feed_request(h, event);
	assert_int_equal(route->channel, event->body->help_request->channel);
	const Wot__V1__Event *noted = harness_event(h, 1); /* right behind the first route */
	assert_int_equal(noted->body->kind_case, KIND(CASE_NOTED));
	assert_string_equal(noted->case_id, event->case_id);
	assert_int_equal(noted->body->case_noted->household_id.data[0], which);
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
	/* soonest first: 5 working days after the earliest signal, which names it */
	assert_non_null(strstr(answer(h, h->state, "/v1/worklist"),
		"{\"items\":[{\"caseRef\":\"woonplus/s2\",\"reportedOn\":\"2025-03-03\","
		"\"deadline\":\"2025-03-10\",\"priority\":\"ROUTINE\",\"attempts\":0,"
		"\"householdId\":\"07070707070707070707070707070707\","));
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

/* Whoever sent it can be asked, by its name. */
static void signals_about_nobody_in_particular_are_listed_each(void **state)
{
	struct harness *h = *state;
	signalled(h, 0, SIGNAL(UNSAFE), at(3, 3));
	signalled(h, 0, SIGNAL(UNSAFE), at(3, 3));
	listed(h, "woonplus/s1", 1, 2);
	listed(h, "woonplus/s2", 1, 2);
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
	signalled(h, 7, SIGNAL(DEBT), at(3, 6)); /* told late: of before somebody was reached */
	listed(h, "DEBT", 0, 0);
	signalled(h, 7, SIGNAL(DEBT), at(3, 8));
	listed(h, "\"signals\":[\"DEBT\"]", 1, 1);
}

static void arrive(struct harness *h, int what)
{
	if (what == 0)
		signalled(h, 7, SIGNAL(EVICTION), at(3, 4));
	else if (what == 1)
		assert_int_equal(screened(h, 1, at(3, 5), OUTCOME(TO_SUPPORT)), 0);
	else if (what == 2)
		signalled(h, 7, SIGNAL(DEBT), at(3, 6));
	else
		signalled(h, 7, SIGNAL(UNSAFE), at(3, 5) + 60000); /* later that day */
}

/* A signal waits when it occurred after somebody was reached, whichever was told first. */
static void the_order_in_which_signals_and_reaching_are_told_does_not_matter(void **state)
{
	for (int order = 0; order < 24; order++) {
		struct harness *h = *state;
		int left[] = {0, 1, 2, 3}, draw = order;
		h->now_ms = at(3, 10);
		asked(h, 1, 7, at(3, 3));
		for (int count = 4; count; draw /= count--) {
			arrive(h, left[draw % count]);
			memmove(left + draw % count, left + draw % count + 1,
				(size_t)(count - 1 - draw % count) * sizeof *left);
		}
		listed(h, "EVICTION", 0, 1);
		listed(h, "\"signals\":[\"DEBT\",\"UNSAFE\"]", 1, 1);
		listed(h, "\"reportedOn\":\"2025-03-05\"", 1, 1);
		close_all(state);
		setup(state);
	}
}

static void what_is_not_repeated_leaves_the_list_and_the_past_never_comes_on_it(void **state)
{
	struct harness *h = *state;
	h->now_ms = at(4, 1);
	assert_int_equal(signalled(h, 7, SIGNAL(UNSAFE), at(3, 3)), 0);
	assert_int_equal(signalled(h, 7, SIGNAL(UNSAFE), at(3, 4)), 1);
	listed(h, "UNSAFE", 1, 1);
	h->now_ms = at(4, 2);
	listed(h, "UNSAFE", 0, 0);
	signalled(h, 9, SIGNAL(DIVORCE), at(4, 2));
	listed(h, "UNSAFE", 0, 1); /* and nothing of it is kept */
}

/* The caseRef is the sender's own ref, or CLIENT/REF. */
static int phoned(struct harness *h, const char *client, const char *ref, int64_t at_ms,
	Wot__V1__Screening__Outcome outcome)
{
	Wot__V1__Screening *screening = screening_make(h, outcome);
	return harness_submit(h, client,
		harness_submission(h, "p1", at_ms, ref, KIND(SCREENING), &screening->base));
}

static void who_is_phoned_about_a_signal_stays_until_reached(void **state)
{
	struct harness *h = *state;
	signalled(h, 7, SIGNAL(DEBT), at(3, 3));
	signalled(h, 7, SIGNAL(DEBT), at(3, 4));
	assert_int_equal(phoned(h, "team", "woonplus/s1", at(3, 5), OUTCOME(NOT_REACHED)), 0);
	assert_int_equal(phoned(h, "woonplus", "s2", at(3, 6), OUTCOME(NOT_REACHED)), 0);
	listed(h, "\"attempts\":2", 1, 1);
	assert_int_equal(phoned(h, "team", "woonplus/s2", at(3, 7), OUTCOME(WITHDRAWN)), 0);
	const Wot__V1__Event *event = harness_event(h, 0);
	assert_int_equal(event->body->kind_case, KIND(SIGNAL_SCREENED));
	assert_null(event->case_id);
	assert_int_equal(event->legal_basis, WOT__V1__LEGAL_BASIS__VALUE__WMO);
	listed(h, "DEBT", 0, 0);
	assert_int_equal(phoned(h, "team", "woonplus/s2", at(3, 7), OUTCOME(ADVICE)), 0);
	signalled(h, 7, SIGNAL(EVICTION), at(3, 7)); /* it begins anew */
	listed(h, "\"caseRef\":\"woonplus/s3\"", 1, 1);
	listed(h, "\"attempts\":0", 1, 1);
}

static void a_signal_is_no_case_and_not_screened_before_it_came(void **state)
{
	struct harness *h = *state;
	signalled(h, 7, SIGNAL(DEBT), at(3, 4));
	assert_int_equal(
		phoned(h, "team", "woonplus/s1", at(3, 3), OUTCOME(ADVICE)), ERR_LIFE_FORBIDS);
	assert_int_equal(phoned(h, "team", "s1", at(3, 5), OUTCOME(ADVICE)), ERR_UNKNOWN_CASE);
	assert_int_equal(
		phoned(h, "team", "woonplus/s2", at(3, 5), OUTCOME(ADVICE)), ERR_UNKNOWN_CASE);
	teams_say(h, "],\"queue\":0,");
	listed(h, "DEBT", 1, 1);
}

static int32_t on(int month, int date)
{
	return calendar_day((struct calendar_date){2025, month, date});
}

/* What the next tick tells of household 7: the day since when it waits; 0: that it does no more; -1: nothing. */
static int32_t told(struct harness *h, int64_t now_ms)
{
	h->now_ms = now_ms;
	if (!harness_tick(h, now_ms))
		return -1;
	assert_int_equal(harness_count(h), 1);
	const Wot__V1__Event *event = harness_event(h, 0);
	assert_int_equal(event->body->kind_case, KIND(SIGNALS_WAIT));
	const Wot__V1__SignalsWait *wait = event->body->signals_wait;
	assert_int_equal(wait->household_id.data[0], 7);
	assert_int_equal(harness_tick(h, now_ms), 0); /* once */
	return wait->has_reported_on ? wait->reported_on : 0;
}

/* Figures are made of this alone, so it is told of whatever changes it: another signal, a screening, time. */
static void since_when_a_household_waits_is_told_when_that_changes(void **state)
{
	struct harness *h = *state;
	assert_int_equal(told(h, at(3, 3)), -1);
	signalled(h, 7, SIGNAL(DEBT), at(3, 4));
	assert_int_equal(told(h, at(3, 6)), on(3, 4));
	signalled(h, 7, SIGNAL(DEBT), at(3, 3));
	assert_int_equal(told(h, at(3, 6)), on(3, 3));
	signalled(h, 7, SIGNAL(DEBT), at(3, 5));
	assert_int_equal(told(h, at(3, 6)), -1);
	assert_int_equal(phoned(h, "team", "woonplus/s1", at(3, 4), OUTCOME(NOT_REACHED)), 0);
	assert_int_equal(told(h, at(3, 6)), -1);
	assert_int_equal(phoned(h, "team", "woonplus/s1", at(3, 4), OUTCOME(ADVICE)), 0);
	assert_int_equal(told(h, at(3, 6)), on(3, 5));
	assert_int_equal(told(h, at(4, 2)), -1);
	assert_int_equal(told(h, at(4, 3)), 0); /* 28 days without another one */
	signalled(h, 7, SIGNAL(EVICTION), at(4, 3));
	assert_int_equal(told(h, at(4, 3)), on(4, 3));
	assert_int_equal(phoned(h, "team", "woonplus/s4", at(4, 3), OUTCOME(ADVICE)), 0);
	assert_int_equal(told(h, at(4, 3)), 0);
	replay_answers_the_same(h);
}

/* Nothing is kept of a household that does not wait, and until that is told it is kept. */
static void a_household_is_not_forgotten_before_it_is_told_that_it_waits_no_more(void **state)
{
	struct harness *h = *state;
	signalled(h, 7, SIGNAL(DEBT), at(3, 4));
	assert_int_equal(told(h, at(3, 4)), on(3, 4));
	signalled(h, 9, SIGNAL(DEBT), at(4, 20));
	harness_tick(h, h->now_ms);
	assert_int_equal(harness_count(h), 2);
	for (size_t i = 0; i < 2; i++) {
		const Wot__V1__SignalsWait *wait = harness_event(h, i)->body->signals_wait;
		assert_int_equal(wait->has_reported_on, wait->household_id.data[0] == 9);
	}
	replay_answers_the_same(h);
}

/* Intake lost it with its disk, so the partner had no receipt and sent it again. */
static void what_is_known_already_is_not_taken_twice(void **state)
{
	struct harness *h = *state;
	assert_int_equal(signalled(h, 7, SIGNAL(DEBT), at(3, 3)), 1);
	refs = 0;
	assert_int_equal(signalled(h, 9, SIGNAL(DEBT), at(3, 3)), 0);
	listed(h, "DEBT", 1, 1);
}

static void pages_go_on_behind_a_household_also_when_it_has_left(void **state)
{
	struct harness *h = *state;
	asked(h, 1, 1, at(3, 5));
	signalled(h, 7, SIGNAL(DEBT), at(3, 4));
	signalled(h, 8, SIGNAL(DEBT), at(3, 6));
	Wot__V1__Event *crisis = request_make(h, 2, at(3, 7));
	crisis->body->help_request->has_crisis = crisis->body->help_request->crisis = true;
	feed_request(h, crisis);
	static const char *const pages[] = {"\"caseId\":\"2025-000002\"",
		"\"caseRef\":\"woonplus/s1\"", "\"caseId\":\"2025-000001\"",
		"\"caseRef\":\"woonplus/s2\""};
	char after[64] = "";
	for (size_t i = 0; i < 4; i++) {
		auto_buf struct buf json = {0};
		char path[128];
		snprintf(path, sizeof path, "/v1/worklist?limit=1%s%s", i ? "&after=" : "", after);
		assert_int_equal(harness_query(h, h->state, "x", ROLE_OPERATOR, path, &json), 0);
		if (!strstr(json.data, pages[i]))
			fail_msg("page %zu is %s", i + 1, json.data);
		const char *next = strstr(json.data, "\"next\":\"");
		assert_int_equal(next != NULL, i < 3);
		if (next)
			assert_int_equal(sscanf(next, "\"next\":\"%63[^\"]", after), 1);
		if (i == 1)
			assert_int_equal(phoned(h, "team", after, at(3, 8), OUTCOME(ADVICE)), 0);
	}
	auto_buf struct buf none = {0};
	assert_int_equal(harness_query(h, h->state, "x", ROLE_OPERATOR,
				 "/v1/worklist?limit=1&after=woonplus/s9", &none),
		ERR_INVALID);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, close_all)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_household_is_on_the_list_once),
		TEST(a_request_of_the_household_carries_its_signals),
		TEST(signals_about_nobody_in_particular_are_listed_each),
		TEST(who_was_spoken_to_is_off_the_list_until_the_next_signal),
		TEST(the_order_in_which_signals_and_reaching_are_told_does_not_matter),
		TEST(what_is_not_repeated_leaves_the_list_and_the_past_never_comes_on_it),
		TEST(who_is_phoned_about_a_signal_stays_until_reached),
		TEST(a_signal_is_no_case_and_not_screened_before_it_came),
		TEST(since_when_a_household_waits_is_told_when_that_changes),
		TEST(a_household_is_not_forgotten_before_it_is_told_that_it_waits_no_more),
		TEST(what_is_known_already_is_not_taken_twice),
		TEST(pages_go_on_behind_a_household_also_when_it_has_left),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
