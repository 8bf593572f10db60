/*
 * A figure is only as good as the facts below it: an event that comes twice, late or in another order must
 * leave the same facts, one that is not understood must leave none, and a row must never be somebody
 * else's. Looked at through the tables, not through KPIs.
 */
#include "kpi/facts.h"
#include "tests/unit/tallied.h"

/* tallied.h feeds a tally; its facts are watched through a second fold of the same log. */
static struct facts *facts_of(const struct tallied *t)
{
	static const uint8_t secret[16] = {7};
	struct facts *facts = facts_new(secret);
	for (size_t at = 0; at < t->log.len;) {
		struct logged logged;
		memcpy(&logged, t->log.data + at, sizeof logged);
		at += sizeof logged;
		const uint8_t *event = (const uint8_t *)t->log.data + at;
		facts_fold(facts, logged.stream, event_kind(event, logged.len), event, logged.len,
			logged.seq);
		at += logged.len;
	}
	return facts;
}

static int32_t value_of(
	const struct facts *facts, enum source source, const char *column, uint32_t row)
{
	const struct table *table = facts_table(facts, source);
	int found = column_find(table, column);
	assert_true(found >= 0);
	assert_true(row < table->rows);
	return table_get(table, (size_t)found, row);
}

/* Of the only call: its facts, and that it is the only one. */
static void assert_call(const struct tallied *t, const char *on, int32_t answered,
	int32_t abandoned, int32_t wait_seconds)
{
	struct facts *facts = facts_of(t);
	assert_int_equal(facts_table(facts, SOURCE_CALLS)->rows, 1);
	assert_int_equal(value_of(facts, SOURCE_CALLS, "day", 0), day(on));
	assert_int_equal(value_of(facts, SOURCE_CALLS, "answered", 0), answered);
	assert_int_equal(value_of(facts, SOURCE_CALLS, "abandoned", 0), abandoned);
	assert_int_equal(value_of(facts, SOURCE_CALLS, "wait_seconds", 0), wait_seconds);
	facts_free(facts);
}

static const int64_t HOUR = 3600 * 1000;

static void answered_wins_over_abandoned_in_any_order(void **state)
{
	struct tallied *t = *state;
	int64_t at = noon(day("2025-05-05"));
	log_call(t, "a", WOT__V1__CALL__EVENT__ANSWERED, at + 20000, 20);
	assert_call(t, "2025-05-05", 1, 0, 20);
	log_call(t, "a", WOT__V1__CALL__EVENT__ABANDONED, at + 10000, 10);
	assert_call(t, "2025-05-05", 1, 0, 20);
	buf_clear(&t->log);
	log_call(t, "a", WOT__V1__CALL__EVENT__ABANDONED, at + 10000, 10);
	assert_call(t, "2025-05-05", 0, 1, 10);
	log_call(t, "a", WOT__V1__CALL__EVENT__ANSWERED, at + 20000, 20);
	assert_call(t, "2025-05-05", 1, 0, 20);
}

/* A call that is handed on is answered twice, and its events overtake one another. */
static void the_earliest_answer_gives_the_wait_in_any_order(void **state)
{
	struct tallied *t = *state;
	static const int orders[][3] = {
		{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
	int64_t at = noon(day("2025-05-05"));
	for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
		buf_clear(&t->log);
		for (size_t j = 0; j < 3; j++)
			log_call(t, "a", WOT__V1__CALL__EVENT__ANSWERED, at + orders[i][j] * 10000,
				10 + orders[i][j]);
		assert_call(t, "2025-05-05", 1, 0, 10);
	}
}

static void of_two_answers_at_one_instant_the_first_in_the_log_gives_the_wait(void **state)
{
	struct tallied *t = *state;
	int64_t at = noon(day("2025-05-05"));
	log_call(t, "a", WOT__V1__CALL__EVENT__ANSWERED, at, 20);
	log_call(t, "a", WOT__V1__CALL__EVENT__ANSWERED, at, 10);
	assert_call(t, "2025-05-05", 1, 0, 20);
}

static void the_day_of_a_call_is_that_of_its_earliest_event_in_amsterdam(void **state)
{
	struct tallied *t = *state;
	int64_t midnight = calendar_day_start(day("2025-07-02")); /* 22:00 UTC */
	log_call(t, "a", WOT__V1__CALL__EVENT__ANSWERED, midnight + 1000, 5);
	assert_call(t, "2025-07-02", 1, 0, 5);
	log_call(t, "a", WOT__V1__CALL__EVENT__ENTERED, midnight - 1, -1);
	assert_call(t, "2025-07-01", 1, 0, 5);
	log_call(t, "a", WOT__V1__CALL__EVENT__ENDED, midnight + 30 * HOUR, -1);
	assert_call(t, "2025-07-01", 1, 0, 5);
}

static void the_same_call_id_of_another_client_is_another_call(void **state)
{
	struct tallied *t = *state;
	Wot__V1__Call call = WOT__V1__CALL__INIT;
	Wot__V1__Body body = WOT__V1__BODY__INIT;
	static const char *const names[][2] = {
		{"rog", "plus1"}, {"rogplus", "1"}, {"rog", "plus1"}};
	call.queue = (char *)(uintptr_t) "q";
	call.event = WOT__V1__CALL__EVENT__ENTERED;
	for (size_t i = 0; i < 3; i++) {
		Wot__V1__Event event = WOT__V1__EVENT__INIT;
		call.call_id = (char *)(uintptr_t)names[i][1];
		body_set(&body, WOT__V1__BODY__KIND_CALL, &call.base);
		event.client = (char *)(uintptr_t)names[i][0];
		event.occurred_at = noon(day("2025-05-05"));
		event.body = &body;
		log_event(t, STREAM_INTAKE, &event);
	}
	struct facts *facts = facts_of(t);
	assert_int_equal(facts_table(facts, SOURCE_CALLS)->rows, 2);
	facts_free(facts);
}

static void many_calls_keep_their_own_rows(void **state)
{
	struct tallied *t = *state;
	enum { CALLS = 5000 };
	char id[16];
	for (int i = 0; i < CALLS; i++) {
		snprintf(id, sizeof id, "%d", i);
		log_call(t, id, WOT__V1__CALL__EVENT__ENTERED, noon(day("2025-05-05")), -1);
	}
	for (int i = CALLS - 1; i >= 0; i--) {
		snprintf(id, sizeof id, "%d", i);
		log_call(t, id, WOT__V1__CALL__EVENT__ANSWERED, noon(day("2025-05-05")), i);
	}
	struct facts *facts = facts_of(t);
	assert_int_equal(facts_table(facts, SOURCE_CALLS)->rows, CALLS);
	for (uint32_t i = 0; i < CALLS; i++)
		assert_int_equal(value_of(facts, SOURCE_CALLS, "wait_seconds", i), i);
	facts_free(facts);
}

static void a_case_takes_what_is_set_and_drops_what_is_cleared(void **state)
{
	struct tallied *t = *state;
	FACTS(t, 3, FACT(reported_on, day("2025-01-02")), FACT(youth, 0),
		FACT(closed_on, day("2025-02-02")),
		PROBLEMS(WOT__V1__PROBLEM__VALUE__FINANCE, WOT__V1__PROBLEM__VALUE__JUSTICE),
		.ward = (char *)(uintptr_t) "ZUID", .team = (char *)(uintptr_t) "UNKNOWN");
	FACTS(t, 3, CLEARED(7), FACT(people_involved, 3));
	struct facts *facts = facts_of(t);
	assert_int_equal(facts_table(facts, SOURCE_CASES)->rows, 4);
	assert_int_equal(value_of(facts, SOURCE_CASES, "reported_on", 3), day("2025-01-02"));
	assert_int_equal(value_of(facts, SOURCE_CASES, "closed_on", 3), VALUE_UNSET);
	assert_int_equal(value_of(facts, SOURCE_CASES, "people_involved", 3), 3);
	assert_int_equal(value_of(facts, SOURCE_CASES, "youth", 3), 0);
	assert_int_equal(value_of(facts, SOURCE_CASES, "problems", 3), 1 << 1 | 1 << 13);
	assert_int_equal(value_of(facts, SOURCE_CASES, "ward", 3), 0);
	assert_int_equal(value_of(facts, SOURCE_CASES, "team", 3), VALUE_UNSET);
	assert_int_equal(value_of(facts, SOURCE_CASES, "reported_on", 2), VALUE_UNSET);
	char id[24];
	facts_case_id(facts, 3, id);
	assert_string_equal(id, "2025-000003");
	facts_free(facts);
}

static void the_facts_of_a_case_in_another_log_are_not_copied(void **state)
{
	struct tallied *t = *state;
	Wot__V1__CaseFacts facts = WOT__V1__CASE_FACTS__INIT;
	Wot__V1__Body body = WOT__V1__BODY__INIT;
	Wot__V1__Event event = WOT__V1__EVENT__INIT;
	Wot__V1__CaseNoted noted = WOT__V1__CASE_NOTED__INIT;
	facts.has_reported_on = true;
	facts.reported_on = day("2025-01-02");
	body_set(&body, WOT__V1__BODY__KIND_CASE_NOTED, &noted.base);
	event.case_id = (char *)(uintptr_t) "2025-000001";
	event.facts = &facts;
	event.body = &body;
	log_event(t, STREAM_TRIAGE, &event);
	struct facts *folded = facts_of(t);
	assert_int_equal(facts_table(folded, SOURCE_CASES)->rows, 0);
	facts_free(folded);
}

static void what_cannot_be_read_changes_nothing_and_is_counted(void **state)
{
	struct tallied *t = *state;
	static const char *const ids[] = {"", "2025", "2025-", "x-1", "2025-1-1", "2025-123",
		"2025-99999999", "2025-99999999999999999999"};
	struct tally_stats stats;
	for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
		Wot__V1__CaseFacts facts = WOT__V1__CASE_FACTS__INIT;
		Wot__V1__Body body = WOT__V1__BODY__INIT;
		Wot__V1__Event event = WOT__V1__EVENT__INIT;
		Wot__V1__FirstContact message = WOT__V1__FIRST_CONTACT__INIT;
		facts.has_reported_on = true;
		body_set(&body, WOT__V1__BODY__KIND_FIRST_CONTACT, &message.base);
		event.case_id = (char *)(uintptr_t)ids[i];
		event.facts = &facts;
		event.body = &body;
		log_event(t, STREAM_CASE, &event);
	}
	tally_fold(t->tally, STREAM_CASE, (const uint8_t *)"\xff\xff\xff", 3, 99);
	tally_stats(t->tally, &stats);
	assert_int_equal(stats.unreadable, sizeof ids / sizeof *ids + 1);
	assert_int_equal(stats.unknown_kinds, 1);
	assert_int_equal(stats.marks[STREAM_CASE], 99);
	assert_int_equal(stats.events[STREAM_CASE], sizeof ids / sizeof *ids + 1);
	assert_int_equal(stats.kinds[STREAM_CASE][WOT__V1__BODY__KIND_FIRST_CONTACT],
		sizeof ids / sizeof *ids);
}

/* A daemon of a later version says more than this one knows: that is not known here, and stops nobody. */
static void a_value_of_a_later_version_is_not_known(void **state)
{
	struct tallied *t = *state;
	static const int later[] = {14, 15, 16, 30, 31, 32, 63, 64, 254, 255, 256, INT32_MAX, -1};
	for (size_t i = 0; i < sizeof later / sizeof *later; i++) {
		uint32_t number = (uint32_t)i + 1;
		Wot__V1__Problem__Value problem = (Wot__V1__Problem__Value)later[i];
		Wot__V1__Channel__Value channel = (Wot__V1__Channel__Value)later[i];
		FACTS(t, number, PROBLEMS(WOT__V1__PROBLEM__VALUE__HOUSING, problem),
			FACT(care_weight, (Wot__V1__CareWeight__Value)later[i]),
			FACT(channel, channel));
		FACTS(t, 100 + number, PROBLEMS(problem));
		log_contact(t, day("2025-02-01"), channel, (Wot__V1__AgeGroup__Value)later[i]);
	}
	struct facts *facts = facts_of(t);
	for (uint32_t number = 1; number <= sizeof later / sizeof *later; number++) {
		assert_int_equal(value_of(facts, SOURCE_CASES, "problems", number), 1 << 4);
		assert_int_equal(value_of(facts, SOURCE_CASES, "problems", 100 + number), 0);
		assert_int_equal(value_of(facts, SOURCE_CASES, "care_weight", number), VALUE_UNSET);
		assert_int_equal(value_of(facts, SOURCE_CASES, "channel", number), VALUE_UNSET);
		assert_int_equal(
			value_of(facts, SOURCE_contacts, "channel", number - 1), VALUE_UNSET);
	}
	facts_free(facts);
}

/* The kind is read off the front of a body; what unpacks it takes what stands there last. */
static void a_body_of_two_kinds_is_no_configuration(void **state)
{
	struct tallied *t = *state;
	static const char event[] = "\x0a\x10"
				    "0123456789abcdef"
				    "\x11\0\0\0\0\0\0\0\0"
				    "\x19\0\0\0\0\0\0\0\0"
				    "\x5a\x11"
				    "\xaa\x06\x06\x0a\0\x12\0\x1a\0"
				    "\x52\x06\x08\x01\x10\x01\x18\x01";
	struct tally_stats stats;
	tally_fold(t->tally, STREAM_CASE, (const uint8_t *)event, sizeof event - 1, 1);
	tally_stats(t->tally, &stats);
	assert_int_equal(stats.events[STREAM_CASE], 1);
	assert_null(tally_refusal(t->tally));
}

/* Half events, as a damaged page would give them, must not crash; what they do is not told here. */
static void cut_off_events_are_survived(void **state)
{
	struct tallied *t = *state;
	FACTS(t, 3, FACT(reported_on, day("2025-01-02")), .ward = (char *)(uintptr_t) "ZUID");
	log_call(t, "a", WOT__V1__CALL__EVENT__ANSWERED, noon(day("2025-05-05")), 20);
	log_contact(t, day("2025-02-01"), WOT__V1__CHANNEL__VALUE__PHONE,
		WOT__V1__AGE_GROUP__VALUE__ADULT);
	for (size_t at = 0; at < t->log.len;) {
		struct logged logged;
		memcpy(&logged, t->log.data + at, sizeof logged);
		at += sizeof logged;
		for (size_t len = 0; len < logged.len; len++) {
			auto_free uint8_t *part = malloc(len + 1);
			must(part);
			memcpy(part, t->log.data + at, len);
			tally_fold(t->tally, logged.stream, part, len, 100);
		}
		at += logged.len;
	}
	struct tally_stats stats;
	tally_stats(t->tally, &stats);
	assert_true(stats.unreadable > 0);
}

static void keys_are_found_again_however_many_there_are(void **state)
{
	(void)state;
	struct keymap map = {0};
	uint32_t row;
	bool is_new;
	assert_false(keymap_get(&map, (struct keymap_key){1, 1}, &row));
	for (uint32_t i = 0; i < 100000; i++) {
		assert_int_equal(keymap_put(&map, (struct keymap_key){i, i / 7}, i, &is_new), i);
		assert_true(is_new);
	}
	for (uint32_t i = 0; i < 100000; i++) {
		assert_true(keymap_get(&map, (struct keymap_key){i, i / 7}, &row));
		assert_int_equal(row, i);
		assert_int_equal(keymap_put(&map, (struct keymap_key){i, i / 7}, 5, &is_new), i);
		assert_false(is_new);
	}
	assert_false(keymap_get(&map, (struct keymap_key){100000, 14285}, &row));
	keymap_done(&map);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, tallied_setup, tallied_teardown)

/* ---- days that contradict each other: an older log may hold them, and no log may stop a start ---- */

#define DAY(name, on) FACT(name, day(on))

static void what_lies_after_the_closing_is_left_out_in_any_order(void **state)
{
	struct tallied *t = *state;
	for (uint32_t number = 1; number <= 2; number++) {
		FACTS(t, number, DAY(reported_on, "2025-06-01"));
		if (number == 1)
			FACTS(t, number, DAY(closed_on, "2025-06-10"));
		FACTS(t, number, DAY(first_contact_on, "2025-06-12"));
		FACTS(t, number, DAY(screened_on, "2025-06-11"));
		FACTS(t, number, DAY(support_started_on, "2025-06-10"));
		if (number == 2)
			FACTS(t, number, DAY(closed_on, "2025-06-10"));
	}
	struct facts *facts = facts_of(t);
	for (uint32_t row = 1; row <= 2; row++) {
		assert_int_equal(
			value_of(facts, SOURCE_CASES, "closed_on", row), day("2025-06-10"));
		assert_int_equal(value_of(facts, SOURCE_CASES, "support_started_on", row),
			day("2025-06-10"));
		assert_int_equal(
			value_of(facts, SOURCE_CASES, "first_contact_on", row), VALUE_UNSET);
		assert_int_equal(value_of(facts, SOURCE_CASES, "screened_on", row), VALUE_UNSET);
	}
	assert_int_equal(facts_left_out(facts), 4);
	facts_free(facts);
	assert_figure(t, "lead_days", "2025", 2023, -1, 0, 0, 2);
}

static void what_lies_before_the_report_is_left_out(void **state)
{
	struct tallied *t = *state;
	FACTS(t, 1, DAY(reported_on, "2025-06-05"), DAY(first_contact_on, "2025-06-01"),
		DAY(support_started_on, "2025-06-07"), DAY(closed_on, "2025-06-09"));
	FACTS(t, 1, DAY(reported_on, "2025-06-08"));
	struct facts *facts = facts_of(t);
	assert_int_equal(value_of(facts, SOURCE_CASES, "first_contact_on", 1), VALUE_UNSET);
	assert_int_equal(value_of(facts, SOURCE_CASES, "support_started_on", 1), VALUE_UNSET);
	assert_int_equal(value_of(facts, SOURCE_CASES, "closed_on", 1), day("2025-06-09"));
	facts_free(facts);
	FACTS(t, 1, DAY(reported_on, "2025-06-10")); /* closed before it began: it is not */
	facts = facts_of(t);
	assert_int_equal(value_of(facts, SOURCE_CASES, "closed_on", 1), VALUE_UNSET);
	assert_int_equal(facts_left_out(facts), 3);
	facts_free(facts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(answered_wins_over_abandoned_in_any_order),
		TEST(the_earliest_answer_gives_the_wait_in_any_order),
		TEST(of_two_answers_at_one_instant_the_first_in_the_log_gives_the_wait),
		TEST(the_day_of_a_call_is_that_of_its_earliest_event_in_amsterdam),
		TEST(the_same_call_id_of_another_client_is_another_call),
		TEST(many_calls_keep_their_own_rows),
		TEST(a_case_takes_what_is_set_and_drops_what_is_cleared),
		TEST(the_facts_of_a_case_in_another_log_are_not_copied),
		TEST(what_cannot_be_read_changes_nothing_and_is_counted),
		TEST(a_value_of_a_later_version_is_not_known),
		TEST(a_body_of_two_kinds_is_no_configuration),
		TEST(cut_off_events_are_survived),
		TEST(what_lies_after_the_closing_is_left_out_in_any_order),
		TEST(what_lies_before_the_report_is_left_out),
		cmocka_unit_test(keys_are_found_again_however_many_there_are),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
