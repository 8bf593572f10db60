/*
 * Redis Streams at their best: XADD of the same content, the commands formatted beforehand and written as
 * they lie in memory, replies read without an allocation, each connection kept full to its depth.
 */
#include "tests/bench/load.h"

#include "proto/event.h"
#include <errno.h>
#include <hiredis/hiredis.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

enum { CONNECTIONS_MAX = 64, SILENCE_MS = 30000 };

struct link {
	redisContext *redis;
	size_t waiting; /* for a reply */
};

struct links {
	struct link items[CONNECTIONS_MAX];
	size_t count;
};

static void links_done(struct links *links)
{
	for (size_t i = 0; i < links->count; i++)
		redisFree(links->items[i].redis);
}

static bool link_open(struct links *links, const char *address)
{
	int port = 0;
	char host[64] = "";
	bool tcp = sscanf(address, "%63[^:/]:%d", host, &port) == 2;
	redisContext *redis = tcp ? redisConnect(host, port) : redisConnectUnix(address);
	if (!redis || redis->err) {
		fprintf(stderr, "load: %s: %s\n", address, redis ? redis->errstr : "no memory");
		return false;
	}
	redis->reader->fn = NULL; /* a reply is then its type, and nothing is allocated */
	links->items[links->count++] = (struct link){.redis = redis};
	return true;
}

static void commands_make(const struct load *load, struct pool *pool)
{
	auto_arena struct arena arena = {0};
	auto_buf struct buf entry = {0};
	for (size_t i = 0; i < load->events + load->connections; i++) {
		size_t words = 0;
		buf_clear(&entry);
		const ProtobufCMessage *submission = &submission_make(load, i, &arena)->base;
		if (load->packed)
			message_pack(submission, &entry);
		else
			submission_words(submission, &entry, &words);
		buf_printf(&pool->bytes, "*%zu\r\n$4\r\nXADD\r\n$1\r\ns\r\n$1\r\n*\r\n",
			3 + (load->packed ? 2 : words));
		if (load->packed)
			buf_printf(&pool->bytes, "$1\r\nd\r\n$%zu\r\n", entry.len);
		buf_add(&pool->bytes, entry.data, entry.len);
		if (load->packed)
			buf_text(&pool->bytes, "\r\n");
		pool_end(pool);
		arena_reset(&arena);
	}
}

static bool link_send(struct link *link, const struct pool *pool, size_t from, size_t count)
{
	const char *at = pool->bytes.data + pool->starts[from];
	const char *end = pool->bytes.data + pool->starts[from + count];
	while (at < end) {
		ssize_t n = write(link->redis->fd, at, (size_t)(end - at));
		if (n < 0 && errno != EINTR) {
			fprintf(stderr, "load: Redis: %s\n", strerror(errno));
			return false;
		}
		at += n > 0 ? n : 0;
	}
	link->waiting += count;
	return true;
}

/* Whatever replies are there; every one must be the id of an entry. */
static bool link_receive(struct link *link, size_t *answered)
{
	void *reply = NULL;
	if (redisBufferRead(link->redis) != REDIS_OK) {
		fprintf(stderr, "load: Redis: %s\n", link->redis->errstr);
		return false;
	}
	while (redisGetReplyFromReader(link->redis, &reply) == REDIS_OK && reply) {
		if (reply != (void *)REDIS_REPLY_STRING) {
			fputs("load: Redis refused an XADD\n", stderr);
			return false;
		}
		link->waiting--;
		++*answered;
	}
	return true;
}

static bool links_receive(struct links *links, size_t *answered)
{
	struct pollfd fds[CONNECTIONS_MAX];
	for (size_t i = 0; i < links->count; i++)
		fds[i] = (struct pollfd){.fd = links->items[i].redis->fd, .events = POLLIN};
	int ready = poll(fds, links->count, SILENCE_MS);
	if (ready == 0)
		fputs("load: Redis does not answer\n", stderr);
	if (ready <= 0)
		return ready < 0 && errno == EINTR;
	for (size_t i = 0; i < links->count; i++)
		if (fds[i].revents && !link_receive(&links->items[i], answered))
			return false;
	return true;
}

/* A command on each connection, so that all are open. */
static bool links_warm(struct links *links, const struct pool *pool)
{
	size_t answered = 0;
	for (size_t i = 0; i < links->count; i++)
		if (!link_send(&links->items[i], pool, i, 1))
			return false;
	while (answered < links->count)
		if (!links_receive(links, &answered))
			return false;
	return true;
}

static bool links_run(const struct load *load, struct links *links, const struct pool *pool,
	struct timing *timing)
{
	size_t next = links->count, answered = 0;
	timing->start_ns = clock_ns();
	for (;;) {
		uint64_t sent_ns = load->latency ? clock_ns() : 0;
		size_t end = time_is_up(load, timing) ? next : pool->count;
		for (size_t i = 0; i < links->count; i++) {
			struct link *link = &links->items[i];
			size_t take = load->depth - link->waiting;
			if (take > end - next)
				take = end - next;
			if (take && !link_send(link, pool, next, take))
				return false;
			next += take;
		}
		if (answered == next - links->count)
			break;
		if (!links_receive(links, &answered))
			return false;
		if (load->latency)
			timing->round_trips_ns[answered - 1] = (uint32_t)(clock_ns() - sent_ns);
	}
	timing->end_ns = clock_ns();
	timing->events = answered;
	return true;
}

bool load_redis(const struct load *load, struct timing *timing)
{
	if (load->connections > CONNECTIONS_MAX) {
		fprintf(stderr, "load: at most %d connections\n", CONNECTIONS_MAX);
		return false;
	}
	auto_pool struct pool pool = {0};
	commands_make(load, &pool);
	struct links links = {.count = 0};
	bool fine = true;
	while (fine && links.count < load->connections)
		fine = link_open(&links, load->redis);
	fine = fine && links_warm(&links, &pool) && links_run(load, &links, &pool, timing);
	links_done(&links);
	return fine;
}
