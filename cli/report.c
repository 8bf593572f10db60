/*
 * report: the annual report, as wot-aggregate makes it of its logs.
 */
#include "cli/cli.h"

#include "client/ask.h"
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

struct report_args {
	const char *year, *as_of, *out;
	const char *format;
	bool internal;
};

static int report_parse(int argc, char **argv, struct report_args *args)
{
	static const struct option options[] = {
		{"as-of", required_argument, NULL, 'a'},
		{"html", no_argument, NULL, 'h'},
		{"csv", no_argument, NULL, 'c'},
		{"json", no_argument, NULL, 'j'},
		{"internal", no_argument, NULL, 'i'},
		{0},
	};
	for (int c; (c = getopt_long(argc, argv, "o:", options, NULL)) != -1;) {
		if (c == '?')
			return EXIT_USAGE;
		if (c == 'a')
			args->as_of = optarg;
		else if (c == 'o')
			args->out = optarg;
		else if (c == 'i')
			args->internal = true;
		else
			args->format = c == 'h' ? "html" : c == 'c' ? "csv" : "json";
	}
	if (optind + 1 != argc || strpbrk(argv[optind], " \t\r\n;") ||
		(args->as_of && strpbrk(args->as_of, " \t\r\n;")))
		return cli_fail(EXIT_USAGE, "report YEAR [--as-of DAY] [--html|--csv|--json] "
					    "[--internal] [-o FILE]");
	args->year = argv[optind];
	return EXIT_OK;
}

static int text_write(const char *path, const char *text)
{
	FILE *file = path ? fopen(path, "we") : stdout;
	if (!file)
		return cli_fail(EXIT_FAILED, "%s: %s", path, strerror(errno));
	fputs(text, file);
	bool failed = ferror(file) | (path ? fclose(file) : fflush(file));
	return failed ? cli_fail(EXIT_FAILED, "%s: %s", path ? path : "output", strerror(errno))
		      : EXIT_OK;
}

int verb_report(struct cli *cli, int argc, char **argv)
{
	struct report_args args = {.format = cli->json ? "json" : "html"};
	auto_buf struct buf line = {0};
	struct why why;
	int code = report_parse(argc, argv, &args);
	if (code)
		return code;
	buf_printf(&line, "show report %s %s%s", args.year, args.format,
		args.internal ? " internal" : "");
	if (args.as_of)
		buf_printf(&line, " as-of %s", args.as_of);
	json_t *files = ask_json(cli->dir, "aggregate", line.data, &why);
	const char *text = json_string_value(json_object_get(files, args.format));
	code = text ? text_write(args.out, text) : cli_fail(EXIT_FAILED, "%s", why.text);
	json_decref(files);
	return code;
}
