/*
 * A body in chunks (RFC 9112, 7.1), taken out of its frames as it comes in, as strictly as the head:
 * a size is hexadecimal digits and nothing else, extensions and trailers are well-formed, short and
 * forgotten.
 */
#ifndef WOT_HTTP_CHUNKS_H
#define WOT_HTTP_CHUNKS_H

#include "lib/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zero: a body begins. */
struct http_chunks {
	enum { CHUNK_SIZE, CHUNK_DATA, CHUNK_CR, CHUNK_LF, CHUNK_TRAILER } state;
	uint64_t left; /* of this chunk */
	size_t extra;  /* bytes of extensions and trailers so far */
	size_t line_len;
	char line[256];
};

/* Takes bytes from *at, which moves on, up to the next piece of the body: *data, *len, none if 0. 1: the
 * body ends at *at; 0: go on; ERR_NOT_HTTP: this is no chunk. */
int http_chunks_take(struct http_chunks *chunks, const char **at, const char *end,
	const char **data, size_t *len);

#endif
