/*
 * /jaarverslag/YEAR and its files, YEAR/data/ among them. The public gets what was published (shelf.h) and nothing else, so
 * what came in late cannot be read off two versions. Who has signed in gets the report as it would be published now; a viewer
 * only where it was not published yet. Only a PDF is never made here: a daemon starts no program. Of a year that there is
 * nothing of, a page says so.
 */
#ifndef WOT_REPORT_PAGE_H
#define WOT_REPORT_PAGE_H

#include "report/answer.h"
#include "web/page.h"

enum report_reader { REPORT_PUBLIC, REPORT_VIEWER, REPORT_STAFF };
struct report_page {
	const char *named; /* "2025", "2025.csv", "2025/data/", "2025/data/figures.csv" */
	enum report_reader reader;
	const struct report_sources *sources;
	const struct config *config;
	const struct kpis *kpis;
	struct report_asked asked; /* its day, logs and names */
	const struct page_house *house;
};
struct report_paper {
	const char *type, *headers;
	unsigned status;
};
/* ERR_NOT_FOUND, ERR_DIVERGED. */
int report_page(const struct report_page *page, struct report_paper *paper, struct buf *out,
	struct why *why);

#endif
