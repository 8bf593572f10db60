#include "daemons/case/facts.h"

#include "lib/clean.h"
#include "proto/field.h"

#define FACTS (&wot__v1__case_facts__descriptor)

/* `cleared` speaks of the other columns and is none itself. */
static bool is_column(const field_t *field)
{
	return field->offset != offsetof(Wot__V1__CaseFacts, cleared);
}

void facts_apply(Wot__V1__CaseFacts *facts, const Wot__V1__CaseFacts *change)
{
	for (unsigned i = 0; i < FACTS->n_fields; i++) {
		const field_t *field = &FACTS->fields[i];
		if (is_column(field) && field_count(&change->base, field))
			field_copy(&facts->base, &change->base, field);
	}
	for (size_t i = 0; i < change->n_cleared; i++) {
		const field_t *field =
			protobuf_c_message_descriptor_get_field(FACTS, change->cleared[i]);
		if (field)
			field_clear(&facts->base, field);
	}
}

static bool value_equal(const field_t *field, const void *one, const void *other)
{
	if (field->type == PROTOBUF_C_TYPE_STRING)
		return strcmp(*(char *const *)one, *(char *const *)other) == 0;
	if (field->type == PROTOBUF_C_TYPE_BYTES) {
		const ProtobufCBinaryData *a = one, *b = other;
		return a->len == b->len && memcmp(a->data, b->data, a->len) == 0;
	}
	return memcmp(one, other, field_size(field)) == 0;
}

static bool column_equal(
	const ProtobufCMessage *one, const ProtobufCMessage *other, const field_t *field)
{
	size_t count = field_count(one, field);
	if (count != field_count(other, field))
		return false;
	for (size_t i = 0; i < count; i++)
		if (!value_equal(field, field_item(one, field, i), field_item(other, field, i)))
			return false;
	return true;
}

Wot__V1__CaseFacts *facts_between(
	const Wot__V1__CaseFacts *before, const Wot__V1__CaseFacts *after, struct arena *arena)
{
	Wot__V1__CaseFacts *change = (void *)message_new(FACTS, arena);
	change->cleared = arena_alloc(arena, FACTS->n_fields * sizeof *change->cleared);
	bool changed = false;
	for (unsigned i = 0; i < FACTS->n_fields; i++) {
		const field_t *field = &FACTS->fields[i];
		if (!is_column(field) || column_equal(&before->base, &after->base, field))
			continue;
		changed = true;
		if (field_count(&after->base, field))
			field_copy(&change->base, &after->base, field);
		else
			change->cleared[change->n_cleared++] = field->id;
	}
	return changed ? change : NULL;
}

void facts_keep(Wot__V1__CaseFacts *facts, struct pool *pool)
{
	for (unsigned i = 0; i < FACTS->n_fields; i++) {
		const field_t *field = &FACTS->fields[i];
		size_t count = field_count(&facts->base, field);
		void *member = field_member(&facts->base, field);
		if (!is_column(field) || !count)
			continue;
		if (field->label == PROTOBUF_C_LABEL_REPEATED) {
			must(!field_is_pointer(field) && field->type != PROTOBUF_C_TYPE_BYTES);
			void **list = member;
			*list = pool_keep(pool, *list, count * field_size(field));
		} else if (field->type == PROTOBUF_C_TYPE_STRING) {
			char **text = member;
			*text = pool_keep(pool, *text, strlen(*text));
		} else if (field->type == PROTOBUF_C_TYPE_BYTES) {
			ProtobufCBinaryData *bytes = member;
			bytes->data = pool_keep(pool, bytes->data, bytes->len);
		}
	}
}
