/*
 * Memory that goes all at once: one decision, one submission. Everything allocated here dies with
 * arena_reset. The first chunk is kept, so a steady load allocates nothing.
 */
#ifndef WOT_ARENA_H
#define WOT_ARENA_H

#include "lib/clean.h"
#include <stddef.h>

struct arena_chunk;
struct arena {
	struct arena_chunk *chunks;
};

void arena_done(struct arena *arena);
void arena_reset(struct arena *arena);
void *arena_alloc(struct arena *arena, size_t size); /* zeroed, aligned to 16 */
char *arena_strdup(struct arena *arena, const char *text);
void *arena_dup(struct arena *arena, const void *bytes, size_t len);
char *arena_printf(struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#define auto_arena auto_clean(arena_done)

#endif
