/* report, export: the annual report, and the facts behind figures, as wot-aggregate has them. */
#include "client/report.h"
#include "client/export.h"
#include "client/report_check.h"

#include "cli/cli.h"
#include "lib/clean.h"
#include <stdio.h>

int verb_report(struct cli *cli, int argc, char **argv)
{
	struct report_order order = {.format = cli->json ? "json" : "html"};
	struct why why;
	bool given = true;
	auto_buf struct buf said = {0};
	int err = report_order_read(argc, argv, &order, &why);
	if (!err && order.check)
		err = report_check(cli->dir, order.check, &given, &said, &why);
	else if (!err)
		err = report_order(cli->dir, &order, &why);
	fputs(said.data ? said.data : "", stdout);
	if (!err && !given)
		return EXIT_FAILED;
	return err ? cli_fail(err == ERR_USAGE ? EXIT_USAGE : EXIT_FAILED, "%s", why.text)
		   : EXIT_OK;
}

int verb_export(struct cli *cli, int argc, char **argv)
{
	const struct config *config = &cli->config[daemon_find("aggregate")];
	const struct http_asked of = {"aggregate", config->http, config->keys, cli->client};
	const char *folder = export_folder_read(argc, argv);
	struct why why;
	if (!folder)
		return cli_fail(EXIT_USAGE, "export --facts DIR");
	return export_facts(&of, folder, &why) ? cli_fail(EXIT_FAILED, "%s", why.text) : EXIT_OK;
}
