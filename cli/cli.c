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

size_t cli_on_body(char *data, size_t size, size_t count, void *body)
{
	buf_add(body, data, size * count);
	return size * count;
}
