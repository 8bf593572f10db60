/*
 * The log of a daemon: logfmt on stderr, an event a line, no personal data, ever.
 *
 *	log_info("store_opened", "stream=%s seq=%" PRIu64, name, seq);
 *	→ level=info daemon=intake event=store_opened stream=intake seq=12
 *
 * Values that may hold a blank are written between quotes by the caller: why="%s".
 */
#ifndef WOT_LOG_H
#define WOT_LOG_H

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR, LOG_FATAL };

void log_init(const char *daemon, enum log_level level);
void log_set_level(enum log_level level);
int log_level_parse(const char *name, enum log_level *level);
void log_line(enum log_level level, const char *event, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* What somebody asked for on the admin socket: of level info, and there whatever the level is. */
void log_asked(const char *event, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define log_debug(...) log_line(LOG_DEBUG, __VA_ARGS__)
#define log_info(...) log_line(LOG_INFO, __VA_ARGS__)
#define log_warning(...) log_line(LOG_WARNING, __VA_ARGS__)
#define log_error(...) log_line(LOG_ERROR, __VA_ARGS__)
#define log_fatal(...) log_line(LOG_FATAL, __VA_ARGS__)

#endif
