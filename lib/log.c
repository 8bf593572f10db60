#include "lib/log.h"

#include "lib/err.h"
#include <stdarg.h>
#include <stdbool.h>
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

/* An event is one line, also where what is said has several: those are set apart by "; ". */
static size_t line_join(const char *said, char *out, size_t room)
{
	size_t len = 0;
	for (; *said && len + 2 < room; said++) {
		bool ends = *said == '\n' && (!said[1] || said[1] == '"');
		if (*said != '\n')
			out[len++] = (unsigned char)*said < ' ' ? ' ' : *said;
		else if (!ends)
			len += (size_t)sprintf(out + len, "; ");
	}
	return len;
}

/* One write a line, so that lines of threads and processes that share stderr do not mix. */
static void line_write(enum log_level level, const char *event, const char *format, va_list args)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	struct tm utc;
	gmtime_r(&now.tv_sec, &utc);
	char line[2048];
	size_t len = strftime(line, sizeof line, "time=%Y-%m-%dT%H:%M:%S", &utc);
	len += (size_t)snprintf(line + len, sizeof line - len,
		".%03ldZ level=%s daemon=%s event=%s ", now.tv_nsec / 1000000, level_names[level],
		log_state.daemon, event);
	char said[sizeof line] = "";
	vsnprintf(said, sizeof said, format, args);
	len += line_join(said, line + len, sizeof line - len);
	line[len++] = '\n';
	if (write(STDERR_FILENO, line, len) < 0)
		return; /* nowhere left to say so */
}

void log_line(enum log_level level, const char *event, const char *format, ...)
{
	if (level < log_state.level)
		return;
	va_list args;
	va_start(args, format);
	line_write(level, event, format, args);
	va_end(args);
}

void log_asked(const char *event, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	line_write(LOG_INFO, event, format, args);
	va_end(args);
}
