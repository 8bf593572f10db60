/*
 * The network in the simulation. fake_bus.c stands in for bus/bus.c: messages wait in a queue of their
 * connection, in order, until the simulation delivers one. Ends go and come back, and links are cut.
 */
#ifndef WOT_SIM_FAKE_BUS_H
#define WOT_SIM_FAKE_BUS_H

#include "bus/bus.h"

/* How many things wait for the owner of that loop: a message of a connection, news of a peer. */
size_t fake_bus_ready(const struct loop *loop);
/* Does the one that is `pick`-th of them. */
void fake_bus_deliver(const struct loop *loop, size_t pick);

/* The link of a daemon to that endpoint: while it is held nothing passes, and nobody notices. */
void fake_bus_hold(const struct loop *loop, const char *endpoint, bool held);
/* It breaks: what was under way is gone, both ends notice, and it is made anew. */
void fake_bus_break(const struct loop *loop, const char *endpoint);

#endif
