/*
 * The verb daemons: which there are, for scripts that start them.
 */
#include "cli/cli.h"

#include <stdio.h>

int verb_daemons(struct cli *cli, int argc, char **argv)
{
	if (argc > 1)
		return cli_fail(EXIT_USAGE, "%s: unexpected argument; daemons", argv[1]);
	for (int i = 0; i < DAEMON_COUNT; i++) {
		const struct daemon_row *row = &daemon_rows[i];
		if (cli->json)
			printf("%s{\"name\":\"%s\",\"log\":%s,\"door\":%s}", i ? "," : "[",
				row->name, row->has_log ? "true" : "false",
				row->has_door ? "true" : "false");
		else
			printf("%s%s%s\n", row->name, row->has_log ? " log" : "",
				row->has_door ? " door" : "");
	}
	if (cli->json)
		puts("]");
	return EXIT_OK;
}
