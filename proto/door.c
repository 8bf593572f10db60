#include "proto/door.h"

#include "proto/name.h"
#include <pthread.h>
#include <string.h>

/* The words of door.def, as it writes them. */
enum {
#define ROLE(name, reads, who) name = ROLE_##name,
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
static const struct door *of_kind[KIND_MAX];

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
		if (!of_kind[field->id])
			of_kind[field->id] = &doors[i];
	}
}

static void doors_need(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, doors_make);
}

const struct door *door_next(const char *daemon, size_t *at)
{
	doors_need();
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
	doors_need();
	const struct door *door = kind < KIND_MAX ? of_kind[kind] : NULL;
	return door && daemon && strcmp(door->daemon, daemon) != 0 ? NULL : door;
}

void door_pointer(const struct door *door, char out[80])
{
	out[0] = door->flat ? 0 : '/';
	out[1] = 0;
	if (!door->flat)
		json_name(event_kind_name(door->kind), out + 1);
}
