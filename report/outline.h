/*
 * What stands in the annual report, in its order, and what must add up in it: report.yaml. Pure: a text in, an outline or
 * errors out. To add a figure to the report: name it there.
 *
 * A sentence is a text with fields between braces, which a reader's number takes the place of:
 *
 *	{started_within_4_weeks}            the figure, as people read its unit: 76%
 *	{closures:# traject|# trajecten}    a number in words for one and for more: 1.054 trajecten
 *	{help_requests/ward=ZUID}           the share that a row has of the whole: 16%
 *	{help_requests/ward.most}           the largest two, each with its share
 *	{goals_met.norm}                    what its norm is, as a sentence of its own
 *	{goals_met.judged}                  that, and whether it is met
 *
 * `takes` in outline_say.c has all that can follow the point. A sentence of which a number is not known, or not shown, is left
 * out; sentences that hold no number of their own (norm, judged, doubt, earlier) say nothing then.
 */
#ifndef WOT_REPORT_OUTLINE_H
#define WOT_REPORT_OUTLINE_H

#include "kpi/kpi.h"
#include "lib/buf.h"

enum { OUTLINE_PARTS_MAX = 24, OUTLINE_REFS_MAX = 12 };

enum outline_take {
	TAKE_VALUE,
	TAKE_COUNT,   /* of a share: how many */
	TAKE_OF,      /* of how many */
	TAKE_UNKNOWN, /* of how many it is not known */
	TAKE_HALF,    /* of days: half has no more */
	TAKE_NINE,    /* nine of ten have no more */
	TAKE_PART,    /* "allemaal", "geen", "46 van de 48" */
	TAKE_MOST,    /* of a split: its largest two */
	TAKE_LEAST,   /* its smallest */
	TAKE_TOP,     /* the share of its largest */
	TAKE_TOP_NAME,
	TAKE_NORM,    /* whole sentences: the norm */
	TAKE_JUDGED,  /* the norm, and whether it is met */
	TAKE_DOUBT,   /* what it can be, with what is not known */
	TAKE_EARLIER, /* what was published of the year before */
};
static inline bool take_is_sentence(enum outline_take take)
{
	return take >= TAKE_NORM;
}

/* A figure; by: split so; key: a row of it. */
struct outline_ref {
	const char *id, *by, *key;
};
struct outline_part {
	const char *text; /* NULL: a field */
	struct outline_ref ref;
	enum outline_take take;
	const char *one, *more; /* with a # for the number; NULL: the number alone */
};
struct outline_say {
	const struct outline_part *parts;
	size_t count;
};
struct outline_says {
	const struct outline_say *items;
	size_t count;
};
struct outline_ids {
	const char *items[OUTLINE_REFS_MAX];
	size_t count;
};

struct outline_brief {
	const char *id;           /* whose verdict stands beside it */
	struct outline_says says; /* the first stands out */
};
struct outline_goal {
	const char *title;
	struct outline_ids figures;
	const char *note; /* of its numbers; NULL */
};

enum outline_chart_kind {
	OUTLINE_NO_CHART,
	OUTLINE_QUARTERS, /* figures, stacked, a bar a quarter */
	OUTLINE_BARS,     /* the rows of a split */
	OUTLINE_PARTS,    /* the rows of a split as parts of one bar */
	OUTLINE_COLUMNS,  /* classes of days */
	OUTLINE_SHARES,   /* figures, each on its line */
	OUTLINE_UNKNOWNS, /* figures of what is not known, largest first */
};
struct outline_chart {
	enum outline_chart_kind kind;
	const char *title;
	struct outline_ref split; /* BARS, PARTS, COLUMNS */
	struct outline_ids figures;
	const char *of;               /* BARS: whose number is the whole; NULL: the split's own */
	uint32_t first;               /* BARS: so many; 0: all */
	uint32_t cut;                 /* COLUMNS: the last class within the norm */
	const char *norm;             /* COLUMNS, QUARTERS: the figure that is held to it */
	struct outline_ids hide_with; /* COLUMNS: not shown where one of these is not */
	const char *read;             /* how to read it */
};
struct outline_paragraph {
	const char *head; /* what it is about; NULL */
	struct outline_says says;
};
/* A figure of the report: one number large, sentences, a chart. */
struct outline_piece {
	const char *id, *title;
	struct outline_say large, under; /* the number, and what it is */
	const char *judged;              /* the figure whose missed norm colours it; NULL */
	struct outline_paragraph *paragraphs;
	size_t paragraph_count;
	struct outline_chart chart;
};
struct outline_word {
	const char *word, *id;
	bool compare;                 /* with its number by the definition before */
	struct outline_ids hide_with; /* that number is not shown where one of these is not */
};

/* Checked before anything is hidden. */
struct outline_sum {
	const char *id;
	const char *by;           /* its rows */
	bool quarters;            /* its four quarters */
	const char *of;           /* what that share is of */
	struct outline_ids parts; /* these figures */
};

enum outline_span { OUTLINE_YEAR, OUTLINE_QUARTER, OUTLINE_MONTH };
/* What is asked for; figures of the report come in the order in which the file names them first. */
struct outline_need {
	const char *id, *by;
	enum outline_span span;
	bool otherwise; /* by the definition before */
	const struct outline_ids *hide_with;
};

/* Under which its data may be used; name NULL: none is said. */
struct outline_licence {
	const char *name, *title, *path;
};

struct outline {
	struct arena arena;
	struct outline_licence licence;
	struct outline_ids cover, norms;
	const char *cover_read;
	struct outline_says reader;
	struct outline_brief *briefs;
	struct outline_goal *goals;
	struct outline_piece *pieces, *unknowns;
	struct outline_word *words;
	struct outline_sum *sums;
	struct outline_need *needs;
	size_t brief_count, goal_count, piece_count, unknown_count, word_count, sum_count,
		need_count;
};

/* kpis: those that may be named. ERR_CONFIG: errors has name:line:column, all at once. */
int outline_parse(struct outline *outline, const struct kpis *kpis, const char *text,
	const char *name, struct buf *errors);
void outline_done(struct outline *outline);

#endif
