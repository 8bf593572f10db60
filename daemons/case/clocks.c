#include "daemons/case/clocks.h"

#include "lib/calendar.h"

/* As they are shown; triage tells of those before SLOT_OWN. In cases->due a number is that of the case, OWN_SLOTS times,
 * and how far behind SLOT_OWN. */
enum slot { SLOT_REACTION, SLOT_CONTACT, SLOT_OWN, SLOT_START = SLOT_OWN, SLOT_CLOSING, SLOTS };
enum { OWN_SLOTS = SLOTS - SLOT_OWN };
_Static_assert((int)SLOTS == (int)CASE_CLOCKS, "a promise a slot");

static const enum clock_kind kinds[SLOTS] = {
	[SLOT_REACTION] = CLOCK_REACTION,
	[SLOT_CONTACT] = CLOCK_FIRST_CONTACT,
	[SLOT_START] = CLOCK_SUPPORT_START,
	[SLOT_CLOSING] = CLOCK_CLOSING,
};

static struct promise_terms terms_of(
	const struct cases *cases, const struct case_file *file, enum slot slot)
{
	return (struct promise_terms){
		.kind = kinds[slot], .rules = &cases->promise_rules, .known_on = file->known_on};
}

/* ---- days ---- */

/* Days on which a case was paused: from, and up to the one on which it went on. */
struct pause {
	int32_t from, to;
};

static void pause_add(struct pause *pauses, size_t *count, struct pause pause)
{
	size_t at = (*count)++;
	for (; at && pauses[at - 1].from > pause.from; at--)
		pauses[at] = pauses[at - 1];
	pauses[at] = pause;
}

/* Those that began before that day, the earliest first. */
static size_t pauses_of(
	const struct case_file *file, int32_t until, struct pause pauses[MOMENTS_MAX])
{
	size_t count = 0;
	int32_t since = until;
	for (size_t i = 0; i < file->moment_count; i++) {
		uint32_t kind = moment_kind(file->moments[i]);
		if (kind != WOT__V1__BODY__KIND_PAUSED && kind != WOT__V1__BODY__KIND_RESUMED)
			continue;
		int32_t day = calendar_day_of(moment_at_ms(file->moments[i]));
		bool resumed = kind == WOT__V1__BODY__KIND_RESUMED;
		if (resumed && since < until)
			pause_add(pauses, &count, (struct pause){since, day < until ? day : until});
		since = resumed ? until : day;
	}
	if (since < until)
		pause_add(pauses, &count, (struct pause){since, until});
	return count;
}

/* Of the days from the report to that one, how many it was paused. A pause may be told late, or again with
 * another day, and lie across one that was told before. */
static uint32_t paused_days(const struct case_file *file, int32_t until)
{
	struct pause pauses[MOMENTS_MAX];
	size_t count = pauses_of(file, until, pauses);
	int32_t days = 0, counted = file->life.facts.reported_on;
	for (size_t i = 0; i < count; i++) {
		int32_t from = pauses[i].from > counted ? pauses[i].from : counted;
		if (pauses[i].to <= from)
			continue;
		days += pauses[i].to - from;
		counted = pauses[i].to;
	}
	return (uint32_t)days;
}

static uint32_t days_until(const struct case_file *file, int32_t day)
{
	int32_t days = day - file->life.facts.reported_on;
	return days > 0 ? (uint32_t)days : 0;
}

/* The day of the screening that ended it; 0: none does. */
static int32_t ended_on(const struct case_life *life)
{
	const Wot__V1__CaseFacts *facts = &life->facts;
	if (facts->advice)
		return life->decided_on;
	return facts->has_ended_on ? facts->ended_on : 0;
}

/* What the case's promises go by. */
static struct promise_case promises_of(const struct case_life *life)
{
	const Wot__V1__CaseFacts *facts = &life->facts;
	return (struct promise_case){
		.reported_on = facts->reported_on,
		.screened_on = facts->has_screened_on ? facts->screened_on : 0,
		.contacted_on = facts->has_first_contact_on ? facts->first_contact_on : 0,
		.started_on = facts->has_support_started_on ? facts->support_started_on : 0,
		.closed_on = facts->has_closed_on ? facts->closed_on : 0,
		.ended_on = ended_on(life),
		.youth = facts->youth,
		.wants_reaction = promise_of_reaction(facts->channel),
	};
}

/* ---- decide ---- */

static void clock_tell(const struct cases *cases, uint32_t number, enum slot slot, int64_t now_ms,
	struct decision *out)
{
	struct case_file *file = cases_at(cases, number);
	struct promise_terms terms = terms_of(cases, file, slot);
	Wot__V1__Event *event = promise_tell(
		&file->promises[slot], &terms, now_ms, case_file_subject(file, out->arena), out);
	/* A deadline ends its day, a warning begins one. */
	Wot__V1__Clock *clock = event->body->clock_warned;
	bool warned = event->body->kind_case == WOT__V1__BODY__KIND_CLOCK_WARNED;
	int32_t day = warned ? calendar_day_of(event->occurred_at) : clock->deadline_on;
	clock->has_days = clock->has_paused_days = true;
	clock->days = days_until(file, day);
	clock->paused_days = paused_days(file, day);
}

void cases_clocks_decide(const struct cases *cases, int64_t now_ms, struct decision *out)
{
	uint32_t found[DECISION_MAX];
	size_t count = due_until(&cases->due, now_ms, found, DECISION_MAX - out->count);
	for (size_t i = 0; i < count; i++)
		clock_tell(
			cases, found[i] / OWN_SLOTS, SLOT_OWN + found[i] % OWN_SLOTS, now_ms, out);
}

/* ---- evolve ---- */

static int32_t deadline_of(const struct cases *cases, const struct case_file *file, enum slot slot)
{
	struct promise_case promises = promises_of(&file->life);
	return promise_deadline_on(kinds[slot], &promises, &cases->promise_rules.closing);
}

static void schedule(struct cases *cases, struct case_file *file, enum slot slot)
{
	struct promise_terms terms = terms_of(cases, file, slot);
	due_set(&cases->due, file->number * OWN_SLOTS + slot - SLOT_OWN,
		promise_next(&file->promises[slot], &terms));
}

static void clocks_follow(struct cases *cases, struct case_file *file)
{
	struct promise_case promises = promises_of(&file->life);
	bool moved = file->counted_from != promises.reported_on;
	file->counted_from = promises.reported_on;
	for (enum slot slot = 0; slot < SLOTS; slot++) {
		struct promise *promise = &file->promises[slot];
		if (moved || slot >= SLOT_OWN)
			promise->deadline_on = deadline_of(cases, file, slot);
		promise->kept_on = promise_kept_on(kinds[slot], &promises);
		if (slot >= SLOT_OWN)
			schedule(cases, file, slot);
	}
}

static void clocks_anew(struct cases *cases, int32_t today)
{
	for (uint32_t number = 0; number < cases->room; number++) {
		struct case_file *file = cases->files[number];
		for (enum slot slot = 0; file && slot < SLOTS; slot++) {
			promise_move(&file->promises[slot], deadline_of(cases, file, slot), today);
			if (slot >= SLOT_OWN)
				schedule(cases, file, slot);
		}
	}
}

void cases_clocks_evolve(struct cases *cases, struct case_file *file, const Wot__V1__Event *event)
{
	if (!file) {
		if (event->body->kind_case == WOT__V1__BODY__KIND_CONFIG_LOADED &&
			promise_rules_take(&cases->promise_rules, event->body->config_loaded))
			clocks_anew(cases, calendar_day_of(event->recorded_at));
		return;
	}
	const Wot__V1__Clock *clock = promise_clock(event);
	if (clock) {
		bool closing = clock->kind == WOT__V1__CLOCK__KIND__CLOSING;
		promise_evolve(&file->promises[closing ? SLOT_CLOSING : SLOT_START],
			event->body->kind_case, clock);
	}
	clocks_follow(cases, file);
}

/* ---- for who asks ---- */

size_t cases_clocks(const struct cases *cases, const struct case_file *file, int32_t today,
	struct case_clock out[CASE_CLOCKS])
{
	size_t count = 0;
	for (enum slot slot = 0; slot < SLOTS; slot++) {
		const struct promise *promise = &file->promises[slot];
		if (!promise->deadline_on)
			continue;
		struct case_clock *clock = &out[count++];
		*clock = (struct case_clock){*promise, .terms = terms_of(cases, file, slot)};
		int32_t until = day_earliest(promise->deadline_on, promise->kept_on);
		until = day_earliest(until, today);
		clock->days = days_until(file, until);
		clock->paused_days = paused_days(file, until);
	}
	return count;
}
