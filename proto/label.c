#include "proto/label.h"

#include "proto/event.pb-c.h"
#include "proto/field.h"

static const struct {
	const ProtobufCEnumDescriptor *type;
	const char *name, *label;
} rows[] = {
#define LABEL(type, value, text) {&wot__v1__##type##__descriptor, #value, text},
#include "proto/label.def"
#undef LABEL
};

const char *label_of(const ProtobufCEnumDescriptor *type, int value)
{
	const char *name = enum_name(type, value);
	for (size_t i = 0; name && i < sizeof rows / sizeof *rows; i++) {
		if (rows[i].type == type && !strcmp(rows[i].name, name))
			return rows[i].label;
	}
	return NULL;
}
