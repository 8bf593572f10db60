/*
 * The shell that every daemon runs in: loop, sockets, log. It knows no domain. A daemon brings a
 * `struct daemon`: its core, or, if it only reads, a fold; its door's preparations; its own commands.
 *
 * One turn: inputs (doors, feeds) → stage_submit / stage_feed → decide → events → evolve → open block;
 * at the end of the turn the store takes the block; when it is durable the replies that waited are sent
 * and held FETCHes answered. Start reading at stage_submit.
 */
#ifndef WOT_STAGE_H
#define WOT_STAGE_H

#include "config/clients.h"
#include "config/config.h"
#include "core/core.h"
#include "http/http.h"
#include "lib/ctl.h"
#include "store/store.h"

struct stage;

/* A valid submission on its way to decide. `prepare` may resolve, seal and set what the digest is. */
struct admission {
	Wot__V1__Submission *submission;
	const char *client;
	int64_t now_ms;
	uint8_t event_id[EVENT_ID_LEN]; /* of the event that it will become */
	uint8_t digest
		[16]; /* of the message as it came; a daemon with is_same sets it in prepare */
	struct input_sealed sealed;
	struct arena *arena;
	struct faults *faults;
};

struct daemon {
	const char *name;        /* "intake": its row in daemon.def */
	const struct core *core; /* NULL: it only reads, and keeps replicas of its feeds */
	const struct ctl_command *
		commands; /* on its stats socket besides everybody's, run with the stage; NULL: none */

	/* All of these may be NULL; ctx is what `open` made. */
	int (*open)(void **ctx, struct stage *stage, struct why *why); /* before replay */
	int (*ready)(void *ctx, struct why *why); /* after replay, before any bind */
	void (*close)(void **ctx);
	int (*reload)(void *ctx, struct why *why); /* SIGHUP; the old stays on failure */
	/* Looks at the files that `open` reads, and no more. */
	int (*check)(const struct config *config, struct why *why);
	/* Does this digest belong to that content? key_id: of the earlier one's sealed part. */
	bool (*is_same)(void *ctx, const Wot__V1__Submission *submission, const uint8_t key_id[16],
		const uint8_t digest[16]);
	int (*prepare)(void *ctx, struct admission *admission); /* 0, or ERR_INVALID with faults */
	void (*withdraw)(void *ctx, struct admission *admission); /* it was refused after prepare */
	void (*on_append)(void *ctx, const Wot__V1__Event *event, uint64_t seq);
	void (*on_durable)(void *ctx, uint64_t seq);
	int (*before_commit)(void *ctx); /* on the writer thread */
	void (*fold)(void *ctx, size_t feed, const uint8_t *event, size_t len, uint64_t seq);
	void (*fold_replayed)(void *ctx); /* the replicas have been read */
	/* How much of what was folded contradicts something else and counts nowhere. */
	uint64_t (*left_out)(void *ctx);
	get_fn *const *gets; /* without a core: what answers its rows of read.def, with ctx */
	const struct lists *(*lists)(void *ctx); /* what its pages call things by */
	void (*turn)(void *ctx);                 /* at the end of each turn */
	void (*tick)(void *ctx, int64_t now_ms); /* some times a second */
};

int stage_open(struct stage **out, const struct daemon *daemon, const struct config *config,
	struct why *why);
void stage_close(struct stage **stage);
/* Until SIGTERM or SIGINT (0), or what makes going on impossible (ERR_, logged). */
int stage_run(struct stage *stage);
void stage_stop(struct stage *stage, int err);

const struct config *stage_config(const struct stage *stage);
void *stage_ctx(const struct stage *stage);   /* what the daemon's open made */
void *stage_state(const struct stage *stage); /* of the core */
struct store *stage_store(const struct stage *stage);
/* How far a feed has been read. */
uint64_t stage_read_seq(const struct stage *stage, size_t feed);

#endif
