/* Any text as a traceparent. What is read of it, written as version 00, reads as the same. */
#include "lib/buf.h"
#include "lib/clean.h"
#include "proto/traceparent.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	auto_buf struct buf text = {0}, again = {0};
	uint8_t one[TRACE_LEN], other[TRACE_LEN];
	buf_add(&text, bytes, len);
	buf_char(&text, 0);
	if (!traceparent_read(text.data, one))
		return 0;
	buf_text(&again, "00-");
	buf_hex(&again, one, TRACE_ID_LEN);
	buf_char(&again, '-');
	buf_hex(&again, one + TRACE_ID_LEN, TRACE_SPAN_LEN);
	buf_text(&again, "-00");
	must(traceparent_read(again.data, other) && !memcmp(one, other, sizeof one));
	return 0;
}
