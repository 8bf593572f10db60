#include "client/dealer.h"

#include "lib/clean.h"
#include <string.h>
#include <zmq.h>

static void set_curve(void *socket, const struct dealer_keys *keys)
{
	zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, keys->server, sizeof keys->server);
	zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, keys->public_key, sizeof keys->public_key);
	zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, keys->secret, sizeof keys->secret);
}

int dealer_open(struct dealer *dealer, const char *endpoint, const struct dealer_keys *keys,
	struct why *why)
{
	int linger = 0, ipv6 = strchr(endpoint, '[') != NULL;
	struct dealer opened = {.context = zmq_ctx_new()};
	must(opened.context);
	opened.socket = zmq_socket(opened.context, ZMQ_DEALER);
	must(opened.socket);
	zmq_setsockopt(opened.socket, ZMQ_LINGER, &linger, sizeof linger);
	zmq_setsockopt(opened.socket, ZMQ_IPV6, &ipv6, sizeof ipv6);
	if (keys)
		set_curve(opened.socket, keys);
	if (zmq_connect(opened.socket, endpoint) != 0) {
		int err = why_set(why, ERR_ADDRESS, "%s: %s", endpoint, zmq_strerror(zmq_errno()));
		dealer_close(&opened);
		return err;
	}
	*dealer = opened;
	return 0;
}

void dealer_close(struct dealer *dealer)
{
	zmq_close(dealer->socket);
	zmq_ctx_term(dealer->context);
}
