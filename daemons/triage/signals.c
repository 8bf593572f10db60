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
	free(household);
}

void signals_done(struct signals *signals)
{
	while (signals->households)
		household_forget(signals, signals->households);
	free(signals->items);
	refs_done(&signals->refs);
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
		.legal_basis = event->has_legal_basis ? event->legal_basis : 0};
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
		int32_t last_on =
			first->last_on > first->reached_on ? first->last_on : first->reached_on;
		if (signal_is_current(last_on, today))
			break;
		household_forget(signals, first);
	}
}

/* Another signal waits, or the first one since somebody was reached. */
static void household_note(struct household *household, unsigned kind, uint32_t number, int32_t day)
{
	if (!household->kinds) {
		household->number = number;
		household->reported_on = household->last_on = day;
	}
	household->kinds |= 1u << kind;
	if (day < household->reported_on)
		household->reported_on = day;
	if (day > household->last_on)
		household->last_on = day;
}

void signals_take(struct signals *signals, const Wot__V1__Event *event)
{
	const Wot__V1__SignalListed *listed = event->body->signal_listed;
	int32_t day = calendar_day_of(event->occurred_at);
	uint32_t number = signal_add(signals, event);
	old_ones_forget(signals, calendar_day_of(event->recorded_at));
	struct household *household = household_find(signals, listed->household_id.data);
	if (household)
		HASH_DEL(signals->households, household); /* to be the last */
	else
		household = household_new(listed->household_id.data);
	HASH_ADD(hh, signals->households, id, HOUSEHOLD_ID_LEN, household);
	if (day >= household->reached_on)
		household_note(household, listed->kind, number, day);
}

void signals_reached(
	struct signals *signals, const uint8_t household_id[HOUSEHOLD_ID_LEN], int32_t day)
{
	struct household *household = household_find(signals, household_id);
	if (!household || household->last_on > day)
		return;
	household->kinds = household->attempts = 0;
	if (day > household->reached_on)
		household->reached_on = day;
}

void signals_screened(struct signals *signals, const Wot__V1__Event *event)
{
	const Wot__V1__SignalScreened *screened = event->body->signal_screened;
	const uint8_t *id = screened->household_id.data;
	if (screened->screening->outcome != WOT__V1__SCREENING__OUTCOME__NOT_REACHED) {
		signals_reached(signals, id, calendar_day_of(event->occurred_at));
		return;
	}
	struct household *household = household_find(signals, id);
	if (household && household->kinds)
		household->attempts++;
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
