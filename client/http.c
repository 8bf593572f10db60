#include "client/http.h"

#include "config/keys.h"
#include <stdio.h>

struct curl_slist *http_headers(const char *keys, const char *name, struct why *why)
{
	char token[128], header[192];
	if (keys_read_token(keys, name, token, sizeof token, why) != 0)
		return NULL;
	snprintf(header, sizeof header, "Authorization: Bearer %s", token);
	struct curl_slist *headers = curl_slist_append(NULL, header);
	must(headers);
	return headers;
}

static size_t on_body(char *data, size_t size, size_t count, void *body)
{
	buf_add(body, data, size * count);
	return size * count;
}

CURL *http_easy(const char *url, struct curl_slist *headers, long timeout_ms, struct buf *answer)
{
	CURL *easy = curl_easy_init();
	must(easy);
	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, answer);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, timeout_ms);
	curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
	return easy;
}
