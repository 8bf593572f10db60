#include "tests/sim/fake_bus.h"

#include "lib/clean.h"

#include <string.h>

struct parcel {
	struct parcel *next;
	struct bus_message message;
};

struct queue {
	struct parcel *first, **end;
};

struct bus_socket {
	struct bus_socket *next; /* of all there are */
	struct bus *bus;
	char endpoint[64];
	bool is_router, paused;
	bus_message_fn *on_message;
	void (*on_peer)(void *arg, bool connected);
	void *arg;
	/* of a DEALER */
	struct bus_socket *peer; /* NULL: not connected */
	bool told;               /* that it is connected */
	bool held;
	uint64_t identity;
	struct queue in, out;
};

struct bus {
	struct loop *loop;
};

static struct bus_socket *sockets;
static uint64_t identities;

/* ---- queues ---- */

/* What is lent is lent until it was sent, and here it lies about. */
static void frame_copy(zmq_msg_t *from, zmq_msg_t *to)
{
	must(zmq_msg_init_size(to, zmq_msg_size(from)) == 0);
	memcpy(zmq_msg_data(to), zmq_msg_data(from), zmq_msg_size(from));
}

static void queue_add(struct queue *queue, struct bus_message *message, size_t from)
{
	struct parcel *parcel = calloc(1, sizeof *parcel);
	must(parcel);
	for (size_t i = from; i < message->count; i++)
		frame_copy(&message->frames[i], &parcel->message.frames[parcel->message.count++]);
	bus_message_done(message);
	if (!queue->first)
		queue->end = &queue->first;
	*queue->end = parcel;
	queue->end = &parcel->next;
}

static struct parcel *queue_take(struct queue *queue)
{
	struct parcel *parcel = queue->first;
	queue->first = parcel->next;
	return parcel;
}

static void parcel_free(struct parcel *parcel)
{
	bus_message_done(&parcel->message);
	free(parcel);
}

static void queue_drop(struct queue *queue)
{
	while (queue->first)
		parcel_free(queue_take(queue));
}

/* ---- bus/bus.h ---- */

int bus_new(struct bus **out, struct loop *loop)
{
	*out = calloc(1, sizeof **out);
	must(*out);
	(*out)->loop = loop;
	return 0;
}

void bus_free(struct bus **bus)
{
	for (struct bus_socket *socket = sockets; *bus && socket; socket = socket->next)
		must(socket->bus != *bus);
	free(*bus);
	*bus = NULL;
}

static struct bus_socket *socket_new(
	struct bus *bus, const struct bus_options *options, bool is_router)
{
	struct bus_socket *socket = calloc(1, sizeof *socket);
	must(socket && strlen(options->endpoint) < sizeof socket->endpoint);
	socket->bus = bus;
	strcpy(socket->endpoint, options->endpoint);
	socket->is_router = is_router;
	socket->on_message = options->on_message;
	socket->on_peer = options->on_peer;
	socket->arg = options->arg;
	socket->next = sockets;
	sockets = socket;
	return socket;
}

static struct bus_socket *router_of(const char *endpoint)
{
	for (struct bus_socket *socket = sockets; socket; socket = socket->next)
		if (socket->is_router && strcmp(socket->endpoint, endpoint) == 0)
			return socket;
	return NULL;
}

int bus_bind(struct bus *bus, const struct bus_options *options, struct bus_socket **out,
	struct why *why)
{
	(void)why;
	must(!router_of(options->endpoint));
	*out = socket_new(bus, options, true);
	return 0;
}

int bus_connect(struct bus *bus, const struct bus_options *options, struct bus_socket **out,
	struct why *why)
{
	(void)why;
	*out = socket_new(bus, options, false);
	return 0;
}

static void peer_lose(struct bus_socket *dealer)
{
	queue_drop(&dealer->in);
	queue_drop(&dealer->out);
	dealer->peer = NULL;
}

void bus_close(struct bus_socket **at)
{
	struct bus_socket *socket = *at;
	if (!socket)
		return;
	for (struct bus_socket **link = &sockets; *link; link = &(*link)->next) {
		if (*link == socket) {
			*link = socket->next;
			break;
		}
	}
	for (struct bus_socket *other = sockets; other; other = other->next)
		if (other->peer == socket)
			peer_lose(other);
	peer_lose(socket);
	free(socket);
	*at = NULL;
}

int bus_reconnect(struct bus_socket *socket)
{
	peer_lose(socket);
	socket->told = false;
	return 0;
}

void bus_pause(struct bus_socket *socket, bool paused)
{
	socket->paused = paused;
}

static struct bus_socket *dealer_of(const struct bus_socket *router, const zmq_msg_t *identity)
{
	uint64_t wanted;
	must(zmq_msg_size(identity) == sizeof wanted);
	memcpy(&wanted, zmq_msg_data((zmq_msg_t *)identity), sizeof wanted);
	for (struct bus_socket *socket = sockets; socket; socket = socket->next)
		if (socket->peer == router && socket->identity == wanted)
			return socket;
	return NULL;
}

int bus_send(struct bus_socket *socket, struct bus_message *message)
{
	struct bus_socket *dealer =
		socket->is_router ? dealer_of(socket, &message->frames[0]) : socket;
	if (!dealer || !dealer->peer) {
		bus_message_done(message);
		return ERR_BUSY;
	}
	queue_add(socket->is_router ? &dealer->in : &dealer->out, message, socket->is_router);
	return 0;
}

void bus_keys(struct bus *bus, const char *(*on_key)(void *arg, const uint8_t key[BUS_KEY_LEN]),
	void *arg)
{
	(void)bus;
	(void)on_key;
	(void)arg; /* nothing leaves the machine here */
}

void bus_stats(const struct bus_socket *socket, struct bus_stats *stats)
{
	(void)socket;
	*stats = (struct bus_stats){0};
}

/* ---- the simulation's side ---- */

/* What a socket's connection has for the owner of a loop. */
enum news { NOTHING, PEER_GONE, PEER_CAME, TO_DEALER, TO_ROUTER };

static enum news news_of(const struct bus_socket *dealer, const struct loop *loop)
{
	if (dealer->is_router)
		return NOTHING;
	if (dealer->bus->loop == loop && !dealer->peer) {
		if (dealer->told)
			return PEER_GONE;
		return !dealer->held && router_of(dealer->endpoint) ? PEER_CAME : NOTHING;
	}
	if (dealer->held || !dealer->peer)
		return NOTHING;
	if (dealer->bus->loop == loop && dealer->in.first && !dealer->paused)
		return TO_DEALER;
	return dealer->peer->bus->loop == loop && dealer->out.first ? TO_ROUTER : NOTHING;
}

size_t fake_bus_ready(const struct loop *loop)
{
	size_t ready = 0;
	for (const struct bus_socket *socket = sockets; socket; socket = socket->next)
		ready += news_of(socket, loop) != NOTHING;
	return ready;
}

static void hand_over(struct bus_socket *to, struct parcel *parcel)
{
	to->on_message(to->arg, to, &parcel->message, NULL);
	parcel_free(parcel);
}

/* A ROUTER is told by a first frame who sent it. */
static void router_hand_over(struct bus_socket *dealer)
{
	struct parcel *parcel = queue_take(&dealer->out);
	struct bus_message *message = &parcel->message;
	must(message->count < BUS_FRAMES_MAX);
	memmove(message->frames + 1, message->frames, message->count * sizeof *message->frames);
	struct bus_message identity = {.count = 0};
	bus_frame_add(&identity, &dealer->identity, sizeof dealer->identity);
	message->frames[0] = identity.frames[0];
	message->count++;
	hand_over(dealer->peer, parcel);
}

static void news_tell(struct bus_socket *dealer, enum news news)
{
	switch (news) {
	case PEER_GONE:
		dealer->told = false;
		dealer->on_peer(dealer->arg, false);
		break;
	case PEER_CAME:
		dealer->peer = router_of(dealer->endpoint);
		dealer->identity = ++identities;
		dealer->told = true;
		dealer->on_peer(dealer->arg, true);
		break;
	case TO_DEALER:
		hand_over(dealer, queue_take(&dealer->in));
		break;
	case TO_ROUTER:
		router_hand_over(dealer);
		break;
	case NOTHING:
		break;
	}
}

void fake_bus_deliver(const struct loop *loop, size_t pick)
{
	for (struct bus_socket *socket = sockets; socket; socket = socket->next) {
		enum news news = news_of(socket, loop);
		if (news != NOTHING && pick-- == 0) {
			news_tell(socket, news);
			return;
		}
	}
}

static struct bus_socket *link_of(const struct loop *loop, const char *endpoint)
{
	for (struct bus_socket *socket = sockets; socket; socket = socket->next)
		if (!socket->is_router && socket->bus->loop == loop &&
			strcmp(socket->endpoint, endpoint) == 0)
			return socket;
	return NULL;
}

void fake_bus_hold(const struct loop *loop, const char *endpoint, bool held)
{
	struct bus_socket *dealer = link_of(loop, endpoint);
	if (dealer)
		dealer->held = held;
}

void fake_bus_break(const struct loop *loop, const char *endpoint)
{
	struct bus_socket *dealer = link_of(loop, endpoint);
	if (dealer)
		peer_lose(dealer);
}
