/*
 * The push door as a client in C uses it: a DEALER with CURVE, frames of many submissions, and credit:
 * a new frame goes out when the receipts of an older one have come.
 */
#include "tests/bench/load.h"

#include "cli/cli.h"
#include "config/keys.h"
#include "lib/varint.h"
#include "proto/scan.h"
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

enum { SILENCE_MS = 30000, KPI_POLL_US = 1000, KPI_WAIT_S = 60 };

struct door {
	void *context, *socket;
	const struct load *load;
	const struct pool *frames;
	uint8_t *answered; /* by frame */
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
	auto_buf struct buf packed = {0};
	size_t number = 0, end = load->frame + load->events;
	while (number < end) {
		buf_char(&pool->bytes, 1 << 3 | SCAN_VARINT);
		varint_add(&pool->bytes, pool->count);
		for (size_t i = 0; i < load->frame && number < end; i++) {
			buf_clear(&packed);
			submission_add(load, number++, &packed);
			buf_char(&pool->bytes, 2 << 3 | SCAN_LEN);
			varint_add(&pool->bytes, packed.len);
			buf_add(&pool->bytes, packed.data, packed.len);
		}
		pool_end(pool);
	}
}

static size_t frame_size(const struct load *load, size_t frame)
{
	size_t from = frame * load->frame, end = load->frame + load->events;
	return end - from < load->frame ? end - from : load->frame;
}

static bool frame_send(struct door *door, size_t frame)
{
	char *bytes = door->frames->bytes.data + door->frames->starts[frame];
	size_t len = door->frames->starts[frame + 1] - door->frames->starts[frame];
	zmq_msg_t message;
	zmq_msg_init_data(&message, bytes, len, NULL, NULL);
	return zmq_msg_send(&message, door->socket, 0) >= 0 ||
	       fail("push", zmq_strerror(zmq_errno()));
}

/* ---- receipts ---- */

/* The code of one Receipt; 0 when it cannot be read. */
static uint64_t receipt_code(struct scan scan)
{
	uint64_t tag, code = 0;
	while (scan.at < scan.end) {
		if (!scan_varint(&scan, &tag))
			return 0;
		bool read = tag == (5 << 3 | SCAN_VARINT) ? scan_varint(&scan, &code)
							  : scan_skip(&scan, tag & 7);
		if (!read)
			return 0;
	}
	return code;
}

/* All of a frame's receipts, each 202, once. */
static bool receipts_take(struct door *door, struct scan scan, size_t *frame)
{
	uint64_t tag, request = UINT64_MAX;
	size_t count = 0;
	while (scan.at < scan.end) {
		struct scan receipt;
		if (!scan_varint(&scan, &tag))
			return fail("receipts", "not protobuf");
		if (tag == (1 << 3 | SCAN_VARINT) && scan_varint(&scan, &request))
			continue;
		if (tag != (2 << 3 | SCAN_LEN) || !scan_len(&scan, &receipt))
			return fail("receipts", "the Submit was refused as a whole");
		if (receipt_code(receipt) != 202)
			return fail("receipts", "a submission was not accepted");
		count++;
	}
	if (request >= door->frames->count || door->answered[request]++)
		return fail("receipts", "of a frame that was not sent, or twice");
	if (count != frame_size(door->load, request))
		return fail("receipts", "not one a submission");
	*frame = request;
	return true;
}

static bool frame_receive(struct door *door, size_t *frame)
{
	zmq_msg_t message;
	zmq_msg_init(&message);
	if (zmq_msg_recv(&message, door->socket, 0) < 0)
		return fail("push", "no answer");
	const uint8_t *bytes = zmq_msg_data(&message);
	bool fine =
		receipts_take(door, (struct scan){bytes, bytes + zmq_msg_size(&message)}, frame);
	zmq_msg_close(&message);
	return fine;
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
	struct cli cli = {.dir = load->dir};
	auto_buf struct buf answer = {0};
	char line[128];
	snprintf(line, sizeof line, "show kpi %s period 7d json", load->kpi);
	if (cli_ask(&cli, "aggregate", line, &answer, NULL) != 0)
		return -1;
	json_t *json = json_loadb(answer.data, answer.len, 0, NULL);
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
	uint8_t server[32], public_key[32], secret[32];
	struct why why;
	if (keys_read(load->keys, "intake", "pub", server, &why) != 0 ||
		keys_read(load->keys, load->client, "pub", public_key, &why) != 0 ||
		keys_read(load->keys, load->client, "key", secret, &why) != 0)
		return fail("keys", why.text);
	int linger = 0, silence = SILENCE_MS, unlimited = 0;
	door->context = zmq_ctx_new();
	door->socket = zmq_socket(door->context, ZMQ_DEALER);
	must(door->socket);
	zmq_setsockopt(door->socket, ZMQ_LINGER, &linger, sizeof linger);
	zmq_setsockopt(door->socket, ZMQ_RCVTIMEO, &silence, sizeof silence);
	zmq_setsockopt(door->socket, ZMQ_SNDHWM, &unlimited, sizeof unlimited);
	zmq_setsockopt(door->socket, ZMQ_RCVHWM, &unlimited, sizeof unlimited);
	zmq_setsockopt(door->socket, ZMQ_CURVE_SERVERKEY, server, sizeof server);
	zmq_setsockopt(door->socket, ZMQ_CURVE_PUBLICKEY, public_key, sizeof public_key);
	zmq_setsockopt(door->socket, ZMQ_CURVE_SECRETKEY, secret, sizeof secret);
	return zmq_connect(door->socket, load->push) == 0 ||
	       fail(load->push, zmq_strerror(zmq_errno()));
}

static void door_close(struct door *door)
{
	if (door->socket)
		zmq_close(door->socket);
	if (door->context)
		zmq_ctx_term(door->context);
	free(door->answered);
}

bool load_wot(const struct load *load, struct timing *timing)
{
	auto_pool struct pool frames = {0};
	frames_make(load, &frames);
	struct door door = {.load = load, .frames = &frames, .answered = calloc(frames.count, 1)};
	must(door.answered);
	bool fine = door_open(&door) && door_warm(&door);
	if (load->kpi)
		fine = fine && kpi_wait(load, frame_size(load, 0), timing);
	fine = fine && door_run(&door, timing);
	if (load->kpi)
		fine = fine && kpi_wait(load, frame_size(load, 0) + timing->events, timing);
	door_close(&door);
	return fine;
}
