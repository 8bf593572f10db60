/*
 * The push door: Submit in, Receipts out, over CURVE. Who sent it is whose key the connection has, never
 * what the message says.
 */
#include "lib/clock.h"
#include "lib/log.h"
#include "lib/varint.h"
#include "proto/problem.h"
#include "proto/submission.h"
#include "stage/parts/submit.h"
#include "stage/stage_own.h"

#include <string.h>

enum {
	WAITING_BYTES = 8 << 20, /* of receipts that wait for their commit; more is not read */
	CUT_SAID_AGAIN_MS = 1000,
};

struct door_push {
	struct stage *stage;
	struct bus_socket *socket;
	struct metric_row *row, *bus_row;
	struct buf receipts;  /* of the Submit at hand */
	size_t waiting_bytes; /* of receipts */
	int64_t cut_said_ms;
};

/* Receipts that wait for their commit: the frames to give back, and the packed answer. */
struct push_reply {
	struct reply reply;
	struct door_push *door;
	struct bus_message message;
	size_t waiting_bytes;
};

static void on_drop(struct reply *reply)
{
	struct push_reply *push = (struct push_reply *)reply;
	push->door->waiting_bytes -= push->waiting_bytes;
	bus_message_done(&push->message);
	free(push);
}

static void on_send(struct reply *reply)
{
	struct push_reply *push = (struct push_reply *)reply;
	push->door->waiting_bytes -= push->waiting_bytes;
	metric_observe(&push->door->row->latency, clock_mono_us() - reply->since_us);
	(void)bus_send(
		push->door->socket, &push->message); /* who is gone sends the same refs again */
	free(push);
}

static void field_add(struct buf *out, unsigned field, const struct buf *bytes)
{
	varint_add(out, field << 3 | 2);
	varint_add(out, bytes->len);
	buf_add(out, bytes->data, bytes->len);
}

/* ---- receipts ---- */

static void receipt_pack(struct arena *arena, const struct receipt *from, struct buf *out)
{
	Wot__V1__Receipt receipt = WOT__V1__RECEIPT__INIT;
	receipt.code = receipt_code(from);
	if (from->err) {
		receipt.problem = problem_new(from->err, from->detail, from->faults, arena);
	} else {
		const Wot__V1__Accepted *accepted = receipt_accepted(from, arena);
		receipt.has_id = receipt.has_seq = receipt.has_status = true;
		receipt.id = accepted->id;
		receipt.seq = accepted->seq;
		receipt.status = accepted->status;
		receipt.case_id = accepted->case_id;
	}
	message_pack(&receipt.base, out);
}

/* ---- a Submit ---- */

/* What a submission that is none can still be told by: what is broken in its form may yet be read. */
static struct trace_name name_of(
	struct stage *stage, const char *client, const uint8_t *bytes, size_t len)
{
	const Wot__V1__Submission *submission = NULL;
	if (stage->trace.on)
		submission = (void *)message_unpack(
			&wot__v1__submission__descriptor, bytes, len, &stage->arena);
	return (struct trace_name){client, submission ? submission->external_ref : NULL,
		submission ? submission->case_id : NULL,
		event_kind_name(submission_kind(bytes, len))};
}

static void submission_take(struct door_push *door, const char *client, unsigned role,
	const struct scan *bytes, struct receipt *receipt)
{
	struct stage *stage = door->stage;
	size_t len = (size_t)(bytes->end - bytes->at);
	stage->faults->count = 0;
	Wot__V1__Submission *submission;
	int err = len > 1024ul * stage->config.max_submission_kib ? ERR_TOO_LARGE : 0;
	if (!err)
		err = submission_from_wire(stage->daemon->name, role, stage->now_ms, bytes->at, len,
			&submission, stage->faults);
	if (err) {
		const struct trace_name name = name_of(stage, client, bytes->at, len);
		stage_refuse(stage, &name, err, receipt);
	} else {
		stage_submit(stage, client, NULL, submission, receipt);
	}
	receipt_count(receipt, door->row);
}

static void submit_take(struct door_push *door, const char *client, unsigned role, struct scan scan)
{
	struct stage *stage = door->stage;
	auto_buf struct buf packed = {0};
	struct scan submission;
	uint64_t number;
	while (submit_next(&scan, &number, &submission) == 0) {
		if (!submission.at)
			continue;
		struct receipt receipt;
		arena_reset(&stage->arena);
		submission_take(door, client, role, &submission, &receipt);
		buf_clear(&packed);
		receipt_pack(&stage->arena, &receipt, &packed);
		field_add(&door->receipts, 2, &packed);
	}
}

static void receipts_begin(struct door_push *door, uint64_t request)
{
	Wot__V1__Receipts head = WOT__V1__RECEIPTS__INIT;
	head.request = request;
	buf_clear(&door->receipts);
	message_pack(&head.base, &door->receipts);
}

/* The whole Submit is refused: one problem, no receipts. */
static void submit_refuse(struct door_push *door, uint64_t request, int err, const char *detail)
{
	struct arena *arena = &door->stage->arena;
	refusal_count(err, door->row);
	Wot__V1__Receipts receipts = WOT__V1__RECEIPTS__INIT;
	receipts.request = request;
	receipts.problem = problem_new(err, detail, NULL, arena);
	buf_clear(&door->receipts);
	message_pack(&receipts.base, &door->receipts);
	arena_reset(arena);
}

/* True when it was decided about, so that the answer must wait for the log. */
static bool payload_take(struct door_push *door, const char *user, struct scan scan)
{
	struct stage *stage = door->stage;
	door->row->bytes += (size_t)(scan.end - scan.at);
	const struct client *client = stage_peer(stage, user);
	uint64_t request = 0;
	size_t count;
	int err = submit_check(scan, &request, &count);
	int closed = stage_open_for_business(stage);
	if (!client)
		submit_refuse(door, request, ERR_UNAUTHENTICATED, "");
	else if (err)
		submit_refuse(door, request, err,
			"one frame holds one Submit with a request and 1 to 4096 submissions");
	else if (closed)
		submit_refuse(door, request, closed, "");
	else {
		receipts_begin(door, request);
		submit_take(door, client->name, client->role, scan);
		return true;
	}
	return false;
}

/* Frames up to the first empty one are the sender's envelope and go back as they came. What it goes before is
 * not of it: so an answer, in its place, is never of more frames than the question. */
static size_t envelope_size(struct bus_message *message)
{
	for (size_t i = 1; i + 1 < message->count; i++) {
		if (zmq_msg_size(&message->frames[i]) == 0)
			return i + 1;
	}
	return 1;
}

/* Of a Submit that went by unread the beginning is there, and with it which request it was. */
static void cut_refuse(struct door_push *door, const char *user, struct scan beginning)
{
	struct stage *stage = door->stage;
	char detail[128];
	uint64_t request = 0;
	struct scan submission;
	if (submit_next(&beginning, &request, &submission) != 0)
		request = 0;
	snprintf(detail, sizeof detail,
		"a Submit is one frame of at most %u bytes: send it in parts",
		1024 * stage->config.push_message_kib);
	submit_refuse(door, request, ERR_TOO_LARGE, detail);
	const struct client *client = stage_peer(stage, user);
	if (stage->now_ms - door->cut_said_ms < CUT_SAID_AGAIN_MS)
		return;
	door->cut_said_ms = stage->now_ms;
	log_warning("push_too_large", "client=%s max_kib=%u", client ? client->name : "-",
		stage->config.push_message_kib);
}

/* True: it was decided about. Either way there is an answer. */
static bool message_take(
	struct door_push *door, struct bus_message *message, size_t envelope, const char *user)
{
	bool one = message->count == envelope + 1;
	zmq_msg_t *payload = &message->frames[message->count - 1];
	const uint8_t *bytes = zmq_msg_data(payload);
	struct scan scan = {.at = bytes, .end = bytes + (one ? zmq_msg_size(payload) : 0)};
	if (message->cut)
		cut_refuse(door, user, scan);
	else if (one)
		return payload_take(door, user, scan);
	else
		submit_refuse(door, 0, ERR_NOT_PROTOBUF, "a Submit is one frame");
	return false;
}

static struct push_reply *reply_new(
	struct door_push *door, struct bus_message *message, size_t envelope)
{
	struct push_reply *reply = calloc(1, sizeof *reply);
	must(reply);
	reply->reply.send = on_send;
	reply->reply.drop = on_drop;
	reply->reply.since_us = clock_mono_us();
	reply->door = door;
	for (size_t i = 0; i < envelope; i++)
		bus_frame_add(&reply->message, zmq_msg_data(&message->frames[i]),
			zmq_msg_size(&message->frames[i]));
	bus_frame_add(&reply->message, door->receipts.data, door->receipts.len);
	reply->waiting_bytes = door->receipts.len;
	door->waiting_bytes += reply->waiting_bytes;
	return reply;
}

static void on_message(
	void *arg, struct bus_socket *socket, struct bus_message *message, const char *user)
{
	(void)socket;
	struct door_push *door = arg;
	struct stage *stage = door->stage;
	stage_clock(stage);
	size_t envelope = envelope_size(message);
	bool decided = message_take(door, message, envelope, user);
	struct push_reply *reply = reply_new(door, message, envelope);
	if (decided)
		reply_wait(stage, &reply->reply);
	else
		on_send(&reply->reply); /* says nothing of the log: also while the disk is full */
	door_push_pause(door, store_full(stage->store)); /* the rest is for the next block */
}

static void on_refused(void *arg, int err, const char *user)
{
	struct door_push *door = arg;
	stage_turned_away(door->stage, door->bus_row, err, user);
}

/* ---- the face ---- */

int door_push_open(struct stage *stage, struct why *why)
{
	if (!stage->config.push[0])
		return 0;
	struct door_push *door = calloc(1, sizeof *door);
	must(door);
	door->stage = stage;
	door->row = metric_add(&stage->metrics, "door", "push");
	door->bus_row = metric_add(&stage->metrics, "bus", "push");
	stage->push = door;
	struct bus_options options = {
		.endpoint = stage->config.push,
		.max_message_bytes = 1024ul * stage->config.push_message_kib,
		.secret = stage->curve_secret,
		.limits = stage_limits(stage, stage->config.push_connections,
			1024ul * stage->config.push_unread_kib),
		.on_message = on_message,
		.on_refused = on_refused,
		.arg = door,
	};
	return bus_bind(stage->bus, &options, &door->socket, why);
}

void door_push_close(struct door_push **door)
{
	if (!*door)
		return;
	bus_close(&(*door)->socket);
	buf_done(&(*door)->receipts);
	free(*door);
	*door = NULL;
}

void door_push_pause(struct door_push *door, bool paused)
{
	if (door && door->socket)
		bus_pause(door->socket, paused || door->waiting_bytes > WAITING_BYTES);
}

void door_push_refresh(struct door_push *door)
{
	if (door)
		stage_bus_row(door->bus_row, door->socket);
}
