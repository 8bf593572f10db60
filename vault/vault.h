/*
 * The vault: a file of fixed slots beside intake's log, one for each case that holds a person. A
 * slot has the case's random key, sealed to the public key of whoever may open (wot-case), and
 * whatever could be guessed back to a person: the salt of its dedupe digest and the keyed hashes by
 * which a person or a household is matched. Destroying a slot is forgetting the person.
 *
 * A slot must be on disk before the event that names it: vault_sync runs before each commit. And nothing
 * is overwritten that any log, replica or lost block may still name: a slot says where the log stood when
 * it was taken (vault_mark), and only where the log still agrees is a slot without an event the leftover of
 * a crash. After a loss, a repair or a restore it no longer does, and the slot stays. The vault also notes
 * what end the log had (vault_note_end): a log that no longer has it lost something.
 */
#ifndef WOT_VAULT_H
#define WOT_VAULT_H

#include "lib/buf.h"
#include "lib/clean.h"
#include "lib/err.h"
#include <stdbool.h>
#include <stdint.h>

enum { VAULT_ID_LEN = 16, VAULT_KEY_LEN = 32, VAULT_SALT_LEN = 16, VAULT_HOUSEHOLD_LEN = 16 };

struct vault;

/* The end of a log: its id, the sequence number of its last durable event, the hash of that block. */
struct vault_mark {
	uint8_t stream_id[16], hash[32];
	uint64_t seq;
};

/* public_key: crypto_box key of who may open. `path`: the slots; `path`.secret: this vault's own
 * random key for hashes and digests, made at the first start, 0600; `path`.caller: today's key for
 * callers. ERR_DAMAGED: one of the files is missing, truncated or of another vault. ERR_CONFIG: nothing
 * can be sealed to this public key. */
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
/* Seals plain under a new key: nonce and ciphertext are appended to sealed; aad is the event's id; mark:
 * where the log stands now. ERR_DISK_FULL, ERR_IO. */
int vault_seal(struct vault *vault, const struct vault_match *match, const struct vault_mark *mark,
	const void *plain, size_t len, const uint8_t aad[16], struct vault_slot *slot,
	struct buf *sealed);
/* Gives back a slot whose event was refused. */
void vault_free_slot(struct vault *vault, const uint8_t key_id[VAULT_ID_LEN]);
/* The slot's salt, or ERR_NOT_FOUND after it was destroyed; ERR_DAMAGED: its slot is damaged or lost. */
int vault_salt(const struct vault *vault, const uint8_t key_id[VAULT_ID_LEN], uint8_t salt[16]);
/* Overwrites the slot and syncs. 0 also when it is gone already. */
int vault_destroy(struct vault *vault, const uint8_t key_id[VAULT_ID_LEN]);
/* Any thread: what was sealed so far is on disk when this returns 0. ERR_IO is for good: stop. */
int vault_sync(struct vault *vault);
/* What the log says of a key: no event names it; one does; one says that this person is forgotten. */
enum vault_naming { VAULT_UNNAMED, VAULT_NAMED, VAULT_FORGOTTEN };
/* Asked of the log at a start. */
struct vault_log {
	uint8_t stream_id[16];
	enum vault_naming (*naming)(void *arg, const uint8_t key_id[VAULT_ID_LEN]);
	bool (*holds)(void *arg, const struct vault_mark *mark); /* did it once end there? */
	void *arg;
};
/* What a start found. `unnamed`: slots of which the log knows nothing, and which another copy of it may. */
struct vault_start {
	size_t freed, unnamed;
};
/* At start: destroys the keys of who is forgotten, and frees the slots that a crash left without their event;
 * none at all where
 * `doubt`, where a slot is damaged, or where the log no longer has the end that it had. ERR_IO, ERR_DISK_FULL: it stopped, and does the rest at the next start. */
int vault_reconcile(
	struct vault *vault, const struct vault_log *log, bool doubt, struct vault_start *start);
/* To be called when more of the log is durable: notes this end, if a slot was taken since the last one. On disk
 * with the next vault_sync. */
void vault_note_end(struct vault *vault, const struct vault_mark *end);
/* What the vault has of a key. Lost: somebody accepted that it is. */
enum vault_slot_state {
	VAULT_SLOT_NONE,
	VAULT_SLOT_END, /* no key: it tells what end the log had */
	VAULT_SLOT_WHOLE,
	VAULT_SLOT_LOST,
	VAULT_SLOT_DAMAGED
};
enum vault_slot_state vault_slot_state(
	const struct vault *vault, const uint8_t key_id[VAULT_ID_LEN]);
size_t vault_count(const struct vault *vault);
size_t vault_damaged(const struct vault *vault);
size_t vault_lost(const struct vault *vault);
/* The file of today's callers could not be used, and was emptied. */
bool vault_caller_was_damaged(const struct vault *vault);

/* Of somebody who called on that day, and was heard of today. The key lives one day: it is forgotten as
 * the day on which it was made is over, also when nobody calls any more, and survives a restart on its
 * day. The day of the call is hashed along, so that calls of many days may come in in any order, and
 * who called on two of them is not known for one. 16 bytes out. */
void vault_hash_caller(
	struct vault *vault, int32_t day, int32_t today, const char *caller, uint8_t out[16]);
/* To be called now and then. */
void vault_forget_callers(struct vault *vault, int32_t today);

/* Reads everything beside the slots and in them, writes nothing, whether or not intake runs. on_fault: what is
 * damaged, and what to do. on_key: each slot in use, damaged or known to be lost. */
struct vault_visitor {
	void (*on_fault)(void *arg, const char *text);
	void (*on_key)(void *arg, const uint8_t key_id[VAULT_ID_LEN], enum vault_slot_state state);
	void *arg;
};
void vault_verify(const char *path, const struct vault_visitor *visitor);

/* For a stopped intake whose vault cannot be restored: makes the files fit to be opened. Damaged slots are set
 * aside in `path`.damaged. May be broken off anywhere and run again. */
int vault_accept_damage(const char *path,
	bool (*is_live)(void *arg, const uint8_t key_id[VAULT_ID_LEN]), void *arg, struct why *why);
/* And notes of keys that the log names and no slot has that they are lost for good; key_ids: one after the other. */
int vault_accept_loss(const char *path, const uint8_t *key_ids, size_t count, struct why *why);

/* Opening: secret is crypto_box's. ERR_NOT_FOUND: destroyed. ERR_DAMAGED: not what
 * was sealed. */
FOR_TESTS("they open what was sealed; who may read persons comes with the doors for it")
int vault_unseal(const char *path, const uint8_t public_key[32], const uint8_t secret[32],
	const uint8_t key_id[VAULT_ID_LEN], const uint8_t aad[16], const void *sealed, size_t len,
	struct buf *plain, struct why *why);

#endif
