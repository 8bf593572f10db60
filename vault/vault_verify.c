/* Reading a vault to see whether it is whole; wotctl's side. */
#include "lib/clean.h"
#include "vault/vault_file.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { BATCH = 128 };

static void fault(const struct vault_visitor *visitor, const struct why *why)
{
	visitor->on_fault(visitor->arg, why->text);
}

/* A slot that intake writes at this moment may be seen half: so a damaged one is looked at again. */
static enum vault_slot_state state_of(
	const struct vault_file *file, uint32_t slot, struct vault_record *record)
{
	enum vault_slot_state state = vault_record_state(record);
	for (unsigned tries = 0; state == VAULT_SLOT_DAMAGED && tries < 3; tries++)
		if (vault_file_read(file, slot, record, 1) == 0)
			state = vault_record_state(record);
	return state;
}

static void slots_verify(
	const char *path, const struct vault_file *file, const struct vault_visitor *visitor)
{
	auto_free struct vault_record *records = calloc(BATCH, sizeof *records);
	struct why why = {""};
	uint32_t damaged = 0, first_damaged = 0;
	must(records);
	for (uint32_t first = 0; first < file->slots; first += BATCH) {
		if (vault_file_read(file, first, records, BATCH)) {
			why_set(&why, ERR_IO, "%s: slots from %u on cannot be read", path, first);
			fault(visitor, &why);
			return;
		}
		for (uint32_t i = 0; i < BATCH; i++) {
			enum vault_slot_state state = state_of(file, first + i, &records[i]);
			if (state == VAULT_SLOT_DAMAGED && !damaged++)
				first_damaged = first + i;
			if (state != VAULT_SLOT_NONE && state != VAULT_SLOT_END)
				visitor->on_key(visitor->arg, records[i].key_id, state);
		}
	}
	if (!damaged)
		return;
	why_set(&why, ERR_DAMAGED, "%s: %u slots are damaged, the first is %u; " VAULT_ADVICE, path,
		damaged, first_damaged);
	fault(visitor, &why);
}

static void secret_verify(
	const char *path, const uint8_t check[VAULT_HASH_LEN], const struct vault_visitor *visitor)
{
	auto_buf struct buf secret_path = {0};
	uint8_t secret[32], expected[VAULT_HASH_LEN];
	struct why why = {""};
	buf_printf(&secret_path, "%s.secret", path);
	int err = vault_bytes_read(secret_path.data, secret, sizeof secret, &why);
	if (!err) {
		vault_secret_check(secret, expected);
		if (memcmp(check, expected, sizeof expected) != 0)
			err = why_set(&why, ERR_DAMAGED,
				"%s is not the secret of %s; " VAULT_ADVICE, secret_path.data,
				path);
		sodium_memzero(secret, sizeof secret);
	}
	if (err)
		fault(visitor, &why);
}

static void caller_verify(const char *path, const struct vault_visitor *visitor)
{
	auto_buf struct buf caller_path = {0};
	struct vault_caller caller;
	struct why why = {""};
	buf_printf(&caller_path, "%s.caller", path);
	int err = vault_caller_read(caller_path.data, &caller, &why);
	sodium_memzero(&caller, sizeof caller);
	if (err && err != ERR_NOT_FOUND)
		fault(visitor, &why);
}

/* Neither file is there: if there should be one, the keys that the log names are missing. */
static bool is_before_first_start(const char *path)
{
	auto_buf struct buf secret_path = {0};
	buf_printf(&secret_path, "%s.secret", path);
	return access(secret_path.data, F_OK) != 0;
}

void vault_verify(const char *path, const struct vault_visitor *visitor)
{
	must(sodium_init() >= 0);
	struct vault_file file = {.fd = -1};
	uint8_t check[VAULT_HASH_LEN];
	struct why why = {""};
	int err = vault_file_open(&file, path, false, check, &why);
	if (err && !(err == ERR_NOT_FOUND && is_before_first_start(path))) {
		fault(visitor, &why);
	} else if (!err) {
		secret_verify(path, check, visitor);
		slots_verify(path, &file, visitor);
	}
	caller_verify(path, visitor);
	vault_file_close(&file);
}
