/*
 * The verb status: health, heads and lag of all four; with --wait, until everything has been read everywhere.
 */
#include "cli/cli.h"

#include "client/ask.h"
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { POLL_US = 50000, POLLS_A_SECOND = 20, CALM_POLLS = 3 };

/* `show info json` of all four; false when one does not answer. */
static bool info_read(const struct cli *cli, json_t *info[DAEMON_COUNT])
{
	bool all = true;
	for (int i = 0; i < DAEMON_COUNT; i++) {
		info[i] = ask_json(cli->dir, daemon_rows[i].name, "show info json", NULL);
		all = all && info[i];
	}
	return all;
}

static void info_done(json_t *info[DAEMON_COUNT])
{
	for (int i = 0; i < DAEMON_COUNT; i++)
		json_decref(info[i]);
}

/* Has every reader read all that every writer has, and is all of it on disk? sum: of the heads, to see that nothing
 * moves. */
static bool is_read_everywhere(json_t *info[DAEMON_COUNT], json_int_t *sum)
{
	*sum = 0;
	for (int writer = 0; writer < DAEMON_COUNT; writer++) {
		json_t *head = json_object_get(info[writer], "head");
		char name[32];
		snprintf(name, sizeof name, "read_%s", daemon_rows[writer].name);
		*sum += json_integer_value(head);
		if (json_integer_value(json_object_get(info[writer], "open")) > 0)
			return false;
		for (int reader = 0; reader < DAEMON_COUNT; reader++) {
			json_t *read = json_object_get(info[reader], name);
			if (read && json_integer_value(read) < json_integer_value(head))
				return false;
		}
	}
	return true;
}

static int settle(const struct cli *cli, unsigned long seconds)
{
	json_int_t before = -1;
	unsigned calm = 0;
	for (unsigned long polls = 0; polls < seconds * POLLS_A_SECOND; polls++) {
		json_t *info[DAEMON_COUNT];
		json_int_t sum = -1;
		bool settled = info_read(cli, info) && is_read_everywhere(info, &sum);
		info_done(info);
		calm = settled && sum == before ? calm + 1 : 0;
		if (calm == CALM_POLLS)
			return EXIT_OK;
		before = sum;
		usleep(POLL_US);
	}
	return cli_fail(EXIT_FAILED,
		"not everything was read everywhere within %lu s; `wotctl status` says where it "
		"stands",
		seconds);
}

/* By `show health`, which comes first. */
static bool is_well(const struct buf *answer)
{
	json_t *health = json_loadb(answer->data, answer->len, JSON_DISABLE_EOF_CHECK, NULL);
	const char *status = json_string_value(json_object_get(health, "status"));
	bool well = status && strcmp(status, "pass") == 0;
	json_decref(health);
	return well;
}

static int status_text(const struct cli *cli)
{
	int code = EXIT_OK;
	for (int i = 0; i < DAEMON_COUNT; i++) {
		auto_buf struct buf answer = {0};
		struct why why;
		if (ask_text(cli->dir, daemon_rows[i].name, "show health; show peers", &answer,
			    &why) != 0) {
			code = EXIT_FAILED;
			printf("wot-%s: %s\n", daemon_rows[i].name, why.text);
			continue;
		}
		if (!is_well(&answer))
			code = EXIT_FAILED;
		printf("wot-%s: %s", daemon_rows[i].name, answer.data);
	}
	return code;
}

static int status_json(const struct cli *cli)
{
	json_t *info[DAEMON_COUNT];
	int code = info_read(cli, info) ? EXIT_OK : EXIT_FAILED;
	json_t *all = json_object();
	for (int i = 0; i < DAEMON_COUNT; i++)
		json_object_set(all, daemon_rows[i].name, info[i] ? info[i] : json_null());
	json_dumpf(all, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(all);
	info_done(info);
	return code;
}

int verb_status(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {
		{"wait", required_argument, NULL, 'w'},
		{"json", no_argument, NULL, 'j'},
		{0},
	};
	unsigned long wait_seconds = 0;
	for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		char *end = "";
		if (c == 'j')
			cli->json = true;
		else if (c == 'w')
			wait_seconds = strtoul(optarg, &end, 10);
		else
			return EXIT_USAGE;
		if (*end)
			return cli_fail(EXIT_USAGE, "--wait SECONDS");
	}
	if (optind < argc)
		return cli_fail(EXIT_USAGE, "%s: unexpected argument", argv[optind]);
	if (wait_seconds)
		return settle(cli, wait_seconds);
	return cli->json ? status_json(cli) : status_text(cli);
}
