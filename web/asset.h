/*
 * What pages name: style and pictures, the files of pages/ that are no template. They are part of the program.
 * Their address holds the hash of their content, so a browser need never ask again for one that it has.
 */
#ifndef WOT_ASSET_H
#define WOT_ASSET_H

#include <stddef.h>

struct asset {
	const char *path; /* "/static/wot.0123456789ab.css" */
	const char *type;
	const unsigned char *data;
	size_t len;
};
extern const struct asset assets[]; /* made by tools/pages */
extern const size_t asset_count;

struct asset_shelf; /* all of them, packed once */
struct asset_shelf *asset_shelf_new(void);
void asset_shelf_free(struct asset_shelf *shelf);

struct asset_answer {
	unsigned status; /* 200, or 304 without a body */
	const char *type, *headers;
	const void *body;
	size_t len;
};
/* known, codings: If-None-Match and Accept-Encoding; NULL: there is none. ERR_NOT_FOUND. */
int asset_answer(const struct asset_shelf *shelf, const char *path, const char *known,
	const char *codings, struct asset_answer *out);

#endif
