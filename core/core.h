/*
 * What a daemon is, to the shell that runs it: a pure core. `decide` says which events follow from an
 * input, `evolve` what the daemon knows after an event, and nothing else changes its state: a restart
 * replays its own log through evolve. No clock (now_ms comes in), no I/O, no randomness, no configuration
 * but what came in as an event.
 *
 * To write one: daemons/intake/core.c is the shortest. Start from the switch in its decide.
 */
#ifndef WOT_CORE_H
#define WOT_CORE_H

#include "core/get.h"
#include "lib/arena.h"
#include "lib/buf.h"
#include "lib/daemon.h"
#include "lib/err.h"
#include "lib/fault.h"
#include "proto/event.h"
#include <stdbool.h>
#include <stdint.h>

enum input_kind {
	INPUT_SUBMISSION, /* from a door, authenticated and valid by itself */
	INPUT_EVENT,      /* from another daemon's log */
	INPUT_CONFIG,     /* a configuration file whose content differs from the one in the log */
	INPUT_TICK,       /* time has passed */
};

/* What is needed of the vault to keep a person out of the event; made by the door before decide. */
struct input_sealed {
	uint8_t key_id[16];
	const uint8_t *ciphertext;
	size_t ciphertext_len;
	uint8_t household_id[16];
	bool has_key, has_household;
};

struct input {
	enum input_kind kind;
	int64_t now_ms;
	/* INPUT_SUBMISSION; fields 90 to 99 are still in it, for what follows from them (age, ward) */
	const char *client;
	const Wot__V1__Submission *submission;
	const struct input_sealed *sealed; /* intake only */
	/* INPUT_EVENT */
	const char *stream;
	const Wot__V1__Event *event;
	/* INPUT_CONFIG; already checked by core->config_check */
	const char *config_name;
	const char *config_text;
};

/*
 * What a decision gives. Events are built in `arena`; body, case_id, occurred_at_, facts and
 * legal_basis are the core's, the shell adds id, recorded_at, municipality and, to the first event of a
 * submission, client, external_ref and digest. A refusal is an ERR_ code with its reason in `why` (shown
 * to the client: no personal data) and, for ERR_INVALID, `faults`; then no events are taken.
 */
enum { DECISION_MAX = 64 };
struct decision {
	struct arena *arena;
	Wot__V1__Event *events[DECISION_MAX];
	size_t count;
	struct faults *faults;
	struct why why;
};

/* A new event in the decision's arena, with its body's message allocated and its kind set. */
Wot__V1__Event *decision_event(
	struct decision *decision, Wot__V1__Body__KindCase kind, int64_t occurred_at_ms);

/* What an event is about: a case (NULL: none), and by which law it is kept (0: none is said). */
struct subject {
	char *case_id;
	unsigned legal_basis;
};
struct subject subject_of(const Wot__V1__Event *event);
/* A new event about that. */
Wot__V1__Event *decision_case_event(struct decision *decision, Wot__V1__Body__KindCase kind,
	int64_t occurred_at_ms, struct subject subject);

/* The event that says a configuration came in: what a decide of INPUT_CONFIG gives. */
void decision_config(struct decision *decision, const struct input *input);

/* What more than one core refuses, with the reason in the decision. ERR_DIVERGED: of the request no case
 * is given, or one that is there. */
int decision_case_of(
	struct decision *decision, const Wot__V1__Event *request, int *year, uint32_t *number);
int decision_case_again(struct decision *decision, const Wot__V1__Event *request);
/* ERR_UNKNOWN_CASE: of what names a case. */
int decision_case_unknown(struct decision *decision, const Wot__V1__Submission *submission);

struct core {
	const char *name;           /* "intake": its row in daemon.def */
	const char *const *configs; /* files it decides by ("triage.yaml"), NULL-terminated */
	size_t state_size;          /* of what it knows; zeros: before its first event */
	void (*done)(void *state);
	/* 0, or an ERR_ with the reason in the decision. */
	int (*decide)(const void *state, const struct input *input, struct decision *out);
	void (*evolve)(void *state, const Wot__V1__Event *event);
	/* Which kinds of another's events decide looks at; the others are known, and passed over unread. */
	bool (*reads)(Wot__V1__Body__KindCase kind);
	/* Is this text a valid configuration? why: path:line:column and what is wrong. */
	int (*config_check)(const char *name, const char *path, const char *text, struct why *why);
	/* What answers its rows of read.def, from state alone; by get_index. */
	get_fn *const *gets;
};

void *core_state_new(const struct core *core);
void core_state_free(const struct core *core, void *state);

#endif
