/*
 * Requests to a daemon over HTTP, as a client that has a token; made with libcurl, which sends them, one or many at a
 * time.
 */
#ifndef WOT_CLIENT_HTTP_H
#define WOT_CLIENT_HTTP_H

#include "client/curl.h"
#include "lib/buf.h"
#include "lib/err.h"
#include <jansson.h>
#include <stdbool.h>

/* Who it is from; keys: the folder with NAME.token. The caller's; NULL: there is no token that can
 * be read, or no libcurl. Comes before any other call of libcurl. */
struct curl_slist *http_headers(const char *keys, const char *name, struct why *why);
/* The body of its answer is added to `answer`. */
CURL *http_easy(const char *url, struct curl_slist *headers, long timeout_ms, struct buf *answer);

/* Of whom something is asked, and by whom. */
struct http_asked {
	const char *daemon, *address; /* "case"; HOST:PORT, or "" */
	const char *keys, *client;    /* whose token */
};
/* What came is given on as it comes; false: no more of it is wanted. */
typedef bool http_piece_fn(void *arg, const char *piece, size_t len);
/* GET. ERR_ADDRESS: nobody is there; ERR_IO: refused, for the reason that `why` gives, or broken off. */
int http_get(const struct http_asked *asked, const char *path, http_piece_fn *on_piece, void *arg,
	struct why *why);
int http_get_json(const struct http_asked *asked, const char *path, json_t **out, struct why *why);

#endif
