/*
 * What a page of figures is asked for by its address, and the figures that answer it: of the period, beside another one,
 * and month by month. Pure: KPIs in, figures out. The pages are figures_page.h and kpi_page.h.
 *
 * Who may not see all figures sees this year so far and years that are over, without filters and without months, and of
 * figures what suppress.h leaves.
 */
#ifndef WOT_ASKED_H
#define WOT_ASKED_H

#include "figures/query.h"
#include "lib/arena.h"
#include "web/figure_rows.h"
#include "web/page_figure.h"
#include "web/text_nl.h"

struct asked {
	/* As it was asked; NULL: not. */
	const char *period, *beside, *ward, *team, *definition;
	const char *id; /* of a KPI; NULL: all of them */

	/* What it is asked of. */
	const struct kpis *kpis;
	struct query
		query; /* names, what was published, today, complete_from; the rest is filled in */
	const struct page_house *house; /* who looks at it */
	int64_t now_ms;
	int64_t hidden_below; /* 0: all may be seen */
	struct arena *arena;

	/* The answer. */
	struct period span, then_span;
	enum beside which;
	struct figures now;
	struct figures then;   /* where small numbers are hidden, else figures have it with them */
	struct figures months; /* by month, from January of the year before on */
	struct figures stocks; /* as of 4 weeks before, of stocks */
	unsigned charts;       /* that were drawn so far, as their ids are numbered */
};

/* ERR_NOT_FOUND, ERR_INVALID, ERR_FORBIDDEN, with `why`. To be done with also then. */
int asked_answer(struct asked *asked, struct why *why);
void asked_done(struct asked *asked);
#define auto_asked auto_clean(asked_done)

bool asked_in_full(const struct asked *asked);
/* A figure of `now` by month; NULL: its months are not shown. */
const struct figure *asked_months(const struct asked *asked, const struct figure *figure);
/* The KPI split, in the period or in the one that it stands beside. ERR_INVALID: it is not split by that. */
int asked_split(const struct asked *asked, const char *id, const char *by,
	const struct period *period, struct figures *out);

/* What stands beside a figure. */
struct then {
	enum text_then which;
	bool known, hidden;
	double value;
	enum difference difference;
	double apart; /* judge.h */
};
struct then asked_then(const struct asked *asked, const struct figure *figure);
bool is_stock(const struct formula *formula);

/* Of what is not measured in the period: the first year after it in which it is, this one too while it runs; 0: nobody
 * says. And the sentence that tells so. */
int asked_next(const struct asked *asked, const struct figure *figure);
bool asked_is_year(const struct asked *asked); /* a whole one, or as much of it as there is */
void asked_say_unmeasured(const struct asked *asked, const struct figure *figure, struct buf *out);

/* ---- for the pages ---- */

struct html_filter asked_filter(const struct asked *asked);
/* What follows the ? of an address that asks the same of another page; NULL: nothing was asked. */
const char *asked_address(const struct asked *asked);
/* The same of /v1/kpis as CSV, one KPI by month. NULL: who looks may not ask for it there. */
const char *asked_csv(const struct asked *asked);
/* Of /v1/kpis/ID/rows, as CSV, all of them. NULL: as above. */
const char *asked_rows_csv(const struct asked *asked);
const char *period_text(const struct period *period, struct arena *arena);
const char *heading_text(const struct period *period, const char *otherwise, struct arena *arena);
const char *moment_text(const struct asked *asked);
/* The periods of which /live tells figures; NULL ends them. */
extern const char *const live_periods[];
/* The one of these of which a page shows the same figures; NULL: of none. */
const char *asked_live(const struct asked *asked);
/* "Bijgewerkt …", or by what was recorded when. */
const char *stand_text(const struct asked *asked);

#endif
