#include "cli/vault.h"

#include "cli/source.h"
#include "lib/clean.h"
#include "lib/daemon.h"
#include "proto/person_keys.h"
#include "store/lock.h"
#include "vault/vault.h"
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

enum { NAMES_MAX = 20 };

/* A key that the vault has, be it damaged or known to be lost. */
struct held_key {
	uint8_t id[PERSON_KEY_LEN];
	enum vault_slot_state state;
	UT_hash_handle hh;
};

/* A vault beside the log that names its keys. */
struct compared {
	char path[PATH_MAX + 16];
	struct person_keys named;
	size_t named_by_head; /* of these the vault must have those that are live: the log's first ones */
	struct held_key *held;
	size_t by_state[VAULT_SLOT_DAMAGED + 1];
	int code;
};

static void compared_done(struct compared *compared)
{
	struct held_key *key, *next;
	person_keys_done(&compared->named);
	HASH_ITER (hh, compared->held, key, next) {
		HASH_DEL(compared->held, key);
		free(key);
	}
}

#define auto_compared auto_clean(compared_done)

static void on_fault(void *arg, const char *text)
{
	struct compared *compared = arg;
	compared->code = cli_fail(EXIT_FAILED, "%s", text);
}

static void on_key(void *arg, const uint8_t key_id[PERSON_KEY_LEN], enum vault_slot_state state)
{
	struct compared *compared = arg;
	struct held_key *key = calloc(1, sizeof *key);
	must(key);
	memcpy(key->id, key_id, sizeof key->id);
	key->state = state;
	HASH_ADD(hh, compared->held, id, sizeof key->id, key);
	compared->by_state[state]++;
}

static void vault_read(struct compared *compared)
{
	const struct vault_visitor visitor = {on_fault, on_key, compared};
	vault_verify(compared->path, &visitor);
}

/* Read after the vault: who is forgotten meanwhile is then known to be. */
static int log_read(
	struct compared *compared, const struct cli *cli, uint64_t head, struct why *why)
{
	auto_arena struct arena arena = {0};
	struct source *source;
	struct block block;
	int err = source_open(&source, cli, daemon_rows[DAEMON_INTAKE].name, NULL, why);
	if (err)
		return err;
	while ((err = source_next(source, 0, &block, why)) == 0) {
		for (struct block_cursor c = block_events(&block); block_next(&c);) {
			Wot__V1__Event *event = event_unpack(c.event, c.len, &arena);
			if (event)
				person_keys_evolve(&compared->named, event);
			if (c.seq <= head)
				compared->named_by_head = HASH_COUNT(compared->named.by_id);
			arena_reset(&arena);
		}
	}
	source_close(&source);
	return err < 0 ? err : 0;
}

/* The keys that should be there and are not, and whose they are: the ids one after the other. */
static size_t missing_of(const struct compared *compared, struct buf *ids, struct buf *names)
{
	size_t at = 0, count = 0;
	for (const struct person_key *key = compared->named.by_id;
		key && at < compared->named_by_head; key = key->hh.next, at++) {
		struct held_key *held;
		char text[PERSON_KEY_TEXT];
		HASH_FIND(hh, compared->held, key->id, sizeof key->id, held);
		if (held || key->forgotten)
			continue;
		buf_add(ids, key->id, sizeof key->id);
		person_key_print(key, text);
		if (count < NAMES_MAX)
			buf_printf(names, " %s", text);
		else if (count == NAMES_MAX)
			buf_text(names, " ...");
		count++;
	}
	return count;
}

int cli_vault_verify(const struct cli *cli, const uint64_t *head)
{
	auto_compared struct compared compared = {0};
	auto_buf struct buf ids = {0}, names = {0};
	struct why why = {""};
	snprintf(compared.path, sizeof compared.path, "%s/intake", cli->dir);
	if (access(compared.path, F_OK) != 0)
		return EXIT_OK; /* intake runs on another machine */
	strcat(compared.path, "/vault");
	vault_read(&compared);
	if (head && log_read(&compared, cli, *head, &why) != 0)
		return cli_fail(EXIT_FAILED, "%s", why.text);
	size_t missing = missing_of(&compared, &ids, &names);
	if (missing)
		compared.code = cli_fail(EXIT_FAILED,
			"%s: the keys of %zu persons whom the log names are missing:%s",
			compared.path, missing, names.data);
	printf("%-9s vault   %zu persons, %zu accepted as lost  %s\n",
		daemon_rows[DAEMON_INTAKE].name, compared.by_state[VAULT_SLOT_WHOLE],
		compared.by_state[VAULT_SLOT_LOST], compared.code ? "DAMAGED" : "whole");
	return compared.code;
}

/* ---- accept-loss ---- */

static bool is_live(void *arg, const uint8_t key_id[PERSON_KEY_LEN])
{
	const struct compared *compared = arg;
	return person_key_is_live(&compared->named, key_id);
}

static int accept(struct compared *compared, struct why *why)
{
	auto_buf struct buf ids = {0}, names = {0};
	int err = vault_accept_damage(compared->path, is_live, compared, why);
	if (err)
		return err;
	vault_read(compared);
	size_t missing = missing_of(compared, &ids, &names);
	if (missing)
		err = vault_accept_loss(compared->path, (const uint8_t *)ids.data, missing, why);
	if (err)
		return err;
	printf("%s: %zu persons can be read; the keys of %zu are lost for good\n", compared->path,
		compared->by_state[VAULT_SLOT_WHOLE],
		missing + compared->by_state[VAULT_SLOT_LOST]);
	return compared->code ? ERR_DAMAGED : 0;
}

int cli_vault_accept(struct cli *cli, const char *dir)
{
	char above[PATH_MAX];
	auto_compared struct compared compared = {0};
	struct lock lock;
	struct why why = {""};
	if (!realpath(dir, above) ||
		strcmp(strrchr(above, '/') + 1, daemon_rows[DAEMON_INTAKE].name) != 0)
		return EXIT_OK;
	snprintf(compared.path, sizeof compared.path, "%s/vault", above);
	cli->dir = dirname(above);
	int err = log_read(&compared, cli, UINT64_MAX, &why);
	if (!err)
		err = lock_take(&lock, dir, "wotctl accept-loss", &why);
	if (err)
		return cli_fail(EXIT_FAILED, "%s", why.text);
	err = accept(&compared, &why);
	lock_release(&lock);
	return err ? cli_fail(EXIT_FAILED, "%s", why.text) : EXIT_OK;
}
