#include "vault/vault.h"

#include "lib/clean.h"
#include "vault/vault_file.h"
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>
#include <uthash.h>

/* A used slot, found by its key id; a damaged one too, with the key id that it seems to have. */
struct entry {
	uint8_t key_id[VAULT_ID_LEN];
	uint8_t salt[VAULT_SALT_LEN];
	struct household *households[VAULT_MATCH_KINDS];
	uint32_t slot;
	bool damaged;
	UT_hash_handle hh;
};

/* What a keyed hash of a BSN or an address stands for, as long as a slot has it. */
struct household {
	uint8_t hash[VAULT_HASH_LEN];
	uint8_t id[VAULT_HOUSEHOLD_LEN];
	uint32_t slots;
	UT_hash_handle hh;
};

/* Of which day, and on which day it was made: what is imported is of another. */
struct caller_key {
	uint8_t key[32];
	int32_t day, made_on;
};

struct vault {
	struct vault_file file;
	char *caller_path;
	uint8_t public_key[32];
	uint8_t digest_key[32], match_key[32]; /* from path.secret */
	struct caller_key caller;
	struct entry *entries;
	struct household *households;
	uint32_t *free; /* slots, the one to be used next last */
	size_t free_count;
	size_t damaged;
	/* Shared with the writer thread: */
	pthread_mutex_t syncing;
	atomic_bool unsynced, broken;
};

/* ---- secrets ---- */

static void hash_with(
	const uint8_t key[32], const char *what, const char *text, void *out, size_t len)
{
	uint8_t personal[crypto_generichash_blake2b_PERSONALBYTES] = {0};
	memcpy(personal, what, strlen(what));
	must(crypto_generichash_blake2b_salt_personal(
		     out, len, (const uint8_t *)text, strlen(text), key, 32, NULL, personal) == 0);
}

static void take_secret(struct vault *vault, const uint8_t secret[32])
{
	must(crypto_kdf_derive_from_key(vault->digest_key, 32, 1, "wotvault", secret) == 0);
	must(crypto_kdf_derive_from_key(vault->match_key, 32, 2, "wotvault", secret) == 0);
}

static void check_of(const uint8_t secret[32], uint8_t check[VAULT_HASH_LEN])
{
	hash_with(secret, "wot-check", "", check, VAULT_HASH_LEN);
}

/* The vault first and its secret last: without slots a vault without secret is a first start that
 * crashed. */
static int make_files(const char *path, const char *secret_path, struct why *why)
{
	uint8_t secret[32], check[VAULT_HASH_LEN];
	randombytes_buf(secret, sizeof secret);
	check_of(secret, check);
	int err = vault_file_create(path, check, why);
	if (!err)
		err = vault_bytes_write(secret_path, secret, sizeof secret, why);
	sodium_memzero(secret, sizeof secret);
	return err;
}

static bool has_slots(const char *path)
{
	struct vault_file file = {.fd = -1};
	struct vault_record record;
	bool used = vault_file_open(&file, path, false, NULL, NULL) != 0;
	for (uint32_t i = 0; !used && i < file.slots; i++)
		used = vault_file_read(&file, i, &record, 1) ||
		       vault_record_state(&record) != VAULT_FREE;
	vault_file_close(&file);
	return used;
}

static int find_files(const char *path, const char *secret_path, struct why *why)
{
	bool vault_there = access(path, F_OK) == 0, secret_there = access(secret_path, F_OK) == 0;
	if (vault_there && secret_there)
		return 0;
	if (secret_there)
		return why_set(why, ERR_DAMAGED,
			"%s is missing while %s is there; restore it from the backup. To go on "
			"without the "
			"persons in it, for good, remove %s",
			path, secret_path, secret_path);
	if (vault_there && has_slots(path))
		return why_set(why, ERR_DAMAGED,
			"%s is missing while %s has slots; restore it from the backup", secret_path,
			path);
	return make_files(path, secret_path, why);
}

static int open_files(struct vault *vault, const char *path, struct why *why)
{
	auto_buf struct buf secret_path = {0};
	uint8_t secret[32], check[VAULT_HASH_LEN], expected[VAULT_HASH_LEN];
	buf_printf(&secret_path, "%s.secret", path);
	int err = find_files(path, secret_path.data, why);
	if (!err)
		err = vault_file_open(&vault->file, path, true, check, why);
	if (!err)
		err = vault_bytes_read(secret_path.data, secret, sizeof secret, why);
	if (err)
		return err;
	take_secret(vault, secret);
	check_of(secret, expected);
	sodium_memzero(secret, sizeof secret);
	if (sodium_memcmp(check, expected, sizeof check) != 0)
		return why_set(why, ERR_DAMAGED,
			"%s is not the secret of %s; restore both from the same backup",
			secret_path.data, path);
	return 0;
}

/* ---- what is in memory ---- */

static struct household *household_of(const struct vault *vault, const uint8_t hash[VAULT_HASH_LEN])
{
	struct household *household;
	HASH_FIND(hh, vault->households, hash, VAULT_HASH_LEN, household);
	return household;
}

static struct entry *entry_of(const struct vault *vault, const uint8_t key_id[VAULT_ID_LEN])
{
	struct entry *entry;
	HASH_FIND(hh, vault->entries, key_id, VAULT_ID_LEN, entry);
	return entry;
}

static void entry_add(
	struct vault *vault, uint32_t slot, const struct vault_record *record, bool damaged)
{
	struct entry *entry = calloc(1, sizeof *entry);
	must(entry);
	memcpy(entry->key_id, record->key_id, sizeof entry->key_id);
	memcpy(entry->salt, record->salt, sizeof entry->salt);
	entry->slot = slot;
	entry->damaged = damaged;
	vault->damaged += damaged;
	for (size_t kind = 0; !damaged && kind < VAULT_MATCH_KINDS; kind++) {
		if (!record->has_match[kind])
			continue;
		struct household *household = household_of(vault, record->match[kind].hash);
		if (!household) {
			household = calloc(1, sizeof *household);
			must(household);
			memcpy(household->hash, record->match[kind].hash, sizeof household->hash);
			memcpy(household->id, record->match[kind].household_id,
				sizeof household->id);
			HASH_ADD(hh, vault->households, hash, VAULT_HASH_LEN, household);
		}
		household->slots++;
		entry->households[kind] = household;
	}
	HASH_ADD(hh, vault->entries, key_id, VAULT_ID_LEN, entry);
}

static void entry_remove(struct vault *vault, struct entry *entry)
{
	for (size_t kind = 0; kind < VAULT_MATCH_KINDS; kind++) {
		struct household *household = entry->households[kind];
		if (!household || --household->slots)
			continue;
		HASH_DELETE(hh, vault->households, household);
		sodium_memzero(household->hash, sizeof household->hash);
		free(household);
	}
	vault->damaged -= entry->damaged;
	vault->free[vault->free_count++] = entry->slot;
	HASH_DELETE(hh, vault->entries, entry);
	sodium_memzero(entry->salt, sizeof entry->salt);
	free(entry);
}

static void free_add(struct vault *vault, uint32_t from)
{
	vault->free = realloc(vault->free, vault->file.slots * sizeof *vault->free);
	must(vault->free);
	for (uint32_t slot = vault->file.slots; slot-- > from;)
		vault->free[vault->free_count++] = slot;
}

static int load_slots(struct vault *vault, const char *path, struct why *why)
{
	enum { BATCH = 128 };
	auto_free struct vault_record *records = calloc(BATCH, sizeof *records);
	vault->free = calloc(vault->file.slots, sizeof *vault->free);
	must(records && vault->free);
	/* From the last to the first, so that the first is the next to be used. */
	for (uint32_t first = vault->file.slots; first;) {
		first -= BATCH;
		int err = vault_file_read(&vault->file, first, records, BATCH);
		if (err)
			return why_set(why, err, "%s cannot be read: %s", path, strerror(errno));
		for (uint32_t i = BATCH; i-- > 0;) {
			enum vault_record_state state = vault_record_state(&records[i]);
			if (state == VAULT_FREE)
				vault->free[vault->free_count++] = first + i;
			else
				entry_add(vault, first + i, &records[i], state == VAULT_BAD);
		}
	}
	return 0;
}

/* ---- opening and closing ---- */

static void no_caller(struct vault *vault)
{
	sodium_memzero(&vault->caller, sizeof vault->caller);
	vault->caller.day = vault->caller.made_on = INT32_MIN;
}

/* Where it cannot be kept a restart makes a new one; the one before must go all the same. */
static void keep_caller(struct vault *vault)
{
	if (vault_bytes_overwrite(vault->caller_path, &vault->caller, sizeof vault->caller))
		unlink(vault->caller_path);
}

static void read_caller(struct vault *vault)
{
	struct caller_key kept;
	no_caller(vault);
	if (vault_bytes_read(vault->caller_path, &kept, sizeof kept, NULL) == 0)
		vault->caller = kept;
	else if (access(vault->caller_path, F_OK) == 0)
		keep_caller(vault); /* cannot be used, so nobody would know when it must go */
	sodium_memzero(&kept, sizeof kept);
}

int vault_open(struct vault **out, const char *path, const uint8_t public_key[32], struct why *why)
{
	must(sodium_init() >= 0);
	struct vault *vault = calloc(1, sizeof *vault);
	auto_buf struct buf caller_path = {0};
	must(vault);
	sodium_mlock(vault, sizeof *vault); /* keys stay out of swap where that is allowed */
	vault->file.fd = -1;
	pthread_mutex_init(&vault->syncing, NULL);
	memcpy(vault->public_key, public_key, sizeof vault->public_key);
	buf_printf(&caller_path, "%s.caller", path);
	vault->caller_path = strdup(caller_path.data);
	must(vault->caller_path);
	int err = open_files(vault, path, why);
	if (!err)
		err = load_slots(vault, path, why);
	if (err) {
		vault_close(&vault);
		return err;
	}
	read_caller(vault);
	*out = vault;
	return 0;
}

void vault_close(struct vault **vault)
{
	struct vault *old = *vault;
	if (!old)
		return;
	struct entry *entry, *next_entry;
	HASH_ITER (hh, old->entries, entry, next_entry) {
		HASH_DELETE(hh, old->entries, entry);
		free(entry);
	}
	struct household *household, *next_household;
	HASH_ITER (hh, old->households, household, next_household) {
		HASH_DELETE(hh, old->households, household);
		free(household);
	}
	vault_file_close(&old->file);
	pthread_mutex_destroy(&old->syncing);
	free(old->free);
	free(old->caller_path);
	sodium_munlock(old, sizeof *old); /* and zeroes it */
	free(old);
	*vault = NULL;
}

const uint8_t *vault_secret(const struct vault *vault)
{
	return vault->digest_key;
}

size_t vault_count(const struct vault *vault)
{
	return HASH_COUNT(vault->entries) - vault->damaged;
}

size_t vault_damaged(const struct vault *vault)
{
	return vault->damaged;
}

/* ---- sealing ---- */

/* The household of whom the slot is: that of the BSN before that of the address. A hash that was
 * not there yet stands for the same household from now on. */
static void match_household(
	const struct vault *vault, const struct vault_match *match, struct vault_record *record)
{
	static const char *const what[VAULT_MATCH_KINDS] = {"wot-bsn", "wot-address"};
	const char *const texts[VAULT_MATCH_KINDS] = {match->bsn, match->address};
	const struct household *known[VAULT_MATCH_KINDS] = {0};
	const uint8_t *id = NULL;
	for (size_t kind = 0; kind < VAULT_MATCH_KINDS; kind++) {
		if (!texts[kind])
			continue;
		record->has_match[kind] = 1;
		hash_with(vault->match_key, what[kind], texts[kind], record->match[kind].hash,
			VAULT_HASH_LEN);
		known[kind] = household_of(vault, record->match[kind].hash);
		if (known[kind] && !id)
			id = known[kind]->id;
	}
	if (id)
		memcpy(record->household_id, id, VAULT_HOUSEHOLD_LEN);
	else
		randombytes_buf(record->household_id, VAULT_HOUSEHOLD_LEN);
	for (size_t kind = 0; kind < VAULT_MATCH_KINDS; kind++)
		if (record->has_match[kind])
			memcpy(record->match[kind].household_id,
				known[kind] ? known[kind]->id : record->household_id,
				VAULT_HOUSEHOLD_LEN);
}

static int take_free_slot(struct vault *vault, uint32_t *slot)
{
	if (!vault->free_count) {
		uint32_t from = vault->file.slots;
		int err = vault_file_grow(&vault->file);
		if (err)
			return err;
		free_add(vault, from);
	}
	*slot = vault->free[--vault->free_count];
	return 0;
}

static void encrypt(const uint8_t key[VAULT_KEY_LEN], const void *plain, size_t len,
	const uint8_t aad[16], struct buf *sealed)
{
	enum {
		NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
		TAG = crypto_aead_xchacha20poly1305_ietf_ABYTES
	};
	buf_reserve(sealed, NONCE + len + TAG);
	uint8_t *nonce = (uint8_t *)sealed->data + sealed->len;
	randombytes_buf(nonce, NONCE);
	must(crypto_aead_xchacha20poly1305_ietf_encrypt(
		     nonce + NONCE, NULL, plain, len, aad, 16, NULL, nonce, key) == 0);
	sealed->len += NONCE + len + TAG;
	sealed->data[sealed->len] = 0;
}

int vault_seal(struct vault *vault, const struct vault_match *match, const void *plain, size_t len,
	const uint8_t aad[16], struct vault_slot *slot, struct buf *sealed)
{
	uint8_t key[VAULT_KEY_LEN];
	uint32_t at;
	struct vault_record record = {.used = 1};
	int err = take_free_slot(vault, &at);
	if (err)
		return err;
	randombytes_buf(key, sizeof key);
	randombytes_buf(record.key_id, sizeof record.key_id);
	randombytes_buf(record.salt, sizeof record.salt);
	match_household(vault, match, &record);
	must(crypto_box_seal(record.sealed_key, key, sizeof key, vault->public_key) == 0);
	vault_record_close(&record);
	err = vault_file_write(&vault->file, at, &record);
	if (err) {
		vault->free[vault->free_count++] = at;
		sodium_memzero(key, sizeof key);
		return err;
	}
	atomic_store(&vault->unsynced, true);
	encrypt(key, plain, len, aad, sealed);
	sodium_memzero(key, sizeof key);
	entry_add(vault, at, &record, false);
	memcpy(slot->key_id, record.key_id, sizeof slot->key_id);
	memcpy(slot->salt, record.salt, sizeof slot->salt);
	memcpy(slot->household_id, record.household_id, sizeof slot->household_id);
	return 0;
}

int vault_salt(const struct vault *vault, const uint8_t key_id[VAULT_ID_LEN], uint8_t salt[16])
{
	const struct entry *entry = entry_of(vault, key_id);
	if (!entry)
		return ERR_NOT_FOUND;
	if (entry->damaged)
		return ERR_DAMAGED;
	memcpy(salt, entry->salt, VAULT_SALT_LEN);
	return 0;
}

/* ---- forgetting ---- */

static int overwrite(struct vault *vault, const struct entry *entry)
{
	static const struct vault_record zeros;
	int err = vault_file_write(&vault->file, entry->slot, &zeros);
	atomic_store(&vault->unsynced, true);
	return err;
}

void vault_free_slot(struct vault *vault, const uint8_t key_id[VAULT_ID_LEN])
{
	struct entry *entry = entry_of(vault, key_id);
	/* Where the disk refuses the slot stays: no event knows it, so the next start frees it. */
	if (entry && overwrite(vault, entry) == 0)
		entry_remove(vault, entry);
}

int vault_destroy(struct vault *vault, const uint8_t key_id[VAULT_ID_LEN])
{
	struct entry *entry = entry_of(vault, key_id);
	if (!entry)
		return 0;
	int err = overwrite(vault, entry);
	if (!err)
		err = vault_sync(vault);
	if (!err)
		entry_remove(vault, entry);
	return err;
}

size_t vault_free_orphans(struct vault *vault,
	bool (*is_known)(void *arg, const uint8_t key_id[VAULT_ID_LEN]), void *arg)
{
	struct entry *entry, *next;
	size_t freed = 0;
	HASH_ITER (hh, vault->entries, entry, next) {
		if (is_known(arg, entry->key_id) || overwrite(vault, entry) != 0)
			continue;
		entry_remove(vault, entry);
		freed++;
	}
	return freed;
}

/* After a failed fdatasync the pages count as clean and the next one succeeds without them: so once
 * is for good, and the daemon must stop. */
int vault_sync(struct vault *vault)
{
	int err = 0;
	pthread_mutex_lock(&vault->syncing);
	if (atomic_exchange(&vault->unsynced, false) && fdatasync(vault->file.fd))
		atomic_store(&vault->broken, true);
	if (atomic_load(&vault->broken))
		err = ERR_IO;
	pthread_mutex_unlock(&vault->syncing);
	return err;
}

/* ---- callers ---- */

void vault_hash_caller(
	struct vault *vault, int32_t day, int32_t today, const char *caller, uint8_t out[16])
{
	auto_buf struct buf text = {0};
	vault_forget_callers(vault, today);
	if (vault->caller.made_on == INT32_MIN) {
		randombytes_buf(vault->caller.key, sizeof vault->caller.key);
		vault->caller.day = vault->caller.made_on = today;
		keep_caller(vault);
	}
	buf_printf(&text, "%" PRId32 " %s", day, caller);
	hash_with(vault->caller.key, "wot-caller", text.data, out, 16);
	sodium_memzero(text.data, text.len);
}

void vault_forget_callers(struct vault *vault, int32_t today)
{
	if (vault->caller.day == INT32_MIN || vault->caller.made_on >= today)
		return;
	no_caller(vault);
	keep_caller(vault);
}
