/*
 * What pages say of a figure, in words and numbers. Texts are made in the arena.
 */
#ifndef WOT_PAGE_FIGURE_H
#define WOT_PAGE_FIGURE_H

#include "figures/figure.h"
#include "lib/arena.h"
#include "web/page.h"

extern const char page_not_measured[]; /* where a number would stand */

/* A value of it, or why there is none; seconds as tables have them. */
const char *page_cell(
	const struct figure *figure, bool hidden, bool known, double value, struct arena *arena);
/* "72–78%"; NULL where what is not known changes nothing worth a word. */
const char *page_bounds(const struct figure *figure, struct arena *arena);
/* "meer dan 300 per kwartaal"; NULL: there is none, or it is another KPI that is held to it. */
const char *page_norm(const struct kpi *kpi, const struct norm *norm, struct arena *arena);
/* It has no figure, and none is hidden, though it is held to a norm. */
bool page_is_unmeasured(const struct figure *figure);
/* A label as it stands after a number: "binnen 4 weken". */
const char *page_low(const char *label, struct arena *arena);
const char *page_unit(enum kpi_unit unit); /* "Een percentage." */
struct html_verdict page_verdict(const struct figure *figure, struct arena *arena);

#endif
