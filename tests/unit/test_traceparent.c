/*
 * traceparent as W3C Trace Context level 1 and 2 write it: what is malformed is ignored, for a trace that is
 * guessed at joins what does not belong together.
 */
#include "proto/traceparent.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <string.h>

#define TRACE "4bf92f3577b34da6a3ce929d0e0e4736"
#define SPAN "00f067aa0ba902b7"

static void the_trace_and_the_span_are_read(void **state)
{
	(void)state;
	static const uint8_t expected[TRACE_LEN] = {0x4b, 0xf9, 0x2f, 0x35, 0x77, 0xb3, 0x4d, 0xa6,
		0xa3, 0xce, 0x92, 0x9d, 0x0e, 0x0e, 0x47, 0x36, 0x00, 0xf0, 0x67, 0xaa, 0x0b, 0xa9,
		0x02, 0xb7};
	static const char *const good[] = {"00-" TRACE "-" SPAN "-01", "00-" TRACE "-" SPAN "-00",
		"00-" TRACE "-" SPAN "-ff", "01-" TRACE "-" SPAN "-01",
		"fe-" TRACE "-" SPAN "-01-more", "cc-" TRACE "-" SPAN "-01-"};
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		uint8_t out[TRACE_LEN] = {0};
		assert_true(traceparent_read(good[i], out));
		assert_memory_equal(out, expected, sizeof out);
	}
}

static void what_is_malformed_is_ignored_and_leaves_nothing(void **state)
{
	(void)state;
	static const char *const bad[] = {"", "00", "00-", "00-" TRACE, "00-" TRACE "-" SPAN,
		"00-" TRACE "-" SPAN "-", "00-" TRACE "-" SPAN "-1", "00-" TRACE "-" SPAN "-01-",
		"00-" TRACE "-" SPAN "-01-more", "00-" TRACE "-" SPAN "-011",
		"cc-" TRACE "-" SPAN "-01.more", "ff-" TRACE "-" SPAN "-01",
		"0x-" TRACE "-" SPAN "-01", "00-" TRACE "-" SPAN "-0X", "00_" TRACE "-" SPAN "-01",
		"00-" TRACE "_" SPAN "-01", "00-" TRACE "-" SPAN "_01",
		"00-00000000000000000000000000000000-" SPAN "-01",
		"00-" TRACE "-0000000000000000-01",
		"00-4BF92F3577B34DA6A3CE929D0E0E4736-" SPAN "-01",
		"00-" TRACE "-00F067AA0BA902B7-01", " 00-" TRACE "-" SPAN "-01",
		"00-" TRACE "-" SPAN "-01 ", "00-4bf92f3577b34da6a3ce929d0e0e473-" SPAN "-01-"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		uint8_t out[TRACE_LEN], before[TRACE_LEN];
		memset(out, 7, sizeof out);
		memcpy(before, out, sizeof out);
		if (traceparent_read(bad[i], out))
			fail_msg("%s", bad[i]);
		assert_memory_equal(out, before, sizeof out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_trace_and_the_span_are_read),
		cmocka_unit_test(what_is_malformed_is_ignored_and_leaves_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
