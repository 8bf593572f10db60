#include "daemons/triage/signals.h"

#include "lib/calendar.h"
#include "lib/clean.h"
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
}

static struct household *household_find(const struct signals *signals, const uint8_t *id)
{
	struct household *household;
	HASH_FIND(hh, signals->households, id, HOUSEHOLD_ID_LEN, household);
	return household;
}

static struct household *household_new(struct signals *signals, const uint8_t *id, int32_t day)
{
	struct household *household = calloc(1, sizeof *household);
	must(household);
	memcpy(household->id, id, sizeof household->id);
	household->number = ++signals->listed;
	household->reported_on = household->last_on = day;
	return household;
}

/* Those heard of first come first, so this looks at what goes and at one more. */
static void old_ones_forget(struct signals *signals, int32_t today)
{
	while (signals->households && !signal_is_current(signals->households->last_on, today))
		household_forget(signals, signals->households);
}

void signals_take(struct signals *signals, const Wot__V1__Event *event)
{
	const Wot__V1__SignalListed *listed = event->body->signal_listed;
	int32_t day = calendar_day_of(event->occurred_at);
	must(listed->household_id.len == HOUSEHOLD_ID_LEN);
	old_ones_forget(signals, calendar_day_of(event->recorded_at));
	struct household *household = household_find(signals, listed->household_id.data);
	if (household)
		HASH_DEL(signals->households, household); /* to be the last */
	else
		household = household_new(signals, listed->household_id.data, day);
	HASH_ADD(hh, signals->households, id, HOUSEHOLD_ID_LEN, household);
	household->kinds |= 1u << listed->kind;
	if (day < household->reported_on)
		household->reported_on = day;
	if (day > household->last_on)
		household->last_on = day;
}

void signals_reached(
	struct signals *signals, const uint8_t household_id[HOUSEHOLD_ID_LEN], int32_t day)
{
	struct household *household = household_find(signals, household_id);
	if (household && household->last_on <= day)
		household_forget(signals, household);
}

const struct household *signals_of(
	const struct signals *signals, const uint8_t household_id[HOUSEHOLD_ID_LEN], int32_t today)
{
	const struct household *household = household_find(signals, household_id);
	return household && signal_is_current(household->last_on, today) ? household : NULL;
}

void household_kinds_print(const struct household *household, struct buf *json)
{
	const char *comma = "";
	buf_text(json, "\"signals\":[");
	for (uint32_t kinds = household->kinds; kinds; kinds &= kinds - 1, comma = ",")
		buf_printf(json, "%s\"%s\"", comma,
			protobuf_c_enum_descriptor_get_value(
				&wot__v1__signal__kind__descriptor, __builtin_ctz(kinds))
				->name);
	buf_char(json, ']');
}
