#include "core/refs.h"

#include "lib/clean.h"
#include "lib/grow.h"
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void refs_done(struct refs *refs)
{
	free(refs->slots);
	free(refs->offsets);
	free(refs->text);
	*refs = (struct refs){0};
}

const char *refs_name(const struct refs *refs, uint32_t number)
{
	if (number >= refs->room || !refs->offsets[number])
		return NULL;
	return refs->text + refs->offsets[number];
}

/* FNV-1a over "CLIENT/REF", its bits mixed so that the low ones can choose a slot. */
static uint64_t hash_add(uint64_t hash, const char *text)
{
	for (; *text; text++)
		hash = (hash ^ (uint8_t)*text) * UINT64_C(0x100000001b3);
	return hash;
}

static uint64_t hash_of(const char *client, const char *ref)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	if (client)
		hash = hash_add(hash_add(hash, client), "/");
	hash = hash_add(hash, ref);
	return hash ^ hash >> 29;
}

static bool name_is(const char *name, const char *client, const char *ref)
{
	if (client) {
		size_t len = strlen(client);
		if (strncmp(name, client, len) != 0 || name[len] != '/')
			return false;
		name += len + 1;
	}
	return strcmp(name, ref) == 0;
}

/* client NULL: ref is the whole "CLIENT/REF". */
static uint32_t look_up(const struct refs *refs, const char *client, const char *ref)
{
	if (!refs->count)
		return 0;
	uint64_t hash = hash_of(client, ref);
	for (size_t i = hash & refs->mask; refs->slots[i]; i = (i + 1) & refs->mask) {
		uint32_t number = (uint32_t)refs->slots[i];
		if (refs->slots[i] >> 32 == hash >> 32 &&
			name_is(refs->text + refs->offsets[number], client, ref))
			return number;
	}
	return 0;
}

uint32_t refs_find(const struct refs *refs, const char *client, const char *case_ref)
{
	return look_up(refs, strchr(case_ref, '/') ? NULL : client, case_ref);
}

static void slot_put(struct refs *refs, uint64_t hash, uint32_t number)
{
	size_t i = hash & refs->mask;
	while (refs->slots[i])
		i = (i + 1) & refs->mask;
	refs->slots[i] = (hash >> 32) << 32 | number;
}

/* Twice the slots, filled again from the names. */
static void slots_grow(struct refs *refs)
{
	size_t count = refs->slots ? (refs->mask + 1) * 2 : 64;
	uint64_t *old = refs->slots;
	size_t old_count = old ? refs->mask + 1 : 0;
	refs->slots = calloc(count, sizeof *refs->slots);
	must(refs->slots);
	refs->mask = count - 1;
	for (size_t i = 0; i < old_count; i++)
		if (old[i])
			slot_put(refs, hash_of(NULL, refs_name(refs, (uint32_t)old[i])),
				(uint32_t)old[i]);
	free(old);
}

/* Where "CLIENT/REF" now stands in text. Offset 0 stays free: it means none. */
static uint32_t text_add(struct refs *refs, const char *client, const char *ref)
{
	size_t len = strlen(client) + strlen(ref) + 2;
	size_t offset = refs->text_len ? refs->text_len : 1;
	if (offset + len > refs->text_room) {
		refs->text_room = 2 * refs->text_room + len + 1024;
		refs->text = realloc(refs->text, refs->text_room);
		must(refs->text);
	}
	must(offset + len <= UINT32_MAX);
	snprintf(refs->text + offset, len, "%s/%s", client, ref);
	refs->text_len = offset + len;
	return (uint32_t)offset;
}

void refs_add(struct refs *refs, const char *client, const char *external_ref, uint32_t number)
{
	must(number > 0);
	if (look_up(refs, client, external_ref) || refs_name(refs, number))
		return;
	if (!refs->slots || (refs->count + 1) * 4 > (refs->mask + 1) * 3)
		slots_grow(refs);
	refs->offsets = grown(refs->offsets, &refs->room, number, sizeof *refs->offsets);
	refs->offsets[number] = text_add(refs, client, external_ref);
	slot_put(refs, hash_of(client, external_ref), number);
	refs->count++;
}
