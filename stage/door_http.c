/*
 * The HTTP door: JSON in, receipts out, and what may be read. Errors come in the order of the contract:
 * 401, 403, 413, 415, 400, then what the core says.
 */
#include "lib/clock.h"
#include "proto/json.h"
#include "stage/shell.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { ARRAY_MAX = 1000, PAGE_DEFAULT = 100, PAGE_MAX = 1000 };

static const char type_json[] = "application/json";
static const char type_problem[] = "application/problem+json";

/* A submission that came when the open block was full. */
struct held {
	struct held *next;
	struct http_request *request;
};

struct door_http {
	struct stage *stage;
	struct http *http;
	struct metric_row *row;
	struct held *held_first, *held_last; /* as many as there are connections, at most */
};

/* An answer that waits for its commit. */
struct http_reply {
	struct reply reply;
	struct door_http *door;
	struct http_request *request;
	unsigned status;
	const char *type;
	const char *headers;
	struct buf body;
};

static void on_drop(struct reply *reply)
{
	struct http_reply *http = (struct http_reply *)reply;
	buf_done(&http->body);
	free(http);
}

static void on_send(struct reply *reply)
{
	struct http_reply *http = (struct http_reply *)reply;
	http_respond(http->request, http->status, http->type, http->headers, http->body.data,
		http->body.len);
	metric_observe(&http->door->row->latency, clock_mono_us() - reply->since_us);
	on_drop(reply);
}

static struct http_reply *reply_new(struct door_http *door, struct http_request *request)
{
	struct http_reply *reply = calloc(1, sizeof *reply);
	must(reply);
	reply->reply.send = on_send;
	reply->reply.drop = on_drop;
	reply->reply.since_us = clock_mono_us();
	reply->door = door;
	reply->request = request;
	reply->type = type_json;
	reply->status = 200;
	return reply;
}

/* What a client should do with a refusal besides reading it. */
static const char *headers_of(int err)
{
	switch (err_http(err)) {
	case 401:
		return "WWW-Authenticate: Bearer\n";
	case 429:
	case 503:
		return "Retry-After: 1\n";
	default:
		return err == ERR_UNKNOWN_CASE ? "Retry-After: 1\n" : NULL;
	}
}

static void reply_refuse(
	struct http_reply *reply, int err, const char *detail, const struct faults *faults)
{
	reply->status = err_http(err);
	reply->type = type_problem;
	reply->headers = headers_of(err);
	problem_print(err, detail, faults, &reply->body);
}

/* ---- submissions ---- */

static void receipt_print(const struct receipt *receipt, struct buf *out)
{
	buf_text(out, "{\"id\":\"");
	buf_hex(out, receipt->id, sizeof receipt->id);
	buf_printf(out, "\",\"seq\":%" PRIu64 ",\"status\":\"%s\"", receipt->seq,
		receipt->duplicate ? "DUPLICATE" : "ACCEPTED");
	if (receipt->case_id[0])
		buf_printf(out, ",\"caseId\":\"%s\"", receipt->case_id);
	buf_char(out, '}');
}

/* What is refused before anything of it is looked at still came in. */
static void refuse_unread(struct door_http *door, int err)
{
	door->row->received++;
	metric_refuse(door->row, err);
}

/* One submission, all the way; what it printed into out is its receipt or its problem. */
static void submission_take(struct door_http *door, const char *path, const struct client *client,
	unsigned role, const json_t *json, struct receipt *receipt)
{
	struct stage *stage = door->stage;
	arena_reset(&stage->arena);
	stage->faults->count = 0;
	Wot__V1__Submission *submission;
	int err = submission_from_json(
		stage->daemon->name, path, role, stage->now_ms, json, &submission, stage->faults);
	if (err)
		*receipt = (struct receipt){.err = err, .detail = "", .faults = stage->faults};
	else
		stage_submit(stage, client->name, submission, receipt);
	receipt_count(receipt, door->row);
}

static unsigned receipt_code(const struct receipt *receipt)
{
	if (receipt->err)
		return err_http(receipt->err);
	return receipt->duplicate ? 200 : 202;
}

static void single_take(struct http_reply *reply, const char *path, const struct client *client,
	unsigned role, const json_t *json)
{
	struct receipt receipt;
	submission_take(reply->door, path, client, role, json, &receipt);
	if (receipt.err) {
		reply_refuse(reply, receipt.err, receipt.detail, receipt.faults);
		return;
	}
	reply->status = receipt_code(&receipt);
	receipt_print(&receipt, &reply->body);
}

static void array_take(struct http_reply *reply, const char *path, const struct client *client,
	unsigned role, const json_t *array)
{
	struct buf *out = &reply->body;
	reply->status = 207;
	size_t i;
	json_t *item;
	json_array_foreach(array, i, item)
	{
		struct receipt receipt;
		submission_take(reply->door, path, client, role, item, &receipt);
		buf_printf(out, "%s{\"code\":%u,", i ? "," : "[", receipt_code(&receipt));
		buf_text(out, receipt.err ? "\"problem\":" : "\"receipt\":");
		if (receipt.err)
			problem_print(receipt.err, receipt.detail, receipt.faults, out);
		else
			receipt_print(&receipt, out);
		buf_char(out, '}');
	}
	buf_char(out, ']');
}

static bool is_json(const struct http_request *request)
{
	const char *type = http_header(request, "Content-Type");
	size_t len = sizeof type_json - 1;
	return type && strncasecmp(type, type_json, len) == 0 &&
	       (!type[len] || type[len] == ';' || type[len] == ' ');
}

static void body_take(struct http_reply *reply, const struct client *client, unsigned role)
{
	struct stage *stage = reply->door->stage;
	size_t len;
	const char *body = http_body(reply->request, &len);
	arena_reset(&stage->arena);
	stage->faults->count = 0;
	json_t *json = NULL;
	int err = is_json(reply->request) ? json_read(body, len, &json, stage->faults)
					  : ERR_MEDIA_TYPE;
	char detail[128] = "";
	if (!err && !json_is_array(json) && len > 1024ul * stage->config.max_submission_kib) {
		err = ERR_TOO_LARGE;
		snprintf(detail, sizeof detail, "one submission is at most %u KiB",
			stage->config.max_submission_kib);
	}
	if (!err && json_is_array(json) &&
		(json_array_size(json) == 0 || json_array_size(json) > ARRAY_MAX)) {
		err = ERR_INVALID;
		snprintf(detail, sizeof detail, "an array holds 1 to %d submissions", ARRAY_MAX);
	}
	if (err) {
		refuse_unread(reply->door, err);
		reply_refuse(reply, err, detail, stage->faults);
	} else if (json_is_array(json)) {
		array_take(reply, http_path(reply->request), client, role, json);
	} else {
		single_take(reply, http_path(reply->request), client, role, json);
	}
	json_decref(json);
}

/* ---- reading ---- */

static int page_of(const struct http_request *request, struct core_query *query)
{
	const char *limit = http_query(request, "limit");
	query->limit = PAGE_DEFAULT;
	query->after = http_query(request, "after");
	if (!limit)
		return 0;
	char *end;
	unsigned long n = strtoul(limit, &end, 10);
	if (*end || n < 1 || n > PAGE_MAX)
		return ERR_INVALID;
	query->limit = (unsigned)n;
	return 0;
}

static void query_take(struct http_reply *reply, const struct client *client, unsigned role)
{
	struct stage *stage = reply->door->stage;
	struct core_query query = {
		.client = client->name,
		.role = role,
		.path = http_path(reply->request),
		.now_ms = stage->now_ms,
	};
	int err = page_of(reply->request, &query);
	const char *detail = err ? "limit is a number from 1 to 1000" : "";
	const struct core *core = stage->daemon->core;
	if (!err)
		err = core && core->query ? core->query(stage->state, &query, &reply->body)
					  : ERR_NOT_FOUND;
	if (err == ERR_NOT_FOUND && door_of_path(stage->daemon->name, query.path))
		err = ERR_METHOD; /* what may only be posted */
	if (err) {
		buf_clear(&reply->body);
		reply_refuse(reply, err, detail, NULL);
	}
}

static void metrics_print(struct stage *stage, struct http_reply *reply)
{
	stats_refresh(stage);
	metrics_open(&stage->metrics, &reply->body);
	buf_text(&reply->body, "# EOF\n");
	reply->type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
}

static void health_print(struct stage *stage, struct http_reply *reply)
{
	bool healthy;
	stats_health(stage, &reply->body, &healthy);
	reply->status = healthy ? 200 : 503;
}

/* ---- the request ---- */

static bool is_open_to_all(const char *path)
{
	return strcmp(path, "/healthz") == 0 || strcmp(path, "/metrics") == 0 ||
	       strcmp(path, "/v1/openapi.json") == 0;
}

static bool is_read(const char *method)
{
	return strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
}

/* What can be said before the body is read: 404, 405, 401, 403. */
static int on_headers(void *arg, struct http_request *request)
{
	struct door_http *door = arg;
	struct stage *stage = door->stage;
	const char *path = http_path(request), *method = http_method(request);
	const struct door *submit = door_of_path(stage->daemon->name, path);
	if (is_read(method) && (is_open_to_all(path) || !stage->daemon->core))
		return 0;
	if (!is_read(method) && (strcmp(method, "POST") != 0 || !submit)) {
		return submit || is_open_to_all(path) ? ERR_METHOD : ERR_NOT_FOUND;
	}
	const struct client *client = stage_client(stage, request);
	if (!client) {
		refuse_unread(door, ERR_UNAUTHENTICATED);
		return ERR_UNAUTHENTICATED;
	}
	if (!is_read(method) && !(door_roles(stage->daemon->name, path) & client->role)) {
		refuse_unread(door, ERR_FORBIDDEN);
		return ERR_FORBIDDEN;
	}
	return 0;
}

/* What needs neither log nor state. */
static bool answer_plain(struct http_reply *reply, const struct client *client)
{
	struct stage *stage = reply->door->stage;
	const char *path = http_path(reply->request);
	int closed = is_read(http_method(reply->request)) ? 0 : stage_open_for_business(stage);
	if (strcmp(path, "/healthz") == 0) {
		health_print(stage, reply);
	} else if (strcmp(path, "/metrics") == 0) {
		metrics_print(stage, reply);
	} else if (strcmp(path, "/v1/openapi.json") == 0) {
		openapi_print(stage->daemon->name, &reply->body);
	} else if (!client) {
		reply_refuse(
			reply, stage->daemon->core ? ERR_UNAUTHENTICATED : ERR_NOT_FOUND, "", NULL);
	} else if (closed) {
		refuse_unread(reply->door, closed);
		reply_refuse(reply, closed, "", NULL);
	} else {
		return false;
	}
	return true;
}

static void request_answer(struct door_http *door, struct http_request *request)
{
	struct stage *stage = door->stage;
	struct http_reply *reply = reply_new(door, request);
	const struct client *client =
		stage_client(stage, request); /* clients may have been reloaded since */
	unsigned role = client ? client->role : 0;
	if (answer_plain(reply, client)) {
		on_send(&reply->reply); /* waits for no commit: it comes also while the disk is full */
		return;
	}
	if (is_read(http_method(request)))
		query_take(reply, client, role);
	else
		body_take(reply, client, role);
	reply_wait(stage, &reply->reply);
}

static void request_hold(struct door_http *door, struct http_request *request)
{
	struct held *held = calloc(1, sizeof *held);
	must(held);
	held->request = request;
	if (door->held_last)
		door->held_last->next = held;
	else
		door->held_first = held;
	door->held_last = held;
}

static struct http_request *held_take(struct door_http *door)
{
	struct held *held = door->held_first;
	struct http_request *request = held->request;
	door->held_first = held->next;
	if (!held->next)
		door->held_last = NULL;
	free(held);
	return request;
}

bool door_http_resume(struct door_http *door)
{
	while (door && door->held_first && !store_full(door->stage->store))
		request_answer(door, held_take(door));
	return door && door->held_first;
}

static void on_request(void *arg, struct http_request *request)
{
	struct door_http *door = arg;
	struct stage *stage = door->stage;
	stage_clock(stage);
	if (!stage->daemon->core && !is_open_to_all(http_path(request)) && stage->daemon->get &&
		stage->daemon->get(stage->ctx, request))
		return;
	size_t len;
	http_body(request, &len);
	door->row->bytes += len;
	bool later = door->held_first || store_full(stage->store);
	if (later && !is_read(http_method(request)) && !stage_open_for_business(stage))
		request_hold(door, request);
	else
		request_answer(door, request);
}

static const char *on_error(void *arg, unsigned status, struct buf *body)
{
	struct door_http *door = arg;
	int err = status == 413 ? ERR_TOO_LARGE : ERR_INVALID;
	for (unsigned i = 0; i < ERR_COUNT; i++) {
		if (err_http(err_at(i)) == status) {
			err = err_at(i);
			break;
		}
	}
	if (status == 413 || status == 400)
		refuse_unread(door, err);
	problem_print(err, "", NULL, body);
	return type_problem;
}

int door_http_open(struct stage *stage, struct why *why)
{
	if (!stage->config.http[0])
		return 0;
	struct door_http *door = calloc(1, sizeof *door);
	must(door);
	door->stage = stage;
	door->row = metric_add(&stage->metrics, "door", "http");
	stage->http = door;
	struct http_options options = {
		.listen = stage->config.http,
		.max_body_bytes = 1024ul * stage->config.max_body_kib,
		.max_connections = stage->config.max_connections,
		.request_timeout_ms = stage->config.request_timeout_ms,
		.on_request = on_request,
		.on_error = on_error,
		.on_headers = on_headers,
		.arg = door,
	};
	return http_open(&door->http, stage->loop, &options, why);
}

void door_http_close(struct door_http **door)
{
	if (!*door)
		return;
	if ((*door)->http)
		http_close(&(*door)->http);
	while ((*door)->held_first)
		held_take(*door);
	free(*door);
	*door = NULL;
}
