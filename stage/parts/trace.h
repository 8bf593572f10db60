/*
 * Seeing inside: one input followed through door, decide, fold, commit and feed, as lines of the log. Each
 * daemon follows what its own admin socket was asked to (stats.c); it ends with `trace off` or with the
 * daemon. Where nothing is followed it costs a comparison of `on`.
 *
 * A line has what was asked for, the step, stream, sequence number, kind and outcome: never a value.
 * To add a step: a function here, called where it happens.
 */
#ifndef WOT_TRACE_H
#define WOT_TRACE_H

#include "core/core.h"
#include "proto/case_id.h"
#include "store/block.h"

/* What a submission or an event is known by; each may be NULL. */
struct trace_name {
	const char *client, *external_ref, *case_id, *kind;
};
struct trace_name trace_name_of_submission(
	const char *client, const Wot__V1__Submission *submission);

/* Zero is a valid one that is off. */
struct trace {
	bool on;
	bool within;     /* what is decided now follows from what is followed */
	char client[64]; /* of the ref that was asked for, or empty */
	char ref[72];
	char case_id[CASE_ID_ROOM];   /* asked for, or that of the ref as soon as it is known */
	struct trace_commit *commits; /* in an open block, or in one that is being written */
	size_t commit_count, commit_room;
};

/* What is to be followed from now on, instead of anything before. ERR_USAGE: it is not written so. */
int trace_ref(struct trace *trace, const char *name); /* "CLIENT/REF" */
int trace_case(struct trace *trace, const char *case_id);
void trace_off(struct trace *trace);

/*
 * Does it belong to what is followed? Of a ref that is what came in under it and, when that has a case, what
 * wot itself says of the case from then on; others' submissions about it have a ref of their own.
 */
bool trace_has(struct trace *trace, const struct trace_name *name);

/*
 * The steps: each says a line where what it is called with belongs to it. The shell asks `on` first. stream
 * and seq: of the log where it is, or will be; seq 0: in none.
 */
void trace_door(struct trace *trace, const char *stream, uint64_t seq,
	const struct trace_name *name, const char *outcome);
void trace_decided(struct trace *trace, const char *stream, uint64_t seq, const struct input *input,
	int err, const struct decision *decision);
void trace_evolved(
	struct trace *trace, const char *stream, const Wot__V1__Event *event, uint64_t seq);
void trace_feed(struct trace *trace, const char *stream, const struct block_cursor *at,
	const char *outcome);
void trace_folded(struct trace *trace, const char *stream, const struct block_cursor *at);
/* What was evolved and folded is followed until it is durable. */
void trace_commits(struct trace *trace, struct store *store);

#endif
