#include "proto/submission.h"

#include "lib/err.h"
#include "proto/door.h"
#include "proto/json.h"
#include "proto/wire.h"
#include <stdio.h>
#include <string.h>

/* ---- from JSON ---- */

/* Fills the message of a kind, and puts it in the body. */
static void fill_kind(Wot__V1__Submission *submission, const struct door *door, const json_t *json,
	struct faults *faults)
{
	char pointer[80];
	ProtobufCMessage *message = message_new(event_kind_type(door->kind), faults->arena);
	body_set(submission->body, door->kind, message);
	door_pointer(door, pointer);
	json_fill(json, message, NULL, pointer, faults);
}

/* The submission's own fields and the message's stand side by side: tell them apart. */
static void fill_flat(Wot__V1__Submission *submission, const struct door *door, json_t *json,
	struct faults *faults)
{
	const ProtobufCMessageDescriptor *type = submission->base.descriptor;
	json_auto_t *own = json_object();
	must(own);
	for (unsigned i = 0; i < type->n_fields; i++) {
		char name[64];
		json_name(type->fields[i].name, name);
		json_t *value = json_object_get(json, name);
		if (!value || type->fields[i].descriptor == &wot__v1__body__descriptor)
			continue;
		must(json_object_set(own, name, value) == 0);
		json_object_del(json, name);
	}
	json_fill(own, &submission->base, "body", "", faults);
	fill_kind(submission, door, json, faults);
}

/* Exactly one of the kinds of this path is there, below its name. */
static void fill_named(Wot__V1__Submission *submission, const struct door *first, json_t *json,
	struct faults *faults)
{
	auto_buf struct buf expected = {0};
	const struct door *door, *found = NULL;
	size_t count = 0;
	json_auto_t *own = json_copy(json);
	must(own);
	for (size_t at = 0; (door = door_next(first->daemon, &at));) {
		char pointer[80];
		if (strcmp(door->path, first->path) != 0)
			continue;
		door_pointer(door, pointer);
		buf_printf(&expected, "%s%s", expected.len ? ", " : "", pointer + 1);
		if (json_object_del(own, pointer + 1) == 0) {
			found = door;
			count++;
		}
	}
	json_fill(own, &submission->base, "body", "", faults);
	if (count != 1) {
		fault_add(faults, "", "exactly one of %s expected", expected.data);
		return;
	}
	char name[80];
	door_pointer(found, name);
	fill_kind(submission, found, json_object_get(json, name + 1), faults);
}

/* May the role send what this is, as far as its key tells? Roles go by row, not by path. */
static bool role_may_send(const struct door *first, unsigned role, const json_t *json)
{
	const struct door *door;
	for (size_t at = 0; !first->flat && (door = door_next(first->daemon, &at));) {
		char pointer[80];
		door_pointer(door, pointer);
		if (!strcmp(door->path, first->path) && json_object_get(json, pointer + 1))
			return door->roles & role;
	}
	return door_roles(first->daemon, first->path) & role;
}

int submission_from_json(const char *daemon, const char *path, unsigned role, int64_t now_ms,
	const json_t *json, Wot__V1__Submission **out, struct faults *faults)
{
	const struct door *door = door_of_path(daemon, path);
	if (!door)
		return ERR_NOT_FOUND;
	if (!role_may_send(door, role, json))
		return ERR_FORBIDDEN;
	if (!json_is_object(json)) {
		fault_add(faults, "", "an object expected");
		return ERR_INVALID;
	}
	size_t before = faults->count;
	struct arena *arena = faults->arena;
	Wot__V1__Submission *submission =
		(Wot__V1__Submission *)message_new(&wot__v1__submission__descriptor, arena);
	submission->body = (Wot__V1__Body *)message_new(&wot__v1__body__descriptor, arena);
	json_auto_t *copy = json_copy((json_t *)json);
	must(copy);
	if (door->flat)
		fill_flat(submission, door, copy, faults);
	else
		fill_named(submission, door, copy, faults);
	submission_check(submission, now_ms, faults);
	if (faults->count != before)
		return ERR_INVALID;
	*out = submission;
	return 0;
}

/* ---- from protobuf ---- */

/* "/body/closed/reason" becomes "/closed/reason", "/body/call/queue" "/queue", as JSON has it. */
static void pointers_as_in_json(const struct door *door, struct faults *faults, size_t from)
{
	if (faults->count == from)
		return;
	char pointer[80];
	char name[64];
	json_name(event_kind_name(door->kind), name);
	snprintf(pointer, sizeof pointer, "/body/%s", name);
	size_t len = strlen(pointer);
	for (size_t i = from; i < faults->count && i < FAULT_MAX; i++) {
		const char **at = &faults->items[i].pointer;
		if (!strncmp(*at, pointer, len) && (!(*at)[len] || (*at)[len] == '/'))
			*at += door->flat ? len : strlen("/body");
	}
}

int submission_from_wire(const char *daemon, unsigned role, int64_t now_ms, const uint8_t *bytes,
	size_t len, Wot__V1__Submission **out, struct faults *faults)
{
	const ProtobufCMessageDescriptor *type = &wot__v1__submission__descriptor;
	size_t before = faults->count;
	uint32_t kind = submission_kind(bytes, len);
	const struct door *door = door_of_kind(daemon, kind);
	if (kind && !door) {
		fault_add(faults, "/body", "is not submitted here");
		return ERR_INVALID;
	}
	if (door && !(door->roles & role))
		return ERR_FORBIDDEN;
	wire_check(type, bytes, len, WIRE_OUTSIDE, "", faults);
	if (!door) {
		if (faults->count == before)
			fault_add(faults, "/body", "required");
		return ERR_INVALID;
	}
	pointers_as_in_json(door, faults, before);
	/* what is broken in its form may still be read, so that all its faults are told at once */
	Wot__V1__Submission *submission =
		(Wot__V1__Submission *)message_unpack(type, bytes, len, faults->arena);
	if (submission)
		submission_check(submission, now_ms, faults);
	else if (faults->count == before)
		fault_add(faults, "", "not a Submission");
	if (faults->count != before)
		return ERR_INVALID;
	*out = submission;
	return 0;
}
