/*
 * A server: who connects, how many, and the bytes of each. What they mean is zmtp.c's. Everything that a
 * peer can make us hold is counted here: connections (in all, an address, a key), those that have not yet
 * said who they are, a message that stops halfway, answers that are not read.
 */
#include "bus/bus_own.h"
#include "bus/zmtp.h"
#include "lib/accept.h"
#include "lib/clean.h"
#include "lib/clock.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

enum {
	READ_BYTES = 64 * 1024, /* a connection a turn */
	BACKLOG = 128,
	ACCEPT_MAX = 64,    /* a turn */
	HANDSHAKES_MAX = 8, /* their steps a turn: each takes a tenth of a millisecond */
	LONG_US = 1000,     /* for one connection, then its key comes last */
	TURN_US = 4000,
	TICK_MS = 500,
	KEEP_ROOM = 64 * 1024, /* of answers, whoever they are for */
	STILL_MS = 30000,      /* amid a message, or with answers that are not read */
	/* Of the descriptors, those that no connection gets: for files and for who looks. */
	DESCRIPTORS_KEPT = 12,
	SILENT_MAX = 32, /* or a quarter of what is left of the descriptors */
	KEEPALIVE_IDLE_S = 15,
	KEEPALIVE_STEP_S = 5,
	KEEPALIVE_STEPS = 3,
};

struct peer {
	struct bus_socket *socket;
	int fd;
	uv_poll_t *poll;
	int watched; /* UV_READABLE and UV_WRITABLE, as libuv was told */
	struct zmtp zmtp;
	size_t sent;       /* of zmtp.out */
	bool ready;        /* there may be more in zmtp.in */
	uint64_t moved_us; /* it came, then: something of it did */
	uint8_t address[sizeof(struct in6_addr)];
	char user[BUS_USER_MAX + 1]; /* empty: without CURVE, or not yet */
};

struct server {
	int fd;
	uv_poll_t *poll;
	struct loop_timer *ticker;
	struct zmtp_side side;
	struct peer **peers; /* limits.connections places */
	unsigned used;       /* places from there on are free; a new peer takes the first that is */
	uint32_t *turns;     /* of each place: which of its peers an id means */
	bool is_tcp;
	unsigned handshakes; /* this turn */
	unsigned first;      /* the place where the next turn begins */
	char greedy[BUS_USER_MAX + 1];
	unsigned silent_max; /* connections that have not said who they are */
};

#define EACH_PEER(i, socket) for (unsigned i = 0; i < (socket)->server->used; i++)

/* ---- a peer ---- */

static void on_poll_closed(uv_handle_t *handle)
{
	free(handle);
}

static void peer_close(struct peer *peer)
{
	struct server *server = peer->socket->server;
	uint32_t place = (uint32_t)peer->zmtp.id;
	uv_close((uv_handle_t *)peer->poll, on_poll_closed);
	close(peer->fd);
	zmtp_done(&peer->zmtp);
	server->peers[place] = NULL;
	server->turns[place]++;
	while (server->used && !server->peers[server->used - 1])
		server->used--;
	peer->socket->stats.connections--;
	free(peer);
}

static void refuse(struct bus_socket *socket, int err, const char *user)
{
	if (socket->options.on_refused)
		socket->options.on_refused(socket->options.arg, err, user);
}

static void peer_refuse(struct peer *peer, int err)
{
	refuse(peer->socket, err, peer->user[0] ? peer->user : NULL);
	peer_close(peer);
}

static bool is_open(const struct peer *peer)
{
	return peer->zmtp.state == ZMTP_OPEN;
}

static size_t unread(const struct peer *peer)
{
	return peer->zmtp.out.len - peer->sent;
}

/* While messages have to wait, who comes is still let in. */
static bool may_read(const struct peer *peer)
{
	const struct bus_socket *socket = peer->socket;
	return !is_open(peer) ||
	       (!socket->paused && unread(peer) <= socket->options.limits.unread_bytes);
}

static void on_peer(uv_poll_t *handle, int status, int found);

static void peer_watch(struct peer *peer, int wanted)
{
	if (peer->watched == wanted)
		return;
	peer->watched = wanted;
	if (wanted)
		uv_poll_start(peer->poll, wanted, on_peer);
	else
		uv_poll_stop(peer->poll);
}

/* Of answers that were sent. Strangers keep none, for they may be many; readers in the house keep what their next answer
 * needs until they are still. */
static void room_give_back(struct peer *peer)
{
	if (!unread(peer) && peer->zmtp.out.room > KEEP_ROOM)
		buf_done(&peer->zmtp.out);
}

/* False: it is gone, and closed. */
static bool peer_send(struct peer *peer)
{
	struct buf *out = &peer->zmtp.out;
	while (unread(peer)) {
		ssize_t sent = send(peer->fd, out->data + peer->sent, unread(peer),
			MSG_DONTWAIT | MSG_NOSIGNAL);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0 && errno == EAGAIN)
			break;
		if (sent < 0) {
			peer_close(peer);
			return false;
		}
		peer->sent += (size_t)sent;
		peer->moved_us = clock_mono_us();
	}
	if (!unread(peer)) {
		out->len = peer->sent = 0;
		if (peer->socket->server->is_tcp)
			room_give_back(peer);
	}
	return true;
}

/* Before more is added: what was sent takes no more room than what was not. */
static void sent_drop(struct peer *peer)
{
	struct buf *out = &peer->zmtp.out;
	if (!peer->sent || peer->sent < out->len / 2)
		return;
	memmove(out->data, out->data + peer->sent, unread(peer));
	out->len -= peer->sent;
	peer->sent = 0;
}

static bool peer_read(struct peer *peer)
{
	static uint8_t bytes[READ_BYTES];
	ssize_t got = recv(peer->fd, bytes, sizeof bytes, MSG_DONTWAIT);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (got <= 0) {
		peer_close(peer);
		return false;
	}
	zmtp_take(&peer->zmtp, bytes, (size_t)got);
	peer->ready = true;
	if (is_open(peer))
		peer->moved_us = clock_mono_us();
	return true;
}

static void on_peer(uv_poll_t *handle, int status, int found)
{
	struct peer *peer = handle->data;
	if (status < 0) {
		peer_close(peer);
		return;
	}
	if (found & UV_WRITABLE && !peer_send(peer))
		return;
	if (found & UV_READABLE && !may_read(peer))
		peer_watch(peer, peer->watched & ~UV_READABLE); /* serve_look watches it again */
	else if (found & UV_READABLE && !peer->ready)
		(void)peer_read(peer);
}

/* ---- what came ---- */

static void peer_judge(struct peer *peer)
{
	struct bus_socket *socket = peer->socket;
	struct bus *bus = socket->bus;
	const char *user = bus->on_key(bus->key_arg, peer->zmtp.client);
	if (!user) {
		zmtp_refuse(&peer->zmtp);
		if (peer_send(peer))
			peer_refuse(peer, ERR_UNAUTHENTICATED);
		return;
	}
	unsigned same = 0;
	EACH_PEER (i, socket) {
		const struct peer *other = socket->server->peers[i];
		same += other && strcmp(other->user, user) == 0;
	}
	snprintf(peer->user, sizeof peer->user, "%s", user);
	if (socket->options.limits.per_key && same >= socket->options.limits.per_key)
		peer_refuse(peer, ERR_TOO_MANY);
	else
		zmtp_admit(&peer->zmtp);
}

static void peer_deliver(struct peer *peer)
{
	struct bus_socket *socket = peer->socket;
	struct bus_message *message = &peer->zmtp.message;
	bus_count_in(socket, message);
	socket->options.on_message(
		socket->options.arg, socket, message, peer->user[0] ? peer->user : NULL);
	bus_message_done(message);
}

static bool handshake_begin(struct server *server)
{
	if (server->handshakes == 0)
		return false;
	server->handshakes--;
	return true;
}

static void peer_drain(struct peer *peer)
{
	struct bus_socket *socket = peer->socket;
	uint64_t end_us = clock_mono_us() + BUS_DRAIN_US;
	for (int i = 0; i < BUS_DRAIN_MAX && clock_mono_us() < end_us; i++) {
		if (!may_read(peer) || (!is_open(peer) && !handshake_begin(socket->server)))
			return;
		switch (zmtp_next(&peer->zmtp)) {
		case ZMTP_NOTHING:
			peer->ready = false;
			return;
		case ZMTP_BROKEN:
			peer_refuse(peer, ERR_INVALID);
			return;
		case ZMTP_KEY:
			peer_judge(peer);
			return;
		case ZMTP_MESSAGE:
			peer_deliver(peer);
			if (socket->closed)
				return;
		}
	}
}

/* Drains those whose key is (not) the one that last took long. False: the turn is over. */
static bool keys_drain(struct bus_socket *socket, bool greedy, uint64_t end_us)
{
	struct server *server = socket->server;
	unsigned count = server->used, first = server->first < count ? server->first : 0;
	for (unsigned n = 0; n < count; n++) {
		unsigned place = first + n < count ? first + n : first + n - count;
		struct peer *peer = server->peers[place];
		if (!peer || !peer->ready || greedy != (strcmp(peer->user, server->greedy) == 0))
			continue;
		char user[BUS_USER_MAX + 1];
		strcpy(user, peer->user);
		uint64_t begin_us = clock_mono_us();
		peer_drain(peer); /* and with it the peer may go */
		if (socket->closed)
			return false;
		uint64_t now_us = clock_mono_us();
		if (now_us - begin_us > LONG_US)
			strcpy(server->greedy, user);
		if (now_us < end_us)
			continue;
		server->first = place + 1;
		return false;
	}
	return true;
}

/*
 * One message may take long, and one client may have many. So a turn ends once it has taken its time, the
 * next goes on where it ended, and whose key took long comes after the others.
 */
void serve_drain(struct bus_socket *socket)
{
	socket->server->handshakes = HANDSHAKES_MAX;
	uint64_t end_us = clock_mono_us() + TURN_US;
	if (keys_drain(socket, false, end_us))
		keys_drain(socket, true, end_us);
}

bool serve_look(struct bus_socket *socket)
{
	bool ready = false;
	EACH_PEER (i, socket) {
		struct peer *peer = socket->server->peers[i];
		if (!peer || (unread(peer) && !(peer->watched & UV_WRITABLE) && !peer_send(peer)))
			continue;
		bool reads = may_read(peer);
		peer_watch(peer, (reads ? UV_READABLE : peer->watched & UV_READABLE) |
					 (unread(peer) ? UV_WRITABLE : 0));
		ready |= reads && peer->ready;
	}
	return ready;
}

/* ---- sending ---- */

static struct peer *peer_of(struct bus_socket *socket, zmq_msg_t *frame)
{
	uint64_t id;
	if (zmq_msg_size(frame) != sizeof id)
		return NULL;
	memcpy(&id, zmq_msg_data(frame), sizeof id);
	uint32_t place = (uint32_t)id;
	if (place >= socket->options.limits.connections)
		return NULL;
	struct peer *peer = socket->server->peers[place];
	return peer && peer->zmtp.id == id ? peer : NULL;
}

int serve_send(struct bus_socket *socket, struct bus_message *message)
{
	struct peer *peer = peer_of(socket, &message->frames[0]);
	if (!peer)
		return ERR_BUSY;
	if (!unread(peer))
		peer->moved_us = clock_mono_us();
	sent_drop(peer);
	zmtp_send(&peer->zmtp, message);
	return 0;
}

/* ---- who comes ---- */

static void address_read(const struct sockaddr_storage *from, uint8_t address[16])
{
	memset(address, 0, sizeof(struct in6_addr));
	if (from->ss_family == AF_INET6)
		memcpy(address, &((const struct sockaddr_in6 *)from)->sin6_addr, 16);
	else if (from->ss_family == AF_INET)
		memcpy(address, &((const struct sockaddr_in *)from)->sin_addr, 4);
}

/*
 * Is there room for one more, of that address? Whoever has not said who he is for longest makes room for
 * who comes: silence takes no place for long, and a handshake is over within milliseconds.
 */
static bool room_make(struct bus_socket *socket, int fd, const uint8_t *address)
{
	const struct server *server = socket->server;
	const struct bus_limits *limits = &socket->options.limits;
	struct peer *silent_first = NULL, *same_first = NULL;
	unsigned all = 0, same = 0, silent = 0;
	EACH_PEER (i, socket) {
		struct peer *peer = server->peers[i];
		if (!peer)
			continue;
		bool is_same = memcmp(peer->address, address, sizeof peer->address) == 0;
		all++;
		same += is_same;
		if (is_open(peer))
			continue;
		silent++;
		if (!silent_first || peer->moved_us < silent_first->moved_us)
			silent_first = peer;
		if (is_same && (!same_first || peer->moved_us < same_first->moved_us))
			same_first = peer;
	}
	bool full = all >= limits->connections || silent >= server->silent_max ||
		    descriptors_from(fd) <= DESCRIPTORS_KEPT;
	bool crowded = server->is_tcp && limits->per_address && same >= limits->per_address;
	struct peer *leaves = crowded ? same_first : silent_first;
	if (!full && !crowded)
		return true;
	if (leaves)
		peer_refuse(leaves, ERR_TIMEOUT);
	return leaves;
}

static void peer_new(struct bus_socket *socket, int fd, const uint8_t address[16])
{
	struct server *server = socket->server;
	unsigned place = 0;
	while (server->peers[place])
		place++;
	struct peer *peer = calloc(1, sizeof *peer);
	uv_poll_t *poll = calloc(1, sizeof *poll);
	must(peer && poll && uv_poll_init(loop_uv(socket->bus->loop), poll, fd) == 0);
	*peer = (struct peer){
		.socket = socket, .fd = fd, .poll = poll, .moved_us = clock_mono_us()};
	memcpy(peer->address, address, sizeof peer->address);
	zmtp_init(&peer->zmtp, &server->side, (uint64_t)server->turns[place] << 32 | place);
	poll->data = peer;
	server->peers[place] = peer;
	if (place >= server->used)
		server->used = place + 1;
	socket->stats.connections++;
	peer_watch(peer, UV_READABLE);
}

/* A host that is gone is noticed, though it says no word of it. */
static void keepalive_set(int fd)
{
	const struct {
		int level, option, value;
	} options[] = {
		{SOL_SOCKET, SO_KEEPALIVE, 1},
		{IPPROTO_TCP, TCP_NODELAY, 1},
		{IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE_S},
		{IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_STEP_S},
		{IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_STEPS},
	};
	for (size_t i = 0; i < sizeof options / sizeof *options; i++)
		setsockopt(fd, options[i].level, options[i].option, &options[i].value, sizeof(int));
}

static void peer_welcome(struct bus_socket *socket, int fd, const struct sockaddr_storage *from)
{
	uint8_t address[sizeof(struct in6_addr)];
	address_read(from, address);
	if (!room_make(socket, fd, address)) {
		close(fd);
		refuse(socket, ERR_TOO_MANY, NULL);
		return;
	}
	if (socket->server->is_tcp)
		keepalive_set(fd);
	peer_new(socket, fd, address);
}

static void on_connect(uv_poll_t *handle, int status, int found)
{
	(void)status;
	(void)found;
	struct bus_socket *socket = handle->data;
	struct server *server = socket->server;
	for (int i = 0; i < ACCEPT_MAX; i++) {
		struct sockaddr_storage from = {0};
		socklen_t size = sizeof from;
		int fd = accept_next(server->fd, &from, &size);
		if (fd >= 0) {
			peer_welcome(socket, fd, &from);
			continue;
		}
		if (accept_ran_short(errno)) {
			uv_poll_stop(server->poll); /* until the next tick */
			refuse(socket, ERR_TOO_MANY, NULL);
		}
		return;
	}
}

static void on_tick(void *arg)
{
	struct bus_socket *socket = arg;
	uint64_t now_us = clock_mono_us();
	uv_poll_start(socket->server->poll, UV_READABLE, on_connect);
	EACH_PEER (i, socket) {
		struct peer *peer = socket->server->peers[i];
		if (!peer)
			continue;
		uint64_t still_ms = (now_us - peer->moved_us) / 1000;
		bool waits_for_it = unread(peer) || (zmtp_is_amid(&peer->zmtp) && may_read(peer));
		if (is_open(peer) ? waits_for_it && still_ms > STILL_MS
				  : still_ms > socket->options.limits.handshake_ms)
			peer_refuse(peer, ERR_TIMEOUT);
		else if (still_ms >= TICK_MS)
			room_give_back(peer);
	}
}

/* ---- opening ---- */

static int listen_failed(const struct bus_socket *socket, const char *problem, struct why *why)
{
	return why_set(why, ERR_ADDRESS, "binding %s: %s", socket->endpoint, problem);
}

/* tcp://HOST:PORT, of which the HOST may be [IPv6] or *. */
static int address_resolve(
	const struct bus_socket *socket, struct addrinfo **found, struct why *why)
{
	char text[256];
	snprintf(text, sizeof text, "%s", socket->endpoint + strlen("tcp://"));
	char *host = text, *port = strrchr(text, ':');
	if (!port)
		return listen_failed(socket, "HOST:PORT expected", why);
	*port++ = 0;
	size_t len = strlen(host);
	if (len > 1 && host[0] == '[' && host[len - 1] == ']') {
		host[len - 1] = 0;
		host++;
	}
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
	int code = getaddrinfo(strcmp(host, "*") == 0 ? NULL : host, port, &hints, found);
	return code ? listen_failed(socket, gai_strerror(code), why) : 0;
}

static int listen_at(struct bus_socket *at, const void *address, socklen_t size, struct why *why)
{
	int family = ((const struct sockaddr *)address)->sa_family, on = 1;
	int fd = at->server->fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return why_set(why, err_of_system(errno, ERR_ADDRESS), "binding %s: %s",
			at->endpoint, strerror(errno));
	if (family != AF_UNIX)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, address, size) == 0 && listen(fd, BACKLOG) == 0)
		return 0;
	return listen_failed(at,
		errno == EADDRINUSE ? "Address already in use: stop who holds it, or choose another"
				    : strerror(errno),
		why);
}

static int listen_ipc(struct bus_socket *socket, struct why *why)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	strcpy(address.sun_path, socket->endpoint + strlen("ipc://")); /* checked: it fits */
	unlink(address.sun_path);                                      /* and nobody is there */
	return listen_at(socket, &address, sizeof address, why);
}

static int listen_tcp(struct bus_socket *socket, struct why *why)
{
	struct addrinfo *found;
	int err = address_resolve(socket, &found, why);
	if (err)
		return err;
	err = listen_at(socket, found->ai_addr, found->ai_addrlen, why);
	freeaddrinfo(found);
	return err;
}

static struct server *server_new(const struct bus_socket *socket)
{
	const struct bus_options *options = &socket->options;
	struct server *server = calloc(1, sizeof *server);
	must(server);
	*server = (struct server){.fd = -1,
		.side = {.message_max = options->max_message_bytes,
			.frames_max = options->limits.frames,
			.secret = options->secret},
		.peers = calloc(options->limits.connections, sizeof *server->peers),
		.turns = calloc(options->limits.connections, sizeof *server->turns),
		.is_tcp = strncmp(socket->endpoint, "tcp:", 4) == 0};
	must(server->peers && server->turns);
	if (options->secret)
		must(crypto_scalarmult_base(server->side.public_key, options->secret) == 0);
	return server;
}

int serve_open(struct bus_socket *socket, struct why *why)
{
	int err = bus_address_check(&socket->options, true, why);
	if (err)
		return err;
	struct server *server = socket->server = server_new(socket);
	err = server->is_tcp ? listen_tcp(socket, why) : listen_ipc(socket, why);
	if (err)
		return err;
	int quarter = (descriptors_from(server->fd) - DESCRIPTORS_KEPT) / 4;
	server->silent_max = quarter < 1            ? 1
			     : quarter < SILENT_MAX ? (unsigned)quarter
						    : SILENT_MAX;
	server->poll = calloc(1, sizeof *server->poll);
	must(server->poll &&
		uv_poll_init(loop_uv(socket->bus->loop), server->poll, server->fd) == 0);
	server->poll->data = socket;
	uv_poll_start(server->poll, UV_READABLE, on_connect);
	server->ticker = loop_every(socket->bus->loop, TICK_MS, on_tick, socket);
	return 0;
}

unsigned serve_port(const struct bus_socket *socket)
{
	struct sockaddr_storage at = {0};
	socklen_t size = sizeof at;
	must(getsockname(socket->server->fd, (struct sockaddr *)&at, &size) == 0);
	if (at.ss_family == AF_INET6)
		return ntohs(((const struct sockaddr_in6 *)&at)->sin6_port);
	return at.ss_family == AF_INET ? ntohs(((const struct sockaddr_in *)&at)->sin_port) : 0;
}

void serve_shut(struct bus_socket *socket)
{
	struct server *server = socket->server;
	EACH_PEER (i, socket) {
		if (server->peers[i])
			peer_close(server->peers[i]);
	}
	if (server->poll)
		uv_close((uv_handle_t *)server->poll, on_poll_closed);
	loop_timer_free(&server->ticker);
	if (server->fd >= 0)
		close(server->fd);
	if (server->poll && !server->is_tcp)
		unlink(socket->endpoint + strlen("ipc://"));
	free(server->peers);
	free(server->turns);
	free(server);
	socket->server = NULL;
}
