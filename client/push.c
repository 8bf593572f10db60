#include "client/push.h"

#include "client/dealer.h"
#include "config/keys.h"
#include "lib/clock.h"
#include "lib/grow.h"
#include "proto/event.h"
#include <zmq.h>

struct under_way {
	struct push_submit submit;
	uint64_t sent_ms;
};

struct push {
	struct dealer dealer;
	size_t message_bytes;
	unsigned silence_ms;
	struct under_way *under_way; /* oldest first */
	size_t count;
	struct arena arena; /* of the answers that were given last */
};

static uint64_t mono_ms(void)
{
	return clock_mono_us() / 1000;
}

int push_open(struct push **out, const struct push_options *options, struct why *why)
{
	struct dealer dealer;
	struct dealer_keys keys;
	const char *dir = options->keys;
	int err = keys_read(dir, options->server, "pub", keys.server, why);
	if (!err)
		err = keys_read(dir, options->client, "pub", keys.public_key, why);
	if (!err)
		err = keys_read(dir, options->client, "key", keys.secret, why);
	if (!err)
		err = dealer_open(&dealer, options->endpoint, &keys, why);
	explicit_bzero(&keys, sizeof keys);
	if (err)
		return err;
	struct push *push = calloc(1, sizeof *push);
	must(push);
	push->dealer = dealer;
	push->message_bytes = options->message_bytes;
	push->silence_ms = options->silence_ms;
	*out = push;
	return 0;
}

void push_close(struct push **at)
{
	struct push *push = *at;
	if (!push)
		return;
	dealer_close(&push->dealer);
	arena_done(&push->arena);
	free(push->under_way);
	free(push);
	*at = NULL;
}

/* ---- sending ---- */

void push_pack(uint64_t request, Wot__V1__Submission **submissions, size_t count, struct buf *out)
{
	Wot__V1__Submit submit = WOT__V1__SUBMIT__INIT;
	submit.request = request;
	submit.n_submissions = count;
	submit.submissions = submissions;
	message_pack(&submit.base, out);
}

int push_send(struct push *push, const struct push_submit *submit, const void *packed, size_t len)
{
	if (len > push->message_bytes)
		return ERR_TOO_LARGE;
	if (zmq_send(push->dealer.socket, packed, len, ZMQ_DONTWAIT) < 0)
		return ERR_BUSY;
	push->under_way = grow_push(push->under_way, push->count, sizeof *push->under_way);
	push->under_way[push->count++] = (struct under_way){*submit, mono_ms()};
	return 0;
}

/* ---- answers ---- */

int push_wait(struct push *const *pushes, size_t count, int wait_ms)
{
	auto_free zmq_pollitem_t *items = calloc(count + 1, sizeof *items);
	must(items);
	for (size_t i = 0; i < count; i++)
		items[i] =
			(zmq_pollitem_t){.socket = pushes[i]->dealer.socket, .events = ZMQ_POLLIN};
	return zmq_poll(items, (int)count, wait_ms) < 0 ? ERR_IO : 0;
}

/* Takes one out of those under way, its submissions without an answer as yet. */
static struct push_answer *answers_begin(
	struct push *push, size_t index, struct push_answers *answers)
{
	answers->submit = push->under_way[index].submit;
	push->count--;
	memmove(push->under_way + index, push->under_way + index + 1,
		(push->count - index) * sizeof *push->under_way);
	struct push_answer *items =
		arena_alloc(&push->arena, answers->submit.count * sizeof *items + 1);
	answers->items = items;
	return items;
}

/* One receipt a submission, in their order; or one refusal for all of them. */
static void answers_fill(struct push_answer *items, size_t count, const Wot__V1__Receipts *receipts)
{
	const Wot__V1__Refusal *refusal = receipts->problem;
	for (size_t i = 0; refusal && i < count; i++)
		items[i] = (struct push_answer){refusal->status, refusal};
	for (size_t i = 0; !refusal && i < count && i < receipts->n_receipts; i++) {
		const Wot__V1__Receipt *receipt = receipts->receipts[i];
		items[i] = (struct push_answer){receipt->code, receipt->problem};
	}
}

/* False for what is no Receipts, or of nothing that is under way: it was given up before. */
static bool receipts_take(
	struct push *push, const void *bytes, size_t len, struct push_answers *answers)
{
	const Wot__V1__Receipts *receipts =
		(void *)message_unpack(&wot__v1__receipts__descriptor, bytes, len, &push->arena);
	size_t index = 0;
	while (receipts && index < push->count &&
		push->under_way[index].submit.request != receipts->request)
		index++;
	if (!receipts || index == push->count)
		return false;
	struct push_answer *items = answers_begin(push, index, answers);
	answers_fill(items, answers->submit.count, receipts);
	return true;
}

static bool silent_take(struct push *push, struct push_answers *answers)
{
	if (!push->count || mono_ms() - push->under_way[0].sent_ms <= push->silence_ms)
		return false;
	answers_begin(push, 0, answers);
	return true;
}

bool push_next(struct push *push, struct push_answers *answers)
{
	bool found = false;
	zmq_msg_t frame;
	zmq_msg_init(&frame);
	arena_reset(&push->arena);
	while (!found && zmq_msg_recv(&frame, push->dealer.socket, ZMQ_DONTWAIT) >= 0)
		found = receipts_take(push, zmq_msg_data(&frame), zmq_msg_size(&frame), answers);
	zmq_msg_close(&frame);
	return found || silent_take(push, answers);
}
