#include "core/promise.h"

#include "lib/calendar.h"
#include <string.h>

#define CLOCK(name, kind, length, unit, warning, longest, label)                                   \
	_Static_assert((int)CLOCK_##kind == (int)WOT__V1__CLOCK__KIND__##kind,                     \
		"clock.def has the order of Clock.Kind");
#include "config/clock.def"
#undef CLOCK

/* ---- what clocks go by ---- */

void promise_rules_done(struct promise_rules *rules)
{
	closing_done(&rules->closing);
}

/* A log may hold a text that this version of the program would refuse: then the old one stays. */
bool promise_rules_take(struct promise_rules *rules, const Wot__V1__ConfigLoaded *loaded)
{
	auto_buf struct buf errors = {0};
	size_t len = strlen(loaded->content);
	if (strcmp(loaded->name, PROMISE_CLOCKS) == 0) {
		clocks_parse(&rules->clocks, loaded->content, len, loaded->name, &errors);
		return true;
	}
	if (strcmp(loaded->name, PROMISE_CALENDAR) != 0)
		return false;
	struct closing closing = {0};
	if (closing_parse(&closing, loaded->content, len, loaded->name, &errors) == 0) {
		closing_done(&rules->closing);
		rules->closing = closing;
	}
	return true;
}

int promise_rules_check(const char *name, const char *path, const char *text, struct why *why)
{
	struct clocks clocks;
	struct closing closing = {0};
	auto_buf struct buf errors = {0};
	int err = ERR_NOT_FOUND;
	if (strcmp(name, PROMISE_CLOCKS) == 0)
		err = clocks_parse(&clocks, text, strlen(text), path, &errors);
	else if (strcmp(name, PROMISE_CALENDAR) == 0)
		err = closing_parse(&closing, text, strlen(text), path, &errors);
	closing_done(&closing);
	return err ? why_set(why, err, "%s", errors.len ? errors.data : err_title(err)) : 0;
}

/* ---- one promise ---- */

bool promise_is_kept(const struct promise *promise)
{
	return promise->kept_on && promise->kept_on <= promise->deadline_on;
}

/* It can still be broken, or will be. */
static bool is_open(const struct promise *promise, const struct promise_terms *terms)
{
	return promise->deadline_on && !promise->broke_on &&
	       terms->known_on <= promise->deadline_on && !promise_is_kept(promise);
}

static int64_t deadline_ms(int32_t deadline_on)
{
	return calendar_day_start(deadline_on + 1);
}

/* The day as which begins it warns; 0: it never does. */
static int32_t warn_day(const struct promise *promise, const struct promise_terms *terms)
{
	int32_t day = clocks_warn_on(
		&terms->rules->clocks, terms->kind, promise->deadline_on, &terms->rules->closing);
	if (day <= terms->known_on)
		day = terms->known_on + 1;
	return day <= promise->deadline_on ? day : 0;
}

Wot__V1__CaseClock__Status promise_status(
	const struct promise *promise, const struct promise_terms *terms, int64_t now_ms)
{
	if (promise_is_kept(promise))
		return WOT__V1__CASE_CLOCK__STATUS__STOPPED;
	if (terms->known_on > promise->deadline_on)
		return WOT__V1__CASE_CLOCK__STATUS__PASSED;
	if (deadline_ms(promise->deadline_on) <= now_ms)
		return WOT__V1__CASE_CLOCK__STATUS__BROKE;
	int32_t warn = warn_day(promise, terms);
	return warn && calendar_day_start(warn) <= now_ms ? WOT__V1__CASE_CLOCK__STATUS__WARNED
							  : WOT__V1__CASE_CLOCK__STATUS__RUNNING;
}

static bool is_disproved(const struct promise *promise)
{
	return promise->broke_on &&
	       (promise->broke_on != promise->deadline_on || promise_is_kept(promise));
}

int64_t promise_next(const struct promise *promise, const struct promise_terms *terms)
{
	if (!terms->rules->clocks.call_cap_hours)
		return DUE_NEVER;
	if (is_disproved(promise))
		return 0; /* at the next tick */
	if (!is_open(promise, terms))
		return DUE_NEVER;
	bool quiet = promise->kept_on || promise->warned_on == promise->deadline_on;
	int32_t warn = quiet ? 0 : warn_day(promise, terms);
	return warn ? calendar_day_start(warn) : deadline_ms(promise->deadline_on);
}

/* A warning that nobody could give before the deadline is not given after it. */
Wot__V1__Event *promise_tell(const struct promise *promise, const struct promise_terms *terms,
	int64_t now_ms, struct subject subject, struct decision *out)
{
	Wot__V1__Body__KindCase kind = WOT__V1__BODY__KIND_CLOCK_WARNED;
	int32_t deadline_on = promise->deadline_on;
	int64_t at_ms = promise_next(promise, terms);
	if (is_disproved(promise)) {
		kind = WOT__V1__BODY__KIND_CLOCK_WITHDRAWN;
		deadline_on = promise->broke_on;
		at_ms = now_ms;
	} else if (deadline_ms(deadline_on) <= now_ms) {
		kind = WOT__V1__BODY__KIND_CLOCK_BROKE;
		at_ms = deadline_ms(deadline_on);
	}
	must(at_ms <= now_ms);
	Wot__V1__Event *event = decision_case_event(out, kind, at_ms, subject);
	Wot__V1__Clock *clock = (Wot__V1__Clock *)promise_clock(event);
	clock->kind = (Wot__V1__Clock__Kind)terms->kind;
	clock->deadline_on = deadline_on;
	clock->deadline_at = deadline_ms(deadline_on);
	return event;
}

void promise_evolve(
	struct promise *promise, Wot__V1__Body__KindCase kind, const Wot__V1__Clock *clock)
{
	if (kind == WOT__V1__BODY__KIND_CLOCK_WARNED)
		promise->warned_on = clock->deadline_on;
	else if (kind == WOT__V1__BODY__KIND_CLOCK_BROKE)
		promise->broke_on = clock->deadline_on;
	else
		promise->broke_on = 0;
}

const Wot__V1__Clock *promise_clock(const Wot__V1__Event *event)
{
	switch (event->body->kind_case) {
	case WOT__V1__BODY__KIND_CLOCK_WARNED:
	case WOT__V1__BODY__KIND_CLOCK_BROKE:
	case WOT__V1__BODY__KIND_CLOCK_WITHDRAWN:
		return event->body->clock_warned; /* one message under three tags of a union */
	default:
		return NULL;
	}
}

void promise_move(struct promise *promise, int32_t deadline_on, int32_t today)
{
	if (!promise_is_kept(promise) && promise->deadline_on >= today && deadline_on >= today)
		promise->deadline_on = deadline_on;
}

/* ---- those about a case ---- */

int32_t promise_deadline_on(
	enum clock_kind kind, const struct promise_case *of, const struct closing *closing)
{
	if (of->youth || (kind == CLOCK_REACTION && !of->wants_reaction))
		return 0;
	return clocks_deadline(kind, of->reported_on, closing);
}

/* Support and a closing leave nobody to phone, also when no contact was registered; whom nobody needs to
 * phone does not wait either. */
int32_t promise_kept_on(enum clock_kind kind, const struct promise_case *of)
{
	int32_t taken_up_on = day_earliest(of->started_on, of->closed_on);
	switch ((int)kind) {
	case CLOCK_CLOSING:
		return day_earliest(of->closed_on, of->ended_on);
	case CLOCK_SUPPORT_START:
		return day_earliest(taken_up_on, of->ended_on);
	default:
		return day_earliest(day_earliest(of->screened_on, of->contacted_on), taken_up_on);
	}
}

bool promise_of_reaction(Wot__V1__Channel__Value channel)
{
	return channel == WOT__V1__CHANNEL__VALUE__WEB ||
	       channel == WOT__V1__CHANNEL__VALUE__CHAT ||
	       channel == WOT__V1__CHANNEL__VALUE__EMAIL;
}
