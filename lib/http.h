/*
 * An HTTP/1.1 server on the loop (libmicrohttpd): whole requests in, whole answers out, later if need
 * be. It knows nothing of paths; whoever opens it answers every request, exactly once.
 */
#ifndef WOT_HTTP_H
#define WOT_HTTP_H

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/loop.h"
#include <stdbool.h>
#include <stdint.h>

struct http;
struct http_request; /* lives until it is answered */

struct http_options {
	/* "127.0.0.1:8480", "[::1]:8480", "localhost:0"; plain HTTP, so loopback only: others are
	 * ERR_CONFIG, a taken port is ERR_ADDRESS. */
	const char *listen;
	size_t max_body_bytes; /* more: 413, at the headers where Content-Length says so */
	unsigned max_connections;
	/* From the first byte to a complete request; then it is closed. */
	unsigned request_timeout_ms;
	/* A complete request. Answer with http_respond now or on a later turn. */
	void (*on_request)(void *arg, struct http_request *request);
	/* The 413 and 400 that the server gives by itself, and what on_headers refuses: writes
	 * the body, returns its content type. (What libmicrohttpd cannot parse at all it answers
	 * in its own words.) */
	const char *(*on_error)(void *arg, unsigned status, struct buf *body);
	/* Called at the headers, before any body is read: 0, or an ERR_ whose status and
	 * on_error body are the answer at once. This is where 401, 403, 404 and 405 come before
	 * 413; 413 comes before a 415. It may also answer by http_respond, for headers of its
	 * own, and return 0. May be NULL. */
	int (*on_headers)(void *arg, struct http_request *request);
	/* A request with a tag went without an answer of yours: it was never complete, or
	 * http_close dropped it. Release the tag; the request's pointer is void. May be NULL. */
	void (*on_gone)(void *arg, void *tag);
	void *arg;
};
int http_open(
	struct http **out, struct loop *loop, const struct http_options *options, struct why *why);
/* Sends what was answered; requests not answered yet are dropped: forget them, they are not to
 * be answered after. Not from a callback of the server. */
void http_close(struct http **http);
unsigned http_port(const struct http *http);

/* GET for HEAD: the body is left out here. */
const char *http_method(const struct http_request *request);
/* Decoded, without the query; %00 stays as it is. */
const char *http_path(const struct http_request *request);
/* All parameters of the query, in order and decoded; value NULL: there is no `=`. */
typedef void http_parameter_fn(void *arg, const char *name, const char *value);
void http_each_parameter(
	const struct http_request *request, http_parameter_fn *on_parameter, void *arg);
/* NULL when absent. */
const char *http_header(const struct http_request *request, const char *name);
const char *http_body(const struct http_request *request, size_t *len);
/* For on_headers to leave something for on_request. */
void *http_tag(const struct http_request *request);
void http_set_tag(struct http_request *request, void *tag);

/* headers: "Name: value" lines, each ended by \n, or NULL. The body is copied. The request is
 * gone after. */
void http_respond(struct http_request *request, unsigned status, const char *content_type,
	const char *headers, const void *body, size_t len);

struct http_stats {
	uint64_t requests, bytes_in, bytes_out; /* bytes of bodies */
	uint64_t refused;                       /* by on_headers, 413, or a 400 of ours */
	uint64_t connections, timeouts; /* timeouts: closed before the request was complete */
};
void http_stats(const struct http *http, struct http_stats *stats);

#endif
