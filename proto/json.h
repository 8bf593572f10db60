/*
 * JSON <-> messages, both driven by the descriptors: lowerCamelCase names, enumerations by name,
 * sfixed64 as RFC 3339 instants, sfixed32 as YYYY-MM-DD days, bytes as hexadecimal. Strict: what is
 * unknown, doubled, of a wrong type or out of range is a fault with its JSON pointer, all at once.
 */
#ifndef WOT_JSON_H
#define WOT_JSON_H

#include "lib/buf.h"
#include "lib/fault.h"
#include "proto/name.h"
#include <jansson.h>
#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stdint.h>

/* Parses text; duplicate keys, bad UTF-8, numbers that overflow and more than 65,536 values are faults.
 * ERR_NOT_JSON. */
int json_read(const char *text, size_t len, json_t **out, struct faults *faults);

/* Fills a message from an object; what it points to goes into the arena of faults. Fields of 80 to 89 do not
 * exist for it, nor does the field `except` (may be NULL), for an object whose keys are spread over two messages.
 * Required fields that are missing are faults too. */
void json_fill(const json_t *object, ProtobufCMessage *message, const char *except,
	const char *pointer, struct faults *faults);

/* Appends the message as one JSON object, the next value of what is written (lib/json_out.h); bytes fields as
 * hexadecimal. */
void json_from_message(const ProtobufCMessage *message, struct buf *out);

/* RFC 3339 and days, for whoever prints them: "2025-03-01T12:00:00.000Z", "2025-03-01". Both are of
 * the years 1 to 9999; what lies outside is refused, and printed as the nearest that is inside. */
int instant_parse(const char *text, size_t len, int64_t *ms);
void instant_print(int64_t ms, char out[32]);
int day_parse(const char *text, size_t len, int32_t *day);
void day_print(int32_t day, char out[16]);

#endif
