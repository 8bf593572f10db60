/*
 * A published report held against the log: is it the log that it was made from, and does it still give each figure. Of
 * what it does not, the rows behind the figure then and now say which cases changed it.
 */
#ifndef WOT_CLIENT_REPORT_CHECK_H
#define WOT_CLIENT_REPORT_CHECK_H

#include "lib/buf.h"
#include "lib/err.h"
#include <stdbool.h>

/* path: a JSON of `wotctl report`. Says in `said` what differs; given: nothing does. ERR_USAGE: it cannot be read or is no
 * such report; ERR_IO: aggregate does not answer. */
int report_check(const char *dir, const char *path, bool *given, struct buf *said, struct why *why);

#endif
