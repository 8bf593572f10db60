/* Lines of Asterisk's queue_log, those that no manual tells of too, and what each comes to. */
#include "phone/queue_log.h"

#include "lib/clean.h"
#include "proto/event.h"
#include "proto/json.h"
#include "proto/role.h"
#include "proto/submission.h"
#include <sodium.h>
#include <stdio.h>
#include <string.h>

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on

struct reader {
	struct queue_log log;
	struct arena arena;
	struct phone_read read;
};

static int on_setup(void **state)
{
	assert_true(sodium_init() >= 0);
	*state = calloc(1, sizeof(struct reader));
	assert_non_null(*state);
	return 0;
}

static int on_teardown(void **state)
{
	struct reader *reader = *state;
	waits_done(&reader->log.waits);
	arena_done(&reader->arena);
	free(reader);
	return 0;
}

static const Wot__V1__Call *told(struct reader *reader, const char *line)
{
	enum phone_line what =
		queue_log_read(&reader->log, line, strlen(line), &reader->arena, &reader->read);
	if (what != PHONE_TOLD)
		fail_msg(
			"%s: %s", line, what == PHONE_BROKEN ? reader->read.reason : "passed over");
	/* What is sent must be taken. */
	struct faults faults = {.arena = &reader->arena};
	submission_check(reader->read.submission, INT64_C(1900000000000), &faults);
	if (faults.count)
		fail_msg("%s: %s %s", line, faults.items[0].pointer, faults.items[0].detail);
	return reader->read.submission->body->call;
}

static void assert_passed(struct reader *reader, const char *line)
{
	assert_int_equal(
		queue_log_read(&reader->log, line, strlen(line), &reader->arena, &reader->read),
		PHONE_PASSED);
}

static void assert_broken(struct reader *reader, const char *line, const char *reason)
{
	assert_int_equal(
		queue_log_read(&reader->log, line, strlen(line), &reader->arena, &reader->read),
		PHONE_BROKEN);
	assert_string_equal(reader->read.reason, reason);
}

static void a_call_that_is_answered_is_three_submissions(void **state)
{
	struct reader *reader = *state;
	const Wot__V1__Call *call =
		told(reader, "1717397259|1717397243.239826|1501|NONE|ENTERQUEUE||0101234567|1");
	assert_string_equal(
		reader->read.submission->external_ref, "1717397243.239826:ENTERQUEUE:1717397259");
	assert_int_equal(reader->read.submission->occurred_at, INT64_C(1717397259000));
	assert_string_equal(call->call_id, "1717397243.239826");
	assert_string_equal(call->queue, "1501");
	assert_string_equal(call->caller, "0101234567");
	assert_int_equal(call->event, WOT__V1__CALL__EVENT__ENTERED);
	assert_false(call->has_wait_seconds || call->has_talk_seconds || call->has_outcome);

	call = told(
		reader, "1717397271|1717397243.239826|1501|PJSIP/7009|CONNECT|12|1717397259.2|11");
	assert_int_equal(call->event, WOT__V1__CALL__EVENT__ANSWERED);
	assert_int_equal(call->wait_seconds, 12);
	assert_null(call->caller);

	call = told(reader, "1717397391|1717397243.239826|1501|PJSIP/7009|COMPLETEAGENT|12|120|1");
	assert_int_equal(call->event, WOT__V1__CALL__EVENT__ENDED);
	assert_int_equal(call->talk_seconds, 120);
	assert_false(call->has_wait_seconds || call->has_outcome);
}

static void who_is_lost_waited_since_the_first_queue(void **state)
{
	struct reader *reader = *state;
	told(reader, "1700000000|1.1|a|NONE|ENTERQUEUE||0101234567|1");
	const Wot__V1__Call *call = told(reader, "1700000030|1.1|a|NONE|EXITWITHTIMEOUT|1|1|30");
	assert_int_equal(call->event, WOT__V1__CALL__EVENT__TIMED_OUT);
	assert_int_equal(call->wait_seconds, 30);
	told(reader, "1700000030|1.1|b|NONE|ENTERQUEUE||0101234567|1");
	call = told(reader, "1700000050|1.1|b|NONE|ABANDON|1|1|20");
	assert_int_equal(call->event, WOT__V1__CALL__EVENT__ABANDONED);
	assert_int_equal(call->wait_seconds, 50);
}

static void who_overflows_and_is_answered_waited_in_both_queues(void **state)
{
	struct reader *reader = *state;
	told(reader, "1700000000|1.1|a|NONE|ENTERQUEUE||0101234567|1");
	told(reader, "1700000030|1.1|a|NONE|EXITEMPTY|1|1|30");
	told(reader, "1700000031|1.1|b|NONE|ENTERQUEUE||0101234567|1");
	assert_int_equal(told(reader, "1700000040|1.1|b|SIP/7|CONNECT|9|1.2|5")->wait_seconds, 40);
}

static void of_a_call_that_entered_before_the_first_line_the_line_says_the_wait(void **state)
{
	struct reader *reader = *state;
	assert_int_equal(told(reader, "1700000040|1.1|b|SIP/7|CONNECT|9|1.2|5")->wait_seconds, 9);
	assert_int_equal(told(reader, "1700000040|1.3|b|NONE|ABANDON|1|2|8")->wait_seconds, 8);
	assert_false(told(reader, "1700000040|1.4|b|NONE|EXITEMPTY|1|2|x")->has_wait_seconds);
	assert_broken(reader, "1700000040|1.5|b|SIP/7|CONNECT|soon|1.2|5",
		"it does not say how long the call waited");
}

static void a_clock_that_was_set_back_makes_no_wait_below_zero(void **state)
{
	struct reader *reader = *state;
	told(reader, "1700000000|1.1|a|NONE|ENTERQUEUE||0101234567|1");
	assert_int_equal(told(reader, "1699999990|1.1|a|SIP/7|CONNECT|3|1.2|5")->wait_seconds, 0);
}

static void one_key_asks_to_be_called_back(void **state)
{
	struct reader *reader = *state;
	reader->log.callback_key = "1";
	assert_int_equal(told(reader, "1700000000|1.1|a|NONE|EXITWITHKEY|1|1|1|5")->outcome,
		WOT__V1__CALL__OUTCOME__CALLBACK);
	const Wot__V1__Call *call = told(reader, "1700000000|1.2|a|NONE|EXITWITHKEY|2|1|1|5");
	assert_false(call->has_outcome);
	assert_int_equal(call->event, WOT__V1__CALL__EVENT__TIMED_OUT);
	assert_int_equal(call->wait_seconds, 5);
	assert_false(told(reader, "1700000000|1.3|a|NONE|EXITWITHTIMEOUT|1|1|5")->has_outcome);
	reader->log.callback_key = NULL;
	assert_false(told(reader, "1700000001|1.1|a|NONE|EXITWITHKEY|1|1|1|5")->has_outcome);
}

static void a_transfer_is_counted_from_where_it_is_the_same(void **state)
{
	static const char *const lines[] = {
		"1700000000|1.1|a|SIP/7|BLINDTRANSFER|201|from-internal|12|120|1",
		"1700000000|1.1|a|SIP/7|TRANSFER|201|from-internal|12|120|1",
		"1700000000|1.1|a|SIP/7|TRANSFER|201|from-internal|12|120",
		"1700000000|1.1|a|SIP/7|ATTENDEDTRANSFER|BRIDGE|6a1c|12|120|1",
		"1700000000|1.1|a|SIP/7|ATTENDEDTRANSFER|APP|Queue|12|120|1",
		"1700000000|1.1|a|SIP/7|ATTENDEDTRANSFER|LINK|SIP/7-1|SIP/9-1|12|120|1",
		"1700000000|1.1|a|SIP/7|ATTENDEDTRANSFER|LINK|SIP/7-1|SIP/9-1|12|120|1|",
	};
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		const Wot__V1__Call *call = told(*state, lines[i]);
		assert_int_equal(call->event, WOT__V1__CALL__EVENT__ENDED);
		assert_int_equal(call->outcome, WOT__V1__CALL__OUTCOME__TRANSFERRED);
		assert_int_equal(call->talk_seconds, 120);
		assert_false(call->has_wait_seconds);
	}
}

/* As app_queue has it since 18, and as an application that writes a line by itself ends it. */
static void a_fraction_and_a_bar_at_the_end_are_allowed(void **state)
{
	struct reader *reader = *state;
	const Wot__V1__Call *call = told(
		reader, "1724852636.325817|1724852636.32|10001|NONE|ENTERQUEUE||0101234567|1|");
	assert_string_equal(call->caller, "0101234567");
	assert_int_equal(reader->read.submission->occurred_at, INT64_C(1724852636325));
	assert_string_equal(reader->read.submission->external_ref,
		"1724852636.32:ENTERQUEUE:1724852636.325817");
	told(reader, "1724852637|1724852636.32|10001|NONE|ABANDON|1|1|1\r");
	assert_passed(reader, "1724852636|1724852636.32|10001|0|STARTCALL|x|y|z|");
}

static void a_doubled_completion_has_the_ref_of_the_first(void **state)
{
	struct reader *reader = *state;
	told(reader, "1700000100|1.1|a|SIP/7|COMPLETEAGENT|12|80|1");
	const char *first = reader->read.submission->external_ref;
	assert_int_equal(
		told(reader, "1700000100|1.1|a|SIP/7|COMPLETEAGENT|12|81|1")->talk_seconds, 81);
	assert_string_equal(reader->read.submission->external_ref, first);
}

/* The consultation has an id of its own and ends under it; the call goes on under its first, where its first answer
 * stands. */
static void a_transfer_that_is_logged_under_the_other_id_leaves_the_call_its_wait(void **state)
{
	struct reader *reader = *state;
	assert_passed(reader, "1717397259|1717397243.239826|1501|NONE|DID|4957877871");
	told(reader, "1717397259|1717397243.239826|1501|NONE|ENTERQUEUE||9031396745|1");
	told(reader,
		"1717397271|1717397243.239826|1501|PJSIP/7009|CONNECT|12|1717397259.239827|11");
	assert_passed(reader, "1717397390|1717397390.239830|1509|NONE|DID|");
	assert_null(
		told(reader, "1717397390|1717397390.239830|1509|NONE|ENTERQUEUE||7009|1")->caller);
	const Wot__V1__Call *call = told(reader,
		"1717397391|1717397390.239830|1501|PJSIP/7009|ATTENDEDTRANSFER|APP|Queue|12|120|1");
	assert_string_equal(call->call_id, "1717397390.239830");
	assert_int_equal(call->talk_seconds, 120);
	call = told(reader,
		"1717397397|1717397243.239826|1509|PJSIP/7051|CONNECT|7|1717397390.239831|6");
	assert_string_equal(call->call_id, "1717397243.239826");
	assert_int_equal(call->wait_seconds, 138);
	told(reader, "1717397570|1717397243.239826|1509|PJSIP/7051|COMPLETEAGENT|7|173|1");
}

static void what_is_no_call_is_passed_over(void **state)
{
	static const char *const lines[] = {
		"1700000000|NONE|NONE|NONE|QUEUESTART|",
		"1700000000|REALTIME|a|SIP/7|ADDMEMBER|",
		"1700000000|MANAGER|a|SIP/7|PAUSE|lunch",
		"1700000000|1.1|a|SIP/7|RINGNOANSWER|15000",
		"1700000000|1.1|a|SIP/7|RINGCANCELED|3000",
		"1700000000|NONE|a|SIP/7|COMPLETEAGENT|1|2|3",
		"1700000000|1.1|a|NONE|DID|0101234567",
		"1700000000|1.1|a|NONE|INFO|TRANSFERED",
		"1700000000|1.1|a|NONE|",
	};
	for (size_t i = 0; i < sizeof lines / sizeof *lines - 1; i++)
		assert_passed(*state, lines[i]);
	assert_broken(*state, lines[sizeof lines / sizeof *lines - 1], "not five fields");
}

/* The id came again, a day later: what it waited is what its line says. */
static void a_wait_of_longer_than_one_is_kept_is_not_that_of_this_call(void **state)
{
	struct reader *reader = *state;
	told(reader, "1732700000|id-1|q|NONE|ENTERQUEUE||0612345678|1");
	const Wot__V1__Call *call = told(reader, "1732800000|id-1|q|Agent|CONNECT|12|x|3");
	assert_int_equal(call->wait_seconds, 12);
}

static void what_cannot_be_read_is_told_why_without_what_stood_there(void **state)
{
	struct reader *reader = *state;
	assert_broken(reader, "", "not five fields");
	assert_broken(reader, "1700000000|1.1|a|0612345678", "not five fields");
	assert_broken(reader, "soon|1.1|a|NONE|ABANDON|1|1|1", "no epoch");
	assert_broken(reader, "|1.1|a|NONE|ABANDON|1|1|1", "no epoch");
	assert_broken(reader, "1700000000.x|1.1|a|NONE|ABANDON|1|1|1", "no epoch");
	assert_broken(reader, "17000000000000000000|1.1|a|NONE|ABANDON|1|1|1", "no epoch");
	assert_broken(reader, "-1700000000|1.1|a|NONE|ABANDON|1|1|1", "no epoch");
	assert_broken(reader, "1420066799|1.1|a|NONE|ABANDON|1|1|1", "before 2015");
	told(reader, "1420066800|1.1|a|NONE|ABANDON|1|1|1");
	assert_broken(reader, "1700000000|1.1|\xff|NONE|ABANDON|1|1|1", "not a text in UTF-8");
	assert_int_equal(queue_log_read(&reader->log, "1700000000|1.1|a\0b|NONE|ABANDON|1|1|1", 34,
				 &reader->arena, &reader->read),
		PHONE_BROKEN);
	auto_free char *line = malloc(PHONE_LINE_MAX + 2);
	assert_non_null(line);
	memset(line, 'x', PHONE_LINE_MAX + 1);
	line[PHONE_LINE_MAX + 1] = '\0';
	memcpy(line, "1700000000|1.1|a|NONE|INFO|", 27);
	assert_broken(reader, line, "longer than 4 KiB");
	line[PHONE_LINE_MAX] = '\0';
	assert_passed(reader, line);
}

static void other_characters_of_a_queue_become_dashes(void **state)
{
	struct reader *reader = *state;
	assert_string_equal(
		told(reader, "1700000000|pbx 1-1.1|Zo\xc3\xab's hulp|NONE|ABANDON|1|1|1")->queue,
		"Zo---s-hulp");
	assert_string_equal(reader->read.submission->body->call->call_id, "pbx-1-1.1");
}

static void what_is_too_long_goes_by_its_hash(void **state)
{
	struct reader *reader = *state;
	told(reader,
		"1700000000.123456|pbx-schiedam-centrum-1700000000.1234|a|NONE|ENTERQUEUE||x|1");
	const char *ref = reader->read.submission->external_ref;
	assert_int_equal(strlen(ref), 43);
	assert_memory_equal(ref, "ql:", 3);
	const Wot__V1__Call *call = told(reader,
		"1700000000|a-name-of-a-telephone-system-that-goes-on-and-on-and-on-1700000000.1|a|"
		"NONE|ENTERQUEUE||x|1");
	assert_memory_equal(call->call_id, "ql:", 3);
	assert_int_equal(strlen(call->call_id), 43);
}

static void an_extension_or_a_word_is_no_caller(void **state)
{
	assert_null(told(*state, "1700000000|1.1|a|NONE|ENTERQUEUE||anonymous|1")->caller);
	assert_null(told(*state, "1700000000|1.2|a|NONE|ENTERQUEUE||7009|1")->caller);
	assert_null(told(*state, "1700000000|1.3|a|NONE|ENTERQUEUE||14010|1")->caller);
	assert_null(told(*state, "1700000000|1.4|a|NONE|ENTERQUEUE||")->caller);
	assert_null(told(*state, "1700000000|1.5|a|NONE|ENTERQUEUE")->caller);
	assert_string_equal(
		told(*state, "1700000000|1.6|a|NONE|ENTERQUEUE|https://x|+31101234567|1")->caller,
		"+31101234567");
}

static void a_wait_is_forgotten_after_four_hours_and_beyond_ten_thousand(void **state)
{
	struct reader *reader = *state;
	told(reader, "1700000000|1.1|a|NONE|ENTERQUEUE||x|1");
	told(reader, "1700014400|1.2|a|NONE|ENTERQUEUE||x|1");
	assert_int_equal(
		told(reader, "1700014400|1.1|a|SIP/7|CONNECT|9|1.2|5")->wait_seconds, 14400);
	told(reader, "1700014401|1.3|a|NONE|ENTERQUEUE||x|1");
	assert_int_equal(told(reader, "1700014402|1.1|a|SIP/7|CONNECT|9|1.2|5")->wait_seconds, 9);
	for (int i = 0; i < WAITS_MAX + 5; i++) {
		char line[80];
		snprintf(line, sizeof line, "1700014402|2.%d|a|NONE|ENTERQUEUE||x|1", i);
		told(reader, line);
		arena_reset(&reader->arena);
	}
	assert_int_equal(HASH_COUNT(reader->log.waits.first), WAITS_MAX);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, on_setup, on_teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_call_that_is_answered_is_three_submissions),
		TEST(who_is_lost_waited_since_the_first_queue),
		TEST(who_overflows_and_is_answered_waited_in_both_queues),
		TEST(of_a_call_that_entered_before_the_first_line_the_line_says_the_wait),
		TEST(a_clock_that_was_set_back_makes_no_wait_below_zero),
		TEST(one_key_asks_to_be_called_back),
		TEST(a_transfer_is_counted_from_where_it_is_the_same),
		TEST(a_fraction_and_a_bar_at_the_end_are_allowed),
		TEST(a_doubled_completion_has_the_ref_of_the_first),
		TEST(a_transfer_that_is_logged_under_the_other_id_leaves_the_call_its_wait),
		TEST(what_is_no_call_is_passed_over),
		TEST(a_wait_of_longer_than_one_is_kept_is_not_that_of_this_call),
		TEST(what_cannot_be_read_is_told_why_without_what_stood_there),
		TEST(other_characters_of_a_queue_become_dashes),
		TEST(what_is_too_long_goes_by_its_hash),
		TEST(an_extension_or_a_word_is_no_caller),
		TEST(a_wait_is_forgotten_after_four_hours_and_beyond_ten_thousand),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
