#include "proto/personal.h"

#include "proto/event.h"
#include "proto/field.h"
#include <pthread.h>

static bool is_personal(const field_t *field)
{
	return field->id >= FIELD_PERSONAL_FIRST && field->id < FIELD_CLASS_END;
}

/*
 * The fields of a message that are personal or lead to one that is. Most messages have none, so
 * that looking through an event costs a few compares. Made once for the two that are looked through
 * often.
 */
struct trail {
	const field_t *field;
	struct trail *below; /* NULL: the field itself is personal */
	size_t below_count;
};

static struct trail *trail_make(const ProtobufCMessageDescriptor *type, size_t *count)
{
	struct trail *trail = calloc(type->n_fields + 1, sizeof *trail);
	must(trail);
	*count = 0;
	for (unsigned i = 0; i < type->n_fields; i++) {
		struct trail step = {.field = &type->fields[i]};
		if (!is_personal(step.field)) {
			if (step.field->type != PROTOBUF_C_TYPE_MESSAGE)
				continue;
			step.below = trail_make(step.field->descriptor, &step.below_count);
			if (!step.below_count) {
				free(step.below);
				continue;
			}
		}
		trail[(*count)++] = step;
	}
	return trail;
}

static void trail_free(struct trail *trail, size_t count)
{
	for (size_t i = 0; i < count; i++)
		trail_free(trail[i].below, trail[i].below_count);
	free(trail);
}

static bool trail_finds(const struct trail *trail, size_t count, const ProtobufCMessage *message)
{
	for (const struct trail *step = trail; step < trail + count; step++) {
		size_t values = field_count(message, step->field);
		if (values && !step->below)
			return true;
		for (size_t i = 0; i < values; i++)
			if (trail_finds(step->below, step->below_count,
				    field_message(message, step->field, i)))
				return true;
	}
	return false;
}

static struct {
	const ProtobufCMessageDescriptor *type;
	struct trail *trail;
	size_t count;
} roots[] = {
	{.type = &wot__v1__event__descriptor},
	{.type = &wot__v1__submission__descriptor},
};
enum { ROOTS = sizeof roots / sizeof roots[0] };

static void roots_make(void)
{
	for (size_t i = 0; i < ROOTS; i++)
		roots[i].trail = trail_make(roots[i].type, &roots[i].count);
}

bool message_is_personal(const ProtobufCMessage *message)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, roots_make);
	for (size_t i = 0; i < ROOTS; i++)
		if (message->descriptor == roots[i].type)
			return trail_finds(roots[i].trail, roots[i].count, message);
	size_t count;
	struct trail *trail = trail_make(message->descriptor, &count);
	bool found = trail_finds(trail, count, message);
	trail_free(trail, count);
	return found;
}

static bool move_personal(ProtobufCMessage *from, ProtobufCMessage *to, struct arena *arena);

/* The same for the messages of one field: `to` gets as many, if any of them held something. */
static bool move_below(
	ProtobufCMessage *from, ProtobufCMessage *to, const field_t *field, struct arena *arena)
{
	size_t count = field_count(from, field);
	bool moved = false;
	ProtobufCMessage **parts = arena_alloc(arena, count * sizeof *parts);
	for (size_t i = 0; i < count; i++) {
		parts[i] = message_new(field->descriptor, arena);
		moved |= move_personal(field_message(from, field, i), parts[i], arena);
	}
	if (!moved)
		return false;
	field_copy(to, from, field);
	if (field->label == PROTOBUF_C_LABEL_REPEATED)
		*(ProtobufCMessage ***)field_member(to, field) = parts;
	else
		*(ProtobufCMessage **)field_member(to, field) = parts[0];
	return true;
}

/* Moves the personal fields from one message to an empty one of its type. Were there any? */
static bool move_personal(ProtobufCMessage *from, ProtobufCMessage *to, struct arena *arena)
{
	bool moved = false;
	for (unsigned i = 0; i < from->descriptor->n_fields; i++) {
		const field_t *field = &from->descriptor->fields[i];
		if (!field_count(from, field))
			continue;
		if (is_personal(field)) {
			field_copy(to, from, field);
			field_clear(from, field);
			moved = true;
		} else if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
			moved |= move_below(from, to, field, arena);
		}
	}
	return moved;
}

void message_take_personal(ProtobufCMessage *from, struct buf *out)
{
	auto_arena struct arena arena = {0};
	ProtobufCMessage *to = message_new(from->descriptor, &arena);
	if (move_personal(from, to, &arena))
		message_pack(to, out);
}

const ProtobufCFieldDescriptor *sealed_field(const ProtobufCMessageDescriptor *type)
{
	for (const field_t *field = type->fields; field < field_end(type); field++)
		if (field->descriptor == &wot__v1__sealed__descriptor)
			return field;
	return NULL;
}

Wot__V1__Sealed **body_sealed(const Wot__V1__Body *body)
{
	const ProtobufCMessage *message = body_message(body);
	const field_t *field = message ? sealed_field(message->descriptor) : NULL;
	return field ? field_member(message, field) : NULL;
}
