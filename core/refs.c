#include "core/refs.h"

#include "lib/clean.h"
#include "lib/grow.h"
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

void refs_done(struct refs *refs)
{
	index_done(&refs->names);
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

/* FNV-1a over "CLIENT/REF". */
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
	return hash_add(hash, ref);
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
	struct index_look look = index_look(&refs->names, hash_of(client, ref));
	for (uint32_t number; index_next(&look, &number);)
		if (name_is(refs->text + refs->offsets[number], client, ref))
			return number;
	return 0;
}

uint32_t refs_find(const struct refs *refs, const char *client, const char *case_ref)
{
	return look_up(refs, strchr(case_ref, '/') ? NULL : client, case_ref);
}

/* Where "CLIENT/REF" now stands in text. Offset 0 stays free: it means none. */
static uint32_t text_add(struct refs *refs, const char *client, const char *ref)
{
	size_t client_len = strlen(client), ref_len = strlen(ref), len = client_len + ref_len + 2;
	size_t offset = refs->text_len ? refs->text_len : 1;
	refs->text = grown(refs->text, &refs->text_room, offset + len, 1);
	must(offset + len <= UINT32_MAX);
	char *text = refs->text + offset;
	memcpy(text, client, client_len);
	text[client_len] = '/';
	memcpy(text + client_len + 1, ref, ref_len + 1);
	refs->text_len = offset + len;
	return (uint32_t)offset;
}

void refs_add(struct refs *refs, const char *client, const char *external_ref, uint32_t number)
{
	must(number > 0);
	if (look_up(refs, client, external_ref) || refs_name(refs, number))
		return;
	refs->offsets = grown(refs->offsets, &refs->room, number, sizeof *refs->offsets);
	refs->offsets[number] = text_add(refs, client, external_ref);
	index_add(&refs->names, hash_of(client, external_ref), number);
}
