/*
 * OpenAPI 3 of a daemon: all that may be sent to it (door.def) and read of it (read.def).
 */
#ifndef WOT_OPENAPI_H
#define WOT_OPENAPI_H

#include "lib/buf.h"
#include "lib/daemon.h"

void openapi_print(const struct daemon_row *daemon, struct buf *out);

#endif
