#include "http/http_chunks.h"
#include "http/http_head.h"
#include "http/http_own.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

struct http_request {
	struct http_connection *connection;
	struct buf text; /* of the head */
	size_t seen;     /* of it, looking for its end */
	bool has_head;
	struct http_head head;
	struct http_chunks chunks;
	uint64_t taken; /* of the body */
	struct buf body;
};

/* ---- what a request says ---- */

bool http_request_is_head(const struct http_request *request)
{
	const char *method = request->head.method;
	return method && strcmp(method, "HEAD") == 0;
}

bool http_request_is_1_0(const struct http_request *request)
{
	return request->head.is_1_0;
}

const char *http_method(const struct http_request *request)
{
	return http_request_is_head(request) ? "GET" : request->head.method;
}

struct http_connection *http_request_connection(const struct http_request *request)
{
	return request->connection;
}

const char *http_path(const struct http_request *request)
{
	return request->head.path;
}

void http_each_parameter(
	const struct http_request *request, http_parameter_fn *on_parameter, void *arg)
{
	const struct http_head *head = &request->head;
	for (size_t i = 0; i < head->query_count; i++)
		on_parameter(arg, head->query[i].name, head->query[i].value);
}

bool http_each_field(struct http_request *request, http_parameter_fn *on_field, void *arg)
{
	struct http_pair pairs[HTTP_QUERY_MAX];
	size_t count = 0;
	if (request->body.len && !http_form_read(request->body.data, request->body.len, pairs,
					 HTTP_QUERY_MAX, &count))
		return false;
	for (size_t i = 0; i < count; i++)
		on_field(arg, pairs[i].name, pairs[i].value);
	return true;
}

const char *http_header_last(const struct http_request *request, const char *name)
{
	const struct http_head *head = &request->head;
	for (size_t i = head->field_count; i-- > 0;)
		if (strcasecmp(head->fields[i].name, name) == 0)
			return head->fields[i].value;
	return NULL;
}

bool http_has_header_like(const struct http_request *request, const char *beginning)
{
	const struct http_head *head = &request->head;
	for (size_t i = 0; i < head->field_count; i++)
		if (strncasecmp(head->fields[i].name, beginning, strlen(beginning)) == 0)
			return true;
	return false;
}

void http_escape(const char *text, const char *plain, struct buf *out)
{
	for (const char *c = text; *c; c++) {
		bool is_plain = (*c >= '0' && *c <= '9') ||
				((*c | 0x20) >= 'a' && (*c | 0x20) <= 'z') || strchr(plain, *c);
		if (is_plain)
			buf_char(out, *c);
		else
			buf_printf(out, "%%%02X", (unsigned char)*c);
	}
}

void http_target_print(const struct http_request *request, struct buf *out)
{
	const struct http_head *head = &request->head;
	http_escape(head->path, "-._~/", out);
	for (size_t i = 0; i < head->query_count; i++) {
		buf_char(out, i ? '&' : '?');
		http_escape(head->query[i].name, "-._~", out);
		if (!head->query[i].value)
			continue;
		buf_char(out, '=');
		http_escape(head->query[i].value, "-._~", out);
	}
}

void http_peer(const struct http_request *request, char text[HTTP_PEER_TEXT])
{
	const union http_address *from = &request->connection->from;
	const void *bytes = from->any.sa_family == AF_INET6 ? (const void *)&from->v6.sin6_addr
							    : &from->v4.sin_addr;
	must(inet_ntop(from->any.sa_family, bytes, text, HTTP_PEER_TEXT));
}

bool http_certificate(const struct http_request *request, struct http_certificate *out)
{
	return request->connection->tls && tls_shown(request->connection->tls, out);
}

const char *http_header(const struct http_request *request, const char *name)
{
	return http_head_field(&request->head, name);
}

const char *http_body(const struct http_request *request, size_t *len)
{
	*len = request->body.len;
	return request->body.data ? request->body.data : "";
}

/* ---- taking: the head ---- */

static bool has_body(const struct http_request *request)
{
	return request->head.chunked || request->head.length > 0;
}

/* Of the others a body means nothing (RFC 9110, 9.3). */
static bool keeps_body(const struct http_request *request)
{
	static const char *const methods[] = {"POST", "PUT", "PATCH"};
	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
		if (strcmp(request->head.method, methods[i]) == 0)
			return true;
	}
	return false;
}

static size_t body_limit(const struct http_request *request)
{
	const struct http_options *options = &request->connection->http->options;
	return keeps_body(request) ? options->max_body_bytes : options->max_ignored_bytes;
}

/* Where the request ends is not known, or far off: what follows cannot be told apart from it. */
static int err_closing(struct http_request *request, int err)
{
	request->connection->closes = true;
	return err;
}

static int head_judge(struct http_request *request, const char **detail)
{
	struct http_connection *connection = request->connection;
	const struct http_options *options = &connection->http->options;
	connection->http->stats.requests++;
	int err = http_head_read(request->text.data, request->text.len, &request->head, detail);
	if (err)
		return err_closing(request, err);
	*detail = "";
	connection->closes = request->head.closes;
	err = options->on_headers ? options->on_headers(options->arg, request) : 0;
	if ((!err || err_http(err) == 415) && request->head.length > body_limit(request))
		err = ERR_TOO_LARGE;
	if (err)
		return has_body(request) ? err_closing(request, err) : err;
	if (!has_body(request))
		return HTTP_WHOLE;
	return request->head.awaits_100 ? HTTP_AWAITED : HTTP_MORE;
}

static int head_take(
	struct http_request *request, const char **at, const char *end, const char **detail)
{
	struct buf *text = &request->text;
	size_t before = text->len, room = HTTP_HEAD_MAX - before, len = (size_t)(end - *at);
	size_t used = len < room ? len : room;
	buf_add(text, *at, used);
	int found = http_head_scan(text->data, text->len, &request->seen);
	if (found <= 0)
		*at += used;
	if (found < 0) {
		*detail = "lines end in CR LF, and no other control character stands in a head";
		return err_closing(request, found);
	}
	if (!found)
		return used == room ? err_closing(request, ERR_HEAD_TOO_LARGE) : HTTP_MORE;
	*at += request->seen - before;
	text->len = request->seen;
	text->data[text->len] = '\0';
	request->has_head = true;
	return head_judge(request, detail);
}

/* ---- taking: the body ---- */

/* 0, or why it is too much. */
static int body_add(struct http_request *request, const char *bytes, size_t len)
{
	struct http *http = request->connection->http;
	http->stats.bytes_in += len;
	request->taken += len;
	if (request->taken > body_limit(request))
		return ERR_TOO_LARGE;
	if (!keeps_body(request))
		return 0;
	bool alone = http->held_bytes == request->body.len;
	if (!alone && http->held_bytes + len > http->options.max_held_bytes)
		return ERR_NO_ROOM;
	buf_add(&request->body, bytes, len);
	http->held_bytes += len;
	return 0;
}

static int body_take(
	struct http_request *request, const char **at, const char *end, const char **detail)
{
	const char *data = *at;
	size_t len = (size_t)(end - *at);
	int ended;
	if (request->head.chunked) {
		ended = http_chunks_take(&request->chunks, at, end, &data, &len);
		if (ended < 0)
			*detail = "this is no chunk";
	} else {
		uint64_t left = request->head.length - request->taken;
		len = len < left ? len : (size_t)left;
		*at += len;
		ended = len == left;
	}
	int err = ended < 0 ? ended : body_add(request, data, len);
	if (err)
		return err_closing(request, err);
	return ended ? HTTP_WHOLE : HTTP_MORE;
}

int http_request_take(
	struct http_request *request, const char **at, const char *end, const char **detail)
{
	*detail = "";
	return request->has_head ? body_take(request, at, end, detail)
				 : head_take(request, at, end, detail);
}

/* ---- life ---- */

void http_request_new(struct http_connection *connection)
{
	connection->request = calloc(1, sizeof *connection->request);
	must(connection->request);
	connection->request->connection = connection;
}

void http_request_free(struct http_request *request)
{
	request->connection->http->held_bytes -= request->body.len;
	request->connection->request = NULL;
	buf_done(&request->text);
	buf_done(&request->body);
	free(request);
}
