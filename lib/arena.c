#include "lib/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { CHUNK = 64 * 1024, ALIGN = 16 };

struct arena_chunk {
	struct arena_chunk *next;
	size_t room;
	size_t used;
	_Alignas(ALIGN) uint8_t bytes[];
};

void arena_done(struct arena *arena)
{
	while (arena->chunks) {
		struct arena_chunk *next = arena->chunks->next;
		free(arena->chunks);
		arena->chunks = next;
	}
}

void arena_reset(struct arena *arena)
{
	while (arena->chunks && arena->chunks->next) {
		struct arena_chunk *next = arena->chunks->next;
		free(arena->chunks);
		arena->chunks = next;
	}
	if (arena->chunks)
		arena->chunks->used = 0;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	size = (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	struct arena_chunk *chunk = arena->chunks;
	if (!chunk || chunk->room - chunk->used < size) {
		size_t room = size > CHUNK ? size : CHUNK;
		chunk = malloc(sizeof *chunk + room);
		must(chunk);
		*chunk = (struct arena_chunk){.next = arena->chunks, .room = room};
		arena->chunks = chunk;
	}
	void *out = chunk->bytes + chunk->used;
	chunk->used += size;
	return memset(out, 0, size);
}

void *arena_dup(struct arena *arena, const void *bytes, size_t len)
{
	void *out = arena_alloc(arena, len ? len : 1);
	if (len)
		memcpy(out, bytes, len);
	return out;
}

char *arena_strdup(struct arena *arena, const char *text)
{
	return arena_dup(arena, text, strlen(text) + 1);
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	char text[256]; /* most fit */
	va_list args, again;
	va_start(args, format);
	va_copy(again, args);
	int len = vsnprintf(text, sizeof text, format, args);
	must(len >= 0);
	char *out = arena_alloc(arena, (size_t)len + 1);
	if ((size_t)len < sizeof text)
		memcpy(out, text, (size_t)len);
	else
		vsnprintf(out, (size_t)len + 1, format, again);
	va_end(again);
	va_end(args);
	return out;
}
