/*
 * A folder for a test that needs files: made by folder_setup, with all that lies in it gone after
 * folder_teardown. The path is *state.
 */
#ifndef WOT_TEST_FOLDER_H
#define WOT_TEST_FOLDER_H

#include "lib/buf.h"
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline int folder_setup(void **state)
{
	char *path = strdup("/tmp/wot-test-XXXXXX");
	*state = path ? mkdtemp(path) : NULL;
	return *state ? 0 : -1;
}

static inline int folder_remove(
	const char *path, const struct stat *stat, int type, struct FTW *ftw)
{
	(void)stat, (void)type, (void)ftw;
	return remove(path);
}

static inline int folder_teardown(void **state)
{
	int err = nftw(*state, folder_remove, 16, FTW_DEPTH | FTW_PHYS);
	free(*state);
	return err;
}

/* The path of a file in the folder, in a buffer that the next call with the same one overwrites. */
static inline const char *folder_path(void **state, const char *name, struct buf *path)
{
	buf_clear(path);
	buf_printf(path, "%s/%s", (const char *)*state, name);
	return path->data;
}

static inline const char *folder_write(
	void **state, const char *name, const char *text, struct buf *path)
{
	FILE *file = fopen(folder_path(state, name, path), "we");
	must(file);
	must(fwrite(text, 1, strlen(text), file) == strlen(text));
	must(fclose(file) == 0);
	return path->data;
}

#endif
