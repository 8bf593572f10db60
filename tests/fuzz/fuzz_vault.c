/*
 * Any bytes where a vault, its secret and its callers' key should be: who only looks changes nothing, and going on
 * without what is lost ends with a vault in which nothing is wrong. The first byte says how the rest is shared out.
 */
#include "lib/buf.h"
#include "vault/vault.h"
#include "vault/vault_file.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SECRET_LEN = 32 };
static char path[64], secret_path[80], caller_path[80], aside_path[80], secret_aside_path[88];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void files_begin(void)
{
	char dir[] = "/tmp/wot-fuzz-XXXXXX";
	if (path[0])
		return;
	must(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/vault", dir);
	snprintf(secret_path, sizeof secret_path, "%s.secret", path);
	snprintf(caller_path, sizeof caller_path, "%s.caller", path);
	snprintf(aside_path, sizeof aside_path, "%s.damaged", path);
	snprintf(secret_aside_path, sizeof secret_aside_path, "%s.damaged", secret_path);
}

static void files_end(void)
{
	const char *const all[] = {path, secret_path, caller_path, aside_path, secret_aside_path};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		unlink(all[i]);
	char *slash = strrchr(path, '/');
	*slash = 0;
	must(rmdir(path) == 0);
	path[0] = 0;
}

static void on_fault(void *arg, const char *text)
{
	must(text[0]);
	++*(size_t *)arg;
}

static void on_key(void *arg, const uint8_t key_id[VAULT_ID_LEN], enum vault_slot_state state)
{
	(void)arg, (void)key_id;
	must(state == VAULT_SLOT_WHOLE || state == VAULT_SLOT_LOST || state == VAULT_SLOT_DAMAGED);
}

static size_t faults(void)
{
	size_t count = 0;
	const struct vault_visitor visitor = {on_fault, on_key, &count};
	vault_verify(path, &visitor);
	return count;
}

static bool every_second(void *arg, const uint8_t key_id[VAULT_ID_LEN])
{
	(void)arg;
	return key_id[0] & 1;
}

/* With the size that a vault has, so that more than the first question is asked of the bytes. */
static void put_vault(const uint8_t *data, size_t size, bool sized)
{
	auto_buf struct buf bytes = {0};
	buf_add(&bytes, data, size);
	while (sized && bytes.len < 129 * VAULT_SLOT_LEN)
		buf_char(&bytes, 0);
	must(vault_bytes_write(path, bytes.data, bytes.len, NULL) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t public_key[32] = {9};
	struct vault *vault;
	struct why why = {""};
	struct stat before, after;
	if (size < 1 + SECRET_LEN)
		return 0;
	must(sodium_init() >= 0);
	files_begin();
	put_vault(data + 1 + SECRET_LEN, size - 1 - SECRET_LEN, data[0] & 1);
	if (data[0] & 2)
		must(vault_bytes_write(secret_path, data + 1, SECRET_LEN, NULL) == 0);
	if (data[0] & 4)
		must(vault_bytes_write(caller_path, data + 1, size - 1, NULL) == 0);
	must(stat(path, &before) == 0);
	size_t wrong = faults();
	must(stat(path, &after) == 0 && before.st_size == after.st_size);
	if (vault_open(&vault, path, public_key, &why) == 0)
		vault_close(&vault);
	else
		must(wrong && why.text[0]);
	int err = vault_accept_damage(path, every_second, NULL, &why);
	must(err == 0 || err == ERR_VERSION);
	if (!err && vault_open(&vault, path, public_key, &why) == 0)
		vault_close(&vault);
	must(err || faults() == 0);
	files_end();
	return 0;
}
