#include "cli/source.h"

#include "bus/bus.h"
#include "lib/clean.h"
#include "proto/event.h"
#include "proto/feed.pb-c.h"
#include "store/store.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { READ_BYTES = 256 * 1024, ANSWER_MS = 5000 };

struct source {
	char stream[STORE_NAME_MAX + 1];
	void *context, *socket; /* of a running daemon */
	int folder;             /* where its socket is, as long as that may be reconnected */
	struct store *store;    /* of a stopped one */
	struct buf blocks;
	size_t at;
	struct store_head head; /* read up to here */
	uint64_t request;
};

static bool is_running(const struct cli *cli, const char *daemon)
{
	auto_buf struct buf answer = {0};
	return cli_ask(cli, daemon, "show version", &answer, NULL) == 0;
}

static int live_open(struct source *source, const struct cli *cli, struct why *why)
{
	char endpoint[96]; /* the folder by its descriptor: a socket's path is short */
	source->folder = open(cli->dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (source->folder < 0)
		return why_set(why, ERR_ADDRESS, "%s: %s", cli->dir, strerror(errno));
	snprintf(endpoint, sizeof endpoint, "ipc:///proc/self/fd/%d/%s.feed", source->folder,
		source->stream);
	source->context = zmq_ctx_new();
	must(source->context);
	source->socket = zmq_socket(source->context, ZMQ_DEALER);
	must(source->socket);
	int linger = 0;
	zmq_setsockopt(source->socket, ZMQ_LINGER, &linger, sizeof linger);
	if (zmq_connect(source->socket, endpoint) != 0)
		return why_set(why, ERR_ADDRESS, "%s/%s.feed: %s", cli->dir, source->stream,
			zmq_strerror(zmq_errno()));
	return 0;
}

static int folder_open(struct source *source, const struct cli *cli, struct why *why)
{
	char dir[4096];
	snprintf(dir, sizeof dir, "%s/%s", cli->dir, source->stream);
	if (access(dir, F_OK) != 0)
		return why_set(why, ERR_NOT_FOUND, "%s: there is no log", dir);
	struct store_options options = {
		.backend = &store_folder,
		.dir = dir,
		.own = source->stream,
		.look_only = true,
	};
	return store_open(&source->store, &options, why);
}

int source_open(struct source **out, const struct cli *cli, const char *daemon,
	const struct store_head *after, struct why *why)
{
	if (!cli->dir)
		return why_set(why, ERR_USAGE, "reading a log needs --dir DIR");
	struct source *source = calloc(1, sizeof *source);
	must(source);
	source->folder = -1;
	snprintf(source->stream, sizeof source->stream, "%s", daemon);
	if (after)
		source->head = *after;
	int err = is_running(cli, daemon) ? live_open(source, cli, why)
					  : folder_open(source, cli, why);
	if (err)
		source_close(&source);
	else
		*out = source;
	return err;
}

void source_close(struct source **at)
{
	struct source *source = *at;
	if (!source)
		return;
	if (source->socket)
		zmq_close(source->socket);
	if (source->context)
		zmq_ctx_term(source->context);
	clean_fd(&source->folder);
	if (source->store)
		store_close(&source->store);
	buf_done(&source->blocks);
	free(source);
	*at = NULL;
}

bool source_is_live(const struct source *source)
{
	return source->socket;
}

static int fetch_send(struct source *source, unsigned wait_ms)
{
	Wot__V1__Fetch fetch = WOT__V1__FETCH__INIT;
	fetch.request = ++source->request;
	fetch.stream = source->stream;
	fetch.after_seq = source->head.seq;
	fetch.max_bytes = READ_BYTES;
	fetch.wait_ms = wait_ms;
	fetch.has_after_hash = source->head.seq > 0;
	fetch.after_hash = (ProtobufCBinaryData){.len = STORE_HASH_LEN, .data = source->head.hash};
	auto_buf struct buf packed = {0};
	message_pack(&fetch.base, &packed);
	return zmq_send(source->socket, packed.data, packed.len, 0) < 0 ? ERR_IO : 0;
}

static int fetch_answer(struct source *source, unsigned wait_ms, struct why *why)
{
	int timeout_ms = (int)wait_ms + ANSWER_MS;
	zmq_setsockopt(source->socket, ZMQ_RCVTIMEO, &timeout_ms, sizeof timeout_ms);
	auto_arena struct arena arena = {0};
	zmq_msg_t head, body;
	zmq_msg_init(&head);
	zmq_msg_init(&body);
	int err = ERR_TIMEOUT;
	if (zmq_msg_recv(&head, source->socket, 0) >= 0 &&
		zmq_msg_recv(&body, source->socket, 0) >= 0) {
		Wot__V1__FetchReply *reply =
			(void *)message_unpack(&wot__v1__fetch_reply__descriptor,
				zmq_msg_data(&head), zmq_msg_size(&head), &arena);
		bool diverged = reply && reply->status == WOT__V1__FETCH_REPLY__STATUS__DIVERGED;
		err = reply && reply->status == WOT__V1__FETCH_REPLY__STATUS__OK ? 0
		      : diverged                                                 ? ERR_DIVERGED
										 : ERR_IO;
		buf_add(&source->blocks, zmq_msg_data(&body), zmq_msg_size(&body));
	}
	zmq_msg_close(&head);
	zmq_msg_close(&body);
	if (err == ERR_DIVERGED)
		return why_set(why, err, "%s: sequence %" PRIu64 " is not the end of a block there",
			source->stream, source->head.seq);
	return err ? why_set(why, err, "%s: %s after sequence %" PRIu64, source->stream,
			     err_title(err), source->head.seq)
		   : 0;
}

static int blocks_read(struct source *source, unsigned wait_ms, struct why *why)
{
	buf_clear(&source->blocks);
	source->at = 0;
	if (source->socket) {
		int err = fetch_send(source, wait_ms);
		return err ? why_set(why, err, "%s: cannot be asked", source->stream)
			   : fetch_answer(source, wait_ms, why);
	}
	int err = store_read(source->store, source->stream, source->head.seq, source->head.hash,
		READ_BYTES, &source->blocks);
	return err ? why_set(why, err, "%s: %s after sequence %" PRIu64, source->stream,
			     err_title(err), source->head.seq)
		   : 0;
}

int source_next(struct source *source, unsigned wait_ms, struct block *block, struct why *why)
{
	if (source->at == source->blocks.len) {
		int err = blocks_read(source, wait_ms, why);
		if (err)
			return err;
	}
	if (!source->blocks.len)
		return 1;
	int err = block_chain((const uint8_t *)source->blocks.data + source->at,
		source->blocks.len - source->at, &source->head, block);
	if (err == ERR_DIVERGED)
		err = ERR_DAMAGED;
	if (err)
		return why_set(why, err, "%s: sequence %" PRIu64 ": %s", source->stream,
			source->head.seq + 1, err_title(err));
	source->at += block->size;
	return 0;
}
