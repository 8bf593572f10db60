#include "daemons/intake/vault_start.h"

#include "lib/daemon.h"
#include "lib/log.h"
#include <inttypes.h>
#include <string.h>

enum { NAMES_MAX = 20 };
#define STREAM stream_names[STREAM_INTAKE]

/* The persons whom the log names and whose keys the vault does not have whole. */
struct keyless {
	size_t missing, damaged;
	struct buf names; /* of the first of them */
};

static void keyless_name(struct keyless *keyless, const struct person_key *key)
{
	char text[PERSON_KEY_TEXT];
	size_t named = keyless->missing + keyless->damaged;
	person_key_print(key, text);
	if (named <= NAMES_MAX)
		buf_printf(&keyless->names, "%s%s", named > 1 ? " " : "", text);
	else if (named == NAMES_MAX + 1)
		buf_text(&keyless->names, " ...");
}

static void keyless_count(
	const struct vault *vault, const struct person_keys *keys, struct keyless *keyless)
{
	for (const struct person_key *key = keys->by_id; key; key = key->hh.next) {
		enum vault_slot_state state =
			key->forgotten ? VAULT_SLOT_WHOLE : vault_slot_state(vault, key->id);
		if (state != VAULT_SLOT_NONE && state != VAULT_SLOT_DAMAGED)
			continue;
		keyless->missing += state == VAULT_SLOT_NONE;
		keyless->damaged += state == VAULT_SLOT_DAMAGED;
		keyless_name(keyless, key);
	}
}

/* ---- what the vault asks of the log ---- */

struct asked {
	const struct person_keys *keys;
	struct store *store;
};

void vault_mark_take(const struct store *store, struct vault_mark *mark)
{
	struct store_head head;
	must(store_head(store, STREAM, &head) == 0);
	memcpy(mark->stream_id, head.id, sizeof mark->stream_id);
	memcpy(mark->hash, head.hash, sizeof mark->hash);
	mark->seq = head.seq;
}

static enum vault_naming naming(void *arg, const uint8_t key_id[VAULT_ID_LEN])
{
	const struct asked *asked = arg;
	const struct person_key *key = person_key_find(asked->keys, key_id);
	return !key ? VAULT_UNNAMED : key->forgotten ? VAULT_FORGOTTEN : VAULT_NAMED;
}

static bool holds(void *arg, const struct vault_mark *mark)
{
	const struct asked *asked = arg;
	struct vault_mark now;
	auto_buf struct buf block = {0};
	vault_mark_take(asked->store, &now);
	if (memcmp(now.stream_id, mark->stream_id, sizeof now.stream_id) != 0)
		return false;
	int err =
		mark->seq ? store_read(asked->store, STREAM, mark->seq, mark->hash, 1, &block) : 0;
	return !err;
}

/* ---- */

static int refuse(const struct keyless *keyless, struct why *why)
{
	return why_set(why, ERR_DAMAGED,
		"intake/vault lacks the keys of %zu persons whom the log names (%s): it is older "
		"than the log, or was cut. Nothing was overwritten. Put the right vault back, and "
		"vault.secret with it; if there is none, `wotctl accept-loss DIR/intake` goes on, "
		"and what these persons said cannot be read again",
		keyless->missing + keyless->damaged, keyless->names.data);
}

static void tell(
	const struct vault *vault, const struct keyless *keyless, const struct vault_start *start)
{
	if (vault_caller_was_damaged(vault))
		log_error("vault_caller_damaged",
			"why=\"intake/vault.caller was damaged and is emptied: who called earlier "
			"today is not known again\"");
	if (vault_damaged(vault))
		log_error("vault_damaged",
			"slots=%zu persons=%zu cases=\"%s\" why=\"what these persons said cannot "
			"be read "
			"now, and no slot is freed. Others are not touched by it. Stop intake and "
			"put "
			"these slots back from a backup of the vault; if there is none, `wotctl "
			"accept-loss DIR/intake` ends this warning\"",
			vault_damaged(vault), keyless->missing + keyless->damaged,
			keyless->names.data ? keyless->names.data : "");
	if (start->unnamed)
		log_warning("vault_unnamed",
			"slots=%zu why=\"no event here names these keys, though another copy of "
			"this "
			"log may, or lost-N.blocks: so they stay\"",
			start->unnamed);
}

int vault_start(
	struct vault *vault, const struct person_keys *keys, struct store *store, struct why *why)
{
	struct asked asked = {keys, store};
	struct vault_log log = {.naming = naming, .holds = holds, .arg = &asked};
	struct vault_mark now;
	struct vault_start start;
	auto_buf struct buf names = {0};
	struct keyless keyless = {0};
	vault_mark_take(store, &now);
	memcpy(log.stream_id, now.stream_id, sizeof log.stream_id);
	keyless_count(vault, keys, &keyless);
	names = keyless.names;
	/* A key that is missing may be in a slot whose key id is damaged. */
	if (keyless.missing > vault_damaged(vault) - keyless.damaged)
		return refuse(&keyless, why);
	int err = vault_reconcile(vault, &log, keyless.missing > 0, &start);
	if (err)
		return why_set(why, err,
			"intake/vault: a key that must go cannot be overwritten: %s",
			err_title(err));
	tell(vault, &keyless, &start);
	log_info("vault_open", "persons=%zu lost=%zu orphans_freed=%zu", vault_count(vault),
		vault_lost(vault), start.freed);
	return 0;
}
