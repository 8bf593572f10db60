/*
 * Letting in whoever connects, where descriptors may run out: libzmq aborts without, and files need some too. So a
 * server keeps some back, and turns away whom it has no descriptor for.
 */
#ifndef WOT_ACCEPT_H
#define WOT_ACCEPT_H

#include <stdbool.h>
#include <sys/socket.h>

/* The next one outside; *size as for accept. -1: nobody, or errno. */
int accept_next(int listener, void *from, socklen_t *size);
/* That errno: descriptors or memory were short, so it is tried again later. */
bool accept_ran_short(int error);
/* How many descriptors there are from this one on: of one that was just given, what is left. */
int descriptors_from(int fd);

#endif
