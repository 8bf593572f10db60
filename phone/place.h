/*
 * How far a file was read: which one, and where in it. A file is known by its device and inode, and since those come
 * back, and a copy has others, by what stands before the place.
 *
 * With the waits of the open calls and how much was rejected it is a reader's state, which a text keeps. Pure.
 */
#ifndef WOT_PHONE_PLACE_H
#define WOT_PHONE_PLACE_H

#include "lib/buf.h"
#include "lib/err.h"
#include "phone/waits.h"

enum { PLACE_BEFORE = 256, PLACE_HASH = 16 };

struct place {
	uint64_t device, inode, offset;
	uint8_t before[PLACE_HASH]; /* of as many bytes before it as there are, 256 at most */
	int64_t changed_ns;         /* when the file was last written to, as far as is known */
};

/* Lines, and what became of them. */
struct phone_counts {
	uint64_t lines, accepted, duplicate, doubled, passed, rejected;
};

struct phone_state {
	struct place place;
	struct phone_counts counts; /* of all that was read so far */
	uint64_t rejected_bytes;    /* of the file of rejects, which went with the place */
	struct waits waits;
};

void place_hash(const void *before, size_t len, uint8_t hash[PLACE_HASH]);

void phone_state_print(const struct phone_state *state, struct buf *out);
/* ERR_INVALID: it is no such text, or not a whole one. waits: added to. */
int phone_state_read(const char *text, size_t len, struct phone_state *out);

#endif
