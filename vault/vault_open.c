/* Opening what was sealed: wot-case's side, which has the secret key and only reads the vault. */
#include "lib/clean.h"
#include "vault/vault_file.h"
#include <string.h>

static int find(const struct vault_file *file, const uint8_t key_id[VAULT_ID_LEN],
	struct vault_record *found, const char *path, struct why *why)
{
	enum { BATCH = 128 };
	auto_free struct vault_record *records = calloc(BATCH, sizeof *records);
	must(records);
	for (uint32_t first = 0; first < file->slots; first += BATCH) {
		if (vault_file_read(file, first, records, BATCH))
			return why_set(why, ERR_IO, "%s cannot be read", path);
		for (uint32_t i = 0; i < BATCH; i++) {
			if (memcmp(records[i].key_id, key_id, VAULT_ID_LEN) != 0)
				continue;
			enum vault_slot_state state = vault_record_state(&records[i]);
			if (state == VAULT_SLOT_LOST)
				return why_set(why, ERR_DAMAGED,
					"the key of this person was lost with %s", path);
			if (state != VAULT_SLOT_WHOLE)
				return why_set(why, ERR_DAMAGED,
					"%s: slot %u is damaged; restore it from the backup", path,
					first + i);
			*found = records[i];
			return 0;
		}
	}
	return why_set(why, ERR_NOT_FOUND, "the person was erased: %s has no such key", path);
}

static int decrypt(const uint8_t key[VAULT_KEY_LEN], const uint8_t aad[16], const uint8_t *sealed,
	size_t len, struct buf *plain)
{
	enum {
		NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
		TAG = crypto_aead_xchacha20poly1305_ietf_ABYTES
	};
	if (len < NONCE + TAG)
		return ERR_DAMAGED;
	size_t plain_len = len - NONCE - TAG;
	buf_reserve(plain, plain_len);
	if (crypto_aead_xchacha20poly1305_ietf_decrypt((uint8_t *)plain->data + plain->len, NULL,
		    NULL, sealed + NONCE, len - NONCE, aad, 16, sealed, key))
		return ERR_DAMAGED;
	plain->len += plain_len;
	plain->data[plain->len] = 0;
	return 0;
}

int vault_unseal(const char *path, const uint8_t public_key[32], const uint8_t secret[32],
	const uint8_t key_id[VAULT_ID_LEN], const uint8_t aad[16], const void *sealed, size_t len,
	struct buf *plain, struct why *why)
{
	must(sodium_init() >= 0);
	struct vault_file file = {.fd = -1};
	struct vault_record record;
	uint8_t key[VAULT_KEY_LEN];
	int err = vault_file_open(&file, path, false, NULL, why);
	if (!err)
		err = find(&file, key_id, &record, path, why);
	vault_file_close(&file);
	if (err)
		return err;
	if (crypto_box_seal_open(
		    key, record.sealed_key, sizeof record.sealed_key, public_key, secret))
		err = why_set(why, ERR_DAMAGED, "%s was sealed to another key than this one", path);
	else if (decrypt(key, aad, sealed, len, plain))
		err = why_set(why, ERR_DAMAGED, "this is not what was sealed under this key");
	sodium_memzero(key, sizeof key);
	return err;
}
