/*
 * A connection to a daemon that serves, for who has no loop: a DEALER of libzmq's in a context of its own.
 */
#ifndef WOT_DEALER_H
#define WOT_DEALER_H

#include "lib/err.h"
#include <stdint.h>

struct dealer {
	void *context, *socket;
};

struct dealer_keys {
	uint8_t server[32], public_key[32], secret[32];
};

/* It connects by itself, and again. keys: CURVE, which tcp needs; or NULL. On an error nothing is open. */
int dealer_open(struct dealer *dealer, const char *endpoint, const struct dealer_keys *keys,
	struct why *why);
void dealer_close(struct dealer *dealer); /* what was not sent yet is given up */

#endif
