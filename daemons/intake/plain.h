/*
 * A submission as it may stand in the log: a message without its fields of 90 to 99.
 */
#ifndef WOT_INTAKE_PLAIN_H
#define WOT_INTAKE_PLAIN_H

#include "proto/event.h"

/* A copy in the arena, without what is personal in it or in the messages below it; texts and lists
 * are shared with the original. */
ProtobufCMessage *message_plain(const ProtobufCMessage *message, struct arena *arena);

#endif
