#include "daemons/intake/plain.h"

#include "proto/field.h"

ProtobufCMessage *message_plain(const ProtobufCMessage *message, struct arena *arena)
{
	const ProtobufCMessageDescriptor *type = message->descriptor;
	ProtobufCMessage *plain = arena_dup(arena, message, type->sizeof_message);
	for (unsigned i = 0; i < type->n_fields; i++) {
		const field_t *field = &type->fields[i];
		size_t count = field_count(message, field);
		if (field->id >= FIELD_PERSONAL_FIRST) {
			field_clear(plain, field);
		} else if (field->type == PROTOBUF_C_TYPE_MESSAGE && count) {
			must(field->label != PROTOBUF_C_LABEL_REPEATED);
			ProtobufCMessage **member = field_member(plain, field);
			*member = message_plain(field_message(message, field, 0), arena);
		}
	}
	return plain;
}
