/*
 * Orders the annual report from a running wot-aggregate, and puts it where it is wanted. Only the PDF is made here, by
 * chromium (report_pdf.c): a daemon starts no program.
 */
#ifndef WOT_CLIENT_REPORT_H
#define WOT_CLIENT_REPORT_H

#include "lib/err.h"
#include <stdbool.h>

enum { REPORT_PDF_MAX = 64 << 20 };

struct report_order {
	const char *year, *as_of; /* as_of NULL: the day of the log's last block */
	const char *format;       /* "html", "pdf", "csv", "json" */
	const char *data;         /* a folder to put the data in, in place of a format; NULL */
	const char *out;          /* a file; NULL: standard output */
	const char *check; /* a published JSON to hold against the log (report_check.h); NULL */
	bool internal;
	bool publish; /* all formats, to DIR/aggregate/published/YEAR; format and out are not looked at */
};
/* As it is typed: YEAR [--as-of DAY] [--html|--pdf|--csv|--json] [--internal] [-o FILE], YEAR --data DIR, YEAR --publish, or --check FILE. */
int report_order_read(int argc, char **argv, struct report_order *order, struct why *why);
/* dir: of the daemons. ERR_USAGE: no such report; ERR_IO: aggregate made none, `why` says why. Nothing is written where it fails. */
int report_order(const char *dir, const struct report_order *order, struct why *why);

/* Prints a file of HTML to another of PDF. dated: the time that it bears, as PDF writes it. ERR_NOT_FOUND: there is no
 * chromium, and `why` says what to install. */
int report_pdf(const char *html, const char *pdf, const char *dated, struct why *why);

#endif
