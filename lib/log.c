#include "lib/log.h"

#include "lib/err.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *const level_names[] = {"debug", "info", "warning", "error", "fatal"};

static struct {
	const char *daemon;
	enum log_level level;
} log_state = {"wot", LOG_INFO};

void log_init(const char *daemon, enum log_level level)
{
	log_state.daemon = daemon;
	log_state.level = level;
}

void log_set_level(enum log_level level)
{
	log_state.level = level;
}

int log_level_parse(const char *name, enum log_level *level)
{
	for (unsigned i = 0; i < sizeof level_names / sizeof *level_names; i++) {
		if (strcmp(name, level_names[i]) == 0) {
			*level = (enum log_level)i;
			return 0;
		}
	}
	return ERR_INVALID;
}

/* One write a line, so that lines of threads and processes that share stderr do not mix. */
void log_line(enum log_level level, const char *event, const char *format, ...)
{
	if (level < log_state.level)
		return;
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	struct tm utc;
	gmtime_r(&now.tv_sec, &utc);
	char line[2048];
	size_t len = strftime(line, sizeof line, "time=%Y-%m-%dT%H:%M:%S", &utc);
	len += (size_t)snprintf(line + len, sizeof line - len,
		".%03ldZ level=%s daemon=%s event=%s ", now.tv_nsec / 1000000, level_names[level],
		log_state.daemon, event);
	va_list args;
	va_start(args, format);
	int more = vsnprintf(line + len, sizeof line - len, format, args);
	va_end(args);
	len = more < 0 ? len : len + (size_t)more;
	if (len > sizeof line - 2)
		len = sizeof line - 2;
	line[len++] = '\n';
	if (write(STDERR_FILENO, line, len) < 0)
		return; /* nowhere left to say so */
}
