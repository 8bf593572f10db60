/*
 * Events as bytes and as structs. Nothing else packs and unpacks them (pack.c, unpack.c); the messages
 * are event.proto's. To add an event, start there.
 */
#ifndef WOT_EVENT_H
#define WOT_EVENT_H

#include "lib/arena.h"
#include "lib/buf.h"
#include "lib/fault.h"
#include "proto/body.h"
#include "proto/door.pb-c.h"

enum { EVENT_ID_LEN = 16 };

/* Appends the event's bytes. A field of 90 to 99 anywhere in it is an assertion: it would be a leak. */
void event_pack(const Wot__V1__Event *event, struct buf *out);
/* NULL when the bytes are no Event. The struct and all in it live in the arena. */
Wot__V1__Event *event_unpack(const uint8_t *bytes, size_t len, struct arena *arena);
/* Looks closely at what another daemon, or this one before, put in a log: whoever reads on finds its members as
 * the messages promise them, a kind and values that this version knows, the names and the case that an event of
 * its kind has. 0, or ERR_INVALID with faults. */
int event_check(const uint8_t *bytes, size_t len, struct faults *faults);
/* The event of bytes that event_check let pass. */
Wot__V1__Event *event_checked(const uint8_t *bytes, size_t len, struct arena *arena);
/* Both. NULL with faults, in whose arena the event lives. */
Wot__V1__Event *event_take(const uint8_t *bytes, size_t len, struct faults *faults);
/* Same for any message of proto/ that a feed or a door receives. */
ProtobufCMessage *message_unpack(const ProtobufCMessageDescriptor *type, const uint8_t *bytes,
	size_t len, struct arena *arena);
/* Appends the message's bytes, fields in order of their numbers; what was unknown when it was unpacked is
 * left behind: it would be in our log with nobody seeing it. */
void message_pack(const ProtobufCMessage *message, struct buf *out);

#endif
