/*
 * The lines of the sample while they are made: text in one buffer, put in order of time at the end.
 * A line is opened, gets members, and is closed:
 *   line_open(lines, "/v1/callbacks", ref, at_ms); line_flag(lines, "reached", true);
 * line_close(lines);
 */
#ifndef WOT_CITY_LINE_H
#define WOT_CITY_LINE_H

#include "lib/buf.h"
#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stdio.h>

struct line {
	int64_t at_ms;
	size_t text; /* offset in lines.text, ends with a NUL */
};

struct lines {
	struct buf text;
	struct line *items;
	size_t count;
	int64_t from_ms; /* what ended before does not stay */
};
void lines_done(struct lines *lines);

/* The instant at `minute` and `second` of the day in Amsterdam; from 03:00, when summer time has
 * changed. */
int64_t instant_at(int32_t day, int minute, int second);

void line_open(struct lines *lines, const char *path, const char *ref, int64_t at_ms);
void line_close(struct lines *lines);
void line_text(struct lines *lines, const char *name, const char *value);
void line_number(struct lines *lines, const char *name, int64_t value);
void line_flag(struct lines *lines, const char *name, bool value);
void line_day(struct lines *lines, const char *name, int32_t day);
/* The value's name as the descriptor has it. */
void line_enum(
	struct lines *lines, const char *name, const ProtobufCEnumDescriptor *type, int value);
void line_enums(struct lines *lines, const char *name, const ProtobufCEnumDescriptor *type,
	const int *values, size_t count);
void line_texts(struct lines *lines, const char *name, const char *const *values, size_t count);
void line_object(struct lines *lines, const char *name); /* members of it follow */
void line_object_end(struct lines *lines);

/* Ends what belongs together, the lines after the first `mark`: drops it when all of it is before
 * from_ms. */
void lines_end_unit(struct lines *lines, size_t mark);
/* In order of time, none later than to_ms. ERR_IO when they could not be written. */
int lines_print(struct lines *lines, int64_t to_ms, FILE *out);

#endif
