/*
 * What the files of /nu share: questions to KPIs, working days, and what its parts leave for each other.
 */
#ifndef WOT_NOW_OWN_H
#define WOT_NOW_OWN_H

#include "web/figures/drawn.h"
#include "web/figures/now_page.h"

/* What must be done by a day. */
struct now_promise {
	const char *
		id; /* of the KPI that counts what is not done yet, on the day by which it must be */
	bool is_contact; /* a first one */
	bool fades; /* who is not called back soon never is: late is what was due on the working day before */
	enum {
		OF_FIGURE,
		OF_CONTACT,
		OF_REACTION,
		OF_SIGNALS
	} listed; /* where the list has it from */
};
enum { NOW_PROMISES = 6 };
extern const struct now_promise now_promises[NOW_PROMISES];

enum now_column {
	NOW_LATE,
	NOW_TODAY,
	NOW_AHEAD,
	NOW_WEEK = 5,
	NOW_NEXT_WEEK = NOW_AHEAD + NOW_WEEK,
	NOW_COLUMNS
};
/* From a day until one that is not in it. What ends on a day without work stands on the working day before it. */
struct now_days {
	int32_t from, until;
	const char *label, *when;
};

struct now {
	struct asked *asked;
	const struct now_given *given;
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
	struct now_days columns[NOW_COLUMNS];
	int32_t next; /* the first day after today by which something must be done; 0: none is near */
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

/* now_promises.c */
void now_promises_fill(struct now *now, struct html_now_promises *out);
/* The column of the promise: what is late ends sooner with some. */
struct now_days now_days_of(
	const struct now *now, const struct now_promise *promise, enum now_column column);
const char *now_period(const struct now *now, const struct now_days *days);

/* now_list.c */
void now_list_fill(struct now *now, struct html_now_list *out);
/* Everything that a list may have, for those who have some of it open. */
void now_list_fill_all(struct now *now, struct html_now_list *out);

/* now_teams.c */
void now_teams_fill(struct now *now, struct html_now_teams *out);
const char *now_team(const struct now *now, const char *key); /* its name; NULL: it has none */

/* now_charts.c */
struct html_figure now_figure(struct now *now, const char *title, drawn_fn *draw, const void *what);
void now_forecast_fill(struct now *now, struct html_now_forecast *out);
void now_phone_fill(struct now *now, struct html_now_phone *out);
void now_course_fill(struct now *now, struct html_now_course *out);

#endif
