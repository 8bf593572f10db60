/*
 * Questions to the KPIs, and their answers: `kpi` gives figures, `explain` the rows behind one, `compare`
 * one by two definitions, `forecast` what it takes to reach a norm.
 * JSON is as INTERFACES says under "KPI as JSON"; the tables are for people. Asked of all KPIs, what is filtered
 * leaves out those that do not have the dimension, and what is split leaves those unsplit.
 */
#ifndef WOT_QUERY_H
#define WOT_QUERY_H

#include "figures/filter.h"
#include "figures/published.h"
#include "lib/buf.h"
#include "lib/clean.h"
#include "lib/fault.h"
#include "proto/read.pb-c.h"

enum query_format { QUERY_JSON, QUERY_CSV, QUERY_TEXT };

struct query {
	const char *id;     /* of a KPI; NULL: all */
	const char *period; /* period.h; NULL: year */
	const char *by;     /* "ward", "month" or "ward,age"; NULL: as the KPI is shown */
	const char *where[FILTER_MAX]; /* "ward=ZUID,OOST"; all of them must hold */
	size_t where_count;
	uint32_t
		definition; /* a year, whose definition is taken; 0: that of the period's last year */
	uint32_t other;     /* compare: the year of the other definition */
	enum beside beside; /* kpi: the period that figures are held beside */
	int32_t today;
	int32_t as_of; /* of what was recorded by that evening; 0: of all. Whoever asks chooses the facts by it */
	bool has_up_to; /* of what each log had up to there, besides */
	uint64_t up_to[STREAM_COUNT];
	int32_t complete_from;             /* the day from which figures are complete */
	uint64_t marks[STREAM_COUNT];      /* the last seq that was folded, of each log */
	const struct figure_names *names;  /* NULL: keys only */
	const struct published *published; /* NULL: nothing was */
	enum query_format format;
	bool blank; /* looks at no row: no number, a row for all that there could be (blank.c) */
};

/* Adds a filter, whose text is borrowed. ERR_INVALID: there are too many. */
int query_where_add(struct query *query, const char *text, struct why *why);
/* As it would have been said on that evening, where that is over. */
void query_as_of(struct query *query, int32_t day);
/* What the parameters of a GET ask, whichever of them the message has (read.proto); texts lie in the faults' arena.
 * ERR_INVALID: with the faults, or why. */
int query_take(const struct kpis *kpis, const ProtobufCMessage *parameters, struct faults *faults,
	struct query *query, struct why *why);
/* Whether there is such a dimension to filter by, of any KPI; names: those that there are. */
bool query_has_dimension(const struct kpis *kpis, const char *name, struct buf *names);

/* ERR_NOT_FOUND: no such KPI; ERR_INVALID: a period, dimension, filter or definition that there is
 * not; ERR_TOO_LARGE. `why` lists what there is. out is added to on success only. */
struct figures {
	struct figure *items;
	size_t count;
};
void figures_done(struct figures *figures);
#define auto_figures auto_clean(figures_done)
int query_figures(
	const struct kpis *kpis, const struct query *query, struct figures *out, struct why *why);
/* The same as a text. */
int query_kpi(const struct kpis *kpis, const struct query *query, struct buf *out, struct why *why);

/*
 * A row of each case, contact or call that gives something to the figure, with its days and what it gives;
 * count, of and unknown add up to those of the same figure under the same filters. query->id is needed, and no by:
 * rows are filtered, not split.
 * There may be a row for each case there ever was, so they are written piece by piece.
 */
struct explain;
/* The query is not needed after it. The KPIs are borrowed: they stay as they are until the end, or until
 * explain_keep. */
int explain_open(
	struct explain **out, const struct kpis *kpis, const struct query *query, struct why *why);
bool explain_more(struct explain *explain, struct buf *out); /* false: that was all */
/* KPIs over facts that no longer change, for all who read rows of that moment: the last one frees them. */
struct kept;
struct kept *kept_new(
	struct facts *facts, struct kpis *kpis); /* both are taken; the first use is yours */
struct kept *kept_use(struct kept *kept);
void kept_leave(struct kept **kept); /* may be NULL */
/* Goes on with KPIs that say the same, over facts that are the same; takes that use. */
void explain_keep(struct explain *explain, struct kept *kept);
void explain_close(struct explain **explain);
/* The same, of an answer that is asked for in pieces. */
bool explain_on_more(void *explain, struct buf *out);
void explain_on_close(void *explain);
/* The first rows behind `after`, which is `next` of the page before, or NULL; as JSON has them. */
int explain_page(const struct kpis *kpis, const struct query *query, const char *after,
	size_t limit, Wot__V1__KpiRows *out, struct arena *arena, struct why *why);

/* One KPI by the definitions of two years, what lies between them, and how many cases are counted otherwise.
 * Without a period: the year before this one. */
int query_compare(
	const struct kpis *kpis, const struct query *query, struct buf *out, struct why *why);

/* The same as the answer that read.proto has. */
int query_comparison(const struct kpis *kpis, const struct query *query, Wot__V1__Comparison *out,
	struct arena *arena, struct why *why);

/* Who must start by when in this quarter; forecast.h. ERR_NOT_FOUND: kpi.yaml has none. */
int query_forecast(
	const struct kpis *kpis, const struct query *query, struct buf *out, struct why *why);

/* ERR_INVALID: no name of a period that stands beside another. */
int query_beside_parse(const char *text, enum beside *beside, struct why *why);
/* A sequence number of each log: 120,33,45. ERR_INVALID. */
int query_up_to_parse(const char *text, struct query *query, struct why *why);
/* ERR_INVALID: not written as 2025 is. */
int query_year_parse(const char *text, uint32_t *year, struct why *why);

/* Shared by them: the KPI, period and definition that are asked for. kpi is NULL when all are. */
struct query_scope {
	const struct kpi *kpi;
	struct period period;
	uint32_t definition;
};
int query_scope_find(const struct kpis *kpis, const struct query *query, struct query_scope *out,
	struct why *why);
/* The definition that holds in a year; 0: in the period's last. */
int query_definition(
	const struct kpis *kpis, uint32_t year, struct query_scope *scope, struct why *why);
/* The filters that are asked for, of one formula. */
int query_filters(const struct formula *formula, const struct query *query, struct filters *out,
	struct why *why);
/* The figure that is asked for, of one KPI. */
int query_figure(const struct query *query, const struct query_scope *scope, const struct kpi *kpi,
	struct figure *out, struct why *why);

#endif
