/*
 * /cijfers: what all figures come to in two sentences, which norms are met, what differs from last year, the months, and
 * every figure. Pure: what was asked in, a page out.
 */
#ifndef WOT_FIGURES_PAGE_H
#define WOT_FIGURES_PAGE_H

#include "web/figures/asked.h"

/* asked: answered, of all KPIs. */
void figures_page(struct asked *asked, struct buf *out);

#endif
