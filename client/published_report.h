/*
 * A report that `wotctl report --json` made, by this version or another, read again: report/file.c writes it. What is
 * not known here is passed over, what is missing is refused. Pure.
 */
#ifndef WOT_CLIENT_PUBLISHED_REPORT_H
#define WOT_CLIENT_PUBLISHED_REPORT_H

#include "lib/buf.h"
#include "lib/daemon.h"
#include "lib/err.h"
#include <jansson.h>
#include <stdint.h>

struct published_log {
	uint64_t seq;
	const char *hash; /* NULL: it was empty */
};
struct published_report {
	json_t *json; /* all else lies in it */
	int year;
	const char *as_of;
	struct published_log logs[STREAM_COUNT];
	json_t *figures;
};
/* One of them; texts are words of the stats socket's line. */
struct published_figure {
	const char *id, *by; /* NULL: not split */
	const char *from, *to;
	int definition;
	json_t *json;
};

/* The numbers of a figure and of a row; null: not known, or hidden. NULL-terminated. */
extern const char *const published_numbers[];     /* that both have */
extern const char *const published_spread[];      /* of what is measured: missing elsewhere */
extern const char *const published_figure_only[]; /* low, high */

/* ERR_INVALID: it is none; `why` says where, as a JSON pointer or a line. */
int published_read(const char *text, size_t len, struct published_report *out, struct why *why);
void published_report_done(struct published_report *report);
#define auto_published auto_clean(published_report_done)
struct published_figure published_figure(const struct published_report *report, size_t index);

#endif
