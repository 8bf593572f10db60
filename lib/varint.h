/*
 * A number as protobuf and blocks write it: seven bits a byte, the lowest first.
 */
#ifndef WOT_VARINT_H
#define WOT_VARINT_H

#include "lib/buf.h"

enum { VARINT_MAX = 10 };

static inline size_t varint_put(uint8_t bytes[VARINT_MAX], uint64_t value)
{
	size_t len = 0;
	for (; value >= 0x80; value >>= 7)
		bytes[len++] = (uint8_t)(value | 0x80);
	bytes[len++] = (uint8_t)value;
	return len;
}

static inline void varint_add(struct buf *out, uint64_t value)
{
	buf_reserve(out, VARINT_MAX);
	out->len += varint_put((uint8_t *)out->data + out->len, value);
}

#endif
