/*
 * The figures that have to be known to say what of another one is hidden: each is gathered once, when it is first asked
 * for, and counts only. What is hidden of them suppress.c decides.
 */
#ifndef WOT_ANSWER_H
#define WOT_ANSWER_H

#include "figures/figure.h"
#include "figures/suppress/relate.h"

enum { MONTHS = 3, QUARTERS = FIGURE_QUARTERS, ANSWER_LISTS = 4096 };

/* The figure of a KPI in a month, quarter or year, by one dimension or none, and what of it is hidden so far. */
struct answer {
	struct figure figure;
	bool tells; /* of a total: what a hidden row of another one counts; so it is hidden, with its rows */
	bool withheld;       /* not even which rows there are */
	bool taken;          /* it was asked for; else it is kept until it is */
	struct answer *next; /* in its list */
};
struct answers {
	const struct kpis *kpis;
	struct relations relations;
	const struct figure_names *names;
	int64_t below;
	const struct kpi *people[KPI_MAX]; /* those that count people, and may hide of each other */
	size_t people_count;
	struct answer **items; /* those that were asked for, in that order */
	size_t count, room;
	struct answer *lists[ANSWER_LISTS]; /* all, by what they are of */
	bool changed;                       /* more is hidden, or there are more answers */
	/* What of: what has to be, then what is chosen to hide with it (suppress.c). */
	enum { HIDE_SMALL, HIDE_WITH, HIDE_SUMS, HIDE_YEARS, HIDE_YEAR_SUMS } step;
};

/* All under one definition. */
void answers_init(struct answers *out, const struct kpis *kpis, const struct figure_names *names,
	uint32_t definition);
void answers_done(struct answers *answers);
/* Of an answer of these: a total, a row, or how many are unknown. */
void answers_hide(struct answers *answers, bool *hidden);
/* That of what a viewer asked, which need not be gathered again, and of its total. */
void answer_asked(struct answers *answers, const struct figure *asked);
/* NULL: there is no such answer. */
struct answer *answer_get(struct answers *answers, const struct kpi *kpi, int32_t from, int32_t to,
	const struct figure *like, const struct dimension *by);
struct answer *answer_like(
	struct answers *answers, const struct kpi *kpi, const struct figure *like, bool split);
/* The row of a key; NULL: it has none. */
struct figure_row *answer_row(const struct answer *answer, const char *key);
bool answer_hides_row(const struct answer *answer, const char *key);
/* Those of the quarters of a year until `end`, or of the months of a quarter; 0: they are not there. */
size_t answer_parts(struct answers *answers, const struct figure *figure, int32_t from, int32_t end,
	int months, struct answer *out[QUARTERS]);

#endif
