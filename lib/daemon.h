/*
 * Which daemons there are, and which logs. To add one: a row in daemon.def.
 */
#ifndef WOT_DAEMON_H
#define WOT_DAEMON_H

#include <stdbool.h>

enum daemon_index {
#define DAEMON(name, NAME, feeds, log, door, pages) DAEMON_##NAME,
#include "lib/daemon.def"
#undef DAEMON
	DAEMON_COUNT,
	/* In other tables: a row of all of them, and of those that have pages. */
	DAEMON_EVERY = DAEMON_COUNT,
	DAEMON_PAGES
};

/* The logs, each under the name of the daemon that writes it. */
enum stream {
#define STREAM_LOG(NAME) STREAM_##NAME,
#define STREAM_NO_LOG(NAME)
#define DAEMON(name, NAME, feeds, log, door, pages) STREAM_##log(NAME)
#include "lib/daemon.def"
#undef DAEMON
#undef STREAM_LOG
#undef STREAM_NO_LOG
	STREAM_COUNT
};
extern const char *const stream_names[STREAM_COUNT]; /* "intake", "triage", "case" */

struct daemon_row {
	const char *name;
	const char *feeds[STREAM_COUNT + 1]; /* the streams it reads, NULL-terminated */
	bool has_log, has_door, has_cases;   /* has_cases: what its door takes names one */
	bool has_pages;
};
extern const struct daemon_row daemon_rows[DAEMON_COUNT];

/* The index of a name, or -1. */
int daemon_find(const char *name);
int stream_find(const char *name);

#endif
