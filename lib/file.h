/* Whole files in one piece. */
#ifndef WOT_FILE_H
#define WOT_FILE_H

#include "lib/buf.h"

/* Adds all of a file of at most `max` bytes to `out`, or nothing: ERR_NOT_FOUND, ERR_TOO_LARGE, or ERR_IO; errno says
 * more of the first and the last. */
int file_read(const char *path, size_t max, struct buf *out);

#endif
