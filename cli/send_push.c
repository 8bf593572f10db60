/*
 * Batches as Submit frames over ZeroMQ with CURVE, one DEALER a daemon.
 */
#include "cli/import.h"

#include "bus/bus.h"
#include "config/keys.h"
#include "lib/clock.h"
#include "proto/json.h"
#include "proto/role.h"
#include "proto/submission.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { IN_FLIGHT = 16, LOST_AFTER_MS = 10000, QUEUE = 1000 };

struct push_sender {
	struct sender sender;
	const struct cli *cli;
	void *context;
	void *sockets[DAEMON_COUNT];
	struct batch *waiting[IN_FLIGHT]; /* request number = slot + IN_FLIGHT * turn */
	uint64_t requests[IN_FLIGHT], sent_ms[IN_FLIGHT];
	uint64_t next;
};

static int socket_open(struct push_sender *push, int daemon, struct why *why)
{
	const struct config *config = &push->cli->config[daemon];
	uint8_t server[BUS_KEY_LEN], public_key[BUS_KEY_LEN], secret[BUS_KEY_LEN];
	if (!config->push[0])
		return 0;
	int err = keys_read(config->keys, daemon_rows[daemon].name, "pub", server, why);
	if (!err)
		err = keys_read(config->keys, push->cli->client, "pub", public_key, why);
	if (!err)
		err = keys_read(config->keys, push->cli->client, "key", secret, why);
	if (err)
		return err;
	void *socket = zmq_socket(push->context, ZMQ_DEALER);
	must(socket);
	int linger = 0, queue = QUEUE;
	zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof linger);
	zmq_setsockopt(socket, ZMQ_SNDHWM, &queue, sizeof queue);
	zmq_setsockopt(socket, ZMQ_RCVHWM, &queue, sizeof queue);
	zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, server, sizeof server);
	zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, public_key, sizeof public_key);
	zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, secret, sizeof secret);
	push->sockets[daemon] = socket;
	if (zmq_connect(socket, config->push) != 0)
		return why_set(why, ERR_ADDRESS, "%s: %s", config->push, zmq_strerror(zmq_errno()));
	return 0;
}

static void batch_finish(struct push_sender *push, size_t slot)
{
	struct batch *batch = push->waiting[slot];
	push->waiting[slot] = NULL;
	push->sender.on_answer(push->sender.arg, batch);
}

/* A line that is no valid submission gets its refusal here: a message could not even be made of it. */
static bool submission_make(const struct line *line, struct answer *answer, struct arena *arena,
	Wot__V1__Submission **out)
{
	struct faults *faults = arena_alloc(arena, sizeof *faults);
	faults->arena = arena;
	int err = submission_from_json(daemon_rows[line->daemon].name, line->to, ROLE_OPERATOR,
		clock_now_ms(), json_object_get(line->record, "body"), out, faults);
	if (!err)
		return true;
	answer->status = err_http(err);
	json_t *errors = json_array();
	for (size_t i = 0; i < faults->count && i < FAULT_MAX; i++)
		json_array_append_new(
			errors, json_pack("{s:s,s:s}", "pointer", faults->items[i].pointer,
					"detail", faults->items[i].detail));
	answer->problem = json_pack("{s:s,s:s,s:i,s:o}", "type", err_type(err), "title",
		err_title(err), "status", (int)answer->status, "errors", errors);
	return false;
}

static size_t message_max(const struct push_sender *push, int daemon)
{
	return 1024ul * push->cli->config[daemon].push_message_kib;
}

/* What the door would only let go by is not sent: nobody sends it again and again. */
static void batch_refuse(struct push_sender *push, size_t slot, size_t size)
{
	struct batch *batch = push->waiting[slot];
	char detail[128];
	snprintf(detail, sizeof detail, "as a message it has %zu bytes; the push door takes %zu",
		size, message_max(push, batch->daemon));
	for (size_t i = 0; i < batch->count; i++) {
		struct answer *answer = &batch->answers[i];
		if (answer->status)
			continue;
		answer->status = err_http(ERR_TOO_LARGE);
		answer->problem = json_pack("{s:s,s:s,s:i,s:s}", "type", err_type(ERR_TOO_LARGE),
			"title", err_title(ERR_TOO_LARGE), "status", (int)answer->status, "detail",
			detail);
	}
	batch_finish(push, slot);
}

static int on_send(struct sender *sender, struct batch *batch)
{
	struct push_sender *push = (struct push_sender *)sender;
	if (!push->sockets[batch->daemon])
		return ERR_CONFIG;
	size_t slot = 0;
	while (push->waiting[slot])
		slot++;
	must(slot < IN_FLIGHT);
	push->waiting[slot] = batch;
	push->requests[slot] = ++push->next;
	push->sent_ms[slot] = clock_mono_us() / 1000;

	auto_arena struct arena arena = {0};
	Wot__V1__Submit submit = WOT__V1__SUBMIT__INIT;
	Wot__V1__Submission *submissions[BATCH_MAX];
	submit.request = push->requests[slot];
	submit.submissions = submissions;
	for (size_t i = 0; i < batch->count; i++) {
		if (submission_make(batch->lines[i], &batch->answers[i], &arena,
			    &submissions[submit.n_submissions]))
			submit.n_submissions++;
	}
	if (!submit.n_submissions) {
		batch_finish(push, slot);
		return 0;
	}
	auto_buf struct buf packed = {0};
	message_pack(&submit.base, &packed);
	if (packed.len > message_max(push, batch->daemon)) {
		batch_refuse(push, slot, packed.len);
		return 0;
	}
	return zmq_send(push->sockets[batch->daemon], packed.data, packed.len, ZMQ_DONTWAIT) < 0
		       ? ERR_BUSY
		       : 0;
}

static json_t *problem_json(const Wot__V1__Refusal *refusal)
{
	auto_buf struct buf text = {0};
	json_from_message(&refusal->base, &text);
	return json_loadb(text.data, text.len, 0, NULL);
}

static void receipts_take(struct push_sender *push, const void *bytes, size_t len)
{
	auto_arena struct arena arena = {0};
	Wot__V1__Receipts *receipts =
		(void *)message_unpack(&wot__v1__receipts__descriptor, bytes, len, &arena);
	if (!receipts)
		return;
	for (size_t slot = 0; slot < IN_FLIGHT; slot++) {
		struct batch *batch = push->waiting[slot];
		if (!batch || push->requests[slot] != receipts->request)
			continue;
		size_t next = 0;
		for (size_t i = 0; i < batch->count; i++) {
			struct answer *answer = &batch->answers[i];
			if (answer->status)
				continue; /* was never sent */
			const Wot__V1__Refusal *problem = receipts->problem;
			answer->status = problem ? problem->status : 0;
			if (!problem && next < receipts->n_receipts) {
				answer->status = receipts->receipts[next]->code;
				problem = receipts->receipts[next++]->problem;
			}
			if (problem)
				answer->problem = problem_json(problem);
		}
		batch_finish(push, slot);
		return;
	}
}

static int on_wait(struct sender *sender, int timeout_ms)
{
	struct push_sender *push = (struct push_sender *)sender;
	zmq_pollitem_t items[DAEMON_COUNT];
	int count = 0;
	for (int i = 0; i < DAEMON_COUNT; i++) {
		if (push->sockets[i])
			items[count++] =
				(zmq_pollitem_t){.socket = push->sockets[i], .events = ZMQ_POLLIN};
	}
	if (zmq_poll(items, count, timeout_ms) < 0)
		return ERR_IO;
	for (int i = 0; i < count; i++) {
		zmq_msg_t frame;
		zmq_msg_init(&frame);
		while (zmq_msg_recv(&frame, items[i].socket, ZMQ_DONTWAIT) >= 0)
			receipts_take(push, zmq_msg_data(&frame), zmq_msg_size(&frame));
		zmq_msg_close(&frame);
	}
	for (size_t slot = 0; slot < IN_FLIGHT; slot++) {
		if (push->waiting[slot] &&
			clock_mono_us() / 1000 - push->sent_ms[slot] > LOST_AFTER_MS)
			batch_finish(push,
				slot); /* unanswered: status 0, tried again under the same refs */
	}
	return 0;
}

static void on_close(struct sender *sender)
{
	struct push_sender *push = (struct push_sender *)sender;
	for (int i = 0; i < DAEMON_COUNT; i++) {
		if (push->sockets[i])
			zmq_close(push->sockets[i]);
	}
	zmq_ctx_term(push->context);
	free(push);
}

struct sender *sender_push(const struct cli *cli, struct why *why)
{
	struct push_sender *push = calloc(1, sizeof *push);
	must(push);
	push->sender = (struct sender){
		.send = on_send,
		.wait = on_wait,
		.close = on_close,
		.any_path = true,
		.batches_max = IN_FLIGHT,
	};
	push->cli = cli;
	push->sender.batch_bytes = SIZE_MAX;
	for (int i = 0; i < DAEMON_COUNT; i++) {
		size_t half = message_max(push, i) / 2;
		if (half < push->sender.batch_bytes)
			push->sender.batch_bytes = half;
	}
	push->context = zmq_ctx_new();
	must(push->context);
	for (int i = 0; i < DAEMON_COUNT; i++) {
		if (socket_open(push, i, why) != 0) {
			on_close(&push->sender);
			return NULL;
		}
	}
	return &push->sender;
}
