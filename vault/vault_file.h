/*
 * The vault on disk: a header and slots of 512 bytes, the unit that disks write whole. A free slot
 * is all zeros; a used one ends with a checksum, so that one half-written at a crash is told apart.
 * The number of slots is 128, 256, 512, …: a file of another size was truncated.
 *
 * All fields are bytes, so the format has no byte order and no padding.
 */
#ifndef WOT_VAULT_FILE_H
#define WOT_VAULT_FILE_H

#include "vault/vault.h"
#include <sodium.h>

enum { VAULT_SLOT_LEN = 512, VAULT_HASH_LEN = 32, VAULT_SEALED_KEY_LEN = 32 + 48 };
_Static_assert(VAULT_SEALED_KEY_LEN == VAULT_KEY_LEN + crypto_box_SEALBYTES, "a sealed key");

/* RECORD_LOST: of a key that the log names and nobody has any more, as somebody accepted; it holds no key.
 * RECORD_END: of no key, only a mark: what end the log had. */
enum vault_record_use { RECORD_KEY = 1, RECORD_LOST = 2, RECORD_END = 3 };

enum vault_match_kind { VAULT_BSN, VAULT_ADDRESS, VAULT_MATCH_KINDS };

struct vault_record {
	uint8_t used; /* enum vault_record_use */
	uint8_t has_match[VAULT_MATCH_KINDS];
	uint8_t zeros[13];
	uint8_t key_id[VAULT_ID_LEN];
	uint8_t salt[VAULT_SALT_LEN];
	uint8_t household_id[VAULT_HOUSEHOLD_LEN];
	/* What a hash stood for when the slot was made: all slots with the same hash agree on it.
	 */
	struct {
		uint8_t hash[VAULT_HASH_LEN];
		uint8_t household_id[VAULT_HOUSEHOLD_LEN];
	} match[VAULT_MATCH_KINDS];
	uint8_t sealed_key[VAULT_SEALED_KEY_LEN];
	/* vault_mark, seq little-endian; zeros in a slot of before there was one. */
	uint8_t mark_stream_id[16], mark_hash[32], mark_seq[8];
	uint8_t reserved[184];
	uint8_t checksum[VAULT_HASH_LEN]; /* BLAKE2b-256 of what stands before */
};
_Static_assert(sizeof(struct vault_record) == VAULT_SLOT_LEN, "a slot is 512 bytes");

enum vault_slot_state vault_record_state(const struct vault_record *record);
void vault_record_close(struct vault_record *record); /* sets the checksum */
void vault_record_mark(struct vault_record *record, const struct vault_mark *mark);
/* False: it has none. */
bool vault_record_get_mark(const struct vault_record *record, struct vault_mark *mark);

struct vault_file {
	int fd;
	uint32_t slots;
};

/* The file exists already. ERR_NOT_FOUND, ERR_DAMAGED, ERR_VERSION, ERR_IO. secret_check may be
 * NULL. */
int vault_file_open(struct vault_file *file, const char *path, bool writing,
	uint8_t secret_check[VAULT_HASH_LEN], struct why *why);
/* A new file without used slots, whole or not at all; replaces what is there. */
int vault_file_create(
	const char *path, const uint8_t secret_check[VAULT_HASH_LEN], struct why *why);
void vault_file_close(struct vault_file *file);

int vault_file_read(const struct vault_file *file, uint32_t first, struct vault_record *records,
	uint32_t count);
int vault_file_write(
	const struct vault_file *file, uint32_t slot, const struct vault_record *record);
/* Twice as many slots. ERR_DISK_FULL, ERR_IO. */
int vault_file_grow(struct vault_file *file);

/* What to do when the files do not fit each other. */
#define VAULT_ADVICE                                                                               \
	"restore the vault and its secret from the same backup. If there is none, `wotctl "        \
	"accept-loss` with this folder goes on without what is lost, for good"

/* What the header holds of path.secret. */
void vault_secret_check(const uint8_t secret[32], uint8_t check[VAULT_HASH_LEN]);
/* A new vault and its secret. */
int vault_files_make(const char *path, const char *secret_path, struct why *why);
/* Makes the file of a size that a vault has, never smaller, and writes its header anew. */
int vault_file_mend(const char *path, const uint8_t secret_check[VAULT_HASH_LEN], struct why *why);

/* The key of a day's callers: of which day, and on which day it was made, since what is imported is of
 * another. Overwritten in place, so that what stood there before is gone from the disk, as far as the disk
 * does that. */
struct vault_caller {
	uint8_t key[32];
	int32_t day, made_on;
};
int vault_caller_write(const char *path, const struct vault_caller *caller);
/* ERR_NOT_FOUND, ERR_DAMAGED, ERR_IO. */
int vault_caller_read(const char *path, struct vault_caller *caller, struct why *why);

/* A small file of bytes, 0600, whole or not at all. */
int vault_bytes_write(const char *path, const void *bytes, size_t len, struct why *why);
int vault_bytes_read(const char *path, void *bytes, size_t len, struct why *why);

#endif
