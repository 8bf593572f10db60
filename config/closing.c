#include "config/closing.h"

#include "config/yaml.h"
#include <string.h>

/* Where a new day belongs among those before it, which are in order. */
static size_t place_of(const struct closing *closing, int32_t day)
{
	size_t at = closing->count;
	while (at && closing->days[at - 1] >= day)
		at--;
	return at;
}

static void take_day(struct yaml *yaml, const struct yaml_node *node, struct closing *closing)
{
	int32_t day = 0;
	if (!yaml_day(yaml, node, &day))
		return;
	size_t at = place_of(closing, day);
	if (at < closing->count && closing->days[at] == day) {
		yaml_fail(yaml, node, "this day is here twice");
		return;
	}
	memmove(closing->days + at + 1, closing->days + at,
		(closing->count - at) * sizeof *closing->days);
	closing->days[at] = day;
	closing->count++;
}

int closing_parse(
	struct closing *closing, const char *text, size_t len, const char *name, struct buf *errors)
{
	static const char *const keys[] = {"closed"};
	auto_yaml struct yaml yaml = {0};
	int err = yaml_parse(&yaml, text, len, name, errors);
	if (err)
		return err;
	yaml_keys(&yaml, yaml.root, keys, 1);
	const struct yaml_node *list = yaml_get(yaml.root, "closed");
	struct closing read = {.days = calloc(list ? list->count + 1 : 1, sizeof *read.days)};
	must(read.days);
	for (const struct yaml_node *node = yaml_list(&yaml, list); node; node = node->next)
		take_day(&yaml, node, &read);
	err = yaml_result(&yaml);
	if (err)
		closing_done(&read);
	else
		*closing = read;
	return err;
}

void closing_done(struct closing *closing)
{
	free(closing->days);
	*closing = (struct closing){0};
}
