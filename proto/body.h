/*
 * The body of an event or a submission: one message of many kinds. A kind is its tag in Body (event.proto).
 */
#ifndef WOT_BODY_H
#define WOT_BODY_H

#include "lib/arena.h"
#include "proto/event.pb-c.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	FIELD_WOT_FIRST = 80,      /* event.proto: set by wot, refused from outside */
	FIELD_PERSONAL_FIRST = 90, /* event.proto: never in an event */
	FIELD_CLASS_END = 100,
	KIND_MAX = 200, /* tags of Body stay below */
};

/* The kind (tag in Body) of a packed event, found without unpacking; 0 when there is none. */
Wot__V1__Body__KindCase event_kind(const uint8_t *bytes, size_t len);
/* The same of a packed Submission. */
Wot__V1__Body__KindCase submission_kind(const uint8_t *bytes, size_t len);
/* "call", "case_routed": the field's name in Body; NULL for a tag that this version does not know. */
const char *event_kind_name(uint32_t kind);

/* Body's field of that tag; NULL when unknown. */
const ProtobufCFieldDescriptor *body_field(uint32_t kind);
/* Body's message of that tag, as descriptor; NULL when unknown. */
const ProtobufCMessageDescriptor *event_kind_type(uint32_t kind);
/* The message inside a body, whichever it is. NULL when none is set. */
ProtobufCMessage *body_message(const Wot__V1__Body *body);
/* Sets the body to a message of that kind; takes no copy. */
void body_set(Wot__V1__Body *body, Wot__V1__Body__KindCase kind, ProtobufCMessage *message);
/* A zeroed, initialised message of that type in the arena. */
ProtobufCMessage *message_new(const ProtobufCMessageDescriptor *type, struct arena *arena);

#endif
