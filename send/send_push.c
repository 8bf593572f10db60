/*
 * Batches as Submits over ZeroMQ (client/push.h), one connection a daemon.
 */
#include "send/send.h"

#include "client/push.h"
#include "lib/clock.h"
#include "proto/json.h"
#include "proto/problem.h"
#include "proto/role.h"
#include "proto/submission.h"
#include <string.h>

enum { IN_FLIGHT = 16 };

struct push_sender {
	struct sender sender;
	const struct send_as *as;
	struct push *doors[DAEMON_COUNT]; /* NULL: has none */
	uint64_t requests;                /* made so far */
};

static void answer_refuse(struct answer *answer, const Wot__V1__Refusal *refusal)
{
	auto_buf struct buf text = {0};
	json_from_message(&refusal->base, &text);
	answer->status = refusal->status;
	answer->problem = json_loadb(text.data, text.len, 0, NULL);
}

/* A line that is no valid submission gets its refusal here: a message could not even be made of it. */
static bool submission_make(const struct line *line, struct answer *answer, struct arena *arena,
	Wot__V1__Submission **out)
{
	if (line->submission) {
		*out = line->submission;
		return true;
	}
	struct faults *faults = arena_alloc(arena, sizeof *faults);
	faults->arena = arena;
	int err = submission_from_json(daemon_rows[line->daemon].name, line->to, ROLE_OPERATOR,
		clock_now_ms(), json_object_get(line->record, "body"), out, faults);
	if (err)
		answer_refuse(answer, problem_new(err, NULL, faults, arena));
	return !err;
}

static size_t message_bytes(const struct send_as *as, int daemon)
{
	return 1024ul * as->config[daemon].push_message_kib;
}

static void batch_refuse(
	const struct push_sender *push, struct batch *batch, size_t size, struct arena *arena)
{
	const char *detail =
		arena_printf(arena, "as a message it has %zu bytes; the push door takes %zu", size,
			message_bytes(push->as, batch->daemon));
	const Wot__V1__Refusal *refusal = problem_new(ERR_TOO_LARGE, detail, NULL, arena);
	for (size_t i = 0; i < batch->count; i++) {
		if (!batch->answers[i].status)
			answer_refuse(&batch->answers[i], refusal);
	}
}

static int on_send(struct sender *sender, struct batch *batch)
{
	struct push_sender *push = (struct push_sender *)sender;
	struct push *door = push->doors[batch->daemon];
	if (!door)
		return ERR_CONFIG;
	auto_arena struct arena arena = {0};
	auto_buf struct buf packed = {0};
	Wot__V1__Submission *submissions[BATCH_MAX];
	struct push_submit submit = {.request = ++push->requests, .arg = batch};
	for (size_t i = 0; i < batch->count; i++) {
		if (submission_make(batch->lines[i], &batch->answers[i], &arena,
			    &submissions[submit.count]))
			submit.count++;
	}
	push_pack(submit.request, submissions, submit.count, &packed);
	int err = submit.count ? push_send(door, &submit, packed.data, packed.len) : 0;
	if (err == ERR_TOO_LARGE)
		batch_refuse(push, batch, packed.len, &arena);
	else if (submit.count)
		return err;
	sender->on_answer(sender->arg, batch);
	return 0;
}

static void answers_take(struct sender *sender, const struct push_answers *answers)
{
	struct batch *batch = answers->submit.arg;
	const struct push_answer *next = answers->items;
	for (size_t i = 0; i < batch->count; i++) {
		struct answer *answer = &batch->answers[i];
		if (answer->status)
			continue; /* was never sent */
		answer->status = next->status;
		if (next->problem)
			answer_refuse(answer, next->problem);
		next++;
	}
	sender->on_answer(sender->arg, batch);
}

static int on_wait(struct sender *sender, int timeout_ms)
{
	struct push_sender *push = (struct push_sender *)sender;
	struct push *doors[DAEMON_COUNT];
	size_t count = 0;
	for (int i = 0; i < DAEMON_COUNT; i++) {
		if (push->doors[i])
			doors[count++] = push->doors[i];
	}
	int err = push_wait(doors, count, timeout_ms);
	for (size_t i = 0; i < count && !err; i++) {
		for (struct push_answers answers; push_next(doors[i], &answers);)
			answers_take(sender, &answers);
	}
	return err;
}

static void on_close(struct sender *sender)
{
	struct push_sender *push = (struct push_sender *)sender;
	for (int i = 0; i < DAEMON_COUNT; i++)
		push_close(&push->doors[i]);
	free(push);
}

static int doors_open(struct push_sender *push, struct why *why)
{
	int err = 0;
	for (int i = 0; i < DAEMON_COUNT && !err; i++) {
		const struct config *config = &push->as->config[i];
		const struct push_options options = {
			.endpoint = config->push,
			.keys = config->keys,
			.server = daemon_rows[i].name,
			.client = push->as->client,
			.message_bytes = message_bytes(push->as, i),
			.silence_ms = push->as->silence_ms,
		};
		if (config->push[0])
			err = push_open(&push->doors[i], &options, why);
	}
	return err;
}

struct sender *sender_push(const struct send_as *as, struct why *why)
{
	struct push_sender *push = calloc(1, sizeof *push);
	must(push);
	push->as = as;
	push->sender = (struct sender){
		.send = on_send,
		.wait = on_wait,
		.close = on_close,
		.any_path = true,
		.batches_max = IN_FLIGHT,
		.batch_bytes = SIZE_MAX,
	};
	for (int i = 0; i < DAEMON_COUNT; i++) {
		size_t half = message_bytes(as, i) / 2;
		if (half < push->sender.batch_bytes)
			push->sender.batch_bytes = half;
	}
	if (doors_open(push, why) != 0) {
		on_close(&push->sender);
		return NULL;
	}
	return &push->sender;
}
