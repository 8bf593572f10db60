/*
 * /aanmeldteam: whom the intake team must phone, grouped by when, and how much room the teams have. Pure: what the work list
 * and the teams answer in, a page out.
 */
#ifndef WOT_CASES_WORKLIST_H
#define WOT_CASES_WORKLIST_H

#include "web/cases/words.h"
#include "web/page.h"

struct worklist_view {
	const struct page_house *house;
	const Wot__V1__Worklist *list; /* all of it */
	const Wot__V1__Teams *teams;
	const struct case_names *names;
	bool may_record; /* what came of a call */
	int64_t now_ms;
};
void worklist_page(const struct worklist_view *view, struct arena *arena, struct buf *out);

#endif
