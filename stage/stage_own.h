/*
 * The inside of the stage, shared by its files alone.
 */
#ifndef WOT_STAGE_OWN_H
#define WOT_STAGE_OWN_H

#include "bus/bus.h"
#include "config/keys.h"
#include "core/get.h"
#include "lib/metric.h"
#include "proto/door.h"
#include "proto/traceparent.h"
#include "stage/parts/dedupe.h"
#include "stage/parts/trace.h"
#include "stage/stage.h"
#include "store/block.h"
#include "web/page.h"

enum { FEEDS_MAX = 4, CONFIGS_MAX = 4 };

struct feed_in;
struct feed_out;
struct live;
struct live_stream;
struct door_push;
struct pages;
struct reply;

/* How far another stream has been read, and what of it is on record. */
struct watermark {
	struct store_head head;
	bool owed; /* read further than the last InputRead says */
	uint64_t owed_since_us;
};

/*
 * What is done otherwise for who decides, and keeps a log of its own, and for who only counts what it copies.
 * Chosen once, when the stage opens: nothing else asks which of the two it is (part.c).
 */
struct part {
	void (*store)(const struct stage *stage, struct store_options *options);
	void *(*state_new)(const struct stage *stage);
	void (*state_free)(const struct stage *stage);
	uint64_t (*last)(const struct stage *stage); /* of its own log; 0 without */
	uint64_t (*durable)(const struct stage *stage);
	uint64_t (*known)(const struct stage *stage); /* grows with what its GETs answer from */
	int (*replay)(struct stage *stage, struct why *why);
	int (*feed_open)(struct stage *stage, struct why *why);
	/* A block of a feed: 0, ERR_BUSY for not now, or what makes it impossible. */
	int (*block_look)(struct feed_in *feed, const struct block *block);
	int (*block_work)(struct feed_in *feed, const uint8_t *bytes, const struct block *block);
	void (*turn)(struct stage *stage);
	void (*tick)(struct stage *stage);
	/* What answers its GETs, and from what. */
	get_fn *const *(*gets)(const struct stage *stage, const void **knowledge);
};
extern const struct part part_decides, part_counts;

struct stage {
	const struct daemon *daemon;
	const struct part *part;
	void *ctx;
	struct config config;
	void *state;
	struct loop *loop;
	struct loop_waker *waker;
	struct loop_timer *ticker;
	struct bus *bus;
	struct store *store;
	struct dedupe *dedupe;
	struct clients clients;
	struct arena arena; /* of the submission or event at hand */
	struct buf packed;
	struct faults *faults;
	struct decision *decision;
	struct trace trace;

	const char *const *feeds; /* the streams it reads */
	size_t feed_count;
	struct watermark marks[FEEDS_MAX];
	struct feed_in *feeds_in[FEEDS_MAX];
	struct feed_out *feed_out;
	struct door_http *http;
	struct live_stream *live; /* those that somebody reads */
	struct door_push *push;
	struct pages *pages; /* NULL: it serves no people */
	struct ctl *ctl, *admin;
	struct ctl_command *commands;

	struct reply *replies_first, *replies_last;
	size_t replies_count;

	uint8_t config_hashes[CONFIGS_MAX][32]; /* of the ConfigLoaded last seen */
	int64_t now_ms;                         /* never goes back */
	int64_t ticked_ms;                      /* the core was told the time */
	uint64_t flushed_seq;                   /* durable at the last turn */
	uint64_t started_us;
	uint64_t kinds[KIND_MAX];
	uint8_t random[4096];
	size_t random_left;
	struct metrics metrics;
	struct metric_row *row_store, *row_curve; /* curve: handshakes */
	uint8_t curve_secret[BUS_KEY_LEN];
	struct {
		int64_t said_ms;
		uint64_t count; /* since then */
	} turned_away[ERR_COUNT];
	bool disk_full, maintenance, stopping;
	int failed;
};

/* ---- shell.c: what every part asks of the whole ---- */
void stage_clock(struct stage *stage); /* sets now_ms */
/* 0 when submissions are taken; else why not (503). */
int stage_open_for_business(const struct stage *stage);
/* Whose connection it is, or NULL when that client has another key by now, or none. */
const struct client *stage_peer(const struct stage *stage, const char *user);
/* Our own log cannot be read: logged, and the daemon stops. */
void stage_unreadable(struct stage *stage, int err, const char *what);
/* The bearer token of a request, or NULL. */
const char *stage_bearer(const struct http_request *request);
/* By what a client was known: it may have several of each. */
struct client_known {
	enum client_way way;
	uint8_t key[CLIENT_KEY];
};
/* Who sent this; NULL: nobody we know. By its certificate, its bearer token, or both of one client. Whoever shows a certificate that is nobody's is nobody,
 * also with a token that is right. */
const struct client *stage_client(
	const struct stage *stage, const struct http_request *request, struct client_known *known);
/* Pages look at no certificate: a browser may send any. */
const struct client *stage_client_by_token(
	const struct stage *stage, const struct http_request *request, struct client_known *known);
bool stage_client_holds(
	const struct stage *stage, const struct client *client, const struct client_known *known);
enum daemon_index stage_index(const struct stage *stage);
/* Counts what a socket's users cannot see: connections that were refused, and says so, once a second a reason. */
void stage_turned_away(struct stage *stage, struct metric_row *row, int err, const char *user);
/* The rest of a socket's row, as it is now. */
void stage_bus_row(struct metric_row *row, const struct bus_socket *socket);
/* What a server of ours bears. */
struct bus_limits stage_limits(
	const struct stage *stage, unsigned connections, size_t unread_bytes);
/* The index of a stream among those that are read, or -1. */
int stage_feed(const struct stage *stage, const char *stream);

/* ---- stage.c ---- */
/* Something was decided or read on this turn. */
void stage_turn(struct stage *stage);

/* ---- decide.c: what becomes of an input ---- */
struct receipt {
	int err; /* 0, or the refusal */
	bool duplicate;
	uint8_t id[EVENT_ID_LEN];
	uint64_t seq;
	char case_id[DEDUPE_CASE_MAX + 1];
	const char *detail;          /* of a refusal, or "" ; dies with the stage's arena */
	const struct faults *faults; /* likewise */
};
unsigned receipt_code(const struct receipt *receipt); /* 202, 200, or that of the refusal */
/* As HTTP and push have it; the receipt stays as long as it. */
Wot__V1__Accepted *receipt_accepted(const struct receipt *receipt, struct arena *arena);
void refusal_count(int err, struct metric_row *row);
void receipt_count(const struct receipt *receipt, struct metric_row *row);
/* An authenticated, valid submission; the receipt holds once everything up to store_last is durable. trace: what it
 * came under (proto/traceparent.h); NULL: nothing. */
void stage_submit(struct stage *stage, const char *client, const uint8_t *trace,
	Wot__V1__Submission *submission, struct receipt *receipt);
/* The span of an item of an array; its trace too, unless it is the only item: else an import would join all whom it
 * is about. */
void stage_trace_item(struct stage *stage, bool is_only, uint8_t trace[TRACE_LEN]);
/* One that is no valid submission; of `name` what it can be told by. */
void stage_refuse(
	struct stage *stage, const struct trace_name *name, int err, struct receipt *receipt);
/* 0, or ERR_DIVERGED: what another daemon accepted cannot be true beside what is known here. */
int stage_input_event(
	struct stage *stage, const char *stream, const Wot__V1__Event *event, uint64_t seq);
size_t stage_input_tick(struct stage *stage); /* a second has passed; how many events that gave */
void stage_input_read(struct stage *stage, size_t feed); /* appends the InputRead that is owed */
/* A file that the core decides by has another content: decided, and entered in the log. */
int stage_input_config(struct stage *stage, const char *name, const char *text,
	const uint8_t hash[32], struct why *why);

/* ---- configure.c ---- */
/* Reads the files the core decides by, each by itself: what is right is taken, of what is wrong the old one
 * stays. `why` says all of it. */
int stage_configure(struct stage *stage, struct why *why);
/* The same, and those that the daemon reads itself, but only looks: what is wrong is added to `errors`. */
int stage_files_check(const struct daemon *daemon, const struct config *config, struct buf *errors);

/* ---- replay.c ---- */
/* Gives the block of a feed to the fold. */
void replay_fold(struct stage *stage, size_t feed, const struct block *block);
int replay_log(struct stage *stage, struct why *why);
int replay_copies(struct stage *stage, struct why *why);

/* ---- reply.c: what waits for its commit ---- */
struct reply {
	struct reply *next;
	uint64_t wait_seq;
	uint64_t since_us;                 /* the door's to set */
	void (*send)(struct reply *reply); /* sends and frees it */
	void (*drop)(struct reply *reply); /* frees it unsent: we are stopping */
};
void reply_wait(struct stage *stage, struct reply *reply);
void replies_send(struct stage *stage);
void replies_drop(struct stage *stage);

/* ---- feed_in.c, feed_out.c ---- */
int feed_in_open(struct stage *stage, size_t feed, struct why *why);
void feed_in_close(struct feed_in **feed);
/* Goes on where it had to wait; true: there is more, and only the open block has no room for it. */
bool feed_in_resume(struct feed_in *feed);
void feed_in_tick(struct feed_in *feed); /* a quarter of a second has passed */
void feed_in_describe(const struct feed_in *feed, struct buf *out);
/* More is known to be there than was worked through, or nobody has answered yet. */
/* A part's way with a block that came in. */
int feed_in_look(struct feed_in *feed, const struct block *block);
int feed_in_decide(struct feed_in *feed, const uint8_t *bytes, const struct block *block);
int feed_in_copy(struct feed_in *feed, const uint8_t *bytes, const struct block *block);
bool feed_in_has_news(const struct feed_in *feed);
const char *feed_in_problem(const struct feed_in *feed); /* NULL: fine */

int feed_out_open(struct stage *stage, struct why *why);
void feed_out_close(struct feed_out **feed);
void feed_out_durable(struct feed_out *feed); /* there may be news for held FETCHes */
void feed_out_tick(struct feed_out *feed);
void feed_out_describe(struct feed_out *feed, struct buf *out); /* NULL: the row alone */

/* ---- pages.c: people ---- */
/* Who sent a request. */
struct visitor {
	const struct client *client; /* NULL: nobody we know */
	struct client_known known;   /* by what */
	bool is_program;             /* by a certificate or a bearer token, or it tried */
	bool has_session;            /* forms of its pages are marked by it */
	struct session session;
};
/* By its bearer token; without one by its session, or of a page as pages_development_role. */
struct visitor visitor_of(
	const struct stage *stage, const struct http_request *request, bool of_page);
bool visitor_form_is_theirs(
	const struct stage *stage, const struct visitor *visitor, const char *token);
void pages_open(struct stage *stage);
void pages_reload(struct stage *stage);
void pages_close(struct stage *stage);
struct page_house pages_house(const struct stage *stage, const struct visitor *visitor);
/* Whom a page is for, as pages call them: "teammanager of beheerder". Nothing where that says too little: who asks is one
 * of them, or anybody may. */
void pages_people(const struct read *read, const struct visitor *visitor, struct buf *out);
/* The headers of a 302 to sign-in, and from there to what was asked for. */
const char *pages_sign_in_first(struct stage *stage, const struct http_request *request);
extern get_fn *const pages_gets[GET_COUNT];

/* ---- gets.c ---- */
/* Answers a GET or a form of that row, or GET_LATER; `answer->text` is given, and headers live as long as the arena. What is left
 * in the stage's faults are those of ERR_INVALID, or of ERR_QUESTION: what is wrong with the address of a GET. */
int gets_answer(struct stage *stage, const struct read *read, struct http_request *request,
	const struct visitor *visitor, struct get_work *work, struct get_answer *answer,
	struct why *why);
/* Asks the function of a STREAM how things stand now. */
int gets_look(struct stage *stage, const struct read *read, struct live *live, struct why *why);
/* ERR_QUESTION where a request that takes no parameters has some. */
int gets_refuse_parameters(
	struct stage *stage, const struct http_request *request, struct why *why);

/* ---- live.c: who reads a STREAM ---- */
/* The answer to that request, for who may; ERR_NO_ROOM, and it is to be answered otherwise. */
int live_open(struct stage *stage, const struct read *read, const struct visitor *visitor,
	struct http_request *request);
void live_turn(struct stage *stage);
void live_close(struct stage *stage); /* behind the door */

/* ---- the doors ---- */
/* What stats.c looks at comes first. */
struct door_http {
	struct http *http;
	bool deaf; /* it does not accept */
	struct metric_row *row;
	struct http_stats told; /* what the row has of its figures */
	struct stage *stage;
	struct buf headers; /* of what is refused at its headers */
	/* As many as there are connections, at most: */
	struct parked *parked_first, *parked_last;
	struct reply *later_first, *later_last; /* answers that are worked on */
	uint64_t took_us[GET_COUNT];            /* of each row of read.def, of late */
};
int door_http_open(struct stage *stage, struct why *why);
/* A request for which there is no room yet waits, and the first one goes on; each that waits is in the door's list. */
void reply_park(struct door_http *door, struct http_request *request);
struct http_request *reply_unpark(struct door_http *door);
void door_http_close(struct door_http **door);
bool door_http_resume(struct door_http *door); /* as feed_in_resume */
/* A step of each, as far as this turn has time for; true: there is more to do. */
bool door_http_work(struct door_http *door);
int door_push_open(struct stage *stage, struct why *why);
void door_push_close(struct door_push **door);
void door_push_pause(struct door_push *door, bool paused);
void door_push_refresh(struct door_push *door); /* gauges of now */

/* ---- stats.c ---- */
int stats_open(struct stage *stage, struct why *why);
void stats_close(struct stage *stage);
void stats_refresh(struct stage *stage); /* gauges of now */

#endif
