/*
 * What the files of the HTTP server share; nobody else includes it. http.c takes requests and
 * answers, http_listen.c opens the port, http_watch.c closes who is too slow and sees refusals off.
 */
#ifndef WOT_HTTP_OWN_H
#define WOT_HTTP_OWN_H

#include "lib/http.h"
#include <microhttpd.h>

struct http {
	struct loop *loop;
	struct http_options options;
	struct MHD_Daemon *mhd;
	uv_poll_t poll;   /* on its epoll fd */
	uv_timer_t timer; /* when it wants to run again */
	unsigned handles; /* of the two, those that libuv still has */
	struct http_connection *connections;
	struct http_linger *lingers;
	struct loop_timer *sweep; /* while there is one of either */
	unsigned port, unsent;    /* unsent: answered, not yet out */
	bool resumed, closing;
	struct http_stats stats;
};

/* IDLE: between requests. READING: from its first byte to a complete request; the sweep's clock
 * runs. ANSWERING: from there on. */
enum http_phase { HTTP_IDLE, HTTP_READING, HTTP_ANSWERING, HTTP_SHUT };

struct http_connection {
	struct http *http;
	struct http_connection *next, **link;
	struct MHD_Connection *mhd;
	int fd;
	enum http_phase phase;
	uint64_t since_us;   /* of READING */
	uint64_t bytes_then; /* that had come when the last request was complete */
	struct http_request *request;
	bool suspended;
};

/* Opens the listening socket; port becomes the real one where 0 was asked. */
int http_listen(const char *listen, int *fd, unsigned *port, struct why *why);

struct http_connection *http_connection_new(struct http *http, struct MHD_Connection *mhd);
void http_connection_free(struct http_connection *connection);
void http_connection_answering(struct http_connection *connection);
/*
 * For an answer that comes before the body was read: libmicrohttpd closes behind it, and a close
 * with bytes unread is a reset that may overtake the answer. This reads them away until the client
 * is done.
 */
void http_linger(struct http *http, int fd);
void http_watch_done(struct http *http);

#endif
