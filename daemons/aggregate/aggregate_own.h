/*
 * wot-aggregate's side of the stage: it keeps the tally of all that the feeds bring (tally.h), and answers
 * questions on the stats socket and over HTTP. To add a command: a row in aggregate_commands.
 */
#ifndef WOT_AGGREGATE_OWN_H
#define WOT_AGGREGATE_OWN_H

#include "config/lists.h"
#include "daemons/aggregate/mirror/mirror.h"
#include "daemons/aggregate/tally.h"
#include "report/answer.h"
#include "stage/stage.h"
#include "web/figures/asked.h"
#include "web/figures/now_page.h"

struct aggregate {
	struct stage *stage;
	struct tally *tally;
	struct mirror *mirror; /* of triage */
	struct tally_options options;
	struct buf kpi_yaml, calendar_yaml; /* as they were at the start */
	struct lists lists;                 /* the wards' names and households */
	struct figure_names names;
	struct report_sources sources;
	struct past *past; /* the one that is folded beside it; NULL */
};

extern const struct ctl_command aggregate_commands[]; /* question.c */

int aggregate_open(void **ctx, struct stage *stage, struct why *why);
void aggregate_close(void **ctx);
int aggregate_reload(void *ctx, struct why *why);
int aggregate_check(const struct config *config, struct why *why);
void aggregate_fold(void *ctx, size_t feed, const uint8_t *event, size_t len, uint64_t seq);
void aggregate_fold_replayed(void *ctx);
uint64_t aggregate_left_out(void *ctx);

/* Below which count of people a role sees no number; 0: it sees all. */
int64_t aggregate_below(const struct aggregate *aggregate, unsigned role);
/* Figures as a role may see them: in full, or what a viewer may ask for without what is hidden. */
int aggregate_figures(const struct aggregate *aggregate, unsigned role, const struct kpis *kpis,
	const struct query *query, struct figures *out, struct why *why);

/* What every question is asked with. */
void aggregate_query(const struct aggregate *aggregate, struct query *query);

/* What a page is asked of (figures_page.c); by what, its parameters say. */
struct asked aggregate_asked(const struct aggregate *aggregate, const struct get_query *query);
/* And /nu, besides. */
struct now_given aggregate_now(const struct aggregate *aggregate, const struct get_query *query);

extern get_fn *const aggregate_gets[]; /* read.c */

#endif
