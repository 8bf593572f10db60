/* mod_callcenter's events, a line of JSON each, and what each comes to. */
#include "phone/freeswitch.h"

#include "lib/clean.h"
#include "lib/fault.h"
#include "proto/submission.h"
#include <sodium.h>
#include <string.h>

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on

#define UUID "414a9b82-c8fd-49f0-a97f-3d83d6f3671d"
/* What all events have; the rest of one follows. */
#define EVENT                                                                                      \
	"{\"Event-Name\":\"CUSTOM\",\"Event-Subclass\":\"callcenter::info\","                      \
	"\"Event-Date-Timestamp\":\"1717397259123456\",\"CC-Queue\":\"support@default\","          \
	"\"CC-Member-UUID\":\"6f3cbada-ffd6-428d-aa61-ee783ddad25b\","                             \
	"\"CC-Member-Session-UUID\":\"" UUID "\",\"CC-Member-CID-Name\":\"Jan Jansen\","           \
	"\"CC-Member-CID-Number\":\"0101234567\","

static struct arena arena;
static struct phone_read last;

static int on_teardown(void **state)
{
	(void)state;
	arena_done(&arena);
	return 0;
}

static const Wot__V1__Call *told(const char *line)
{
	last = (struct phone_read){0};
	enum phone_line what = freeswitch_read(line, strlen(line), &arena, &last);
	if (what != PHONE_TOLD)
		fail_msg("%s: %s", line, what == PHONE_BROKEN ? last.reason : "passed over");
	struct faults faults = {.arena = &arena};
	submission_check(last.submission, INT64_C(1900000000000), &faults);
	if (faults.count)
		fail_msg("%s: %s %s", line, faults.items[0].pointer, faults.items[0].detail);
	return last.submission->body->call;
}

static void assert_passed(const char *line)
{
	assert_int_equal(freeswitch_read(line, strlen(line), &arena, &last), PHONE_PASSED);
}

static void assert_broken(const char *line, const char *reason)
{
	assert_int_equal(freeswitch_read(line, strlen(line), &arena, &last), PHONE_BROKEN);
	assert_string_equal(last.reason, reason);
}

static void who_enters_a_queue_is_known_by_the_session_and_the_number(void **state)
{
	(void)state;
	const Wot__V1__Call *call = told(EVENT "\"CC-Action\":\"member-queue-start\"}");
	assert_string_equal(call->call_id, UUID);
	assert_string_equal(call->queue, "support-default");
	assert_string_equal(call->caller, "0101234567");
	assert_int_equal(call->event, WOT__V1__CALL__EVENT__ENTERED);
	assert_int_equal(last.submission->occurred_at, INT64_C(1717397259123));
	assert_string_equal(last.submission->external_ref, UUID ":ENTERED:1717397259");
	assert_int_equal(told(EVENT "\"CC-Action\":\"member-queue-resume\"}")->event,
		WOT__V1__CALL__EVENT__ENTERED);
}

static void an_answer_says_how_long_the_call_waited_and_an_end_how_long_it_took(void **state)
{
	(void)state;
	const Wot__V1__Call *call = told(EVENT "\"CC-Action\":\"bridge-agent-start\","
					       "\"CC-Agent-Answered-Time\":\"1717397269\","
					       "\"CC-Member-Joined-Time\":\"1717397259\"}");
	assert_int_equal(call->event, WOT__V1__CALL__EVENT__ANSWERED);
	assert_int_equal(call->wait_seconds, 10);
	assert_null(call->caller);
	assert_int_equal(last.submission->occurred_at, INT64_C(1717397269000));
	call = told(EVENT "\"CC-Action\":\"bridge-agent-end\","
			  "\"CC-Agent-Answered-Time\":\"1717397269\","
			  "\"CC-Bridge-Terminated-Time\":\"1717397299\"}");
	assert_int_equal(call->event, WOT__V1__CALL__EVENT__ENDED);
	assert_int_equal(call->talk_seconds, 30);
	assert_false(call->has_wait_seconds);
}

#define END                                                                                        \
	EVENT "\"CC-Action\":\"member-queue-end\",\"CC-Member-Joined-Time\":\"1717397259\","       \
	      "\"CC-Member-Leaving-Time\":\"1717397289\","

static void who_hangs_up_is_abandoned_and_whom_the_queue_lets_go_timed_out(void **state)
{
	(void)state;
	static const char *const abandoned[] = {END "\"CC-Cause\":\"Cancel\"}",
		END "\"CC-Cause\":\"Cancel\",\"CC-Cancel-Reason\":\"NONE\"}",
		END "\"CC-Cause\":\"Cancel\",\"CC-Cancel-Reason\":\"BREAK_OUT\"}"};
	static const char *const timed_out[] = {END
		"\"CC-Cause\":\"Cancel\",\"CC-Cancel-Reason\":\"TIMEOUT\"}",
		END "\"CC-Cause\":\"Cancel\",\"CC-Cancel-Reason\":\"NO_AGENT_TIMEOUT\"}",
		END "\"CC-Cause\":\"Cancel\",\"CC-Cancel-Reason\":\"EXIT_WITH_KEY\"}",
		END "\"CC-Cause\":\"Failed\"}"};
	for (size_t i = 0; i < sizeof abandoned / sizeof *abandoned; i++) {
		assert_int_equal(told(abandoned[i])->event, WOT__V1__CALL__EVENT__ABANDONED);
		assert_int_equal(last.submission->body->call->wait_seconds, 30);
	}
	for (size_t i = 0; i < sizeof timed_out / sizeof *timed_out; i++) {
		assert_int_equal(told(timed_out[i])->event, WOT__V1__CALL__EVENT__TIMED_OUT);
		assert_int_equal(last.submission->body->call->wait_seconds, 30);
	}
	assert_passed(END "\"CC-Cause\":\"Terminated\"}");
}

static void what_is_no_call_is_passed_over(void **state)
{
	(void)state;
	assert_passed("{}");
	assert_passed(EVENT "\"CC-Action\":\"agent-offering\"}");
	assert_passed(EVENT "\"CC-Action\":\"bridge-agent-fail\"}");
	assert_passed(EVENT "\"CC-Action\":\"members-count\"}");
	assert_passed(EVENT "\"CC-Action\":[\"member-queue-start\"]}");
}

static void what_cannot_be_read_is_told_why_without_what_stood_there(void **state)
{
	(void)state;
	assert_broken("", "not an object of JSON");
	assert_broken("0612345678", "not an object of JSON");
	assert_broken("[]", "not an object of JSON");
	assert_broken("{\"CC-Action\":\"member-queue-start\"}", "no CC-Member-Session-UUID");
	assert_broken("{\"CC-Action\":\"member-queue-start\",\"CC-Member-Session-UUID\":\"u\"}",
		"no instant");
	assert_broken("{\"CC-Action\":\"member-queue-start\",\"CC-Member-Session-UUID\":\"u\","
		      "\"Event-Date-Timestamp\":\"1420066799000000\"}",
		"before 2015");
	assert_broken(EVENT "\"CC-Action\":\"bridge-agent-start\"}",
		"it does not say how long the call waited");
	assert_broken(EVENT "\"CC-Action\":\"bridge-agent-start\",\"CC-Member-Joined-Time\":\"0\"}",
		"it does not say how long the call waited");
}

static void a_name_of_another_encoding_costs_no_call(void **state)
{
	(void)state;
	told(EVENT "\"CC-Agent\":\"Zo\xeb\",\"CC-Action\":\"member-queue-start\"}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_enters_a_queue_is_known_by_the_session_and_the_number),
		cmocka_unit_test(
			an_answer_says_how_long_the_call_waited_and_an_end_how_long_it_took),
		cmocka_unit_test(who_hangs_up_is_abandoned_and_whom_the_queue_lets_go_timed_out),
		cmocka_unit_test(what_is_no_call_is_passed_over),
		cmocka_unit_test(what_cannot_be_read_is_told_why_without_what_stood_there),
		cmocka_unit_test(a_name_of_another_encoding_costs_no_call),
	};
	return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, on_teardown);
}
