/*
 * Paths of unix sockets: before a bind, whether one may be taken. libuv cuts a long path in
 * silence, and ZeroMQ takes the path of a live process away; so everything that binds one asks here
 * first.
 */
#ifndef WOT_SOCKPATH_H
#define WOT_SOCKPATH_H

#include "lib/err.h"

enum { SOCKPATH_MAX = 107 }; /* characters; sockaddr_un has room for one more */

/* ERR_ADDRESS when the path is too long. */
int sockpath_length(const char *path, struct why *why);
/* 0 when nothing is there, or the socket of a process that is gone. ERR_ADDRESS when the path is
 * too long, a process answers there (`why` names its pid), or the file is no socket. */
int sockpath_free(const char *path, struct why *why);

#endif
