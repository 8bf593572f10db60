/*
 * Who was spoken to in time, of those who had to be phoned by now: as the KPI first_contact_within_5_working_days counts
 * them (config/kpi.yaml), for who phones and may not see figures.
 */
#ifndef WOT_TRIAGE_ON_TIME_H
#define WOT_TRIAGE_ON_TIME_H

#include "daemons/triage/state.h"

struct on_time {
	uint32_t kept, of;
};
/* Of this month and of this year, until today. */
void on_time_count(
	const struct triage *triage, int32_t today, struct on_time *month, struct on_time *year);

#endif
