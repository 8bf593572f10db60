/*
 * Fields of 90 to 99 hold a person (event.proto). Where they are follows from the descriptors, so a
 * new field with such a number is protected as soon as it is written down.
 */
#ifndef WOT_PERSONAL_H
#define WOT_PERSONAL_H

#include "lib/buf.h"
#include "proto/event.pb-c.h"
#include <stdbool.h>

/* Is a field of 90 to 99 set, in it or in a message below it? */
bool message_is_personal(const ProtobufCMessage *message);

/* Takes fields 90 to 99 out of `from` and out of the messages below it, and appends them packed, as
 * a message of the same type; nothing when there are none. This is what is sealed. */
void message_take_personal(ProtobufCMessage *from, struct buf *out);

/* The field `sealed` of a message of that type; NULL: it has none, so it cannot hold a person. */
const ProtobufCFieldDescriptor *sealed_field(const ProtobufCMessageDescriptor *type);
/* Where the body's message keeps what was sealed; NULL when it has no such field. */
Wot__V1__Sealed **body_sealed(const Wot__V1__Body *body);

#endif
