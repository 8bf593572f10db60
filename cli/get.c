/*
 * A GET to one of the daemons over HTTP, with the token of --client.
 */
#include "cli/cli.h"

#include "client/http.h"

int cli_get(
	const struct cli *cli, const char *daemon, const char *path, json_t **out, struct why *why)
{
	const struct config *config = &cli->config[daemon_find(daemon)];
	const struct http_asked asked = {daemon, config->http, config->keys, cli->client};
	return http_get_json(&asked, path, out, why);
}
