/*
 * The verb teams: what each team can carry, what it carries, and who waits for it.
 */
#include "cli/cli.h"

#include <jansson.h>
#include <stdio.h>

static long long number(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}

static void team_print(const json_t *team)
{
	printf("%-16s  %6lld  %8lld  %6lld  %6lld  %6lld  %6lld  %7lld\n",
		json_string_value(json_object_get(team, "team")), number(team, "people"),
		number(team, "capacityHours"), number(team, "loadHours"), number(team, "freeHours"),
		number(team, "openCases"), number(team, "queue"), number(team, "byHand"));
}

/* One who waits may wait for several teams, so the queues do not add up to the whole. */
static void table_print(const json_t *answer)
{
	printf("%-16s  %6s  %8s  %6s  %6s  %6s  %6s  %7s\n", "team", "people", "capacity", "load",
		"free", "cases", "queue", "by hand");
	size_t i;
	json_t *team;
	json_array_foreach(json_object_get(answer, "items"), i, team) team_print(team);
	printf("hours a week; %lld wait for a team; %lld given to a team by hand\n",
		number(answer, "queue"), number(answer, "byHand"));
}

int verb_teams(struct cli *cli, int argc, char **argv)
{
	struct why why;
	json_t *answer = NULL;
	int code = cli_json_only(cli, argc, argv);
	if (code)
		return code;
	cli_get(cli, "triage", "/v1/teams", &answer, &why);
	return cli_show(cli, answer, table_print, &why);
}
