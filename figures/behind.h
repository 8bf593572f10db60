/*
 * The rows behind a figure, a page at a time, the newest first: which case or event, and what it gives. For people who look
 * at some of them; all of them, piece by piece, are explain's (query.h).
 */
#ifndef WOT_BEHIND_H
#define WOT_BEHIND_H

#include "figures/query.h"

enum { BEHIND_MAX = 50, BEHIND_MARK = 24 };
struct behind_row {
	char ref[24]; /* of a case, or the number of the event that made it */
	bool is_case;
	char mark[BEHIND_MARK];     /* that the next page goes on after */
	int32_t day;                /* on which it counts */
	int32_t reported, measured; /* VALUE_UNSET: nothing */
	struct counts counts;
	const char *ward, *team;   /* keys; NULL: it has none */
	const struct table *table; /* and what else is known of it */
	uint32_t row;
};
enum behind_which {
	BEHIND_ALL,
	BEHIND_COUNTED, /* the latest of those that count */
	BEHIND_MISSED,  /* the latest of those that do not, and are known */
	BEHIND_SOONEST  /* of those that count, the first by their day */
};
struct behind {
	enum behind_which which;
	const struct kpi *days; /* whose measure is told of each row; NULL: the KPI's own */
	const char *after;      /* a mark; NULL: from the newest on */
	size_t limit;           /* up to BEHIND_MAX */
	size_t there; /* BEHIND_SOONEST: how many count, as the figure says: no more is looked for */
	struct behind_row rows[BEHIND_MAX];
	size_t count;
	bool more;
};

/* query: of one KPI, not split. All of them stand in the order in which they came in, the latest by their day.
 * ERR_INVALID: `after` is no mark. */
int behind_find(
	const struct kpis *kpis, const struct query *query, struct behind *behind, struct why *why);

#endif
