/* What every event needs to change a row. */
#include "kpi/facts_own.h"

#include "lib/calendar.h"
#include "lib/clean.h"
#include <string.h>

/* What lies further off stands at the end of it, in no year that is counted. */
enum { DAY_FIRST = TABLE_DAY_FIRST, DAY_LAST = TABLE_DAY_LAST };
#define DAY_MS (86400 * INT64_C(1000))

static int32_t day_within(int64_t day)
{
	return day < DAY_FIRST ? DAY_FIRST : day > DAY_LAST ? DAY_LAST : (int32_t)day;
}

int32_t facts_day(struct facts *facts, uint64_t instant)
{
	int64_t instant_ms = (int64_t)instant;
	if (instant_ms < DAY_FIRST * DAY_MS || instant_ms > DAY_LAST * DAY_MS)
		return instant_ms < DAY_LAST * DAY_MS ? DAY_FIRST : DAY_LAST;
	if (instant_ms < facts->today.from_ms || instant_ms >= facts->today.to_ms) {
		facts->today.day = calendar_day_of(instant_ms);
		facts->today.from_ms = calendar_day_start(facts->today.day);
		facts->today.to_ms = calendar_day_start(facts->today.day + 1);
	}
	return facts->today.day;
}

void changes_add(struct changes *changes, size_t column, int32_t value)
{
	must(changes->count < COLUMN_MAX);
	changes->items[changes->count++] = (struct change){column, value};
}

/* Of such a row there is no day on which it could count. */
static bool nothing_is_known(const struct table *table, uint32_t row)
{
	for (size_t column = 0; column < table->column_count; column++)
		if (table_get(table, column, row) != VALUE_UNSET)
			return false;
	return true;
}

void facts_change(
	struct facts *facts, enum source source, uint32_t row, const struct changes *changes)
{
	struct table *table = &facts->tables[source];
	uint64_t columns = 0;
	table_reserve(table, row);
	for (size_t i = 0; i < changes->count; i++) {
		const struct change *change = &changes->items[i];
		if (table_get(table, change->column, row) != change->value)
			columns |= 1ull << change->column;
	}
	if (!columns)
		return;
	if (facts->on_change && !nothing_is_known(table, row))
		facts->on_change(facts->arg, source, row, columns, -1);
	for (size_t i = 0; i < changes->count; i++)
		table_set(table, changes->items[i].column, row, changes->items[i].value);
	if (facts->on_change)
		facts->on_change(facts->arg, source, row, columns, 1);
}

/* A value of an enumeration that this version does not know is not known. */
int32_t facts_value(struct column *column, const struct wire_value *value)
{
	if (!value->present)
		return VALUE_UNSET;
	uint64_t number = value->number;
	switch (column->type) {
	case COLUMN_TEXT:
		return text_number(column, value->data, value->len);
	case COLUMN_DAY:
		return day_within((int64_t)number);
	case COLUMN_FLAG:
		return number ? 1 : 0;
	case COLUMN_ENUM:
		return number < 32 && column->known >> number & 1 ? (int32_t)number : VALUE_UNSET;
	case COLUMN_SET:
		return (int32_t)(number & column->known);
	default:
		return number < INT32_MAX ? (int32_t)number : INT32_MAX;
	}
}

int facts_key(const struct facts *facts, const struct wire_value *const *parts, size_t count,
	struct keymap_key *key)
{
	char name[512];
	size_t len = 0;
	for (size_t i = 0; i < count; i++) {
		if (len + parts[i]->len + 1 > sizeof name)
			return ERR_INVALID;
		if (parts[i]->len)
			memcpy(name + len, parts[i]->data, parts[i]->len);
		len += parts[i]->len;
		name[len++] = 0;
	}
	*key = keymap_hash(facts->secret, name, len);
	return 0;
}

struct wire_plan *facts_plan(const char *const *paths, size_t count)
{
	const char *unknown = NULL;
	struct wire_plan *plan = wire_plan_new(&wot__v1__event__descriptor, paths, count, &unknown);
	must(plan);
	return plan;
}
