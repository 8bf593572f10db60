/*
 * Files that appear whole or not at all: a folder is made beside its place, filled, and put there in one step.
 */
#ifndef WOT_CLIENT_FOLDER_H
#define WOT_CLIENT_FOLDER_H

#include "lib/buf.h"
#include "lib/err.h"
#include <stdbool.h>

int file_write(const char *path, const char *text, struct why *why); /* in a folder of one's own */
/* Where somebody wants it: whole, or what was there before. */
int file_put(const char *path, const char *bytes, size_t len, struct why *why);
int folder_sync(const char *path, struct why *why);
void folder_remove(const char *path); /* with all that it holds */

/* Whether nothing is lost when a folder takes that place: it holds nothing, or but what is ours, if that is asked for. */
typedef bool folder_is_ours_fn(const void *arg, const char *name);
int folder_check(const char *place, folder_is_ours_fn *is_ours, const void *arg, struct why *why);
/* An empty one beside `place`; its path is appended to made. */
int folder_make(const char *place, struct buf *made, struct why *why);
/* It takes its place, and what was there is gone. err: of what filled it; then it is removed. Returns that, or its own. */
int folder_end(int err, const char *made, const char *place, struct why *why);

#endif
