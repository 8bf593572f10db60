/*
 * /nu: what must be done today, who waits and where, whether the quarter's norms can be reached, and the telephone. Pure:
 * KPIs and what triage answers in, a page out. Its parts are what is told of while it is open (lib/live.h); the list is in
 * now_list.c, teams in now_teams.c, other charts in now_charts.c.
 *
 * A KPI that kpi.yaml does not have leaves its place empty. To add a promise: its row, in now_page.c.
 */
#ifndef WOT_NOW_PAGE_H
#define WOT_NOW_PAGE_H

#include "web/figures/asked.h"

struct now_given {
	const Wot__V1__Worklist *worklist; /* all of it; NULL: nobody can say */
	const Wot__V1__Teams *teams;       /* likewise */
	const char *promise, *period; /* what the list is of; NULL: of today, and of what is late */
};

/* asked: of nothing, by who may see all figures. part: of the page, by its name, and alone; NULL: all of it. ERR_INVALID: it
 * has no such part, or there is no such promise or period. */
int now_page(struct asked *asked, const struct now_given *given, const char *part, struct buf *out,
	struct why *why);
/* How its parts stand, for those who have it open. */
struct live;
void now_tell(struct asked *asked, const struct now_given *given, struct live *live);

#endif
