/*
 * Who may talk to us (clients.yaml): a name, a role, a hashed bearer token, a CURVE public key. Tokens are
 * random (32 bytes, hexadecimal), so a plain BLAKE2b-256 of them is enough to keep.
 * A client with neither token nor key cannot come in: it was revoked, and its name stays taken, since a
 * client's name is half of what makes an externalRef unique.
 */
#ifndef WOT_CLIENTS_H
#define WOT_CLIENTS_H

#include "lib/buf.h"
#include "lib/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct client {
	char name[64]; /* [a-z0-9-]{1,63} */
	unsigned role; /* of proto/role.def */
	uint8_t token_hash[32];
	uint8_t curve_key[32];
	bool has_token, has_curve;
};
struct clients {
	struct client *items;
	size_t count;
};

/* errors: file:line:column, all at once. */
int clients_load(struct clients *clients, const char *path, struct buf *errors);
int clients_save(
	const struct clients *clients, const char *path, struct why *why); /* atomically, 0600 */
void clients_done(struct clients *clients);
const struct client *clients_by_token(const struct clients *clients, const char *token);
const struct client *clients_by_curve(const struct clients *clients, const uint8_t key[32]);
struct client *clients_by_name(const struct clients *clients, const char *name);
void clients_token_hash(const char *token, uint8_t hash[32]);

#endif
