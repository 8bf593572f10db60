#include "proto/role.h"

#include "lib/clean.h"
#include "lib/err.h"
#include <pthread.h>
#include <string.h>

static const struct {
	const char *name;
	unsigned reads;
	struct role_person person; /* called NULL: a system */
} roles[ROLE_COUNT] = {
#define PERSON(called, home)                                                                       \
	{                                                                                          \
		called, home                                                                       \
	}
#define SYSTEM                                                                                     \
	{                                                                                          \
		NULL, NULL                                                                         \
	}
#define ROLE(name, reads, who) {#name, reads, who},
#include "proto/role.def"
#undef ROLE
#undef PERSON
#undef SYSTEM
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
			reads |= roles[i].reads | (roles[i].person.called ? READ_PAGES : 0);
	return reads;
}

const struct role_person *role_person(unsigned role)
{
	for (size_t i = 0; i < ROLE_COUNT; i++)
		if (role == 1u << i && roles[i].person.called)
			return &roles[i].person;
	return NULL;
}
