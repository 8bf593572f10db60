#include "daemons/intake/vault_start.h"

#include "lib/daemon.h"
#include "lib/log.h"
#include <inttypes.h>
#include <string.h>

enum { NAMES_MAX = 20 };
#define STREAM stream_names[STREAM_INTAKE]

/* The persons whom the log names, by what the vault has of their keys. */
struct held {
	size_t missing, damaged;
	struct buf names; /* of the first of them */
};

static void held_name(struct held *held, const struct person_key *key)
{
	char text[PERSON_KEY_TEXT];
	size_t named = held->missing + held->damaged;
	person_key_print(key, text);
	if (named <= NAMES_MAX)
		buf_printf(&held->names, "%s%s", named > 1 ? " " : "", text);
	else if (named == NAMES_MAX + 1)
		buf_text(&held->names, " ...");
}

static void held_count(const struct vault *vault, const struct person_keys *keys, struct held *held)
{
	for (const struct person_key *key = keys->by_id; key; key = key->hh.next) {
		enum vault_slot_state state =
			key->forgotten ? VAULT_SLOT_WHOLE : vault_slot_state(vault, key->id);
		if (state != VAULT_SLOT_NONE && state != VAULT_SLOT_DAMAGED)
			continue;
		held->missing += state == VAULT_SLOT_NONE;
		held->damaged += state == VAULT_SLOT_DAMAGED;
		held_name(held, key);
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

static int refuse(const struct held *held, struct why *why)
{
	return why_set(why, ERR_DAMAGED,
		"intake/vault lacks the keys of %zu persons whom the log names (%s): it is older "
		"than the log, or was cut. Nothing was overwritten. Put the right vault back, and "
		"vault.secret with it; if there is none, `wotctl accept-loss DIR/intake` goes on, "
		"and what these persons said cannot be read again",
		held->missing + held->damaged, held->names.data);
}

static void tell(
	const struct vault *vault, const struct held *held, const struct vault_start *start)
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
			vault_damaged(vault), held->missing + held->damaged,
			held->names.data ? held->names.data : "");
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
	struct held held = {0};
	vault_mark_take(store, &now);
	memcpy(log.stream_id, now.stream_id, sizeof log.stream_id);
	held_count(vault, keys, &held);
	names = held.names;
	/* A key that is missing may be in a slot whose key id is damaged. */
	if (held.missing > vault_damaged(vault) - held.damaged)
		return refuse(&held, why);
	int err = vault_reconcile(vault, &log, held.missing > 0, &start);
	if (err)
		return why_set(why, err,
			"intake/vault: a key that must go cannot be overwritten: %s",
			err_title(err));
	tell(vault, &held, &start);
	log_info("vault_open", "persons=%zu lost=%zu orphans_freed=%zu", vault_count(vault),
		vault_lost(vault), start.freed);
	return 0;
}
