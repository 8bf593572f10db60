/*
 * The vault: a file of fixed slots beside intake's log, one for each case that holds a person. A
 * slot has the case's random key, sealed to the public key of whoever may open (wot-case), and
 * whatever could be guessed back to a person: the salt of its dedupe digest and the keyed hashes by
 * which a person or a household is matched. Destroying a slot is forgetting the person.
 *
 * A slot must be on disk before the event that names it: vault_sync runs before each commit.
 */
#ifndef WOT_VAULT_H
#define WOT_VAULT_H

#include "lib/buf.h"
#include "lib/err.h"
#include <stdbool.h>
#include <stdint.h>

enum { VAULT_ID_LEN = 16, VAULT_KEY_LEN = 32, VAULT_SALT_LEN = 16, VAULT_HOUSEHOLD_LEN = 16 };

struct vault;

/* public_key: crypto_box key of who may open. `path`: the slots; `path`.secret: this vault's own
 * random key for hashes and digests, made at the first start, 0600; `path`.caller: today's key for
 * callers. ERR_DAMAGED: one of the files is missing, truncated or of another vault. */
int vault_open(struct vault **out, const char *path, const uint8_t public_key[32], struct why *why);
void vault_close(struct vault **vault);
/* 32 bytes: the key of submission digests */
const uint8_t *vault_secret(const struct vault *vault);

/* What may match: normalised by the caller; NULL where it is not known. */
struct vault_match {
	const char *bsn;     /* nine digits */
	const char *address; /* postcode and house number, "3111AB-12" */
};
/* A new slot. household_id: that of a slot with this BSN, else with this address, or a new random
 * one. */
struct vault_slot {
	uint8_t key_id[VAULT_ID_LEN];
	uint8_t salt[VAULT_SALT_LEN];
	uint8_t household_id[VAULT_HOUSEHOLD_LEN];
};
/* Seals plain under a new key: nonce and ciphertext are appended to sealed; aad is the event's id.
 * ERR_DISK_FULL, ERR_IO. */
int vault_seal(struct vault *vault, const struct vault_match *match, const void *plain, size_t len,
	const uint8_t aad[16], struct vault_slot *slot, struct buf *sealed);
/* Gives back a slot whose event was refused. */
void vault_free_slot(struct vault *vault, const uint8_t key_id[VAULT_ID_LEN]);
/* The slot's salt, or ERR_NOT_FOUND after it was destroyed; ERR_DAMAGED: see vault_free_orphans. */
int vault_salt(const struct vault *vault, const uint8_t key_id[VAULT_ID_LEN], uint8_t salt[16]);
/* Overwrites the slot and syncs. 0 also when it is gone already. */
int vault_destroy(struct vault *vault, const uint8_t key_id[VAULT_ID_LEN]);
/* Any thread: what was sealed so far is on disk when this returns 0. ERR_IO is for good: stop. */
int vault_sync(struct vault *vault);
/* At start: frees every slot that `is_known` does not know (its event never became durable), also
 * when it is half-written. `is_known`: does an event name this key, of a person who was not
 * forgotten since? A damaged slot that is known stays, and is counted by vault_damaged: it must be
 * restored. */
size_t vault_free_orphans(struct vault *vault,
	bool (*is_known)(void *arg, const uint8_t key_id[VAULT_ID_LEN]), void *arg);
size_t vault_count(const struct vault *vault);
size_t vault_damaged(const struct vault *vault);

/* Of somebody who called on that day, and was heard of today. The key lives one day: it is forgotten as
 * the day on which it was made is over, also when nobody calls any more, and survives a restart on its
 * day. The day of the call is hashed along, so that calls of many days may come in in any order, and
 * who called on two of them is not known for one. 16 bytes out. */
void vault_hash_caller(
	struct vault *vault, int32_t day, int32_t today, const char *caller, uint8_t out[16]);
/* To be called now and then. */
void vault_forget_callers(struct vault *vault, int32_t today);

/* Opening, for wot-case: secret is crypto_box's. ERR_NOT_FOUND: destroyed. ERR_DAMAGED: not what
 * was sealed. */
int vault_unseal(const char *path, const uint8_t public_key[32], const uint8_t secret[32],
	const uint8_t key_id[VAULT_ID_LEN], const uint8_t aad[16], const void *sealed, size_t len,
	struct buf *plain, struct why *why);

#endif
