#include "stage/shell.h"

#include "lib/clock.h"
#include "lib/log.h"

#include <string.h>
#include <strings.h>

void stage_clock(struct stage *stage)
{
	int64_t now_ms = clock_now_ms();
	if (now_ms > stage->now_ms)
		stage->now_ms = now_ms;
}

int stage_open_for_business(const struct stage *stage)
{
	if (stage->stopping)
		return ERR_STOPPING;
	if (stage->disk_full)
		return ERR_DISK_FULL;
	if (stage->maintenance)
		return ERR_MAINTENANCE;
	return stage->replies_count >= stage->config.max_waiting ? ERR_BUSY : 0;
}

int stage_feed(const struct stage *stage, const char *stream)
{
	for (size_t i = 0; i < stage->feed_count; i++) {
		if (strcmp(stage->feeds[i], stream) == 0)
			return (int)i;
	}
	return -1;
}

enum daemon_index stage_index(const struct stage *stage)
{
	int index = daemon_find(stage->daemon->name);
	must(index >= 0);
	return (enum daemon_index)index;
}

const struct client *stage_client(const struct stage *stage, const struct http_request *request)
{
	const char *authorization = http_header(request, "Authorization");
	static const char bearer[] = "Bearer ";
	if (!authorization || strncasecmp(authorization, bearer, sizeof bearer - 1) != 0)
		return NULL;
	return clients_by_token(&stage->clients, authorization + sizeof bearer - 1);
}

const struct client *stage_peer(const struct stage *stage, const char *user)
{
	uint8_t key[BUS_KEY_LEN];
	return user && bus_key_parse(user, key) == 0 ? clients_by_curve(&stage->clients, key)
						     : NULL;
}

void stage_stop(struct stage *stage, int err)
{
	stage->stopping = true;
	if (err)
		stage->failed = err;
	loop_stop(stage->loop);
}

void stage_unreadable(struct stage *stage, int err, const char *what)
{
	log_error("log_unreadable",
		"what=%s reason=%s why=\"`wotctl verify` says where; `wotctl accept-loss` goes on "
		"with what is left\"",
		what, err_name(err));
	stage_stop(stage, err);
}

const struct config *stage_config(const struct stage *stage)
{
	return &stage->config;
}

void *stage_ctx(const struct stage *stage)
{
	return stage->ctx;
}

void *stage_state(const struct stage *stage)
{
	return stage->state;
}

struct store *stage_store(const struct stage *stage)
{
	return stage->store;
}

uint64_t stage_read_seq(const struct stage *stage, size_t feed)
{
	return stage->marks[feed].seq;
}
