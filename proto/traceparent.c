#include "proto/traceparent.h"

#include <string.h>

/* VERSION-TRACE-SPAN-FLAGS, in lower-case hexadecimal. */
enum { VERSION_AT = 0, TRACE_AT = 3, SPAN_AT = 36, FLAGS_AT = 53, TEXT_LEN = 55 };

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool hex_read(const char *text, uint8_t *out, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		int high = digit_of(text[2 * i]), low = digit_of(text[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

static bool is_zero(const uint8_t *bytes, size_t len)
{
	uint8_t any = 0;
	for (size_t i = 0; i < len; i++)
		any |= bytes[i];
	return !any;
}

bool traceparent_read(const char *text, uint8_t out[TRACE_LEN])
{
	uint8_t version, flags, trace[TRACE_LEN];
	size_t len = strlen(text);
	if (len < TEXT_LEN || text[TRACE_AT - 1] != '-' || text[SPAN_AT - 1] != '-' ||
		text[FLAGS_AT - 1] != '-' || !hex_read(text + VERSION_AT, &version, 1) ||
		!hex_read(text + TRACE_AT, trace, TRACE_ID_LEN) ||
		!hex_read(text + SPAN_AT, trace + TRACE_ID_LEN, TRACE_SPAN_LEN) ||
		!hex_read(text + FLAGS_AT, &flags, 1))
		return false;
	bool more_is_known =
		version == 0 ? len == TEXT_LEN : len == TEXT_LEN || text[TEXT_LEN] == '-';
	if (version == 0xff || !more_is_known || is_zero(trace, TRACE_ID_LEN) ||
		is_zero(trace + TRACE_ID_LEN, TRACE_SPAN_LEN))
		return false;
	memcpy(out, trace, TRACE_LEN);
	return true;
}
