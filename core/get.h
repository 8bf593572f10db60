/*
 * A GET, or the form of a page: its row of read.def, and the function of that row, which fills the answer. To add one: a
 * row in read.def, and the function get_ANSWER or form_NAME here declared, in a file of the daemon.
 */
#ifndef WOT_GET_H
#define WOT_GET_H

#include "lib/buf.h"
#include "lib/err.h"
#include "proto/door.pb-c.h"
#include "proto/read.h"
#include "proto/read.pb-c.h"

struct lists;      /* of config/lists.h: what its pages call things by */
struct page_house; /* of web/page.h: what a page says of the house and of who looks at it */

/* Why the submission of a form was not taken. */
struct get_refused {
	int err;
	const struct faults *faults;
};

/* What an answer that takes several turns keeps in between. */
struct get_work {
	void *ctx; /* NULL: nothing yet */
	void (*free)(void *ctx);
};

/* What came in, authenticated. */
struct get {
	const char *client; /* NULL: nobody we know */
	unsigned role;      /* of proto/door.h; 0: nobody's */
	const char *path;
	const char *known, *codings;    /* If-None-Match and Accept-Encoding; NULL */
	const struct page_house *house; /* of a page */
	const struct lists *lists;
	const struct get_refused *refused;
	const char *peer,
		*forwarded; /* of a form: who is at the other end; the last X-Forwarded-For, or NULL */
	const struct parameter *parameters;
	size_t parameter_count;
	int64_t now_ms;
	struct get_work *work; /* NULL: it is to be answered at once */
};

/* The same for the function of its row. */
struct get_query {
	const char *client;
	unsigned role;
	const char *path;
	const char *named;           /* by the path: "2026-000012"; NULL */
	const char *known, *codings; /* as of struct get */
	const struct page_house *house;
	const struct lists *lists;         /* NULL: the daemon has none */
	const struct get_refused *refused; /* of a form whose submission was refused: NULL */
	const char *peer, *forwarded;
	const ProtobufCMessage *parameters; /* of the row, and valid */
	int64_t now_ms;
	struct get_work *work; /* of this request; may be NULL for a core, which answers at once */
	struct arena *arena;   /* for the answer */
	struct faults *
		faults; /* for parameters that only the function knows to be wrong; then ERR_INVALID */
};

/* What of a text is too long to be made at once: asked for as the client takes it. */
struct get_pieces {
	bool (*more)(void *ctx, struct buf *out); /* false: it was the last; NULL: there are none */
	void (*close)(void *ctx);                 /* as soon as no more is wanted */
	void *ctx;
};

struct live;
struct get_answer {
	ProtobufCMessage *message; /* of the row, to be filled; NULL, or set to it: a text */
	struct buf *text;          /* the text that it is */
	struct get_pieces pieces;  /* that follow it */
	struct live *live;         /* of a STREAM, instead: how things stand (lib/live.h) */
	const char *type;          /* of the text; NULL: that of the row */
	const char *headers;       /* besides, as of http_respond; NULL */
	unsigned status;           /* 200, unless it says otherwise */
	/* Of a form: taken in, in the name of who sent it, before the answer is given; where it is refused, the function is
	 * asked again, and told why. */
	Wot__V1__Submission *submission;
};

/* Not yet: the same question comes again on the next turn, with what is kept in `work`. */
enum { GET_LATER = 1 };
/* 0, GET_LATER, or an ERR_ with its reason in `why` (shown to the client: no personal data). */
typedef int get_fn(const void *knowledge, const struct get_query *query, struct get_answer *answer,
	struct why *why);
#define READ(daemon, path, answer, parameters, permission) get_fn get_##answer;
#define TEXT(daemon, path, name, type, permission) get_fn get_##name;
#define PAGE(daemon, path, name, parameters, permission) get_fn get_##name;
#define FORM(daemon, path, name, parameters, permission) get_fn form_##name;
#define STREAM(daemon, path, name, permission) get_fn get_##name;
#include "proto/read.def"
#undef READ
#undef TEXT
#undef PAGE
#undef FORM
#undef STREAM

/*
 * Answers by one of the functions, of a table by get_index (gets.def). ERR_FORBIDDEN; ERR_INVALID, with the
 * parameters' faults; what the function says. `text` is added to on success only.
 */
int get_take(const struct read *read, get_fn *const *functions, const void *knowledge,
	const struct get *get, struct get_answer *answer, struct faults *faults, struct why *why);

/* read_parameters, with the first fault in `why` too. */
int get_parameters(const ProtobufCMessageDescriptor *type, const struct parameter *parameters,
	size_t count, ProtobufCMessage **out, struct faults *faults, struct why *why);
/* The number of the case that a page begins after; 0 from the start. */
int page_after_case(const Wot__V1__Page *page, uint32_t *number, struct why *why);

#endif
