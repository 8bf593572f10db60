/*
 * /zaken/{caseId}: the life of a case, its promises, and why it went where it went. Nothing of the person. Pure.
 */
#ifndef WOT_CASES_CASE_H
#define WOT_CASES_CASE_H

#include "web/cases/words.h"
#include "web/page.h"

struct case_view {
	const struct page_house *house;
	const Wot__V1__Case *of;
	const struct case_names *names;
	bool has_more; /* more happened than `of` tells */
	int64_t now_ms;
};
void case_page(const struct case_view *view, struct arena *arena, struct buf *out);

#endif
