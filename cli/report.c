/* report: the annual report, as wot-aggregate makes it of its logs. */
#include "client/report.h"

#include "cli/cli.h"

int verb_report(struct cli *cli, int argc, char **argv)
{
	struct report_order order = {.format = cli->json ? "json" : "html"};
	struct why why;
	int err = report_order_read(argc, argv, &order, &why);
	if (!err)
		err = report_order(cli->dir, &order, &why);
	return err ? cli_fail(err == ERR_USAGE ? EXIT_USAGE : EXIT_FAILED, "%s", why.text)
		   : EXIT_OK;
}
