#include "client/http.h"

#include "config/keys.h"
#include <stdio.h>
#include <string.h>

struct curl_slist *http_headers(const char *keys, const char *name, struct why *why)
{
	char token[128], header[192];
	if (curl_load(why) != 0 || keys_read_token(keys, name, token, sizeof token, why) != 0)
		return NULL;
	snprintf(header, sizeof header, "Authorization: Bearer %s", token);
	struct curl_slist *headers = curl.slist_append(NULL, header);
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
	CURL *easy = curl.easy_init();
	must(easy);
	curl.easy_setopt(easy, CURLOPT_URL, url);
	curl.easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
	curl.easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl.easy_setopt(easy, CURLOPT_WRITEDATA, answer);
	curl.easy_setopt(easy, CURLOPT_TIMEOUT_MS, timeout_ms);
	curl.easy_setopt(easy, CURLOPT_NOPROXY, "*");
	return easy;
}

/* ---- GET ---- */

enum { SILENCE_S = 30 };

struct got {
	CURL *easy;
	http_piece_fn *on_piece;
	void *arg;
	struct buf refusal; /* what a refusal says */
};

static long status_of(CURL *easy)
{
	long status = 0;
	curl.easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	return status;
}

static size_t on_piece(char *data, size_t size, size_t count, void *arg)
{
	struct got *got = arg;
	size_t len = size * count;
	if (status_of(got->easy) != 200)
		buf_add(&got->refusal, data, len);
	else if (!got->on_piece(got->arg, data, len))
		return 0;
	return len;
}

/* What the daemon says of why not; its title where it says no more. */
static int refused(const char *url, long status, const struct buf *said, struct why *why)
{
	json_t *problem = json_loadb(said->data ? said->data : "", said->len, 0, NULL);
	const char *title = json_string_value(json_object_get(problem, "title"));
	const char *detail = json_string_value(json_object_get(problem, "detail"));
	int err = why_set(why, ERR_IO, "%s: %ld %s%s%s", url, status, title ? title : "",
		detail && *detail ? ": " : "", detail ? detail : "");
	json_decref(problem);
	return err;
}

int http_get(const struct http_asked *asked, const char *path, http_piece_fn *piece, void *arg,
	struct why *why)
{
	auto_buf struct buf url = {0};
	if (!asked->address[0])
		return why_set(why, ERR_ADDRESS, "wot-%s has no http setting", asked->daemon);
	struct curl_slist *headers = http_headers(asked->keys, asked->client, why);
	if (!headers)
		return ERR_CONFIG;
	buf_printf(&url, "http://%s%s", asked->address, path);
	struct got got = {http_easy(url.data, headers, 0, NULL), piece, arg, {0}};
	curl.easy_setopt(got.easy, CURLOPT_WRITEFUNCTION, on_piece);
	curl.easy_setopt(got.easy, CURLOPT_WRITEDATA, &got);
	curl.easy_setopt(got.easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl.easy_setopt(got.easy, CURLOPT_LOW_SPEED_TIME, (long)SILENCE_S);
	CURLcode code = curl.easy_perform(got.easy);
	long status = status_of(got.easy);
	int err = 0;
	if (code != CURLE_OK && !status)
		err = why_set(why, ERR_ADDRESS, "%s: %s; is wot-%s running? `wotctl status` says",
			url.data, curl.easy_strerror(code), asked->daemon);
	else if (status != 200)
		err = refused(url.data, status, &got.refusal, why);
	else if (code != CURLE_OK)
		err = why_set(why, ERR_IO, "%s: %s", url.data, curl.easy_strerror(code));
	curl.easy_cleanup(got.easy);
	curl.slist_free_all(headers);
	buf_done(&got.refusal);
	return err;
}

static bool on_text(void *text, const char *piece, size_t len)
{
	buf_add(text, piece, len);
	return true;
}

int http_get_json(const struct http_asked *asked, const char *path, json_t **out, struct why *why)
{
	auto_buf struct buf text = {0};
	int err = http_get(asked, path, on_text, &text, why);
	if (err)
		return err;
	*out = json_loadb(text.data ? text.data : "", text.len, 0, NULL);
	return *out ? 0 : why_set(why, ERR_IO, "%s%s: this is no JSON", asked->address, path);
}
