/*
 * Requests to a daemon over HTTP, as a client that has a token; made with libcurl, which sends them, one or many at a
 * time.
 */
#ifndef WOT_CLIENT_HTTP_H
#define WOT_CLIENT_HTTP_H

#include "lib/buf.h"
#include "lib/err.h"
#include <curl/curl.h>

/* Who it is from; keys: the folder with NAME.token. The caller's; NULL: there is no token that can be read. */
struct curl_slist *http_headers(const char *keys, const char *name, struct why *why);
/* The body of its answer is added to `answer`. */
CURL *http_easy(const char *url, struct curl_slist *headers, long timeout_ms, struct buf *answer);

#endif
