/*
 * The push door as a client in C uses it (client/push.h): frames of many submissions, and credit: a new frame
 * goes out when the receipts of an older one have come.
 */
#include "tests/bench/load.h"

#include "client/ask.h"
#include "client/push.h"
#include "lib/daemon.h"
#include <stdio.h>
#include <unistd.h>

enum { SILENCE_MS = 30000, KPI_POLL_US = 1000, KPI_WAIT_S = 60 };

struct door {
	struct push *push;
	const struct load *load;
	const struct pool *frames;
};

static bool fail(const char *what, const char *why)
{
	fprintf(stderr, "load: %s: %s\n", what, why);
	return false;
}

/* ---- frames ---- */

/* Each frame's request is its number in the pool; the first one only opens the connection. */
static void frames_make(const struct load *load, struct pool *pool)
{
	auto_arena struct arena arena = {0};
	size_t number = 0, end = load->frame + load->events;
	Wot__V1__Submission **frame = calloc(load->frame, sizeof *frame);
	must(frame);
	while (number < end) {
		size_t count = 0;
		while (count < load->frame && number < end)
			frame[count++] = submission_make(load, number++, &arena);
		push_pack(pool->count, frame, count, &pool->bytes);
		pool_end(pool);
		arena_reset(&arena);
	}
	free(frame);
}

static size_t frame_size(const struct load *load, size_t frame)
{
	size_t from = frame * load->frame, end = load->frame + load->events;
	return end - from < load->frame ? end - from : load->frame;
}

static bool frame_send(struct door *door, size_t frame)
{
	const char *bytes = door->frames->bytes.data + door->frames->starts[frame];
	size_t len = door->frames->starts[frame + 1] - door->frames->starts[frame];
	const struct push_submit submit = {
		.request = frame, .count = frame_size(door->load, frame)};
	int err = push_send(door->push, &submit, bytes, len);
	return !err || fail("push", err_title(err));
}

/* All of a frame's submissions were accepted, each for the first time. */
static bool frame_receive(struct door *door, size_t *frame)
{
	struct push_answers answers;
	while (!push_next(door->push, &answers)) {
		if (push_wait(&door->push, 1, SILENCE_MS) != 0)
			return fail("push", "no answer");
	}
	for (size_t i = 0; i < answers.submit.count; i++) {
		if (answers.items[i].status != 202)
			return fail("receipts", answers.items[i].status
							? "a submission was not accepted"
							: "a submission has no answer");
	}
	*frame = answers.submit.request;
	return true;
}

/* ---- a run ---- */

static bool door_run(struct door *door, struct timing *timing)
{
	const struct load *load = door->load;
	size_t window = load->outstanding / load->frame, count = door->frames->count;
	size_t next = 1, done = 1, frame;
	timing->start_ns = clock_ns();
	for (;;) {
		uint64_t sent_ns = load->latency ? clock_ns() : 0;
		size_t end = time_is_up(load, timing) ? next : count;
		for (; next < end && next - done < window; next++)
			if (!frame_send(door, next))
				return false;
		if (done == next)
			break;
		if (!frame_receive(door, &frame))
			return false;
		done++;
		timing->events += frame_size(load, frame);
		if (load->latency)
			timing->round_trips_ns[timing->events - 1] =
				(uint32_t)(clock_ns() - sent_ns);
	}
	timing->end_ns = clock_ns();
	return true;
}

static bool door_warm(struct door *door)
{
	size_t frame;
	return frame_send(door, 0) && frame_receive(door, &frame);
}

/* ---- the figure ---- */

/* How many the KPI counts: a share's `of`, else its value. -1: no answer. */
static long long kpi_read(const struct load *load)
{
	char line[128];
	snprintf(line, sizeof line, "show kpi %s period 7d json", load->kpi);
	json_t *json = ask_json(load->dir, daemon_rows[DAEMON_AGGREGATE].name, line, NULL);
	json_t *figure = json_array_get(json, 0);
	json_t *count = json_object_get(figure, "of");
	if (!json_is_integer(count))
		count = json_object_get(figure, "count");
	long long found = json_is_integer(count) ? json_integer_value(count) : -1;
	json_decref(json);
	return found;
}

static bool kpi_wait(const struct load *load, size_t expected, struct timing *timing)
{
	uint64_t until_ns = clock_ns() + KPI_WAIT_S * UINT64_C(1000000000);
	for (;;) {
		long long found = kpi_read(load);
		timing->end_ns = clock_ns();
		if (found == (long long)expected)
			return true;
		if (found > (long long)expected || timing->end_ns > until_ns) {
			fprintf(stderr, "load: %s counts %lld, not %zu\n", load->kpi, found,
				expected);
			return false;
		}
		usleep(KPI_POLL_US);
	}
}

/* ---- the connection ---- */

static bool door_open(struct door *door)
{
	const struct load *load = door->load;
	const struct push_options options = {
		.endpoint = load->push,
		.keys = load->keys,
		.server = daemon_rows[DAEMON_INTAKE].name,
		.client = load->client,
		.message_bytes = SIZE_MAX,
		.silence_ms = SILENCE_MS,
	};
	struct why why;
	return push_open(&door->push, &options, &why) == 0 || fail("push", why.text);
}

bool load_wot(const struct load *load, struct timing *timing)
{
	auto_pool struct pool frames = {0};
	frames_make(load, &frames);
	struct door door = {.load = load, .frames = &frames};
	bool fine = door_open(&door) && door_warm(&door);
	if (load->kpi)
		fine = fine && kpi_wait(load, frame_size(load, 0), timing);
	fine = fine && door_run(&door, timing);
	if (load->kpi)
		fine = fine && kpi_wait(load, frame_size(load, 0) + timing->events, timing);
	push_close(&door.push);
	return fine;
}
