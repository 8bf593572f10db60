/*
 * A GET to one of the daemons over HTTP, with the token of --client.
 */
#include "cli/cli.h"

#include "config/keys.h"
#include <curl/curl.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

enum { TIMEOUT_MS = 10000 };

static CURLcode get(const char *url, struct curl_slist *headers, struct buf *answer, long *status)
{
	CURL *easy = curl_easy_init();
	must(easy);
	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, cli_on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, answer);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)TIMEOUT_MS);
	curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
	CURLcode code = curl_easy_perform(easy);
	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, status);
	curl_easy_cleanup(easy);
	return code;
}

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
	char token[128], header[192], url[512];
	int err = keys_read_token(config->keys, cli->client, token, sizeof token, why);
	if (err)
		return err;
	if (!config->http[0])
		return why_set(why, ERR_ADDRESS, "wot-%s has no http setting", daemon);
	snprintf(header, sizeof header, "Authorization: Bearer %s", token);
	snprintf(url, sizeof url, "http://%s%s", config->http, path);
	struct curl_slist *headers = curl_slist_append(NULL, header);
	must(headers);
	auto_buf struct buf answer = {0};
	long status = 0;
	CURLcode code = get(url, headers, &answer, &status);
	curl_slist_free_all(headers);
	if (code != CURLE_OK)
		return why_set(why, ERR_ADDRESS, "%s: %s; is wot-%s running? `wotctl status` says",
			url, curl_easy_strerror(code), daemon);
	json_t *json = json_loadb(answer.data ? answer.data : "", answer.len, 0, NULL);
	if (status != 200 || !json) {
		err = refused(url, status, json, why);
		json_decref(json);
		return err;
	}
	*out = json;
	return 0;
}
