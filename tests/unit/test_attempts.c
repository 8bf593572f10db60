/* Who fails too often waits a minute; nobody makes another wait, and there is an end to what is kept. */
#include "web/attempts.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on
#include <stdio.h>
#include <string.h>

static struct attempts attempts;

static int clean(void **state)
{
	(void)state;
	attempts = (struct attempts){0};
	return 0;
}

static struct attempts_address address(const char *peer)
{
	return attempts_address_of(peer, NULL, "");
}

static void fail_at(const char *peer, unsigned times, int64_t now_ms)
{
	const struct attempts_address from = address(peer);
	for (unsigned i = 0; i < times; i++)
		attempts_failed(&attempts, &from, now_ms);
}

static bool waits(const char *peer, int64_t now_ms)
{
	const struct attempts_address from = address(peer);
	return attempts_wait(&attempts, &from, now_ms);
}

static void after_five_failures_one_waits_a_minute(void **state)
{
	(void)state;
	fail_at("192.0.2.1", 4, 1000);
	assert_false(waits("192.0.2.1", 1000));
	fail_at("192.0.2.1", 1, 2000);
	assert_true(waits("192.0.2.1", 2000));
	assert_true(waits("192.0.2.1", 61999));
	assert_false(waits("192.0.2.1", 62000));
	assert_false(waits("192.0.2.2", 2000));
	fail_at("192.0.2.1", 4, 62000); /* counted from one again */
	assert_false(waits("192.0.2.1", 62000));
}

static void who_fails_now_and_then_never_waits(void **state)
{
	(void)state;
	for (int64_t at = 0; at < 20; at++)
		fail_at("192.0.2.1", 1, at * ATTEMPTS_WAIT_MS);
	assert_false(waits("192.0.2.1", 20 * ATTEMPTS_WAIT_MS));
}

static void success_forgets_what_failed(void **state)
{
	(void)state;
	const struct attempts_address from = address("192.0.2.1");
	fail_at("192.0.2.1", 4, 0);
	attempts_succeeded(&attempts, &from);
	fail_at("192.0.2.1", 4, 0);
	assert_false(waits("192.0.2.1", 0));
}

static void who_failed_longest_ago_makes_room(void **state)
{
	(void)state;
	char peer[32];
	for (unsigned i = 0; i < ATTEMPTS_ROOM; i++) {
		snprintf(peer, sizeof peer, "10.0.%u.%u", i / 256, i % 256);
		fail_at(peer, 5, i);
	}
	assert_true(waits("10.0.0.0", 1000));
	fail_at("192.0.2.1", 1, 2000);
	assert_false(waits("10.0.0.0", 2000));
	assert_true(waits("10.0.0.1", 2000));
}

static void assert_from(
	const char *peer, const char *forwarded, const char *trusted, const char *expected)
{
	const struct attempts_address is = attempts_address_of(peer, forwarded, trusted),
				      should = address(expected);
	assert_memory_equal(&is, &should, sizeof is);
}

static void a_header_says_who_it_is_only_where_a_trusted_proxy_wrote_it(void **state)
{
	(void)state;
	assert_from("127.0.0.1", "192.0.2.1", "", "127.0.0.1");
	assert_from("127.0.0.1", "192.0.2.1", "127.0.0.1", "192.0.2.1");
	assert_from("127.0.0.1", "192.0.2.1", "10.0.0.1, 127.0.0.1", "192.0.2.1");
	assert_from("127.0.0.1", "192.0.2.1", "10.0.0.1,127.0.0.11", "127.0.0.1");
	assert_from("127.0.0.1", "10.1.1.1, 10.1.1.2 ,  192.0.2.1 ", "127.0.0.1", "192.0.2.1");
	assert_from("127.0.0.1", "192.0.2.1, nobody", "127.0.0.1", "127.0.0.1");
	assert_from("127.0.0.1", "192.0.2.1,", "127.0.0.1", "127.0.0.1");
	assert_from("127.0.0.1", "", "127.0.0.1", "127.0.0.1");
	assert_from("127.0.0.1", NULL, "127.0.0.1", "127.0.0.1");
	assert_from("::1", "2001:db8::1", "127.0.0.1,::1", "2001:db8::1");
	assert_from("::ffff:127.0.0.1", "192.0.2.1", "127.0.0.1", "192.0.2.1");
	assert_from("", "192.0.2.1", "127.0.0.1", "");
}

static void of_ipv6_a_whole_network_counts_as_one(void **state)
{
	(void)state;
	fail_at("2001:db8:0:1::1", 5, 0);
	assert_true(waits("2001:db8:0:1:ffff::2", 0));
	assert_false(waits("2001:db8:0:2::1", 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(after_five_failures_one_waits_a_minute, clean),
		cmocka_unit_test_setup(who_fails_now_and_then_never_waits, clean),
		cmocka_unit_test_setup(success_forgets_what_failed, clean),
		cmocka_unit_test_setup(who_failed_longest_ago_makes_room, clean),
		cmocka_unit_test(a_header_says_who_it_is_only_where_a_trusted_proxy_wrote_it),
		cmocka_unit_test_setup(of_ipv6_a_whole_network_counts_as_one, clean),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
