/*
 * The verb simulate: the sample of a synthetic city (city.h says what is exact in it).
 */
#include "city/city.h"
#include "cli/cli.h"
#include "lib/calendar.h"
#include "lib/clock.h"
#include "proto/json.h"
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

static int day_take(const char *text, int32_t *day)
{
	if (strcmp(text, "today") == 0)
		*day = calendar_day_of(clock_now_ms());
	else if (day_parse(text, strlen(text), day) != 0)
		return cli_fail(EXIT_USAGE, "%s: a day is YYYY-MM-DD or today", text);
	return EXIT_OK;
}

int verb_simulate(struct cli *cli, int argc, char **argv)
{
	(void)cli;
	static const struct option options[] = {
		{"from", required_argument, NULL, 'f'},
		{"to", required_argument, NULL, 't'},
		{"seed", required_argument, NULL, 's'},
		{"rate", required_argument, NULL, 'r'},
		{0},
	};
	struct city_options simulate = {.to_ms = clock_now_ms(), .seed = 1};
	int code = day_take("2025-01-01", &simulate.from_day);
	day_take("today", &simulate.to_day);
	for (int c; !code && (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		char *end = "";
		if (c == 'f')
			code = day_take(optarg, &simulate.from_day);
		else if (c == 't')
			code = day_take(optarg, &simulate.to_day);
		else if (c == 's')
			simulate.seed = strtoull(optarg, &end, 10);
		else if (c == 'r')
			simulate.rate_per_s = strtod(optarg, &end);
		else
			code = EXIT_USAGE;
		if (*end)
			code = cli_fail(EXIT_USAGE, "%s: a number is meant here", optarg);
	}
	if (!code && optind < argc)
		code = cli_fail(EXIT_USAGE, "%s: unexpected argument", argv[optind]);
	struct why why;
	if (!code && city_run(&simulate, stdout, &why) != 0)
		code = cli_fail(EXIT_FAILED, "%s", why.text);
	return code;
}
