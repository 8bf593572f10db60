/*
 * The charts of the report, each drawn narrow and wide, with a table of the same values. From the report's figures alone.
 */
#ifndef WOT_REPORT_CHART_H
#define WOT_REPORT_CHART_H

#include "report/report.h"
#include "web/pages.html.h"

/* What they share while a report is written. */
struct chart_pen {
	const struct report *report;
	struct arena *arena;
	unsigned number; /* of the last chart: ids are unique in a page */
};

/* Fills markup and table; false: nothing of it may be shown, or is there. */
bool report_chart(struct chart_pen *pen, const struct outline_chart *chart,
	struct html_report_table *table, struct html *drawn);
struct html report_cover_chart(struct chart_pen *pen);
struct html report_norms_chart(struct chart_pen *pen);

#endif
