#include "daemons/triage/clocks.h"

#include "lib/calendar.h"

/* In triage->due a number is that of the case, twice, and one of these. */
enum slot { SLOT_CONTACT, SLOT_REACTION, SLOTS };

static struct promise *promise_of(struct request *request, enum slot slot)
{
	return slot == SLOT_REACTION ? &request->reaction : &request->contact;
}

static enum clock_kind kind_of(enum slot slot)
{
	return slot == SLOT_REACTION ? CLOCK_REACTION : CLOCK_FIRST_CONTACT;
}

static struct promise_terms terms_of(
	const struct triage *triage, const struct request *request, enum slot slot)
{
	return (struct promise_terms){
		.kind = kind_of(slot),
		.rules = &triage->promise_rules,
		.known_on = request->known_on,
	};
}

/* ---- decide ---- */

void triage_clocks_decide(const struct triage *triage, int64_t now_ms, struct decision *out)
{
	uint32_t found[DECISION_MAX];
	size_t count = due_until(&triage->due, now_ms, found, DECISION_MAX - out->count);
	for (size_t i = 0; i < count; i++) {
		uint32_t number = found[i] / SLOTS;
		struct request request = *triage_request(triage, number);
		struct promise_terms terms = terms_of(triage, &request, found[i] % SLOTS);
		promise_tell(promise_of(&request, found[i] % SLOTS), &terms, now_ms,
			request_subject(&request, number, out->arena), out);
	}
}

/* ---- evolve ---- */

static void schedule(struct triage *triage, uint32_t number, enum slot slot)
{
	struct request *request = &triage->requests[number];
	struct promise_terms terms = terms_of(triage, request, slot);
	due_set(&triage->due, number * SLOTS + slot,
		promise_next(promise_of(request, slot), &terms));
}

static int32_t deadline_of(
	const struct triage *triage, const struct request *request, enum slot slot)
{
	struct promise_case promises = request_promises(request);
	return promise_deadline_on(kind_of(slot), &promises, &triage->promise_rules.closing);
}

static void clocks_follow(struct triage *triage, uint32_t number, bool moved)
{
	struct request *request = &triage->requests[number];
	struct promise_case promises = request_promises(request);
	for (enum slot slot = 0; slot < SLOTS; slot++) {
		struct promise *promise = promise_of(request, slot);
		if (moved)
			promise->deadline_on = deadline_of(triage, request, slot);
		promise->kept_on = promise_kept_on(kind_of(slot), &promises);
		schedule(triage, number, slot);
	}
}

static void clock_anew(struct triage *triage, uint32_t number, enum slot slot, int32_t today)
{
	struct request *request = &triage->requests[number];
	promise_move(promise_of(request, slot), deadline_of(triage, request, slot), today);
	schedule(triage, number, slot);
}

static void clocks_anew(struct triage *triage, int32_t today)
{
	for (uint32_t number = 0; number < triage->room; number++)
		for (enum slot slot = 0; triage->requests[number].year && slot < SLOTS; slot++)
			clock_anew(triage, number, slot, today);
}

static void clock_evolve(struct triage *triage, const Wot__V1__Event *event)
{
	const Wot__V1__Clock *clock = promise_clock(event);
	uint32_t number = clock ? triage_number(triage, event->case_id) : 0;
	if (!number)
		return;
	enum slot slot =
		clock->kind == WOT__V1__CLOCK__KIND__REACTION ? SLOT_REACTION : SLOT_CONTACT;
	promise_evolve(promise_of(&triage->requests[number], slot), event->body->kind_case, clock);
	schedule(triage, number, slot);
}

void triage_clocks_evolve(
	struct triage *triage, const Wot__V1__Event *event, const struct triage_change *change)
{
	if (change->promise_rules)
		clocks_anew(triage, calendar_day_of(event->recorded_at));
	else if (change->number)
		clocks_follow(triage, change->number, change->report_moved);
	else
		clock_evolve(triage, event);
}
