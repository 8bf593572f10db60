#include "cli/cli.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int cli_fail(int code, const char *format, ...)
{
	fputs("wotctl: ", stderr);
	va_list args;
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return code;
}

int cli_json_only(struct cli *cli, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--json") != 0)
			return cli_fail(EXIT_USAGE, "%s: unexpected argument; %s [--json]", argv[i],
				argv[0]);
		cli->json = true;
	}
	return EXIT_OK;
}

int cli_show(const struct cli *cli, json_t *answer, void (*table)(const json_t *answer),
	const struct why *why)
{
	if (!answer)
		return cli_fail(EXIT_FAILED, "%s", why->text);
	if (cli->json) {
		json_dumpf(answer, stdout, JSON_INDENT(1));
		putchar('\n');
	} else {
		table(answer);
	}
	json_decref(answer);
	return EXIT_OK;
}
