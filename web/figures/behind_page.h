/*
 * /cijfers/ID/zaken: the rows behind a figure, 50 a page; and the table of them, also for the page of the figure. Pure.
 */
#ifndef WOT_BEHIND_PAGE_H
#define WOT_BEHIND_PAGE_H

#include "figures/behind.h"
#include "web/figures/asked.h"

/* asked: answered, of one KPI; after: the mark of the row that the page before ended with, or NULL. ERR_FORBIDDEN: who
 * may not see small numbers sees no rows. */
int behind_page(struct asked *asked, const char *after, struct buf *out, struct why *why);
struct html_cases behind_view(
	const struct asked *asked, const struct behind *behind, const char *caption);
/* The KPI's own question, for behind_find. */
struct query behind_query(const struct asked *asked);

#endif
