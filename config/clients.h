/*
 * Who may talk to us (clients.yaml): a name, a role, and how it is known: bearer tokens, CURVE public keys, public keys of
 * TLS certificates, two of each at most, so that one can be renewed while the other still holds. Tokens are random (32
 * bytes, hexadecimal), so a plain BLAKE2b-256 of them is enough to keep. To add a way: a row in clients.c.
 * A client without any cannot come in: it was revoked, and its name stays taken, since a client's name is half of what
 * makes an externalRef unique.
 */
#ifndef WOT_CLIENTS_H
#define WOT_CLIENTS_H

#include "lib/buf.h"
#include "lib/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum client_way { CLIENT_TOKEN, CLIENT_CURVE, CLIENT_CERTIFICATE, CLIENT_WAYS };
enum { CLIENT_KEYS = 2, CLIENT_KEY = 32 };

struct client_key {
	uint8_t bytes
		[CLIENT_KEY]; /* the hash of a token, a CURVE key, the SHA-256 of a SubjectPublicKeyInfo */
	int32_t last_day; /* on which it still holds, in Amsterdam; INT32_MAX: for ever */
};
struct client_keys {
	struct client_key items[CLIENT_KEYS];
	unsigned count;
};
struct client {
	char name[64]; /* [a-z0-9-]{1,63} */
	unsigned role; /* of proto/role.def */
	struct client_keys keys[CLIENT_WAYS];
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
/* Who is known so today; NULL: nobody. */
const struct client *clients_find(const struct clients *clients, enum client_way way,
	const uint8_t key[CLIENT_KEY], int32_t today);
const struct client *clients_by_token(
	const struct clients *clients, const char *token, int32_t today);
struct client *clients_by_name(const struct clients *clients, const char *name);
void clients_token_hash(const char *token, uint8_t hash[CLIENT_KEY]);

bool client_is_known_by(const struct client *client, enum client_way way,
	const uint8_t key[CLIENT_KEY], int32_t today);
bool client_is_revoked(const struct client *client);
/* The others of that way still hold until last_day, or as long as they would have; of three the first to end goes. */
void client_renew(struct client *client, enum client_way way, const uint8_t key[CLIENT_KEY],
	int32_t last_day);
void client_revoke(struct client *client);
/* One that holds until last_day; false: it has two of that way already. */
bool client_add_key(struct client *client, enum client_way way, const uint8_t key[CLIENT_KEY],
	int32_t last_day);

#endif
