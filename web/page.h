/*
 * What every page has, and the page that says why there is none.
 */
#ifndef WOT_PAGE_H
#define WOT_PAGE_H

#include "lib/arena.h"
#include "lib/buf.h"
#include "web/pages.html.h"

/* Headers, as of http_respond: of everything for a browser, and of a page. */
extern const char page_security[], page_headers[];
extern const char page_to_figures[]; /* of a 302 */

struct page_house {
	const char *town; /* "Schiedam" */
	bool synthetic;   /* the figures are those of a city that does not exist */
};
struct html_top page_top(const struct page_house *house);

/* What was written, for as long as the answer is made; the buffer is empty again. */
const char *page_text(struct buf *text, struct arena *arena);

/* Why there is no page, and what to do. Returns its headers. */
const char *page_refusal(const struct page_house *house, unsigned status, struct buf *out);

#endif
