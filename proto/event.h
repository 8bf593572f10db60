/*
 * Events as bytes and as structs. Nothing else packs and unpacks them (pack.c, unpack.c); the messages
 * are event.proto's. To add an event, start there.
 */
#ifndef WOT_EVENT_H
#define WOT_EVENT_H

#include "lib/arena.h"
#include "lib/buf.h"
#include "proto/door.pb-c.h"
#include "proto/event.pb-c.h"
#include <stdbool.h>
#include <stdint.h>

enum {
	EVENT_ID_LEN = 16,
	FIELD_WOT_FIRST = 80,      /* event.proto: set by wot, refused from outside */
	FIELD_PERSONAL_FIRST = 90, /* event.proto: never in an event */
	FIELD_CLASS_END = 100,
	KIND_MAX = 200, /* tags of Body stay below */
};

/* Appends the event's bytes. A field of 90 to 99 anywhere in it is an assertion: it would be a leak. */
void event_pack(const Wot__V1__Event *event, struct buf *out);
/* NULL when the bytes are no Event. The struct and all in it live in the arena. */
Wot__V1__Event *event_unpack(const uint8_t *bytes, size_t len, struct arena *arena);
/* Same for any message of proto/ that a feed or a door receives. */
ProtobufCMessage *message_unpack(const ProtobufCMessageDescriptor *type, const uint8_t *bytes,
	size_t len, struct arena *arena);
/* Appends the message's bytes, fields in order of their numbers; what was unknown when it was unpacked is
 * left behind: it would be in our log with nobody seeing it. */
void message_pack(const ProtobufCMessage *message, struct buf *out);

/* The kind (tag in Body) of a packed event, found without unpacking; 0 when there is none. */
Wot__V1__Body__KindCase event_kind(const uint8_t *bytes, size_t len);
/* The same of a packed Submission. */
Wot__V1__Body__KindCase submission_kind(const uint8_t *bytes, size_t len);
/* "call", "case_routed": the field's name in Body; NULL for a tag that this version does not know. */
const char *event_kind_name(uint32_t kind);

/* Body's message of that tag, as descriptor; NULL when unknown. */
const ProtobufCMessageDescriptor *event_kind_type(uint32_t kind);
/* The message inside a body, whichever it is. NULL when none is set. */
ProtobufCMessage *body_message(const Wot__V1__Body *body);
/* Sets the body to a message of that kind; takes no copy. */
void body_set(Wot__V1__Body *body, Wot__V1__Body__KindCase kind, ProtobufCMessage *message);
/* A zeroed, initialised message of that type in the arena. */
ProtobufCMessage *message_new(const ProtobufCMessageDescriptor *type, struct arena *arena);

#endif
