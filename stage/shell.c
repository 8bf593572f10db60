#include "stage/stage_own.h"

#include "lib/calendar.h"
#include "lib/clock.h"
#include "lib/log.h"

#include <inttypes.h>
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

const char *stage_bearer(const struct http_request *request)
{
	const char *authorization = http_header(request, "Authorization");
	static const char bearer[] = "Bearer ";
	if (!authorization || strncasecmp(authorization, bearer, sizeof bearer - 1) != 0)
		return NULL;
	return authorization + sizeof bearer - 1;
}

static int32_t today_of(const struct stage *stage)
{
	return calendar_day_of(stage->now_ms);
}

/* Its days are looked at and its issuer is not: the pin is the trust. */
static const struct client *client_by_certificate(
	const struct stage *stage, const struct http_certificate *shown, struct client_known *known)
{
	int64_t now_s = stage->now_ms / 1000;
	known->way = CLIENT_CERTIFICATE;
	memcpy(known->key, shown->key, sizeof known->key);
	return now_s < shown->from_s || now_s > shown->until_s
		       ? NULL
		       : clients_find(
				 &stage->clients, CLIENT_CERTIFICATE, shown->key, today_of(stage));
}

const struct client *stage_client_by_token(
	const struct stage *stage, const struct http_request *request, struct client_known *known)
{
	const char *token = stage_bearer(request);
	if (!token)
		return NULL;
	known->way = CLIENT_TOKEN;
	clients_token_hash(token, known->key);
	return clients_by_token(&stage->clients, token, today_of(stage));
}

const struct client *stage_client(
	const struct stage *stage, const struct http_request *request, struct client_known *known)
{
	struct http_certificate shown;
	const struct client *client = stage_client_by_token(stage, request, known);
	if (!http_certificate(request, &shown))
		return client;
	const struct client *other = client_by_certificate(stage, &shown, known);
	return !stage_bearer(request) || client == other ? other : NULL;
}

bool stage_client_holds(
	const struct stage *stage, const struct client *client, const struct client_known *known)
{
	return client_is_known_by(client, known->way, known->key, today_of(stage));
}

const struct client *stage_peer(const struct stage *stage, const char *user)
{
	uint8_t key[BUS_KEY_LEN];
	return user && bus_key_parse(user, key) == 0
		       ? clients_find(&stage->clients, CLIENT_CURVE, key, today_of(stage))
		       : NULL;
}

void stage_turned_away(struct stage *stage, struct metric_row *row, int err, const char *user)
{
	enum { SAID_AGAIN_MS = 1000 };
	const struct client *client = stage_peer(stage, user);
	int64_t *said_ms = &stage->turned_away[err_index(err)].said_ms;
	uint64_t *count = &stage->turned_away[err_index(err)].count;
	metric_refuse(row, err);
	++*count;
	stage_clock(stage);
	if (stage->now_ms - *said_ms < SAID_AGAIN_MS)
		return;
	log_warning("turned_away", "door=%s reason=%s client=%s count=%" PRIu64, row->name,
		err_name(err), client ? client->name : "-", *count);
	*said_ms = stage->now_ms;
	*count = 0;
}

void stage_bus_row(struct metric_row *row, const struct bus_socket *socket)
{
	struct bus_stats stats;
	bus_stats(socket, &stats);
	row->received = stats.received;
	row->sent = stats.sent;
	row->bytes = stats.bytes_in;
	row->bytes_out = stats.bytes_out;
	row->dropped = stats.dropped;
	row->connections = stats.connections;
}

struct bus_limits stage_limits(const struct stage *stage, unsigned connections, size_t unread_bytes)
{
	const struct config *config = &stage->config;
	return (struct bus_limits){
		.connections = connections,
		.per_address = config->max_connections_per_address,
		.per_key = config->max_connections_per_client,
		.frames = config->push_frames,
		.handshake_ms = config->request_timeout_ms,
		.unread_bytes = unread_bytes,
	};
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
	return stage->marks[feed].head.seq;
}
