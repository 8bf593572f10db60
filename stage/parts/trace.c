#include "stage/parts/trace.h"

#include "lib/fault.h"
#include "lib/grow.h"
#include "lib/log.h"
#include "proto/limit.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct trace_commit {
	const char *stream, *kind;
	uint64_t seq;
};

struct trace_name trace_name_of_submission(
	const char *client, const Wot__V1__Submission *submission)
{
	return (struct trace_name){client, submission->external_ref, submission->case_id,
		event_kind_name(submission->body->kind_case)};
}

static struct trace_name name_of(const Wot__V1__Event *event)
{
	return (struct trace_name){event->client, event->external_ref, event->case_id,
		event_kind_name(event->body->kind_case)};
}

/* ---- what is followed ---- */

void trace_off(struct trace *trace)
{
	free(trace->commits);
	*trace = (struct trace){0};
}

/* As a submission must write it, so that no line of the log can hold what may not stand in a ref. */
static bool is_written_so(const Wot__V1__Submission *submission)
{
	auto_arena struct arena arena = {0};
	struct faults faults = {.arena = &arena};
	limit_check(&submission->base, "", &faults);
	return faults.count == 0;
}

int trace_ref(struct trace *trace, const char *name)
{
	const char *slash = strchr(name, '/');
	Wot__V1__Submission naming = WOT__V1__SUBMISSION__INIT;
	naming.external_ref = (char *)(slash ? slash + 1 : "");
	naming.case_ref = (char *)name;
	if (!is_written_so(&naming))
		return ERR_USAGE;
	trace_off(trace);
	trace->on = true;
	snprintf(trace->client, sizeof trace->client, "%.*s", (int)(slash - name), name);
	snprintf(trace->ref, sizeof trace->ref, "%s", slash + 1);
	return 0;
}

int trace_case(struct trace *trace, const char *case_id)
{
	int year;
	uint32_t number;
	if (case_id_parse(case_id, &year, &number) != 0)
		return ERR_USAGE;
	trace_off(trace);
	trace->on = true;
	snprintf(trace->case_id, sizeof trace->case_id, "%s", case_id);
	return 0;
}

bool trace_has(struct trace *trace, const struct trace_name *name)
{
	bool of_case =
		trace->case_id[0] && name->case_id && strcmp(name->case_id, trace->case_id) == 0;
	if (!trace->ref[0] || !name->external_ref)
		return of_case;
	if (!name->client || strcmp(name->external_ref, trace->ref) != 0 ||
		strcmp(name->client, trace->client) != 0)
		return false;
	if (name->case_id)
		snprintf(trace->case_id, sizeof trace->case_id, "%s", name->case_id);
	return true;
}

/* ---- lines ---- */

static void line(const struct trace *trace, const char *step, const char *stream, uint64_t seq,
	const char *kind, const char *outcome)
{
	char asked[160], at[32] = "";
	if (trace->ref[0])
		snprintf(asked, sizeof asked, "ref=%s/%s", trace->client, trace->ref);
	else
		snprintf(asked, sizeof asked, "case=%s", trace->case_id);
	if (seq)
		snprintf(at, sizeof at, " seq=%" PRIu64, seq);
	log_asked("trace", "%s step=%s stream=%s%s kind=%s outcome=%s", asked, step, stream, at,
		kind ? kind : "unknown", outcome);
}

void trace_door(struct trace *trace, const char *stream, uint64_t seq,
	const struct trace_name *name, const char *outcome)
{
	if (trace_has(trace, name))
		line(trace, "door", stream, seq, name->kind, outcome);
}

/* Time and configuration are nobody's: what they lead to may be of what is followed. */
static bool any_is(struct trace *trace, const struct decision *decision)
{
	bool any = false;
	for (size_t i = 0; i < decision->count; i++) {
		const struct trace_name name = name_of(decision->events[i]);
		any |= trace_has(trace, &name);
	}
	return any;
}

static const char *outcome_of(int err, const struct decision *decision)
{
	return err ? err_name(err) : decision->count ? "accepted" : "nothing_follows";
}

static void submission_decided(struct trace *trace, const char *stream, uint64_t seq,
	const struct input *input, int err, const struct decision *decision)
{
	struct trace_name name = trace_name_of_submission(input->client, input->submission);
	if (!err && decision->events[0]->case_id)
		name.case_id = decision->events[0]->case_id;
	trace->within = trace_has(trace, &name);
	if (!trace->within)
		return;
	uint64_t at = err ? 0 : seq;
	line(trace, "door", stream, at, name.kind, "taken");
	line(trace, "decide", stream, at, name.kind, outcome_of(err, decision));
}

void trace_decided(struct trace *trace, const char *stream, uint64_t seq, const struct input *input,
	int err, const struct decision *decision)
{
	struct trace_name name = {0};
	switch (input->kind) {
	case INPUT_SUBMISSION:
		submission_decided(trace, stream, seq, input, err, decision);
		break;
	case INPUT_EVENT:
		name = name_of(input->event);
		trace->within = trace_has(trace, &name);
		if (trace->within)
			line(trace, "decide", stream, seq, name.kind, outcome_of(err, decision));
		break;
	case INPUT_CONFIG:
	case INPUT_TICK:
		if (!err && any_is(trace, decision))
			line(trace, "decide", stream, seq,
				input->kind == INPUT_TICK ? "tick" : input->config_name,
				outcome_of(err, decision));
	}
}

/* ---- in a log ---- */

static void await(struct trace *trace, const char *stream, uint64_t seq, const char *kind)
{
	trace->commits = grown(
		trace->commits, &trace->commit_room, trace->commit_count, sizeof *trace->commits);
	trace->commits[trace->commit_count++] = (struct trace_commit){stream, kind, seq};
}

static void folded(struct trace *trace, const char *stream, uint64_t seq, const char *kind)
{
	line(trace, "fold", stream, seq, kind, "folded");
	await(trace, stream, seq, kind);
}

void trace_evolved(
	struct trace *trace, const char *stream, const Wot__V1__Event *event, uint64_t seq)
{
	const struct trace_name name = name_of(event);
	if (trace_has(trace, &name) || trace->within)
		folded(trace, stream, seq, name.kind);
}

/* Read whole, as it costs nothing where nothing is followed. */
static bool has_packed(struct trace *trace, const struct block_cursor *at)
{
	auto_arena struct arena arena = {0};
	const Wot__V1__Event *event = event_unpack(at->event, at->len, &arena);
	if (!event)
		return false;
	const struct trace_name name = name_of(event);
	return trace_has(trace, &name);
}

static const char *kind_of(const struct block_cursor *at)
{
	return event_kind_name(event_kind(at->event, at->len));
}

void trace_feed(
	struct trace *trace, const char *stream, const struct block_cursor *at, const char *outcome)
{
	if (has_packed(trace, at))
		line(trace, "feed", stream, at->seq, kind_of(at), outcome);
}

void trace_folded(struct trace *trace, const char *stream, const struct block_cursor *at)
{
	if (has_packed(trace, at))
		folded(trace, stream, at->seq, kind_of(at));
}

void trace_commits(struct trace *trace, struct store *store)
{
	size_t left = 0;
	for (size_t i = 0; i < trace->commit_count; i++) {
		const struct trace_commit *commit = &trace->commits[i];
		struct store_head head;
		must(store_head(store, commit->stream, &head) == 0);
		if (head.seq >= commit->seq)
			line(trace, "commit", commit->stream, commit->seq, commit->kind, "durable");
		else
			trace->commits[left++] = *commit;
	}
	trace->commit_count = left;
}
