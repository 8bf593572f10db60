#include "lib/file.h"
#include "lib/err.h"
#include <errno.h>
#include <stdio.h>

enum { PIECE = 65536 };

static int rest_read(FILE *file, size_t most, struct buf *out)
{
	size_t before = out->len, got;
	do {
		buf_reserve(out, PIECE);
		got = fread(out->data + out->len, 1, PIECE, file);
		out->len += got;
	} while (got && out->len - before <= most);
	out->data[out->len] = 0;
	int err = ferror(file) ? ERR_IO : out->len - before > most ? ERR_TOO_LARGE : 0;
	if (err) {
		out->len = before;
		out->data[before] = 0;
	}
	return err;
}

int file_read(const char *path, size_t max, struct buf *out)
{
	FILE *file = fopen(path, "re");
	if (!file)
		return errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
	int err = rest_read(file, max, out);
	int error = errno;
	fclose(file);
	errno = error;
	return err;
}
