/*
 * The form in which the intake team says what came of a call, and the submission that it is to be. A form has a ref of its own,
 * made with it, so that a double click counts once; what it says happened when the form was opened, so that both clicks say
 * the same. Pure.
 */
#ifndef WOT_CASES_FORM_H
#define WOT_CASES_FORM_H

#include "lib/fault.h"
#include "proto/door.pb-c.h"
#include "web/cases/words.h"
#include "web/page.h"

/* As a browser sends them; "" and NULL: nothing was chosen. */
struct form_fields {
	const char *external_ref, *outcome, *care_weight, *team, *redirected_to;
};

/* What is wrong with it, in Dutch; NULL: nothing. whole: what no field alone is to blame for. */
struct form_wrong {
	const char *whole, *outcome, *care_weight, *team, *redirected_to;
};

/* seed: what two forms that are opened at one instant differ in. */
const char *form_ref(int64_t now_ms, const char *seed, struct arena *arena);

/* The submission about that entry of the list, in the arena; its case or signal is to be known. ERR_INVALID. */
int form_submission(const struct form_fields *fields, const Wot__V1__WorklistItem *item,
	int64_t now_ms, struct arena *arena, Wot__V1__Submission **out, struct form_wrong *wrong);

/* Why a submission was refused. */
struct form_wrong form_refused(int err, const struct faults *faults);

/* teams: those that may be chosen. wrong may be NULL. */
struct html_screening_form form_view(const struct page_house *house,
	const struct form_fields *fields, const struct form_wrong *wrong,
	const Wot__V1__WorklistItem *item, const struct case_names *names, struct arena *arena);

#endif
