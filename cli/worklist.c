/*
 * The verb worklist: whom the intake team must phone, and until when; also households that signals came in
 * about.
 */
#include "cli/cli.h"

#include "lib/calendar.h"
#include "lib/loop.h"
#include "proto/json.h"
#include <jansson.h>
#include <stdio.h>
#include <string.h>

/* All pages, as one array; NULL when it cannot be had. */
static json_t *items_read(const struct cli *cli, struct why *why)
{
	json_t *items = json_array();
	must(items);
	char after[64] = "";
	do {
		char path[128];
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

/* "RENT_ARREARS, EVICTION", behind the team. */
static void signals_print(const json_t *signals)
{
	size_t i;
	json_t *signal;
	json_array_foreach(signals, i, signal)
	{
		printf("%s%s", i ? ", " : "  signals: ", json_string_value(signal));
	}
}

static void item_print(const json_t *item, int32_t today)
{
	char left[24];
	left_print(text(item, "deadline"), today, left);
	printf("%-10s  %-12s  %-11s  %-10s  %-9s  %8d  %-10s  %s", text(item, "deadline"), left,
		json_object_get(item, "caseId") ? text(item, "caseId") : "household",
		text(item, "reportedOn"), text(item, "priority"),
		(int)json_integer_value(json_object_get(item, "attempts")), text(item, "reactBy"),
		json_is_true(json_object_get(item, "queued")) ? "queued" : text(item, "team"));
	signals_print(json_object_get(item, "signals"));
	putchar('\n');
}

static void table_print(const json_t *items)
{
	int32_t today = calendar_day_of(loop_now_ms());
	printf("%-10s  %-12s  %-11s  %-10s  %-9s  %8s  %-10s  %s\n", "deadline", "left", "case",
		"reported", "priority", "attempts", "react by", "team");
	size_t i;
	json_t *item;
	json_array_foreach(items, i, item) item_print(item, today);
	printf("%zu to phone\n", json_array_size(items));
}

int verb_worklist(struct cli *cli, int argc, char **argv)
{
	bool json = cli->json || (argc == 2 && strcmp(argv[1], "--json") == 0);
	struct why why = {""};
	if (argc > 2 || (argc == 2 && strcmp(argv[1], "--json") != 0))
		return cli_fail(EXIT_USAGE, "%s: unexpected argument; worklist [--json]", argv[1]);
	json_t *items = items_read(cli, &why);
	if (!items)
		return cli_fail(EXIT_FAILED, "%s", why.text);
	if (json) {
		json_dumpf(items, stdout, JSON_INDENT(1));
		putchar('\n');
	} else {
		table_print(items);
	}
	json_decref(items);
	return EXIT_OK;
}
