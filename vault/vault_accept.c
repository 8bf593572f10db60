/* Going on without what of a vault is lost, as somebody decided; wotctl's side, intake being stopped. */
#include "lib/clean.h"
#include "vault/vault_file.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The secret that is there; else a new one, the one before being set aside. */
static int secret_mend(const char *path, const uint8_t *check, uint8_t secret[32], struct why *why)
{
	auto_buf struct buf secret_path = {0}, aside = {0};
	uint8_t expected[VAULT_HASH_LEN];
	buf_printf(&secret_path, "%s.secret", path);
	buf_printf(&aside, "%s.damaged", secret_path.data);
	if (vault_bytes_read(secret_path.data, secret, 32, NULL) == 0) {
		vault_secret_check(secret, expected);
		if (!check || memcmp(check, expected, sizeof expected) == 0)
			return 0;
	}
	if (rename(secret_path.data, aside.data) != 0 && errno != ENOENT)
		return why_set(why, ERR_IO, "%s: %s", aside.data, strerror(errno));
	randombytes_buf(secret, 32);
	return vault_bytes_write(secret_path.data, secret, 32, why);
}

/* Everything that vault_open asks of the files. */
static int files_mend(const char *path, struct why *why)
{
	struct vault_file file = {.fd = -1};
	uint8_t secret[32], check[VAULT_HASH_LEN];
	int err = vault_file_open(&file, path, false, check, why);
	bool whole = !err;
	vault_file_close(&file);
	if (err && err != ERR_DAMAGED && err != ERR_NOT_FOUND)
		return err;
	bool there = err != ERR_NOT_FOUND;
	err = secret_mend(path, whole ? check : NULL, secret, why);
	if (!err)
		vault_secret_check(secret, check);
	sodium_memzero(secret, sizeof secret);
	if (err)
		return err;
	return there ? vault_file_mend(path, check, why) : vault_file_create(path, check, why);
}

/* ---- slots ---- */

/* A slot at a time, from the first on; false: that was the last, or it cannot be read. */
static bool slot_next(const struct vault_file *file, uint32_t *slot, struct vault_record *record,
	enum vault_slot_state *state, int *err)
{
	if (*err || *slot >= file->slots)
		return false;
	*err = vault_file_read(file, (*slot)++, record, 1);
	*state = *err ? VAULT_SLOT_NONE : vault_record_state(record);
	return !*err;
}

static int set_aside(const char *path, const struct vault_file *file, struct why *why)
{
	auto_buf struct buf aside = {0};
	struct vault_record record;
	enum vault_slot_state state;
	int err = 0;
	auto_fd int fd = -1;
	buf_printf(&aside, "%s.damaged", path);
	for (uint32_t slot = 0; slot_next(file, &slot, &record, &state, &err);) {
		if (state != VAULT_SLOT_DAMAGED)
			continue;
		if (fd < 0)
			fd = open(aside.data, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
		if (fd < 0 || write(fd, &record, sizeof record) != (ssize_t)sizeof record)
			return why_set(why, ERR_IO, "%s: %s", aside.data, strerror(errno));
	}
	if (!err && fd >= 0 && fsync(fd))
		err = ERR_IO;
	return err ? why_set(why, err, "%s: %s", path, err_title(err)) : 0;
}

static void record_lost(struct vault_record *record, const uint8_t key_id[VAULT_ID_LEN])
{
	*record = (struct vault_record){.used = RECORD_LOST};
	memcpy(record->key_id, key_id, VAULT_ID_LEN);
	vault_record_close(record);
}

int vault_accept_damage(const char *path,
	bool (*is_live)(void *arg, const uint8_t key_id[VAULT_ID_LEN]), void *arg, struct why *why)
{
	must(sodium_init() >= 0);
	struct vault_file file = {.fd = -1};
	struct vault_record record, lost;
	enum vault_slot_state state;
	static const struct vault_record zeros;
	int err = files_mend(path, why);
	if (!err)
		err = vault_file_open(&file, path, true, NULL, why);
	if (!err)
		err = set_aside(path, &file, why);
	if (err) {
		vault_file_close(&file);
		return err;
	}
	for (uint32_t slot = 0; slot_next(&file, &slot, &record, &state, &err);) {
		if (state != VAULT_SLOT_DAMAGED)
			continue;
		record_lost(&lost, record.key_id);
		err = vault_file_write(
			&file, slot - 1, is_live(arg, record.key_id) ? &lost : &zeros);
	}
	if (!err && fsync(file.fd))
		err = ERR_IO;
	vault_file_close(&file);
	return err ? why_set(why, err, "%s: %s", path, err_title(err)) : 0;
}

int vault_accept_loss(const char *path, const uint8_t *key_ids, size_t count, struct why *why)
{
	struct vault_file file = {.fd = -1};
	struct vault_record record;
	enum vault_slot_state state;
	int err = vault_file_open(&file, path, true, NULL, why);
	if (err)
		return err;
	uint32_t slot = 0;
	for (size_t i = 0; !err && i < count;) {
		if (!slot_next(&file, &slot, &record, &state, &err)) {
			if (!err)
				err = vault_file_grow(&file);
			continue;
		}
		if (state != VAULT_SLOT_NONE)
			continue;
		record_lost(&record, key_ids + i++ * VAULT_ID_LEN);
		err = vault_file_write(&file, slot - 1, &record);
	}
	if (!err && fsync(file.fd))
		err = ERR_IO;
	vault_file_close(&file);
	return err ? why_set(why, err, "%s: %s", path, err_title(err)) : 0;
}
