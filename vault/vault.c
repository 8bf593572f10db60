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

/* A slot that is not free, found by its key id; a damaged one by the key id that it seems to have. */
struct entry {
	uint8_t key_id[VAULT_ID_LEN];
	uint8_t salt[VAULT_SALT_LEN];
	struct trait *traits[VAULT_MATCH_KINDS];
	uint32_t slot;
	enum vault_slot_state state;
	bool torn; /* damaged as by a write that was cut short */
	UT_hash_handle hh;
};

/* A BSN or an address as a keyed hash, and the household that it stands for, as long as a slot has it. */
struct trait {
	uint8_t hash[VAULT_HASH_LEN];
	uint8_t id[VAULT_HOUSEHOLD_LEN];
	uint32_t slots;
	UT_hash_handle hh;
};

struct vault {
	struct vault_file file;
	char *caller_path;
	uint8_t public_key[32];
	uint8_t digest_key[32], match_key[32]; /* from path.secret */
	struct vault_caller caller;
	struct entry *entries;
	struct trait *traits;
	uint32_t *free; /* slots, the one to be used next last */
	size_t free_count;
	size_t by_state[VAULT_SLOT_DAMAGED + 1], torn;
	bool caller_was_damaged;
	/* The end that the log had, in a slot of its own. Due: persons have come since. Kept: what the log
	 * has now is less, and that must still be known at the next start. */
	struct vault_mark end;
	uint32_t end_slot;
	bool has_end, end_is_due, end_is_kept;
	/* Shared with the writer thread: */
	pthread_mutex_t syncing;
	atomic_bool unsynced, broken;
};

static const struct vault_record free_record;

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

static bool has_slots(const char *path)
{
	struct vault_file file = {.fd = -1};
	struct vault_record record;
	bool used = vault_file_open(&file, path, false, NULL, NULL) != 0;
	for (uint32_t i = 0; !used && i < file.slots; i++)
		used = vault_file_read(&file, i, &record, 1) ||
		       vault_record_state(&record) != VAULT_SLOT_NONE;
	vault_file_close(&file);
	return used;
}

static int find_files(const char *path, const char *secret_path, struct why *why)
{
	bool vault_there = access(path, F_OK) == 0, secret_there = access(secret_path, F_OK) == 0;
	if (vault_there && secret_there)
		return 0;
	if (secret_there)
		return why_set(why, ERR_DAMAGED, "%s is missing while %s is there; " VAULT_ADVICE,
			path, secret_path);
	if (vault_there && has_slots(path))
		return why_set(why, ERR_DAMAGED, "%s is missing while %s has slots; " VAULT_ADVICE,
			secret_path, path);
	return vault_files_make(path, secret_path, why);
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
	vault_secret_check(secret, expected);
	sodium_memzero(secret, sizeof secret);
	if (sodium_memcmp(check, expected, sizeof check) != 0)
		return why_set(why, ERR_DAMAGED, "%s is not the secret of %s; " VAULT_ADVICE,
			secret_path.data, path);
	return 0;
}

/* ---- what is in memory ---- */

static struct trait *trait_find(const struct vault *vault, const uint8_t hash[VAULT_HASH_LEN])
{
	struct trait *trait;
	HASH_FIND(hh, vault->traits, hash, VAULT_HASH_LEN, trait);
	return trait;
}

static struct entry *entry_of(const struct vault *vault, const uint8_t key_id[VAULT_ID_LEN])
{
	struct entry *entry;
	HASH_FIND(hh, vault->entries, key_id, VAULT_ID_LEN, entry);
	return entry;
}

static void entry_add(struct vault *vault, uint32_t slot, const struct vault_record *record,
	enum vault_slot_state state)
{
	struct entry *entry = calloc(1, sizeof *entry);
	must(entry);
	memcpy(entry->key_id, record->key_id, sizeof entry->key_id);
	memcpy(entry->salt, record->salt, sizeof entry->salt);
	entry->slot = slot;
	entry->state = state;
	entry->torn = state == VAULT_SLOT_DAMAGED &&
		      sodium_is_zero(record->checksum, sizeof record->checksum);
	vault->torn += entry->torn;
	vault->by_state[state]++;
	for (size_t kind = 0; state == VAULT_SLOT_WHOLE && kind < VAULT_MATCH_KINDS; kind++) {
		if (!record->has_match[kind])
			continue;
		struct trait *trait = trait_find(vault, record->match[kind].hash);
		if (!trait) {
			trait = calloc(1, sizeof *trait);
			must(trait);
			memcpy(trait->hash, record->match[kind].hash, sizeof trait->hash);
			memcpy(trait->id, record->match[kind].household_id, sizeof trait->id);
			HASH_ADD(hh, vault->traits, hash, VAULT_HASH_LEN, trait);
		}
		trait->slots++;
		entry->traits[kind] = trait;
	}
	HASH_ADD(hh, vault->entries, key_id, VAULT_ID_LEN, entry);
}

static void entry_remove(struct vault *vault, struct entry *entry)
{
	for (size_t kind = 0; kind < VAULT_MATCH_KINDS; kind++) {
		struct trait *trait = entry->traits[kind];
		if (!trait || --trait->slots)
			continue;
		HASH_DELETE(hh, vault->traits, trait);
		sodium_memzero(trait->hash, sizeof trait->hash);
		free(trait);
	}
	vault->by_state[entry->state]--;
	vault->torn -= entry->torn;
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

static void slot_load(struct vault *vault, uint32_t slot, const struct vault_record *record)
{
	enum vault_slot_state state = vault_record_state(record);
	if (state == VAULT_SLOT_NONE) {
		vault->free[vault->free_count++] = slot;
	} else if (state == VAULT_SLOT_END) {
		vault->has_end = vault_record_get_mark(record, &vault->end);
		vault->end_slot = slot;
	} else {
		entry_add(vault, slot, record, state);
	}
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
		for (uint32_t i = BATCH; i-- > 0;)
			slot_load(vault, first + i, &records[i]);
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
	if (vault_caller_write(vault->caller_path, &vault->caller))
		unlink(vault->caller_path);
}

static void read_caller(struct vault *vault)
{
	no_caller(vault);
	int err = vault_caller_read(vault->caller_path, &vault->caller, NULL);
	if (!err || err == ERR_NOT_FOUND)
		return;
	vault->caller_was_damaged = true;
	keep_caller(vault); /* cannot be used, so nobody would know when it must go */
}

/* Whoever made this key chose it badly: sealing to it fails, whatever is sealed. */
static int check_public_key(const uint8_t public_key[32], struct why *why)
{
	uint8_t sealed[crypto_box_SEALBYTES];
	if (crypto_box_seal(sealed, (const uint8_t *)"", 0, public_key) == 0)
		return 0;
	return why_set(why, ERR_CONFIG,
		"nothing can be sealed to the vault's public key; put the right vault.pub back, "
		"or make a new pair with `wotctl keygen`");
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
	int err = check_public_key(public_key, why);
	if (!err)
		err = open_files(vault, path, why);
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
	vault_sync(old); /* what was given back is overwritten, or known at the next start */
	struct entry *entry, *next_entry;
	HASH_ITER (hh, old->entries, entry, next_entry) {
		HASH_DELETE(hh, old->entries, entry);
		free(entry);
	}
	struct trait *trait, *next_trait;
	HASH_ITER (hh, old->traits, trait, next_trait) {
		HASH_DELETE(hh, old->traits, trait);
		free(trait);
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
	return vault->by_state[VAULT_SLOT_WHOLE];
}

size_t vault_damaged(const struct vault *vault)
{
	return vault->by_state[VAULT_SLOT_DAMAGED];
}

size_t vault_lost(const struct vault *vault)
{
	return vault->by_state[VAULT_SLOT_LOST];
}

bool vault_caller_was_damaged(const struct vault *vault)
{
	return vault->caller_was_damaged;
}

enum vault_slot_state vault_slot_state(
	const struct vault *vault, const uint8_t key_id[VAULT_ID_LEN])
{
	const struct entry *entry = entry_of(vault, key_id);
	return entry ? entry->state : VAULT_SLOT_NONE;
}

/* ---- sealing ---- */

/* The household of whom the slot is: that of the BSN before that of the address. A hash that was
 * not there yet stands for the same household from now on. */
static void match_household(
	const struct vault *vault, const struct vault_match *match, struct vault_record *record)
{
	static const char *const what[VAULT_MATCH_KINDS] = {"wot-bsn", "wot-address"};
	const char *const texts[VAULT_MATCH_KINDS] = {match->bsn, match->address};
	const struct trait *known[VAULT_MATCH_KINDS] = {0};
	const uint8_t *id = NULL;
	for (size_t kind = 0; kind < VAULT_MATCH_KINDS; kind++) {
		if (!texts[kind])
			continue;
		record->has_match[kind] = 1;
		hash_with(vault->match_key, what[kind], texts[kind], record->match[kind].hash,
			VAULT_HASH_LEN);
		known[kind] = trait_find(vault, record->match[kind].hash);
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

/* What was half-written is zeros again, as far as the disk lets: the slot is still free. */
static int record_put(struct vault *vault, uint32_t at, const struct vault_record *record)
{
	int err = vault_file_write(&vault->file, at, record);
	if (err) {
		vault_file_write(&vault->file, at, &free_record);
		vault->free[vault->free_count++] = at;
	}
	atomic_store(&vault->unsynced, true);
	return err;
}

int vault_seal(struct vault *vault, const struct vault_match *match, const struct vault_mark *mark,
	const void *plain, size_t len, const uint8_t aad[16], struct vault_slot *slot,
	struct buf *sealed)
{
	uint8_t key[VAULT_KEY_LEN];
	uint32_t at;
	struct vault_record record = {.used = RECORD_KEY};
	int err = take_free_slot(vault, &at);
	if (err)
		return err;
	randombytes_buf(key, sizeof key);
	randombytes_buf(record.key_id, sizeof record.key_id);
	randombytes_buf(record.salt, sizeof record.salt);
	match_household(vault, match, &record);
	vault_record_mark(&record, mark);
	must(crypto_box_seal(record.sealed_key, key, sizeof key, vault->public_key) == 0);
	vault_record_close(&record);
	err = record_put(vault, at, &record);
	if (!err)
		encrypt(key, plain, len, aad, sealed);
	sodium_memzero(key, sizeof key);
	if (err)
		return err;
	entry_add(vault, at, &record, VAULT_SLOT_WHOLE);
	vault->end_is_due = true;
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
	if (entry->state != VAULT_SLOT_WHOLE)
		return ERR_DAMAGED;
	memcpy(salt, entry->salt, VAULT_SALT_LEN);
	return 0;
}

/* ---- forgetting ---- */

static int overwrite(struct vault *vault, const struct entry *entry)
{
	int err = vault_file_write(&vault->file, entry->slot, &free_record);
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

/* There may be two: a disk that put a slot in another one's place has kept a copy. */
int vault_destroy(struct vault *vault, const uint8_t key_id[VAULT_ID_LEN])
{
	int err = 0;
	for (struct entry *entry; !err && (entry = entry_of(vault, key_id));) {
		err = overwrite(vault, entry);
		if (!err)
			err = vault_sync(vault);
		if (!err)
			entry_remove(vault, entry);
	}
	return err;
}

/* ---- at a start ---- */

/* The log once had an end that it has not now: another copy of it may name what it does not. */
static bool log_is_short(const struct vault *vault, const struct vault_log *log)
{
	return vault->has_end &&
	       memcmp(vault->end.stream_id, log->stream_id, sizeof log->stream_id) == 0 &&
	       !log->holds(log->arg, &vault->end);
}

/* Is what no event names the leftover of a crash, and not of what this log has lost? The event of a slot that is
 * only half there was never committed: the slot would have been whole before. */
static int is_leftover(const struct vault *vault, const struct vault_log *log,
	const struct entry *entry, bool *leftover)
{
	struct vault_record record;
	struct vault_mark mark;
	int err = vault_file_read(&vault->file, entry->slot, &record, 1);
	*leftover = entry->torn ||
		    (!err && entry->state == VAULT_SLOT_WHOLE &&
			    vault_record_get_mark(&record, &mark) && log->holds(log->arg, &mark));
	return err;
}

int vault_reconcile(
	struct vault *vault, const struct vault_log *log, bool doubt, struct vault_start *start)
{
	struct entry *entry, *next;
	int err = 0;
	*start = (struct vault_start){0};
	vault->end_is_kept = log_is_short(vault, log);
	doubt = doubt || vault_damaged(vault) > vault->torn || vault->end_is_kept;
	HASH_ITER (hh, vault->entries, entry, next) {
		enum vault_naming naming = log->naming(log->arg, entry->key_id);
		bool goes = naming == VAULT_FORGOTTEN;
		if (naming == VAULT_UNNAMED && !doubt)
			err = is_leftover(vault, log, entry, &goes);
		if (!err && goes)
			err = overwrite(vault, entry);
		if (err)
			return err;
		start->freed += goes;
		start->unnamed += naming == VAULT_UNNAMED && !goes;
		if (goes)
			entry_remove(vault, entry);
	}
	return vault_sync(vault);
}

void vault_note_end(struct vault *vault, const struct vault_mark *end)
{
	struct vault_record record = {.used = RECORD_END};
	if (!vault->end_is_due || vault->end_is_kept)
		return;
	if (!vault->has_end && take_free_slot(vault, &vault->end_slot))
		return; /* the disk is full */
	vault->has_end = true;
	vault->end = *end;
	vault_record_mark(&record, end);
	vault_record_close(&record);
	if (vault_file_write(&vault->file, vault->end_slot, &record) == 0)
		vault->end_is_due = false;
	atomic_store(&vault->unsynced, true);
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
