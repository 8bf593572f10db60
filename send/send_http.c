/*
 * Batches as JSON arrays over HTTP (libcurl), several connections a daemon.
 */
#include "send/send.h"

#include "client/http.h"
#include "lib/clean.h"
#include <stdio.h>
#include <string.h>

enum { CONNECTIONS = 8, TIMEOUT_MS = 60000 };

struct http_sender {
	struct sender sender;
	const struct send_as *as;
	CURLM *multi;
	struct curl_slist *headers;
};

struct http_batch {
	struct batch *batch;
	char *body;
	struct buf answer;
};

static char *body_of(const struct batch *batch)
{
	json_t *array = json_array();
	for (size_t i = 0; i < batch->count; i++)
		json_array_append(array, json_object_get(batch->lines[i]->record, "body"));
	char *text = json_dumps(array, JSON_COMPACT);
	json_decref(array);
	must(text);
	return text;
}

static int on_send(struct sender *sender, struct batch *batch)
{
	struct http_sender *http = (struct http_sender *)sender;
	struct http_batch *sent = calloc(1, sizeof *sent);
	must(sent);
	sent->batch = batch;
	sent->body = body_of(batch);
	char url[512];
	snprintf(url, sizeof url, "http://%s%s", http->as->config[batch->daemon].http, batch->to);
	CURL *easy = http_easy(url, http->headers, TIMEOUT_MS, &sent->answer);
	curl.easy_setopt(easy, CURLOPT_POSTFIELDS, sent->body);
	curl.easy_setopt(easy, CURLOPT_PRIVATE, sent);
	return curl.multi_add_handle(http->multi, easy) == CURLM_OK ? 0 : ERR_IO;
}

/* A status for all of the batch, or 207 and one for each. */
static void answers_read(struct http_batch *sent, long status)
{
	struct batch *batch = sent->batch;
	json_t *answer =
		json_loadb(sent->answer.data ? sent->answer.data : "", sent->answer.len, 0, NULL);
	for (size_t i = 0; i < batch->count; i++) {
		json_t *item = status == 207 ? json_array_get(answer, i) : NULL;
		json_t *problem = item ? json_object_get(item, "problem") : answer;
		batch->answers[i].status =
			item ? (unsigned)json_integer_value(json_object_get(item, "code"))
			     : (unsigned)(status == 207 ? 0 : status);
		batch->answers[i].problem = json_incref(problem);
	}
	json_decref(answer);
}

static int on_wait(struct sender *sender, int timeout_ms)
{
	struct http_sender *http = (struct http_sender *)sender;
	int running, left;
	if (curl.multi_perform(http->multi, &running) != CURLM_OK ||
		curl.multi_poll(http->multi, NULL, 0, timeout_ms, NULL) != CURLM_OK ||
		curl.multi_perform(http->multi, &running) != CURLM_OK)
		return ERR_IO;
	for (CURLMsg *message; (message = curl.multi_info_read(http->multi, &left));) {
		if (message->msg != CURLMSG_DONE)
			continue;
		struct http_batch *sent;
		long status = 0;
		CURL *easy = message->easy_handle;
		curl.easy_getinfo(easy, CURLINFO_PRIVATE, &sent);
		if (message->data.result == CURLE_OK)
			curl.easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
		curl.multi_remove_handle(http->multi, easy);
		curl.easy_cleanup(easy);
		answers_read(sent, status);
		sender->on_answer(sender->arg, sent->batch);
		free(sent->body);
		buf_done(&sent->answer);
		free(sent);
	}
	return 0;
}

static void on_close(struct sender *sender)
{
	struct http_sender *http = (struct http_sender *)sender;
	curl.multi_cleanup(http->multi);
	curl.slist_free_all(http->headers);
	free(http);
	curl.global_cleanup();
}

struct sender *sender_http(const struct send_as *as, struct why *why)
{
	struct curl_slist *headers = http_headers(as->config[0].keys, as->client, why);
	if (!headers)
		return NULL;
	curl.global_init(CURL_GLOBAL_DEFAULT);
	struct http_sender *http = calloc(1, sizeof *http);
	must(http);
	http->sender = (struct sender){
		.send = on_send,
		.wait = on_wait,
		.close = on_close,
		.batches_max = CONNECTIONS,
		.batch_bytes = 512ul * as->config[0].max_body_kib,
	};
	http->as = as;
	http->headers = curl.slist_append(headers, "Content-Type: application/json");
	http->headers = curl.slist_append(http->headers, "Expect:");
	http->multi = curl.multi_init();
	must(http->headers && http->multi);
	curl.multi_setopt(http->multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)CONNECTIONS);
	return &http->sender;
}
