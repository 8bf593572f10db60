/* daemon.def is read by many who take for granted what it must say. */
#include "lib/daemon.h"

#include "config/config.h"
#include "proto/door.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
// clang-format on
#include <string.h>

static void what_a_daemon_reads_is_the_log_of_another_in_the_order_of_the_table(void **state)
{
	(void)state;
	for (int i = 0; i < DAEMON_COUNT; i++) {
		int before = -1;
		for (const char *const *feed = daemon_rows[i].feeds; *feed; feed++) {
			int stream = stream_find(*feed), writer = daemon_find(*feed);
			assert_true(stream > before);
			assert_true(writer >= 0 && writer != i && daemon_rows[writer].has_log);
			before = stream;
		}
	}
	assert_int_equal(stream_find("aggregate"), -1);
	assert_int_equal(daemon_find("Case"), -1);
	assert_int_equal(daemon_find(""), -1);
}

static void a_feed_that_is_set_is_found_under_its_own_stream(void **state)
{
	(void)state;
	struct config config;
	config_defaults(&config);
	strcpy(config.intake_feed, "tcp://a:1");
	strcpy(config.triage_feed, "tcp://b:2");
	assert_string_equal(config_feed(&config, STREAM_INTAKE), "tcp://a:1");
	assert_string_equal(config_feed(&config, STREAM_TRIAGE), "tcp://b:2");
	assert_string_equal(config_feed(&config, STREAM_CASE), "");
}

static void whoever_has_a_door_has_rows_of_doors_and_nobody_else(void **state)
{
	(void)state;
	for (int i = 0; i < DAEMON_COUNT; i++) {
		size_t at = 0;
		const struct door *door = door_next(daemon_rows[i].name, &at);
		assert_int_equal(door != NULL, daemon_rows[i].has_door);
		assert_true(!door || door->has_case == daemon_rows[i].has_cases);
	}
}

static void whoever_has_pages_has_an_origin_of_its_own_to_set(void **state)
{
	(void)state;
	struct config config;
	config_defaults(&config);
	strcpy(config.pages_case, "http://a:1");
	assert_string_equal(config_pages(&config, DAEMON_CASE), "http://a:1");
	assert_string_equal(config_pages(&config, DAEMON_TRIAGE), "");
	assert_string_equal(config_pages(&config, DAEMON_INTAKE), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			what_a_daemon_reads_is_the_log_of_another_in_the_order_of_the_table),
		cmocka_unit_test(a_feed_that_is_set_is_found_under_its_own_stream),
		cmocka_unit_test(whoever_has_pages_has_an_origin_of_its_own_to_set),
		cmocka_unit_test(whoever_has_a_door_has_rows_of_doors_and_nobody_else),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
