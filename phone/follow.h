/*
 * A log that somebody else writes and rotates, line by line, from a place in it. None is missed and at most some come
 * again, whatever happens to the file:
 *
 *   renamed      the old one is read to its end, then those that came between, then the new one once it holds something
 *   copied and   what the copy has beyond the place, then the file from its start
 *   cut off
 *   deleted      what is open is read to its end
 *   compressed   as long as it is open, the same; else what cannot be read is said aloud
 */
#ifndef WOT_PHONE_FOLLOW_H
#define WOT_PHONE_FOLLOW_H

#include "lib/err.h"
#include "phone/place.h"
#include <stdbool.h>

struct follow;

/* Something that whoever looks after it must know: lines that may be missing. */
typedef void follow_gap_fn(void *arg, const char *text);
struct follow_options {
	const char *path;
	const struct place *place; /* from there; NULL: from the start of what bears the name now */
	follow_gap_fn *on_gap;
	void *arg;
};
/* The file need not be there yet. */
int follow_open(struct follow **out, const struct follow_options *options, struct why *why);
void follow_close(struct follow **follow);

struct follow_line {
	const char *text; /* until the next call; of one that is too long not all */
	size_t len;
	uint64_t inode, offset; /* where it begins */
};
/* 1: there is none, now. ERR_IO: it cannot be read. */
int follow_next(struct follow *follow, struct follow_line *line, struct why *why);
/* What is not a line yet, for its end is missing. */
size_t follow_left(const struct follow *follow);
/* After the last line that was given. */
void follow_place(const struct follow *follow, struct place *out);
/* Until something happens in its folder, a second at most. */
void follow_wait(struct follow *follow);

#endif
