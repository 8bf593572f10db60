/*
 * Who hung up before being answered, or asked for it, is called back within a working day; and a phone
 * system forgets to say that a call ended, or says it twice. What is kept of a call serves these two,
 * and is gone when they are done.
 */
#include "daemons/intake/core.h"

#include "daemons/intake/enquiries.h"
#include "tests/unit/clock_fixture.h"

#define CALL(name) WOT__V1__CALL__EVENT__##name
#define CAPPED KIND(CALL_CAPPED)

/* Of April 2025 and, from 31 on, after it. Friday the 11th: the next working day is Monday the 14th. */
static int64_t begin(int day)
{
	return calendar_day_start(on_day(2025, 4, 1) + day - 1);
}

static int64_t at(int day, int hour)
{
	return begin(day) + hour * HOUR_MS;
}

static int open_with_clocks(void **state)
{
	*state = harness_open(&intake_core);
	return clocks_configure(*state, at(1, 9));
}

/* ---- what is put in ---- */

static Wot__V1__Call *call_make(struct harness *h, const char *id, Wot__V1__Call__Event event)
{
	Wot__V1__Call *call = (void *)message_new(&wot__v1__call__descriptor, &h->arena);
	call->call_id = arena_strdup(&h->arena, id);
	call->queue = arena_strdup(&h->arena, "wot");
	call->event = event;
	return call;
}

/* Its caller's hash begins with that letter; 0: no caller is known. */
static void call_at(
	struct harness *h, int64_t at_ms, const char *id, Wot__V1__Call__Event event, char caller)
{
	Wot__V1__Call *call = call_make(h, id, event);
	if (caller) {
		call->has_caller_hash = true;
		call->caller_hash.len = 16;
		call->caller_hash.data = arena_alloc(&h->arena, 16);
		call->caller_hash.data[0] = (uint8_t)caller;
	}
	assert_int_equal(harness_submit(h, "rogplus",
				 harness_submission(h, "c", at_ms, NULL, KIND(CALL), call)),
		0);
}

/* It happens now. */
static void call(
	struct harness *h, int64_t now_ms, const char *id, Wot__V1__Call__Event event, char caller)
{
	h->now_ms = now_ms;
	call_at(h, now_ms, id, event, caller);
}

static void call_asks(struct harness *h, int64_t now_ms, const char *id)
{
	h->now_ms = now_ms;
	Wot__V1__Call *asked = call_make(h, id, CALL(ENDED));
	asked->has_outcome = true;
	asked->outcome = WOT__V1__CALL__OUTCOME__CALLBACK;
	assert_int_equal(harness_submit(h, "rogplus",
				 harness_submission(h, "c", now_ms, NULL, KIND(CALL), asked)),
		0);
}

static void called_back(struct harness *h, int64_t at_ms, const char *id, bool reached)
{
	Wot__V1__Callback *callback =
		(void *)message_new(&wot__v1__callback__descriptor, &h->arena);
	callback->call_id = arena_strdup(&h->arena, id);
	callback->reached = reached;
	assert_int_equal(harness_submit(h, "rogplus",
				 harness_submission(h, "b", at_ms, NULL, KIND(CALLBACK), callback)),
		0);
}

static uint32_t kept(struct harness *h)
{
	return calls_count(&((const struct enquiries *)h->state)->calls);
}

/* ---- callbacks ---- */

static void who_hung_up_is_called_back_within_a_working_day(void **state)
{
	struct harness *h = *state;
	call(h, at(11, 10), "1", CALL(ENTERED), 'a');
	call(h, at(11, 10) + 60000, "1", CALL(ABANDONED), 0);
	quiet_at(h, begin(14) - 2000);
	assert_int_equal(harness_tick(h, begin(14)), 1);
	clock_is(h, 0, WARNED, CLOCK_CALLBACK, on_day(2025, 4, 14), begin(14));
	assert_string_equal(promise_clock(harness_event(h, 0))->call_id, "1");
	assert_string_equal(harness_event(h, 0)->client, "rogplus");
	assert_null(harness_event(h, 0)->case_id);
	assert_true(harness_event(h, 0)->has_legal_basis);
	quiet_at(h, begin(15) - 2000);
	assert_int_equal(harness_tick(h, begin(15)), 1);
	clock_is(h, 0, BROKE, CLOCK_CALLBACK, on_day(2025, 4, 14), begin(15));
	quiet_at(h, at(30, 1));
}

/* The queue gave up, or the caller left it by a key: nobody spoke to them either way. */
static void who_timed_out_is_called_back_as_who_hung_up_is(void **state)
{
	struct harness *h = *state;
	call(h, at(11, 10), "1", CALL(ENTERED), 'a');
	call(h, at(11, 10) + 60000, "1", CALL(TIMED_OUT), 0);
	call(h, at(11, 10), "2", CALL(TIMED_OUT), 'b');
	call(h, at(11, 12), "3", CALL(ANSWERED), 'b');
	call(h, at(11, 13), "3", CALL(ENDED), 0);
	quiet_at(h, begin(14) - 2000); /* no end is missing */
	assert_int_equal(harness_tick(h, begin(14)), 1);
	assert_string_equal(promise_clock(harness_event(h, 0))->call_id, "1");
	called_back(h, at(14, 10), "1", true);
	quiet_at(h, begin(20));
}

static void a_callback_settles_all_that_its_caller_had_open(void **state)
{
	struct harness *h = *state;
	call(h, at(11, 10), "1", CALL(ABANDONED), 'a');
	call(h, at(11, 11), "2", CALL(ABANDONED), 'a');
	call(h, at(11, 11), "3", CALL(ABANDONED), 'b');
	called_back(h, at(11, 12), "1", true);
	call(h, at(11, 13), "4", CALL(ABANDONED), 'a');
	quiet_at(h, begin(14) - 2000);
	assert_int_equal(harness_tick(h, begin(15)), 2);
	assert_int_equal(breaks_of(h, CLOCK_CALLBACK, "1") + breaks_of(h, CLOCK_CALLBACK, "2"), 0);
	assert_int_equal(breaks_of(h, CLOCK_CALLBACK, "3") + breaks_of(h, CLOCK_CALLBACK, "4"), 2);
}

static void a_callback_that_reached_nobody_is_none(void **state)
{
	struct harness *h = *state;
	call(h, at(11, 10), "1", CALL(ABANDONED), 0);
	call(h, at(11, 10), "2", CALL(ABANDONED), 0);
	call_asks(h, at(11, 11), "3");
	call_asks(h, at(11, 11), "4");
	h->now_ms = at(14, 16);
	called_back(h, at(14, 16), "1", true);
	called_back(h, at(14, 16), "2", false);
	called_back(h, at(14, 16), "3", true);
	called_back(h, at(15, 0), "4", true);
	assert_int_equal(harness_tick(h, begin(15)), 2);
	assert_string_equal(promise_clock(harness_event(h, 0))->call_id, "2");
	assert_string_equal(promise_clock(harness_event(h, 1))->call_id, "4");
}

static void who_calls_again_that_day_and_is_answered_needs_none(void **state)
{
	struct harness *h = *state;
	call(h, at(11, 9), "0", CALL(ANSWERED),
		'b'); /* answered before, and then hung up: is owed one */
	call(h, at(11, 10), "1", CALL(ENTERED), 'a');
	call(h, at(11, 11), "1", CALL(ABANDONED), 0);
	call(h, at(11, 11), "2", CALL(ABANDONED), 'b');
	call(h, at(11, 11), "3", CALL(ABANDONED), 'c');
	call(h, at(11, 11), "4", CALL(ABANDONED), 0);
	call(h, at(11, 12), "5", CALL(ENTERED), 'a');
	call(h, at(11, 13), "5", CALL(ANSWERED), 0);
	call(h, at(12, 9), "6", CALL(ANSWERED), 'c'); /* on another day */
	for (char id[] = "0"; id[0] < '7'; id[0]++)
		call(h, at(12, 10), id, CALL(ENDED), 0);
	assert_int_equal(harness_tick(h, begin(15)), 3);
	for (size_t i = 0; i < 3; i++)
		assert_string_not_equal(promise_clock(harness_event(h, i))->call_id, "1");
}

/* Events of one call come in any order when they are sent by many. */
static void the_order_in_which_it_is_told_does_not_matter(void **state)
{
	struct harness *h = *state;
	h->now_ms = at(11, 18);
	called_back(h, at(11, 17), "1", true);
	call_at(h, at(11, 12), "1", CALL(ABANDONED), 0);
	call_at(h, at(11, 13), "3", CALL(ENDED), 0);
	call_at(h, at(11, 12), "3", CALL(ANSWERED), 0);
	call_at(h, at(11, 10), "2", CALL(ABANDONED), 0);
	call_at(h, at(11, 11), "3", CALL(ENTERED), 'a');
	call_at(h, at(11, 9), "2", CALL(ENTERED), 'a');
	quiet_at(h, at(20, 1));
}

static void an_answer_that_comes_in_late_withdraws_the_break(void **state)
{
	struct harness *h = *state;
	call(h, at(11, 10), "1", CALL(ABANDONED), 'a');
	call(h, at(11, 10), "2", CALL(ABANDONED), 'b');
	call(h, at(11, 10), "3", CALL(ABANDONED), 0);
	assert_int_equal(harness_tick(h, begin(15)), 3);
	h->now_ms = at(25, 10);
	call_at(h, at(11, 11), "4", CALL(ANSWERED), 'a');
	call_at(h, at(11, 11), "4", CALL(ENDED), 'a');
	called_back(h, at(14, 11), "2", true);
	call_at(h, at(11, 10), "3", CALL(ANSWERED), 0);
	call_at(h, at(11, 10), "3", CALL(ENDED), 0);
	assert_int_equal(harness_tick(h, at(25, 11)), 3);
	for (size_t i = 0; i < 3; i++)
		clock_is(h, i, WITHDRAWN, CLOCK_CALLBACK, on_day(2025, 4, 14), at(25, 11));
	quiet_at(h, at(26, 1));
}

static void one_phone_centres_call_is_not_anothers(void **state)
{
	struct harness *h = *state;
	call(h, at(11, 10), "1", CALL(ABANDONED), 0);
	Wot__V1__Callback *callback =
		(void *)message_new(&wot__v1__callback__descriptor, &h->arena);
	callback->call_id = arena_strdup(&h->arena, "1");
	callback->reached = true;
	assert_int_equal(
		harness_submit(h, "other",
			harness_submission(h, "b", at(11, 11), NULL, KIND(CALLBACK), callback)),
		0);
	assert_int_equal(harness_tick(h, begin(15)), 1);
}

static void the_past_that_is_imported_stays_silent(void **state)
{
	struct harness *h = *state;
	h->now_ms = begin(15);
	call_at(h, at(11, 10), "1", CALL(ABANDONED), 0);
	call_at(h, at(14, 10), "2", CALL(ABANDONED), 0);
	quiet_at(h, begin(16) - 2000);
	assert_int_equal(harness_tick(h, begin(16)), 1);
	assert_string_equal(promise_clock(harness_event(h, 0))->call_id, "2");
}

static void what_broke_while_we_were_down_is_recorded_at_its_deadline(void **state)
{
	struct harness *h = *state;
	call(h, at(11, 10), "1", CALL(ABANDONED), 0);
	harness_restart(h);
	assert_int_equal(harness_tick(h, at(28, 10)), 1);
	clock_is(h, 0, BROKE, CLOCK_CALLBACK, on_day(2025, 4, 14), begin(15));
	harness_restart(h);
	quiet_at(h, at(29, 10));
}

static void a_closing_day_moves_a_deadline_to_come(void **state)
{
	struct harness *h = *state;
	call(h, at(11, 10), "1", CALL(ABANDONED), 0);
	assert_int_equal(harness_configure(h, "calendar.yaml", "closed: [2025-04-14]"), 0);
	quiet_at(h, at(14, 12));
	assert_int_equal(harness_tick(h, begin(16)), 1);
	clock_is(h, 0, BROKE, CLOCK_CALLBACK, on_day(2025, 4, 15), begin(16));
}

/* ---- calls without an end ---- */

static void a_call_that_never_ends_is_over_at_the_cap(void **state)
{
	struct harness *h = *state;
	call(h, at(11, 10), "1", CALL(ENTERED), 0);
	call(h, at(11, 10) + 5000, "1", CALL(ANSWERED), 0);
	call(h, at(11, 10), "2", CALL(ENTERED), 0);
	call(h, at(11, 13), "2", CALL(ENDED), 0);
	quiet_at(h, at(11, 14) - 2000);
	assert_int_equal(harness_tick(h, at(11, 14) + 400), 1);
	const Wot__V1__Event *capped = harness_event(h, 0);
	assert_int_equal(capped->body->kind_case, CAPPED);
	assert_string_equal(capped->body->call_capped->call_id, "1");
	assert_int_equal(capped->body->call_capped->cap_hours, 4);
	assert_true(capped->occurred_at == at(11, 14));
	assert_string_equal(capped->client, "rogplus");
	quiet_at(h, at(11, 20));
	call(h, at(11, 21), "1", CALL(ENDED), 0); /* its end came in after all, twice */
	call(h, at(11, 21), "1", CALL(ENDED), 0);
	quiet_at(h, at(12, 20));
}

/* Of an import the end may be on its way: it is given as long after the first that came in. */
static void what_came_in_late_is_given_time_for_its_end(void **state)
{
	struct harness *h = *state;
	h->now_ms = at(20, 10);
	call_at(h, at(2, 10), "1", CALL(ENTERED), 0);
	call_at(h, at(2, 10), "2", CALL(ENTERED), 0);
	quiet_at(h, at(20, 10) + 1000);
	call_at(h, at(2, 11), "1", CALL(ENDED), 0);
	quiet_at(h, at(20, 14) - 2000);
	assert_int_equal(harness_tick(h, at(20, 14)), 1);
	assert_true(harness_event(h, 0)->occurred_at == at(2, 14));
}

/* Then it waits for nobody, and its figure need not wait for the cap. */
static void what_comes_in_when_it_was_over_says_when_that_was(void **state)
{
	struct harness *h = *state;
	const Wot__V1__Call *told;
	call(h, at(11, 10), "1", CALL(ENTERED), 0);
	told = harness_event(h, 0)->body->call;
	assert_false(told->has_capped_at);
	h->now_ms = at(11, 14);
	call_at(h, at(11, 10) + 1, "2", CALL(ENTERED), 0);
	assert_false(harness_event(h, 0)->body->call->has_capped_at);
	call_at(h, at(11, 10), "3", CALL(ENTERED), 0);
	told = harness_event(h, 0)->body->call;
	assert_true(told->has_capped_at && told->capped_at == at(11, 14));
	call_at(h, at(11, 11), "1", CALL(ENTERED), 0); /* it began at 10 */
	assert_true(harness_event(h, 0)->body->call->capped_at == at(11, 14));
	call_at(h, at(11, 9), "4", CALL(ENDED), 0); /* says that it is over by itself */
	assert_false(harness_event(h, 0)->body->call->has_capped_at);
}

static void the_cap_is_the_one_of_clocks_yaml(void **state)
{
	struct harness *h = *state;
	call(h, at(11, 10), "1", CALL(ENTERED), 0);
	assert_int_equal(harness_configure(h, "clocks.yaml", "call_cap_hours: 1"), 0);
	assert_int_equal(harness_tick(h, at(11, 11)), 1);
	assert_int_equal(harness_event(h, 0)->body->call_capped->cap_hours, 1);
}

/* ---- forgetting ---- */

static void a_call_of_which_nothing_can_come_any_more_is_forgotten(void **state)
{
	struct harness *h = *state;
	call(h, at(1, 10), "1", CALL(ANSWERED), 'a');
	call(h, at(1, 10), "1", CALL(ENDED), 0);
	call(h, at(1, 10), "2", CALL(ABANDONED), 'c'); /* owed, and never made */
	call(h, at(1, 10), "3", CALL(ABANDONED), 'b');
	called_back(h, at(1, 11), "3", true);
	call(h, at(1, 10), "4", CALL(ENTERED), 'b'); /* without an end */
	assert_int_equal(kept(h), 4);
	harness_tick(h, at(33, 10));
	call(h, at(33, 10), "5", CALL(ENTERED), 0);
	assert_int_equal(kept(h), 3); /* 2, 4 (just capped, so heard of) and 5 */
	call(h, at(68, 10), "6", CALL(ABANDONED), 0);
	harness_tick(h, at(68, 11));
	assert_int_equal(kept(h), 3); /* 2, 5, 6 */
	h->now_ms = at(69, 10);
	called_back(h, at(2, 10), "2", true);
	harness_tick(h, at(69, 10));
	assert_int_equal(clocks_of(h, WITHDRAWN, CLOCK_CALLBACK, "2"), 1);
}

/* ---- many ---- */

static void a_burst_is_spread_over_decisions_and_none_is_lost(void **state)
{
	enum { MANY = 2 * DECISION_MAX + 9 };
	struct harness *h = *state;
	for (int i = 0; i < MANY; i++)
		call(h, at(11, 10), arena_printf(&h->arena, "%d", i), CALL(ABANDONED), 0);
	size_t sum = 0;
	for (size_t count = DECISION_MAX; count == DECISION_MAX; sum += count)
		count = harness_tick(h, begin(15));
	assert_int_equal(sum, MANY);
	for (int i = 0; i < MANY; i++)
		assert_int_equal(breaks_of(h, CLOCK_CALLBACK, arena_printf(&h->arena, "%d", i)), 1);
	quiet_at(h, at(15, 10));
}

enum { STEPS = 800 };

/* What happens now is of the last few calls. */
static void day_step(struct harness *h, uint32_t step, uint32_t *seed, bool restarts)
{
	bool restart = clock_draw(seed, 6) == 0;
	if (restarts && restart)
		harness_restart(h);
	int64_t now_ms = h->now_ms + (1 + clock_draw(seed, 5)) * HOUR_MS;
	harness_tick(h, now_ms);
	int64_t past_ms = now_ms - (clock_draw(seed, 4) ? 0 : clock_draw(seed, 72) * HOUR_MS);
	const char *id = arena_printf(&h->arena, "%u", step / 4 + clock_draw(seed, 6));
	char caller = clock_draw(seed, 3) ? (char)('a' + clock_draw(seed, 4)) : 0;
	switch (clock_draw(seed, 6)) {
	case 0:
		called_back(h, past_ms, id, clock_draw(seed, 3) != 0);
		break;
	case 1:
		call_asks(h, now_ms, id);
		break;
	default:
		call_at(h, past_ms, id, (Wot__V1__Call__Event)(1 + clock_draw(seed, 5)), caller);
		break;
	}
}

static struct harness *days_run(uint32_t seed, bool restarts)
{
	void *state;
	open_with_clocks(&state);
	struct harness *h = state;
	for (uint32_t step = 0; step < STEPS; step++)
		day_step(h, step, &seed, restarts);
	while (harness_tick(h, h->now_ms + 10 * 24 * HOUR_MS))
		continue;
	return h;
}

/* What the log says of a call, read again by the words of the contract. */
struct told {
	int64_t abandoned_ms;
	int32_t asked_on, known_on, called_back_on;
	bool abandoned, answered, ended, began;
	char caller;
	int32_t caller_day;
};

static struct told told_of(const struct harness *h, const char *id)
{
	struct told told = {0};
	for (size_t i = 0; i < h->len; i++) {
		const Wot__V1__Event *event = h->log[i];
		int32_t day = calendar_day_of(event->occurred_at);
		const Wot__V1__Body *body = event->body;
		if (body->kind_case == KIND(CALLBACK) && body->callback->reached &&
			strcmp(body->callback->call_id, id) == 0 &&
			(!told.called_back_on || day < told.called_back_on))
			told.called_back_on = day;
		if (body->kind_case != KIND(CALL) || strcmp(body->call->call_id, id) != 0)
			continue;
		told.began = true;
		told.answered |= body->call->event == CALL(ANSWERED);
		bool lost = body->call->event == CALL(ABANDONED) ||
			    body->call->event == CALL(TIMED_OUT);
		told.ended |= lost || body->call->event == CALL(ENDED);
		if (lost && !told.abandoned) {
			told.abandoned = true;
			told.abandoned_ms = event->occurred_at;
		}
		if (body->call->has_outcome && (!told.asked_on || day < told.asked_on))
			told.asked_on = day;
		if (body->call->has_caller_hash && !told.caller) {
			told.caller = (char)body->call->caller_hash.data[0];
			told.caller_day = day;
		}
	}
	return told;
}

static unsigned caps_of(const struct harness *h, const char *id)
{
	unsigned count = 0;
	for (size_t i = 0; i < h->len; i++)
		count += h->log[i]->body->kind_case == CAPPED &&
			 strcmp(h->log[i]->body->call_capped->call_id, id) == 0;
	return count;
}

/* Nothing here is older than a month when it comes in, so nothing was forgotten that mattered. */
static void what_is_broken_was_owed_and_every_call_comes_to_an_end(void **state)
{
	(void)state;
	int broken = 0;
	for (uint32_t seed = 1; seed <= 10; seed++) {
		struct harness *h = days_run(seed, false);
		for (int i = 0; i < STEPS / 4 + 6; i++) {
			const char *id = arena_printf(&h->arena, "%d", i);
			struct told told = told_of(h, id);
			unsigned breaks = breaks_of(h, CLOCK_CALLBACK, id);
			broken += (int)breaks;
			assert_in_range(caps_of(h, id), told.began && !told.ended, told.began);
			bool owed = told.asked_on || (told.abandoned && !told.answered);
			if (!owed)
				assert_int_equal(breaks, 0);
			if (!owed || told.caller || told.abandoned)
				continue;
			/* Nobody knows the caller, and it was asked for: the plain case. */
			int32_t deadline = calendar_add_working_days(told.asked_on, 1, NULL, 0);
			bool kept_it = told.called_back_on && told.called_back_on <= deadline;
			assert_int_equal(breaks, !kept_it);
		}
		for (size_t i = 0; i < h->len; i++)
			if (promise_clock(h->log[i]) && h->log[i]->body->kind_case == BROKE)
				assert_true(h->log[i]->occurred_at ==
					    promise_clock(h->log[i])->deadline_at);
		harness_close(&h);
	}
	assert_true(broken > 100);
}

static void restarts_at_any_point_change_no_event(void **state)
{
	(void)state;
	for (uint32_t seed = 1; seed <= 6; seed++) {
		struct harness *through = days_run(seed, false);
		struct harness *again = days_run(seed, true);
		logs_are_equal(through, again);
		assert_int_equal(kept(through), kept(again));
		harness_close(&through);
		harness_close(&again);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_with_clocks, clocks_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who_hung_up_is_called_back_within_a_working_day),
		TEST(who_timed_out_is_called_back_as_who_hung_up_is),
		TEST(a_callback_settles_all_that_its_caller_had_open),
		TEST(a_callback_that_reached_nobody_is_none),
		TEST(who_calls_again_that_day_and_is_answered_needs_none),
		TEST(the_order_in_which_it_is_told_does_not_matter),
		TEST(an_answer_that_comes_in_late_withdraws_the_break),
		TEST(one_phone_centres_call_is_not_anothers),
		TEST(the_past_that_is_imported_stays_silent),
		TEST(what_broke_while_we_were_down_is_recorded_at_its_deadline),
		TEST(a_closing_day_moves_a_deadline_to_come),
		TEST(a_call_that_never_ends_is_over_at_the_cap),
		TEST(what_came_in_late_is_given_time_for_its_end),
		TEST(what_comes_in_when_it_was_over_says_when_that_was),
		TEST(the_cap_is_the_one_of_clocks_yaml),
		TEST(a_call_of_which_nothing_can_come_any_more_is_forgotten),
		TEST(a_burst_is_spread_over_decisions_and_none_is_lost),
		cmocka_unit_test(what_is_broken_was_owed_and_every_call_comes_to_an_end),
		cmocka_unit_test(restarts_at_any_point_change_no_event),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
