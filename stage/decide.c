#include "lib/log.h"
#include "proto/submission.h"
#include "stage/stage_own.h"

#include <inttypes.h>
#include <sodium.h>
#include <string.h>

static void random_take(struct stage *stage, uint8_t out[EVENT_ID_LEN])
{
	if (stage->random_left < EVENT_ID_LEN) {
		randombytes_buf(stage->random, sizeof stage->random);
		stage->random_left = sizeof stage->random;
	}
	stage->random_left -= EVENT_ID_LEN;
	memcpy(out, stage->random + stage->random_left, EVENT_ID_LEN);
}

static ProtobufCBinaryData bytes_of(struct stage *stage, const uint8_t *data, size_t len)
{
	return (ProtobufCBinaryData){.len = len, .data = arena_dup(&stage->arena, data, len)};
}

static const char *kind_of_body(const void *what)
{
	const Wot__V1__Body *body = what;
	return event_kind_name(body->kind_case);
}

/* Of what has no message: a tick. */
static const char *kind_of_itself(const void *what)
{
	return what;
}

static void event_evolve(struct stage *stage, const Wot__V1__Event *event, uint64_t seq)
{
	const char *stream = stage->daemon->name;
	auto_must struct must_during during = {
		"folding", stream, &seq, kind_of_body, event->body, NULL};
	must_begin(&during);
	stage->daemon->core->evolve(stage->state, event);
	if (stage->trace.on)
		trace_evolved(&stage->trace, stream, event, seq);
}

/* Stamps what is the shell's to say, and lets the event become part of what the daemon knows. */
static uint64_t event_append(struct stage *stage, Wot__V1__Event *event)
{
	if (!event->id.len) {
		uint8_t id[EVENT_ID_LEN];
		random_take(stage, id);
		event->id = bytes_of(stage, id, sizeof id);
	}
	event->recorded_at = stage->now_ms;
	event->municipality = stage->config.municipality;
	buf_clear(&stage->packed);
	event_pack(event, &stage->packed);
	uint64_t seq;
	store_append(stage->store, stage->packed.data, stage->packed.len, &seq);
	if (event->has_digest)
		dedupe_add(stage->dedupe, event, seq);
	event_evolve(stage, event, seq);
	if (stage->daemon->on_append)
		stage->daemon->on_append(stage->ctx, event, seq);
	stage->kinds[event->body->kind_case]++;
	return seq;
}

static void decision_begin(struct stage *stage)
{
	struct decision *decision = stage->decision;
	decision->arena = &stage->arena;
	decision->count = 0;
	decision->faults = stage->faults;
	decision->why.text[0] = 0;
	stage->trace.within = false;
}

/* What a decision follows from: a trace (NULL: none), and the case that is under it. */
struct cause {
	const uint8_t *trace;
	const char *case_id;
};

/* A decision may move other cases too: those are not of this trace. */
static bool is_of(const struct cause *cause, const Wot__V1__Event *event)
{
	const char *one = cause->case_id ? cause->case_id : "";
	return cause->trace && !strcmp(one, event->case_id ? event->case_id : "");
}

static const struct cause no_cause;

static void decision_take(struct stage *stage, struct cause cause)
{
	for (size_t i = 0; i < stage->decision->count; i++) {
		Wot__V1__Event *event = stage->decision->events[i];
		event->has_trace = is_of(&cause, event);
		if (event->has_trace)
			event->trace = bytes_of(stage, cause.trace, TRACE_LEN);
		event_append(stage, event);
	}
}

void stage_trace_item(struct stage *stage, bool is_only, uint8_t trace[TRACE_LEN])
{
	uint8_t span[EVENT_ID_LEN];
	random_take(stage, span);
	memcpy(trace + TRACE_ID_LEN, span, TRACE_SPAN_LEN);
	if (!is_only)
		random_take(stage, trace);
}

/* stream: of whose log the input is, and at which of its events. */
static int core_decide(
	struct stage *stage, const struct input *input, const char *stream, uint64_t seq)
{
	int err = stage->daemon->core->decide(stage->state, input, stage->decision);
	if (stage->trace.on)
		trace_decided(&stage->trace, stream, seq, input, err, stage->decision);
	return err;
}

static void refuse(struct receipt *receipt, int err, const struct stage *stage)
{
	receipt->err = err;
	receipt->detail = stage->decision->why.text;
	receipt->faults = stage->faults;
}

static bool is_same(const struct stage *stage, const Wot__V1__Submission *submission,
	const struct dedupe_entry *entry)
{
	uint8_t digest[DEDUPE_DIGEST_LEN];
	if (stage->daemon->is_same)
		return stage->daemon->is_same(stage->ctx, submission, entry->key_id, entry->digest);
	submission_digest(submission, NULL, NULL, digest);
	return memcmp(digest, entry->digest, sizeof digest) == 0;
}

/* Was this ref used before? Then the receipt is decided: the first one again, or a refusal. */
static bool submit_again(struct stage *stage, const char *client,
	const Wot__V1__Submission *submission, struct receipt *receipt)
{
	struct dedupe_entry entry;
	int err =
		dedupe_find(stage->dedupe, stage->store, client, submission->external_ref, &entry);
	if (err == ERR_NOT_FOUND)
		return false;
	if (err) {
		stage_unreadable(stage, err, "rows");
		receipt->err = err;
		return true;
	}
	if (!is_same(stage, submission, &entry)) {
		receipt->err = ERR_REF_TAKEN;
		receipt->detail =
			"an earlier submission has this externalRef; a new one needs its own";
		return true;
	}
	receipt->duplicate = true;
	memcpy(receipt->id, entry.id, sizeof receipt->id);
	receipt->seq = entry.seq;
	memcpy(receipt->case_id, entry.case_id, sizeof receipt->case_id);
	return true;
}

static void admission_begin(struct stage *stage, struct admission *admission, const char *client,
	Wot__V1__Submission *submission)
{
	*admission = (struct admission){
		.submission = submission,
		.client = client,
		.now_ms = stage->now_ms,
		.arena = &stage->arena,
		.faults = stage->faults,
	};
	random_take(stage, admission->event_id);
	if (!stage->daemon->is_same)
		submission_digest(submission, NULL, NULL, admission->digest);
}

/* It went no further than the door. */
static void door_trace(struct stage *stage, struct trace_name name, const struct receipt *receipt)
{
	if (!stage->trace.on)
		return;
	if (receipt->case_id[0])
		name.case_id = receipt->case_id;
	trace_door(&stage->trace, stage->daemon->name, receipt->seq, &name,
		receipt->err ? err_name(receipt->err) : "duplicate");
}

void stage_refuse(
	struct stage *stage, const struct trace_name *name, int err, struct receipt *receipt)
{
	*receipt = (struct receipt){.err = err, .detail = "", .faults = stage->faults};
	door_trace(stage, *name, receipt);
}

static int submit_prepare(struct stage *stage, struct admission *admission, struct receipt *receipt)
{
	int err = stage->daemon->prepare ? stage->daemon->prepare(stage->ctx, admission) : 0;
	if (err) {
		refuse(receipt, err, stage);
		door_trace(stage,
			trace_name_of_submission(admission->client, admission->submission),
			receipt);
	}
	return err;
}

static int submit_decide(struct stage *stage, struct admission *admission, struct receipt *receipt)
{
	struct input input = {
		.kind = INPUT_SUBMISSION,
		.now_ms = stage->now_ms,
		.client = admission->client,
		.submission = admission->submission,
		.sealed = &admission->sealed,
	};
	int err = core_decide(stage, &input, stage->daemon->name, store_last(stage->store) + 1);
	if (err && stage->daemon->withdraw)
		stage->daemon->withdraw(stage->ctx, admission);
	if (err)
		refuse(receipt, err, stage);
	must(err || stage->decision->count > 0);
	return err;
}

/* Its first event is the submission's own. */
static void submit_take(struct stage *stage, const struct admission *admission, char *ref,
	const uint8_t *trace, struct receipt *receipt)
{
	Wot__V1__Event *first = stage->decision->events[0];
	first->id = bytes_of(stage, admission->event_id, sizeof admission->event_id);
	first->client = arena_strdup(&stage->arena, admission->client);
	first->external_ref = ref;
	first->has_digest = true;
	first->digest = bytes_of(stage, admission->digest, sizeof admission->digest);
	receipt->seq = store_last(stage->store) + 1;
	memcpy(receipt->id, admission->event_id, sizeof receipt->id);
	if (first->case_id)
		strcpy(receipt->case_id, first->case_id);
	decision_take(stage, (struct cause){trace, first->case_id});
}

void stage_submit(struct stage *stage, const char *client, const uint8_t *trace,
	Wot__V1__Submission *submission, struct receipt *receipt)
{
	const uint64_t seq = store_last(stage->store) + 1;
	auto_must struct must_during during = {
		"deciding", stage->daemon->name, &seq, kind_of_body, submission->body, NULL};
	must_begin(&during);
	*receipt = (struct receipt){.detail = ""};
	decision_begin(stage);
	if (submit_again(stage, client, submission, receipt)) {
		door_trace(stage, trace_name_of_submission(client, submission), receipt);
		return;
	}
	char *ref = submission->external_ref;
	struct admission admission;
	admission_begin(stage, &admission, client, submission);
	if (submit_prepare(stage, &admission, receipt) == 0 &&
		submit_decide(stage, &admission, receipt) == 0)
		submit_take(stage, &admission, ref, trace, receipt);
}

int stage_input_event(
	struct stage *stage, const char *stream, const Wot__V1__Event *event, uint64_t seq)
{
	auto_must struct must_during during = {
		"deciding", stream, &seq, kind_of_body, event->body, NULL};
	must_begin(&during);
	struct input input = {
		.kind = INPUT_EVENT,
		.now_ms = stage->now_ms,
		.stream = stream,
		.event = event,
	};
	decision_begin(stage);
	int err = core_decide(stage, &input, stream, seq);
	if (err)
		log_error("input_refused", "stream=%s reason=%s why=\"%s\"", stream, err_name(err),
			stage->decision->why.text);
	else
		decision_take(stage, (struct cause){event->has_trace ? event->trace.data : NULL,
					     event->case_id});
	return err;
}

size_t stage_input_tick(struct stage *stage)
{
	const uint64_t seq = store_last(stage->store) + 1;
	auto_must struct must_during during = {
		"deciding", stage->daemon->name, &seq, kind_of_itself, "tick", NULL};
	must_begin(&during);
	struct input input = {.kind = INPUT_TICK, .now_ms = stage->now_ms};
	decision_begin(stage);
	int err = core_decide(stage, &input, stage->daemon->name, seq);
	must(err == 0);
	decision_take(stage, no_cause);
	arena_reset(&stage->arena);
	return stage->decision->count;
}

void stage_input_read(struct stage *stage, size_t feed)
{
	struct watermark *mark = &stage->marks[feed];
	decision_begin(stage);
	Wot__V1__Event *event =
		decision_event(stage->decision, WOT__V1__BODY__KIND_INPUT_READ, stage->now_ms);
	Wot__V1__InputRead *read = event->body->input_read;
	read->stream = arena_strdup(&stage->arena, stage->feeds[feed]);
	read->stream_id = bytes_of(stage, mark->head.id, STORE_ID_LEN);
	read->seq = mark->head.seq;
	read->hash = bytes_of(stage, mark->head.hash, STORE_HASH_LEN);
	decision_take(stage, no_cause);
	mark->owed = false;
}

int stage_input_config(struct stage *stage, const char *name, const char *text,
	const uint8_t hash[32], struct why *why)
{
	const uint64_t seq = store_last(stage->store) + 1;
	auto_must struct must_during during = {
		"deciding", stage->daemon->name, &seq, kind_of_itself, name, NULL};
	must_begin(&during);
	struct input input = {
		.kind = INPUT_CONFIG,
		.now_ms = stage->now_ms,
		.config_name = name,
		.config_text = text,
	};
	decision_begin(stage);
	int err = core_decide(stage, &input, stage->daemon->name, seq);
	if (err)
		return why_set(why, err, "%s", stage->decision->why.text);
	for (size_t i = 0; i < stage->decision->count; i++) {
		Wot__V1__Body *body = stage->decision->events[i]->body;
		if (body->kind_case == WOT__V1__BODY__KIND_CONFIG_LOADED)
			body->config_loaded->hash = bytes_of(stage, hash, 32);
	}
	decision_take(stage, no_cause);
	return 0;
}
