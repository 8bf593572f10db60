#include "daemons/triage/signals.h"

#include "lib/calendar.h"
#include "lib/clean.h"
#include "lib/grow.h"
#include <string.h>

bool signal_is_current(int32_t day, int32_t today)
{
	return day + SIGNAL_DAYS >= today;
}

static void household_forget(struct signals *signals, struct household *household)
{
	HASH_DEL(signals->households, household);
	if (household->told_number)
		due_set(&signals->due, household->told_number, DUE_NEVER);
	free(household->since);
	free(household->tried_ms);
	free(household);
}

void signals_done(struct signals *signals)
{
	while (signals->households)
		household_forget(signals, signals->households);
	free(signals->items);
	refs_done(&signals->refs);
	due_done(&signals->due);
}

uint32_t signals_find(const struct signals *signals, const char *client, const char *ref)
{
	return refs_find(&signals->refs, client, ref);
}

const struct signal *signals_at(const struct signals *signals, uint32_t number)
{
	must(number && number <= signals->count);
	return &signals->items[number - 1];
}

static uint32_t signal_add(struct signals *signals, const Wot__V1__Event *event)
{
	const Wot__V1__SignalListed *listed = event->body->signal_listed;
	struct signal signal = {.day = calendar_day_of(event->occurred_at),
		.legal_basis = subject_of(event).legal_basis};
	must(listed->household_id.len == sizeof signal.household_id);
	memcpy(signal.household_id, listed->household_id.data, sizeof signal.household_id);
	signals->items = grow_push(signals->items, signals->count, sizeof *signals->items);
	signals->items[signals->count++] = signal;
	refs_add(&signals->refs, event->client, event->external_ref, signals->count);
	return signals->count;
}

static struct household *household_find(const struct signals *signals, const uint8_t *id)
{
	struct household *household;
	HASH_FIND(hh, signals->households, id, HOUSEHOLD_ID_LEN, household);
	return household;
}

static struct household *household_new(const uint8_t *id)
{
	struct household *household = calloc(1, sizeof *household);
	must(household);
	memcpy(household->id, id, sizeof household->id);
	return household;
}

/* Those heard of first come first, so this looks at what goes and at one more. */
static void old_ones_forget(struct signals *signals, int32_t today)
{
	for (struct household *first; (first = signals->households);) {
		int32_t reached_on = first->reached_ms ? calendar_day_of(first->reached_ms) : 0;
		int32_t last_on = first->last_on > reached_on ? first->last_on : reached_on;
		if (signal_is_current(last_on, today) || first->told_on)
			break; /* it waits, or that it does no more is still to be told */
		household_forget(signals, first);
	}
}

/* The household, heard of last. */
static struct household *household_take(struct signals *signals, const uint8_t *id, int32_t today)
{
	struct household *household = household_find(signals, id);
	if (household)
		HASH_DEL(signals->households, household);
	else
		household = household_new(id);
	old_ones_forget(signals, today);
	HASH_ADD(hh, signals->households, id, HOUSEHOLD_ID_LEN, household);
	return household;
}

/* At once where the log says something else of it, or when it will wait no more if nothing is heard of it. */
static void household_schedule(struct signals *signals, const struct household *household)
{
	int32_t since_on = household->kinds ? household->reported_on : 0;
	if (!household->told_number)
		return;
	due_set(&signals->due, household->told_number,
		since_on != household->told_on ? 0
		: since_on ? calendar_day_start(household->last_on + SIGNAL_DAYS + 1)
			   : DUE_NEVER);
}

static void household_follow(struct signals *signals, struct household *household)
{
	const struct signal_since *since = household->since;
	household->kinds = 0;
	for (size_t i = 0; i < household->count; i++)
		household->kinds |= 1u << since[i].kind;
	if (household->count) {
		household->number = since[0].number;
		household->reported_on = calendar_day_of(since[0].at_ms);
		household->last_on = calendar_day_of(since[household->count - 1].at_ms);
	}
	if (!household->told_number)
		household->told_number = household->number;
	household_schedule(signals, household);
}

static void since_add(struct household *household, struct signal_since signal)
{
	household->since =
		grown(household->since, &household->room, household->count, sizeof signal);
	size_t at = household->count++;
	for (; at && household->since[at - 1].at_ms > signal.at_ms; at--)
		household->since[at] = household->since[at - 1];
	household->since[at] = signal;
}

void signals_take(struct signals *signals, const Wot__V1__Event *event)
{
	const Wot__V1__SignalListed *listed = event->body->signal_listed;
	uint32_t number = signal_add(signals, event);
	struct household *household = household_take(
		signals, listed->household_id.data, calendar_day_of(event->recorded_at));
	if (event->occurred_at < household->reached_ms)
		return;
	since_add(household, (struct signal_since){event->occurred_at, number, listed->kind});
	household_follow(signals, household);
}

static void until_forget(struct household *household, int64_t at_ms)
{
	size_t settled = 0;
	while (settled < household->count && household->since[settled].at_ms <= at_ms)
		settled++;
	household->count -= settled;
	memmove(household->since, household->since + settled,
		household->count * sizeof *household->since);
	uint32_t attempts = 0;
	for (uint32_t i = 0; i < household->attempts; i++)
		if (household->tried_ms[i] > at_ms)
			household->tried_ms[attempts++] = household->tried_ms[i];
	household->attempts = attempts;
}

void signals_reached(struct signals *signals, const uint8_t household_id[HOUSEHOLD_ID_LEN],
	int64_t at_ms, int32_t today)
{
	static const uint8_t nobody[HOUSEHOLD_ID_LEN];
	bool matters = household_find(signals, household_id) ||
		       signal_is_current(calendar_day_of(at_ms), today);
	if (!matters || memcmp(household_id, nobody, sizeof nobody) == 0)
		return;
	struct household *household = household_take(signals, household_id, today);
	if (at_ms <= household->reached_ms)
		return;
	household->reached_ms = at_ms;
	if (household->since || household->tried_ms)
		until_forget(household, at_ms);
	household_follow(signals, household);
}

void signals_screened(struct signals *signals, const Wot__V1__Event *event)
{
	const Wot__V1__SignalScreened *screened = event->body->signal_screened;
	const uint8_t *id = screened->household_id.data;
	if (screened->screening->outcome != WOT__V1__SCREENING__OUTCOME__NOT_REACHED) {
		signals_reached(
			signals, id, event->occurred_at, calendar_day_of(event->recorded_at));
		return;
	}
	struct household *household = household_find(signals, id);
	if (!household || event->occurred_at < household->reached_ms)
		return;
	household->tried_ms = grown(household->tried_ms, &household->tried_room,
		household->attempts, sizeof *household->tried_ms);
	household->tried_ms[household->attempts++] = event->occurred_at;
}

void signals_told(struct signals *signals, const Wot__V1__Event *event)
{
	const Wot__V1__SignalsWait *told = event->body->signals_wait;
	struct household *household = household_find(signals, told->household_id.data);
	if (!household)
		return;
	household->told_on = told->has_reported_on ? told->reported_on : 0;
	if (household->kinds && !told->has_reported_on)
		until_forget(household,
			INT64_MAX); /* nothing was heard since: the next one begins anew */
	household_follow(signals, household);
}

void signals_decide(const struct signals *signals, int64_t now_ms, struct decision *out)
{
	uint32_t found[DECISION_MAX];
	size_t count = due_until(&signals->due, now_ms, found, DECISION_MAX - out->count);
	for (size_t i = 0; i < count; i++) {
		const struct signal *signal = signals_at(signals, found[i]);
		const struct household *household = household_find(signals, signal->household_id);
		must(household);
		Wot__V1__SignalsWait *told =
			decision_case_event(out, WOT__V1__BODY__KIND_SIGNALS_WAIT, now_ms,
				(struct subject){.legal_basis = signal->legal_basis})
				->body->signals_wait;
		told->household_id.len = sizeof household->id;
		told->household_id.data =
			arena_dup(out->arena, household->id, sizeof household->id);
		told->has_reported_on = household_waits(household, calendar_day_of(now_ms));
		told->reported_on = told->has_reported_on ? household->reported_on : 0;
	}
}

bool household_waits(const struct household *household, int32_t today)
{
	return household->kinds && signal_is_current(household->last_on, today);
}

const struct household *signals_of(
	const struct signals *signals, const uint8_t household_id[HOUSEHOLD_ID_LEN], int32_t today)
{
	const struct household *household = household_find(signals, household_id);
	return household && household_waits(household, today) ? household : NULL;
}

size_t household_kinds(
	const struct household *household, Wot__V1__Signal__Kind **out, struct arena *arena)
{
	size_t count = 0;
	Wot__V1__Signal__Kind *kinds = arena_alloc(arena, 32 * sizeof *kinds);
	for (uint32_t left = household->kinds; left; left &= left - 1)
		kinds[count++] = (Wot__V1__Signal__Kind)__builtin_ctz(left);
	*out = kinds;
	return count;
}
