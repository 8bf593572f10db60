/*
 * /hoe-wij-tellen: of every KPI what it is, its norm, and since when it is counted so; all of it from kpi.yaml. Pure.
 */
#ifndef WOT_DEFINITIONS_PAGE_H
#define WOT_DEFINITIONS_PAGE_H

#include "kpi/kpi.h"
#include "web/page.h"

/* By the definition that holds at now_ms. */
void definitions_page(const struct kpis *kpis, const struct page_house *house, int64_t now_ms,
	struct arena *arena, struct buf *out);

#endif
