/*
 * The charts that are published with a report: /charts/ID/KIND.svg as the public gets it. Each is drawn of a figure of the
 * report, as that hides it; nothing stands beside it that the report does not have, so no month and no year before.
 */
#ifndef WOT_REPORT_CHART_FILES_H
#define WOT_REPORT_CHART_FILES_H

#include "report/report.h"

enum { REPORT_CHART_NAME = 192 };
/* The name of its file; by NULL: not split. False: there is none of that name. */
bool report_chart_name(const char *id, const char *by, const char *kind, unsigned width,
	char name[REPORT_CHART_NAME]);

/* Of the whole year, each kind that it can be, at both widths. */
typedef void report_chart_fn(void *arg, const char *name, const struct buf *svg);
void report_charts(const struct report *report, report_chart_fn *on_chart, void *arg);

#endif
