/*
 * Where we are in a message, as a chain on the stack; it becomes a JSON pointer only when there is
 * a fault to report.
 */
#ifndef WOT_PLACE_H
#define WOT_PLACE_H

#include "lib/fault.h"
#include <stdbool.h>
#include <stddef.h>

enum { PLACE_MAX = 512, PLACE_NO_INDEX = -1 };

struct place {
	const struct place *above;
	const char *pointer; /* of the topmost: where the message itself is, as a JSON pointer */
	const char *field;   /* of the others: the field's name in its descriptor, … */
	const char *key;     /* … or a key as it stands in JSON */
	int index;           /* in a list, or PLACE_NO_INDEX */
};

#define PLACE_TOP(text) ((struct place){.pointer = (text), .index = PLACE_NO_INDEX})
#define PLACE_FIELD(up, name)                                                                      \
	((struct place){.above = (up), .field = (name), .index = PLACE_NO_INDEX})
#define PLACE_KEY(up, name) ((struct place){.above = (up), .key = (name), .index = PLACE_NO_INDEX})

/* The pointer, in `out`, which is also returned. */
const char *place_text(const struct place *place, char out[PLACE_MAX]);

/* May a key that we do not know stand in a pointer? Only one that looks like a name: it could be
 * anything that a client put there, a person's number included. */
enum { PLACE_KEY_MAX = 64 };
bool place_key_is_plain(const char *key, size_t len);

/* fault_add at a place. */
#define fault_at(faults, place, ...)                                                               \
	fault_add(faults, place_text(place, (char[PLACE_MAX]){0}), __VA_ARGS__)

#endif
