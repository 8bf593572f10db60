#include "client/fetch.h"

#include "client/dealer.h"
#include "lib/clean.h"
#include "proto/event.h"
#include "proto/feed.pb-c.h"
#include <inttypes.h>
#include <zmq.h>

enum { ANSWER_MS = 5000 };

struct fetch {
	struct dealer dealer;
	struct fetched fetched;
	uint64_t request;
};

int fetch_open(struct fetch **out, const char *endpoint, const char *stream,
	const struct store_head *after, struct why *why)
{
	struct dealer dealer;
	int err = dealer_open(&dealer, endpoint, NULL, why);
	if (err)
		return err;
	struct fetch *fetch = calloc(1, sizeof *fetch);
	must(fetch);
	fetch->dealer = dealer;
	fetch->fetched.stream = stream;
	if (after)
		fetch->fetched.head = *after;
	*out = fetch;
	return 0;
}

void fetch_close(struct fetch **at)
{
	struct fetch *fetch = *at;
	if (!fetch)
		return;
	dealer_close(&fetch->dealer);
	buf_done(&fetch->fetched.bytes);
	free(fetch);
	*at = NULL;
}

static int fetch_send(struct fetch *fetch, unsigned wait_ms)
{
	struct store_head *head = &fetch->fetched.head;
	Wot__V1__Fetch message = WOT__V1__FETCH__INIT;
	message.request = ++fetch->request;
	message.stream = (char *)fetch->fetched.stream;
	message.after_seq = head->seq;
	message.max_bytes = FETCHED_BYTES;
	message.wait_ms = wait_ms;
	message.has_after_hash = head->seq > 0;
	message.after_hash = (ProtobufCBinaryData){.len = STORE_HASH_LEN, .data = head->hash};
	auto_buf struct buf packed = {0};
	message_pack(&message.base, &packed);
	return zmq_send(fetch->dealer.socket, packed.data, packed.len, 0) < 0 ? ERR_IO : 0;
}

static int status_err(Wot__V1__FetchReply__Status status)
{
	return status == WOT__V1__FETCH_REPLY__STATUS__OK         ? 0
	       : status == WOT__V1__FETCH_REPLY__STATUS__DIVERGED ? ERR_DIVERGED
								  : ERR_IO;
}

/* A header and, in a frame of its own, the blocks. 1: it answers what was asked before. */
static int reply_take(struct fetch *fetch, zmq_msg_t *head, zmq_msg_t *blocks)
{
	auto_arena struct arena arena = {0};
	void *socket = fetch->dealer.socket;
	if (zmq_msg_recv(head, socket, 0) < 0)
		return ERR_TIMEOUT;
	if (!zmq_msg_more(head) || zmq_msg_recv(blocks, socket, 0) < 0 || zmq_msg_more(blocks))
		return ERR_IO;
	const Wot__V1__FetchReply *reply = (void *)message_unpack(
		&wot__v1__fetch_reply__descriptor, zmq_msg_data(head), zmq_msg_size(head), &arena);
	if (!reply)
		return ERR_IO;
	return reply->request == fetch->request ? status_err(reply->status) : 1;
}

static int reply_wait(struct fetch *fetch, unsigned wait_ms)
{
	int err, timeout_ms = (int)wait_ms + ANSWER_MS;
	zmq_msg_t head, blocks;
	zmq_setsockopt(fetch->dealer.socket, ZMQ_RCVTIMEO, &timeout_ms, sizeof timeout_ms);
	zmq_msg_init(&head);
	zmq_msg_init(&blocks);
	do
		err = reply_take(fetch, &head, &blocks);
	while (err == 1);
	struct fetched *fetched = &fetch->fetched;
	fetched_clear(fetched);
	if (!err)
		buf_add(&fetched->bytes, zmq_msg_data(&blocks), zmq_msg_size(&blocks));
	zmq_msg_close(&head);
	zmq_msg_close(&blocks);
	return err;
}

int fetch_next(struct fetch *fetch, unsigned wait_ms, struct block *block, struct why *why)
{
	struct fetched *fetched = &fetch->fetched;
	int err = fetched_next(fetched, block, why);
	if (err != 1)
		return err;
	err = fetch_send(fetch, wait_ms);
	if (err)
		return why_set(why, err, "%s: cannot be asked", fetched->stream);
	err = reply_wait(fetch, wait_ms);
	if (err == ERR_DIVERGED)
		return why_set(why, err, "%s: sequence %" PRIu64 " is not the end of a block there",
			fetched->stream, fetched->head.seq);
	if (err)
		return why_set(why, err, "%s: %s after sequence %" PRIu64, fetched->stream,
			err_title(err), fetched->head.seq);
	return fetched_next(fetched, block, why);
}

void fetched_clear(struct fetched *fetched)
{
	buf_clear(&fetched->bytes);
	fetched->at = 0;
}

int fetched_next(struct fetched *fetched, struct block *block, struct why *why)
{
	size_t left = fetched->bytes.len - fetched->at;
	if (!left)
		return 1;
	int err = block_chain(
		(const uint8_t *)fetched->bytes.data + fetched->at, left, &fetched->head, block);
	if (err == ERR_DIVERGED)
		err = ERR_DAMAGED;
	if (err)
		return why_set(why, err, "%s: sequence %" PRIu64 ": %s", fetched->stream,
			fetched->head.seq + 1, err_title(err));
	fetched->at += block->size;
	return 0;
}
