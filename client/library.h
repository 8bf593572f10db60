/*
 * Libraries that few commands need are loaded by those alone: with all that it brings, one takes longer than most
 * commands. A package has to name them by hand. client/curl.h shows how one is used.
 */
#ifndef WOT_CLIENT_LIBRARY_H
#define WOT_CLIENT_LIBRARY_H

#include <stddef.h>

/* The first of those names that is there, for as long as the program runs; NULL: none. */
void *library_load(const char *const *names, size_t count);
/* *call: a pointer to the function of that name, which must be in it. */
void library_call(void *library, const char *name, void *call);

#endif
