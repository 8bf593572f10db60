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

enum vault_match_kind { VAULT_BSN, VAULT_ADDRESS, VAULT_MATCH_KINDS };

struct vault_record {
	uint8_t used; /* 1 */
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
	uint8_t reserved[240];
	uint8_t checksum[VAULT_HASH_LEN]; /* BLAKE2b-256 of what stands before */
};
_Static_assert(sizeof(struct vault_record) == VAULT_SLOT_LEN, "a slot is 512 bytes");

enum vault_record_state { VAULT_FREE, VAULT_USED, VAULT_BAD };
enum vault_record_state vault_record_state(const struct vault_record *record);
void vault_record_close(struct vault_record *record); /* sets the checksum */

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

/* A small file of bytes, 0600, whole or not at all. */
int vault_bytes_write(const char *path, const void *bytes, size_t len, struct why *why);
/* In place, so that what stood there before is gone from the disk, as far as the disk does that. */
int vault_bytes_overwrite(const char *path, const void *bytes, size_t len);
int vault_bytes_read(const char *path, void *bytes, size_t len, struct why *why);

#endif
