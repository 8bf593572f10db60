/* report: the annual report, as wot-aggregate makes it of its logs. */
#include "client/report.h"

#include "cli/cli.h"
#include <getopt.h>
#include <string.h>

int verb_report(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {{"as-of", required_argument, NULL, 'a'},
		{"html", no_argument, NULL, 'f'}, {"pdf", no_argument, NULL, 'f'},
		{"csv", no_argument, NULL, 'f'}, {"json", no_argument, NULL, 'f'},
		{"internal", no_argument, NULL, 'i'}, {"publish", no_argument, NULL, 'p'}, {0}};
	struct report_order order = {.format = cli->json ? "json" : "html"};
	struct why why;
	for (int c, which; (c = getopt_long(argc, argv, "o:", options, &which)) != -1;) {
		if (c == '?')
			return EXIT_USAGE;
		if (c == 'f')
			order.format = options[which].name;
		else if (c == 'a' || c == 'o')
			*(c == 'a' ? &order.as_of : &order.out) = optarg;
		else
			*(c == 'i' ? &order.internal : &order.publish) = true;
	}
	order.year = optind + 1 == argc ? argv[optind] : "";
	if (!*order.year || strspn(order.year, "0123456789") != strlen(order.year) ||
		(order.as_of && strspn(order.as_of, "0123456789-") != strlen(order.as_of)) ||
		(order.publish && order.internal))
		return cli_fail(EXIT_USAGE, "report YEAR: one year; published is not internal");
	return report_order(cli->dir, &order, &why) ? cli_fail(EXIT_FAILED, "%s", why.text)
						    : EXIT_OK;
}
