#include "send/outbox.h"

#include "lib/clean.h"
#include "lib/clock.h"

enum { UNKNOWN_CASE_MS = 10000, BUSY_MS = 60000 };

static uint64_t mono_ms(void)
{
	return clock_mono_us() / 1000;
}

void outbox_add(struct outbox *outbox, struct line *line)
{
	must(outbox->ready_count < outbox->room);
	outbox->ready[(outbox->ready_first + outbox->ready_count++) % outbox->room] = line;
}

static struct line *ready_take(struct outbox *outbox)
{
	struct line *line = outbox->ready[outbox->ready_first];
	outbox->ready_first = (outbox->ready_first + 1) % outbox->room;
	outbox->ready_count--;
	return line;
}

bool outbox_is_empty(const struct outbox *outbox)
{
	return !outbox->ready_count && !outbox->later_count && !outbox->in_flight;
}

/* ---- answers ---- */

static bool is_worth_retrying(
	const struct outbox *outbox, const struct line *line, unsigned status, uint64_t now_ms)
{
	uint64_t since_ms = now_ms - line->first_sent_ms;
	switch (status) {
	case 404:
		return since_ms < UNKNOWN_CASE_MS;
	case 0:
	case 429:
	case 503:
		return outbox->is_patient || since_ms < BUSY_MS;
	default:
		return false;
	}
}

static void answer_take(struct outbox *outbox, struct line *line, const struct answer *answer)
{
	uint64_t now_ms = mono_ms();
	if (answer->status)
		outbox->heard_ms = now_ms;
	if (is_worth_retrying(outbox, line, answer->status, now_ms)) {
		line->retry_at_ms = now_ms + OUTBOX_RETRY_MS;
		outbox->later[outbox->later_count++] = line;
	} else {
		outbox->on_done(outbox->arg, line, answer);
	}
	json_decref(answer->problem);
}

static void on_answer(void *arg, struct batch *batch)
{
	struct outbox *outbox = arg;
	for (size_t i = 0; i < batch->count; i++)
		answer_take(outbox, batch->lines[i], &batch->answers[i]);
	free(batch);
	outbox->in_flight--;
}

/* ---- sending ---- */

static void later_to_ready(struct outbox *outbox)
{
	uint64_t now_ms = mono_ms();
	size_t kept = 0;
	for (size_t i = 0; i < outbox->later_count; i++) {
		if (outbox->later[i]->retry_at_ms <= now_ms)
			outbox_add(outbox, outbox->later[i]);
		else
			outbox->later[kept++] = outbox->later[i];
	}
	outbox->later_count = kept;
}

/* Takes from the front of the ready lines what goes to one place together. */
static struct batch *batch_make(struct outbox *outbox)
{
	struct batch *batch = calloc(1, sizeof *batch);
	must(batch);
	size_t looked_at = outbox->ready_count, bytes = 0;
	while (looked_at-- && batch->count < BATCH_MAX) {
		struct line *line = ready_take(outbox);
		bool first = batch->count == 0;
		if (first) {
			batch->daemon = line->daemon;
			batch->to = line->to;
		}
		bool fits = line->daemon == batch->daemon &&
			    (outbox->sender->any_path || line->to == batch->to) &&
			    (first || bytes + line->size <= outbox->sender->batch_bytes);
		if (!fits) {
			outbox_add(outbox, line);
			continue;
		}
		if (!line->first_sent_ms)
			line->first_sent_ms = mono_ms();
		batch->lines[batch->count++] = line;
		bytes += line->size;
	}
	return batch;
}

static void batches_send(struct outbox *outbox)
{
	while (outbox->ready_count && outbox->in_flight < outbox->sender->batches_max &&
		!outbox->err) {
		struct batch *batch = batch_make(outbox);
		outbox->in_flight++;
		int err = outbox->sender->send(outbox->sender, batch);
		if (err == ERR_BUSY) /* nobody is there: as if nobody answered */
			on_answer(outbox, batch);
		else if (err)
			outbox->err =
				why_set(&outbox->why, err, "sending failed: %s", err_title(err));
	}
}

/* What is not answered is tried again, but not for ever. */
static void silence_watch(struct outbox *outbox)
{
	uint64_t now_ms = mono_ms();
	if (outbox_is_empty(outbox) || !outbox->silence_ms)
		outbox->heard_ms = now_ms;
	if (now_ms - outbox->heard_ms > outbox->silence_ms)
		outbox->err = why_set(&outbox->why, ERR_TIMEOUT,
			"no daemon has answered for %u s; `wotctl status` says which is not there",
			outbox->silence_ms / 1000);
}

void outbox_turn(struct outbox *outbox, int wait_ms)
{
	silence_watch(outbox);
	later_to_ready(outbox);
	batches_send(outbox);
	if (!outbox->err)
		outbox->err = outbox->sender->wait(outbox->sender, wait_ms);
}

void outbox_init(struct outbox *outbox, size_t room)
{
	outbox->room = room;
	outbox->ready = calloc(room, sizeof(struct line *));
	outbox->later = calloc(room, sizeof(struct line *));
	must(outbox->ready && outbox->later);
	outbox->heard_ms = mono_ms();
	outbox->sender->on_answer = on_answer;
	outbox->sender->arg = outbox;
}

void outbox_done(struct outbox *outbox)
{
	outbox->sender->close(outbox->sender);
	free(outbox->ready);
	free(outbox->later);
}
