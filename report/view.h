/*
 * The report as HTML: a body that a page of ours or a file by itself holds, and that file.
 */
#ifndef WOT_REPORT_VIEW_H
#define WOT_REPORT_VIEW_H

#include "report/report.h"
#include "web/pages.html.h"

/* Texts live in the arena. */
void report_view(const struct report *report, struct arena *arena, struct html_report_body *out);
/* One file, with its style. */
void report_html(const struct report *report, struct buf *out);

#endif
