/*
 * An HTTP/1.1 server on the loop: whole requests in, whole answers out, later if need be, or in pieces. It
 * knows nothing of paths; whoever opens it answers every request, exactly once.
 *
 * What comes from outside is bounded: heads, bodies, connections, the time that each may take. Who has kept
 * it waiting longest makes room when there is none. It looks every two seconds whether it can be reached.
 * Plain HTTP is for this machine alone, TLS for others; both share one table of connections.
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
	 * ERR_CONFIG, a taken port is ERR_ADDRESS. "": nowhere. */
	const char *listen;
	/* The same over TLS, at any address; with our certificate and its key, files of PEM. NULL or "": nowhere. */
	const char *listen_tls, *tls_certificate, *tls_key;
	size_t max_body_bytes;    /* of POST, PUT, PATCH; more: 413, at once */
	size_t max_ignored_bytes; /* of a method that has no body: read, not kept; more: 413 */
	size_t max_held_bytes;    /* of all bodies that are held at once; more than one: 503 */
	unsigned max_connections;
	unsigned max_per_address; /* of them, from one address that is not our own; 0: all */
	unsigned max_streams;     /* of them, that pieces are pushed to */
	size_t max_unread_bytes;  /* of what is pushed; who leaves more unread is dropped */
	/* From the first byte to a complete request, and of an answer that nobody takes; then the
	 * connection is closed. */
	unsigned request_timeout_ms;
	/* A complete request. Answer with http_respond now or on a later turn. */
	void (*on_request)(void *arg, struct http_request *request);
	/* What is refused before that, by the server or by on_headers: writes the body and returns
	 * its content type; headers as in http_respond. detail: a text without values, or "".
	 * request: only what on_headers has seen says anything; NULL: who is not let in. */
	const char *(*on_refused)(void *arg, const struct http_request *request, int err,
		const char *detail, struct buf *body, const char **headers);
	/* Called at the headers, before any body is read: 0, or an ERR_ that is the answer at once.
	 * This is where 401, 403, 404 and 405 come before 413; 413 comes before a 415. May be
	 * NULL. */
	int (*on_headers)(void *arg, struct http_request *request);
	/* It cannot be reached at its own address, and is opened anew; NULL: it can again. */
	void (*on_deaf)(void *arg, const char *why);
	void *arg;
};
int http_open(
	struct http **out, struct loop *loop, const struct http_options *options, struct why *why);
/* Requests not answered yet are dropped: forget them, they are not to be answered after. Not from a
 * callback of the server. */
void http_close(struct http **http);
/* Reads our certificate and its key again; on failure those of before stay. */
int http_renew(struct http *http, struct why *why);
/* 0: it does not listen so. */
unsigned http_port(const struct http *http);
unsigned http_tls_port(const struct http *http);

/* GET for HEAD: the body is left out here. */
const char *http_method(const struct http_request *request);
/* Decoded, without the query; %00 stays as it is. */
const char *http_path(const struct http_request *request);
/* All parameters of the query, in order and decoded; value NULL: there is no `=`. */
typedef void http_parameter_fn(void *arg, const char *name, const char *value);
void http_each_parameter(
	const struct http_request *request, http_parameter_fn *on_parameter, void *arg);
/* The same of the fields of a form, which its body is; false: it is none. Their texts live as long as the request. */
bool http_each_field(struct http_request *request, http_parameter_fn *on_field, void *arg);
/* The last of several; NULL when absent. */
const char *http_header_last(const struct http_request *request, const char *name);
/* Is there one whose name begins so? */
bool http_has_header_like(const struct http_request *request, const char *beginning);
/* As a part of an address; what is in `plain` stays as it is, besides letters and digits. */
void http_escape(const char *text, const char *plain, struct buf *out);
/* Path and query, written anew. */
void http_target_print(const struct http_request *request, struct buf *out);
/* Who is at the other end: "127.0.0.1", "::1". */
enum { HTTP_PEER_TEXT = 48 };
void http_peer(const struct http_request *request, char text[HTTP_PEER_TEXT]);
/* What a client showed at its handshake, and that it has the key of: the SHA-256 of its SubjectPublicKeyInfo (zeros where
 * it cannot be read), and when it holds. false: none, or not over TLS. */
struct http_certificate {
	uint8_t key[32];
	int64_t from_s, until_s;
};
bool http_certificate(const struct http_request *request, struct http_certificate *out);
/* NULL when absent. */
const char *http_header(const struct http_request *request, const char *name);
const char *http_body(const struct http_request *request, size_t *len);

/* headers: "Name: value" lines, each ended by \n, or NULL. The body is copied. The request is
 * gone after. */
void http_respond(struct http_request *request, unsigned status, const char *content_type,
	const char *headers, const void *body, size_t len);

/* ---- an answer in pieces: in chunks, or to a client of HTTP/1.0 until the connection ends ---- */

struct http_stream;

struct http_source {
	/* Adds the next piece, now that the client took the one before, or none yet: it is asked again.
	 * false: it was the last. NULL: pieces are pushed as they come, for as long as the client stays. */
	bool (*more)(void *ctx, struct buf *out);
	/* It ended, from whichever side, and is gone; called once, and from within http_stream_push too. */
	void (*close)(void *ctx);
	void *ctx;
};
/* Is there room for one more that is pushed to? */
bool http_stream_has_room(const struct http *http);
/* Instead of http_respond. NULL: it is closed already, for HEAD asks for no body,
 * or the client is gone. */
struct http_stream *http_stream_start(struct http_request *request, const char *content_type,
	const char *headers, const struct http_source *source);
/* Never waits: a client that does not keep up is dropped. */
void http_stream_push(struct http_stream *stream, const void *bytes, size_t len);
void http_stream_end(struct http_stream *stream); /* closes it, too */

/* Since it was opened, but for `open`. */
struct http_stats {
	uint64_t requests, bytes_in, bytes_out; /* bytes of bodies */
	uint64_t refused;                       /* before on_request */
	uint64_t connections;
	uint64_t timeouts;    /* closed: too slow to send or to read */
	uint64_t turned_away; /* closed or never let in for want of room */
	uint64_t open;        /* connections of now */
	uint64_t broken_off;  /* handshakes that came to nothing */
	uint64_t crowded;     /* not let in: too many from its address */
	uint64_t streams;     /* of them, that pieces are pushed to */
	uint64_t dropped;     /* closed: did not keep up with a stream */
};
void http_stats(const struct http *http, struct http_stats *stats);

#endif
