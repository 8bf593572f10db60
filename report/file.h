/*
 * The report as data: each figure with all that is known of it, as CSV and JSON.
 */
#ifndef WOT_REPORT_FILE_H
#define WOT_REPORT_FILE_H

#include "report/report.h"

/* A row a figure, and one for each row of its split. */
void report_csv(const struct report *report, struct buf *out);
/* The figures as GET /v1/kpis has them, and of which logs they were made. */
/* Of what it is: members of an object that is open. */
void report_head_print(const struct report *report, struct buf *out);
void report_json(const struct report *report, struct buf *out);

#endif
