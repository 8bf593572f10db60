/*
 * What single fields from outside may hold: ranges, lengths, patterns. The limits are rows of
 * limit.def; to add a kind of limit, a function in limit.c.
 */
#ifndef WOT_LIMIT_H
#define WOT_LIMIT_H

#include "lib/buf.h"
#include "lib/fault.h"
#include "proto/event.pb-c.h"
#include <stdbool.h>

/* Checks every field that is set, here and in the messages below, but for Body, where its message stands being the
 * door's to say, and Filter, whose names and values only figures know. */
void limit_check(const ProtobufCMessage *message, const char *pointer, struct faults *faults);

/* A form in a browser and a mail end their lines with CRLF, others with CR: all free text of what a
 * body holds gets LF, so that the same text is the same wherever it was typed. */
void limit_lines(const Wot__V1__Body *body);

/* The row as members of a JSON schema that is open: `"minLength":1,…`; nothing without one. */
void limit_schema(const ProtobufCMessageDescriptor *type, const char *field, struct buf *out);

/* Is there a fault at that place or below it? */
bool limit_broken(const struct faults *faults, const char *pointer);
/* fault_add, unless that place is broken already: one field has one fault. */
void limit_fault(struct faults *faults, const char *pointer, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
