/*
 * /aanmeldteam: whom the intake team must phone, grouped by when, and how much room the teams have. Pure: what the work list
 * and the teams answer in, a page out.
 */
#ifndef WOT_CASES_WORKLIST_H
#define WOT_CASES_WORKLIST_H

#include "web/cases/words.h"
#include "web/page.h"

/* Of those who had to be spoken to by now, how many were in time. */
struct worklist_kept {
	uint32_t kept, of;
};

struct worklist_view {
	const struct page_house *house; /* of the page as a whole */
	const Wot__V1__Worklist *list;  /* all of it */
	const Wot__V1__Teams *teams;
	const struct case_names *names;
	bool may_record; /* what came of a call */
	int64_t now_ms;
	struct worklist_kept month, year;   /* this month and this year, until today */
	const Wot__V1__WorklistPage *asked; /* whom of the list to show; NULL: all */
};
/* The team that is asked for is one that may be. */
bool worklist_knows_team(const struct worklist_view *view);
/* part: of the page, by its name, and alone; NULL: all of it. False: it has no such part. */
bool worklist_page(
	const struct worklist_view *view, const char *part, struct arena *arena, struct buf *out);
/* How its parts stand, for those who have it open (lib/live.h). */
void worklist_tell(const struct worklist_view *view, struct arena *arena, struct live *live);

#endif
