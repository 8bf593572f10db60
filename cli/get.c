/*
 * A GET to one of the daemons over HTTP, with the token of --client.
 */
#include "cli/cli.h"

#include "client/http.h"
#include <jansson.h>
#include <stdio.h>
#include <string.h>

enum { TIMEOUT_MS = 10000 };

/* What the daemon says of why not; its title where it says no more. */
static int refused(const char *url, long status, const json_t *problem, struct why *why)
{
	const char *title = json_string_value(json_object_get(problem, "title"));
	const char *detail = json_string_value(json_object_get(problem, "detail"));
	return why_set(why, ERR_IO, "%s: %ld %s%s%s", url, status, title ? title : "",
		detail && *detail ? ": " : "", detail ? detail : "");
}

int cli_get(
	const struct cli *cli, const char *daemon, const char *path, json_t **out, struct why *why)
{
	const struct config *config = &cli->config[daemon_find(daemon)];
	char url[512];
	if (!config->http[0])
		return why_set(why, ERR_ADDRESS, "wot-%s has no http setting", daemon);
	struct curl_slist *headers = http_headers(config->keys, cli->client, why);
	if (!headers)
		return ERR_CONFIG;
	snprintf(url, sizeof url, "http://%s%s", config->http, path);
	auto_buf struct buf answer = {0};
	long status = 0;
	CURL *easy = http_easy(url, headers, TIMEOUT_MS, &answer);
	CURLcode code = curl_easy_perform(easy);
	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_cleanup(easy);
	curl_slist_free_all(headers);
	if (code != CURLE_OK)
		return why_set(why, ERR_ADDRESS, "%s: %s; is wot-%s running? `wotctl status` says",
			url, curl_easy_strerror(code), daemon);
	json_t *json = json_loadb(answer.data ? answer.data : "", answer.len, 0, NULL);
	if (status != 200 || !json) {
		int err = refused(url, status, json, why);
		json_decref(json);
		return err;
	}
	*out = json;
	return 0;
}
