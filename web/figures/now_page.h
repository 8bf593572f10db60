/*
 * /nu: what must be done today, who waits and where, whether the quarter's norms can be reached, and the telephone. Pure:
 * KPIs in, a page out. Its parts are what is told of while it is open (lib/live.h); charts are in now_charts.c.
 *
 * A KPI that kpi.yaml does not have leaves its place empty. To add a promise: its id, in now_page.c.
 */
#ifndef WOT_NOW_PAGE_H
#define WOT_NOW_PAGE_H

#include "web/figures/asked.h"

/* asked: of nothing, by who may see all figures. part: of the page, by its name, and alone; NULL: all of it. False: it has
 * no such part. */
bool now_page(struct asked *asked, const char *part, struct buf *out);
/* How its parts stand, for those who have it open. */
struct live;
void now_tell(struct asked *asked, struct live *live);

#endif
