/*
 * The verb daemons: which there are, for scripts that start them.
 */
#include "cli/cli.h"
#include "lib/json_out.h"

#include <stdio.h>

int verb_daemons(struct cli *cli, int argc, char **argv)
{
	int code = cli_json_only(cli, argc, argv);
	if (code)
		return code;
	auto_buf struct buf out = {0};
	if (cli->json)
		json_out_open(&out, NULL, '[');
	for (int i = 0; i < DAEMON_COUNT; i++) {
		const struct daemon_row *row = &daemon_rows[i];
		if (!cli->json) {
			buf_printf(&out, "%s%s%s%s\n", row->name, row->has_log ? " log" : "",
				row->has_door ? " door" : "", row->has_pages ? " pages" : "");
			continue;
		}
		json_out_open(&out, NULL, '{');
		json_out_text(&out, "name", row->name);
		json_out_flag(&out, "log", row->has_log);
		json_out_flag(&out, "door", row->has_door);
		json_out_flag(&out, "pages", row->has_pages);
		json_out_close(&out, '}');
	}
	if (cli->json)
		json_out_end(&out, ']');
	fputs(out.data, stdout);
	return EXIT_OK;
}
