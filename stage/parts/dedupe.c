#include "stage/parts/dedupe.h"

#include "lib/grow.h"
#include "lib/index.h"
#include "proto/personal.h"
#include "proto/wire.h"
#include <sodium.h>
#include <string.h>
#include <uthash.h>

enum { KEY_MAX = 64 + 1 + 64 + 2 };

struct pending {
	size_t key_at, key_len; /* in generation->keys */
	struct dedupe_entry entry;
};

struct generation {
	struct pending *items;
	size_t count, room;
	struct index index; /* of items */
	struct buf keys;
	uint64_t last_seq;
};

struct high {
	char client[64];
	char ref[65];
	UT_hash_handle hh;
};

/* Rows in any order: each key is there once, so a sum tells whether two of these are of the same rows. */
struct rows_seen {
	uint64_t count, sum;
};

struct dedupe {
	struct generation open, closing;
	struct high *highs;
	uint8_t hash_key[crypto_shorthash_KEYBYTES];
	struct rows_seen replayed;
};

static size_t key_make(char key[KEY_MAX], const char *client, const char *ref)
{
	size_t client_len = strlen(client), ref_len = strlen(ref);
	must(client_len + ref_len + 2 <= KEY_MAX);
	key[0] = 'd';
	memcpy(key + 1, client, client_len + 1);
	memcpy(key + 2 + client_len, ref, ref_len);
	return 2 + client_len + ref_len;
}

/* ---- a generation: what is not durable yet ---- */

static struct pending *generation_find(
	const struct generation *g, uint64_t hash, const char *key, size_t len)
{
	struct index_look look = index_look(&g->index, hash);
	for (uint32_t number; index_next(&look, &number);) {
		struct pending *item = &g->items[number];
		if (item->key_len == len && memcmp(g->keys.data + item->key_at, key, len) == 0)
			return item;
	}
	return NULL;
}

static void generation_add(struct generation *g, uint64_t hash, const char *key, size_t len,
	const struct dedupe_entry *entry)
{
	g->items = grown(g->items, &g->room, g->count, sizeof *g->items);
	g->items[g->count] =
		(struct pending){.key_at = g->keys.len, .key_len = len, .entry = *entry};
	buf_add(&g->keys, key, len);
	index_add(&g->index, hash, (uint32_t)g->count++);
	g->last_seq = entry->seq;
}

static void generation_clear(struct generation *g)
{
	index_clear(&g->index);
	g->count = 0;
	buf_clear(&g->keys);
}

static void generation_done(struct generation *g)
{
	free(g->items);
	index_done(&g->index);
	buf_done(&g->keys);
}

/* ---- rows: what is durable ---- */

enum { ROW_FIXED = offsetof(struct dedupe_entry, case_id) };

static size_t row_len(const struct dedupe_entry *entry)
{
	return ROW_FIXED + strlen(entry->case_id);
}

static int row_unpack(const uint8_t *row, size_t len, struct dedupe_entry *out)
{
	if (len < ROW_FIXED || len - ROW_FIXED > DEDUPE_CASE_MAX)
		return ERR_DAMAGED;
	memset(out, 0, sizeof *out);
	memcpy(out, row, len);
	return 0;
}

enum { ROW_CLIENT, ROW_REF, ROW_DIGEST, ROW_ID, ROW_CASE, ROW_KEYS };

/* What a row is made of: the envelope, and the key of each kind that can hold a person. */
struct row_plan {
	struct wire_plan *wire;
	size_t count;
};

static const struct row_plan *row_plan(void)
{
	static struct row_plan plan; /* made once, by the only writer thread, kept for good */
	if (plan.wire)
		return &plan;
	const char *paths[ROW_KEYS + KIND_MAX] = {
		[ROW_CLIENT] = "client",
		[ROW_REF] = "external_ref",
		[ROW_DIGEST] = "digest",
		[ROW_ID] = "id",
		[ROW_CASE] = "case_id",
	};
	auto_arena struct arena arena = {0};
	plan.count = ROW_KEYS;
	for (unsigned i = 0; i < wot__v1__body__descriptor.n_fields; i++) {
		const ProtobufCFieldDescriptor *kind = &wot__v1__body__descriptor.fields[i];
		if (sealed_field(kind->descriptor))
			paths[plan.count++] =
				arena_printf(&arena, "body.%s.sealed.key_id", kind->name);
	}
	const char *unknown = NULL;
	plan.wire = wire_plan_new(&wot__v1__event__descriptor, paths, plan.count, &unknown);
	must(plan.wire);
	return &plan;
}

static void text_copy(char *out, const struct wire_value *value)
{
	if (value->len)
		memcpy(out, value->data, value->len);
	out[value->len] = 0;
}

void dedupe_rows_of(const uint8_t *event, size_t len, uint64_t seq, struct store_rows *rows)
{
	struct wire_value v[ROW_KEYS + KIND_MAX];
	const struct row_plan *plan = row_plan();
	struct dedupe_entry entry = {.seq = seq};
	char client[65], ref[65], key[KEY_MAX];
	size_t key_len = sizeof entry.key_id;
	if (wire_read(plan->wire, event, len, v) != 0 || !v[ROW_DIGEST].present)
		return;
	for (size_t i = ROW_KEYS; i < plan->count; i++)
		key_len = v[i].present ? v[i].len : key_len;
	/* None of ours, though it may stand in a file: `wotctl verify` looks at any. */
	if (v[ROW_DIGEST].len != sizeof entry.digest || v[ROW_ID].len != sizeof entry.id ||
		key_len != sizeof entry.key_id || v[ROW_CASE].len > DEDUPE_CASE_MAX ||
		v[ROW_CLIENT].len >= sizeof client || v[ROW_REF].len >= sizeof ref)
		return;
	memcpy(entry.digest, v[ROW_DIGEST].data, sizeof entry.digest);
	memcpy(entry.id, v[ROW_ID].data, sizeof entry.id);
	for (size_t i = ROW_KEYS; i < plan->count; i++) {
		if (v[i].present)
			memcpy(entry.key_id, v[i].data, sizeof entry.key_id);
	}
	size_t case_len = v[ROW_CASE].len;
	if (case_len)
		memcpy(entry.case_id, v[ROW_CASE].data, case_len);
	text_copy(client, &v[ROW_CLIENT]);
	text_copy(ref, &v[ROW_REF]);
	store_row_put(rows, key, key_make(key, client, ref), &entry, row_len(&entry));
}

/* ---- the face ---- */

struct dedupe *dedupe_new(void)
{
	struct dedupe *dedupe = calloc(1, sizeof *dedupe);
	must(dedupe);
	crypto_shorthash_keygen(dedupe->hash_key);
	return dedupe;
}

void dedupe_free(struct dedupe **dedupe)
{
	if (!*dedupe)
		return;
	generation_done(&(*dedupe)->open);
	generation_done(&(*dedupe)->closing);
	struct high *high, *next;
	HASH_ITER (hh, (*dedupe)->highs, high, next) {
		HASH_DEL((*dedupe)->highs, high);
		free(high);
	}
	free(*dedupe);
	*dedupe = NULL;
}

static uint64_t key_hash(const struct dedupe *dedupe, const char *key, size_t len)
{
	uint64_t hash;
	crypto_shorthash((uint8_t *)&hash, (const uint8_t *)key, len, dedupe->hash_key);
	return hash;
}

int dedupe_find(struct dedupe *dedupe, struct store *store, const char *client, const char *ref,
	struct dedupe_entry *out)
{
	struct high *high;
	HASH_FIND_STR(dedupe->highs, client, high);
	if (!high || strcmp(ref, high->ref) > 0)
		return ERR_NOT_FOUND;
	char key[KEY_MAX];
	size_t len = key_make(key, client, ref);
	uint64_t hash = key_hash(dedupe, key, len);
	struct pending *item = generation_find(&dedupe->open, hash, key, len);
	if (!item)
		item = generation_find(&dedupe->closing, hash, key, len);
	if (item) {
		*out = item->entry;
		return 0;
	}
	auto_buf struct buf row = {0};
	int err = store_row(store, key, len, &row);
	return err ? err : row_unpack((const uint8_t *)row.data, row.len, out);
}

static void high_raise(struct dedupe *dedupe, const char *client, const char *ref)
{
	struct high *high;
	HASH_FIND_STR(dedupe->highs, client, high);
	if (!high) {
		high = calloc(1, sizeof *high);
		must(high && strlen(client) < sizeof high->client);
		strcpy(high->client, client);
		HASH_ADD_STR(dedupe->highs, client, high);
	}
	must(strlen(ref) < sizeof high->ref);
	if (strcmp(ref, high->ref) > 0)
		strcpy(high->ref, ref);
}

static struct dedupe_entry entry_of(const Wot__V1__Event *event, uint64_t seq)
{
	struct dedupe_entry entry = {.seq = seq};
	must(event->digest.len == sizeof entry.digest && event->id.len == sizeof entry.id);
	memcpy(entry.digest, event->digest.data, sizeof entry.digest);
	memcpy(entry.id, event->id.data, sizeof entry.id);
	Wot__V1__Sealed **sealed = body_sealed(event->body);
	if (sealed && *sealed)
		memcpy(entry.key_id, (*sealed)->key_id.data, sizeof entry.key_id);
	if (event->case_id) {
		must(strlen(event->case_id) <= DEDUPE_CASE_MAX);
		strcpy(entry.case_id, event->case_id);
	}
	return entry;
}

void dedupe_add(struct dedupe *dedupe, const Wot__V1__Event *event, uint64_t seq)
{
	struct dedupe_entry entry = entry_of(event, seq);
	char key[KEY_MAX];
	size_t len = key_make(key, event->client, event->external_ref);
	generation_add(&dedupe->open, key_hash(dedupe, key, len), key, len, &entry);
	high_raise(dedupe, event->client, event->external_ref);
}

static void row_see(struct rows_seen *seen, const uint8_t *secret, const void *key, size_t key_len,
	const void *value, size_t value_len)
{
	uint64_t hashes[2];
	crypto_shorthash((uint8_t *)&hashes[0], key, key_len, secret);
	crypto_shorthash((uint8_t *)&hashes[1], value, value_len, secret);
	crypto_shorthash((uint8_t *)&hashes[0], (const uint8_t *)hashes, sizeof hashes, secret);
	seen->count++;
	seen->sum += hashes[0];
}

void dedupe_replayed(struct dedupe *dedupe, const Wot__V1__Event *event, uint64_t seq)
{
	struct dedupe_entry entry = entry_of(event, seq);
	char key[KEY_MAX];
	size_t len = key_make(key, event->client, event->external_ref);
	row_see(&dedupe->replayed, dedupe->hash_key, key, len, &entry, row_len(&entry));
	high_raise(dedupe, event->client, event->external_ref);
}

struct checking {
	const uint8_t *secret;
	struct rows_seen stored;
};

static int on_row(void *arg, const void *key, size_t key_len, const void *value, size_t value_len)
{
	struct checking *checking = arg;
	row_see(&checking->stored, checking->secret, key, key_len, value, value_len);
	return 0;
}

int dedupe_check(const struct dedupe *dedupe, struct store *store, const char *log, struct why *why)
{
	struct checking checking = {.secret = dedupe->hash_key};
	int err = store_rows(store, on_row, &checking, why);
	if (err && err != ERR_DAMAGED)
		return err;
	if (!err && checking.stored.count == dedupe->replayed.count &&
		checking.stored.sum == dedupe->replayed.sum)
		return 0;
	return why_set(why, ERR_DAMAGED,
		"log %s: every event is there, but the rows by which a submission is known again "
		"are not "
		"what the events say; `wotctl verify` says more, and `wotctl accept-loss` derives "
		"them anew and loses nothing",
		log);
}

void dedupe_durable(struct dedupe *dedupe, uint64_t seq)
{
	if (!dedupe->open.count || (dedupe->closing.count && dedupe->closing.last_seq > seq))
		return;
	struct generation drained = dedupe->closing;
	dedupe->closing = dedupe->open;
	generation_clear(&drained);
	dedupe->open = drained;
}
