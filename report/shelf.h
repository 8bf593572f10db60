/*
 * What was published: a folder a year, which client/report.c puts there, all of it in one step. The public gets what lies
 * there and nothing else.
 */
#ifndef WOT_REPORT_SHELF_H
#define WOT_REPORT_SHELF_H

#include "lib/err.h"
#include "proto/read.pb-c.h"
#include "web/page.h"

#define REPORT_PUBLISHED "aggregate/published" /* in the folder of the daemons */

/* format: "html", "csv", "json", "pdf"; or the name of a file of the data. False: it is not there. */
bool shelf_read(uint32_t year, const char *format, struct buf *out);

/* A chart that was published, named "help_requests/balk.svg"; of no period: of the newest year. ERR_NOT_FOUND. */
int shelf_chart(
	const char *named, const Wot__V1__ChartPage *asked, struct buf *out, struct why *why);

/* /bestanden: every year that was published, with its files, how large they are, and what they are for. */
void shelf_page(const struct page_house *house, struct buf *out);
/* "12 kB" */
const char *shelf_size(uint64_t bytes, struct arena *arena);

#endif
