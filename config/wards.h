/*
 * The wards of the municipality (wards.csv): a line a ward, `key,name,postcodes,households`, where
 * postcodes are the four digits, separated by spaces, and households are empty where not known.
 * Lines that begin with # are comments; the first other line names the columns. No field is between
 * quotes.
 */
#ifndef WOT_WARDS_H
#define WOT_WARDS_H

#include "lib/buf.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ward {
	char key[33];        /* [A-Z0-9_]{1,32}; UNKNOWN is no ward */
	char name[65];       /* for people */
	uint32_t households; /* 0: not known */
};
struct wards {
	struct ward *items; /* in the order of the file */
	size_t count;
	uint16_t by_postcode[10000]; /* index + 1 into items; 0: not ours */
};

/* From the text of a file called name. ERR_CONFIG: errors has name:line:column, all at once. */
int wards_parse(
	struct wards *wards, const char *text, size_t len, const char *name, struct buf *errors);
int wards_load(struct wards *wards, const char *path, struct buf *errors);
void wards_done(struct wards *wards);

const struct ward *wards_by_key(const struct wards *wards, const char *key);
/* postcode: "3111AB", "3111 AB" or "3111"; NULL when it is none of ours. */
const struct ward *wards_by_postcode(const struct wards *wards, const char *postcode);

#endif
