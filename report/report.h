/*
 * The annual report as figures: those that an outline names (outline.h), of a year, as of the end of a day, with what the norms
 * say of them. Pure: counters in, one struct out, from which it is written as HTML (view.h), CSV and JSON
 * (file.h). So nothing is said that is not in it, and what is hidden is hidden everywhere.
 *
 * What must add up is checked on all figures, before any is hidden. Then, unless it is internal, each is what a viewer
 * would be told who asks for it (figures/suppress.h). Two are no viewer's question, and have rules of their own:
 *
 *   classes of days              all of them are shown, or none: where one counts few people, or one of the figures that
 *                                the outline names beside them is hidden
 *   by the definition before     hidden where the figure of now is, or one that the outline names beside it, and where
 *                                so few people lie between the two
 *
 * The day of which it is, and the time that it bears, come from the logs or from who asks: never from a clock.
 */
#ifndef WOT_REPORT_H
#define WOT_REPORT_H

#include "figures/figure.h"
#include "figures/published.h"
#include "figures/query.h"
#include "lib/daemon.h"
#include "report/outline.h"

enum { REPORT_HASH_LEN = 32, REPORT_QUARTERS = 4, REPORT_MONTHS = 12 };

/* Up to where a log was read. */
struct report_log {
	uint64_t seq;
	int64_t written_at_ms;         /* 0: it is empty */
	uint8_t hash[REPORT_HASH_LEN]; /* of its last block */
};
struct report_asked {
	uint32_t year;
	int32_t as_of; /* what was recorded by the end of that day; the year is over when this is past it */
	bool internal; /* nothing is hidden */
	bool rows_counted; /* of rows nothing but how many is read: what they measure is not looked at */
	int64_t suppress_below;
	int32_t complete_from;
	const char *town;
	bool synthetic;
	struct report_log logs[STREAM_COUNT];
	const struct figure_names *names;
	const struct published *published;
};
struct report {
	struct report_asked asked;
	const struct outline *outline;
	const struct kpis *kpis;
	struct period period; /* the year, as far as it has come */
	bool is_over;
	uint32_t definition;
	struct figure *figures;
	const struct outline_need **needs; /* of each */
	size_t count;
};

/* ERR_NOT_FOUND: a year without figures; ERR_CONFIG: the outline names what the KPIs of then do not have;
 * ERR_DIVERGED: what must add up does not, `why` names the two numbers. */
int report_make(struct report *out, const struct outline *outline, const struct kpis *kpis,
	const struct report_asked *asked, struct why *why);
void report_done(struct report *report);
#define auto_report auto_clean(report_done)

/* When the last block of the logs was written, and never a clock's time: the same log gives the same report. */
int64_t report_made_ms(const struct report_asked *asked);
/* by NULL: not split; index: which quarter or month, from 0. NULL: it is not there. */
const struct figure *report_figure(const struct report *report, const char *id, const char *by);
const struct figure *report_part(
	const struct report *report, const char *id, enum outline_span span, size_t index);
/* By the definition before. */
const struct figure *report_otherwise(const struct report *report, const char *id);
/* Of a split; NULL. */
const struct figure_row *report_row(const struct figure *figure, const char *key);

#endif
