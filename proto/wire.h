/*
 * Protobuf bytes as they are on the wire, driven by the generated descriptors.
 *
 * wire_check refuses what protobuf-c would let pass: unknown fields, a singular field twice, two
 * members of a oneof, a wrong wire type, a missing required field, an unknown enumeration value, a
 * number too big for its type, bad UTF-8, an embedded NUL; recursively. wire_read reads a few named
 * fields without unpacking the rest (50 ns instead of 480).
 */
#ifndef WOT_WIRE_H
#define WOT_WIRE_H

#include "lib/fault.h"
#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stdint.h>

enum wire_from {
	WIRE_OUTSIDE, /* fields of 80 to 89 are refused as unknown ones are */
	/* Of a log: fields of 90 to 99 are refused, and an identifier has its length. What a later version
	 * added to a message is passed over; a value that it added is refused. */
	WIRE_OWN,
};

/* Faults are added with lowerCamelCase JSON pointers below `pointer`. 0 or ERR_INVALID. */
int wire_check(const ProtobufCMessageDescriptor *type, const uint8_t *bytes, size_t len,
	enum wire_from from, const char *pointer, struct faults *faults);

/* A field that was read. Repeated enums and small numbers (below 64) read as a set of bits. */
struct wire_value {
	bool present;
	uint64_t number;     /* varints, fixed (sign-extended), bools, enums; the set of bits */
	const uint8_t *data; /* strings, bytes, messages: borrowed from the bytes */
	size_t len;
};

/*
 * A plan reads a set of fields, named by their path ("body.call.event", "facts.closed_on"), in one
 * pass. wire_plan_new returns NULL and fills `unknown` with the first path that does not exist.
 */
struct wire_plan;
struct wire_plan *wire_plan_new(const ProtobufCMessageDescriptor *type, const char *const *paths,
	size_t count, const char **unknown);
void wire_plan_free(struct wire_plan *plan);
/* values has `count` entries, in the order of the paths; all are set. ERR_INVALID on broken bytes. */
int wire_read(
	const struct wire_plan *plan, const uint8_t *bytes, size_t len, struct wire_value *values);

#endif
