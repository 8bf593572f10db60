/*
 * What pages say of a figure, in words and numbers. Texts are kept in the arena; `text` is room to write in, and empty
 * again afterwards.
 */
#ifndef WOT_PAGE_FIGURE_H
#define WOT_PAGE_FIGURE_H

#include "figures/figure.h"
#include "lib/arena.h"
#include "web/page.h"

extern const char page_not_measured[]; /* where a number would stand */

/* Its total, or why there is none. */
const char *page_value(const struct figure *figure, struct buf *text, struct arena *arena);
/* NULL where what is not known changes nothing worth a word. */
const char *page_bounds(const struct figure *figure, struct buf *text, struct arena *arena);
/* "meer dan 300 per kwartaal"; NULL: there is none. */
const char *page_norm(
	const struct kpi *kpi, const struct norm *norm, struct buf *text, struct arena *arena);
const char *page_unit(enum kpi_unit unit); /* "Een percentage." */
struct html_verdict page_verdict(const struct figure *figure);

#endif
