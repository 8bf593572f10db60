/*
 * The few steps that every reader of protobuf bytes takes. Each returns false at broken bytes, and
 * never looks beyond the end.
 */
#ifndef WOT_SCAN_H
#define WOT_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct scan {
	const uint8_t *at;
	const uint8_t *end;
};

/* Of bytes that may be none: NULL and 0. */
static inline struct scan scan_of(const uint8_t *bytes, size_t len)
{
	return (struct scan){bytes, len ? bytes + len : bytes};
}

enum scan_wire { SCAN_VARINT = 0, SCAN_64 = 1, SCAN_LEN = 2, SCAN_32 = 5 };

static inline bool scan_varint_long(struct scan *scan, uint64_t *out)
{
	uint64_t value = 0;
	const uint8_t *at = scan->at;
	for (unsigned shift = 0; shift < 64 && at < scan->end; shift += 7) {
		uint8_t byte = *at++;
		value |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80) {
			if (shift == 63 && byte > 1)
				return false;
			scan->at = at;
			*out = value;
			return true;
		}
	}
	return false;
}

static inline bool scan_varint(struct scan *scan, uint64_t *out)
{
	if (scan->at < scan->end && *scan->at < 0x80) {
		*out = *scan->at++;
		return true;
	}
	return scan_varint_long(scan, out);
}

/* The next `len` bytes. */
static inline bool scan_bytes(struct scan *scan, uint64_t len, struct scan *out)
{
	if (len > (uint64_t)(scan->end - scan->at))
		return false;
	*out = scan_of(scan->at, len);
	scan->at = out->end;
	return true;
}

/* What a length goes before. */
static inline bool scan_len(struct scan *scan, struct scan *out)
{
	uint64_t len;
	return scan_varint(scan, &len) && scan_bytes(scan, len, out);
}

/* Little-endian, as on the wire and on every machine that this runs on. */
static inline uint32_t scan_load_32(const uint8_t *at)
{
	uint32_t value;
	memcpy(&value, at, sizeof value);
	return value;
}

static inline uint64_t scan_load_64(const uint8_t *at)
{
	uint64_t value;
	memcpy(&value, at, sizeof value);
	return value;
}

/* Passes over the value of a field. */
static inline bool scan_skip(struct scan *scan, unsigned wire)
{
	uint64_t number;
	struct scan bytes;
	switch (wire) {
	case SCAN_VARINT:
		return scan_varint(scan, &number);
	case SCAN_64:
		return scan_bytes(scan, 8, &bytes);
	case SCAN_LEN:
		return scan_len(scan, &bytes);
	case SCAN_32:
		return scan_bytes(scan, 4, &bytes);
	default:
		return false;
	}
}

#endif
