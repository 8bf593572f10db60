/*
 * What the pages of aggregate share (figures_page.c, definitions_page.c), most of it texts. To add one: CONTRIBUTING, "A page".
 */
#ifndef WOT_PAGE_TEXT_H
#define WOT_PAGE_TEXT_H

#include "core/get.h"
#include "daemons/aggregate/aggregate_own.h"
#include "web/page.h"

struct page_house page_house_of(const struct aggregate *aggregate);

/* What was written, for as long as the answer is made; the buffer is empty again. */
const char *page_text(struct buf *text, struct arena *arena);
/* "meer dan 300 per kwartaal"; NULL: there is none. */
const char *page_norm(
	const struct kpi *kpi, const struct norm *norm, struct buf *text, struct arena *arena);

#endif
