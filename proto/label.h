/*
 * Values of enumerations in Dutch. To add one: a row in label.def.
 */
#ifndef WOT_LABEL_H
#define WOT_LABEL_H

#include <protobuf-c/protobuf-c.h>

/* NULL: it has none. */
const char *label_of(const ProtobufCEnumDescriptor *type, int value);

#endif
