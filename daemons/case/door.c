#include "daemons/case/door.h"

#include "config/lists.h"
#include "lib/calendar.h"

struct case_door {
	struct stage *stage;
	struct lists lists;
};

int case_door_prepare(void *ctx, struct admission *admission)
{
	struct case_door *door = ctx;
	const Wot__V1__Submission *submission = admission->submission;
	const Wot__V1__Body *body = submission->body;
	struct faults *faults = admission->faults;
	int32_t day = calendar_day_of(submission->occurred_at);
	if (body->kind_case == WOT__V1__BODY__KIND_CORRECTED)
		lists_check_ward(&door->lists, body->corrected->ward, "/corrected/ward", faults);
	if (body->kind_case == WOT__V1__BODY__KIND_CLOSED)
		lists_check_organisation(&door->lists, body->closed->redirected_to, day,
			"/closed/redirectedTo", faults);
	if (body->kind_case == WOT__V1__BODY__KIND_HANDOVER_OFFERED)
		lists_check_organisation(&door->lists, body->handover_offered->to, day,
			"/handoverOffered/to", faults);
	return faults->count ? ERR_INVALID : 0;
}

const struct lists *case_door_lists(void *ctx)
{
	const struct case_door *door = ctx;
	return &door->lists;
}

int case_door_reload(void *ctx, struct why *why)
{
	struct case_door *door = ctx;
	return lists_load(&door->lists, stage_config(door->stage), why);
}

int case_door_open(void **ctx, struct stage *stage, struct why *why)
{
	struct case_door *door = calloc(1, sizeof *door);
	must(door);
	door->stage = stage;
	*ctx = door;
	return case_door_reload(door, why);
}

void case_door_close(void **ctx)
{
	struct case_door *door = *ctx;
	lists_done(&door->lists);
	free(door);
	*ctx = NULL;
}
