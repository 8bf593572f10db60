/*
 * The HTTP door: JSON in, receipts out, and what may be read. Errors come in the order of the contract:
 * 401, 403, 413, 415, 400, then what the core says.
 */
#include "lib/clock.h"
#include "lib/json_out.h"
#include "lib/log.h"
#include "proto/json.h"
#include "proto/problem.h"
#include "proto/submission.h"
#include "stage/stage_own.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { ARRAY_MAX = 1000 };
/* How long one turn of the loop works on answers that take long, and from when on one does: whoever asks for little is
 * answered in between. */
enum { LONG_US = 5000 };

static const char type_json[] = "application/json";
static const char type_form[] = "application/x-www-form-urlencoded";
static const char type_problem[] = "application/problem+json";
static const char type_page[] = "text/html; charset=utf-8";

/* An answer that waits for its commit, or is worked on. */
struct http_reply {
	struct reply reply;
	struct door_http *door;
	struct http_request *request;
	unsigned status;
	const char *type;
	struct buf headers;
	struct buf body;
	struct get_work work;
	struct get_pieces pieces; /* after the body */
};

static void on_drop(struct reply *reply)
{
	struct http_reply *http = (struct http_reply *)reply;
	buf_done(&http->headers);
	if (http->work.ctx)
		http->work.free(http->work.ctx);
	if (http->pieces.more)
		http->pieces.close(http->pieces.ctx);
	buf_done(&http->body);
	free(http);
}

static bool on_piece(void *ctx, struct buf *out)
{
	struct http_reply *http = ctx;
	if (!http->body.len)
		return http->pieces.more(http->pieces.ctx, out);
	buf_add(out, http->body.data, http->body.len);
	buf_clear(&http->body);
	return true;
}

static void on_pieces_end(void *ctx)
{
	on_drop(ctx);
}

static void on_send(struct reply *reply)
{
	struct http_reply *http = (struct http_reply *)reply;
	const struct http_source source = {on_piece, on_pieces_end, reply};
	metric_observe(&http->door->row->latency, clock_mono_us() - reply->since_us);
	if (http->pieces.more) {
		http_stream_start(http->request, http->type, http->headers.data, &source);
		return;
	}
	http_respond(http->request, http->status, http->type, http->headers.data, http->body.data,
		http->body.len);
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

/* They are copied: a reply may wait. NULL: none. */
static void headers_set(struct http_reply *reply, const char *headers)
{
	buf_clear(&reply->headers);
	buf_text(&reply->headers, headers ? headers : "");
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
	headers_set(reply, headers_of(err));
	problem_print(err, detail, faults, &reply->body);
}

/* ---- submissions ---- */

/* What is refused before anything of it is looked at still came in. */
static void refuse_unread(struct door_http *door, int err)
{
	door->row->received++;
	refusal_count(err, door->row);
}

/* What a submission that is none can still be told by. */
static struct trace_name name_of(const struct stage *stage, const char *path,
	const struct client *client, const json_t *json)
{
	const struct door *door = door_of_path(stage->daemon->name, path);
	return (struct trace_name){client->name,
		json_string_value(json_object_get(json, "externalRef")),
		json_string_value(json_object_get(json, "caseId")),
		door && door->flat ? event_kind_name(door->kind) : NULL};
}

/* Whose submissions a request holds, where to, and under which trace (NULL: none). */
struct sent {
	const char *path;
	const struct client *client;
	unsigned role;
	const uint8_t *trace;
};

/* Of two of them neither says it. */
static const uint8_t *trace_of(const struct http_request *request, uint8_t out[TRACE_LEN])
{
	const char *text = http_header(request, "traceparent");
	bool is_only = text && text == http_header_last(request, "traceparent");
	return is_only && traceparent_read(text, out) ? out : NULL;
}

/* One submission, all the way; what it printed into out is its receipt or its problem. */
static void submission_take(struct door_http *door, const struct sent *sent, const json_t *json,
	struct receipt *receipt)
{
	struct stage *stage = door->stage;
	arena_reset(&stage->arena);
	stage->faults->count = 0;
	Wot__V1__Submission *submission;
	int err = submission_from_json(stage->daemon->name, sent->path, sent->role, stage->now_ms,
		json, &submission, stage->faults);
	if (err) {
		const struct trace_name name = name_of(stage, sent->path, sent->client, json);
		stage_refuse(stage, &name, err, receipt);
	} else {
		stage_submit(stage, sent->client->name, sent->trace, submission, receipt);
	}
	receipt_count(receipt, door->row);
}

static void single_take(struct http_reply *reply, const struct sent *sent, const json_t *json)
{
	struct receipt receipt;
	submission_take(reply->door, sent, json, &receipt);
	if (receipt.err) {
		reply_refuse(reply, receipt.err, receipt.detail, receipt.faults);
		return;
	}
	reply->status = receipt_code(&receipt);
	json_from_message(
		&receipt_accepted(&receipt, &reply->door->stage->arena)->base, &reply->body);
}

/* One after another, as what they borrow lives no longer than its submission. */
static void array_take(struct http_reply *reply, const struct sent *sent, const json_t *array)
{
	struct stage *stage = reply->door->stage;
	struct arena *arena = &stage->arena;
	struct sent of_item = *sent;
	uint8_t trace[TRACE_LEN];
	if (sent->trace)
		of_item.trace = memcpy(trace, sent->trace, sizeof trace);
	reply->status = 207;
	size_t i;
	json_t *item;
	json_out_open(&reply->body, NULL, '[');
	json_array_foreach(array, i, item)
	{
		struct receipt receipt;
		if (sent->trace)
			stage_trace_item(stage, json_array_size(array) == 1, trace);
		submission_take(reply->door, &of_item, item, &receipt);
		Wot__V1__Outcome outcome = WOT__V1__OUTCOME__INIT;
		outcome.code = receipt_code(&receipt);
		if (receipt.err)
			outcome.problem =
				problem_new(receipt.err, receipt.detail, receipt.faults, arena);
		else
			outcome.receipt = receipt_accepted(&receipt, arena);
		json_from_message(&outcome.base, &reply->body);
	}
	json_out_close(&reply->body, ']');
}

static bool is_type(const struct http_request *request, const char *expected)
{
	const char *type = http_header(request, "Content-Type");
	size_t len = strlen(expected);
	return type && strncasecmp(type, expected, len) == 0 &&
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
	struct why why = {""};
	uint8_t trace[TRACE_LEN];
	const struct sent sent = {
		http_path(reply->request), client, role, trace_of(reply->request, trace)};
	int err = is_type(reply->request, type_json)
			  ? gets_refuse_parameters(stage, reply->request, &why)
			  : ERR_MEDIA_TYPE;
	if (!err)
		err = json_read(body, len, &json, stage->faults);
	if (!err && !json_is_array(json) && len > 1024ul * stage->config.max_submission_kib) {
		err = why_set(&why, ERR_TOO_LARGE, "one submission is at most %u KiB",
			stage->config.max_submission_kib);
	}
	if (!err && json_is_array(json) &&
		(json_array_size(json) == 0 || json_array_size(json) > ARRAY_MAX)) {
		err = why_set(&why, ERR_INVALID, "an array holds 1 to %d submissions", ARRAY_MAX);
	}
	if (err) {
		refuse_unread(reply->door, err);
		reply_refuse(reply, err, why.text, stage->faults);
	} else if (json_is_array(json)) {
		array_take(reply, &sent, json);
	} else {
		single_take(reply, &sent, json);
	}
	json_decref(json);
}

/* ---- the request ---- */

static bool is_get(const struct http_request *request)
{
	return strcmp(http_method(request), "GET") == 0;
}

static bool is_post(const struct http_request *request)
{
	return strcmp(http_method(request), "POST") == 0;
}

/* What stands at a path: a GET, a form or a submission; each may be NULL. */
struct place_at {
	const struct read *get, *form;
	const struct door *submit;
};

static struct place_at place_of(const struct stage *stage, const struct http_request *request)
{
	const char *path = http_path(request);
	return (struct place_at){
		.get = read_of_path(stage_index(stage), path),
		.form = read_form_of_path(stage_index(stage), path),
		.submit = door_of_path(stage->daemon->name, path),
	};
}

/* The row that the request is for, but for submissions. */
static const struct read *read_of(const struct stage *stage, const struct http_request *request)
{
	const struct place_at place = place_of(stage, request);
	return is_get(request) ? place.get : is_post(request) ? place.form : NULL;
}

/* gzip and the like; nothing is unpacked here. */
static bool is_coded(const struct http_request *request)
{
	const char *coding = http_header(request, "Content-Encoding");
	return coding && *coding && strcasecmp(coding, "identity") != 0;
}

/* What is for that path, as a header: who may not use one method is told of the others. */
static const char *methods_allowed(const struct stage *stage, const struct http_request *request)
{
	const struct place_at place = place_of(stage, request);
	bool post = place.form || place.submit;
	return place.get && post ? "Allow: GET, HEAD, POST\n"
	       : place.get       ? "Allow: GET, HEAD\n"
				 : "Allow: POST\n";
}

/* Who has not signed in is sent to do so, and comes back. */
static bool must_sign_in(const struct read *read, const struct visitor *visitor)
{
	return read->is_page && !read->is_form && read->permission && !visitor->client &&
	       !visitor->is_program;
}

/* A browser says where a form came from, where it can. */
static bool is_form_of_strangers(const struct http_request *request)
{
	const char *site = http_header(request, "Sec-Fetch-Site");
	return site && strcmp(site, "cross-site") == 0;
}

static int read_judge(
	struct stage *stage, const struct read *read, const struct http_request *request)
{
	const struct visitor visitor = visitor_of(stage, request, read->is_page || read->is_stream);
	if (read->is_form && is_form_of_strangers(request))
		return ERR_FORM;
	if (read->permission && !visitor.client && !must_sign_in(read, &visitor))
		return ERR_UNAUTHENTICATED;
	if (visitor.client && !read_may(read, visitor.client->role))
		return ERR_FORBIDDEN;
	return read->is_form && (is_coded(request) || !is_type(request, type_form)) ? ERR_MEDIA_TYPE
										    : 0;
}

static int submit_judge(struct stage *stage, const struct http_request *request)
{
	const struct client *client = stage_client(stage, request, &(struct client_known){0});
	if (!client)
		return ERR_UNAUTHENTICATED;
	if (!(door_roles(stage->daemon->name, http_path(request)) & client->role))
		return ERR_FORBIDDEN;
	return is_coded(request) ? ERR_MEDIA_TYPE : 0;
}

/* A page is meant, and a slash stands behind its address. */
static bool has_slash_behind(const struct stage *stage, const struct http_request *request)
{
	auto_arena struct arena arena = {0};
	const char *path = http_path(request);
	size_t len = strlen(path), meant = len;
	while (meant && path[meant - 1] == '/')
		meant--;
	if (meant == len || !stage->pages || !is_get(request))
		return false;
	const struct read *read =
		read_of_path(stage_index(stage), arena_printf(&arena, "%.*s", (int)meant, path));
	return read && read->is_page;
}

/* What can be said before the body is read: 308, 404, 405, 401, 403, 415. */
static int on_headers(void *arg, struct http_request *request)
{
	struct door_http *door = arg;
	struct stage *stage = door->stage;
	const struct place_at place = place_of(stage, request);
	const struct read *read = read_of(stage, request);
	if (!place.get && !place.form && !place.submit)
		return has_slash_behind(stage, request) ? ERR_SLASH : ERR_NOT_FOUND;
	if (read)
		return read_judge(stage, read, request);
	return is_post(request) && place.submit ? submit_judge(stage, request) : ERR_METHOD;
}

/* Is it a person who asks, whom a problem document would tell little? */
static bool is_for_people(const struct stage *stage, const struct http_request *request)
{
	if (!request || !http_path(request) || !stage->pages)
		return false;
	const struct place_at place = place_of(stage, request);
	const struct read *read = is_post(request) && place.form ? place.form : place.get;
	const char *takes = http_header(request, "Accept");
	if (!read)
		read = place.form;
	return read ? read->is_page
		    : has_slash_behind(stage, request) ||
			       (!place.submit && takes && strstr(takes, "text/html"));
}

/* The same address without the slash behind its path. */
static void add_location(const struct http_request *request, struct buf *headers)
{
	auto_buf struct buf target = {0};
	http_target_print(request, &target);
	size_t query = strcspn(target.data, "?"), path = query;
	while (path && target.data[path - 1] == '/')
		path--;
	buf_printf(headers, "Location: %.*s%s\n", (int)path, target.data, target.data + query);
}

/* Its headers go to `headers`. */
static void page_refuse(const struct stage *stage, const struct http_request *request, int err,
	struct buf *headers, struct buf *out)
{
	const struct visitor visitor = visitor_of(stage, request, true);
	const struct page_house house = pages_house(stage, &visitor);
	const struct read *read = read_of(stage, request);
	auto_buf struct buf people = {0};
	if (read)
		pages_people(read, &visitor, &people);
	buf_char(&people, '\0');
	const struct page_refused refused = {
		.err = err, .people = people.data, .asks = err == ERR_QUESTION && is_get(request)};
	buf_clear(headers);
	buf_text(headers, page_refusal(&house, &refused, out));
	if (err == ERR_SLASH)
		add_location(request, headers);
}

/* AT_ONCE: it waits for no commit, but comes also while the disk is full. */
enum when { AT_ONCE, AFTER_COMMIT, LATER };

static enum when read_answer_into(struct http_reply *reply, const struct read *read)
{
	struct stage *stage = reply->door->stage;
	const struct visitor visitor = visitor_of(stage, reply->request, read->is_page);
	struct get_answer answer = {.text = &reply->body, .status = 302};
	struct why why = {""};
	int err = 0;
	arena_reset(&stage->arena);
	stage->faults->count = 0;
	/* clients may have been reloaded since its headers came */
	if (must_sign_in(read, &visitor))
		answer.headers = pages_sign_in_first(stage, reply->request);
	else if (read->permission && !visitor.client)
		err = ERR_UNAUTHENTICATED;
	else
		err = gets_answer(
			stage, read, reply->request, &visitor, &reply->work, &answer, &why);
	if (err == GET_LATER)
		return LATER;
	if (err == ERR_NOT_FOUND && has_slash_behind(stage, reply->request))
		err = ERR_SLASH;
	reply->pieces = answer.pieces;
	reply->status = answer.status;
	reply->type = answer.type ? answer.type : read->type;
	headers_set(reply, answer.headers);
	if (err && is_for_people(stage, reply->request)) {
		reply->status = err_http(err);
		reply->type = type_page;
		page_refuse(stage, reply->request, err, &reply->headers, &reply->body);
	} else if (err) {
		reply_refuse(reply, err, why.text, stage->faults);
	}
	if (read->is_form && err)
		refusal_count(err, reply->door->row);
	return !read->permission || !visitor.client || err == ERR_UNAUTHENTICATED ? AT_ONCE
										  : AFTER_COMMIT;
}

/* False: it is a refusal that is to be sent. */
static bool stream_answer(struct http_reply *reply, const struct read *read)
{
	struct stage *stage = reply->door->stage;
	struct why why = {""};
	arena_reset(&stage->arena);
	stage->faults->count = 0;
	/* again, as with the others */
	int err = read_judge(stage, read, reply->request);
	if (!err)
		err = gets_refuse_parameters(stage, reply->request, &why);
	if (!err) {
		const struct visitor visitor = visitor_of(stage, reply->request, true);
		err = live_open(stage, read, &visitor, reply->request);
	}
	if (err)
		reply_refuse(reply, err, why.text, stage->faults);
	return !err;
}

static enum when post_answer_into(struct http_reply *reply, const struct client *client)
{
	int closed = stage_open_for_business(reply->door->stage);
	int err = client ? closed : ERR_UNAUTHENTICATED;
	if (err) {
		refuse_unread(reply->door, err);
		reply_refuse(reply, err, "", NULL);
		return AT_ONCE;
	}
	body_take(reply, client, client->role);
	return AFTER_COMMIT;
}

static void later_add(struct door_http *door, struct reply *reply)
{
	reply->next = NULL;
	if (door->later_first)
		door->later_last->next = reply;
	else
		door->later_first = reply;
	door->later_last = reply;
}

static struct reply *later_take(struct door_http *door)
{
	struct reply *reply = door->later_first;
	door->later_first = reply->next;
	return reply;
}

/* The longest that such an answer took of late: a few short ones do not make it be forgotten. */
static void took_note(struct door_http *door, const struct read *read, uint64_t since_us)
{
	uint64_t us = clock_mono_us() - since_us, *took = &door->took_us[read - reads];
	*took -= *took / 8;
	if (us > *took)
		*took = us;
}

static bool takes_long(const struct door_http *door, const struct read *read)
{
	return read && !read->is_form && door->took_us[read - reads] >= LONG_US;
}

static void reply_answer(struct http_reply *reply)
{
	struct stage *stage = reply->door->stage;
	const struct read *read = read_of(stage, reply->request);
	if (read && read->is_stream && stream_answer(reply, read)) {
		on_drop(&reply->reply);
		return;
	}
	enum when when = AT_ONCE;
	uint64_t since_us = clock_mono_us();
	if (!read)
		when = post_answer_into(
			reply, stage_client(stage, reply->request, &(struct client_known){0}));
	else if (!read->is_stream)
		when = read_answer_into(reply, read);
	if (read)
		took_note(reply->door, read, since_us);
	switch (when) {
	case AT_ONCE:
		on_send(&reply->reply);
		break;
	case AFTER_COMMIT:
		reply_wait(stage, &reply->reply);
		break;
	case LATER:
		later_add(reply->door, &reply->reply);
	}
}

bool door_http_work(struct door_http *door)
{
	uint64_t until_us = clock_mono_us() + LONG_US;
	const struct reply *last = door ? door->later_last : NULL;
	bool is_round = !door || !door->later_first;
	while (!is_round && clock_mono_us() < until_us) {
		struct reply *reply = later_take(door);
		is_round = reply == last;
		reply_answer((struct http_reply *)reply);
	}
	return door && door->later_first;
}

bool door_http_resume(struct door_http *door)
{
	while (door && door->parked_first && !store_full(door->stage->store))
		reply_answer(reply_new(door, reply_unpark(door)));
	return door && door->parked_first;
}

static void on_request(void *arg, struct http_request *request)
{
	struct door_http *door = arg;
	struct stage *stage = door->stage;
	stage_clock(stage);
	size_t len;
	http_body(request, &len);
	door->row->bytes += len;
	bool later = door->parked_first || store_full(stage->store);
	const struct read *read = read_of(stage, request);
	bool may_change = !read || (read->is_form && read->permission);
	if (later && may_change && !stage_open_for_business(stage))
		reply_park(door, request);
	else if (takes_long(door, read))
		later_add(door, &reply_new(door, request)->reply);
	else
		reply_answer(reply_new(door, request));
}

static const char *on_refused(void *arg, const struct http_request *request, int err,
	const char *detail, struct buf *body, const char **headers)
{
	struct door_http *door = arg;
	if (err != ERR_NOT_FOUND && err != ERR_METHOD &&
		err != ERR_SLASH) /* those were to be no submissions */
		refuse_unread(door, err);
	const struct stage *stage = door->stage;
	bool is_page = is_for_people(stage, request);
	buf_clear(&door->headers);
	if (is_page) {
		stage_clock(door->stage);
		page_refuse(stage, request, err, &door->headers, body);
	} else {
		problem_print(err, detail, NULL, body);
		buf_text(&door->headers, headers_of(err) ? headers_of(err) : "");
	}
	if (err == ERR_METHOD)
		buf_text(&door->headers, methods_allowed(stage, request));
	*headers = door->headers.data;
	return is_page ? type_page : type_problem;
}

static void on_deaf(void *arg, const char *why)
{
	struct door_http *door = arg;
	door->deaf = why;
	unsigned port = http_port(door->http), tls_port = http_tls_port(door->http);
	if (why)
		log_error("door_deaf", "port=%u tls_port=%u why=\"%s\"", port, tls_port, why);
	else
		log_info("door_hears", "port=%u tls_port=%u", port, tls_port);
}

int door_http_open(struct stage *stage, struct why *why)
{
	if (!stage->config.http[0] && !stage->config.https[0])
		return 0;
	struct door_http *door = calloc(1, sizeof *door);
	must(door);
	door->stage = stage;
	door->row = metric_add(&stage->metrics, "door", "http");
	stage->http = door;
	pages_open(stage);
	struct http_options options = {
		.listen = stage->config.http,
		.listen_tls = stage->config.https,
		.tls_certificate = stage->config.tls_certificate,
		.tls_key = stage->config.tls_key,
		.max_body_bytes = 1024ul * stage->config.max_body_kib,
		.max_ignored_bytes = 1024ul * stage->config.max_ignored_body_kib,
		.max_held_bytes = (1024ul * 1024) * stage->config.max_bodies_mib,
		.max_connections = stage->config.max_connections,
		.max_per_address = stage->config.max_connections_per_address,
		.max_streams = stage->config.max_connections / 2,
		.max_unread_bytes = 1024ul * stage->config.stream_unread_kib,
		.request_timeout_ms = stage->config.request_timeout_ms,
		.on_request = on_request,
		.on_refused = on_refused,
		.on_headers = on_headers,
		.on_deaf = on_deaf,
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
	while ((*door)->parked_first)
		reply_unpark(*door);
	for (struct reply *reply = (*door)->later_first, *next; reply; reply = next) {
		next = reply->next;
		on_drop(reply);
	}
	buf_done(&(*door)->headers);
	pages_close((*door)->stage);
	free(*door);
	*door = NULL;
}
