/*
 * A telephone centre's client in C: pushes a call as it happens, over ZeroMQ and protobuf with CURVE.
 * It uses libzmq and protobuf-c, and of wot the two files that describe the messages. Beside `make run`:
 *
 *	make examples
 *	build/examples/push_client tcp://127.0.0.1:8490 build/run/keys/intake.pub build/run/keys/rogplus
 *
 * Elsewhere, with event.proto and door.proto in proto/ and this file beside it:
 *
 *	mkdir -p gen/proto && protoc-c --proto_path=proto --c_out=gen/proto proto/event.proto proto/door.proto
 *	cc -Igen -Igen/proto push_client.c gen/proto/event.pb-c.c gen/proto/door.pb-c.c -lzmq -lprotobuf-c
 *
 * A receipt means: on disk. No receipt means: send the same again, under the same externalRef; what was
 * accepted is not taken twice, its receipt comes again as DUPLICATE.
 */
#include "proto/door.pb-c.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zmq.h>

enum { EVENTS = 3, TRIES = 10, KEY_TEXT = 41, CALL_ID_MAX = 64, OK = 0, FAILED = 1, USAGE = 2 };
enum { MESSAGE_MAX = 1 << 20 }; /* bytes of a Submit; push_message_kib of the server */

/* A call in three events. Refs follow from the call alone: so a client that was itself started anew sends
 * the same refs again. */
static const struct {
	const char *name;
	Wot__V1__Call__Event event;
	int seconds_before_end, wait_seconds, talk_seconds; /* -1: not part of it */
} events[EVENTS] = {
	{"ENTERED", WOT__V1__CALL__EVENT__ENTERED, 75, -1, -1},
	{"ANSWERED", WOT__V1__CALL__EVENT__ANSWERED, 60, 15, -1},
	{"ENDED", WOT__V1__CALL__EVENT__ENDED, 0, -1, 60},
};

struct client {
	const char *server, *call_id;
	char server_key[KEY_TEXT], public_key[KEY_TEXT], secret_key[KEY_TEXT];
	int64_t ended_at; /* seconds since 1970 */
	long timeout_ms;
	void *context, *socket;
	bool done[EVENTS];
	int refused;
};

static int fail(const char *what, const char *why)
{
	fprintf(stderr, "push_client: %s: %s\n", what, why);
	return FAILED;
}

/* A key file holds 40 characters of Z85. */
static int key_read(const char *path, const char *suffix, char key[KEY_TEXT])
{
	char name[4096];
	snprintf(name, sizeof name, "%s%s", path, suffix);
	FILE *file = fopen(name, "r");
	size_t len = file ? fread(key, 1, KEY_TEXT - 1, file) : 0;
	if (file)
		fclose(file);
	key[len] = 0;
	return len == KEY_TEXT - 1 ? OK : fail(name, "no key of 40 characters is there");
}

static int client_connect(struct client *client)
{
	int linger = 0, ipv6 = strchr(client->server, '[') != NULL;
	client->socket = zmq_socket(client->context, ZMQ_DEALER);
	if (!client->socket)
		return fail("zmq_socket", zmq_strerror(zmq_errno()));
	zmq_setsockopt(client->socket, ZMQ_LINGER, &linger, sizeof linger);
	zmq_setsockopt(client->socket, ZMQ_IPV6, &ipv6, sizeof ipv6);
	zmq_setsockopt(client->socket, ZMQ_CURVE_SERVERKEY, client->server_key, KEY_TEXT);
	zmq_setsockopt(client->socket, ZMQ_CURVE_PUBLICKEY, client->public_key, KEY_TEXT);
	zmq_setsockopt(client->socket, ZMQ_CURVE_SECRETKEY, client->secret_key, KEY_TEXT);
	if (zmq_connect(client->socket, client->server) != 0)
		return fail(client->server, zmq_strerror(zmq_errno()));
	return OK;
}

/* What is too large the door refuses, however often it comes: it must go in parts. */
static int submit_send(struct client *client, const Wot__V1__Submit *submit)
{
	size_t len = wot__v1__submit__get_packed_size(submit);
	if (len > MESSAGE_MAX)
		return fail("a Submit of over 1 MiB", "send it in parts");
	uint8_t *packed = malloc(len);
	if (!packed)
		return fail("malloc", strerror(errno));
	wot__v1__submit__pack(submit, packed);
	int sent = zmq_send(client->socket, packed, len, 0);
	free(packed);
	return sent < 0 ? fail("zmq_send", zmq_strerror(zmq_errno())) : OK;
}

/* One Submit an event, as a live system would send; a Submit holds up to 4,096 submissions. */
static int event_send(struct client *client, int i)
{
	Wot__V1__Call call = WOT__V1__CALL__INIT;
	call.call_id = (char *)client->call_id;
	call.queue = "wot";
	call.event = events[i].event;
	call.has_wait_seconds = events[i].wait_seconds >= 0;
	call.wait_seconds = (uint32_t)events[i].wait_seconds;
	call.has_talk_seconds = events[i].talk_seconds >= 0;
	call.talk_seconds = (uint32_t)events[i].talk_seconds;

	Wot__V1__Body body = WOT__V1__BODY__INIT;
	body.kind_case = WOT__V1__BODY__KIND_CALL;
	body.call = &call;

	char ref[CALL_ID_MAX + 16];
	snprintf(ref, sizeof ref, "%s.%s", client->call_id, events[i].name);
	Wot__V1__Submission submission = WOT__V1__SUBMISSION__INIT;
	submission.external_ref = ref;
	submission.occurred_at = (client->ended_at - events[i].seconds_before_end) * 1000;
	submission.body = &body;

	Wot__V1__Submit submit = WOT__V1__SUBMIT__INIT;
	Wot__V1__Submission *submissions[] = {&submission};
	submit.request = (uint64_t)i + 1;
	submit.n_submissions = 1;
	submit.submissions = submissions;

	return submit_send(client, &submit);
}

static void problem_show(const char *event, const Wot__V1__Refusal *problem)
{
	printf("%-9s %u %s\n", event, problem->status, problem->title);
	for (size_t i = 0; i < problem->n_errors; i++)
		printf("%13s %s %s\n", "", problem->errors[i]->pointer, problem->errors[i]->detail);
}

static void receipt_show(const char *event, const Wot__V1__Receipt *receipt)
{
	bool accepted = receipt->status == WOT__V1__RECEIPT__STATUS__ACCEPTED;
	printf("%-9s %u %-9s  seq %" PRIu64 "  id ", event, receipt->code,
		accepted ? "ACCEPTED" : "DUPLICATE", receipt->seq);
	for (size_t i = 0; i < receipt->id.len; i++)
		printf("%02x", receipt->id.data[i]);
	putchar('\n');
}

/* An event is done when it is in the log, or refused for good; 503 says: send it again. */
static void receipts_take(struct client *client, const void *bytes, size_t len)
{
	Wot__V1__Receipts *receipts = wot__v1__receipts__unpack(NULL, len, bytes);
	if (!receipts)
		return;
	uint64_t i = receipts->request - 1;
	const Wot__V1__Receipt *receipt = receipts->n_receipts ? receipts->receipts[0] : NULL;
	const Wot__V1__Refusal *problem = receipt ? receipt->problem : receipts->problem;
	if (i < EVENTS && !client->done[i] && (receipt || problem)) {
		if (problem)
			problem_show(events[i].name, problem);
		else
			receipt_show(events[i].name, receipt);
		client->done[i] = !problem || problem->status != 503;
		client->refused += problem && problem->status != 503;
	}
	wot__v1__receipts__free_unpacked(receipts, NULL);
}

static int client_left(const struct client *client)
{
	int left = 0;
	for (int i = 0; i < EVENTS; i++)
		left += !client->done[i];
	return left;
}

static int64_t now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Takes what comes, until all is answered or the time is up. */
static void client_wait(struct client *client)
{
	int64_t end_ms = now_ms() + client->timeout_ms;
	for (int64_t left_ms; client_left(client) && (left_ms = end_ms - now_ms()) > 0;) {
		zmq_pollitem_t item = {.socket = client->socket, .events = ZMQ_POLLIN};
		if (zmq_poll(&item, 1, (long)left_ms) <= 0)
			continue;
		zmq_msg_t frame;
		zmq_msg_init(&frame);
		if (zmq_msg_recv(&frame, client->socket, ZMQ_DONTWAIT) >= 0)
			receipts_take(client, zmq_msg_data(&frame), zmq_msg_size(&frame));
		zmq_msg_close(&frame);
	}
}

static int client_run(struct client *client)
{
	for (int attempt = 0; attempt < TRIES && client_left(client); attempt++) {
		int code = client_connect(client);
		for (int i = 0; i < EVENTS && !code; i++) {
			if (!client->done[i])
				code = event_send(client, i);
		}
		if (!code)
			client_wait(client);
		zmq_close(client->socket);
		if (code)
			return code;
		if (client_left(client))
			printf("no answer for %d within %ld ms, sending again\n",
				client_left(client), client->timeout_ms);
	}
	return client_left(client) || client->refused ? FAILED : OK;
}

int main(int argc, char **argv)
{
	char now[32];
	struct client client = {.ended_at = time(NULL)};
	snprintf(now, sizeof now, "%" PRId64 ".c", client.ended_at);
	if (argc < 4 || argc > 7) {
		fputs("usage: push_client SERVER SERVER-KEY.pub KEY [CALL-ID [ENDED-AT "
		      "[TIMEOUT-MS]]]\n"
		      "  SERVER is tcp://HOST:PORT of the push door; the client's own keys are "
		      "KEY.pub and "
		      "KEY.key\n",
			stderr);
		return USAGE;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	client.server = argv[1];
	client.call_id = argc > 4 ? argv[4] : now;
	if (strlen(client.call_id) > CALL_ID_MAX)
		return fail("CALL-ID", "64 characters at most");
	client.ended_at = argc > 5 ? strtoll(argv[5], NULL, 10) : client.ended_at;
	client.timeout_ms = argc > 6 ? strtol(argv[6], NULL, 10) : 5000;
	if (key_read(argv[2], "", client.server_key) ||
		key_read(argv[3], ".pub", client.public_key) ||
		key_read(argv[3], ".key", client.secret_key))
		return USAGE;
	client.context = zmq_ctx_new();
	int code = client_run(&client);
	zmq_ctx_term(client.context);
	return code;
}
