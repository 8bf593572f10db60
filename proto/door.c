#include "proto/door.h"

#include "lib/err.h"
#include "proto/json.h"
#include "proto/place.h"
#include "proto/wire.h"
#include <pthread.h>
#include <stdio.h>
#include <string.h>

/* ---- roles ---- */

static const struct {
	const char *name;
	unsigned reads;
} roles[ROLE_COUNT] = {
#define ROLE(name, reads) {#name, reads},
#include "proto/role.def"
#undef ROLE
};

static char role_names[ROLE_COUNT][24]; /* in lower case, made once */

static void roles_make(void)
{
	for (size_t i = 0; i < ROLE_COUNT; i++) {
		const char *name = roles[i].name;
		must(strlen(name) < sizeof role_names[i]);
		for (size_t at = 0; name[at]; at++)
			role_names[i][at] = (char)(name[at] == '_' ? '_' : name[at] - 'A' + 'a');
	}
}

static const char *role_name_at(size_t index)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, roles_make);
	return role_names[index];
}

int role_parse(const char *name, unsigned *role)
{
	for (size_t i = 0; i < ROLE_COUNT; i++)
		if (!strcmp(name, role_name_at(i))) {
			*role = 1u << i;
			return 0;
		}
	return ERR_NOT_FOUND;
}

const char *role_name(unsigned role)
{
	for (size_t i = 0; i < ROLE_COUNT; i++)
		if (role == 1u << i)
			return role_name_at(i);
	return NULL;
}

unsigned role_may_read(unsigned role)
{
	unsigned reads = 0;
	for (size_t i = 0; i < ROLE_COUNT; i++)
		if (role & 1u << i)
			reads |= roles[i].reads;
	return reads;
}

/* ---- the table ---- */

/* The words of door.def, as it writes them. */
enum {
#define ROLE(name, reads) name = ROLE_##name,
#include "proto/role.def"
#undef ROLE
};
enum { NAMED, FLAT };

static const struct {
	enum daemon_index daemon;
	const char *path;
	bool flat;
	const char *kind;
	unsigned roles;
} rows[] = {
#define DOOR(daemon, path, flat, kind, roles) {DAEMON_##daemon, path, flat, #kind, roles},
#include "proto/door.def"
#undef DOOR
};
enum { DOORS = sizeof rows / sizeof rows[0] };

static struct door doors[DOORS];

static void doors_make(void)
{
	for (size_t i = 0; i < DOORS; i++) {
		const ProtobufCFieldDescriptor *field =
			protobuf_c_message_descriptor_get_field_by_name(
				&wot__v1__body__descriptor, rows[i].kind);
		must(field);
		doors[i] = (struct door){
			.daemon = daemon_rows[rows[i].daemon].name,
			.path = rows[i].path,
			.flat = rows[i].flat,
			.has_case = daemon_rows[rows[i].daemon].has_cases,
			.kind = (Wot__V1__Body__KindCase)field->id,
			.roles = rows[i].roles | ROLE_OPERATOR,
		};
	}
}

const struct door *door_next(const char *daemon, size_t *at)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, doors_make);
	while (*at < DOORS) {
		const struct door *door = &doors[(*at)++];
		if (!daemon || !strcmp(door->daemon, daemon))
			return door;
	}
	return NULL;
}

const struct door *door_of_path(const char *daemon, const char *path)
{
	const struct door *door;
	for (size_t at = 0; (door = door_next(daemon, &at));)
		if (!strcmp(door->path, path))
			return door;
	return NULL;
}

unsigned door_roles(const char *daemon, const char *path)
{
	unsigned all = 0;
	const struct door *door;
	for (size_t at = 0; (door = door_next(daemon, &at));)
		if (!strcmp(door->path, path))
			all |= door->roles;
	return all;
}

const struct door *door_of_kind(const char *daemon, uint32_t kind)
{
	const struct door *door;
	for (size_t at = 0; (door = door_next(NULL, &at));)
		if (door->kind == kind)
			return daemon && strcmp(door->daemon, daemon) != 0 ? NULL : door;
	return NULL;
}

void door_pointer(const struct door *door, char out[80])
{
	out[0] = door->flat ? 0 : '/';
	out[1] = 0;
	if (!door->flat)
		json_name(event_kind_name(door->kind), out + 1);
}

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
