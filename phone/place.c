#include "phone/place.h"

#include "lib/clean.h"
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

static const char head[] = "wot phone state 1\n";
static const char end[] = "end\n";
/* For who looks after it, too. */
#define COUNTS(NUMBER)                                                                             \
	"counts lines %" NUMBER " accepted %" NUMBER " there_already %" NUMBER                     \
	" told_otherwise %" NUMBER " passed %" NUMBER " rejected %" NUMBER

void place_hash(const void *before, size_t len, uint8_t hash[PLACE_HASH])
{
	must(crypto_generichash(hash, PLACE_HASH, before, len, NULL, 0) == 0);
}

void phone_state_print(const struct phone_state *state, struct buf *out)
{
	const struct place *place = &state->place;
	const struct phone_counts *counts = &state->counts;
	buf_text(out, head);
	buf_printf(out, "file %" PRIu64 " %" PRIu64 " %" PRId64 "\n", place->device, place->inode,
		place->changed_ns);
	buf_printf(out, "place %" PRIu64 " ", place->offset);
	buf_hex(out, place->before, sizeof place->before);
	buf_printf(out, "\nrejects %" PRIu64 " bytes\n", state->rejected_bytes);
	buf_printf(out, COUNTS(PRIu64) "\n", counts->lines, counts->accepted, counts->duplicate,
		counts->doubled, counts->passed, counts->rejected);
	for (const struct wait *wait = state->waits.first; wait; wait = wait->hh.next)
		buf_printf(out, "wait %" PRId64 " %s\n", wait->since_ms, wait->id);
	buf_text(out, end);
}

static bool row_read(const char *row, struct phone_state *state, char hash[2 * PLACE_HASH + 1])
{
	struct place *place = &state->place;
	struct phone_counts *counts = &state->counts;
	char id[PHONE_ID_ROOM];
	int64_t since_ms;
	int used = -1;
	if (sscanf(row, "file %" SCNu64 " %" SCNu64 " %" SCNd64 "%n", &place->device, &place->inode,
		    &place->changed_ns, &used) == 3 ||
		sscanf(row, "place %" SCNu64 " %32[0-9a-f]%n", &place->offset, hash, &used) == 2 ||
		sscanf(row, "rejects %" SCNu64 " bytes%n", &state->rejected_bytes, &used) == 1 ||
		sscanf(row, COUNTS(SCNu64) "%n", &counts->lines, &counts->accepted,
			&counts->duplicate, &counts->doubled, &counts->passed, &counts->rejected,
			&used) == 6) {
		return used >= 0 && !row[used];
	}
	if (sscanf(row, "wait %" SCNd64 " %64[A-Za-z0-9._:-]%n", &since_ms, id, &used) != 2)
		return false;
	waits_begin(&state->waits, id, since_ms);
	return used >= 0 && !row[used];
}

int phone_state_read(const char *text, size_t len, struct phone_state *out)
{
	char hash[2 * PLACE_HASH + 1] = "";
	size_t ends = strlen(end), at = strlen(head), hash_len;
	if (len < at + ends || memcmp(text, head, at) != 0 ||
		memcmp(text + len - ends, end, ends) != 0)
		return ERR_INVALID;
	for (len -= ends; at < len;) {
		char row[256];
		const char *stop = memchr(text + at, '\n', len - at);
		size_t row_len = stop ? (size_t)(stop - text) - at : sizeof row;
		if (row_len >= sizeof row)
			return ERR_INVALID;
		memcpy(row, text + at, row_len);
		row[row_len] = '\0';
		if (!row_read(row, out, hash))
			return ERR_INVALID;
		at += row_len + 1;
	}
	if (sodium_hex2bin(out->place.before, PLACE_HASH, hash, strlen(hash), NULL, &hash_len,
		    NULL) != 0 ||
		hash_len != PLACE_HASH)
		return ERR_INVALID;
	return 0;
}
