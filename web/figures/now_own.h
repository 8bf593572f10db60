/*
 * What the files of /nu share: questions to KPIs, working days, and what its parts leave for the sentences at the top.
 */
#ifndef WOT_NOW_OWN_H
#define WOT_NOW_OWN_H

#include "web/figures/drawn.h"
#include "web/figures/now_page.h"

struct now {
	struct asked *asked;
	struct arena *arena;
	int32_t today;
	long long ending, late_contacts; /* promises: of today, and of a first contact, too late */
	long long callbacks;             /* to be made today at the latest */
	const char *callback_term;       /* NULL: nobody says */
	struct {
		const char *
			name; /* of the team where most wait too long; NULL: there is no such one */
		long long late, waiting;
	} most;
	enum verdict phone; /* of today */
};

/* now_ask.c */
/* False: there is no such KPI, or it is not split so. */
bool now_figures(const struct now *now, const char *id, const char *by, int32_t from, int32_t to,
	struct figures *out);
/* Its total; 0 where it is not known. */
long long now_total(const struct figures *figures);
const char *now_count(const struct now *now, long long number);
bool now_works(const struct now *now, int32_t day);
/* "1 mens", "2 mensen" */
void now_people(long long count, struct buf *out);

/* now_charts.c */
void now_teams_fill(struct now *now, struct html_now_teams *out);
void now_forecast_fill(struct now *now, struct html_now_forecast *out);
void now_phone_fill(struct now *now, struct html_now_phone *out);
void now_course_fill(struct now *now, struct html_now_course *out);

#endif
