/*
 * How often an address tried to sign in and failed: after five times it waits a minute, so that nobody can try codes all
 * day. Bounded: of more addresses than there is room for, the one that failed longest ago is forgotten. Pure: the time is
 * given.
 */
#ifndef WOT_ATTEMPTS_H
#define WOT_ATTEMPTS_H

#include <stdbool.h>
#include <stdint.h>

enum { ATTEMPTS_MOST = 5, ATTEMPTS_WAIT_MS = 60 * 1000, ATTEMPTS_ROOM = 1024 };

/* Of IPv6 the network, in which one has any number of addresses. */
struct attempts_address {
	uint8_t bytes[16];
};
struct attempts {
	struct {
		struct attempts_address address;
		unsigned failures; /* 0: the place is free */
		int64_t last_ms;
	} items[ATTEMPTS_ROOM];
};

/*
 * Who is there: the peer, "192.0.2.1", or the last of `forwarded` (X-Forwarded-For, or NULL) where `trusted`, addresses with
 * commas, has the peer: anybody can write the others into it.
 */
struct attempts_address attempts_address_of(
	const char *peer, const char *forwarded, const char *trusted);
/* Must it wait now? */
bool attempts_wait(
	const struct attempts *attempts, const struct attempts_address *address, int64_t now_ms);
void attempts_failed(
	struct attempts *attempts, const struct attempts_address *address, int64_t now_ms);
void attempts_succeeded(struct attempts *attempts, const struct attempts_address *address);

#endif
