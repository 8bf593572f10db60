/*
 * /aanmeldteam/{caseId} and /aanmeldteam/signaal/{client}:{ref}: one entry of the work list, with the form for what came of
 * the call. Pure.
 */
#ifndef WOT_CASES_ENTRY_H
#define WOT_CASES_ENTRY_H

#include "web/cases/form.h"

struct entry_view {
	const struct page_house *house;
	const Wot__V1__WorklistItem
		*item; /* what is not on the list any more has its case_id or case_ref alone */
	bool is_listed;
	const struct case_names *names;
	const struct form_fields *fields; /* NULL: who looks may record nothing */
	const struct form_wrong *wrong;   /* why it was refused; NULL */
	int64_t now_ms;
};
void entry_page(const struct entry_view *view, struct arena *arena, struct buf *out);

#endif
