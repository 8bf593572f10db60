/* What is told of how things stand: what changed, once, and all of it to who comes later. */
#include "lib/live.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>
// clang-format on

static void say(struct live *live, const char *kind, const char *name, const char *stands)
{
	if (live_is_news(live, kind, name, stands))
		live_tell(live, stands);
}

static void expect_taken(struct live *live, const char *wanted)
{
	auto_buf struct buf news = {0};
	live_take(live, &news);
	assert_string_equal(news.len ? news.data : "", wanted);
}

static void what_changed_is_told_once(void **state)
{
	(void)state;
	struct live *live = live_new();
	expect_taken(live, "");
	say(live, "kpi", "a", "1");
	say(live, "deel", "a", "x");
	expect_taken(live, "event: kpi\ndata: 1\n\nevent: deel\ndata: x\n\n");
	say(live, "kpi", "a", "1");
	say(live, "deel", "a", "x");
	expect_taken(live, "");
	say(live, "kpi", "a", "2");
	say(live, "kpi", "a", "1");
	say(live, "deel", "a", "x");
	expect_taken(live, "event: kpi\ndata: 2\n\nevent: kpi\ndata: 1\n\n");
	live_free(&live);
}

static void order_is_nobodys_concern(void **state)
{
	(void)state;
	static const char *const names[] = {"a", "b", "c", "d", "e"};
	struct live *live = live_new();
	for (size_t i = 0; i < 5; i++)
		say(live, "kpi", names[i], "1");
	expect_taken(live, "event: kpi\ndata: 1\n\nevent: kpi\ndata: 1\n\nevent: kpi\ndata: 1\n\n"
			   "event: kpi\ndata: 1\n\nevent: kpi\ndata: 1\n\n");
	for (size_t i = 5; i-- > 0;)
		say(live, "kpi", names[i], i == 2 ? "2" : "1");
	expect_taken(live, "event: kpi\ndata: 2\n\n");
	live_free(&live);
}

static void who_comes_later_hears_all_as_it_was_told_last(void **state)
{
	(void)state;
	struct live *live = live_new();
	auto_buf struct buf all = {0};
	live_recall(live, &all);
	assert_int_equal(all.len, 0);
	say(live, "kpi", "a", "1");
	say(live, "kpi", "b", "1");
	say(live, "kpi", "a", "2");
	live_recall(live, &all);
	assert_string_equal(all.data, "event: kpi\ndata: 2\n\nevent: kpi\ndata: 1\n\n");
	live_free(&live);
	live_free(&live);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_changed_is_told_once),
		cmocka_unit_test(order_is_nobodys_concern),
		cmocka_unit_test(who_comes_later_hears_all_as_it_was_told_last),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
