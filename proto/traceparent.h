/*
 * The header traceparent of W3C Trace Context: under which trace, and which span of it, somebody sent us this. What an
 * event keeps of it is TRACE_LEN bytes. Pure: text in, bytes out.
 */
#ifndef WOT_TRACEPARENT_H
#define WOT_TRACEPARENT_H

#include <stdbool.h>
#include <stdint.h>

/* Event.trace: the id of the trace, then that of the parent span. */
enum { TRACE_ID_LEN = 16, TRACE_SPAN_LEN = 8, TRACE_LEN = TRACE_ID_LEN + TRACE_SPAN_LEN };

/* False: it is malformed, and to be treated as if it were not there. Of a version to come what is known of this one is
 * read, as the W3C says. */
bool traceparent_read(const char *text, uint8_t out[TRACE_LEN]);

#endif
