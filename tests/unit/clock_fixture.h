/*
 * What the tests of clocks ask of a core's log: which clock events it holds, and that they are right.
 */
#ifndef WOT_CLOCK_FIXTURE_H
#define WOT_CLOCK_FIXTURE_H

#include "core/promise.h"
#include "lib/calendar.h"
#include "tests/unit/core_harness.h"
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define WARNED WOT__V1__BODY__KIND_CLOCK_WARNED
#define BROKE WOT__V1__BODY__KIND_CLOCK_BROKE
#define WITHDRAWN WOT__V1__BODY__KIND_CLOCK_WITHDRAWN
#define HOUR_MS INT64_C(3600000)

static inline int32_t on_day(int year, int month, int day)
{
	return calendar_day((struct calendar_date){year, month, day});
}

/* From now_ms on it has a calendar without closed days and the clocks as shipped. */
static inline int clocks_configure(struct harness *h, int64_t now_ms)
{
	h->now_ms = now_ms;
	assert_int_equal(harness_configure(h, "calendar.yaml", "closed: []\n"), 0);
	return harness_configure(h, "clocks.yaml", "");
}

static inline int clocks_close(void **state)
{
	struct harness *h = *state;
	harness_close(&h);
	return 0;
}

/* Is the last input's event of that index this one of a clock, which occurred then? */
static inline void clock_is(struct harness *h, size_t index, Wot__V1__Body__KindCase kind,
	enum clock_kind promise, int32_t deadline_on, int64_t occurred_at_ms)
{
	const Wot__V1__Event *event = harness_event(h, index);
	assert_int_equal(event->body->kind_case, kind);
	const Wot__V1__Clock *clock = promise_clock(event);
	assert_non_null(clock);
	assert_int_equal(clock->kind, promise);
	assert_int_equal(clock->deadline_on, deadline_on);
	assert_true(clock->deadline_at == calendar_day_start(deadline_on + 1));
	assert_true(event->occurred_at == occurred_at_ms);
}

/* Nothing is decided at now, and nothing a second later. */
static inline void quiet_at(struct harness *h, int64_t now_ms)
{
	assert_int_equal(harness_tick(h, now_ms), 0);
	assert_int_equal(harness_tick(h, now_ms + 1000), 0);
}

/* How many of the log's clock events are of this kind, promise and subject (case or call). */
static inline unsigned clocks_of(const struct harness *h, Wot__V1__Body__KindCase kind,
	enum clock_kind promise, const char *subject)
{
	unsigned count = 0;
	for (size_t i = 0; i < h->len; i++) {
		const Wot__V1__Clock *clock = promise_clock(h->log[i]);
		if (!clock || h->log[i]->body->kind_case != kind ||
			(int)clock->kind != (int)promise)
			continue;
		const char *of = clock->call_id ? clock->call_id : h->log[i]->case_id;
		count += strcmp(of, subject) == 0;
	}
	return count;
}

/* Breaks that stand: neither withdrawn nor said twice. */
static inline unsigned breaks_of(
	const struct harness *h, enum clock_kind promise, const char *subject)
{
	unsigned broke = clocks_of(h, BROKE, promise, subject);
	unsigned withdrawn = clocks_of(h, WITHDRAWN, promise, subject);
	assert_in_range(broke - withdrawn, 0, 1);
	return broke - withdrawn;
}

/* Two logs say the same, event for event. */
static inline void logs_are_equal(const struct harness *a, const struct harness *b)
{
	assert_int_equal(a->len, b->len);
	for (size_t i = 0; i < a->len; i++) {
		auto_buf struct buf x = {0}, y = {0};
		event_pack(a->log[i], &x);
		event_pack(b->log[i], &y);
		assert_int_equal(x.len, y.len);
		assert_memory_equal(x.data, y.data, x.len);
	}
}

/* A random city of a seed writes the same log when its core is restarted at any point. */
static inline void restarts_change_nothing(
	struct harness *city_run(uint32_t seed, uint32_t *requests, bool restarts))
{
	for (uint32_t seed = 1; seed <= 6; seed++) {
		uint32_t requests;
		struct harness *through = city_run(seed, &requests, false);
		struct harness *again = city_run(seed, &requests, true);
		logs_are_equal(through, again);
		harness_close(&through);
		harness_close(&again);
	}
}

/* A number below `below`; the same for the same seed. */
static inline uint32_t clock_draw(uint32_t *seed, uint32_t below)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (*seed >> 8) % below;
}

#endif
