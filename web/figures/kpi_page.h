/*
 * /cijfers/ID: one figure in depth: its norm, what it is made of, its months, how it is counted, for whom it goes well, and
 * the last cases for whom it did not. Pure: what was asked in, a page out.
 */
#ifndef WOT_KPI_PAGE_H
#define WOT_KPI_PAGE_H

#include "web/figures/asked.h"

/* asked: answered, of one KPI. */
int kpi_page(struct asked *asked, struct buf *out, struct why *why);

#endif
