/*
 * What the files of the HTTP server share; nobody else includes it. From above: http.c opens and closes,
 * http_accept.c lets in and looks, http_connection.c moves bytes (over TLS through tls.c), http_request.c makes
 * requests of them, http_answer.c bytes of answers, http_stream.c pieces of them.
 */
#ifndef WOT_HTTP_OWN_H
#define WOT_HTTP_OWN_H

#include "http/http.h"
#include "http/tls.h"
#include <netinet/in.h>

union http_address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/* GREETING: the handshake of TLS is under way. IDLE: between requests. READING: from the first byte to a complete request. ANSWERING: whoever opened
 * the server has it. STREAMING: of the answer more will come. WRITING: the rest of it goes out. LINGERING: it is
 * out, what the client still sends is read away: a close with bytes unread is a reset, which may overtake the
 * answer. */
enum http_phase {
	HTTP_GREETING,
	HTTP_IDLE,
	HTTP_READING,
	HTTP_ANSWERING,
	HTTP_STREAMING,
	HTTP_WRITING,
	HTTP_LINGERING
};

struct http_stream {
	struct http_connection *connection;
	struct http_source source;
	/* Of who is asked for pieces: the client took what there was; adds the next one, and sends it. */
	void (*on_taken)(struct http_stream *stream);
	bool chunked;
};

static inline bool http_stream_is_pushed(const struct http_stream *stream)
{
	return !stream->source.more;
}

struct http_connection {
	uv_poll_t poll; /* first */
	struct http *http;
	struct http_connection *next, **link;
	struct http_request *request; /* from its first byte until it is answered */
	struct http_stream *stream;   /* while STREAMING */
	enum http_phase phase;
	uint64_t since_us;       /* it waits for its client */
	int fd, events;          /* events: what it is polled for */
	struct tls_session *tls; /* NULL: plain */
	enum tls_step awaits;    /* while GREETING */
	union http_address from;
	bool running;    /* its callback is under way, which looks after the rest */
	bool closes;     /* behind the answer */
	bool broken;     /* nobody is there any more */
	struct buf rest; /* what came behind the request */
	struct buf out;
	size_t sent;
};

struct http_socket {
	uv_poll_t poll; /* first */
	int fd;
	bool paused;            /* there is no room */
	uint64_t full_since_us; /* with nobody to show out; 0: there is room */
};

/* A connection to ourselves; fd -1: none is under way. */
struct http_look {
	int fd;
	union http_address from;
	bool seen;
	unsigned ticks;    /* that nobody was let in */
	uint64_t accepted; /* by the last of them */
};

/* An address that it listens at. */
struct http_listener {
	struct http *http;
	bool tls;
	union http_address address;
	struct http_socket *socket; /* NULL: it could not be opened anew yet */
	struct http_look look;
	bool deaf;
	uint64_t accepted; /* whoever it was */
};

enum { HTTP_LISTENERS = 2 };

struct http {
	struct loop *loop;
	struct http_options options;
	struct http_listener listeners[HTTP_LISTENERS];
	size_t listener_count;
	struct tls *tls;
	struct loop_timer *look_timer;
	struct loop_timer *sweep; /* while there are connections */
	struct loop_timer *again; /* while nobody is let in */
	int spare_fd;             /* given up to say 503 when there is no other descriptor */
	struct http_connection *connections;
	void (*on_room)(struct http *http); /* there may be room again */
	size_t held_bytes;                  /* of all bodies */
	struct http_stats stats;
	char bytes[64 * 1024]; /* that just came in */
};

/* ---- http_listen.c ---- */
/* anywhere: not on loopback alone. */
int http_address_read(
	const char *text, bool anywhere, union http_address *address, struct why *why);
bool http_address_is_ours(const union http_address *address);
bool http_address_same(
	const union http_address *a, const union http_address *b); /* but for the port */
unsigned http_address_port(const union http_address *address);
socklen_t http_address_size(const union http_address *address);
/* The listening socket, or -1 and errno; port 0 becomes the real one. */
int http_listen(union http_address *address);

/* ---- http_answer.c ---- */
/* How the end of a body is known: its length, chunks, the end of the connection. */
enum http_framing { HTTP_SIZED, HTTP_CHUNKED, HTTP_TO_THE_END };
struct http_answer {
	unsigned status;
	const char *type, *headers;
	const void *body;
	size_t len;
	enum http_framing framing;
	bool closes, head_only;
};
void http_answer_print(const struct http_answer *answer, struct buf *out);

/* ---- http_request.c ---- */
/* AWAITED: its client sends the body once it is told to. */
enum http_step { HTTP_MORE, HTTP_WHOLE, HTTP_AWAITED };
/* The next one of a connection. */
void http_request_new(struct http_connection *connection);
void http_request_free(struct http_request *request);
/* Takes bytes from *at, which moves on. A step, or why it is refused; `detail` as in on_refused. */
int http_request_take(
	struct http_request *request, const char **at, const char *end, const char **detail);
struct http_connection *http_request_connection(const struct http_request *request);
bool http_request_is_head(const struct http_request *request);
bool http_request_is_1_0(const struct http_request *request);

/* ---- http_connection.c ---- */
void http_connection_new(struct http *http, int fd, const union http_address *from, bool tls);
void http_connection_free(struct http_connection *connection);
/* Closes who has kept us waiting longest, over a while that is short for who says nothing; false: there is
 * none. */
bool http_connection_evict(struct http *http);
void http_phase_set(struct http_connection *connection, enum http_phase phase);
size_t http_unsent(const struct http_connection *connection);
/* Sends what can be sent; a last piece is followed by the next phase. */
void http_flush(struct http_connection *connection);
/* What it is to be polled for, or the end of it; where its callback is under way that does it afterwards. */
void http_settle(struct http_connection *connection);

void http_stream_free(struct http_connection *connection);
/* It does not keep up: the connection is broken, and what the kernel keeps for it goes too. */
void http_stream_drop(struct http_connection *connection);

/* ---- http_accept.c ---- */
int http_accept_open(struct http *http, const struct http_options *options, struct why *why);
void http_accept_close(struct http *http);

#endif
