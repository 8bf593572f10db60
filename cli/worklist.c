/*
 * The verb worklist: whom the intake team must phone, and until when; also households that signals came in
 * about.
 */
#include "cli/cli.h"

#include "lib/calendar.h"
#include "lib/clock.h"
#include "proto/json.h"
#include <jansson.h>
#include <stdio.h>
#include <string.h>

/* All pages, as one array; NULL when it cannot be had. */
static json_t *items_read(const struct cli *cli, struct why *why)
{
	json_t *items = json_array();
	must(items);
	char after[200] = ""; /* a case, or CLIENT/REF of a signal */
	do {
		char path[256];
		json_t *page;
		snprintf(path, sizeof path, "/v1/worklist?limit=1000%s%s",
			after[0] ? "&after=" : "", after);
		if (cli_get(cli, "triage", path, &page, why) != 0) {
			json_decref(items);
			return NULL;
		}
		json_array_extend(items, json_object_get(page, "items"));
		const char *next = json_string_value(json_object_get(page, "next"));
		snprintf(after, sizeof after, "%s", next ? next : "");
		json_decref(page);
	} while (after[0]);
	return items;
}

static const char *text(const json_t *item, const char *name)
{
	const char *value = json_string_value(json_object_get(item, name));
	return value ? value : "-";
}

/* "today", "3 days", "2 days late": until a day, from today. */
static void left_print(const char *day, int32_t today, char out[24])
{
	struct calendar_date date;
	out[0] = 0;
	if (sscanf(day, "%d-%d-%d", &date.year, &date.month, &date.day) != 3 ||
		!calendar_exists(date))
		return;
	int left = calendar_day(date) - today;
	int days = left < 0 ? -left : left;
	if (left)
		snprintf(
			out, 24, "%d day%s%s", days, days == 1 ? "" : "s", left < 0 ? " late" : "");
	else
		snprintf(out, 24, "today");
}

/* What one should know before phoning. */
static void remarks_print(const json_t *item)
{
	size_t i;
	json_t *kind;
	if (json_is_true(json_object_get(item, "queued")))
		printf("  queued");
	if (json_is_true(json_object_get(item, "welfareFirst")))
		printf("  a welfare activity first");
	if (json_object_get(item, "redirectedTo"))
		printf("  to %s?", text(item, "redirectedTo"));
	json_array_foreach(json_object_get(item, "signals"), i, kind)
		printf("%s%s", i ? ", " : "  signals: ", json_string_value(kind));
}

/* A household has no case: it is named by a signal. */
static const char *name_of(const json_t *item)
{
	return text(item, json_object_get(item, "caseId") ? "caseId" : "caseRef");
}

static void item_print(const json_t *item, int32_t today, int width)
{
	char left[24];
	left_print(text(item, "deadline"), today, left);
	printf("%-10s  %-12s  %-*s  %-10s  %-9s  %8d  %-10s  %-12s", text(item, "deadline"), left,
		width, name_of(item), text(item, "reportedOn"), text(item, "priority"),
		(int)json_integer_value(json_object_get(item, "attempts")), text(item, "reactBy"),
		text(item, "team"));
	remarks_print(item);
	putchar('\n');
}

/* Of the column with the names. */
static int width_of(const json_t *items)
{
	size_t i, width = strlen("case or signal");
	json_t *item;
	json_array_foreach(items, i, item)
	{
		size_t len = strlen(name_of(item));
		width = len > width ? len : width;
	}
	return (int)width;
}

static void table_print(const json_t *items)
{
	int32_t today = calendar_day_of(clock_now_ms());
	int width = width_of(items);
	size_t i;
	json_t *item;
	printf("%-10s  %-12s  %-*s  %-10s  %-9s  %8s  %-10s  %s\n", "deadline", "left", width,
		"case or signal", "reported", "priority", "attempts", "react by", "team");
	json_array_foreach(items, i, item) item_print(item, today, width);
	printf("%zu to phone\n", json_array_size(items));
}

int verb_worklist(struct cli *cli, int argc, char **argv)
{
	struct why why;
	int code = cli_json_only(cli, argc, argv);
	if (code)
		return code;
	return cli_show(cli, items_read(cli, &why), table_print, &why);
}
