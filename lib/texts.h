/*
 * Different texts, numbered from 0 in the order in which they came; each is kept once.
 */
#ifndef WOT_TEXTS_H
#define WOT_TEXTS_H

#include "lib/keymap.h"

struct texts {
	char **items;
	size_t count, refused; /* refused: there were too many */
	struct keymap by_text;
};

/* The number of a text; false: it would be one more than `most`. */
bool texts_number(struct texts *texts, const void *text, size_t len, size_t most, uint32_t *number);
/* To be read by its numbers. */
void texts_copy(const struct texts *texts, struct texts *out);
void texts_done(struct texts *texts);

#endif
