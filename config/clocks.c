#include "config/clocks.h"

#include "config/yaml.h"
#include "lib/calendar.h"

enum { CALL_CAP_HOURS = 4, CALL_CAP_HOURS_MAX = 72 };

enum unit { WORKING_DAYS, DAYS, MONTHS };

static const struct {
	const char *name;
	int length;
	enum unit unit;
	uint32_t warning, longest;
	const char *label;
} rows[CLOCK_KINDS] = {
#define CLOCK(name, kind, length, unit, warning, longest, label)                                   \
	[CLOCK_##kind] = {#name, length, unit, warning, longest, label},
#include "config/clock.def"
#undef CLOCK
};

static void warnings_read(struct yaml *yaml, const struct yaml_node *map, struct clocks *clocks)
{
	const char *names[CLOCK_KINDS];
	for (size_t kind = 1; kind < CLOCK_KINDS; kind++) {
		names[kind] = rows[kind].name;
		yaml_u32(yaml, yaml_get(map, rows[kind].name), 0, rows[kind].longest,
			&clocks->warn_before[kind]);
	}
	if (yaml_map(yaml, map))
		yaml_keys(yaml, map, names + 1, CLOCK_KINDS - 1);
}

int clocks_parse(
	struct clocks *clocks, const char *text, size_t len, const char *name, struct buf *errors)
{
	static const char *const keys[] = {"warn_before", "call_cap_hours"};
	auto_yaml struct yaml yaml = {0};
	int err = yaml_parse(&yaml, text, len, name, errors);
	if (err)
		return err;
	struct clocks read = {.call_cap_hours = CALL_CAP_HOURS};
	for (size_t kind = 1; kind < CLOCK_KINDS; kind++)
		read.warn_before[kind] = rows[kind].warning;
	yaml_keys(&yaml, yaml.root, keys, sizeof keys / sizeof *keys);
	warnings_read(&yaml, yaml_get(yaml.root, "warn_before"), &read);
	yaml_u32(&yaml, yaml_get(yaml.root, "call_cap_hours"), 1, CALL_CAP_HOURS_MAX,
		&read.call_cap_hours);
	err = yaml_result(&yaml);
	if (!err)
		*clocks = read;
	return err;
}

const char *clocks_label(enum clock_kind kind)
{
	return rows[kind].label;
}

int32_t clocks_deadline(enum clock_kind kind, int32_t from, const struct closing *closing)
{
	switch (rows[kind].unit) {
	case MONTHS:
		return calendar_add_months(from, rows[kind].length);
	case DAYS:
		return from + rows[kind].length;
	default:
		return calendar_add_working_days(
			from, rows[kind].length, closing->days, closing->count);
	}
}

int32_t clocks_warn_on(const struct clocks *clocks, enum clock_kind kind, int32_t deadline,
	const struct closing *closing)
{
	uint32_t before = clocks->warn_before[kind];
	if (rows[kind].unit != WORKING_DAYS)
		return deadline + 1 - (int32_t)before;
	int32_t day = deadline + 1;
	while (before)
		before -= calendar_is_working_day(--day, closing->days, closing->count);
	return day;
}
