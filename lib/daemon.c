#include "lib/daemon.h"

#include <string.h>

/* The words of daemon.def. */
#define FEEDS(...) __VA_ARGS__, NULL
enum { NO_LOG, LOG };
enum { NO_DOOR, DOOR, CASE_DOOR };
enum { NO_PAGES, PAGES };

const struct daemon_row daemon_rows[DAEMON_COUNT] = {
#define DAEMON(called, NAME, streams, log, door, pages)                                            \
	{.name = #called,                                                                          \
		.feeds = {streams},                                                                \
		.has_log = (log) == LOG,                                                           \
		.has_door = (door) != NO_DOOR,                                                     \
		.has_cases = (door) == CASE_DOOR,                                                  \
		.has_pages = (pages) == PAGES},
#include "lib/daemon.def"
#undef DAEMON
};

const char *const stream_names[STREAM_COUNT] = {
#define NAME_LOG(name) #name,
#define NAME_NO_LOG(name)
#define DAEMON(name, NAME, feeds, log, door, pages) NAME_##log(name)
#include "lib/daemon.def"
#undef DAEMON
};

int daemon_find(const char *name)
{
	for (int i = 0; i < DAEMON_COUNT; i++)
		if (!strcmp(daemon_rows[i].name, name))
			return i;
	return -1;
}

int stream_find(const char *name)
{
	for (int i = 0; i < STREAM_COUNT; i++)
		if (!strcmp(stream_names[i], name))
			return i;
	return -1;
}
